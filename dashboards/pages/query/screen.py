"""The query page: runs SQL of analysts and shows the result; the result can become a selection of the plan."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from dashboards.components import paging
from dashboards.components.base import Component
from dashboards.components.bulk.bulk_edit import BulkEdit
from dashboards.pages.query import query_parts, result_table
from dashboards.pages.query.result_chart import ResultChart
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import FilesState, QueryState
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.analysis import QueryAnswer, SavedQuery, SchemaTable
from indexium_core.model.planning.plan import Selection, SelectionSummary
from indexium_core.model.shapes import page_count

PER_PAGE = 50
LISTED = 100  # maximum number of file ids in a search of the plan
SECONDS = 10.0
FILE_ID = "file_id"
TABS = ("table", "chart", "columns")
SUMMARY = "SQL on a copy of your library. A query changes nothing."


class _Contents(NamedTuple):
    """The tables and queries beside the editor."""

    schema: Sequence[SchemaTable]
    saved: Sequence[SavedQuery]


class _Found(NamedTuple):
    """A result, and its files in the plan."""

    text: str
    typed: Mapping[str, str]
    values: Mapping[str, Any]
    answer: QueryAnswer
    file_ids: Sequence[int]
    summary: SelectionSummary | None


class QueryScreen(Screen):
    """The page of the queries in one session."""

    state: QueryState

    def __init__(self, session: Session) -> None:
        self.state = QueryState()
        self._library, self._bridge, self._session = session.library, session.bridge, session
        self._header, self._editor = query_parts.QueryHeader(), query_parts.QueryEditor()
        self._side = query_parts.QuerySide()
        self._chart = ResultChart(self._bridge, drawn=self._draw_result)
        self._result = query_parts.QueryResult(plot=self._chart.place)
        self._bulk = BulkEdit(self._library, self._bridge, FilesState(), session)
        self._contents = _Contents((), ())
        self._examples: list[SavedQuery] = []
        self._removed: SavedQuery | None = None
        self._opened: SavedQuery | None = None
        self._serial = 0  # of the text that the server sent last
        self._known = ""  # the text in the editor
        self._run_serial = self._shown_run = 0
        self._fields: list[dict[str, str]] = []
        self._running: threading.Event | None = None  # its flag cancels the query
        self._error: dict[str, Any] | None = None
        self._status = ""
        self._last: dict[str, Any] | None = None
        self._found: _Found | None = None
        self._rows: list[tuple[Any, ...]] = []  # of the answer, in the shown order
        self._sort: tuple[int, bool] | None = None
        self._page, self._tab = 1, "table"
        self._connect()

    def _connect(self) -> None:
        self._editor.on(
            typed=lambda message: self._typed(*_typed(message)),
            run=lambda message: self._run(*_typed(message)),
            cancel=lambda _: self._cancel(),
            new=lambda _: self._load("", {}),
            save=self._save,
            complete=self._complete,
        )
        self._side.on(
            open=lambda message: self._open(int(message["id"])),
            example=lambda message: self._open_example(int(message["index"])),
            load=lambda message: self._load(*_typed(message)),
            remove=lambda message: self._remove(int(message["id"])),
            restore=lambda _: self._restore(),
        )
        self._result.on(
            tab=self._turn_tab,
            sort=lambda message: self._turn_order(int(message["column"])),
            order=lambda message: self._order((int(message["column"]), False) if int(message["column"]) >= 0 else None),
            page=lambda message: self._turn(int(message["page"])),
            chart=self._choose_chart,
            select=lambda _: self._select(),
            edit=lambda _: self._edit(),
            example=lambda message: self._open_example(int(message["index"])),
            copied=lambda message: self._copied("The Python code is", ok=bool(message.get("ok"))),
            linked=lambda message: self._copied("The address of the result is", ok=bool(message.get("ok"))),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {
            "query_header": self._header,
            "query_side": self._side,
            "query_editor": self._editor,
            "query_result": self._result,
            "query_bulk": self._bulk.dialog,
        }

    def start(self) -> None:
        """Subscribe to the process's events."""
        self._bridge.listen(["plan:changed"], self._summarize, every=0.3)

    def enter(self) -> None:
        """Show the query of the address; run it if another page opened it."""
        self._header.put(summary=SUMMARY)
        self._examples = self._library.saved_queries.examples()
        typed = self.state.typed_values()
        if not self._serial or self.state.runs or self.state.text != self._known:
            self._load(self.state.text, typed, run=self.state.runs)
        self.state.runs = False
        self._draw_result()
        self.refresh()

    def refresh(self) -> None:
        """Read the tables and the saved queries again, if the page is shown."""
        if self._session.is_showing("query"):
            library = self._library
            self._bridge.run(
                lambda: _Contents(library.queries.schema(), library.saved_queries.list()),
                self._show_contents,
                name="query_contents",
            )

    def redraw(self) -> None:
        """Draw the chart in the current theme."""
        self._draw_chart()

    # The text.

    def _show_contents(self, contents: _Contents) -> None:
        self._contents = contents
        self._draw_side()

    def _draw_side(self) -> None:
        view = query_parts.side_view(
            self._contents.schema,
            self._contents.saved,
            self._examples,
            current=self._opened.query_id if self._opened else 0,
            last=self._last,
            home=self._library.home_id,
        )
        self._side.put(**view)

    def _draw_editor(self) -> None:
        opened = self._opened
        self._editor.put(
            text=self.state.text,
            serial=self._serial,
            name=opened.name if opened else "",
            saved=opened.text if opened else "",
            fields=self._fields,
            running=self._running is not None,
            seconds=SECONDS,
            error=self._error,
            status=self._status,
        )

    def _load(
        self, text: str, typed: Mapping[str, str], *, opened: SavedQuery | None = None, run: bool = False
    ) -> None:
        """Put a query into the editor."""
        self._cancel()
        self._serial += 1
        self._opened, self._error, self._status = opened, None, ""
        self._take(text, typed)
        self._session.update_address()
        self._fields = []
        self._draw_editor()
        self._draw_side()
        self._read_fields(run=run)

    def _take(self, text: str, typed: Mapping[str, str]) -> None:
        self.state.take_query(text, typed)
        self._known = text

    def _typed(self, text: str, typed: Mapping[str, str]) -> None:
        self._take(text, typed)
        self._read_fields()

    def _read_fields(self, *, run: bool = False) -> None:
        text, typed = self.state.text, self.state.typed_values()
        serial = self._serial

        def show(fields: list[dict[str, str]]) -> None:
            if serial == self._serial:
                self._fields = fields
                self._draw_editor()
                if run:
                    self._run(text, typed)

        queries = self._library.queries
        self._bridge.run(lambda: query_parts.fields_view(queries.fields(text), typed), show, name="query_fields")

    def _complete(self, message: Mapping[str, Any]) -> None:
        text, position, serial = str(message["text"]), int(message["position"]), int(message["serial"])
        self._bridge.run(
            lambda: self._library.queries.complete(text, position),
            lambda items: self._editor.show_completions(serial, items),
            name="query_completion",
        )

    # Saved queries and examples.

    def _open(self, query_id: int) -> None:
        query = next((each for each in self._contents.saved if each.query_id == query_id), None)
        if query is not None:
            self._load(query.text, query.values, opened=query)

    def _open_example(self, index: int) -> None:
        query = self._examples[index]
        self._load(query.text, query.values, opened=query, run=True)

    def _save(self, message: Mapping[str, Any]) -> None:
        (text, typed), name = _typed(message), str(message["name"])

        def on_saved(query: SavedQuery) -> None:
            self._opened = query
            self._take(text, typed)
            self._bridge.toast("good", f"Saved “{query.name}”.")
            self._draw_editor()
            self.refresh()

        service = self._library.saved_queries
        self._bridge.run(lambda: service.save(name, text, typed), on_saved, name="query_save", once=True)

    def _remove(self, query_id: int) -> None:
        def on_removed(query: SavedQuery) -> None:
            self._removed = query
            if self._opened is not None and self._opened.query_id == query_id:
                self._opened = None
                self._draw_editor()
            self._side.offer_restore(query.name)
            self.refresh()

        self._bridge.run(lambda: self._library.saved_queries.remove(query_id), on_removed, name="query_remove")

    def _restore(self) -> None:
        query = self._removed
        if query is not None:
            self._removed = None
            service = self._library.saved_queries
            self._bridge.run(lambda: service.restore(query), lambda _: self.refresh(), name="query_restore")

    # Running.

    def _run(self, text: str, typed: Mapping[str, str]) -> None:
        if self._running is not None:
            return
        self._take(text, typed)
        self._session.update_address(push=True)
        self._run_serial += 1
        serial, stopped = self._run_serial, threading.Event()
        self._running, self._error, self._status = stopped, None, ""
        self._draw_editor()
        self._draw_result()
        self._read_fields()

        def show(found: _Found) -> None:
            if serial == self._run_serial:
                self._show(found)

        def failed(error: errors.IndexiumError) -> None:
            if serial == self._run_serial:
                self._end(text, typed, "error")
                self._error = query_parts.error_view(error, text)
                self._draw_editor()
                self._draw_result()

        self._bridge.run(lambda: self._read(text, typed, stopped), show, name="query_run", failed=failed)

    def _read(self, text: str, typed: Mapping[str, str], stopped: threading.Event) -> _Found:
        library = self._library
        values = library.queries.values(text, typed)
        answer = library.queries.run(text, values, seconds=SECONDS, is_stopped=stopped.is_set)
        names = [column.name.lower() if result_table.is_integer(column) else "" for column in answer.columns]
        if FILE_ID not in names or answer.total is None:  # a selection needs all files of the result
            return _Found(text, typed, values, answer, (), None)
        if answer.is_cut:
            try:
                ids = library.queries.file_ids(text, values, seconds=SECONDS, is_stopped=stopped.is_set)
            except errors.UsageError:  # for example, the query of all files exceeds the time limit
                ids = []
        else:
            ids = sorted({row[names.index(FILE_ID)] for row in answer.rows if row[names.index(FILE_ID)] is not None})
        return _Found(text, typed, values, answer, ids, self._summary_of(ids))

    def _summary_of(self, file_ids: Sequence[int]) -> SelectionSummary:
        """Return what a write would change in some files."""
        return self._library.preview(Selection(included=frozenset(file_ids)), self._session.read_cache.plan())

    def _cancel(self) -> None:
        if self._running is None:
            return
        self._running.set()
        self._run_serial += 1  # its result is not shown
        self._end(self.state.text, self.state.typed_values(), "cancelled")
        self._status = "Cancelled."
        self._draw_editor()
        self._draw_result()

    def _end(self, text: str, typed: Mapping[str, str], outcome: str) -> None:
        """Record the end of a run; the browser adds it to its history."""
        self._running = None
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        self._last = {"serial": self._run_serial, "text": text, "values": typed, "outcome": outcome, "at": moment}
        self._draw_side()

    def _show(self, found: _Found) -> None:
        answer = found.answer
        columns = [column.name for column in answer.columns]
        previous = self._found.answer if self._found else None
        is_other = previous is None or [column.name for column in previous.columns] != columns
        self._found, self._rows, self._sort, self._page = found, answer.rows, None, 1
        self._shown_run = self._run_serial
        if is_other:
            self._chart.suggest(answer)
        if previous is None or previous.snapshot_at != answer.snapshot_at:
            self.refresh()  # the tables have other numbers of rows
        rows = wording.plural(answer.total or 0, "row") if answer.total is not None else _number_of_rows(answer)
        self._end(found.text, found.typed, rows)
        self._status = f"{rows} in {_seconds(answer.seconds)}"
        if answer.total is None:
            self._status = f"{rows}, stopped after {answer.seconds:.0f} s"
        self._header.put(summary=f"{SUMMARY} The copy shows {wording.when(answer.snapshot_at)}.")
        self._draw_editor()
        self._draw_result()
        self._draw_chart()

    # The result.

    def _draw_result(self) -> None:
        found = self._found
        if found is None:
            self._result.put(
                state="empty", examples=query_parts.example_names(self._examples), faded=self._running is not None
            )
            return
        answer = found.answer
        shown = self._rows[(self._page - 1) * PER_PAGE : self._page * PER_PAGE]
        typed = json.dumps(dict(found.typed)) if found.typed else ""
        search = {"q": found.text, "v": typed} if typed else {"q": found.text}
        wanted = {"sql": found.text, "values": typed} if typed else {"sql": found.text}
        self._result.put(
            state="result",
            run=self._shown_run,
            faded=self._running is not None,
            tab=self._tab,
            columns=[
                {
                    "name": column.name,
                    "type": result_table.kind_of(column.type),
                    "right": result_table.is_number(column) and not column.name.endswith("_id"),
                }
                for column in answer.columns
            ],
            rows=[
                [result_table.cell(column, value) for column, value in zip(answer.columns, row, strict=True)]
                for row in shown
            ],
            total=len(self._rows),
            **paging.place(self._page, PER_PAGE, shown=len(shown), total=len(self._rows)),
            sort={"column": self._sort[0], "descending": self._sort[1]} if self._sort else None,
            cut=cut_sentence(answer),
            number=_number_of_rows(answer),
            facts=result_table.column_facts(answer) if self._tab == "columns" else [],
            files=self._session.files,
            search=urlencode(search),
            api=f"/api/query?{urlencode(wanted)}" if self._session.files else "",
            pandas=self._library.queries.pandas_code(found.text, found.values),
            selection=query_parts.selection_view(found.file_ids, found.summary, editable=self._can_edit()),
            **self._chart.view(answer),
        )

    def _turn_tab(self, message: Mapping[str, Any]) -> None:
        if message.get("tab") in TABS:
            self._tab = str(message["tab"])
            self._draw_result()
            self._draw_chart()

    def _turn(self, number: int) -> None:
        self._page = min(max(1, number), page_count(len(self._rows), PER_PAGE))
        self._draw_result()

    def _turn_order(self, column: int) -> None:
        """Sort by a column; again reverses the order, and once more restores the order of the query."""
        previous = self._sort
        if previous is None or previous[0] != column:
            self._order((column, False))
        else:
            self._order(None if previous[1] else (column, True))

    def _order(self, order: tuple[int, bool] | None) -> None:
        """Sort by a column, descending if the second value is true; None: in the order of the query."""
        if self._found is None or (order and not 0 <= order[0] < len(self._found.answer.columns)):
            return
        rows = self._found.answer.rows
        self._sort, self._page = order, 1
        self._rows = result_table.ordered(rows, order[0], descending=order[1]) if order else rows
        self._draw_result()

    def _choose_chart(self, message: Mapping[str, Any]) -> None:
        self._chart.choose(**{key: str(message[key]) for key in ("kind", "x", "y", "colour") if key in message})
        self._draw_chart()

    def _draw_chart(self) -> None:
        if self._found is not None and self._tab == "chart":
            self._chart.draw(self._found.answer, self._session.view.theme)

    def _copied(self, what: str, *, ok: bool) -> None:
        if ok:
            self._bridge.toast("good", f"{what} in the clipboard.")
        else:
            self._bridge.toast("error", "The browser did not allow access to the clipboard.")

    def _can_edit(self) -> bool:
        return self._library.settings.metadata_enable_inline_edit

    def _edit(self) -> None:
        """Open the bulk edit for the files of the result, in the plan or not."""
        if self._found is not None and self._found.file_ids and self._can_edit():
            self._bulk.open_for(list(self._found.file_ids))

    def _summarize(self) -> None:
        """Count again what the result's files are in the plan, after an edit for example."""
        found = self._found
        if found is None or not found.file_ids or not self._session.is_showing("query"):
            return

        def show(summary: SelectionSummary) -> None:
            if self._found is found:
                self._found = found._replace(summary=summary)
                self._draw_result()

        self._bridge.run(lambda: self._summary_of(found.file_ids), show, name="query_summary")

    def _select(self) -> None:
        """Select the files of the result in the plan, and show it."""
        if self._found is None or not self._found.file_ids:
            return
        ids = self._found.file_ids
        query = f"id:{','.join(map(str, ids))}" if len(ids) <= LISTED else ""
        self._session.select_files(ids)
        self._session.go("plan", query=query)


def cut_sentence(answer: QueryAnswer) -> str:
    """Return the sentences about what the answer omits, "" if it has all."""
    sentences, rest = [answer.notice] if answer.notice else [], "CSV and Parquet have all of them."
    if answer.total is None:
        sentences.append(
            f"The query was stopped after {answer.seconds:.0f} s. The table and the chart have only the"
            f" {_number_of_rows(answer)}; the total number of rows is not known. {rest}"
        )
    elif answer.is_cut:
        sentences.append(f"The table and the chart have only the {_number_of_rows(answer)}. {rest}")
    if answer.cut_values:
        sentences.append(f"{answer.cut_sentence()} CSV and Parquet have whole values.")
    return " ".join(sentences)


def _typed(message: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    values = message.get("values") or {}
    return str(message["text"]), {str(name): str(value) for name, value in values.items()}


def _number_of_rows(answer: QueryAnswer) -> str:
    if answer.total is None:
        return f"first {wording.plural(len(answer.rows), 'row')}"
    rows = wording.plural(answer.total, "row")
    return f"first {wording.count(len(answer.rows))} of {rows}" if answer.is_cut else rows


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{max(1, round(seconds * 1000))} ms"
