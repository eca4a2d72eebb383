"""What is known of each image -> metadata.tsv, as TensorBoard's page parses it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clothier.values import UNKNOWN, Embedding
from clothier.values.names import is_plain

NOTHING = "unknown"  # an empty cell becomes null in the page, and its search then fails

Columns = Mapping[str, Sequence[object]]


def columns(embedding: Embedding) -> dict[str, list[object]]:
    """index, label, predicted, correct, confidence (or uncalibrated confidence) and id of each image, by column; what
    nobody knows is left out."""
    labels = embedding.labels.tolist()
    made: dict[str, list[object]] = {"index": list(range(len(embedding)))}
    if any(label != UNKNOWN for label in labels):
        made["label"] = [_name(embedding, label) for label in labels]
    if embedding.predictions is not None and embedding.confidence is not None:
        predictions = embedding.predictions.tolist()
        made["predicted"] = [_name(embedding, label) for label in predictions]
        made["correct"] = [
            NOTHING if label == UNKNOWN else "yes" if label == guess else "no"
            for label, guess in zip(labels, predictions, strict=True)
        ]
        made[embedding.confidence_name] = [f"{share:.4f}" for share in embedding.confidence.tolist()]
    made["id"] = list(embedding.ids)
    return made


def table(made: Columns) -> bytes:
    """The columns in UTF-8, a line a row, cells parted by tabs; under a header, unless there is a single column."""
    rows: list[Sequence[object]] = list(zip(*made.values(), strict=True))
    if len(made) > 1:  # of a single column TensorBoard takes the header for a row
        rows.insert(0, list(made))
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows).encode()


def _name(embedding: Embedding, label: int) -> str:
    return NOTHING if label == UNKNOWN else embedding.class_names[label]


def _cell(value: object) -> str:
    """The value with single spaces: no tab, no end of a line, never empty."""
    plain = "".join(letter if is_plain(letter) else " " for letter in str(value))
    return re.sub(" +", " ", plain).strip() or NOTHING
