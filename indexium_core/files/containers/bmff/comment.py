"""
The places of a comment in ISO base media files, and the place of a first comment.

Readers disagree on which place counts: FFmpeg uses the last one in the file, ExifTool and MediaInfo have other orders.
So all places are edited: the strings of `udta/©cmt` (QuickTime), the items `©cmt` and free-form items named `comment`
of an iTunes-style `meta`, and the items of a `meta` with `keys` named `comment` or `com.apple.quicktime.comment`. Tags
of a track are not tags of the file. Any other form of comment is reported as not understood.
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
    "BmffComments",
    "CommentPlace",
    "NewCommentPlace",
    "cannot_convert",
    "find_comments",
    "new_box",
    "new_place",
    "values",
    "with_edited_texts",
    "with_only_text",
]

CMT = b"\xa9cmt"
MAX_BYTES = 1024 * 1024  # of one comment

_CLASH = "The file has two lists of names for its tags (keys), and programs take one for the other."
_INFORMATION = b"\xa9inf"  # another field, which FFmpeg and FFmpeg-based players also show as the comment
# The content of the `hdlr` box that iTunes and FFmpeg write in front of an item list: `mdir` of `appl` without a name.
HANDLER = bytes(8) + b"mdirappl" + bytes(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPlace:
    """One box that holds the comment."""

    where: str  # "moov/udta/meta/ilst/©cmt"
    box: Box
    around: tuple[Box, ...]  # the boxes around it, outermost first
    strings: bool  # a list of strings of `udta`; else an item with `data` boxes
    content: bytes
    shown: bool = True  # FFmpeg-based players show it
    apple_key: bool = False  # … only if there is no other comment: it has Apple's own name


@dataclass(frozen=True, slots=True, kw_only=True)
class BmffComments:
    """All values in a file that are, or are shown as, a comment."""

    places: tuple[CommentPlace, ...] = ()  # in file order
    information_start: int = -1  # offset of the last ©inf, which players show as the comment; -1: none
    information_text: str = ""  # its text
    not_understood: str = ""  # a sentence: the comment that is not understood


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommentPlace:
    """The place of a new comment."""

    around: tuple[Box, ...]  # outermost first; the comment becomes the last child of the innermost
    missing: tuple[bytes, ...]  # boxes to create around it, outermost first
    strings: bool  # a list of strings; else an item


def find_comments(roots: Sequence[tuple[Window, Box]]) -> BmffComments:
    """Return every comment in the opened `moov`, and in opened `udta` and `meta` boxes of the top level."""
    tag_boxes = list(_tag_boxes(roots))
    first = _first_names(tag_boxes)
    places: list[CommentPlace] = []
    information = [(-1, "")]
    not_understood = ""
    for window, path in tag_boxes:
        try:
            places += _in_udta(window, path) if path[-1].kind == b"udta" else _in_meta(window, path, first)
        except MalformedBoxError as error:
            not_understood = not_understood or str(error)
        information += _information(window, path)
    if any(place.around[0].kind != b"moov" for place in places):
        not_understood = not_understood or "There is a comment outside the file's index (moov)."
    start, text = max(information)
    ranked = (replace(place, shown=place.shown and _hides_information(place, start)) for place in places)
    return BmffComments(
        places=tuple(sorted(ranked, key=lambda place: place.box.start)),
        information_start=start,
        information_text=text,
        not_understood=not_understood,
    )


def values(place: CommentPlace) -> list[str]:
    """
    Return the texts of a place; undecodable bytes become lone surrogates.

    Raises:
        MalformedBoxError: The content does not have the form of the specification.

    """
    return strings.texts(place.content) if place.strings else items.texts(place.content)


def cannot_convert(place: CommentPlace) -> list[bool]:
    """Return, for each text of a place, whether the conversion of its encoding is uncertain."""
    return strings.cannot_convert(place.content) if place.strings else items.cannot_convert(place.content)


def with_only_text(place: CommentPlace, text: bytes, *, keeps_language: bool = False) -> bytes:
    """Return the box of a place with `text` (UTF-8) as its only text; `strings` explains `keeps_language`."""
    if not place.strings:
        return _box(place.box.kind, items.with_only_text(place.content, text))
    language = strings.iso_language(place.content) if keeps_language else None
    return _box(place.box.kind, strings.with_only_text(place.content, text, language=language))


def with_edited_texts(place: CommentPlace, edit: Callable[[str], str | None], *, keeps_language: bool = False) -> bytes:
    """
    Return the box of a place with each of its texts edited, b"" if all texts are removed.

    Raises MalformedBoxError if a text becomes too long for its place.
    """
    if place.strings:
        content = strings.with_edited_texts(place.content, edit, keeps_language=keeps_language)
    else:
        content = items.with_edited_texts(place.content, edit)
    return _box(place.box.kind, content) if content else b""


def new_box(place: NewCommentPlace, text: bytes) -> bytes:
    """Return the bytes of a new comment: `text` (UTF-8) in its box, inside the missing boxes."""
    box = _box(CMT, strings.new_content(text) if place.strings else items.new_content(text))
    for kind in reversed(place.missing):
        handler = bytes(4) + _box(b"hdlr", HANDLER) if kind == b"meta" else b""
        box = _box(kind, handler + box)
    return box


def new_place(window: Window, moov: Box, *, quicktime: bool, behind: int) -> NewCommentPlace | None:
    """
    Return the place of a first comment, None if it would not lie behind the box that starts at `behind`.

    Measured (FFmpeg 5.1 and 8.1, ExifTool 12.57, MediaInfo 23.04): all three read a string in `udta` in every brand,
    with any other tags. The string is QuickTime's own form, the only form that its programs read. An ISO file with
    another `meta` in its `udta` also gets a string: FFmpeg would read a second `meta` there, but some programs stop at
    the first. Other ISO files and 3GP files get an item in an iTunes-style `meta`, which programs such as mutagen read
    too. 3GPP defines no `udta` box for a comment: FFmpeg writes the comment into `dscp`, which MediaInfo shows as the
    description and FFmpeg does not read.
    """
    user_data = moov.named(b"udta")
    place = (
        _string_place(moov, user_data, behind)
        if quicktime or (user_data and behind >= 0)
        else _item_place(window, moov, user_data)
    )
    return place if place.around[-1].tail > behind else None


def _string_place(moov: Box, user_data: Sequence[Box], behind: int) -> NewCommentPlace:
    around, missing = ((moov, user_data[0 if behind < 0 else -1]), ()) if user_data else ((moov,), (b"udta",))
    return NewCommentPlace(around=around, missing=missing, strings=True)


def _item_place(window: Window, moov: Box, user_data: Sequence[Box]) -> NewCommentPlace:
    """Return the place in an iTunes-style item list, else the place for a new list, else the place of a string."""
    if not user_data:
        return _new_item_list((moov,), b"udta")
    bare = (_new_item_list((moov, udta)) for udta in user_data if not udta.named(b"meta"))
    return next(chain(_item_list_places(window, moov, user_data), bare), _string_place(moov, user_data, -1))


def _new_item_list(around: tuple[Box, ...], *missing: bytes) -> NewCommentPlace:
    return NewCommentPlace(around=around, missing=(*missing, b"meta", b"ilst"), strings=False)


def _item_list_places(window: Window, moov: Box, user_data: Sequence[Box]) -> Iterator[NewCommentPlace]:
    """Yield the places in iTunes-style item lists, or for a new list, in the form that every program reads."""
    for udta in user_data:
        for meta in udta.named(b"meta"):
            listed = meta.named(b"ilst")[:1]
            if _handler(window, meta) == b"mdir" and meta.prefix == 4 and _is_read(meta, *listed):
                around = (moov, udta, meta, *listed)
                yield NewCommentPlace(around=around, missing=() if listed else (b"ilst",), strings=False)


def _handler(window: Window, meta: Box) -> bytes:
    """Return the handler type of a `meta`: `mdir` for iTunes' items, `mdta` for QuickTime's keys, empty if missing."""
    handler = next(iter(meta.named(b"hdlr")), None)
    return window.body(handler, 8, 4) if handler else b""


def _is_read(meta: Box, *parts: Box) -> bool:
    """Return whether FFmpeg reads parts of a `meta`: they lie behind a handler at a multiple of four bytes."""
    handlers = [box.start for box in meta.named(b"hdlr") if (box.start - meta.body) % 4 == 0]
    return bool(handlers) and all(handlers[0] < part.start for part in parts)


def _is_read_in_order(moov: Box, item: Box) -> bool:
    """Return whether FFmpeg reads an item at its place: free-form items only behind a track."""
    return item.kind != items.FREEFORM or any(track.start < item.start for track in moov.named(b"trak"))


def _tag_boxes(roots: Sequence[tuple[Window, Box]]) -> Iterator[tuple[Window, tuple[Box, ...]]]:
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


def _hides_information(place: CommentPlace, information_start: int) -> bool:
    """Return whether players show a place despite a ©inf: the last box counts, before Apple's own key."""
    return information_start < 0 or (place.box.start > information_start and not place.apple_key)


def _information(window: Window, path: tuple[Box, ...]) -> Iterator[tuple[int, str]]:
    """Yield start and first text of each ©inf; players show this text as the comment."""
    is_udta = path[-1].kind == b"udta"
    read = strings.texts if is_udta else items.texts
    for listed in [path[-1]] if is_udta else path[-1].named(b"ilst"):
        for box in listed.named(_INFORMATION):
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
    """Yield the comments of a `meta`; `first` has the names that FFmpeg and MediaInfo use for its numbered items."""
    meta = path[-1]
    if meta.malformed or any(listed.malformed for listed in meta.named(b"ilst")):
        raise MalformedBoxError("The tags (meta) are not made of boxes.")
    own_names = [name for box in meta.named(b"keys") for name in items.key_names(window.body(box))]
    for listed in meta.named(b"ilst"):
        read = _is_read(meta, listed)
        ffmpeg_names = first.listed if read and first.start < listed.start else []
        for item in listed.children:
            own_name, ffmpeg_name = items.key_name(item.kind, own_names), items.key_name(item.kind, ffmpeg_names)
            if ffmpeg_name and items.is_comment_key(own_name) != items.is_comment_key(ffmpeg_name):
                raise MalformedBoxError(_CLASH)
            label, name = (own_name, own_name) if own_name else _named(window, item)
            if item.kind == CMT or items.is_comment_key(name):
                if any(handler.start > listed.start for handler in meta.named(b"hdlr")):
                    raise MalformedBoxError("There is a comment in tags (meta) whose handler (hdlr) is behind them.")
                place = _place(window, (*path, listed), item, label)
                shown = read and bool(ffmpeg_name or not own_name) and _is_read_in_order(path[0], item)
                yield replace(place, shown=shown, apple_key=(ffmpeg_name or name).lower() == items.APPLE_COMMENT_KEY)


@dataclass(frozen=True, slots=True)
class _Names:
    """A list of names for the items of a `meta`."""

    start: int  # offset of the box
    listed: list[str]


def _first_names(tag_boxes: Sequence[tuple[Window, tuple[Box, ...]]]) -> _Names:
    """Return the first list of names behind its handler: FFmpeg and MediaInfo use only this list (measured)."""
    known = False
    for window, path in tag_boxes:
        meta = path[-1]
        known = known or (_handler(window, meta) == b"mdta" and _is_read(meta))
        for box in meta.named(b"keys"):
            if known and _is_read(meta, box):
                with suppress(MalformedBoxError):
                    return _Names(box.start, items.key_names(window.body(box)))
    return _Names(0, [])


def _named(window: Window, item: Box) -> tuple[str, str]:
    """Return the label of an item without a number, and its name."""
    if item.kind != items.FREEFORM:
        return item.kind.decode("latin-1"), ""
    mean, name = items.freeform_name(window.body(item))
    return f"----:{mean}:{name}", name


def _place(window: Window, path: tuple[Box, ...], box: Box, name: str, *, strings: bool = False) -> CommentPlace:
    if box.size > MAX_BYTES + 1024:
        raise MalformedBoxError(f"A comment has {box.size:,} bytes. Indexium reads at most {MAX_BYTES:,} bytes.")
    where = "/".join([*(outer.kind.decode("latin-1") for outer in path), name])
    place = CommentPlace(where=where, box=box, around=path, strings=strings, content=window.body(box))
    values(place)  # raises for an unknown form
    return place


def _box(kind: bytes, content: bytes) -> bytes:
    return boxes.header(kind, 8 + len(content)) + content
