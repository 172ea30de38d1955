"""
The names of items in a `meta` with `keys`: an item's type is a number that counts them from 1 on.

QuickTime File Format, "Metadata Item Keys Atom": version and flags, a count, then size, namespace and name of each.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core.files.containers.bmff.boxes import MalformedBoxError

__all__ = ["APPLE", "is_comment", "listed", "name"]

APPLE = "com.apple.quicktime.comment"
_COMMENTS = frozenset({"comment", APPLE})


def is_comment(key: str) -> bool:
    """Tell whether a tag of that name is the comment; FFmpeg knows no letter case."""
    return key.lower() in _COMMENTS


def listed(content: bytes) -> list[str]:
    """
    Return the names in the content of a `keys` box.

    Raises:
        MalformedError: They do not add up.

    """
    names: list[str] = []
    at = 8
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8 or at + size > len(content):
            break
        names.append(content[at + 8 : at + size].decode("utf-8", "replace"))
        at += size
    if at != len(content) or len(names) != int.from_bytes(content[4:8], "big"):
        raise MalformedBoxError("The names of the tags (keys) do not add up.")
    return names


def name(kind: bytes, names: Sequence[str]) -> str:
    """Return the name of an item by its type, empty where the type is no number of a name."""
    number = int.from_bytes(kind, "big")
    return names[number - 1] if 1 <= number <= len(names) else ""
