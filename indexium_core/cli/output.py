"""How commands print: data on stdout, everything said to a person on stderr. File names and people are never markup."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import rich.console
import rich.progress
import rich.table
import rich.text

from indexium_core.model import jsonable

__all__ = [
    "ProgressBar",
    "bar",
    "call_it",
    "clean",
    "complain",
    "confirm",
    "named",
    "note",
    "pieces",
    "say_out",
    "say_plain",
    "table",
    "to_csv",
    "to_json",
    "too_late",
]

_out = rich.console.Console(highlight=False, soft_wrap=True)
_WIDE = 10_000  # columns where no terminal folds: another program reads the lines
_err = rich.console.Console(stderr=True, highlight=False, soft_wrap=True)


_called = {"it": "indexium"}  # by which words the person calls this program
_COMMAND = re.compile(r"(?<![\w./-])indexium(?= [a-z])")


def call_it(words: str) -> None:
    """Let sentences that name a command name it by these words."""
    _called["it"] = words


def _hinting(text: str) -> str:
    return _COMMAND.sub(lambda _: _called["it"], text)


def say_out(text: str) -> None:
    """Print one line of data."""
    _out.print(rich.text.Text(clean(text)))


def say_plain(text: str) -> None:
    """Print text of our own that has its line breaks already."""
    sys.stderr.write(text.rstrip() + "\n")


def note(text: str) -> None:
    """Tell the person something that is not data."""
    _err.print(rich.text.Text(clean(_hinting(text))))


def complain(text: str) -> None:
    """Tell the person what went wrong."""
    _err.print(rich.text.Text("indexium: " + clean(_hinting(text))))


def clean(text: str) -> str:
    """Make control characters visible, so that a file name can neither move the cursor nor start a new line."""
    return "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in text)


def to_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, default=jsonable.plain, ensure_ascii=False, indent=2) + "\n")


def pieces(texts: Iterable[str]) -> None:
    """Print data that is made piece by piece."""
    for text in texts:
        sys.stdout.write(text)


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV with a header line."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """Print a table; columns whose numbers are in `right` are set flush right."""
    shown = rich.table.Table(box=None, pad_edge=False, header_style="bold")
    if not _out.is_terminal:
        _out.width = _WIDE  # a width that is handed to `print` can only make it narrower
    for number, name in enumerate(header):
        shown.add_column(name, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(rich.text.Text(clean(str(cell))) for cell in row))
    _out.print(shown)


def too_late(what: str, meant: str, came_to: str) -> str:
    """Say what something came to that had nothing left when it was to be `meant` (held, cancelled)."""
    return f"{what} came to its end before it was {meant}: {came_to}."


def named(values: Mapping[str, object], *, without: Collection[str] = ()) -> str:
    """Return `name=value` words of what is known; of counts each by its own name."""
    words: list[str] = []
    for name, value in values.items():
        if name in without or value is None:
            continue
        if isinstance(value, Mapping):
            words += [f"{each}={count}" for each, count in value.items()]
        else:
            words.append(f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}")
    return " ".join(words)


def confirm(question: str) -> bool | None:
    """Ask on the terminal; None where there is none to ask on."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    _err.print(rich.text.Text(clean(question) + " [y/N] "), end="")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


class ProgressBar(Protocol):
    """A progress bar that is told how far the work is."""

    def __call__(self, done: int, total: int | None, text: str = "") -> None: ...


@contextmanager
def bar(title: str) -> Iterator[ProgressBar]:
    """Show a progress bar on stderr while the block runs; silent where stderr is not a terminal."""
    columns = (
        rich.progress.TextColumn("{task.description}", markup=False),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TimeRemainingColumn(),
        rich.progress.TextColumn("{task.fields[text]}", markup=False),
    )
    with rich.progress.Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal) as progress:
        task = progress.add_task(title, total=None, text="")

        def update(done: int, total: int | None, text: str = "") -> None:
            progress.update(task, completed=done, total=total, text=clean(text)[-40:])

        yield update
