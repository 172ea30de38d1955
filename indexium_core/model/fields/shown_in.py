"""
Who shows a field: the names of each field in other programs, by container.

The names are measurements, which the table of places has (`places`). `docs/readers.md` has the same tables. What
programs show of the comment is in `readers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexium_core.model.fields.field import Field
from indexium_core.model.fields.readers import CONTAINERS

MEASURED = ("ExifTool", "MediaInfo", "ffprobe", "Kodi")  # programs
UNMEASURED = ("Jellyfin", "VLC", "macOS Finder", "Windows Explorer", "Plex", "digiKam", "Lightroom")
_CONDITIONS = {"Kodi": "Kodi shows fields only of an .mp4, with “Use video tags” on."}
_FIRST_OF_GROUP = {name: names[0] for names in CONTAINERS.values() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """What one program shows of a field."""

    program: str
    name: str  # the name of the field in the program; "" if the program does not show it, or if this is not known
    basis: str  # measured; "" if it is not known


def shown_in(field: Field, container: str) -> list[ShownField]:
    """Return what each program shows of a field in files of a container; nothing if it has no place there."""
    if container not in field.places:
        return []
    return [
        *(_shown(program, field.stored.programs.get(program, {}), container) for program in MEASURED),
        *(ShownField(program=program, name="", basis="") for program in UNMEASURED),
    ]


def _shown(program: str, names: Mapping[str, str], container: str) -> ShownField:
    name = names.get(_FIRST_OF_GROUP.get(container, ""))
    return ShownField(program=program, name=name or "", basis="" if name is None else "measured")


def in_words(shown: Sequence[ShownField]) -> str:
    """
    Return what the measured programs show of a field: `Title (ExifTool, MediaInfo), year (Kodi); not in ffprobe`.

    "not measured" if there is no measurement.
    """
    names: dict[str, tuple[str, list[str]]] = {}
    for each in shown:
        if each.name:
            names.setdefault(each.name.lower(), (each.name, []))[1].append(each.program)
    without = [each.program for each in shown if each.basis and not each.name]
    listed = ", ".join(f"{name} ({', '.join(programs)})" for name, programs in names.values())
    parts = [listed] if listed else []
    parts += [f"not in {', '.join(without)}"] if without else []
    return "; ".join(parts) or "not measured"


def note_on(shown: Sequence[ShownField]) -> str:
    """Return the conditions under which programs show fields, and the programs that were not measured."""
    conditions = dict.fromkeys(_CONDITIONS[each.program] for each in shown if each.name and each.program in _CONDITIONS)
    unmeasured = dict.fromkeys(each.program for each in shown if not each.basis)
    return " ".join([*conditions, *([f"Not measured: {', '.join(unmeasured)}."] if unmeasured else [])])
