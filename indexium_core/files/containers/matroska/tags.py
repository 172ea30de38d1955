"""
Comments inside a `Tags` element: their places and texts, and the same element with other comments.

Everything except comments of the file keeps its bytes and its order. A comment belongs to the file if it lies directly
below a Tag whose target is TargetTypeValue 50 (the default) without track, chapter, edition or attachment. Names are
compared without case. Binary data and an empty text are not comments and stay as they are.

FFmpeg-based players read the tags flat (measured with 5.1 and 8.1). They show as `comment` the last comment in Tags
without a TargetType string (which becomes a prefix), track, chapter or attachment, if the comment has no language or a
TagDefault of 1 (a missing TagDefault is 1 in the specification, but 0 in FFmpeg). If this comment is not a text,
players show no comment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexium_core import errors
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import RawElement

__all__ = [
    "NESTED_TAGS",
    "Comment",
    "CommentEdit",
    "MatroskaTag",
    "kept_content",
    "parse",
    "tag_names",
    "with_comments",
]

_FILE_TYPES = frozenset({"ALBUM", "OPERA", "CONCERT", "MOVIE", "EPISODE"})  # the names of TargetTypeValue 50
_FILE_LEVEL = 50
_LANGUAGES = frozenset({ids.TAG_LANGUAGE, ids.TAG_LANGUAGE_BCP47, ids.TAG_DEFAULT, ids.TAG_DEFAULT_BOGUS})
_OWN = _LANGUAGES | ebml.PADDING | {ids.TAG_NAME, ids.TAG_STRING}  # the children of a comment
_CACHED_BYTES = 65_536  # longer content is parsed again, so that the cache needs little memory

NESTED_TAGS = "The file's comment holds further tags, which would be lost with it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One SimpleTag named COMMENT, directly below a Tag."""

    place: int  # its index among its Tag's children
    value: str  # the whole text without padding; undecodable bytes are surrogates
    padding: int  # NULs behind the text
    children: tuple[RawElement, ...]
    of_file: bool  # it is a text and belongs to the file
    default: bool  # in the default language (RFC 9559: no language, or TagDefault is not 0)
    default_for_ffmpeg: bool  # … also for FFmpeg: no language, or a TagDefault of 1
    shown: bool  # players would show it as `comment` if it were last

    @property
    def hides(self) -> bool:
        """Return whether the comment is not the file's, but players would show it instead of the file's."""
        return self.shown and not self.of_file

    @property
    def others(self) -> tuple[RawElement, ...]:
        """Return the children that an edit must keep: nested tags, binary data, and repeated texts."""
        own = [child for child in self.children if child.id in _OWN]
        texts = [child for child in own if child.id == ids.TAG_STRING]
        return tuple(child for child in self.children if child.id not in _OWN or child in texts[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEdit:
    """A comment's new text."""

    text: str  # undecodable bytes are surrogates
    resets_language: bool = False  # the comment loses its language; else only the text changes
    sets_default: bool = False  # it gets a TagDefault of 1, because FFmpeg reads a missing one as 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatroskaTag:
    """One Tag, or another child of Tags (then without children)."""

    item: RawElement
    children: tuple[RawElement, ...] = ()
    of_file: bool = False  # its target is the file
    flat: bool = False  # FFmpeg shows its SimpleTags under their plain names
    comments: tuple[Comment, ...] = ()


def parse(content: bytes) -> tuple[MatroskaTag, ...]:
    """
    Return the children of a Tags element.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: It is too large.

    """
    return _parse_cached(content) if len(content) <= _CACHED_BYTES else _parse(content)


def _parse(content: bytes) -> tuple[MatroskaTag, ...]:
    budget = ebml.ElementBudget()
    items = ebml.children(content, budget)
    return tuple(_tag(item, budget) if item.id == ids.TAG else MatroskaTag(item=item) for item in items)


# One look at a file parses the same content up to four times.
_parse_cached = lru_cache(maxsize=8)(_parse)


def _tag(item: RawElement, budget: ebml.ElementBudget) -> MatroskaTag:
    children = ebml.children(item.content, budget)
    targets = [part for child in children if child.id == ids.TARGETS for part in ebml.children(child.content, budget)]
    of_file, flat = _targets_file(targets), _is_read_flat(targets)
    found = [
        _comment(place, ebml.children(child.content, budget), of_file=of_file, flat=flat)
        for place, child in enumerate(children)
        if child.id == ids.SIMPLE_TAG
    ]
    comments = tuple(comment for comment in found if comment)
    return MatroskaTag(item=item, children=children, of_file=of_file, flat=flat, comments=comments)


def _targets_file(targets: list[RawElement]) -> bool:
    single = (ids.TAG_TRACK_UID, ids.TAG_EDITION_UID, ids.TAG_CHAPTER_UID, ids.TAG_ATTACHMENT_UID)
    if any(ebml.uint(part.content) for part in targets if part.id in single):
        return False
    levels = [ebml.uint(part.content) for part in targets if part.id == ids.TARGET_TYPE_VALUE and part.content]
    if levels:
        return levels[-1] == _FILE_LEVEL
    types = [ebml.text(part.content) for part in targets if part.id == ids.TARGET_TYPE]
    return not types or types[-1] in _FILE_TYPES


def _is_read_flat(targets: list[RawElement]) -> bool:
    single = (ids.TAG_TRACK_UID, ids.TAG_CHAPTER_UID, ids.TAG_ATTACHMENT_UID)
    return not any(part.id == ids.TARGET_TYPE or (part.id in single and ebml.uint(part.content)) for part in targets)


def _comment(place: int, children: tuple[RawElement, ...], *, of_file: bool, flat: bool) -> Comment | None:
    """Return the comment of a SimpleTag, None for other tags. FFmpeg uses the last of repeated children."""
    last = {child.id: child.content for child in children}
    if ebml.text(last.get(ids.TAG_NAME, b"")).upper() != "COMMENT":
        return None
    language, modern = ebml.text(last.get(ids.TAG_LANGUAGE, b"")), ebml.text(last.get(ids.TAG_LANGUAGE_BCP47, b""))
    default = last.get(ids.TAG_DEFAULT, last.get(ids.TAG_DEFAULT_BOGUS))
    is_not_default = default is not None and default != b"" and not ebml.uint(default)
    data = last.get(ids.TAG_STRING, b"")
    text = data.rstrip(b"\0")
    default_for_ffmpeg = language in {"", "und"} or bool(ebml.uint(default or b""))
    return Comment(
        place=place,
        value=text.decode("utf-8", "surrogateescape"),
        padding=len(data) - len(text),
        children=children,
        of_file=of_file and bool(text),
        default=not is_not_default or {language, modern} <= {"", "und"},
        default_for_ffmpeg=default_for_ffmpeg,
        shown=flat and default_for_ffmpeg,
    )


def kept_content(content: bytes) -> list[tuple[str, bytes]]:
    """
    Return everything except the file's comments and padding, as pairs of path and bytes. Raises as `parse`.

    A comment's children, except text and language, count too, with a separate path. A Tag of the file that holds only
    comments is left out, because it exists only for these comments.
    """
    kept_items: list[tuple[str, bytes]] = []
    inner: list[tuple[str, bytes]] = []
    number = 0
    for tag in parse(content):
        if tag.item.id in ebml.PADDING:
            continue
        inner += [
            (ids.name_of(child.id), child.raw)
            for comment in tag.comments
            if comment.of_file
            for child in comment.others
        ]
        if tag.item.id != ids.TAG:
            kept_items.append((ids.name_of(tag.item.id), tag.item.raw))
            continue
        kept = _kept(tag)
        if tag.of_file and not _has_content(kept):
            continue
        number += 1
        kept_items += [(f"Tag[{number}]/{ids.name_of(item.id)}[{nth}]", item.raw) for nth, item in enumerate(kept, 1)]
    return kept_items + [(f"COMMENT/{name}[{nth}]", raw) for nth, (name, raw) in enumerate(inner, 1)]


def _kept(tag: MatroskaTag) -> list[RawElement]:
    """Return the children of a Tag without the file's comments and padding."""
    gone = {comment.place for comment in tag.comments if comment.of_file}
    return [item for place, item in enumerate(tag.children) if place not in gone and item.id not in ebml.PADDING]


def _has_content(kept: Sequence[RawElement]) -> bool:
    return any(item.id != ids.TARGETS for item in kept)


def tag_names(content: bytes) -> set[str]:
    """Return the names of all tags in a Tags element. Raises as `parse`."""
    simple_tags = [child for tag in parse(content) for child in tag.children if child.id == ids.SIMPLE_TAG]
    parts = [
        {part.id: part.content for part in ebml.children(child.content, ebml.ElementBudget())} for child in simple_tags
    ]
    return {ebml.text(each.get(ids.TAG_NAME, b"")).upper() for each in parts}


def with_comments(
    content: bytes,
    edits: Mapping[tuple[int, int], CommentEdit | None],
    *,
    added: str | None = None,
) -> bytes:
    """
    Return the content of a Tags element with other comments; `b""` for no tags.

    Args:
        content: The content as it is.
        edits: The changed comments of the file, by number of the Tag and place in the Tag; None removes a comment.
        added: The text of a new comment that players show.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: A removed comment holds other tags, which would be lost.

    """
    if not edits and added is None:
        return content
    tags = parse(content)
    target = _tag_for_new_comment(tags, edits) if added is not None else len(tags)
    simple_tag = b"" if added is None else _new_comment(added)
    changed: dict[int, dict[int, CommentEdit | None]] = {}
    for (nth, place), edit in edits.items():
        changed.setdefault(nth, {})[place] = edit
    parts = [
        _edited_tag(tag, changed.get(nth, {}), simple_tag if nth == target else b"") for nth, tag in enumerate(tags)
    ]
    if simple_tag and target == len(tags):
        parts.append(_new_tag(simple_tag))
    new = ebml.master(parts, has_crc=_has_crc([tag.item for tag in tags])) if any(parts) else b""
    if kept_content(new) != kept_content(content):
        raise errors.RefusedError(NESTED_TAGS)
    return new


def _tag_for_new_comment(tags: Sequence[MatroskaTag], edits: Mapping[tuple[int, int], CommentEdit | None]) -> int:
    """Return the Tag for a new comment: the last one of the file behind all hiding comments, else a new Tag."""
    after = max((nth for nth, tag in enumerate(tags) if any(comment.hides for comment in tag.comments)), default=-1)
    gone = {place for place, edit in edits.items() if edit is None}
    staying = [
        nth
        for nth, tag in enumerate(tags)
        for place, item in enumerate(tag.children)
        if item.id != ids.TARGETS and item.id not in ebml.PADDING and (nth, place) not in gone
    ]
    return max((nth for nth in staying if nth > after and tags[nth].flat and tags[nth].of_file), default=len(tags))


def _edited_tag(tag: MatroskaTag, edits: Mapping[int, CommentEdit | None], simple_tag: bytes) -> bytes:
    """Return the Tag with new comments, and `simple_tag` at its end; `b""` if it becomes empty."""
    if tag.item.id in ebml.PADDING:
        return b""
    if not edits and not simple_tag:
        return tag.item.raw
    comments = {comment.place: comment for comment in tag.comments}
    parts, has_content = [], bool(simple_tag)
    for place, child in enumerate(tag.children):
        edit = edits.get(place)
        if child.id in ebml.PADDING or (place in edits and edit is None):
            continue
        parts.append(_edited_comment(comments[place], edit) if edit else child.raw)
        has_content |= child.id != ids.TARGETS
    if not has_content:
        return b""
    return ebml.element(ids.TAG, ebml.master([*parts, simple_tag], has_crc=_has_crc(tag.children)))


def _edited_comment(comment: Comment, edit: CommentEdit) -> bytes:
    """Return the SimpleTag of a comment with a new text."""
    dropped = set(ebml.PADDING)
    sets_default = edit.sets_default and not edit.resets_language
    if edit.resets_language:
        dropped |= _LANGUAGES
    elif sets_default:
        dropped |= {ids.TAG_DEFAULT, ids.TAG_DEFAULT_BOGUS}
    old = next(child for child in reversed(comment.children) if child.id == ids.TAG_STRING)
    text = edit.text.encode("utf-8", "surrogateescape")
    string = ebml.element(ids.TAG_STRING, text if edit.resets_language else text + bytes(comment.padding))
    default = ebml.element(ids.TAG_DEFAULT, b"\x01") if sets_default else b""
    parts = [default + string if child is old else child.raw for child in comment.children if child.id not in dropped]
    return ebml.element(ids.SIMPLE_TAG, ebml.master(parts, has_crc=_has_crc(comment.children)))


def _new_comment(text: str) -> bytes:
    """Return a SimpleTag of a comment that players show (without language)."""
    string = ebml.element(ids.TAG_STRING, text.encode("utf-8", "surrogateescape"))
    return ebml.element(ids.SIMPLE_TAG, ebml.element(ids.TAG_NAME, b"COMMENT") + string)


def _new_tag(simple_tag: bytes) -> bytes:
    level = ebml.element(ids.TARGET_TYPE_VALUE, ebml.encode_uint(_FILE_LEVEL))
    return ebml.element(ids.TAG, ebml.element(ids.TARGETS, level) + simple_tag)


def _has_crc(items: Sequence[RawElement]) -> bool:
    return any(item.id == ebml.CRC_32 for item in items)
