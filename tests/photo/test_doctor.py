from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.pictures import encode, thing

from clothier.errors import DataError, InputError
from clothier.photo import doctor, steps
from clothier.values import Images


def _lopsided() -> Image.Image:
    """A thing that no flip or turn leaves as it is."""
    image = thing(box=(60, 60, 180, 240))
    image.paste((40, 60, 140), (60, 40, 100, 70))
    image.paste((220, 220, 230), (130, 200, 175, 235))
    return image


def _box(image: Images) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) of what is not black, ends included."""
    rows, columns = (np.flatnonzero((image[..., 0] > 40).any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def test_the_steps_in_order_and_their_shapes() -> None:
    made = doctor.examine(encode(thing()))
    assert [step.name for step in made.steps] == [
        "upright",
        "cut",
        "trim",
        "grey",
        "even",
        "resize",
        "sharpen",
        "centre",
        "light",
    ]
    assert made.steps[0].pixels.shape == (256, 205, 3)
    assert made.steps[3].pixels.shape[2] == 1
    for step in made.steps:
        assert step.seen.shape == (28, 28, 1)
        assert step.seen.dtype == step.pixels.dtype == np.uint8
    np.testing.assert_array_equal(made.steps[-1].pixels, made.image)
    assert made.warnings == ()


def test_a_thing_fills_the_image_keeps_its_proportions_and_lies_in_the_middle() -> None:
    image = doctor.prepare(encode(thing(box=(20, 70, 120, 270))), "doctor", (28, 28), 1)
    assert image.shape == (28, 28, 1)
    top, bottom, left, right = _box(image)
    assert (top, bottom) == (0, 27)
    assert right - left + 1 == pytest.approx(14, abs=1)
    assert abs(left - (27 - right)) <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_way_to_hold_the_camera_gives_the_same_image(orientation: int) -> None:
    # What a camera held so would have stored.
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = _lopsided().transpose(stored[orientation]) if orientation > 1 else _lopsided()
    content = encode(held, exif=exif)
    upright, as_held = doctor.examine(content), doctor.examine(content, skip=["upright"])
    expected = doctor.examine(encode(_lopsided()))
    np.testing.assert_array_equal(upright.image, expected.image)
    assert upright.steps[0].words == "the photo, upright"
    assert as_held.steps[0].words == "the photo as it was stored"
    np.testing.assert_array_equal(as_held.image, doctor.examine(encode(held)).image)
    assert np.array_equal(as_held.image, expected.image) == (orientation == 1)


def _on_glass(image: Image.Image) -> Image.Image:
    """The same thing cut out, with nothing around it."""
    clear = image.copy()
    alpha = Image.new("L", image.size, 0)
    alpha.paste(255, (80, 60, 180, 260))
    clear.putalpha(alpha)
    return clear


@pytest.mark.parametrize(
    ("kind", "change", "options"),
    [
        ("PNG", _on_glass, {}),
        ("WEBP", _on_glass, {"lossless": True}),
        ("JPEG", lambda image: image.convert("CMYK"), {"quality": 95}),
        ("PNG", lambda image: image.convert("P", palette=Image.Palette.ADAPTIVE), {}),
        ("GIF", lambda image: image, {}),
        ("PNG", lambda image: Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257), {}),
        ("BMP", lambda image: image.convert("L"), {}),
        (
            "GIF",
            lambda image: image,
            {"save_all": True, "append_images": [Image.new("RGB", (240, 300), "red")]},
        ),
        (
            "WEBP",
            lambda image: image,
            {"save_all": True, "append_images": [Image.new("RGB", (240, 300), "red")]},
        ),
    ],
)
def test_one_thing_in_any_form_gives_one_image(kind: str, change: Any, options: dict[str, Any]) -> None:
    picture = thing()
    # Without `even`, which leaves what came on plain white alone.
    plain, image = (
        doctor.examine(content, skip=["even"]).image.astype(int)
        for content in (encode(picture), encode(change(picture), kind, **options))
    )
    assert np.abs(image - plain).mean() < 6
    assert plain.mean() > 90  # there is something to differ from


def test_an_image_that_is_right_already_is_left_as_it_is() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[:, 6:22] = np.random.default_rng(0).integers(60, 256, (28, 16))
    made = doctor.examine(encode(image))
    np.testing.assert_array_equal(made.image[..., 0], image)
    assert [step.words for step in made.steps[1:]] == [
        "unchanged: plain background",
        "trimmed to the garment",
        "converted to grey",
        "unchanged: nothing was cut out",
        "resized: longest edge 28 pixels",
        "unchanged: not shrunk before",
        "centred",
        "unchanged: already light on dark",
    ]


@pytest.mark.parametrize("name", list(steps.STEPS)[1:])
def test_each_step_can_be_left_out_alone(name: str) -> None:
    picture = encode(thing(box=(20, 30, 150, 160)))
    whole, without = doctor.examine(picture), doctor.examine(picture, skip=[name])
    assert [step.name for step in without.steps] == [step.name for step in whole.steps if step.name != name]
    assert without.image.shape == (28, 28, 1)
    if name != "grey":  # what is not made grey before is at the end
        assert not np.array_equal(without.image, whole.image)


def test_without_any_step_the_photo_is_squeezed_into_shape() -> None:
    made = doctor.examine(encode(thing()), skip=list(steps.STEPS))
    assert len(made.steps) == 1
    small = (
        thing()
        .resize((205, 256), Image.Resampling.LANCZOS)
        .convert("L")
        .resize((28, 28), Image.Resampling.LANCZOS)
    )
    np.testing.assert_array_equal(made.image[..., 0], np.asarray(small))


def test_colour_models_get_colours() -> None:
    made = doctor.examine(encode(thing(colour=(30, 40, 200))), size=(40, 32), channels=3)
    assert made.image.shape == (40, 32, 3)
    assert [step.name for step in made.steps] == ["upright", "cut", "trim", "resize", "centre"]
    assert np.abs(made.image[20, 16].astype(int) - (30, 40, 200)).max() < 20
    assert made.image[:, [0, -1]].min() > 240


def test_a_diagnosis_is_the_image_and_the_warnings_of_the_doctor_where_it_is_called() -> None:
    content = encode(thing(box=(60, 80, 180, 300)))
    wanted = doctor.examine(content)
    image, warnings = doctor.diagnose(content, "doctor", (28, 28), 1)
    np.testing.assert_array_equal(image, wanted.image)
    assert warnings == wanted.warnings == (steps.CUT_OFF_WORDS,)
    image, warnings = doctor.diagnose(content, "pad", (28, 28), 1)
    np.testing.assert_array_equal(image, doctor.prepare(content, "pad", (28, 28), 1))
    assert warnings == ()


def test_other_preprocessings_are_those_of_fit() -> None:
    from clothier import photo

    content = encode(thing())
    for crop in photo.CROPS:
        expected = photo.read(content, (32, 24), crop, channels=3)[0]
        np.testing.assert_array_equal(doctor.prepare(content, crop, (32, 24), 3), expected)


def test_words_of_errors() -> None:
    with pytest.raises(InputError) as caught:
        doctor.prepare(b"", "docter", (28, 28), 1)
    assert (
        str(caught.value)
        == "unknown preprocessing 'docter'; known: centre, doctor, pad; did you mean 'doctor'?"
    )
    with pytest.raises(InputError) as caught:
        doctor.examine(encode(thing()), skip=["sharp"])
    assert str(caught.value) == (
        "unknown step 'sharp'; known: centre, cut, even, grey, light, resize, sharpen, trim, upright; "
        "did you mean 'sharpen'?"
    )
    with pytest.raises(DataError, match=r"^is empty$"):
        doctor.prepare(b"", "doctor", (28, 28), 1)


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (500, 1), (3, 3)])
def test_odd_shapes_pass(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert doctor.prepare(encode(picture), "doctor", (28, 28), 1).shape == (28, 28, 1)


def test_a_broken_exif_block_is_no_hindrance() -> None:
    buffer = io.BytesIO()
    thing().save(buffer, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff garbage")
    assert doctor.examine(buffer.getvalue()).image.shape == (28, 28, 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_diagnosis_is_what_examining_gives(channels: int) -> None:
    for picture in (thing(), thing(box=(60, 0, 180, 255)), Image.new("L", (300, 200), 90), _lopsided()):
        examined = doctor.examine(encode(picture), size=(28, 24), channels=channels)
        image, warnings = doctor.diagnose(encode(picture), "doctor", (28, 24), channels)
        np.testing.assert_array_equal(image, examined.image)
        assert warnings == examined.warnings


def test_an_unclear_outline_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    content = encode(thing(box=(60, 60, 180, 240)))
    assert doctor.diagnose(content, "doctor", (28, 28), 1)[1] == ()
    monkeypatch.setattr(steps, "UNCLEAR", -1.0)
    assert doctor.diagnose(content, "doctor", (28, 28), 1)[1] == (steps.UNCLEAR_WORDS,)


@pytest.mark.parametrize("way", doctor.WAYS)
def test_the_whole_photo_is_used_where_that_is_asked_for(way: str) -> None:
    picture = thing((300, 200), box=(60, 60, 120, 200))
    image, warnings = doctor.diagnose(encode(picture), way, (30, 30), 1, whole=True)
    assert warnings == ((doctor.WHOLE_WORDS,) if way == "doctor" else ())
    columns = image[15, :, 0].astype(int)
    if way == "doctor":  # light on dark: the ground is dark, and the photo is padded with it
        examined = doctor.examine(encode(picture), doctor.CUTTING, (30, 30), 1)
        np.testing.assert_array_equal(image, examined.image)
        assert columns[12] > columns[6] + 60
    else:
        padded = doctor.prepare(encode(picture), "pad", (30, 30), 1)
        np.testing.assert_array_equal(image, padded)
    np.testing.assert_array_equal(
        doctor.diagnose(encode(picture), way, (30, 30), 1, whole=False)[0],
        doctor.prepare(encode(picture), way, (30, 30), 1),
    )
