"""
The places of the fields in ISO base media files.

Readers disagree on which place counts: FFmpeg uses the last one in the file, ExifTool and MediaInfo have other orders.
So all places are edited: the strings of `udta` (QuickTime) and its texts in 3GPP's form, the items and the free-form
items of an iTunes-style `meta`, and the items of a `meta` with `keys`; `field_map` has their names. Tags of a track are
not tags of the file. A comment in any other form is reported as not understood, and then the file is not written.
Another field in an unknown form is not listed, and only this field is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window
from indexium_core.files.containers.bmff.tags import assets, field_map, items, strings
from indexium_core.model.fields import values as field_values
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, known_field

_NAMES = (
    "Blues|Classic Rock|Country|Dance|Disco|Funk|Grunge|Hip-Hop|Jazz|Metal|New Age|Oldies|Other|"
    "Pop|R&B|Rap|Reggae|Rock|Techno|Industrial|Alternative|Ska|Death Metal|Pranks|Soundtrack|"
    "Euro-Techno|Ambient|Trip-Hop|Vocal|Jazz+Funk|Fusion|Trance|Classical|Instrumental|Acid|House|"
    "Game|Sound Clip|Gospel|Noise|Alt. Rock|Bass|Soul|Punk|Space|Meditative|Instrumental Pop|"
    "Instrumental Rock|Ethnic|Gothic|Darkwave|Techno-Industrial|Electronic|Pop-Folk|Eurodance|Dream|"
    "Southern Rock|Comedy|Cult|Gangsta Rap|Top 40|Christian Rap|Pop/Funk|Jungle|Native American|"
    "Cabaret|New Wave|Psychedelic|Rave|Showtunes|Trailer|Lo-Fi|Tribal|Acid Punk|Acid Jazz|Polka|"
    "Retro|Musical|Rock & Roll|Hard Rock|Folk|Folk-Rock|National Folk|Swing|Fast-Fusion|Bebop|"
    "Latin|Revival|Celtic|Bluegrass|Avantgarde|Gothic Rock|Progressive Rock|Psychedelic Rock|"
    "Symphonic Rock|Slow Rock|Big Band|Chorus|Easy Listening|Acoustic|Humour|Speech|Chanson|Opera|"
    "Chamber Music|Sonata|Symphony|Booty Bass|Primus|Porn Groove|Satire|Slow Jam|Club|Tango|Samba|"
    "Folklore|Ballad|Power Ballad|Rhythmic Soul|Freestyle|Duet|Punk Rock|Drum Solo|A Cappella|"
    "Euro-House|Dance Hall|Goa|Drum & Bass|Club-House|Hardcore|Terror|Indie|BritPop|Afro-Punk|"
    "Polsk Punk|Beat|Christian Gangsta Rap|Heavy Metal|Black Metal|Crossover|Contemporary Christian|"
    "Christian Rock|Merengue|Salsa|Thrash Metal|Anime|JPop|Synthpop|Abstract|Art Rock|Baroque|"
    "Bhangra|Big Beat|Breakbeat|Chillout|Downtempo|Dub|EBM|Eclectic|Electro|Electroclash|Emo|"
    "Experimental|Garage|Global|IDM|Illbient|Industro-Goth|Jam Band|Krautrock|Leftfield|Lounge|"
    "Math Rock|New Romantic|Nu-Breakz|Post-Punk|Post-Rock|Psytrance|Shoegaze|Space Rock|Trop Rock|"
    "World Music|Neoclassical|Audiobook|Audio Theatre|Neue Deutsche Welle|Podcast|Indie Rock|G-Funk|"
    "Dubstep|Garage Rock|Psybient"
)
_GENRES = tuple(_NAMES.split("|"))
MAX_BYTES = 1024 * 1024  # of one text
_CLASH = "The file has two lists of names for its tags (keys), and programs take one for the other."
_INFORMATION = b"\xa9inf"  # another field, which FFmpeg and FFmpeg-based players also show as the comment
_APPLE = "com.apple.quicktime."  # players show such a name only if there is no other place of the field
_NUMBERS = frozenset({"integer", "rating"})  # types of fields


def genre_name(value: bytes) -> str:
    """Return the genre of the number in an item: 16 bits, 1 for the first genre of ID3."""
    number = int.from_bytes(value, "big")
    return _GENRES[number - 1] if 1 <= number <= len(_GENRES) else f"Genre {number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlace:
    """One box that holds a field."""

    field: str
    where: str  # "moov/udta/meta/ilst/©cmt"
    box: Box
    around: tuple[Box, ...]  # the boxes around it, outermost first
    strings: bool  # a list of strings of `udta`; else an item with `data` boxes, or an asset
    content: bytes
    asset: bool = False  # a text or the location of `udta` in 3GPP's form
    takes_value: bool = True  # a write gives it the new value; else it removes the box
    shown: bool = True  # FFmpeg-based players show it
    name: str = ""  # of a key or of a free-form item, in lower case

    @property
    def is_genre_number(self) -> bool:
        """Whether this is the number of a genre, which a write replaces by a text."""
        return self.box.kind == field_map.OLD_GENRE and not self.asset


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlaces:
    """All values in a file that are, or are shown as, a field."""

    places: tuple[FieldPlace, ...] = ()  # in file order
    hiding: Mapping[str, int] = field(default_factory=dict)  # by field: offset of the last other box shown as the field
    information_text: str = ""  # the text of the last ©inf, which players show as the comment
    not_understood: str = ""  # a sentence: the comment that is not understood
    unknown: Mapping[str, str] = field(default_factory=dict)  # by field: a sentence, why it cannot be edited


class _PlaceSearch:
    """A search for the places of all fields."""

    def __init__(self, roots: Sequence[tuple[Window, Box]]) -> None:
        self.tag_boxes = list(tag_boxes(roots))
        self.first = first_names(self.tag_boxes)
        self.places: list[FieldPlace] = []
        self.hiding: dict[str, int] = {}
        self.information = (-1, "")
        self.not_understood = ""
        self.unknown: dict[str, str] = {}

    def find(self) -> FoundPlaces:
        for window, path in self.tag_boxes:
            try:
                if path[-1].kind == b"udta":
                    self._in_udta(window, path)
                else:
                    self._in_meta(window, path)
            except MalformedBoxError as error:
                self.not_understood = self.not_understood or str(error)
            self._information(window, path)
        for place in self.places:
            if place.around[0].kind != b"moov":
                self._refuse(place.field, f"There is a {place.field} outside the file's index (moov).")
        texts = {place.field for place in self.places if not place.is_genre_number}
        ranked = (
            replace(
                place,
                shown=place.shown and self._is_in_front(place),
                takes_value=not place.is_genre_number or place.field not in texts,
            )
            for place in self.places
            if place.field not in self.unknown
        )
        return FoundPlaces(
            places=tuple(sorted(ranked, key=lambda place: place.box.start)),
            hiding=self.hiding,
            information_text=self.information[1],
            not_understood=self.not_understood,
            unknown=self.unknown,
        )

    def _in_udta(self, window: Window, path: tuple[Box, ...]) -> None:
        if path[-1].malformed:
            raise MalformedBoxError("The user data (udta) is not made of boxes.")
        for box in path[-1].children:
            if box.kind in field_map.STRINGS:
                key = field_map.STRINGS[box.kind]
                self._add(window, path, box, key, box.kind.decode("latin-1"), is_string=True)
            if box.kind in field_map.ASSETS:
                label, shown = box.kind.decode("latin-1"), box.kind == assets.LOCATION
                self._add(window, path, box, field_map.ASSETS[box.kind], label, is_asset=True, shown=shown)
            if box.kind in field_map.HIDING:
                self._hide(field_map.HIDING[box.kind], box)

    def _in_meta(self, window: Window, path: tuple[Box, ...]) -> None:
        """Find the fields of a `meta`; FFmpeg and MediaInfo use the first names for its numbered items."""
        meta = path[-1]
        if meta.malformed or any(listed.malformed for listed in meta.named(b"ilst")):
            raise MalformedBoxError("The tags (meta) are not made of boxes.")
        own_names = [name for box in meta.named(b"keys") for name in items.key_names(window.body(box))]
        for listed in meta.named(b"ilst"):
            read = is_read(meta, listed)
            ffmpeg_names = self.first.listed if read and self.first.start < listed.start else []
            for item in listed.children:
                own_name, ffmpeg_name = items.key_name(item.kind, own_names), items.key_name(item.kind, ffmpeg_names)
                if ffmpeg_name and field_map.key_field(own_name) != field_map.key_field(ffmpeg_name):
                    for clashing in filter(None, (field_map.key_field(own_name), field_map.key_field(ffmpeg_name))):
                        self._refuse(clashing, _CLASH)
                    continue
                label, name = (own_name, own_name) if own_name else _named(window, item)
                key = field_map.ITEMS.get(item.kind) or field_map.key_field(name)
                if name.lower() in field_map.TIME_KEYS:
                    self._refuse(CREATION_TIME, "The file has its creation time in its tags, too.")
                if key is None:
                    continue
                if any(handler.start > listed.start for handler in meta.named(b"hdlr")):
                    self._refuse(key, f"There is a {key} in tags (meta) whose handler (hdlr) is behind them.")
                    continue
                shown = read and bool(ffmpeg_name or not own_name) and _is_read_in_order(path[0], item)
                self._add(window, (*path, listed), item, key, label, shown=shown, name=(ffmpeg_name or name).lower())

    def _add(
        self,
        window: Window,
        path: tuple[Box, ...],
        box: Box,
        key: str,
        label: str,
        *,
        is_string: bool = False,
        is_asset: bool = False,
        shown: bool = True,
        name: str = "",
    ) -> None:
        """Add a place; one in an unknown form makes its field unknown, and raises MalformedBoxError for the comment."""
        try:
            place = FieldPlace(
                field=key,
                where="/".join([*(outer.kind.decode("latin-1") for outer in path), label]),
                box=box,
                around=path,
                strings=is_string,
                asset=is_asset,
                content=_content(window, box),
                shown=shown and box.kind not in field_map.NOT_SHOWN,
                name=name,
            )
            values(place)  # raises for an unknown form
        except MalformedBoxError:
            if key == COMMENT:
                raise
            self._refuse(key, f"The file has its {key} in an unknown form.")
        else:
            self.places.append(place)

    def _refuse(self, key: str, sentence: str) -> None:
        if key == COMMENT:
            self.not_understood = self.not_understood or sentence
        else:
            self.unknown.setdefault(key, sentence)

    def _information(self, window: Window, path: tuple[Box, ...]) -> None:
        """Note each ©inf; players show its first text as the comment."""
        is_udta = path[-1].kind == b"udta"
        read = strings.texts if is_udta else items.texts
        for listed in [path[-1]] if is_udta else path[-1].named(b"ilst"):
            for box in listed.named(_INFORMATION):
                texts: list[str] = []
                with suppress(MalformedBoxError):
                    texts = read(window.body(box))
                self.information = max(self.information, (box.start, next(iter(texts), "")))
                self._hide(COMMENT, box)

    def _hide(self, key: str, box: Box) -> None:
        self.hiding[key] = max(self.hiding.get(key, -1), box.start)

    def _is_in_front(self, place: FieldPlace) -> bool:
        """Return whether players show a place despite the hiding boxes: the last box counts, before Apple's own key."""
        start = self.hiding.get(place.field, -1)
        return start < 0 or (place.box.start > start and not place.name.startswith(_APPLE))


def find_places(roots: Sequence[tuple[Window, Box]]) -> FoundPlaces:
    """Return every field in the opened `moov`, and in opened `udta` and `meta` boxes of the top level."""
    return _PlaceSearch(roots).find()


def values(place: FieldPlace) -> list[str]:
    """
    Return the values of a place; undecodable bytes become lone surrogates.

    Raises:
        MalformedBoxError: The content does not have the form of the specification.

    """
    if place.field == COMMENT:
        return strings.texts(place.content) if place.strings else items.texts(place.content)
    known = known_field(place.field)
    if place.asset:
        texts = [assets.text(place.box.kind, place.content)]
    elif place.strings:
        texts = strings.texts(place.content)
    elif place.is_genre_number:
        texts = [genre_name(value) for _, value in items.typed_values(place.content)]
    else:
        texts = (items.number_texts if known.type in _NUMBERS else items.text_values)(place.content)
    return [field_values.stored(known, text) for text in texts]


def cannot_convert(place: FieldPlace) -> list[bool]:
    """Return, for each text of a place, whether the conversion of its encoding is uncertain."""
    return strings.cannot_convert(place.content) if place.strings else items.cannot_convert(place.content)


def with_only_value(place: FieldPlace, value: str, encoded: bytes) -> bytes:
    """
    Return the box of a place with one value; `encoded` is its text in UTF-8, for a place of text.

    Raises:
        UnstorablePositionError: The place is the location of 3GPP and cannot hold the value exactly.

    """
    if place.asset:
        return boxes.whole(place.box.kind, assets.with_text(place.box.kind, place.content, value))
    if not place.strings and known_field(place.field).type in _NUMBERS:
        return boxes.whole(place.box.kind, items.with_only_number(place.box.kind, place.content, value))
    if place.is_genre_number:
        item = field_map.new_item(place.field)
        assert item is not None
        return boxes.whole(item, items.new_content(encoded))
    return with_only_text(place, encoded)


def with_only_text(place: FieldPlace, text: bytes, *, keeps_language: bool = False) -> bytes:
    """Return the box of a place with `text` (UTF-8) as its only text; `strings` explains `keeps_language`."""
    if not place.strings:
        return boxes.whole(place.box.kind, items.with_only_value(place.content, text))
    language = strings.iso_language(place.content) if keeps_language else None
    return boxes.whole(place.box.kind, strings.with_only_text(place.content, text, language=language))


def with_edited_texts(place: FieldPlace, edit: Callable[[str], str | None], *, keeps_language: bool = False) -> bytes:
    """
    Return the box of a place with each of its texts edited, b"" if all texts are removed.

    Raises MalformedBoxError if a text becomes too long for its place.
    """
    if place.strings:
        content = strings.with_edited_texts(place.content, edit, keeps_language=keeps_language)
    else:
        content = items.with_edited_texts(place.content, edit)
    return boxes.whole(place.box.kind, content) if content else b""


def handler_of(window: Window, meta: Box) -> bytes:
    """Return the handler type of a `meta`: `mdir` for iTunes' items, `mdta` for QuickTime's keys, empty if missing."""
    handler = next(iter(meta.named(b"hdlr")), None)
    return window.body(handler, 8, 4) if handler else b""


def is_read(meta: Box, *parts: Box) -> bool:
    """Return whether FFmpeg reads parts of a `meta`: they lie behind a handler at a multiple of four bytes."""
    handlers = [box.start for box in meta.named(b"hdlr") if (box.start - meta.body) % 4 == 0]
    return bool(handlers) and all(handlers[0] < part.start for part in parts)


def _is_read_in_order(moov: Box, item: Box) -> bool:
    """Return whether FFmpeg reads an item at its place: free-form items only behind a track."""
    return item.kind != items.FREEFORM or any(track.start < item.start for track in moov.named(b"trak"))


def tag_boxes(roots: Sequence[tuple[Window, Box]]) -> Iterator[tuple[Window, tuple[Box, ...]]]:
    """Yield the paths to every `udta` and `meta` of the file, except those of tracks, in file order."""
    for window, root in sorted(roots, key=lambda pair: pair[1].start):
        for path in _paths((root,)):
            yield window, path


def _paths(path: tuple[Box, ...]) -> Iterator[tuple[Box, ...]]:
    if path[-1].kind in {b"udta", b"meta"}:
        yield path
    for child in path[-1].children:
        if child.kind in {b"udta", b"meta"}:
            yield from _paths((*path, child))


@dataclass(frozen=True, slots=True)
class KeyNames:
    """A list of names for the items of a `meta`."""

    start: int  # offset of the box
    listed: list[str]


def first_names(paths: Sequence[tuple[Window, tuple[Box, ...]]]) -> KeyNames:
    """Return the first list of names behind its handler: FFmpeg and MediaInfo use only this list (measured)."""
    known = False
    for window, path in paths:
        meta = path[-1]
        known = known or (handler_of(window, meta) == b"mdta" and is_read(meta))
        for box in meta.named(b"keys"):
            if known and is_read(meta, box):
                with suppress(MalformedBoxError):
                    return KeyNames(box.start, items.key_names(window.body(box)))
    return KeyNames(0, [])


def _named(window: Window, item: Box) -> tuple[str, str]:
    """Return the label of an item without a number, and its name."""
    if item.kind != items.FREEFORM:
        return item.kind.decode("latin-1"), ""
    mean, name = items.freeform_name(window.body(item))
    return f"----:{mean}:{name}", name


def _content(window: Window, box: Box) -> bytes:
    if box.size > MAX_BYTES + 1024:
        raise MalformedBoxError(f"A comment has {box.size:,} bytes. Indexium reads at most {MAX_BYTES:,} bytes.")
    return window.body(box)
