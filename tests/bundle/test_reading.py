"""Reading: what was written comes back, and what harms is refused in words, at little cost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support import hostile_files
from support.hostile_files.common import good
from support.model_files import FEATURES, PLAN, made

from clothier import bundle
from clothier.bundle import bounds, graphs, reading
from clothier.errors import BundleError
from clothier.system import memory

MOST_MEMORY, MOST_SECONDS = 256 * 2**20, 1.0


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "model.clothier"
    bundle.write(path, made())
    for source in (path, str(path), io.BytesIO(path.read_bytes())):
        read = bundle.read(source)
        assert read.graph == made().graph
        assert {name: array.tolist() for name, array in read.statistics.items()} == {
            name: array.tolist() for name, array in made().statistics.items()
        }
        assert read.lookalikes
        assert made().lookalikes
        for name, array in read.lookalikes.as_tensors().items():
            assert np.array_equal(array, getattr(made().lookalikes, name))
        assert read.manifest.num_features == FEATURES
        assert read.manifest.as_json() | {"members": {}, "num_features": 0} == made().manifest.as_json()
        assert set(read.manifest.members) == {
            "model.onnx", "statistics.safetensors", "lookalikes.safetensors",
        }  # fmt: skip


def test_weights_are_in_the_file_once(tmp_path: Path) -> None:
    """As they train, and no longer than the graph takes them."""
    path = tmp_path / "model.clothier"
    bundle.write(path, replace(made(), lookalikes=None, statistics={}))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["manifest.json", "model.onnx", "statistics.safetensors"]
    weights = sum(
        numpy_helper.to_array(c).nbytes for c in onnx.load_from_string(made().graph).graph.initializer
    )
    assert path.stat().st_size < weights + 6000


@pytest.mark.parametrize("name", hostile_files.CASES)
def test_a_hostile_file_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    make, words = hostile_files.CASES[name]
    path = tmp_path / "model.clothier"
    path.write_bytes(make())
    with pytest.raises(BundleError) as caught:
        bundle.read(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert words in message
    assert message.isprintable()
    assert len(message) < 600


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for path, words in {
        tmp_path: "is a folder; wanted a model file",
        tmp_path / "pipe": "is not an ordinary file; wanted a model file",
        tmp_path / "link": "is not an ordinary file; wanted a model file",
        tmp_path / "absent": "cannot be read (No such file or directory); wanted a model file",
    }.items():
        with pytest.raises(BundleError) as caught:
            bundle.read(path)
        assert str(caught.value).startswith(f"{path} {words}")


def test_what_does_not_fit_into_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.clothier"
    bundle.write(path, made())
    cost = graphs.check(made().graph, PLAN.image_shape, 3, FEATURES)
    needed = len(made().graph) + cost.memory
    monkeypatch.setattr(reading, "_SMALL", 0)
    monkeypatch.setattr(memory, "available", lambda: needed - 1)
    with pytest.raises(BundleError) as caught:
        bundle.read(path)
    assert str(caught.value) == (
        f"{path} has a network that takes about {needed:,} bytes of memory; {needed - 1:,} are free here; "
        "wanted a machine with more, or a smaller network"
    )
    monkeypatch.setattr(memory, "available", lambda: needed)
    assert bundle.read(path).graph == made().graph


def test_members_that_are_too_large_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.clothier"
    bundle.write(path, made())
    with zipfile.ZipFile(path) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
    monkeypatch.setattr(bounds, "MOST_BYTES", total - 1)
    with pytest.raises(BundleError) as caught:
        bundle.read(path)
    assert str(caught.value) == f"{path} has {total:,} bytes of members; wanted at most {total - 1:,}"
    monkeypatch.setattr(bounds, "MOST_BYTES", total)
    assert bundle.read(path).graph == made().graph


SCRIPT = """
import json, os, sys, time
from pathlib import Path
from clothier import bundle
from clothier.errors import BundleError
import numpy, onnx, safetensors.numpy

folder = Path(sys.argv[1])
bundle.read(folder / "good")  # what is imported when first needed is so by now
paths = [path for path in sorted(folder.iterdir()) if path.name != "good"]
seen, seconds = [], {}
sys.addaudithook(lambda event, about: seen.append((event, about)))
for path in paths:
    began = time.process_time()
    try:
        bundle.read(path)
        raise SystemExit(f"{path.name} was taken")
    except BundleError:
        seconds[path.name] = time.process_time() - began
def strange(event, about):
    if event == "open":
        return Path(str(about[0])).parent != folder or about[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    return event in ("exec", "compile", "import", "pickle.find_class") or event.startswith(BAD)

BAD = ("os.", "subprocess.", "ctypes.", "shutil.", "socket.", "tempfile.", "urllib.", "winreg.")
strange = [(event, str(about)) for event, about in list(seen) if strange(event, about)]
status = Path("/proc/self/status").read_text()  # getrusage counts the process this one was forked from
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps({"seconds": seconds, "peak": peak, "strange": strange, "opened": len(seen),
                  "modules": list(sys.modules)}))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="a process's memory is read from /proc")
def test_no_hostile_file_runs_code_touches_others_or_costs_much(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in hostile_files.written().items():
        (folder / name).write_bytes(data)
    (folder / "good").write_bytes(good())
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert len(told["seconds"]) == len(hostile_files.CASES) >= 40
    assert told["opened"] >= len(hostile_files.CASES)
    assert told["strange"] == []
    heavy = {"h5py", "keras", "matplotlib", "scipy", "sklearn", "tensorflow"}
    assert not heavy & set(told["modules"])  # the light install reads model files
    assert told["peak"] < MOST_MEMORY
    # Time of this process alone, which does not grow while others have the machine.
    slowest = max(told["seconds"], key=lambda name: told["seconds"][name])
    assert told["seconds"][slowest] < MOST_SECONDS, slowest
    assert not list(tmp_path.rglob("harmed"))


LARGEST = """
import sys
from pathlib import Path
from clothier import bundle

bundle.read(sys.argv[1])
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="a process's memory is read from /proc")
def test_the_largest_file_that_is_read_takes_no_more_memory(tmp_path: Path) -> None:
    path = tmp_path / "largest.clothier"
    path.write_bytes(hostile_files.largest())
    assert path.stat().st_size < 16 * 2**20
    command = [sys.executable, "-c", LARGEST, str(path)]
    assert int(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout) < MOST_MEMORY
