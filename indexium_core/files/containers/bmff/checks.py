"""
Why an ISO base media file may not be written.

Two kinds of reasons, never mixed: the file is damaged (`corrupt`), or it is sound and we do not know how to write it
with certainty (`no_strategy_yet`). Damage is looked for first. Nothing that points into the file by absolute offsets
is passed unless it is known: `stco` and `co64` are, everything else is a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box, MalformedError, Outline, Window
from indexium_core.model.media import Extent, Refusal

__all__ = ["Suspect", "container_of", "index_of", "offsets_in", "problem"]

_FRAGMENTS = frozenset({b"moof", b"mfra", b"sidx", b"ssix", b"styp", b"mvex", b"afra"})
_PICTURES = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
_CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")  # holds CTBO, a table of absolute offsets
_ONCE = (b"mvhd", b"udta", b"meta", b"hdlr", b"keys", b"ilst")  # may stand once in the box around them
_ENCRYPTION = (b"saio", b"saiz", b"senc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What is known of a file whose index could be opened."""

    container: str
    size: int  # bytes of the file
    outline: Outline
    payload: tuple[Extent, ...]
    window: Window  # the bytes of `moov`
    moov: Box
    loose: tuple[Box, ...]  # `meta` and `udta` of the top level, opened where they can be
    odd: str  # why its comments are not all understood


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
    except MalformedError as error:
        return nothing, None, damage or _corrupt(str(error))
    return window, moov, damage


def problem(suspect: Suspect) -> Refusal | None:
    """Return the first reason why the file may not be written."""
    return next(filter(None, (check(suspect) for check in _CHECKS)), None)


def _one_plain_index(suspect: Suspect) -> Refusal | None:
    moov = suspect.moov
    if sum(box.kind == b"moov" for box in suspect.outline.boxes) > 1:
        return _refused("The file has more than one index (moov).")
    if moov.unsized:
        return _refused("The file's index (moov) does not say how long it is.")
    if moov.named(b"cmov"):
        return _refused("The file's index is compressed (cmov).")
    return None


def _whole(suspect: Suspect) -> Refusal | None:
    """Sample tables add up, and every chunk of samples begins within the file."""
    try:
        for track in suspect.moov.named(b"trak"):
            offsets = _chunk_offsets(suspect.window, track)
            if _samples(suspect.window, track) and len(offsets) and int(offsets.max()) > suspect.size:
                return _corrupt("The file is cut short: its index points past its end.")
    except MalformedError as error:
        return _corrupt(str(error))
    return None


def _unfragmented(suspect: Suspect) -> Refusal | None:
    kinds = {box.kind for box in suspect.outline.boxes} | {box.kind for box in suspect.moov.children}
    if b"moof" in kinds or (kinds & _FRAGMENTS and _has_samples(suspect)):
        return _refused("The film is stored in fragments, which Indexium cannot write into yet.")
    return None


def _with_media(suspect: Suspect) -> Refusal | None:
    if not _has_samples(suspect):
        return _corrupt("There is no media in this file: it is only a header.")
    return None


def _known_kind(suspect: Suspect) -> Refusal | None:
    names = {"mov": "QuickTime (MOV) files", "3gp": "3GP files", "heif": "HEIF pictures", "cr3": "CR3 pictures"}
    name = names.get(suspect.container)
    return _refused(f"Indexium cannot write into {name} yet.") if name else None


def _known_offsets(suspect: Suspect) -> Refusal | None:
    """Nothing in the file points anywhere in a way that we do not follow."""
    window, moov = suspect.window, suspect.moov
    inside = [box for root in (moov, *suspect.loose) for box in _walk(root)]
    if any(box.kind == b"iloc" for box in inside):
        return _refused("The file keeps items (meta) that are found by their place in the file.")
    if any(box.kind in _ENCRYPTION for box in inside):
        return _refused("The film is encrypted in a way that Indexium does not know.")
    canon = any(window.body(box, 0, 16) == _CANON_UUID for box in moov.named(b"uuid"))
    if canon or moov.named(b"gps "):
        return _refused("The camera's own data points into the file in a way that Indexium does not follow.")
    return None


def _samples_in_payload(suspect: Suspect) -> Refusal | None:
    """Whatever is not in an `mdat` might be overwritten as padding."""
    starts = np.array([extent.offset for extent in suspect.payload], dtype=np.int64)
    ends = np.array([extent.end for extent in suspect.payload], dtype=np.int64)
    for track in suspect.moov.named(b"trak"):
        offsets = _chunk_offsets(suspect.window, track)
        if not _samples(suspect.window, track) or not len(offsets):
            continue
        which = np.searchsorted(starts, offsets, side="right") - 1
        if which.min() < 0 or bool((offsets >= ends[which]).any()):
            return _refused("Part of the film lies outside its media data (mdat).")
    return None


def _understood_tags(suspect: Suspect) -> Refusal | None:
    for box in _tag_boxes(suspect.moov):
        counts = [len(box.named(kind)) for kind in _ONCE]
        if max(counts) > 1:
            return _refused("The file has its tags twice, and programs disagree on which count.")
    if suspect.odd:
        return _refused(f"{suspect.odd} Indexium does not write where it is not certain.")
    return None


_CHECKS: tuple[Callable[[Suspect], Refusal | None], ...] = (
    _one_plain_index,
    _whole,
    _unfragmented,
    _with_media,
    _known_kind,
    _known_offsets,
    _samples_in_payload,
    _understood_tags,
)


def _chunk_offsets(window: Window, track: Box) -> npt.NDArray[np.int64]:
    """
    Return where the chunks of a track begin, from all its `stco` and `co64`.

    Raises:
        MalformedError: A table says that it has more entries than there are.

    """
    found = [
        offsets_in(window, box) for table in _tables(track) for box in table.children if box.kind in {b"stco", b"co64"}
    ]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def offsets_in(window: Window, box: Box) -> npt.NDArray[np.int64]:
    """Return the entries of one `stco` or `co64`; raises MalformedError where there are fewer."""
    width = 4 if box.kind == b"stco" else 8
    head = window.body(box, 0, 8)
    count = int.from_bytes(head[4:8], "big")
    if len(head) < 8 or box.end - box.body < 8 + count * width:
        raise MalformedError("The file's index says that it has more entries than there are.")
    table = np.frombuffer(window.body(box, 8, count * width), dtype=f">u{width}")
    return table.astype(np.int64)


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
                raise MalformedError("The file's index says that it has more samples than there are.")
            total += count
    return total


def _has_samples(suspect: Suspect) -> bool:
    return any(_samples(suspect.window, track) for track in suspect.moov.named(b"trak"))


def _tables(track: Box) -> Iterator[Box]:
    for media in track.named(b"mdia"):
        for information in media.named(b"minf"):
            yield from information.named(b"stbl")


def _walk(box: Box) -> Iterator[Box]:
    yield box
    for child in box.children:
        yield from _walk(child)


def _tag_boxes(moov: Box) -> Iterator[Box]:
    """Yield `moov` and everything in it that holds the film's own tags, never a track's."""
    yield moov
    for child in moov.children:
        if child.kind in {b"udta", b"meta"}:
            yield from _walk(child)


def _corrupt(message: str) -> Refusal:
    return Refusal(code="corrupt", message=message)


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
