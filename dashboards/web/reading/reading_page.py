"""
Plan, jobs and history as plain pages: for browsers that reach the service without websockets.

They show what the first columns of the real pages show, and change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, NamedTuple

from tornado.web import RequestHandler

from dashboards import status_words
from dashboards.frame import plain
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import job_words, wording
from indexium_core.model.job import Job
from indexium_core.model.operations.actor import carry_actor

ADDRESS = "/reading"
_ROWS = 50  # of a page
_MOST = 10**7  # the last page that an address may name


class _Table(NamedTuple):
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: int
    thing: str  # what a row is, in the singular


def _plan(library: Library, number: int) -> _Table:
    page = library.plan().page(number, per_page=_ROWS)
    rows = [
        [
            item.file_name,
            item.folder or item.library,
            item.risk_level,
            wording.list_of(item.result_people, most=5) if item.result_people else "",
            " ".join(issue.message for issue in item.issues[:3]),
        ]
        for item in page.items
    ]
    return _Table(("File", "Folder", "Risk", "People", "Notes"), rows, page.total, "file")


def _state_of(job: Job) -> str:
    found = job_words.state(job)
    return status_words.STATUS.get(found, (found,))[0]


def _jobs(library: Library, number: int) -> _Table:
    page = library.jobs.list((), (), number, _ROWS)
    rows = [[str(job.id), job_words.name(job), _state_of(job), job_words.sentence(job)] for job in page.items]
    return _Table(("Job", "Name", "State", "What it does"), rows, page.total, "job")


def _history(library: Library, number: int) -> _Table:
    page = library.history(page=number, per_page=_ROWS)
    rows = [
        [
            str(each.id),
            each.kind_name,
            each.user_note or "",
            status_words.STATUS[each.status][0],
            wording.when(each.started_at) if each.started_at else "",
        ]
        for each in page.items
    ]
    return _Table(("Operation", "Kind", "Note", "Result", "Started"), rows, page.total, "operation")


_PAGES: Mapping[str, tuple[str, Callable[[Library, int], _Table]]] = {
    "plan": ("Plan", _plan),
    "jobs": ("Jobs", _jobs),
    "history": ("History", _history),
}


def routes(library: Library, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the addresses of the pages; the first one is the plan."""
    names = {ADDRESS: "plan"} | {f"{ADDRESS}/{name}": name for name in _PAGES}
    return [(path, ReadingPage, {"library": library, "pool": pool, "name": name}) for path, name in names.items()]


class ReadingPage(RequestHandler):
    """`GET /reading/PAGE?page=N`: one page of rows. The browser asks again for the newest ones."""

    has_scripts = True  # of the theme, see `request_guard`

    def initialize(self, library: Library, pool: Executor, name: str) -> None:
        self._library, self._pool, self._name = library, pool, name

    async def get(self) -> None:
        title, read = _PAGES[self._name]
        text = self.get_query_argument("page", "1")
        number = min(max(1, int(text)), _MOST) if text.isdecimal() and len(text) < 9 else 1
        table, problem = None, ""

        def rows() -> tuple[_Table, int]:
            found = read(self._library, number)
            last = _last(found)
            return (found, number) if number <= last else (read(self._library, last), last)

        try:
            table, number = await asyncio.get_running_loop().run_in_executor(self._pool, carry_actor(rows))
        except errors.IndexiumError as error:
            self.set_status(error.http_status)
            problem = error.message
        self.set_header("Cache-Control", "no-store")
        self.finish(_page(self._name, title, number, table, problem))

    head = get


def _last(table: _Table) -> int:
    return max(1, -(-table.total // _ROWS))


def _page(name: str, title: str, number: int, table: _Table | None, problem: str) -> str:
    last = _last(table) if table else 1
    return plain.template("reading.html").render(
        name=name,
        title=title,
        names={each: label for each, (label, _) in _PAGES.items()},
        address=ADDRESS,
        style=plain.frame_style(),
        table=table,
        problem=problem,
        count=wording.plural(table.total, table.thing) if table else "",
        number=number,
        last=last,
    )
