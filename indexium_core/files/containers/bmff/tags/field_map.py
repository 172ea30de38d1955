"""
The field map of ISO base media files: the box, the item or the key of each field.

Measured (FFmpeg 5.1 and 8.1, ExifTool 12.57, MediaInfo 23.04) and from the QuickTime File Format ("User Data Text
Strings", "Metadata Item Keys"). A field may have several places, which are all edited. A new value gets the place that
these programs show. The value of a field that the user defined is a free-form item of the iTunes list, or has a key.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.model.fields import registered
from indexium_core.model.fields.field import CustomNames
from indexium_core.model.fields.table import COMMENT, FIELDS, known_field

CMT = b"\xa9cmt"
OLD_GENRE = b"gnre"  # a number of a genre; a write replaces it by a text
TIME = "creation_time"  # the field in `mvhd`

# The strings of `udta` and the items of `ilst`.
STRINGS: Mapping[bytes, str] = {
    CMT: COMMENT,
    b"\xa9nam": "title",
    b"\xa9des": "description",
    b"\xa9day": "date",
    b"\xa9gen": "genre",
    b"\xa9ART": "artist",
    b"\xa9aut": "artist",
    b"\xa9cpy": "copyright",
    b"\xa9key": "keywords",
    b"\xa9xyz": "location",
}
ITEMS: Mapping[bytes, str] = {
    **STRINGS,
    b"desc": "description",
    b"ldes": "description",
    OLD_GENRE: "genre",
    b"tvsh": "show",
    b"tvsn": "season",
    b"tves": "episode",
    b"cprt": "copyright",
    b"keyw": "keywords",
}
# The texts and the location of `udta` in 3GPP files.
ASSETS: Mapping[bytes, str] = {
    b"titl": "title",
    b"dscp": "description",
    b"gnre": "genre",
    b"auth": "artist",
    b"perf": "artist",
    b"cprt": "copyright",
    b"loci": "location",
}
# The names of keys and of free-form items, in lower case: FFmpeg shows them unchanged.
KEYS: Mapping[str, str] = {name: each.key for each in FIELDS if each.key != TIME for name in each.names_in("mov")}
TIME_KEYS = frozenset(known_field(TIME).names_in("mov"))
NOT_SHOWN = frozenset({b"ldes", b"\xa9des", b"\xa9key"})  # FFmpeg does not show these, or under another name
# Boxes of `udta` that FFmpeg shows as a field, without or with another text; the last box in the file counts.
HIDING: Mapping[bytes, str] = {
    b"desc": "description",
    b"tvsh": "show",
    b"tvsn": "season",
    b"tves": "episode",
    b"cprt": "copyright",
    b"keyw": "keywords",
}

# The places of new values. An MP4 gets an item of the iTunes list, if the field has one, else a string; a MOV gets a
# string. Both get a key if there is neither.
NEW_ITEMS: Mapping[str, bytes] = {
    COMMENT: CMT,
    "title": b"\xa9nam",
    "description": b"desc",
    "date": b"\xa9day",
    "genre": b"\xa9gen",
    "show": b"tvsh",
    "season": b"tvsn",
    "episode": b"tves",
    "artist": b"\xa9ART",
    "copyright": b"cprt",
    "keywords": b"keyw",
}
NEW_STRINGS: Mapping[str, bytes] = {
    COMMENT: CMT,
    "title": b"\xa9nam",
    "date": b"\xa9day",
    "genre": b"\xa9gen",
    "artist": b"\xa9ART",
    "copyright": b"\xa9cpy",
    "location": b"\xa9xyz",
}
NEW_KEYS: Mapping[str, str] = {
    "description": "com.apple.quicktime.description",
    "rating": "com.apple.quicktime.rating.user",
    "keywords": "com.apple.quicktime.keywords",
}
_WRITABLE = frozenset({*NEW_ITEMS, *NEW_STRINGS, *NEW_KEYS, TIME})


def key_field(name: str) -> str | None:
    """Return the field of a key, or of a free-form item, by its name; FFmpeg ignores letter case."""
    return KEYS.get(name.lower()) or registered.current().by_mp4_name.get(name.lower())


def freeform_name(field: str) -> tuple[str, str] | None:
    """Return owner and name of the free-form item that a new value gets; None if the field has another place."""
    names = _custom_names(field)
    return (names.mp4_owner, names.mp4_name) if names is not None and names.mp4_owner else None


def new_key(field: str) -> str | None:
    """Return the name of the key that a new value gets; None if the field has another place."""
    names = _custom_names(field)
    own = names.mp4_name if names is not None and not names.mp4_owner else None
    return NEW_KEYS.get(field) or own


def is_writable(field: str) -> bool:
    """Return whether a field has a place in a file."""
    return field in _WRITABLE or _custom_names(field) is not None


def _custom_names(field: str) -> CustomNames | None:
    return known_field(field).custom
