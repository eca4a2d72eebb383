"""Requests by the thousand that the service's own description allows, or forbids: is each answered as it says?

    clothier serve --no-access-log &
    SCHEMATHESIS_HOOKS=benchmarks.serve.schema_hooks PYTHONPATH=. \
        schemathesis run http://127.0.0.1:8000/openapi.json --max-examples 200 --continue-on-failure

These hooks are for schemathesis 4 (`pip install schemathesis`), with all its checks: they give it pictures that are
pictures, and tensors that have as many numbers as they say, which a schema cannot ask for. Everything else is
generated from the schema alone.
"""

from __future__ import annotations

import io
import json
import math
from typing import Any

import numpy as np
import schemathesis
from hypothesis import strategies
from PIL import Image

SIDES = (28, 28, 1)


def pictures(kind: str) -> strategies.SearchStrategy[bytes]:
    """Sound pictures of a format."""

    def drawn(width: int, height: int, seed: int) -> bytes:
        noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(noise).save(file, kind)
        return file.getvalue()

    sides = strategies.integers(1, 64)
    return strategies.builds(drawn, sides, sides, strategies.integers(0, 99))


def posted(number: int) -> bytes:
    """A request for one image, as JSON alone: bytes behind it need a header that no schema can tie to them."""
    image = {"name": "images", "datatype": "UINT8", "shape": [1, *SIDES]}
    return json.dumps({"inputs": [{**image, "data": [number] * math.prod(SIDES)}]}).encode()


schemathesis.openapi.media_type("application/octet-stream", strategies.integers(0, 255).map(posted))
for name in ("jpeg", "png", "webp", "gif", "bmp"):
    schemathesis.openapi.media_type(f"image/{name}", pictures(name))


def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Make tensors fit, where a request is as the schema wants it."""
    if not case.path.endswith("/infer") or not isinstance(case.body, dict):
        return
    # What follows from another request's answer has no mode, and may have a body of another type.
    if case.media_type == "application/octet-stream":
        case.body = posted(0)
    elif case.meta is not None and case.meta.generation.mode.is_positive and case.body.get("inputs"):
        (tensor,) = case.body["inputs"]
        rows = 1 + int(tensor["shape"][0]) % 4
        tensor["shape"] = [rows, *SIDES]
        tensor["data"] = [place % 256 for place in range(rows * math.prod(SIDES))]


schemathesis.hook(before_call)
