"""
What the scripts of `assets/face` get from the server: their modules, and the answers to their calls.

A script calls a method of the library that is marked as `remote`. The body of a call is `{"args": {…}, "want": {…},
"also": [[name, args, want], …], "once": "…"}`, all optional. `want` names the attributes of the value that are sent,
see `shapes.wanted`. `also` are reads that are answered after the method: what it has changed comes with its own answer.
A call with the same `once` as an earlier one runs no second time, and has the answer of that one: a page sends it again
when the connection was lost.

The answer is `{"value": …, "also": […], "event": 17}`, with the id of the newest event before its last read, or
`{"error": "sentence", "code": "…"}` with the status of the error. It has no `also` if one of these reads fails.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from importlib import resources
from typing import Any, NamedTuple

from dashboards.bridge import UNEXPECTED
from dashboards.components.base import proper
from dashboards.session_account import SessionAccount
from dashboards.status_words import STATUS
from indexium_core import errors
from indexium_core.library import Library, remote_calls
from indexium_core.model.accounts.needs import HOME, rule_of
from indexium_core.model.accounts.permissions import ROLE_WORDS
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.shapes import plain, wanted

logger = logging.getLogger(__name__)

MOST_KEPT = 1_000  # answers to calls that may be sent again
LONGEST_WAIT = 60.0  # seconds that a repeated call waits for the end of the first one
_ONCE = re.compile(r"[0-9a-f]{32}")


class Answer(NamedTuple):
    """An answer, as it is sent."""

    status: int
    body: bytes


class Calls:
    """Answers the calls of all pages of a process."""

    def __init__(self, library: Library) -> None:
        self._library, self._lock = library, threading.Lock()
        self._kept: OrderedDict[tuple[str, str, str], Future[Answer]] = OrderedDict()

    def answer(self, name: str, body: bytes) -> Answer:
        """Return the answer to a call; it never raises an error."""
        try:
            facts = proper(json.loads(body or b"{}"))
            once = facts.get("once")
        except (ValueError, AttributeError, RecursionError):
            return _failure(errors.UsageError("The body of a call is a JSON object."))
        if not isinstance(once, str) or not _ONCE.fullmatch(once):
            return self._answer(name, facts)
        actor = current_actor()
        return self._answer_once((actor.kind, str(actor.id), once), lambda: self._answer(name, facts))

    def _answer_once(self, key: tuple[str, str, str], work: Callable[[], Answer]) -> Answer:
        with self._lock:
            future = self._kept.get(key)
            is_new = future is None
            if future is None:
                future = self._kept[key] = Future()
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        if is_new:
            future.set_result(work())
        return future.result(LONGEST_WAIT)

    def _answer(self, name: str, facts: Mapping[str, Any]) -> Answer:
        events = self._library.events
        try:
            also = [(self._bound(each, args), *want) for each, args, *want in facts.get("also") or ()]
            work = self._bound(name, facts.get("args") or {})
            newest = events.last_id
            answer = {"value": wanted(work(), facts.get("want"))}
            if also:
                newest = events.last_id
                answer |= _found(also)
        except errors.IndexiumError as error:
            return _failure(error)
        except Exception:
            logger.exception("dashboard.call_failed", extra={"user_action": name})
            return Answer(500, _text({"error": UNEXPECTED, "code": "unexpected"}))
        return Answer(200, _text(answer | {"event": newest}))

    def _bound(self, name: str, args: Any) -> Callable[[], Any]:
        """Return the call of a method with its arguments. Raises UsageError."""
        if name not in callable_names(self._library):
            raise errors.UsageError(f"'{name}' cannot be called.")
        owner, _, own = name.partition(".")
        member = getattr(getattr(self._library, owner), own)
        if not callable(member):
            return lambda: member
        try:
            inspect.signature(member).bind(**args)
        except TypeError as error:
            raise errors.UsageError(f"'{name}' cannot be called with these arguments: {error}.") from error
        return functools.partial(member, **args)


@functools.cache
def callable_names(library: Library) -> frozenset[str]:
    """Return the methods that the scripts may call: those whose arguments and values have a JSON form."""
    calls = remote_calls(library).items()
    return frozenset(
        name for name, call in calls if not call.callback and not call.pieces and not name.startswith("plan.")
    )


def forbidden_calls(library: Library, account: SessionAccount) -> list[str]:
    """Return the calls that the person of a session may not make: what needs them is not drawn."""
    found = []
    for name in sorted(callable_names(library)):
        owner, _, own = name.partition(".")
        rule = rule_of(getattr(library, owner).__class__, own)
        is_of_home = rule.scope is HOME and rule.is_restricted and not account.sees_all
        if is_of_home or not account.may(rule.permission):
            found.append(name)
    return found


def _found(also: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Return what reads find after a change; nothing if they fail, because the change has been made."""
    try:
        return {"also": [wanted(read(), *(want or [None])) for read, *want in also]}
    except errors.IndexiumError:  # for example, it has taken a right from the person
        return {}


def _failure(error: errors.IndexiumError) -> Answer:
    return Answer(error.http_status, _text({"error": error.message, "code": error.reason}))


def _text(value: Any) -> bytes:
    return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":")).encode()


@functools.cache
def modules() -> Mapping[str, str]:
    """Return the address of each module by its name in an import. The address has a digest, so a browser keeps it."""
    folder = resources.files("dashboards") / "assets" / "face"
    found = {}
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if path.name.endswith(".js"):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            found[f"#face/{path.name}"] = f"/assets/face/{path.name}?v={digest}"
    return found


def facts(library: Library, account: SessionAccount, *, local: bool, refused: Mapping[str, Sequence[str]]) -> str:
    """
    Return what the scripts know at their start, as JSON for an element of the page.

    Args:
        library: Answers their calls.
        account: The person of the session.
        local: Only this computer is served, see `Shared`.
        refused: The title of each page that the person may not use, and why; by the names of pages.

    """
    known: dict[str, Any] = {"home": library.home_id, "user": account.user_id, "local": local}
    known |= {"forbidden": forbidden_calls(library, account), "refused": refused}
    known |= {"states": STATUS, "roles": dict(ROLE_WORDS)}
    return json.dumps(known).replace("<", "\\u003c")
