"""Tables on narrow terminals."""

from __future__ import annotations

import pytest
from rich.console import Console

from clothier.cli import screen

COLUMNS = ("row", "published loss", "our loss", "95% interval", "parameters")
ROWS = [("cnn1, 10 epochs", "0.2485", "1.9592", "0.5221 to 0.7090", "693,962")]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, ["row              published loss  our loss      95% interval  parameters",
              "cnn1, 10 epochs          0.2485    1.9592  0.5221 to 0.7090     693,962"]),
        (64, ["                 published     our                          ",
              "row                   loss    loss      95% interval  parameters",
              "cnn1, 10 epochs     0.2485  1.9592  0.5221 to 0.7090     693,962"]),
        (57, ["          published     our                    ",
              "row            loss    loss      95% interval  parameters",
              "cnn1, 10     0.2485  1.9592  0.5221 to 0.7090     693,962",
              "epochs"]),
        (49, ["        published     our         95%            ",
              "row          loss    loss    interval  parameters",
              "cnn1,      0.2485  1.9592   0.5221 to     693,962",
              "10                             0.7090",
              "epochs"]),
        (40, ["cnn1, 10 epochs",
              "  published loss  0.2485",
              "  our loss        1.9592",
              "  95% interval    0.5221 to 0.7090",
              "  parameters      693,962"]),
    ],
)  # fmt: skip
def test_words_and_numbers_stay_whole(monkeypatch: pytest.MonkeyPatch, width: int, shown: list[str]) -> None:
    console = Console(width=width, force_terminal=True, no_color=True, highlight=False, record=True)
    monkeypatch.setattr(screen, "results", console)
    screen.print_table(COLUMNS, ROWS)
    assert [line.rstrip() for line in console.export_text().splitlines()] == [line.rstrip() for line in shown]


def test_paths_fold_so_that_the_table_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=40, force_terminal=True, no_color=True, highlight=False, record=True)
    monkeypatch.setattr(screen, "results", console)
    screen.print_table(("photo", "class"), [("photos/" + "x" * 50 + ".jpg", "Bag")])
    head, *lines = (line.split() for line in console.export_text().splitlines())
    assert head == ["photo", "class"]
    assert [words[1:] for words in lines] == [["Bag"], []]
    assert "".join(words[0] for words in lines) == "photos/" + "x" * 50 + ".jpg"
