"""Values of fields as spreadsheet programs write them."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.model.fields.entry import read_cell
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.table import EDITABLE
from tests.support.cases import each_case


def of_type(name: str) -> Field:
    return next(field for field in EDITABLE if field.type == name)


@each_case(
    ("kind", "cell", "known", "value"),
    [
        ("date", "31.07.2019", None, "2019-07-31"),
        ("date", "31.7.19", None, "2019-07-31"),
        ("date", "7/31/2019", None, "2019-07-31"),
        ("date", "2019/7/31", None, "2019-07-31"),
        ("date", "1/2/2019", "2019-02-01", "2019-02-01"),
        ("date", "1/2/2019", "2019-01-02", "2019-01-02"),
        ("date", "5/5/2019", None, "2019-05-05"),
        ("date", "Jul-19", "2019-07", "2019-07"),
        ("date", "Jul 2020", "2019-07", "2020-07"),
        ("date", "2019", None, "2019"),
        ("date", "2019:07:31", "2019:07:31", "2019:07:31"),
        ("datetime", "31.07.2019 18:30", "2019-07-31T18:30:05", "2019-07-31T18:30:05"),
        ("datetime", "2019-07-31 18:30:05", "2019-07-31T18:30:05Z", "2019-07-31T18:30:05Z"),
        ("datetime", "7/31/2019 12:05 AM", None, "2019-07-31T00:05:00"),
        ("datetime", "2019-07-31T18:30:00+0200", None, "2019-07-31T18:30:00+02:00"),
        ("rating", "4,0", "4", "4"),
        ("rating", "★★", "4", "2"),
        ("rating", "0", "4", None),
        ("integer", "12.00", None, "12"),
        ("text", " ", "old", None),
        ("text", "4.0", None, "4.0"),
        ("list", "b,a", "a; b", "b; a"),
    ],
)
def test_cell_has_a_value(kind: str, cell: str, known: str | None, value: str | None) -> None:
    assert read_cell(of_type(kind), cell, known) == value


@pytest.mark.parametrize(
    ("kind", "cell", "why"),
    [
        ("date", "1/2/2019", "may be 2019-02-01 or 2019-01-02"),
        ("date", "31.13.2019", "Enter a day"),
        ("date", "Foo-19", "Enter a day"),
        ("datetime", "31.07.2019 25:00", "Enter a date and a time"),
        ("datetime", "31.07.2019", "Enter a date and a time"),
        ("rating", "4.5", "Enter a number of stars"),
        ("integer", "12,3", "Enter a whole number"),
    ],
)
def test_cell_without_a_value_is_rejected(kind: str, cell: str, why: str) -> None:
    with pytest.raises(errors.ValidationError, match=why):
        read_cell(of_type(kind), cell, None)
