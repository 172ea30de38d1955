"""
The examination of an ISO base media file: boxes, media bytes, comments, and whether it may be written.

The file's index (`moov`) is read once into memory; media bytes are never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import boxes, comment, refusal_rules
from indexium_core.files.containers.bmff.boxes import Box, Window
from indexium_core.files.containers.bmff.comment import CommentPlace, NewCommentPlace
from indexium_core.files.containers.bmff.offsets import Offsets
from indexium_core.model.files import fields
from indexium_core.model.files.media import Extent, FieldValue

__all__ = ["BmffLayout", "examine", "recognises"]

_MAX_TAGS = 4 * 1024 * 1024  # bytes of a `meta` or `udta` outside `moov` that is opened
_MAX_TOP_LEVEL_TAGS = 8  # number of these


@dataclass(frozen=True, slots=True, kw_only=True)
class BmffLayout(Layout):
    """The structure of an ISO base media file."""

    boxes: tuple[Box, ...]  # the top level, in file order
    junk: Extent | None  # bytes after the last box that are not a box
    moov: Box | None = None  # opened; None if it is missing or cannot be opened
    places: tuple[CommentPlace, ...] = ()  # every box that holds the comment, in file order
    information_start: int = -1  # offset of the last ©inf, which players show as the comment; -1: none
    information_text: str = ""  # its text
    new_place: NewCommentPlace | None = None  # place of a new comment that players show before all others
    offsets: Offsets = field(default_factory=Offsets, repr=False, compare=False)  # all offsets that point into the file

    @property
    def not_movable(self) -> str:
        """The reason against moving anything in the file, as a sentence; or empty."""
        return self.offsets.not_movable

    @property
    def fragmented(self) -> bool:
        """Whether the file has fragments."""
        return any(box.kind == b"moof" for box in self.boxes)

    @property
    def after_moov(self) -> int:
        """Bytes of padding directly behind `moov`."""
        assert self.moov is not None
        end = self.moov.end
        for box in self.boxes:
            if box.start == end and box.padding:
                end = box.end
        return end - self.moov.end

    @property
    def behind(self) -> int:
        """Offset behind `moov` and its following padding."""
        assert self.moov is not None
        return self.moov.end + self.after_moov

    @property
    def faststart(self) -> bool:
        """Whether `moov` lies before most of the media."""
        assert self.moov is not None
        before = sum(extent.length for extent in self.payload if extent.offset < self.moov.start)
        return 2 * before < sum(extent.length for extent in self.payload)

    @property
    def moov_last(self) -> bool:
        """Whether only padding follows `moov`, so that the file may become longer or shorter."""
        return self.behind == self.size


def recognises(head: bytes) -> bool:
    """Check the first bytes: `ftyp`, or another box that may come first, with a size that is not ASCII text."""
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if kind == b"ftyp":
        return True
    if kind == b"mdat":
        return size <= 1 or size >= 8
    return kind in _FIRST and (size == 1 or 8 <= size < 0x20202020)


_FIRST = frozenset({b"moov", b"wide", b"free", b"skip", b"pnot", b"styp", b"sidx", b"moof", b"uuid"})


def examine(reader: Reader) -> BmffLayout:
    """Return the structure of a file and its problem; raises an error only if reading fails."""
    outline = boxes.outline(reader)
    layout = BmffLayout(
        container=refusal_rules.container_of(reader, outline.boxes),
        size=reader.size,
        payload=_payload(outline.boxes),
        boxes=outline.boxes,
        junk=outline.junk,
    )
    window, moov, problem = refusal_rules.index_of(reader, outline, layout.container)
    if moov is None:
        return replace(layout, problem=problem)
    top_level_tags, unread = _top_level_tags(reader, outline.boxes)
    found = comment.find_comments([(window, moov), *top_level_tags])
    examined = refusal_rules.OpenedFile(
        reader=reader,
        container=layout.container,
        outline=outline,
        payload=layout.payload,
        window=window,
        moov=moov,
        top_level_tags=tuple(top_level_tags),
        not_understood=found.not_understood or unread,
    )
    checked = refusal_rules.check(examined)
    quicktime = layout.container == "mov"
    new_place = comment.new_place(window, moov, quicktime=quicktime, behind=found.information_start)
    texts = _fields(found.places)
    return replace(
        layout,
        moov=moov,
        places=found.places,
        fields=texts,
        added=_added(texts, found.places, new_place),
        information_start=found.information_start,
        information_text=found.information_text,
        new_place=new_place,
        problem=problem or checked.problem,
        offsets=checked.offsets,
    )


def _payload(top: tuple[Box, ...]) -> tuple[Extent, ...]:
    return tuple(Extent(box.body, box.end - box.body) for box in top if box.kind == b"mdat" and box.end > box.body)


def _top_level_tags(reader: Reader, top: tuple[Box, ...]) -> tuple[list[tuple[Window, Box]], str]:
    """Return each `udta` and `meta` of the top level, opened, and why some are missing."""
    opened: list[tuple[Window, Box]] = []
    unread = ""
    for box in top:
        if box.kind not in {b"udta", b"meta"}:
            continue
        if box.size > _MAX_TAGS or len(opened) == _MAX_TOP_LEVEL_TAGS:
            unread = "There are more tags outside the file's index (moov) than Indexium reads."
            break
        window = Window(reader.read_at(box.start, box.size), box.start)
        try:
            opened.append((window, boxes.open_box(window, box)))
        except boxes.MalformedBoxError as error:
            unread = str(error)
    return opened, unread


def _fields(places: tuple[CommentPlace, ...]) -> tuple[FieldValue, ...]:
    """Return every text of every place; replace mode keeps only the first text of a place."""
    return fields.with_unique_places(
        FieldValue(field="comment", where=place.where, value=text, takes_value=not number, ascii_only=ascii_only)
        for place in places
        for number, (text, ascii_only) in enumerate(
            zip(comment.values(place), comment.cannot_convert(place), strict=True)
        )
    )


def _added(texts: tuple[FieldValue, ...], places: tuple[CommentPlace, ...], new_place: NewCommentPlace | None) -> str:
    """Return where a write adds a comment to existing ones; "" if players show one of these, or none exists."""
    if not places or new_place is None or any(place.shown for place in places):
        return ""
    kinds = [*(box.kind for box in new_place.around), *new_place.missing, comment.CMT]
    where = "/".join(kind.decode("latin-1") for kind in kinds)
    return fields.with_unique_places([*texts, FieldValue(field="comment", where=where, value="")])[-1].where
