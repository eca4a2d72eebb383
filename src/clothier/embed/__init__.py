"""Images -> vectors -> few coordinates, and what neighbours tell of labels."""

from clothier.embed import projections
from clothier.embed.search import Search
from clothier.embed.store import load, save

__all__ = ["Search", "load", "projections", "save"]
