"""
From a click to the changed page, with 100,000 planned files: turn the page, select, filter, sort, open.

    python -m benchmarks.dashboard [--files 100000] [--times 30] [--dir FOLDER]

A real headless Chromium on the real dashboard; the files are those of `plan.py` (rows, no media). Times are taken in
the page itself, from the click until the new text is in the document, so they hold everything: event, SQL, message,
drawing.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from plan import fill
from playwright.sync_api import Page, sync_playwright

from dashboards import server
from indexium_core.library import Library
from indexium_core.store.database import Database

# Click what `find` finds, then wait until `seen` is another value than before; milliseconds.
_CLICK = """async ([find, seen]) => {
  const deep = (selector, root = document) => {
    const hit = root.querySelector(selector)
    if (hit) return hit
    for (const node of root.querySelectorAll('*')) {
      const found = node.shadowRoot && deep(selector, node.shadowRoot)
      if (found) return found
    }
    return null
  }
  const value = () => deep(seen)?.textContent
  const before = value(), start = performance.now()
  deep(find).click()
  while (value() === before) {
    if (performance.now() - start > 10000) throw new Error(`nothing happened on ${find}`)
    await new Promise(done => setTimeout(done, 1))
  }
  return performance.now() - start
}"""
_ROW, _COUNT, _FOOT = "[role=row][data-id] .file b", ".pager span", ".foot b"
_STEPS = {
    "next page": ("[data-act=page]:last-of-type", _COUNT),
    "select a file": ("[role=row][data-id] input", _FOOT),
    "risk chip": ("[data-act=risk]", _COUNT),
    "sort by file": ("[data-act=sort]", _ROW),
}


def measure(page: Page, times: int) -> dict[str, list[float]]:
    """Do every step so many times, in turn."""
    found: dict[str, list[float]] = {name: [] for name in _STEPS}
    for _ in range(times):
        for name, step in _STEPS.items():
            found[name].append(page.evaluate(_CLICK, list(step)))
            page.wait_for_timeout(30)
    return found


def run(home: Path, *, times: int, chromium: str) -> None:
    """Serve the home, look at it, and print."""
    with Library.open(home) as library, server.make_server(library).background() as running, sync_playwright() as play:
        library.plan()
        browser = play.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        start = time.perf_counter()
        page.goto(running.url + "/plan?sort=name")
        page.locator("[role=row][data-id]").first.wait_for()
        print(f"first page, cold browser: {time.perf_counter() - start:.2f} s")
        for name, figures in measure(page, times).items():
            print(f"{name:>14}: p50 {statistics.median(figures):5.0f} ms, p95 {_p95(figures):5.0f} ms")
        browser.close()


def _p95(figures: list[float]) -> float:
    return sorted(figures)[int(0.95 * (len(figures) - 1))]


def main() -> None:
    """Parse, fill, run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--dir", type=Path, default=None)
    given: Any = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("Chromium is not installed; this benchmark needs it.")
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        home = Path(folder) / "home"
        with Database.open(home) as database:
            fill(database, files=given.files, changing=True)
        run(home, times=given.times, chromium=chromium)


if __name__ == "__main__":
    main()
