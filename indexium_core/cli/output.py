"""How commands print: data on stdout, messages on stderr. File names and people are never treated as markup."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:  # the functions that print import rich: `--help` and JSON output do not need it
    import rich.console

Row = TypeVar("Row")
_NARROW = str.maketrans("", "", "✓▲■…–−→·“”")  # signs of our own tables, each one cell wide
_called = {"it": "indexium"}  # the words that start this program
_COMMAND = re.compile(r"(?<![\w./-])indexium(?= [a-z])")
_QUOTED_COMMAND = re.compile(r"(?<=['`])indexium(?= [a-z])")  # this is data: a file may be called "indexium notes"


def call_it(words: str) -> None:
    """Set the words that start this program, for sentences that name a command."""
    _called["it"] = words


def _hinting(text: str, pattern: re.Pattern[str] = _COMMAND) -> str:
    return pattern.sub(lambda _: _called["it"], text)


@functools.cache
def _console(*, stderr: bool = False) -> rich.console.Console:
    import rich.console

    return rich.console.Console(stderr=stderr, highlight=False, soft_wrap=True)


def _is_plain(*, stderr: bool = False) -> bool:
    """Return whether a stream is no terminal: rich, whose import takes longer than a table, would change nothing."""
    is_wanted = any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))
    return not is_wanted and not (sys.stderr if stderr else sys.stdout).isatty()


def _print(text: str, *, stderr: bool = False, end: str = "\n") -> None:
    """Print a text without markup; above the progress bar, if one is shown."""
    if _is_plain(stderr=stderr):
        print(clean(text), end=end, file=sys.stderr if stderr else sys.stdout, flush=True)
        return
    import rich.text

    _console(stderr=stderr).print(rich.text.Text(clean(text)), end=end)


def say_out(text: str) -> None:
    """Print one line of data."""
    _print(_hinting(text, _QUOTED_COMMAND))


def say_plain(text: str) -> None:
    """Print text that already has its line breaks."""
    sys.stderr.write(text.rstrip() + "\n")


def note(text: str) -> None:
    """Print a message on stderr."""
    _print(_hinting(text), stderr=True)


def complain(text: str) -> None:
    """Print an error message on stderr."""
    _print("indexium: " + _hinting(text), stderr=True)


def clean(text: str) -> str:
    """Make control characters visible, so that a file name can neither move the cursor nor start a new line."""
    return "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in text)


def to_json(value: Any) -> None:
    """Print one JSON document."""
    import json

    from indexium_core.model import shapes

    sys.stdout.write(json.dumps(value, default=shapes.plain, ensure_ascii=False, indent=2) + "\n")


def result(value: Any, sentence: str, *, as_json: bool) -> None:
    """Print the result of a command as JSON, or a sentence about it."""
    if as_json:
        to_json(value)
    else:
        note(sentence)


def pieces(texts: Iterable[str]) -> None:
    """Print data in pieces."""
    for text in texts:
        sys.stdout.write(text)


def print_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV with a header line."""
    from indexium_core.model.planning import cells

    pieces(cells.line(row) for row in (header, *rows))


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = (), empty: str = ""
) -> None:
    """Print a table; the columns in `right` are right-aligned. Without rows, print the message `empty` instead."""
    rows = list(rows)
    if empty and not rows:
        note(empty)
        return
    texts = [tuple(clean(_hinting(str(cell), _QUOTED_COMMAND)) for cell in row) for row in rows]
    if _is_plain():
        _print_plain(header, texts, right)
        return
    import rich.table
    import rich.text

    shown = rich.table.Table(box=None, pad_edge=False, header_style="bold")
    console = _console()
    for number, name in enumerate(header):
        shown.add_column(name, justify="right" if number in right else "left", overflow="fold")
    for row in texts:
        shown.add_row(*map(rich.text.Text, row))
    console.print(shown)


def _print_plain(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> None:
    """Print a table for another program, with whole cells, however long they are."""
    widths = [max(map(_width, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        cells = [cell.rstrip() if number in right else cell for number, cell in enumerate(row)]
        spaces = [" " * (width - _width(cell)) for width, cell in zip(widths, cells, strict=True)]
        padded = (
            space + cell if number in right else cell + space
            for number, (cell, space) in enumerate(zip(cells, spaces, strict=True))
        )
        sys.stdout.write("  ".join(padded) + "\n")
    sys.stdout.flush()


def _width(text: str) -> int:
    """Return the width of a text in cells of a terminal."""
    if text.translate(_NARROW).isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def listing(
    items: Sequence[Row],
    header: Sequence[str],
    cells: Callable[[Row], Sequence[object]],
    *,
    right: Sequence[int] = (),
    empty: str,
    as_json: bool,
) -> None:
    """
    Print a whole list: as a table with the `cells` of each item, or as one JSON document.

    `empty` says that there is no item, and what the next step is.
    """
    if as_json:
        to_json({"items": items, "total": len(items)})
    else:
        table(header, map(cells, items), right=right, empty=empty)


def too_late(name: str, action: str, result: str) -> str:
    """Return the message that a job or operation ended before it was `action` (paused, cancelled), and its result."""
    return f"{name} ended before it was {action}: {result}."


def named(values: Mapping[str, object], *, without: Collection[str] = ()) -> str:
    """Return `name=value` words of the values that are set; a mapping gives one word for each entry."""
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
    """Ask on the terminal; None without a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    _print(question + " [y/N] ", stderr=True, end="")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


class ProgressBar(Protocol):
    """The callback for a progress bar."""

    def __call__(self, done: int, total: int | None, text: str = "") -> None: ...


@contextmanager
def bar(title: str) -> Iterator[ProgressBar]:
    """Show a progress bar on stderr while the block runs; silent if stderr is not a terminal."""
    import rich.progress

    console = _console(stderr=True)
    columns = (
        rich.progress.TextColumn("{task.description}", markup=False),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TimeRemainingColumn(),
        rich.progress.TextColumn("{task.fields[text]}", markup=False),
    )
    with rich.progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None, text="")

        def update(done: int, total: int | None, text: str = "") -> None:
            progress.update(task, completed=done, total=total, text=clean(text)[-40:])

        yield update
