from __future__ import annotations

from collections.abc import Callable

import pytest

from clothier import cli
from clothier.cli import naming
from clothier.serve import Settings, server


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What was to be served; nothing is."""
    made: list[Settings] = []

    def run(settings: Settings, begin: Callable[[], None]) -> None:
        made.append(settings)
        begin()

    monkeypatch.setattr(server, "run", run)
    return made


@pytest.mark.parametrize(
    ("host", "place"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("shop.example", "shop.example")],
)
def test_it_says_what_it_serves_by_an_address_that_can_be_opened(
    served: list[Settings], capsys: pytest.CaptureFixture[str], host: str, place: str
) -> None:
    assert cli.run(["serve", "--host", host, "--port", "9000"]) == 0
    assert (
        capsys.readouterr().out
        == f"serving {naming.title(None)} at http://{place}:9000\npress Ctrl-C to stop\n"
    )
    assert (served[0].host, served[0].port) == (host, 9000)


@pytest.mark.parametrize(
    "option", ["--max-megabytes", "--max-megapixels", "--max-pictures", "--queue", "--decoders"]
)
def test_a_number_that_is_none_is_refused_by_the_name_that_was_typed(
    served: list[Settings], capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert cli.run(["serve", option, "0"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"clothier: {option} is '0'; wanted a whole number ")
    assert said.count("\n") == 1
    assert served == []


def test_hosts_and_origins_may_be_named_several_times(served: list[Settings]) -> None:
    words = ["--allow-host", "a.example", "--allow-host", "b.example", "--origin", "https://a.example"]
    assert cli.run(["serve", *words]) == 0
    assert (served[0].allow_hosts, served[0].origins) == (("a.example", "b.example"), ("https://a.example",))


def test_a_deadline_without_an_end_is_refused(
    served: list[Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["serve", "--work-seconds", "inf"]) == 2
    assert capsys.readouterr().err == "clothier: work-seconds is inf; wanted 0.1 to 86,400\n"
    assert served == []
