"""Lone surrogates: the form in which Python keeps the bytes of a text that cannot be decoded (`surrogateescape`)."""

from __future__ import annotations

import re

INVALID_TEXT = "A text has a character that is not valid Unicode. Write the text without it."

_SURROGATES = re.compile("[\ud800-\udfff]")


def has_surrogates(text: str) -> bool:
    """Return whether a text has bytes that could not be decoded."""
    return not text.isascii() and _SURROGATES.search(text) is not None


def replace_surrogates(text: str) -> str:
    """Return a text that is valid Unicode, as DuckDB and JSON need it: U+FFFD replaces each lone surrogate."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
