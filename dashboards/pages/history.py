"""History: what was written and taken back, in charts, as a list, and one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards import words
from dashboards.bridge import Bridge
from dashboards.components import history as parts
from dashboards.components.charts import DayChart
from dashboards.components.dialog import Dialog
from dashboards.pages import rollback
from dashboards.state import HistoryState
from indexium_core import errors
from indexium_core.model.operation import (
    FINISHED_STATES,
    MetadataOperation,
    OperationDetails,
    PaginatedOperations,
    RollbackCheck,
)

if TYPE_CHECKING:
    import pandas as pd

    from dashboards.app import Session
    from indexium_core.library import Library

__all__ = ["HistoryScreen"]

PER_PAGE = 25
ITEMS = 50
EVENTS = ("write:started", "write:completed", "rollback:started", "rollback:completed")


class _Figures(NamedTuple):
    totals: Mapping[str, int]
    days: pd.DataFrame
    people: list[dict[str, Any]]


class HistoryScreen:
    """The list of operations and one of them in detail."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, session: Session) -> None:
        self.state = HistoryState()
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._header, self._people, self._search = parts.HistoryHeader(), parts.PeopleBars(), parts.HistorySearch()
        self._list, self._drawer = parts.HistoryList(), parts.HistoryDetails()
        self._days = DayChart(self._pick_day)
        self._figures: _Figures | None = None
        self._details: OperationDetails | None = None
        self._check: tuple[int, str, RollbackCheck] | None = None  # operation, search, what was seen
        self._people.on(person=lambda message: self._find(f'person:"{message.get("name", "")}"'))
        self._search.on(
            search=lambda message: self._find(str(message.get("query", ""))),
            status=lambda message: self._narrow(status=str(message.get("status", ""))),
            dates=self._set_dates,
            clear=lambda _: self._narrow(query="", status="", since="", until=""),
        )
        self._list.on(open=self._open, cursor=self._move, close=lambda _: self._close(), page=self._turn)
        self._drawer.on(
            close=lambda _: self._close(),
            page=self._turn_files,
            rollback=lambda _: self._roll_back(""),
            part=lambda _: self._roll_back(self.state.query),
            resume=lambda _: self._resume(),
            progress=lambda _: session.go("progress", operation_id=self.state.operation_id, status="", number=1),
        )

    def roots(self) -> dict[str, Any]:
        """Return the components by their places in the page."""
        return {
            "history_header": self._header,
            "days_chart": self._days.panel,
            "people_bars": self._people,
            "history_search": self._search,
            "history_list": self._list,
            "history_details": self._drawer,
        }

    def start(self) -> None:
        """Follow the process's events."""
        self._bridge.listen(EVENTS, self._happened, every=1.0)

    def enter(self) -> None:
        """Show the page."""
        self._search.put(**parts.search_view(self.state, error="", query=self.state.query))
        self.refresh()

    def redraw(self) -> None:
        """Draw the chart in the theme that is shown."""
        if self._figures:
            self._days.show(self._figures.days, self._session.view.theme)

    def refresh(self) -> None:
        """Read everything again, where the page is looked at."""
        if not self._session.showing("history"):
            return
        self._bridge.run(self._read_figures, self._show_figures, name="history_figures")
        self._load()
        self._load_details()

    def _happened(self) -> None:
        self._check = None
        self.refresh()

    # The figures above.

    def _read_figures(self) -> _Figures:
        charts = self._library.charts
        people = charts.people_most_written(5)
        rows = [{"name": str(line["person"]), "count": int(line["files"])} for _, line in people.iterrows()]
        return _Figures(charts.totals(), charts.operations_by_day(), rows)

    def _show_figures(self, figures: _Figures) -> None:
        self._figures = figures
        self._header.put(summary=_summary(figures.totals))
        self._people.put(**parts.bars(figures.people))
        self._days.show(figures.days, self._session.view.theme)

    def _pick_day(self, day: str) -> None:
        self._narrow(since=day, until=day)

    # The list.

    def _load(self) -> None:
        state = self.state
        query, number = state.query, state.number
        since, until = state.span()

        def read() -> PaginatedOperations:
            wanted: dict[str, Any] = {
                "since": since,
                "until": until,
                "status": state.status or None,
                "per_page": PER_PAGE,
            }
            found = self._library.history(query, page=number, **wanted)
            if not found.items and found.total:
                found = self._library.history(query, page=-(-found.total // PER_PAGE), **wanted)
            return found

        def failed(error: errors.IndexiumError) -> None:
            self._search.put(**parts.search_view(state, error=error.message, query=query))

        self._bridge.run(read, self._show_list, name="history", failed=failed)

    def _show_list(self, page: PaginatedOperations) -> None:
        self.state.number = page.page
        self._search.put(**parts.search_view(self.state, error="", query=self.state.query))
        self._list.put(**parts.list_view(page, state=self.state))

    def _find(self, query: str) -> None:
        self._check = None
        self._narrow(query=query)

    def _narrow(self, **values: str) -> None:
        self.state.param.update(number=1, **values)
        self._session.tell_address()
        self._load()
        self._draw_details()

    def _set_dates(self, message: Mapping[str, Any]) -> None:
        try:
            self._narrow(**{key: str(message[key]) for key in ("since", "until") if key in message})
        except ValueError:
            self._bridge.toast("error", "That is not a day.")

    def _turn(self, message: Mapping[str, Any]) -> None:
        self.state.number = max(1, int(message.get("page", 1)))
        self._session.tell_address()
        self._load()

    # One operation.

    def _open(self, message: Mapping[str, Any]) -> None:
        self.state.param.update(operation_id=int(message["id"]), item_page=1)
        self._session.tell_address()
        self._load_details()

    def _move(self, message: Mapping[str, Any]) -> None:
        if self.state.operation_id is not None:
            self._open(message)

    def _close(self) -> None:
        self.state.operation_id, self._details = None, None
        self._session.tell_address()
        self._draw_details()

    def _turn_files(self, message: Mapping[str, Any]) -> None:
        self.state.item_page = max(1, int(message.get("page", 1)))
        self._load_details()

    def _load_details(self) -> None:
        operation_id, number = self.state.operation_id, self.state.item_page
        if operation_id is None:
            self._draw_details()
            return

        def failed(error: errors.IndexiumError) -> None:
            self._close()
            self._bridge.toast("error", error.message)

        self._bridge.run(
            lambda: self._library.operation(operation_id, page=number, per_page=ITEMS),
            self._show_details,
            name="details",
            failed=failed,
        )

    def _show_details(self, details: OperationDetails) -> None:
        self._details = details
        operation = details.operation
        if _may_go_back(operation) and self._seen() is None:
            self._bridge.run(lambda: self._library.rollback_check(operation.id), self._checked, name="check")
        self._draw_details()

    def _checked(self, check: RollbackCheck) -> None:
        self._check = (check.operation_id, "", check)
        self._draw_details()

    def _seen(self) -> RollbackCheck | None:
        if self._check and self._details and self._check[0] == self._details.operation.id:
            return self._check[2]
        return None

    def _draw_details(self) -> None:
        details = self._details
        if details is None or self.state.operation_id is None:
            self._drawer.put(open=False)
            return
        seen = self._seen()
        checking = seen is None and _may_go_back(details.operation)
        self._drawer.put(**parts.details_view(details, seen, checking=checking, query=self.state.query))

    def _roll_back(self, query: str) -> None:
        if self.state.operation_id is not None:
            rollback.ask(self._library, self._bridge, self._dialog, self.state.operation_id, self._started, query=query)

    def _resume(self) -> None:
        operation_id = self.state.operation_id
        if operation_id is not None:
            self._bridge.run(
                lambda: self._library.resume(operation_id),
                lambda _: self._started(operation_id),
                name="resume",
                once=True,
            )

    def _started(self, operation_id: int) -> None:
        self._session.go("progress", operation_id=operation_id, status="", number=1)


def _may_go_back(operation: MetadataOperation) -> bool:
    """Tell whether there is something to roll back, be it only comments."""
    return operation.status in FINISHED_STATES and (operation.can_rollback or operation.comment_only > 0)


def _summary(totals: Mapping[str, int]) -> str:
    if not totals["operations"]:
        return ""
    written, refused = totals["written"], totals["refused"]
    parts_of = [words.plural(totals["operations"], "operation"), f"{words.files(written)} written"]
    if written + refused:
        parts_of.append(f"{100 * written / (written + refused):.1f} % without a problem".replace("100.0", "100"))
    if totals["rolled_back"]:
        parts_of.append(f"{words.count(totals['rolled_back'])} rolled back")
    return " · ".join(parts_of)
