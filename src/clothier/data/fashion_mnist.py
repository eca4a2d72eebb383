"""The source fashion-mnist: found on this machine or downloaded, and checked to be the current release.

Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", 2017, https://github.com/zalandoresearch/fashion-mnist
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from clothier.data import download, idx
from clothier.data.cache import location
from clothier.data.classes import FASHION_MNIST
from clothier.data.options import LoadOptions
from clothier.data.split import from_arrays
from clothier.errors import DataError
from clothier.values import Dataset, Split

DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist
SUBFOLDER = "fashion-mnist"

# Of the unpacked files: distributors compress them again. The first release, before 2017-08-31, had test images in
# its training set; these digests refuse it.
SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
# Of the official .gz files, as the data set's README lists them.
DOWNLOADS = {
    "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
}
# The data set's own bucket speaks plain HTTP; that is safe because every file's digest is known.
MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
)

Files = dict[str, Path]  # by the names in SHA256


def load(argument: str, options: LoadOptions, default_validation: str) -> Dataset:
    """Fashion-MNIST: 60,000 training images, less those held out, and 10,000 test images, 28 x 28, grey.

    Looked for in `options.data_dir` or CLOTHIER_DATA, which must then hold it; else in the cache folder, in the
    folder of Debian's package, and on the mirrors. Raises DataError where it is in none, or is not the current
    release; WriteError where a download cannot be stored.
    """
    options.refuse_photo_options("fashion-mnist")
    files = _named(options) or _on_this_machine(options) or _downloaded(options)
    train, test = _read(files, "train"), _read(files, "t10k")
    return from_arrays(
        "fashion-mnist",
        train,
        test,
        FASHION_MNIST,
        options=options,
        default_validation=default_validation,
    )


def is_here(options: LoadOptions) -> bool:
    """Whether the files are on this machine, so that nothing would be downloaded."""
    return bool(_named(options) or _on_this_machine(options))


def _named(options: LoadOptions) -> Files | None:
    variable = os.environ.get("CLOTHIER_DATA")
    folder = options.data_dir or (Path(variable) if variable else None)
    if folder is None:
        return None
    files, missing = _search(folder.expanduser())
    if missing:
        raise DataError(
            f"{folder} (from {'--data-dir' if options.data_dir else 'CLOTHIER_DATA'}) lacks {', '.join(missing)}; "
            f"wanted Fashion-MNIST's four files, packed (.gz) or not, there or in its subfolder {SUBFOLDER}; "
            "add them or name no folder"
        )
    return files


def _on_this_machine(options: LoadOptions) -> Files | None:
    caches = (place.parent for place in options.cache_folders(SUBFOLDER))
    for folder in (*caches, DEBIAN_FOLDER):
        with suppress(PermissionError):  # a cache that this user may not read
            files, missing = _search(folder)
            if not missing:
                return files
    return None


def _search(folder: Path) -> tuple[Files, list[str]]:
    """The files there, or in its subfolder, and the names of those that are in neither."""
    best: Files = {}
    for place in (folder, folder / SUBFOLDER):
        candidates = {name: (place / f"{name}.gz", place / name) for name in SHA256}
        files = {name: path for name, paths in candidates.items() for path in paths if path.is_file()}
        best = max(best, files, key=len)
    return best, [name for name in SHA256 if name not in best]


def _downloaded(options: LoadOptions) -> Files:
    def fetch(folder: Path) -> Files:
        download.fetch(DOWNLOADS, MIRRORS, folder, options.report)
        return {name: folder / f"{name}.gz" for name in SHA256}

    try:
        return location.put(options.cache_folders(SUBFOLDER), fetch, options.tell)
    except DataError as error:
        raise DataError(
            f"Fashion-MNIST is not on this machine and {error}; wanted one of: `apt-get install "
            "dataset-fashion-mnist` (Debian, Ubuntu), `--data-dir DIR` for a folder with its four files, "
            "`--data generated` for drawn clothes"
        ) from error


def _read(files: Files, part: str) -> Split:
    images_name, labels_name = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    images = idx.read(files[images_name], (3,))
    labels = idx.read_labels(files[labels_name])
    for name, array in ((images_name, images), (labels_name, labels)):
        if idx.sha256(array) != SHA256[name]:
            raise DataError(
                f"{files[name]} is not the current release of Fashion-MNIST (its SHA-256 differs; before 2017-08-31 "
                "test images were among the training images); delete it and get the file again, "
                f"or read it as it is with idx:{files[name].parent}"
            )
    return Split(images[..., np.newaxis], labels.astype(np.int64))
