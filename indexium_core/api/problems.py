"""Errors as problem documents (RFC 9457): one sentence for a person, a stable code for a program."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match
from tornado.iostream import StreamClosedError

from indexium_core import errors
from indexium_core.api import wire
from indexium_core.api.answers import waiting
from indexium_core.api.streams import IncompleteStreamError
from indexium_core.model import shapes

logger = logging.getLogger(__name__)

CALLS = "/api/library/"  # calls by commands; they need the token
RECEIPTS = "/api/webhooks/"  # events of senders; they have secrets of their own

# Codes of the service itself. docs/errors.md lists the codes of the library.
CODES: Mapping[str, str] = {
    "bad_request": "the request is malformed",
    "unauthorized": "a sign-in is missing, or the token is wrong, was revoked, or has ended",
    "forbidden": "the request comes from a page of another origin",
    "unknown_host": "the Host header names another host",
    "unknown_address": "no resource exists at this address",
    "method_not_allowed": "the resource does not support this method",
    "not_json": "the body is not sent as application/json",
    "too_slow": "the body arrives too slowly, or not at all",
    "too_large": "the body is larger than the service accepts",
    "invalid_request": "a field or a parameter is missing, unknown or invalid",
    "key_reused": "the Idempotency-Key was used for a different request",
    "too_many": "too many started jobs or wrong tokens (Retry-After has the seconds to wait), or queries at once",
    "internal": "the service failed; its log shows the cause",
}
_OF_STATUS = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "unknown_address"}
_OF_STATUS |= {405: "method_not_allowed", 413: "too_large", 415: "not_json", 422: "invalid_request", 429: "too_many"}


# The error response in the OpenAPI description of every route.
DESCRIBED: Mapping[int | str, dict[str, Any]] = {
    "default": {
        "description": "An error, as a problem document (RFC 9457)",
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail", "code"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string", "description": "A sentence for a person."},
                        "code": {"type": "string", "description": "For a program; stable."},
                    },
                }
            }
        },
    }
}


class ProblemAnswer(Exception):  # noqa: N818 - named like the document
    """An error that the service itself answers."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers, self.more = status, code, detail, dict(headers or {}), more


def answer(status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Return a problem document; `more` are extra fields."""
    body = {
        "type": f"urn:indexium:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    text = json.dumps(body, default=shapes.plain)
    return Response(text, status, dict(headers or {}), media_type="application/problem+json")


def of_error(error: errors.IndexiumError, /, **more: Any) -> Response:
    """Return the problem document of an error of the library."""
    if isinstance(error, errors.QueryError):
        more = {"position": error.position, "word": error.word, **more}
    return answer(error.http_status, error.reason, error.message, **more)


def install(app: FastAPI) -> None:
    """Install handlers that answer each error with a problem document."""
    app.add_exception_handler(errors.IndexiumError, _library)
    app.add_exception_handler(ProblemAnswer, _own)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _library(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.IndexiumError)
    if isinstance(error, errors.ApprovalNeededError) and not request.url.path.startswith(CALLS):
        return waiting(error.approval_id, error.message)
    if error.http_status >= 500:
        logger.error("api.refused", extra={"error": error.reason}, exc_info=error)
    if request.url.path.startswith(CALLS):
        return of_error(error, error=wire.error_to_wire(error))  # the command raises the error again
    return of_error(error)


def _own(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemAnswer)
    return answer(error.status, error.code, error.detail, headers=error.headers, **error.more)


def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [{"field": _field(each["loc"]), "message": each["msg"]} for each in error.errors()]
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return answer(400, "bad_request", "The body is not valid JSON.")
    named = "; ".join(f"{each['field']}: {each['message']}" for each in found[:3])
    return answer(422, "invalid_request", f"The request is invalid: {named}.", errors=found)


def _field(place: Sequence[Any]) -> str:
    return ".".join(str(part) for part in place[1:]) or str(place[0])


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _OF_STATUS.get(error.status_code, "bad_request")
    sentences = {
        404: f"No resource exists at {request.url.path}. /api/docs lists all addresses.",
        405: f"{request.url.path} does not support {request.method}.",
        400: "The body cannot be read.",
    }
    detail = sentences.get(error.status_code, str(error.detail))
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    return answer(error.status_code, code, detail, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods of an address. Each method has its own route; the framework names only one of the methods."""

    def is_there(method: str) -> bool:
        scope = {**request.scope, "method": "GET" if method == "HEAD" else method}
        return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)

    return ", ".join(filter(is_there, ("DELETE", "GET", "HEAD", "PATCH", "POST")))


def _unexpected(request: Request, error: Exception) -> Response:
    # The client disconnected, or the cause is logged already.
    if not isinstance(error, StreamClosedError | ClientDisconnect | IncompleteStreamError):
        what = f"{request.method} {request.url.path}"
        logger.error("api.unexpected", extra={"user_action": what}, exc_info=error)
    return answer(500, "internal", "The service failed; its log shows the cause. No file was left half-written.")
