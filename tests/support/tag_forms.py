"""The forms in which an MP4 or MOV may have a field: the field, its value, the boxes in `moov`, and another value."""

from __future__ import annotations

import struct

from tests.support import mp4
from tests.support.mp4 import box


def udta(*children: bytes) -> bytes:
    return box(b"udta", *children)


def asset(kind: bytes, text: str | bytes, *, language: int = 0x15C7) -> bytes:
    """A text of 3GPP (TS 26.244, section 8)."""
    data = text.encode() if isinstance(text, str) else text
    return mp4.full(kind, struct.pack(">H", language), data, b"\0" if isinstance(text, str) else b"\0\0")


def loci(latitude: float, longitude: float, altitude: float = 0, *, name: bytes = b"\0", notes: bytes = b"") -> bytes:
    """A location of 3GPP; `name` has its NUL."""
    numbers = (round(each * 65536) for each in (longitude, latitude, altitude))
    place = struct.pack(">Biii", 1, *numbers)
    return mp4.full(b"loci", struct.pack(">H", 0x15C7), name, place, b"earth\0", notes, b"\0")


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
    "title of 3GPP": ("title", "Zoë", udta(asset(b"titl", "Zoë")), "new"),
    "two titles of 3GPP": ("title", "b", udta(asset(b"titl", "a"), asset(b"titl", "b", language=0x10B2)), "new"),
    "UTF-16 of 3GPP": ("title", "öl", udta(asset(b"titl", "\ufefföl".encode("utf-16-be"))), "new"),
    "description of 3GPP": ("description", "a", udta(asset(b"dscp", "a")), "new"),
    "genre of 3GPP": ("genre", "Drama", udta(asset(b"gnre", "Drama")), "Crime"),
    "author of 3GPP": ("artist", "Ann", udta(asset(b"auth", "Ann")), "Bob"),
    "performer and author of 3GPP": ("artist", "Bob", udta(asset(b"perf", "Ann"), asset(b"auth", "Bob")), "Cy"),
    "copyright of 3GPP": ("copyright", "me", udta(asset(b"cprt", "me")), "you"),
    "copyright of 3GPP behind an item": (
        "copyright",
        "you",
        udta(mp4.tags(box(b"cprt", mp4.data("me"))), asset(b"cprt", "you")),
        "us",
    ),
    "location of 3GPP": ("location", "+48.1000+011.5000/", udta(loci(48.1, 11.5)), "-33.8568+151.2153/"),
    "place of 3GPP": ("location", "+48.1000+011.5000/Rom", udta(loci(48.1, 11.5, name=b"Rom\0")), "-33.8568+151.2153/"),
    "height of 3GPP": (
        "location",
        "+48.1000+011.5000+519.250000/Öl",
        udta(loci(48.1, 11.5, 519.25, name="\ufeffÖl\0".encode("utf-16-be"), notes=b"kept")),
        "-33.8568+151.2153-12.500000/",
    ),
    "string and location of 3GPP": (
        "location",
        "+48.1000+011.5000/",
        udta(box(b"\xa9xyz", mp4.string("+1+2/")), loci(48.1, 11.5)),
        "-33.8568+151.2153/",
    ),
}
