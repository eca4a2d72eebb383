from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.awkward_embeddings import BLUE, RED, two_colours

from clothier.errors import DataError
from clothier.projector import sprite
from clothier.system.files import is_figure
from clothier.values import Images


def _pixels(content: bytes) -> Images:
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture)


def _cells(sheet: Images, side: int) -> list[Images]:
    """Row by row, as the page counts them."""
    per_row = len(sheet) // side
    return [
        sheet[row * side : (row + 1) * side, column * side : (column + 1) * side]
        for row in range(per_row)
        for column in range(per_row)
    ]


def test_grey_thumbnails_lie_inverted_in_a_square() -> None:
    images = np.random.default_rng(0).integers(0, 200, (7, 5, 5, 1), dtype=np.uint8)
    sheet = _pixels(sprite.draw(images))
    assert sheet.shape == (15, 15)
    for cell, image in zip(_cells(sheet, 5), images, strict=False):
        np.testing.assert_array_equal(cell, 255 - image[..., 0])


def test_thumbnails_are_marked_as_ours(tmp_path: Path) -> None:
    file = tmp_path / "sprite.png"
    file.write_bytes(sprite.draw(np.zeros((7, 5, 5, 1), np.uint8)))
    assert is_figure(file)


def test_what_is_light_already_stays() -> None:
    images = np.full((2, 4, 4, 1), 200, np.uint8)
    assert (_cells(_pixels(sprite.draw(images)), 4)[1] == 200).all()


def test_photos_keep_colours_and_proportions() -> None:
    cells = _cells(_pixels(sprite.draw(two_colours(5))), 6)
    for cell, colour in zip(cells, [RED, BLUE] * 2, strict=False):
        assert (cell[:, 1:5] == (*colour, 255)).all()
        assert (cell[:, [0, 5], 3] == 0).all()  # the page leaves out what is transparent


def test_wide_grey_images_have_transparency_too() -> None:
    cells = _cells(_pixels(sprite.draw(np.zeros((2, 2, 4, 1), np.uint8))), 4)
    assert cells[0][:, 0].tolist() == [[0, 0], [255, 255], [255, 255], [0, 0]]


@pytest.mark.parametrize(("num_images", "fits"), [(128**2, True), (128**2 + 1, False)])
def test_the_page_takes_8192_pixels(num_images: int, fits: bool) -> None:
    images = np.broadcast_to(np.uint8(0), (num_images, 64, 48, 3))
    if fits:
        sprite.check(images)
        return
    with pytest.raises(DataError) as caught:
        sprite.draw(images)
    assert str(caught.value) == (
        "16,385 images of 64 x 48 pixels do not fit into TensorBoard's 8192 x 8192; 16,384 do; "
        "take a part with --sample 16384"
    )
