"""What is wrong with a data set: one file a kind of fault, and `check`, which looks for them all.

To add a kind: a file with `check`, and its lines in CHECKS. Nothing here draws, and nothing reads a command line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clothier.checking import balance, duplicates, features, labels, quality, series, shortcuts
from clothier.checking.folds import LEAST
from clothier.checking.labels import Judged
from clothier.checking.material import Material, read_files, read_looks
from clothier.data import LoadOptions, holds_photos, load
from clothier.errors import InputError
from clothier.models.bases import BASES
from clothier.predict import Predictor
from clothier.values import Dataset, Finding, Findings, Report, Tell
from clothier.values.wording import listed

__all__ = ["CHECKS", "check", "check_fits", "gather", "read"]

_SHOWN = 5  # classes that are named
_NO_FILES = "the images are not read from files of their own"


@dataclass(frozen=True)
class _Kind:
    """Something to look for: `words` name it, `check` finds it, `without` says why these data or vectors do not let it
    be told, or ""."""

    words: str
    check: Callable[[Material, Judged], list[Finding]]
    without: Callable[[Material], str] = lambda material: ""


def _needs_files(material: Material) -> str:
    return "" if material.files else _NO_FILES


def _needs_network(material: Material) -> str:
    if material.vectors.of_network:
        return ""
    return (
        "by their pixels, other things look as alike; give --model, or install clothier[imagenet] for photos"
    )


def _needs_size(material: Material) -> str:
    if np.isfinite(material.looks.blur).any():
        return ""
    return f"the images are smaller than {features.LEAST_SIDE} pixels, of which it cannot be told"


def _needs_ground(material: Material) -> str:
    return "the photos were read with --crop doctor, which removes it" if _is_cut_out(material) else ""


def _is_cut_out(material: Material) -> bool:
    return material.dataset.reading.crop == "doctor"


def _needs_cameras(material: Material) -> str:
    if material.files is None:
        return _NO_FILES
    return "" if any(header.camera for header in material.files.headers) else "no file names one in Exif"


# In the order in which findings are listed.
CHECKS: tuple[_Kind, ...] = (
    _Kind("copies, within and across splits", lambda material, judged: duplicates.check(material)),
    _Kind(
        "series of one thing in several splits",
        lambda material, judged: series.check(material),
        _needs_network,
    ),
    _Kind("wrong labels and classes that are hard to tell apart", labels.check),
    _Kind("classes that a split lacks, and imbalance", lambda material, judged: balance.check(material)),
    _Kind("labels told by the colours at the border", shortcuts.of_border, _needs_ground),
    _Kind("labels told by the sizes of files and pictures", shortcuts.of_sizes, _needs_files),
    _Kind("labels told by the camera", shortcuts.of_camera, _needs_cameras),
    _Kind("dark and blank pictures", lambda material, judged: quality.of_light(material)),
    _Kind("blurred pictures", lambda material, judged: quality.of_blur(material), _needs_size),
    _Kind(
        "pictures that are too small or oddly shaped",
        lambda material, judged: quality.of_shapes(material),
        _needs_files,
    ),
)


def read(source: str, options: LoadOptions, predictor: Predictor | None = None) -> Dataset:
    """The data of a source as they are checked: photos as the model takes them, or else, if no size was chosen, at that
    of the base where it is at hand. Errors as `data.load`."""
    if not holds_photos(source, options):
        return load(source, options)
    if predictor is not None:
        fitting: dict[str, Any] = {"image_size": predictor.image_shape[:2], "crop": predictor.photos}
    elif features.has_base() and options.image_size is None:
        fitting = {"image_size": (BASES[features.BASE].side,) * 2}
    else:
        fitting = {}
    return load(source, replace(options, **fitting))


def check_fits(dataset: Dataset, predictor: Predictor, model: str) -> None:
    """InputError unless the model takes images of that shape."""
    if dataset.image_shape != predictor.image_shape:
        found, wanted = ("x".join(map(str, shape)) for shape in (dataset.image_shape, predictor.image_shape))
        raise InputError(
            f"the images of {dataset.name} are {found}, and {model} takes {wanted}; wanted the same; check without a "
            "model, or with one that was trained on such images"
        )


def gather(
    dataset: Dataset,
    predictor: Predictor | None = None,
    model: str = "",
    *,
    report: Report,
    tell: Tell,
    others: Dataset | None = None,
) -> Material:
    """What checks look at; arguments as of `check`. `others` has more pictures, of one split, which get vectors too."""
    if predictor is not None:
        check_fits(dataset, predictor, model)
    files = read_files(dataset, report)
    looks = read_looks(dataset, files, report)
    if predictor is not None:
        vectors = features.of_model(dataset, predictor, model, report, others)
    elif features.fits_base(dataset):
        vectors = features.of_base(dataset, report, tell, others)
    else:
        small = None if others is None else read_looks(others, None, report).small
        vectors = features.of_pixels(looks.small, small)
    return Material.of(dataset, files, looks, vectors)


def check(
    dataset: Dataset,
    predictor: Predictor | None = None,
    model: str = "",
    *,
    report: Report | None = None,
    tell: Tell | None = None,
) -> Findings:
    """All that is wrong with the data. `predictor` is the network of the model of that name, whose features pictures
    are compared by; without one, a pretrained base's where it is at hand and the pictures are photos, else pixels.

    `report` is told (what, done, total), `tell` what should be read. Raises InputError for a model of other images.
    """
    began = time.monotonic()
    report, tell = report or (lambda what, done, total: None), tell or (lambda sentence: None)
    material = gather(dataset, predictor, model, report=report, tell=tell)
    report("comparing pictures", 0, len(CHECKS) + 1)
    judged = labels.judge(material)
    found: list[Finding] = []
    passed: list[str] = []
    left_out: dict[str, str] = {}
    for done, kind in enumerate(CHECKS, start=1):
        if reason := kind.without(material):
            left_out[kind.words] = reason
        elif findings := kind.check(material, judged):
            found += findings
        else:
            passed.append(kind.words)
        report("comparing pictures", done + 1, len(CHECKS) + 1)
    counts = np.bincount(material.labels, minlength=dataset.num_classes).tolist()
    named = zip(dataset.class_names, counts, strict=True)
    if few := [name for name, count in named if count < LEAST]:
        words = listed(few, _SHOWN, "class", "classes")
        left_out[f"labels of {words}"] = f"there are fewer than {LEAST} pictures of each"
    return Findings(
        source=dataset.name,
        counts={name: len(split) for name, split in dataset.splits().items()},
        class_names=dataset.class_names,
        image_shape=dataset.image_shape,
        features=material.vectors.words,
        found=tuple(found),
        passed=tuple(passed),
        left_out=left_out,
        seconds=time.monotonic() - began,
        notice=dataset.notice,
    )
