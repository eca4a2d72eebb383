"""A run and images -> Predictions."""

from __future__ import annotations

from clothier import backend, models, trained
from clothier.errors import InputError
from clothier.runs import Run
from clothier.values import Images, Predictions


def predict(run: Run, images: Images, which: str = "last") -> Predictions:
    """What the run's network says of the images, with its last or best weights.

    `images` uint8 (n, height, width, channels) of the run's own shape; InputError for another. Raises RunError as
    `trained.load`.
    """
    wanted = tuple(run.read_recipe()["data"]["image_shape"])
    if images.shape[1:] != wanted or not len(images):
        raise InputError(
            f"images are {images.shape}; {run.name} was trained on images of {wanted}; wanted one or more of those"
        )
    model = models.averaged(trained.load(run, which), trained.plan(run).views)
    return Predictions(backend.Judge(model).logits(model.get_weights(), images))
