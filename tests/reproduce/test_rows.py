from __future__ import annotations

from dataclasses import replace

import pytest

from clothier import reproduce
from clothier.data import recognition
from clothier.errors import InputError
from clothier.recipes.published import PUBLISHED
from clothier.values import Dataset


def test_every_published_row_is_in_its_table() -> None:
    article, tutorial, both = (reproduce.rows(table) for table in ("article", "r-tutorial", "all"))
    assert {(row.recipe, row.phase) for row in both} == set(PUBLISHED)
    assert set(article) | set(tutorial) == set(both)
    assert [row.name for row in article] == [
        "cnn1, 10 epochs",
        "cnn1, +50 augmented",
        "cnn3, 10 epochs",
        "cnn3, +50 augmented",
        "cnn4, 10 epochs",
        "cnn4, +50 augmented",
        "vgg19_article, 50 epochs",
        "vgg19, 50 epochs",
    ]
    assert [row.name for row in tutorial] == ["cnn1_dropout, 20 epochs"]
    assert [row.recipe for row in reproduce.rows("article", ["cnn3"])] == ["cnn3", "cnn3"]


def test_wrong_names_get_their_nearest() -> None:
    with pytest.raises(
        InputError, match=r"^unknown tutorial 'artcle'; known: all, article, r-tutorial; did you"
    ):
        reproduce.rows("artcle")
    with pytest.raises(
        InputError, match=r"^unknown row of r-tutorial 'cnn1'; known: cnn1_dropout; did you mean"
    ):
        reproduce.rows("r-tutorial", ["cnn1"])


def test_each_row_is_judged_like_for_like_first() -> None:
    article, tutorial = (reproduce.rows("all", [name])[0] for name in ("cnn1", "cnn1_dropout"))
    assert article.tests(("official", "re-split")) == ("re-split", "official")
    assert tutorial.tests(("re-split", "official")) == ("official",)
    assert tutorial.tests(("re-split",)) == ()
    assert article.tests(("other",)) == tutorial.tests(("other",)) == ("other",)


@pytest.mark.parametrize(
    ("own", "tests"),
    [
        ("official", (("re-split", "official"), False)),
        ("redrawn", (("re-split",), True)),
        ("", (("other",), False)),
    ],
)
def test_contents_tell_which_test_images_there_are(
    tiny: Dataset, monkeypatch: pytest.MonkeyPatch, own: str, tests: object
) -> None:
    monkeypatch.setattr(recognition, "test_images", lambda dataset: own)
    assert reproduce.tests_of(replace(tiny, name="whatever"), "csv:a.csv") == tests


@pytest.mark.parametrize(
    ("own", "what"), [("redrawn", "does not say which images are official"), ("", "is not Fashion-MNIST")]
)
def test_official_images_that_are_not_there_are_refused(
    tiny: Dataset, monkeypatch: pytest.MonkeyPatch, own: str, what: str
) -> None:
    monkeypatch.setattr(recognition, "test_images", lambda dataset: own)
    with pytest.raises(InputError) as caught:
        reproduce.tests_of(tiny, "csv:a.csv", "official")
    assert str(caught.value) == (
        f"--test-images official does not apply to csv:a.csv, which {what}; wanted the official files; leave it out, "
        "or take --data fashion-mnist"
    )
