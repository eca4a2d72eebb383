"""The manifest, there and back."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from support.model_files import manifest

from clothier.bundle import Manifest, Member
from clothier.errors import BundleError


def test_there_and_back() -> None:
    before = manifest(image_shape=(20, 30, 3), num_features=7, members={"model.onnx": Member("0" * 64, 7)})
    assert Manifest.from_json(json.loads(json.dumps(before.as_json()))) == before


def test_every_field_is_wanted() -> None:
    for name in (field.name for field in fields(Manifest)):
        content = json.loads(json.dumps(manifest(num_features=7).as_json()))
        del content[name]
        with pytest.raises(BundleError) as caught:
            Manifest.from_json(content)
        assert str(caught.value) == f"manifest.json has no '{name}'; wanted it there"
