"""The plan page: search, review and select files. `file_panel` shows one file, `plan_write` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dashboards.components.base import Component
from dashboards.components.bulk.bulk_edit import BulkEdit
from dashboards.components.details.file_panel import FilePanel
from dashboards.pages.plan import exchange, plan_table
from dashboards.pages.plan.page_reader import Loaded, PlanPageReader, Shown, keeping
from dashboards.pages.plan.risk_chart import PlanRisk
from dashboards.pages.plan.search import plan_header
from dashboards.pages.plan.search.plan_search import PlanFind
from dashboards.pages.plan.writing.plan_write import PlanWrite
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import NOTHING, PlanState, is_review
from indexium_core import errors
from indexium_core.model import query as grammar
from indexium_core.model import wording
from indexium_core.model.planning.plan import Selection, SelectionSummary
from indexium_core.model.review.reports import DecisionReport

PAINTED = 60  # milliseconds until a browser has drawn a message and is idle
IDLE = 250  # milliseconds until no result is awaited
EVENTS = ("plan:changed", "scan:completed", "views:changed", "locks:changed", "rescan:completed")


class PlanScreen(Screen):
    """The page of the plan in one session."""

    state: PlanState

    def __init__(self, session: Session) -> None:
        self.state = PlanState()
        library, cache, bridge, dialog = session.library, session.read_cache, session.bridge, session.dialog
        self._library, self._cache, self._bridge, self._session = library, cache, bridge, session
        self._finding = PlanFind(library, cache, bridge, self.state, changed=self._changed, redraw=self._redraw_header)
        self._header = self._finding.header
        self._header.on(review=lambda _: self._review())
        self._opens_first = False  # a review starts with the first file in detail
        self._header.on(as_sql=lambda _: session.open_as_sql(lambda: grammar.plan_as_sql(self.state.query)))
        self._typing = False  # a person is typing the search
        self._untold: bool | None = None  # unsent change of the address; True: a new step in the browser's history
        self._problem = ""  # why the page does not show what was requested
        self.state.opening = library.views.default()
        self._table = plan_table.PlanTable()
        self._file = FilePanel(library, bridge, self.state, session, update_address=self._tell)
        self._risk = PlanRisk(cache, bridge, session, self.state, self._changed)
        self._write = PlanWrite(library, bridge, dialog, session, self.state)
        self._reader = PlanPageReader(library, cache, self._write)
        self._changes = exchange.ImportChanges(library, bridge, dialog, session.result_cache, self.refresh)
        self._bulk = BulkEdit(library, bridge, self.state, session)
        self._loaded: Loaded | None = None
        self._is_painted = False  # the browser has painted the first rows
        self._serial = 0  # number of the browser's last selection change
        self._picked = 0  # number of the last change that is counted
        self._listen()

    def _listen(self) -> None:
        self._header.on(
            uploaded=self._changes.show,
            upload_failed=self._changes.refused,
            stop_skipping=lambda _: self._stop_skipping(),
            select_safe=lambda _: self._choose(self._all_safe()),
            write_safe=lambda _: self._write.ask(self._all_safe(), action="write_all_safe"),
            retry=lambda _: self.refresh(),
        )
        self._table.on(
            pick=self._pick,
            all=lambda message: self._choose(Selection(query=self.state.query), message),
            none=lambda message: self._choose(Selection(), message),
            inverse=self._invert,
            cursor=lambda message: self._file.move(int(message["id"])),
            open=lambda message: self._file.open(int(message["id"])),
            close=lambda _: self._file.close(push=True),
            sort=self._finding.sort,
            page=lambda message: self._turn(int(message["page"])),
            edit=lambda message: self._file.open(int(message["id"]), edit=True),
            skip=self._file.skip,
            preserve=self._file.preserve,
            clear_search=lambda _: self._find(""),
            library=lambda _: self._session.go("library"),
            search=lambda message: self._find(str(message.get("query", ""))),
            retry=lambda _: self.refresh(),
            painted=lambda _: self._after_painting(),
        )
        self._write.bar.on(
            clear=lambda _: self._choose(Selection()),
            select=lambda _: self._choose(Selection(query=self.state.query)),
            people=lambda _: self._bulk.open(),
            show_hidden=lambda _: self._find("" if self.state.selection.included else self.state.selection.query or ""),
        )

    def _stop_skipping(self) -> None:
        """Stop skipping every file that the search finds."""
        query = self.state.query

        def on_done(report: DecisionReport) -> None:
            self._find("")
            self._session.report_decision(f"{wording.files(report.files)} no longer skipped.", report)

        self._bridge.run(
            lambda: self._library.decisions.end_postponements(query), on_done, name="stop_skipping", once=True
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {
            "plan_header": self._header,
            "plan_table": self._table,
            "plan_details": self._file.drawer,
            "plan_bar": self._write.bar,
            "plan_bulk": self._bulk.dialog,
            "risk_chart": self._risk.card,
        }

    def follow_file(self, file_id: int | None) -> None:
        """Show the details of the file that the path of the address names."""
        self._file.follow(file_id)

    def own_path(self) -> str:
        """Return the path of the file that was opened by its own address, "" otherwise."""
        return f"/track/{self.state.track}" if self.state.track is not None else ""

    def restore_selection(self, selection: Selection) -> None:
        """Select the files that the browser kept over a reload."""
        self.state.selection = selection

    def start(self) -> None:
        """Subscribe to the process's events: two sessions show the same plan."""
        self._bridge.listen(EVENTS, self._follow, every=0.3)
        self._write.start()

    def redraw(self) -> None:
        """Draw the chart in the current theme."""
        self._risk.draw()

    # Reading.

    def _follow(self) -> None:
        """Read the plan again after an event, if the page is shown; a thread of the cache reads results before."""
        if self._session.is_showing("plan"):
            self._cache.after_results(lambda: self._bridge.soon(self.refresh))

    def refresh(self, *, may_lack_results: bool = False) -> None:
        """Read the plan again, if the page is shown; see `ReadCache.plan` for the results that it may lack."""
        if not self._session.is_showing("plan"):
            return
        state = self.state
        shown = Shown(
            state.query, state.number, state.sort, state.descending, state.selection, state.held, may_lack_results
        )
        before = self._loaded

        def read() -> None:
            self._bridge.run(lambda: self._reader.read(shown, before), self._show, name="plan", failed=self._failed)
            self._file.refresh(may_lack_results=may_lack_results)

        def show_rows(view: dict[str, Any]) -> None:
            if self._loaded is None and view["rows"]:
                self._table.put(**view)
            read()

        if before is None:  # nothing else is read before the rows are sent
            self._bridge.run(lambda: self._reader.rows(shown), show_rows, name="plan", failed=self._failed)
        else:
            read()

    def _failed(self, error: errors.IndexiumError) -> None:
        """Show the error; an earlier view stays visible."""
        self._send_address()
        if self._loaded is None:
            self._bridge.toast("error", error.message)
            self._table.put(rows=[], total=0, empty=plan_table.unreadable(error.message))
        else:
            self._problem = error.message
            self._draw_header(self._loaded)

    def _tell(self, push: bool) -> None:  # noqa: FBT001 - a callback
        """Put the file in detail into the address."""
        self._session.update_address(push=push)

    def _send_address(self) -> None:
        """Send the new address together with the view that belongs to it."""
        if self._untold is not None:
            self._session.update_address(push=self._untold)
            self._untold = None

    def _show(self, loaded: Loaded) -> None:
        if loaded.selection != self.state.selection and self._loaded is not None:
            loaded = keeping(loaded, self._loaded)  # the selection made during this read stays visible
        self._loaded, self._problem = loaded, ""
        if self._opens_first and loaded.page.items:
            self.state.param.update(cursor=loaded.page.items[0].file_id, details=True)
            self._file.refresh()
        elif is_review(self.state.query) and not loaded.page.total:  # the last file of a review is decided
            self._file.close()
        self._opens_first = False
        self._send_address()
        self.state.opening = next((view for view in loaded.views if view.is_default), None)
        self.state.number = loaded.page.page
        if loaded.selection == self.state.selection:
            self._picked = self._serial
        self._draw_header(loaded)
        self._draw_bar(loaded)
        self._draw_table(loaded)  # last: the browser then presses the keys that waited for the page
        if self._is_painted:
            self._read_ahead(loaded)
        self._finding.count()
        if loaded.outdated or loaded.selection != self.state.selection:  # the selection changed during this read
            self._chosen()
        self._cache.after_results(lambda: self._bridge.soon(lambda: self._catch_up(loaded)), shown=loaded.whole)

    def _catch_up(self, loaded: Loaded) -> None:
        """Show the results that the plan lacked, unless a newer view is shown."""
        if self._loaded is loaded:
            self.refresh()

    def _after_painting(self) -> None:
        """Read what does not belong to the first rows: the browser has painted them."""
        if not self._is_painted:
            self._is_painted = True
            if self._loaded is not None:
                self._read_ahead(self._loaded)

    def _read_ahead(self, loaded: Loaded) -> None:
        """Read the next page in advance. Read the chart and the next choices only if no other page follows quickly."""
        self._bridge.after(PAINTED, lambda: self._look_ahead(loaded))
        self._bridge.after(IDLE, lambda: self._read_rest(loaded))

    def _look_ahead(self, loaded: Loaded) -> None:
        """Read the next page in advance."""
        page, cache, state = loaded.page, self._cache, self.state
        if self._loaded is None or self._loaded.page is not page or page.page * page.per_page >= page.total:
            return
        arguments = {"per_page": page.per_page, "sort": state.sort, "descending": state.descending}
        self._bridge.run(lambda: cache.page(loaded.plan, page.page + 1, **arguments), lambda _: None, name="ahead")

    def _read_rest(self, loaded: Loaded) -> None:
        """Read the chart, and the next choices in advance."""
        query, page, prepare = loaded.plan.query, loaded.page, loaded.whole.selection_rows.prepare
        if self._loaded is not None and self._loaded.page is page and query == self.state.query:
            self._risk.load(query)
            self._bridge.run(lambda: prepare(query, loaded.selection, page.items), lambda _: None, name="choices_ahead")

    def _draw_header(self, loaded: Loaded) -> None:
        view = plan_header.view(
            self.state,
            found=loaded.found,
            beside=loaded.beside,
            reasons=loaded.reasons,
            everything=loaded.everything,
            safe=loaded.safe,
            volume=loaded.volume,
            views=loaded.views,
            total=loaded.page.total,
            shown=loaded.plan.query,
            accepted=loaded.accepted,
            problem=self._problem,
        )
        menu = exchange.menu(self.state, self._session.files, loaded.found, loaded.page.total)
        self._header.put(**view, exchange=menu)

    def _redraw_header(self) -> None:
        if self._loaded:
            self._draw_header(self._loaded)

    def _draw_table(self, loaded: Loaded) -> None:
        view = plan_table.view(
            loaded.page,
            sort=self.state.sort,
            descending=self.state.descending,
            selected=loaded.chosen,
            chosen=loaded.summary.count if loaded.summary else 0,
            hidden=loaded.summary.hidden if loaded.summary else 0,
            able=loaded.able,
            picked=self._picked,
            named=loaded.roots > 1,
            query=self.state.query,
        )
        self._table.put(
            **view,
            shown=self.state.cursor if self.state.details else None,
            empty=None
            if loaded.page.total
            else plan_table.empty(
                self.state.query,
                loaded.everything,
                loaded.roots,
                loaded.wider,
                unchanged=loaded.found.unchanged_count,
                written=loaded.written,
            ),
        )

    def _draw_bar(self, loaded: Loaded) -> None:
        self._write.show(loaded.whole, loaded.summary, found=loaded.able)

    # Search.

    def _review(self) -> None:
        """List the dangerous files of the search, with the first one in detail."""
        self._opens_first = True
        self._changed(lambda: self.state.choose("risk", ["danger"]))

    def _find(self, text: str) -> None:
        self._finding.find(text)

    def _turn(self, number: int) -> None:
        self._changed(lambda: self.state.param.update(number=max(1, number)))

    def _changed(self, change: Callable[[], object], *, typed: bool = False) -> None:
        """Change the search and show its result. Each change is a step of the browser's history; typing is one step."""
        change()
        self.state.held = frozenset()
        push = not (typed and self._typing)
        self._typing = typed
        self._untold = push or bool(self._untold)
        self.refresh(may_lack_results=True)

    # Selection.

    def _pick(self, message: Mapping[str, Any]) -> None:
        self._serial = int(message["serial"])
        self.state.pick(*(int(file_id) for file_id in message["ids"]), on=bool(message["on"]))
        self._chosen()

    def _all_safe(self) -> Selection:
        """Return all safe files of the search, including those that its risk term hides."""
        return Selection(query=grammar.with_values(self.state.query, "risk", []), risk=("safe",))

    def _choose(self, selection: Selection, message: Mapping[str, Any] | None = None) -> None:
        if message is not None:
            self._serial = int(message["serial"])
        self.state.selection = selection
        self._chosen()

    def _invert(self, message: Mapping[str, Any]) -> None:
        """Invert the selection within the search."""
        inverse, query = self.state.inverse(), self.state.query
        self._serial = int(message["serial"])
        if not inverse.included:
            self._choose(inverse)
            return

        def narrow() -> Selection:
            found: frozenset[int] = self._cache.plan().selected_among(Selection(query=query), inverse.included)
            return replace(inverse, included=found)

        self._bridge.run(narrow, self._choose, name="inverse")

    def _chosen(self) -> None:
        """Show the new selection; only counts and marks change, not the listed files."""
        selection, loaded, query = self.state.selection, self._loaded, self.state.query
        if loaded is None:
            self._session.keep_selection(self.state.selection)
            return

        def count() -> tuple[frozenset[int], SelectionSummary | None, int]:
            summary = self._library.preview(selection, loaded.whole, within=query) if selection != NOTHING else None
            chosen = loaded.plan.selected_items(selection, loaded.page.items)
            return chosen, summary, self._reader.accepted(loaded.plan, selection)

        def show(counted: tuple[frozenset[int], SelectionSummary | None, int]) -> None:
            if selection == self.state.selection:
                self._picked = self._serial
            self._session.keep_selection(self.state.selection)
            if self._loaded is loaded:
                self._loaded = loaded._replace(
                    chosen=counted[0], summary=counted[1], accepted=counted[2], selection=selection, outdated=False
                )
                self._redraw_header()
                self._draw_table(self._loaded)
                self._draw_bar(self._loaded)

        self._bridge.run(count, show, name="chosen")
