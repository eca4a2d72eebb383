from __future__ import annotations

import base64
import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from support import heic, linear_network
from support.in_process_service import JPEG, InProcessService, bundle, photo

from clothier.photo import FORMAT_WORDS, SUFFIXES, doctor
from clothier.predict import Predictor
from clothier.serve import Settings, responses
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


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "MPO", "WEBP", "AVIF", "TIFF", "GIF", "BMP"])
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
    assert error["message"] == f"unknown query key '{key}'; known: show, whole{hint}"


@pytest.mark.parametrize("name", ["PLAIN", "DEEP", "TURNED", "CLEAR", "GREY", "P3"])
def test_heic_gets_the_answer_that_the_command_line_gives(here: InProcessService, name: str) -> None:
    content = getattr(heic, name)
    answer = here.post("/v1/predict", content=content, headers={"Content-Type": "image/heic"}).json()[
        "answers"
    ][0]
    image, warnings = doctor.diagnose(content, "pad", (8, 8), 1)
    assert tuple(answer["warnings"]) == warnings
    (wanted,) = Predictor(bundle()).predict(image[np.newaxis])
    assert answer["label"] == wanted.class_name


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


def test_the_model_tells_what_it_is(here: InProcessService) -> None:
    content = here.get("/v1/model").json()
    assert content["classes"] == list(linear_network.CLASSES)
    assert content["image_shape"] == [8, 8, 1]
    assert (content["photos"], content["lookalikes"], content["name"]) == ("pad", 9, "cnn1")
    limits = content["limits"]
    assert limits.pop("formats") == ["JPEG", "PNG", "WebP", "HEIC", "AVIF", "TIFF", "GIF", "BMP"]
    assert set(limits.pop("endings")) == SUFFIXES
    assert limits == {"bytes": 32_000_000, "pictures": 32, "megapixels": 50, "jpeg_megapixels": 250}
