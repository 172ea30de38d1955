"""
The comment of the film inside of a `Tags` element: where it stands, and the same tags with another one.

Tags merge: whatever is not the film's comment keeps its bytes and its order. A comment is the film's where the tag's
target is TargetTypeValue 50 (the default) and no track, chapter, edition or attachment; names are compared without
case. A comment in a language that says that it is not the default one is a translation and stays.

What players show as `comment` follows FFmpeg, which reads the tags flat, the last one winning: no TargetType string
(it would prefix the key), no track, chapter or attachment, and either no language or an explicit TagDefault (it takes a
missing one for 0, against the specification). So the new text goes to where it is shown, and after any comment of
another level (a collection, an edition) that would hide it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers.matroska import ebml, names
from indexium_core.files.containers.matroska.ebml import Item
from indexium_core.model.media import FieldValue

__all__ = ["Comment", "Tag", "comments", "edited", "fields", "named", "parse", "untouched"]

_FILM_TYPES = frozenset({"ALBUM", "OPERA", "CONCERT", "MOVIE", "EPISODE"})  # the names of TargetTypeValue 50
_FILM_LEVEL = 50
_PADDING = frozenset({ebml.VOID, ebml.CRC_32})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One SimpleTag called COMMENT, directly below a Tag."""

    place: int  # which child of its Tag it is
    value: str  # what it says; undecodable bytes are surrogates
    children: tuple[Item, ...]
    ours: bool  # it is the film's
    shown: bool  # players would show it as `comment`, were it the last one
    binary: bool  # it holds data, not text

    @property
    def masks(self) -> bool:
        """Tell whether it is not the film's, and would be shown in place of the film's."""
        return self.shown and not self.ours

    @property
    def nested(self) -> tuple[Item, ...]:
        """Further tags about the comment."""
        return tuple(child for child in self.children if child.id == names.SIMPLE_TAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One Tag, or another child of Tags (then without children)."""

    item: Item
    children: tuple[Item, ...] = ()
    film: bool = False  # its target is the film
    flat: bool = False  # FFmpeg shows its SimpleTags under their plain names
    comments: tuple[Comment, ...] = ()


def parse(content: bytes) -> tuple[Tag, ...]:
    """
    Return the children of a Tags element.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: It is too large to be true.

    """
    budget = ebml.Budget()
    items = ebml.children(content, budget)
    return tuple(_tag(item, budget) if item.id == names.TAG else Tag(item=item) for item in items)


def _tag(item: Item, budget: ebml.Budget) -> Tag:
    children = ebml.children(item.content, budget)
    targets = [part for child in children if child.id == names.TARGETS for part in ebml.children(child.content, budget)]
    film, flat = _is_film(targets), _is_flat(targets)
    simple = [(place, child) for place, child in enumerate(children) if child.id == names.SIMPLE_TAG]
    found = [_comment(place, ebml.children(child.content, budget), film=film, flat=flat) for place, child in simple]
    comments = tuple(comment for comment in found if comment)
    return Tag(item=item, children=children, film=film, flat=flat, comments=comments)


def _is_film(targets: list[Item]) -> bool:
    single = (names.TAG_TRACK_UID, names.TAG_EDITION_UID, names.TAG_CHAPTER_UID, names.TAG_ATTACHMENT_UID)
    if any(ebml.uint(part.content) for part in targets if part.id in single):
        return False
    levels = [ebml.uint(part.content) for part in targets if part.id == names.TARGET_TYPE_VALUE and part.content]
    if levels:
        return levels[-1] == _FILM_LEVEL
    types = [ebml.text(part.content) for part in targets if part.id == names.TARGET_TYPE]
    return not types or types[-1] in _FILM_TYPES


def _is_flat(targets: list[Item]) -> bool:
    single = (names.TAG_TRACK_UID, names.TAG_CHAPTER_UID, names.TAG_ATTACHMENT_UID)
    return not any(part.id == names.TARGET_TYPE or (part.id in single and ebml.uint(part.content)) for part in targets)


def _comment(place: int, children: tuple[Item, ...], *, film: bool, flat: bool) -> Comment | None:
    """Return what the SimpleTag says if it is a comment. Of children that are given twice FFmpeg takes the last."""
    last = {child.id: child.content for child in children}
    if ebml.text(last.get(names.TAG_NAME, b"")).upper() != "COMMENT":
        return None
    language, modern = ebml.text(last.get(names.TAG_LANGUAGE, b"")), ebml.text(last.get(names.TAG_LANGUAGE_BCP47, b""))
    default = last.get(names.TAG_DEFAULT, last.get(names.TAG_DEFAULT_BOGUS))
    in_a_language = {language, modern} - {"", "und"}
    refused = default is not None and default != b"" and not ebml.uint(default)
    return Comment(
        place=place,
        value=ebml.text(last.get(names.TAG_STRING, b"")),
        children=children,
        ours=film and not (in_a_language and refused),
        shown=flat and (language in {"", "und"} or bool(ebml.uint(default or b""))),
        binary=names.TAG_BINARY in last,
    )


def fields(content: bytes, parent: str) -> tuple[FieldValue, ...]:
    """Return every comment of the film, in file order; `parent` is the path of the Tags element. Raises as `parse`."""
    found: list[FieldValue] = []
    number = 0
    for tag in parse(content):
        number += tag.item.id == names.TAG
        simple = [place for place, child in enumerate(tag.children) if child.id == names.SIMPLE_TAG]
        nths = {place: nth for nth, place in enumerate(simple, 1)}
        for comment in tag.comments:
            if comment.ours:
                where = f"{parent}/Tag[{number}]/SimpleTag[{nths[comment.place]}]/COMMENT"
                found.append(FieldValue(field="comment", where=where, value=comment.value))
    return tuple(found)


def untouched(content: bytes) -> list[tuple[str, bytes]]:
    """
    Return everything but the film's comment and padding, as pairs of a path and the bytes. Raises as `parse`.

    What is nested in the comment counts too, under a path of its own.

    A Tag of the film that holds nothing else is left out, for it comes and goes with the comment.
    """
    found: list[tuple[str, bytes]] = []
    nested: list[bytes] = []
    number = 0
    for tag in parse(content):
        if tag.item.id in _PADDING:
            continue
        nested += [child.raw for comment in tag.comments if comment.ours for child in comment.nested]
        if tag.item.id != names.TAG:
            found.append((names.name_of(tag.item.id), tag.item.raw))
            continue
        kept = _kept(tag)
        if tag.film and not _says_something(kept):
            continue
        number += 1
        found += [(f"Tag[{number}]/{names.name_of(item.id)}[{nth}]", item.raw) for nth, item in enumerate(kept, 1)]
    return found + [(f"COMMENT/SimpleTag[{nth}]", raw) for nth, raw in enumerate(nested, 1)]


def _kept(tag: Tag) -> list[Item]:
    """Return the children of a Tag but the film's comments and padding."""
    gone = {comment.place for comment in tag.comments if comment.ours}
    return [item for place, item in enumerate(tag.children) if place not in gone and item.id not in _PADDING]


def _says_something(kept: list[Item]) -> bool:
    return any(item.id != names.TARGETS for item in kept)


def edited(content: bytes, value: str | None) -> bytes:
    """
    Return the content of a Tags element with `value` as the film's only comment, or without one; `b""` for no tags.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: It cannot be said with certainty what a comment is here, or it would take other tags with it.

    """
    new = _edited(content, value)
    if untouched(new) != untouched(content):
        message = "The film's comment carries further tags, which would be lost with it."
        raise errors.RefusedError(message)
    return new


def _edited(content: bytes, value: str | None) -> bytes:
    tags = parse(content)
    if any(comment.ours and comment.binary for tag in tags for comment in tag.comments):
        message = "The film's comment is not text but binary data; Indexium leaves it alone."
        raise errors.RefusedError(message)
    if value is not None:
        foreign = [nth for nth, tag in enumerate(tags) if any(comment.masks for comment in tag.comments)]
        return _with_comment(tags, content, value, after=max(foreign, default=-1))
    if not any(comment.ours for tag in tags for comment in tag.comments):
        return content
    return _joined(tags, [_rebuilt(tag) for tag in tags])


def comments(content: bytes) -> tuple[Comment, ...]:
    """Return every comment in a Tags element, the film's and others. Raises as `parse`."""
    return tuple(comment for tag in parse(content) for comment in tag.comments)


def named(content: bytes) -> set[tuple[str, bool]]:
    """Return the name of everything that is said in a Tags element, and whether it is the film's comment."""
    found = set()
    for tag in parse(content):
        ours = {comment.place for comment in tag.comments if comment.ours}
        for place, child in enumerate(tag.children):
            if child.id == names.SIMPLE_TAG:
                parts = {part.id: part.content for part in ebml.children(child.content, ebml.Budget())}
                found.add((ebml.text(parts.get(names.TAG_NAME, b"")).upper(), place in ours))
    return found


def _with_comment(tags: tuple[Tag, ...], content: bytes, value: str, *, after: int) -> bytes:
    """Put the comment where one is shown, else into the last Tag of the film, else into a new one; behind `after`."""
    ours = [(nth, comment) for nth, tag in enumerate(tags) for comment in tag.comments if comment.ours]
    home, model = next((pair for pair in reversed(ours) if pair[1].shown), ours[-1] if ours else (-1, None))
    if model and tags[home].flat and home > after:
        if len(ours) == 1 and model.shown and model.value == value:
            return content
        place = model.place
    else:
        fitting = [nth for nth, tag in enumerate(tags) if nth > after and tag.flat and tag.film]
        home = next((nth for nth in reversed(fitting) if _says_something(_kept(tags[nth]))), -1)
        place = len(tags[home].children) if home >= 0 else -1
    simple = _simple_tag(model, value.encode("utf-8", "surrogateescape"))
    parts = [_rebuilt(tag, simple, place) if nth == home else _rebuilt(tag) for nth, tag in enumerate(tags)]
    return _joined(tags, parts if home >= 0 else [*parts, _film_tag(simple)])


def _simple_tag(model: Comment | None, text: bytes) -> bytes:
    """Return a SimpleTag that says `text`, with the language and the nested tags of `model`, such that it is shown."""
    string = ebml.element(names.TAG_STRING, text)
    if model is None:
        return ebml.element(names.SIMPLE_TAG, ebml.element(names.TAG_NAME, b"COMMENT") + string)
    dropped = {names.TAG_STRING, *_PADDING}
    if not model.shown:  # most likely a language without a word on whether it is the default one: FFmpeg wants it said
        dropped |= {names.TAG_DEFAULT, names.TAG_DEFAULT_BOGUS}
        string = ebml.element(names.TAG_DEFAULT, b"\x01") + string
    kept = [child for child in model.children if child.id not in dropped]
    about = [child.raw for child in kept if child.id != names.SIMPLE_TAG]
    nested = [child.raw for child in kept if child.id == names.SIMPLE_TAG]
    return ebml.element(names.SIMPLE_TAG, ebml.master([*about, string, *nested], checked=_checked(model.children)))


def _film_tag(simple: bytes) -> bytes:
    level = ebml.element(names.TARGET_TYPE_VALUE, ebml.encode_uint(_FILM_LEVEL))
    return ebml.element(names.TAG, ebml.element(names.TARGETS, level) + simple)


def _rebuilt(tag: Tag, simple: bytes = b"", place: int = -1) -> bytes:
    """Return the Tag without the film's comments, `simple` put at `place`; `b""` if it says nothing any more."""
    if tag.item.id in _PADDING:
        return b""
    gone = {comment.place for comment in tag.comments if comment.ours}
    if not gone and not simple:
        return tag.item.raw
    if not simple and not _says_something(_kept(tag)):
        return b""
    parts = [
        simple if nth == place else child.raw
        for nth, child in enumerate(tag.children)
        if nth == place or (nth not in gone and child.id not in _PADDING)
    ]
    if place == len(tag.children):
        parts.append(simple)
    return ebml.element(names.TAG, ebml.master(parts, checked=_checked(tag.children)))


def _joined(tags: tuple[Tag, ...], parts: list[bytes]) -> bytes:
    if not any(parts):
        return b""
    return ebml.master(parts, checked=_checked([tag.item for tag in tags]))


def _checked(items: Sequence[Item]) -> bool:
    return any(item.id == ebml.CRC_32 for item in items)
