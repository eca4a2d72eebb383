"""How long a folder of photos takes to load, first and second time, and how much memory; at 1 and 4 times its size.

    python -m benchmarks.data.folder_cache [FOLDER]

FOLDER is one that `folder:FOLDER` takes; without it, 1,000 photos are drawn. Each load runs in a process of its own;
the larger folder is made of symbolic links, and it and the caches lie in a temporary directory. "copy" is the first
load of a copy of the folder, whose photos are read and found to be known. The last row is what a start pays to tell
photos by their state, in place of their sizes and times, which may be those of other photos: processor time, best of 9.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import common
from benchmarks.common import Row
from clothier import data
from clothier.data import contents
from clothier.data.generated import CLASS_NAMES, draw_one


def draw(folder: Path, count: int, side: int = 96) -> None:
    """So many pictures of drawn clothes in colour, in a folder a class."""
    rng = np.random.default_rng(0)
    for index in range(count):
        label = index % len(CLASS_NAMES)
        cloth = draw_one(label, rng, side)[..., np.newaxis] / 255  # how much of each pixel is cloth
        pixels = cloth * rng.integers(0, 256, 3) + (1 - cloth) * rng.integers(0, 256, 3)
        place = folder / CLASS_NAMES[label].replace("/", "-")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(place / f"{index:05}.png")


def replicate(original: Path, folder: Path, times: int) -> None:
    """Make `folder` with `times` links to each file of `original`."""
    for path in original.rglob("*"):
        if path.is_file():
            place = folder / path.relative_to(original).parent
            place.mkdir(parents=True, exist_ok=True)
            for copy in range(times):
                (place / f"{copy}-{path.name}").symlink_to(path)


def load(folder: str, cache: str) -> dict[str, float]:
    began, used = time.perf_counter(), time.process_time()
    dataset = data.load(f"folder:{folder}", data.LoadOptions(cache_dir=Path(cache), skip_bad=True))
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    photos = sum(len(split) for split in dataset.splits().values())
    return {
        "photos": photos,
        "seconds": seconds,
        "processor": processor,
        "megabytes": common.peak_megabytes(),
    }


def results(original: Path, scratch: Path) -> list[Row]:
    print("folder  photos  load    seconds  processor time (s)  peak memory (MB)")
    loads = {}
    for times in (1, 4):
        folder, cache = scratch / f"photos-{times}", scratch / f"cache-{times}"
        places = {"first": folder, "second": folder, "copy": scratch / f"copy-{times}"}
        for place in dict.fromkeys(places.values()):
            replicate(original, place, times)
        for nth, place in places.items():
            figures = common.alone(__file__, "--load", place, cache)
            loads[times, nth] = figures
            print(
                f"{times} x     {figures['photos']:6}  {nth:6}  {figures['seconds']:7.2f}  "
                f"{figures['processor']:18.2f}  {figures['megabytes']:16.0f}",
                flush=True,
            )
    small, large, again = loads[1, "first"], loads[4, "first"], loads[4, "second"]
    speed = Row(
        "second load / first",
        f"{again['seconds']:.2f} s",
        f"{large['seconds']:.2f} s",
        large["seconds"] / again["seconds"],
    )
    memory = Row(
        "memory, 4x the photos",
        f"{large['megabytes']:.0f} MB, {large['photos']:,}",
        f"{small['megabytes']:.0f} MB, {small['photos']:,}",
        large["megabytes"] / small["megabytes"],
        1.25,
        at_most=True,
    )
    return [speed, memory, telling(scratch / "photos-1")]


def telling(folder: Path) -> Row:
    """The state of every photo against its size and time."""

    def size_and_time(path: Path) -> tuple[int, int]:
        status = path.stat()
        return status.st_size, status.st_mtime_ns

    def seconds(look: Callable[[Path], object]) -> float:
        began = time.process_time()
        for path in paths:
            look(path)
        return time.process_time() - began

    paths = [path for path in folder.rglob("*") if path.is_file()]
    ours = min(seconds(contents.state) for _ in range(9))
    peer = min(seconds(size_and_time) for _ in range(9))
    return Row("state / size and time", f"{ours:.3f} s", f"{peer:.3f} s", peer / ours)


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--load", nargs=2, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.load:
        print(json.dumps(load(*words.load)))
        return
    with tempfile.TemporaryDirectory() as scratch, common.reporting(words.json) as rows:
        if words.folder is None:
            draw(Path(scratch, "drawn"), 300 if words.quick else 1000)
        rows += results((words.folder or Path(scratch, "drawn")).absolute(), Path(scratch))


if __name__ == "__main__":
    main()
