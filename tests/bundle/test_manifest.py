"""The manifest, there and back."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from made_bundles import PLAN, manifest

from clothier.bundle import Manifest, Member
from clothier.errors import BundleError
from clothier.models.plan import Plan

TRUNK = Plan("cnn3", (28, 28, 1), 10)


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        Plan("cnn3", (20, 30, 3), 3, trunk=TRUNK, base_end="logits", head_units=7),
        Plan("vgg19", (5, 5, 3), 3, resize="nearest", base_pixels="article_mistake"),
        Plan("fastnet", (28, 28, 1), 3, views="mirror+shift"),
    ],
)
def test_there_and_back(plan: Plan) -> None:
    before = manifest(plan=plan, members={"model.onnx": Member("0" * 64, 7)})
    assert Manifest.from_json(json.loads(json.dumps(before.as_json()))) == before


def test_every_field_is_wanted() -> None:
    for name in (field.name for field in fields(Manifest)):
        content = json.loads(json.dumps(manifest().as_json()))
        del content[name]
        with pytest.raises(BundleError) as caught:
            Manifest.from_json(content)
        assert str(caught.value) == f"manifest.json has no '{name}'; wanted it there"


def test_a_trunk_is_of_the_same_network() -> None:
    plan = Plan("cnn1", (28, 28, 1), 3, trunk=TRUNK)
    with pytest.raises(BundleError, match="has a trunk of another model \\(cnn3\\); wanted cnn1"):
        Manifest.from_json(json.loads(json.dumps(manifest(plan=plan).as_json())))
