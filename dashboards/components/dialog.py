"""Questions and reports in a modal dialog, one at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from dashboards.components.base import Component, module

__all__ = ["Dialog"]


class Dialog(Component):
    """
    Asks and reports; an answer counts only for the question that is on the screen.

    View: `open`, `serial`, `title`, `sections` ({kind: text, hint, levels, facts, lost, why or items, …}), `confirm`
    (label of the button; none: a report), `ack` (must be ticked first), `options` ({key, label, hint}: boxes to tick),
    `needs` (keys of options: one of them must be ticked first), `note` (label of a text field), `risky`.
    Messages: `confirm` {serial, note, ticked}, `close` {serial}.
    """

    _esm = module("dialog")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._serials = itertools.count(1)
        self._serial = 0
        self._then: Callable[[str, frozenset[str]], None] | None = None
        self.on(confirm=self._confirmed, close=self._closed)

    def ask(self, title: str, sections: list[dict[str, Any]], then: Callable[[str], None], **view: Any) -> None:
        """Show a question; `then` gets the note when it is confirmed."""
        self._show(title, sections, lambda note, _: then(note), view)

    def choose(
        self,
        title: str,
        sections: list[dict[str, Any]],
        options: list[dict[str, str]],
        then: Callable[[str, frozenset[str]], None],
        **view: Any,
    ) -> None:
        """Show a question with boxes to tick; `then` gets the note and the keys of those that are ticked."""
        self._show(title, sections, then, {**view, "options": options})

    def report(self, title: str, sections: list[dict[str, Any]]) -> None:
        """Show a report that can only be closed."""
        self._show(title, sections, None, {})

    def dismiss(self) -> None:
        """Take away what is shown."""
        self._then = None
        self.put(open=False)

    def _show(
        self,
        title: str,
        sections: list[dict[str, Any]],
        then: Callable[[str, frozenset[str]], None] | None,
        view: Mapping[str, Any],
    ) -> None:
        self._serial, self._then = next(self._serials), then
        self.put(open=True, serial=self._serial, title=title, sections=sections, **view)

    def _confirmed(self, message: Mapping[str, Any]) -> None:
        if message.get("serial") != self._serial or self._then is None:
            return
        then, note = self._then, str(message.get("note", ""))[:200]
        ticked = message.get("ticked")
        self.dismiss()
        then(note, frozenset(map(str, ticked)) if isinstance(ticked, list) else frozenset())

    def _closed(self, message: Mapping[str, Any]) -> None:
        if message.get("serial") == self._serial:
            self.dismiss()
