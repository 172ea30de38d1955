"""Cells of a CSV for spreadsheets: none is a formula, and all are read back unchanged."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexium_core.model.planning import cells

nasty = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@'\t\r\n,;\"＝ A\u202eع\ufeff\x00\xa0\u200b"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=12,
)


@given(st.lists(nasty, min_size=1, max_size=5))
@example(["'=1", "''=1", "'plain", "=1", "\r", "'"])
def test_written_line_is_read_back(texts: list[str]) -> None:
    [row] = csv.reader(io.StringIO(cells.line(texts), newline=""), strict=True)

    assert [cells.plain(cell) for cell in row] == texts


@given(nasty)
@example("\ufeff=1+1")
@example("\x00=1+1")
@example(" =1+1")
def test_no_cell_starts_formula(text: str) -> None:
    for cell in (cells.guarded(text), cells.guarded(text).lstrip(" \x00\xa0\u200b\u202e\ufeff")):
        assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))


@pytest.mark.parametrize("between", [";", "\t"])
@given(texts=st.lists(nasty, min_size=1, max_size=4))
@example(texts=["Holiday;=cmd|' /C calc'!A0"])
@example(texts=["a film\n-2+3+cmd|' /C calc'!A0"])
@example(texts=['x;"=1'])
def test_no_cell_starts_formula_with_another_separator(between: str, texts: list[str]) -> None:
    """For example in a German spreadsheet: a quote in the middle of a cell has no meaning there."""
    line = cells.line(["1", *texts])

    for cell in re.split(f"[{between}\r\n]", line)[1:]:
        assert not cell.lstrip('"').startswith(tuple("=+-@＝＋－＠")), cell


def test_name_with_apostrophe_is_unchanged() -> None:
    assert cells.guarded("'t Hooft") == "'t Hooft"
    assert cells.plain("'t Hooft") == "'t Hooft"


@pytest.mark.parametrize(
    ("cell", "means"), [("True", True), ("WAHR", True), ("faux", False), ("0", False), ("", None), ("2027-01-31", None)]
)
def test_spreadsheet_booleans_are_read(cell: str, means: bool | None) -> None:
    assert cells.truth(cell) is means
