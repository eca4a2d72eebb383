from __future__ import annotations

import json

import pytest

from clothier.embed.projections.packages import wanted
from clothier.errors import MissingExtraError


def test_a_package_that_is_there_is_given() -> None:
    assert wanted("json", "this", "explore") is json


def test_one_that_is_not_is_named_with_its_extra() -> None:
    with pytest.raises(MissingExtraError) as caught:
        wanted("no_such_package", "UMAP", "umap")
    assert str(caught.value) == (
        "UMAP needs the package 'no_such_package', which is not installed; "
        "install it with: pip install 'clothier[umap]'"
    )
