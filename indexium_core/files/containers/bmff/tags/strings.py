"""
The text of a `udta` box in QuickTime: a list of strings, one for each language; and texts in a Macintosh encoding.

A string is 16 bits of length, 16 bits of language, and text (QuickTime File Format, "User Data Text Strings" and
"Language Code Values"). A language below 0x400, or 0x7FFF, is a Macintosh code, and the text has a Macintosh encoding.
Any other language is a packed ISO 639-2 code, and the text is UTF-8, or UTF-16 after a byte order mark.

Replace mode writes **one string**. FFmpeg and MediaInfo read only the first of a list, ExifTool shows the last of the
default language. The new string keeps the language of the old strings if all have the same ISO language. Otherwise its
language is undetermined: readers decode UTF-8 with a Macintosh code as MacRoman.

Preserve mode keeps every string with its language and its bytes. A text becomes UTF-8 only if its own encoding cannot
hold the new names, or players would not show it.

QuickTime declares such an encoding by a language code (strings of `udta`) or by a data type (items of `ilst`). Some
writers (ExifTool) store UTF-8 there, so a text that is valid UTF-8 counts as UTF-8. All readers decode any other text
as MacRoman, for every language (FFmpeg 5.1 to 8.1, ExifTool 12.57).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from indexium_core.files.containers.bmff.boxes import MalformedBoxError

MAX_BYTES = 0xFFFF  # of one string: its length has 16 bits
_UNDETERMINED = 0x55C4  # ISO 639-2 "und", packed
_UNSPECIFIED_MAC = 0x7FFF
_FIRST_ISO = 0x400
_BYTE_ORDER_MARKS = (b"\xfe\xff", b"\xff\xfe")


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are UTF-8 (ASCII counts)."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def mac_decoded(data: bytes) -> str:
    """Return a text: from UTF-8 if the bytes are valid, else from MacRoman, which has a letter for every byte."""
    return data.decode() if is_utf8(data) else data.decode("mac_roman")


def mac_encoded(text: str) -> bytes | None:
    """
    Return a text in MacRoman, or None if it must become UTF-8.

    FFmpeg allocates two bytes of UTF-8 for each byte of MacRoman and cuts off longer texts.
    """
    try:
        data = text.encode("mac_roman")
    except UnicodeEncodeError:
        return None
    if is_utf8(data):
        return data if data.isascii() else None
    return data if len(text.encode()) <= 2 * len(data) else None


def texts(content: bytes) -> list[str]:
    """
    Return the strings in the content of a box; undecodable bytes become lone surrogates.

    Raises:
        MalformedBoxError: The content is not a list of strings, or its UTF-16 is damaged.

    """
    return [_decoded(language, text).rstrip("\0") for language, text in _strings(content)]


def with_only_text(content: bytes, text: bytes, *, language: int | None = None) -> bytes:
    """Return the content of a box with `text` (UTF-8) as its only string, in `language` if given."""
    languages = {language for language, _ in _strings(content)}
    old = languages.pop()
    if language is None:
        language = _UNDETERMINED if languages or _is_mac(old) else old
    return new_content(text, language=language)


def with_edited_texts(content: bytes, edit: Callable[[str], str | None], *, keeps_language: bool = False) -> bytes:
    """
    Return the content of a box with each string edited, b"" if all are removed.

    Args:
        content: The content of the box.
        edit: Returns the new text for a text, None to remove it.
        keeps_language: A text that becomes UTF-8 gets the ISO code of its Macintosh language, else "undetermined".

    Raises:
        MalformedBoxError: A string would be longer than 65,535 bytes.

    """
    new_strings = []
    for language, old in _strings(content):
        text = edit(_decoded(language, old))
        if text is None:
            continue
        new_language, data = _encoded(language, old, text, keeps_language=keeps_language)
        if len(data) > MAX_BYTES:
            raise MalformedBoxError(too_long(len(data)))
        new_strings.append(new_content(data, language=new_language))
    return b"".join(new_strings)


def too_long(length: int) -> str:
    """Return the message that a string of `length` bytes is too long."""
    return f"A comment of QuickTime holds {MAX_BYTES:,} bytes at most, and this one has {length:,}."


def cannot_convert(content: bytes) -> list[bool]:
    """Return for each string whether its language has an encoding that is neither MacRoman nor UTF-8."""
    return [_is_mac(language) and language not in _ROMAN and not is_utf8(text) for language, text in _strings(content)]


def iso_language(content: bytes) -> int:
    """Return the packed ISO 639-2 code for the language of the first string, or that of "undetermined"."""
    language, _ = _strings(content)[0]
    return _ISO.get(language, _UNDETERMINED) if _is_mac(language) else language


def new_content(text: bytes, *, language: int = _UNDETERMINED) -> bytes:
    """Return the content of a new box with `text` (UTF-8, at most `MAX_BYTES`)."""
    return struct.pack(">HH", len(text), language) + text


def _strings(content: bytes) -> list[tuple[int, bytes]]:
    return list(_iter_strings(content)) or [(_UNDETERMINED, b"")]


def _iter_strings(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield language and text of each string; zeros behind the first string are padding."""
    at = 0
    while at < len(content) and (not at or content[at:].strip(b"\0")):
        length, language = (int.from_bytes(content[at + first : at + first + 2], "big") for first in (0, 2))
        at += 4
        if at + length > len(content):
            raise MalformedBoxError("The comment in the user data has an unknown shape.")
        yield language, content[at : at + length]
        at += length


def _decoded(language: int, text: bytes) -> str:
    if text.startswith(_BYTE_ORDER_MARKS):
        try:
            return text.decode("utf-16")
        except UnicodeDecodeError:
            raise MalformedBoxError("The comment in the user data has damaged UTF-16.") from None
    return mac_decoded(text) if _is_mac(language) else text.decode("utf-8", "surrogateescape")


def _encoded(language: int, old: bytes, text: str, *, keeps_language: bool) -> tuple[int, bytes]:
    """Return language and bytes of an edited text; an unchanged text keeps both."""
    if text == _decoded(language, old):
        return language, old
    utf8 = text.encode("utf-8", "surrogateescape")
    if not _is_mac(language):
        return language, utf8
    if (old.isascii() or not is_utf8(old)) and (data := mac_encoded(text)) is not None:
        return language, data
    return (_ISO.get(language, _UNDETERMINED) if keeps_language else _UNDETERMINED), utf8


def _is_mac(language: int) -> bool:
    return language < _FIRST_ISO or language == _UNSPECIFIED_MAC


def _packed(code: str) -> int:
    first, second, third = (ord(letter) - 0x60 for letter in code)
    return first << 10 | second << 5 | third


# Macintosh language codes as FFmpeg has them, and as packed ISO 639-2 (QuickTime File Format, "Language Code Values").
_MAC_LANGUAGES = (
    *("eng", "fra", "ger", "ita", "dut", "sve", "spa", "dan", "por", "nor", "heb", "jpn", "ara", "fin", "gre", "ice"),
    *("mlt", "tur", "hrv", "chi", "urd", "hin", "tha", "kor", "lit", "pol", "hun", "est", "lav"),
)
_ISO = {number: _packed(code) for number, code in enumerate(_MAC_LANGUAGES)}
_ROMAN = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 34, _UNSPECIFIED_MAC})  # languages with the encoding MacRoman
