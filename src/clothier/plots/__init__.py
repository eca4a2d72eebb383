"""Numbers -> matplotlib figures. Reads no file, runs no model, changes no global setting.

Every figure is drawn in one quiet style whatever the user's own matplotlib settings, and takes a `notice`: a
sentence drawn small at the bottom, such as that the data are generated. To add a figure: a function in the file of
its kind, and its name here.
"""

from clothier.environment import importing_matplotlib

with importing_matplotlib():
    from clothier.plots.activations import feature_maps, heat_overlay
    from clothier.plots.canvas import render
    from clothier.plots.charts import confusion_matrix, per_class_bars, reliability_diagram, training_curves
    from clothier.plots.overlay import overlaid_curves
    from clothier.plots.predictions import prediction_grid
    from clothier.plots.sheets import class_sheet, enlarged, sample_sheet

__all__ = [
    "class_sheet",
    "confusion_matrix",
    "enlarged",
    "feature_maps",
    "heat_overlay",
    "overlaid_curves",
    "per_class_bars",
    "prediction_grid",
    "reliability_diagram",
    "render",
    "sample_sheet",
    "training_curves",
]
