"""
API tokens in requests: which addresses they open, and which requests have a wrong one.

A token opens REST and the downloads that a script needs. It opens no page and no websocket.
"""

from __future__ import annotations

import re
from typing import Any

from tornado.httputil import HTTPServerRequest

from indexium_core import errors
from indexium_core.api import access
from indexium_core.api.problems import RECEIPTS
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import PLAN_READ
from indexium_core.model.accounts.tokens import PREFIX
from indexium_core.model.operations.actor import Actor

_REST = "/api/"
_DOWNLOADS = re.compile(r"/(files/(plan|query)\.|(media|thumbnail|poster|picture|collage|present-picture)/)")
_ENDED = Actor("token", "0")  # no token has this id
_WAIT = 300  # seconds for which an address with too many wrong tokens waits


def text_in(request: HTTPServerRequest) -> str:
    """Return the token that a request has, of an address that tokens open; "" without one."""
    if request.path.startswith(RECEIPTS):  # senders have secrets of their own
        return ""
    if request.path.startswith(_REST):
        return access.token_in(request.headers)
    if request.method not in {"GET", "HEAD"} or not _DOWNLOADS.match(request.path):
        return ""
    text = access.token_in(request.headers)
    return text if text.startswith(PREFIX) else ""  # a proxy may have left its own here


def actor_in(library: Library, request: HTTPServerRequest) -> Actor | None:
    """
    Return the program that sends a request, and note the request; None without a token.

    A token that ended after the guard has let its request pass may do nothing.
    """
    text = text_in(request)
    if not text:
        return None
    found = library.token_check.find(text, address=request.remote_ip or "")
    return _ENDED if found is None else found.actor


def is_valid(library: Library, request: HTTPServerRequest) -> bool | None:
    """Return whether the token of a request is one that has not ended; None without a token."""
    text = text_in(request)
    return library.token_check.find(text) is not None if text else None


def refusal(library: Library, request: HTTPServerRequest) -> dict[str, Any] | None:
    """Return the answer to a request with a wrong token, or a token that may not read downloads; None otherwise."""
    text = text_in(request)
    if not text:
        return None
    found = library.token_check.find(text)
    if found is None:
        if library.token_check.count_wrong(request.remote_ip or ""):
            headers = {"WWW-Authenticate": "Bearer"}
            return {"status": 401, "code": "unauthorized", "detail": access.NOT_VALID, "headers": headers}
        detail = "Too many wrong tokens were sent from this address. Wait five minutes, or send a right one."
        return {"status": 429, "code": "too_many", "detail": detail, "headers": {"Retry-After": str(_WAIT)}}
    if request.path.startswith(_REST):
        return None
    try:
        with library.acting_as(found.actor):
            library.authority.require(PLAN_READ)
    except errors.ForbiddenError as error:
        return {"status": error.http_status, "code": error.reason, "detail": error.message}
    return None
