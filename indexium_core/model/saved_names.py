"""The names of saved views and saved queries."""

from __future__ import annotations

import unicodedata

from indexium_core import errors

MAX_NAME_LENGTH = 80  # characters


def checked_name(name: str, kind: str) -> str:
    """
    Return the name of a saved `kind` (`view`, `query`) with single spaces.

    Raises:
        UsageError: The name is empty or too long, or it has control characters.

    """
    name = " ".join(name.split())
    if not name or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise errors.UsageError(f"Enter a name for the {kind}, without control characters.")
    if len(name) > MAX_NAME_LENGTH:
        message = f"The name of a {kind} can have {MAX_NAME_LENGTH} characters at most; this one has {len(name)}."
        raise errors.UsageError(message)
    return name
