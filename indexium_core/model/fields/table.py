"""
The table of fields: key, title and type of each field, and the programs that show it.

Everything outside the containers knows fields only from this table: the plan, edits, templates, the search, exports,
the history and the interface. A new field needs an entry here and a place in the field map of each container.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from indexium_core import errors

__all__ = ["COMMENT", "EDITABLE", "FIELDS", "Field", "FieldType", "field_named"]

FieldType = Literal["people", "text", "integer", "rating", "date", "datetime", "list"]

COMMENT = "comment"  # its producer are the people of a file: a person edits people, not the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field."""

    key: str  # in searches, commands, JSON and exports
    title: str  # in the interface
    type: FieldType
    about: str  # one sentence: what the field means
    places: Mapping[str, str] = field(default_factory=dict)  # by container: the place of the value, for people
    lowest: int = 0  # of an integer
    highest: int = 0
    multiline: bool = False  # a text that may have line breaks


FIELDS: tuple[Field, ...] = (
    Field(key=COMMENT, title="Comment", type="people", about="The people of the file, and other text."),
    Field(
        key="title",
        title="Title",
        type="text",
        about="The title of the film or the photo.",
        places={"mp4": "©nam", "mov": "©nam", "matroska": "Title", "webm": "Title"},
    ),
    Field(
        key="description",
        title="Description",
        type="text",
        about="What the file shows, in a few sentences.",
        multiline=True,
    ),
    Field(key="date", title="Date", type="date", about="The day, the month or the year of the recording or release."),
    Field(key="creation_time", title="Creation time", type="datetime", about="The moment of the recording."),
    Field(key="genre", title="Genre", type="text", about="The genre, for example Documentary."),
    Field(key="rating", title="Rating", type="rating", about="The stars of the owner, 1 to 5. 5 is a favorite."),
    Field(key="show", title="Show", type="text", about="The series of an episode."),
    Field(key="season", title="Season", type="integer", about="The number of the season.", highest=9_999),
    Field(key="episode", title="Episode", type="integer", about="The number of the episode.", highest=99_999),
    Field(key="artist", title="Artist", type="text", about="The main performer, the author or the photographer."),
    Field(key="copyright", title="Copyright", type="text", about="Who has the rights, and since when."),
    Field(key="keywords", title="Keywords", type="list", about="Words to find the file by."),
    Field(key="location", title="Location", type="text", about="The place of the recording."),
)
EDITABLE = tuple(each for each in FIELDS if each.key != COMMENT)
_BY_KEY = {each.key: each for each in FIELDS}


def field_named(key: str) -> Field:
    """
    Return the field with a key.

    Raises:
        UsageError: There is no such field; the message lists the fields.

    """
    if key not in _BY_KEY:
        raise errors.UsageError(f"There is no field '{key}'. Fields: {', '.join(_BY_KEY)}.")
    return _BY_KEY[key]
