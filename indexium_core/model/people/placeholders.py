"""
Placeholder names: texts in the place of a name that are not people, such as `Unknown` for a skipped face.

Names are compared by `person_key`. The setting `placeholder_names` lists them.
"""

from __future__ import annotations

import functools

DEFAULT = "unknown"


def keys(names: str) -> frozenset[str]:
    """Return the keys of a list of names, separated by commas."""
    from indexium_core.model.people import people_comment

    return frozenset(key for name in names.split(",") if (key := people_comment.person_key(name)))


def reason(name: str) -> str:
    """Return why a placeholder name is rejected, as a clause."""
    from indexium_core.model.people import people_comment

    return f"“{people_comment.clean_name(name)}” is a placeholder, not a person"


@functools.cache
def default_keys() -> frozenset[str]:
    """Return the keys of the default."""
    return keys(DEFAULT)
