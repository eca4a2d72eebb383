"""Predictions that are refused: bad requests, overload, cost, and time that ran out."""

from __future__ import annotations

import asyncio
import threading

import pytest
from support.in_process_service import JPEG, InProcessService, bundle, photo

from clothier.photo import FORMAT_WORDS
from clothier.serve import Settings
from clothier.serve.budget import Pace


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        (
            {"content": b"x", "params": {"show": "image,hat"}, "headers": JPEG},
            400,
            "show has 'hat'; wanted one or more of image, heat, lookalikes, separated by commas",
        ),
        (
            {"content": b"x", "headers": {"Content-Type": "text/plain"}},
            415,
            "the body has type text/plain; wanted image/* for one picture, or multipart/form-data with parts "
            "named 'file' for several; set Content-Type",
        ),
        (
            {"content": b"", "headers": JPEG},
            422,
            "the upload is empty; wanted a picture that can be read; send another",
        ),
        (
            {"content": b"words", "headers": JPEG},
            422,
            f"the upload is not a {FORMAT_WORDS} picture; wanted a picture that can be read; send another",
        ),
        (
            {"files": [("photo", ("a.png", b"x"))]},
            400,
            "the form has a part 'photo'; wanted multipart/form-data with parts named 'file', each a picture",
        ),
        (
            {"files": [("file", ("a.png", b"x"))] * 33},
            400,
            "the form has more than 32 pictures; wanted 32 or fewer; send the rest in another request",
        ),
        (
            {"content": b"--x--\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            400,
            "the form has no parts; wanted multipart/form-data with parts named 'file', each a picture",
        ),
        (
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "the form cannot be read (missing boundary in multipart); wanted multipart/form-data with parts named "
            "'file', each a picture",
        ),
        (
            {"content": photo(), "headers": {**JPEG, "Content-Encoding": "gzip"}},
            415,
            "the body has Content-Encoding 'gzip'; wanted no encoding",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    here: InProcessService, more: dict[str, object], status: int, words: str
) -> None:
    response = here.post("/v1/predict", **more)
    assert (response.status_code, response.json()["error"]["message"]) == (status, words)


@pytest.mark.parametrize("charset", ["undefined", "punycode", "latin-1"])
def test_names_of_files_are_utf8_whatever_the_form_claims(here: InProcessService, charset: str) -> None:
    content = b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xc3\xa9.png"\r\n\r\n'
    content += photo() + b"\r\n--x--\r\n"
    kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    response = here.post("/v1/predict", content=content, headers=kind)
    assert (response.status_code, response.json()["answers"][0]["filename"]) == (200, "é.png")


def test_where_too_much_waits_more_is_refused_at_once_and_all_else_is_answered() -> None:
    running = InProcessService(Settings(decoders=1, queue=2), bundle())

    async def many() -> list[int]:
        ask = running.asking("POST", "/v1/predict", content=photo(size=(900, 900)), headers=JPEG)
        asked = [
            ask,
            *(running.asking("POST", "/v1/predict", content=photo(), headers=JPEG) for _ in range(9)),
        ]
        responses = await asyncio.gather(*asked)
        for response in responses:
            if response.status_code == 429:
                assert response.headers["Retry-After"] == "1"
                assert response.json()["error"]["code"] == "busy"
        return sorted(response.status_code for response in responses)

    try:
        statuses = running.do(many)
        assert statuses == [200] * 2 + [429] * 8
        service = running.service
        assert service.picture_slots.count == service.bodies.budget.used == service.requests == 0
        assert (
            running.do(
                lambda: running.asking("POST", "/v1/predict", content=photo(), headers=JPEG)
            ).status_code
            == 200
        )
    finally:
        running.close()


def test_forms_of_several_take_no_place_from_single_pictures() -> None:
    running = InProcessService(Settings(decoders=1, queue=2), bundle())
    files = [("file", (f"{number}.png", photo(size=(300, 300)))) for number in range(20)]

    async def many() -> tuple[list[int], int]:
        forms = [
            asyncio.ensure_future(running.asking("POST", "/v1/predict", files=files, params={"show": "heat"}))
            for _ in range(3)
        ]
        while running.service.pictures.used < 60:
            await asyncio.sleep(0.001)
        single = [
            await running.asking("POST", "/v1/predict", content=photo(), headers=JPEG) for _ in range(10)
        ]
        waiting = sum(not form.done() for form in forms)
        answers = [*single, *await asyncio.gather(*forms)]
        return [response.status_code for response in answers], waiting

    try:
        running.service.model.batcher._many.pace = running.service.model.decoders.pace = Pace(1e-4)
        statuses, waiting = running.do(many)
    finally:
        running.close()
    assert statuses == [200] * 13
    assert waiting == 3  # ten pictures, one after the other, were answered before the first form


def test_what_is_shown_besides_and_small_tensors_take_no_place_from_pictures() -> None:
    running = InProcessService(Settings(decoders=1, queue=1), bundle())
    batcher = running.service.model.batcher
    tensor = {"name": "images", "datatype": "UINT8", "shape": [1, 8, 8, 1], "data": [7] * 64}

    async def many() -> list[int]:
        heat = running.asking("POST", "/v1/predict?show=heat", content=photo(), headers=JPEG)
        drawing = asyncio.ensure_future(heat)
        while not batcher._many._waiting and not batcher._many.batches:
            await asyncio.sleep(0.001)
        with running.service.slot(running.service.tensor_slots):
            photos = [await running.asking("POST", "/v1/predict", content=photo(), headers=JPEG)]
            refused = await running.asking("POST", "/v2/models/cnn1/infer", json={"inputs": [tensor]})
        with running.service.slot(running.service.picture_slots):
            taken = await running.asking("POST", "/v2/models/cnn1/infer", json={"inputs": [tensor]})
        let.set()
        return [response.status_code for response in (*photos, refused, taken, await drawing)]

    let = threading.Event()
    answer = batcher._many._run
    batcher._many._run = lambda parts: (let.wait(60), answer(parts))[1]  # type: ignore[method-assign]
    try:
        assert running.do(many) == [200, 429, 200, 200]
    finally:
        let.set()
        running.close()


def test_a_form_of_many_boundaries_that_end_no_part_is_refused() -> None:
    content = b'--x7\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    content += b"\r\n--x7x" * 50_000 + b"\r\n--x7--\r\n"
    running = InProcessService(Settings(decoders=1), bundle())
    try:
        kind = {"Content-Type": "multipart/form-data; boundary=x7"}
        response = running.post("/v1/predict", content=content, headers=kind)
    finally:
        running.close()
    assert response.status_code == 400
    assert response.json()["error"]["message"] == (
        "the form cannot be read (more than 1,000 boundaries); wanted multipart/form-data with parts named 'file', "
        "each a picture"
    )


def test_what_costs_too_much_is_refused_with_its_price() -> None:
    running = InProcessService(Settings(decoders=1), bundle())
    try:
        running.service.model.batcher._many.pace = Pace(0.06)  # 125 passes in 7.5 s
        files = [("file", (f"{number}.png", photo())) for number in range(3)]
        response = running.post("/v1/predict?show=heat", files=files)
        assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
        assert response.json()["error"]["message"] == (
            "the request costs 153 network passes; wanted at most 125; send fewer rows or pictures"
        )
        assert running.post("/v1/predict?show=heat", files=files[:2]).status_code == 200
        running.service.model.decoders.pace = Pace(3.0)  # two pictures in 7.5 s
        response = running.post("/v1/predict", files=files)
        assert response.json()["error"]["message"] == (
            "the request costs 3 pictures; wanted at most 2; send fewer pictures"
        )
        assert running.post("/v1/predict", content=photo(), headers=JPEG).status_code == 200
        assert running.service.passes.used == running.service.pictures.used == 0
    finally:
        running.close()


def test_an_answer_that_is_not_found_in_time_is_given_up() -> None:
    running = InProcessService(Settings(decoders=1, work_seconds=0.1), bundle())
    try:
        running.service.model.batcher.close()  # so that none is found
        running.service.model.batcher._few._thread = _Never()  # type: ignore[assignment]
        response = running.post("/v1/predict", content=photo(), headers=JPEG)
    finally:
        running.close()
    assert response.status_code == 504
    assert response.json()["error"]["message"].startswith(
        "the answer took longer than 0.1 s; wanted less work"
    )


class _Never:
    def submit(self, *words: object) -> object:
        import concurrent.futures

        return concurrent.futures.Future()

    def shutdown(self, **words: object) -> None:
        pass
