"""The fields of one file beside the comment: the value in the file, and the planned value."""

from __future__ import annotations

from typing import Any

from indexium_core.model import wording
from indexium_core.model.fields import comment_diff, readers
from indexium_core.model.fields.field import Field, FieldType
from indexium_core.model.fields.table import known_field
from indexium_core.model.fields.values import REJECTED, rating_number
from indexium_core.model.planning import field_text
from indexium_core.model.review.decisions import kind_of_field
from indexium_core.model.review.file_details import FieldDetails, FileDetails

_CONTAINERS = {"mp4": "MP4", "mov": "QuickTime", "matroska": "Matroska", "webm": "WebM", "avi": "AVI", "asf": "WMV"}
_CONTAINERS |= {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WebP", "heif": "HEIC"}
_CONTAINERS |= {"flv": "FLV", "ogg": "Ogg", "3gp": "3GP", "mpegts": "MPEG-TS", "mpegps": "MPEG-PS"}
_SHOWN_CHOICES = 12
_HINTS: dict[FieldType, str] = {
    "date": "A day, a month or a year: 2019-07-31, 2019-07 or 2019.",
    "datetime": "A date and a time: 2019-07-31 18:30:00, if known with a zone like +02:00.",
    "list": "Words, separated by semicolons.",
}


def container_name(container: str) -> str:
    """Return the name of a container for people."""
    return _CONTAINERS.get(container, container)


def no_place(container: str) -> str:
    """Return the reason why files of a container, by its name for people, cannot store a field."""
    return f"{container} files have no place for it." if container else "This file has no place for it."


def view(details: FileDetails, *, container: str, editable: bool) -> dict[str, Any]:
    """
    Return the fields of a file: `rows` have a value, an edit, or a rating that can be set; `more` are the others.

    `names` are the names of the fields with a value in other programs: title and text of each; `note` completes them.

    Args:
        details: The file.
        container: The name of its container for people.
        editable: Whether editing is allowed (a setting).

    """
    edited = {decision.kind for decision in details.decisions}
    rows: list[dict[str, Any]] = []
    more: list[dict[str, Any]] = []
    for each in details.field_details:
        field, is_edited = known_field(each.field), kind_of_field(each.field) in edited
        row = _row(field, each, edited=is_edited)
        if details.container not in field.places:
            row["why"] = no_place(container)
        elif is_edited and each.problem:
            row["problem"] = each.problem
        can_rate = editable and field.type == "rating" and not row["why"]
        (rows if is_edited or can_rate or each.value is not None else more).append(row)
    valued = [each for each in details.field_details if each.shown and (each.value or each.planned)]
    return {
        "editable": editable,
        "rows": rows,
        "more": sorted(more, key=lambda row: bool(row["why"])),
        "names": [[each.title, readers.in_words(each.shown)] for each in valued],
        "note": readers.note_on([shown for each in valued for shown in each.shown]),
    }


def _row(field: Field, values: FieldDetails, *, edited: bool) -> dict[str, Any]:
    """
    Return one field.

    `why` is the reason if its container has no place for it, `problem` if it cannot store the planned value.
    """
    now, planned = values.value, values.planned
    old, new = comment_diff.compare(*(value and field_text.full(field.key, value) for value in (now, planned)))
    return {
        "key": field.key,
        "label": field.title,
        "about": field.about,
        "hint": _hint(field),
        "multiline": field.multiline,
        "choices": list(field.choices) if field.type == "text" else [],
        "stars": max(0, rating_number(planned)) if field.type == "rating" else None,
        "is_rejected": field.type == "rating" and planned == REJECTED,
        "value": planned or "",
        "old": old,
        "new": new,
        "changed": now != planned,
        "edited": edited,
        "origin": values.origin,
        "locked": values.locked,
        "why": "",
        "problem": "",
    }


def _hint(field: Field) -> str:
    if field.type == "integer":
        return f"A whole number from {field.lowest} to {field.highest}."
    if field.choices:
        return f"Allowed: {wording.list_of(field.choices, most=_SHOWN_CHOICES)}."
    return _HINTS.get(field.type, field.about)
