"""The forms in which an MP4 or MOV may have a field: the field, its value, the boxes in `moov`, and another value."""

from __future__ import annotations

from tests.support import mp4
from tests.support.mp4 import box


def udta(*children: bytes) -> bytes:
    return box(b"udta", *children)


FORMS: dict[str, tuple[str, str, bytes, str]] = {
    "string": ("title", "old", udta(box(b"\xa9nam", mp4.string("old", language=0x15C7))), "new"),
    "MacRoman": ("title", "Zoë", udta(box(b"\xa9nam", mp4.string("Zoë".encode("mac_roman"), language=0))), "new"),
    "two strings": ("artist", "b", udta(box(b"\xa9ART", mp4.string("a")), box(b"\xa9aut", mp4.string("b"))), "new"),
    "two items": ("title", "b", udta(mp4.tags(box(b"\xa9nam", mp4.data("a")), box(b"\xa9nam", mp4.data("b")))), "new"),
    "two data": ("title", "a", udta(mp4.tags(box(b"\xa9nam", mp4.data("a"), mp4.data("b")))), "new"),
    "UTF-16": ("title", "öl", udta(mp4.tags(box(b"\xa9nam", mp4.data("öl".encode("utf-16-be"), flags=2)))), "new"),
    "bare key": ("genre", "Drama", udta(mp4.keyed([("genre", "Drama"), ("major_brand", "isom")])), "new"),
    "key of Apple": ("title", "a", mp4.keyed([("com.apple.quicktime.title", "a")], plain=True), "new"),
    "short description": (
        "description",
        "a",
        udta(mp4.tags(box(b"desc", mp4.data("a")), box(b"ldes", mp4.data("b")))),
        "x",
    ),
    "long description": ("description", "b", udta(mp4.tags(box(b"ldes", mp4.data("b")))), "x"),
    "description of ExifTool": ("description", "b", udta(mp4.tags(box(b"\xa9des", mp4.data("b")))), "x"),
    "number of a genre": ("genre", "Rock", udta(mp4.tags(box(b"gnre", mp4.data(b"\0\x12", flags=0)))), "Drama"),
    "keywords": ("keywords", "a; b; c", udta(mp4.tags(box(b"keyw", mp4.data("a,b ;c")))), "x; y"),
    "short season": ("season", "3", udta(mp4.tags(box(b"tvsn", mp4.data(b"\3", flags=21)))), "4"),
    "text as season": ("season", "3", udta(mp4.tags(box(b"tvsn", mp4.data("3")))), "4"),
    "season as key": ("season", "3", udta(mp4.keyed([("season_number", "3")])), "4"),
    "rating as text": ("rating", "4", mp4.keyed([("com.apple.quicktime.rating.user", "4")], plain=True), "5"),
    "position in the list": ("location", "+1+2/", udta(mp4.tags(box(b"\xa9xyz", mp4.data("+1+2/")))), "+48.1+011.5/"),
}
