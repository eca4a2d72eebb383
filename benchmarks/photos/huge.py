"""Memory and time that photos of the largest sizes take, from the file to an image of 224x224 pixels.

    python -m benchmarks.photos.huge [--quick] [--json]

Each is drawn, with noise, and prepared in a process of its own. A JPEG is scaled while it is decoded; of the other
formats, every pixel is in memory. Peak memory includes Python and its libraries, which the first row shows alone.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.common import alone, parser, peak_megabytes
from clothier.photo import doctor

SIZES = {"JPEG": [(16320, 12240), (12000, 9000), (8000, 6000)], "PNG": [(8000, 6000)], "TIFF": [(8000, 6000)]}
SIZES |= {"AVIF": [(8000, 6000)], "WEBP": [(8000, 6000)]}


def drawn(width: int, height: int) -> Image.Image:
    """A picture of soft colours with noise, of tiles that are all the same."""
    rng = np.random.default_rng(0)
    colours = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8))
    soft = np.asarray(colours.resize((1000, 750), Image.Resampling.BICUBIC)).astype(np.int16)
    tile = Image.fromarray(np.clip(soft + rng.integers(-6, 7, soft.shape), 0, 255).astype(np.uint8))
    picture = Image.new("RGB", (width, height))
    for left in range(0, width, tile.width):
        for top in range(0, height, tile.height):
            picture.paste(tile, (left, top))
    return picture


def measure(path: str) -> dict[str, float]:
    """What it takes to prepare that photo, or none."""
    began = time.process_time()
    if path:
        doctor.prepare(path, "pad", (224, 224), 3)
    return {"megabytes": peak_megabytes(), "seconds": time.process_time() - began}


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--measure", help="a photo, or '' for none")
    given = words.parse_args()
    if given.measure is not None:
        print(json.dumps(measure(given.measure)))
        return
    results: list[dict[str, Any]] = [{"photo": "none", **alone(__file__, "--measure", "")}]
    with tempfile.TemporaryDirectory() as folder:
        for kind, sizes in SIZES.items():
            for width, height in sizes:
                if given.quick:
                    width, height = width // 8, height // 8
                path = Path(folder) / f"photo.{kind.lower()}"
                drawn(width, height).save(path, kind, **({"speed": 10} if kind == "AVIF" else {}))
                name = (
                    f"{kind} of {width * height / 10**6:.0f} megapixels, {path.stat().st_size / 10**6:.0f} MB"
                )
                results.append({"photo": name, **alone(__file__, "--measure", path)})
    if given.json:
        print(json.dumps(results))
        return
    for row in results:
        print(f"{row['megabytes']:6.0f} MB {row['seconds']:6.2f} s  {row['photo']}")


if __name__ == "__main__":
    main()
