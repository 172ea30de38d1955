"""
The new content of the Tags elements of a file.

Only the file's comments (`comments`) change. A new comment is written into the last element with a comment that
players read, else into the last element that players read, else into a new element. Elements that players do not find
stay hidden; otherwise their other tags would appear too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import comments, ids, seekhead, tags
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of
from indexium_core.files.containers.matroska.seekhead import SeekHead
from indexium_core.files.containers.matroska.tags import CommentEdit
from indexium_core.files.containers.shared import refusals
from indexium_core.model.files.media import Change

__all__ = ["TagsRequest", "requested_tags", "requested_tags_apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsRequest:
    """The new content of the Tags elements of a file."""

    main: Element | None  # the element that may move (it has the comment that players show); None: a new element
    content: bytes  # of the main element, b"" if it is removed
    others: Mapping[Element, bytes]  # other elements whose comments change, b"" for removed ones
    heads: Mapping[int, SeekHead]  # the file's directories, by their offset
    order: tuple[int, ...]  # offsets of all elements that players read, in reading order, which must stay
    read_tags: tuple[Element, ...]  # the Tags elements in `order`
    any_order: bool  # the main element may be read before or after the others: they share no tag names
    unchanged: bool  # the file already has the requested content

    @property
    def emptied(self) -> tuple[Element, ...]:
        """Return the elements that are removed."""
        gone = [element for element, content in self.others.items() if not content]
        return (*gone, self.main) if self.main is not None and not self.content else tuple(gone)


def requested_tags(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> TagsRequest:
    """
    Return the new content of the Tags elements.

    Raises:
        CorruptFileError, RefusedError: A Tags or SeekHead cannot be edited with certainty.
        ValidationError: The text cannot be stored in a Matroska string.

    """
    change = _comment_change(changes)
    contents = {element: content_of(reader, element) for element in layout.named(ids.TAGS)}
    heads = seekhead.read(reader, layout)
    order = seekhead.read_order(layout, {element.offset: element.id for element in layout.elements}, heads)
    places = {element.offset: element for element in contents}
    read_tags = tuple(places[offset] for offset in order if offset in places)
    file_comments = comments.find_comments(contents, read_tags)
    if change.where not in {"container", file_comments.added, *(place.where for place in file_comments.fields)}:
        raise errors.RefusedError(f"There is no place for a comment in this file that is called {change.where}.")
    edits, added = file_comments.edits(change), file_comments.text_to_add(change)
    main = (
        _element_for_new_comment(contents, read_tags) if added is not None else _element_with_changes(read_tags, edits)
    )
    old = contents[main] if main else b""
    content = tags.with_comments(old, edits.get(main, {}) if main else {}, added=added)
    others = {
        each: tags.with_comments(contents[each], edits_of_element)
        for each, edits_of_element in edits.items()
        if each != main
    }
    others = {each: new for each, new in others.items() if new != contents[each]}
    return TagsRequest(
        main=main,
        content=content,
        others=others,
        heads=heads,
        order=order,
        read_tags=read_tags,
        any_order=_allows_any_order(content, [others.get(each, contents[each]) for each in read_tags if each != main]),
        unchanged=content == old and not others,
    )


def requested_tags_apart(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> TagsRequest:
    """
    Return the same with the comment in a separate element, for a file without a comment.

    A separate element needs less room than one with other tags. Raises as `requested_tags`.
    """
    request = requested_tags(reader, layout, changes)
    others = tuple(element for element in layout.elements if element.id != ids.TAGS)
    separate = requested_tags(reader, replace(layout, elements=others), changes)
    any_order = _allows_any_order(separate.content, [content_of(reader, element) for element in request.read_tags])
    return replace(request, main=None, content=separate.content, others={}, any_order=any_order)


def _element_for_new_comment(contents: Mapping[Element, bytes], read_tags: Sequence[Element]) -> Element | None:
    """Return the element for a new comment: players must not read a hiding comment after it."""
    found = {each: [comment for tag in tags.parse(contents[each]) for comment in tag.comments] for each in read_tags}
    deciding = [each for each in read_tags if any(comment.of_file or comment.hides for comment in found[each])]
    return next(reversed(deciding or read_tags), None)


def _element_with_changes(
    read_tags: Sequence[Element], edits: Mapping[Element, Mapping[tuple[int, int], CommentEdit | None]]
) -> Element | None:
    """Return the element whose comments change; if there are several, the last with a comment that stays."""
    changing = [each for each in read_tags if each in edits]
    staying = [each for each in changing if any(edits[each].values())]
    return next(reversed(staying or changing), None)


def _allows_any_order(main: bytes, others: Sequence[bytes]) -> bool:
    """Return whether the main element may be read in any order: its tag names differ from all others."""
    own = tags.tag_names(main)
    return all(own.isdisjoint(tags.tag_names(other)) for other in others)


def _comment_change(changes: Sequence[Change]) -> Change:
    """Return the change of the comment; raises RefusedError for other changes."""
    change, *others = changes
    if others or change.field != "comment":
        raise errors.RefusedError(refusals.ONLY_COMMENTS)
    if change.segment is None and "\0" in (change.new or ""):
        raise errors.ValidationError(refusals.NUL_IN_COMMENT)
    return change
