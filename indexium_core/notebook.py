"""
The display of values and of progress in a notebook: small HTML tables, and a progress bar for each long call.

Colours of text and background are those of the notebook, so both are readable in a light and in a dark one. All texts
are escaped. Outside a notebook there is no progress bar.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_UPDATE_SECONDS = 0.2
_LONGEST = 120  # characters of a cell; more are cut
_CELL = "text-align:left;white-space:pre-line"


def is_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    shell = _shell()
    return shell is not None and hasattr(shell, "kernel")


@contextlib.contextmanager
def progress_bar(title: str, callback: object = None) -> Iterator[Any]:
    """
    Show a progress bar below the cell while the block runs.

    Yields the function that updates it, with the arguments `done, total, text=""`; outside a notebook, None. If the
    caller has a `callback` of its own, yields that, without a bar.
    """
    if callback is not None or not is_notebook():
        yield callback
        return
    display: Any = importlib.import_module("IPython.display")
    shown = display.display(display.HTML(_bar(title, 0, None, "")), display_id=True)
    last: tuple[int, int | None] = (0, None)
    updated_at = time.monotonic()

    def update(done: int, total: int | None, text: str = "") -> None:
        nonlocal last, updated_at
        last = (done, total)
        if time.monotonic() - updated_at >= _UPDATE_SECONDS:
            updated_at = time.monotonic()
            shown.update(display.HTML(_bar(title, done, total, text)))

    try:
        yield update
    except BaseException:
        shown.update(display.HTML(_bar(title, *last, "stopped")))
        raise
    shown.update(display.HTML(_bar(title, *last, "") if last[0] else _bar(title, 1, 1, "", numbers="done")))


@contextlib.contextmanager
def scan_bar(title: str, progress: Callable[[Any], None] | None) -> Iterator[Callable[[Any], None] | None]:
    """Yield the callback of the caller, or one that shows the progress of a scan in a notebook."""
    with progress_bar(title, progress) as show:
        if progress is not None or show is None:
            yield progress
        else:
            yield lambda at: show(at.done, at.total, at.current)


@contextlib.contextmanager
def following(title: str, read: Callable[[], tuple[int, int, str]]) -> Iterator[None]:
    """Show a progress bar while the block waits: `read` returns the progress, on another thread."""
    with progress_bar(title) as update:
        if update is None:
            yield
            return
        ended = threading.Event()

        def show() -> None:
            while not ended.wait(_UPDATE_SECONDS):
                update(*read())

        thread = threading.Thread(target=show, name="progress-bar", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            update(*read())


def card(title: str, facts: Mapping[str, object], *, below: str = "") -> str:
    """Return the HTML of a value: a title and named facts; `below` is HTML that follows them."""
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{_escaped(name)}</th><td style="{_CELL}">{_text(value)}</td></tr>'
        for name, value in facts.items()
    )
    return f"<div><strong>{_text(title)}</strong><table>{rows}</table>{below}</div>"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, total: int = 0) -> str:
    """Return the HTML of a table; with a `total`, the number of rows that are not shown is below it."""
    head = "".join(f'<th scope="col" style="{_CELL}">{_escaped(name)}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_text(value)}</td>' for value in row) + "</tr>" for row in rows
    )
    more = f"<div>… and {total - len(rows):,} more</div>" if total > len(rows) else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _bar(title: str, done: int, total: int | None, text: str, *, numbers: str = "") -> str:
    value = "" if total is None else f' value="{done}" max="{max(1, total)}"'
    numbers = numbers or (f"{done:,}" if total is None else f"{done:,} of {total:,}")
    bar = f'<progress aria-label="{_escaped(title)}"{value} style="vertical-align:middle"></progress>'
    return f"<div>{_escaped(title)} {bar} {numbers} <span style='opacity:.75'>{_text(text)}</span></div>"


def _text(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return _escaped(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _shell() -> Any:
    """Return the IPython shell of this process; None if IPython is not loaded."""
    ipython = sys.modules.get("IPython")
    get: Callable[[], Any] = getattr(ipython, "get_ipython", lambda: None)
    return get()


def _escaped(text: str) -> str:
    from html import escape  # here: most programs show no HTML

    return escape(text)
