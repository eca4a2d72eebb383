from __future__ import annotations

import dataclasses

import numpy as np
from support.embeddings import blobs

from benchmarks.embed import suspects
from clothier.values import Dataset


def test_so_many_labels_become_another_class_and_only_those_of_train(tiny: Dataset) -> None:
    wrong, rows = suspects.flipped(tiny, 0.05, 1)
    changed = np.flatnonzero(wrong.train.labels != tiny.train.labels)
    np.testing.assert_array_equal(changed, rows)
    assert len(rows) == 15
    assert set(((wrong.train.labels - tiny.train.labels)[rows] % 3).tolist()) == {1, 2}
    assert wrong.fingerprint != tiny.fingerprint
    assert wrong.test is tiny.test
    np.testing.assert_array_equal(suspects.flipped(tiny, 0.05, 1)[1], rows)
    assert not np.array_equal(suspects.flipped(tiny, 0.05, 2)[1], rows)


def test_the_shares_found_are_counted_in_the_top() -> None:
    embedding = blobs(100)
    labels = embedding.labels.copy()
    labels[[5, 40]] = (labels[[5, 40]] + 1) % 3
    planted = dataclasses.replace(embedding, labels=labels)
    assert suspects.found(planted, np.array([5, 40])) == (1, 1)
    others = np.setdiff1d(np.arange(100), [5, 40])
    assert suspects.found(planted, others) == (2 / 98, 8 / 98)
