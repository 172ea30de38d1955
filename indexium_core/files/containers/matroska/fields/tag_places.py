"""
The tags of our fields: the names and the target of each, from the table of places.

The file itself has the TargetTypeValue 50, its season 60 and its show 70. FFmpeg shows a TargetType string as a prefix
of the name (`COLLECTION/TITLE`) and ignores the value, so a show without a string would be the title of the film.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.model.fields.custom import RegisteredFields
from indexium_core.model.fields.field import MatroskaPlace
from indexium_core.model.fields.table import CREATION_TIME, FIELDS, TITLE, known_field

FILE = 50  # TargetTypeValue of the file, which is the default
_SEASON, _SHOW = 60, 70
# The TargetType strings that we know, and their values.
TYPES = dict.fromkeys(("ALBUM", "OPERA", "CONCERT", "MOVIE", "EPISODE"), FILE) | {
    "SEASON": _SEASON,
    "COLLECTION": _SHOW,
}
IN_INFO = frozenset({TITLE, CREATION_TIME})  # fields of Info; a write changes their tags, and adds none

_PLACES: Mapping[str, MatroskaPlace] = {
    each.key: each.stored.matroska for each in FIELDS if each.stored.matroska is not None
}
_BY_NAME: dict[str, tuple[tuple[str, MatroskaPlace], ...]] = {
    name: tuple((key, place) for key, place in _PLACES.items() if name in place.names)
    for each in _PLACES.values()
    for name in each.names
}
NAMES = frozenset(_BY_NAME)  # of all tags of these fields


def places_of(name: str, fields: RegisteredFields) -> tuple[tuple[str, MatroskaPlace], ...]:
    """Return the fields that have tags of a name, in upper case, and their places; `fields` are those of the user."""
    found = _BY_NAME.get(name)
    if found is not None:
        return found
    key = fields.by_tag.get(name.lower())
    return () if key is None else ((key, MatroskaPlace(names=(name,))),)


def find_place(field: str) -> MatroskaPlace | None:
    """Return the place of a field, None if the field has no tags."""
    return known_field(field).stored.matroska


def place_of(field: str) -> MatroskaPlace:
    """Return the place of a field that has tags."""
    place = find_place(field)
    assert place is not None
    return place


def text_in_file(field: str, text: str) -> str:
    """Return a value as the file stores it: a comma separates the items of a list."""
    return text.replace("; ", ", ") if known_field(field).type == "list" else text


def unprefixed(field: str) -> str:
    """Return why the field cannot be edited if its tag has no TargetType."""
    kind = place_of(field).kind
    return f"The tag of the {field} has no TargetType {kind}, so that players show it as a text of the film itself."
