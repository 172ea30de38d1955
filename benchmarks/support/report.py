"""
Rows of measured figures: as lines of text, as JSON lines, and as the table of `docs/performance.md`.

A benchmark is a module with a generator of rows. `show` prints them, so that every benchmark has the same output.
`python -m benchmarks` reads the JSON lines of each module and writes one table.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

_RATE = "/s"


@dataclass(frozen=True, slots=True)
class Row:
    """
    A figure of Indexium, and that of a peer or a limit in the same run.

    A unit that ends with "/s" is a rate, for which more is better. For all other units, less is better.
    """

    work: str
    ours: float  # in `unit`; the median if `p95` is given
    unit: str
    peer: str = ""
    theirs: float | None = None  # in `unit`
    p95: float | None = None  # in `unit`: 95th percentile of the times whose median is `ours`

    @property
    def ratio(self) -> float | None:
        """How many times better Indexium is than the peer, by `p95` if it is given; None without a peer."""
        ours = self.ours if self.p95 is None else self.p95
        if self.theirs is None or not ours or not self.theirs:
            return None
        return ours / self.theirs if self.unit.endswith(_RATE) else self.theirs / ours


@dataclass(frozen=True, slots=True)
class Omission:
    """A measurement that was not made."""

    work: str
    reason: str  # a sentence


Entry = Row | Omission


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that all benchmarks share: `--dir` and `--json`."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--dir", type=Path, default=Path.cwd(), help="folder for the files that are made; not a tmpfs")
    options.add_argument("--json", action="store_true", help="print one JSON object a line")
    return options


def show(entries: Iterable[Entry], *, json_lines: bool) -> None:
    """Print each entry as soon as it is measured."""
    if not json_lines:
        print(heading())
    for entry in entries:
        print(as_json(entry) if json_lines else as_text(entry), flush=True)


def heading() -> str:
    """Return the line of text above the lines of `as_text`."""
    return _columns("work", "Indexium", "peer or limit of the same run", "ratio")


def as_text(entry: Entry) -> str:
    """Return an entry as one line of text."""
    if isinstance(entry, Omission):
        return f"{entry.work}: not measured. {entry.reason}"
    return _columns(*_cells(entry))


def as_json(entry: Entry) -> str:
    """Return an entry as one line of JSON."""
    return json.dumps(asdict(entry), ensure_ascii=False)


def from_json(line: str) -> Entry:
    """Return the entry of a line of `as_json`; raises ValueError or TypeError for another text."""
    values = json.loads(line)
    return Omission(**values) if "reason" in values else Row(**values)


def markdown(entries: Sequence[Entry], *, quick: bool) -> str:
    """Return the rows as one table, and a list of what was not measured below it."""
    ours = "Indexium (quick run)" if quick else "Indexium"
    rows = [_cells(entry) for entry in entries if isinstance(entry, Row)]
    lines = [f"| work | {ours} | peer or limit of the same run | ratio |", "| --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in rows]
    omissions = [entry for entry in entries if isinstance(entry, Omission)]
    if omissions:
        lines += ["", "Not measured:", "", *(f"- {each.work}: {each.reason}" for each in omissions)]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> tuple[str, str, str, str]:
    ours = _figure(row.ours) if row.p95 is None else f"{_figure(row.ours)} / {_figure(row.p95)}"
    theirs = "" if row.theirs is None else f"{row.peer}: {_figure(row.theirs)} {row.unit}"
    ratio = "" if row.ratio is None else f"{_figure(row.ratio)} ×"
    return row.work, f"{ours} {row.unit}", theirs, ratio


def _figure(value: float) -> str:
    """Return a number with two or three significant digits."""
    if value == int(value) or value >= 99.5:
        return f"{value:,.0f}"
    if value < 0.1:
        return format(Decimal(f"{value:.2g}"), "f")  # no exponent
    return f"{value:.1f}" if value >= 9.95 else f"{value:.2f}"


def _columns(work: str, ours: str, theirs: str, ratio: str) -> str:
    return f"{work:<92} {ours:>18}  {theirs:<36} {ratio:>10}".rstrip()
