"""
The homes of our fields among the tags: the names and the target of each (Matroska tag registry, `matroska_tags.xml`).

The file itself has the TargetTypeValue 50, its season 60 and its show 70. FFmpeg shows a TargetType string as a prefix
of the name (`COLLECTION/TITLE`) and ignores the value, so a show without a string would be the title of the film.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core.model.fields import registered
from indexium_core.model.fields.registered import RegisteredFields
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, known_field

FILE = 50  # TargetTypeValue of the file, which is the default
_SEASON, _SHOW = 60, 70
# The TargetType strings that we know, and their values.
TYPES = dict.fromkeys(("ALBUM", "OPERA", "CONCERT", "MOVIE", "EPISODE"), FILE) | {
    "SEASON": _SEASON,
    "COLLECTION": _SHOW,
}
TITLE = "title"
IN_INFO = frozenset({TITLE, CREATION_TIME})  # fields of Info; a write changes their tags, and adds none


@dataclass(frozen=True, slots=True)
class TagHome:
    """Where a field is stored: in tags of these names, with this target."""

    names: tuple[str, ...]  # players show the first that exists; a new tag gets the first
    level: int = FILE  # TargetTypeValue
    kind: str = ""  # TargetType of a new tag; "" for none
    kinds: frozenset[str] = frozenset()  # of tags that belong to the field, "" for none; empty: all of this level
    all_equal: bool = False  # a write gives every tag the new text; otherwise one tag, and removes the others

    def takes(self, level: int, kind: str) -> bool:
        """Return whether tags of a target belong to this field."""
        return level == self.level and (not self.kinds or kind in self.kinds)


_HOMES: Mapping[str, TagHome] = {
    COMMENT: TagHome(("COMMENT",)),
    TITLE: TagHome(("TITLE",), all_equal=True),
    CREATION_TIME: TagHome(("CREATION_TIME",), all_equal=True),
    "description": TagHome(("DESCRIPTION",)),
    "date": TagHome(("DATE_RELEASED", "DATE_RECORDED", "DATE"), all_equal=True),
    "genre": TagHome(("GENRE",)),
    "rating": TagHome(("RATING",)),
    "show": TagHome(("TITLE",), _SHOW, "COLLECTION", frozenset({"", "COLLECTION"})),
    "season": TagHome(("PART_NUMBER",), _SEASON, "SEASON", frozenset({"", "SEASON"})),
    "episode": TagHome(("PART_NUMBER",), kinds=frozenset({"", "EPISODE"})),
    "artist": TagHome(("ARTIST",)),
    "copyright": TagHome(("COPYRIGHT",)),
    "keywords": TagHome(("KEYWORDS",)),
    "location": TagHome(("RECORDING_LOCATION",)),
}
_BY_NAME: dict[str, tuple[tuple[str, TagHome], ...]] = {
    name: tuple((key, home) for key, home in _HOMES.items() if name in home.names)
    for each in _HOMES.values()
    for name in each.names
}
NAMES = frozenset(_BY_NAME)  # of all tags of these fields


def homes_of(name: str, fields: RegisteredFields) -> tuple[tuple[str, TagHome], ...]:
    """Return the fields that have tags of a name, in upper case, and their homes; `fields` are those of the user."""
    found = _BY_NAME.get(name)
    if found is not None:
        return found
    key = fields.by_tag.get(name.lower())
    return () if key is None else ((key, TagHome((name,))),)


def find_home(field: str) -> TagHome | None:
    """Return the home of a field, None if the field has no tags."""
    if field in _HOMES:
        return _HOMES[field]
    known = registered.current().in_files.get(field)
    return TagHome((known.custom.tag.upper(),)) if known is not None and known.custom is not None else None


def home_of(field: str) -> TagHome:
    """Return the home of a field that has tags."""
    home = find_home(field)
    assert home is not None
    return home


def text_in_file(field: str, text: str) -> str:
    """Return a value as the file stores it: a comma separates the items of a list."""
    return text.replace("; ", ", ") if known_field(field).type == "list" else text


def unprefixed(field: str) -> str:
    """Return why the field cannot be edited if its tag has no TargetType."""
    kind = home_of(field).kind
    return f"The tag of the {field} has no TargetType {kind}, so that players show it as a text of the film itself."
