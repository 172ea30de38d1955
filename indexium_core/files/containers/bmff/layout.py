"""
Examining an ISO base media file: its boxes, its media bytes, its comments, and whether it may be written.

The film's index (`moov`) is read once and held while it is looked at; media bytes are never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import boxes, checks, comment
from indexium_core.files.containers.bmff.boxes import Box, Window
from indexium_core.files.containers.bmff.comment import CommentPlace, Vacancy
from indexium_core.files.containers.bmff.offsets import Offsets
from indexium_core.model.files import fields
from indexium_core.model.files.media import Extent, FieldValue

__all__ = ["BmffLayout", "examine", "recognises"]

_MAX_TAGS = 4 * 1024 * 1024  # bytes of a `meta` or `udta` outside `moov` that is looked into
_MAX_LOOSE = 8  # of them


@dataclass(frozen=True, slots=True, kw_only=True)
class BmffLayout(Layout):
    """What an ISO base media file is made of."""

    boxes: tuple[Box, ...]  # the top level, in file order
    junk: Extent | None  # bytes after the last box that are no box
    moov: Box | None = None  # opened; None where there is none that can be opened
    places: tuple[CommentPlace, ...] = ()  # every box that holds the comment, in file order
    rival: int = -1  # where the last box starts that players take for the comment though it is another field
    rival_text: str = ""  # what it says
    vacancy: Vacancy | None = None  # where a comment would go that players find before all others
    offsets: Offsets = field(default_factory=Offsets, repr=False, compare=False)  # all that points into the file

    @property
    def fixed(self) -> str:
        """Why nothing in the file may move, a sentence; empty where it may."""
        return self.offsets.fixed

    @property
    def fragmented(self) -> bool:
        """Whether the film goes on in fragments."""
        return any(box.kind == b"moof" for box in self.boxes)

    @property
    def after_moov(self) -> int:
        """Bytes of the padding right behind `moov`."""
        assert self.moov is not None
        end = self.moov.end
        for box in self.boxes:
            if box.start == end and box.padding:
                end = box.end
        return end - self.moov.end

    @property
    def behind(self) -> int:
        """Where what follows `moov` and the padding behind it begins."""
        assert self.moov is not None
        return self.moov.end + self.after_moov

    @property
    def faststart(self) -> bool:
        """Whether `moov` stands in front of most of the media."""
        assert self.moov is not None
        before = sum(extent.length for extent in self.payload if extent.offset < self.moov.start)
        return 2 * before < sum(extent.length for extent in self.payload)

    @property
    def moov_last(self) -> bool:
        """Whether nothing but padding follows `moov`, so that it may end the file anywhere."""
        return self.behind == self.size


def recognises(head: bytes) -> bool:
    """Tell by the first bytes: `ftyp`, or another box that may come first, with a size that is no piece of text."""
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if kind == b"ftyp":
        return True
    if kind == b"mdat":
        return size <= 1 or size >= 8
    return kind in _FIRST and (size == 1 or 8 <= size < 0x20202020)


_FIRST = frozenset({b"moov", b"wide", b"free", b"skip", b"pnot", b"styp", b"sidx", b"moof", b"uuid"})


def examine(reader: Reader) -> BmffLayout:
    """Find out what the file is made of and what is wrong with it; raises only if reading itself fails."""
    outline = boxes.outline(reader)
    layout = BmffLayout(
        container=checks.container_of(reader, outline.boxes),
        size=reader.size,
        payload=_payload(outline.boxes),
        boxes=outline.boxes,
        junk=outline.junk,
    )
    window, moov, problem = checks.index_of(reader, outline, layout.container)
    if moov is None:
        return replace(layout, problem=problem)
    loose, unread = _loose(reader, outline.boxes)
    found = comment.survey([(window, moov), *loose])
    odd = found.odd or unread
    suspect = checks.Suspect(
        reader=reader,
        container=layout.container,
        outline=outline,
        payload=layout.payload,
        window=window,
        moov=moov,
        loose=tuple(loose),
        odd=odd,
    )
    verdict = checks.judge(suspect)
    vacancy = comment.vacancy(window, moov, quicktime=layout.container == "mov", behind=found.rival)
    texts = _fields(found.places)
    return replace(
        layout,
        moov=moov,
        places=found.places,
        fields=texts,
        added=_added(texts, found.places, vacancy),
        rival=found.rival,
        rival_text=found.rival_text,
        vacancy=vacancy,
        problem=problem or verdict.problem,
        offsets=verdict.offsets,
    )


def _payload(found: tuple[Box, ...]) -> tuple[Extent, ...]:
    return tuple(Extent(box.body, box.end - box.body) for box in found if box.kind == b"mdat" and box.end > box.body)


def _loose(reader: Reader, found: tuple[Box, ...]) -> tuple[list[tuple[Window, Box]], str]:
    """Return each `udta` and `meta` of the top level, opened, and why not all of them are."""
    opened: list[tuple[Window, Box]] = []
    odd = ""
    for box in found:
        if box.kind not in {b"udta", b"meta"}:
            continue
        if box.size > _MAX_TAGS or len(opened) == _MAX_LOOSE:
            odd = "There are more tags outside the film's index (moov) than Indexium looks at."
            break
        window = Window(reader.read_at(box.start, box.size), box.start)
        try:
            opened.append((window, boxes.open_box(window, box)))
        except boxes.MalformedBoxError as error:
            odd = str(error)
    return opened, odd


def _fields(places: tuple[CommentPlace, ...]) -> tuple[FieldValue, ...]:
    """Return every text of every place; replace mode leaves the first one of a place."""
    return fields.numbered(
        FieldValue(field="comment", where=place.where, value=text, takes_value=not number, ascii_only=foreign)
        for place in places
        for number, (text, foreign) in enumerate(zip(comment.values(place), comment.foreign(place), strict=True))
    )


def _added(texts: tuple[FieldValue, ...], places: tuple[CommentPlace, ...], vacancy: Vacancy | None) -> str:
    """Return where a write adds a comment, "" where players show one of those that are there, or there is none."""
    if not places or vacancy is None or any(place.heard for place in places):
        return ""
    kinds = [*(box.kind for box in vacancy.around), *vacancy.missing, comment.CMT]
    where = "/".join(kind.decode("latin-1") for kind in kinds)
    return fields.numbered([*texts, FieldValue(field="comment", where=where, value="")])[-1].where
