from __future__ import annotations

import subprocess
import sys

import pytest

from clothier.data import SOURCES, load
from clothier.data.options import SPLITS
from clothier.errors import InputError


def refusal(name: str) -> str:
    with pytest.raises(InputError) as caught:
        load(name)
    return str(caught.value)


def test_every_source_says_how_it_is_used() -> None:
    for name, source in SOURCES.items():
        assert source.syntax.startswith(name)
        assert source.default_split in SPLITS
        assert source.description


def test_an_unknown_source() -> None:
    assert refusal("folders:x") == (
        "unknown data source 'folders'; known: csv:FILE[,TEST_FILE], fashion-mnist, folder:DIR, "
        "generated[:NUM_TRAIN], idx:DIR; did you mean 'folder:DIR'?"
    )
    assert refusal("fashion_mnist").endswith("did you mean 'fashion-mnist'?")


@pytest.mark.parametrize("name", ["idx", "csv", "folder"])
def test_a_missing_argument(name: str) -> None:
    words = f"data source '{name}' needs to know where; wanted {SOURCES[name].syntax}"
    assert refusal(name) == refusal(f"{name}:") == words


def test_an_argument_too_many() -> None:
    assert refusal("fashion-mnist:old") == (
        "data source 'fashion-mnist' takes nothing after its name and got 'old'; wanted fashion-mnist"
    )


def test_importing_loads_nothing_heavy() -> None:
    program = "import sys, clothier.data; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "clothier.data.folder" in loaded
    assert not {"keras", "tensorflow", "sklearn", "scipy", "pooch", "requests", "matplotlib"} & set(loaded)
