"""The pickle of a file of torch.save -> where its tensors lie, without calling anything that the pickle names.

Source: torch/_utils.py of PyTorch 2, `_rebuild_tensor_v2`, and Python's Lib/pickletools.py.
"""

from __future__ import annotations

import io
import math
import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_KINDS = {
    "torch ByteStorage": "<u1",
    "torch CharStorage": "<i1",
    "torch DoubleStorage": "<f8",
    "torch FloatStorage": "<f4",
    "torch HalfStorage": "<f2",
    "torch IntStorage": "<i4",
    "torch LongStorage": "<i8",
    "torch ShortStorage": "<i2",
}
_ORDERED, _REBUILD = "collections OrderedDict", "torch._utils _rebuild_tensor_v2"
_GLOBALS = {_ORDERED, _REBUILD, *_KINDS}
_MOST_AXES = 8
_MOST_STEPS = 300_000  # of one pickle; a network of 300 tensors takes about 15,000
_MOST_SHOWN = 60  # letters of what came


class WrongFileError(ValueError):
    """What is wrong with a file, in words."""


@dataclass(frozen=True)
class _Global:
    name: str


@dataclass(frozen=True)
class Storage:
    kind: str  # of NumPy
    key: str
    length: int  # numbers


@dataclass(frozen=True)
class Tensor:
    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Machine:
    """What a pickle says, done by hand: a stack of plain values, of which only the two functions that rebuild tensors
    are ever called, and these are ours."""

    def __init__(self, file: io.BytesIO) -> None:
        self._file = file
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self.storages: dict[str, Storage] = {}

    def run(self) -> Any:
        """The value; the file stands behind it then."""
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # of escapes in names, which are no names we know
            for step, (opcode, argument, _) in enumerate(pickletools.genops(self._file)):
                if step == _MOST_STEPS:
                    raise WrongFileError(f"its pickle has more than {_MOST_STEPS:,} instructions")
                name = opcode.name
                if name in _VALUES:
                    self._stack.append(_VALUES[name](argument))
                elif name in _DOING:
                    _DOING[name](self, argument)
                elif name != "STOP":  # the last one
                    raise WrongFileError(f"its pickle has the instruction {name}, which tensors do not need")
        return self._stack.pop()

    def look_up(self, name: str) -> None:
        if name not in _GLOBALS:
            raise WrongFileError(
                f"its pickle names {name.replace(' ', '.', 1):.{_MOST_SHOWN}}, which tensors do not need"
            )
        self._stack.append(_Global(name))

    def mark(self, _: object) -> None:
        self._marks.append(len(self._stack))

    def since_mark(self) -> list[Any]:
        place = self._marks.pop()
        taken = self._stack[place:]
        del self._stack[place:]
        return taken

    def tuple_since_mark(self, _: object) -> None:
        self._stack.append(tuple(self.since_mark()))

    def tuple_of(self, count: int) -> None:
        taken = tuple(self._stack[-count:])
        del self._stack[-count:]
        self._stack.append(taken)

    def put(self, place: int) -> None:
        self._memo[place] = self._stack[-1]

    def memoize(self, _: object) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def get(self, place: int) -> None:
        self._stack.append(self._memo[place])

    def append(self, _: object) -> None:
        value = self._stack.pop()
        self._list().append(value)

    def extend(self, _: object) -> None:
        values = self.since_mark()
        self._list().extend(values)

    def _list(self) -> list[Any]:
        if type(self._stack[-1]) is not list:
            raise WrongFileError("its pickle appends to what is no list")
        return self._stack[-1]

    def set_item(self, _: object) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set([key, value])

    def set_items(self, _: object) -> None:
        self._set(self.since_mark())

    def _set(self, pairs: list[Any]) -> None:
        """Keys are text: the hash of a tuple of tuples can take for ever."""
        if type(self._stack[-1]) is not dict or len(pairs) % 2:
            raise WrongFileError("its pickle puts items into what is no dictionary")
        if not all(type(key) is str for key in pairs[::2]):
            raise WrongFileError("its pickle has keys that are no text")
        self._stack[-1].update(zip(pairs[::2], pairs[1::2], strict=True))

    def build(self, _: object) -> None:
        """Attributes of a dictionary, such as the versions of a network's layers."""
        self._stack.pop()
        if type(self._stack[-1]) is not dict:
            raise WrongFileError("its pickle gives attributes to what is no dictionary")

    def persistent(self, _: object) -> None:
        """A storage: ("storage", kind, key, device, length), in the older form with None behind it."""
        named = self._stack.pop()
        fields = named if type(named) is tuple else ()
        fits = [type(field) for field in fields[:5]] == [str, _Global, str, str, int]
        if (
            not fits
            or fields[0] != "storage"
            or any(field is not None for field in fields[5:6])
            or len(fields) > 6
        ):
            raise WrongFileError("its pickle refers to what is no storage, or to a part of one")
        _, kind, key, _, length = fields[:5]
        if kind.name not in _KINDS or length < 0:
            raise WrongFileError(
                f"its storage {key:.20} has {length!s:.20} numbers of the kind {kind.name:.{_MOST_SHOWN}}"
            )
        storage = Storage(_KINDS[kind.name], key, length)
        if self.storages.setdefault(key, storage) != storage:
            raise WrongFileError(f"its storage {key:.20} has two lengths or kinds")
        self._stack.append(storage)

    def call(self, _: object) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        if function == _Global(_ORDERED) and arguments == ():
            self._stack.append({})
        elif function == _Global(_REBUILD) and type(arguments) is tuple and len(arguments) in (6, 7):
            self._stack.append(self._tensor(*arguments[:4]))
        else:
            raise WrongFileError("its pickle calls something with arguments that tensors do not need")

    def _tensor(self, storage: Any, offset: Any, shape: Any, strides: Any) -> Tensor:
        sides = [shape, strides]
        plain = all(type(each) is tuple and len(each) <= _MOST_AXES for each in sides)
        plain = plain and all(type(side) is int and side >= 0 for each in sides for side in each)
        if type(storage) is not Storage or type(offset) is not int or offset < 0 or not plain:
            raise WrongFileError(
                "it has a tensor whose storage, offset, shape or strides are not what they should be"
            )
        last = offset + sum((side - 1) * stride for side, stride in zip(shape, strides, strict=True)) + 1
        if math.prod(shape) > storage.length or (math.prod(shape) and last > storage.length):
            raise WrongFileError(
                f"it has a tensor of shape {shape!s:.60} that its storage of {storage.length:,} is too small for"
            )
        return Tensor(storage, offset, shape, strides)


_VALUES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE"), lambda x: x),
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "NEWFALSE": lambda _: False,
    "NEWTRUE": lambda _: True,
    "NONE": lambda _: None,
}
_DOING: dict[str, Callable[[Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME"), lambda machine, _: None),
    "APPEND": Machine.append,
    "APPENDS": Machine.extend,
    "BINGET": Machine.get,
    "BINPERSID": Machine.persistent,
    "BINPUT": Machine.put,
    "BUILD": Machine.build,
    "GLOBAL": Machine.look_up,
    "LONG_BINGET": Machine.get,
    "LONG_BINPUT": Machine.put,
    "MARK": Machine.mark,
    "MEMOIZE": Machine.memoize,
    "REDUCE": Machine.call,
    "SETITEM": Machine.set_item,
    "SETITEMS": Machine.set_items,
    "TUPLE": Machine.tuple_since_mark,
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
}
