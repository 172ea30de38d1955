"""The navigation: pages, folders and theme; also toasts and the state of the connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from dashboards.components.base import Component, module, needing
from dashboards.frame.view_types import PageLinkView, ShellView
from dashboards.toasts import ToastButton, ToastKind
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, PLAN_EDIT
from indexium_core.model.files.scan_reports import ScanProgress

GROUPS: Mapping[str, Sequence[str]] = {  # the pages of each group of the navigation
    "Decide": ("plan", "checks", "decide"),
    "Collection": ("library", "titles", "publish", "people"),
    "Writing": ("requests", "progress", "history"),
    "Tools": ("query", "jobs", "settings"),
}
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}


class Shell(Component):
    """
    The frame of every page.

    Messages: `hello` {theme, selection}, `go` {page}, `address` {path, search}, `theme` {theme}, `undo` {id} (of a
    step), `stop` {id} (of a job), `plan` {query}, `sql` {text}. Receives: {kind, text, undo, stop, plan, topic}, a
    toast; {cleared}, a topic whose errors are removed; {events}, ids by names; {undoable}, the steps that can be
    undone; {busy}; {answered}.
    """

    _esm = module("shell")
    _view = ShellView
    _styles = ("house.css", "shell.css", "account_menu.css")
    _needs = needing({PLAN_EDIT: "undo", JOBS_MANAGE: "stop"})

    def toast(self, kind: ToastKind, text: str, *, topic: str = "", **button: Unpack[ToastButton]) -> None:
        """Show a sentence for a few seconds; see `Bridge.toast`."""
        self._send_msg({"kind": kind, "text": text, "topic": topic, **button})

    def clear_errors(self, topic: str) -> None:
        """Remove the errors of a topic."""
        self._send_msg({"cleared": topic})

    def undoable(self, step_ids: Sequence[int]) -> None:
        """Let toasts offer to undo only these steps."""
        self._send_msg({"undoable": list(step_ids)})

    def busy(self, busy: bool) -> None:  # noqa: FBT001 - a callback
        """Show that a requested action is running."""
        self._send_msg({"busy": busy})

    def tell_events(self, newest: Mapping[str, int]) -> None:
        """Tell which events there were: their names, with the newest id of each."""
        self._send_msg({"events": dict(newest)})

    def answered(self) -> None:
        """Tell that everything that the browser asked for is shown."""
        self._send_msg({"answered": True})


def pages(
    labels: Mapping[str, str], counts: Mapping[str, int], live: int | None, base: str, paths: Mapping[str, str]
) -> list[PageLinkView]:
    """
    Return the entries of the navigation: counts, progress in percent (`live`) and addresses (`paths`).

    A page without a group has no entry: a page above it leads to it.
    """
    return [
        {
            "id": name,
            "group": _GROUP_OF[name],
            "label": label,
            "href": f"{base}?view={name}" if base else paths[name],
            "count": wording.count(counts[name]) if counts.get(name) else "",
            "live": live if name == "progress" else None,
        }
        for name, label in labels.items()
        if name in _GROUP_OF
    ]


def roots(libraries: Sequence[Any], scan: ScanProgress | None = None) -> dict[str, Any]:
    """Return the state of the folders and of a running scan, below the navigation."""
    online = sum(library.state == "online" for library in libraries)
    scanned = max((library.scanned_at for library in libraries if library.scanned_at), default=None)
    if not libraries:
        return {"roots": "no folder added yet", "offline": True, "scanned": ""}
    return {
        "roots": f"{online} of {wording.plural(len(libraries), 'folder')} online",
        "offline": online < len(libraries),
        "scanned": _scan_line(scan) or (f"scanned {wording.ago(scanned)}" if scanned else "not scanned yet"),
    }


def _scan_line(scan: ScanProgress | None) -> str:
    if scan is None:
        return ""
    if scan.total is None:
        return f"scanning: {wording.files(scan.done)} found"
    return f"scanning: {wording.count(scan.done)} of {wording.files(scan.total)}"
