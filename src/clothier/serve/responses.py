"""What is sent: answers and errors as JSON, images as data URLs, and the ids of requests."""

from __future__ import annotations

import base64
import io
import re
import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct
from PIL import Image
from starlette.responses import Response

from clothier.errors import RefusedError
from clothier.photo.doctor import WAYS
from clothier.serve.oip_messages import Fault
from clothier.values import STATUSES, Images, Prediction

REQUEST_ID = "X-Request-ID"
_KNOWN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


_Status = Annotated[str, Meta(extra_json_schema={"enum": ["", *STATUSES]})]
_Share = Annotated[float, Meta(ge=0, le=1)]


class State(Struct, forbid_unknown_fields=True):
    state: Literal["loading", "ready", "draining", "failed"]


class ErrorDetails(Struct, forbid_unknown_fields=True):
    status: Annotated[int, Meta(ge=400, le=599)]
    code: str
    message: str
    request_id: str


class Error(Struct, forbid_unknown_fields=True):
    error: ErrorDetails


class Lookalike(Struct, forbid_unknown_fields=True):
    label: str
    distance: float
    id: int
    image: str


class Answer(Struct, forbid_unknown_fields=True):
    filename: str | None
    status: _Status
    verdict: str
    label: str | None
    possible: list[str]
    probabilities: dict[str, _Share]
    uncalibrated_probabilities: dict[str, _Share]
    second: str | None
    strangeness: float | None
    warnings: list[str]
    reason: str | None
    image: str | None
    heat: str | None
    lookalikes: list[Lookalike]


class Answers(Struct, forbid_unknown_fields=True):
    model: str
    answers: Annotated[list[Answer], Meta(min_length=1)]


class Limits(Struct, forbid_unknown_fields=True):
    bytes: int
    pictures: int
    megapixels: int
    jpeg_megapixels: int
    formats: list[str]
    endings: list[str]


class ModelDescription(Struct, forbid_unknown_fields=True):
    name: str
    classes: Annotated[list[str], Meta(min_length=2)]
    image_shape: Annotated[list[int], Meta(min_length=3, max_length=3)]
    photos: Annotated[str, Meta(extra_json_schema={"enum": sorted(WAYS)})]
    source: str
    fingerprint: str
    scores: dict[str, dict[str, float]]
    temperature: float
    thresholds: dict[str, float]
    photo_thresholds: dict[str, float]
    recipe: dict[str, Any]
    versions: dict[str, str]
    card: str
    lookalikes: int
    limits: Limits


class Json(Response):
    """A response of compact JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return msgspec.json.encode(content)


def answer(
    prediction: Prediction,
    image: str | None = None,
    heat: str | None = None,
    lookalikes: Sequence[Lookalike] = (),
) -> Answer:
    """An entry of "answers"; probabilities are in order, the most probable class first. Where the model is not
    calibrated, they are the uncalibrated ones, and `probabilities` is empty."""
    names = [name for name, _ in prediction.classes]
    shares = {name: round(float(share), 6) for name, share in prediction.classes}
    is_calibrated = prediction.temperature is not None
    return Answer(
        filename=prediction.filename or None,
        status=prediction.status,
        verdict="" if prediction.reason else prediction.verdict,
        possible=list(prediction.possible),
        label=names[0] if names else None,
        probabilities=shares if is_calibrated else {},
        uncalibrated_probabilities={} if is_calibrated else shares,
        second=names[1] if names else None,
        strangeness=None if prediction.strangeness is None else round(float(prediction.strangeness), 3),
        warnings=list(prediction.warnings),
        reason=prediction.reason or None,
        image=image,
        heat=heat,
        lookalikes=list(lookalikes),
    )


def refusal(refused: RefusedError, path: str, request_id: str) -> Json:
    """The response that says it; below /v2 as the Open Inference Protocol has it, the message alone."""
    headers = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
    message = str(refused)
    if path.startswith("/v2"):
        return Json(Fault(message), refused.status, headers)
    return Json(
        Error(ErrorDetails(refused.status, refused.code, message, request_id)), refused.status, headers
    )


def request_id(given: str) -> str:
    """The client's own where it is a plain word of at most 64 characters, else a new one."""
    return given if _KNOWN_ID.fullmatch(given) else secrets.token_hex(8)


def data_url(image: Images) -> str:
    """A PNG of uint8 (height, width, 1, 3 or 4), to be shown as it is."""
    file = io.BytesIO()
    Image.fromarray(np.squeeze(image, 2) if image.shape[2] == 1 else image).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
