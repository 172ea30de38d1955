"""
Texts of our fields inside a `Tags` element: their places, and the same element with other texts.

Everything except these texts keeps its bytes and its order. A text belongs to a field if its SimpleTag has a name of
the field (`tag_places`) and lies directly below a Tag with the target of the field: for most fields TargetTypeValue 50
(the default) without track, chapter, edition or attachment. Names are compared without case. Binary data and an empty
text are not values of a field and stay as they are.

FFmpeg-based players read the tags flat (measured with 5.1 and 8.1). They show as `comment` the last comment in Tags
without a TargetType string (which becomes a prefix), track, chapter or attachment, if the comment has no language or a
TagDefault of 1 (a missing TagDefault is 1 in the specification, but 0 in FFmpeg). If this comment is not a text,
players show no comment. The same holds for the other fields, with the prefix of their target.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexium_core import errors
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import RawElement
from indexium_core.files.containers.matroska.fields import tag_places
from indexium_core.model.fields import custom
from indexium_core.model.fields.custom import RegisteredFields
from indexium_core.model.fields.field import MatroskaPlace

_UNKNOWN_LEVEL = 0  # of a Tag whose target is neither the file nor its season or show
_LANGUAGES = frozenset({ids.TAG_LANGUAGE, ids.TAG_LANGUAGE_BCP47, ids.TAG_DEFAULT, ids.TAG_DEFAULT_BOGUS})
_OWN = _LANGUAGES | ebml.PADDING | {ids.TAG_NAME, ids.TAG_STRING}  # the children of a text
_CACHED_BYTES = 65_536  # longer content is parsed again, so that the cache needs little memory


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTag:
    """One SimpleTag with a name of a field, directly below a Tag."""

    field: str
    name: str  # in upper case
    place: int  # its index among its Tag's children
    value: str  # the whole text without padding; undecodable bytes are surrogates
    padding: int  # NULs behind the text
    children: tuple[RawElement, ...]
    own: bool  # it is a text and belongs to the field of this file
    default: bool  # in the default language (RFC 9559: no language, or TagDefault is not 0)
    default_for_ffmpeg: bool  # … also for FFmpeg: no language, or a TagDefault of 1
    flat: bool  # FFmpeg reads it under the name of the field, if its language allows that

    @property
    def shown(self) -> bool:
        """Return whether players would show it as the field if it were last."""
        return self.flat and self.default_for_ffmpeg

    @property
    def hides(self) -> bool:
        """Return whether the text is not the file's, but players would show it instead of the file's."""
        return self.shown and not self.own

    @property
    def others(self) -> tuple[RawElement, ...]:
        """Return the children that an edit must keep: nested tags, binary data, and repeated texts."""
        own = [child for child in self.children if child.id in _OWN]
        texts = [child for child in own if child.id == ids.TAG_STRING]
        return tuple(child for child in self.children if child.id not in _OWN or child in texts[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class TagEdit:
    """The new text of a tag."""

    text: str  # undecodable bytes are surrogates
    resets_language: bool = False  # the tag loses its language; else only the text changes
    sets_default: bool = False  # it gets a TagDefault of 1, because FFmpeg reads a missing one as 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatroskaTag:
    """One Tag, or another child of Tags (then without children)."""

    item: RawElement
    children: tuple[RawElement, ...] = ()
    level: int = _UNKNOWN_LEVEL  # its TargetTypeValue, if its target is the file, the season or the show
    kind: str = ""  # its TargetType
    prefix: str | None = None  # FFmpeg shows its SimpleTags with this prefix; None: not as those of the file
    texts: tuple[FieldTag, ...] = ()

    def texts_of(self, field: str) -> list[FieldTag]:
        """Return the tags with a name of the field."""
        return [text for text in self.texts if text.field == field]

    def may_hold(self, field: str) -> bool:
        """Return whether tags of the field may lie in this Tag."""
        place = tag_places.find_place(field)
        return self.level != _UNKNOWN_LEVEL and place is not None and place.takes(self.level, self.kind)


def nested_tags(fields: Collection[str]) -> str:
    """Return why texts of some fields cannot be removed."""
    return f"The file's {' or '.join(sorted(fields))} holds further tags, which would be lost with it."


def parse(content: bytes) -> tuple[MatroskaTag, ...]:
    """
    Return the children of a Tags element.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: It is too large.

    """
    fields = custom.current()
    return _parse_cached(content, fields) if len(content) <= _CACHED_BYTES else _parse(content, fields)


def _parse(content: bytes, fields: RegisteredFields) -> tuple[MatroskaTag, ...]:
    budget = ebml.ElementBudget()
    items = ebml.children(content, budget)
    return tuple(_tag(item, budget, fields) if item.id == ids.TAG else MatroskaTag(item=item) for item in items)


# One look at a file parses the same content up to four times.
_parse_cached = lru_cache(maxsize=8)(_parse)


def _tag(item: RawElement, budget: ebml.ElementBudget, fields: RegisteredFields) -> MatroskaTag:
    children = ebml.children(item.content, budget)
    targets = [part for child in children if child.id == ids.TARGETS for part in ebml.children(child.content, budget)]
    level, kind, prefix = (_level(targets), _kind(targets), _prefix(targets)) if targets else (tag_places.FILE, "", "")
    texts: list[FieldTag] = []
    for place, child in enumerate(children):
        if child.id == ids.SIMPLE_TAG:
            texts += _field_tags(place, ebml.children(child.content, budget), level, kind, prefix, fields=fields)
    return MatroskaTag(item=item, children=children, level=level, kind=kind, prefix=prefix, texts=tuple(texts))


def _level(targets: list[RawElement]) -> int:
    """Return the level of a target without UIDs; by its type if it has no value."""
    single = (ids.TAG_TRACK_UID, ids.TAG_EDITION_UID, ids.TAG_CHAPTER_UID, ids.TAG_ATTACHMENT_UID)
    if any(ebml.uint(part.content) for part in targets if part.id in single):
        return _UNKNOWN_LEVEL
    levels = [ebml.uint(part.content) for part in targets if part.id == ids.TARGET_TYPE_VALUE and part.content]
    if levels:
        return levels[-1]
    types = [ebml.text(part.content) for part in targets if part.id == ids.TARGET_TYPE]
    return tag_places.TYPES.get(types[-1], _UNKNOWN_LEVEL) if types else tag_places.FILE


def _kind(targets: list[RawElement]) -> str:
    return next((ebml.text(part.content) for part in reversed(targets) if part.id == ids.TARGET_TYPE), "")


def _prefix(targets: list[RawElement]) -> str | None:
    """Return the prefix of the names in FFmpeg: an empty TargetType is a prefix, too."""
    single = (ids.TAG_TRACK_UID, ids.TAG_CHAPTER_UID, ids.TAG_ATTACHMENT_UID)
    if any(part.id in single and ebml.uint(part.content) for part in targets):
        return None
    return f"{_kind(targets)}/" if any(part.id == ids.TARGET_TYPE for part in targets) else ""


def _prefix_of(stored: MatroskaPlace) -> str:
    return f"{stored.kind}/" if stored.kind else ""


def _field_tags(
    place: int, children: tuple[RawElement, ...], level: int, kind: str, prefix: str | None, *, fields: RegisteredFields
) -> list[FieldTag]:
    """Return a SimpleTag for each field that it may be shown as. FFmpeg uses the last of repeated children."""
    last = {child.id: child.content for child in children}
    name = ebml.text(last.get(ids.TAG_NAME, b"")).upper()
    found = tag_places.places_of(name, fields)
    if not found:
        return []
    language, modern = ebml.text(last.get(ids.TAG_LANGUAGE, b"")), ebml.text(last.get(ids.TAG_LANGUAGE_BCP47, b""))
    default = last.get(ids.TAG_DEFAULT, last.get(ids.TAG_DEFAULT_BOGUS))
    is_not_default = default is not None and default != b"" and not ebml.uint(default)
    data = last.get(ids.TAG_STRING, b"")
    text = data.rstrip(b"\0")
    return [
        FieldTag(
            field=field,
            name=name,
            place=place,
            value=text.decode("utf-8", "surrogateescape"),
            padding=len(data) - len(text),
            children=children,
            own=level != _UNKNOWN_LEVEL and stored.takes(level, kind) and bool(text),
            default=not is_not_default or {language, modern} <= {"", "und"},
            default_for_ffmpeg=language in {"", "und"} or bool(ebml.uint(default or b"")),
            flat=prefix == _prefix_of(stored),
        )
        for field, stored in found
    ]


def kept_content(content: bytes, fields: Collection[str]) -> list[tuple[str, bytes]]:
    """
    Return everything except the texts of some fields and padding, as pairs of path and bytes. Raises as `parse`.

    A text's children, except string and language, count too, with a separate path. A Tag that may hold these fields and
    holds nothing else is left out, because it exists only for their texts.
    """
    kept_items: list[tuple[str, bytes]] = []
    inner: list[tuple[str, bytes]] = []
    number = 0
    for tag in parse(content):
        if tag.item.id in ebml.PADDING:
            continue
        inner += [
            (f"{text.name}/{ids.name_of(child.id)}", child.raw)
            for text in tag.texts
            if text.own and text.field in fields
            for child in text.others
        ]
        if tag.item.id != ids.TAG:
            kept_items.append((ids.name_of(tag.item.id), tag.item.raw))
            continue
        kept = _kept(tag, fields)
        if not _has_content(kept) and any(map(tag.may_hold, fields)):
            continue
        number += 1
        kept_items += [(f"Tag[{number}]/{ids.name_of(item.id)}[{nth}]", item.raw) for nth, item in enumerate(kept, 1)]
    return kept_items + [(f"{path}[{nth}]", raw) for nth, (path, raw) in enumerate(inner, 1)]


def _kept(tag: MatroskaTag, fields: Collection[str]) -> list[RawElement]:
    """Return the children of a Tag without the texts of some fields and padding."""
    gone = {text.place for text in tag.texts if text.own and text.field in fields}
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


def with_texts(
    content: bytes,
    edits: Mapping[tuple[int, int], TagEdit | None],
    *,
    fields: Collection[str],
    added: Mapping[str, str],
) -> bytes:
    """
    Return the content of a Tags element with other texts of some fields; `b""` for no tags.

    Args:
        content: The content as it is.
        edits: The changed texts, by number of the Tag and place in the Tag; None removes a text.
        fields: The fields that change.
        added: The new texts that players show, by their fields.

    Raises:
        CorruptFileError: The element is damaged.
        RefusedError: A removed text holds other tags, which would be lost.

    """
    if not edits and not added:
        return content
    tags = parse(content)
    changed: dict[int, dict[int, TagEdit | None]] = {}
    for (nth, place), edit in edits.items():
        changed.setdefault(nth, {})[place] = edit
    in_tags: dict[int, bytes] = {}
    in_new_tags: dict[tuple[int, str], bytes] = {}
    for field, text in added.items():
        target = _tag_for_new_text(tags, edits, field)
        if target is None:
            wanted = tag_places.place_of(field).level, tag_places.place_of(field).kind
            in_new_tags[wanted] = in_new_tags.get(wanted, b"") + _new_simple_tag(field, text)
        else:
            in_tags[target] = in_tags.get(target, b"") + _new_simple_tag(field, text)
    parts = [_edited_tag(tag, changed.get(nth, {}), in_tags.get(nth, b"")) for nth, tag in enumerate(tags)]
    for (level, kind), simple_tags in sorted(in_new_tags.items()):
        # MediaInfo shows the last PART_NUMBER of all levels, so the show and the season come first if possible.
        is_first = level != tag_places.FILE and not any(
            text.hides and tag_places.place_of(text.field).level == level for tag in tags for text in tag.texts
        )
        parts.insert(0 if is_first else len(parts), _new_tag(level, kind, simple_tags))
    new = ebml.master(parts, has_crc=_has_crc([tag.item for tag in tags])) if any(parts) else b""
    if kept_content(new, fields) != kept_content(content, fields):
        raise errors.RefusedError(nested_tags(fields))
    return new


def _tag_for_new_text(
    tags: Sequence[MatroskaTag], edits: Mapping[tuple[int, int], TagEdit | None], field: str
) -> int | None:
    """Return the Tag for a new text: the last one of its target behind all hiding texts; None for a new Tag."""
    after = max((nth for nth, tag in enumerate(tags) if any(text.hides for text in tag.texts_of(field))), default=-1)
    gone = {place for place, edit in edits.items() if edit is None}
    staying = [
        nth
        for nth, tag in enumerate(tags)
        for place, item in enumerate(tag.children)
        if item.id != ids.TARGETS and item.id not in ebml.PADDING and (nth, place) not in gone
    ]
    prefix = _prefix_of(tag_places.place_of(field))
    suitable = (nth for nth in staying if nth > after and tags[nth].prefix == prefix and tags[nth].may_hold(field))
    return max(suitable, default=None)


def _edited_tag(tag: MatroskaTag, edits: Mapping[int, TagEdit | None], simple_tags: bytes) -> bytes:
    """Return the Tag with new texts, and `simple_tags` at its end; `b""` if it becomes empty."""
    if tag.item.id in ebml.PADDING:
        return b""
    if not edits and not simple_tags:
        return tag.item.raw
    texts = {text.place: text for text in tag.texts if text.own}
    parts, has_content = [], bool(simple_tags)
    for place, child in enumerate(tag.children):
        edit = edits.get(place)
        if child.id in ebml.PADDING or (place in edits and edit is None):
            continue
        parts.append(_edited_text(texts[place], edit) if edit else child.raw)
        has_content |= child.id != ids.TARGETS
    if not has_content:
        return b""
    return ebml.element(ids.TAG, ebml.master([*parts, simple_tags], has_crc=_has_crc(tag.children)))


def _edited_text(old: FieldTag, edit: TagEdit) -> bytes:
    """Return the SimpleTag with a new text."""
    dropped = set(ebml.PADDING)
    sets_default = edit.sets_default and not edit.resets_language
    if edit.resets_language:
        dropped |= _LANGUAGES
    elif sets_default:
        dropped |= {ids.TAG_DEFAULT, ids.TAG_DEFAULT_BOGUS}
    last = next(child for child in reversed(old.children) if child.id == ids.TAG_STRING)
    text = edit.text.encode("utf-8", "surrogateescape")
    string = ebml.element(ids.TAG_STRING, text if edit.resets_language else text + bytes(old.padding))
    default = ebml.element(ids.TAG_DEFAULT, b"\x01") if sets_default else b""
    parts = [default + string if child is last else child.raw for child in old.children if child.id not in dropped]
    return ebml.element(ids.SIMPLE_TAG, ebml.master(parts, has_crc=_has_crc(old.children)))


def _new_simple_tag(field: str, text: str) -> bytes:
    """Return a SimpleTag that players show (without language)."""
    string = ebml.element(ids.TAG_STRING, text.encode("utf-8", "surrogateescape"))
    return ebml.element(
        ids.SIMPLE_TAG, ebml.element(ids.TAG_NAME, tag_places.place_of(field).names[0].encode()) + string
    )


def _new_tag(level: int, kind: str, simple_tags: bytes) -> bytes:
    target = ebml.element(ids.TARGET_TYPE_VALUE, ebml.encode_uint(level))
    target += ebml.element(ids.TARGET_TYPE, kind.encode()) if kind else b""
    return ebml.element(ids.TAG, ebml.element(ids.TARGETS, target) + simple_tags)


def _has_crc(items: Sequence[RawElement]) -> bool:
    return any(item.id == ebml.CRC_32 for item in items)
