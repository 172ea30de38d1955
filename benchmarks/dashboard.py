"""
From a key or a click to the painted result, with 100,000 planned files.

    python -m benchmarks.dashboard [--files 100000] [--times 30] [--real 1000] [--dir FOLDER]

A real headless Chromium on the real dashboard, which runs as a process of its own. The planned files are those of
`plan.py` (rows in the database, no media); beside them lie some real small films, written and taken back over
and over, while everything is measured once more. Times are taken in the page (painted.js): from the event's own time to
the second animation frame after the change, so they hold everything: event, message, SQL, answer, drawing, painting.
"First" is a search that nobody made before, so nothing of it is remembered; "again" is the way back to one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import films
from benchmarks.plan import fill
from indexium_core.library import Library
from indexium_core.store.database import Database

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PAINTED = (Path(__file__).parent / "painted.js").read_text()
PAUSE = 120  # milliseconds between two steps: a quick hand
TARGETS = {"page": 60, "move": 60, "select": 60, "select all": 60}  # milliseconds at p95; the others 150
GRID = "[role=grid][aria-label='Planned changes']"

Figures = dict[str, list[float]]


class Hand:
    """Presses keys and clicks in one page, and takes the times."""

    def __init__(self, page: Page, figures: Figures) -> None:
        self.page, self.figures = page, figures

    def time(self, name: str, value: str, act: Callable[[], object]) -> None:
        """Do something and wait until a value of the page (painted.js) is another one."""
        self.page.evaluate("value => painted.arm(value)", value)
        act()
        self.figures.setdefault(name, []).append(self.page.evaluate("() => painted.done()"))
        self.page.wait_for_timeout(PAUSE)

    def click(self, selector: str) -> Callable[[], None]:
        """Return a click on the middle of an element: no look whether it may be clicked, which would cost time."""
        return lambda: self.page.mouse.click(*self.page.evaluate("found => painted.place(found)", selector))

    def press(self, key: str) -> Callable[[], None]:
        return lambda: self.page.keyboard.press(key)

    def find(self, text: str) -> None:
        """Search without taking the time."""
        self.page.get_by_role("searchbox").or_(self.page.get_by_role("combobox", name="Search")).first.fill(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(600)
        self.page.evaluate("document.activeElement.blur()")


def measure(page: Page, times: int, begin: int) -> Figures:
    """Do every step so many times; searches are numbered from `begin`, so that none is made twice."""
    figures: Figures = {}
    hand = Hand(page, figures)
    page.goto(page.url.partition("?")[0])
    page.evaluate("() => painted.first")
    for _ in range(times):
        hand.time("page", "page", hand.click(".pager [data-act=page]:last-of-type"))
    page.mouse.click(*page.evaluate("found => painted.place(found)", ".pager > span"))
    for _ in range(times):
        hand.time("move", "cursor", hand.press("j"))
        hand.time("select: the row", "mark", hand.press("x"))
        page.wait_for_timeout(5 * PAUSE)  # until it is counted in
        hand.time("move", "cursor", hand.press("j"))
        hand.time("select: the count", "count", hand.press("x"))
        page.wait_for_timeout(5 * PAUSE)
    for _ in range(times):
        hand.time("select all", "count", hand.press("a"))
        hand.time("select none", "count", hand.press("n"))
    for number in range(times):
        hand.time("open details", "details", hand.press("Enter"))
        hand.time("move with details", "details", hand.press("j" if number % 20 < 10 else "k"))
        page.keyboard.press("Escape")
        page.wait_for_timeout(PAUSE)
    _search(hand, times, begin)
    return figures


def _search(hand: Hand, times: int, begin: int) -> None:
    """Time what changes the list as a whole."""
    box = hand.page.locator("input[aria-label^=Search]").first
    for number in range(times):
        # Nearly everything matches, and never the same search twice: as expensive as a search can be.
        box.fill(f'-"film {begin + number}"')
        hand.time("search, first", "found", hand.press("Enter"))
        hand.page.evaluate("document.activeElement.blur()")
        chip = hand.click(f"[data-act=risk][data-level={('safe', 'warning', 'danger', 'blocked')[number % 4]}]")
        hand.time("filter chip, first", "found", chip)
        hand.time("filter chip, again", "found", chip)
        sort = hand.click("[data-act=sort][data-sort=name]")
        hand.time("sort, first", "order", sort)
        hand.time("sort, first", "order", sort)
        hand.time("sort, again", "order", sort)
        hand.time("sort, first", "order", hand.click("[data-act=sort][data-sort=risk]"))
        box.fill("")
        hand.time("search, again", "found", hand.press("Enter"))
        hand.page.evaluate("document.activeElement.blur()")


def show(figures: Figures) -> None:
    """Print a table."""
    print(f"    {'':<24}{'p50':>8}{'p95':>8}{'max':>8}  target")
    for name, times in figures.items():
        target = next((value for key, value in TARGETS.items() if name == key or name.startswith(f"{key}:")), 150)
        p95 = _p95(times)
        verdict = "" if p95 < target else "  missed"
        print(f"    {name:<24}{statistics.median(times):>8.0f}{p95:>8.0f}{max(times):>8.0f}  {target}{verdict}")


def _p95(figures: list[float]) -> float:
    return sorted(figures)[int(0.95 * (len(figures) - 1))]


class Service:
    """The dashboard in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], lines: IO[str]) -> None:
        self._process, self._lines = process, lines
        self.url = lines.readline().strip()

    def say(self, line: str) -> str:
        """Send a line and return the answer."""
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)
        return self._lines.readline().strip()

    def memory(self) -> str:
        """Return the resident memory and its peak."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return "unknown (no /proc)"
        sizes = dict(line.split(":", 1) for line in status.read_text().splitlines() if line.startswith("Vm"))
        return f"{int(sizes['VmRSS'].split()[0]) / 1000:.0f} MB, peak {int(sizes['VmHWM'].split()[0]) / 1000:.0f} MB"


@contextmanager
def serving(home: Path, real: Path) -> Iterator[Service]:
    """Run the service for the length of a `with` block."""
    command = [sys.executable, "-m", "benchmarks.service", str(home), str(real)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Service(process, process.stdout)
        finally:
            process.stdin.close()
            process.wait(timeout=60)


def opened(browser: Browser, url: str, context: Any = None) -> tuple[Page, float]:
    """Open the plan in a new tab; returns it and the seconds from its navigation to its first painted rows."""
    context = context or browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.add_init_script(PAINTED)
    page.goto(url + "/plan")
    return page, page.evaluate("() => painted.first") / 1000


def run(home: Path, real: Path, *, times: int, chromium: str) -> None:
    """Serve the home, look at it, and print."""
    with serving(home, real) as service, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page, cold = opened(browser, service.url)
        print(f"first page: {cold:.2f} s, service and browser just started")
        others = [opened(browser, service.url) for _ in range(2)]
        print(f"first page: {min(seconds for _, seconds in others):.2f} s with an empty cache", end=", ")
        page.wait_for_timeout(2000)
        memory = service.memory()
        for other, _ in others:
            other.context.close()
        again = [opened(browser, service.url, page.context) for _ in range(3)]
        for other, _ in again:
            other.close()
        print(f"{min(seconds for _, seconds in again):.2f} s as usual")
        print(f"memory with three sessions open: {memory}")
        page.bring_to_front()
        print("\n  nothing else happens (milliseconds)")
        show(measure(page, times, 100))
        service.say("write")
        started = time.perf_counter()
        page.wait_for_timeout(1000)
        print("\n  while files are written and taken back")
        show(measure(page, times, 500))
        seconds = time.perf_counter() - started
        written = int(service.say("stop"))
        print(f"    {written:,} files written or taken back meanwhile, {written / seconds:.0f}/s")
        print(f"memory afterwards: {service.memory()}")
        browser.close()


def prepare(folder: Path, *, files: int, real: int) -> tuple[Path, Path]:
    """Make a home of made-up files and, in a library beside them, some real ones; returns home and library."""
    home, root = folder / "home", folder / "films"
    with Database.open(home) as database:
        fill(database, files=files, changing=True)
        with database.atomic() as tx:  # made-up rows have made-up ids: those of the real ones begin behind them
            tx.execute("SELECT max(nextval('ids')), max(nextval('file_ids')) FROM range($ids)", {"ids": 4 * files})
    root.mkdir()
    clip = folder / "clip.mp4"
    command = [*films.FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", "-c:v", "mpeg4", str(clip)]
    subprocess.run(command, check=True)
    data = bytearray(clip.read_bytes())
    place = data.index(b"mdat") + 200
    for number in range(real):
        data[place : place + 4] = number.to_bytes(4, "big")  # another film each, so that people differ
        path = root / f"{number:05}.mp4"
        path.write_bytes(data)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    with Library.open(home) as library:
        library.scan([root])
        library.people.add(sorted(root.glob("*.mp4")), ["Ann Lee", "Bob Ray"])
        library.plan()
    return home, root


def main() -> None:
    """Parse, prepare, run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--real", type=int, default=1000, help="real small films that are written meanwhile")
    parser.add_argument("--dir", type=Path, default=Path.cwd(), help="where the home is made; not a tmpfs")
    given: Any = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("Chromium is not installed; this benchmark needs it.")
    with tempfile.TemporaryDirectory(dir=given.dir, prefix="dashboard-benchmark-") as name:
        print(f"{given.files:,} planned files, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        home, root = prepare(Path(name), files=given.files, real=given.real)
        run(home, root, times=given.times, chromium=chromium)


if __name__ == "__main__":
    main()
