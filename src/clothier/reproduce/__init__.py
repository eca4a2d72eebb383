"""The tutorials' tables, row by row: what is still to be trained, what fills a row, and the page."""

from clothier.reproduce.outcomes import NEEDS_NETWORK, Filled, RowResult, Sample, needs_network, outcomes
from clothier.reproduce.request import Request
from clothier.reproduce.rows import OFFICIAL, OTHER, RESPLIT, TABLES, Row, rows, tests_of
from clothier.reproduce.training import Job, carry_out, in_one_precision, plan

__all__ = [
    "NEEDS_NETWORK",
    "OFFICIAL",
    "OTHER",
    "RESPLIT",
    "TABLES",
    "Filled",
    "Job",
    "Request",
    "Row",
    "RowResult",
    "Sample",
    "carry_out",
    "in_one_precision",
    "needs_network",
    "outcomes",
    "plan",
    "rows",
    "tests_of",
]
