"""Names of languages."""

from __future__ import annotations

import functools


@functools.cache
def language_name(code: str) -> str:
    """Return the English name of a language by its code (ISO 639-1); the code itself if it is not known."""
    from babelfish import Error, Language

    try:
        return str(Language.fromalpha2(code.lower()).name).partition(" (")[0]  # "Modern Greek (1453-)"
    except (Error, ValueError):
        return code
