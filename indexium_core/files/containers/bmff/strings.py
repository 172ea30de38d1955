"""
The text of a `udta` box as QuickTime has it: a list of strings, one for each language.

Each is 16 bits of length, 16 bits of language, and text (QuickTime File Format, "User Data Text Strings" and "Language
Code Values"): a language below 0x400, or 0x7FFF, is a Macintosh code, whose text has a Macintosh encoding; any other is
a packed ISO 639-2 code, whose text is UTF-8, or UTF-16 behind a byte order mark.

Writing leaves **one string**. FFmpeg and MediaInfo read the first of a list and nothing else, ExifTool shows the last
of the default language: where only one were brought in line, a list would say two things. And who is in a film is in no
language. It keeps the language of what it replaces where all strings had the same ISO one, and is undetermined
otherwise: behind a Macintosh code UTF-8 would be read as what it is not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from indexium_core.files.containers.bmff.boxes import MalformedError

__all__ = ["MAX_BYTES", "made", "rebuilt", "texts"]

MAX_BYTES = 0xFFFF  # of one string: its length has 16 bits

_UNDETERMINED = 0x55C4  # ISO 639-2 "und", packed
_UNSPECIFIED_MAC = 0x7FFF
_FIRST_ISO = 0x400
_BYTE_ORDER_MARK = b"\xfe\xff"


def texts(content: bytes) -> list[str]:
    """
    Return the strings in the content of a box; what cannot be decoded comes as lone surrogates.

    Raises:
        MalformedError: It is no list of strings.

    """
    return [_decoded(text, language).rstrip("\0") for language, text in _strings(content)]


def rebuilt(content: bytes, text: bytes) -> bytes:
    """Return the content of a box with `text` (UTF-8) as its only string."""
    languages = {language for language, _ in _strings(content)}
    language = languages.pop()
    return made(text, language=_UNDETERMINED if languages or _is_mac(language) else language)


def made(text: bytes, *, language: int = _UNDETERMINED) -> bytes:
    """Return the content of a new box with `text` (UTF-8, at most `MAX_BYTES`)."""
    return struct.pack(">HH", len(text), language) + text


def _strings(content: bytes) -> list[tuple[int, bytes]]:
    return list(_split(content)) or [(_UNDETERMINED, b"")]


def _split(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield language and text of each string; zeros behind the first one are padding."""
    at = 0
    while at < len(content) and (not at or content[at:].strip(b"\0")):
        length, language = (int.from_bytes(content[at + first : at + first + 2], "big") for first in (0, 2))
        at += 4
        if at + length > len(content):
            raise MalformedError("The comment in the user data has an unknown shape.")
        yield language, content[at : at + length]
        at += length


def _decoded(text: bytes, language: int) -> str:
    if text.startswith(_BYTE_ORDER_MARK):
        return text[2:].decode("utf-16-be", "replace")
    try:
        return text.decode()  # also what ExifTool writes: UTF-8 with the language 0 (no other text looks like it)
    except UnicodeDecodeError:
        return text.decode("mac_roman") if _is_mac(language) else text.decode("utf-8", "surrogateescape")


def _is_mac(language: int) -> bool:
    return language < _FIRST_ISO or language == _UNSPECIFIED_MAC
