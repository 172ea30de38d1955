"""The fields that one file cannot store, or cannot lose: known from its tags, before any edit (`field_problems`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexium_core.files.containers.bmff.boxes import Box, Window
from indexium_core.files.containers.bmff.tags import field_map, new_places, places
from indexium_core.files.containers.bmff.tags.places import FoundPlaces
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, fields_in_files

NO_PLACE = "The file has no place for the {} that programs read."
SHOWN_INSTEAD = "Players would show another {} of the file, whatever is written."
SHOWN_AFTER_REMOVAL = "Players would show another {} of the file, if this one were removed."


def is_hidden(found: Sequence[places.FieldPlace], start: int | None) -> bool:
    """Return whether players would show the box at `start` instead of the places of a field, once these are removed."""
    return start is not None and start not in {place.box.start for place in found}


def field_problems(window: Window, moov: Box, found: FoundPlaces, *, quicktime: bool, outer: bool) -> dict[str, str]:
    """
    Return why fields cannot be written or removed, as `Layout.field_problems`.

    Args:
        window: The bytes of `moov`.
        moov: The index of the file, opened.
        found: The places in it.
        quicktime: The file is a MOV.
        outer: The file has tags outside `moov`.

    """
    problems: dict[str, str] = {}
    shown = {place.field for place in found.places if place.shown}
    for key, start in found.hiding.items():
        if key in shown and is_hidden([place for place in found.places if place.field == key], start):
            problems[f"-{key}"] = SHOWN_AFTER_REMOVAL.format(key)
    for key in (*found.hiding, *_of_unusual_tags(window, moov)):
        if key in shown or key in problems:
            continue
        behind = found.hiding.get(key, -1)
        if new_places.new_place(window, moov, key, quicktime=quicktime, behind=behind) is not None:
            continue
        if behind >= 0:
            problems[key] = SHOWN_INSTEAD.format(key)
        elif not _takes_key(window, moov, key, outer=outer):
            problems[key] = NO_PLACE.format(key)
    problems.pop(COMMENT, None)
    problems.pop(f"-{COMMENT}", None)
    return {**problems, **found.unknown}


def _of_unusual_tags(window: Window, moov: Box) -> Iterator[str]:
    """Yield the fields of a file with tags in another form than the usual one, which has a place for each field."""
    metas = [meta for udta in moov.named(b"udta") for meta in udta.named(b"meta")]
    is_usual = all(places.handler_of(window, meta) == b"mdir" and meta.prefix == 4 for meta in metas)
    if not is_usual or moov.named(b"meta"):
        for field in fields_in_files():
            if field.key not in {COMMENT, CREATION_TIME} and field_map.is_writable(field.key):
                yield field.key


def _takes_key(window: Window, moov: Box, key: str, *, outer: bool) -> bool:
    if field_map.new_key(key) is None or outer:
        return False
    return new_places.added_keys(window, moov, [(key, "0")]) is not None
