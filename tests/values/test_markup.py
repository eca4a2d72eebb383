from __future__ import annotations

from clothier.values import markup


def test_every_cell_is_escaped_and_in_its_place() -> None:
    made = markup.table("a < b", ("class", "n"), [("<script>", 1), ("&", 2.5)], notice="x > y")
    assert made == (
        "<p><strong>a &lt; b</strong></p>"
        "<table><thead><tr><th>class</th><th>n</th></tr></thead>"
        "<tbody><tr><th>&lt;script&gt;</th><td>1</td></tr><tr><th>&amp;</th><td>2.5</td></tr></tbody></table>"
        "<p><strong>x &gt; y</strong></p>"
    )


def test_no_notice_leaves_nothing_behind() -> None:
    assert markup.table("t", ("a",), []).endswith("<tbody></tbody></table>")
