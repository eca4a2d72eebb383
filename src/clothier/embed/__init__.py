"""Images -> vectors -> few coordinates, and what neighbours tell of labels."""

from clothier.embed import neighbours, projections
from clothier.embed.kept import cached
from clothier.embed.pictures import SIZE as PHOTO_SIZE
from clothier.embed.pictures import Pictures, of_photos, of_split
from clothier.embed.search import Search
from clothier.embed.store import load, save
from clothier.embed.vectors import extract, extract_features

__all__ = [
    "PHOTO_SIZE",
    "Pictures",
    "Search",
    "cached",
    "extract",
    "extract_features",
    "load",
    "neighbours",
    "of_photos",
    "of_split",
    "projections",
    "save",
]
