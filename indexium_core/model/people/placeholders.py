"""
Placeholder names: texts in the place of a name that are not people, such as `Unknown` for a skipped face.

Names are compared by `person_key`. The setting `placeholder_names` lists them.
"""

from __future__ import annotations

from indexium_core.model.people import people_comment

DEFAULT = "unknown"


def keys(names: str) -> frozenset[str]:
    """Return the keys of a list of names, separated by commas."""
    return frozenset(key for name in names.split(",") if (key := people_comment.person_key(name)))


def reason(name: str) -> str:
    """Return why a placeholder name is rejected, as a clause."""
    return f"“{people_comment.clean_name(name)}” is a placeholder, not a person"


DEFAULT_KEYS = keys(DEFAULT)
