"""Words about films and series that several pages show."""

from __future__ import annotations

from indexium_core.model import wording
from indexium_core.model.names.title_guess import LIBRARY_KINDS

initials = wording.initials


def kind_choices() -> list[dict[str, str]]:
    """Return the kinds of a folder, for a list of choices."""
    return [{"value": kind, "label": text[0].upper() + text[1:]} for kind, text in LIBRARY_KINDS.items()]
