"""The connection of a page with its session: toasts, events and addresses; the browser draws the frame."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Unpack

from dashboards.components.base import Component, module
from dashboards.frame.view_types import WireView
from dashboards.toasts import ToastButton, ToastKind


class Wire(Component):
    """
    The connection of a page with its session. It draws nothing.

    Messages: `hello` {theme}, `go` {page}, `address` {path, search}, `theme` {theme}, `plan` {query}, `sql` {text},
    `values` {page, search}: what the address of a page has now. Sends:
    {kind, text, undo, stop, plan, topic}, a toast; {cleared}, a topic whose errors are removed; {events}, ids by
    names; {busy}; {answered}; {place}, other values of the address; {select}, files of the plan; {sql}, a query that
    runs.
    """

    _esm = module("wire")
    _view = WireView

    def toast(self, kind: ToastKind, text: str, *, topic: str = "", **button: Unpack[ToastButton]) -> None:
        """Show a sentence for a few seconds; see `Bridge.toast`."""
        self._send_msg({"kind": kind, "text": text, "topic": topic, **button})

    def clear_errors(self, topic: str) -> None:
        """Remove the errors of a topic."""
        self._send_msg({"cleared": topic})

    def busy(self, busy: bool) -> None:  # noqa: FBT001 - a callback
        """Show that a requested action is running."""
        self._send_msg({"busy": busy})

    def tell_events(self, newest: Mapping[str, int]) -> None:
        """Tell which events there were: their names, with the newest id of each."""
        self._send_msg({"events": dict(newest)})

    def change_place(self, values: Mapping[str, str], *, push: bool) -> None:
        """Change values of the address by name, "" removes one; `push` adds a step to the browser's history."""
        self._send_msg({"place": {"values": dict(values), "push": push}})

    def select_files(self, file_ids: Collection[int]) -> None:
        """Select files of the plan in place of those that are selected."""
        self._send_msg({"select": sorted(file_ids)})

    def run_sql(self, text: str) -> None:
        """Let the page of queries run a query."""
        self._send_msg({"sql": text})

    def answered(self) -> None:
        """Tell that everything that the browser asked for is shown."""
        self._send_msg({"answered": True})
