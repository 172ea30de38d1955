"""Words about films and series that several pages show."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ORIGINS", "initials"]

ORIGINS: Mapping[str, str] = {
    "hand": "by hand",
    "nfo": "NFO file",
    "provider": "provider",
    "tag": "container tag",
    "name": "name of file or folder",
    "measured": "measured",
}


def initials(title: str) -> str:
    """Return at most two letters for a poster that is not there."""
    words = [word for word in title.split() if word[0].isalnum()]
    main = [word for word in words if word.lower() not in ("the", "a", "an", "of", "and")] or words
    return "".join(word[0].upper() for word in main[:2]) or "?"
