"""What recipe fields and their values are called in other programs, for errors that name the right one."""

from __future__ import annotations

from collections.abc import Iterable

from clothier.errors import InputError, unknown_name

# As `_plain` writes them -> the recipe field.
FIELDS: dict[str, str] = {
    "augmentation": "augment",
    "backbone": "base",
    "batch": "batch_size",
    "batches": "batch_size",
    "bs": "batch_size",
    "classweights": "class_weight",
    "criterion": "loss",
    "dropout": "head_dropout",
    "dropoutrate": "head_dropout",
    "dtype": "precision",
    "earlystopping": "early_stop",
    "ema": "average_decay",
    "emadecay": "average_decay",
    "epoch": "epochs",
    "lossfunction": "loss",
    "lr": "learning_rate",
    "lr0": "learning_rate",
    "lrscheduler": "schedule",
    "maxepochs": "epochs",
    "nepochs": "epochs",
    "numepochs": "epochs",
    "opt": "optimizer",
    "optim": "optimizer",
    "optimiser": "optimizer",
    "patience": "early_stop",
    "policy": "augment",
    "pretrained": "base",
    "randomseed": "seed",
    "randomstate": "seed",
    "rate": "learning_rate",
    "scheduler": "schedule",
    "smoothing": "label_smoothing",
    "stepsize": "learning_rate",
    "transforms": "augment",
    "tta": "views",
    "valsplit": "validation",
    "validationsplit": "validation",
    "warmupepochs": "warmup",
    "wd": "weight_decay",
    "weights": "base",
}
# What is no field of a recipe -> the option it is.
OPTIONS: dict[str, str] = {
    "crop": "--crop",
    "data": "--data",
    "dataset": "--data",
    "dropduplicates": "--drop-duplicates",
    "group": "--group",
    "groups": "--group",
    "imagesize": "--image-size",
    "labels": "--labels",
    "imgsize": "--image-size",
    "imgsz": "--image-size",
    "inputshape": "--image-size",
    "inputsize": "--image-size",
    "resplit": "--resplit",
    "numworkers": "--threads",
    "threads": "--threads",
    "verbose": "--verbose",
    "workers": "--threads",
}
# field -> values as `_plain` writes them -> ours.
VALUES: dict[str, dict[str, str]] = {
    "loss": {
        "bce": "binary_crossentropy",
        "bcewithlogits": "binary_crossentropy",
        "categoricalcrossentropy": "crossentropy",
        "categoricalfocalcrossentropy": "focal",
        "ce": "crossentropy",
        "focalloss": "focal",
        "nll": "crossentropy",
        "sigmoid": "binary_crossentropy",
        "softmax": "crossentropy",
        "sparsecategoricalcrossentropy": "crossentropy",
    },
    "optimizer": {"momentum": "sgd", "nag": "nesterov", "sgdw": "nesterov"},
    "precision": {"bf16": "bfloat16", "fp32": "float32", "mixedbfloat16": "bfloat16"},
    "schedule": {"cos": "cosine", "cosineannealinglr": "cosine", "cosinedecay": "cosine", "none": "constant"},
    "validation": {"val": "stratified", "random": "stratified", "no": "none"},
}


def unknown_field(name: str, known: Iterable[str]) -> InputError:
    """The error for a recipe field that there is not; it names the right one where the wrong one is known."""
    plain, fields = _plain(name), sorted(known)
    if option := OPTIONS.get(plain):
        return InputError(f"'{name}' is not a recipe field; wanted the option {option}")
    same = {_plain(field): field for field in fields}
    right = same.get(plain) or FIELDS.get(plain)
    if right in fields:
        return InputError(f"unknown recipe field '{name}'; wanted {right}")
    return unknown_name("recipe field", name, fields)


def unknown_value(field: str, value: str, known: Iterable[str]) -> InputError:
    """The error for a value that a field does not take."""
    names = {_plain(name): name for name in known}
    right = names.get(_plain(value)) or VALUES.get(field, {}).get(_plain(value))
    if right is None:
        return unknown_name(field, value, names.values())
    return InputError(
        f"unknown {field} '{value}'; known: {', '.join(sorted(names.values()))}; did you mean '{right}'?"
    )


def _plain(name: str) -> str:
    """Small letters and digits alone: `Learning-Rate` and `learning_rate` are written alike."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
