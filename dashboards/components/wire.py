"""The connection of a page with its session: which page is shown, and what has happened. The browser draws the page."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.components.base import Component, module


class Wire(Component):
    """
    The connection of a page with its session. It draws nothing.

    Messages: `hello` {theme}, `show` {page}, `theme` {theme}, and `values` {page, search}: what the address of a page
    has now. Sends: {started}, the answer to `hello`; {kind, text}, a toast; {events}, ids by names; {place}, other
    values of the address.
    """

    _esm = module("wire")

    def started(self) -> None:
        """Tell that the session takes messages."""
        self._send_msg({"started": True})

    def toast(self, kind: str, text: str) -> None:
        """Show a sentence for a few seconds; `kind` is `error` or `info`."""
        self._send_msg({"kind": kind, "text": text})

    def tell_events(self, newest: Mapping[str, int]) -> None:
        """Tell which events there were: their names, with the newest id of each."""
        self._send_msg({"events": dict(newest)})

    def change_place(self, values: Mapping[str, str], *, push: bool) -> None:
        """Change values of the address by name, "" removes one; `push` adds a step to the browser's history."""
        self._send_msg({"place": {"values": dict(values), "push": push}})
