"""Names of languages by their codes (ISO 639-1)."""

from __future__ import annotations

import functools
from collections.abc import Mapping


@functools.cache
def language_name(code: str) -> str:
    """Return the English name of a language by its code (ISO 639-1); the code itself if it is not known."""
    from babelfish import Error, Language

    try:
        return str(Language.fromalpha2(code.lower()).name).partition(" (")[0]  # "Modern Greek (1453-)"
    except (Error, ValueError):
        return code


@functools.cache
def languages() -> Mapping[str, str]:
    """Return the English names of all languages that have a code of two letters, by the code."""
    from babelfish import LANGUAGE_MATRIX

    codes = sorted(each.alpha2 for each in LANGUAGE_MATRIX if each.alpha2)
    return {code: language_name(code) for code in codes}
