"""Files of base weights: the layouts that Keras writes, and each way in which one can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from clothier.errors import InputError
from clothier.training.transfer import hdf5

# Keras writes HDF5 in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

WANTED: list[hdf5.Wanted] = [("one", (3, 3, 3, 4), (4,)), ("two", (3, 3, 4, 4), (4,))]


def _network(*more: Any) -> keras.Model:
    layers = [keras.layers.Conv2D(4, 3, name=name) for name, _, _ in WANTED]
    return keras.Sequential([keras.Input((9, 9, 3)), *layers, *more])


def _legacy(path: Path, arrays: list[np.ndarray], nested: bool = False) -> None:
    """The layout of keras.applications' own files: attributes with names, a group a layer."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name, _, _ in WANTED]
        for (name, _, _), kernel, bias in zip(WANTED, arrays[::2], arrays[1::2], strict=True):
            group = file.create_group(name)
            inside = f"{name}/" if nested else ""
            names = [f"{inside}{name}_W_1:0", f"{inside}{name}_b_1:0"]
            group.attrs["weight_names"] = [each.encode() for each in names]
            group[names[0]], group[names[1]] = kernel, bias
        file.create_group("pool")


@pytest.mark.parametrize("layout", ["legacy", "nested", "weights.h5", "model.h5"])
def test_every_layout_gives_the_same_arrays(tmp_path: Path, layout: str) -> None:
    network = _network()
    arrays = network.get_weights()
    path = tmp_path / f"base.{layout}"
    if layout == "weights.h5":
        network.save_weights(path)
    elif layout == "model.h5":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("absl.logging.warning", lambda *_: None)  # that .h5 is an old format
            network.save(path)
    else:
        _legacy(path, arrays, nested=layout == "nested")
    read = hdf5.read_convolutions(path, WANTED)
    assert [array.dtype for array in read] == [np.float32] * 4
    for array, expected in zip(read, arrays, strict=True):
        np.testing.assert_array_equal(array, expected)


def _spoil(change: Callable[[h5py.File], object]) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        _legacy(path, _network().get_weights())
        with h5py.File(path, "r+") as file:
            change(file)

    return spoil


def _replace(name: str, **what: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]
        file.create_dataset(name, **what)

    return change


def _link(file: h5py.File) -> None:
    del file["one"]
    file["one"] = h5py.ExternalLink("/etc/other.h5", "/one")


def _link_inside(file: h5py.File) -> None:
    del file["one/one_W_1:0"]
    file["one/one_W_1:0"] = h5py.ExternalLink("/etc/other.h5", "/one")


def _external(file: h5py.File) -> None:
    del file["one/one_b_1:0"]
    file.create_dataset("one/one_b_1:0", (4,), "f4", external=[("elsewhere", 0, 16)])


def _virtual(file: h5py.File) -> None:
    del file["one/one_b_1:0"]
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "data", (4,))
    file.create_virtual_dataset("one/one_b_1:0", layout)


def _circle(file: h5py.File) -> None:
    file["one/x"] = file["one"]


def _many_circles(file: h5py.File) -> None:
    """Without a bound, 8 ways on at each of 16 steps."""
    for number in range(8):
        file[f"one/{number}"] = file["/"]


WHOLE = "; wanted VGG19 without its top; "
WRONG: dict[str, tuple[Callable[[Path], Any], str]] = {
    "top": (
        lambda path: _network(keras.layers.Conv2D(2, 1, name="top")).save_weights(path),
        f"the file has weights for conv2d_2 besides{WHOLE}save it without its top (include_top=False)",
    ),
    "missing": (
        _spoil(lambda file: file.__delitem__("two")),
        f"the file lacks weights for two{WHOLE}save the weights of VGG19, include_top=False",
    ),
    "shape": (
        _spoil(_replace("two/two_W_1:0", data=np.zeros((3, 3, 4, 5), "f4"))),
        f"the file has two of shapes (3, 3, 4, 5) and (4,), not (3, 3, 4, 4) and (4,){WHOLE}"
        "save the weights of VGG19",
    ),
    # A promise of 400 GB, in a file of a few kB: refused by its header.
    "bomb": (
        _spoil(_replace("two/two_W_1:0", shape=(10**11,), dtype="f4", chunks=(1000,))),
        f"the file has two of shapes (100000000000,) and (4,), not (3, 3, 4, 4) and (4,){WHOLE}"
        "save the weights of VGG19",
    ),
    "type": (
        _spoil(_replace("one/one_b_1:0", data=np.zeros(4, "i4"))),
        f"the file has one of type int32, not of floating-point numbers{WHOLE}save it again",
    ),
    "nan": (
        _spoil(_replace("one/one_b_1:0", data=np.full(4, np.nan, "f4"))),
        f"the file has numbers in one that are not finite{WHOLE}save it again",
    ),
    "link": (_spoil(_link), f"the file has a link at /one that leads elsewhere{WHOLE}save the weights again"),
    "link inside": (
        _spoil(_link_inside),
        f"the file has a link at /one/one_W_1:0 that leads elsewhere{WHOLE}save the weights again",
    ),
    "external": (
        _spoil(_external),
        f"the file keeps /one/one_b_1:0 in another file{WHOLE}save the weights in one file",
    ),
    "virtual": (
        _spoil(_virtual),
        f"the file keeps /one/one_b_1:0 in another file{WHOLE}save the weights in one file",
    ),
    "circle": (
        _spoil(_circle),
        f"the file has a group at /one/x that is linked in a circle, or twice{WHOLE}save the weights again",
    ),
    "many circles": (
        _spoil(_many_circles),
        f"the file has a group at /one/0 that is linked in a circle, or twice{WHOLE}save the weights again",
    ),
    "crowd": (
        _spoil(lambda file: [file.create_group(f"crowd/{n}") for n in range(60)]),
        f"the file has more than 50 members{WHOLE}save the weights again",
    ),
    "depth": (
        _spoil(lambda file: file.create_group("one" + "/a" * 17)),
        f"the file has groups more than 16 deep{WHOLE}save the weights again",
    ),
    "text": (
        _spoil(_replace("one/one_b_1:0", data=["a", "b"])),
        f"the file has /one/one_b_1:0 of type object, not of numbers{WHOLE}save the weights again",
    ),
    # HDF5 reads a block whole: this one is of 4 GB, in a file of a few kB.
    "block": (
        _spoil(
            _replace(
                "one/one_b_1:0",
                shape=(4,),
                maxshape=(None,),
                dtype="f4",
                chunks=(2**30 - 1,),
                compression="gzip",
            )
        ),
        f"the file keeps /one/one_b_1:0 in blocks that are larger than it{WHOLE}save the weights again",
    ),
    "letters that move the cursor": (
        _spoil(lambda file: file.create_dataset("evil\x1b[2J\u202e\n/x", data=[1.0])),
        rf"the file has weights for evil\x1b[2J\u202e\n besides{WHOLE}save it without its top (include_top=False)",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_file_is_refused_in_one_line(
    tmp_path: Path, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, words = WRONG[wrong]
    path = tmp_path / "base.weights.h5"
    make(path)
    if wrong == "crowd":
        monkeypatch.setattr(hdf5, "_MOST", 50)
    with pytest.raises(InputError) as caught:
        hdf5.read_convolutions(path, WANTED)
    assert str(caught.value) == f"base weights {path}: {words}"


@pytest.mark.parametrize(
    ("content", "reason"), [(b"no", "damaged, or no HDF5 file"), (None, "it is not a file")]
)
def test_a_file_that_is_no_hdf5(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "base.h5"
    if content:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        hdf5.read_convolutions(path, WANTED)
    assert str(caught.value).startswith(f"cannot read base weights {path}: {reason}")


def test_a_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "base.h5"
    _legacy(path, _network().get_weights())
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(
        InputError, match=r"^cannot read base weights .*damaged, or no HDF5 file; wanted a Keras"
    ):
        hdf5.read_convolutions(path, WANTED)


@pytest.fixture(scope="module")
def small_network() -> keras.Model:
    images = keras.Input((8, 8, 3))
    x = keras.layers.BatchNormalization(name="norm")(keras.layers.Conv2D(4, 3, name="conv")(images))
    return keras.Model(images, x)


@pytest.mark.parametrize("suffix", [".h5", ".weights.h5"])
def test_a_whole_network_is_loaded(tmp_path: Path, small_network: keras.Model, suffix: str) -> None:
    path, before = tmp_path / f"net{suffix}", small_network.get_weights()
    if suffix == ".h5":
        small_network.save(path)
    else:
        small_network.save_weights(path)
    small_network.set_weights([np.zeros_like(weight) for weight in before])
    hdf5.load(path, small_network, "a network")
    for now, then in zip(small_network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def _linked(file: h5py.File) -> None:
    file["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")


def _large(file: h5py.File) -> None:
    file.create_dataset("zeros", (2**30,), np.float32, chunks=True, compression="gzip")


def _outside(file: h5py.File) -> None:
    file.create_dataset("outside", (4,), np.float32, external=[("numbers", 0, 16)])


def _many_rooted(file: h5py.File) -> None:
    for number in range(8):
        file[str(number)] = file["/"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            _linked,
            "it has a link at /elsewhere that leads elsewhere; wanted a file of Keras with the weights of a network",
        ),
        (_large, "it holds 4,294,967,296 bytes of numbers, more than the network has"),
        (_outside, "it keeps /outside in another file"),
        (_many_rooted, "it has a group at /0 that is linked in a circle, or twice"),
        (lambda file: file.create_group("empty"), "wanted a file of Keras with the weights of a network"),
    ],
)
def test_a_file_that_is_not_the_networks_is_refused(
    tmp_path: Path, small_network: keras.Model, change: Callable[[h5py.File], object], words: str
) -> None:
    path = tmp_path / "net.h5"
    with h5py.File(path, "w") as file:
        change(file)
    with pytest.raises(InputError) as caught:
        hdf5.load(path, small_network, "a network")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_hdf5_file_is_refused(tmp_path: Path, small_network: keras.Model) -> None:
    path = tmp_path / "net.h5"
    for content in (None, b"no weights"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=r"^cannot take weights from .*; wanted a file of Keras with"):
            hdf5.load(path, small_network, "a network")
