from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import fuzz as photo_fuzz
from clothier.photo import FORMATS, doctor
from clothier.photo.formats import format_of


def test_sound_pictures_of_every_kind_pass_and_foreign_ones_are_named() -> None:
    endings = [photo_fuzz.ending(content, "doctor") for content in photo_fuzz.drawn()]
    foreign = ("PPM", "ICO")
    assert endings[-2:] == [f"is in {name} format: convert it to JPEG or PNG" for name in foreign]
    assert set(endings[:-2]) == {"image"}


def test_the_sound_ones_are_of_every_format_and_mode() -> None:
    sound = photo_fuzz.drawn()
    assert {format_of(content) for content in sound} >= {*FORMATS}
    opened = [Image.open(io.BytesIO(content)) for content in sound if format_of(content) != "HEIC"]
    assert {image.mode for image in opened} >= {
        "1",
        "L",
        "LA",
        "P",
        "RGB",
        "RGBA",
        "CMYK",
        "I;16",
        "F",
        "LAB",
    }
    assert sum(getattr(image, "n_frames", 1) > 1 for image in opened) >= 3


def test_damage_is_the_same_for_the_same_seed_and_leaves_few_whole() -> None:
    sound = photo_fuzz.drawn()
    first, again = (
        [photo_fuzz.mutate(np.random.default_rng([3, number]), sound) for number in range(200)]
        for _ in range(2)
    )
    assert first == again
    assert 0.1 < np.mean([content in sound for content in first]) < 0.4


def test_damaged_pictures_end_as_images_or_reasons() -> None:
    outcome = photo_fuzz.fuzz(300, seed=2)
    assert outcome.crashes == []
    assert sum(outcome.endings.values()) == 300
    assert 60 < outcome.endings["image"] < 240
    assert outcome.held - outcome.settled < photo_fuzz.GROWTH


def test_a_run_goes_on_where_another_ended() -> None:
    whole, first, rest = (photo_fuzz.fuzz(last, 2, start) for start, last in ((0, 60), (0, 40), (40, 60)))
    assert first.endings + rest.endings == whole.endings
    assert (rest.endings.total(), rest.settled > 0) == (20, True)


def test_a_crash_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr(doctor, "prepare", fall)
    outcome = photo_fuzz.fuzz(3, seed=2)
    assert len(outcome.crashes) == 3
    assert outcome.crashes[1].startswith("picture 1 of seed 2: ")
    assert "deep inside" in outcome.crashes[1]
