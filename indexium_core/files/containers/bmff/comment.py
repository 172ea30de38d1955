"""
Where ISO base media files keep their comment, and where a first one goes.

Readers disagree on which place wins (FFmpeg takes the last in the file, ExifTool and MediaInfo have orders of their
own), so every one of them is known here and gets the same text: the strings of `udta/©cmt` (QuickTime), the items
`©cmt` and free-form items called `comment` of an iTunes-style `meta`, and the items of a `meta` with `keys` that are
called `comment` or `com.apple.quicktime.comment`. A track's own tags are none of the film's. A comment in any other
shape is reported as odd, never guessed at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain

from indexium_core.files.containers.bmff import boxes, items, strings
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window

__all__ = [
    "CMT",
    "HANDLER",
    "MAX_BYTES",
    "CommentPlace",
    "CommentSurvey",
    "Vacancy",
    "edited",
    "foreign",
    "made",
    "rebuilt",
    "survey",
    "vacancy",
    "values",
]

CMT = b"\xa9cmt"
MAX_BYTES = 1024 * 1024  # of one comment

_CLASH = "The file has two lists of names for its tags (keys), and programs take one for the other."
_INF = b"\xa9inf"  # "Information": another field, but FFmpeg, and all players on it, calls it the comment too
# What iTunes and FFmpeg put in front of an item list: a handler `mdir` of `appl` without a name.
HANDLER = bytes(8) + b"mdirappl" + bytes(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPlace:
    """One box that holds the comment."""

    where: str  # "moov/udta/meta/ilst/©cmt"
    box: Box
    around: tuple[Box, ...]  # the boxes around it, outermost first
    strings: bool  # a list of strings of `udta`; else an item with `data` boxes
    content: bytes
    heard: bool = True  # players on FFmpeg show it
    apple: bool = False  # … but only if there is no other, under Apple's own name


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentSurvey:
    """Everything in a file that is a comment or passes for one."""

    places: tuple[CommentPlace, ...] = ()  # in file order
    rival: int = -1  # where the last box starts that players take for the comment though it is another field
    rival_text: str = ""  # what it says
    odd: str = ""  # a sentence: why not all of it is understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """Where a comment goes if there is none."""

    around: tuple[Box, ...]  # outermost first; it becomes the last child of the innermost
    missing: tuple[bytes, ...]  # boxes to be made around it, outermost first
    strings: bool  # a list of strings; else an item


def survey(roots: Sequence[tuple[Window, Box]]) -> CommentSurvey:
    """Find every comment in the opened `moov`, and in opened `udta` and `meta` boxes beside it."""
    homes = list(_homes(roots))
    first = _first_names(homes)
    places: list[CommentPlace] = []
    rivals = [(-1, "")]
    odd = ""
    for window, path in homes:
        try:
            places += _in_udta(window, path) if path[-1].kind == b"udta" else _in_meta(window, path, first)
        except MalformedBoxError as error:
            odd = odd or str(error)
        rivals += _rivals(window, path)
    if any(place.around[0].kind != b"moov" for place in places):
        odd = odd or "There is a comment outside the film's index (moov)."
    rival, rival_text = max(rivals)
    ranked = (replace(place, heard=place.heard and _outranks(place, rival)) for place in places)
    return CommentSurvey(
        places=tuple(sorted(ranked, key=lambda place: place.box.start)), rival=rival, rival_text=rival_text, odd=odd
    )


def values(place: CommentPlace) -> list[str]:
    """
    Return the texts that a place holds; what cannot be decoded comes as lone surrogates.

    Raises:
        MalformedError: The content has another shape than the format says.

    """
    return strings.texts(place.content) if place.strings else items.texts(place.content)


def foreign(place: CommentPlace) -> list[bool]:
    """Return for each text of a place whether it is in an encoding that cannot be converted with certainty."""
    return strings.is_foreign(place.content) if place.strings else items.is_foreign(place.content)


def rebuilt(place: CommentPlace, text: bytes, *, keeps_language: bool = False) -> bytes:
    """Return the whole box of a place with `text` (UTF-8) as its only text; see `strings.edited` for the language."""
    if not place.strings:
        return _box(place.box.kind, items.rebuilt(place.content, text))
    language = strings.iso_language(place.content) if keeps_language else None
    return _box(place.box.kind, strings.rebuilt(place.content, text, language=language))


def edited(place: CommentPlace, edit: Callable[[str], str | None], *, keeps_language: bool = False) -> bytes:
    """
    Return the whole box of a place with each of its texts edited, b"" where none is left.

    Raises MalformedError where a text becomes longer than its place can hold.
    """
    if place.strings:
        content = strings.edited(place.content, edit, keeps_language=keeps_language)
    else:
        content = items.edited(place.content, edit)
    return _box(place.box.kind, content) if content else b""


def made(home: Vacancy, text: bytes) -> bytes:
    """Return what goes into a vacancy: `text` (UTF-8) in its box, within the boxes that are missing."""
    box = _box(CMT, strings.made(text) if home.strings else items.made(text))
    for kind in reversed(home.missing):
        handler = bytes(4) + _box(b"hdlr", HANDLER) if kind == b"meta" else b""
        box = _box(kind, handler + box)
    return box


def vacancy(window: Window, moov: Box, *, quicktime: bool, behind: int) -> Vacancy | None:
    """
    Return where a first comment goes, None where it would not stand behind the box that starts at `behind`.

    Measured (FFmpeg 5.1 and 8.1, ExifTool 12.57, MediaInfo 23.04): a string in `udta` is read by all three in every
    brand, beside whatever other tags there are. It is QuickTime's own form, the only one that its programs know, and
    the way out where an ISO file has a `meta` of another make in its `udta`: a second `meta` there would be found by
    FFmpeg, but not by programs that stop at the first. Else ISO files, 3GP too, have an item in an iTunes-style
    `meta`, which mutagen and its like read as well. 3GPP's own `udta` boxes know no comment: `dscp`, into which FFmpeg
    puts one, is the description, which MediaInfo shows as such and FFmpeg itself does not read.
    """
    found = moov.named(b"udta")
    home = (
        _string_home(moov, found, behind) if quicktime or (found and behind >= 0) else _item_home(window, moov, found)
    )
    return home if home.around[-1].tail > behind else None


def _string_home(moov: Box, found: Sequence[Box], behind: int) -> Vacancy:
    around, missing = ((moov, found[0 if behind < 0 else -1]), ()) if found else ((moov,), (b"udta",))
    return Vacancy(around=around, missing=missing, strings=True)


def _item_home(window: Window, moov: Box, found: Sequence[Box]) -> Vacancy:
    """Return a list of iTunes' make, else the place for one, else that of a string."""
    if not found:
        return _shell((moov,), b"udta")
    bare = (_shell((moov, udta)) for udta in found if not udta.named(b"meta"))
    return next(chain(_lists(window, moov, found), bare), _string_home(moov, found, -1))


def _shell(around: tuple[Box, ...], *missing: bytes) -> Vacancy:
    return Vacancy(around=around, missing=(*missing, b"meta", b"ilst"), strings=False)


def _lists(window: Window, moov: Box, found: Sequence[Box]) -> Iterator[Vacancy]:
    """Yield the item lists of iTunes' make, or the place for one, in the form that every program reads."""
    for udta in found:
        for meta in udta.named(b"meta"):
            listed = meta.named(b"ilst")[:1]
            if _handler(window, meta) == b"mdir" and meta.lead == 4 and _is_read(meta, *listed):
                around = (moov, udta, meta, *listed)
                yield Vacancy(around=around, missing=() if listed else (b"ilst",), strings=False)


def _handler(window: Window, meta: Box) -> bytes:
    """Return the handler type of a `meta`: `mdir` for iTunes' items, `mdta` for QuickTime's keys, empty without one."""
    handler = next(iter(meta.named(b"hdlr")), None)
    return window.body(handler, 8, 4) if handler else b""


def _is_read(meta: Box, *parts: Box) -> bool:
    """Tell whether FFmpeg reads parts of a `meta`: it looks for the handler, in steps of four bytes, and goes on."""
    found = [box.start for box in meta.named(b"hdlr") if (box.start - meta.body) % 4 == 0]
    return bool(found) and all(found[0] < part.start for part in parts)


def _in_turn(moov: Box, item: Box) -> bool:
    """Tell whether an item stands where FFmpeg reads it: free-form ones behind a track."""
    return item.kind != items.FREEFORM or any(track.start < item.start for track in moov.named(b"trak"))


def _homes(roots: Sequence[tuple[Window, Box]]) -> Iterator[tuple[Window, tuple[Box, ...]]]:
    """Yield the paths to every `udta` and `meta` of the film, never those of a track, in file order."""
    for window, root in sorted(roots, key=lambda pair: pair[1].start):
        for path in _paths((root,)):
            yield window, path


def _paths(path: tuple[Box, ...]) -> Iterator[tuple[Box, ...]]:
    if path[-1].kind in {b"udta", b"meta"}:
        yield path
    for child in path[-1].children:
        if child.kind in {b"udta", b"meta"}:
            yield from _paths((*path, child))


def _outranks(place: CommentPlace, rival: int) -> bool:
    """Tell whether players show a place although there are rivals: the last `comment` wins, before Apple's own key."""
    return rival < 0 or (place.box.start > rival and not place.apple)


def _rivals(window: Window, path: tuple[Box, ...]) -> Iterator[tuple[int, str]]:
    """Yield start and first text of the boxes that are not the comment, but that players show as it."""
    is_udta = path[-1].kind == b"udta"
    read = strings.texts if is_udta else items.texts
    for listed in [path[-1]] if is_udta else path[-1].named(b"ilst"):
        for box in listed.named(_INF):
            texts: list[str] = []
            with suppress(MalformedBoxError):
                texts = read(window.body(box))
            yield box.start, next(iter(texts), "")


def _in_udta(window: Window, path: tuple[Box, ...]) -> Iterator[CommentPlace]:
    if path[-1].malformed:
        raise MalformedBoxError("The user data (udta) is not made of boxes.")
    for box in path[-1].named(CMT):
        yield _place(window, path, box, "©cmt", strings=True)


def _in_meta(window: Window, path: tuple[Box, ...], first: _Names) -> Iterator[CommentPlace]:
    """Yield the comments of a `meta`; `first` are the names by which FFmpeg and MediaInfo call its numbered items."""
    meta = path[-1]
    if meta.malformed or any(listed.malformed for listed in meta.named(b"ilst")):
        raise MalformedBoxError("The tags (meta) are not made of boxes.")
    own = [name for box in meta.named(b"keys") for name in items.key_names(window.body(box))]
    for listed in meta.named(b"ilst"):
        read = _is_read(meta, listed)
        taken = first.listed if read and first.start < listed.start else []
        for item in listed.children:
            ours, theirs = items.key_name(item.kind, own), items.key_name(item.kind, taken)
            if theirs and items.is_comment_key(ours) != items.is_comment_key(theirs):
                raise MalformedBoxError(_CLASH)
            label, name = (ours, ours) if ours else _named(window, item)
            if item.kind == CMT or items.is_comment_key(name):
                if any(handler.start > listed.start for handler in meta.named(b"hdlr")):
                    raise MalformedBoxError("There is a comment in tags (meta) whose handler stands behind them.")
                place = _place(window, (*path, listed), item, label)
                heard = read and bool(theirs or not ours) and _in_turn(path[0], item)
                yield replace(place, heard=heard, apple=(theirs or name).lower() == items.APPLE_COMMENT_KEY)


@dataclass(frozen=True, slots=True)
class _Names:
    """A list of names for the items of a `meta`."""

    start: int  # of its box
    listed: list[str]


def _first_names(homes: Sequence[tuple[Window, tuple[Box, ...]]]) -> _Names:
    """Return the first list of names behind a handler for them: FFmpeg and MediaInfo know no other (measured)."""
    known = False
    for window, path in homes:
        meta = path[-1]
        known = known or (_handler(window, meta) == b"mdta" and _is_read(meta))
        for box in meta.named(b"keys"):
            if known and _is_read(meta, box):
                with suppress(MalformedBoxError):
                    return _Names(box.start, items.key_names(window.body(box)))
    return _Names(0, [])


def _named(window: Window, item: Box) -> tuple[str, str]:
    """Return what an item without a number is to be called, and its name."""
    if item.kind != items.FREEFORM:
        return item.kind.decode("latin-1"), ""
    mean, name = items.freeform_name(window.body(item))
    return f"----:{mean}:{name}", name


def _place(window: Window, path: tuple[Box, ...], box: Box, name: str, *, strings: bool = False) -> CommentPlace:
    if box.size > MAX_BYTES + 1024:
        message = f"There is a comment of {box.size:,} bytes."
        raise MalformedBoxError(message)
    where = "/".join([*(outer.kind.decode("latin-1") for outer in path), name])
    place = CommentPlace(where=where, box=box, around=path, strings=strings, content=window.body(box))
    values(place)  # raises for what has another shape
    return place


def _box(kind: bytes, content: bytes) -> bytes:
    return boxes.header(kind, 8 + len(content)) + content
