"""
The service of several people: sign-in, checks of permissions, and answers beside many sessions and streams.

    python -m benchmarks.service [--files 100000] [--people 50] [--reads 60] [--real 3000] [--dir FOLDER]

The service runs in a process of its own, with a plan of many files (rows without media) and some real films. Each
person is signed in and follows the events. Answers are measured while nothing else happens, and while the real films
are written and rolled back. Then each person opens the page of the plan, and the answers are measured again. Pages are
not open during the write: the browser would take processor time from the service. The cost of the check is that of
calls by a person against the same calls without a person, in this process.
"""

from __future__ import annotations

import argparse
import http.client
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import sync_playwright

from benchmarks.dashboard import CHROMIUM, FLAGS, Service, prepare, serving
from benchmarks.support import report
from benchmarks.support.timing import p95, seconds
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor

NAME, PASSWORD = "Person {}", "correct horse battery"
ROUTES = ("/api/jobs/counts", "/api/metadata/plan?per_page=50", "/api/metadata/history?per_page=50")
SIGN_IN_GOAL, ANSWER_GOAL, CALL_GOAL, MEMORY_GOAL = 400.0, 50.0, 1.0, 1000.0  # milliseconds, and MB
MOST_TIMES_GOAL, MOST_TIMES_UNCHECKED = 2.5, 1.03
_PAUSE = 0.02  # seconds between two reads
_CALLS = 2000


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--reads", type=int, default=60)
    parser.add_argument("--real", type=int, default=3000, help="small films that are written during the measurement")
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Entry]:
    """Yield all rows, or an omission if a program is missing."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        yield report.Omission("service", "Chromium is not installed.")
        return
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="service-benchmark-") as name:
        home, films = prepare(Path(name), files=options.files, real=options.real)
        with Library.open(home) as library:
            for number in range(options.people):
                library.users.add(NAME.format(number), PASSWORD, role="admin")
            yield from checks(library, options.files)
        with serving(home, films) as service:
            yield from answers(service, options, chromium)


def checks(library: Library, files: int) -> Iterator[report.Row]:
    """Yield the cost of the check of permissions: of one call, and of a page of the plan."""
    person = Actor("user", "1", NAME.format(0))

    def calls() -> float:
        return 1000 * seconds(lambda: [library.authority.require("plan.read") for _ in range(_CALLS)]) / _CALLS

    with library.acting_as(person):
        calls()
        yield report.Row("check of a permission", calls(), "ms", "goal of a call", CALL_GOAL)
    library.plan().page(1)
    pairs = []
    for _ in range(60):  # in turns, so that both meet the same machine
        unchecked = seconds(lambda: library.plan().page(1))
        with library.acting_as(person):
            pairs.append((unchecked, seconds(lambda: library.plan().page(1))))
    without, with_check = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    work = f"page of the plan of {files:,} files, of a person"
    yield report.Row(work, with_check, "ms", "without a person × 1.03", without * MOST_TIMES_UNCHECKED)


def answers(service: Service, options: argparse.Namespace, chromium: str) -> Iterator[report.Row]:
    """Yield the times of the sign-in, of answers beside the sessions of all people, and the memory."""
    names = [NAME.format(number) for number in range(options.people)]
    cookies, times = [], []
    for name in names:
        started_at = time.perf_counter()
        cookies.append(sign_in(service.url, name))
        times.append(1000 * (time.perf_counter() - started_at))
    yield report.Row("sign-in", statistics.median(times), "ms", "goal of p95", SIGN_IN_GOAL, p95=p95(times))

    with ExitStack() as stack:
        for cookie in cookies:
            stack.enter_context(following(service.url, cookie))
        read(service.url, cookies[0], 3)
        quiet = read(service.url, cookies[0], options.reads)
        service.send("write")
        busy = read(service.url, cookies[0], options.reads)
        service.send("stop")
        stack.enter_context(open_pages(service.url, cookies, chromium))
        with_pages = read(service.url, cookies[0], options.reads)
        memory = service.memory("VmRSS")
    where = f"{options.people} sessions and streams, {options.files:,} files"
    for route in ROUTES:
        yield answer_row(f"{route}: {where}", quiet[route], "goal of p95", ANSWER_GOAL)
        yield answer_row(f"{route}: during a write", busy[route], "goal of p95 × 2.5", ANSWER_GOAL * MOST_TIMES_GOAL)
        yield answer_row(f"{route}: each person has a page open", with_pages[route], "goal of p95", ANSWER_GOAL)
    if memory is not None:
        yield report.Row(f"memory of the service with {options.people} open pages", memory, "MB", "goal", MEMORY_GOAL)


def answer_row(work: str, times: list[float], peer: str, limit: float) -> report.Row:
    """Return the row of the answers of a route."""
    return report.Row(work, statistics.median(times), "ms", peer, limit, p95=p95(times))


def sign_in(url: str, name: str) -> str:
    """Sign in with the form of the page, and return the cookie."""
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": url}
    connection.request("POST", "/sign-in", urlencode({"name": name, "password": PASSWORD, "next": "/"}), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    cookie = answer.getheader("Set-Cookie")
    if cookie is None:
        raise RuntimeError(f"The sign-in of {name} was answered with {answer.status}.")
    return cookie.partition(";")[0]


def read(url: str, cookie: str, reads: int) -> dict[str, list[float]]:
    """Read each route, one after the other, and return the milliseconds of each answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    found: dict[str, list[float]] = {route: [] for route in ROUTES}

    def get(route: str) -> None:
        connection.request("GET", route, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{route} was answered with {answer.status}.")

    for _ in range(reads):
        for route, times in found.items():
            times.append(1000 * seconds(lambda route=route: get(route)))
            time.sleep(_PAUSE)
    connection.close()
    return found


@contextmanager
def following(url: str, cookie: str) -> Iterator[None]:
    """Read the stream of events until the end of the block."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
    connection.request("GET", "/api/events", headers={"Cookie": cookie, "Accept": "text/event-stream"})
    answer = connection.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"The stream of events was answered with {answer.status}.")
    is_over = threading.Event()

    def follow() -> None:
        try:
            while answer.read1(65_536):
                pass
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            if not is_over.is_set():
                raise

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def open_pages(url: str, cookies: list[str], chromium: str) -> Iterator[None]:
    """Keep a page of the plan open in a browser of each person until the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for cookie in cookies:
            name, _, value = cookie.partition("=")
            context = browser.new_context(viewport={"width": 1280, "height": 860})
            context.add_cookies([{"name": name, "value": value, "url": url}])
            page = context.new_page()
            page.goto(f"{url}/plan")
            page.wait_for_selector("[role=row]", timeout=60_000)
        yield
        browser.close()


if __name__ == "__main__":
    main()
