"""
One browser tab: who uses it, the page that it shows, and the charts that the server draws in its pages.

The scripts draw everything else, see `face.py`. `app.py` lists the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import panel as pn
from panel.io.state import set_curdoc
from tornado.ioloop import IOLoop

from dashboards.bridge import Bridge
from dashboards.components.base import Component
from dashboards.components.page_charts import PageCharts
from dashboards.components.wire import Wire
from dashboards.face import event_names
from dashboards.read_cache import ReadCache
from dashboards.session_account import SessionAccount
from dashboards.shared import Shared
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import PLAN_READ, Permission, refusal

if TYPE_CHECKING:
    from bokeh.document import Document

TRACK = re.compile(r"/track/([0-9]+)")  # the address of one file, see `track`
TITLE = re.compile(r"/titles/([0-9]+)")  # the address of one title, see `title_id_of`
THEMES = ("light", "dark")
_POLLED = 2000  # milliseconds between two looks for events, if pages are not told at once


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
    path: str = ""  # its address below the root, if it is not the name
    needs: Permission = PLAN_READ  # of the person who opens it
    charts: Callable[[Session], PageCharts] | None = None  # that the server draws

    @property
    def address(self) -> str:
        """The path of its address, with a slash at the start."""
        return f"/{self.path or self.name}"


class Session:
    """One browser tab."""

    def __init__(self, shared: Shared, entries: Sequence[PageEntry], session_id: int | None = None) -> None:
        """Make the charts of the pages; `session_id` is the session of the person who has signed in."""
        self.library: Library = shared.library
        self.local = shared.local
        self._shared = shared
        self._document: Document = pn.state.curdoc
        self._context = self._document.session_context  # stored, because a destroyed document no longer has it
        self._loop = IOLoop.current()
        self._calls: list[Callable[[], object]] = []  # waiting calls, which will run on the document
        self.theme = THEMES[0]
        self.account = SessionAccount(shared.library, session_id)
        self.reads: ReadCache = shared.reads_of(self.account.user_id, self.account.libraries)
        self._wire = Wire()
        self.bridge: Bridge = Bridge(
            shared.library.events,
            schedule=self._schedule,
            later=self._document.add_timeout_callback,
            pool=shared.pool,
            toast=self._wire.toast,
        )
        self.refused: dict[str, tuple[str, str]] = {  # the title, and why the person may not use it; by page
            entry.name: (entry.title, refusal(entry.needs)) for entry in entries if not self.account.may(entry.needs)
        }
        self._charts: Mapping[str, PageCharts] = {
            entry.name: entry.charts(self) for entry in entries if entry.charts and entry.name not in self.refused
        }
        # The page of one title has the address of the list before its id: the list is named first.
        self.page = self._requested({entry.address: entry.name for entry in reversed(entries)})
        self._unopened = {name: charts.roots() for name, charts in self._charts.items() if name != self.page}
        self._theme_of_browser: str | None = None
        self._is_loaded = self._is_started = False
        self._wire.on(hello=self._hello, show=self._show, theme=self._change_theme, values=self._take_values)
        pn.state.onload(self._ready)
        self._document.on_session_destroyed(lambda _: self.bridge.close())

    def roots(self) -> dict[str, Component]:
        """Return the components of the first page, by their places in `page.html`."""
        charts = self._charts.get(self.page)
        components = {"wire": self._wire, **(charts.roots() if charts else {})}
        self._prepare(components)
        return components

    def _prepare(self, components: Mapping[str, Component]) -> None:
        """Prepare components that the browser is about to create."""
        for place, component in components.items():
            component.place = place
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

    def _requested(self, pages: Mapping[str, str]) -> str:
        """Return the page that the address names, whose charts take its values; `pages` has the names by address."""
        request = self._context.request if self._context else None
        path = request.path.rstrip("/") if request else ""
        name = "title" if title_id_of(path) is not None else pages.get(path)
        name = name or ("plan" if self.library.inventory.list() else "folders")
        if request and name in self._charts:
            self._charts[name].take(request.query)
        return name

    # Messages of the browser.

    def _hello(self, message: Mapping[str, Any]) -> None:
        """Start with the theme of the browser. The message may arrive before the page is loaded."""
        self._theme_of_browser = str(message.get("theme"))
        if self._is_loaded:
            self._start()

    def _ready(self) -> None:
        """Start after the page is loaded, because an earlier change does not reach the browser."""
        self._is_loaded = True
        if self._theme_of_browser is not None:
            self._start()

    def _start(self) -> None:
        self._take_theme(self._theme_of_browser)
        if self._is_started:
            return
        self._is_started = True
        for charts in self._charts.values():
            charts.start()
        self._enter()
        self._wire.started()
        self._wire.tell_events({"*": self.library.events.last_id})  # what was read before may be old
        if self.library.settings.metadata_enable_websocket:
            self.bridge.follow(event_names(), self._wire.tell_events, every=0.5)
        else:
            self._poll(self.library.events.last_id)
        for sentence in self._shared.new_notices() if self.account.libraries is None else ():
            self._wire.toast("info", sentence)

    def _poll(self, known: int) -> None:
        """Tell every two seconds whether there were events after the known one."""
        newest = self.library.events.last_id
        if newest != known:
            self._wire.tell_events({"*": newest})
        self.bridge.after(_POLLED, lambda: self._poll(newest))

    def _show(self, message: Mapping[str, Any]) -> None:
        """Show the charts of the page that the browser shows."""
        self.page = str(message["page"])
        self._enter()

    def _change_theme(self, message: Mapping[str, Any]) -> None:
        self._take_theme(message["theme"])
        if self.page in self._charts:
            self._charts[self.page].draw()

    def _take_theme(self, theme: object) -> None:
        if theme in THEMES:
            self.theme = str(theme)

    def _take_values(self, message: Mapping[str, Any]) -> None:
        """Show the charts of the values that the address of a page has now."""
        page = str(message["page"])
        if page in self._charts and self._charts[page].take(str(message["search"])[:20_000]) and self.is_showing(page):
            self._charts[page].load()

    # Calls of the charts.

    def is_showing(self, page: str) -> bool:
        """Return whether a page is shown."""
        return self._is_started and self.page == page

    def change_place(self, values: Mapping[str, str], *, push: bool = True) -> None:
        """Change values of the address; "" removes one."""
        self._wire.change_place(values, push=push)

    def _enter(self) -> None:
        """Show the charts of the page. The browser creates them when it shows the page for the first time."""
        page = self.page
        components = self._unopened.pop(page, {})
        self._prepare(components)
        with pn.config.set(browser_info=False):  # otherwise each component sends it again
            for component in components.values():
                component.server_doc(self._document, location=False)

        def enter() -> None:
            if self.page == page and page in self._charts:  # otherwise a person has opened another page meanwhile
                self._charts[page].load()

        if components:  # in a later message: a view must not precede its component
            self._schedule(enter)
        else:
            enter()
