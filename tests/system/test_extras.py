from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from clothier.errors import MissingExtraError
from clothier.system import extras


def test_a_package_that_is_there_is_given() -> None:
    assert extras.load("json", "this") is json


def test_one_that_is_not_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.EXTRAS, "no_such_package", "umap")
    for name, extra in (("no_such_package.part", "umap"), ("not_this_either", "train")):
        with pytest.raises(MissingExtraError) as caught:
            extras.load(name, "UMAP")
        assert str(caught.value) == (
            f"UMAP needs the package '{name.partition('.')[0]}', which is not installed; "
            f"install it with: pip install 'clothier[{extra}]'"
        )


def test_every_extra_brings_the_packages_that_are_said_to_come_with_it() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    brought = {
        extra: {re.split(r"[\[<>=;]", requirement)[0].replace("-", "_") for requirement in requirements}
        for extra, requirements in project["optional-dependencies"].items()
    }
    for package, extra in extras.EXTRAS.items():
        assert {package, f"{package}_learn"} & brought[extra], package
