from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, top_k_accuracy_score

from clothier.calibrate import reliability
from clothier.errors import DataError
from clothier.evaluate import Evaluation, match
from clothier.values import Floats, Labelled, Labels, Predictions, softmax

CLASSES = ("coat", "dress", "shoe", "bag")
GIVEN = ("dress", "hat", "shoe", "coats")  # "hat" is not among them; "coats" is mapped
TO_MODEL = np.array([1, -1, 2, 0])
COUNT = 200
RNG = np.random.default_rng(3)
GIVEN_LABELS: Labels = RNG.integers(0, 4, COUNT)
LOGITS: Floats = RNG.normal(0, 2, (COUNT, 4)).astype(np.float32)
STATUSES = np.array(["sure", "unsure", "unlike"])[RNG.integers(0, 3, COUNT)]


def evaluation(
    labels: Labels = GIVEN_LABELS, temperature: float | None = 2.0, unreadable: tuple[int, ...] = ()
) -> Evaluation:
    count = len(labels)
    images = Labelled(
        "folder:mine", "test", GIVEN, labels, tuple(f"{row}.png" for row in range(count)), [], "A notice."
    )
    reasons = tuple("is truncated" if row in unreadable else "" for row in range(count))
    statuses = np.array(["unreadable" if row in unreadable else STATUSES[row] for row in range(count)])
    predictions = Predictions(
        LOGITS[:count],
        temperature,
        CLASSES,
        statuses=statuses,
        reasons=reasons,
        filenames=tuple(f"mine/{row}.png" for row in range(count)),
    )
    return Evaluation("box", images, predictions, match(GIVEN, CLASSES, {"coats": "coat"}))


def counted() -> tuple[Labels, Floats]:
    """(labels, logits) of the images of classes that the model has."""
    labels = TO_MODEL[GIVEN_LABELS]
    return labels[labels >= 0], LOGITS[labels >= 0]


def test_its_scores_are_those_of_other_libraries() -> None:
    found, (labels, logits) = evaluation(), counted()
    probabilities = softmax(logits, 2.0)
    assert found.num_images == len(labels)
    assert found.accuracy == accuracy_score(labels, logits.argmax(axis=1))
    assert found.loss == pytest.approx(log_loss(labels, probabilities, labels=range(4)), rel=1e-5)
    assert found.scores.loss == pytest.approx(log_loss(labels, softmax(logits), labels=range(4)), rel=1e-5)
    assert found.top2 == top_k_accuracy_score(labels, logits, k=2, labels=range(4))
    wanted = confusion_matrix(labels, logits.argmax(axis=1), labels=range(4))
    assert np.array_equal(found.scores.confusion, wanted)
    assert found.reliability.error == reliability(probabilities, labels).error
    low, high = found.interval
    assert low < found.accuracy < high


def test_without_a_temperature_it_is_not_calibrated() -> None:
    found, (_, logits) = evaluation(temperature=None), counted()
    assert not found.is_calibrated
    assert np.array_equal(found.probabilities, softmax(logits))
    assert found.loss == pytest.approx(found.scores.loss)
    assert evaluation().is_calibrated


def test_doubts_part_the_images_that_count() -> None:
    found = evaluation()
    assert sum(share.images for share in found.shares.values()) == found.num_images
    assert sum(share.correct for share in found.shares.values()) == found.correct.sum()
    sure = found.predictions.statuses[found.counted] == "sure"
    assert found.shares["sure"].accuracy == found.correct[sure].mean()


def test_what_does_not_count_is_counted_apart() -> None:
    unreadable = (int(np.flatnonzero(GIVEN_LABELS == 0)[0]), int(np.flatnonzero(GIVEN_LABELS == 1)[0]))
    found = evaluation(unreadable=unreadable)
    assert found.num_images == evaluation().num_images - 1
    assert found.unreadable == {f"{row}.png": "is truncated" for row in sorted(unreadable)}
    hats = GIVEN_LABELS == 1
    (images, unlike), *others = found.uncounted.values()
    assert (list(found.uncounted), images, others) == (["hat"], hats.sum(), [])
    assert unlike == (found.predictions.statuses[hats] == "unlike").sum()
    assert found.absent == ["bag"]


def test_mistakes_are_the_most_confident_first() -> None:
    found = evaluation()
    labels = TO_MODEL[GIVEN_LABELS]
    wrong = {row for row in range(COUNT) if labels[row] not in (-1, LOGITS[row].argmax())}
    assert set(found.mistakes) == wrong
    confidence = softmax(LOGITS, 2.0).max(axis=1)[found.mistakes]
    assert (np.diff(confidence) <= 0).all()
    first = found.as_json()["mistakes"][0]
    assert first["file"] == f"mine/{found.mistakes[0]}.png"
    assert first["probability"] == pytest.approx(confidence[0], abs=1e-6)
    assert first["label"] == CLASSES[labels[found.mistakes[0]]] != first["predicted"]


def test_json_and_what_a_notebook_shows() -> None:
    found = evaluation()
    content = json.loads(json.dumps(found.as_json()))
    assert content["renamed_classes"] == {"coats": "coat"}
    assert (content["accuracy"], content["split"]) == (found.accuracy, "test")
    assert content["statuses"]["sure"]["images"] == found.shares["sure"].images
    low, high = found.interval
    assert repr(found) == (
        f"<Evaluation of box on folder:mine, {found.num_images} images of the test split: accuracy "
        f"{found.accuracy:.4f} (95% interval {low:.4f} to {high:.4f})>"
    )
    page = found._repr_html_()
    assert "<th>dress</th>" in page
    assert "A notice." in page


def test_nothing_to_judge() -> None:
    with pytest.raises(DataError) as caught:
        evaluation(np.array([1, 0]), unreadable=(1,))
    assert str(caught.value) == (
        "none of the 2 images of folder:mine can be judged: 1 cannot be read, and the model lacks the classes of the "
        "others; 1.png is truncated"
    )
