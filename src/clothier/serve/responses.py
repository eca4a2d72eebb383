"""What is sent: answers and errors as JSON, images as data URLs, and the ids of requests."""

from __future__ import annotations

import base64
import io
import json
import re
import secrets
from typing import Any

import numpy as np
from PIL import Image
from starlette.responses import Response

from clothier.errors import RefusedError
from clothier.values import Images, Prediction

REQUEST_ID = "X-Request-ID"
_KNOWN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Json(Response):
    """A response of compact JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def answer(prediction: Prediction, **shown: Any) -> dict[str, Any]:
    """An entry of "answers"; probabilities are in order, the most probable class first. `shown` are image, heat and
    lookalikes, where they were asked for."""
    names = [name for name, _ in prediction.classes]
    return {
        "filename": prediction.filename or None,
        "status": prediction.status,
        "label": names[0] if names else None,
        "probabilities": {name: round(share, 6) for name, share in prediction.classes},
        "second": names[1] if names else None,
        "strangeness": None if prediction.strangeness is None else round(prediction.strangeness, 3),
        "warnings": list(prediction.warnings),
        "reason": prediction.reason or None,
        "image": None,
        "heat": None,
        "lookalikes": [],
        **shown,
    }


def refusal(refused: RefusedError, path: str, request_id: str) -> Json:
    """The response that says it; below /v2 as the Open Inference Protocol has it, the message alone."""
    content = {
        "status": refused.status,
        "code": refused.code,
        "message": str(refused),
        "request_id": request_id,
    }
    headers = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
    said = str(refused) if path.startswith("/v2") else content
    return Json({"error": said}, refused.status, headers)


def request_id(given: str) -> str:
    """The client's own where it is a plain word of at most 64 characters, else a new one."""
    return given if _KNOWN_ID.fullmatch(given) else secrets.token_hex(8)


def data_url(image: Images) -> str:
    """A PNG of uint8 (height, width, 1, 3 or 4), to be shown as it is."""
    file = io.BytesIO()
    Image.fromarray(np.squeeze(image, 2) if image.shape[2] == 1 else image).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
