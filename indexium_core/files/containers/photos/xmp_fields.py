"""
The fields of photos in an XMP packet: which property stores each field, in which form, and what a write changes.

The table of places has the properties. The people of a photo are `PersonInImage`, a list of names. The field `comment`
shows them as the segment `People: …`, so the plan, the risk rules and the history need no rule for photos. Text beside
the segment has no place.

A rating is `xmp:Rating`, and beside it the percentage of Windows (`MicrosoftPhoto:Rating`). A write changes both. -1
means rejected. A percentage that contradicts the rating is a place of its own, which a write sets to the same value.

The moment of the recording is in EXIF, too, and has the rules of `photo_dates`. Only `creation_time`
uses the places of this moment: a photo has no place for the field `date`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from indexium_core import errors
from indexium_core.files.containers.photos import photo_dates, xmp, xmp_editing
from indexium_core.files.containers.photos.photo_dates import ExifDate
from indexium_core.files.containers.photos.xmp import XmpPacket, XmpProperty
from indexium_core.files.containers.photos.xmp_editing import XmpTexts
from indexium_core.model.fields import custom, values
from indexium_core.model.fields.custom import RegisteredFields
from indexium_core.model.fields.field import Field, XmpPlace
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, FIELDS, RATING, known_field
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.people import people_comment

# Some programs leave out the last slash of the namespace.
_PERCENT = XmpPlace(
    uris=("http://ns.microsoft.com/photo/1.0/", "http://ns.microsoft.com/photo/1.0"),
    prefix="MicrosoftPhoto",
    name="Rating",
)

# Namespace and name of every property that a write of these fields may change.
STANDARD_NAMES = frozenset(
    (uri, place.name)
    for place in (*(each.stored.xmp for each in FIELDS), _PERCENT, *photo_dates.PLACES)
    if place is not None
    for uri in place.uris
)
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,4}(?:\.0*)?", re.ASCII)
# Characters that XML 1.0 cannot hold, not even as references.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_DATES: Mapping[int, ExifDate] = MappingProxyType({})
_JOINED = "; "  # between the items of a list in one text

_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    f' <rdf:RDF xmlns:rdf="{xmp.RDF}">\n'
    " </rdf:RDF>\n"
    "</x:xmpmeta>\n"
    '<?xpacket end="w"?>'
).encode()


class ValueRefusedError(Exception):
    """A value that XMP cannot hold; the message is a sentence for the user."""


def properties() -> Mapping[str, XmpPlace]:
    """Return the property of each field."""
    return _properties(custom.current())


@functools.lru_cache(maxsize=8)
def _properties(own: RegisteredFields) -> Mapping[str, XmpPlace]:
    fields_of_all = (*FIELDS, *own.in_files.values())
    return {each.key: each.stored.xmp for each in fields_of_all if each.stored.xmp is not None}


def place_of(key: str) -> XmpPlace | None:
    """Return the property of a field, None if photos have no place for it."""
    return known_field(key).stored.xmp


def _property_of(key: str) -> XmpPlace:
    """Return the property of a field that photos can store."""
    place = place_of(key)
    assert place is not None
    return place


def new_packet() -> XmpPacket:
    """Return a packet without properties."""
    return xmp.read_packet(_EMPTY)


def stars_of_percent(text: str) -> str:
    """Return the stars of a percentage, "" for none and for a text that is no percentage."""
    number = int(float(text)) if _WHOLE_NUMBER.fullmatch(text.strip()) else 0
    return values.stars_of_percent(number) if 0 <= number <= values.MAX_PERCENT else ""


# Reading


def fields_of(
    packet: XmpPacket, *, other_ratings: Sequence[tuple[str, str]] = (), dates: Mapping[int, ExifDate] = _NO_DATES
) -> tuple[FieldValue, ...]:
    """
    Return every place of a field in a packet.

    Args:
        packet: The packet.
        other_ratings: Ratings outside the packet (EXIF): place and stars.
        dates: Dates outside the packet (EXIF).

    """
    found: list[FieldValue] = []
    for key, place in properties().items():
        text = _value(key, xmp_editing.find(packet, place))
        if key == CREATION_TIME:
            found += photo_dates.date_places(packet, dates)
        elif text and key != RATING:
            found.append(FieldValue(field=key, where=f"XMP/{place.name}", value=text))
    return (*found, *_ratings(packet, other_ratings))


def _ratings(packet: XmpPacket, others: Sequence[tuple[str, str]]) -> list[FieldValue]:
    """Return the rating, and the ratings elsewhere that contradict it; XMP's own rating is the valid one."""
    own, percent = xmp_editing.find(packet, _property_of(RATING)), xmp_editing.find(packet, _PERCENT)
    places = [("XMP/Rating", _value(RATING, own))] if own is not None else []
    if percent is not None and percent.is_plain:
        places.append(("XMP/MicrosoftPhoto:Rating", stars_of_percent(percent.value)))
    places += others
    stars = places[0][1] if own is not None else next((text for _, text in places if text), "")
    if not stars:  # without stars, or rated 0: a rating elsewhere is out of date
        return []
    leading = next((where for where, text in places if text == stars), "")
    return [
        FieldValue(field=RATING, where=where, value=text, takes_value=where == leading)
        for where, text in places
        if text and (where == leading or text != stars)
    ]


def _value(key: str, found: XmpProperty | None) -> str:
    """Return the canonical text of a property, "" for none."""
    if found is None or not found.is_plain:
        return ""
    if key == COMMENT:
        return people_comment.segment_of([name for name in map(_person, _texts(found)) if name])
    if found.array == "Alt":
        default = next((item for item in found.items if item.language.lower() == "x-default"), None)
        text = (default or found.items[0]).value if found.items else ""
    else:
        text = _JOINED.join(_texts(found))
    if key == RATING:
        text = text.strip()
        return "" if _WHOLE_NUMBER.fullmatch(text) and float(text) == 0 else values.stored(known_field(key), text)
    return values.stored(known_field(key), text)


def _texts(found: XmpProperty) -> list[str]:
    if found.array:
        return [item.value for item in found.items]
    return [found.value] if found.value else []


def _person(text: str) -> str:
    """Return the name of a person, "" for a text that cannot be one: such a text stays in the list as it is."""
    try:
        return people_comment.validate_name(text)
    except errors.ValidationError:
        return ""


# Writing


def edited(packet: XmpPacket, changes: Sequence[Change], *, dates: Mapping[int, ExifDate] = _NO_DATES) -> XmpPacket:
    """
    Return the packet after changes, at most one for each field; `dates` are those of EXIF, which change, too.

    Raises:
        NotEditableError: The packet or a property has a form that cannot be changed with certainty.
        ValueRefusedError: XMP cannot hold a value.

    """
    wanted: list[tuple[XmpPlace, XmpTexts]] = []
    for change in changes:
        place = _property_of(change.field)
        found = xmp_editing.find(packet, place)
        if change.field == CREATION_TIME:
            wanted += photo_dates.xmp_edits(packet, dates, _date(packet, dates), change.new)
            continue
        text = fields.apply_change(change, _value(change.field, found) or None)
        if text is not None and _NOT_IN_XML.search(text):
            raise ValueRefusedError(f"The {change.field} has a control character, which XMP cannot hold.")
        wanted.append((place, _wanted(change.field, found, text)))
        if change.field == RATING:
            percent = values.PERCENT_OF_STARS.get(text or "")
            wanted.append((_PERCENT, XmpTexts((str(percent),) if percent else ())))
    new = xmp_editing.apply(packet, wanted)
    for change in changes:
        place = _property_of(change.field)
        if change.field == CREATION_TIME:
            exif = {tag: dates[tag].after(change.new) for tag in dates}
            planned, found_after = change.new, _date(new, exif)
        else:
            planned = fields.apply_change(change, _value(change.field, xmp_editing.find(packet, place)) or None)
            found_after = _value(change.field, xmp_editing.find(new, place)) or None
        if found_after != planned:
            raise ValueRefusedError(f"XMP cannot hold this {change.field} without changing it.")
    return new


def _date(packet: XmpPacket, dates: Mapping[int, ExifDate]) -> str | None:
    """Return the valid moment of the recording."""
    return next((place.value for place in photo_dates.date_places(packet, dates)), None)


def _wanted(key: str, found: XmpProperty | None, text: str | None) -> XmpTexts:
    """Return the texts of a property for the new text of its field."""
    items = _texts(found) if found is not None and found.array in {"Bag", "Seq"} else []
    if key == COMMENT:
        return _people(items, text or "")
    if text is None:
        return XmpTexts(())
    if _property_of(key).form in {"", "Alt"}:
        return XmpTexts((text,))
    field = known_field(key)
    if field.type == "list":
        return _words(field, items, text.split(_JOINED))
    return XmpTexts(tuple(text.split(_JOINED)), tuple(items))


def _people(items: Sequence[str], text: str) -> XmpTexts:
    """Return the list of names; items that cannot be a person's name stay where they are."""
    names = [_person(name) for name in people_comment.split_names(text.partition(":")[2])]
    if not all(names) or people_comment.segment_of(names) != text:
        raise ValueRefusedError("The comment of a photo can hold only the names of people, and no other text.")
    present = [_person(item) or item for item in items]
    values_ = list(names)
    for number, item in enumerate(items):
        if not _person(item):
            values_.insert(min(number, len(values_)), item)
    return XmpTexts(tuple(values_), tuple(present))


def _words(field: Field, items: Sequence[str], words: Sequence[str]) -> XmpTexts:
    """Return the items of a list; an item with a comma, which counts as several, stays one if all of them stay."""
    left = list(words)
    present = [values.stored(field, item) for item in items]
    for key in present:
        parts = key.split(_JOINED)
        at = next((at for at in range(len(left)) if left[at : at + len(parts)] == parts), None)
        if len(parts) > 1 and at is not None:
            left[at : at + len(parts)] = [key]
    return XmpTexts(tuple(left), tuple(present))


def not_removable(packet: XmpPacket, key: str) -> str:
    """Return why a field cannot be removed from a packet, as a sentence; "" if it can."""
    place = place_of(key)
    found = xmp_editing.find(packet, place) if place is not None else None
    return xmp_editing.other_languages(place, found) if place is not None and found is not None else ""


def remainder(packet: XmpPacket, edited_fields: Collection[str]) -> bytes:
    """Return the part of a packet that a write of some fields must not change; b"" if it has no other content."""
    places = [place for key in edited_fields for place in _places(key)]
    rest = xmp_editing.remainder(packet, places)
    return b"" if rest == xmp_editing.remainder(new_packet(), ()) else rest


def writable_fields(packet: XmpPacket | None) -> frozenset[str]:
    """Return the fields that a packet can store."""
    if packet is None:
        return frozenset(properties())
    found = {key: [xmp_editing.find(packet, place) for place in _places(key)] for key in properties()}
    return frozenset(key for key, each in found.items() if all(place is None or place.is_plain for place in each))


def fields_in(packet: XmpPacket) -> frozenset[str]:
    """Return the fields that have a property in a packet, whatever its form."""
    return frozenset(
        key for key in properties() if any(xmp_editing.find(packet, place) is not None for place in _places(key))
    )


def _places(key: str) -> Sequence[XmpPlace]:
    """Return the properties that a write of a field may change."""
    if key == CREATION_TIME:
        return photo_dates.PLACES
    return [_property_of(key), _PERCENT] if key == RATING else [_property_of(key)]
