"""The gradient of a 3x3 convolution by its kernel on small maps: ours against the library's own, in turn.

    python -m benchmarks.train.small_maps [--precision float32 bfloat16] [--rounds 15]

Shapes are those of fastnet, fastnet_large, cnn3 and cnn4; bfloat16 by default where the processor has it. Each contest
is a compiled function that gives the kernel's gradient alone; the ratio is the median of the ratios within a round.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks import common
from benchmarks.common import Row
from clothier import backend
from clothier.system import hardware

SHAPES = (  # (images, side, input channels, output channels, padding)
    (500, 7, 64, 64, "same"),
    (500, 7, 64, 128, "same"),
    (500, 7, 128, 192, "same"),
    (500, 3, 128, 128, "same"),
    (500, 3, 192, 192, "same"),
    (256, 5, 64, 128, "valid"),
    (256, 10, 64, 128, "valid"),
)


def gradient_of(convolve: Any, given: list[Any]) -> Any:
    """(inputs, kernel, upstream) -> the kernel's gradient, compiled; what nobody asks for is not computed."""
    import tensorflow as tf

    @tf.function(jit_compile=False, autograph=False)  # type: ignore[untyped-decorator]  # no types
    def gradient(inputs: Any, kernel: Any, upstream: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            outputs = convolve(inputs, kernel)
        return tape.gradient(outputs, kernel, upstream)

    return gradient.get_concrete_function(*given)


def contest(shape: tuple[int, int, int, int, str], dtype: str, rounds: int) -> Row | None:
    """None where ours leaves the shape to the library."""
    import tensorflow as tf

    images, side, inner, outer, padding = shape
    out = side if padding == "same" else side - 2
    draws = ((images, side, side, inner), (3, 3, inner, outer), (images, out, out, outer))
    given = [tf.cast(tf.random.normal(draw, seed=1), dtype) for draw in draws]
    if backend.convolve(given[0], given[1], padding) is None:
        return None
    sides = (
        gradient_of(lambda inputs, kernel: backend.convolve(inputs, kernel, padding), given),
        gradient_of(lambda inputs, kernel: tf.nn.conv2d(inputs, kernel, 1, padding.upper()), given),
    )
    seconds: list[list[float]] = [[], []]
    for turn in range(rounds + 1):
        for work, spent in zip(sides, seconds, strict=True):
            began = time.perf_counter()
            work(*given).numpy()
            if turn:  # the first prepares kernels
                spent.append(time.perf_counter() - began)
    mine, theirs = (f"{1000 * statistics.median(spent):.2f} ms" for spent in seconds)
    ratios = [other / own for own, other in zip(*seconds, strict=True)]
    return Row.of(f"{images} x {side}x{side}x{inner} -> {outer}, {padding}, {dtype}", mine, theirs, ratios)


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--precision", nargs="+", choices=["float32", "bfloat16"])
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    backend.start()
    usual = ["float32", "bfloat16"] if hardware.has_fast_bfloat16() else ["float32"]
    with common.reporting(given.json) as rows:
        for dtype in given.precision or usual:
            for shape in SHAPES:
                row = contest(shape, dtype, 3 if given.quick else given.rounds)
                if row:
                    rows.append(row)


if __name__ == "__main__":
    main()
