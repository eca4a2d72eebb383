from __future__ import annotations

import asyncio
import base64
import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from support import linear_network
from support.in_process_service import JPEG, InProcessService, bundle, photo

from clothier.photo import FORMAT_WORDS, doctor
from clothier.predict import Predictor
from clothier.serve import Settings, responses
from clothier.serve.budget import Pace
from clothier.values import Images


def _pixels(url: str) -> Image.Image:
    head, _, content = url.partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(content)))


def test_what_is_not_calibrated_is_called_so() -> None:
    content = bundle()
    manifest = replace(content.manifest, temperature=1.0, thresholds={})
    service = InProcessService(content=replace(content, manifest=manifest, statistics={}))
    try:
        (answer,) = service.post("/v1/predict", content=photo(1), headers=JPEG).json()["answers"]
    finally:
        service.close()
    assert answer["probabilities"] == {}
    assert sum(answer["uncalibrated_probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert answer["label"] == next(iter(answer["uncalibrated_probabilities"]))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_picture_gets_the_answer_that_the_command_line_gives(here: InProcessService, kind: str) -> None:
    content = photo(1, kind)
    response = here.post("/v1/predict?show=image", content=content, headers=JPEG)
    assert response.status_code == 200
    image = doctor.prepare(content, "pad", (8, 8), 1)
    wanted = Predictor(bundle()).predict(image[np.newaxis])
    (answer,) = response.json()["answers"]
    shares = dict(zip(linear_network.CLASSES, wanted.probabilities[0].tolist(), strict=True))
    assert answer["probabilities"] == pytest.approx(shares, abs=2e-6)
    assert list(answer["probabilities"].values()) == sorted(answer["probabilities"].values(), reverse=True)
    assert [answer["label"], answer["second"]] == list(answer["probabilities"])[:2]
    assert answer["status"] == wanted.statuses[0]
    assert answer["strangeness"] == pytest.approx(float(wanted.strangeness[0]), abs=1e-3)
    np.testing.assert_array_equal(np.asarray(_pixels(answer["image"])), image[..., 0])
    assert (answer["filename"], answer["reason"], answer["heat"], answer["lookalikes"]) == (
        None,
        None,
        None,
        [],
    )


@pytest.mark.parametrize(
    ("parameters", "filename"),
    [
        ("filename*=UTF-8''h%C3%BCt%22%20%E5%B8%BD.png", 'hüt" 帽.png'),
        ("filename*=utf-8'de'a.png", "a.png"),
        ("filename*=ISO-8859-1''h%FCt.png", "hüt.png"),
        ("filename*=KOI8-R''a.png", None),
        ("filename=\"plain.png\"; filename*=UTF-8''other.png", "plain.png"),
        ('x="filename"', None),
    ],
)
def test_a_part_may_name_its_file_as_rfc_5987_has_it(
    here: InProcessService, parameters: str, filename: str | None
) -> None:
    head = f'--x7\r\nContent-Disposition: form-data; name="file"; {parameters}\r\n\r\n'
    response = here.post(
        "/v1/predict",
        content=head.encode() + photo() + b"\r\n--x7--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x7"},
    )
    assert [answer["filename"] for answer in response.json()["answers"]] == [filename]


@pytest.mark.parametrize(
    ("query", "key", "hint"),
    [
        ("shw=heat", "shw", "; did you mean 'show'?"),
        ("show=image&Show=heat", "Show", "; did you mean 'show'?"),
        ("h%C3%BCt%0A=", "h\\xfct\\n", ""),
    ],
)
def test_an_unknown_query_key_is_refused(here: InProcessService, query: str, key: str, hint: str) -> None:
    response = here.post(f"/v1/predict?{query}", content=photo(), headers=JPEG)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "bad_query")
    assert error["message"] == f"unknown query key '{key}'; known: show{hint}"


def test_several_pictures_are_answered_in_order_and_an_unreadable_one_is_a_row(
    here: InProcessService,
) -> None:
    contents = [photo(seed) for seed in range(5)]
    files = [("file", (f"{place}.png", content)) for place, content in enumerate(contents)]
    files.insert(2, ("file", ("notes.txt", b"no picture")))
    answers = here.post("/v1/predict", files=files).json()["answers"]
    assert [answer["filename"] for answer in answers] == [
        "0.png",
        "1.png",
        "notes.txt",
        "2.png",
        "3.png",
        "4.png",
    ]
    assert answers[2]["status"] == "unreadable"
    assert answers[2]["reason"] == f"is not a {FORMAT_WORDS} picture"
    assert answers[2]["probabilities"] == {}
    alone = [
        here.post("/v1/predict", content=content, headers=JPEG).json()["answers"][0] for content in contents
    ]
    for one, row in zip(alone, [*answers[:2], *answers[3:]], strict=True):
        assert one["probabilities"] == pytest.approx(row["probabilities"], abs=2e-6)


def test_one_unreadable_picture_is_refused_in_the_words_of_the_command_line(here: InProcessService) -> None:
    response = here.post("/v1/predict", files=[("file", ("cut.png", photo()[:60]))])
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["message"] == "cut.png is truncated; wanted a picture that can be read; send another"
    assert error["request_id"] == response.headers["X-Request-ID"]
    assert (error["status"], error["code"]) == (422, "unreadable")


def test_what_the_doctor_warns_of_is_told() -> None:
    running = InProcessService(Settings(decoders=1), bundle("doctor"))
    try:
        noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(noise).save(file, "PNG")
        wanted = doctor.examine(file.getvalue(), size=(8, 8))
        (answer,) = running.post("/v1/predict", content=file.getvalue(), headers=JPEG).json()["answers"]
    finally:
        running.close()
    assert wanted.warnings
    assert answer["warnings"] == list(wanted.warnings)


def test_what_is_missing_of_a_truncated_picture_is_told(here: InProcessService) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG")
    content = file.getvalue()[:-1000]
    (answer,) = here.post("/v1/predict", content=content, headers=JPEG).json()["answers"]
    _, warnings = doctor.diagnose(content, "pad", (8, 8), 1)
    assert warnings[0].startswith("the file is truncated: ")
    assert answer["warnings"] == list(warnings)
    assert answer["label"] is not None


def test_lookalikes_are_the_training_images_with_the_nearest_features(here: InProcessService) -> None:
    known = bundle().lookalikes
    assert known is not None
    file = io.BytesIO()
    Image.fromarray(known.images[4, ..., 0]).save(file, "PNG")
    response = here.post("/v1/predict?show=lookalikes,heat", content=file.getvalue(), headers=JPEG)
    (answer,) = response.json()["answers"]
    first = answer["lookalikes"][0]
    assert (first["id"], first["label"], first["distance"]) == (40, linear_network.CLASSES[1], 0)
    np.testing.assert_array_equal(np.asarray(_pixels(first["image"])), known.images[4, ..., 0])
    distances = [entry["distance"] for entry in answer["lookalikes"]]
    assert len(distances) == 5
    assert distances == sorted(distances)
    assert _pixels(answer["heat"]).mode == "RGBA"


def test_pictures_that_are_shown_are_not_encoded_where_requests_are_answered(
    here: InProcessService, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = list[int]()

    def encoded(image: Images) -> str:
        threads.append(threading.get_ident())
        return "data:image/png;base64,"

    async def asked() -> int:
        await here.asking("POST", "/v1/predict?show=image,heat,lookalikes", content=photo(), headers=JPEG)
        return threading.get_ident()

    monkeypatch.setattr(responses, "data_url", encoded)
    assert here.do(asked) not in threads
    assert len(threads) == 7


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


def test_the_model_tells_what_it_is(here: InProcessService) -> None:
    content = here.get("/v1/model").json()
    assert content["classes"] == list(linear_network.CLASSES)
    assert content["image_shape"] == [8, 8, 1]
    assert (content["photos"], content["lookalikes"], content["name"]) == ("pad", 9, "cnn1")
    assert content["limits"] == {"bytes": 32_000_000, "pictures": 32, "megapixels": 50}
