"""One of each kind, added as CONTRIBUTING says, an object and a line in its table, and taken through its verb."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import keras
import numpy as np
import pytest
from conftest import stripes
from keras import layers

from clothier import augment, backend, cli, data, export, models, recipes
from clothier.augment import Policy
from clothier.data import LoadOptions, Source
from clothier.embed import projections
from clothier.export.formats import Format, Made, Work
from clothier.models import parts
from clothier.models.bases import Pretrained
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.values import Dataset, Floats, Images


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images, x = parts.pixels(image_shape)
    x = layers.Flatten(name="flatten")(layers.MaxPooling2D(2, name="pool1")(x))
    return keras.Model(images, parts.logits(x, num_classes), name="added_model")


def features(x: keras.KerasTensor, plan: Plan) -> keras.KerasTensor:
    return layers.Flatten(name="flatten")(
        layers.AveragePooling2D(4, name="pool1")(layers.Conv2D(2, 3, name="conv1")(x))
    )


def throw(rng: np.random.Generator, images: Images) -> Images:
    return rng.integers(0, 2, (len(images), 1, 1, 1), dtype=np.uint8)


def move(images: Images, dice: Images) -> Images:
    return np.where(dice == 1, images[:, ::-1], images)


def load(argument: str, options: LoadOptions, default_validation: str) -> Dataset:
    return Dataset(
        train=stripes(60, 1),
        validation=stripes(30, 2),
        test=stripes(30, 3),
        class_names=("row", "column", "none"),
        fingerprint="e" * 64,
        name="added-source",
    )


@dataclass(frozen=True)
class Halves:
    coordinates: Floats
    seconds: float
    kept: float

    @property
    def quality(self) -> dict[str, float]:
        return {"kept": self.kept}


def project(vectors: Floats) -> Halves:
    return Halves(vectors[:, :2] / np.float32(2), 0.0, 0.5)


def save(work: Work) -> Made:
    kernel, bias = (np.asarray(weight) for weight in work.model.weights)
    arrays = json.dumps([kernel.tolist(), bias.tolist()]).encode()
    judge = backend.Inference(work.model)
    return Made(
        {".added": arrays},
        lambda images: np.asarray(
            keras.ops.softmax(judge.logits(work.model.get_weights(), images) / (work.temperature or 1.0))
        ),
    )


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("clothier.models.added_model")
    module.build = build  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(
        models.MODELS, "added_model", models.Architecture("added_model", 2, "a linear network")
    )
    base = ModuleType("clothier.models.bases.added_base")
    base.features = features  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, base.__name__, base)
    monkeypatch.setitem(
        models.BASES,
        "added_base",
        Pretrained("added_base", "Added", 96, 2 * 23 * 23, 56, 0.1, "MIT", "a page"),
    )
    monkeypatch.setitem(models.MODELS, "added_base", models.Architecture("bases.added_base", 1, "a base"))
    recipe = Recipe(
        name="added_recipe",
        model="added_model",
        epochs=1,
        augmented_epochs=1,
        augment="added-policy",
        batch_size=20,
    )
    monkeypatch.setitem(recipes.RECIPES, "added_recipe", recipe)
    monkeypatch.setitem(augment.POLICIES, "added-policy", Policy(throw, move))
    monkeypatch.setitem(data.SOURCES, "added-source", Source(load, "stripes", "added-source", "stratified"))
    monkeypatch.setitem(
        projections.METHODS, "added", projections.Method(project, Halves, (), "the first two numbers")
    )
    monkeypatch.setitem(export.FORMATS, "added", Format(save, ".added", "Keras", "numbers as JSON"))


def _runs(capsys: pytest.CaptureFixture[str], words: str) -> str:
    assert cli.run(words.split()) == 0, capsys.readouterr().err
    return capsys.readouterr().out


@pytest.mark.usefixtures("added")
def test_one_of_each_goes_through_its_verb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOTHIER_CACHE", str(tmp_path / "cache"))
    for command, name in (
        ("models", "added_model"),
        ("bases", "added_base"),
        ("recipes", "added_recipe"),
        ("data list", "added-source"),
    ):
        assert name in _runs(capsys, command)
    assert "augment" in _runs(capsys, "recipes added_recipe")
    assert "added_model" in _runs(capsys, "summary added_model")

    found = json.loads(_runs(capsys, "train added_recipe --data added-source --verbose 0 --json"))
    assert [phase["name"] for phase in found["phases"]] == ["plain", "augmented"]
    assert found["recipe"]["augment"] == "added-policy"
    assert (tmp_path / "runs/added_recipe-1/model.clothier").is_file()

    words = "train transfer --base random --set model=added_base --set head_units=4 --epochs 1 --data added-source"
    based = json.loads(_runs(capsys, f"{words} --verbose 0 --json"))
    assert based["recipe"]["model"] == "added_base"
    assert (tmp_path / "runs/transfer-1/model.clothier").is_file()

    _runs(capsys, "export runs/added_recipe-1 --format added")
    kernel, bias = json.loads((tmp_path / "runs/added_recipe-1/model.added").read_text())
    assert np.shape(kernel) == (36, 3)
    assert np.shape(bias) == (3,)

    answer = json.loads(_runs(capsys, "embed --model runs/added_recipe-1 --project added --out e.npz --json"))
    assert answer["projections"]["added"]["kept"] == 0.5
    assert len((tmp_path / "e-added.csv").read_text().splitlines()) == 31
