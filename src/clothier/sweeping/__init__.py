"""Trying out values of recipe fields: which to try next, training them, and what the best of them is worth."""

from clothier.system import extras

try:
    import optuna  # noqa: F401 - so that what is missing is said in one line
except ModuleNotFoundError as error:
    raise extras.missing("optuna", "a sweep") from error

from clothier.sweeping.api import check, run, sweep
from clothier.sweeping.outcomes import Outcome
from clothier.sweeping.request import METHODS, Request, make
from clothier.sweeping.result import Sweep
from clothier.sweeping.space import Space
from clothier.sweeping.space import read as read_space

__all__ = ["METHODS", "Outcome", "Request", "Space", "Sweep", "check", "make", "read_space", "run", "sweep"]
