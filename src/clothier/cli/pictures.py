"""The options of the commands that show images as points: which images, and as which vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from clothier import embed
from clothier.cli import options, run_data, screen
from clothier.embed import Pictures
from clothier.errors import InputError
from clothier.runs import Run
from clothier.values import Embedding

Model = Annotated[
    Path | None,
    typer.Option(
        help="A run folder, such as runs/cnn1-1; without, vectors are pixels.",
        metavar="RUN",
        show_default=False,
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        help="A source from `clothier data list`.",
        metavar="SOURCE",
        show_default="the run's own",
        rich_help_panel=options.DATA,
    ),
]
Photos = Annotated[
    Path | None,
    typer.Option(
        help="In place of --data: a folder of photos, labelled by the folders in it, if there are any.",
        metavar="FOLDER",
        show_default=False,
        rich_help_panel=options.DATA,
    ),
]
WhichSplit = Annotated[
    options.SplitName | None,
    typer.Option(
        "--split",
        help="Which images of the data set.",
        show_default="the last of those that it has",
        rich_help_panel=options.DATA,
    ),
]
Layer = Annotated[
    str | None,
    typer.Option(
        help="Layer of the run whose output is taken, flattened: 26 x 26 x 32 are 21,632 numbers an image, 0.9 GB for "
        "10,000 images. `clothier summary MODEL` lists layers and shapes.",
        show_default="the last before the logits",
    ),
]
Crop = Annotated[
    options.CropName | None,
    typer.Option(
        help="How photos become that shape: pad adds white, centre cuts the edges off, doctor removes the background.",
        show_default="the run's, or pad",
        rich_help_panel=options.DATA,
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        help="Use only the first N images.", min=1, show_default=False, rich_help_panel=options.DATA
    ),
]
Sample = Annotated[
    int | None,
    typer.Option(
        help="Use N images, drawn at random by --seed.",
        min=1,
        show_default=False,
        rich_help_panel=options.DATA,
    ),
]
Seed = Annotated[int, typer.Option(help="Seed of the sample and of the projections.", min=0)]


@dataclass(frozen=True)
class Selection:
    """What was said on the command line about the images, each as the option of its name."""

    model: Path | None = None
    data: str | None = None
    photos: Path | None = None
    split: str | None = None
    weights: str = "last"
    limit: int | None = None
    sample: int | None = None
    seed: int = 13
    data_dir: Path | None = None
    image_size: str | None = None
    crop: str | None = None
    skip_bad: bool = False

    def run(self) -> Run | None:
        """The run, where one was named; RunError where the folder holds none."""
        return Run.open(self.model) if self.model else None

    def pictures(self) -> Pictures:
        """The images, with a progress bar, warnings on stderr and the data's notice said."""
        if self.data is not None and self.photos is not None:
            raise InputError("--data and --photos are both given; wanted one of them")
        if self.limit is not None and self.sample is not None:
            raise InputError("--limit and --sample are both given; wanted one of them")
        run = self.run()
        made = self._of_photos(self.photos, run) if self.photos is not None else self._of_data(run)
        if self.limit is not None:
            return made.first(self.limit)
        return made.sample(self.sample, self.seed) if self.sample is not None else made

    def embedding(self, pictures: Pictures, layer: str | None = None) -> Embedding:
        """The pictures through the run, or without one as pixels, with a progress bar."""
        with screen.counting() as progress:
            return embed.extract(pictures, self.run(), layer, which=self.weights, report=progress)

    def _of_photos(self, folder: Path, run: Run | None) -> Pictures:
        if self.split is not None:
            raise InputError("--split does not apply to --photos, which are all taken; leave it out")
        size = options.parse_size(self.image_size)
        height, width = size or embed.PHOTO_SIZE
        channels, crop = None, self.crop or "pad"
        if run is not None:
            own = run.description().data
            height, width, channels = own.image_shape
            crop = self.crop or own.reading.crop
            if size not in (None, [height, width]):
                raise InputError(
                    f"--image-size is {self.image_size}, {run.name} wants {height}x{width}; leave it out"
                )
        with screen.counting() as progress:
            return embed.of_photos(
                folder,
                (height, width),
                crop,
                channels,
                skip_bad=self.skip_bad,
                report=progress,
                warn=screen.notice,
            )

    def _of_data(self, run: Run | None) -> Pictures:
        if run is not None:
            data_options = run_data.DataOptions(
                self.data, self.data_dir, self.image_size, self.crop, self.skip_bad
            )
            return embed.of_split(run_data.load_any(run, data_options), self.split)
        if self.data is None:
            raise InputError(
                "no images are given; wanted --data, --photos or --model; try --data fashion-mnist"
            )
        read = options.as_options(self.data_dir, "default", self.image_size, self.crop, self.skip_bad)
        return embed.of_split(options.load_data(self.data, read), self.split)
