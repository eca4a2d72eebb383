"""Numbers -> matplotlib figures. Reads no file, runs no model, changes no global setting.

Every figure is drawn in one quiet style whatever the user's own matplotlib settings, and takes a `notice`: a
sentence drawn small at the bottom, such as that the data are generated. To add a figure: a function in the file of
its kind, and its name here. A file is loaded when one of its functions is first used, since matplotlib takes half a
second and is not in the base install.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from clothier.system import extras
from clothier.system.environment import importing_matplotlib

if TYPE_CHECKING:
    from clothier.plots.activations import feature_map, feature_maps, heat_overlay
    from clothier.plots.canvas import render
    from clothier.plots.charts import confusion_matrix, per_class_bars, reliability_diagram, training_curves
    from clothier.plots.learning import learning_curves
    from clothier.plots.lettering import unnamed
    from clothier.plots.overlay import overlaid_curves
    from clothier.plots.predictions import prediction_grid
    from clothier.plots.sheets import class_sheet, enlarged, sample_sheet

# name -> the file here that holds it
_FIGURES = {
    "class_sheet": "sheets",
    "confusion_matrix": "charts",
    "enlarged": "sheets",
    "feature_map": "activations",
    "feature_maps": "activations",
    "heat_overlay": "activations",
    "learning_curves": "learning",
    "overlaid_curves": "overlay",
    "per_class_bars": "charts",
    "prediction_grid": "predictions",
    "reliability_diagram": "charts",
    "render": "canvas",
    "sample_sheet": "sheets",
    "training_curves": "charts",
    "unnamed": "lettering",
}

if not TYPE_CHECKING:  # else a name that nothing here has would pass the type checks

    def __getattr__(name: str) -> Any:
        if name not in _FIGURES:
            raise AttributeError(f"module 'clothier.plots' has no attribute '{name}'")
        with importing_matplotlib():
            extras.load("matplotlib", "a figure")
            return getattr(importlib.import_module(f"clothier.plots.{_FIGURES[name]}"), name)


__all__ = [
    "class_sheet",
    "confusion_matrix",
    "enlarged",
    "feature_map",
    "feature_maps",
    "heat_overlay",
    "learning_curves",
    "overlaid_curves",
    "per_class_bars",
    "prediction_grid",
    "reliability_diagram",
    "render",
    "sample_sheet",
    "training_curves",
    "unnamed",
]
