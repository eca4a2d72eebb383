"""EfficientNet-Lite against what its PyTorch implementation said, and its layers.

The numbers are those that `python -m benchmarks.photos.lite_parity` prints.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.photos import lite_parity
from clothier.models.bases import efficientnet_lite, places

# The five largest features of the second image drawn at 97x97, by place.
GOLDEN = {
    "efficientnet_lite0": {113: 5.15486, 66: 4.73611, 949: 4.36211, 455: 4.27666, 29: 4.12127},
    "efficientnet_lite1": {339: 5.41099, 1073: 4.99196, 565: 4.82053, 1186: 4.80109, 353: 4.45455},
    "efficientnet_lite2": {1121: 5.2731, 708: 5.15277, 154: 5.07332, 629: 5.01109, 1228: 4.97889},
}


@pytest.mark.parametrize("name", GOLDEN)
def test_features_are_those_of_pytorch(name: str) -> None:
    if places.packaged(name) is None:
        pytest.skip(f"the package of {name} is not installed")
    features = lite_parity.ours(name, lite_parity.drawn(97))
    expected = GOLDEN[name]
    np.testing.assert_allclose(features[1, list(expected)], list(expected.values()), rtol=1e-4)


def test_the_blocks_are_those_of_the_paper() -> None:
    """Filters in multiples of 8; the first and the last group are repeated as often at every depth."""
    blocks = {name: list(efficientnet_lite._blocks(name)) for name in efficientnet_lite.SCALES}
    assert [len(each) for each in blocks.values()] == [16, 21, 21]
    filters = [filters for *_, filters in blocks["efficientnet_lite2"]]
    assert list(dict.fromkeys(filters)) == [16, 24, 48, 88, 120, 208, 352]
