"""Checks: the findings of one kind, and the resolutions of each finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dashboards.components.base import Component
from dashboards.components.paging import page_count
from dashboards.pages.checks import checks_list
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import ChecksState
from indexium_core import errors
from indexium_core.model import query, wording
from indexium_core.model.check import CheckGroup, CheckPage, CheckRow, Resolution, ResolutionReport

PER_PAGE = 25
GONE = "The finding of this address is not in the list: it is resolved or ignored, or its data has changed."


class _ShownChecks(NamedTuple):
    groups: list[CheckGroup]
    kind: str  # the displayed kind: the requested one, else the first with findings
    page: CheckPage


class ChecksScreen(Screen):
    """The page of checks: a list of findings, and one finding in detail."""

    state: ChecksState

    def __init__(self, session: Session) -> None:
        self.state = ChecksState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._header, self._list, self._drawer = (
            checks_list.ChecksHeader(),
            checks_list.ChecksList(),
            checks_list.ChecksDetails(),
        )
        self._result: _ShownChecks | None = None
        self._requested = ""  # the finding of the address, until the list is read
        self._header.on(
            kind=lambda message: self._narrow(kind=str(message["kind"]), ignored=False),
            as_sql=lambda _: self._open_as_sql(),
        )
        self._list.on(
            open=lambda message: self._open(str(message["subject"])),
            first=self._open_first,
            close=lambda _: self._open(""),
            page=lambda message: self._narrow(number=max(1, int(message["page"]))),
            ignored=lambda message: self._narrow(ignored=message["on"] is True),
            add_all=lambda _: self._ask_all(self._add_all),
            ignore_all=lambda _: self._ask_all(self._ignore_all),
        )
        self._drawer.on(
            close=lambda _: self._open(""),
            resolve=lambda message: self._resolve(self._shown_finding(message), str(message["code"])),
            ignore=lambda message: self._ignore(self._shown_finding(message)),
            unignore=lambda message: self._unignore(self._shown_finding(message)),
            plan=lambda _: self._plan(),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"checks_header": self._header, "checks_list": self._list, "checks_details": self._drawer}

    def start(self) -> None:
        """Subscribe to the events."""
        self._bridge.listen(("plan:changed", "scan:completed", "write:completed"), self.refresh, every=1.0)

    def enter(self) -> None:
        """Show the page, with the finding that the address names."""
        self._requested = self.state.subject
        self.refresh()

    def refresh(self) -> None:
        """Reload the findings while the page is visible."""
        if self._session.is_showing("checks"):
            self._load()

    # Displaying.

    def _load(self) -> None:
        kind, number, ignored = self.state.kind, self.state.number, self.state.ignored

        def read() -> _ShownChecks:
            groups = self._library.checks.groups()
            shown = kind or next((group.kind for group in groups if group.total), groups[0].kind)
            page = self._library.checks.page(shown, number, per_page=PER_PAGE, dismissed=ignored)
            if not page.items and page.total:
                last = page_count(page.total, PER_PAGE)
                page = self._library.checks.page(shown, last, per_page=PER_PAGE, dismissed=ignored)
            return _ShownChecks(groups, shown, page)

        self._bridge.run(read, self._show, name="checks")

    def _show(self, result: _ShownChecks) -> None:
        self._result = result
        self.state.number = result.page.page
        self._session.show_count("checks", sum(group.total for group in result.groups))
        self._draw()

    def _draw(self) -> None:
        result = self._result
        if result is None:
            return
        if self._row() is None and self.state.subject:
            if self._requested == self.state.subject:
                self._bridge.toast("info", GONE)
            self.state.subject = ""
            self._session.update_address()
        self._requested = ""
        group = next(group for group in result.groups if group.kind == result.kind)
        self._header.put(**checks_list.header_view(result.groups, result.kind))
        self._list.put(
            **checks_list.list_view(group, result.page, ignored=self.state.ignored, subject=self.state.subject)
        )
        self._drawer.put(**checks_list.details_view(self._row(), ignored=self.state.ignored, base=self._session.base))

    def _row(self) -> CheckRow | None:
        """Return the finding that is open, if it is on the page."""
        items = self._result.page.items if self._result else []
        return next((row for row in items if row.subject == self.state.subject), None)

    def _narrow(self, **values: Any) -> None:
        self.state.param.update(**({"number": 1} | values), subject="")
        self._session.update_address(push=True)
        self._load()

    def _open(self, subject: str, *, push: bool = True) -> None:
        """Show a finding; opening and closing are steps of the browser's history, moving to the next one is not."""
        is_step = push and bool(subject) != bool(self.state.subject)
        self.state.subject = subject
        self._session.update_address(push=is_step)
        self._draw()

    def _open_first(self, message: Mapping[str, Any]) -> None:
        """Open the first finding, if the window has room and no finding is open."""
        if not self.state.subject:
            self._open(str(message["subject"]), push=False)

    # Actions.

    def _open_as_sql(self) -> None:
        if result := self._result:
            self._session.open_as_sql(lambda: query.check_as_sql(result.kind, ignored=self.state.ignored))

    def _shown_finding(self, message: Mapping[str, Any]) -> CheckRow | None:
        """Return the open finding, if the message names it: the user may have opened another one since."""
        row = self._row()
        return row if row is not None and row.subject == message["subject"] else None

    def _resolve(self, row: CheckRow | None, code: str) -> None:
        chosen = next((each for each in row.resolutions if each.code == code), None) if row else None
        if row is None or chosen is None:
            return
        if not chosen.asks:
            self._apply(row, chosen)
            return
        sections = [
            {"kind": "text", "text": chosen.text},
            {"kind": "hint", "text": "No file changes now: check the plan and write it."},
        ]
        confirm = f"{chosen.label} ({wording.files(chosen.files)})" if chosen.files else chosen.label
        self._dialog.ask(f"{chosen.label}?", sections, lambda _: self._apply(row, chosen), confirm=confirm)

    def _apply(self, row: CheckRow, chosen: Resolution) -> None:
        self._move_on(row)
        self._bridge.run(
            lambda: self._library.checks.resolve(row.kind, row.subject, chosen.code),
            self._resolved,
            name="resolve",
            once=True,
            failed=self._failed,
        )

    def _failed(self, error: errors.IndexiumError) -> None:
        self._bridge.toast("error", error.message)
        self.refresh()

    def _ignore(self, row: CheckRow | None) -> None:
        if row is None:
            return
        self._move_on(row)
        self._bridge.run(
            lambda: self._library.checks.ignore(row.kind, [row.subject]),
            lambda _: self._report("Ignored: the finding is hidden until its data changes."),
            name="ignore",
            failed=self._failed,
        )

    def _unignore(self, row: CheckRow | None) -> None:
        if row is None:
            return
        self._move_on(row)
        self._bridge.run(
            lambda: self._library.checks.unignore(row.kind, [row.subject]),
            lambda _: self._report("The finding is open again."),
            name="ignore",
            failed=self._failed,
        )

    def _ask_all(self, ask: Callable[[CheckGroup], None]) -> None:
        """Ask for confirmation of an action on all findings of the shown kind."""
        result = self._result
        group = next((each for each in result.groups if each.kind == result.kind), None) if result else None
        if group is not None and group.total:
            ask(group)

    def _add_all(self, group: CheckGroup) -> None:
        question = checks_list.question_about_all(group)
        self._dialog.ask(
            question["title"],
            question["sections"],
            lambda _: self._at_once(lambda: self._library.checks.resolve_all(group.kind)),
            confirm=question["confirm"],
        )

    def _ignore_all(self, group: CheckGroup) -> None:
        number, kind = wording.count(group.total), group.kind
        text = f"All {number} findings are hidden until their data changes. You can open them again."

        def work() -> ResolutionReport:
            count = self._library.checks.ignore_all(kind)
            return ResolutionReport(files=0, text=f"{wording.plural(count, 'finding is', 'findings are')} ignored.")

        self._dialog.ask(
            f"Ignore all {number} findings?",
            [{"kind": "text", "text": text}],
            lambda _: self._at_once(work),
            confirm=f"Ignore all {number}",
        )

    def _at_once(self, work: Callable[[], ResolutionReport]) -> None:
        self.state.subject = ""
        self._bridge.run(work, self._resolved, name="at_once", once=True, failed=self._failed)

    def _resolved(self, report: ResolutionReport) -> None:
        """Show the result, with a button that undoes it."""
        self._bridge.toast("good", report.text, undo=report.step_id)
        self.refresh()

    def _report(self, text: str) -> None:
        self._bridge.toast("good", text)
        self.refresh()

    def _move_on(self, row: CheckRow) -> None:
        """Open the next finding of the page, because the list drops this one."""
        items = self._result.page.items if self._result else []
        place = next((place for place, each in enumerate(items) if each.subject == row.subject), 0)
        rest = [each for each in items if each.subject != row.subject]
        self.state.subject = rest[min(place, len(rest) - 1)].subject if rest else ""

    def _plan(self) -> None:
        row = self._row()
        if row is not None and row.query:
            self._session.search_plan(row.query)
