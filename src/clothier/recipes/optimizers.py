"""name -> what an optimiser usually trains with. Plain data; `models.optimizers` builds them.

To add one: a line here and a line there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Usual:
    """An optimiser's usual settings, and the recipe fields beside `learning_rate` that it reads."""

    learning_rate: float
    momentum: float = 0.0
    reads: tuple[str, ...] = ()


OPTIMIZERS: dict[str, Usual] = {
    # The method itself has no step size. Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012.
    "adadelta": Usual(1.0),
    # Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.
    "adam": Usual(1e-3),
    "adamw": Usual(1e-3, reads=("weight_decay",)),
    "muon": Usual(0.06, momentum=0.8, reads=("momentum",)),  # those of the recipe fastnet
    # Keras's step size for both. Source of the momentum: Sutskever et al., "On the Importance of Initialization and
    # Momentum in Deep Learning", 2013.
    "nesterov": Usual(1e-2, momentum=0.9, reads=("momentum", "weight_decay")),
    "sgd": Usual(1e-2, reads=("momentum",)),
}
