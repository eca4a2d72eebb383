"""TensorBoard's Embedding Projector with 10,000 images on this machine: time to the first plot, frames a second.

    python -m benchmarks.embed.projector_page [--images 10000] [--folder DIR]

The folder holds the pixels of Fashion-MNIST's test images, unless DIR is another that `clothier projector` wrote.
Chromium draws without a graphics card. First the plot turns by itself, then the mouse turns it, then the mouse goes
over it and the page names the points under it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.embed import page_pace

TENSORBOARD = "document.querySelector('vz-projector-dashboard')?.shadowRoot?.querySelector('vz-projector')"
PLOT = (760, 430)  # the middle of the plot in the page


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of the projector's page while TensorBoard runs."""
    words = [sys.executable, "-m", "clothier", "projector", "--out", str(folder), "--open"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1].removesuffix("#projector")
        try:
            yield f"{address}data/plugin/projector/projector_binary.html"
        finally:
            process.terminate()


def measure(folder: Path) -> dict[str, str]:
    with serving(folder) as address, page_pace.browser_page() as page:
        seconds = page_pace.seconds_until(page, address, f"{TENSORBOARD}?.projection")
        shape = page.evaluate(f"{TENSORBOARD}.dataSet.dim")
        turning = page_pace.idle_frames(page, seconds=10)
        page.mouse.move(*PLOT)
        page.mouse.down()
        dragging = page_pace.frames_along(page, page_pace.circle(PLOT, 100, 30))
        page.mouse.up()
        hovering = page_pace.frames_along(page, page_pace.circle(PLOT, 100, 20))
    return {
        "vectors": f"{shape[0]:,} x {shape[1]:,}",
        "first plot": f"{seconds:.1f} s",
        "turning by itself": turning.words(),
        "turned with the mouse": dragging.words(),
        "under the mouse": hovering.words(),
    }


def write(folder: Path, images: int) -> None:
    words = ["--data", "fashion-mnist", "--limit", str(images), "--tsne", "0", "--out", str(folder)]
    subprocess.run([sys.executable, "-m", "clothier", "projector", *words], check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch) / "projector"
        if chosen.folder is None:
            write(folder, chosen.images)
        results = measure(folder)
    print(json.dumps(results) if chosen.json else "\n".join(f"{k:22} {v}" for k, v in results.items()))


if __name__ == "__main__":
    main()
