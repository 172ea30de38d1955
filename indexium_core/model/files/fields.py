"""
What a planned change makes of the texts in a file: pure rules, the same for every container.

Replace mode writes one text. Preserve mode exchanges the People segment of each text and keeps every other byte.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.people import people_comment

__all__ = [
    "applied",
    "displayed",
    "leading",
    "leading_place",
    "lost_by",
    "lost_texts",
    "numbered",
    "people_of",
    "result",
    "results",
]

_SURROGATES = re.compile("[\ud800-\udfff]")


def applied(change: Change, value: str | None) -> str | None:
    """
    Return the text of a field after a change, or None if the field goes away.

    Args:
        change: The planned change.
        value: The text now, with undecodable bytes as surrogates; None if there is no such field.

    """
    if change.segment is None:
        return change.new or None
    return people_comment.splice(value or "", change.segment)


def results(fields: Iterable[FieldValue], change: Change) -> list[str]:
    """Return the texts that the given fields have after a change, in order; removed ones are left out."""
    found = (result(place, change) for place in fields if place.field == change.field)
    return [text for text in found if text is not None]


def result(place: FieldValue, change: Change) -> str | None:
    """Return the text of one place after a change, None if the change removes it."""
    if change.segment is not None:
        return applied(change, place.value) if place.takes_segment else place.value
    return change.new or None if place.takes_value else None


def numbered(fields: Iterable[FieldValue]) -> tuple[FieldValue, ...]:
    """Return fields with a name each: the second one at a place is called `place[2]`."""
    seen: Counter[str] = Counter()
    found = []
    for each in fields:
        seen[each.where] += 1
        number = seen[each.where]
        found.append(each if number == 1 else replace(each, where=f"{each.where}[{number}]"))
    return tuple(found)


def leading(changes: Sequence[Change]) -> list[Change]:
    """Return the first change of each field: that of the text that players read."""
    return list({change.field: change for change in reversed(changes)}.values())[::-1]


def leading_place(places: Iterable[FieldValue], said: str | None) -> FieldValue | None:
    """Return the place of a field's text that players read, None where no place holds what the field says."""
    found = [place for place in places if place.shown == said]
    return next((place for place in found if place.takes_value), next(iter(found), None))


def displayed(text: str) -> str:
    """Return a text as the database and the interface show it: U+FFFD for an undecodable byte, U+2400 for a NUL."""
    return text if text.isascii() and "\0" not in text else _SURROGATES.sub("\ufffd", text).replace("\0", "\u2400")


def people_of(shown: str | None, fields: Iterable[FieldValue]) -> list[str]:
    """Return everybody whom a file names: first the people of the text that players read, then those of other texts."""
    texts = [shown or "", *(place.shown for place in fields)]
    found: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        for name in people_comment.parse(text).people:
            found.setdefault(people_comment.person_key(name), name)
    return list(found.values())


def lost_by(changes: Iterable[Change]) -> dict[str, str]:
    """Return what a write loses of somebody's own texts, by the place of each; nothing in preserve mode."""
    texts = {change.where: people_comment.parse(change.old).custom_text for change in changes if change.segment is None}
    return {where: text for where, text in texts.items() if text}


def lost_texts(shown: str | None, fields: Iterable[FieldValue], *, writable: bool = True) -> str:
    """
    Return all texts of a file's comments that replace mode loses, a line for each; equal ones once.

    A text that players show and that is not in `fields` is another field (©inf in MP4): it stays in the file, so it is
    not lost. In a file that is not `writable`, it counts as a text of the comment.
    """
    values = [place.value for place in fields]
    if not writable and shown and all(value.partition("\0")[0] != shown for value in values):
        values.append(shown)
    ordered = sorted(values, key=lambda value: value.partition("\0")[0] != shown)
    lost = (people_comment.parse(value).custom_text for value in ordered)
    return "\n".join(dict.fromkeys(text for text in lost if text))
