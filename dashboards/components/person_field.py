"""The suggestions of a field for a person's name. `person_field.js` draws the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboards.bridge import Bridge
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.people import people_comment

Offers = dict[str, Any]


def names(library: Library, text: str) -> Offers:
    """
    Return suggestions for the typed text.

    `names`: people whose name contains the text, with their number of files; `known`: whether a person has exactly this
    name; `similar`: empty, see `with_similar`; `complete`: similar names are not needed.
    """
    typed = " ".join(text.split())
    found = library.files.names_like(typed) if typed else []
    key = people_comment.person_key(typed)
    is_known = not typed or any(people_comment.person_key(name) == key for name, _ in found)
    return {
        "for": text,
        "known": is_known,
        "complete": is_known,
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
    return offers | {"similar": similar, "complete": True}


def suggest(library: Library, bridge: Bridge, message: Mapping[str, Any], offer: Callable[[Offers], None]) -> None:
    """
    Offer people for the typed `text` of a message, then similar names.

    A person may enter a name before its suggestions arrive: then the message has `entered`, and one answer has
    everything. Each of these messages gets its answer, also after an error.
    """
    text = str(message.get("text", ""))[:200]
    if message.get("entered"):

        def failed(error: errors.IndexiumError) -> None:
            bridge.toast("error", error.message)
            offer({"for": text, "names": [], "similar": [], "known": True, "complete": True, "entered": True})

        bridge.run(
            lambda: with_similar(library, names(library, text)) | {"entered": True},
            offer,
            failed=failed,
            topic="people",
        )
        return

    def show(offers: Offers) -> None:
        offer(offers)
        if not offers["complete"]:
            bridge.run(lambda: with_similar(library, offers), offer, name="similar_people")

    bridge.run(lambda: names(library, text), show, name="people")
