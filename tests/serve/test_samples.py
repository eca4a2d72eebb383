"""Pictures to try: drawn the same each time, small, and of what their names say."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import clothier
from clothier.data import generated
from clothier.serve import samples


@pytest.mark.parametrize("name", samples.NAMES)
def test_a_sample_is_a_small_picture_on_white(name: str) -> None:
    content = samples.drawn(name)
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (samples.SIDE, samples.SIDE))
    pixels = np.asarray(picture)
    assert pixels[[0, 0, -1, -1], [0, -1, 0, -1]].min() > 250
    assert 0.05 < (pixels.min(axis=2) < 200).mean() < 0.8
    assert len(content) < 10_000
    samples.drawn.cache_clear()
    assert samples.drawn(name) == content


def test_garments_have_their_colour_and_the_class_of_their_name() -> None:
    for name, (label, _, colour) in samples.CLOTHES.items():
        assert generated.CLASS_NAMES[label].lower().replace(" ", "-").startswith(name)
        pixels = np.asarray(Image.open(io.BytesIO(samples.drawn(name)))).reshape(-1, 3).astype(int)
        cloth = pixels[pixels.min(axis=1) < 150].mean(axis=0)
        assert np.argsort(cloth).tolist() == np.argsort(colour).tolist()


# What the model for photos calls the samples that are of its classes.
NAMES = {
    "t-shirt": "t-shirt", "trouser": "pants", "pullover": "longsleeve", "dress": "dress", "coat": "outwear",
    "sandal": "shoes", "shirt": "shirt", "sneaker": "shoes", "ankle-boot": "shoes",
}  # fmt: skip


def test_the_model_for_photos_names_each_sample_and_doubts_what_it_does_not_know() -> None:
    model = clothier.open("clothes")
    answers = model.predict([Image.open(io.BytesIO(samples.drawn(name))) for name in samples.NAMES])
    for name, answer in zip(samples.NAMES, answers, strict=True):
        if name in NAMES:
            assert (answer.class_name, answer.status) == (NAMES[name], "sure"), name
        else:
            assert answer.status == "unlike", name
