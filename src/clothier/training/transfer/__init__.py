"""Bases: where weights come from, and the features that a frozen one gives."""
