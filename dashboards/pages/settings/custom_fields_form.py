"""The section of custom fields on the settings page: the definitions, and the form for a new or a changed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.fields.custom import MAX_INTEGER, CustomField

_TYPES: Mapping[str, str] = {
    "text": "Text",
    "integer": "Whole number",
    "date": "Date",
    "datetime": "Date and time",
    "list": "List of words",
}
_NO_LIMITS = {"lowest": 0, "highest": MAX_INTEGER}
_SHOWN = 6  # maximum number of allowed values in a row


def view(fields: Sequence[CustomField], *, problem: str, saved: int) -> dict[str, Any]:
    """
    Return the section.

    `problem`: why the last definition was refused, "" for none; `saved` increases when a form can be closed.
    """
    return {
        "rows": [_row(field) for field in fields],
        "types": [{"value": value, "label": label} for value, label in _TYPES.items()],
        "problem": problem,
        "saved": saved,
    }


def _row(field: CustomField) -> dict[str, Any]:
    return {
        "key": field.key,
        "label": field.title,
        "about": f"{_TYPES[field.type]}{_restriction(field)}. In searches and rules: {field.key}.",
        "names": [
            ["Matroska, Ogg, WMV, FLV", field.tag],
            ["MP4, MOV", field.mp4],
            ["Photos", field.xmp],
        ],
        "texts": {  # of the form
            "title": field.title,
            "type": field.type,
            "choices": "\n".join(field.choices),
            "lowest": str(field.lowest),
            "highest": str(field.highest),
        },
    }


def _restriction(field: CustomField) -> str:
    if field.type == "integer":
        return f" from {wording.count(field.lowest)} to {wording.count(field.highest)}"
    return f": {wording.list_of(field.choices, most=_SHOWN, conjunction='or')}" if field.choices else ""


def arguments(typed: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the arguments of `library.fields.define` for the texts of a form.

    Raises:
        ValidationError: A limit is not a whole number.

    """
    texts = {name: str(typed.get(name) or "").strip() for name in ("tag", "mp4", "xmp", "namespace")}
    return {"key": str(typed.get("key") or "").strip(), **_parts(typed), **texts}


def parts(typed: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the arguments of `library.fields.change` for the texts of a form.

    Raises:
        ValidationError: A limit is not a whole number.

    """
    found = _parts(typed)
    return found | {name: limit for name, limit in _NO_LIMITS.items() if name in found and found[name] is None}


def _parts(typed: Mapping[str, str]) -> dict[str, Any]:
    kind = str(typed["type"])
    lines = str(typed.get("choices") or "").splitlines() if kind in {"text", "list"} else []
    limits = {name: _number(str(typed.get(name) or "")) for name in ("lowest", "highest") if kind == "integer"}
    choices = [each.strip() for each in lines if each.strip()]
    return {"title": str(typed.get("title") or "").strip(), "type": kind, "choices": choices, **limits}


def _number(text: str) -> int | None:
    number = text.strip()
    if number and not (number.isascii() and number.isdigit()):
        raise errors.ValidationError(f"“{number[:40]}” is no whole number.")
    return int(number) if number else None


def defined(field: CustomField) -> str:
    """Return the sentence after a definition."""
    return f"{field.title} is a field now. The next scan reads its values from the files."


def changed(field: CustomField) -> str:
    """Return the sentence after a change of a definition."""
    return f"{field.title} is changed. Values in files stay as they are."


def removal(field: CustomField) -> list[dict[str, str]]:
    """Return the sections of the question before a removal."""
    text = f"Searches, rules and saved views with {field.key} no longer work. The values in the files stay."
    return [{"kind": "text", "text": text}]
