"""
The dashboard as a whole: what is made once in a process, and what is made for each session.

`indexium serve` makes it through `server.py`; `panel serve dashboards/app.py` works too (one Library in a process).
"""

from __future__ import annotations

import atexit
import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import jinja2
import panel as pn
from panel.io.state import set_curdoc
from tornado.ioloop import IOLoop

from dashboards import bridge, plain, state
from dashboards.components import shell
from dashboards.components.base import sheets
from dashboards.components.dialog import Dialog
from dashboards.pages.checks import ChecksScreen
from dashboards.pages.footer import FooterPanel
from dashboards.pages.history import HistoryScreen
from dashboards.pages.interrupted import Interrupted
from dashboards.pages.jobs import JobsScreen
from dashboards.pages.library import LibraryScreen
from dashboards.pages.plan import PlanScreen
from dashboards.pages.progress import ProgressScreen
from dashboards.pages.settings import SettingsScreen
from dashboards.pages.undoing import Undoing
from dashboards.read_cache import ReadCache
from dashboards.result_cache import ResultCache
from indexium_core.model import wording
from indexium_core.model.job import ENDED_STATES

if TYPE_CHECKING:
    from bokeh.document import Document

    from indexium_core.library import DecisionReport, Library, LibraryRow
    from indexium_core.model.operations.operation import MetadataOperation, PaginatedOperations

__all__ = ["PAGES", "ROUTES", "TITLES", "PageEntry", "Pages", "Session", "track"]

logger = logging.getLogger(__name__)

FAILED = "Something went wrong while this page was made; no file was changed. The log of the service says why."


class PageEntry(NamedTuple):
    """
    A page: its address is `/name`; its section in `page.html` has the class `page-name`.

    What `make` returns is its screen: `.state` (kept in the address), `.roots()` (its components by their places in
    `page.html`), `.start()` (once), `.enter()` (each time it comes into view), `.refresh()` and `.redraw()` (theme).
    """

    name: str
    title: str  # of the window, and of its entry in the rail
    make: Callable[[Session], Any]


PAGES = (
    PageEntry("plan", "Plan", lambda s: PlanScreen(s.library, s.shelf, s.bridge, s.dialog, s)),
    PageEntry("checks", "Checks", lambda s: ChecksScreen(s.library, s.bridge, s.dialog, s)),
    PageEntry("progress", "Progress", lambda s: ProgressScreen(s.library, s.bridge, s.dialog, s)),
    PageEntry("history", "History", lambda s: HistoryScreen(s.library, s.bridge, s.dialog, s)),
    PageEntry("library", "Library", lambda s: LibraryScreen(s.library, s.bridge, s.dialog, s)),
    PageEntry("jobs", "Jobs", lambda s: JobsScreen(s.library, s.bridge, s.dialog, s, s.interrupted)),
    PageEntry("settings", "Settings", lambda s: SettingsScreen(s.library, s.bridge, s.dialog, s)),
)
TITLES = {entry.name: entry.title for entry in PAGES}
TRACK = re.compile(r"/track/([0-9]+)")  # the address of one file, see `track`
ROUTES = ("/", *(f"/{name}" for name in TITLES), TRACK.pattern)
NEWS = tuple(
    f"{noun}:{verb}"
    for noun in ("scan", "rescan", "write", "rollback")
    for verb in ("started", "progress", "completed")
)

COMMAND = "'indexium operations resume "  # in a notice: what is to be typed, where a dialog asks here
LATER = 1500  # milliseconds after which the checks are counted: not while the first page is waited for
CHECKED = 15.0  # seconds for which that count does


def track(path: str) -> int | None:
    """Return the id of the file whose own address this is (the plan with its details open), None for another one."""
    found = TRACK.fullmatch(path.rstrip("/"))
    return min(int(found[1][:20]), 2**63 - 1) if found else None


class Pages:
    """What all sessions share: the library and the threads for work that takes long."""

    def __init__(self, library: Library, *, local: bool = False) -> None:
        """Serve `library`; `local` where only this machine can reach the pages, so they may name its folders."""
        self.library = library
        self.local = local
        self.desk = ResultCache()
        self.since = datetime.now(UTC)
        self.later: set[int] = set()  # interrupted operations that somebody wants to decide on later
        self._said: set[str] = set()  # of what the start has to say
        self.pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="dashboard")
        self.shelf = ReadCache(library, self.pool)
        self._template = _template()

    def open(self, *, assets: str = "/assets/", healthz: str = "/healthz") -> pn.Template:
        """Return the page of a new session, or one that says that it could not be made: never a traceback."""
        try:
            session = Session(self)
        except Exception:
            logger.exception("dashboard.session_failed")
            return _failed(assets)
        template = pn.Template(self._template, items=session.roots())
        values = {"page": session.view.page, "names": list(TITLES), "assets": assets, "healthz": healthz}
        for name, value in (
            values
            | {"sheets": sheets(), "instance": self.library.instance_id, "home": self.library.home_id}
            | {"inline": "" if assets else plain.inline()}
        ).items():
            template.add_variable(name, value)
        return template

    def unsaid(self) -> list[str]:
        """Return what the start has to say that no session has said; what a dialog asks about is not among it."""
        news = [each for each in self.library.notices if COMMAND not in each and each not in self._said]
        self._said.update(news)
        return news[:3]

    def warm(self) -> None:
        """Load what is heavy before somebody waits for it."""
        self.pool.submit(_import_charts)

    def close(self) -> None:
        """Let the threads go; work under way is a thread's last."""
        self.pool.shutdown(wait=False, cancel_futures=True)


def _import_charts() -> None:
    import holoviews as hv

    hv.extension("bokeh", logo=False)


def _template() -> jinja2.Template:
    """Return the page's skeleton; Bokeh's environment knows the macros that put components into it."""
    from panel.io.resources import _env

    template: jinja2.Template = _env.from_string(plain.asset("page.html"))
    return template


def _failed(assets: str) -> pn.Template:
    """Return the page of a session that could not be made."""
    template = pn.Template(jinja2.Template("{{ page }}"))
    text = plain.page("This page could not be made", FAILED, [("Try again", "")], labels=TITLES, assets=assets)
    template.add_variable("page", text)
    return template


class Session:
    """One browser tab: its state, its pages, and the frame around them."""

    def __init__(self, pages: Pages) -> None:
        self.library: Library = pages.library
        self.shelf: ReadCache = pages.shelf
        self.desk: ResultCache = pages.desk
        self._unsaid = pages.unsaid
        self.local = pages.local
        self._document: Document = pn.state.curdoc
        self._loop = IOLoop.current()
        self._calls: list[Any] = []  # what is to be run on the document
        self.view = state.View()
        self._shell = shell.Shell()
        self.dialog: Dialog = Dialog()
        self.bridge: bridge.Bridge = bridge.Bridge(
            pages.library.events,
            schedule=self._schedule,
            later=self._document.add_timeout_callback,
            pool=pages.pool,
            toast=self._shell.toast,
            settled=self._shell.settled,
            busy=self._shell.busy,
        )
        self._base = ""
        self._frame: dict[str, Any] = {}
        self._counts: dict[str, int] = {}  # by page, of those that say themselves how much there is on them
        self._counting = False
        self.undoing: Undoing = Undoing(pages.library, self.bridge, undoable=self._shell.undoable)
        self.interrupted: Interrupted = Interrupted(pages.library, self.bridge, self.dialog, self, later=pages.later)
        self._foot = FooterPanel(pages.library, self.bridge, self.dialog, self, since=pages.since)
        self._pages: Mapping[str, Any] = {entry.name: entry.make(self) for entry in PAGES}
        self._started = False
        self._greeting: Mapping[str, Any] | None = None
        self._loaded = False
        self._shell.on(hello=self._hello, go=self._go, address=self._address, theme=self._theme)
        self._shell.on(undo=lambda message: self.undoing.undo(int(message["id"])))
        for root in self.roots().values():
            root.heard = pages.library.give_way
        self._take_request()
        pn.state.onload(self._ready)
        self._document.on_session_destroyed(lambda _: self.bridge.close())

    def roots(self) -> dict[str, Any]:
        """Return the components by their places in the page."""
        return {
            "nav": self._shell,
            "dialog": self.dialog,
            "footer": self._foot.view,
            "review": self.undoing.buttons,
            **{place: root for page in self._pages.values() for place, root in page.roots().items()},
        }

    @property
    def base(self) -> str:
        """The one address of all pages, "" where each has its own."""
        return self._base

    @property
    def files(self) -> str:
        """Address of the files that can be fetched and sent, "" where only pages are served."""
        return "" if self._base else "/files/"

    @property
    def pictures(self) -> bool:
        """Whether there are pictures of films: `panel serve` knows no addresses but that of the page."""
        return not self._base

    def _schedule(self, call: Any) -> None:
        # Through the loop: a document takes callbacks from another thread, but loses those that come while it holds
        # its changes back to send them together.
        self._loop.add_callback(self._line_up, call)

    def _line_up(self, call: Any) -> None:
        self._calls.append(call)
        if len(self._calls) == 1:
            self._run_calls()

    def _run_calls(self) -> None:
        """Run what waits, in its order, as soon as the browser has been told that its last message arrived."""
        if self._is_answering():  # what is changed meanwhile is sent 10 ms late
            self._loop.call_later(0.001, self._run_calls)
            return
        calls, self._calls = self._calls, []
        document = self._document

        def run() -> None:
            for call in calls:
                with set_curdoc(document), pn.io.hold(document):
                    call()

        document.add_next_tick_callback(run)

    def _is_answering(self) -> bool:
        """Tell whether an answer is being written to the browser: Panel looks at the same lock."""
        session = getattr(self._document.session_context, "session", None)
        connections = getattr(session, "_subscribed_connections", ())
        locks = [getattr(connection._socket, "write_lock", None) for connection in connections]  # noqa: SLF001
        return any(lock is not None and lock._block._value == 0 for lock in locks)  # noqa: SLF001

    # What the browser tells.

    def _take_request(self) -> None:
        """Show what the address asks for. Served as a single app, all pages share its one address."""
        context = self._document.session_context
        request = context.request if context else None
        if request is None:
            return
        path = request.path.rstrip("/")
        self._base = "" if (path or "/") in ROUTES or track(path) is not None else path
        pairs = [
            (key, value.decode("utf-8", "replace")) for key, values in request.arguments.items() for value in values
        ]
        self._follow(path, urlencode(pairs))

    def _follow(self, path: str, search: str) -> None:
        shown = track(path)
        name = dict(parse_qsl(search)).get("view") if self._base else path.rsplit("/", 1)[-1]
        self.view.page = "plan" if shown is not None else name if name in self._pages else self._first_page()
        self._pages[self.view.page].state.take(search)
        self._pages["plan"].follow(shown)

    def _first_page(self) -> str:
        """Return the page of an address that names none: an empty home begins with its library."""
        return "plan" if self.library.libraries() else "library"

    def _hello(self, message: Mapping[str, Any]) -> None:
        """Take what the browser keeps; a component may say hello before the whole page is there."""
        self._greeting = message
        if self._loaded:
            self._begin(message)

    def _ready(self) -> None:
        """Begin once the page is loaded: what is changed before that does not reach the browser."""
        self._loaded = True
        if self._greeting is not None:
            self._begin(self._greeting)

    def _begin(self, greeting: Mapping[str, Any]) -> None:
        self._take_theme(greeting)
        self._frame = {"pages": shell.pages(TITLES, {}, None, self._base)} | self._frame  # there whatever can be read
        if not self._started:
            self._started = True
            self._pages["plan"].state.selection = state.selection_from_json(
                greeting.get("selection"), home=self.library.home_id
            )
            self.bridge.listen((*NEWS, "plan:changed"), self.refresh_frame, every=1.0)
            self._foot.start()
            self.interrupted.start()
            self.undoing.start()
            for page in self._pages.values():
                page.start()
            if not self.library.settings.metadata_enable_websocket:
                self._poll()
            for sentence in self._unsaid():
                self.bridge.toast("info", sentence)
        self._enter()

    def _poll(self) -> None:
        self._pages[self.view.page].refresh()
        self.refresh_frame()
        self.refresh_foot()
        self.bridge.after(2000, self._poll)

    def _go(self, message: Mapping[str, Any]) -> None:
        if message.get("page") in self._pages:
            self.view.page = message["page"]
            if self.view.page == "progress":  # what runs now or ran last, not what was looked at before
                self._pages["progress"].state.param.update(operation_id=None, status="", number=1)
            self._enter()

    def _address(self, message: Mapping[str, Any]) -> None:
        """Follow the browser's back and forward."""
        self._follow(str(message.get("path", "")).rstrip("/"), str(message.get("search", "")).lstrip("?"))
        self._enter(push=False)  # a quick hand is further by now: another step would cut off the way forward

    def _theme(self, message: Mapping[str, Any]) -> None:
        self._take_theme(message)
        self._pages[self.view.page].redraw()

    def _take_theme(self, message: Mapping[str, Any]) -> None:
        if message.get("theme") in {"light", "dark"}:
            self.view.theme = message["theme"]

    # What the pages tell.

    def go(self, page: str, **values: Any) -> None:
        """Show a page with some of its state set."""
        self._pages[page].state.param.update(**values)
        self.view.page = page
        self._enter()

    def showing(self, page: str) -> bool:
        """Tell whether a page is the one that is looked at."""
        return self._started and self.view.page == page

    def _enter(self, *, push: bool = True) -> None:
        self.tell_address(push=push)
        self.refresh_frame()
        self.refresh_foot()
        self._pages[self.view.page].enter()

    def tell_address(self, *, push: bool = False) -> None:
        """Put the view into the browser's address."""
        search = self._pages[self.view.page].state.search()
        title = f"{TITLES[self.view.page]} · Indexium"
        if self._base:
            search = f"view={self.view.page}&{search}".rstrip("&")
        track = self._pages["plan"].state.track if self.view.page == "plan" and not self._base else None
        place = f"/track/{track}" if track is not None else f"/{self.view.page}"
        url = (self._base or place) + (f"?{search}" if search else "")
        self._put(page=self.view.page, url=url, push=push, title=title)

    def decided(self, text: str, report: DecisionReport) -> None:
        """Say what was decided, with an offer to undo just that."""
        self.undoing.decided(text, report)

    def keep_selection(self) -> None:
        """Let the browser keep what is selected, for a reload."""
        chosen = self._pages["plan"].state.selection
        self._put(selection=state.selection_to_json(chosen, home=self.library.home_id))

    def _put(self, **changes: Any) -> None:
        self._frame |= changes
        self._shell.put(**self._frame)

    def following(self) -> int | None:
        """Return the operation that the page of progress tells of."""
        followed: int | None = self._pages["progress"].followed
        return followed

    def retry(self, operation: MetadataOperation) -> None:
        """Ask whether what an operation left is to be tried again."""
        self._pages["progress"].retry(operation)

    def refresh_foot(self) -> None:
        """Bring the foot of the page up to date: what runs, what waits, what was done."""
        self._foot.refresh()

    def refresh_frame(self) -> None:
        """Bring counts, roots and the running operation of the rail up to date."""
        self.bridge.run(self._read_frame, lambda frame: self._put(**frame), name="frame")
        if not self._counting:
            self._counting = True
            self.bridge.after(LATER, self._count_checks)

    def _count_checks(self) -> None:
        self._counting = False
        self.bridge.run(
            lambda: sum(group.total for group in self.library.checks(max_age=CHECKED)),
            lambda total: self.count("checks", total),
            name="frame_checks",
        )

    def count(self, page: str, number: int) -> None:
        """Show beside a page's entry in the rail how much there is on it."""
        self._counts[page] = number
        shown = wording.count(number) if number else ""
        entries = self._frame.get("pages", [])
        self._put(pages=[each | {"count": shown} if each["id"] == page else each for each in entries])

    def _read_frame(self) -> dict[str, Any]:
        library = self.library
        statistics = self.shelf.plan().statistics
        changing = statistics.safe_count + statistics.warning_count + statistics.danger_count
        past, roots, live, jobs = self.shelf.lately("frame", 0.9, self._read_work)
        held = sum(root.file_count for root in roots)
        counts = self._counts | {"plan": changing, "history": past.total, "library": held, "jobs": jobs}
        return {"pages": shell.pages(TITLES, counts, live, self._base), **shell.roots(roots, library.scan_progress())}

    def _read_work(self) -> tuple[PaginatedOperations, list[LibraryRow], int | None, int]:
        """Read the operations there are, the roots, how much is done of what runs, and how many jobs have not ended."""
        library = self.library
        running = library.history(status=("pending", "in_progress", "paused"), per_page=1).items
        live = None
        if running:
            status = library.status(running[0].id)
            live = round(100 * status.processed / max(1, status.total))
        jobs = sum(
            number
            for by_state in library.jobs.counts().values()
            for state, number in by_state.items()
            if state not in ENDED_STATES
        )
        return library.history(per_page=1), library.libraries(), live, jobs


def _shared() -> Pages:
    """Return the one `Pages` of a process that `panel serve` runs."""
    from indexium_core.library import Library

    def make() -> Pages:
        library = Library.open()
        atexit.register(library.close)
        pages = Pages(library)
        pages.warm()
        return pages

    shared: Pages = pn.state.as_cached("indexium", make)
    return shared


if pn.state.served:
    _shared().open(assets="", healthz="").servable()
