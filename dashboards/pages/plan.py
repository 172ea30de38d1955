"""The plan: find, look and choose. What is done with one file is `plan_file`'s, writing is `plan_write`'s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards import terms, words
from dashboards.bridge import Bridge
from dashboards.components import plan_header, plan_table
from dashboards.components.charts import RiskChart
from dashboards.components.dialog import Dialog
from dashboards.pages.plan_file import PlanFile
from dashboards.pages.plan_write import PlanWrite
from dashboards.shelf import Shelf
from dashboards.state import FILTERS, NOTHING, PlanState
from indexium_core import errors
from indexium_core.model.plan import SORT_KEYS, PlanPage, PlanStatistics, Selection

if TYPE_CHECKING:
    import pandas as pd

    from dashboards.app import Session
    from indexium_core.library import Library, MetadataPlan, SelectionSummary

__all__ = ["PlanScreen"]

EVENTS = ("plan:changed", "scan:completed")


class Loaded(NamedTuple):
    """What one look at the plan found."""

    whole: MetadataPlan  # the plan without a search: what a write is checked against
    page: PlanPage
    found: PlanStatistics
    beside: PlanStatistics  # of the search without its risk term
    everything: PlanStatistics
    chosen: frozenset[int]  # of the files of the page
    selection: Selection  # what was selected then
    summary: SelectionSummary | None
    roots: int  # folders that are scanned
    risk: pd.DataFrame


class PlanScreen:
    """The page of the plan in one session."""

    def __init__(self, library: Library, shelf: Shelf, bridge: Bridge, dialog: Dialog, session: Session) -> None:
        self.state = PlanState()
        self._library, self._shelf, self._bridge, self._session = library, shelf, bridge, session
        self._header = plan_header.PlanHeader()
        self._table = plan_table.PlanTable()
        self._file = PlanFile(library, bridge, self.state)
        self._chart = RiskChart(lambda value: self._filter({"filter": "container", "value": value, "on": True}))
        self._write = PlanWrite(library, bridge, dialog, session, self.state)
        self._loaded: Loaded | None = None
        self._picked = 0  # the last pick of the browser that is counted in
        self._listen()

    def _listen(self) -> None:
        self._header.on(
            search=lambda message: self._find(str(message.get("query", ""))),
            risk=lambda message: self._toggle_risk(str(message.get("level"))),
            filter=self._filter,
            clear_filters=lambda _: self._changed(self.state.clear_filters),
            review=lambda _: self._find("risk:danger"),
            skipped=lambda _: self._find("postponed:yes"),
            bring_back=lambda _: self._bring_back(),
            select_safe=lambda _: self._choose(self._all_safe()),
            write_safe=lambda _: self._write.ask(self._all_safe(), action="write_all_safe"),
        )
        self._table.on(
            pick=self._pick,
            all=lambda _: self._choose(Selection(query=self.state.query)),
            none=lambda _: self._choose(Selection()),
            inverse=lambda _: self._invert(),
            cursor=lambda message: self._file.move(int(message["id"])),
            open=lambda message: self._file.open(int(message["id"])),
            close=lambda _: self._file.close(),
            sort=lambda message: self._sort(str(message.get("sort"))),
            page=lambda message: self._turn(int(message["page"])),
            edit=lambda message: self._file.open(int(message["id"]), edit=True),
            skip=self._file.skip,
            preserve=self._file.preserve,
            clear_search=lambda _: self._find(""),
            retry=lambda _: self.refresh(),
        )
        self._write.bar.on(
            clear=lambda _: self._choose(Selection()), select=lambda _: self._choose(Selection(query=self.state.query))
        )

    def _bring_back(self) -> None:
        """Take back the postponements of every file that the search finds."""
        query = self.state.query

        def told(count: int) -> None:
            self._find("")
            self._bridge.toast("good", f"{words.files(count)} back in the plan.")

        self._bridge.run(lambda: self._library.bring_back(query), told, name="bring_back", once=True)

    def roots(self) -> dict[str, Any]:
        """Return the components by their places in the page."""
        return {
            "plan_header": self._header,
            "plan_table": self._table,
            "plan_details": self._file.drawer,
            "plan_bar": self._write.bar,
            "risk_chart": self._chart.panel,
        }

    def start(self) -> None:
        """Follow the process's events: two sessions see the same plan."""
        self._bridge.listen(EVENTS, self.refresh, every=0.3)

    def enter(self) -> None:
        """Show the page."""
        self.refresh()

    def redraw(self) -> None:
        """Draw the chart in the theme that is shown."""
        if self._loaded:
            self._chart.show(self._loaded.risk, self._session.view.theme)

    # Reading.

    def refresh(self) -> None:
        """Read the plan again, where the page is looked at."""
        if not self._session.showing("plan"):
            return
        state = self.state
        look = (state.query, state.number, state.sort, state.descending, state.selection)
        self._bridge.run(lambda: self._read(*look), self._show, name="plan", failed=self._failed)
        self._file.refresh()

    def _read(self, query: str, number: int, sort: str, descending: bool, selection: Selection) -> Loaded:  # noqa: FBT001
        library, shelf = self._library, self._shelf
        whole = shelf.plan()
        plan = shelf.plan(query)
        size = library.settings.metadata_preview_page_size
        page = shelf.page(plan, number, per_page=size, sort=sort, descending=descending)
        aside = terms.write(query, "risk", ())
        return Loaded(
            whole=whole,
            page=page,
            found=page.statistics,
            beside=shelf.plan(aside).statistics,
            everything=whole.statistics,
            chosen=self._chosen_of(whole, selection, page),
            selection=selection,
            summary=library.preview(selection, whole) if selection != NOTHING else None,
            roots=shelf.roots(whole),
            risk=shelf.risk(whole),
        )

    @staticmethod
    def _chosen_of(plan: MetadataPlan, selection: Selection, page: PlanPage) -> frozenset[int]:
        """Return which files of a page are selected."""
        return plan.chosen(selection, [item.file_id for item in page.items]) if selection != NOTHING else frozenset()

    def _failed(self, error: errors.IndexiumError) -> None:
        """Say what is wrong; what was shown stays, and where nothing was, the sentence takes its place."""
        self._bridge.toast("error", error.message)
        if self._loaded is None:
            self._table.put(rows=[], total=0, empty=plan_table.unreadable(error.message))

    def _show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.state.number = loaded.page.page
        self._draw_header(loaded)
        self._draw_table(loaded)
        self._draw_bar(loaded)
        self._chart.show(loaded.risk, self._session.view.theme)
        self._look_ahead(loaded.page)
        if loaded.selection != self.state.selection:  # something was picked while this was read
            self._chosen()

    def _look_ahead(self, page: PlanPage) -> None:
        """Read the next page before it is asked for."""
        state, shelf, next_page = self.state, self._shelf, page.page + 1
        if page.page * page.per_page < page.total:
            look = {"per_page": page.per_page, "sort": state.sort, "descending": state.descending}
            query = state.query
            self._bridge.run(lambda: shelf.page(shelf.plan(query), next_page, **look), lambda _: None, name="ahead")

    def _draw_header(self, loaded: Loaded) -> None:
        counts = {"found": loaded.found, "beside": loaded.beside, "everything": loaded.everything}
        self._header.put(**plan_header.view(self.state, **counts))

    def _draw_table(self, loaded: Loaded) -> None:
        view = plan_table.view(
            loaded.page,
            sort=self.state.sort,
            descending=self.state.descending,
            selected=loaded.chosen,
            chosen=loaded.summary.count if loaded.summary else 0,
            picked=self._picked,
            named=loaded.roots > 1,
        )
        self._table.put(
            **view,
            empty=None if loaded.page.total else plan_table.empty(self.state.query, loaded.everything, loaded.roots),
        )

    def _draw_bar(self, loaded: Loaded) -> None:
        found = plan_header.listed(loaded.found) - loaded.found.blocked_count
        self._write.show(loaded.whole, loaded.summary, found=found)

    # Finding.

    def _find(self, text: str) -> None:
        """Search; where that cannot be read, say why and leave what is shown."""
        if self.state.find(text):
            self._changed(lambda: None)
        elif self._loaded:
            self._draw_header(self._loaded)

    def _toggle_risk(self, level: str) -> None:
        self._changed(lambda: self.state.toggle_filter("risk", level, on=level not in self.state.risk))

    def _filter(self, message: Mapping[str, Any]) -> None:
        key, value = str(message.get("filter")), str(message.get("value", ""))
        if key not in FILTERS:
            return
        if key == "tags":
            self._changed(lambda: setattr(self.state, "tags", [value] if value else []))
        else:
            self._changed(lambda: self.state.toggle_filter(key, value, on=bool(message.get("on"))))

    def _sort(self, key: str) -> None:
        if key in SORT_KEYS:
            self._changed(lambda: self.state.order(key))

    def _turn(self, number: int) -> None:
        self._changed(lambda: self.state.param.update(number=max(1, number)))

    def _changed(self, change: Callable[[], object]) -> None:
        """Change what is found, and show it."""
        change()
        self._session.tell_address()
        self.refresh()

    # Choosing.

    def _pick(self, message: Mapping[str, Any]) -> None:
        self.state.pick(int(message["id"]), on=bool(message["on"]))
        self._chosen(picked=int(message.get("serial", 0)))

    def _all_safe(self) -> Selection:
        """Return all safe files of what is looked at, whatever levels are shown of it."""
        return Selection(query=terms.write(self.state.query, "risk", ()), risk=("safe",))

    def _choose(self, selection: Selection) -> None:
        self.state.selection = selection
        self._chosen()

    def _invert(self) -> None:
        inverse = self.state.simple_inverse()
        if inverse is not None:
            self._choose(inverse)
            return
        query, selection = self.state.query, self.state.selection

        def invert() -> Selection:
            return Selection(query=query, excluded=frozenset(self._library.plan().ids(selection)))

        self._bridge.run(invert, self._choose, name="inverse")

    def _chosen(self, picked: int | None = None) -> None:
        """Show what is chosen now; only counts and marks change, not what is found."""
        self._session.keep_selection()
        selection, loaded = self.state.selection, self._loaded
        if loaded is None:
            return

        def count() -> tuple[frozenset[int], SelectionSummary | None]:
            summary = self._library.preview(selection, loaded.whole) if selection != NOTHING else None
            return self._chosen_of(loaded.whole, selection, loaded.page), summary

        def show(counted: tuple[frozenset[int], SelectionSummary | None]) -> None:
            self._picked = self._picked if picked is None else picked
            if self._loaded is loaded:
                self._loaded = loaded._replace(chosen=counted[0], summary=counted[1])
                self._draw_table(self._loaded)
                self._draw_bar(self._loaded)

        self._bridge.run(count, show, name="chosen")
