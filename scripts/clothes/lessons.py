"""What the small network learns from: pictures of four kinds, and what a large network says of each.

Photos are the training photos in several views. Cut-outs are the same photos as the photo doctor cuts them out, on
white like product shots. Drawn clothes are those of `clothier.data.generated`, in colour. Others are pictures of other
things, of which the small network learns to say that each class is as probable as the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

import clothier
from clothier import augment, photo
from clothier.data import generated
from clothier.photo import doctor
from clothier.training.transfer.features import VIEW
from clothier.values import Dataset, Floats, Images, Labels, Split, softmax

SIDE, TEACHER_SIDE = 112, 224  # pixels
VIEWS = 8  # of each photo: as it is, and by the policy VIEW
OTHER_VIEWS = 3  # of each picture of something else
DRAWN = 3_000
TEMPERATURE = 2.0  # of the teacher's logits
# The share of a target that is the teacher's; the rest is the label. The teacher has seen few pictures on white.
PHOTO_SHARE, CUT_SHARE = 0.9, 0.5
SMOOTHING = 0.1  # of the labels of drawn clothes
TOGETHER = 512  # images that the teacher looks at between two lines
FEATURES = 128  # principal components of the teacher's features
CLOTH, SHADE = 35, 0.25  # as in clothier.serve.samples

# What Fashion-MNIST's classes, which are drawn, are called among the photos. Bags have no class there.
NAMES = {
    "T-shirt/top": "t-shirt", "Trouser": "pants", "Pullover": "longsleeve", "Dress": "dress", "Coat": "outwear",
    "Sandal": "shoes", "Shirt": "shirt", "Sneaker": "shoes", "Ankle boot": "shoes",
}  # fmt: skip

Look = Callable[[Images], tuple[Floats, Floats]]  # the teacher: images -> logits and features


@dataclass(frozen=True, eq=False)
class Lesson:
    """Pictures of one kind: uint8 (n, SIDE, SIDE, 3); targets float32 (n, classes); and the teacher's features float32
    (n, d)."""

    pictures: Images
    targets: Floats
    features: Floats

    def __len__(self) -> int:
        return len(self.pictures)


def of_photos(dataset: Dataset, look: Look, say: Callable[[str], None]) -> Lesson:
    """VIEWS views of the training photos."""
    train, policy, parts = dataset.train, augment.get(VIEW), []
    labels = _one_hot(train.labels, dataset.num_classes)
    for view in range(VIEWS):

        def viewed(images: Images, start: int, view: int = view) -> Images:
            rng = np.random.default_rng([view, start])
            return policy(rng, images, np.zeros(len(images), np.int64))[0] if view else images

        parts.append(_lesson(_blocks(train.images, viewed), look, labels, PHOTO_SHARE))
        right = parts[-1].targets.argmax(axis=1) == train.labels
        say(f"view {view}: teacher and label together name {right.mean():.4f} as labelled")
    return _joined(parts)


def of_cuts(folder: Path, look: Look) -> Lesson:
    """The training photos cut out by the photo doctor."""
    train, num_classes = cuts(folder, TEACHER_SIDE)
    return _lesson(_blocks(train.images), look, _one_hot(train.labels, num_classes), CUT_SHARE)


def of_drawn(class_names: tuple[str, ...], look: Look, seed: int) -> Lesson:
    """DRAWN drawn clothes."""
    drawn = drawings(class_names, DRAWN, np.random.default_rng([seed, 1]))
    smooth = (1 - SMOOTHING) * _one_hot(drawn.labels, len(class_names)) + SMOOTHING / len(class_names)
    return _lesson(_blocks(drawn.images), look, smooth, 0.0)


def cuts(folder: Path, side: int) -> tuple[Split, int]:
    """The training photos cut out, in images of that side, and the number of classes."""
    dataset = clothier.load(f"folder:{folder}", clothier.LoadOptions(image_size=(side, side), crop="doctor"))
    return dataset.train, dataset.num_classes


def drawings(class_names: tuple[str, ...], count: int, rng: np.random.Generator) -> Split:
    """Drawn clothes of the classes that are in NAMES, in turn, TEACHER_SIDE wide."""
    names = [name for name in generated.CLASS_NAMES if NAMES.get(name) in class_names]
    labels = np.arange(count) % len(names)
    pictures = [drawn(generated.CLASS_NAMES.index(names[label]), rng) for label in labels]
    return Split(np.stack(pictures), np.array([class_names.index(NAMES[name]) for name in names])[labels])


def of_others(folder: Path, num_classes: int, look: Look, seed: int) -> Lesson:
    """Pictures of other things below a folder, in OTHER_VIEWS views, and drawn bags."""
    rng, policy = np.random.default_rng([seed, 2]), augment.get(VIEW)
    side = (TEACHER_SIDE, TEACHER_SIDE)
    found = [doctor.prepare(path, "pad", side, 3) for path in photo.walk(folder).pictures]
    bag = generated.CLASS_NAMES.index("Bag")
    pictures = np.stack([*found, *(drawn(bag, rng) for _ in range(len(found) // 5))])
    again = np.concatenate([pictures] * (OTHER_VIEWS - 1))
    moved = policy(rng, again, np.zeros(len(again), np.int64))[0]
    pictures = np.concatenate([pictures, moved])
    even = np.full((len(pictures), num_classes), 1 / num_classes, np.float32)
    return _lesson(_blocks(pictures), look, even, 0.0)


def drawn(label: int, rng: np.random.Generator) -> Images:
    """A garment of the generator in some colour: on white for every other one, else on a plain or striped ground."""
    greys = generated.draw_one(label, rng, TEACHER_SIDE).astype(np.float64)
    cover = np.clip(greys / CLOTH, 0, 1)[..., np.newaxis]
    light = SHADE + (1 - SHADE) * greys[..., np.newaxis] / 255
    colour = rng.integers(20, 256, 3)
    ground = np.full((TEACHER_SIDE, TEACHER_SIDE, 3), 255.0)
    if rng.random() < 0.5:
        ground[:] = rng.integers(0, 256, 3)
    if rng.random() < 0.25:
        across = np.arange(TEACHER_SIDE) // rng.integers(4, 30) % 2 == 0
        ground[:, across] = rng.integers(0, 256, 3)
    return np.asarray(ground * (1 - cover) + light * colour * cover, np.uint8)


def reduced(lessons: list[Lesson]) -> list[Lesson]:
    """The same with features of FEATURES numbers: principal components of their directions among the first lesson's,
    scaled to a mean square of 1."""
    known = _directions(lessons[0].features)
    centre = known.mean(axis=0)
    axes = np.linalg.eigh(np.cov(known - centre, rowvar=False))[1][:, -FEATURES:].astype(np.float32)
    scale = np.sqrt((((known - centre) @ axes) ** 2).mean())
    return [
        Lesson(each.pictures, each.targets, (_directions(each.features) - centre) @ axes / scale)
        for each in lessons
    ]


def _lesson(blocks: Iterator[Images], look: Look, labels: Floats, share: float) -> Lesson:
    pictures, logits, features = [], [], []
    for images in blocks:
        said = look(images)
        logits.append(said[0])
        features.append(said[1])
        pictures += [small(image) for image in images]
    targets = share * softmax(np.concatenate(logits), TEMPERATURE) + (1 - share) * labels
    return Lesson(np.stack(pictures), np.asarray(targets, np.float32), np.concatenate(features))


def _blocks(
    images: Images, change: Callable[[Images, int], Images] = lambda images, start: images
) -> Iterator[Images]:
    for start in range(0, len(images), TOGETHER):
        yield change(np.ascontiguousarray(images[start : start + TOGETHER]), start)


def _joined(lessons: list[Lesson]) -> Lesson:
    return Lesson(
        *(
            np.concatenate([getattr(each, name) for each in lessons])
            for name in ("pictures", "targets", "features")
        )
    )


def small(image: Images) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _one_hot(labels: Labels, num_classes: int) -> Floats:
    return np.eye(num_classes, dtype=np.float32)[labels]


def _directions(features: Floats) -> Floats:
    lengths = np.sqrt((features**2).sum(axis=1, keepdims=True))
    return np.asarray(features / np.maximum(lengths, 1e-9), np.float32)
