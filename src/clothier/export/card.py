"""What a run's model file says of itself in words: its scores, and what its verdicts promise."""

from __future__ import annotations

from collections.abc import Mapping

from clothier.calibrate import Promises


def of_run(
    name: str,
    source: str,
    scores: Mapping[str, Mapping[str, float]],
    promises: Promises | None,
    *,
    has_photos: bool,
) -> str:
    """The card of a run of that name on that source. The accuracy on photos comes first, where it was measured;
    `has_photos` is whether the data are photos as people will ask about."""
    lines = [f"# {name}, trained on {source}", ""]
    if "photos" in scores:
        lines.append(_accuracy("photos", scores["photos"]))
    lines += [
        _accuracy(f"{split} images", scores[split])
        for split in ("test", "validation")
        if split in scores and scores[split].get("accuracy") != scores.get("photos", {}).get("accuracy")
    ]
    if promises is None:
        lines.append("- It has no verdicts: there were no validation images to learn them from.")
    else:
        lines.append(promises.words("photos" if has_photos else "images"))
        if not has_photos:
            lines.append("- It was never measured on photos, so no answer about a photo is plain.")
    return "\n".join(lines) + "\n"


def _accuracy(what: str, scores: Mapping[str, float]) -> str:
    return f"- {scores['accuracy']:.1%} of {scores['images']:,.0f} {what} are classified correctly."
