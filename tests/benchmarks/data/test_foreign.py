from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.data.foreign import FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_the_undamaged_file_of_each_format_is_read(name: str, tmp_path: Path) -> None:
    write, read = FORMATS[name]
    write(tmp_path / "good")
    assert read(tmp_path / "good") is not None
