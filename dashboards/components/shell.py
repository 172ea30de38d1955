"""The rail on the left: pages, roots, theme; toasts and the line to the server live here too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import words
from dashboards.components.base import Component, module

__all__ = ["Shell"]

LABELS = {"plan": "Plan", "progress": "Progress", "history": "History"}


class Shell(Component):
    """
    The frame of every page.

    View: `pages` ({id, label, href, count, live}), `roots`, `offline`, `scanned`, and what the browser is to take over:
    `page`, `title`, `url` with `push`, `selection` (kept in sessionStorage). Messages: `hello` {theme, selection}, `go`
    {page}, `address` {path, search}, `theme` {theme}. Sent to it: {kind, text}, a toast; {busy}.
    """

    _esm = module("shell")

    def toast(self, kind: str, text: str) -> None:
        """Show a sentence for a few seconds: `error`, `good` or `info`."""
        self._send_msg({"kind": kind, "text": text})

    def busy(self, busy: bool) -> None:  # noqa: FBT001 - a callback
        """Show that something that was asked for is under way."""
        self._send_msg({"busy": busy})


def pages(counts: dict[str, int], live: int | None, base: str) -> list[dict[str, Any]]:
    """Return the entries of the rail with their counts; `live` is the percentage of what is running."""
    entries: list[dict[str, Any]] = [
        {
            "id": name,
            "label": label,
            "href": f"{base}?view={name}" if base else f"/{name}",
            "count": words.count(number) if number else "",
        }
        for name, label in LABELS.items()
        for number in [counts.get(name)]
    ]
    entries[1]["live"] = live
    return entries


def roots(libraries: Sequence[Any]) -> dict[str, Any]:
    """Return what the foot of the rail says of the roots."""
    online = sum(library.state == "online" for library in libraries)
    scanned = max((library.scanned_at for library in libraries if library.scanned_at), default=None)
    if not libraries:
        return {"roots": "no folder added yet", "offline": True, "scanned": ""}
    return {
        "roots": f"{online} of {words.plural(len(libraries), 'root')} online",
        "offline": online < len(libraries),
        "scanned": f"scanned {words.ago(scanned)}" if scanned else "not scanned yet",
    }
