"""
Simulated power cuts: the possible contents of the disk after a power cut, given the writes and syncs so far.

Between syncs a disk may have stored any of the writes, in any order, completely or partly, and any of the created,
changed or removed names. `Disk` replays the calls of a real run, as the gate recorded them, and returns every such
state; of too many states, some at random. Data of a failed sync stays uncertain permanently.
"""

from __future__ import annotations

import itertools
import math
import os
import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.calls import Call

BLOCK = 4096
Hole = tuple[int, int]  # its start and end


@dataclass(frozen=True)
class State:
    """The state after a power cut: the bytes and the holes of every named file."""

    files: Mapping[str, bytes]
    holes: Mapping[str, Hole]
    twins: Mapping[str, str] = field(default_factory=dict)  # second names of files → the first name

    def lay_out(self, folders: Iterable[Path]) -> None:
        """Make real folders contain exactly this state."""
        for folder in folders:
            for path in folder.rglob("*") if folder.is_dir() else ():
                if not path.is_dir():
                    path.unlink()
        for name, data in self.files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if name in self.twins:
                path.hardlink_to(self.twins[name])
                continue
            start, end = self.holes.get(name, (0, 0))
            with path.open("wb") as file:
                file.write(data[:start])
                file.seek(end)
                file.write(data[end:])
                file.truncate(len(data))

    def key(self) -> tuple[object, ...]:
        return tuple(tuple(sorted(facts.items())) for facts in (self.files, self.holes, self.twins))


@dataclass(frozen=True)
class Op:
    """The effect of one call on the bytes of a file, or on names."""

    kind: str  # write, grow, size, insert, collapse, shifted; names
    file: int = 0
    at: int = 0
    data: bytes = b""
    names: tuple[tuple[str, int], ...] = ()  # path → file, 0 for none
    tears: bool = True  # a part of it may be stored


@dataclass
class _Files:
    """Bytes, holes and names, by internal file numbers."""

    content: dict[int, bytes] = field(default_factory=dict)
    holes: dict[int, Hole] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)

    def copy(self) -> _Files:
        return _Files(dict(self.content), dict(self.holes), dict(self.names))

    def take(self, op: Op) -> None:
        if op.kind == "names":
            for name, number in op.names:
                self.names.pop(name, None)
                if number:
                    self.names[name] = number
                    self.content.setdefault(number, b"")
            return
        old, at, length = self.content.get(op.file, b""), op.at, len(op.data)
        start = old[:at].ljust(at, b"\0")
        match op.kind:
            case "write":
                new = start + op.data + old[at + length :]
                self._fill(op.file, at, at + length)
            case "grow":
                new = old.ljust(at + length, b"\0")
            case "size":
                new = start
                self._fill(op.file, at, max(len(old), at))
            case "insert":
                new = start + op.data + old[at:]
                self.holes[op.file] = (at, at + length)
            case "collapse":
                new = start + old[at + length :]
                self._fill(op.file, at, at + length)
            case "shifted":  # progress of a collapse of the start
                new = old[length : length + at] + op.data + old[length + at :]
                self.holes[op.file] = (at, at + length)
            case _:
                raise AssertionError(op)
        self.content[op.file] = new

    def _fill(self, number: int, start: int, end: int) -> None:
        """Record written bytes: holes at that place end, in whole blocks."""
        if number not in self.holes:
            return
        low, high = self.holes[number]
        start, end = start // BLOCK * BLOCK, -(-end // BLOCK) * BLOCK
        if start <= low < end:
            low = min(end, high)
        elif start < high:
            high = max(start, low)
        if low < high:
            self.holes[number] = (low, high)
        else:
            del self.holes[number]

    def state(self) -> State:
        holes = {name: self.holes[number] for name, number in self.names.items() if number in self.holes}
        names, firsts, twins = dict(sorted(self.names.items())), dict[int, str](), dict[str, str]()
        for name, number in names.items():
            if firsts.setdefault(number, name) != name:
                twins[name] = firsts[number]
        return State({name: self.content[number] for name, number in names.items()}, holes, twins)


@dataclass
class _Asked:
    """A call, and the knowledge whether it reached the disk."""

    op: Op
    fate: str = "open"  # done: a sync confirmed it; unknown: a sync failed, and no later sync can confirm it


_Taken = tuple[tuple[int, Op], ...]  # calls that reached the disk, with their places in the order


class Disk:
    """
    A disk with the files of some folders, which receives all calls in sequence.

    Files whose name has `orderly` in it belong to another program: their writes reach the disk completely and in order.
    """

    def __init__(self, folders: Iterable[Path], *, orderly: str = "") -> None:
        self._orderly_name = orderly
        self._orderly: set[int] = set()
        self._numbers = itertools.count(1)
        self._durable = _Files()  # the certain content of the disk, up to the first uncertain call
        self._since: list[_Asked] = []  # that call and all later ones
        self._room: dict[int, Hole] = {}  # inserted blocks that are being filled
        self._real: dict[int, int] = {}  # inode of a real file → internal number
        for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
            number = self._real.setdefault(path.stat().st_ino, next(self._numbers))
            self._durable.names[str(path)] = number
            self._durable.content[number] = path.read_bytes()
        self._cached = self._durable.copy()  # the state that programs see

    @property
    def seen(self) -> Mapping[str, bytes]:
        """The state of it that programs see."""
        return self._cached.state().files

    def take(self, call: Call, *, failed: bool = False) -> None:
        """Record the next call; `failed`: a sync that returned an error."""
        if call.kind == "sync":
            self._sync(call, failed=failed)
            return
        for op in self._ops(call):
            self._since.append(_Asked(op))
            self._cached.take(op)

    def _sync(self, call: Call, *, failed: bool) -> None:
        number = self._file(call)
        self._room.pop(number, None)
        for asked in self._since:
            if asked.fate == "open" and ((asked.op.file == number and number) or _names_in(asked.op, call.path)):
                asked.fate = "unknown" if failed else "done"
        while self._since and self._since[0].fate == "done":
            self._durable.take(self._since.pop(0).op)

    def _ops(self, call: Call) -> Iterator[Op]:
        names = self._cached.names
        match call.kind:
            case "create":
                yield Op("names", names=((call.path, next(self._numbers)),))
            case "link":
                yield Op("names", names=((call.path, names[call.source]),))
            case "rename":
                yield Op("names", names=((call.source, 0), (call.path, names[call.source])))
            case "exchange":
                yield Op("names", names=((call.source, names[call.path]), (call.path, names[call.source])))
            case "remove":
                yield Op("names", names=((call.path, 0),))
            case "times" | "mode" | "owner" | "attribute" | "folder" | "reserve":
                pass
            case _:
                yield from self._bytes(call)

    def _bytes(self, call: Call) -> Iterator[Op]:
        number = self._file(call)
        assert number, f"a file that nobody knows: {call}"
        match call.kind:
            case "write":
                assert len(call.data) == call.length, "the gate was not told to keep bytes"
                yield from self._into_blocks(Op("write", number, call.offset, call.data))
            case "copy" | "clone":
                source = self._cached.content[self._cached.names[call.source]]
                end = call.taken + call.length if call.length else len(source)
                yield Op("write", number, call.offset, source[call.taken : end], tears=call.kind == "copy")
            case "truncate":
                yield Op("size", number, call.offset)
            case "allocate":
                yield Op("grow", number, call.offset, bytes(call.length))
            case "insert" | "collapse":
                yield Op(call.kind, number, call.offset, bytes(call.length))
            case _:
                message = f"nobody knows what this leaves on a disk: {call}"
                raise AssertionError(message)

    def _into_blocks(self, op: Op) -> Iterator[Op]:
        """
        Store inserted blocks only as whole blocks, with all bytes written to them so far.

        Until such a block is stored completely, file systems report a hole. Elsewhere a write may be partial.
        """
        start, end = op.at, op.at + len(op.data)
        low, high = self._cached.holes.get(op.file) or self._room.get(op.file, (0, 0))
        if not low <= start < end <= high:
            yield op
            return
        self._room[op.file] = (low, high)
        after = self._cached.content[op.file]
        after = after[:start] + op.data + after[end:]
        for block in range(start // BLOCK * BLOCK, end, BLOCK):
            yield Op("write", op.file, block, after[block : min(block + BLOCK, high)], tears=False)

    def _file(self, call: Call) -> int:
        number = 0 if call.nameless else self._cached.names.get(call.path, 0)
        if number and call.inode:
            self._real[call.inode] = number
        if number and self._orderly_name and self._orderly_name in os.path.basename(call.path):
            self._orderly.add(number)
        return number or self._real.get(call.inode, 0)

    def states(self, chance: random.Random, *, limit: int) -> list[State]:
        """
        Return every state that a power cut may leave now; of more than `limit`, the simplest ones and some others.
        """
        found: dict[tuple[object, ...], State] = {}
        for taken in _picked(list(self._units()), chance, limit):
            files = self._durable.copy()
            for _, op in sorted((one for some in taken for one in some), key=lambda one: one[0]):
                files.take(op)
            state = files.state()
            found.setdefault(state.key(), state)
        return list(found.values())

    def _units(self) -> Iterator[list[_Taken]]:
        """The possible effects of each call, or of all calls on a file of the database: the least first, all last."""
        orderly: dict[int, list[tuple[int, Op]]] = {number: [] for number in self._orderly}
        for at, asked in enumerate(self._since):
            if asked.fate == "done":
                yield [((at, asked.op),)]
            elif asked.op.file in orderly:
                orderly[asked.op.file].append((at, asked.op))
            else:
                yield [() if op is None else ((at, op),) for op in self._choices(asked.op)]
        for ops in orderly.values():
            yield [tuple(ops[:count]) for count in range(len(ops) + 1)]

    def _choices(self, op: Op) -> Iterator[Op | None]:
        """The possible effects of a call without a later sync: nothing, a part, all; the last is all."""
        size = len(self._durable.content.get(op.file, b""))
        yield None
        if op.kind == "write" and op.tears and len(op.data) > 1:
            yield replace(op, data=op.data[: len(op.data) // 2])
        if op.kind == "write" and op.at + len(op.data) > size:
            yield replace(op, kind="grow")  # the new size is stored, the bytes are not
        if op.kind in {"insert", "collapse"}:
            yield from _half_shifted(op, size)
        yield op


def _half_shifted(op: Op, size: int) -> Iterator[Op]:
    """An interrupted shift: all but the start has moved, or only the start; the gap is at the interruption."""
    last = size if op.kind == "insert" else size - len(op.data)
    for at in range(op.at + BLOCK, last, max(BLOCK, last // 8 // BLOCK * BLOCK)):
        yield replace(op, kind="insert" if op.kind == "insert" else "shifted", at=at)


def _names_in(op: Op, folder: str) -> bool:
    return any(os.path.dirname(name) == folder for name, _ in op.names)


def _picked(choices: list[list[_Taken]], chance: random.Random, limit: int) -> Iterator[tuple[_Taken, ...]]:
    """All combinations; or nothing, everything, all but one, only one, and others at random."""
    if math.prod(map(len, choices)) <= limit:
        yield from itertools.product(*choices)
        return
    nothing, everything = tuple(some[0] for some in choices), tuple(some[-1] for some in choices)
    odd = [
        (*base[:at], one, *base[at + 1 :])
        for base in (nothing, everything)
        for at, some in enumerate(choices)
        for one in some
    ]
    odd += [tuple(chance.choice(some) for some in choices) for _ in range(limit)]
    yield from (nothing, everything, *chance.sample(odd, max(0, limit - 2)))


def play(
    disk: Disk, calls: Sequence[Call], chance: random.Random, *, limit: int, moments: Collection[int] | None = None
) -> Iterator[tuple[int, State]]:
    """Yield (number of returned calls, possible content of the disk) for some points in time or all of them."""
    for done in range(len(calls) + 1):
        if done:
            disk.take(calls[done - 1])
        if moments is None or done in moments:
            yield from ((done, state) for state in disk.states(chance, limit=limit))
