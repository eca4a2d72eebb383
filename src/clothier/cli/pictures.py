"""The options of the commands that show images as points: which images, and as which vectors."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer

from clothier import embed, predict
from clothier.cli import completion, naming, options, run_data, screen
from clothier.embed import Pictures
from clothier.errors import InputError
from clothier.predict import Predictor
from clothier.runs import Run
from clothier.values import Embedding

Data = Annotated[
    str | None,
    typer.Option(
        help="A source from `clothier data list`.",
        metavar="SOURCE",
        autocompletion=completion.source,
        show_default="the run's own",
        rich_help_panel=options.DATA,
    ),
]
Photos = Annotated[
    Path | None,
    typer.Option(
        help="A folder of photos, in place of --data; folders in it name the classes.",
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
        show_default="test, or else validation, or else train",
        rich_help_panel=options.DATA,
    ),
]
Layer = Annotated[
    str | None,
    typer.Option(
        help="The layer of the run whose outputs are the vectors. `clothier summary MODEL` lists the layers and their "
        "shapes; 26 x 26 x 32 numbers per image take 0.9 GB for 10,000 images.",
        metavar="NAME",
        show_default="the last before the logits",
        rich_help_panel=options.MODEL,
    ),
]
Crop = Annotated[
    options.CropName | None,
    typer.Option(
        help="How photos are fitted to that size: pad adds white, centre cuts the edges off, doctor removes "
        "the background.",
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
Seed = Annotated[
    int, typer.Option(help="Seed of the sample and of the projections.", min=0, rich_help_panel=options.DATA)
]


@dataclass(frozen=True)
class Selection:
    """What was chosen on the command line: which images, and as which vectors. Each field is an argument or option."""

    model: naming.VectorsModel = None
    data: Data = None
    photos: Photos = None
    split: WhichSplit = None
    layer: Layer = None
    weights: options.Weights = "last"
    limit: Limit = None
    sample: Sample = None
    seed: Seed = 13
    data_dir: options.DataDir = None
    image_size: options.ImageSize = None
    crop: Crop = None
    skip_bad: options.SkipBad = False
    labels: options.Labels = None

    @cached_property
    def run(self) -> Run | None:
        """The run, where one was named; RunError where the folder holds none."""
        return Run.open(self.model) if self.model and not self.model.is_file() else None

    @cached_property
    def predictor(self) -> Predictor | None:
        """The network of a model file, where one was named."""
        if self.model is None or not self.model.is_file():
            return None
        if self.weights != "last":
            raise InputError(
                f"--weights is for a run folder, and {naming.title(self.model)} is a model file; leave it out"
            )
        return predict.opened(self.model)

    def pictures(self) -> Pictures:
        """The images, with a progress bar, warnings on stderr and the data's notice said."""
        if self.data is not None and self.photos is not None:
            raise InputError("--data and --photos are both given; wanted one of them")
        if self.limit is not None and self.sample is not None:
            raise InputError("--limit and --sample are both given; wanted one of them")
        made = self._of_photos(self.photos) if self.photos is not None else self._of_data()
        if self.limit is not None:
            return made.first(self.limit)
        return made.sample(self.sample, self.seed) if self.sample is not None else made

    def embedding(self, pictures: Pictures) -> Embedding:
        """The pictures through the run or the model file, or without one as pixels, with a progress bar."""
        if self.predictor is not None and self.layer is not None:
            raise InputError(
                f"--layer is for a run folder, and {naming.title(self.model)} is a model file; leave it out"
            )
        with screen.counting() as progress:
            if self.predictor is not None:
                return embed.extract_features(pictures, self.predictor, self._name, report=progress)
            return embed.extract(pictures, self.run, self.layer, which=self.weights, report=progress)

    @property
    def _name(self) -> str:
        """What to call the model in files that others read: a path of this machine would tell them nothing."""
        word = naming.word(self.model) if self.model is not None else ""
        return self.run.name if self.run is not None else Path(word).stem

    def _fit(self) -> tuple[tuple[int, int, int], str] | None:
        """(height, width and channels that the model takes, how it takes photos), where there is a model."""
        if self.run is not None:
            own = self.run.description().data
            return own.image_shape, own.reading.crop
        return (self.predictor.image_shape, self.predictor.photos) if self.predictor is not None else None

    def _of_photos(self, folder: Path) -> Pictures:
        if self.split is not None:
            raise InputError("--split does not apply to --photos, which are all taken; leave it out")
        if self.labels is not None:
            raise InputError(
                "--labels does not apply to --photos; wanted --data with a source, such as folder:photos"
            )
        size = options.parse_size(self.image_size)
        height, width = size or embed.PHOTO_SIZE
        channels, usual_crop = None, "pad"
        if (fit := self._fit()) is not None:
            (height, width, channels), usual_crop = fit
            if size not in (None, [height, width]):
                raise InputError(
                    f"--image-size is {self.image_size}, {self._name} wants {height}x{width}; leave it out"
                )
        with screen.counting() as progress:
            return embed.of_photos(
                folder,
                (height, width),
                self.crop or usual_crop,
                channels,
                skip_bad=self.skip_bad,
                report=progress,
                warn=screen.notice,
            )

    def _of_data(self) -> Pictures:
        if self.run is not None:
            if self.labels is not None and self.data is None:
                raise InputError(
                    f"--labels does not apply to the data of {self.run.path}, which are read as it was trained on "
                    "them; leave it out, or name the data by --data"
                )
            data_options = run_data.DataOptions(
                self.data, self.data_dir, self.image_size, self.crop, self.skip_bad, self.labels
            )
            return embed.of_split(run_data.load_any(self.run, data_options), self.split)
        if self.data is None:
            wanted = "--data, --photos or --model" if self.model is None else "--data or --photos"
            raise InputError(f"no images are given; wanted {wanted}; try --data fashion-mnist")
        read = options.as_options(
            self.data_dir, None, self.image_size, self.crop, self.skip_bad, labels=self.labels
        )
        if (fit := self._fit()) is not None and self.data.partition(":")[0] == "folder":
            (height, width, _), crop = fit
            read.update(image_size=read["image_size"] or [height, width], crop=self.crop or crop)
        return embed.of_split(options.load_data(self.data, read), self.split)


def selecting(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the fields of a Selection, its first parameter, as arguments and options beside its own.

    A field whose name is a parameter of the command keeps its default: `projector` has --labels of its own."""
    _, *own = inspect.signature(command, eval_str=True).parameters.values()
    taken = {parameter.name for parameter in own}
    names = [field.name for field in fields(Selection) if field.name not in taken]

    def selected(**words: Any) -> None:
        command(Selection(**{name: words.pop(name) for name in names}), **words)

    fields_of = inspect.signature(Selection, eval_str=True).parameters
    chosen = [fields_of[name] for name in names]
    parameters = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in (*chosen, *own)]
    selected.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # Typer reads both
    selected.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    selected.__doc__ = command.__doc__
    return selected
