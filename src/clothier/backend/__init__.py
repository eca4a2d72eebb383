"""The Keras backend, its threads, and the compiled steps. The only room that names TensorFlow or JAX.

`start` must run before anything imports Keras. On a CPU the backend is TensorFlow: plain Keras code trains there
several times faster than on the others, and XLA several times slower than without. On a GPU it is JAX.
"""

from clothier.backend.averaging import kept_share
from clothier.backend.kernels import apply_adam, convolve, fused_batch_norm, keep_at_random
from clothier.backend.library import VARIABLE, name
from clothier.backend.process import (
    BFLOAT16_MUST_WIN,
    bfloat16_speed,
    device,
    set_seed,
    start,
    threads,
    title,
    versions,
)
from clothier.backend.steps import (
    Activations,
    Extractor,
    Inference,
    Trainer,
    rows_at_once,
    seed_dropout,
    trace,
)

__all__ = [
    "BFLOAT16_MUST_WIN",
    "VARIABLE",
    "Activations",
    "Extractor",
    "Inference",
    "Trainer",
    "apply_adam",
    "bfloat16_speed",
    "convolve",
    "device",
    "fused_batch_norm",
    "keep_at_random",
    "kept_share",
    "name",
    "rows_at_once",
    "seed_dropout",
    "set_seed",
    "start",
    "threads",
    "title",
    "trace",
    "versions",
]
