"""Writing: equal bundles give equal bytes, and nothing is written that could not be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.model_files import made, manifest

from clothier import bundle
from clothier.errors import BundleError, WriteError


def test_equal_bundles_give_equal_bytes(tmp_path: Path) -> None:
    assert bundle.pack(made()) == bundle.pack(replace(made(), manifest=manifest(members={})))
    bundle.write(tmp_path / "model.clothier", made())
    assert (tmp_path / "model.clothier").read_bytes() == bundle.pack(made())


def test_what_is_read_can_be_written_again(tmp_path: Path) -> None:
    path = tmp_path / "model.clothier"
    bundle.write(path, made())
    bundle.write(tmp_path / "again.clothier", bundle.read(path))
    assert (tmp_path / "again.clothier").read_bytes() == path.read_bytes()


def test_a_small_file_may_leave_look_alikes_out(tmp_path: Path) -> None:
    path = tmp_path / "small.clothier"
    bundle.write(path, replace(made(), lookalikes=None))
    assert bundle.read(path).lookalikes is None
    assert path.stat().st_size < len(bundle.pack(made())) - 3000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"manifest": manifest(temperature=0.0)},
            "manifest.json: 'temperature' is 0.0; wanted a number from",
        ),
        ({"graph": b"no graph"}, "model.onnx is not an ONNX graph"),
        (
            {"manifest": manifest(image_shape=(7, 5, 1)), "lookalikes": None},
            "model.onnx takes [('images', 2, (6, 5, 1))]; wanted",
        ),
    ],
)
def test_what_could_not_be_read_is_not_written(
    changes: dict[str, object], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.clothier"
    with pytest.raises(BundleError) as caught:
        bundle.write(path, replace(made(), **changes))  # type: ignore[arg-type]  # any field
    assert str(caught.value).startswith(f"no model file {path} is written, since it could not be read: ")
    assert words in str(caught.value)
    assert not path.exists()


def test_arrays_of_other_types_are_refused() -> None:
    with pytest.raises(BundleError) as caught:
        bundle.pack(replace(made(), statistics={"a": np.zeros(3)}))
    assert str(caught.value) == "array a is float64; wanted float32, int64 or uint8"


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot write"):
        bundle.write(tmp_path / "file" / "model.clothier", made())
