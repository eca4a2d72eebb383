"""Hostile manifests."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from support.hostile_files.common import MEGABYTE, Case
from support.model_files import members, sealed, tensors, with_manifest, zipped


def _text(text: bytes) -> bytes:
    return zipped(members() | {"manifest.json": text})


def _in_manifest(before: str, after: str) -> bytes:
    text = members()["manifest.json"].decode()
    assert before in text
    return _text(text.replace(before, after, 1).encode())


def _plain(**changes: Any) -> bytes:
    """Without look-alikes, and with those changes in the manifest."""
    return sealed({name: data for name, data in members().items() if "lookalikes" not in name}, **changes)


def _first_format() -> bytes:
    """As clothier wrote it when weights were in the file twice."""
    weights = tensors({"logits/bias": np.zeros(3, np.float32)})
    return sealed({**members(), "weights.safetensors": weights}, format_version=1)


MANIFEST: dict[str, Case] = {
    "no JSON": (lambda: _text(b"__import__('os')"), "manifest.json is not JSON"),
    "no text": (lambda: _text(b'{"a": "\xff"}'), "manifest.json is not JSON"),
    "a list": (lambda: _text(b"[]"), "manifest.json holds a list"),
    "brackets": (lambda: _text(b"[" * 100_000), "manifest.json is not JSON (brackets 100000 deep"),
    "long manifest": (
        lambda: _text(b" " * 2 * MEGABYTE + b"{}"),
        "manifest.json has 2,097,154 bytes; wanted at most",
    ),
    "long number": (
        lambda: _in_manifest('"temperature": 1.25', f'"temperature": {"9" * 5000}'),
        "manifest.json is not JSON",
    ),
    "infinity": (
        lambda: _in_manifest("1.25", "Infinity"),
        "manifest.json is not JSON (Infinity is no number)",
    ),
    "overflow": (lambda: _in_manifest("1.25", "1e999"), "'temperature' is inf; wanted a number from"),
    "a key twice": (
        lambda: _in_manifest('"temperature"', '"source": "b", "temperature"'),
        "manifest.json is not JSON (a key is given twice)",
    ),
    "later format": (lambda: with_manifest(format_version=4), "has format version '4'; wanted 3"),
    "first format": (
        _first_format,
        "has format version 1; wanted 3; write it again from its run with `clothier export MODEL --format clothier`",
    ),
    "first format without weights": (
        lambda: with_manifest(format_version=1),
        "has format version '1'; wanted 3; write it again from its run with `clothier export MODEL --format clothier`",
    ),
    "unknown field": (
        lambda: with_manifest(post_load="harm()"),
        "manifest.json has unknown fields ('post_load')",
    ),
    "missing field": (lambda: _in_manifest('"card"', '"cart"'), "manifest.json has no 'card'"),
    "a plan": (
        lambda: with_manifest(plan={"model": "os.system"}),
        "manifest.json has unknown fields ('plan')",
    ),
    "vast images": (
        lambda: _plain(image_shape=[4096, 4096, 3]),
        "model.onnx takes [('images', 2, (6, 5, 1))]; wanted images, uint8 (n, 4096, 4096, 3)",
    ),
    "vaster images": (
        lambda: with_manifest(image_shape=[2**40, 28, 1]),
        "'image_shape' is a list of 3; wanted height",
    ),
    "tiny images": (
        lambda: with_manifest(image_shape=[0, 3, 1]),
        "'image_shape' is a list of 3; wanted height",
    ),
    "true for a number": (
        lambda: with_manifest(num_features=True),
        "'num_features' is True; wanted a whole number",
    ),
    "vast features": (
        lambda: with_manifest(num_features=2**40),
        "'num_features' is 1099511627776; wanted a whole number from 1 to 1048576",
    ),
    "other features than the graph's": (
        lambda: _plain(num_features=127),
        "model.onnx gives [('features', 1, (128,)), ('logits', 1, (3,))]; wanted features, float32 (n, 127) and",
    ),
    "other classes than the graph's": (
        lambda: _plain(class_names=["a", "b"]),
        "model.onnx gives [('features', 1, (128,)), ('logits', 1, (3,))]; wanted features, float32 (n, 128) and "
        "logits, float32 (n, 2)",
    ),
    "other features": (
        lambda: with_manifest(num_features=127),
        "lookalikes.safetensors has images or features of another shape than the network's",
    ),
    "deep brackets": (
        lambda: with_manifest(recipe={"a": json.loads("[" * 40 + "]" * 40)}),
        "manifest.json is not JSON (brackets",
    ),
    "other classes": (
        lambda: with_manifest(class_names=["a", "b"]),
        "lookalikes.safetensors has labels outside the classes; wanted 0 to 1",
    ),
    "equal classes": (
        lambda: with_manifest(class_names=["a", "b", "a"]),
        "'class_names': the classes 'a' and 'a' look the same when shown",
    ),
    "escapes in a class": (
        lambda: with_manifest(class_names=["a", "b", "\x1b]0;harm\x07"]),
        "class '\\x1b]0;harm\\x07' has U+001B (ESCAPE) in its name",
    ),
    "a number for a class": (
        lambda: with_manifest(class_names=["a", "b", 3]),
        "'class_names' is a list of 3; wanted 2 to 10000 names",
    ),
    "turned text": (
        lambda: with_manifest(source="a\u202eb"),
        "'source' is 'a\\u202eb'; wanted text in one line",
    ),
    "cold": (
        lambda: with_manifest(temperature=-1),
        "'temperature' is -1; wanted a number from 0.001 to 1000",
    ),
    "a threshold in words": (
        lambda: with_manifest(thresholds={"sure": "x"}),
        "thresholds: 'sure' is 'x'; wanted",
    ),
    "thresholds for photos without a temperature": (
        lambda: with_manifest(photo_thresholds={"sure": 0.9}),
        "'photo_thresholds' is a group of 1; wanted numbers with a 'temperature' from 0.001 to 1000",
    ),
    "code for a recipe": (
        lambda: with_manifest(recipe={"a": {"b": 1}}),
        "recipe: 'a' is a group of 1; wanted a word",
    ),
    "other photos": (
        lambda: with_manifest(preprocessing={"photos": "eval"}),
        "'photos' is 'eval'; wanted one of",
    ),
    "bad hash": (lambda: _in_manifest('"sha256": "', '"sha256": "..'), "'sha256' is '.."),
}
