"""Checks: what does not agree, one kind at a time, and the ways to settle each finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dashboards.components.base import Component
from dashboards.pages.checks import checks_list as parts
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import ChecksState
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.check import CheckGroup, CheckPage, CheckRow, Resolution, ResolutionReport

__all__ = ["ChecksScreen"]

PER_PAGE = 25


class _Findings(NamedTuple):
    groups: list[CheckGroup]
    kind: str  # that is shown: the one that was asked for, else the first with findings
    page: CheckPage


class ChecksScreen(Screen):
    """The findings of one check, and one of them in detail."""

    state: ChecksState

    def __init__(self, session: Session) -> None:
        self.state = ChecksState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._header, self._list, self._drawer = parts.ChecksHeader(), parts.ChecksList(), parts.ChecksDetails()
        self._found: _Findings | None = None
        self._header.on(kind=lambda message: self._narrow(kind=str(message["kind"]), right=False))
        self._list.on(
            open=lambda message: self._open(str(message["subject"])),
            first=self._offer,
            close=lambda _: self._open(""),
            page=lambda message: self._narrow(number=max(1, int(message["page"]))),
            right=lambda message: self._narrow(right=message["on"] is True),
            learn=lambda _: self._ask_all(self._learn_all),
            all_right=lambda _: self._ask_all(self._all_right),
        )
        self._drawer.on(
            close=lambda _: self._open(""),
            mend=lambda message: self._mend(self._meant(message), str(message["code"])),
            right=lambda message: self._dismiss(self._meant(message)),
            back=lambda message: self._bring_back(self._meant(message)),
            plan=lambda _: self._plan(),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"checks_header": self._header, "checks_list": self._list, "checks_details": self._drawer}

    def start(self) -> None:
        """Follow what changes."""
        self._bridge.listen(("plan:changed", "scan:completed", "write:completed"), self.refresh, every=1.0)

    def refresh(self) -> None:
        """Look again, where the page is looked at."""
        if self._session.is_showing("checks"):
            self._load()

    # What is shown.

    def _load(self) -> None:
        kind, number, right = self.state.kind, self.state.number, self.state.right

        def read() -> _Findings:
            groups = self._library.checks.groups()
            shown = kind or next((group.kind for group in groups if group.total), groups[0].kind)
            page = self._library.checks.page(shown, number, per_page=PER_PAGE, dismissed=right)
            if not page.items and page.total:
                page = self._library.checks.page(shown, -(-page.total // PER_PAGE), per_page=PER_PAGE, dismissed=right)
            return _Findings(groups, shown, page)

        self._bridge.run(read, self._show, name="checks")

    def _show(self, found: _Findings) -> None:
        self._found = found
        self.state.number = found.page.page
        self._session.show_count("checks", sum(group.total for group in found.groups))
        self._draw()

    def _draw(self) -> None:
        found = self._found
        if found is None:
            return
        if self._row() is None and self.state.subject:
            self.state.subject = ""
            self._session.update_address()
        group = next(group for group in found.groups if group.kind == found.kind)
        self._header.put(**parts.header_view(found.groups, found.kind))
        self._list.put(**parts.list_view(group, found.page, right=self.state.right, subject=self.state.subject))
        self._drawer.put(**parts.details_view(self._row(), right=self.state.right, base=self._session.base))

    def _row(self) -> CheckRow | None:
        """Return the finding that is open, if it is on the page."""
        items = self._found.page.items if self._found else []
        return next((row for row in items if row.subject == self.state.subject), None)

    def _narrow(self, **values: Any) -> None:
        self.state.param.update(**({"number": 1} | values), subject="")
        self._session.update_address(push=True)
        self._load()

    def _open(self, subject: str) -> None:
        self.state.subject = subject
        self._session.update_address()
        self._draw()

    def _offer(self, message: Mapping[str, Any]) -> None:
        """Show the first finding, where there is room and nobody has chosen one."""
        if not self.state.subject:
            self._open(str(message["subject"]))

    # What is done.

    def _meant(self, message: Mapping[str, Any]) -> CheckRow | None:
        """Return the finding that is open, if it is the one that somebody saw: they may have moved on a moment ago."""
        row = self._row()
        return row if row is not None and row.subject == message["subject"] else None

    def _mend(self, row: CheckRow | None, code: str) -> None:
        mend = next((each for each in row.mends if each.code == code), None) if row else None
        if row is None or mend is None:
            return
        if not mend.asks:
            self._do(row, mend)
            return
        sections = [
            {"kind": "text", "text": mend.text},
            {"kind": "hint", "text": "No file is touched now: the plan shows what it comes to, and you write it."},
        ]
        confirm = f"{mend.label} ({wording.files(mend.files)})" if mend.files else mend.label
        self._dialog.ask(f"{mend.label}?", sections, lambda _: self._do(row, mend), confirm=confirm)

    def _do(self, row: CheckRow, mend: Resolution) -> None:
        self._leave(row)
        self._bridge.run(
            lambda: self._library.checks.resolve(row.kind, row.subject, mend.code),
            self._mended,
            name="mend",
            once=True,
            failed=self._failed,
        )

    def _failed(self, error: errors.IndexiumError) -> None:
        self._bridge.toast("error", error.message)
        self.refresh()

    def _dismiss(self, row: CheckRow | None) -> None:
        if row is None:
            return
        self._leave(row)
        self._bridge.run(
            lambda: self._library.checks.ignore(row.kind, [row.subject]),
            lambda _: self._told("Right as it is: you will not see it again until something about it changes."),
            name="dismiss",
            failed=self._failed,
        )

    def _bring_back(self, row: CheckRow | None) -> None:
        if row is None:
            return
        self._leave(row)
        self._bridge.run(
            lambda: self._library.checks.unignore(row.kind, [row.subject]),
            lambda _: self._told("It is a finding again."),
            name="dismiss",
            failed=self._failed,
        )

    def _ask_all(self, ask: Callable[[CheckGroup], None]) -> None:
        """Ask whether all findings of the kind that is shown are to be dealt with in one way."""
        found = self._found
        group = next((each for each in found.groups if each.kind == found.kind), None) if found else None
        if group is not None and group.total:
            ask(group)

    def _learn_all(self, group: CheckGroup) -> None:
        number, kind = wording.count(group.total), group.kind
        what = f"whom these {number} files name" if kind == "differ" else f"these {number} names, wherever they are"
        sections = [
            {"kind": "text", "text": f"The database learns {what}. The files stay as they are."},
            {"kind": "hint", "text": "Look through the list first: names that are misspelt become people, too."},
        ]
        self._dialog.ask(
            f"Add all {number} to the database?",
            sections,
            lambda _: self._at_once(lambda: self._library.checks.resolve_all(kind)),
            confirm=f"Add all {number}",
        )

    def _all_right(self, group: CheckGroup) -> None:
        number, kind = wording.count(group.total), group.kind
        text = f"All {number} are left out of this list until something about them changes. They can be brought back."

        def work() -> ResolutionReport:
            count = self._library.checks.ignore_all(kind)
            said = f"{wording.plural(count, 'finding is', 'findings are')} right as they are."
            return ResolutionReport(files=0, text=said)

        self._dialog.ask(
            f"Are all {number} right as they are?",
            [{"kind": "text", "text": text}],
            lambda _: self._at_once(work),
            confirm=f"All {number} are right",
        )

    def _at_once(self, work: Callable[[], ResolutionReport]) -> None:
        self.state.subject = ""
        self._bridge.run(work, self._mended, name="at_once", once=True, failed=self._failed)

    def _mended(self, report: ResolutionReport) -> None:
        """Say what was done, with a button that undoes it."""
        self._bridge.toast("good", report.text, undo=report.step_id)
        self.refresh()

    def _told(self, text: str) -> None:
        self._bridge.toast("good", text)
        self.refresh()

    def _leave(self, row: CheckRow) -> None:
        """Go on to the next finding of the page: this one is about to go."""
        items = self._found.page.items if self._found else []
        place = next((place for place, each in enumerate(items) if each.subject == row.subject), 0)
        rest = [each for each in items if each.subject != row.subject]
        self.state.subject = rest[min(place, len(rest) - 1)].subject if rest else ""

    def _plan(self) -> None:
        row = self._row()
        if row is not None and row.query:
            self._session.go("plan", query=row.query, typed=row.query, error=None, number=1)
