from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from support.in_process_service import JPEG, InProcessService, photo

from clothier.serve import app, oip, pages

TENSOR = {"name": "images", "datatype": "UINT8", "shape": [1, 8, 8, 1], "data": [7] * 64}


def _operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (path, method.upper())
        for path, place in document["paths"].items()
        for method in place
        if method != "parameters"
    }


def test_all_that_is_answered_is_described_and_all_that_is_described_is_answered(
    here: InProcessService,
) -> None:
    shown = {route.path for route in pages.routes()}
    answered = {
        (route.path, method)
        for route in app.routes()
        for method in route.methods or ()
        if method != "HEAD" and route.path not in shown
    }
    assert _operations(here.get("/openapi.json").json()) == answered
    assert ("/v1/predict", "POST") in answered


ASKED: list[tuple[str, str, dict[str, Any]]] = [
    (
        "POST",
        "/v1/predict",
        {"content": photo(), "headers": JPEG, "params": {"show": "image,heat,lookalikes"}},
    ),
    ("POST", "/v1/predict", {"files": [("file", ("a.png", photo())), ("file", ("b.png", b""))]}),
    ("POST", "/v1/predict", {"content": b"x", "headers": JPEG}),
    ("POST", "/v1/predict", {"content": b"x"}),
    ("POST", "/v1/predict", {"content": b"x", "headers": JPEG, "params": {"show": ""}}),
    ("GET", "/v1/model", {}),
    ("GET", "/livez", {}),
    ("GET", "/readyz", {}),
    ("GET", "/v2", {}),
    ("GET", "/v2/health/live", {}),
    ("GET", "/v2/health/ready", {}),
    ("GET", "/v2/models/{name}", {}),
    ("GET", "/v2/models/{name}/ready", {}),
    ("POST", "/v2/models/{name}/infer", {"json": {"inputs": [TENSOR]}}),
    ("POST", "/v2/models/{name}/infer", {"content": b"{}"}),
]


@pytest.mark.parametrize(("method", "path", "more"), ASKED)
def test_answers_are_as_described(
    here: InProcessService, method: str, path: str, more: dict[str, Any]
) -> None:
    document = here.get("/openapi.json").json()
    response = here.ask(method, path.replace("{name}", "cnn1"), **more)
    described = document["paths"][path][method.lower()]["responses"][str(response.status_code)]
    kind = response.headers["Content-Type"].partition(";")[0]
    schema = {**described["content"][kind]["schema"], "components": document["components"]}
    jsonschema.validate(response.json(), schema, jsonschema.Draft202012Validator)
    for name in described["headers"]:
        assert name in response.headers


def test_requests_are_as_described(here: InProcessService) -> None:
    document = here.get("/openapi.json").json()
    schema = {"$ref": "#/components/schemas/InferRequest", "components": document["components"]}
    jsonschema.validate({"inputs": [TENSOR]}, schema, jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"inputs": []}, schema, jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        without = {name: value for name, value in TENSOR.items() if name != "data"}
        jsonschema.validate({"inputs": [without]}, schema, jsonschema.Draft202012Validator)
    assert {path for path, _ in _operations(document) if "versions" in path} == {
        f"/v2/models/{{name}}/versions/{oip.VERSION}{end}" for end in ("", "/ready", "/infer")
    }
    names = document["paths"]["/v2/models/{name}"]["parameters"][0]["schema"]["enum"]
    assert names == ["cnn1"]
    assert document["openapi"] == "3.1.0"


def test_a_request_may_name_exactly_the_outputs_of_the_model(here: InProcessService) -> None:
    document = here.get("/openapi.json").json()
    named = document["components"]["schemas"]["RequestedOutput"]["properties"]["name"]["enum"]
    assert named == [output["name"] for output in here.get("/v2/models/cnn1").json()["outputs"]]
    asked = {"inputs": [TENSOR], "outputs": [{"name": name} for name in named]}
    answer = here.ask("POST", "/v2/models/cnn1/infer", json=asked)
    assert [output["name"] for output in answer.json()["outputs"]] == named
