"""
The check of permissions, in one place: in front of the services of a library.

A front end gets a stand-in of each service, see `checked`. It compares the role of the present actor, or the
permissions of its token, with what the method says that it needs (`model/accounts/needs.py`). The services themselves
call each other without a check, and so do jobs: a job was checked when it was added.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from indexium_core import errors
from indexium_core.model.accounts.needs import CONTINUING, PROPOSING, CallRule, is_only_for_people, rule_of
from indexium_core.model.accounts.permissions import PERMISSIONS, PLAN_READ, Grants, Permission, permissions_of
from indexium_core.model.operations.actor import NOBODY, Actor, current_actor, whole_home

if TYPE_CHECKING:
    from indexium_core.flows.accounts.library_limits import LibraryLimits
    from indexium_core.flows.accounts.sign_in import SignIn
    from indexium_core.flows.accounts.token_check import TokenCheck
    from indexium_core.model.accounts.tokens import Identity

Service = TypeVar("Service")
_SERVICE, _AUTHORITY = "_checked_service", "_checked_authority"  # attributes of a stand-in
_PROGRAMS = frozenset({"token", "schedule", "webhook"})


class Accounts(Protocol):
    """What knows the accounts of a home. It is asked only about people and tokens, not for who uses this computer."""

    @property
    def sign_in(self) -> SignIn:
        """Knows the roles."""

    @property
    def token_check(self) -> TokenCheck:
        """Knows the tokens."""

    @property
    def limits(self) -> LibraryLimits:
        """Checks the calls of actors with some libraries."""


class Authority:
    """Says what the present actor may do. It may be used from any thread."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        may_propose: Callable[[], bool] = lambda: False,
        is_continued_by: Callable[[int, Actor], bool] = lambda _operation_id, _actor: False,
        makers_of: Callable[[Actor], Sequence[Actor]] = lambda _program: (),
    ) -> None:
        """
        Create the check.

        Args:
            accounts: Knows the accounts.
            may_propose: Returns whether an editor may propose work that the role does not allow to start.
            is_continued_by: Returns whether an actor started an operation; see `CallRule.continues`.
            makers_of: Returns who made or changed a token, a schedule, or a sender of events.

        """
        self._accounts, self._may_propose = accounts, may_propose
        self._is_continued_by, self._makers_of = is_continued_by, makers_of

    @property
    def grants(self) -> Grants | None:
        """What the present actor may do; None: everything. A role counts as it is now, not as it was at the sign-in."""
        actor = current_actor()
        if actor.kind == "token":
            return self._accounts.token_check.grants_of(int(actor.id))
        if actor.kind != "user":
            return None
        role = self._accounts.sign_in.role_of(_user_id(actor))
        if role is None:
            return Grants(frozenset())
        return Grants.of(permissions_of(role), self._accounts.sign_in.libraries_of(_user_id(actor)))

    @property
    def libraries(self) -> frozenset[int] | None:
        """The libraries that the present actor sees; None: all. An account that has ended sees none."""
        actor = current_actor()
        if actor.kind == "token":
            grants = self._accounts.token_check.grants_of(int(actor.id))
            return grants.libraries if grants.permissions else frozenset()
        if actor.kind != "user" or actor == NOBODY:  # nobody may call anything, and signs in
            return None
        return self._accounts.sign_in.libraries_of(_user_id(actor))

    @property
    def identity(self) -> Identity:
        """Who the present actor is, and what it may do."""
        from indexium_core.model.accounts.tokens import Identity

        actor, grants = current_actor(), self.grants
        token = self._accounts.token_check.get(int(actor.id)) if actor.kind == "token" else None
        owner = int(actor.id) if actor.kind == "user" else None if token is None else token.user_id
        limits = None if grants is None or grants.libraries is None else sorted(grants.libraries)
        return Identity(
            kind=actor.kind,
            id=int(actor.id) if actor.kind in {"user", "token"} else None,
            name=actor.name,
            role=None if owner is None else self._accounts.sign_in.role_of(owner),
            permissions=[each for each in PERMISSIONS if grants is None or each in grants.permissions],
            libraries=limits,
            ends_at=None if token is None else token.ends_at,
        )

    @property
    def offered(self) -> frozenset[Permission] | None:
        """The permissions whose actions front ends offer: also those of work that the actor may propose. None: all."""
        grants = self.grants
        if grants is None:
            return None
        from indexium_core.model.approval import DECIDING

        return grants.permissions | (frozenset(DECIDING.values()) if self._proposes(grants) else frozenset())

    def _proposes(self, grants: Grants) -> bool:
        """Return whether an actor may propose work that it may not start: somebody else has to approve it."""
        return PROPOSING in grants.permissions and self._may_propose()

    def person_of(self, actor: Actor) -> str | None:
        """Return the id of the person behind an actor, for a token of its owner; None: there is none who signs in."""
        if actor.kind == "token":
            token = self._accounts.token_check.get(int(actor.id))
            return None if token is None else str(token.user_id)
        return actor.id if actor.kind == "user" else None

    def persons_of(self, actor: Actor) -> frozenset[str]:
        """
        Return the keys of the persons behind an actor: `user/2`.

        A program has those of everybody who made or changed it, also after its end. Who uses this computer without an
        account is one person by any name.
        """
        own = "local" if actor.kind == "local" else f"{actor.kind}/{actor.id}"
        if actor.kind not in _PROGRAMS:
            return frozenset({own})
        makers = (maker for maker in self._makers_of(actor) if maker.kind != actor.kind)
        return frozenset({own}).union(*map(self.persons_of, makers))

    def is_active(self, actor: Actor) -> bool:
        """Return whether an actor can still act: a person who can sign in, a token that works, or no account."""
        if actor.kind not in {"user", "token"}:
            return True
        person = self.person_of(actor)
        return person is not None and person.isdecimal() and self._accounts.sign_in.role_of(int(person)) is not None

    def are_same(self, one: Actor, other: Actor) -> bool:
        """Return whether one person is behind two actors, see `persons_of`."""
        return bool(self.persons_of(one) & self.persons_of(other))

    def require(self, permission: Permission) -> None:
        """Raise ForbiddenError if the present actor does not have a permission."""
        grants = self.grants
        if grants is not None:
            grants.require(permission)

    def may(self, permission: Permission) -> bool:
        """Return whether the present actor has a permission."""
        grants = self.grants
        return grants is None or permission in grants.permissions

    def call(self, rule: CallRule, method: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Return the result of a call of a service. Raises ForbiddenError if the present actor may not make it."""
        grants, permission = self.grants, rule.permission_of(method, args, named)
        if grants is None:
            return method(*args, **named)
        if rule.continues and self.may_continue(named.get("operation_id", args[0] if args else None)):
            permission = CONTINUING
        if rule.may_be_proposed and permission not in grants.permissions and self._proposes(grants):
            from indexium_core.flows.accounts.approval_gate import beyond_role  # here: few calls propose work

            with beyond_role():
                return self._limited(grants, rule, method, args, named)
        grants.require(permission)
        return self._limited(grants, rule, method, args, named)

    def may_continue(self, operation_id: Any) -> bool:
        """Return whether the present actor started an operation and may continue it, also without its permission."""
        is_id = isinstance(operation_id, int)
        return is_id and self.may(CONTINUING) and self._is_continued_by(operation_id, current_actor())

    def may_start(self, permission: Permission) -> bool:
        """
        Return whether the present actor may start work that needs a permission; False: the actor may only propose it.

        Raises ForbiddenError if the actor may not even do that.
        """
        grants = self.grants
        if grants is None or permission in grants.permissions:
            return True
        if not self._proposes(grants):
            grants.require(permission)
        return False

    def _limited(
        self, grants: Grants, rule: CallRule, method: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        """Return the result of a call in the libraries of an actor."""
        if grants.libraries is None:
            return method(*args, **named)
        self._accounts.limits.require(rule, method, args, named)
        with whole_home() if rule.is_restricted else contextlib.nullcontext():
            found = method(*args, **named)
        return self._accounts.limits.shown(rule, found)

    def require_person(self) -> None:
        """Raise ForbiddenError if a token acts: people and tokens are managed by people."""
        if current_actor().kind == "token":
            raise errors.ForbiddenError(
                "A token may not manage people, passwords, sessions or tokens. Sign in, or use 'indexium users' and "
                "'indexium tokens' on the computer of the service."
            )


def _user_id(actor: Actor) -> int:
    return int(actor.id) if actor.id.isdecimal() else 0


def checked(service: Service, authority: Authority) -> Service:
    """
    Return a stand-in of a service that asks, at each call, what the present actor may do.

    The stand-in has the class of the service. What the service calls of itself is not asked again.
    """
    made: Any = object.__new__(_checked_class(cast("type", type(service))))
    object.__setattr__(made, _SERVICE, service)
    object.__setattr__(made, _AUTHORITY, authority)
    return cast("Service", made)


@functools.cache
def _checked_class(service: type) -> type:
    members: dict[str, Any] = {"__module__": service.__module__, "__doc__": service.__doc__}
    if "__call__" in vars(service):  # `library.history(…)`

        @functools.wraps(vars(service)["__call__"])
        def call(self: _CheckedCalls, *args: Any, **kwargs: Any) -> Any:
            return _CheckedCalls.__getattribute__(self, "__call__")(*args, **kwargs)

        members["__call__"] = call
    return type(f"Checked{service.__name__}", (_CheckedCalls, service), members)


class _CheckedCalls:
    """What a stand-in does before the service itself."""

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return object.__getattribute__(self, name)
        service, authority = object.__getattribute__(self, _SERVICE), object.__getattribute__(self, _AUTHORITY)
        member = getattr(service, name)
        if name.startswith("_") and name != "__call__":
            return member
        kind: Any = type(service)
        rule = rule_of(kind, name)
        if rule.is_internal:
            return member
        if not callable(member):
            authority.require(PLAN_READ)
            return member

        @functools.wraps(member)
        def call(*args: Any, **kwargs: Any) -> Any:
            if is_only_for_people(kind):
                authority.require_person()
            return authority.call(rule, member, args, kwargs)

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, _SERVICE), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(object.__getattribute__(self, _SERVICE), name)
