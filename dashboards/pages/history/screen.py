"""The history page: writes and rollbacks as charts, as a list, and one in detail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from dashboards.components.base import Component
from dashboards.pages.history import history_list
from dashboards.pages.history.history_charts import HistoryCharts
from dashboards.pages.history.operation import HistoryOperation
from dashboards.questions import rollback_question
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import HistoryState
from indexium_core import errors
from indexium_core.model import query as grammar
from indexium_core.model import wording
from indexium_core.model.operations.operation import OperationCounts, PaginatedOperations
from indexium_core.model.shapes import page_count

PER_PAGE = 25
EVENTS = (
    *(f"{kind}:{what}" for kind in ("write", "rollback", "publish") for what in ("started", "completed")),
    "scan:completed",
)


class _HistoryResult(NamedTuple):
    page: PaginatedOperations
    counts: OperationCounts
    totals: Mapping[str, int]


class HistoryScreen(Screen):
    """The list of operations, with the details of one of them and the charts."""

    state: HistoryState

    def __init__(self, session: Session) -> None:
        self.state = HistoryState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._header, self._search, self._list = (
            history_list.HistoryHeader(),
            history_list.HistorySearch(),
            history_list.HistoryList(),
        )
        self._charts = HistoryCharts(library, bridge, session, state=self.state, narrowed=self._narrowed)
        self._one = HistoryOperation(
            library, bridge, dialog, session, state=self.state, on_move=self._draw_list, on_change=self.refresh
        )
        self._result: _HistoryResult | None = None
        self._header.on(
            as_sql=lambda _: session.open_as_sql(self._as_sql),
            activity=lambda _: session.go("activity"),
        )
        self._search.on(
            search=lambda message: self._narrow(query=str(message.get("query", ""))),
            status=self._pick_status,
            kind=lambda message: self._narrow(kind=str(message.get("value", ""))),
            dates=self._pick_dates,
            preset=self._pick_preset,
            drop=self._drop,
            clear=lambda _: self._narrow(query="", status="", kind="", error="", since="", until=""),
        )
        self._list.on(
            open=lambda message: self._one.open(int(message["id"])),
            cursor=lambda message: self._one.move(int(message["id"])),
            first=lambda message: self._one.offer(int(message["id"])),
            close=lambda _: self._one.close(),
            page=self._turn,
            rollback=lambda message: self._roll_back(int(message["id"])),
            unable=lambda message: bridge.toast("info", str(message["text"])[:300]),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {
            "history_header": self._header,
            **self._charts.roots(),
            "history_search": self._search,
            "history_list": self._list,
            "history_details": self._one.drawer,
        }

    def start(self) -> None:
        """Subscribe to the events of operations and scans."""
        self._bridge.listen(EVENTS, self._on_event, every=1.0)

    def enter(self) -> None:
        """Show the page."""
        self._one.entered()
        self._search.put(**history_list.search_view(self.state, error="", counts=self._counts()))
        self.refresh()

    def redraw(self) -> None:
        """Draw the charts in the current theme."""
        self._charts.draw()

    def refresh(self) -> None:
        """Read everything again, if the page is shown; the charts are read after the list."""
        if self._session.is_showing("history"):
            self._load()
            self._one.load()

    def _on_event(self) -> None:
        self._one.forget()
        self.refresh()

    def _roll_back(self, operation_id: int) -> None:
        rollback_question.ask(self._library, self._bridge, self._dialog, operation_id, self._one.started)

    # The list.

    def _load(self) -> None:
        state = self.state
        text, number = state.query, state.number
        since, until = state.span()
        wanted: dict[str, Any] = {
            "since": since,
            "until": until,
            "status": state.statuses() or None,
            "operation_type": state.kind or None,
            "error": state.error,
        }

        def read() -> _HistoryResult:
            library = self._library
            found = library.history(text, page=number, per_page=PER_PAGE, **wanted)
            if not found.items and number > 1:
                total = library.history(text, per_page=1, **wanted).total
                found = library.history(text, page=page_count(total, PER_PAGE), per_page=PER_PAGE, **wanted)
            return _HistoryResult(found, library.history.counts(text, **wanted), library.charts.totals())

        def failed(error: errors.IndexiumError) -> None:
            self._search.put(**history_list.search_view(state, error=error.message, counts=self._counts()))

        self._bridge.run(read, self._show_list, name="history", failed=failed)

    def _as_sql(self) -> str:
        """Return the list as SQL."""
        state = self.state
        since, until = state.span()
        return grammar.history_as_sql(
            state.query,
            statuses=state.statuses(),
            operation_type=state.kind,
            error=state.error,
            since=since,
            until=until,
        )

    def _counts(self) -> OperationCounts:
        return self._result.counts if self._result else history_list.NO_COUNTS

    def _show_list(self, found: _HistoryResult) -> None:
        self._result = found
        self.state.number = found.page.page
        self._header.put(summary=summary(found.totals, narrowed=self.state.narrowed()))
        self._search.put(**history_list.search_view(self.state, error="", counts=found.counts))
        self._one.follow([operation.id for operation in found.page.items])
        self._draw_list()
        self._charts.load()

    def _draw_list(self) -> None:
        if self._result:
            self._list.put(**history_list.list_view(self._result.page, state=self.state, shown=self._one.shown))

    # Filters.

    def _narrow(self, **values: str) -> None:
        try:
            self.state.param.update(number=1, **values)
        except ValueError:
            self._bridge.toast("error", "This is not a valid date.")
            return
        self._narrowed()

    def _narrowed(self) -> None:
        """Update the address, the list and the details after a filter changed."""
        self._session.update_address()
        self._load()
        self._one.draw()

    def _pick_status(self, message: Mapping[str, Any]) -> None:
        value = str(message["value"])
        chosen = [name for name in self.state.statuses() if name != value]
        self._narrow(status=",".join([*chosen, value] if message.get("on") else chosen))

    def _pick_dates(self, message: Mapping[str, Any]) -> None:
        self._narrow(**{key: str(message[key]) for key in ("since", "until") if key in message})

    def _pick_preset(self, message: Mapping[str, Any]) -> None:
        since, until = history_list.days(str(message.get("value")), date.today())  # noqa: DTZ011 - days of the person, local
        self._narrow(since=since, until=until)

    def _drop(self, message: Mapping[str, Any]) -> None:
        kind, text = str(message["kind"]), str(message.get("text", ""))
        if kind == "status":
            self._pick_status({"value": text})
        elif kind == "dates":
            self._narrow(since="", until="")
        elif kind in ("kind", "error"):
            self._narrow(**{kind: ""})
        else:
            self._narrow(query=_without(self.state.query, kind, text))

    def _turn(self, message: Mapping[str, Any]) -> None:
        self.state.number = max(1, int(message.get("page", 1)))
        self._session.update_address()
        self._load()


def _without(text: str, kind: str, term: str) -> str:
    try:
        return history_list.without(text, kind, term)
    except errors.QueryError:
        return ""


def summary(totals: Mapping[str, int], *, narrowed: bool = False) -> str:
    """Return the totals of all operations in one line; `narrowed`: the list below shows only some of them."""
    if not totals["operations"]:
        return ""
    written, failed = totals["written"], totals["refused"]
    parts = [wording.plural(totals["operations"], "operation"), f"{wording.files(written)} written"]
    if narrowed:
        parts[0] = f"all operations: {wording.count(totals['operations'])}"
    if written + failed:
        parts.append(f"{100 * written / (written + failed):.1f} % at the first attempt".replace("100.0", "100"))
    if totals["rolled_back"]:
        parts.append(f"{wording.count(totals['rolled_back'])} rolled back")
    return " · ".join(parts)
