"""Vectors with their thumbnails -> a folder for TensorBoard's Embedding Projector; what TensorBoard makes of one."""

from clothier.projector import matrices
from clothier.projector.bookmarks import AXES, PCA, TSNE, View
from clothier.projector.checking import Finding, check
from clothier.projector.folder import CONFIG, ShownTensor, check_images, check_ours, write
from clothier.projector.metadata import columns
from clothier.projector.server import serve
from clothier.projector.views import views

__all__ = [
    "AXES",
    "CONFIG",
    "PCA",
    "TSNE",
    "Finding",
    "ShownTensor",
    "View",
    "check",
    "check_images",
    "check_ours",
    "columns",
    "matrices",
    "serve",
    "views",
    "write",
]
