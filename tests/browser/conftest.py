"""A real Chromium on the real dashboard on real files: the demo library, made once and copied for each test."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect, sync_playwright

from dashboards.web import server
from indexium_core import demo, errors
from indexium_core.flows.writing import editing, protocol
from indexium_core.library import Library
from indexium_core.store.operations.ledger import ItemRecord
from tests.support import media as films
from tests.support.oracles import oracle

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SLOW = 20_000  # milliseconds that a busy machine may take for anything
expect.set_options(timeout=SLOW)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.path)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            # A machine with two cores may leave a browser without any for seconds. Whatever fails twice is broken.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for this folder's tests, and for no other: Playwright runs an event loop in the tests' own thread."""
    path = oracle("chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's files, made once; nobody writes into them."""
    folder = tmp_path_factory.mktemp("clips") / "demo"
    films.demo(folder)
    return folder


@pytest.fixture
def media(clips: Path, tmp_path: Path) -> Path:
    """The demo's files for one test, to be written into."""
    folder = tmp_path / "demo"
    shutil.copytree(clips, folder, copy_function=shutil.copy2)
    return folder


@pytest.fixture
def library(media: Path, tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        demo.prepare(opened, media)
        yield opened


class Gate:
    """Holds every file that is to be written until it is opened, and can refuse some."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.refused: set[bytes] = set()
        self._edit = editing.edit

    def __call__(self, task: Any, undo: Any, policy: Any, *more: Any) -> editing.EditResult:
        self.opened.wait(60)
        if task.path.rsplit(b"/", 1)[-1] in self.refused:
            refusal = errors.ConflictError("The file is open in another program.", code="in_use")
            return editing.EditResult(
                task=task, record=ItemRecord(result=protocol.failure_result(task, refusal, started=0.0))
            )
        return self._edit(task, undo, policy, *more)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(editing, "edit", made)
    yield made
    made.opened.set()


@pytest.fixture
def empty_library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "empty") as opened:
        yield opened


@pytest.fixture(scope="package")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One profile for all tests, so that scripts are fetched and compiled once."""
    made = browser.new_context()
    made.set_default_timeout(SLOW)
    yield made
    made.close()


@pytest.fixture(scope="session")
def port() -> int:
    """One port for all tests: to a browser, another port is another site with nothing in its cache."""
    return server.free_port("127.0.0.1", 0)


class Site:
    """A served dashboard, and pages that look at it."""

    def __init__(self, url: str, context: BrowserContext) -> None:
        self.url = url
        self._context = context
        self._pages: list[Page] = []
        self.foreign: list[str] = []  # requests to anybody else
        self.complaints: list[str] = []  # what the browser's console calls an error

    def visit(self, path: str = "/plan", *, width: int = 1280, theme: Any = "light") -> Page:
        """Open a page and wait until its frame is there."""
        page = self._context.new_page()
        self._pages.append(page)
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=theme)
        page.route(lambda address: not address.startswith(self.url), self._refuse)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("dialog", self._dismiss)
        page.goto(self.url + path)
        page.get_by_role("link", name="History").wait_for()
        return page

    def _refuse(self, route: Route) -> None:
        self.foreign.append(route.request.url)
        route.abort()

    def _dismiss(self, box: Dialog) -> None:
        self.complaints.append(f"alert: {box.message}")
        box.dismiss()

    def close(self) -> None:
        for page in self._pages:
            if not page.is_closed():
                page.evaluate("localStorage.clear()")
                page.close()

    def check(self) -> None:
        """Every page must have kept to its own server and to a quiet console."""
        assert self.foreign == []
        assert self.complaints == []


@pytest.fixture(scope="package")
def shared(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, str]]:
    """A served library for tests that change nothing."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(clips, folder / "demo")
    with Library.open(folder / "home") as library:
        demo.prepare(library, folder / "demo")
        with server.make_server(library, port=0).background() as running:
            yield library, running.url


@pytest.fixture
def look(shared: tuple[Library, str], context: BrowserContext) -> Iterator[Site]:
    """The shared dashboard, to be looked at: no edit, no write."""
    site = Site(shared[1], context)
    yield site
    site.close()
    site.check()


@pytest.fixture
def known(shared: tuple[Library, str]) -> Library:
    """The library behind `look`."""
    return shared[0]


@pytest.fixture
def serve(context: BrowserContext, port: int) -> Iterator[Callable[[Library], Site]]:
    """Serve libraries, to be written to."""
    with contextlib.ExitStack() as stack:
        sites = []

        def start(library: Library) -> Site:
            running = stack.enter_context(server.make_server(library, port=port).background())
            site = Site(running.url, context)
            stack.callback(site.close)
            sites.append(site)
            return site

        yield start
    for site in sites:
        site.check()


@pytest.fixture
def site(serve: Callable[[Library], Site], library: Library) -> Site:
    return serve(library)
