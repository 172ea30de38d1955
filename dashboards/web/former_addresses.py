"""Addresses of former pages, which lead to the pages that took their place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher
from tornado.web import Application, RequestHandler

_KEPT = ("list", "page")  # of the address of the folders


def guard(application: Application) -> None:
    """Redirect from former addresses before the pages answer."""
    application.add_handlers(".*", [(_FoldersOfLibrary(), Folders)])


class Folders(RequestHandler):
    """`GET /library?show=folders`: the folders have a page of their own."""

    def get(self) -> None:
        kept = {name: value for name in _KEPT if (value := self.get_query_argument(name, ""))}
        self.redirect(f"/folders?{urlencode(kept)}" if kept else "/folders")

    head = get


class _FoldersOfLibrary(Matcher):
    """Matches the address of the library page when it showed folders, or a list of files above them."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        values = request.query_arguments
        is_meant = values.get("show") == [b"folders"] or values.get("shows") == [b"folders"] or "list" in values
        return {} if request.path.rstrip("/") == "/library" and is_meant else None
