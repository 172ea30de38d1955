"""
What the scripts of `assets/face` get from the server: their modules, and the answers to their calls.

A script calls a method of the library that is marked as `remote` and that a script names. The body of a call is
`{"args": {…}, "want": {…}, "also": [[name, args, want], …], "once": "…", "user": 7}`, all optional. `want` names the
attributes of the value that are sent, see `shapes.wanted`. `also` are reads that are answered after the method: what it
has changed comes with its own answer. A change with the same `once` as an earlier one runs no second time, and has the
answer of that one: a page sends it again when the connection was lost. A call of another `user` than the one who has
signed in is refused.

The answer is `{"value": …, "also": […], "event": 17, "alone": true}`, with the id of the newest event before its last
read, or `{"error": "sentence", "code": "…"}` with the status of the error, and its facts. It has no `also` if one of
these reads fails. `alone` says that all events since the start of the call are its own.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from dashboards.bridge import UNEXPECTED
from dashboards.call_arguments import CallArguments
from dashboards.components.base import proper
from dashboards.read_cache import ReadCache
from dashboards.session_account import SessionAccount
from dashboards.status_words import STATUS
from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library, remote_calls
from indexium_core.model.accounts.needs import HOME, CallRule, rule_of
from indexium_core.model.accounts.permissions import ROLE_WORDS
from indexium_core.model.event import Event
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.remote_calls import RemoteCall
from indexium_core.model.shapes import plain, wanted

logger = logging.getLogger(__name__)

MOST_KEPT = 1_000  # answers to changes, which may be sent again
LONGEST_KEPT = 600.0  # seconds in which a page sends a change again; an answer may have a new secret
MOST_ALSO = 10  # reads after a change
LONGEST_WAIT = 60.0  # seconds that a repeated call waits for the end of the first one
UNSHOWN = "This was done, but its result cannot be shown. The log of the service has the details."
OTHER_PERSON = "Somebody else has signed in. Load the page again."
_ONCE = re.compile(r"[0-9a-f]{32}")
_CALL = re.compile(r'"([a-z_]+\.[a-z_]+)"')
_EVENT = re.compile(r'"([a-z_]+:[a-z_]+)"')


class Answer(NamedTuple):
    """An answer, as it is sent."""

    status: int
    body: bytes


class Calls:
    """Answers the calls of all pages of a process."""

    def __init__(self, library: Library, reads: Callable[[], ReadCache], *, local: bool) -> None:
        """
        Answer the calls of pages.

        `reads` returns the recent reads of those who see the same files as the present actor. `local`: the pages are on
        this computer, so they may name its folders.
        """
        self._library, self._local, self._lock = library, local, threading.Lock()
        self._arguments = CallArguments(library, reads)
        self._kept: OrderedDict[tuple[str, str, str], tuple[float, Future[Answer]]] = OrderedDict()

    def answer(self, name: str, body: bytes) -> Answer:
        """Return the answer to a call; it never raises an error."""
        try:
            call = CallBody.read(body)
        except errors.UsageError as error:
            return _failure(error)
        actor = current_actor()
        if call.user is not _UNKNOWN and call.user != (int(actor.id) if actor.kind == "user" else None):
            return Answer(401, _text({"error": OTHER_PERSON, "code": "signed_out"}))
        if not call.once or name not in changing_names(self._library):
            return self._answer(name, call)
        return self._answer_once((actor.kind, str(actor.id), call.once), lambda: self._answer(name, call))

    def _answer_once(self, key: tuple[str, str, str], work: Callable[[], Answer]) -> Answer:
        now = time.monotonic()
        with self._lock:
            while self._kept and (len(self._kept) >= MOST_KEPT or self._oldest < now - LONGEST_KEPT):
                self._kept.popitem(last=False)
            is_new = key not in self._kept
            _, future = self._kept.setdefault(key, (now, Future()))
        if is_new:
            future.set_result(work())
        try:
            return future.result(LONGEST_WAIT)
        except TimeoutError:  # the page asks again
            return Answer(503, _text({"error": "The change still runs."}))

    @property
    def _oldest(self) -> float:
        """When the oldest change came that is kept."""
        return next(iter(self._kept.values()))[0]

    def _answer(self, name: str, call: CallBody) -> Answer:
        events = self._library.events
        try:
            work = self._bound(name, call.args)
            also = [(self._bound(each, args), want) for each, args, want in call.also]
            newest = events.last_id
            with _own_events(self._library) as own:
                value = work()
            is_alone = events.last_id == newest + len(own)
        except errors.IndexiumError as error:
            return _failure(error)
        except Exception:
            logger.exception("dashboard.call_failed", extra={"user_action": name})
            return Answer(500, _text({"error": UNEXPECTED, "code": "unexpected"}))
        try:
            answer = {"value": wanted(value, call.want)}
            if also:
                newest = events.last_id
                answer |= _found(also)
            return Answer(200, _text(answer | {"event": newest, "alone": is_alone}))
        except Exception:
            logger.exception("dashboard.answer_failed", extra={"user_action": name})
            return Answer(500, _text({"error": UNSHOWN, "code": "unexpected"}))

    def _bound(self, name: str, args: Mapping[str, Any]) -> Callable[[], Any]:
        """Return the call of a method with its arguments. A plan is read when it is called. Raises UsageError."""
        call = callable_calls(self._library).get(name)
        if call is None:
            raise errors.UsageError(f"'{name}' cannot be called.")
        if call.is_local and not self._local:
            raise errors.ForbiddenError("A page on another machine does not see the folders of this one.")
        owner, _, own = name.partition(".")
        is_of_plan, args = owner == _PLAN, dict(args)
        plan = args.pop(_PLAN, {}) if is_of_plan else None
        method = getattr(MetadataPlan if is_of_plan else getattr(self._library, owner), own)
        try:
            inspect.signature(method).bind(*([plan] if is_of_plan else []), **args)
        except TypeError as error:
            raise errors.UsageError(f"'{name}' cannot be called with these arguments: {error}.") from error
        _require_full_paths(call, args)
        read = self._arguments.read
        if is_of_plan:
            return lambda: method(self._arguments.plan(plan), **read(method, args))
        return lambda: method(**read(method, args))


@contextlib.contextmanager
def _own_events(library: Library) -> Iterator[list[int]]:
    """Collect the ids of the events that this thread emits in the block."""
    own, thread = list[int](), threading.get_ident()

    def note(event: Event) -> None:
        if threading.get_ident() == thread:
            own.append(event.id)

    unsubscribe = library.events.subscribe(note)
    try:
        yield own
    finally:
        unsubscribe()


_PLAN = "plan"  # the owner of the methods of a plan, and their argument
_FACTS = ("position", "length", "word", "seen")  # of errors: the place in a text, and the newest decision about a file
_UNKNOWN = object()
_READ = ("name", "arguments", "want")
_NO_CALL = "The body of a call is a JSON object, see `dashboards/face.py`."


class CallBody(NamedTuple):
    """The body of a call."""

    args: Mapping[str, Any]
    want: Any
    also: Sequence[tuple[str, Mapping[str, Any], Any]]
    once: str
    user: Any

    @classmethod
    def read(cls, body: bytes) -> CallBody:
        """Return the checked body. Raises UsageError."""
        try:
            facts = proper(json.loads(body or b"{}"))
            also = [(str(name), dict(args), *(more or [None])) for name, args, *more in facts.get("also") or ()]
            args, once = dict(facts.get("args") or {}), str(facts.get("once") or "")
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise errors.UsageError(_NO_CALL) from None
        if len(also) > MOST_ALSO or any(len(each) != len(_READ) for each in also):
            raise errors.UsageError(_NO_CALL)
        if once and not _ONCE.fullmatch(once):
            raise errors.UsageError(_NO_CALL)
        return cls(args, facts.get("want"), also, once, facts.get("user", _UNKNOWN))


@functools.cache
def _scripts() -> str:
    """Return the text of the scripts that pages load."""
    return "".join(path.read_text(encoding="utf-8") for path in _files())


@functools.cache
def callable_calls(library: Library) -> Mapping[str, RemoteCall]:
    """Return the methods that the scripts name: no page may call another one."""
    named = set(_CALL.findall(_scripts()))
    return {
        name: call
        for name, call in remote_calls(library).items()
        if name in named and not (call.callback or call.pieces)
    }


@functools.cache
def changing_names(library: Library) -> frozenset[str]:
    """Return those of these methods that may change something."""
    return frozenset(name for name in callable_calls(library) if _rule(library, name).is_restricted)


def _require_full_paths(call: RemoteCall, args: Mapping[str, Any]) -> None:
    """Raise UsageError for a path that a person has not typed in full: a page has no folder where it starts."""
    for _, name in call.paths:
        text = args.get(name)
        if text is not None and not str(text).startswith(("/", "~")):
            raise errors.UsageError("Enter the full path. It starts with / or with ~ for your home folder.")


@functools.cache
def event_names() -> frozenset[str]:
    """Return the names of the events after which a script reads again."""
    return frozenset(_EVENT.findall(_scripts()))


def _rule(library: Library, name: str) -> CallRule:
    owner, _, own = name.partition(".")
    return rule_of(MetadataPlan if owner == _PLAN else getattr(library, owner).__class__, own)


def forbidden_calls(library: Library, account: SessionAccount) -> list[str]:
    """Return the calls that the person of a session may not make: what needs them is not drawn."""
    found = []
    for name in sorted(callable_calls(library)):
        rule = _rule(library, name)
        is_of_home = rule.scope is HOME and rule.is_restricted and not account.sees_all
        if is_of_home or not account.may(rule.permission):
            found.append(name)
    return found


def _found(also: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Return what reads find after a change; nothing if they fail, because the change has been made."""
    try:
        return {"also": [wanted(read(), want) for read, want in also]}
    except errors.IndexiumError:  # for example, it has taken a right from the person
        return {}
    except Exception:
        logger.exception("dashboard.read_failed")
        return {}


def _failure(error: errors.IndexiumError) -> Answer:
    # To a page, 401 means that its session has ended. The password or the code in a call may be wrong, too.
    status = 422 if isinstance(error, errors.SignInError) else error.http_status
    facts = {name: value for name in _FACTS if (value := getattr(error, name, None)) is not None}
    return Answer(status, _text({"error": error.message, "code": error.reason, **facts}))


def _text(value: Any) -> bytes:
    return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":")).encode()


# A line that ends an import with the name of another module.
_IMPORTED = re.compile(r'^(?:import|export|\}).*?from "#face/([\w.]+)"', re.MULTILINE)


@functools.cache
def _files() -> Sequence[Traversable]:
    folder = resources.files("dashboards") / "assets" / "face"
    return [each for each in sorted(folder.iterdir(), key=lambda each: each.name) if each.name.endswith(".js")]


@functools.cache
def modules() -> Mapping[str, str]:
    """Return the address of each module by its name in an import. The address has a digest, so a browser keeps it."""
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in _files()}
    return {f"#face/{name}": f"/assets/face/{name}?v={digest}" for name, digest in digests.items()}


@functools.cache
def _imported_modules() -> Mapping[str, frozenset[str]]:
    """Return the names of the modules that each module imports at its start."""
    return {path.name: frozenset(_IMPORTED.findall(path.read_text(encoding="utf-8"))) for path in _files()}


@functools.cache
def first_modules(page: str) -> Sequence[str]:
    """Return the addresses of the modules that a page needs at its start, those of the frame included."""
    found, waiting = set[str](), {"start.js", f"{page}.js"}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _imported_modules().get(name, frozenset()) - found
    return [address for name, address in modules().items() if name.removeprefix("#face/") in found]


def facts(
    library: Library,
    account: SessionAccount,
    *,
    local: bool,
    pages: Sequence[Mapping[str, str]],
    refused: Mapping[str, Sequence[str]],
) -> str:
    """
    Return what the scripts know at their start, as JSON for an element of the page.

    Args:
        library: Answers their calls.
        account: The person of the session.
        local: Only this computer is served, see `Shared`.
        pages: All pages, see `frame/entries.py`.
        refused: The title of each page that the person may not use, and why; by the names of pages.

    """
    known: dict[str, Any] = {"home": library.home_id, "user": account.user_id, "local": local}
    known |= {"session": account.session_id}
    known |= {"forbidden": forbidden_calls(library, account), "refused": refused, "pages": pages}
    known |= {"account": account.in_frame(), "has_accounts": library.sign_in.is_needed}
    known |= {"has_titles": _has_titles(library), "states": STATUS, "roles": dict(ROLE_WORDS)}
    settings, opening = library.settings, library.views.default()
    known |= {"edits": settings.metadata_enable_inline_edit, "page_size": settings.metadata_preview_page_size}
    known |= {"opening": opening and {"query": opening.query, "sort": opening.sort, "descending": opening.descending}}
    return json.dumps(known).replace("<", "\\u003c")


def _has_titles(library: Library) -> bool:
    try:
        return any(each.holds_titles for each in library.inventory.list())
    except errors.IndexiumError:  # the page shows its own error
        return False
