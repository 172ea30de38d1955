"""The person who uses this program, for the history."""

from __future__ import annotations

import getpass


def user_name() -> str:
    """Return the login name of the person who runs this program; "" if it is unknown."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
