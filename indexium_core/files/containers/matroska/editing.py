"""
The new content of the Tags elements and of Info.

Only the texts of edited fields (`texts`, `info`) change. A new text is written into the last element with a text of the
field that players read, else into the last element that players read, else into a new element. Elements that players do
not find stay hidden; otherwise their other tags would appear too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ids, seekhead
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.fields import info, tag_places, tags, texts
from indexium_core.files.containers.matroska.fields.info import InfoRequest
from indexium_core.files.containers.matroska.fields.tags import TagEdit
from indexium_core.files.containers.matroska.fields.texts import FieldTexts
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of
from indexium_core.files.containers.matroska.seekhead import SeekHead
from indexium_core.files.containers.shared import refusals
from indexium_core.model.fields.table import COMMENT, TITLE
from indexium_core.model.files.media import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsRequest:
    """The new content of the Tags elements of a file, and of Info."""

    main: Element | None  # the element that may move (it has the text that players show); None: a new element
    content: bytes  # of the main element, b"" if it is removed
    others: Mapping[Element, bytes]  # other elements whose texts change, b"" for removed ones
    heads: Mapping[int, SeekHead]  # the file's directories, by their offset
    order: tuple[int, ...]  # offsets of all elements that players read, in reading order, which must stay
    read_tags: tuple[Element, ...]  # the Tags elements in `order`
    any_order: bool  # the main element may be read before or after the others: they share no tag names
    unchanged: bool  # the Tags elements already have the requested content
    info: InfoRequest | None  # None: Info stays

    @property
    def emptied(self) -> tuple[Element, ...]:
        """Return the elements that are removed."""
        gone = [element for element, content in self.others.items() if not content]
        return (*gone, self.main) if self.main is not None and not self.content else tuple(gone)


def requested_tags(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> TagsRequest:
    """
    Return the new content of the Tags elements and of Info.

    Raises:
        CorruptFileError, RefusedError: A Tags or SeekHead cannot be edited with certainty.
        ValidationError: The text cannot be stored in a Matroska string.

    """
    _check(changes)
    contents = {element: content_of(reader, element) for element in layout.named(ids.TAGS)}
    heads = seekhead.read(reader, layout)
    order = seekhead.read_order(layout, {element.offset: element.id for element in layout.elements}, heads)
    places = {element.offset: element for element in contents}
    read_tags = tuple(places[offset] for offset in order if offset in places)
    parsed = {element: tags.parse(content) for element, content in contents.items()}
    edits: dict[Element, dict[tuple[int, int], TagEdit | None]] = {}
    added: dict[str, str] = {}
    adds_title = True
    for change in changes:
        if tag_places.find_place(change.field) is None:
            continue
        field_texts = texts.find_texts(change.field, parsed, read_tags)
        _check_places(change, field_texts)
        for element, edits_of_element in field_texts.edits(change).items():
            edits.setdefault(element, {}).update(edits_of_element)
        text = field_texts.text_to_add(change)
        if text is not None:
            added[change.field] = text
        adds_title &= text is None or change.field != TITLE  # a write adds one text of a field
    fields = {change.field for change in changes}
    main = _element_for_new_texts(parsed, read_tags, added) if added else _element_with_changes(read_tags, edits)
    old = contents[main] if main else b""
    content = tags.with_texts(old, edits.get(main, {}) if main else {}, fields=fields, added=added)
    others = {
        each: tags.with_texts(contents[each], edits_of_element, fields=fields, added={})
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
        info=info.requested_info(reader, layout, changes, adds_title=adds_title),
    )


def requested_tags_apart(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> TagsRequest:
    """
    Return the same with the texts in a separate element, for a file without texts of the fields.

    A separate element needs less room than one with other tags. Raises as `requested_tags`.
    """
    request = requested_tags(reader, layout, changes)
    others = tuple(element for element in layout.elements if element.id != ids.TAGS)
    separate = requested_tags(reader, replace(layout, elements=others), changes)
    any_order = _allows_any_order(separate.content, [content_of(reader, element) for element in request.read_tags])
    return replace(request, main=None, content=separate.content, others={}, any_order=any_order)


def _element_for_new_texts(
    parsed: texts.Parsed, read_tags: Sequence[Element], fields: Collection[str]
) -> Element | None:
    """Return the element for new texts: players must not read a hiding text after it."""
    found = {each: [text for tag in parsed[each] for text in tag.texts if text.field in fields] for each in read_tags}
    deciding = [each for each in read_tags if any(text.own or text.hides for text in found[each])]
    return next(reversed(deciding or read_tags), None)


def _element_with_changes(
    read_tags: Sequence[Element], edits: Mapping[Element, Mapping[tuple[int, int], TagEdit | None]]
) -> Element | None:
    """Return the element whose texts change; if there are several, the last with a text that stays."""
    changing = [each for each in read_tags if each in edits]
    staying = [each for each in changing if any(edits[each].values())]
    return next(reversed(staying or changing), None)


def _allows_any_order(main: bytes, others: Sequence[bytes]) -> bool:
    """Return whether the main element may be read in any order: its tag names differ from all others."""
    own = tags.tag_names(main)
    return all(own.isdisjoint(tags.tag_names(other)) for other in others)


def _check(changes: Sequence[Change]) -> None:
    """Raise RefusedError for fields without a place, ValidationError for texts that players would cut."""
    fields = [each.field for each in changes if tag_places.find_place(each.field) is None]
    without_place = [each for each in fields if each not in info.ELEMENTS]
    if without_place:
        raise errors.RefusedError(refusals.no_place(without_place))
    for change in changes:
        if change.segment is None and "\0" in (change.new or ""):
            raise errors.ValidationError(refusals.has_nul(change.field))


def _check_places(change: Change, field_texts: FieldTexts) -> None:
    """Raise RefusedError if a comment has no place of this name, or if players show the text as another field."""
    if change.field == COMMENT:
        if change.where not in {"container", field_texts.added, *(place.where for place in field_texts.fields)}:
            raise errors.RefusedError(f"There is no place for a comment in this file that is called {change.where}.")
    elif tag_places.place_of(change.field).kind and not all(each.tag.flat for each in field_texts.all):
        raise errors.RefusedError(tag_places.unprefixed(change.field))
