"""
Why an ISO base media file may not be written, or nothing in it be moved.

Three kinds of reasons, never mixed: the file is damaged (`corrupt`); it is sound and we do not know how to write it
with certainty (`no_strategy_yet`); it can be edited in place, but something points into it in a way that we do not
follow, so nothing may move (`Offsets.fixed`). Damage is looked for first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff import boxes, fragments, offsets
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Outline, Window
from indexium_core.files.containers.bmff.offsets import Ints, Offsets, Pointers, UnknownError
from indexium_core.model.files.media import Extent, Refusal

__all__ = ["Suspect", "Verdict", "container_of", "index_of", "judge"]

_PICTURES = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
_ONCE = (b"mvhd", b"hdlr", b"keys")  # may stand once in the box around them
_DANGLING = "Something in the file points past its end."


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What is known of a file whose index could be opened."""

    reader: Reader
    container: str
    outline: Outline
    payload: tuple[Extent, ...]
    window: Window  # the bytes of `moov`
    moov: Box
    loose: tuple[tuple[Window, Box], ...]  # `meta` and `udta` of the top level, opened where they can be
    odd: str  # why its comments are not all understood

    @property
    def size(self) -> int:
        return self.reader.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """What is wrong with a file, and all that points into it."""

    problem: Refusal | None  # why it may not be written at all
    offsets: Offsets  # as far as they could be read


def container_of(reader: Reader, found: Sequence[Box]) -> str:
    """Return what the file calls itself: mp4, mov, 3gp, heif or cr3. Without a name it is QuickTime, which had none."""
    named = next((box for box in found if box.kind == b"ftyp"), None)
    brand = reader.read_at(named.body, 4) if named else b"qt  "
    if brand == b"qt  ":
        return "mov"
    if brand[:2] == b"3g":
        return "3gp"
    if brand in _PICTURES:
        return "heif"
    return "cr3" if brand == b"crx " else "mp4"


def index_of(reader: Reader, outline: Outline, container: str) -> tuple[Window, Box | None, Refusal | None]:
    """
    Return the bytes of `moov`, `moov` itself, opened, and what is wrong so far.

    A damaged file may still have an index that can be read.
    """
    nothing = Window(b"", 0)
    damage = _corrupt(outline.damage) if outline.damage else None
    found = [box for box in outline.boxes if box.kind == b"moov"]
    if not found and container == "heif":
        return nothing, None, Refusal(code="not_video", message="This is a picture, not a video.")
    if not found:
        return nothing, None, damage or _corrupt("The file has no index (moov): its recording was never finished.")
    box = found[0]
    if box.size > boxes.MAX_OPENED:
        return (
            nothing,
            None,
            damage or _refused(f"The file's index (moov) has {box.size:,} bytes, more than we handle."),
        )
    window = Window(reader.read_at(box.start, box.size), box.start)
    if len(window.data) < box.size:
        return nothing, None, damage or _corrupt("The file became shorter while it was read.")
    try:
        moov = boxes.open_box(window, box)
    except MalformedBoxError as error:
        return nothing, None, damage or _corrupt(str(error))
    return window, moov, damage


def judge(suspect: Suspect) -> Verdict:
    """Return the first reason why the file may not be written, and what may be known about moving it."""
    found, problem = Offsets(), _one_plain_index(suspect)
    try:
        found = _offsets(suspect)
        problem = problem or next(filter(None, (check(suspect, found) for check in _CHECKS)), None)
    except MalformedBoxError as error:
        problem = problem or _corrupt(str(error))
    except UnknownError as error:
        problem = problem or _refused(str(error))
    return Verdict(problem=problem, offsets=found)


def _offsets(suspect: Suspect) -> Offsets:
    """Return all that points into the file; raises MalformedError and UnknownError."""
    tables, elsewhere = offsets.tables(suspect.window, suspect.moov)
    rows, fixed = offsets.in_boxes(suspect.window, suspect.moov)
    for window, root in suspect.loose:
        more, why = offsets.in_boxes(window, root)
        rows, fixed = rows + more, fixed or why
    if any(box.kind == b"meco" for box in suspect.outline.boxes):
        fixed = fixed or offsets.SEVERAL
    pieces = fragments.read(suspect.reader, suspect.outline.boxes, suspect.moov)
    pointers = Pointers.of(rows + pieces.rows)
    found = Offsets(
        tables=tuple(tables),
        pointers=pointers,
        runs=np.array(pieces.runs, dtype=np.int64),
        fixed=elsewhere or fixed or pieces.fixed,
    )
    targets = pointers.targets
    dangling = len(targets) and (int(targets.min()) < 0 or int(targets.max()) > suspect.size)
    return replace(found, fixed=found.fixed or _DANGLING) if dangling else found


def _one_plain_index(suspect: Suspect) -> Refusal | None:
    moov = suspect.moov
    if sum(box.kind == b"moov" for box in suspect.outline.boxes) > 1:
        return _refused("The file has more than one index (moov).")
    if moov.unsized:
        return _refused("The file's index (moov) does not say how long it is.")
    if moov.named(b"cmov"):
        return _refused("The file's index is compressed (cmov).")
    return None


def _whole(suspect: Suspect, found: Offsets) -> Refusal | None:
    """Sample tables add up, and every chunk and run of samples begins within the file."""
    for track in suspect.moov.named(b"trak"):
        _samples(suspect.window, track)
    for path in found.tables:
        offsets.chunks(suspect.window, path[-1])
    if any(len(starts) and int(starts.max()) > suspect.size for starts in _starts(suspect, found)):
        return _corrupt("The file is cut short: its index points past its end.")
    return None


def _with_media(suspect: Suspect, found: Offsets) -> Refusal | None:
    del found
    if not suspect.moov.named(b"trak"):
        return Refusal(code="not_video", message="There is no film, sound or text in this file.")
    if not _has_samples(suspect) and not any(box.kind == b"moof" for box in suspect.outline.boxes):
        return _corrupt("There is no media in this file: it is only a header.")
    return None


def _known_kind(suspect: Suspect, found: Offsets) -> Refusal | None:
    del found
    name = {"heif": "HEIF pictures", "cr3": "CR3 pictures"}.get(suspect.container)
    return _refused(f"Indexium does not write into {name}.") if name else None


def _samples_in_payload(suspect: Suspect, found: Offsets) -> Refusal | None:
    """Whatever is not in an `mdat` might be overwritten as padding."""
    begin = np.array([extent.offset for extent in suspect.payload], dtype=np.int64)
    end = np.array([extent.end for extent in suspect.payload], dtype=np.int64)
    for starts in _starts(suspect, found):
        if not len(starts):
            continue
        which = np.searchsorted(begin, starts, side="right") - 1
        if which.min() < 0 or bool((starts >= end[which]).any()):
            return _refused("Part of the film lies outside its media data (mdat).")
    return None


def _understood_tags(suspect: Suspect, found: Offsets) -> Refusal | None:
    del found
    for box in _tag_boxes(suspect.moov):
        counts = [len(box.named(kind)) for kind in _ONCE]
        if max(counts) > 1:
            return _refused("The file has its tags twice, and programs disagree on which count.")
    if suspect.odd:
        return _refused(f"{suspect.odd} Indexium does not write where it is not certain.")
    return None


_CHECKS: tuple[Callable[[Suspect, Offsets], Refusal | None], ...] = (
    _whole,
    _with_media,
    _known_kind,
    _samples_in_payload,
    _understood_tags,
)


def _starts(suspect: Suspect, found: Offsets) -> Iterator[Ints]:
    """Yield where chunks and runs of samples begin; of tracks without samples a table says nothing."""
    for path in found.tables:
        if _samples(suspect.window, path[1]):
            yield offsets.chunks(suspect.window, path[-1])
    yield found.runs


def _samples(window: Window, track: Box) -> int:
    """Return how many samples a track has, from `stsz` or `stz2`: version and flags, size or width, count."""
    total = 0
    for table in _tables(track):
        for box in (*table.named(b"stsz"), *table.named(b"stz2")):
            head = window.body(box, 0, 12)
            count = int.from_bytes(head[8:12], "big")
            fixed = box.kind == b"stsz" and head[4:8].strip(b"\0")
            width = 32 if box.kind == b"stsz" else head[7] if len(head) == 12 else 0
            if len(head) < 12 or (not fixed and box.end - box.body < 12 + (count * width + 7) // 8):
                raise MalformedBoxError("The file's index says that it has more samples than there are.")
            total += count
    return total


def _has_samples(suspect: Suspect) -> bool:
    return any(_samples(suspect.window, track) for track in suspect.moov.named(b"trak"))


def _tables(track: Box) -> Iterator[Box]:
    for media in track.named(b"mdia"):
        for information in media.named(b"minf"):
            yield from information.named(b"stbl")


def _tag_boxes(moov: Box) -> Iterator[Box]:
    """Yield `moov` and everything in it that holds the film's own tags, never a track's."""
    yield moov
    for child in moov.children:
        if child.kind in {b"udta", b"meta"}:
            yield from boxes.walk(child)


def _corrupt(message: str) -> Refusal:
    return Refusal(code="corrupt", message=message)


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
