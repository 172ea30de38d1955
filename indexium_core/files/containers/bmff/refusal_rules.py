"""
Rules that refuse to write an ISO base media file, or to move anything in it.

There are three types of reasons. The file is damaged (`corrupt`). The file is intact, but a safe write is not possible
(`no_strategy_yet`). The file can be edited in place, but it holds offsets that are not understood, so nothing may move
(`Offsets.not_movable`). Damage is checked first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff import boxes, fragments, offsets
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Outline, Window
from indexium_core.files.containers.bmff.offsets import Ints, Offsets, Pointers, UnknownError
from indexium_core.files.containers.shared import refusals
from indexium_core.model.files.media import Extent, Refusal

_ONCE = (b"mvhd", b"hdlr", b"keys")  # boxes allowed only once in their parent
_PAST_END = "An offset in the file points past its end."


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A file whose index could be opened."""

    reader: Reader
    container: str
    outline: Outline
    payload: tuple[Extent, ...]
    window: Window  # the bytes of `moov`
    moov: Box
    top_level_tags: tuple[tuple[Window, Box], ...]  # `meta` and `udta` of the top level, opened if possible
    not_understood: str  # the comment that is not understood

    @property
    def size(self) -> int:
        return self.reader.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedFile:
    """The problem of a file, and all its offsets."""

    problem: Refusal | None  # why the file may not be written
    offsets: Offsets  # those that could be read


def container_of(reader: Reader, top: Sequence[Box]) -> str:
    """Return the container by its brand: mp4, mov, 3gp, heif or cr3. Without a brand the file is QuickTime."""
    named = next((box for box in top if box.kind == b"ftyp"), None)
    brand = reader.read_at(named.body, 4) if named else b"qt  "
    if brand == b"qt  ":
        return "mov"
    if brand[:2] == b"3g":
        return "3gp"
    if brand in boxes.PICTURE_BRANDS:  # a photo whose first box is not `ftyp`, so its own family does not recognise it
        return "heif"
    return "cr3" if brand == b"crx " else "mp4"


def index_of(reader: Reader, outline: Outline, container: str) -> tuple[Window, Box | None, Refusal | None]:
    """
    Return the bytes of `moov`, the opened `moov`, and the problem, if any.

    A damaged file may still have a readable index.
    """
    nothing = Window(b"", 0)
    damage = refusals.corrupt(outline.damage) if outline.damage else None
    found = [box for box in outline.boxes if box.kind == b"moov"]
    if not found and container == "heif":
        return nothing, None, refusals.not_video("This is a picture, not a video.")
    if not found:
        return (
            nothing,
            None,
            damage or refusals.corrupt("The file has no index (moov): its recording was not finished."),
        )
    box = found[0]
    if box.size > boxes.MAX_OPENED:
        return (
            nothing,
            None,
            damage or refusals.not_writable(f"The file's index (moov) has {box.size:,} bytes, more than we handle."),
        )
    window = Window(reader.read_at(box.start, box.size), box.start)
    if len(window.data) < box.size:
        return nothing, None, damage or refusals.corrupt("The file became shorter while it was read.")
    try:
        moov = boxes.open_box(window, box)
    except MalformedBoxError as error:
        return nothing, None, damage or refusals.corrupt(str(error))
    return window, moov, damage


def check(file: OpenedFile) -> CheckedFile:
    """Return the first reason why the file may not be written, and its offsets."""
    found, problem = Offsets(), _check_single_index(file)
    try:
        found = _offsets(file)
        starts = _chunk_starts(file, found)
        problem = problem or next(filter(None, (check_file(file, starts) for check_file in _RULES)), None)
    except MalformedBoxError as error:
        problem = problem or refusals.corrupt(str(error))
    except UnknownError as error:
        problem = problem or refusals.not_writable(str(error))
    return CheckedFile(problem=problem, offsets=found)


def _offsets(file: OpenedFile) -> Offsets:
    """Return all offsets in the file; raises MalformedBoxError and UnknownError."""
    tables, other_file = offsets.tables(file.window, file.moov)
    rows, not_movable = offsets.in_boxes(file.window, file.moov)
    for window, root in file.top_level_tags:
        more, reason = offsets.in_boxes(window, root)
        rows, not_movable = rows + more, not_movable or reason
    if any(box.kind == b"meco" for box in file.outline.boxes):
        not_movable = not_movable or offsets.SEVERAL
    pieces = fragments.read(file.reader, file.outline.boxes, file.moov)
    pointers = Pointers.of(rows + pieces.rows)
    found = Offsets(
        tables=tuple(tables),
        pointers=pointers,
        runs=np.array(pieces.runs, dtype=np.int64),
        not_movable=other_file or not_movable or pieces.not_movable,
    )
    targets = pointers.targets
    dangling = len(targets) and (int(targets.min()) < 0 or int(targets.max()) > file.size)
    return replace(found, not_movable=found.not_movable or _PAST_END) if dangling else found


def _check_single_index(file: OpenedFile) -> Refusal | None:
    moov = file.moov
    if sum(box.kind == b"moov" for box in file.outline.boxes) > 1:
        return refusals.not_writable("The file has more than one index (moov).")
    if moov.unsized:
        return refusals.not_writable("The file's index (moov) has no size.")
    if moov.named(b"cmov"):
        return refusals.not_writable("The file's index is compressed (cmov).")
    return None


def _check_complete(file: OpenedFile, starts: Sequence[Ints]) -> Refusal | None:
    """Check that every chunk and every run of samples starts inside the file."""
    if any(int(each.max()) > file.size for each in starts):
        return refusals.corrupt("The file is cut short: its index points past its end.")
    return None


def _check_media(file: OpenedFile, starts: Sequence[Ints]) -> Refusal | None:
    del starts
    if not file.moov.named(b"trak"):
        return refusals.not_video(refusals.NO_MEDIA)
    if not _has_samples(file) and not any(box.kind == b"moof" for box in file.outline.boxes):
        return refusals.corrupt("The file has a header, but no media.")
    return None


def _check_kind(file: OpenedFile, starts: Sequence[Ints]) -> Refusal | None:
    del starts
    name = {"heif": "HEIF pictures", "cr3": "CR3 pictures"}.get(file.container)
    return refusals.not_writable(f"Indexium does not write into {name}.") if name else None


def _check_payload(file: OpenedFile, starts: Sequence[Ints]) -> Refusal | None:
    """Check that all samples lie in an `mdat`: other bytes might be overwritten as padding."""
    begin = np.array([extent.offset for extent in file.payload], dtype=np.int64)
    end = np.array([extent.end for extent in file.payload], dtype=np.int64)
    for each in starts:
        bounds = np.array([each.min(), each.max()])
        which = np.searchsorted(begin, bounds, side="right") - 1
        if which[0] != which[1]:  # they lie in several `mdat`, or outside: check each
            bounds = each
            which = np.searchsorted(begin, bounds, side="right") - 1
        if which.min() < 0 or bool((bounds >= end[which]).any()):
            return refusals.not_writable("Part of the media lies outside the media data (mdat).")
    return None


def _check_tags(file: OpenedFile, starts: Sequence[Ints]) -> Refusal | None:
    del starts
    for box in _tag_boxes(file.moov):
        counts = [len(box.named(kind)) for kind in _ONCE]
        if max(counts) > 1:
            return refusals.not_writable("The file has its tags twice, and programs disagree on which ones count.")
    if file.not_understood:
        return refusals.not_writable(f"{file.not_understood} Indexium writes only files that it understands.")
    return None


_RULES: tuple[Callable[[OpenedFile, Sequence[Ints]], Refusal | None], ...] = (
    _check_complete,
    _check_media,
    _check_kind,
    _check_payload,
    _check_tags,
)


def _chunk_starts(file: OpenedFile, found: Offsets) -> list[Ints]:
    """
    Return the offsets of chunks and of runs of samples, without empty tables and tables of tracks without samples.

    Raises:
        MalformedBoxError: A sample table is not complete.

    """
    counts = {track.start: _sample_count(file.window, track) for track in file.moov.named(b"trak")}
    tables = [(path[1], offsets.chunks(file.window, path[-1])) for path in found.tables]
    starts = [*(table for track, table in tables if counts[track.start]), found.runs]
    return [each for each in starts if len(each)]


def _sample_count(window: Window, track: Box) -> int:
    """Return the number of samples of a track, from `stsz` or `stz2`: version and flags, size or width, count."""
    total = 0
    for table in _tables(track):
        for box in (*table.named(b"stsz"), *table.named(b"stz2")):
            head = window.body(box, 0, 12)
            count = int.from_bytes(head[8:12], "big")
            same_size = box.kind == b"stsz" and head[4:8].strip(b"\0")
            width = 32 if box.kind == b"stsz" else head[7] if len(head) == 12 else 0
            if len(head) < 12 or (not same_size and box.end - box.body < 12 + (count * width + 7) // 8):
                raise MalformedBoxError("The file's index counts more samples than it lists.")
            total += count
    return total


def _has_samples(file: OpenedFile) -> bool:
    return any(_sample_count(file.window, track) for track in file.moov.named(b"trak"))


def _tables(track: Box) -> Iterator[Box]:
    for media in track.named(b"mdia"):
        for information in media.named(b"minf"):
            yield from information.named(b"stbl")


def _tag_boxes(moov: Box) -> Iterator[Box]:
    """Yield `moov` and every box in it that holds tags of the file, but not tags of tracks."""
    yield moov
    for child in moov.children:
        if child.kind in {b"udta", b"meta"}:
            yield from boxes.walk(child)
