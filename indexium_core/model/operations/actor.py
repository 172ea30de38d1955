"""
Who acts: the person or program on whose behalf something changes.

The border of each front end says who acts, with `acting_as`. A function that records a change (the ledger, jobs,
decisions, the audit log, logs) reads `current_actor`. So the calls between them need no parameter for it, and no call
can forget it: docs/decisions/0037-the-actor-is-part-of-the-context.md.

The actor belongs to the context of a thread or an asyncio task. A new thread does not inherit it: wrap its function
with `carry_actor`, or with `logs.carry` in a job. A job stores the actor that added it, and acts as this actor in each
of its runs, also after a restart.

Some actors see only some libraries, so the database shows them only these. Work that must know the whole home
runs in a block of `whole_home`: jobs, changes whose arguments were checked, and the plan, which is shared.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import getpass
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, ParamSpec, TypeVar, get_args

P = ParamSpec("P")
R = TypeVar("R")
ActorKind = Literal["user", "token", "schedule", "webhook", "system", "local"]
ACTOR_KINDS: tuple[ActorKind, ...] = get_args(ActorKind)
PEOPLE = frozenset[ActorKind]({"user", "local"})  # the others are programs
SOURCES = {  # who asked, if it was no person
    "dashboard": "from the dashboard",
    "cli": "from the command line",
    "python": "from Python",
    "rest": "through REST",
    "rating": "after a rating",
    "legacy": "by the old Indexium",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """
    The person or program on whose behalf something changes.

    The kinds: a `user` who signed in, a `token` of the API, a `schedule`, a `webhook`, the `system` (Indexium itself),
    or `local`: the person who uses this computer, without an account. Raises ValueError for another kind.
    """

    kind: ActorKind
    id: str = ""  # of the user, token, schedule or webhook; "" if there is none
    name: str = ""  # that people see; for `local`, the login name

    def __post_init__(self) -> None:
        if self.kind not in ACTOR_KINDS:
            raise ValueError(f"'{self.kind}' is not a kind of actor. The kinds are {', '.join(ACTOR_KINDS)}.")

    def __str__(self) -> str:
        """Return the parts with slashes, as logs have them: `token/7/Night script`, `local/ann`."""
        return "/".join(part for part in (self.kind, self.id, self.name) if part)

    @property
    def columns(self) -> dict[str, str]:
        """Return the values of the columns `actor_kind`, `actor_id` and `actor_name`."""
        return {"actor_kind": self.kind, "actor_id": self.id, "actor_name": self.name}


SYSTEM = Actor("system", name="Indexium")
NOBODY = Actor("user", "0")  # who has not signed in; no user has this id, so nothing is allowed
_actor: contextvars.ContextVar[Actor | None] = contextvars.ContextVar("indexium_actor", default=None)
_is_whole: contextvars.ContextVar[bool] = contextvars.ContextVar("indexium_whole_home", default=False)


def local_actor() -> Actor:
    """Return the person who runs this program, with the login name; the name is "" if it is unknown."""
    try:
        return Actor("local", name=getpass.getuser())
    except (OSError, KeyError):
        return Actor("local")


def current_actor() -> Actor:
    """Return who acts now: the actor of the innermost `acting_as`, otherwise the person who runs this program."""
    return _actor.get() or local_actor()


@contextlib.contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Record changes in the block as changes of this actor, who reads what it sees. Blocks may be nested."""
    token, whole = _actor.set(actor), _is_whole.set(False)
    try:
        yield
    finally:
        _is_whole.reset(whole)
        _actor.reset(token)


@contextlib.contextmanager
def whole_home() -> Iterator[None]:
    """Read all libraries in the block, also if the actor sees some. The caller checks what it shows of them."""
    token = _is_whole.set(True)
    try:
        yield
    finally:
        _is_whole.reset(token)


def reads_whole_home() -> bool:
    """Return whether this is in a block of `whole_home`."""
    return _is_whole.get()


def carry_actor(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a function so that another thread acts as the present actor of this one, and reads what this one reads."""
    actor, is_whole = current_actor(), _is_whole.get()

    @functools.wraps(function)
    def bound(*args: P.args, **kwargs: P.kwargs) -> R:
        with acting_as(actor), whole_home() if is_whole else contextlib.nullcontext():
            return function(*args, **kwargs)

    return bound
