"""What is too large is told before the first epoch, with what fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clothier import recipes, training
from clothier.errors import InputError
from clothier.models.plan import Plan
from clothier.runs import Run
from clothier.system import memory
from clothier.training import room
from clothier.values import Dataset

GIGABYTE = 10**9
RECIPE = recipes.get("cnn1")
PLAN = Plan("cnn1", (224, 224, 3), 2)


def _free(monkeypatch: pytest.MonkeyPatch, size: int | None) -> None:
    monkeypatch.setattr(memory, "available", lambda: size)


def _refusal(plan: Plan, num_images: int = 1000, **changes: object) -> str:
    with pytest.raises(InputError) as caught:
        room.check(replace(RECIPE, **changes), plan, num_images)  # type: ignore[arg-type]  # any field
    return str(caught.value)


# Peaks that benchmarks/train/memory.py measured, in MiB:
# model, side, channels, training images, batch size, peak.
MEASURED = [
    ("cnn1", 128, 3, 64, 64, 1302),
    ("cnn1", 180, 3, 12, 64, 1947),
    ("cnn1", 320, 3, 12, 64, 5658),
    ("cnn3", 160, 1, 32, 32, 1615),
    ("cnn4", 96, 3, 64, 64, 2035),
    ("cnn4", 128, 3, 8, 8, 2987),
]


@pytest.mark.parametrize(("model", "side", "channels", "num_images", "batch_size", "peak"), MEASURED)
def test_the_estimate_is_near_what_was_measured(
    model: str, side: int, channels: int, num_images: int, batch_size: int, peak: int
) -> None:
    recipe = replace(recipes.get(model), batch_size=batch_size)
    need = room.needed(recipe, Plan(model, (side, side, channels), 2), num_images)
    assert need / 2**20 == pytest.approx(peak, rel=0.2)


def test_what_takes_more_memory_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 3 * GIGABYTE)
    message = _refusal(PLAN)
    assert message == (
        "cnn1 on images of 224x224 pixels takes about 9.0 GB of memory to train; 3.0 GB are free; "
        "wanted smaller images, such as --image-size 123"
    )
    side = int(message.split()[-1])
    room.check(RECIPE, replace(PLAN, image_shape=(side, side, 3)), 1000)
    _refusal(replace(PLAN, image_shape=(side + 1, side + 1, 3)))


def test_a_smaller_batch_may_do(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 5 * GIGABYTE)
    message = _refusal(PLAN, batch_size=500)
    assert ", or --set batch_size=" in message
    size = int(message.split("=")[-1])
    room.check(replace(RECIPE, batch_size=size), PLAN, 1000)
    _refusal(PLAN, batch_size=size + 1)


def test_sides_keep_their_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 2 * GIGABYTE)
    message = _refusal(replace(PLAN, image_shape=(100, 400, 3)))
    height, width = map(int, message.split()[-1].split("x"))
    assert abs(height - width / 4) < 1


def test_what_no_model_file_holds() -> None:
    assert _refusal(replace(PLAN, image_shape=(1024, 1024, 3))) == (
        "cnn1 on images of 1024x1024 pixels has 4,278,261,768 bytes of weights and statistics, more than the "
        "2,013,265,920 that a model file holds; wanted smaller images, such as --image-size 703"
    )


def test_small_networks_and_unknown_memory_are_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 0)
    room.check(RECIPE, replace(PLAN, image_shape=(28, 28, 1)), 100)
    _free(monkeypatch, None)
    room.check(RECIPE, replace(PLAN, image_shape=(600, 600, 3)), 1000)


def test_a_base_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """VGG19's 80 MB are not trained, unless they are."""
    recipe = recipes.get("vgg19")
    plan = Plan.of(recipe, (28, 28, 1), 10)
    frozen = room.needed(replace(recipe, fine_tune_epochs=0), plan, 1000)
    tuned = room.needed(replace(recipe, fine_tune_epochs=2), plan, 1000)
    assert frozen < 1.5 * GIGABYTE < 3 * GIGABYTE < tuned
    photos = recipes.get("photos")
    large = Plan.of(photos, (224, 224, 3), 10)
    last, whole = (room.needed(replace(photos, fine_tune_part=part), large, 1000) for part in ("last", "all"))
    assert last < 1.5 * GIGABYTE < 3 * GIGABYTE < whole
    _free(monkeypatch, GIGABYTE)
    with pytest.raises(InputError, match=r"wanted a smaller network; choose another recipe$"):
        room.check(replace(recipe, fine_tune_epochs=0), plan, 1000)


def test_a_run_that_does_not_fit_is_not_begun(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_SMALL", 0)
    _free(monkeypatch, 10**6)
    run = Run.create("cnn1", tmp_path)
    with pytest.raises(InputError, match=r"takes about 0\.\d GB of memory to train; 0\.0 GB are free"):
        training.train(RECIPE, tiny, run)
    assert not run.path.exists()
