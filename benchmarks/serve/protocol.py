"""Does a client that others wrote understand the service? tritonclient, of the Open Inference Protocol, says so.

    pip install 'tritonclient[http]'
    python -m benchmarks.serve.protocol [--model MODEL] [--seed 1] [--json]

It asks whether server and model are ready and what goes in and comes out, then for images of noise, sent and fetched as
bytes and as JSON; the predictions must be those of the network in this process. What the service refuses must reach the
client as an error in the service's own words. It ends with status 1 where anything else came to pass.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from tritonclient import http
from tritonclient.utils import InferenceServerException

from benchmarks.common import parser
from benchmarks.serve.serving import Served
from clothier import predict
from clothier.values import Images

ROWS = (1, 5, 40)  # images in a request
CLOSE = 1e-4  # relative and absolute: a batch of other size adds up in another order


def checks(client: Any, name: str, predictor: predict.Predictor, seed: int) -> Iterator[tuple[str, bool]]:
    """(what was tried, whether it came out as it should)."""
    yield (
        "server and model are ready",
        all((client.is_server_live(), client.is_server_ready(), client.is_model_ready(name, "1"))),
    )
    told = client.get_model_metadata(name)
    shape = [-1, *predictor.image_shape]
    yield "metadata", told["inputs"] == [{"name": "images", "datatype": "UINT8", "shape": shape}]
    dice = np.random.default_rng(seed)
    for rows in ROWS:
        images = dice.integers(0, 256, (rows, *predictor.image_shape), dtype=np.uint8)
        for sent in (True, False):
            for fetched in (True, False):
                names = [output["name"] for output in told["outputs"]]
                asked = [http.InferRequestedOutput(each, binary_data=fetched) for each in names]
                answer = client.infer(name, [_input(images, sent)], outputs=asked, request_id="seven")
                words = " and ".join("bytes" if binary else "JSON" for binary in (sent, fetched))
                yield f"{rows} images by {words}", _is_right(answer, predictor, images)
    wrong = np.zeros((1, 3, 3, 1), np.uint8)
    yield "another shape is refused", "the input's shape is [1, 3, 3, 1]" in _refusal(client, name, wrong)
    yield "another model is refused", "the service has no model 'other'" in _refusal(client, "other", images)


def _input(images: Images, binary: bool) -> Any:
    made = http.InferInput("images", list(images.shape), "UINT8")
    made.set_data_from_numpy(images, binary_data=binary)
    return made


def _is_right(answer: Any, predictor: predict.Predictor, images: Images) -> bool:
    predictions = predictor.predict(images, keep_features=True)
    numbers = {
        "logits": predictions.logits,
        "features": predictions.features,
        "probabilities": predictions.probabilities,
        "strangeness": predictions.strangeness,
    }
    close = [np.allclose(answer.as_numpy(name), wanted, CLOSE, CLOSE) for name, wanted in numbers.items()]
    words = [
        word.decode() if isinstance(word, bytes) else str(word) for word in answer.as_numpy("status").tolist()
    ]
    return all(close) and words == predictions.statuses.tolist() and answer.get_response()["id"] == "seven"


def _refusal(client: Any, name: str, images: Images) -> str:
    try:
        client.infer(name, [_input(images, True)])
    except InferenceServerException as error:
        return str(error)
    return ""


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--model", help="unless told, the one in the box")
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    served = Served(given.model, "--no-access-log")
    try:
        client = http.InferenceServerClient(f"127.0.0.1:{served.port}")
        found = dict(checks(client, served.name, predict.opened(given.model, 1), given.seed))
    finally:
        served.end()
    if given.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{'as it should' if right else 'WRONG'}: {what}" for what, right in found.items()))
    sys.exit(0 if all(found.values()) else 1)


if __name__ == "__main__":
    main()
