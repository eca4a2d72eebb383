from __future__ import annotations

from typing import Any

import pytest

from clothier.errors import InputError
from clothier.serve import Settings
from clothier.serve.service import Service


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"port": 0}, "port is 0; wanted 1 to 65535"),
        ({"queue": -1}, "queue is -1; wanted 0 or more"),
        ({"body_seconds": float("nan")}, "body-seconds is nan; wanted 0.1 to 86,400"),
        ({"work_seconds": float("inf")}, "work-seconds is inf; wanted 0.1 to 86,400"),
        ({"drain_seconds": 1e9}, "drain-seconds is 1e+09; wanted 0 to 86,400"),
        ({"decoders": -1}, "decoders is -1; wanted 0 or more"),
        (
            {"origins": ("https://a.example", "a.example/page")},
            "'a.example/page' is not a valid origin; wanted one such as https://example.org, or *",
        ),
        (
            {"allow_hosts": ("shop.example:80",)},
            "'shop.example:80' is not a valid name of a host; wanted one such as shop.example, without a port, or *",
        ),
    ],
)
def test_a_value_out_of_its_range_is_named(words: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as raised:
        Settings(**words)
    assert str(raised.value) == message


@pytest.mark.parametrize(("words", "queue"), [({"decoders": 3}, 24), ({"decoders": 3, "queue": 5}, 5)])
def test_the_queue_grows_with_the_decoders_unless_told(words: dict[str, Any], queue: int) -> None:
    assert Service(Settings(**words)).picture_slots.limit == queue


def test_it_listens_to_this_machine_alone_unless_told_otherwise() -> None:
    assert (Settings().host, Settings().origins) == ("127.0.0.1", ())
