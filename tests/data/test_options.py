from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clothier.data.options import LoadOptions
from clothier.errors import InputError


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        LoadOptions(validation="artcle")
    assert str(caught.value) == (
        "unknown validation 'artcle'; known: article, default, none, stratified; did you mean 'article'?"
    )
    with pytest.raises(InputError) as caught:
        LoadOptions(crop="center")
    assert str(caught.value) == "unknown crop 'center'; known: centre, doctor, pad; did you mean 'centre'?"
    with pytest.raises(InputError) as caught:
        LoadOptions(image_size=(0, 64))
    assert str(caught.value) == "image size is 0 x 64; wanted sides from 1 to 2048 pixels"


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        (LoadOptions(image_size=(8, 8)), "--image-size"),
        (LoadOptions(crop="centre"), "--crop"),
        (LoadOptions(skip_bad=True), "--skip-bad"),
    ],
)
def test_photo_options_are_refused_by_other_sources(options: LoadOptions, flag: str) -> None:
    with pytest.raises(InputError) as caught:
        options.refuse_photo_options("idx")
    assert (
        str(caught.value) == f"{flag} does not apply to idx, whose images have their own size; leave it out"
    )


def test_defaults_are_refused_by_none() -> None:
    LoadOptions(seed=4, validation="none").refuse_photo_options("idx")


def test_the_cache_lies_in_the_users_cache_directory(tmp_path: Path) -> None:
    assert LoadOptions().cache_folders("photos")[0] == tmp_path / "cache" / "clothier" / "photos"
    assert LoadOptions(cache_dir=tmp_path).cache_folders("photos") == [tmp_path / "photos"]


def test_progress_and_warnings_go_where_they_are_wanted() -> None:
    told: list[object] = []
    options = LoadOptions(progress=lambda *step: told.append(step), warn=told.append)
    options.report("decoding", 1, 2)
    options.tell("mind this")
    assert told == [("decoding", 1, 2), "mind this"]
    LoadOptions().report("decoding", 1, 2)
    LoadOptions().tell("mind this")


@pytest.mark.parametrize("size", ["x", -3, 64, (64,), (64, 64, 3), (64.0, 64), ("64", "64"), [[64], [64]]])
def test_a_size_of_another_kind_is_refused(size: Any) -> None:
    with pytest.raises(InputError) as caught:
        LoadOptions(image_size=size)
    assert str(caught.value) == f"image_size is {size!r}; wanted (height, width) in pixels, such as (64, 64)"


def test_other_kinds_of_options_are_refused() -> None:
    with pytest.raises(InputError, match=r"^seed is 'a'; wanted a whole number$"):
        LoadOptions(seed="a")  # type: ignore[arg-type]
    with pytest.raises(
        InputError, match=r"^unknown validation '3'; known: article, default, none, stratified$"
    ):
        LoadOptions(validation=3)  # type: ignore[arg-type]
