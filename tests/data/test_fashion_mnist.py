from __future__ import annotations

import errno
import gzip
import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.data import LoadOptions, download, fashion_mnist, idx, load
from clothier.errors import DataError, InputError, WriteError

MakeFiles = Callable[..., Path]


@pytest.fixture
def make_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeFiles:
    """make_files(folder, suffix): a small stand-in for the data set, whose digests become the right ones."""
    rng = np.random.default_rng(3)
    contents = {}
    for part, count in (("train", 600), ("t10k", 20)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        contents[f"{part}-images-idx3-ubyte"] = idx.header(images.shape) + images.tobytes()
        contents[f"{part}-labels-idx1-ubyte"] = idx.header(labels.shape) + labels.tobytes()
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    monkeypatch.setattr(fashion_mnist, "SHA256", digests)
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path / "debian")
    monkeypatch.setattr(download, "fetch", no_network)

    def make(folder: Path, suffix: str = "", level: int = 9) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / (name + suffix)).write_bytes(gzip.compress(content, level) if suffix else content)
        return folder

    return make


def no_network(*_: object) -> None:
    raise DataError("no mirror could serve it (a.example: no connection)")


def loaded(tmp_path: Path, **options: Any) -> str:
    """The fingerprint of what is found; the cache is tmp_path/cache."""
    return load("fashion-mnist", LoadOptions(cache_dir=tmp_path / "cache", **options)).fingerprint


def test_shapes_classes_and_the_articles_rows(make_files: MakeFiles, tmp_path: Path) -> None:
    make_files(tmp_path / "debian")
    dataset = load("fashion-mnist", LoadOptions(cache_dir=tmp_path, seed=99))
    assert {name: part.images.shape for name, part in dataset.splits().items()} == {
        "train": (480, 28, 28, 1),
        "validation": (120, 28, 28, 1),
        "test": (20, 28, 28, 1),
    }
    assert dataset.class_names[0] == "T-shirt/top"
    assert dataset.class_names[9] == "Ankle boot"
    whole = load("fashion-mnist", LoadOptions(cache_dir=tmp_path, validation="none"))
    from sklearn.model_selection import train_test_split

    _, rows = train_test_split(range(600), test_size=0.2, random_state=13)
    assert np.array_equal(dataset.split("validation").images, whole.train.images[rows])
    assert whole.train.labels.tolist() == [number % 10 for number in range(600)]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("place", ["given", "given/fashion-mnist", "debian", "cache", "cache/fashion-mnist"])
def test_every_place_and_form(suffix: str, place: str, make_files: MakeFiles, tmp_path: Path) -> None:
    make_files(tmp_path / place, suffix)
    given = tmp_path / "given" if place.startswith("given") else None
    fingerprint = loaded(tmp_path, data_dir=given)
    make_files(tmp_path / "again", ".gz", level=1)  # other compressed bytes, same contents
    assert loaded(tmp_path, data_dir=tmp_path / "again") == fingerprint


def test_the_environment_names_a_folder(
    make_files: MakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOTHIER_DATA", str(make_files(tmp_path / "named")))
    assert len(loaded(tmp_path)) == 64
    monkeypatch.setenv("CLOTHIER_DATA", str(tmp_path / "wrong"))
    with pytest.raises(
        DataError, match=r"wrong \(from CLOTHIER_DATA\) lacks train-images-idx3-ubyte, train-labels-"
    ):
        loaded(tmp_path)


def test_a_folder_that_was_named_must_hold_all_files(make_files: MakeFiles, tmp_path: Path) -> None:
    make_files(tmp_path / "debian")
    named = make_files(tmp_path / "named")
    (named / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError) as caught:
        loaded(tmp_path, data_dir=named)
    assert str(caught.value) == (
        f"{named} (from --data-dir) lacks t10k-labels-idx1-ubyte; wanted Fashion-MNIST's four files, packed (.gz) "
        "or not, there or in its subfolder fashion-mnist; add them or name no folder"
    )


def test_the_order_of_the_places(make_files: MakeFiles, tmp_path: Path) -> None:
    for place in ("debian", "cache", "named"):
        make_files(tmp_path / place)
    (tmp_path / "debian" / "train-images-idx3-ubyte").write_bytes(b"damaged")
    loaded(tmp_path)  # the cache comes before Debian's folder
    (tmp_path / "cache" / "train-images-idx3-ubyte").write_bytes(b"damaged")
    loaded(tmp_path, data_dir=tmp_path / "named")  # the named folder before both
    with pytest.raises(DataError, match="cache/train-images-idx3-ubyte begins with 64616d61"):
        loaded(tmp_path)


def test_an_unpacked_file_comes_before_a_packed_one(make_files: MakeFiles, tmp_path: Path) -> None:
    folder = make_files(tmp_path / "named")
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"damaged")
    loaded(tmp_path, data_dir=folder)


def test_another_release_is_refused(make_files: MakeFiles, tmp_path: Path) -> None:
    folder = make_files(tmp_path / "named")
    path = folder / "t10k-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(DataError) as caught:
        loaded(tmp_path, data_dir=folder)
    assert str(caught.value) == (
        f"{path} is not the current release of Fashion-MNIST (its SHA-256 differs; before 2017-08-31 test images were "
        f"among the training images); delete it and get the file again, or read it as it is with idx:{folder}"
    )


def test_where_nothing_works_three_remedies_are_named(make_files: MakeFiles, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        loaded(tmp_path)
    assert str(caught.value) == (
        "Fashion-MNIST is not on this machine and no mirror could serve it (a.example: no connection); wanted one of: "
        "`apt-get install dataset-fashion-mnist` (Debian, Ubuntu), `--data-dir DIR` for a folder with its four files, "
        "`--data generated` for drawn clothes"
    )


def test_a_download_lands_in_the_cache(
    make_files: MakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch(digests: Mapping[str, str], mirrors: Sequence[str], folder: Path, report: object) -> None:
        asked.append((dict(digests), tuple(mirrors), folder))
        make_files(folder, ".gz")

    monkeypatch.setattr(download, "fetch", fetch)
    assert loaded(tmp_path) == loaded(tmp_path)
    assert asked == [(fashion_mnist.DOWNLOADS, fashion_mnist.MIRRORS, tmp_path / "cache" / "fashion-mnist")]


def test_a_download_that_the_cache_does_not_take_lands_elsewhere(
    make_files: MakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    asked = []

    def fetch(digests: Mapping[str, str], mirrors: Sequence[str], folder: Path, report: object) -> None:
        asked.append(folder)
        if folder.is_relative_to(tmp_path / "cache"):
            raise WriteError(folder, OSError(errno.EROFS, "Read-only file system"))
        make_files(folder, ".gz")

    monkeypatch.setattr(download, "fetch", fetch)
    told: list[str] = []
    for _ in range(2):
        assert load("fashion-mnist", LoadOptions(warn=told.append)).name == "fashion-mnist"
    assert [folder.name for folder in asked] == ["fashion-mnist"] * 2
    assert any("(Read-only file system), so " in sentence for sentence in told)


def test_photo_options_do_not_apply(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--image-size does not apply to fashion-mnist, "):
        loaded(tmp_path, image_size=(64, 64))


def test_plain_http_only_with_a_digest() -> None:
    assert set(fashion_mnist.DOWNLOADS) == {f"{name}.gz" for name in fashion_mnist.SHA256}
    assert all(digest.startswith("md5:") and len(digest) == 36 for digest in fashion_mnist.DOWNLOADS.values())
    assert all(mirror.endswith("/") for mirror in fashion_mnist.MIRRORS)


@pytest.mark.skipif(
    not fashion_mnist.DEBIAN_FOLDER.is_dir(), reason="the package dataset-fashion-mnist is not installed"
)
def test_debians_package_is_the_current_release(tmp_path: Path) -> None:
    dataset = load("fashion-mnist", LoadOptions(cache_dir=tmp_path, validation="none"))
    assert len(dataset.train) == 60000
    assert np.bincount(dataset.split("test").labels).tolist() == [1000] * 10
