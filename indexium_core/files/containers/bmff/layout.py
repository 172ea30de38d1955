"""
The examination of an ISO base media file: boxes, media bytes, comments, and whether it may be written.

The file's index (`moov`) is read once into memory; media bytes are never read.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import boxes, refusal_rules
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window
from indexium_core.files.containers.bmff.offsets import Offsets
from indexium_core.files.containers.bmff.tags import new_places, places, problems, times
from indexium_core.files.containers.bmff.tags.new_places import NewPlace
from indexium_core.files.containers.bmff.tags.places import FieldPlace
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, known_field
from indexium_core.model.files import fields
from indexium_core.model.files.media import Extent, FieldValue

_MAX_TAGS = 4 * 1024 * 1024  # bytes of a `meta` or `udta` outside `moov` that is opened
_MAX_TOP_LEVEL_TAGS = 8  # number of these


@dataclass(frozen=True, slots=True, kw_only=True)
class BmffLayout(Layout):
    """The structure of an ISO base media file."""

    boxes: tuple[Box, ...]  # the top level, in file order
    junk: Extent | None  # bytes after the last box that are not a box
    moov: Box | None = None  # opened; None if it is missing or cannot be opened
    places: tuple[FieldPlace, ...] = ()  # every box that holds a field, in file order
    hiding: Mapping[str, int] = field(default_factory=dict)  # by field: offset of the last other box shown as the field
    information_text: str = ""  # the text of the last ©inf, which players show as the comment
    unknown: Mapping[str, str] = field(default_factory=dict)  # by field: a sentence, why it cannot be edited
    new_place: NewPlace | None = None  # place of a new comment that players show before all others
    offsets: Offsets = field(default_factory=Offsets, repr=False, compare=False)  # all offsets that point into the file

    def places_of(self, key: str) -> list[FieldPlace]:
        """Return every box that holds a field, in file order."""
        return [place for place in self.places if place.field == key]

    @property
    def has_information(self) -> bool:
        """Whether the file has a ©inf, which players show as the comment."""
        return COMMENT in self.hiding

    @property
    def has_outer_tags(self) -> bool:
        """Whether there are tags outside `moov`."""
        return any(box.kind in {b"udta", b"meta"} for box in self.boxes)

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
    found = places.find_places([(window, moov), *top_level_tags])
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
    behind = found.hiding.get(COMMENT, -1)
    new_place = new_places.new_place(window, moov, COMMENT, quicktime=quicktime, behind=behind)
    outer = any(box.kind in {b"udta", b"meta"} for box in outline.boxes)
    texts = _fields(found.places)
    time, not_time = _time(window, moov)
    return replace(
        layout,
        moov=moov,
        places=found.places,
        fields=texts + time,
        added=_added(texts, found.places, new_place),
        hiding=found.hiding,
        information_text=found.information_text,
        unknown={**found.unknown, **not_time},
        field_problems=problems.field_problems(window, moov, found, quicktime=quicktime, outer=outer) | not_time,
        new_place=new_place,
        turned=_turned(window, moov),
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


def _fields(found: Sequence[FieldPlace]) -> tuple[FieldValue, ...]:
    """
    Return every text of every place; replace mode keeps only the first text of a place.

    The texts of the comment have the order of the file. Of another field, the text that players show comes first.
    """
    texts = fields.with_unique_places(
        FieldValue(
            field=place.field,
            where=place.where,
            value=text,
            takes_value=place.takes_value and not number,
            ascii_only=place.field == COMMENT and places.cannot_convert(place)[number],
        )
        for place in found
        for number, text in enumerate(places.values(place))
    )
    if all(text.field == COMMENT for text in texts):
        return texts
    ranks = [_rank(place) for place in found for _ in places.values(place)]
    pairs = sorted(zip(ranks, texts, strict=True), key=lambda pair: pair[0])
    return tuple(text for _, text in pairs)


def _rank(place: FieldPlace) -> tuple[int, ...]:
    """Return the order of a place: players show the field under the first of its names, and its last place."""
    if place.field == COMMENT:
        return (0, place.box.start)
    names = known_field(place.field).names_in("mov")
    return (1, not place.shown, names.index(place.name) if place.name in names else 0, -place.box.start)


def _time(window: Window, moov: Box) -> tuple[tuple[FieldValue, ...], dict[str, str]]:
    """Return the creation time, if the file has one, and why it cannot be edited."""
    try:
        text = times.text(times.movie_time(window, moov))
    except MalformedBoxError as error:
        return (), {CREATION_TIME: str(error)}
    return ((FieldValue(field=CREATION_TIME, where="moov/mvhd", value=text),) if text else ()), {}


def _added(texts: tuple[FieldValue, ...], found: Sequence[FieldPlace], new_place: NewPlace | None) -> str:
    """Return where a write adds a comment to existing ones; "" if players show one of these, or none exists."""
    comments = [place for place in found if place.field == COMMENT]
    if not comments or new_place is None or any(place.shown for place in comments):
        return ""
    kinds = [*(box.kind for box in new_place.around), *new_place.missing, new_place.kind]
    where = "/".join(kind.decode("latin-1") for kind in kinds)
    return fields.with_unique_places([*texts, FieldValue(field=COMMENT, where=where, value="")])[-1].where


def _turned(window: Window, moov: Box) -> frozenset[int]:
    """Return the tracks with a quarter turn in the matrix of `tkhd` (ISO/IEC 14496-12, 8.3.2)."""
    turned = set()
    for place, track in enumerate(moov.named(b"trak")):
        for box in track.named(b"tkhd"):
            start = 52 if window.body(box, 0, 1) == b"\1" else 40  # behind times, track number and duration
            a, b = struct.unpack(">ii", window.body(box, start, 8).ljust(8, b"\0"))
            if abs(b) > abs(a):
                turned.add(place)
    return frozenset(turned)
