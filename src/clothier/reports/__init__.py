"""Runs -> pages that open anywhere: the report of one, the comparison of several."""
