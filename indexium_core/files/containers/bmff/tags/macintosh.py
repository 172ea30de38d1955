"""
Texts in a Macintosh encoding (MacRoman), encoded so that players show the whole text.

QuickTime declares such an encoding by a language code (strings of `udta`) or by a data type (items of `ilst`). Some
writers (ExifTool) store UTF-8 there, so a text that is valid UTF-8 counts as UTF-8. All readers decode any other text
as MacRoman, for every language (FFmpeg 5.1 to 8.1, ExifTool 12.57).
"""

from __future__ import annotations


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are UTF-8 (ASCII counts)."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def decoded(data: bytes) -> str:
    """Return a text: from UTF-8 if the bytes are valid, else from MacRoman, which has a letter for every byte."""
    return data.decode() if is_utf8(data) else data.decode("mac_roman")


def encoded(text: str) -> bytes | None:
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
