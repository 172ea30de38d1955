"""
Examining an ISO base media file: its boxes, its media bytes, its comments, and whether it may be written.

The film's index (`moov`) is read once and held while it is looked at; media bytes are never read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import boxes, checks, comment
from indexium_core.files.containers.bmff.boxes import Box, Window
from indexium_core.files.containers.bmff.comment import Place, Vacancy
from indexium_core.model.media import Extent, FieldValue

__all__ = ["BmffLayout", "examine", "recognises"]

_MAX_TAGS = 4 * 1024 * 1024  # bytes of a `meta` or `udta` outside `moov` that is looked into
_MAX_LOOSE = 8  # of them


@dataclass(frozen=True, slots=True, kw_only=True)
class BmffLayout(Layout):
    """What an ISO base media file is made of."""

    boxes: tuple[Box, ...]  # the top level, in file order
    junk: Extent | None  # bytes after the last box that are no box
    moov: Box | None = None  # opened; None where there is none that can be opened
    places: tuple[Place, ...] = ()  # every box that holds the comment, in file order
    vacancy: Vacancy | None = None  # where a first comment would go

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
    def moov_last(self) -> bool:
        """Whether nothing but padding follows `moov`, so that it may end the file anywhere."""
        assert self.moov is not None
        return self.moov.end + self.after_moov == self.size


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
    places, odd = _places(window, moov, loose)
    odd = odd or unread
    suspect = checks.Suspect(
        container=layout.container,
        size=reader.size,
        outline=outline,
        payload=layout.payload,
        window=window,
        moov=moov,
        loose=tuple(root for _, root in loose),
        odd=odd,
    )
    return replace(
        layout,
        moov=moov,
        places=places,
        fields=_fields(places),
        vacancy=None if odd else comment.vacancy(window, moov),
        problem=problem or checks.problem(suspect),
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
        except boxes.MalformedError as error:
            odd = str(error)
    return opened, odd


def _places(window: Window, moov: Box, loose: list[tuple[Window, Box]]) -> tuple[tuple[Place, ...], str]:
    """Return every place of the comment in file order, and why not all of them can be written."""
    places, odd = comment.find(window, moov)
    for outside, root in loose:
        more, why = comment.find(outside, root)
        places += more
        odd = odd or why or ("There is a comment outside the film's index (moov)." if more else "")
    return tuple(sorted(places, key=lambda place: place.box.start)), odd


def _fields(places: tuple[Place, ...]) -> tuple[FieldValue, ...]:
    """Return every text of every place; the second of a name is called `name[2]`."""
    seen: Counter[str] = Counter()
    found = []
    for place in places:
        for text in comment.values(place):
            seen[place.where] += 1
            where = place.where if seen[place.where] == 1 else f"{place.where}[{seen[place.where]}]"
            found.append(FieldValue(field="comment", where=where, value=text))
    return tuple(found)
