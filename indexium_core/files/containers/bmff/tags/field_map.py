"""
The field map of ISO base media files: the box, the item or the key of each field, from the table of places.

A field may have several places, which are all edited. A new value gets the place that FFmpeg, ExifTool and MediaInfo
show. The value of a field that the user defined is a free-form item of the iTunes list, or has a key.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.model.fields import custom
from indexium_core.model.fields.field import BmffPlace
from indexium_core.model.fields.table import CREATION_TIME, FIELDS, known_field

OLD_GENRE = b"gnre"  # a number of a genre; a write replaces it by a text

_PLACES = {each.key: each.stored.bmff for each in FIELDS if each.stored.bmff is not None}


def _kind(name: str) -> bytes:
    return name.encode("latin-1")


# The items of `ilst`, and the strings of `udta`.
ITEMS: Mapping[bytes, str] = {_kind(name): key for key, place in _PLACES.items() for name in place.items}
STRINGS: Mapping[bytes, str] = {kind: key for kind, key in ITEMS.items() if kind.startswith(_kind("©"))}
# The texts and the location of `udta` in 3GPP files.
ASSETS: Mapping[bytes, str] = {_kind(name): key for key, place in _PLACES.items() for name in place.boxes_3gp}
# The names of keys and of free-form items, in lower case: FFmpeg shows them unchanged.
KEYS: Mapping[str, str] = {
    name: each.key for each in FIELDS if each.key != CREATION_TIME for name in each.names_in("mov")
} | {place.key.lower(): key for key, place in _PLACES.items() if place.key}
TIME_KEYS = frozenset(known_field(CREATION_TIME).names_in("mov"))
# FFmpeg does not show these, or under another name.
NOT_SHOWN = frozenset(_kind(name) for place in _PLACES.values() for name in place.unshown)
# Boxes of `udta` that FFmpeg shows as a field, without or with another text; the last box in the file counts.
HIDING: Mapping[bytes, str] = {
    _kind(place.item): key for key, place in _PLACES.items() if place.item and _kind(place.item) not in STRINGS
}


def key_field(name: str) -> str | None:
    """Return the field of a key, or of a free-form item, by its name; FFmpeg ignores letter case."""
    return KEYS.get(name.lower()) or custom.current().by_mp4_name.get(name.lower())


def new_item(field: str) -> bytes | None:
    """Return the item of the iTunes list that a new value gets in an MP4; None if the field has another place."""
    place = _place(field)
    return _kind(place.item) if place is not None and place.item else None


def new_string(field: str) -> bytes | None:
    """Return the string of `udta` that a new value gets if there is no item; None if the field has another place."""
    place = _place(field)
    return _kind(place.string) if place is not None and place.string else None


def freeform_name(field: str) -> tuple[str, str] | None:
    """Return owner and name of the free-form item that a new value gets; None if the field has another place."""
    place = _place(field)
    return (place.owner, place.key) if place is not None and place.owner else None


def new_key(field: str) -> str | None:
    """Return the name of the key that a new value gets; None if the field has another place."""
    place = _place(field)
    return place.key if place is not None and place.key and not place.owner else None


def is_writable(field: str) -> bool:
    """Return whether a field has a place in a file."""
    return _place(field) is not None


def _place(field: str) -> BmffPlace | None:
    return known_field(field).stored.bmff
