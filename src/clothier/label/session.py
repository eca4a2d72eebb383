"""What the page asks and decides: items in an order, decisions into the log, undo. No HTTP."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clothier.data import relabelling
from clothier.data.decision_log import DecisionLog
from clothier.data.decisions import CHANGED, KEPT, LABELLED, LEFT_OUT, Decision, History
from clothier.errors import RefusedError, command
from clothier.label.board import UNLABELLED, Board
from clothier.label.orders import GIVEN, ORDERS
from clothier.values import UNKNOWN, Labels

MOST_ITEMS = 100  # in one answer
MOST_DECISIONS = 200  # in one request
KEYS = "123456789abcdefghijlmnopqrstvwyz"  # k, x and u have other meanings
_TOP, _NEIGHBOURS, _ALIKE = 3, 8, 24
_NEAR = 50  # the nearest images, among which look-alikes are


class StaleError(Exception):
    """Another window decided about some of these images meanwhile; `conflicts` says what."""

    def __init__(self, conflicts: list[dict[str, Any]]) -> None:
        super().__init__(
            f"{len(conflicts)} of these images were decided in another window; look at them again"
        )
        self.conflicts = conflicts


@dataclass(frozen=True)
class Wish:
    """One decision of a request: `version` is the image's that the page saw, `action` class, keep or leave_out."""

    id: str
    version: int
    action: str
    new: int | None = None


class Session:
    """Answers for the page, as JSON holds them. `given` are the ids of a file, in its order.

    Raises RefusedError for a request that cannot be answered, StaleError for decisions that crossed others, and the
    errors of the log.
    """

    def __init__(
        self, board: Board, log: DecisionLog, order: str, split: str, given: Sequence[str] = ()
    ) -> None:
        self.board, self.log, self.order, self.split = board, log, order, split
        self.num_decided = 0  # by this session, less what it took back
        self._classes = {name: number for number, name in enumerate(board.class_names)}
        known = [board.row_of[image] for image in given]
        self._rows: dict[str, Labels] = {GIVEN: np.array(known, np.int64)} if given else {}

    @property
    def orders(self) -> dict[str, str]:
        """The orders that these data have, by name, with their words."""
        has_photos = self.board.others is not None
        named = {name: each.words for name, each in ORDERS.items() if name != UNLABELLED or has_photos}
        return named | ({GIVEN: "the images of the file"} if GIVEN in self._rows else {})

    def rows(self, order: str) -> Labels:
        """The rows of the images in that order, int64 (m,)."""
        if order not in self.orders:
            raise RefusedError(
                404, "unknown_order", f"there is no order '{order[:40]}'; wanted {', '.join(self.orders)}"
            )
        if order not in self._rows:
            self._rows[order] = ORDERS[order].rows(self.board, self.split)
        return self._rows[order]

    def state(self) -> dict[str, Any]:
        history, board = self.log.refresh(), self.board
        rows = self.rows(self.order)
        decided = sum(board.ids[row] in history.current for row in rows.tolist())
        return {
            "title": f"Labels of {board.source}",
            "source": board.source,
            "classes": [
                {"index": number, "name": name, "key": KEYS[number] if number < len(KEYS) else None}
                for number, name in enumerate(board.class_names)
            ],
            "orders": [{"name": name, "label": words} for name, words in self.orders.items()],
            "order": self.order,
            "total": len(rows),
            "decided": decided,
            "undecided": len(rows) - decided,
            "labels_file": str(self.log.path),
            "model": board.model or None,
            "unlabelled": board.others is not None,
            "command": self.command(),
        }

    def command(self) -> str:
        """What to type to train with the decisions."""
        recipe = "photos" if self.board.files else "cnn3"
        return command("train", recipe, "--data", self.board.source, "--labels", self.log.path)

    def items(self, order: str, offset: int, count: int, *, undecided: bool) -> dict[str, Any]:
        """`count` items from `offset` on, and how many there are: of all images, or of the undecided ones alone."""
        history, rows = self.log.refresh(), self.rows(order)
        if undecided:
            rows = np.array([r for r in rows.tolist() if self.board.ids[r] not in history.current], np.int64)
        shown = rows[max(0, offset) :][: min(max(0, count), MOST_ITEMS)].tolist()
        there = np.zeros(len(self.board), bool)
        there[rows] = True
        return {"items": [self._item(row, order, history, there) for row in shown], "total": len(rows)}

    def item(self, image: str) -> dict[str, Any]:
        """One item, whatever the order."""
        row = self._row(image)
        parts = self.board.parts
        order = UNLABELLED if parts[row] == UNLABELLED else "suspects"
        return self._item(row, order, self.log.refresh(), parts == parts[row])

    def decide(self, wishes: Sequence[Wish]) -> dict[str, Any]:
        """Write all of the decisions, or none where one is stale."""
        if not 1 <= len(wishes) <= MOST_DECISIONS or len({wish.id for wish in wishes}) < len(wishes):
            raise RefusedError(
                400,
                "bad_decisions",
                f"{len(wishes)} decisions; wanted 1 to {MOST_DECISIONS} about different images",
            )

        def make(history: History) -> list[Decision]:
            stale = [wish.id for wish in wishes if history.versions.get(wish.id, 0) != wish.version]
            if stale:
                raise StaleError([self._state_of(image, history) for image in stale])
            time = _now(history)
            return [self._decision(wish, time) for wish in wishes]

        history = self.log.append(make)
        self.num_decided += len(wishes)
        return self._answer([wish.id for wish in wishes], history)

    def undo(self) -> dict[str, Any]:
        """Take back the last decision, or all that were made together with it; `item` is the last of `items`."""
        undone: list[str] = []

        def make(history: History) -> list[Decision]:
            rows = history.undoing(_now(history))
            if not rows:
                raise RefusedError(409, "nothing", "there is no decision to undo")
            undone.extend(row.id for row in rows)
            return rows

        history = self.log.append(make)
        self.num_decided -= len(undone)
        answer = self._answer(undone, history)
        return {"item": answer["items"][-1], **answer}

    def file(self, image: str) -> Path | None:
        """The photo of that id; None for an image without a file."""
        self._row(image)
        return self.board.files.get(image)

    def pixels(self, image: str) -> Any:
        return self.board.image(self._row(image))

    def _row(self, image: str) -> int:
        row = self.board.row_of.get(image)
        if row is None:
            raise RefusedError(404, "unknown_image", f"there is no image '{ascii(image)[1:-1][:80]}'")
        return row

    def _item(self, row: int, order: str, history: History, there: Any) -> dict[str, Any]:
        board = self.board
        said = board.said if order != "unsure" or board.model_said is None else board.model_said
        label = int(board.labels[row])
        suggestion = int(said[row].argmax())
        top = np.argsort(-said[row], kind="stable")[:_TOP]
        near = board.nearest(row, _NEIGHBOURS, board.parts != UNLABELLED)
        return {
            **self._state_of(board.ids[row], history),
            "path": str(board.files.get(board.ids[row], "")) or board.ids[row],
            "label": None if label == UNKNOWN else label,
            "suggestion": suggestion,
            "probabilities": [[int(number), round(float(said[row, number]), 4)] for number in top],
            "why": self._why(row, suggestion, said, near),
            "neighbours": [{"id": board.ids[other], "label": int(board.labels[other])} for other in near],
            "alike": [
                {
                    "id": board.ids[other],
                    "version": history.versions.get(board.ids[other], 0),
                    "label": None if label == UNKNOWN else label,
                }
                for other in self._alike(row, suggestion, said, there, history)
            ],
        }

    def _alike(self, row: int, suggestion: int, said: Any, there: Any, history: History) -> list[int]:
        """The undecided look-alikes of the order, with the same label and the same suggestion."""
        board = self.board
        near = board.nearest(row, _NEAR, there & (board.labels == board.labels[row]))
        same = [
            r for r in near.tolist() if said[r].argmax() == suggestion and board.ids[r] not in history.current
        ]
        return same[:_ALIKE]

    def _why(self, row: int, suggestion: int, said: Any, near: Labels) -> str:
        board, names = self.board, self.board.class_names
        label, share = int(board.labels[row]), f"{said[row, suggestion]:.0%}"
        agreeing = int((board.labels[near] == suggestion).sum())
        who = "The model" if said is board.model_said else "A classifier that has not seen this image"
        seen = f"{agreeing} of its {len(near)} nearest neighbours are labelled so"
        if label == UNKNOWN:
            return f"{who} gives {names[suggestion]} {share}, and {seen}."
        if label == suggestion:
            return f"{who} agrees with the label {names[label]}, with {share}, and {seen}."
        return (
            f"The label is {names[label]}; {who[0].lower()}{who[1:]} gives it {said[row, label]:.0%} and "
            f"{names[suggestion]} {share}, and {seen}."
        )

    def _decision(self, wish: Wish, time: str) -> Decision:
        row, names = self._row(wish.id), self.board.class_names
        label = int(self.board.labels[row])
        old = "" if label == UNKNOWN else names[label]
        if wish.action == "leave_out":
            new, reason = "", LEFT_OUT
        elif wish.action == "keep":
            if not old:
                raise RefusedError(400, "no_label", f"'{wish.id}' has no label to keep; wanted a class")
            new, reason = old, KEPT
        elif wish.action == "class" and wish.new is not None and 0 <= wish.new < len(names):
            new = names[wish.new]
            reason = LABELLED if not old else KEPT if new == old else CHANGED
        else:
            raise RefusedError(
                400,
                "bad_action",
                f"a decision is '{wish.action[:20]}' with {wish.new}; wanted keep, leave_out, or class with a number "
                f"from 0 to {len(names) - 1}",
            )
        file = self.board.files.get(wish.id)
        return Decision(
            wish.id, str(file) if file else relabelling.pixels(self.board.image(row)), old, new, reason, time
        )

    def _answer(self, images: Sequence[str], history: History) -> dict[str, Any]:
        rows = self.rows(self.order).tolist()
        return {
            "items": [self._state_of(image, history) for image in images],
            "decided": sum(self.board.ids[row] in history.current for row in rows),
        }

    def _state_of(self, image: str, history: History) -> dict[str, Any]:
        made = history.current.get(image)
        decision: Mapping[str, Any] | None = None
        if made is not None:
            decision = {
                "new": self._classes.get(made.new),
                "left_out": made.is_left_out,
                "reason": made.reason,
                "time": made.time,
            }
        return {"id": image, "decision": decision, "version": history.versions.get(image, 0)}


def _now(history: History) -> str:
    """The time in UTC, later than that of the last decision: decisions of one time are undone together."""
    now = datetime.datetime.now(datetime.UTC)
    if history.made and (last := _parsed(history.made[-1].time)) is not None and now <= last:
        now = last + datetime.timedelta(milliseconds=1)
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"


def _parsed(time: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(time).replace(tzinfo=datetime.UTC) + datetime.timedelta(
            milliseconds=1
        )
    except ValueError:
        return None
