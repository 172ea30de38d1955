"""
The field map of ISO base media files: the box, the item or the key of each field.

Measured (FFmpeg 5.1 and 8.1, ExifTool 12.57, MediaInfo 23.04) and from the QuickTime File Format ("User Data Text
Strings", "Metadata Item Keys"). A field may have several places, which are all edited. A new value gets the place that
these programs show.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.model.fields.table import COMMENT, FIELDS, field_named

__all__ = [
    "HIDING",
    "ITEMS",
    "KEYS",
    "NEW_ITEMS",
    "NEW_KEYS",
    "NEW_STRINGS",
    "NOT_SHOWN",
    "OLD_GENRE",
    "STRINGS",
    "TIME",
    "TIME_KEYS",
    "WRITABLE",
]

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
# The names of keys and of free-form items, in lower case: FFmpeg shows them unchanged.
KEYS: Mapping[str, str] = {name: each.key for each in FIELDS if each.key != TIME for name in each.names_in("mov")}
TIME_KEYS = frozenset(field_named(TIME).names_in("mov"))
NOT_SHOWN = frozenset({b"ldes", b"\xa9des", b"\xa9key"})  # FFmpeg does not show these, or under another name
# Boxes of `udta` that FFmpeg shows as a field, but that have another form; the last box in the file counts.
HIDING: Mapping[bytes, str] = {
    b"desc": "description",
    b"tvsh": "show",
    b"tvsn": "season",
    b"tves": "episode",
    b"cprt": "copyright",
    b"keyw": "keywords",
    b"loci": "location",
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
WRITABLE = frozenset({*NEW_ITEMS, *NEW_STRINGS, *NEW_KEYS, TIME})
