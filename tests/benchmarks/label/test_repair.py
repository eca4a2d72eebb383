"""The oracle answers the page's own service; what it presses is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import numpy as np
from support import label_boards
from support.in_process_service import finished

from benchmarks.embed.suspects import flipped
from benchmarks.label import repair
from clothier import data
from clothier.data import LoadOptions
from clothier.label import app
from clothier.label.session import Session
from clothier.values import Dataset

TRUTH = np.arange(label_boards.COUNT) % 3


def asking(session: Session) -> repair.Ask:
    service = app.create(session, "secret", 8123)

    async def ask(path: str, body: Any) -> Any:
        transport = httpx.ASGITransport(service)
        headers = {app.TOKEN: "secret"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8123") as client:
            sent = (
                client.get(path, headers=headers)
                if body is None
                else client.post(path, headers=headers, json=body)
            )
            return (await sent).raise_for_status().json()

    return lambda path, body: finished(ask(path, body))


def test_the_oracle_repairs_what_it_looks_at(tmp_path: Path) -> None:
    session = label_boards.session(tmp_path / "labels.csv")
    looked = repair.look(asking(session), TRUTH, 9)
    assert looked == [7, 2]  # all that there is
    made = {row.id: (row.old, row.new) for row in session.log.refresh().made}
    assert made == {"train/7": ("coat", "shoe"), "train/2": ("hat", "coat")}


def test_rows_get_their_class_again_and_no_others(tiny: Dataset) -> None:
    wrong, planted = flipped(tiny, 0.1, 1)
    made = repair.repaired(wrong, tiny.train.labels, planted[:4].tolist()).train.labels
    assert np.flatnonzero(made != tiny.train.labels).tolist() == planted[4:].tolist()


def test_keys_are_counted_with_look_alikes_and_nothing_is_decided() -> None:
    alike = [{"id": f"train/{row}"} for row in (3, 6, 5)]  # one of which needs another answer
    items = [
        {"id": "train/0", "alike": alike},
        {"id": "train/3", "alike": []},
        {"id": "train/1", "alike": []},
    ]

    def ask(path: str, body: Any) -> Any:
        assert body is None
        offset = int(path.split("offset=")[1].split("&")[0])
        return {"items": items[offset:]}

    assert repair.keys(ask, TRUTH) == repair.Keys(decisions=4, single=4, together=2, clicks=1)


def test_written_data_are_read_back(tmp_path: Path, tiny: Dataset) -> None:
    source = repair.written(tiny, tmp_path / "data")
    read = data.load(source, LoadOptions(validation="none"))
    np.testing.assert_array_equal(read.train.images, tiny.train.images)
    np.testing.assert_array_equal(read.train.labels, tiny.train.labels)
    np.testing.assert_array_equal(read.split("test").labels, tiny.split("test").labels)
    assert read.class_names == tiny.class_names
