"""A real Chromium on the real dashboard with real files: the demo library, built once and copied for each test."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)

from dashboards.web import server
from indexium_core import errors
from indexium_core.flows.writing import file_edit, protocol
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.library import Library
from indexium_core.store.operations.ledger_rows import ItemRecord
from tests.support import demo_home
from tests.support.oracles import oracle

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",  # pages need a tenth less processor time than with a GPU process
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # another machine cannot be reached
]
SLOW = 20_000  # milliseconds that a busy machine may need for any action
expect.set_options(timeout=SLOW)
_IS_TIDY = "() => !localStorage.length && !sessionStorage.getItem('indexium.selection')"
# Open an address, and wait until every call has its answer. Messages of what was shown before disappear.
_TURN = """async path => {
  for (const dismiss of document.querySelectorAll("*"))
    dismiss.shadowRoot?.querySelectorAll(".toast [aria-label=Dismiss]").forEach(each => each.click())
  const send = window.fetch
  let [begun, last, open] = [performance.now(), 0, 0]
  window.fetch = async (...given) => {
    open += 1
    try {
      return await send(...given)
    } finally {
      open -= 1
      last = performance.now()
    }
  }
  history.pushState({}, "", path)
  dispatchEvent(new PopStateEvent("popstate"))
  do await new Promise(resolve => setTimeout(resolve, 50))
  while (performance.now() - begun < 3000 && (open || performance.now() - Math.max(begun, last) < 150))
  window.fetch = send
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.path)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile of all browsers, on the disk: scripts are fetched and compiled once. A private one keeps neither."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="package")
def context(profile: Path) -> Iterator[BrowserContext]:
    """One browser for this folder's tests, and for no other: Playwright's event loop runs in this thread."""
    path = oracle("chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch_persistent_context(profile, executable_path=path, args=FLAGS)
        made.set_default_timeout(SLOW)
        yield made
        made.close()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the files of every test in sequence: a database identifies files by their paths."""
    return tmp_path_factory.mktemp("stage")


@pytest.fixture
def media(stage: Path) -> Path:
    """The files of the demo for one test, which may change them."""
    return demo_home.lay_out(stage)


@pytest.fixture
def library(media: Path, tmp_path: Path) -> Iterator[Library]:
    """The demo after its preparation, without other changes."""
    with demo_home.home(tmp_path / "home", media) as opened:
        yield opened


class Gate:
    """Stops every file before its write until the gate is opened, and can reject some."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.refused: set[bytes] = set()
        self._edit = file_edit.edit

    def __call__(self, task: Any, undo: Any, policy: Any, *more: Any) -> EditResult:
        self.opened.wait(60)
        if task.path.rsplit(b"/", 1)[-1] in self.refused:
            refusal = errors.ConflictError("The file is open in another program.", code="in_use")
            return EditResult(task=task, record=ItemRecord(result=protocol.failure_result(task, refusal, started=0.0)))
        return self._edit(task, undo, policy, *more)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(file_edit, "edit", made)
    yield made
    made.opened.set()


@pytest.fixture
def empty_library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "empty") as opened:
        yield opened


def hold_first(page: Page, address: str) -> list[Route]:
    """Hold the first request of an address back; the list has it then."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(address, hold)
    return held


def _kept_port() -> Iterator[int]:
    """
    Yield a port for many tests: to a browser, another port is another site with nothing in its cache.

    The system gives no program a port below 32,768 unasked, so none takes it between two tests. The port before it is
    held, so that another process of these tests takes others.
    """
    for number in range(20_000, 32_000, 2):
        with contextlib.suppress(OSError, errors.UsageError), socket.create_server(("127.0.0.1", number)):
            yield server.free_port("127.0.0.1", number + 1)
            return
    pytest.fail("No port from 20000 to 32000 is free.")


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of the libraries that tests serve, one after the other."""
    yield from _kept_port()


@pytest.fixture(scope="session")
def shared_port() -> Iterator[int]:
    """The port of the shared library, which is served beside another one."""
    yield from _kept_port()


class Site:
    """A running dashboard, and its pages."""

    def __init__(self, url: str, context: BrowserContext) -> None:
        self.url = url
        self._context = context
        self._pages: list[Page] = []
        self.foreign: list[str] = []  # requests to other hosts
        self.complaints: list[str] = []  # errors in the console of the browser
        self._listeners: dict[Any, Callable[[Any], None]] = {
            "request": self._note,
            "pageerror": self._fail,
            "console": self._hear,
            "dialog": self._dismiss,
        }

    def visit(self, path: str = "/plan", *, width: int = 1280, theme: Any = "light") -> Page:
        """Open a page and wait until its frame is there."""
        page = self._context.new_page()
        self._follow(page)
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=theme)
        page.goto(self.url + path)
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="History").wait_for()
        return page

    def turn(self, page: Page, path: str) -> None:
        """Go to another address in an open page, as the history of the browser does: no script is loaded again."""
        for _ in range(9):  # the first Escape may close only the suggestions of a dialog
            if not page.locator("dialog[open]").count():
                break
            page.keyboard.press("Escape")
        page.evaluate(_TURN, path)

    def _follow(self, page: Page) -> None:
        self._pages.append(page)
        for event, listener in self._listeners.items():
            page.on(event, listener)

    def _fail(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.complaints.append(line.text)

    def _note(self, request: Request) -> None:
        """Record a request to another host. A route could do so, too, but it disables the cache of scripts."""
        if not request.url.removeprefix("blob:").startswith(self.url):
            self.foreign.append(request.url)

    def _dismiss(self, box: Dialog) -> None:
        self.complaints.append(f"alert: {box.message}")
        box.dismiss()

    def close(self) -> None:
        for page in self._pages:
            if not page.is_closed():
                page.evaluate("localStorage.clear()")
                page.close()

    def check(self) -> None:
        """No page may load from another host or write to the console."""
        assert self.foreign == []
        assert self.complaints == []


@pytest.fixture(scope="session")
def shared_stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shared files. It is always the same one, because its home is prepared once for a folder."""
    return tmp_path_factory.mktemp("shared-films")


@pytest.fixture(scope="package")
def shared(
    tmp_path_factory: pytest.TempPathFactory, shared_stage: Path, shared_port: int
) -> Iterator[tuple[Library, str]]:
    """A served library for tests that change nothing."""
    folder = tmp_path_factory.mktemp("shared")
    films = demo_home.lay_out(shared_stage)
    with (
        demo_home.home(folder / "home", films) as library,
        server.make_server(library, port=shared_port).background() as running,
    ):
        yield library, running.url


class SharedSite(Site):
    """
    The shared dashboard. The first page of a test is that of the test before, at another address.

    A page with a selection or another appearance is closed with its test, and so is one that was asked for `fresh`.
    """

    def __init__(self, url: str, context: BrowserContext, kept: list[Page]) -> None:
        """`kept` has the page for the next test, if there is one."""
        super().__init__(url, context)
        self._kept, self._is_fresh = kept, False

    def visit(self, path: str = "/plan", *, width: int = 1280, theme: Any = "light", fresh: bool = False) -> Page:
        self._is_fresh |= fresh
        if fresh or not self._kept:
            return super().visit(path, width=width, theme=theme)
        page = self._kept.pop()
        self._follow(page)
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=theme)
        self.turn(page, path)
        return page

    def close(self) -> None:
        opened = [page for page in self._pages if not page.is_closed()]
        if opened and "/plan" in opened[0].url and opened[0].evaluate("sessionStorage.getItem('indexium.selection')"):
            opened[0].set_viewport_size({"width": 1280, "height": 860})
            self.turn(opened[0], "/plan")
            opened[0].keyboard.press("n")
            expect(opened[0].get_by_text("Nothing selected")).to_be_visible()
        is_reusable = not (self._is_fresh or self._kept or self.complaints)
        if opened and is_reusable and opened[0].evaluate(_IS_TIDY):
            first = opened[0]
            self._pages.remove(first)
            for event, listener in self._listeners.items():
                first.remove_listener(event, listener)
            self._kept.append(first)
        super().close()


@pytest.fixture(scope="module")
def kept_pages(context: BrowserContext) -> Iterator[list[Page]]:
    """The page that a test leaves to the next one. What other modules show in it would depend on their order."""
    del context  # is closed after the page
    pages: list[Page] = []
    yield pages
    for page in pages:
        page.close()


@pytest.fixture
def look(shared: tuple[Library, str], context: BrowserContext, kept_pages: list[Page]) -> Iterator[SharedSite]:
    """The shared dashboard, for tests without edits and writes."""
    site = SharedSite(shared[1], context, kept_pages)
    yield site
    site.close()
    site.check()


@pytest.fixture
def known(shared: tuple[Library, str]) -> Library:
    """The library behind `look`."""
    return shared[0]


@pytest.fixture
def serve(context: BrowserContext, port: int) -> Iterator[Callable[[Library], Site]]:
    """Serve libraries, for tests that write."""
    with contextlib.ExitStack() as stack:
        sites = []

        def start(library: Library) -> Site:
            running = stack.enter_context(server.make_server(library, port=port).background())
            site = Site(running.url, context)
            stack.callback(site.close)
            sites.append(site)
            close_home = library.close

            def close_pages_first(*how: Any) -> None:
                site.close()  # a page that asks a closed home would log an error
                close_home(*how)

            library.close = close_pages_first  # type: ignore[method-assign]
            return site

        yield start
    for site in sites:
        site.check()


@pytest.fixture
def site(library: Library, serve: Callable[[Library], Site]) -> Site:
    return serve(library)
