"""
The texts of a field among all tags, and the edits that a planned change makes.

All texts of the file's fields (`tag_places`) are fields of the layout, also those in Tags elements that players do not
find. Players show the last text that they read (`tags`). Preserve mode, which only the comment has, writes the People
segment into the first comment in the default language, into the comment that players show, and into all comments with
people (replacing these people); all others keep every byte. Replace mode writes the new text, without language, into
the text that players show, and removes the others; the tags of a title, a date and a time all get the new text.
Reasons: docs/decisions/0015-matroska-which-comment.md.

Players may show none of the texts, because of a language or because a text of another level hides them. Then the first
text gets a TagDefault of 1. If that does not help, a write adds a text behind all others: in preserve mode with the
text of the first comment, in replace mode instead of the first text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core.files.containers.matroska import ids
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.fields import tag_places, tags
from indexium_core.files.containers.matroska.fields.tags import FieldTag, MatroskaTag, TagEdit
from indexium_core.model.fields import values
from indexium_core.model.fields.table import COMMENT, known_field
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.people import people_comment

Parsed = Mapping[Element, Sequence[MatroskaTag]]  # the content of every Tags element, in file order

_ADDED = "Segment/Tags/Tag/SimpleTag/COMMENT"  # path of a new comment; the paths of existing ones have numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """One text of a field: its place, and its edit by a change."""

    element: Element  # the Tags element
    place: tuple[int, int]  # index of its Tag in the Tags element, and of its SimpleTag in the Tag
    tag: FieldTag
    field: FieldValue
    sets_default: bool = False  # an edit gives it a TagDefault of 1

    def is_text(self, other: tuple[Element, FieldTag] | None) -> bool:
        """Return whether this is a text of a Tags element."""
        return other is not None and self.element == other[0] and self.tag is other[1]

    def is_changed_by(self, change: Change) -> bool:
        """Return whether a change edits the text."""
        if change.segment is None:
            return True
        if not self.field.takes_segment:
            return False
        return fields.apply_change(change, self.field.value) != self.field.value or (
            self.sets_default and bool(change.segment)
        )

    def edited(self, change: Change) -> TagEdit | None:
        """Return the edit, None if the text is removed."""
        text = fields.apply_change(change, self.field.value)
        if change.segment is None and (self.field.moves or not self.field.takes_value):
            text = None
        if text is None:
            return None
        text = tag_places.text_in_file(change.field, text)
        return TagEdit(text=text, resets_language=change.segment is None, sets_default=self.sets_default)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTexts:
    """All texts of one field, in file order."""

    key: str  # of the field
    all: tuple[FileText, ...]
    hidden: bool  # players show none of the existing texts, whatever they are
    shown: FileText | None  # the text that players show
    by_element: bool  # … or else, for the title and the creation time, the text of Info, unless `hidden`

    @property
    def fields(self) -> tuple[FieldValue, ...]:
        """Return the places of all texts."""
        return tuple(each.field for each in self.all)

    @property
    def added(self) -> str:
        """Return where a write adds a comment to existing ones, "" if it adds none."""
        return _ADDED if self.hidden else ""

    @property
    def not_removable(self) -> str:
        """Return why the field cannot be removed (nested tags would be lost), or ""."""
        return tags.nested_tags({self.key}) if any(each.tag.others for each in self.all) else ""

    @property
    def problems(self) -> dict[str, str]:
        """Return why the field cannot be written or removed, as `Layout.field_problems`."""
        if tag_places.place_of(self.key).kind and not all(each.tag.flat for each in self.all):
            return dict.fromkeys((self.key, f"-{self.key}"), tag_places.unprefixed(self.key))
        return {f"-{self.key}": self.not_removable} if self.not_removable else {}

    def edits(self, change: Change) -> dict[Element, dict[tuple[int, int], TagEdit | None]]:
        """Return the edits of a change for all texts, by Tags element and place."""
        edits_by_element: dict[Element, dict[tuple[int, int], TagEdit | None]] = {}
        for each in self.all:
            if each.is_changed_by(change):
                edits_by_element.setdefault(each.element, {})[each.place] = each.edited(change)
        return edits_by_element

    def text_to_add(self, change: Change) -> str | None:
        """Return the text of the tag that a change adds, None if it adds none."""
        wanted = change.new if change.segment is None else change.segment
        if not wanted or ((self.all or self.by_element) and not self.hidden):
            return None
        leading_text = next((field.shown for field in self.fields if field.takes_value), None)
        text = fields.apply_change(change, leading_text)
        return None if text is None else tag_places.text_in_file(change.field, text)


def find_texts(field: str, parsed: Parsed, read_tags: Sequence[Element]) -> FieldTexts:
    """
    Find the texts of a field.

    Args:
        field: The key of the field, one that has tags.
        parsed: The content of every Tags element, in file order.
        read_tags: The elements that players find, in the order in which players read them.

    """
    several = len(parsed) > 1
    own = [
        each
        for number, (element, content) in enumerate(parsed.items(), 1)
        for each in _own_texts(field, element, content, f"Segment/Tags[{number}]" if several else "Segment/Tags")
    ]
    # Equal elements share their parsed tags, so a text is known by its element, too.
    read = [(element, text) for element in read_tags for tag in parsed[element] for text in tag.texts_of(field)]
    names = tag_places.place_of(field).names
    shown = next((it for name in names for it in reversed(read) if it[1].name == name and it[1].shown), None)
    last = next((each for each in own if each.is_text(shown)), None)
    first = _default(own, read_tags, last)
    sets_default = last is None and first is not None and not first.tag.default_for_ffmpeg
    by_element = field in tag_places.IN_INFO
    if by_element:
        hidden = shown is not None and last is None
    else:
        hidden = bool(own) and last is None and not (sets_default and first and _can_be_shown(first, read))
    flagged = tuple(
        replace(
            each,
            field=replace(
                each.field,
                takes_segment=each in (first, last) or _takes_segment(each.field),
                takes_value=each is (last or first) or tag_places.place_of(field).all_equal,
                moves=hidden and each is first,
            ),
            sets_default=sets_default and each is first,
        )
        for each in own
    )
    shown_text = next((each for each in flagged if each.is_text(shown)), None)
    return FieldTexts(key=field, all=flagged, hidden=hidden, shown=shown_text, by_element=by_element)


def _default(own: Sequence[FileText], read_tags: Sequence[Element], last: FileText | None) -> FileText | None:
    """Return the first text that players read and that is a default, else `last`, else the first one."""
    order = sorted(own, key=lambda each: read_tags.index(each.element) if each.element in read_tags else len(read_tags))
    return next((each for each in order if each.tag.default), last or next(iter(order), None))


def _takes_segment(value: FieldValue) -> bool:
    """Return whether a text takes the segment of a change although it is not the one that players show."""
    return value.field != COMMENT or bool(people_comment.parse(value.value).people)


def _own_texts(field: str, element: Element, content: Sequence[MatroskaTag], parent: str) -> list[FileText]:
    """Return the texts of a field in a Tags element; `parent` is its path."""
    found = []
    number = 0
    for nth, tag in enumerate(content):
        number += tag.item.id == ids.TAG
        own = [text for text in tag.texts if text.own and text.field == field]
        if not own:
            continue
        simple = [place for place, child in enumerate(tag.children) if child.id == ids.SIMPLE_TAG]
        numbers = {place: nth for nth, place in enumerate(simple, 1)}
        for text in own:
            where = f"{parent}/Tag[{number}]/SimpleTag[{numbers[text.place]}]/{text.name}"
            value = text.value if field == COMMENT else values.stored(known_field(field), text.value)
            place = FieldValue(field=field, where=where, value=value)
            found.append(FileText(element=element, place=(nth, text.place), tag=text, field=place))
    return found


def _can_be_shown(first: FileText, read: Sequence[tuple[Element, FieldTag]]) -> bool:
    """Return whether players would show the text if it had a TagDefault of 1."""
    nth = next((nth for nth, each in enumerate(read) if first.is_text(each)), None)
    return nth is not None and first.tag.flat and not any(text.shown for _, text in read[nth:])
