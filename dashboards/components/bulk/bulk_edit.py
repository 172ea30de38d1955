"""The bulk edit of a selection; the library counts and applies it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from dashboards.bridge import Bridge
from dashboards.components import person_field
from dashboards.components.bulk import bulk
from dashboards.session import Session
from dashboards.state import NOTHING, FilesState
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.files.properties import LockReport
from indexium_core.model.job import Job
from indexium_core.model.planning.plan import Selection
from indexium_core.model.review.decisions import Target, Template
from indexium_core.model.review.reports import BulkPeople, ChangePreview, DecisionReport

TABS = ("people", "replace", "fields", "templates", "skip", "modes", "media")
TABS_WITHOUT_EDITING = ("skip", "modes", "media")  # tabs if editing is disabled


class _ShownSelection(NamedTuple):
    """The effect of an edit."""

    change: ChangePreview
    pair: tuple[str, str] | None  # old and new person of a replacement


_SELECT_FIRST = "Select files first: press x for the file at the cursor, or a for all found files."


class BulkEdit:
    """The dialog of one session. It edits the files that were selected when it was opened."""

    def __init__(self, library: Library, bridge: Bridge, state: FilesState, session: Session) -> None:
        self._library, self._bridge, self._state, self._session = library, bridge, state, session
        self._serial = self._seen = 0
        self._target: str | Selection | Sequence[int] = ()
        self._view: dict[str, Any] = {"open": False}
        self.dialog = bulk.Bulk()
        self.dialog.on(
            open=lambda message: self.open(str(message.get("tab", "people"))),
            preview=self._current(self._show_preview),
            apply=self._current(self._apply),
            find=self._current(self._find),
            skip=self._current(self._skip),
            modes=self._current(self._modes),
            rescan=self._current(self._rescan),
            lock=self._current(self._lock),
            save=self._current(self._save),
            forget=self._current(self._forget),
            typing=self._typing,
            rate=self._rate,
            close=self._current(lambda _: self._close()),
        )

    def open(self, tab: str = "people") -> None:
        """Show the dialog for the selection, or for the file at the cursor if nothing is selected."""
        target = self._targets()
        if target is None:
            self._bridge.toast("info", _SELECT_FIRST)
            return
        self.open_for(target, tab)

    def open_for(self, target: Selection | list[int], tab: str = "people", *, within: str = "") -> None:
        """Show the dialog for some files; those that the search `within` does not find are counted as hidden."""
        library = self._library
        tabs = TABS if library.settings.metadata_enable_inline_edit else TABS_WITHOUT_EDITING
        tab = tab if tab in tabs else tabs[0]

        query = within or self._state.query

        def read() -> tuple[BulkPeople, list[Template], int]:
            self._seen = library.decisions.newest()
            hidden = library.preview(target, within=query).hidden if isinstance(target, Selection) else 0
            return library.bulk.people_in(target, limit=bulk.SHOWN), library.templates.list(), hidden

        def show(found: tuple[BulkPeople, list[Template], int]) -> None:
            people, kept, hidden = found
            if not people.files:
                self._bridge.toast("info", "No selected file can be edited.")
                return
            self._serial += 1
            self._target = target
            today = datetime.now().astimezone().date()
            view = bulk.view(people, serial=self._serial, tab=tab, kept=kept, today=today, hidden=hidden)
            self._put(**view, tabs=list(tabs), effect=None)

        self._bridge.run(read, show, name="bulk", once=True)

    def _targets(self) -> Selection | list[int] | None:
        selection: Selection = self._state.selection
        if selection != NOTHING:
            return selection
        return None if self._state.cursor is None else [self._state.cursor]

    def _put(self, **changes: Any) -> None:
        self._view |= changes
        self.dialog.put(**self._view)

    def _close(self) -> None:
        self._view = {"open": False}
        self.dialog.put(**self._view)

    def _current(self, handle: Callable[[Mapping[str, Any]], None]) -> Callable[[Mapping[str, Any]], None]:
        """Return a handler that ignores messages of earlier dialogs."""
        return lambda message: handle(message) if message.get("serial") == self._serial else None

    # Preview.

    def _show_preview(self, message: Mapping[str, Any]) -> None:
        """Show the effect of an edit; only the result of the newest request is shown."""
        change = _requested_change(message)
        target = self._target

        def failed(error: errors.IndexiumError) -> None:
            self._put(effect={"change": change, "files": 0, "text": error.message, "bad": True})

        def show(found: _ShownSelection | None) -> None:
            self._put(effect=found and bulk.effect(found.change, change, found.pair))

        if "field" in change:
            self._bridge.run(
                lambda: self._library.bulk.preview_fields(
                    target, {change["field"]: change["value"]}, only_this="only" in change
                ),
                lambda found: self._put(effect=bulk.fields_effect(found, change)),
                name="bulk_preview",
                failed=failed,
            )
            return
        self._bridge.run(lambda: self._preview(target, change), show, name="bulk_preview", failed=failed)

    def _preview(self, target: Target, change: Mapping[str, Any]) -> _ShownSelection | None:
        library, only_this = self._library, "only" in change
        if "template" in change:
            template = library.templates.get(change["template"])
            found = library.templates.preview(template.name, target, only_this=only_this)
            return _ShownSelection(found, template.pair)
        if "old" in change:
            pair = change["old"], change["new"]
            return _ShownSelection(library.bulk.preview(target, replace=pair, only_this=only_this), pair)
        if not change["add"] and not change["remove"]:
            return None
        sides = {"add": change["add"], "remove": change["remove"]}
        return _ShownSelection(library.bulk.preview(target, **sides, examples=0, only_this=only_this), None)

    def _find(self, message: Mapping[str, Any]) -> None:
        """Show the people whose name contains a text."""
        target, text = self._target, str(message.get("text", ""))[:200]

        def show(found: BulkPeople) -> None:
            fresh = bulk.view(found, serial=self._serial, tab="people", kept=(), today=date.min)
            self._put(people=fresh["people"], rest=fresh["rest"], found=text)

        self._bridge.run(
            lambda: self._library.bulk.people_in(target, like=text, limit=bulk.SHOWN), show, name="bulk_find"
        )

    def _typing(self, message: Mapping[str, Any]) -> None:
        """Offer people that match the typed text, then similar names."""
        person_field.suggest(self._library, self._bridge, message, self.dialog.offer)

    # Decisions.

    def _apply(self, message: Mapping[str, Any]) -> None:
        change, target, library = _requested_change(message), self._target, self._library
        if not library.settings.metadata_enable_inline_edit:
            return
        decisions, only_this = library.decisions, "only" in change
        if "field" in change:
            values = {change["field"]: change["value"]}
            self._decide(lambda: decisions.set_fields(target, values, seen=self._seen, only_this=only_this))
        elif "template" in change:
            self._decide(lambda: library.templates.apply(change["template"], target, only_this=only_this))
        elif "old" in change:
            pair = change["old"], change["new"]
            self._decide(lambda: decisions.replace_person(target, *pair, only_this=only_this))
        else:
            sides = {"add": change["add"], "remove": change["remove"]}
            self._decide(lambda: decisions.change_people(target, **sides, only_this=only_this))

    def _rate(self, message: Mapping[str, Any]) -> None:
        """Rate the selected files, or the file at the cursor, or make them favourites."""
        target, library = self._targets(), self._library
        key, value = str(message["field"]), str(message["value"])
        if target is None:
            self._bridge.toast("info", _SELECT_FIRST)
        elif library.settings.metadata_enable_inline_edit:
            self._bridge.run(
                lambda: library.decisions.set_fields(target, {key: value}),
                lambda report: self._session.report_decision(report.sentence, report),
                name="rate",
            )

    def _skip(self, message: Mapping[str, Any]) -> None:
        text, target = str(message.get("until") or ""), self._target
        until = datetime.combine(date.fromisoformat(text), time.min).astimezone() if text else None
        self._decide(lambda: self._library.decisions.postpone(target, until))

    def _modes(self, message: Mapping[str, Any]) -> None:
        target, people, comment = self._target, message.get("people") or None, message.get("comment") or None
        self._decide(lambda: self._library.decisions.set_mode(target, mode=people, comment_mode=comment))

    def _decide(self, decide: Callable[[], DecisionReport]) -> None:
        """Apply the edit and report the result."""

        def on_done(report: DecisionReport) -> None:
            self._close()
            self._session.report_decision(report.sentence, report)

        self._bridge.run(decide, on_done, name="bulk_decide", once=True, failed=self._complain)

    # Media.

    def _rescan(self, message: Mapping[str, Any]) -> None:
        """Start a job that reads the media properties of the files again."""
        target, library = self._target, self._library
        refresh = [str(each) for each in message.get("refresh", [])]

        def begin() -> Job:
            if isinstance(target, str | Selection):
                return library.rescans.add(target, refresh=refresh)
            return library.rescans.add(file_ids=target, refresh=refresh)

        def on_done(job: Job) -> None:
            self._close()
            self._bridge.toast("good", f"{job.title} has started. The jobs page shows its progress.")

        self._bridge.run(begin, on_done, name="bulk_rescan", once=True, failed=self._complain)

    def _lock(self, message: Mapping[str, Any]) -> None:
        """Lock or unlock fields of the files."""
        target, on, locks = self._target, bool(message.get("on")), self._library.locks
        fields = [str(each) for each in message.get("fields", [])]

        def on_done(report: LockReport) -> None:
            self._close()
            done = "locked" if on else "unlocked"
            self._bridge.toast("good", bulk.locked(report, done))

        act = locks.lock if on else locks.unlock
        self._bridge.run(lambda: act(target, fields), on_done, name="bulk_lock", once=True, failed=self._complain)

    # Templates.

    def _save(self, message: Mapping[str, Any]) -> None:
        change, name = _requested_change(message), str(message.get("name", ""))[:200]
        library = self._library

        def save() -> list[Template]:
            pair = (change["old"], change["new"]) if "old" in change else None
            library.templates.save(name, people=change.get("add", ()), replace=pair)
            return library.templates.list()

        def saved(kept: list[Template]) -> None:
            self._put(templates=bulk.templates(kept), saved=self._view.get("saved", 0) + 1)

        self._bridge.run(save, saved, name="bulk_save", once=True, failed=self._complain)

    def _forget(self, message: Mapping[str, Any]) -> None:
        name, library = str(message.get("name", "")), self._library

        def forget() -> list[Template]:
            library.templates.remove(name)
            return library.templates.list()

        def gone(kept: list[Template]) -> None:
            self._put(templates=bulk.templates(kept), effect=None)

        self._bridge.run(forget, gone, name="bulk_forget", once=True, failed=self._complain)

    def _complain(self, error: errors.IndexiumError) -> None:
        self._seen = getattr(error, "seen", self._seen)
        self.dialog.complain(error.message)


def _requested_change(message: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the requested edit: names to add and to remove, a replacement, a field with its value, or a template.

    It has `only` if the copies of the files stay as they are.
    """
    change = message["change"]
    only = {"only": True} if change.get("only") is True else {}
    if "field" in change:
        return {"field": str(change["field"]), "value": str(change["value"]), **only}
    if "template" in change:
        return {"template": str(change["template"]), **only}
    if "old" in change:
        return {"old": str(change["old"]), "new": str(change["new"]), **only}
    sides = {side: [str(name) for name in change.get(side, [])][:500] for side in ("add", "remove")}
    return sides | only
