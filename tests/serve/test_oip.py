from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from support import linear_network
from support.in_process_service import JPEG, InProcessService, bundle, photo

from clothier.serve import Settings
from clothier.serve.budget import Pace
from clothier.values import Images

PLACE = "/v2/models/cnn1/infer"
HEAD = "Inference-Header-Content-Length"


def _tensor(images: Images, **more: Any) -> dict[str, Any]:
    return {"name": "images", "datatype": "UINT8", "shape": list(images.shape), **more}


def _binary(images: Images, **more: Any) -> dict[str, Any]:
    """What to post for those images as bytes."""
    tensor = _tensor(images, parameters={"binary_data_size": images.nbytes})
    head = json.dumps({"inputs": [tensor], **more}).encode()
    return {"content": head + images.tobytes(), "headers": {HEAD: str(len(head))}}


def _array(response: Any, name: str) -> npt.NDArray[Any]:
    (output,) = [entry for entry in response.json()["outputs"] if entry["name"] == name]
    return np.array(output["data"]).reshape(output["shape"])


def test_bytes_flat_lists_and_nested_lists_give_the_same_as_the_network(here: InProcessService) -> None:
    images = linear_network.pictures(5)
    logits, features = linear_network.outputs(images)
    flat, nested = images.ravel().tolist(), images.tolist()
    responses = [
        here.post(PLACE, **_binary(images)),
        here.post(PLACE, json={"inputs": [_tensor(images, data=flat)], "id": "seven"}),
        here.post(f"{PLACE[:-5]}versions/1/infer", json={"inputs": [_tensor(images, data=nested)]}),
    ]
    for response in responses:
        assert response.status_code == 200
        np.testing.assert_allclose(_array(response, "logits"), logits, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(_array(response, "features"), features, rtol=1e-4, atol=1e-4)
        assert set(_array(response, "status")) <= {"sure", "unsure", "unlike"}
    assert responses[1].json()["id"] == "seven"
    assert "id" not in responses[0].json()


def test_what_is_not_calibrated_has_another_name() -> None:
    content = bundle()
    manifest = replace(content.manifest, temperature=1.0, thresholds={})
    running = InProcessService(content=replace(content, manifest=manifest, statistics={}))
    try:
        names = [output["name"] for output in running.get("/v2/models/cnn1").json()["outputs"]]
        assert ("uncalibrated_probabilities" in names, "probabilities" in names) == (True, False)
        found = _array(
            running.post(PLACE, **_binary(linear_network.pictures(2))), "uncalibrated_probabilities"
        )
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
        asked = _binary(linear_network.pictures(2), outputs=[{"name": "probabilities"}])
        refused = running.post(PLACE, **asked)
        assert refused.status_code == 400
        assert refused.json()["error"].startswith(
            "this model has no output 'probabilities'; wanted one or more of uncal"
        )
    finally:
        running.close()


def test_strangeness_that_no_one_measured_is_null_and_zero_where_it_must_be_a_number() -> None:
    running = InProcessService(content=replace(bundle(), statistics={}))
    try:
        (answer,) = running.post("/v1/predict", content=photo(), headers=JPEG).json()["answers"]
        assert (answer["status"] in {"sure", "unsure"}, answer["strangeness"]) == (True, None)
        assert _array(running.post(PLACE, **_binary(linear_network.pictures(2))), "strangeness").tolist() == [
            0,
            0,
        ]
    finally:
        running.close()


def test_outputs_are_those_asked_for_as_bytes_where_that_is_asked_for(here: InProcessService) -> None:
    images = linear_network.pictures(3)
    wanted = [
        {"name": "logits", "parameters": {"binary_data": True}},
        {"name": "strangeness"},
        {"name": "status", "parameters": {"binary_data": True}},
    ]
    response = here.post(PLACE, **_binary(images, outputs=wanted))
    length = int(response.headers[HEAD])
    content, tail = json.loads(response.content[:length]), response.content[length:]
    assert [output["name"] for output in content["outputs"]] == ["logits", "strangeness", "status"]
    sizes = [output.get("parameters", {}).get("binary_data_size") for output in content["outputs"]]
    assert sizes[:2] == [3 * 3 * 4, None]
    assert len(tail) == sizes[0] + sizes[2]
    np.testing.assert_allclose(
        np.frombuffer(tail[: sizes[0]], "<f4").reshape(3, 3),
        linear_network.outputs(images)[0],
        rtol=1e-4,
        atol=1e-4,
    )
    words, rest = [], tail[sizes[0] :]
    while rest:
        size = int.from_bytes(rest[:4], "little")
        words.append(rest[4 : 4 + size].decode())
        rest = rest[4 + size :]
    assert words == here.post(PLACE, **_binary(images)).json()["outputs"][1]["data"]


def test_metadata_and_health_are_as_clients_expect_them(here: InProcessService) -> None:
    assert here.get("/v2").json()["extensions"] == ["binary_tensor_data"]
    for path in (
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/cnn1/ready",
        "/v2/models/cnn1/versions/1/ready",
    ):
        assert here.get(path).status_code == 200
    content = here.get("/v2/models/cnn1").json()
    assert content["inputs"] == [{"name": "images", "datatype": "UINT8", "shape": [-1, 8, 8, 1]}]
    answer = here.post(PLACE, **_binary(linear_network.pictures(2))).json()
    for told, given in zip(content["outputs"], answer["outputs"], strict=True):
        assert (told["name"], told["datatype"]) == (given["name"], given["datatype"])
        assert [2, *told["shape"][1:]] == given["shape"]


SOUND = _tensor(np.zeros((1, 8, 8, 1), np.uint8), data=[0] * 64)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "the body is not JSON; wanted an object with inputs"),
        (b"[" * 100_000, "the body is not JSON; wanted an object with inputs"),
        (b"7", "the body does not have exactly one input; wanted an object whose inputs is a list of one"),
        (
            {"inputs": [SOUND, SOUND]},
            "the body does not have exactly one input; wanted an object whose inputs is a list of one",
        ),
        (
            {"inputs": [{**SOUND, "datatype": "FP32"}]},
            "the input has a wrong name or datatype; wanted name images and datatype UINT8",
        ),
        (
            {"inputs": [{**SOUND, "shape": [1, 9, 8, 1]}]},
            "the input's shape is [1, 9, 8, 1]; wanted [n, 8, 8, 1]",
        ),
        (
            {"inputs": [{**SOUND, "shape": [5000, 8, 8, 1]}]},
            "the input has 5000 rows; wanted 1 to 1024; send the rest in another request",
        ),
        (
            {"inputs": [{**SOUND, "data": [0] * 63 + [256]}]},
            "the input's data do not match its shape; wanted 64 whole numbers from 0 to 255",
        ),
        (
            {"inputs": [{**SOUND, "data": [[0], [0, 1]]}]},
            "the input's data do not match its shape; wanted 64 whole numbers from 0 to 255",
        ),
        (
            {"inputs": [SOUND], "outputs": [{"name": "hats"}]},
            "there is no output 'hats'; wanted one or more of probabilities, status, strangeness, logits, features, "
            "uncalibrated_probabilities",
        ),
        ({"inputs": [SOUND], "id": 7}, "id is not a string; wanted a string, or no id"),
        ({"inputs": [{**SOUND, "shape": "a\nä"}]}, "the input's shape is 'a\\n\\xe4'; wanted [n, 8, 8, 1]"),
        (
            {"inputs": [{**SOUND, "shape": [0, 8, 8, 1]}]},
            "the input's shape is [0, 8, 8, 1]; wanted [n, 8, 8, 1]",
        ),
        (
            {"inputs": [SOUND], "outputs": [{}]},
            "there is no output None; wanted one or more of probabilities, status, strangeness, logits, features, "
            "uncalibrated_probabilities",
        ),
        (
            {"inputs": [SOUND], "outputs": [{"name": "logits", "parameters": {"binary_data": 1}}]},
            "binary_data is not a boolean; wanted true or false",
        ),
        (
            {"inputs": [SOUND], "parameters": {"binary_data_output": 1}},
            "parameters are invalid; wanted an object in which binary_data_output is true or false, or no parameters",
        ),
        (
            {"inputs": [{**SOUND, "parameters": {"binary_data_size": "64"}}]},
            "the input's parameters are invalid; wanted an object in which binary_data_size is a number, "
            "or no parameters",
        ),
        (
            {"inputs": [{**SOUND, "data": [[[[[0] * 64]]]]}]},
            "the input's data do not match its shape; wanted 64 whole numbers from 0 to 255",
        ),
        (
            {"inputs": [{**SOUND, "data": [0.0] * 64}]},
            "the input's data do not match its shape; wanted 64 whole numbers from 0 to 255",
        ),
        (b'{"\xdf": 1, "inputs": []}', "the body is not JSON; wanted an object with inputs"),
        (
            b'{"inputs":[{"name":"images","datatype":"UINT8","shape":' + b"9" * 5000 + b"}]}",
            "the input's shape is a number out of range; wanted [n, 8, 8, 1]",
        ),
        (
            b'{"inputs":[{"name":"images","datatype":"UINT8","shape":[1,8,8,1],"data":[1e999]}]}',
            "the input's data do not match its shape; wanted 64 whole numbers from 0 to 255",
        ),
        (b'{"inputs": [NaN]}', "the body is not JSON; wanted an object with inputs"),
        (b'{"x": ' + b"[" * 3000 + b"]" * 3000 + b"}", "the body is not JSON; wanted an object with inputs"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(here: InProcessService, content: Any, words: str) -> None:
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    response = here.post(PLACE, content=sent)
    assert (response.status_code, response.json()) == (400, {"error": words})


def test_bytes_that_are_missing_or_too_many_are_refused(here: InProcessService) -> None:
    posted = _binary(linear_network.pictures(2))
    response = here.post(PLACE, content=posted["content"][:-1], headers=posted["headers"])
    assert response.json() == {
        "error": "127 bytes follow the JSON; wanted 128, the size of 2 images of 8x8x1"
    }
    response = here.post(PLACE, content=b"{}", headers={HEAD: "3"})
    assert response.json() == {
        "error": f"{HEAD} is '3'; wanted a number from 0 to 2, the length of the body in bytes"
    }


def test_rows_that_cost_too_much_are_refused_with_their_price_and_few_are_answered() -> None:
    running = InProcessService(Settings(decoders=1, work_seconds=30), bundle())
    try:
        running.service.model.batcher._many.pace = Pace(0.1)  # 50 rows together, 75 alone
        for rows, status in ((75, 200), (76, 413), (8, 200)):
            response = running.post(PLACE, **_binary(linear_network.pictures(rows)))
            assert response.status_code == status
            running.service.model.batcher._many.pace = Pace(0.1)
            if status != 200:
                assert response.json()["error"] == (
                    "the request costs 76 network passes; wanted at most 75; send fewer rows or pictures"
                )
        with running.service.passes.take(25):
            assert running.post(PLACE, **_binary(linear_network.pictures(13))).status_code == 429
            assert running.post(PLACE, **_binary(linear_network.pictures(8))).status_code == 200
        assert running.service.passes.used == running.service.picture_slots.count == 0
    finally:
        running.close()


def test_a_body_larger_than_any_tensor_can_be_is_refused_before_it_is_read(here: InProcessService) -> None:
    response = here.post(PLACE, content=bytes(4 * 2**20 + 1024 * 64 + 1))
    assert response.status_code == 413
    assert response.json()["error"].startswith("the body has 4,259,841 bytes; wanted at most 4,259,840")


def test_another_name_is_another_model(here: InProcessService) -> None:
    response = here.get("/v2/models/cnn9")
    assert (response.status_code, response.json()) == (
        404,
        {"error": "the service has no model 'cnn9'; wanted 'cnn1'"},
    )
