"""The tutorials' tables, row by row: what is still to be trained, what fills a row, and the page."""

from clothier.reproduce.table import (
    TABLES,
    Filled,
    Job,
    Request,
    Row,
    RowResult,
    carry_out,
    outcomes,
    plan,
    rows,
)

__all__ = ["TABLES", "Filled", "Job", "Request", "Row", "RowResult", "carry_out", "outcomes", "plan", "rows"]
