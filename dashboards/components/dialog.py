"""Questions and reports in a modal dialog, one at a time."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from dashboards.components.base import Component, module
from dashboards.components.view_types import DialogView

Turn = Callable[[str, int, str], None]  # receives the list, the requested page, and the chosen filter
Section = dict[str, Any]


class Dialog(Component):
    """
    A dialog for questions and reports. Only an answer to the displayed question is accepted.

    Messages: `confirm` {serial, note, ticked, typed, ack}, `act` {serial, act}, `turn` {serial, list, page, choice},
    `close` {serial}.
    """

    _esm = module("dialog")
    _view = DialogView
    _styles = ("dialog.css",)

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._serials = itertools.count(1)
        self._serial = 0
        self._then: Callable[[str, frozenset[str]], None] | None = None
        self._acts: Mapping[str, Callable[[], None]] = {}
        self._turn: Turn | None = None
        self._follows: int | None = None
        self._left: Callable[[], None] | None = None  # called when the dialog is closed without an answer
        self._choices: dict[str, str] = {}
        self._demands: Mapping[str, Any] = {}  # required parts of an answer; browser and server check them
        self.on(confirm=self._confirmed, close=self._closed, act=self._acted, turn=self._turned)

    def ask(self, title: str, sections: list[Section], then: Callable[[str], None], **view: Any) -> int:
        """
        Show a question; `then` receives the note when it is confirmed. Returns the serial number of the question.

        In addition to the parts of the view: `acts` (functions of the `actions`), `turn` (receives requested pages of
        lists), `left` (called when a person closes the dialog without an answer), `follows` (the number of the question
        that this one replaces automatically; a close of that question closes this one too).
        """
        return self._show(title, sections, lambda note, _: then(note), view)

    def choose(
        self,
        title: str,
        sections: list[Section],
        options: list[dict[str, str]],
        then: Callable[[str, frozenset[str]], None],
        **view: Any,
    ) -> int:
        """Show a question with checkboxes; `then` receives the note and the keys of the ticked boxes."""
        return self._show(title, sections, then, {**view, "options": options})

    def report(self, title: str, sections: list[Section], **view: Any) -> int:
        """Show a report with a closing button and optional `actions`."""
        return self._show(title, sections, None, view)

    def renew(self, serial: int, **changes: Any) -> None:
        """Change parts of the view of a question, if it is still open."""
        if self.showing(serial):
            self.put(**{**json.loads(self.shown), **changes})

    def renew_list(self, serial: int, section: Section) -> None:
        """Show another page of a list, if its question is still open."""
        if self.showing(serial):
            view = json.loads(self.shown)
            sections = [section if each.get("key") == section["key"] else each for each in view["sections"]]
            self.put(**{**view, "sections": sections})

    def showing(self, serial: int) -> bool:
        """Return whether a question is displayed."""
        return bool(serial == self._serial and json.loads(self.shown).get("open"))

    def dismiss(self) -> None:
        """Close the dialog."""
        self._then, self._acts, self._turn, self._left = None, {}, None, None
        self.put(open=False)

    def _show(
        self,
        title: str,
        sections: list[Section],
        then: Callable[[str, frozenset[str]], None] | None,
        view: Mapping[str, Any],
    ) -> int:
        view = dict(view)
        self._acts, self._turn, self._left = view.pop("acts", {}), view.pop("turn", None), view.pop("left", None)
        self._follows = view.get("follows")
        self._choices = {}
        self._demands = {name: view.get(name) for name in ("ack", "typed", "needs", "wants_note")}
        self._serial, self._then = next(self._serials), then
        self.put(open=True, serial=self._serial, title=title, sections=sections, **view)
        return self._serial

    def _confirmed(self, message: Mapping[str, Any]) -> None:
        if message.get("serial") != self._serial or self._then is None:
            return
        if json.loads(self.shown).get("blocked"):  # a choice that was made just before this answer is still read
            return
        ticked_keys = message.get("ticked")
        then, note = self._then, str(message.get("note", ""))[:200]
        ticked = frozenset(map(str, ticked_keys)) if isinstance(ticked_keys, list) else frozenset()
        if self._lacks(message, ticked):
            raise ValueError("A required field of the dialog is missing.")
        self.dismiss()
        then(note, ticked)

    def _lacks(self, message: Mapping[str, Any], ticked: frozenset[str]) -> bool:
        """Return whether an answer lacks a required word, tick or choice."""
        ack, typed, needs, wants_note = (self._demands.get(name) for name in ("ack", "typed", "needs", "wants_note"))
        if wants_note and not str(message.get("note", "")).strip():
            return True
        if typed and _spelt(message.get("typed")) != _spelt(typed["word"]):
            return True
        return bool((ack and message.get("ack") is not True) or (needs and ticked.isdisjoint(needs)))

    def _acted(self, message: Mapping[str, Any]) -> None:
        act = self._acts.get(str(message.get("act")))
        if message.get("serial") == self._serial and act is not None:
            act()

    def _turned(self, message: Mapping[str, Any]) -> None:
        if message.get("serial") != self._serial or self._turn is None:
            return
        name = str(message["list"])
        if "choice" in message:
            self._choices[name] = str(message["choice"])
        self._turn(name, max(1, int(message["page"])), self._choices.get(name, ""))

    def _closed(self, message: Mapping[str, Any]) -> None:
        serial = message.get("serial")
        if serial is not None and serial in (self._serial, self._follows):
            left = self._left
            self.dismiss()
            if left is not None:
                left()


def _spelt(text: Any) -> str:
    """Return typed text without case and extra spaces, for a comparison."""
    return " ".join(str(text).split()).lower()
