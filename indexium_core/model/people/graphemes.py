"""
Text in the pieces that a person takes for one character: letters with their accents, whole emoji, whole line breaks.

The rules are those of Unicode Standard Annex 29 as far as names and comments need them.
"""

from __future__ import annotations

import unicodedata

__all__ = ["joins", "split"]

_ZWJ, _KEYCAP = "\u200d", "\u20e3"
_MARKS = frozenset({"Mn", "Me", "Mc"})


def split(text: str) -> list[str]:
    """Cut a text between characters as a person sees them; joined again, the pieces are the text."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    pieces: list[str] = []
    for char in text:
        if pieces and _continues(pieces[-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def joins(text: str) -> bool:
    """Tell whether letters of a text change their shape by their neighbours, so that a cut between them would show."""
    return not text.isascii() and any(
        unicodedata.bidirectional(char) == "AL" or "\u0900" <= char <= "\u0dff" or "\u1000" <= char <= "\u109f"
        for char in text
    )


def _continues(piece: str, char: str) -> bool:
    """Tell whether a character belongs to the piece before it."""
    last = piece[-1]
    if last == "\r":
        return char == "\n"
    if last in "\n\t":
        return False
    if char in (_ZWJ, _KEYCAP) or unicodedata.category(char) in _MARKS or _is_modifier(char):
        return True
    if last == _ZWJ:
        return unicodedata.category(char) in ("So", "Sk") or not char.isascii()
    if _is_flag(char):
        return len(piece) == 1 and _is_flag(last)
    return _is_hangul(last, char)


def _is_modifier(char: str) -> bool:
    """Tell whether a character only changes the one before it: skin tones, variants, letters of regional flags."""
    return "\U0001f3fb" <= char <= "\U0001f3ff" or "\ufe00" <= char <= "\ufe0f" or "\U000e0020" <= char <= "\U000e007f"


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_hangul(last: str, char: str) -> bool:
    """Tell whether two letters of Korean are of one syllable: a vowel or an end follows a beginning or a vowel."""
    return ("\u1100" <= last <= "\u115f" and "\u1100" <= char <= "\u11a7") or (
        "\u1160" <= last <= "\u11ff" and "\u1160" <= char <= "\u11ff"
    )
