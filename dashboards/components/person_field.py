"""The suggestions of a field for a person's name. `person_field.js` draws the field."""

from __future__ import annotations

from typing import Any

from indexium_core.library import Library
from indexium_core.model.people import people_comment

__all__ = ["Offers", "names", "with_similar"]

Offers = dict[str, Any]


def names(library: Library, text: str) -> Offers:
    """
    Return suggestions for the typed text.

    `names`: people whose name contains the text, with their number of files; `known`: whether a person has exactly this
    name; `similar`: empty, see `with_similar`.
    """
    typed = " ".join(text.split())
    found = library.files.names_like(typed) if typed else []
    key = people_comment.person_key(typed)
    return {
        "for": text,
        "known": not typed or any(people_comment.person_key(name) == key for name, _ in found),
        "names": [{"name": name, "files": count} for name, count in found],
        "similar": [],
    }


def with_similar(library: Library, offers: Offers) -> Offers:
    """Add people with similar names if no name matches the text; this search takes longer."""
    shown = {each["name"] for each in offers["names"]}
    found = [] if offers["known"] else library.people.similar(" ".join(str(offers["for"]).split()), limit=2)
    similar = [
        {"name": each.name, "files": each.files, "reason": each.reason} for each in found if each.name not in shown
    ]
    return offers | {"similar": similar}
