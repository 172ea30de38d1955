"""The pictures of the library in one session: lists and tiles are read, and decisions are made about files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dashboards.components.base import Component
from dashboards.components.bulk.bulk_edit import BulkEdit
from dashboards.components.details.file_panel import FilePanel
from dashboards.pages.library.pictures import pictures
from dashboards.session import Session
from dashboards.state import FilesState, LibraryState
from indexium_core import errors
from indexium_core.model import query as grammar
from indexium_core.model import wording
from indexium_core.model.fields.table import FAVORITE_KEY, RATING
from indexium_core.model.files.tiles import FACETS, SORTS, MediaOverview, TilePage
from indexium_core.model.planning.plan import Wider
from indexium_core.model.review.reports import DecisionReport
from indexium_core.model.saved import SavedView

PAGE = 100  # tiles of one request
PATIENCE = 1200  # milliseconds without typing before an unfinished search is an error
NAMED_IDS = 5_000  # the most files that a search of the plan names by id
EVENTS = ("plan:changed", "rescan:completed", "views:changed", "scan:started", "scan:completed")


class _LoadedTiles(NamedTuple):
    """The data of the grid, read at one time."""

    overview: MediaOverview
    everything: int
    views: list[SavedView]
    wider: list[Wider]
    offline: list[str]


class Browsing:
    """The grid, the details and the bulk edit of the library page."""

    def __init__(self, session: Session, state: LibraryState, show: Callable[[str], None]) -> None:
        """`show` changes how the page shows the library: pictures, table, folders."""
        self._session, self._state, self._show_as = session, state, show
        self._library, self._bridge = session.library, session.bridge
        self._version = 0
        self._is_outdated = True
        self._loaded: _LoadedTiles | None = None
        self._problem = self._typed = self._last = ""  # `_last`: the text that was sent last
        self._is_typing = False
        self._shows = ""
        self._waiting: list[
            Callable[[], tuple[DecisionReport, str]]
        ] = []  # decisions in their order; the first of them runs
        self._file_state = FilesState()  # of the details, which the plan page has, too
        self._file = FilePanel(self._library, self._bridge, self._file_state, session, update_address=self._put_address)
        self._bulk = BulkEdit(self._library, self._bridge, self._file_state, session)
        self._grid = pictures.Pictures()
        self._grid.on(
            tiles=self._send_tiles,
            find=lambda message: self._find(str(message["query"])[:4000], typed=bool(message.get("typed"))),
            filter=self._filter,
            favorites=lambda _: self._toggle_favorites(),
            facet=self._send_facet,
            sort=self._sort,
            show=lambda message: self._show_as(str(message["as"])),
            stop_scan=lambda _: self._bridge.run(
                self._library.scans.cancel, lambda _: None, name="stop_scan", once=True
            ),
            section=self._select_section,
            cursor=lambda message: self._file.move(int(message["id"])),
            open=lambda message: self._file.open(int(message["id"])),
            close=lambda _: self._file.close(push=True),
            rate=self._rate,
            favorite=self._favor,
            bulk=self._edit,
            plan=self._plan,
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {
            "library_pictures": self._grid,
            "library_details": self._file.drawer,
            "library_bulk": self._bulk.dialog,
        }

    def start(self) -> None:
        """Subscribe to the process's events."""
        self._bridge.listen(EVENTS, self._changed, every=0.3)

    def follow(self) -> None:
        """Show the file that the address names in detail."""
        file_id = self._state.file_id
        self._file_state.param.update(details=file_id is not None, **({} if file_id is None else {"cursor": file_id}))
        self._file.follow()

    def enter(self) -> None:
        """Read the file in detail again: the page comes into view."""
        self._file.refresh()

    def _put_address(self, push: bool) -> None:  # noqa: FBT001 - a callback
        self._state.file_id = self._file_state.cursor if self._file_state.details else None
        self._session.update_address(push=push)

    def _changed(self) -> None:
        if self._session.is_showing("library") and self._shows in ("pictures", "table"):
            self._refresh()
            self._file.refresh()

    def outdate(self) -> None:
        """Read the list again when it is shown next."""
        self._is_outdated = True

    def show(self, shows: str) -> None:
        """Show the list as `pictures` or as a `table`."""
        is_other, self._shows = self._shows != shows, shows
        if is_other or self._is_outdated:
            self._refresh()
        else:
            self._draw()

    def _refresh(self) -> None:
        self._is_outdated = False
        query, sort = self._state.query, self._state.sort
        self._bridge.run(lambda: self._read(query, sort), self._show, name="pictures", failed=self._failed)

    def _failed(self, error: errors.IndexiumError) -> None:
        self._problem, self._typed = error.message, self._state.query
        if self._loaded is None:  # the address has a search with an error
            self._state.query = ""
            self._refresh()
        else:
            self._state.query = self._loaded.overview.query
            self._draw()

    def _read(self, query: str, sort: str) -> _LoadedTiles:
        media, plan = self._library.media, self._session.read_cache.plan()
        overview = media.overview(query, sort=sort, plan=plan)
        return _LoadedTiles(
            overview,
            media.count(plan=plan),
            self._session.read_cache.views(),
            [] if overview.total else media.wider(query, plan=plan),
            [row.name for row in self._library.inventory.list() if row.state == "offline"],
        )

    def _show(self, loaded: _LoadedTiles) -> None:
        self._loaded = loaded
        self._version += 1
        self._draw()

    def _draw(self) -> None:
        loaded = self._loaded
        if loaded is None or self._shows not in ("pictures", "table"):
            return
        progress = self._library.scans.progress()
        self._grid.put(
            **pictures.view(
                loaded.overview,
                shows=self._shows,
                version=self._version,
                everything=loaded.everything,
                editable=self._can_edit(),
                views=loaded.views,
                wider=loaded.wider,
                problem=self._problem,
                typed=self._typed,
                scan="" if progress is None else "A scan is running.",
                offline=loaded.offline,
            )
        )

    # The list.

    def _send_tiles(self, message: Mapping[str, Any]) -> None:
        number, loaded = max(0, int(message["page"])), self._loaded
        if loaded is None or message["list_id"] != loaded.overview.list_id:  # the next view requests its own tiles
            return
        of, has_pictures = loaded.overview, True

        def read() -> TilePage:
            plan, first = self._session.read_cache.plan(), number * PAGE
            return self._library.media.page(
                of.query, sort=of.sort, first=first, count=PAGE, plan=plan, list_id=of.list_id
            )

        def done(page: TilePage) -> None:
            if page.list_id == of.list_id:
                self._grid.send_tiles(page, pictures=has_pictures)
            elif self._loaded is loaded:  # the files have changed: the next view requests the tiles again
                self._refresh()

        def failed(error: errors.IndexiumError) -> None:
            self._bridge.toast("error", error.message)
            self._grid.forget_page(number)

        self._bridge.run(read, done, name=f"tiles_{number}", failed=failed, topic="tiles")

    def _find(self, text: str, *, typed: bool = False) -> None:
        """List the files of a search; `typed`: a person is typing it, so an unfinished text is no error yet."""
        self._last = text
        try:
            grammar.parse(text)
        except errors.QueryError as error:
            if typed:
                self._bridge.after(PATIENCE, lambda: self._find(text) if self._last == text else None)
                return
            self._problem, self._typed = error.message, text
            self._draw()
            return
        self._problem = self._typed = ""
        self._state.query = text.strip()
        self._session.update_address(push=not (typed and self._is_typing))
        self._is_typing = typed
        self._refresh()

    def _filter(self, message: Mapping[str, Any]) -> None:
        key, values = str(message["key"]), [str(value)[:200] for value in message["values"]]
        if key in FACETS:
            self._find(grammar.with_values(self._state.query, key, values[:50]))

    def _toggle_favorites(self) -> None:
        query = self._state.query
        is_on = grammar.selected_values(query, FAVORITE_KEY) == ["yes"]
        self._find(grammar.with_values(query, FAVORITE_KEY, [] if is_on else ["yes"]))

    def _send_facet(self, message: Mapping[str, Any]) -> None:
        key, query = str(message["key"]), self._state.query
        self._bridge.run(
            lambda: self._library.media.facet(key, query, plan=self._session.read_cache.plan()),
            lambda values: self._grid.send_options(key, pictures.options(key, values, query)),
            name="facet",
        )

    def _sort(self, message: Mapping[str, Any]) -> None:
        if message["sort"] in SORTS:
            self._state.sort = message["sort"]
            self._session.update_address()
            self._refresh()

    def _select_section(self, message: Mapping[str, Any]) -> None:
        """Select the files of a day, month or range, including those whose tiles the browser has not read."""
        loaded, first, files = self._loaded, int(message["first"]), int(message["files"])
        if loaded is None or message["list_id"] != loaded.overview.list_id:
            return
        of, on = loaded.overview, bool(message["on"])

        def failed(error: errors.IndexiumError) -> None:
            self._bridge.toast("error", error.message)
            self._refresh()

        self._bridge.run(
            lambda: self._library.media.ids(
                of.query, sort=of.sort, plan=self._session.read_cache.plan(), list_id=of.list_id
            ),
            lambda ids: self._grid.mark(ids[first : first + files], on=on),
            name=f"section_{first}_{files}",
            failed=failed,
            topic="section",
        )

    # Decisions.

    def _target(self, message: Mapping[str, Any]) -> list[int]:
        """Return the ids of the files of a selection."""
        if "ids" in message:
            return [int(file_id) for file_id in message["ids"]]
        left_out = {int(file_id) for file_id in message["except"]}
        ids = self._library.media.ids(str(message["query"]), sort=self._state.sort)
        return [file_id for file_id in ids if file_id not in left_out]

    def _decide(self, message: Mapping[str, Any], decide: Callable[[list[int]], DecisionReport]) -> None:
        """Make decisions about a selection one after another: the last of two ratings of a file stays."""

        def work() -> tuple[DecisionReport, str]:
            file_ids = self._target(message)
            report = decide(file_ids)
            is_one = report.unsupported and len(file_ids) == 1
            container = self._library.files.file(file_ids[0]).container if is_one else None
            return report, pictures.decided(report, container)

        self._waiting.append(work)
        if len(self._waiting) == 1:
            self._decide_next()

    def _decide_next(self) -> None:
        def ended() -> None:
            self._waiting.pop(0)
            if self._waiting:
                self._decide_next()

        def done(decided: tuple[DecisionReport, str]) -> None:
            report, text = decided
            self._session.report_decision(text, report)
            self._grid.say(text)
            ended()

        def failed(error: errors.IndexiumError) -> None:
            self._bridge.toast("error", error.message)
            self._changed()  # the tiles show the stored values again
            ended()

        self._bridge.run(self._waiting[0], done, name="pictures_decision", failed=failed)

    def _can_edit(self) -> bool:
        return self._library.settings.metadata_enable_inline_edit

    def _rate(self, message: Mapping[str, Any]) -> None:
        if not self._can_edit():
            return
        value = pictures.stars(int(message["stars"]))
        decisions = self._library.decisions
        self._decide(message, lambda file_ids: decisions.set_fields(file_ids, {RATING: value}))

    def _favor(self, message: Mapping[str, Any]) -> None:
        if not self._can_edit():
            return
        wanted, decisions = bool(message["wanted"]), self._library.decisions

        def decide(file_ids: list[int]) -> DecisionReport:
            with decisions.step() as step:
                step.set_favorite(file_ids, wanted=wanted)
            return step.report

        self._decide(message, decide)

    def _edit(self, message: Mapping[str, Any]) -> None:
        if not self._can_edit():
            return
        tab = str(message.get("tab", "people"))
        self._bridge.run(
            lambda: self._target(message), lambda file_ids: self._bulk.open_for(file_ids, tab), name="bulk_target"
        )

    def _plan(self, message: Mapping[str, Any]) -> None:
        """Show the selected files on the plan page."""
        ids = [int(file_id) for file_id in message.get("ids", message.get("except", ()))]
        if len(ids) > NAMED_IDS:
            few = f"at most {wording.count(NAMED_IDS)} files"
            by_one = f"Select {few} one by one" if "ids" in message else f"Deselect {few}"
            self._bridge.toast("info", f"{by_one}, or find the files with a search and select all of them.")
            return
        named = ",".join(map(str, ids))
        if "ids" in message:
            self._session.search_plan(grammar.with_values("", "id", [named]))
            return
        query = str(message["query"])
        own = f"({query}) " if query.strip() and named else query
        self._session.search_plan(f"{own}-id:{named}" if named else own)
