"""The tutorials' tables, row by row: what is still to be trained, what fills a row, and the page."""

from clothier.reproduce.table import (
    TABLES,
    Filled,
    Job,
    Outcome,
    Request,
    Row,
    carry_out,
    outcomes,
    plan,
    rows,
)

__all__ = ["TABLES", "Filled", "Job", "Outcome", "Request", "Row", "carry_out", "outcomes", "plan", "rows"]
