from __future__ import annotations

import pytest

from clothier.errors import InputError
from clothier.evaluate import check_settings, match, read_mapping

MODEL = ("T-shirt/top", "Trouser", "Pullover", "Ankle boot", "Été")


def refusal(*data: str, model: tuple[str, ...] = MODEL, **mapping: str) -> str:
    with pytest.raises(InputError) as caught:
        match(data, model, mapping)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_names_match_as_they_are_before_they_match_without_capitals_and_signs() -> None:
    matching = match(("trouser", "ANKLE-BOOT", "hat", "Pullover", "E\u0301te\u0301"), MODEL)
    assert matching.numbers.tolist() == [1, 3, -1, 2, 4]
    assert matching.renamed == (
        ("trouser", "Trouser"),
        ("ANKLE-BOOT", "Ankle boot"),
        ("E\u0301te\u0301", "Été"),
    )
    both = match(("hat", "Hat"), ("Hat", "hat"))
    assert (both.numbers.tolist(), both.renamed) == ([1, 0], ())


def test_a_mapping_goes_before_and_may_join_classes() -> None:
    matching = match(("Trouser", "jeans", "Pullover"), MODEL, {"jeans": "Trouser", "Pullover": "Été"})
    assert matching.numbers.tolist() == [1, 1, 4]
    assert matching.renamed == (("jeans", "Trouser"), ("Pullover", "Été"))


def test_unknown_names_in_a_mapping() -> None:
    assert refusal("jeans", jaens="Trouser") == (
        "unknown class of the data 'jaens'; known: jeans; did you mean 'jeans'?"
    )
    assert "unknown class of the model 'Trousers'; known: " in refusal("jeans", jeans="Trousers")


def test_a_name_that_could_be_two_classes() -> None:
    assert refusal("hat", model=("HAT", "Hat.")) == (
        "class 'hat' of the data could be 'HAT', 'Hat.' of the model; wanted one; choose it with --map 'hat=HAT'"
    )
    assert match(("+", "Trouser"), (*MODEL, "-")).numbers.tolist() == [-1, 1]


def test_no_class_in_common() -> None:
    assert refusal("hat", "shoe", model=("a", "b")) == (
        "the data and the model share no class: the data have 'hat', 'shoe'; the model has 'a', 'b'; wanted one or "
        "more in common; name the same ones with --map, such as --map 'hat=a'"
    )


def test_words_of_a_mapping() -> None:
    words = ["jeans=Trouser", "a=b=c", "jeans=Trouser", "x=y=z"]
    assert read_mapping(words, ("jeans", "a=b")) == {"jeans": "Trouser", "a=b": "c", "x": "y=z"}
    with pytest.raises(
        InputError, match="--map got 'jeans'; wanted DATA_CLASS=MODEL_CLASS, such as longsleeve="
    ):
        read_mapping(["jeans"], ("jeans",))
    with pytest.raises(
        InputError, match="--map sends 'a' to 'b' and to 'c'; wanted one of the two; leave one out"
    ):
        read_mapping(["a=b", "a=c"], ("a",))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["x"], "--map got 'x'; wanted DATA_CLASS=MODEL_CLASS, such as longsleeve=Pullover"),
        (["x=Trousr"], "unknown class of the model 'Trousr'; known: .*; did you mean 'Trouser'"),
        (["a=Trouser", "a=Coat"], "--map sends 'a' to 'Trouser' and to 'Coat'"),
    ],
)
def test_what_no_data_would_mend_is_told_without_them(settings: list[str], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        check_settings(settings, ("Trouser", "Coat", "b=c"))
    check_settings(["a=Coat", "a=b=c", "x=y=Coat"], ("Trouser", "Coat", "b=c"))
