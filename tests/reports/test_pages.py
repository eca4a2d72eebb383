from __future__ import annotations

import pytest

from clothier.reports import pages
from clothier.values import wording


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (89.4, "89 s"),
        (91, "2 min"),
        (5369, "89 min"),
        (5460, "1 h 31 min"),
        (7260, "2 h 01 min"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


def test_cells_cannot_break_out_of_a_table() -> None:
    assert pages.markdown_table(["a", "b|c"], [["1\n2", "|"]]) == "| a | b\\|c |\n|---|---|\n| 1 2 | \\| |\n"
    assert "| &lt;img src=x&gt; |" in pages.markdown_table(["a"], [["<img src=x>"]])


def test_the_style_is_shared_and_not_escaped() -> None:
    for template in ("reports/compare.html.j2", "reproduce/page.html.j2", "reports/report.html.j2"):
        assert '{% include "reports/page.css" %}' in pages._read(template)
    assert "&#34;" not in pages._read("reports/page.css")
