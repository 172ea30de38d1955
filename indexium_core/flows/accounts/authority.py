"""
The check of permissions, in one place: in front of the services of a library.

A front end gets a service behind a `CheckedService`. It compares the role of the present actor with the permission of
the call. The services themselves call each other without a check, and so do jobs: a job was checked when it was added.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.model.accounts.permissions import Grants, Permission, permissions_of
from indexium_core.model.accounts.required import INTERNAL, permission_of
from indexium_core.model.operations.actor import current_actor


class Authority:
    """Says what the present actor may do. It may be used from any thread."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    @property
    def grants(self) -> Grants | None:
        """What the present actor may do; None: everything. A role counts as it is now, not as it was at the sign-in."""
        actor = current_actor()
        if actor.kind != "user":
            return None
        role = self._sign_in.role_of(int(actor.id)) if actor.id.isdecimal() else None
        return Grants(frozenset() if role is None else permissions_of(role))

    def require(self, permission: Permission) -> None:
        """Raise ForbiddenError if the present actor does not have a permission."""
        grants = self.grants
        if grants is not None:
            grants.require(permission)

    def may(self, permission: Permission) -> bool:
        """Return whether the present actor has a permission."""
        grants = self.grants
        return grants is None or permission in grants.permissions


class CheckedService:
    """A service whose calls need permissions."""

    def __init__(self, service: Any, name: str, authority: Authority) -> None:
        object.__setattr__(self, "_service", service)
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_authority", authority)

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":  # a service is checked by its class in many places
            return type(object.__getattribute__(self, "_service"))
        if name == "__call__":
            return self.__getattr__(name)
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        service = object.__getattribute__(self, "_service")
        member = getattr(service, name)
        if (name.startswith("_") and name != "__call__") or not callable(member):
            return member
        call = f"{object.__getattribute__(self, '_name')}.{name}"
        if call in INTERNAL:
            return member
        return _checked(member, call, object.__getattribute__(self, "_authority"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # `library.history(…)`
        return self.__call__(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_service"), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(object.__getattribute__(self, "_service"), name)


def _checked(method: Callable[..., Any], call: str, authority: Authority) -> Callable[..., Any]:
    @functools.wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        authority.require(permission_of(call, args, kwargs))
        return method(*args, **kwargs)

    return checked
