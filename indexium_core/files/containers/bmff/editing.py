"""
The edits of every place of a field in an ISO base media file, and of a new place.

In replace mode every place gets the new text, or every place is removed. In preserve mode every text of the comment
keeps its bytes and gets the People segment. If players would still show another text, a place is added behind that
text; if this is not possible, the file is not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff.boxes import MalformedBoxError, Window
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.padding import BoxSplice
from indexium_core.files.containers.bmff.tags import field_map, new_places, places, problems, strings, times
from indexium_core.files.containers.bmff.tags.assets import UnstorablePositionError
from indexium_core.files.containers.bmff.tags.new_places import Insertion, NewPlace
from indexium_core.files.containers.bmff.tags.places import FieldPlace
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.splices import read_range
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, known_field
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Extent, Refusal

_INFORMATION_HIDES = "Players would show the file's information (©inf) as its comment, whatever is written."
_INFORMATION_APPEARS = "Players would show the file's information (©inf) as its comment, if there were no comment."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edits:
    """The edits of one field."""

    splices: list[BoxSplice] = field(default_factory=list)
    added: tuple[NewPlace, str] | None = None  # a new place and its value
    key: tuple[str, str] | None = None  # a field that gets a new key, and its value


def edits(reader: Reader, layout: BmffLayout, changes: Sequence[Change]) -> list[BoxSplice] | Refusal:
    """Return the splices that make the changes, one for each field, in every place of each field; or a Refusal."""
    made: list[_Edits] = []
    window: Window | None = None
    for change in changes:
        if change.field == COMMENT:
            each = _comment_edits(layout, change)
        else:
            window = window or _window(reader, layout)
            make = _time_edits if change.field == CREATION_TIME else _field_edits
            try:
                each = make(layout, window, change)
            except UnstorablePositionError as error:
                return refusals.invalid_value(str(error))
        if isinstance(each, Refusal):
            return each
        made.append(each)
    insertions = new_places.added_items([each.added for each in made if each.added])
    keys = [each.key for each in made if each.key]
    if keys:
        assert layout.moov is not None
        more = new_places.added_keys(window or _window(reader, layout), layout.moov, keys)
        if more is None or layout.has_outer_tags:
            return refusals.not_writable(problems.NO_PLACE.format(keys[0][0]))
        insertions += more
    # Of insertions at the same offset, the one in the innermost box comes first.
    insertions.sort(key=lambda each: -len(each.around))
    return [*(splice for each in made for splice in each.splices), *map(_inserted, insertions)]


def _window(reader: Reader, layout: BmffLayout) -> Window:
    assert layout.moov is not None
    return Window(read_range(reader, Extent(layout.moov.start, layout.moov.size)), layout.moov.start)


def _inserted(insertion: Insertion) -> BoxSplice:
    return BoxSplice(start=insertion.start, end=insertion.end, data=insertion.data, around=insertion.around)


# Fields beside the comment


def _field_edits(layout: BmffLayout, window: Window, change: Change) -> _Edits | Refusal:
    """Return the edits that give every place of a field its new value, or remove it; raises UnstorablePositionError."""
    key, value = change.field, change.new or None
    if key in layout.unknown:
        return refusals.not_writable(layout.unknown[key])
    found = layout.places_of(key)
    is_shown = any(place.shown for place in found)
    if value is None and is_shown and problems.is_hidden(found, layout.hiding.get(key)):
        return refusals.not_writable(problems.SHOWN_AFTER_REMOVAL.format(key))
    if value is None:
        return _Edits(splices=[_splice(place, b"") for place in found])
    problem = known_field(key).value_problem(layout.container, value)
    encoded = refusals.invalid_value(problem) if problem else _encoded(_on_disk(key, value), key)
    if isinstance(encoded, Refusal):
        return encoded
    splices = [
        _splice(place, places.with_only_value(place, value, encoded) if place.takes_value else b"") for place in found
    ]
    if any(place.shown and place.takes_value for place in found):
        return _Edits(splices=splices)
    return _with_new_place(layout, window, key, _on_disk(key, value), splices)


def _with_new_place(
    layout: BmffLayout, window: Window, key: str, text: str, splices: list[BoxSplice]
) -> _Edits | Refusal:
    """Return the edits of a field with a new place of it, which players show."""
    assert layout.moov is not None
    behind = layout.hiding.get(key, -1)
    place = new_places.new_place(window, layout.moov, key, quicktime=layout.container == "mov", behind=behind)
    if place is not None:
        return _Edits(splices=splices, added=(place, text))
    if behind >= 0:
        return refusals.not_writable(problems.SHOWN_INSTEAD.format(key))
    if field_map.new_key(key) is not None:
        return _Edits(splices=splices, key=(key, text))
    return refusals.not_writable(problems.NO_PLACE.format(key))


def _on_disk(key: str, value: str) -> str:
    """Return the text of a value: the items of a list have commas between them, as iTunes and QuickTime write them."""
    return value.replace("; ", ", ") if known_field(key).type == "list" else value


def _time_edits(layout: BmffLayout, window: Window, change: Change) -> _Edits | Refusal:
    """Return the edits of the creation time: in `mvhd`, and in each box of a track that has the same time."""
    moov = layout.moov
    assert moov is not None
    if change.field in layout.unknown:
        return refusals.not_writable(layout.unknown[change.field])
    try:
        new = times.stored(change.new)
        old = times.movie_time(window, moov)
    except ValueError as error:
        return refusals.invalid_value(str(error))
    except MalformedBoxError as error:
        return refusals.not_writable(str(error))
    splices = []
    for path in times.boxes_with_time(moov):
        content = window.body(path[-1], 0, 12)
        try:
            (start, end), number = times.field_range(content), times.raw(content)
        except MalformedBoxError:
            continue
        if new and number == new != old:
            return refusals.not_writable(
                "A track of the file has this creation time already, and the file another one."
            )
        if number != old:
            continue
        if new >> 8 * (end - start):
            return refusals.invalid_value("The creation time of this file cannot be after 2040-02-06T06:28:15Z.")
        at = path[-1].body
        splices.append(BoxSplice(start=at + start, end=at + end, data=new.to_bytes(end - start, "big")))
    return _Edits(splices=splices)


# The comment


def _comment_edits(layout: BmffLayout, change: Change) -> _Edits | Refusal:
    """Return the edits of the comment; `©inf` is shown as the comment, but is never changed."""
    if change.segment is None and not change.new:
        return _removed(layout)
    encoded = b"" if change.segment is not None else _encoded(change.new or "", COMMENT)
    if isinstance(encoded, Refusal):
        return encoded
    is_shown = any(place.shown for place in layout.places_of(COMMENT))
    needs_new = not is_shown and bool(change.new if change.segment is None else change.segment)
    if needs_new and layout.new_place is None:
        return refusals.not_writable(_INFORMATION_HIDES)
    new_place = layout.new_place if needs_new else None
    if change.segment is None:
        return _replaced(layout, encoded, new_place)
    return _with_segment(layout, change, new_place)


def _removed(layout: BmffLayout) -> _Edits | Refusal:
    if layout.has_information:
        return refusals.not_writable(_INFORMATION_APPEARS)
    return _Edits(splices=[_splice(place, b"") for place in layout.places_of(COMMENT)])


def _replaced(layout: BmffLayout, encoded: bytes, new_place: NewPlace | None) -> _Edits | Refusal:
    """Return the splices that write the new text into every place and into a new place."""
    has_strings = any(place.strings for place in layout.places_of(COMMENT)) or (
        new_place is not None and new_place.strings
    )
    if len(encoded) > strings.MAX_BYTES and has_strings:
        return refusals.invalid_value(strings.too_long(len(encoded)))
    keeps_language = layout.has_information
    splices = [
        _splice(place, places.with_only_text(place, encoded, keeps_language=keeps_language))
        for place in layout.places_of(COMMENT)
    ]
    return _Edits(splices=splices, added=(new_place, encoded.decode("utf-8", "surrogateescape")) if new_place else None)


def _with_segment(layout: BmffLayout, change: Change, new_place: NewPlace | None) -> _Edits | Refusal:
    """Return the splices that replace the People segment of every text and add a comment in a new place."""
    keeps_language = layout.has_information
    try:
        splices = [
            _splice(
                place,
                places.with_edited_texts(
                    place, lambda text: fields.apply_change(change, text), keeps_language=keeps_language
                ),
            )
            for place in layout.places_of(COMMENT)
        ]
    except MalformedBoxError as error:
        return refusals.invalid_value(str(error))
    if new_place is None:
        is_left = any(splice.data for splice in splices)
        if not is_left and layout.has_information:
            return refusals.not_writable(_INFORMATION_APPEARS)
        return _Edits(splices=splices)
    last = next(
        (text for place in reversed(layout.places_of(COMMENT)) for text in reversed(places.values(place))), None
    )
    text = fields.apply_change(change, last if not layout.has_information else layout.information_text) or ""
    text = text.partition("\0")[0]
    length = len(text.encode("utf-8", "surrogateescape"))
    if new_place.strings and length > strings.MAX_BYTES:
        return refusals.invalid_value(strings.too_long(length))
    return _Edits(splices=splices, added=(new_place, text))


def _splice(place: FieldPlace, data: bytes) -> BoxSplice:
    return BoxSplice(start=place.box.start, end=place.box.end, data=data, around=place.around)


def _encoded(text: str, key: str) -> bytes | Refusal:
    try:
        encoded = text.encode("utf-8", "surrogateescape")  # undecodable bytes of the file are written back unchanged
    except UnicodeEncodeError:
        return refusals.invalid_value(f"The {key} holds characters that cannot be written.")
    if b"\0" in encoded:
        return refusals.invalid_value(refusals.has_nul(key))
    if len(encoded) > places.MAX_BYTES:
        return refusals.invalid_value(f"The {key} has more than {places.MAX_BYTES:,} bytes.")
    return encoded
