"""The Recipe: every choice of an experiment, flat, frozen, checked."""

from __future__ import annotations

import typing
from dataclasses import asdict, dataclass, replace
from typing import Any

from clothier.errors import InputError
from clothier.recipes import values
from clothier.values import Dataset

PHASES = ("plain", "augmented", "fine-tuned")
FINE_TUNE_EPOCHS = 10  # where fine-tuning is asked for without a number


@dataclass(frozen=True)
class Recipe:
    """One experiment. Raises InputError for a value out of range, naming the field and what it takes.

    Recipe, seed and data together give the same weights, bit for bit, on one machine with one set of
    versions and one number of threads.
    """

    name: str
    model: str  # a name in the table of models
    # How validation data are held out if the data have none: article, stratified, none; default = the source's.
    validation: str = "default"
    epochs: int = 10  # epochs of phase one, `plain`, without augmentation
    augmented_epochs: int = 50  # epochs of phase two, `augmented`; 0 leaves the phase out
    augment: str = (
        "article"  # the policy of phase two, a name in the table of policies, or several joined by +
    )
    # A phase ends when the validation loss has not fallen below its lowest of the phase for that many epochs; 0 trains
    # all epochs. The last weights are judged all the same, and those of the lowest validation loss are kept.
    early_stop: int = 0
    batch_size: int = 256  # images in one update
    optimizer: str = "adam"  # one of recipes.optimizers, with Keras's defaults but for the fields below
    learning_rate: float = 1e-3  # step size, at its highest
    schedule: str = (
        "constant"  # how it goes on to the last step of all phases: constant, or linear or cosine to 0
    )
    warmup: float = 0.0  # share of all steps, in [0, 1), over which it first rises linearly from 0
    momentum: float = 0.0  # muon, nesterov and sgd, in [0, 1)
    weight_decay: float = 0.004  # adamw and nesterov; Keras's default
    # What training minimises: crossentropy, binary_crossentropy (each class against the rest) or focal. Reported
    # losses are cross-entropy, and probabilities the softmax of the logits, whatever it is.
    loss: str = "crossentropy"
    # How much each class counts in the training loss: "" for all the same, "balanced" for as much however many images
    # it has, or weights such as dress=2,skirt=1.5, where the others weigh 1. They are scaled to a mean of 1 over the
    # training images. Reported losses and scores leave them out.
    class_weight: str = ""
    # Share of each target, in [0, 1), spread evenly over all classes; only the training loss knows of it. Source:
    # Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016, section 7.
    label_smoothing: float = 0.0
    # In [0, 1). Above 0, what is judged and kept is the mean of the weights after each step, counting for less by this
    # factor with each step of age. Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by
    # Averaging", 1992, there with equal shares.
    average_decay: float = 0.0
    # Share of the training images, in [0, 1), that the epochs skip_from to skip_to leave out: those with the lowest
    # loss when they were last seen. Source: Jiang et al., "Accelerating Deep Learning by Focusing on the Biggest
    # Losers", 2019, there by chance, within each batch.
    skip: float = 0.0
    skip_from: int = 2
    skip_to: int = 0
    # What is predicted from: the image, or the mean over it and its mirror, or its mirror+shift. Epochs are judged by
    # the image alone whatever it is.
    views: str = "image"
    # What the layers compute in: float32 as in the tutorials, bfloat16, or auto for the faster on this machine.
    # Weights, loss and scores are float32 whatever it is.
    precision: str = "auto"
    seed: int = 13  # of initial weights, shuffling, dropout and augmentation

    # Transfer: a frozen base turns images into features, and phase one trains a head on those.
    base: str = (
        ""  # its weights: imagenet, random, a weights file, or a run folder; "" trains the model whole
    )
    base_pixels: str = "as_trained"  # what VGG19 is given: 0..255 as_trained, or 0..1 (article_mistake)
    base_end: str = "flatten"  # where the trunk of a run ends: after its flatten layer, or before its logits
    base_precision: str = "auto"  # what features are computed in; auto = bfloat16 where the processor has it
    resize: str = "bilinear"  # how images get the size the base takes: bilinear or nearest
    base_size: int = (
        0  # longer side in pixels it gets images at; 0 = their own, from 96 up to the base's native one
    )
    # What the head gets of it: `mean`, its own features, which are means over the whole image; or `places`, those and
    # the maps of an earlier layer, halved, which say where in the image things are. All are then brought to mean 0 and
    # deviation 1, the places to a smaller one, as they are more.
    base_features: str = "mean"
    # Views of each training image: the image, its mirror image, then crops in other light (augment/snapshot.py). An
    # epoch trains on one of them, drawn for each image.
    base_views: int = 1
    head_units: int = 512  # units of the head's hidden layer; 0 leaves the layer out
    head_dropout: float = (
        0.5  # share of those units, or else of the features, dropped while training, in [0, 1)
    )
    fine_tune_epochs: int = 0  # epochs of the phase `fine-tuned`, base and head together; 0 leaves it out
    # What it trains: all layers on images, or the last layers of the base on what those below gave for each view,
    # mirrored and mixed in pairs.
    fine_tune_part: str = "all"
    fine_tune_rate: float = 1e-5  # its step size: small, as the base's weights are good already
    fine_tune_batch_size: int = 32  # its images in one update: VGG19 takes 0.1 GB an image to train

    def __post_init__(self) -> None:
        for field, kind in KINDS.items():
            values.check(field, kind, getattr(self, field))
        if self.epochs + self.augmented_epochs == 0:
            raise InputError("epochs and augmented_epochs are both 0; wanted at least one epoch in all")
        if self.skip and self.skip_to < self.skip_from:
            raise InputError(
                f"skip is {self.skip} but no epoch skips: skip_from is {self.skip_from}, skip_to {self.skip_to}; "
                "wanted skip_to no earlier than skip_from, such as the last epoch but one"
            )
        if 0 < self.base_size < 32:
            raise InputError(f"base_size is {self.base_size}; wanted 0, or a whole number from 32 to 1,024")
        self._check_phases()

    def _check_phases(self) -> None:
        """Check the phases: a recipe with a base trains a head on features that are computed once, then all of it."""
        if self.base and self.augmented_epochs:
            raise InputError(
                f"augmented_epochs is {self.augmented_epochs} with a base; wanted 0, because the features of each "
                "image "
                "are computed once; leave it at 0, and fine-tune instead"
            )
        if self.base and self.views != "image":
            raise InputError(
                f"views is {self.views} with a base; wanted image, because the head only gets features of the "
                "image itself"
            )
        if self.fine_tune_epochs and not self.base:
            raise InputError(
                f"fine_tune_epochs is {self.fine_tune_epochs} without a base; wanted 0; choose a recipe with a base, "
                "such as transfer"
            )
        if self.fine_tune_epochs and self.optimizer == "muon":
            raise InputError(
                "optimizer is muon with fine_tune_epochs; wanted another, such as adam, because muon rescales "
                "the pretrained kernels "
                "of the base"
            )

    def phases(self) -> list[tuple[str, int]]:
        """(name, epochs) of each phase that has epochs, in order."""
        lengths = {
            "plain": self.epochs,
            "augmented": self.augmented_epochs,
            "fine-tuned": self.fine_tune_epochs,
        }
        return [(name, lengths[name]) for name in PHASES if lengths[name]]

    def until(self, phase: str) -> Recipe:
        """The recipe cut short after that phase; equal for recipes that differ only in what comes later. Where the
        learning rate looks ahead to the last step, all of it decides what the first phase gives."""
        if phase != "plain" or self.schedule != "constant" or self.warmup:
            return self
        later = ("augment", "fine_tune_part", "fine_tune_rate", "fine_tune_batch_size")
        usual = {field: getattr(Recipe, field) for field in later}
        return replace(self, augmented_epochs=0, fine_tune_epochs=0, **usual)

    def as_read(self, dataset: Dataset) -> Recipe:
        """The recipe with the `validation` by which these data were read, which alone decides what is held out:
        "default" where they bring their own validation images."""
        return replace(self, validation=str(dataset.reading.options.get("validation", "default")))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Recipe:
        """The recipe that `as_json` wrote, now or in an earlier version; InputError for unknown fields."""
        start = cls(name=content.get("name", ""), model=content.get("model", ""))
        return replace(start, **values.read(KINDS, content))


KINDS: dict[str, type] = typing.get_type_hints(Recipe)
