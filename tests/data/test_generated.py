from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from clothier.data.generated import CLASS_NAMES, draw, draw_one
from clothier.data.generated.dice import DARKEST, LIGHTEST, Dice
from clothier.data.generated.patterns import PATTERNS, throw_pattern
from clothier.data.generated.render import FULL, Look, blur, coverage, enlarge, render
from clothier.data.generated.shapes import Fill, Garment, Outline, box, disc, stroke
from clothier.data.generated.upper_body import UpperBody
from clothier.errors import InputError
from clothier.values import Images, Labels

STILL = Look(
    turn=0, lean=0, stretch=1, fill=0.9, shift=(0, 0), light=np.ones((7, 7)), weave=np.ones((56, 56)), edge=0
)


def seeded(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def drawn() -> tuple[Images, Labels]:
    return draw(2000, seed=5)


def test_the_classes_are_those_of_fashion_mnist() -> None:
    assert CLASS_NAMES == (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )


def test_the_same_arguments_give_the_same_bytes_on_every_machine() -> None:
    # Made by this very expression; the same with Python 3.11 and NumPy 2.4, 3.12 and 2.0, 3.13 and 2.2, and with
    # NumPy confined to SSE. Only a change of the drawings may change it.
    images, labels = draw(50, seed=13)
    digest = hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes()).hexdigest()
    assert digest == "68bd1b6e477019543dd068c70038b51e9481d4ee07535d84f0dfe43c752dfc5d"


def test_another_seed_gives_other_pictures_and_another_order() -> None:
    (images, labels), (other_images, other_labels) = draw(50, seed=1), draw(50, seed=2)
    assert not np.array_equal(labels, other_labels)
    assert not {image.tobytes() for image in images} & {image.tobytes() for image in other_images}


@pytest.mark.parametrize("num_images", [10, 23, 101])
def test_classes_are_balanced_within_one(num_images: int) -> None:
    images, labels = draw(num_images, seed=3)
    counts = np.bincount(labels, minlength=10)
    assert counts.sum() == num_images
    assert counts.max() - counts.min() <= 1
    assert images.shape == (num_images, 28, 28, 1)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64


def test_labels_are_shuffled(drawn: tuple[Images, Labels]) -> None:
    _, labels = drawn
    assert abs(float(np.mean(labels[1:] == labels[:-1])) - 0.1) < 0.03


def test_every_picture_is_a_light_garment_within_a_black_border(drawn: tuple[Images, Labels]) -> None:
    pictures = drawn[0][..., 0]
    for edge in (pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]):
        assert not edge.any()
    assert pictures.max(axis=(1, 2)).min() > DARKEST
    inked = pictures > 0
    assert 0.05 < inked.mean(axis=(1, 2)).min() < inked.mean(axis=(1, 2)).max() < 0.85
    longer_side = np.maximum(inked.any(axis=1).sum(axis=1), inked.any(axis=2).sum(axis=1))
    assert 23 <= longer_side.min() <= longer_side.max() == 26


def test_no_two_pictures_are_equal(drawn: tuple[Images, Labels]) -> None:
    images, _ = drawn
    assert len({image.tobytes() for image in images}) == len(images)


def test_class_means_alone_tell_most_pictures_but_far_from_all(drawn: tuple[Images, Labels]) -> None:
    flat, labels = drawn[0].reshape(2000, -1).astype(np.float64), drawn[1]
    means = np.stack([flat[:1000][labels[:1000] == label].mean(axis=0) for label in range(10)])
    distances = ((flat[1000:, np.newaxis] - means) ** 2).sum(axis=2)
    assert 0.5 < (distances.argmin(axis=1) == labels[1000:]).mean() < 0.9


@pytest.mark.parametrize("label", range(10), ids=CLASS_NAMES)
def test_a_larger_picture_shows_the_same_garment(label: int) -> None:
    small = draw_one(label, seeded(label))
    large = draw_one(label, seeded(label), size=112)
    assert large.shape == (112, 112)
    shrunk = large.reshape(28, 4, 28, 4).mean(axis=(1, 3))
    other = draw_one(label, seeded(label + 10)).astype(np.float64)
    assert np.abs(small - shrunk).mean() < 6 < np.abs(other - shrunk).mean()


def test_errors_say_what_came_and_what_was_wanted() -> None:
    with pytest.raises(InputError) as few:
        draw(9, seed=0)
    assert str(few.value) == "9 generated images; wanted 10 or more, one per class"
    with pytest.raises(InputError) as negative:
        draw(10, seed=-1)
    assert str(negative.value) == "seed is -1; wanted 0 or more"
    with pytest.raises(InputError) as small:
        draw_one(0, seeded(0), size=13)
    assert str(small.value) == "size is 13 pixels; wanted 14 or more"
    with pytest.raises(InputError) as unknown:
        draw_one(10, seeded(0))
    assert str(unknown.value) == "label is 10; wanted 0 to 9"


def cover(areas: list[Outline], size: int) -> npt.NDArray[np.float64]:
    """Shares of each pixel that one part made of these areas covers."""
    corners = np.array([corner for area in areas for corner in area]).T
    covered: npt.NDArray[np.float64] = (
        coverage(corners, areas, np.zeros(len(areas), np.int64), size)[0] / FULL
    )
    return covered


def test_coverage_of_a_polygon_is_its_area() -> None:
    area = [(2.25, 3.5), (17.0, 1.25), (14.5, 18.75), (6.0, 12.0)]
    x, y = np.array(area).T
    shoelace = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    assert cover([area], 20).sum() == pytest.approx(shoelace, rel=0.003)


def test_coverage_agrees_with_a_finely_sampled_polygon() -> None:
    polygon_of_four = [(3.0, 2.0), (20.5, 5.5), (22.0, 19.0), (9.0, 21.0)]
    for polygon in (polygon_of_four, disc((12, 12), 8), stroke([(2, 20), (21, 4)], 4)):
        fine = Image.new("1", (24 * 32, 24 * 32))
        ImageDraw.Draw(fine).polygon([(x * 32, y * 32) for x, y in polygon], fill=1)
        sampled = np.asarray(fine, np.float64).reshape(24, 32, 24, 32).mean(axis=(1, 3))
        np.testing.assert_allclose(cover([polygon], 24), sampled, atol=0.1)


def test_coverage_is_full_where_areas_overlap_and_ends_at_the_frame() -> None:
    twice = [box(2, 2, 8, 8), box(5, 5, 30, 30)]
    expected = np.zeros((10, 10))
    expected[2:8, 2:8] = expected[5:, 5:] = 1
    np.testing.assert_array_equal(cover(twice, 10), expected)


def test_decoration_stays_within_its_fill() -> None:
    fill = Fill([box(0, 0, 10, 10)], 200, [Fill([box(-50, 5, 50, 50)], 100)])
    picture = render(Garment([fill]), STILL, 100)
    assert set(np.unique(picture[6:50, 6:94])) == {200}
    assert set(np.unique(picture[50:94, 6:94])) == {100}
    assert not picture[:4].any()
    assert not picture[96:].any()


def test_a_symmetric_garment_is_drawn_symmetric() -> None:
    body = UpperBody(12, 9, 30, 8, 28, 30, 26, 60, 29, 100)
    picture = render(Garment([body.inside(180), Fill([body.outline()], 180)]), STILL, 56).astype(np.int64)
    assert np.abs(picture - picture[:, ::-1]).max() <= 1
    assert np.abs(picture - picture[::-1]).max() > 50


def test_blur_and_enlarge_keep_a_constant_field() -> None:
    flat = np.full((9, 9), 7, np.int64)
    np.testing.assert_allclose(blur(flat, 2)[2:-2, 2:-2], 7)
    assert blur(flat, 2)[0, 0] == pytest.approx(7 * 9 / 25)
    np.testing.assert_array_equal(enlarge(np.full((4, 4), 0.5), 11), 0.5)
    ramp = enlarge(np.tile(np.arange(4.0), (4, 1)), 16)
    assert (np.diff(ramp[0]) >= 0).all()
    assert (ramp[0, 0], ramp[0, -1]) == (0, 3)


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_shows_on_dark_and_light_cloth(name: str) -> None:
    for tone in (DARKEST, 140, LIGHTEST):
        for part in throw_pattern(Dice(seeded(tone)), tone, {name: 1.0}):
            assert len(part.areas) > 0
            assert abs(part.tone - tone) >= 20
            assert DARKEST <= part.tone <= LIGHTEST


def test_cloth_is_plain_as_often_as_the_weights_leave_room() -> None:
    dice = Dice(seeded(2))
    plain = [not throw_pattern(dice, 150, {"across": 0.2, "block": 0.1}) for _ in range(2000)]
    assert np.mean(plain) == pytest.approx(0.7, abs=0.03)


def test_dice_pick_as_often_as_the_weights_say() -> None:
    dice = Dice(seeded(3))
    picks = [dice.pick({"a": 1, "b": 3, "c": 0}) for _ in range(4000)]
    assert picks.count("a") / 4000 == pytest.approx(0.25, abs=0.03)
    assert "c" not in picks
    counts = {dice.count(2, 4) for _ in range(200)}
    assert counts == {2, 3, 4}


@pytest.mark.parametrize("tone", [DARKEST, 60, 140, 230, LIGHTEST])
def test_a_near_tone_always_differs(tone: int) -> None:
    dice = Dice(seeded(tone))
    steps = np.array([dice.near(tone, 20, 40) - tone for _ in range(300)])
    assert 20 <= np.abs(steps).min() <= np.abs(steps).max() <= 40
    if tone == 140:
        assert (steps > 0).mean() == pytest.approx(0.5, abs=0.1)
