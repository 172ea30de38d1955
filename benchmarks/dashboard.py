"""
The dashboard with 100,000 planned files: from a key or a click to the painted result.

    python -m benchmarks.dashboard [--files 100000] [--times 30] [--real 1000] [--dir FOLDER]

A headless Chromium shows the dashboard, which runs in a process of its own. The planned files are those of `plan.py`
(rows without media). There are also some small films on the disk. Every step is measured once while nothing else
happens, and once while these films are written and rolled back again and again.
The page takes the times (painted.js): from the time stamp of the event to the second animation frame after the change.
They include the message, the SQL statement, the answer, and painting. "New" is a search, filter or sort order that was
not used before, so that no result of it is kept; "used before" is the return to one that was. The limit of a row is
the goal for its 95th percentile; during a write it is one and a half times the figure without.
A slow line delays each answer by 200 ms. The messages of an action are its calls, their answers, and the frames of the
websocket (three for each message of Bokeh); their size is that of the bodies.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from benchmarks.plan import fill
from benchmarks.support import films, report
from benchmarks.support.timing import p95
from indexium_core.library import Library
from indexium_core.store.database import Database

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PAINTED = (Path(__file__).parent / "support" / "painted.js").read_text()
# Bytes of the project's own scripts and styles that the first page needs.
PARSED = """() => {
  const links = document.querySelectorAll("link[rel=modulepreload], link[rel=stylesheet], script[src*='/assets/']")
  const addresses = new Set([...links].map(each => each.href || each.src))
  const files = performance.getEntriesByType("resource").filter(({name}) => addresses.has(name))
  const sheets = [...indexiumSheets.keys()].map(name => document.querySelector(`[data-sheet="${name}"]`).textContent)
  return files.reduce((sum, {decodedBodySize}) => sum + decodedBodySize, 0) + sheets.join("").length
}"""
PAUSE = 120  # milliseconds between two steps of a fast person
# Milliseconds at p95, by the start of the step's name; the first match counts.
GOALS = {
    "page": 40,
    "click": 40,
    "move": 60,
    "select": 60,
    "search": 80,
    "filter": 80,
    "sort": 80,
    "Write pressed to first": 100,
    "confirm": 100,
}
OTHER_GOAL = 150
BUSY = 1.5  # times the figure without a write
LATENCY = 200  # milliseconds of a slow line
ROWS = "[role=grid] [role=row][data-row]"
CONFIRMED = 5  # most writes that are confirmed
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

Figures = dict[str, list[float]]  # step → milliseconds


class Driver:
    """Presses keys and clicks in a page, and measures the times."""

    def __init__(self, page: Page, figures: Figures) -> None:
        self.page, self.figures = page, figures

    def measure(self, step: str, value: str, act: Callable[[], object]) -> None:
        """Act, and wait until a value of the page (painted.js) has changed."""
        self.page.evaluate("value => painted.arm(value)", value)
        act()
        self.figures.setdefault(step, []).append(self.page.evaluate("() => painted.done()"))
        self.page.wait_for_timeout(PAUSE)

    def click(self, selector: str) -> Callable[[], None]:
        """Return a click on the middle of an element; it does not wait until the element is ready, which costs time."""
        return lambda: self.page.mouse.click(*self.page.evaluate("selector => painted.position(selector)", selector))

    def press(self, key: str) -> Callable[[], None]:
        return lambda: self.page.keyboard.press(key)


def measure(page: Page, times: int, first_number: int) -> Figures:
    """Measure every step several times; the numbers from `first_number` make each search a new one."""
    figures: Figures = {}
    driver = Driver(page, figures)
    _turn_and_click(driver, times)
    for _ in range(times):
        driver.measure("move", "cursor", driver.press("j"))
        driver.measure("select: the row", "mark", driver.press("x"))
        page.wait_for_timeout(5 * PAUSE)  # until the count includes the row
        driver.measure("move", "cursor", driver.press("j"))
        driver.measure("select: the count", "count", driver.press("x"))
        page.wait_for_timeout(5 * PAUSE)
    for _ in range(times):
        driver.measure("select all", "count", driver.press("a"))
        driver.measure("select none", "count", driver.press("n"))
    _search(driver, times, first_number)
    return figures


def measure_slow_line(page: Page, times: int) -> Figures:
    """Measure what must not wait for the library, on a line with a delay."""
    figures: Figures = {}
    session = page.context.new_cdp_session(page)
    conditions = {"offline": False, "latency": LATENCY, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", conditions)
    _turn_and_click(Driver(page, figures), times, pause=4 * LATENCY)
    session.send("Network.emulateNetworkConditions", conditions | {"latency": 0})
    session.detach()
    return figures


def _turn_and_click(driver: Driver, times: int, pause: int = 0) -> None:
    """Measure the steps whose rows and details are read ahead; `pause` (milliseconds) is the time to read them."""
    page = driver.page
    page.goto(page.url.partition("?")[0])
    page.evaluate("() => painted.first")
    for _ in range(times):
        page.wait_for_timeout(pause)
        driver.measure("page", "page", driver.click(".pager [data-act=page]:last-of-type"))
    for number in range(times):
        page.wait_for_timeout(pause)
        row = f"{ROWS}:nth-of-type({3 + number % 2})"  # one of two neighbours
        driver.measure("click on a row", "details", driver.click(row + " .file"))


def measure_action(page: Page) -> Iterator[report.Row]:
    """Ignore a finding of a check; yield how many messages come within the next second, and their size."""
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def count_frame(event: dict[str, Any]) -> None:
        sizes.append(len(event["response"]["payloadData"]))

    def count_call(response: Any) -> None:
        sizes.extend((len(response.request.post_data or ""), int(response.headers["content-length"])))

    page.goto(page.url.partition("/plan")[0] + "/checks")
    page.evaluate("() => painted.first")
    page.wait_for_timeout(20 * PAUSE)
    for direction in ("Received", "Sent"):
        session.on(f"Network.webSocketFrame{direction}", count_frame)
    page.on("response", count_call)
    page.keyboard.press("r")
    page.wait_for_timeout(10 * PAUSE)
    page.remove_listener("response", count_call)
    session.detach()
    page.goto(page.url.partition("/checks")[0] + "/plan")
    yield report.Row("dashboard: ignore a finding: messages", len(sizes), "messages", "goal", 4)
    yield report.Row("dashboard: ignore a finding: their bodies", sum(sizes) / 1000, "kB", "goal", 5)


def _search(driver: Driver, times: int, first_number: int) -> None:
    """Measure the steps that change the whole list."""
    box = driver.page.locator("input[aria-label^=Search]").first
    for number in range(times):
        box.fill(f'-"film {first_number + number}"')  # nearly all files match: the most expensive kind of search
        driver.measure("search, new", "result", driver.press("Enter"))
        driver.page.evaluate("document.activeElement.blur()")
        chip = driver.click(f"[data-act=risk][data-level={('safe', 'danger')[number % 2]}]")
        driver.measure("filter, new", "result", chip)
        driver.measure("filter, used before", "result", chip)
        sort = driver.click("[data-act=sort][data-sort=name]")
        driver.measure("sort, new", "order", sort)
        driver.measure("sort, new", "order", sort)
        driver.measure("sort, used before", "order", sort)
        driver.measure("sort, new", "order", driver.click("[data-act=sort][data-sort=risk]"))
        box.fill("")
        driver.measure("search, used before", "result", driver.press("Enter"))
        driver.page.evaluate("document.activeElement.blur()")


def measure_writes(page: Page, url: str, real: list[Path]) -> Figures:
    """For each of some films: select it, press *Write*, close the dialog, press *Write* again, and confirm."""
    figures: Figures = {}
    driver = Driver(page, figures)
    for path in real:
        page.goto(f'{url}/plan?q=name:"{path.stem}"')
        page.evaluate("() => painted.first")
        page.wait_for_timeout(5 * PAUSE)
        driver.press("a")()
        page.get_by_text("1 selected").wait_for()
        page.wait_for_timeout(5 * PAUSE)
        confirm = page.locator("dialog[open] button.primary")
        driver.measure("Write pressed to first visible reaction", "reaction", driver.press("w"))
        confirm.wait_for()
        page.keyboard.press("Escape")
        page.wait_for_timeout(5 * PAUSE)
        driver.measure("Write pressed to the dialog", "dialog", driver.press("w"))
        confirm.wait_for()
        page.wait_for_timeout(5 * PAUSE)  # until the dialog has its text
        driver.measure("confirm pressed to first visible reaction", "reaction", confirm.click)
        page.wait_for_timeout(10 * PAUSE)
    return figures


def figure_rows(figures: Figures, where: str, quiet: Figures | None = None) -> Iterator[report.Row]:
    """Yield one row for each step, beside its goal or, during a write, beside the figure without (`quiet`)."""
    for step, times in figures.items():
        if quiet is None:
            peer = "goal of p95"
            limit = next((value for start, value in GOALS.items() if step.startswith(start)), OTHER_GOAL)
        else:
            peer, limit = f"{BUSY} × quiet, p95", BUSY * p95(quiet[step])
        yield report.Row(f"{where}: {step}", statistics.median(times), "ms", peer, limit, p95(times))


class Service:
    """The process that serves the dashboard."""

    def __init__(self, process: subprocess.Popen[str], lines: IO[str]) -> None:
        self._process, self._lines = process, lines
        self.url = lines.readline().strip()

    def send(self, line: str) -> str:
        """Send a line and return the answer."""
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)
        return self._lines.readline().strip()

    def memory(self, name: str) -> float | None:
        """Return the resident memory (`VmRSS`) or its peak (`VmHWM`) in MB; None without /proc."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return None
        sizes = dict(line.split(":", 1) for line in status.read_text().splitlines() if line.startswith("Vm"))
        return int(sizes[name].split()[0]) / 1000


@contextmanager
def serving(home: Path, real: Path) -> Iterator[Service]:
    """Run the service within this block."""
    command = [sys.executable, "-m", "benchmarks.support.service", str(home), str(real)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Service(process, process.stdout)
        finally:
            process.stdin.close()
            process.wait(timeout=60)


def open_plan(browser: Browser, url: str, context: Any = None) -> tuple[Page, float]:
    """Open the plan in a new tab; return the tab, and the seconds from its navigation to its first painted rows."""
    context = context or browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.add_init_script(PAINTED)
    page.goto(url + "/plan")
    return page, page.evaluate("() => painted.first") / 1000


def open_plans(browser: Browser, service: Service, where: str) -> tuple[Page, list[report.Row]]:
    """Open the plan in several tabs; return the first tab, and the rows of the first page and of memory."""
    page, cold = open_plan(browser, service.url)
    others = [open_plan(browser, service.url) for _ in range(2)]
    page.wait_for_timeout(2000)
    memory = service.memory("VmRSS")
    for other, _ in others:
        other.context.close()
    again = [open_plan(browser, service.url, page.context) for _ in range(3)]
    for other, _ in again:
        other.close()
    page.bring_to_front()
    no_cache, warm = (min(seconds for _, seconds in each) for each in (others, again))
    rows = [
        report.Row(f"{where}: open /plan, service and browser just started", cold, "s", "goal", 1.0),
        report.Row(f"{where}: open /plan, empty browser cache", no_cache, "s", "goal", 1.0),
        report.Row(f"{where}: open /plan, warm", warm, "s", "goal", 0.6),
        report.Row(f"{where}: own scripts and styles of /plan", page.evaluate(PARSED) / 1000, "kB", "goal", 150),
    ]
    if memory is not None:
        rows.append(report.Row(f"{where}: memory with three sessions", memory, "MB", "goal", 300))
    return page, rows


def run(home: Path, real: Path, *, files: int, times: int, chromium: str) -> Iterator[report.Row]:
    """Serve the home, measure it, and yield the rows."""
    from playwright.sync_api import sync_playwright

    with serving(home, real) as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page, opened = open_plans(browser, service, f"dashboard, {files:,} files")
        yield from opened
        quiet = measure(page, times, 100)
        yield from figure_rows(quiet, "dashboard, quiet")
        yield from figure_rows(measure_slow_line(page, times), f"dashboard, line with {LATENCY} ms")
        yield from measure_action(page)
        service.send("write")
        started_at = time.perf_counter()
        page.wait_for_timeout(1000)
        yield from figure_rows(measure(page, times, 500), "dashboard, during a write", quiet)
        seconds = time.perf_counter() - started_at
        written = int(service.send("stop"))
        yield report.Row("dashboard, during a write: written or rolled back", written / seconds, "files/s")
        paths = sorted(real.glob("*.mp4"))[: min(times, CONFIRMED)]
        yield from figure_rows(measure_writes(page, service.url, paths), "dashboard")
        peak = service.memory("VmHWM")
        if peak is not None:
            yield report.Row("dashboard: peak of memory", peak, "MB")
        browser.close()


def prepare(folder: Path, *, files: int, real: int) -> tuple[Path, Path]:
    """Make a home with files without media and with some real films; return the home and the folder of the films."""
    home, root = folder / "home", folder / "films"
    with Database.open(home) as database:
        fill(database, files=files, changing=True)
        with database.atomic() as tx:  # the rows have ids of their own: those of the real films start after them
            tx.execute("SELECT max(nextval('ids')), max(nextval('file_ids')) FROM range($ids)", {"ids": 4 * files})
    paths = films.small_films(root, real)
    with Library.open(home) as library:
        library.scan([root])
        library.people.add(paths, ["Ann Lee", "Bob Ray"])
        library.plan()
    return home, root


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--real", type=int, default=1000, help="small films that are written during the measurement")
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Entry]:
    """Yield all rows, or an omission if a program is missing."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        yield report.Omission("dashboard", "Chromium is not installed.")
    elif find_spec("playwright") is None:
        yield report.Omission("dashboard", "The Python package playwright is not installed.")
    else:
        with tempfile.TemporaryDirectory(dir=options.dir, prefix="dashboard-benchmark-") as name:
            home, root = prepare(Path(name), files=options.files, real=options.real)
            yield from run(home, root, files=options.files, times=options.times, chromium=chromium)


if __name__ == "__main__":
    main()
