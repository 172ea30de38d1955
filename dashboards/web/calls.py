"""`POST /call/{service.method}`: the scripts of a page call the library, see `dashboards/face.py`."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from dashboards.face import Answer, Calls
from dashboards.web.downloads import FileHandler, is_from_own_page

LARGEST = 1_000_000  # bytes of a body: the ids of a large selection


def routes(calls: Calls, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the address of the calls."""
    return [(r"/call/([a-z_]{1,40}\.[a-z_]{1,60})", LibraryCall, {"calls": calls, "pool": pool})]


class LibraryCall(FileHandler):
    """`POST /call/{service.method}`; `request_guard` has checked who sends it."""

    largest_body = LARGEST

    def initialize(self, calls: Calls, pool: Executor) -> None:  # type: ignore[override]
        self._calls, self._pool = calls, pool

    async def post(self, name: str) -> None:
        if not is_from_own_page(self.request):
            self.refuse(403, "Only the pages of this server may call it.")
            return
        if self.request.headers.get("Content-Type", "") != "application/json":
            self.refuse(415, "A call is a JSON object.")
            return
        answer: Answer = await self.on_thread(lambda: self._calls.answer(name, self.request.body))
        self.set_status(answer.status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(answer.body)
