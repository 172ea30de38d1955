"""
The file's comments among all tags, and the edits that a planned change makes.

All comments are fields of the layout, also those in Tags elements that players do not find. Players show the last
comment that they read (`tags`). Preserve mode writes the People segment into the first comment in the default language,
into the comment that players show, and into all comments with people (replacing these people); all others keep every
byte. Replace mode writes the new text, without language, into the comment that players show, and removes the others.
Reasons: docs/decisions/0015-matroska-which-comment.md.

Players may show none of the comments, because of a language or because another comment hides them. Then the first
comment gets a TagDefault of 1. If that does not help, a write adds a comment behind all others: in preserve mode with
the text of the first comment, in replace mode instead of the first comment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core.files.containers.matroska import ids, tags
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.tags import Comment, CommentEdit, MatroskaTag
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.people import people_comment

__all__ = ["FileComment", "FileComments", "find_comments"]

_ADDED = "Segment/Tags/Tag/SimpleTag/COMMENT"  # path of a new comment; the paths of existing ones have numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class FileComment:
    """One comment of the file: its place, and its edit by a change."""

    element: Element  # the Tags element
    place: tuple[int, int]  # index of its Tag in the Tags element, and of the comment in the Tag
    comment: Comment
    field: FieldValue
    sets_default: bool = False  # an edit gives it a TagDefault of 1

    def is_changed_by(self, change: Change) -> bool:
        """Return whether a change edits the comment."""
        if change.segment is None:
            return True
        if not self.field.takes_segment:
            return False
        return fields.apply_change(change, self.field.value) != self.field.value or (
            self.sets_default and bool(change.segment)
        )

    def edited(self, change: Change) -> CommentEdit | None:
        """Return the edit, None if the comment is removed."""
        text = fields.apply_change(change, self.field.value)
        if change.segment is None and (self.field.moves or not self.field.takes_value):
            text = None
        if text is None:
            return None
        return CommentEdit(text=text, resets_language=change.segment is None, sets_default=self.sets_default)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileComments:
    """All comments of a file, in file order."""

    all: tuple[FileComment, ...]
    hidden: bool  # players show none of the existing comments, whatever their texts are

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
        """Return why a comment cannot be removed (nested tags would be lost), or ""."""
        return tags.NESTED_TAGS if any(each.comment.others for each in self.all) else ""

    def edits(self, change: Change) -> dict[Element, dict[tuple[int, int], CommentEdit | None]]:
        """Return the edits of a change for all comments, by Tags element and place."""
        edits_by_element: dict[Element, dict[tuple[int, int], CommentEdit | None]] = {}
        for each in self.all:
            if each.is_changed_by(change):
                edits_by_element.setdefault(each.element, {})[each.place] = each.edited(change)
        return edits_by_element

    def text_to_add(self, change: Change) -> str | None:
        """Return the text of the comment that a change adds, None if it adds none."""
        wanted = change.new if change.segment is None else change.segment
        if not wanted or (self.all and not self.hidden):
            return None
        leading_text = next((field.shown for field in self.fields if field.takes_value), None)
        return fields.apply_change(change, leading_text)


def find_comments(contents: Mapping[Element, bytes], read_tags: Sequence[Element]) -> FileComments:
    """
    Find the comments of a file.

    Args:
        contents: The content of every Tags element, in file order.
        read_tags: The elements that players find, in the order in which players read them.

    Raises:
        CorruptFileError: A Tags element is damaged.
        RefusedError: A Tags element is too large.

    """
    parsed = {element: tags.parse(content) for element, content in contents.items()}
    several = len(parsed) > 1
    own = [
        each
        for number, (element, content) in enumerate(parsed.items(), 1)
        for each in _own_comments(element, content, f"Segment/Tags[{number}]" if several else "Segment/Tags")
    ]
    read = [comment for element in read_tags for tag in parsed[element] for comment in tag.comments]
    in_read_order = sorted(
        own, key=lambda each: read_tags.index(each.element) if each.element in read_tags else len(read_tags)
    )
    shown = next((comment for comment in reversed(read) if comment.shown), None)
    last = next((each for each in own if each.comment is shown), None)
    first = next((each for each in in_read_order if each.comment.default), last or next(iter(in_read_order), None))
    sets_default = last is None and first is not None and not first.comment.default_for_ffmpeg
    hidden = bool(own) and last is None and not (sets_default and first and _can_be_shown(first, parsed, read))
    flagged = tuple(
        replace(
            each,
            field=replace(
                each.field,
                takes_segment=each in (first, last) or bool(people_comment.parse(each.field.value).people),
                takes_value=each is (last or first),
                moves=hidden and each is first,
            ),
            sets_default=sets_default and each is first,
        )
        for each in own
    )
    return FileComments(all=flagged, hidden=hidden)


def _own_comments(element: Element, content: Sequence[MatroskaTag], parent: str) -> list[FileComment]:
    """Return the file's comments in a Tags element; `parent` is its path."""
    comments = []
    number = 0
    for nth, tag in enumerate(content):
        number += tag.item.id == ids.TAG
        simple = [place for place, child in enumerate(tag.children) if child.id == ids.SIMPLE_TAG]
        numbers = {place: nth for nth, place in enumerate(simple, 1)}
        for comment in tag.comments:
            if comment.of_file:
                where = f"{parent}/Tag[{number}]/SimpleTag[{numbers[comment.place]}]/COMMENT"
                field = FieldValue(field="comment", where=where, value=comment.value)
                comments.append(FileComment(element=element, place=(nth, comment.place), comment=comment, field=field))
    return comments


def _can_be_shown(first: FileComment, parsed: Mapping[Element, Sequence[MatroskaTag]], read: Sequence[Comment]) -> bool:
    """Return whether players would show the comment if it had a TagDefault of 1."""
    nth = next((nth for nth, comment in enumerate(read) if comment is first.comment), None)
    if nth is None or not parsed[first.element][first.place[0]].flat:
        return False
    return not any(comment.shown for comment in read[nth:])
