"""The page of an unknown address, with a link to the plan."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher
from tornado.web import Application, RequestHandler

from dashboards import app, session
from dashboards.frame import plain
from indexium_core import errors
from indexium_core.library import Library

NO_PAGE = "There is no page at this address."
NO_FILE = "There is no file with this id. It was removed from the library or never scanned."


class NotFound(RequestHandler):
    """Answers every request with 404."""

    has_scripts = True  # inline scripts, see `request_guard`

    def initialize(self, sentence: str) -> None:
        self._sentence = sentence

    def prepare(self) -> None:
        self.set_status(404)
        self.set_header("Cache-Control", "no-store")
        self.finish(_page(self._sentence))

    def check_xsrf_cookie(self) -> None:
        """Skip the check: these routes change nothing."""


def guard(application: Application, library: Library) -> None:
    """Answer 404 at an address that no page and no file can have; `/track/ID` leads to a file in the plan."""
    application.add_handlers(
        ".*",
        [
            (_ImpossibleAddress(), NotFound, {"sentence": NO_PAGE}),
            (_NoFile(library), NotFound, {"sentence": NO_FILE}),
            (session.TRACK.pattern + "/?", Track),
        ],
    )


class Track(RequestHandler):
    """`GET /track/ID`: the address of one file."""

    def get(self, file_id: str) -> None:
        self.redirect(f"/plan?file={file_id}")

    head = get


class _ImpossibleAddress(Matcher):
    """
    Matches an address with a NUL, with bytes that are not UTF-8, or with a step out of its folder.

    The handlers of Tornado and Panel would fail there, or answer with other codes. REST has its own answer.
    """

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        path = unquote_to_bytes(request.path)
        try:
            is_impossible = "\0" in path.decode() or b".." in path.split(b"/")
        except UnicodeDecodeError:
            is_impossible = True
        return {} if is_impossible and not path.startswith(b"/api/") else None


class _NoFile(Matcher):
    """Matches the address of an unknown file."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        track = session.track(request.path)
        if track is None:
            return None
        try:
            return None if self._library.files.has(track) else {}
        except errors.IndexiumError:  # a page of the dashboard shows the error
            return None


@cache
def _page(sentence: str) -> str:
    return plain.page("Not found", sentence, [("Go to the plan", "/plan")], labels=app.TITLES, paths=app.PATHS)
