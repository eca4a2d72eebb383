"""Planted faults are found, and a clean set stays clean."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from support.faulty_photos import NAMES, SIDE, drawn, save, save_clean

import clothier
from clothier import checking
from clothier.checking import features, series
from clothier.checking.features import Vectors
from clothier.checking.material import Material, read_looks
from clothier.data import LoadOptions
from clothier.values import Dataset, Findings, Split


@pytest.fixture(scope="module", autouse=True)
def _no_base(module_patch: pytest.MonkeyPatch) -> None:
    module_patch.setattr(features, "has_base", lambda: False)


@pytest.fixture(scope="module")
def module_patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clean") / "photos"
    save_clean(root)
    return root


def _checked(root: Path) -> Findings:
    options = LoadOptions(image_size=(SIDE, SIDE), cache_dir=root.parent / "cache")
    return checking.check(checking.read(f"folder:{root}", options))


def _ids(found: Findings, kind: str) -> set[str]:
    finding = found.of(kind)
    assert finding is not None, f"no {kind} in {found!r}"
    return {sight.id for group in finding.groups for sight in group}


def test_a_clean_set_stays_clean(clean: Path) -> None:
    found = _checked(clean)
    assert [finding.title for finding in found] == []
    assert found.features.startswith("pixels")
    assert found.left_out["labels told by the camera"] == "no file names one in Exif"
    assert len(found.passed) == len(checking.CHECKS) - 2


@pytest.fixture(scope="module")
def faulty(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    root = tmp_path_factory.mktemp("faulty") / "photos"
    shutil.copytree(clean, root)
    train, validation = root / "train", root / "validation"
    rng = np.random.default_rng(11)
    # A copy of a file within training, and another in validation; the same picture, smaller, lighter and compressed.
    shutil.copy(train / "bars" / "train-bars-0.jpg", train / "bars" / "copy-within.jpg")
    shutil.copy(train / "disc" / "train-disc-1.jpg", validation / "disc" / "copy-across.jpg")
    original = Image.open(train / "rows" / "train-rows-2.jpg")
    paler = original.resize((SIDE - 16, SIDE - 16), Image.Resampling.LANCZOS).point(
        lambda level: 20 + 0.8 * level
    )
    paler.save(validation / "rows" / "near.jpg", quality=40)
    for number in range(4):
        save(train / "bars" / f"wrong-{number}.jpg", drawn("rows", rng))
    save(train / "disc" / "blank.jpg", np.full((SIDE, SIDE, 3), 130, np.uint8))
    save(train / "disc" / "dark.jpg", drawn("disc", rng) // 8)
    blurred = Image.fromarray(drawn("disc", rng)).filter(ImageFilter.GaussianBlur(6))
    blurred.save(train / "disc" / "blurred.jpg", quality=95)
    save(train / "rows" / "tiny.jpg", np.asarray(Image.fromarray(drawn("rows", rng)).resize((30, 30))))
    save(train / "rows" / "long.jpg", np.concatenate([drawn("rows", rng)] * 4))
    # A class more: before one red ground, by one camera, in large files, few of them and none in validation.
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Acme", "One"
    for number in range(12):
        noisy = np.asarray(Image.fromarray(drawn("disc", rng, ground=(200, 20, 30))).resize((300, 300)))
        save(train / "ring" / f"ring-{number}.jpg", noisy, exif=exif, subsampling=0)
    return _checked(root)


def test_copies_are_found(faulty: Findings) -> None:
    bars, disc, rows = (f"train/{name}/train-{name}-{number}.jpg" for number, name in enumerate(NAMES))
    across = {"validation/disc/copy-across.jpg", "validation/rows/near.jpg"}
    assert _ids(faulty, "exact-duplicates") == {
        bars, disc, "train/bars/copy-within.jpg", "validation/disc/copy-across.jpg",
    }  # fmt: skip
    assert _ids(faulty, "near-duplicates") == {rows, "validation/rows/near.jpg"}
    assert _ids(faulty, "validation-pictures-in-training") == {disc, rows} | across
    finding = faulty.of("exact-duplicates")
    assert finding is not None
    assert finding.title == "2 exact duplicates in 2 groups, 1 of them across splits"
    assert finding.commands[0].endswith("--drop-duplicates")
    leaking = faulty.of("validation-pictures-in-training")
    assert leaking is not None
    assert leaking.commands == finding.commands


def test_wrong_labels_are_found(faulty: Findings) -> None:
    planted = {f"train/bars/wrong-{number}.jpg" for number in range(4)}
    told = _ids(faulty, "suspected-labels")
    assert len(planted & told) >= 3
    assert len(told - planted) <= 2


def test_bad_pictures_are_found(faulty: Findings) -> None:
    for kind in ("blank", "dark", "blurred"):
        assert _ids(faulty, kind) == {f"train/disc/{kind}.jpg"}
    assert _ids(faulty, "tiny") == {"train/rows/tiny.jpg", "validation/rows/near.jpg"}
    assert _ids(faulty, "oddly-shaped") == {"train/rows/long.jpg"}


def test_what_is_no_part_of_the_thing_is_found(faulty: Findings) -> None:
    for kind in ("border-colours", "camera", "picture-size"):
        finding = faulty.of(kind)
        assert finding is not None, kind
        assert finding.facts["classes"] == ["ring"]


def test_missing_and_rare_classes_are_found(faulty: Findings) -> None:
    missing, rare = faulty.of("validation-lacks-classes"), faulty.of("imbalance")
    assert missing is not None
    assert missing.facts["classes"] == ["ring"]
    assert rare is not None
    assert rare.commands[0].endswith("--class-weight balanced")


def test_arrays_are_checked_without_files() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    images = rng.integers(0, 60, (60, 12, 12), dtype=np.uint8)
    images[labels == 1, 4:8] += 180
    images[labels == 0, :, 4:8] += 180
    images[7] = images[5]
    found = clothier.check(Dataset.from_arrays((images, labels), validation=None, name="own"))
    finding = found.of("exact-duplicates")
    assert finding is not None
    assert [sight.id for sight in finding.groups[0]] == ["train/5", "train/7"]
    assert finding.commands == ()
    assert found.left_out["labels told by the sizes of files and pictures"] == (
        "the images are not read from files of their own"
    )
    assert "blurred pictures" in found.left_out


def test_a_split_series_is_found_where_it_lies_nearer_than_others_do() -> None:
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(60, 20)).astype(np.float32)
    bits = rng.random((60, 64)) < 0.5
    # Two validation pictures lie beside training pictures, one of them of another class; a third has no like hash.
    for one, other in ((50, 10), (51, 11), (52, 12)):
        vectors[one] = vectors[other] + rng.normal(0, 0.2, 20)
        bits[one] = bits[other] if one != 52 else ~bits[other]
    labels = np.zeros(60, np.int64)
    labels[51] = 1
    pictures = rng.integers(0, 256, (60, 8, 8, 1), dtype=np.uint8)
    parts = {
        name: Split(pictures[rows], labels[rows])
        for name, rows in (("train", slice(50)), ("validation", slice(50, 60)))
    }
    data = Dataset(parts["train"], parts["validation"], None, ("boot", "hat"), "f" * 64, "drawn")
    looks = replace(read_looks(data, None, lambda *_: None), bits=bits)
    material = Material.of(data, None, looks, Vectors(vectors, "drawn"))
    rows, partners = series.split_pairs(material)
    assert rows.tolist() == [50]
    assert partners.tolist() == [10]


def test_copies_across_splits_are_scored_with_a_model() -> None:
    """A model that knows the copies and nothing else: all of its accuracy is theirs."""
    data = clothier.load("generated:300")
    train, test = data.train, data.split("test")
    lighter = train.images[:20].clip(0, 254) + np.uint8(
        1
    )  # near copies, of which no exact one is to be left out
    copies = np.concatenate([lighter, test.images[20:40]])
    labels = np.concatenate([train.labels[:20], test.labels[20:40]])
    leaking = Dataset(train, None, Split(copies, labels), data.class_names, "f" * 64, "leaking")
    found = clothier.check(leaking, model="fashion-mnist")
    finding = found.of("test-pictures-in-training")
    assert finding is not None
    assert finding.count == 20
    assert "--drop-duplicates" not in finding.advice
    alone, without = finding.facts["copies_alone"], finding.facts["without_copies"]
    both = (alone["accuracy"] * 20 + without["accuracy"] * 20) / 40
    assert finding.facts["all"]["accuracy"] == pytest.approx(both)
    assert found.features == "features of fashion-mnist"
