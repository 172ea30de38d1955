"""Undo changes of values by hand: what is restored, and whether somebody has changed it since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.titles.fields import checked_value, field_of
from indexium_core.model.titles.titles import TitleItem, TitleValue
from indexium_core.store.connection import Connection
from indexium_core.store.titles import titles as store

_LONGEST = 80  # characters of a value in a message


def checked_values(item: TitleItem, before: Mapping[str, Sequence[TitleValue]]) -> dict[str, list[TitleValue]]:
    """
    Return the values of fields that are restored, with valid values by hand.

    Raises:
        UsageError: The title has no such field.
        ValidationError: A value by hand does not fit the field.

    """
    checked = dict[str, list[TitleValue]]()
    for name, values in before.items():
        field = field_of(name, item.entity_type)
        checked[name] = [
            replace(each, value=checked_value(field, each.value)) if each.origin == "hand" else each
            for each in values
            if each.field == name
        ]
    return checked


def require_unchanged(
    tx: Connection, item: TitleItem, name: str, after: Sequence[TitleValue], *, now: datetime
) -> None:
    """Raise UsageError if the value by hand or the padlocks of a field differ from those in `after`."""
    present = store.values(tx, item, name)
    if _by_people(present) == _by_people([each for each in after if each.field == name]):
        return
    hand = next((each for each in present if each.origin == "hand"), None)
    known = next((each for each in after if each.origin == "hand" and each.field == name), None)
    label = name.replace("_", " ")
    if hand is not None and (known is None or _set(hand) != _set(known)):
        text = hand.text if len(hand.text) <= _LONGEST else f"{hand.text[:_LONGEST]}…"
        change = f"set by hand to “{text}”" if text else "left empty by hand"  # a padlock can keep a field empty
        what = f"The {label} of “{item.name}” was {change} {wording.ago(hand.fetched_at, now=now)}"
    elif hand is None and known is not None:
        what = f"The value by hand of the {label} of “{item.name}” was removed"
    else:
        what = f"The padlock of the {label} of “{item.name}” was changed"
    raise errors.UsageError(
        f"{what}, so the earlier change is not undone. Set the value that you want.", code="wrong_state"
    )


def _by_people(values: Sequence[TitleValue]) -> list[tuple[object, ...]]:
    """Return what people can change of the values of a field: the value by hand and the padlocks."""
    return sorted(
        (each.origin, each.provider, each.locked, _set(each) if each.origin == "hand" else None)
        for each in values
        if each.origin == "hand" or each.locked
    )


def _set(hand: TitleValue) -> tuple[str, datetime]:
    return hand.text, hand.fetched_at
