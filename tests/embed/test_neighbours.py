"""Neighbours against a slow search and scikit-learn; suspects that were planted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from support.embeddings import blobs

from clothier.embed import neighbours
from clothier.errors import DataError, InputError
from clothier.values import UNKNOWN, Embedding, Labels

RNG = np.random.default_rng(3)


def test_they_are_those_of_a_slow_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 32)
    told: list[tuple[str, int, int]] = []
    vectors = RNG.normal(0, 1, (70, 5)).astype(np.float32)
    rows, distances = neighbours.nearest(vectors, 6, lambda *words: told.append(words))
    exact = np.linalg.norm(vectors[:, np.newaxis].astype(np.float64) - vectors, axis=2)
    np.fill_diagonal(exact, np.inf)
    np.testing.assert_array_equal(rows, exact.argsort(axis=1)[:, :6])
    np.testing.assert_allclose(distances, np.sort(exact, axis=1)[:, :6], rtol=1e-5)
    assert rows.dtype == np.int64
    assert distances.dtype == np.float32
    assert told == [("comparing neighbours", done, 70) for done in (32, 64, 70)]


def test_equal_vectors_are_neighbours_and_none_is_its_own() -> None:
    vectors = np.repeat(RNG.normal(0, 1, (3, 4)), 9, axis=0).astype(np.float32)
    rows, distances = neighbours.nearest(vectors, 4)
    assert not (rows == np.arange(27)[:, np.newaxis]).any()
    np.testing.assert_array_equal(rows // 9, np.repeat([[0], [1], [2]], 9, axis=0).repeat(4, axis=1))
    assert all(len(set(row)) == 4 for row in rows.tolist())
    assert distances.max() < 1e-3


@pytest.mark.parametrize(("number", "rows"), [(0, 5), (5, 5), (1, 1)])
def test_there_must_be_more_vectors_than_neighbours(number: int, rows: int) -> None:
    with pytest.raises(InputError) as caught:
        neighbours.nearest(np.zeros((rows, 2), np.float32), number)
    assert str(caught.value) == (
        f"{number} neighbours among {rows} vectors; wanted 1 or more, and more vectors than neighbours"
    )


def _overlapping() -> Embedding:
    labels: Labels = np.arange(80) % 4
    vectors = (labels[:, np.newaxis] % 2 + RNG.normal(0, 0.6, (80, 3))).astype(np.float32)
    return blobs(80, vectors=vectors, labels=labels, class_names=("a", "b", "c", "d"))


def test_label_accuracy_is_that_of_scikit_learn_leaving_one_out() -> None:
    embedding = _overlapping()
    hits = 0
    for row in range(80):
        others = np.delete(np.arange(80), row)
        judge = KNeighborsClassifier(10).fit(embedding.vectors[others], embedding.labels[others])
        hits += int(judge.predict(embedding.vectors[[row]])[0] == embedding.labels[row])
    assert 0.2 < hits / 80 < 0.8
    assert neighbours.label_accuracy(embedding) == hits / 80


def test_images_without_a_label_take_no_part() -> None:
    embedding = _overlapping()
    whole = neighbours.label_accuracy(embedding)
    more = dataclasses.replace(
        embedding,
        vectors=np.concatenate([embedding.vectors, embedding.vectors]),
        images=np.concatenate([embedding.images, embedding.images]),
        labels=np.concatenate([embedding.labels, np.full(80, UNKNOWN)]),
        ids=tuple(map(str, range(160))),
    )
    assert neighbours.label_accuracy(more) == whole
    order, scores = neighbours.suspects(more)
    alone, alone_scores = neighbours.suspects(embedding)
    np.testing.assert_array_equal(scores[:80], alone_scores)
    assert not scores[80:].any()
    some = alone_scores[alone] > 0
    np.testing.assert_array_equal(order[: some.sum()], alone[some])
    assert sorted(order.tolist()) == list(range(160))


PLANTED = (3, 50, 71)


def _with_wrong_labels() -> Embedding:
    embedding = blobs()
    labels = embedding.labels.copy()
    labels[list(PLANTED)] = (labels[list(PLANTED)] + 1) % 3
    return dataclasses.replace(embedding, labels=labels)


def test_wrong_labels_come_first_and_surely() -> None:
    order, scores = neighbours.suspects(_with_wrong_labels(), 10)
    assert set(order[:3].tolist()) == set(PLANTED)
    assert order.dtype == np.int64
    assert scores.dtype == np.float32
    assert scores[list(PLANTED)].min() > 0.85 > 0.5 > np.delete(scores, PLANTED).max()
    assert 0 <= scores.min() <= scores.max() <= 1
    assert (np.diff(scores[order]) <= 0).all()


def test_a_runs_predictions_tell_apart_what_neighbours_leave_open() -> None:
    embedding = _with_wrong_labels()
    predictions, confidence = embedding.labels.copy(), np.full(90, 0.9, np.float32)
    predictions[50] = blobs().labels[50]  # the others it has learned by heart
    confidence[3] = 0.4
    order, scores = neighbours.suspects(
        dataclasses.replace(embedding, predictions=predictions, confidence=confidence), 10
    )
    assert order[:3].tolist() == [50, 3, 71]
    doubt = neighbours.suspects(embedding, 10)[1]
    np.testing.assert_allclose(scores[[50, 3, 71]], (doubt[[50, 3, 71]] + [0.95, 0.6, 0.1]) / 2, rtol=1e-5)


def test_a_run_does_not_speak_of_classes_that_it_does_not_know() -> None:
    embedding, sure = _with_wrong_labels(), np.ones(90, np.float32)
    of_others = dataclasses.replace(
        embedding, class_names=(*embedding.class_names, "boot"), predictions=np.full(90, 3), confidence=sure
    )
    np.testing.assert_array_equal(neighbours.suspects(of_others)[1], neighbours.suspects(embedding)[1])


def test_nearer_neighbours_count_for_more() -> None:
    labels = np.array([0, 0, 1, 1, 1, 0, 0, 0])
    vectors = np.array([0, 1, 3, 100, 101, 102, 103, 104], np.float32)[:, np.newaxis]
    _, scores = neighbours.suspects(blobs(8, vectors=vectors, labels=labels), 2)
    assert 0 < scores[0] < 0.2  # its nearer neighbour agrees
    assert scores[2] == 1


def test_many_equal_images_can_be_judged() -> None:
    order, scores = neighbours.suspects(blobs(vectors=np.zeros((90, 12), np.float32)))
    assert np.isfinite(scores).all()
    assert len(order) == 90


def test_without_labels_there_is_nothing_to_judge() -> None:
    unlabelled = blobs(9, labels=np.full(9, UNKNOWN))
    with pytest.raises(DataError) as caught:
        neighbours.label_accuracy(unlabelled)
    ending = "sort the photos into one folder per class"
    assert str(caught.value) == f"0 of 9 images of blobs have a label; wanted 1 or more; {ending}"
    one = blobs(9, labels=np.array([1, *[UNKNOWN] * 8]))
    with pytest.raises(DataError) as caught:
        neighbours.suspects(one)
    assert str(caught.value) == f"1 of 9 images of blobs have a label; wanted 2 or more; {ending}"


def test_of_denied_labels_alone_the_scores_are_the_same() -> None:
    embedding = _overlapping()
    predictions = np.where(np.arange(80) % 3, embedding.labels, (embedding.labels + 1) % 4)
    said = dataclasses.replace(embedding, predictions=predictions, confidence=np.full(80, 0.7, np.float32))
    _, every = neighbours.suspects(said)
    order, scores = neighbours.suspects(said, denied_only=True)
    denied = predictions != embedding.labels
    np.testing.assert_allclose(scores[denied], every[denied], rtol=1e-6)
    assert not scores[~denied].any()
    assert set(order[: denied.sum()].tolist()) == set(np.flatnonzero(denied).tolist())
