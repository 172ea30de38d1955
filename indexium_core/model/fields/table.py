"""
The table of fields: key, title, type and meaning of each field.

Everything knows fields from this table: the containers, the plan, edits, templates, the search, exports, the history
and the interface. A new field needs an entry here, and its places in `places`, which the entry names.

The functions of this module also know the fields that the user defined (`custom`); the constants do not.
"""

from __future__ import annotations

from indexium_core import errors
from indexium_core.model.fields import custom, places
from indexium_core.model.fields.field import Field

RATING = "rating"  # favorites are the files with the best rating
TITLE = "title"
DATE = "date"
CREATION_TIME = "creation_time"  # of a photo, it is the one date of the recording
FAVORITE_KEY = "favorite"  # no field: in a search and in an edit it means this rating
COMMENT = "comment"  # its producer are the people of a file: a person edits people, not the text

FIELDS: tuple[Field, ...] = (
    Field(
        key=COMMENT,
        title="Comment",
        type="people",
        about="The people of the file, and other text.",
        stored=places.COMMENT,
    ),
    Field(
        key=TITLE,
        title="Title",
        type="text",
        about="The title of the video or the photo.",
        stored=places.TITLE,
    ),
    Field(
        key="description",
        title="Description",
        type="text",
        about="What the file shows, in a few sentences.",
        multiline=True,
        stored=places.DESCRIPTION,
    ),
    Field(
        key=DATE,
        title="Date",
        type="date",
        about="The day, the month or the year of the recording or release.",
        stored=places.DATE,
    ),
    Field(
        key=CREATION_TIME,
        title="Creation time",
        type="datetime",
        about="The moment of the recording.",
        stored=places.CREATION_TIME,
    ),
    Field(
        key="genre",
        title="Genre",
        type="text",
        about="The genre, for example Documentary.",
        stored=places.GENRE,
    ),
    Field(
        key=RATING,
        title="Rating",
        type="rating",
        about="The stars of the owner, 1 to 5. 5 is a favourite.",
        stored=places.RATING,
    ),
    Field(
        key="show",
        title="Show",
        type="text",
        about="The series of an episode.",
        stored=places.SHOW,
    ),
    Field(
        key="season",
        title="Season",
        type="integer",
        about="The number of the season.",
        highest=255,
        stored=places.SEASON,
    ),
    Field(
        key="episode",
        title="Episode",
        type="integer",
        about="The number of the episode.",
        highest=255,
        stored=places.EPISODE,
    ),
    Field(
        key="artist",
        title="Artist",
        type="text",
        about="The main performer, the author or the photographer.",
        stored=places.ARTIST,
    ),
    Field(
        key="copyright",
        title="Copyright",
        type="text",
        about="Who has the rights, and since when.",
        stored=places.COPYRIGHT,
    ),
    Field(
        key="keywords",
        title="Keywords",
        type="list",
        about="Words to find the file by.",
        stored=places.KEYWORDS,
    ),
    Field(
        key="location",
        title="Location",
        type="text",
        about="The place of the recording.",
        stored=places.LOCATION,
    ),
)
EDITABLE = tuple(each for each in FIELDS if each.key != COMMENT)
DATED = tuple(each.key for each in EDITABLE if each.type in {"date", "datetime"})  # the first one counts
_BY_KEY = {each.key: each for each in FIELDS}


def all_fields() -> tuple[Field, ...]:
    """Return the fields of the table, and behind them those that the user defined."""
    return FIELDS + custom.current().fields


def editable_fields() -> tuple[Field, ...]:
    """Return the fields that a person can set, those that the user defined last."""
    return EDITABLE + custom.current().fields


def fields_in_files() -> tuple[Field, ...]:
    """Return all fields that containers know: also removed ones."""
    return (*FIELDS, *custom.current().in_files.values())


def find_field(key: str) -> Field | None:
    """Return the field with a key, None if there is no such field."""
    return _BY_KEY.get(key) or custom.current().by_key.get(key)


def field_named(key: str) -> Field:
    """
    Return the field with a key.

    Raises:
        UsageError: There is no such field; the message lists the fields.

    """
    found = find_field(key)
    if found is None:
        names = ", ".join(each.key for each in all_fields())
        raise errors.UsageError(f"There is no field '{key}'. Fields: {names}.")
    return found


def known_field(key: str) -> Field:
    """Return the field with a key, also a removed one; for any other key a field of text that only has this key."""
    found = _BY_KEY.get(key) or custom.current().in_files.get(key)
    return found or Field(key=key, title=key, type="text", about="", multiline=True)


def title_of(key: str) -> str:
    """Return the title of the field with a key, also of a removed one; the key itself if there is no such field."""
    return known_field(key).title


def editable_field(key: str) -> Field:
    """
    Return the field with a key, if a person can set it.

    Raises:
        UsageError: There is no such field, or it follows from the people.

    """
    field = field_named(key)
    if field.key == COMMENT:
        raise errors.UsageError(f"The {key} follows from the people of a file. Edit the people instead.")
    return field
