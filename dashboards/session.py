"""
One browser tab: the services of its pages, the displayed page, and its address.

A session knows its pages only as `Screen`; `app.py` lists the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import panel as pn
from panel.io.state import set_curdoc
from tornado.ioloop import IOLoop

from dashboards import bridge, state
from dashboards.components.base import Component
from dashboards.components.dialog import Dialog
from dashboards.face import event_names
from dashboards.frame.wire import Wire
from dashboards.read_cache import ReadCache
from dashboards.refused_screen import RefusedScreen
from dashboards.screen import FaceScreen, Screen
from dashboards.session_account import SessionAccount
from dashboards.shared import Shared
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import PLAN_READ, Permission, refusal

if TYPE_CHECKING:
    from bokeh.document import Document

TRACK = re.compile(r"/track/([0-9]+)")  # the address of one file, see `track`
TITLE = re.compile(r"/titles/([0-9]+)")  # the address of one title, see `title_id_of`
PUBLISH = "publish"  # a page below *Titles*; without films and series, it has an entry of its own


def track(path: str) -> int | None:
    """Return the file id of an address `/track/ID`; None for any other address."""
    match = TRACK.fullmatch(path.rstrip("/"))
    return min(int(match[1][:20]), 2**63 - 1) if match else None


def title_id_of(path: str) -> int | None:
    """Return the id of an address `/titles/ID`; None for any other address."""
    match = TITLE.fullmatch(path.rstrip("/"))
    return min(int(match[1][:20]), 2**63 - 1) if match else None


class PageEntry(NamedTuple):
    """A page: its section in `page.html` has the class `page-name`."""

    name: str
    title: str  # title of the window and of the navigation entry
    make: Callable[[Session], Screen]
    path: str = ""  # its address below the root, if it is not the name
    needs: Permission = PLAN_READ  # of the person who opens it

    @property
    def address(self) -> str:
        """The path of its address, with a slash at the start."""
        return f"/{self.path or self.name}"


class Session:
    """One browser tab: its state, its pages, and the frame around them."""

    files = "/files/"  # the address of downloads and uploads

    def __init__(self, shared: Shared, entries: Sequence[PageEntry], session_id: int | None = None) -> None:
        """Create the pages; `session_id` is the session of the person who has signed in."""
        self.library: Library = shared.library
        self.local = shared.local
        self._shared = shared
        self._document: Document = pn.state.curdoc
        self._context = self._document.session_context  # stored, because a destroyed document no longer has it
        self._loop = IOLoop.current()
        self._calls: list[Callable[[], object]] = []  # waiting calls, which will run on the document
        self.view = state.View()
        self.account = SessionAccount(shared.library, session_id)
        self._reads = shared.reads_of(self.account.user_id, self.account.libraries)
        self.read_cache: ReadCache = self._reads.read_cache
        self._wire = Wire()
        self.dialog: Dialog = Dialog()
        self.bridge: bridge.Bridge = bridge.Bridge(
            shared.library.events,
            schedule=self._schedule,
            later=self._document.add_timeout_callback,
            pool=shared.pool,
            toast=self._wire.toast,
            clear_errors=self._wire.clear_errors,
            busy=self._wire.busy,
            answered=self._wire.answered,
        )
        self._frame: dict[str, Any] = {}
        self._titles = {entry.name: entry.title for entry in entries}
        self._paths = {entry.name: entry.address for entry in entries}
        self._needs = {entry.name: entry.needs for entry in entries}
        self.refused: dict[str, tuple[str, str]] = {}  # the title, and why the person may not use it; by page
        self._screens: Mapping[str, Screen] = {entry.name: self._screen_of(entry) for entry in entries}
        self._is_started = False
        self._greeting: Mapping[str, Any] | None = None
        self._is_loaded = False
        self._wire.on(hello=self._hello, go=self._open, address=self._follow_address, theme=self._change_theme)
        self._wire.on(plan=lambda message: self.search_plan(str(message["query"])[:4000]))
        self._wire.on(sql=lambda message: self.go("query", text=str(message["text"])[:100_000], values="", runs=True))
        self._take_request()
        self._unopened = {name: screen.roots() for name, screen in self._screens.items() if name != self.view.page}
        pn.state.onload(self._ready)
        self._document.on_session_destroyed(lambda _: self.bridge.close())

    def _screen_of(self, entry: PageEntry) -> Screen:
        """Return a page, or the sentence in its place if the person may not use it; a script draws its own sentence."""
        screen = entry.make(self)
        if self.may(entry.needs):
            return screen
        self.refused[entry.name] = (entry.title, refusal(entry.needs))
        return screen if isinstance(screen, FaceScreen) else RefusedScreen(screen, entry.title, entry.needs)

    def may(self, permission: Permission) -> bool:
        """Return whether the person of this tab has a permission."""
        return self.account.may(permission)

    def roots(self) -> dict[str, Component]:
        """Return the components of the frame and of the first page, by their places in `page.html`."""
        frame = {"wire": self._wire, "dialog": self.dialog}
        components = {**frame, **self._screen.roots()}
        self._prepare(components)
        return components

    def _prepare(self, components: Mapping[str, Component]) -> None:
        """Prepare components that the browser is about to create."""
        for place, component in components.items():
            component.place = place
            component.restrict(self.may, sees_all=self.account.sees_all)
            component.on_refusal = lambda sentence: self.bridge.toast("error", sentence)
            component.on_message = self.library.ui_priority.request

    def _schedule(self, call: Callable[[], object]) -> None:
        # The loop schedules it: a document accepts callbacks from another thread, but loses those that arrive
        # while it collects its changes to send them together.
        self._loop.add_callback(self._enqueue, call)

    def _enqueue(self, call: Callable[[], object]) -> None:
        self._calls.append(call)
        if len(self._calls) == 1:
            self._run_calls()

    def _run_calls(self) -> None:
        """Run the queued calls in order, after the answer to the last message of the browser is sent."""
        if self._context is not None and self._context.destroyed:  # the page was closed while the calls were queued
            self._calls.clear()
            return
        if self._is_answering():  # Bokeh would send a change with a delay of 10 ms
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
        """Return whether an answer is being sent to the browser; Panel checks the same lock."""
        session = getattr(self._document.session_context, "session", None)
        connections = getattr(session, "_subscribed_connections", ())
        locks = [getattr(connection._socket, "write_lock", None) for connection in connections]  # noqa: SLF001
        return any(lock is not None and lock._block._value == 0 for lock in locks)  # noqa: SLF001

    # Messages of the browser.

    def _take_request(self) -> None:
        """Show the page in the address."""
        request = self._context.request if self._context else None
        if request is None:
            return
        pairs = [
            (key, value.decode("utf-8", "replace")) for key, values in request.arguments.items() for value in values
        ]
        self._follow(request.path.rstrip("/"), urlencode(pairs))

    def _follow(self, path: str, search: str) -> None:
        title_id = title_id_of(path)
        name = self._page_at(path) if title_id is None else "title"
        self.view.page = name if name in self._screens else self._first_page()
        self._screen.state.take(search)
        for screen in self._screens.values():
            screen.follow_title(title_id)

    def _page_at(self, path: str) -> str | None:
        """Return the name of the page whose address a path is."""
        return next((name for name, own in self._paths.items() if own == path), None)

    def _first_page(self) -> str:
        """Return the page of an address without a page: the folders if there are none yet."""
        return "plan" if self.library.inventory.list() else "folders"

    def _hello(self, message: Mapping[str, Any]) -> None:
        """Apply the theme and the selection that the browser keeps; they may arrive before the page is loaded."""
        self._greeting = message
        if self._is_loaded:
            self._start(message)

    def _ready(self) -> None:
        """Start after the page is loaded, because an earlier change does not reach the browser."""
        self._is_loaded = True
        if self._greeting is not None:
            self._start(self._greeting)

    def _start(self, greeting: Mapping[str, Any]) -> None:
        self._take_theme(greeting)
        if not self._is_started:
            self._is_started = True
            for screen in self._screens.values():
                screen.start()
            self._enter()  # the page is read first
            self.bridge.follow(event_names(), self._wire.tell_events, every=0.5)
            self._wire.tell_events({"*": self.library.events.last_id})  # what was read before may be old
            if not self.library.settings.metadata_enable_websocket:
                self._poll()
            for sentence in self._shared.new_notices() if self.account.libraries is None else ():
                self.bridge.toast("info", sentence)
        else:
            self._enter()

    def _poll(self) -> None:
        self._screen.refresh()
        self.bridge.after(2000, self._poll)

    def _open(self, message: Mapping[str, Any]) -> None:
        """Show the page that a person opened from the navigation."""
        if message.get("page") in self._screens:
            self.view.page = message["page"]
            self._screen.reset()
            self._enter()

    def _follow_address(self, message: Mapping[str, Any]) -> None:
        """Show the page after *back* or *forward* in the browser."""
        self._follow(str(message.get("path", "")).rstrip("/"), str(message.get("search", "")).lstrip("?"))
        self._enter(push=False)  # a pushed step would delete the forward history
        self.bridge.tell_answered()

    def _change_theme(self, message: Mapping[str, Any]) -> None:
        self._take_theme(message)
        self._screen.redraw()

    def _take_theme(self, message: Mapping[str, Any]) -> None:
        if message.get("theme") in {"light", "dark"}:
            self.view.theme = message["theme"]

    # Calls of the pages.

    @property
    def _screen(self) -> Screen:
        return self._screens[self.view.page]

    def go(self, page: str, **values: Any) -> None:
        """Show a page with some of its state set."""
        screen = self._screens[page]
        if isinstance(screen, FaceScreen):  # the browser owns its address: what an earlier one had is old
            screen.state.take("")
        screen.state.param.update(**values)
        self.view.page = page
        self._enter()
        if self._is_face:
            self._put(url=self._address(), push=True)

    def search_plan(self, query: str) -> None:
        """Show the files that a search finds, on the plan page."""
        self.go("plan", query=query)

    @property
    def _is_face(self) -> bool:
        """Whether the scripts draw the page that is shown."""
        return isinstance(self._screen, FaceScreen)

    def has_page(self, page: str) -> bool:
        """Return whether there is a page with this name."""
        return page in self._screens

    def address_of(self, page: str) -> str:
        """Return the address of a page; "" if there is none."""
        return self._paths.get(page, "")

    def watch(self, operation_id: int) -> None:
        """Show the progress of an operation."""
        self.go("progress", operation_id=operation_id, status="", number=1)

    def is_showing(self, page: str) -> bool:
        """Return whether a page is displayed."""
        return self._is_started and self.view.page == page

    def _enter(self, *, push: bool = True) -> None:
        """Show the page of `view`. The browser creates its components when it shows the page for the first time."""
        page = self.view.page
        components = self._unopened.pop(page, {})
        self._prepare(components)
        with pn.config.set(browser_info=False):  # otherwise each component sends it again
            for component in components.values():
                component.server_doc(self._document, location=False)

        def enter() -> None:
            if self.view.page != page:  # a person has opened another page meanwhile
                return
            if self._is_face:  # its address belongs to the browser
                self._put(page=page, url="", title=f"{self._titles[page]} · Indexium")
            else:
                self.update_address(push=push)
            self._screen.enter()

        if components:  # in a later message: a view must not precede its component
            self._schedule(enter)
        else:
            enter()

    def update_address(self, *, push: bool = False) -> None:
        """Put the state of the page into the browser's address; `push` adds a step to the browser's history."""
        title = f"{self._screen.own_title() or self._titles[self.view.page]} · Indexium"
        self._put(page=self.view.page, url=self._address(), push=push, title=title)

    def _address(self) -> str:
        """Return the address of the page with its state."""
        search = self._screen.state.search()
        path = self._screen.own_path() or self._paths[self.view.page]
        return path + (f"?{search}" if search else "")

    def _put(self, **changes: Any) -> None:
        self._frame |= changes
        self._wire.put(**self._frame)

    def select_files(self, file_ids: Collection[int]) -> None:
        """Select files of the plan in place of those that are selected."""
        self._wire.select_files(file_ids)

    def change_place(self, values: Mapping[str, str], *, push: bool = True) -> None:
        """Change values of the address of a page that the browser draws; "" removes one."""
        self._wire.change_place(values, push=push)

    def run_sql(self, text: str) -> None:
        """Let the page of queries run a query."""
        self._wire.run_sql(text)

    def _take_values(self, message: Mapping[str, Any]) -> None:
        screen = self._screens.get(str(message["page"]))
        if isinstance(screen, FaceScreen):
            screen.follow_values(str(message["search"])[:20_000])
