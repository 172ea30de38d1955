"""
The texts of a file after a planned change: pure rules, the same for every container.

Replace mode writes one text. Preserve mode replaces the People segment of each text and keeps all other bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.people import people_comment
from indexium_core.model.surrogates import replace_surrogates


def apply_change(change: Change, value: str | None) -> str | None:
    """
    Return the text of a field after a change, or None if the change removes the field.

    Args:
        change: The planned change.
        value: The current text, with undecodable bytes as surrogates; None if there is no such field.

    """
    if change.segment is None:
        return change.new or None
    return people_comment.splice(value or "", change.segment)


def texts_after(fields: Iterable[FieldValue], change: Change) -> list[str]:
    """Return the texts of the field after a change, in order, without removed ones."""
    texts = (text_after(place, change) for place in fields if place.field == change.field)
    return [text for text in texts if text is not None]


def text_after(place: FieldValue, change: Change) -> str | None:
    """Return the text of one place after a change, or None if the change removes it."""
    if change.segment is not None:
        return apply_change(change, place.value) if place.takes_segment else place.value
    return change.new or None if place.takes_value else None


def with_unique_places(fields: Iterable[FieldValue]) -> tuple[FieldValue, ...]:
    """Return fields with unique places: the second one at a place is called `place[2]`."""
    seen: Counter[str] = Counter()
    unique = []
    for each in fields:
        seen[each.where] += 1
        number = seen[each.where]
        unique.append(each if number == 1 else replace(each, where=f"{each.where}[{number}]"))
    return tuple(unique)


def primary_changes(changes: Sequence[Change]) -> list[Change]:
    """Return the first change of each field, which is the change of the text that players read."""
    return list({change.field: change for change in reversed(changes)}.values())[::-1]


def primary_place(places: Iterable[FieldValue], shown: str | None) -> FieldValue | None:
    """Return the place of the text that players read, or None if no place has the text `shown`."""
    matches = [place for place in places if place.shown == shown]
    return next((place for place in matches if place.takes_value), next(iter(matches), None))


def display_text(text: str) -> str:
    """Return a text for the database and the interface: U+FFFD for an undecodable byte, U+2400 for a NUL."""
    return replace_surrogates(text).replace("\0", "\u2400")


def people_of(shown: str | None, fields: Iterable[FieldValue]) -> list[str]:
    """Return the people that the texts of a file name; people in the text that players read come first."""
    texts = [shown or "", *(place.shown for place in fields)]
    names: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        for name in people_comment.parse(text).people:
            names.setdefault(people_comment.person_key(name), name)
    return list(names.values())


def lost_texts_by_place(changes: Iterable[Change]) -> dict[str, str]:
    """Return the custom text that a write loses at each place; preserve mode loses none."""
    texts = {change.where: people_comment.parse(change.old).custom_text for change in changes if change.segment is None}
    return {where: text for where, text in texts.items() if text}


def lost_custom_texts(shown: str | None, fields: Iterable[FieldValue], *, writable: bool = True) -> str:
    """
    Return the custom texts of the comments of a file that replace mode loses, one per line, without duplicates.

    A text that players show but that is not in `fields` is another field (©inf in MP4). It stays in the file, so it is
    not lost; but if the file is not `writable`, it counts as a text of the comment.
    """
    values = [place.value for place in fields]
    if not writable and shown and all(value.partition("\0")[0] != shown for value in values):
        values.append(shown)
    ordered = sorted(values, key=lambda value: value.partition("\0")[0] != shown)
    texts = (people_comment.parse(value).custom_text for value in ordered)
    return "\n".join(dict.fromkeys(text for text in texts if text))
