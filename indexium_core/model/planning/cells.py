"""
Cells of every CSV that leaves the program: for a spreadsheet, and for an import after an edit there.

A spreadsheet would run a cell that starts like a formula, so the export puts an apostrophe before it, and the import
removes the apostrophe. If a cell starts with apostrophes before a formula, the export adds one more, so the import
restores every text.

The same applies after a semicolon, a tab, a quotation mark or a line break: a spreadsheet with another separator than
the comma (in much of Europe the semicolon) reads the text after it as a separate cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

_SIGNS = "=+\\-@＝＋－＠"  # full-width signs start a formula too
# Characters that a spreadsheet may drop before a formula, such as the mark U+FEFF at the start of a file.
_UNSEEN = "[ \x00-\x08\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*"
_FORMULA = f"{_UNSEEN}[{_SIGNS}\t\r\n]"
_FIRST = frozenset(" '=+-@＝＋－＠")
_DANGEROUS = re.compile(f"'*{_FORMULA}")
_GUARDED = re.compile(f"'+{_FORMULA}")
_INNER = re.compile(f"([;\"\t\r\n])(?='*[{_SIGNS}])")
_INNER_GUARDED = re.compile(f"([;\"\t\r\n])'(?='*[{_SIGNS}])")

# A spreadsheet writes these words in the language of its user.
_TRUE = frozenset({"true", "yes", "1", "x", "wahr", "ja", "vrai", "oui", "verdadero", "sí", "vero", "waar", "prawda"})
_FALSE = frozenset({"false", "no", "0", "falsch", "nein", "faux", "non", "falso", "onwaar", "nee", "fałsz"})


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet reads as a formula."""
    if _has_breaks(text):
        text = _INNER.sub(r"\1'", text)
    may_be = text[:1] in _FIRST or not text[:1].isprintable()
    return "'" + text if may_be and _DANGEROUS.match(text) else text


def plain(text: str) -> str:
    """Undo `guarded`; other cells stay unchanged."""
    text = text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
    return _INNER_GUARDED.sub(r"\1", text) if _has_breaks(text) else text


def _has_breaks(text: str) -> bool:
    return ";" in text or "\n" in text or '"' in text or "\t" in text or "\r" in text


def listed(value: Any) -> Any:
    """Return a value as a cell: a list as names separated by `; `, any other value unchanged."""
    return "; ".join(value) if isinstance(value, list) else value


def split(cell: str) -> list[str]:
    """Return the names of a cell, without blanks around them."""
    return [name for part in cell.split(";") if (name := part.strip())]


def truth(cell: str) -> bool | None:
    """Parse yes or no as users and spreadsheets write it; None for any other text."""
    word = cell.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def line(cells: Iterable[Any], *, numbers: Collection[int] = ()) -> str:
    """
    Return one row of CSV with its line break; None is an empty cell.

    `numbers`: indexes of cells whose texts are numbers, for example -5; they stay unchanged.
    """
    return _written(
        [guarded(cell) if isinstance(cell, str) and index not in numbers else cell for index, cell in enumerate(cells)]
    )


def _written(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(
        cells
    )  # with lineterminator "\n", the writer would not quote a "\r" in a cell
    return buffer.getvalue()[:-2] + "\n"
