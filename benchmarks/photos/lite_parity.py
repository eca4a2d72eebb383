"""EfficientNet-Lite's features by clothier against those of its PyTorch implementation, on random images.

    pip install 'clothier[train,imagenet]'
    python -m venv torch && torch/bin/pip install torch efficientnet-lite-pytorch
    python -m benchmarks.photos.lite_parity torch/bin/python

It prints for each network the length of the difference over the length of PyTorch's features, at the native size and at
two others, and the numbers that tests/models/bases/test_efficientnet_lite.py compares with.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from clothier import backend, models
from clothier.models import BASES
from clothier.models.bases import places
from clothier.models.plan import Plan
from clothier.training.transfer import imagenet
from clothier.values import Floats, Images

NAMES = [name for name, base in BASES.items() if base.package]
GOLDEN = 5  # features that the test has: the largest of the second image
# Run by the Python that has PyTorch: images, weights and a name -> features, with the layers of the package.
REFERENCE = """
import sys, numpy, torch
from efficientnet_lite_pytorch import EfficientNet
images, weights, name, out = sys.argv[1:]
pixels = numpy.load(images).astype("float32") / 255
pixels = (pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
pixels = torch.from_numpy(pixels.astype("float32").transpose(0, 3, 1, 2).copy())
network = EfficientNet.from_name(name, image_size=pixels.shape[2])
network.load_state_dict(torch.load(weights, weights_only=True))
network.eval()
with torch.no_grad():
    numpy.save(out, network.extract_features(pixels).mean((2, 3)).numpy())
"""


def drawn(side: int) -> Images:
    """Four squares of smooth colour under noise, so that they are neither flat nor noise alone."""
    rng = np.random.default_rng(side)
    across, down = np.meshgrid(np.linspace(0, 6, side), np.linspace(0, 9, side))
    waves = [np.sin(across * (1 + number) + down + channel) for number in range(4) for channel in range(3)]
    smooth = np.stack(waves).reshape(4, 3, side, side).transpose(0, 2, 3, 1)
    return np.clip(128 + 90 * smooth + rng.normal(0, 20, smooth.shape), 0, 255).astype(np.uint8)


def ours(name: str, images: Images) -> Floats:
    """Features float32 (n, 1280)."""
    plan = Plan(name, images.shape[1:], 2, base_size=images.shape[1])
    base = models.build_base(plan)
    base.set_weights(imagenet.weights(name))
    return np.asarray(base(images, training=False), np.float32)


def theirs(python: str, name: str, images: Images) -> Floats:
    """The same, by PyTorch."""
    weights = places.packaged(name)
    assert weights is not None
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "images.npy", Path(folder) / "features.npy"
        np.save(given, images)
        title = f"efficientnet-{name.removeprefix('efficientnet_')}"
        subprocess.run([python, "-c", REFERENCE, given, weights, title, made], check=True)
        features: Floats = np.load(made)
    return features


def main() -> None:
    python = sys.argv[1]
    backend.start()
    for name in NAMES:
        native = BASES[name].side
        for side in (native, 160, 97):
            images = drawn(side)
            reference = theirs(python, name, images)
            error = np.linalg.norm(ours(name, images) - reference) / np.linalg.norm(reference)
            print(f"{name} at {side}x{side}: {error:.1e}")
            if side == 97:
                places = np.argsort(-reference[1])[:GOLDEN]
                print("  ", {int(place): round(float(reference[1, place]), 5) for place in places})


if __name__ == "__main__":
    main()
