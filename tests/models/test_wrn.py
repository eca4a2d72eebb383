"""The wide residual network: its size, its shape, its shortcuts."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from clothier import backend, models
from clothier.models import wrn
from clothier.models.layers import BatchNormalization

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 12, 12, 1), dtype=np.uint8)


def _size(depth: int, width: int, channels: int, num_classes: int) -> int:
    """Trainable parameters, counted from the paper's table 1: kernels without biases, two numbers a channel for each
    normalisation, one dense layer."""
    blocks = (depth - 4) // 6
    before, total = 16, 9 * channels * 16
    for filters in (16 * width, 32 * width, 64 * width):
        shortcut = 0 if before == filters else before * filters
        total += 9 * before * filters + shortcut + (2 * blocks - 1) * 9 * filters**2
        total += 2 * (before + (2 * blocks - 1) * filters)
        before = filters
    return total + 2 * before + (before + 1) * num_classes


@pytest.mark.parametrize(
    ("depth", "width", "published"), [(16, 8, "11.0"), (40, 1, "0.6"), (40, 2, "2.2"), (16, 10, "17.1")]
)
def test_the_number_of_parameters_is_the_papers(depth: int, width: int, published: str) -> None:
    """In millions, for CIFAR-10."""
    model = wrn.build((32, 32, 3), 10, depth, width)
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_variables)
    assert trainable == _size(depth, width, 3, 10)
    assert f"{trainable / 1e6:.1f}" == published
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    assert len(convolutions) == depth + (0 if width > 1 else -1)  # a group of 16 filters needs no shortcut


def test_the_one_in_the_table_is_as_its_docstring_says() -> None:
    model = models.build("wrn16_8", (28, 28, 1), 10)
    rows = models.describe(model)
    assert model.name == "wrn16_8"
    assert (sum(row.parameters for row in rows), sum(row.trainable for row in rows)) == (
        10_968_282,
        10_961_082,
    )
    shapes = {row.name: row.output_shape for row in rows}
    assert [shapes[f"group{group}_block2_add"] for group in (2, 3, 4)] == [
        (28, 28, 128), (14, 14, 256), (7, 7, 512),
    ]  # fmt: skip
    norms = [layer for layer in model.layers if "norm" in layer.name]
    assert {type(layer) for layer in norms} == {BatchNormalization}


def test_a_block_whose_last_kernel_is_zero_is_its_shortcut() -> None:
    model = wrn.build((12, 12, 1), 3, 16, 1)
    kernel = model.get_layer("group3_block2_conv2").kernel
    kernel.assign(np.zeros(kernel.shape))
    names = ("group3_block1_add", "group3_block2_add")
    before, after = keras.Model(model.input, [model.get_layer(name).output for name in names])(IMAGES)
    np.testing.assert_array_equal(before, after)


def test_it_learns_a_batch_by_heart() -> None:
    backend.set_seed(1)
    model = wrn.build((12, 12, 1), 3, 10, 1)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.005)
    trainer = backend.Trainer(model, optimizer, label_smoothing=0.1, average_decay=0.9)
    labels, losses = np.arange(12) % 3, []
    for _ in range(25):
        trainer.reset()
        trainer.step(IMAGES, labels)
        losses.append(trainer.means()[0])
    assert trainer.means()[1] == 1.0
    assert losses[-1] < losses[0] / 2
