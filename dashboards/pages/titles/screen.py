"""Films and series: a list with filters, and the page of one title."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboards.components.base import Component
from dashboards.pages.titles import title_page, titles_list
from dashboards.pages.titles.artwork_dialog.artwork_dialog import selected_posters
from dashboards.pages.titles.title_mover import MOVE, TitleMover
from dashboards.pages.titles.titles_pictures import TitlesPictures
from dashboards.pages.titles.titles_publishing import TitlesPublishing
from dashboards.pages.titles.titles_selection import TitlesSelection
from dashboards.pages.titles.titles_state import TitlesState
from dashboards.questions.title_values_question import ask_plan_values
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import NOTHING
from indexium_core import errors
from indexium_core.model.job import Job
from indexium_core.model.lookups.traffic import RequestPage
from indexium_core.model.matches.results import MatchResult, to_decide
from indexium_core.model.shapes import page_or_last
from indexium_core.model.titles.title_filter import FACET_KEYS
from indexium_core.model.titles.titles import SORT_KEYS, TitleItem, TitleValue

PER_PAGE = 60
REQUESTS_PER_PAGE = 10
EVENTS = (
    *("movie:added", "movie:updated", "series:added", "series:updated"),
    *("publications:changed", "publish:completed", "rollback:completed"),
    *("job:changed", "identify:progress", "enrich:progress", "scan:completed"),
)
JOBS = ("identify", "enrich")
DECIDE = "decide"  # name of the page for decisions


class TitlesScreen(Screen):
    """The page of films and series in one session."""

    state: TitlesState

    def __init__(self, session: Session) -> None:
        self.state = TitlesState()
        self._session, self._library, self._bridge = session, session.library, session.bridge
        self._list, self._page = titles_list.TitlesList(), title_page.TitleView()
        self._mover = TitleMover(self._library, self._bridge, moved=self._follow_file)
        self._pictures = TitlesPictures(session, self.state, opened=self._open)
        self._loaded: titles_list.TitlesSnapshot | None = None
        self._title: title_page.TitleSnapshot | None = None
        self._opened = self._problem = ""  # the field whose candidates are shown, and why its value was not taken
        self._requests: RequestPage | None = None  # to providers, for the title that is open
        self._requests_page, self._no_poster = 1, ""
        self._followed: frozenset[int] = frozenset()  # jobs that this page has seen before their end
        self._is_typing = False  # in the search field: one step of the browser's history
        self._missing: errors.IndexiumError | None = None  # why the title that is open cannot be shown
        self._list.on(
            find=self._find,
            filter=self._filter,
            facet=self._send_facet,
            sort=lambda message: self._sort(str(message["sort"])),
            show=lambda message: self._narrow(shows=str(message["as"])),
            page=lambda message: self._turn_page(max(1, int(message["page"]))),
            open=lambda message: self._open(int(message["id"])),
            clear=lambda _: self._clear(),
            decide=lambda _: session.go(DECIDE, segment="open", title_id=None),
            not_found=lambda _: session.go(DECIDE, segment="none", title_id=None),
            settings=lambda _: session.go("settings", section="privacy"),
            library=lambda _: session.go("library", shows="folders"),
            identify=lambda _: self._start(self._library.titles.identify),
            set_kind=lambda message: self._set_kind(int(message["id"]), str(message["kind"])),
            look_up=lambda _: self._start(self._library.enrichment.schedule_library_enrichment),
        )
        self._publishing = TitlesPublishing(session, self._list, self._page, draw=self._draw)
        self._selection = TitlesSelection(
            session,
            self.state,
            self._list,
            draw=self._draw,
            start=self._start,
            changed=self._pictures.changed.update,
            publish=self._publishing.open_selected,
        )
        self._page.on(
            back=lambda _: self._open(None),
            open=lambda message: self._open(int(message["id"])),
            value=lambda message: self._show_candidates(str(message["field"])),
            choose=lambda message: self._choose(str(message["field"]), int(message["place"])),
            set=lambda message: self._set(str(message["field"]), str(message["text"])[:20_000]),
            lock=lambda message: self._lock(str(message["field"]), on=True),
            unlock=lambda message: self._lock(str(message["field"]), on=False),
            person=self._show_person,
            ignore=lambda message: self._ignore(on=message["on"] is True),
            page=lambda message: self._turn_requests(int(message["page"])),
            decide=lambda _: self._decide(),
            plan=lambda _: self._plan(),
            look_up=lambda _: self._look_up(),
            move=lambda message: self._move(int(message["id"])),
            pictures=lambda message: self._pictures.ask(self._title, int(message["number"])),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {
            "titles_list": self._list,
            "title_page": self._page,
            "title_mover": self._mover,
            "artwork_dialog": self._pictures.dialog,
        }

    def start(self) -> None:
        """Subscribe to the events of titles and of the jobs that change them."""
        self._bridge.listen(EVENTS, self.refresh, every=1.0)
        self._pictures.dialog.start()

    def reset(self) -> None:
        """Show all films and series."""
        self.state.clear()
        self.state.param.update(title_id=None, sort="title")
        self._followed = frozenset()

    def own_path(self) -> str:
        """Return the path of the title that is open, "" otherwise."""
        return f"/titles/{self.state.title_id}" if self.state.title_id is not None else ""

    def own_title(self) -> str:
        """Return the name of the title that is open, "" otherwise."""
        found = self._title
        return found.title.item.name if found is not None and found.title.item.id == self.state.title_id else ""

    def follow_title(self, title_id: int | None) -> None:
        """Show the title that the path of the address names."""
        self._choose_title(title_id)

    def refresh(self) -> None:
        """Read the list or the title again, if the page is shown."""
        if not self._session.is_showing("titles") or MOVE in self._bridge.busy:  # the open title may disappear
            return
        if self.state.title_id is None:
            self._load_list()
        else:
            self._load_title(self.state.title_id)

    # The list.

    def _turn_page(self, number: int) -> None:
        """Show another page of the list: only its titles are read."""
        self.state.number = number
        self._session.update_address(push=True)
        self._load_list(self._loaded)

    def _load_list(self, known: titles_list.TitlesSnapshot | None = None) -> None:
        """Read the list; `known`: only its page differs from this one."""
        query, filters, state = self.state.query, self.state.filters(), self.state
        sort, number = state.sort, state.number
        library, followed, repictured = self._library, self._followed, frozenset(self._pictures.changed)

        def read() -> titles_list.TitlesSnapshot:
            page = page_or_last(
                lambda place: library.titles.list(
                    query,
                    sort=sort,
                    descending=sort in titles_list.DESCENDING,
                    page=place,
                    per_page=PER_PAGE,
                    **filters,
                ),
                number,
                PER_PAGE,
            )
            posters = selected_posters(library, titles_list.posters(page.items, repictured))
            if known is not None:
                return replace(known, page=page, posters=posters)
            due, jobs = library.enrichment.due(), library.jobs.list(JOBS).items  # those that have ended: newest first
            return titles_list.TitlesSnapshot(
                page=page,
                facets=library.titles.facets(keys=("kind", "matched", "incomplete", "unpublished")),
                libraries=library.inventory.list(),
                providers=library.providers.status(),
                jobs=[job for job in jobs if not job.has_ended],
                ended=next((job for job in jobs if job.has_ended and job.id in followed), None),
                to_decide=to_decide(library.matches.counts()) if self._session.has_page(DECIDE) else None,
                due=None if due.reason else due,
                posters=posters,
            )

        self._bridge.run(read, self._show_list, name="titles", failed=self._list_failed)

    def _list_failed(self, error: errors.IndexiumError) -> None:
        """Show the reason, and the titles without the filter that is wrong: its folder does not exist."""
        if isinstance(error, errors.UsageError) and self.state.is_narrowed():
            problem = " ".join(filter(None, [self.state.problem, error.message]))
            if isinstance(error, errors.UnknownIdError) and self.state.library_id is not None:
                self.state.library_id = None
            else:
                self.state.clear()
            self.state.problem = problem
            self._load_list()
        else:
            self._bridge.toast("error", error.message)

    def _show_list(self, found: titles_list.TitlesSnapshot) -> None:
        self._loaded, self._title = found, None
        self._followed |= {job.id for job in found.jobs}
        self.state.number = found.page.page
        self._draw()
        self._publishing.load()

    def _draw(self) -> None:
        decide = self._session.address_of(DECIDE)
        if self._loaded is not None or self.state.title_id is not None:
            shown = self.state.title_id is None
            if self._loaded is not None:
                self._list.put(
                    **titles_list.view(
                        self._loaded,
                        self.state,
                        decide=decide,
                        pictures=True,
                        shown=shown,
                        picked=self._selection.picked,
                        offer=self._publishing.offer(),
                    )
                )
            else:
                self._list.put(shows="", hidden=True)
        self._page.put(
            **title_page.view(
                self._title if self.state.title_id is not None else None,
                missing=self._missing if self.state.title_id is not None else None,
                requests=self._requests,
                no_poster=self._no_poster,
                opened=self._opened,
                problem=self._problem,
                decide=decide,
                pictures=True,
                publish=self._publishing.of_title,
            )
        )

    def _find(self, message: Mapping[str, Any]) -> None:
        is_typed = bool(message.get("typed"))
        text = str(message["query"])[:400].strip()
        self._narrow(push=not (is_typed and self._is_typing), query=text, selection=NOTHING)
        self._is_typing = is_typed

    def _narrow(self, *, push: bool = True, **values: Any) -> None:
        self._is_typing = False
        self.state.param.update(**({"number": 1, "problem": ""} | values))
        self._session.update_address(push=push)
        self.refresh()

    def _sort(self, key: str) -> None:
        """Show the list in another order: only its titles are read."""
        if key in SORT_KEYS:
            self.state.sort = key
            self._turn_page(1)

    def _filter(self, message: Mapping[str, Any]) -> None:
        key, values = str(message["key"]), [str(each)[:200] for each in message["values"]][:20]
        if key in FACET_KEYS:
            self.state.choose(key, values)
            self._session.update_address(push=True)
            self.refresh()
            if key in titles_list.LABELS:
                self._send_facet({"key": key})

    def _clear(self) -> None:
        self.state.clear()
        self._narrow()

    def _send_facet(self, message: Mapping[str, Any]) -> None:
        key, query, filters = str(message["key"]), self.state.query, self.state.filters()
        self._bridge.run(
            lambda: self._library.titles.facets(query, keys=[key], **filters)[key],
            lambda facet: self._list.send_options(key, titles_list.options(facet, self.state)),
            name="title_facet",
        )

    def _set_kind(self, library_id: int, kind: str) -> None:
        self._start(lambda: self._library.set_kind(library_id, kind))

    def _start(self, add: Callable[[], Job | None]) -> None:
        def started(job: Job | None) -> None:
            if job is not None:
                self._followed |= {job.id}
                self._bridge.toast("info", f"{job.title}: it runs in the background.")
            self.refresh()

        self._bridge.run(add, started, name="titles_job", once=True)

    # One title.

    def _open(self, title_id: int | None) -> None:
        self._choose_title(title_id)
        self._session.update_address(push=True)
        self.refresh()

    def _choose_title(self, title_id: int | None) -> None:
        if title_id != self.state.title_id:
            self._title, self._requests, self._requests_page, self._no_poster = None, None, 1, ""
            self._missing = None
        self.state.title_id, self._opened, self._problem = title_id, "", ""

    def _load_title(self, title_id: int) -> None:
        library = self._library

        def read() -> title_page.TitleSnapshot:
            title = library.titles.get(title_id)
            is_work = title.item.entity_type in ("movie", "series")
            owner = ("series", title.item.series_id) if title.item.series_id else (title.item.entity_type, title_id)
            return title_page.TitleSnapshot(
                title=title,
                candidates=library.titles.candidates(title_id),
                seasons=library.series.collection(title_id).seasons if title.item.entity_type == "series" else (),
                related=library.titles.related(title_id) if is_work else (),
                match=library.matches.get(title_id) if is_work else None,
                library=next(
                    (each for each in library.inventory.list() if each.library_id == title.item.library_id), None
                ),
                can_decide=self._session.has_page(DECIDE),
                can_look_up=any(each.is_on for each in library.providers.status()),
                pictures=library.picture_selection.slots(*owner),
            )

        self._bridge.run(read, self._show_title, name="titles", failed=self._show_missing)
        self._load_requests(title_id)
        if True:
            self._load_poster(title_id)

    def _show_missing(self, error: errors.IndexiumError) -> None:
        self._title, self._missing = None, error
        self._draw()

    def _show_title(self, found: title_page.TitleSnapshot) -> None:
        if found.title.item.id == self.state.title_id:
            self._title, self._missing = found, None
            self._publishing.load_title(found.title.item)
            self._draw()
            self._session.update_address()

    def _load_requests(self, title_id: int) -> None:
        """Read the requests to providers for a title; apart from its values, because the list can be long."""
        providers, number = self._library.providers, self._requests_page

        def read() -> RequestPage:
            return page_or_last(
                lambda place: providers.request_page(title_id=title_id, page=place, per_page=REQUESTS_PER_PAGE),
                number,
                REQUESTS_PER_PAGE,
            )

        def show(found: RequestPage) -> None:
            if title_id == self.state.title_id:
                self._requests = found
                if self._title is not None:
                    self._draw()

        self._bridge.run(read, show, name="title_requests", failed=lambda _: None)

    def _load_poster(self, title_id: int) -> None:
        """Read why the poster cannot be shown; apart from the values, because it may have to be downloaded."""

        def show(reason: str) -> None:
            if title_id == self.state.title_id and reason != self._no_poster:
                self._no_poster = reason
                if self._title is not None:
                    self._draw()

        self._bridge.run(
            lambda: self._library.artwork.problem_of(title_id), show, name="title_poster", failed=lambda _: None
        )

    def _turn_requests(self, number: int) -> None:
        self._requests_page = max(1, number)
        if self.state.title_id is not None:
            self._load_requests(self.state.title_id)

    def _show_candidates(self, field: str) -> None:
        """Show the candidates of a field, or hide them."""
        self._opened, self._problem = "" if self._opened == field else field, ""
        self._draw()

    def _choose(self, field: str, place: int) -> None:
        """Set a candidate by hand."""
        found = self._title
        values = [each for each in found.candidates if each.field == field] if found else []
        if place < len(values):
            self._set(field, values[place].value)

    def _set(self, field: str, value: object) -> None:
        verb = "removed your value" if value == "" else "set by hand"
        self._change(field, lambda title_id: self._library.titles.set(title_id, field, value), verb)

    def _lock(self, field: str, *, on: bool) -> None:
        change = self._library.titles.lock if on else self._library.titles.unlock
        self._change(field, lambda title_id: change(title_id, [field]), "locked" if on else "unlocked", keep=True)

    def _change(
        self, field: str, work: Callable[[int], Sequence[TitleValue]], verb: str, *, keep: bool = False
    ) -> None:
        """Change a field of the title that is open, and offer to undo it; `keep` leaves the candidates open."""
        title_id, steps = self.state.title_id, self._library.steps
        if title_id is None:
            return

        def change() -> int | None:
            former = steps.last("value", f"{title_id} {field}")
            work(title_id)
            made = steps.last("value", f"{title_id} {field}")
            return made if made != former else None

        def done(step_id: int | None) -> None:
            self._problem = ""
            if not keep:
                self._opened = ""
            self._bridge.toast("good", f"{title_page.label(field)}: {verb}.", undo=step_id)
            self.refresh()

        def failed(error: errors.IndexiumError) -> None:
            if not self._opened:
                self._bridge.toast("error", error.message)
            self._problem = error.message
            self._draw()

        self._bridge.run(change, done, name="title_change", failed=failed)

    def _ignore(self, *, on: bool) -> None:
        """Set by hand that the title that is open is not a film or series, or remove this value."""
        title_id, match = self.state.title_id, self._title.match if self._title else None
        if title_id is not None and on:
            revision = match.revision if match else ""

            def done(result: MatchResult) -> None:
                self._bridge.toast("good", result.description, undo=result.decision_id)
                self.refresh()

            self._bridge.run(
                lambda: self._library.matches.ignore(title_id, revision=revision), done, name="title_match"
            )
        else:
            self._set("ignored", "")

    def _decide(self) -> None:
        """Show the candidates of the title that is open on the page for decisions."""
        match = self._title.match if self._title else None
        if match is not None:
            self._session.go(DECIDE, segment=match.state, title_id=match.item.id)

    def _move(self, file_id: int) -> None:
        """Ask to which title a file of the title that is open belongs."""
        if self._title is None:
            return
        file = next((each for each in self._title.title.files if each.file_id == file_id), None)
        if file is not None:
            self._mover.ask(file)

    def _follow_file(self, item: TitleItem | None) -> None:
        """Read the open title again; without it, open the title to which its only file has moved, or the list."""
        title_id = self.state.title_id
        if title_id is None:
            self.refresh()
            return
        self._bridge.run(
            lambda: self._library.titles.get(title_id),
            lambda _: self.refresh(),
            name=MOVE,
            failed=lambda _: self._open(None if item is None else item.id),
            once=True,
        )

    def _look_up(self) -> None:
        """Ask the providers again about the title that is open; of an episode, about its series."""
        title_id = self.state.title_id
        if title_id is not None:
            self._start(lambda: self._library.enrichment.schedule_titles([title_id], renew=True))

    def _plan(self) -> None:
        """Ask whether the values of the title that is open become edits of its files."""
        if self.state.title_id is not None:
            ask_plan_values(self._library, self._bridge, self._session.dialog, [self.state.title_id])

    def _show_person(self, message: Mapping[str, Any]) -> None:
        """List the titles of an actor or a director."""
        key, name = str(message["key"]), str(message["name"])[:200]
        if key in ("actor", "director"):
            self.state.clear()
            self.state.choose(key, [name])
            self._open(None)
