from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import others


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two stamps, one of them of clothes, and a large desktop background."""
    monkeypatch.setattr(others, "SAMPLES", {})
    monkeypatch.setattr(others, "DRAWN", 2)
    monkeypatch.setattr(others, "SIDE", 64)
    for name in (
        "tuxpaint/stamps/animals/cow.png",
        "tuxpaint/stamps/clothes/shirt.png",
        "backgrounds/hill.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        Image.new("RGB", (900, 800) if "hill" in name else (60, 40), (90, 120, 40)).save(path)
    (tmp_path / "backgrounds" / "notes.txt").write_text("")
    return tmp_path


def test_clothes_are_left_out_and_large_pictures_are_cropped(root: Path, tmp_path: Path) -> None:
    assert [(kind, path.name) for kind, path in others.paths(root)] == [
        ("stamps", "cow.png"),
        ("backgrounds", "hill.jpg"),
    ]
    counts = others.write(root, tmp_path / "out")
    by_kind: dict[str, int] = {}
    for name, count in counts.items():
        kind = name.partition("/")[2]
        by_kind[kind] = by_kind.get(kind, 0) + count
    assert by_kind == {"stamps": 1, "backgrounds": 1 + others.CROPS, "drawn": 4 * 2}
    written = sorted((tmp_path / "out").glob("*/*/*.png"))
    assert len(written) == sum(by_kind.values())
    assert len({path.parents[1] for path in written if "backgrounds-hill-" in path.name}) == 1
    for path in written:
        with Image.open(path) as image:
            assert max(image.size) <= 64


def test_crops_lie_within_the_picture() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (700, 800, 3), dtype=np.uint8))
    whole, *rest = others.crops(image, np.random.default_rng(1))
    assert whole is image
    assert len(rest) == others.CROPS
    for crop in rest:
        assert crop.width == crop.height
        assert 700 / 3 - 1 <= crop.width <= 700 * 2 / 3
