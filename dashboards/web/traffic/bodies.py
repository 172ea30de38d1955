"""
The size and the time of the body of each request, which are decided before the body is read.

A handler that reads a body in pieces has its own limit. Every other handler gets the whole body at once, so that body
is short: it is a form, or at most `largest_body` bytes of the handler for a sender who is known.
"""

from __future__ import annotations

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from indexium_core.api.asgi import DROPPED, announced

FORM = 16_384  # bytes of a body that is kept in memory
SPARE = 1_000_000  # bytes above it that are read and dropped, so that the client receives the refusal
SECONDS = 10.0  # for the body of a form, and for that of a sender who is not known


def is_streamed(handler: type[RequestHandler]) -> bool:
    """Return whether a handler reads the body in pieces."""
    return bool(getattr(handler, "_stream_request_body", False))


def limit(request: HTTPServerRequest, handler: type[RequestHandler], *, is_known: bool, is_dropped: bool) -> bool:
    """
    Limit the body of a request, and return whether it is short enough for its handler.

    `is_known`: somebody who may use the service sends it. `is_dropped`: the handler keeps nothing of the body.
    """
    connection = request.connection
    is_form = not is_streamed(handler)
    if is_form or is_dropped or not is_known:
        connection.set_body_timeout(SECONDS)
    if is_dropped:
        connection.set_max_body_size(DROPPED)
    elif is_form:
        largest = getattr(handler, "largest_body", FORM) if is_known else FORM
        connection.set_max_body_size(largest)  # of a body in chunks, whose length nobody announces
        return announced(request) <= largest
    return True
