"""The Keras backend, its threads, and the compiled steps. The only room that names a backend.

`start` must run before anything imports Keras. On a CPU the backend is TensorFlow: plain Keras code trains there
several times faster than on the others, and XLA several times slower than without, so it stays off.
"""

from clothier.backend.adam import apply_adam
from clothier.backend.convolution import convolve
from clothier.backend.dropout import keep_at_random
from clothier.backend.hardware import has_fast_bfloat16, machine, num_cores
from clothier.backend.process import BFLOAT16_MUST_WIN, bfloat16_speed, set_seed, start, versions
from clothier.backend.steps import (
    Extractor,
    Judge,
    Trainer,
    fused_batch_norm,
    kept_share,
    rows_at_once,
    seed_dropout,
)
from clothier.backend.tracing import trace

__all__ = [
    "BFLOAT16_MUST_WIN",
    "Extractor",
    "Judge",
    "Trainer",
    "apply_adam",
    "bfloat16_speed",
    "convolve",
    "fused_batch_norm",
    "has_fast_bfloat16",
    "keep_at_random",
    "kept_share",
    "machine",
    "num_cores",
    "rows_at_once",
    "seed_dropout",
    "set_seed",
    "start",
    "trace",
    "versions",
]
