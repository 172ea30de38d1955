"""
Comments inside of a `Tags` element: where each stands, what it says, and the same tags with other comments.

Whatever is not a comment of the film keeps its bytes and its order. A comment is the film's where it stands directly
below a Tag whose target is TargetTypeValue 50 (the default) and no track, chapter, edition or attachment; names are
compared without case. It has to say something: binary data and an empty text stay as they are.

Players that use FFmpeg read the tags flat (measured with 5.1 and 8.1). As `comment` they show the last one of a Tag
without a TargetType string (which becomes a prefix), track, chapter or attachment, if it has no language or an explicit
TagDefault of 1 (the specification takes a missing one for 1, FFmpeg for 0). Where that one is no text, they show none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import RawElement

__all__ = ["Comment", "MatroskaTag", "Rewording", "edited", "named", "parse", "untouched"]

_FILM_TYPES = frozenset({"ALBUM", "OPERA", "CONCERT", "MOVIE", "EPISODE"})  # the names of TargetTypeValue 50
_FILM_LEVEL = 50
_PADDING = frozenset({ebml.VOID, ebml.CRC_32})
_LANGUAGES = frozenset({ids.TAG_LANGUAGE, ids.TAG_LANGUAGE_BCP47, ids.TAG_DEFAULT, ids.TAG_DEFAULT_BOGUS})
_OWN = _LANGUAGES | _PADDING | {ids.TAG_NAME, ids.TAG_STRING}  # what a comment consists of


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One SimpleTag called COMMENT, directly below a Tag."""

    place: int  # which child of its Tag it is
    value: str  # the whole text without padding; undecodable bytes are surrogates
    padding: int  # NULs behind the text
    children: tuple[RawElement, ...]
    ours: bool  # it is a text of the film
    default: bool  # it is in the default language (RFC 9559: no language, or no TagDefault of 0)
    stated: bool  # … and says so as FFmpeg wants it: no language, or a TagDefault of 1
    shown: bool  # players would show it as `comment`, were it the last one

    @property
    def masks(self) -> bool:
        """Tell whether it is not the film's, and would be shown in place of the film's."""
        return self.shown and not self.ours

    @property
    def others(self) -> tuple[RawElement, ...]:
        """Return the children that stay whatever happens: nested tags, binary data, and what nobody reads."""
        ours = [child for child in self.children if child.id in _OWN]
        texts = [child for child in ours if child.id == ids.TAG_STRING]
        return tuple(child for child in self.children if child.id not in _OWN or child in texts[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """A new text of a comment."""

    text: str  # undecodable bytes are surrogates
    anew: bool = False  # it becomes a comment in no language; else all but the text stays
    announced: bool = False  # it says that it is in the default language: FFmpeg takes what is not said for 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatroskaTag:
    """One Tag, or another child of Tags (then without children)."""

    item: RawElement
    children: tuple[RawElement, ...] = ()
    film: bool = False  # its target is the film
    flat: bool = False  # FFmpeg shows its SimpleTags under their plain names
    comments: tuple[Comment, ...] = ()


def parse(content: bytes) -> tuple[MatroskaTag, ...]:
    """
    Return the children of a Tags element.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: It is too large to be true.

    """
    budget = ebml.ElementBudget()
    items = ebml.children(content, budget)
    return tuple(_tag(item, budget) if item.id == ids.TAG else MatroskaTag(item=item) for item in items)


def _tag(item: RawElement, budget: ebml.ElementBudget) -> MatroskaTag:
    children = ebml.children(item.content, budget)
    targets = [part for child in children if child.id == ids.TARGETS for part in ebml.children(child.content, budget)]
    film, flat = _is_film(targets), _is_flat(targets)
    simple = [(place, child) for place, child in enumerate(children) if child.id == ids.SIMPLE_TAG]
    found = [_comment(place, ebml.children(child.content, budget), film=film, flat=flat) for place, child in simple]
    comments = tuple(comment for comment in found if comment)
    return MatroskaTag(item=item, children=children, film=film, flat=flat, comments=comments)


def _is_film(targets: list[RawElement]) -> bool:
    single = (ids.TAG_TRACK_UID, ids.TAG_EDITION_UID, ids.TAG_CHAPTER_UID, ids.TAG_ATTACHMENT_UID)
    if any(ebml.uint(part.content) for part in targets if part.id in single):
        return False
    levels = [ebml.uint(part.content) for part in targets if part.id == ids.TARGET_TYPE_VALUE and part.content]
    if levels:
        return levels[-1] == _FILM_LEVEL
    types = [ebml.text(part.content) for part in targets if part.id == ids.TARGET_TYPE]
    return not types or types[-1] in _FILM_TYPES


def _is_flat(targets: list[RawElement]) -> bool:
    single = (ids.TAG_TRACK_UID, ids.TAG_CHAPTER_UID, ids.TAG_ATTACHMENT_UID)
    return not any(part.id == ids.TARGET_TYPE or (part.id in single and ebml.uint(part.content)) for part in targets)


def _comment(place: int, children: tuple[RawElement, ...], *, film: bool, flat: bool) -> Comment | None:
    """Return what the SimpleTag says if it is a comment. Of children that are given twice FFmpeg takes the last."""
    last = {child.id: child.content for child in children}
    if ebml.text(last.get(ids.TAG_NAME, b"")).upper() != "COMMENT":
        return None
    language, modern = ebml.text(last.get(ids.TAG_LANGUAGE, b"")), ebml.text(last.get(ids.TAG_LANGUAGE_BCP47, b""))
    default = last.get(ids.TAG_DEFAULT, last.get(ids.TAG_DEFAULT_BOGUS))
    refused = default is not None and default != b"" and not ebml.uint(default)
    data = last.get(ids.TAG_STRING, b"")
    text = data.rstrip(b"\0")
    stated = language in {"", "und"} or bool(ebml.uint(default or b""))
    return Comment(
        place=place,
        value=text.decode("utf-8", "surrogateescape"),
        padding=len(data) - len(text),
        children=children,
        ours=film and bool(text),
        default=not refused or {language, modern} <= {"", "und"},
        stated=stated,
        shown=flat and stated,
    )


def untouched(content: bytes) -> list[tuple[str, bytes]]:
    """
    Return everything but the film's comments and padding, as pairs of a path and the bytes. Raises as `parse`.

    What a comment holds beside its text and language counts too, under a path of its own.

    A Tag of the film that holds nothing else is left out, for it comes and goes with the comment.
    """
    found: list[tuple[str, bytes]] = []
    inner: list[tuple[str, bytes]] = []
    number = 0
    for tag in parse(content):
        if tag.item.id in _PADDING:
            continue
        inner += [
            (ids.name_of(child.id), child.raw) for comment in tag.comments if comment.ours for child in comment.others
        ]
        if tag.item.id != ids.TAG:
            found.append((ids.name_of(tag.item.id), tag.item.raw))
            continue
        kept = _kept(tag)
        if tag.film and not _says_something(kept):
            continue
        number += 1
        found += [(f"Tag[{number}]/{ids.name_of(item.id)}[{nth}]", item.raw) for nth, item in enumerate(kept, 1)]
    return found + [(f"COMMENT/{name}[{nth}]", raw) for nth, (name, raw) in enumerate(inner, 1)]


def _kept(tag: MatroskaTag) -> list[RawElement]:
    """Return the children of a Tag but the film's comments and padding."""
    gone = {comment.place for comment in tag.comments if comment.ours}
    return [item for place, item in enumerate(tag.children) if place not in gone and item.id not in _PADDING]


def _says_something(kept: Sequence[RawElement]) -> bool:
    return any(item.id != ids.TARGETS for item in kept)


def named(content: bytes) -> set[str]:
    """Return the name of everything that is said in a Tags element. Raises as `parse`."""
    simple = [child for tag in parse(content) for child in tag.children if child.id == ids.SIMPLE_TAG]
    parts = [{part.id: part.content for part in ebml.children(child.content, ebml.ElementBudget())} for child in simple]
    return {ebml.text(each.get(ids.TAG_NAME, b"")).upper() for each in parts}


def edited(
    content: bytes,
    rewordings: Mapping[tuple[int, int], Rewording | None],
    *,
    added: str | None = None,
) -> bytes:
    """
    Return the content of a Tags element with other comments; `b""` for no tags.

    Args:
        content: The content as it is.
        rewordings: The comments of the film that change, by the number of the Tag and their place in it; None removes.
        added: The text of a new comment that players are to show.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: A comment that is removed would take other tags with it.

    """
    if not rewordings and added is None:
        return content
    tags = parse(content)
    home = _home(tags, rewordings) if added is not None else len(tags)
    simple = b"" if added is None else _new_comment(added)
    changed: dict[int, dict[int, Rewording | None]] = {}
    for (nth, place), rewording in rewordings.items():
        changed.setdefault(nth, {})[place] = rewording
    parts = [_rebuilt(tag, changed.get(nth, {}), simple if nth == home else b"") for nth, tag in enumerate(tags)]
    if simple and home == len(tags):
        parts.append(_film_tag(simple))
    new = ebml.master(parts, checked=_checked([tag.item for tag in tags])) if any(parts) else b""
    if untouched(new) != untouched(content):
        message = "The film's comment carries further tags, which would be lost with it."
        raise errors.RefusedError(message)
    return new


def _home(tags: Sequence[MatroskaTag], rewordings: Mapping[tuple[int, int], Rewording | None]) -> int:
    """Return which Tag a new comment joins: the last one of the film, behind all that hides it; else a new Tag."""
    after = max((nth for nth, tag in enumerate(tags) if any(comment.masks for comment in tag.comments)), default=-1)
    gone = {place for place, rewording in rewordings.items() if rewording is None}
    staying = [
        nth
        for nth, tag in enumerate(tags)
        for place, item in enumerate(tag.children)
        if item.id != ids.TARGETS and item.id not in _PADDING and (nth, place) not in gone
    ]
    return max((nth for nth in staying if nth > after and tags[nth].flat and tags[nth].film), default=len(tags))


def _rebuilt(tag: MatroskaTag, rewordings: Mapping[int, Rewording | None], simple: bytes) -> bytes:
    """Return the Tag with other comments, and `simple` at its end; `b""` if it says nothing any more."""
    if tag.item.id in _PADDING:
        return b""
    if not rewordings and not simple:
        return tag.item.raw
    comments = {comment.place: comment for comment in tag.comments}
    parts, says_something = [], bool(simple)
    for place, child in enumerate(tag.children):
        rewording = rewordings.get(place)
        if child.id in _PADDING or (place in rewordings and rewording is None):
            continue
        parts.append(_reworded(comments[place], rewording) if rewording else child.raw)
        says_something |= child.id != ids.TARGETS
    if not says_something:
        return b""
    return ebml.element(ids.TAG, ebml.master([*parts, simple], checked=_checked(tag.children)))


def _reworded(comment: Comment, rewording: Rewording) -> bytes:
    """Return the SimpleTag of a comment with another text."""
    dropped = set(_PADDING)
    announced = rewording.announced and not rewording.anew
    if rewording.anew:
        dropped |= _LANGUAGES
    elif announced:
        dropped |= {ids.TAG_DEFAULT, ids.TAG_DEFAULT_BOGUS}
    old = next(child for child in reversed(comment.children) if child.id == ids.TAG_STRING)
    text = rewording.text.encode("utf-8", "surrogateescape")
    string = ebml.element(ids.TAG_STRING, text if rewording.anew else text + bytes(comment.padding))
    default = ebml.element(ids.TAG_DEFAULT, b"\x01") if announced else b""
    parts = [default + string if child is old else child.raw for child in comment.children if child.id not in dropped]
    return ebml.element(ids.SIMPLE_TAG, ebml.master(parts, checked=_checked(comment.children)))


def _new_comment(text: str) -> bytes:
    """Return the SimpleTag of a comment in no language, which players show."""
    string = ebml.element(ids.TAG_STRING, text.encode("utf-8", "surrogateescape"))
    return ebml.element(ids.SIMPLE_TAG, ebml.element(ids.TAG_NAME, b"COMMENT") + string)


def _film_tag(simple: bytes) -> bytes:
    level = ebml.element(ids.TARGET_TYPE_VALUE, ebml.encode_uint(_FILM_LEVEL))
    return ebml.element(ids.TAG, ebml.element(ids.TARGETS, level) + simple)


def _checked(items: Sequence[RawElement]) -> bool:
    return any(item.id == ebml.CRC_32 for item in items)
