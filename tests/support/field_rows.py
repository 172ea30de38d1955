"""
The rows of a field on the pages in `docs/`. Tests compare them with the pages; who adds a field copies them from here.

    .venv/bin/python -m tests.support.field_rows medium
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from indexium_core.model.fields import readers
from indexium_core.model.fields.field import Field, FieldType
from indexium_core.model.fields.readers import CONTAINERS
from indexium_core.model.fields.table import COMMENT, field_named
from indexium_core.model.query.keys import KEYS

_VALUES: Mapping[FieldType, str] = {
    "people": "text",
    "text": "text",
    "date": "2019, 2019-07 or 2019-07-31",
    "datetime": "2019-07-31T18:30:00, with a zone if known; videos: UTC",
    "rating": "0 to 5 stars",
    "integer": "whole number",
    "list": "words, separated by `;`",
}
_COLUMNS = ("mp4", "mov", "matroska", "asf", "avi", "flv", "ogg", "jpeg")  # of the places on the page of fields


def rows_of(field: Field) -> Mapping[str, list[str]]:
    """Return the rows of a field, by the page; in the order of the tables of the page."""
    key = KEYS[field.key]
    plain = f"`{field.key}`"
    rows = {
        "fields.md": [_row(plain, _VALUES[field.type], field.about)],
        "plan.md": [_row(f"`{key.example}`", key.help)],
    }
    if field.key != COMMENT:
        rows["fields.md"].append(_row(plain, *(field.places.get(container, "–") for container in _COLUMNS)))
        rows["readers.md"] = [_reader_row(field, program) for program in readers.MEASURED]
    return rows


def _reader_row(field: Field, program: str) -> str:
    return _row(f"`{field.key}`", *(shown_by(field, program, containers) for containers in CONTAINERS.values()))


def shown_by(field: Field, program: str, containers: tuple[str, ...]) -> str:
    """Return what a program shows of a field in a group of containers, as a cell of the page."""
    shown = {each for name in containers for each in readers.shown_in(field, name) if each.program == program}
    if not shown:
        return "–"
    [known] = shown
    return known.name or ("no" if known.basis else "not known")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for page, found in rows_of(field_named(sys.argv[1])).items():
        print(f"docs/{page}", *found, sep="\n", end="\n\n")
