"""
The film's comments among all tags of a file: which one gets what, and what a planned change makes of each.

All of them are fields of the layout, also those in Tags elements that players do not find. Players show the last one
that they read (`tags`). In preserve mode the People segment goes into the first one in the default language, into the
one that players show, and into all that name people already, in place of those; all others keep every byte. In replace
mode the one that players show gets the new text, in no language, and the others are removed. Why:
docs/decisions/0015-matroska-which-comment.md.

Players may show none of them, because of a language or because a comment of something else hides them. Then the first
one says from now on that it is in the default language. Where this does not help, a write adds a comment behind all
others: in preserve mode one that says the same as the first, in replace mode instead of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core.files.containers.matroska import ids, tags
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.tags import Comment, MatroskaTag, Rewording
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.people import people_comment

__all__ = ["FilmComment", "FilmComments", "found"]

_ADDED = "Segment/Tags/Tag/SimpleTag/COMMENT"  # where a comment is added; in the paths of existing ones are numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmComment:
    """One comment of the film: where it stands and what a change makes of it."""

    element: Element  # the Tags element
    place: tuple[int, int]  # which child of that is its Tag, and which child of the Tag it is
    comment: Comment
    field: FieldValue
    announced: bool = False  # it is to say that it is in the default language

    def is_changed_by(self, change: Change) -> bool:
        """Tell whether a change concerns the comment at all."""
        if change.segment is None:
            return True
        if not self.field.takes_segment:
            return False
        return fields.applied(change, self.field.value) != self.field.value or (self.announced and bool(change.segment))

    def reworded(self, change: Change) -> Rewording | None:
        """Return the new text, None if the comment goes away."""
        text = fields.applied(change, self.field.value)
        if change.segment is None and (self.field.moves or not self.field.takes_value):
            text = None
        if text is None:
            return None
        return Rewording(text=text, anew=change.segment is None, announced=self.announced)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmComments:
    """All comments of a film, in file order."""

    all: tuple[FilmComment, ...]
    hidden: bool  # there are some, and players show none of them, whatever they say

    @property
    def fields(self) -> tuple[FieldValue, ...]:
        """Return the places of all texts."""
        return tuple(each.field for each in self.all)

    @property
    def added(self) -> str:
        """Return where a write adds a comment although there are some, "" where it does not."""
        return _ADDED if self.hidden else ""

    def rewordings(self, change: Change) -> dict[Element, dict[tuple[int, int], Rewording | None]]:
        """Return what a change makes of the comments that it concerns, by their Tags elements and places."""
        made: dict[Element, dict[tuple[int, int], Rewording | None]] = {}
        for each in self.all:
            if each.is_changed_by(change):
                made.setdefault(each.element, {})[each.place] = each.reworded(change)
        return made

    def text_to_add(self, change: Change) -> str | None:
        """Return the comment that a change adds, None for none: that which counts, as the change makes it."""
        wanted = change.new if change.segment is None else change.segment
        if not wanted or (self.all and not self.hidden):
            return None
        counts = next((field.shown for field in self.fields if field.takes_value), None)
        return fields.applied(change, counts)


def found(contents: Mapping[Element, bytes], seen: Sequence[Element]) -> FilmComments:
    """
    Find the comments of a film.

    Args:
        contents: The content of every Tags element, in file order.
        seen: Those that players find, in the order in which they read them.

    Raises:
        CorruptFileError: A Tags element is damaged.
        RefusedError: It is too large to be true.

    """
    parsed = {element: tags.parse(content) for element, content in contents.items()}
    several = len(parsed) > 1
    ours = [
        each
        for number, (element, content) in enumerate(parsed.items(), 1)
        for each in _ours(element, content, f"Segment/Tags[{number}]" if several else "Segment/Tags")
    ]
    read = [comment for element in seen for tag in parsed[element] for comment in tag.comments]
    met = sorted(ours, key=lambda each: seen.index(each.element) if each.element in seen else len(seen))
    shown = next((comment for comment in reversed(read) if comment.shown), None)
    last = next((each for each in ours if each.comment is shown), None)
    first = next((each for each in met if each.comment.default), last or next(iter(met), None))
    announced = last is None and first is not None and not first.comment.stated
    hidden = bool(ours) and last is None and not (announced and first and _can_be_shown(first, parsed, read))
    flagged = tuple(
        replace(
            each,
            field=replace(
                each.field,
                takes_segment=each in (first, last) or bool(people_comment.parse(each.field.value).people),
                takes_value=each is (last or first),
                moves=hidden and each is first,
            ),
            announced=announced and each is first,
        )
        for each in ours
    )
    return FilmComments(all=flagged, hidden=hidden)


def _ours(element: Element, content: Sequence[MatroskaTag], parent: str) -> list[FilmComment]:
    """Return the film's comments in a Tags element; `parent` is its path."""
    found = []
    number = 0
    for nth, tag in enumerate(content):
        number += tag.item.id == ids.TAG
        simple = [place for place, child in enumerate(tag.children) if child.id == ids.SIMPLE_TAG]
        numbers = {place: nth for nth, place in enumerate(simple, 1)}
        for comment in tag.comments:
            if comment.ours:
                where = f"{parent}/Tag[{number}]/SimpleTag[{numbers[comment.place]}]/COMMENT"
                field = FieldValue(field="comment", where=where, value=comment.value)
                found.append(FilmComment(element=element, place=(nth, comment.place), comment=comment, field=field))
    return found


def _can_be_shown(first: FilmComment, parsed: Mapping[Element, Sequence[MatroskaTag]], read: Sequence[Comment]) -> bool:
    """Tell whether players would show the comment if it said that it is in the default language."""
    nth = next((nth for nth, comment in enumerate(read) if comment is first.comment), None)
    if nth is None or not parsed[first.element][first.place[0]].flat:
        return False
    return not any(comment.shown for comment in read[nth:])
