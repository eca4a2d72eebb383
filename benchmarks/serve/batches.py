"""Does it pay to answer together what waits together? Images a second through the engine, one by one and in batches.

    python -m benchmarks.serve.batches [--model MODEL] [--rounds 7] [--json]

So many clients ask for one image each, again as soon as they are answered. The ratio is that of the batches to single
images, the median over rounds in which the two take turns.
"""

from __future__ import annotations

import asyncio
import time

import numpy as np

from benchmarks.common import Row, parser, reporting
from clothier import predict
from clothier.serve.batcher import TOGETHER, Batcher


def per_second(predictor: predict.Predictor, clients: int, together: int, images: int) -> float:
    """Images a second with batches of at most `together`."""
    image = np.random.default_rng(0).integers(0, 256, (1, *predictor.image_shape), dtype=np.uint8)

    async def asking() -> float:
        batcher = Batcher(predictor, together)

        async def client() -> None:
            for _ in range(images // clients):
                await batcher.predict(image)

        began = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        batcher.close()
        return batcher.rows / (time.perf_counter() - began)

    return asyncio.run(asking())


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--model", help="unless told, the one in the box")
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--images", type=int, default=2000, help="a round")
    given = words.parse_args()
    predictor = predict.opened(given.model, 1)
    with reporting(given.json) as rows:
        for clients in (1, 2, 4, 16):
            pairs = [
                (
                    per_second(predictor, clients, TOGETHER, given.images),
                    per_second(predictor, clients, 1, given.images),
                )
                for _ in range(1 if given.quick else given.rounds)
            ]
            ours, peer = (np.median([pair[place] for pair in pairs]) for place in (0, 1))
            ratios = [batches / single for batches, single in pairs]
            rows.append(Row.of(f"{clients} at once", f"{ours:,.0f}/s", f"{peer:,.0f}/s", ratios))


if __name__ == "__main__":
    main()
