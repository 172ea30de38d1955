"""
Cells of a CSV that goes out, is edited in a spreadsheet, and comes back.

A cell that begins as a formula would be run by a spreadsheet, so it gets an apostrophe in front, and loses it again
when it is read. One that begins with apostrophes and then so gets one more: so whatever is in it comes back as it was.

The same is done behind a semicolon, a tab, a quotation mark or a line break: where a spreadsheet expects another mark
between cells than a comma (in much of Europe it is the semicolon), it takes what stands there for a cell of its own.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["guarded", "line", "listed", "plain", "split", "truth"]

_SIGNS = "=+\\-@＝＋－＠"  # full-width signs begin one, too
_FORMULA = f"[{_SIGNS}\t\r\n]"
_FIRST = frozenset("'=+-@\t\r\n＝＋－＠")
_DANGEROUS = re.compile(f"'*{_FORMULA}")
_GUARDED = re.compile(f"'+{_FORMULA}")
_INNER = re.compile(f"([;\"\t\r\n])(?='*[{_SIGNS}])")
_INNER_GUARDED = re.compile(f"([;\"\t\r\n])'(?='*[{_SIGNS}])")

# A spreadsheet writes these in the language of its user.
_TRUE = frozenset({"true", "yes", "1", "x", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "vero", "waar", "prawda"})
_FALSE = frozenset({"false", "no", "0", "falsch", "nein", "faux", "non", "falso", "onwaar", "nee", "fałsz"})


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, wherever it begins one."""
    if _has_breaks(text):
        text = _INNER.sub(r"\1'", text)
    return "'" + text if text[:1] in _FIRST and _DANGEROUS.match(text) else text


def plain(text: str) -> str:
    """Return what `guarded` was given; a cell that was not guarded is as it is."""
    text = text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
    return _INNER_GUARDED.sub(r"\1", text) if _has_breaks(text) else text


def _has_breaks(text: str) -> bool:
    return ";" in text or "\n" in text or '"' in text or "\t" in text or "\r" in text


def listed(value: Any) -> Any:
    """Return a value as a cell: a list as its names split by `; `, all else as it is."""
    return "; ".join(value) if isinstance(value, list) else value


def split(cell: str) -> list[str]:
    """Return the names of a cell, without blanks around them; none is an empty list."""
    return [name for part in cell.split(";") if (name := part.strip())]


def truth(cell: str) -> bool | None:
    """Return yes or no as a person or a spreadsheet writes it, None for anything else."""
    word = cell.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def line(cells: Iterable[Any]) -> str:
    """Return one row of CSV, with its line break; nothing is there for None."""
    return _written([guarded(cell) if isinstance(cell, str) else cell for cell in cells])


def _written(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)  # with "\n" alone, a "\r" in a cell would not be quoted
    return buffer.getvalue()[:-2] + "\n"
