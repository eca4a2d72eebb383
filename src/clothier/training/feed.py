"""What a stage is fed: the images, or what a frozen base makes of them."""

from __future__ import annotations

from collections.abc import Mapping

from clothier import models
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.training import stages
from clothier.training.batches import Policy
from clothier.training.transfer import features
from clothier.training.transfer.extracted import Extracted, MapPolicy
from clothier.training.transfer.features import MakeExtractor
from clothier.training.transfer.pretrained import Base
from clothier.values import Dataset, Examples, Report, Tell


class Feed:
    """Examples and their augmentation, by phase.

    Without a base they are the images. On a base, the head is fed with features, and fine-tuning with images, or with
    the maps below the layers that it trains. Features and maps are computed when first asked for. `policy` is that of
    the recipe's augmented epochs; `report` and `warn` are those of `features.extract`.
    """

    def __init__(
        self,
        recipe: Recipe,
        plan: Plan,
        dataset: Dataset,
        base: Base | None,
        policy: Policy | None,
        make_extractor: MakeExtractor,
        report: Report,
        warn: Tell,
    ) -> None:
        self._recipe, self._plan, self._dataset = recipe, plan, dataset
        self._base, self._policy = base, policy
        self._make_extractor, self._report, self._warn = make_extractor, report, warn
        self._cut = stages.cut(recipe)
        self._extracted: Extracted | None = None
        self._map_policy: MapPolicy | None = None

    def splits(self, phase: str) -> Mapping[str, Examples]:
        """By split, what the network is judged on in that phase."""
        extracted = self._of_base(phase)
        return self._dataset.splits() if extracted is None else extracted.splits(maps=phase == "fine-tuned")

    def training(self, phase: str, epoch: int) -> Examples:
        """What it trains on in that epoch: features and maps are those of one of several views of each image."""
        extracted = self._of_base(phase)
        if extracted is None:
            return self._dataset.train
        return extracted.training(self._recipe.seed, epoch, maps=phase == "fine-tuned")

    def policy(self, phase: str) -> Policy | None:
        """How its batches are augmented."""
        if phase == "fine-tuned" and self._of_base(phase) is not None:
            return self._map_policy
        return self._policy if phase == "augmented" else None

    def _of_base(self, phase: str) -> Extracted | None:
        """What the base made of the data; None where the phase is fed with images."""
        if self._base is None or (phase == "fine-tuned" and not self._cut):
            return None
        if self._extracted is None:
            self._extracted = self._extract(self._base)
        return self._extracted

    def _extract(self, base: Base) -> Extracted:
        below, views = models.build_base(self._plan, base.precision), self._recipe.base_views
        below.set_weights(list(base.weights.values()))
        num_features = int(below.output_shape[1])
        if self._cut:
            self._map_policy = MapPolicy(tuple(below.get_layer(self._cut).output.shape[1:]))
            below = models.with_maps(below, self._cut)
        extractor = self._make_extractor(below, base.precision)
        name = features.key(
            self._plan,
            base.sha256,
            base.precision,
            self._dataset.fingerprint,
            views,
            self._cut,
            extractor.name,
        )
        return features.extract(
            below,
            self._dataset,
            name,
            report=self._report,
            warn=self._warn,
            views=views,
            num_maps=int(below.output_shape[1]) - num_features,
            extractor=extractor,
        )
