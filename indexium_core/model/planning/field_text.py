"""The values of fields in texts and tags: one line of a value, and the changes of a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from indexium_core.model.fields import comment_diff
from indexium_core.model.fields.table import all_fields, known_field
from indexium_core.model.fields.values import REJECTED, rating_number
from indexium_core.model.files.media import Change

MOST_TAGS = 2  # changes whose values are in a row; more are only named
SHOWN = 40  # characters of a value in a tag
STARS = 5


class FieldChange(NamedTuple):
    """The change of one field of a file; None: the file does not have the field."""

    key: str
    old: str | None
    new: str | None


def changes_of(changes: Iterable[Change]) -> list[FieldChange]:
    """Return one change for each field. A field may have a change for each of its places in the file."""
    by_field: dict[str, list[Change]] = {}
    for change in changes:
        by_field.setdefault(change.field, []).append(change)
    found = [
        FieldChange(key, places[0].old, next((place.new for place in places if place.new is not None), None))
        for key, places in by_field.items()
    ]
    return [change for change in found if change.old != change.new]


def compared(change: FieldChange) -> dict[str, Any]:
    """Return a changed field with its old and its new value in parts; None: the file does not have it."""
    old, new = comment_diff.compare(*(value and full(change.key, value) for value in (change.old, change.new)))
    return {"label": known_field(change.key).title, "old": old, "new": new}


def full(key: str, value: str) -> str:
    """Return a value for people: a rating as stars, or as the word for a rejected photo."""
    if known_field(key).type == "rating":
        if value == REJECTED:
            return "rejected"
        if stars := rating_number(value):
            return "★" * stars + "☆" * (STARS - stars)
    return value


def shown(key: str, value: str) -> str:
    """Return a value in one line."""
    return comment_diff.seen(" ".join(full(key, value).split()))


def tag(change: FieldChange) -> dict[str, Any]:
    """Return the tag of one change: `Title: At sea`, with the old value in its title."""
    name = known_field(change.key).title
    value = shown(change.key, change.new or change.old or "")
    short = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
    return {"text": f"{name}: {short}", "kind": _kind(change), "title": _sentence(change)}


def tags(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return a tag for each changed field; for many, a tag for each kind of change: `title, season 2, episode 3`."""
    found = changes_of(changes)
    if len(found) <= MOST_TAGS:
        return [tag(change) for change in found]
    order = {field.key: place for place, field in enumerate(all_fields())}
    found.sort(key=lambda change: order.get(change.key, len(order)))
    kinds = ((kind, [change for change in found if _kind(change) == kind]) for kind in ("add", "set", "del"))
    return [
        {"text": ", ".join(map(_name, same)), "kind": kind, "title": "\n".join(map(_sentence, same))}
        for kind, same in kinds
        if same
    ]


def _kind(change: FieldChange) -> str:
    return "del" if change.new is None else "add" if change.old is None else "set"


def _name(change: FieldChange) -> str:
    """Return the name of a changed field in a list; a short value follows it."""
    field = known_field(change.key)
    name = field.title if field.custom else field.title.lower()
    has_value = field.type in _SHORT_TYPES and change.new is not None
    return f"{name} {shown(change.key, change.new or '')}" if has_value else name


_SHORT_TYPES = frozenset({"integer", "date", "rating"})  # their values are short


def _sentence(change: FieldChange) -> str:
    """Return `Title: Old → New` in one line."""
    old, new = ("none" if value is None else shown(change.key, value) for value in (change.old, change.new))
    return f"{known_field(change.key).title}: {old} → {new}"
