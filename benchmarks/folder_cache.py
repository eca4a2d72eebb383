"""How long a folder of photos takes to load, first and second time, and how much memory; at 1 and 4 times its size.

    python benchmarks/folder_cache.py FOLDER

FOLDER is one that `folder:FOLDER` takes. Each load runs in a process of its own; the larger folder is made of
symbolic links, and it and the caches lie in a temporary directory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] == "--load":
        print(json.dumps(load(sys.argv[2], Path(sys.argv[3]))))
        return
    if len(sys.argv) != 2:
        sys.exit("wanted: python benchmarks/folder_cache.py FOLDER")
    original = Path(sys.argv[1]).absolute()
    print("folder  photos  load    seconds  peak memory (MB)")
    with tempfile.TemporaryDirectory() as scratch:
        for times in (1, 4):
            folder, cache = Path(scratch, f"photos-{times}"), Path(scratch, f"cache-{times}")
            replicate(original, folder, times)
            for nth in ("first", "second"):
                command = [sys.executable, __file__, "--load", str(folder), str(cache)]
                figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
                print(
                    f"{times} x     {figures['photos']:6}  {nth:6}  {figures['seconds']:7.2f}  "
                    f"{figures['peak_megabytes']:16.0f}"
                )


def replicate(original: Path, folder: Path, times: int) -> None:
    """Make `folder` with `times` links to each file of `original`."""
    for path in original.rglob("*"):
        if path.is_file():
            place = folder / path.relative_to(original).parent
            place.mkdir(parents=True, exist_ok=True)
            for copy in range(times):
                (place / f"{copy}-{path.name}").symlink_to(path)


def load(folder: str, cache: Path) -> dict[str, float]:
    from clothier import data

    began = time.perf_counter()
    dataset = data.load(f"folder:{folder}", data.LoadOptions(cache_dir=cache, skip_bad=True))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "photos": sum(len(split) for split in dataset.splits().values()),
        "seconds": seconds,
        "peak_megabytes": peak / (2**20 if sys.platform == "darwin" else 2**10),
    }


if __name__ == "__main__":
    main()
