"""
The offsets of fragments (ISO/IEC 14496-12, 8.8 and 8.16).

A fragment (`moof`) has offsets of its samples from a base: its own start, or an absolute offset. `mfra`, at the end,
lists fragments by absolute offsets. `sidx` lists ranges of the file by length, counted from the end of its box. Runs
of samples are read, samples are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff import boxes, offsets
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError
from indexium_core.files.containers.bmff.offsets import Row, UnknownError

_MAX_BYTES = 128 * 1024 * 1024  # of all fragments' headers; a 2-hour film has some 15 MB
# Flags of `tfhd` and `trun`.
_BASE_GIVEN = 0x1
_BASE_IS_MOOF = 0x20000
_OFFSET_GIVEN = 0x1
_PER_SAMPLE = (0x100, 0x200, 0x400, 0x800)
_FIRST_FLAGS = 0x4

_TOO_LARGE = "The headers of the fragments are larger than Indexium handles."
_CUT = "A fragment counts more samples than it lists."
_OWN_TAGS = "Fragments have tags of their own (meta), which may hold offsets."
_UNKNOWN_LIST = "The list of fragments ({}) has a form that Indexium does not know."
_INDEX_BETWEEN = "The file's index (moov) lies between data and relative offsets to it."


@dataclass(kw_only=True)
class Fragments:
    """The offsets of all fragments of a file, in file order."""

    cut: int  # end of the index (`moov`): the distance between data before and behind it may change
    rows: list[Row] = field(default_factory=list)  # pointers: see `offsets.Pointers`
    runs: list[int] = field(default_factory=list)  # offsets of sample runs that are stored
    not_movable: str = ""  # the reason against moving anything, as a sentence

    def set_not_movable(self, reason: str) -> None:
        self.not_movable = self.not_movable or reason


def read(reader: Reader, top: Sequence[Box], moov: Box) -> Fragments:
    """
    Return the offsets of all fragments and of their lists.

    Raises:
        MalformedBoxError: A fragment is malformed. (A damaged list only sets `not_movable`: players do not need it.)
        UnknownError: There are more fragments than the limit.

    """
    fragments = Fragments(cut=moov.end)
    total = 0
    for box in top:
        if box.kind == b"afra":
            fragments.set_not_movable(_UNKNOWN_LIST.format("afra"))
        if box.kind not in {b"moof", b"sidx", b"mfra"}:
            continue
        total += box.size
        if box.size > boxes.MAX_BESIDE or total > _MAX_BYTES or len(fragments.rows) > offsets.MAX_POINTERS:
            raise UnknownError(_TOO_LARGE)
        content = reader.read_at(box.body, box.end - box.body)
        if box.kind == b"moof":
            _read_moof(fragments, box, content)
        else:
            _read_list(fragments, box, content, moov)
    return fragments


def _read_moof(fragments: Fragments, moof: Box, content: bytes) -> None:
    first = True
    for kind, start, end in boxes.parts(content, 0, len(content)):
        if kind == b"traf":
            _read_traf(fragments, moof, content[start:end], moof.body + start, first=first)
            first = False
        elif kind in {b"meta", b"meco"}:
            fragments.set_not_movable(_OWN_TAGS)


def _read_traf(fragments: Fragments, moof: Box, content: bytes, at: int, *, first: bool) -> None:
    """Read the part of one track of a fragment. `at` is the offset of the content in the file."""
    base = moof.start if first else None
    implied = True  # whether a run without offset starts at the base
    for kind, start, end in boxes.parts(content, 0, len(content)):
        if kind == b"tfhd":
            flags = int.from_bytes(content[start : start + 4], "big")
            if flags & _BASE_GIVEN:
                if end - start < 16:
                    raise MalformedBoxError(_CUT)
                base = min(int.from_bytes(content[start + 8 : start + 16], "big"), 1 << 62)
                fragments.rows.append((at + start + 8, 8, -1, 0, base))
            elif flags & _BASE_IS_MOOF:
                base = moof.start
        elif kind == b"trun":
            run = _read_run(content[start:end])
            if run is not None and base is not None and (run[1] or implied):
                _add_run(fragments, base, base + run[0])
            implied = implied and run is None
        elif kind == b"saio":
            bias = 0 if base is None else base - moof.start
            fragments.rows += offsets.auxiliary(content[start:end], at + start, origin=moof.start, bias=bias)
        elif kind in {b"meta", b"meco"}:
            fragments.set_not_movable(_OWN_TAGS)


def _read_run(content: bytes) -> tuple[int, bool] | None:
    """Return the data offset of a `trun` and whether the offset is stored; None for a run without samples."""
    flags, count = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
    given = bool(flags & _OFFSET_GIVEN)
    fields = 4 * (given + bool(flags & _FIRST_FLAGS))
    each = 4 * sum(bool(flags & flag) for flag in _PER_SAMPLE)
    if len(content) < 8 + fields + count * each:
        raise MalformedBoxError(_CUT)
    if not count:
        return None
    return (int.from_bytes(content[8:12], "big", signed=True), True) if given else (0, False)


def _add_run(fragments: Fragments, base: int, start: int) -> None:
    fragments.runs.append(start)
    if (base < fragments.cut) != (start < fragments.cut):
        fragments.set_not_movable(_INDEX_BETWEEN)


def _read_list(fragments: Fragments, box: Box, content: bytes, moov: Box) -> None:
    try:
        if box.kind == b"sidx":
            _read_sidx(fragments, box, content, moov)
        else:
            for kind, start, end in boxes.parts(content, 0, len(content)):
                if kind == b"tfra":
                    _read_tfra(fragments, content[start:end], box.body + start)
    except MalformedBoxError:
        fragments.set_not_movable(_UNKNOWN_LIST.format(box.kind.decode("latin-1")))


def _read_sidx(fragments: Fragments, box: Box, content: bytes, moov: Box) -> None:
    """
    Read a segment index: version and flags, two numbers, two times or offsets of 32 or 64 bits, entries of 12 bytes.

    The first offset counts from the end of the box; then lengths follow. The range of all lengths must not include
    `moov`.
    """
    width = 8 if content[:1] == b"\1" else 4
    table = 12 + 2 * width + 4
    count = int.from_bytes(content[table - 2 : table], "big")
    if content[:1] not in {b"\0", b"\1"} or len(content) < table + 12 * count:
        raise MalformedBoxError(_CUT)
    first = min(int.from_bytes(content[12 + width : 12 + 2 * width], "big"), 1 << 62)
    entries = np.frombuffer(content[table : table + 12 * count], dtype=">u4").reshape(-1, 3)
    length = int((entries[:, 0] & 0x7FFFFFFF).sum(dtype=np.int64))
    if box.end + first < moov.end and moov.start < box.end + first + length:
        fragments.set_not_movable(_INDEX_BETWEEN)
    fragments.rows.append((box.body + 12 + width, width, box.start, box.size, first))


def _read_tfra(fragments: Fragments, content: bytes, at: int) -> None:
    """
    Read a list of fragments: version and flags, track, widths of three numbers, count, entries.

    An entry is a time and an offset (32 bits each, 64 from version 1 on) and the three numbers.
    """
    widths = content[11] if len(content) >= 16 else 0
    count = int.from_bytes(content[12:16], "big")
    width = 8 if content[:1] == b"\1" else 4
    step = 2 * width + sum((widths >> shift & 3) + 1 for shift in (4, 2, 0))
    if content[:1] not in {b"\0", b"\1"} or len(content) < 16 + count * step or len(content) < 16:
        raise MalformedBoxError(_CUT)
    if count > offsets.MAX_POINTERS:
        raise UnknownError(_TOO_LARGE)
    for index in range(count):
        start = 16 + index * step + width
        place = min(int.from_bytes(content[start : start + width], "big"), 1 << 62)
        fragments.rows.append((at + start, width, -1, 0, place))
