"""
The check of permissions, in one place: in front of the services of a library.

A front end gets a service behind a `CheckedService`. It compares the role of the present actor with the permission of
the call. The services themselves call each other without a check, and so do jobs: a job was checked when it was added.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from indexium_core.flows.accounts.approval_gate import beyond_role
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.model.accounts.permissions import Grants, Permission, permissions_of
from indexium_core.model.accounts.required import INTERNAL, PROPOSED, PROPOSING, permission_of
from indexium_core.model.operations.actor import Actor, current_actor


class Authority:
    """Says what the present actor may do. It may be used from any thread."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        # Whether an editor may propose work that the role does not allow to start.
        self.may_propose: Callable[[], bool] = lambda: False

    @property
    def grants(self) -> Grants | None:
        """What the present actor may do; None: everything. A role counts as it is now, not as it was at the sign-in."""
        actor = current_actor()
        if actor.kind != "user":
            return None
        role = self._sign_in.role_of(int(actor.id))
        return Grants(frozenset() if role is None else permissions_of(role))

    def only_proposes(self, call: str, permission: Permission) -> bool:
        """Return whether the present actor may only propose the work of a call: somebody else has to approve it."""
        grants = self.grants
        return (
            grants is not None
            and call in PROPOSED
            and permission not in grants.permissions
            and PROPOSING in grants.permissions
            and self.may_propose()
        )

    def person_of(self, actor: Actor) -> str | None:
        """Return the id of the person behind an actor; None: there is none who signs in."""
        return actor.id if actor.kind == "user" else None

    def are_same(self, one: Actor, other: Actor) -> bool:
        """
        Return whether one person is behind two actors.

        Who uses this computer without an account is one person by any name.
        """
        person = self.person_of(one)
        return (one.kind, one.id) == (other.kind, other.id) or (person is not None and person == self.person_of(other))

    def require(self, permission: Permission) -> None:
        """Raise ForbiddenError if the present actor does not have a permission."""
        grants = self.grants
        if grants is not None:
            grants.require(permission)


class CheckedService:
    """A service whose calls need permissions."""

    def __init__(self, service: Any, name: str, authority: Authority) -> None:
        object.__setattr__(self, "_service", service)
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_authority", authority)

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":  # a service is checked by its class in many places
            return type(object.__getattribute__(self, "_service"))
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        service = object.__getattribute__(self, "_service")
        member = getattr(service, name)
        if name.startswith("_") or not callable(member):
            return member
        call = f"{object.__getattribute__(self, '_name')}.{name}"
        if call in INTERNAL:
            return member
        return _checked(member, call, object.__getattribute__(self, "_authority"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # `library.history(…)`
        return self.__getattr__("__call__")(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_service"), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(object.__getattribute__(self, "_service"), name)


def _checked(method: Callable[..., Any], call: str, authority: Authority) -> Callable[..., Any]:
    @functools.wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        permission = permission_of(call, args, kwargs)
        if authority.only_proposes(call, permission):
            with beyond_role():
                return method(*args, **kwargs)
        authority.require(permission)
        return method(*args, **kwargs)

    return checked
