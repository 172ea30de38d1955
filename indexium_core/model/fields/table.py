"""
The table of fields: key, title and type of each field, and the programs that show it.

Everything outside the containers knows fields only from this table: the plan, edits, templates, the search, exports,
the history and the interface. A new field needs an entry here and a place in the field map of each container.

The functions of this module also know the fields that the user defined (`custom`, `registered`); the constants do not.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core import errors
from indexium_core.model.fields import registered
from indexium_core.model.fields.field import FLV_TEXT, PHOTO_CONTAINERS, Field, ValueLimit

RATING = "rating"  # favorites are the files with the best rating
TITLE = "title"
DATE = "date"
CREATION_TIME = "creation_time"  # of a photo, it is the one date of the recording
FAVORITE_KEY = "favorite"  # no field: in a search and in an edit it means this rating
COMMENT = "comment"  # its producer are the people of a file: a person edits people, not the text


_UTC = r"[^.]*Z"  # a time in UTC, in whole seconds
_UTC_FRACTION = r"[^.]*(?:\.\d{{1,{}}})?Z"
_MOVIE_TIME = ValueLimit(
    remedy="enter a time in UTC in whole seconds, from 1970 to 2040, for example 2019-07-31T16:30:00Z",
    pattern=_UTC,
    is_utc=True,
    lowest="1970-01-01T00:00:00Z",
    highest="2040-02-06T06:28:15Z",
)
_MATROSKA_TIME = ValueLimit(
    remedy="enter a time in UTC with at most six digits of a second, from 1709 to 2292, such as 2019-07-31T16:30:00Z",
    pattern=_UTC_FRACTION.format(6),
    is_utc=True,
    lowest="1709",
    highest="2293",
)
_WINDOWS_TIME = ValueLimit(
    remedy="enter a time in UTC with at most seven digits of a second, after 1601, for example 2019-07-31T16:30:00Z",
    pattern=_UTC_FRACTION.format(7),
    is_utc=True,
    lowest="1601-01-01T00:00:00.0000001Z",
)
# Degrees, or degrees and minutes, or also seconds, with a fraction of the last one: 90 north to 180 east at most.
_LATITUDE = r"[+-](?:[0-8]\d(?:[0-5]\d){0,2}(?:\.\d+)?|90(?:00){0,2}(?:\.0+)?)"
_LONGITUDE = r"[+-](?:(?:0\d|1[0-7])\d(?:[0-5]\d){0,2}(?:\.\d+)?|180(?:00){0,2}(?:\.0+)?)"
_POSITION = ValueLimit(
    remedy="enter a position as in ISO 6709, for example +48.1374+011.5755/, with a latitude from -90 to +90 and a "
    "longitude from -180 to +180",
    pattern=rf"{_LATITUDE}{_LONGITUDE}(?:[+-]\d+(?:\.\d+)?)?(?:CRS[^/]*)?/?",
)


def _in_photos(place: str) -> Mapping[str, str]:
    """Return a place that is the same in every kind of photo."""
    return dict.fromkeys(PHOTO_CONTAINERS, place)


FIELDS: tuple[Field, ...] = (
    Field(
        key=COMMENT,
        title="Comment",
        type="people",
        about="The people of the file, and other text.",
        shown_as={"": ("comment", "com.apple.quicktime.comment")},
    ),
    Field(
        key=TITLE,
        title="Title",
        type="text",
        about="The title of the video or the photo.",
        places={
            "avi": "INAM",
            "ogg": "TITLE",
            "flv": "onMetaData title",
            "asf": "Content Description title",
            "matroska": "Segment/Info/Title and TITLE",
            "webm": "Segment/Info/Title and TITLE",
            "mp4": "©nam",
            "mov": "©nam",
            "3gp": "©nam",
            **_in_photos("XMP dc:title"),
        },
        limits={"flv": FLV_TEXT},
        shown_as={"": ("title", "com.apple.quicktime.title", "com.apple.quicktime.displayname")},
    ),
    Field(
        key="description",
        title="Description",
        type="text",
        about="What the file shows, in a few sentences.",
        multiline=True,
        places={
            "avi": "ISBJ",
            "flv": "onMetaData description",
            "matroska": "DESCRIPTION",
            "webm": "DESCRIPTION",
            "mp4": "desc",
            "mov": "com.apple.quicktime.description",
            "3gp": "desc",
            **_in_photos("XMP dc:description"),
        },
        limits={"flv": FLV_TEXT},
        shown_as={
            "": ("description", "com.apple.quicktime.description"),
            "mov": ("description", "com.apple.quicktime.description", "synopsis"),
            "avi": ("subject",),
            "asf": (),
            "ogg": (),
        },
    ),
    Field(
        key=DATE,
        title="Date",
        type="date",
        about="The day, the month or the year of the recording or release.",
        places={
            "avi": "ICRD",
            "ogg": "DATE",
            "flv": "onMetaData date",
            "asf": "WM/OriginalReleaseTime",
            "matroska": "DATE_RELEASED",
            "webm": "DATE_RELEASED",
            "mp4": "©day",
            "mov": "©day",
            "3gp": "©day",
        },
        shown_as={
            "": ("date",),
            "matroska": ("date_released", "date_recorded", "date"),
            "asf": ("wm/originalreleasetime",),
        },
    ),
    Field(
        key=CREATION_TIME,
        title="Creation time",
        type="datetime",
        about="The moment of the recording.",
        places={
            "asf": "File Properties creation date",
            "matroska": "Segment/Info/DateUTC",
            "webm": "Segment/Info/DateUTC",
            "mp4": "mvhd",
            "mov": "mvhd",
            "3gp": "mvhd",
            **_in_photos("EXIF DateTimeOriginal, XMP photoshop:DateCreated"),
        },
        limits={
            "asf": _WINDOWS_TIME,
            "matroska": _MATROSKA_TIME,
            "webm": _MATROSKA_TIME,
            "mp4": _MOVIE_TIME,
            "mov": _MOVIE_TIME,
            "3gp": _MOVIE_TIME,
        },
        shown_as={"": ("creation_time",), "asf": (), "ogg": (), "flv": ()},
    ),
    Field(
        key="genre",
        title="Genre",
        type="text",
        about="The genre, for example Documentary.",
        places={
            "avi": "IGNR",
            "ogg": "GENRE",
            "flv": "onMetaData genre",
            "asf": "WM/Genre",
            "matroska": "GENRE",
            "webm": "GENRE",
            "mp4": "©gen",
            "mov": "©gen",
            "3gp": "©gen",
        },
        limits={"flv": FLV_TEXT},
        shown_as={"": ("genre", "com.apple.quicktime.genre")},
    ),
    Field(
        key=RATING,
        title="Rating",
        type="rating",
        about="The stars of the owner, 1 to 5. 5 is a favourite.",
        places={
            "asf": "WM/SharedUserRating",
            "matroska": "RATING",
            "webm": "RATING",
            "mp4": "com.apple.quicktime.rating.user",
            "mov": "com.apple.quicktime.rating.user",
            "3gp": "com.apple.quicktime.rating.user",
            **_in_photos("XMP xmp:Rating"),
        },
        # The tag `rating` of an MP4 is the advice for parents.
        shown_as={
            "mov": ("com.apple.quicktime.rating.user",),
            "matroska": ("rating",),
            "asf": ("wm/shareduserrating",),
            "photo": ("rating",),
        },
        percent_in=frozenset({"asf"}),
    ),
    Field(
        key="show",
        title="Show",
        type="text",
        about="The series of an episode.",
        places={"matroska": "COLLECTION/TITLE", "webm": "COLLECTION/TITLE", "mp4": "tvsh", "3gp": "tvsh"},
        shown_as={"mov": ("show",), "matroska": ("collection/title",)},
    ),
    Field(
        key="season",
        title="Season",
        type="integer",
        about="The number of the season.",
        highest=255,
        places={"matroska": "SEASON/PART_NUMBER", "webm": "SEASON/PART_NUMBER", "mp4": "tvsn", "3gp": "tvsn"},
        shown_as={"mov": ("season_number",), "matroska": ("season/part_number",)},
    ),
    Field(
        key="episode",
        title="Episode",
        type="integer",
        about="The number of the episode.",
        highest=255,
        places={"matroska": "PART_NUMBER", "webm": "PART_NUMBER", "mp4": "tves", "3gp": "tves"},
        shown_as={"mov": ("episode_sort",), "matroska": ("track", "episode/part_number", "part_number")},
    ),
    Field(
        key="artist",
        title="Artist",
        type="text",
        about="The main performer, the author or the photographer.",
        places={
            "avi": "IART",
            "ogg": "ARTIST",
            "flv": "onMetaData artist",
            "asf": "Content Description author",
            "matroska": "ARTIST",
            "webm": "ARTIST",
            "mp4": "©ART",
            "mov": "©ART",
            "3gp": "©ART",
            **_in_photos("XMP dc:creator"),
        },
        limits={"flv": FLV_TEXT},
        shown_as={"": ("artist", "com.apple.quicktime.artist", "com.apple.quicktime.author", "author")},
    ),
    Field(
        key="copyright",
        title="Copyright",
        type="text",
        about="Who has the rights, and since when.",
        places={
            "avi": "ICOP",
            "ogg": "COPYRIGHT",
            "flv": "onMetaData copyright",
            "asf": "Content Description copyright",
            "matroska": "COPYRIGHT",
            "webm": "COPYRIGHT",
            "mp4": "cprt",
            "mov": "©cpy",
            "3gp": "cprt",
            **_in_photos("XMP dc:rights"),
        },
        limits={"flv": FLV_TEXT},
        shown_as={"": ("copyright", "com.apple.quicktime.copyright")},
    ),
    Field(
        key="keywords",
        title="Keywords",
        type="list",
        about="Words to find the file by.",
        places={
            "avi": "IKEY",
            "flv": "onMetaData keywords",
            "asf": "WM/Category",
            "matroska": "KEYWORDS",
            "webm": "KEYWORDS",
            "mp4": "keyw",
            "mov": "com.apple.quicktime.keywords",
            "3gp": "keyw",
            **_in_photos("XMP dc:subject"),
        },
        limits={"flv": FLV_TEXT},
        shown_as={"": ("keywords", "com.apple.quicktime.keywords"), "avi": ("ikey",), "asf": ("wm/category",)},
    ),
    Field(
        key="location",
        title="Location",
        type="text",
        about="The place of the recording.",
        places={
            "ogg": "LOCATION",
            "matroska": "RECORDING_LOCATION",
            "webm": "RECORDING_LOCATION",
            "mp4": "©xyz",
            "mov": "©xyz",
            "3gp": "©xyz",
            **_in_photos("XMP photoshop:City"),
        },
        limits={"mp4": _POSITION, "mov": _POSITION, "3gp": _POSITION},
        shown_as={"": ("location", "com.apple.quicktime.location.iso6709"), "matroska": ("recording_location",)},
    ),
)
EDITABLE = tuple(each for each in FIELDS if each.key != COMMENT)
DATED = tuple(each.key for each in EDITABLE if each.type in {"date", "datetime"})  # the first one counts
_BY_KEY = {each.key: each for each in FIELDS}


def all_fields() -> tuple[Field, ...]:
    """Return the fields of the table, and behind them those that the user defined."""
    return FIELDS + registered.current().fields


def editable_fields() -> tuple[Field, ...]:
    """Return the fields that a person can set, those that the user defined last."""
    return EDITABLE + registered.current().fields


def fields_in_files() -> tuple[Field, ...]:
    """Return all fields that containers know: also removed ones."""
    return (*FIELDS, *registered.current().in_files.values())


def find_field(key: str) -> Field | None:
    """Return the field with a key, None if there is no such field."""
    return _BY_KEY.get(key) or registered.current().by_key.get(key)


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
    found = _BY_KEY.get(key) or registered.current().in_files.get(key)
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
