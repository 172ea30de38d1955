"""Accounts of other programs (OpenID Connect) with which people sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexium_core.model.accounts.permissions import ROLES, Role, checked_role
from indexium_core.model.shapes import Shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class UserIdentity(Shaped):
    """An account of another program with which a person signs in."""

    shape = "issuer subject user_id user_name created_at"

    issuer: str  # address of the program
    subject: str  # its id of the account, which never changes
    user_id: int
    user_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdStart:
    """The start of a sign-in at another program."""

    address: str  # of that program, with the request
    token: str  # binds the answer to this browser

    def __repr__(self) -> str:
        return "OpenIdStart()"


def roles_of_groups(text: str) -> Mapping[str, Role]:
    """Return the roles of groups: `staff=editor, boss=admin`; UsageError or ValueError if the text is no such list."""
    pairs = [each.rpartition("=") for each in text.split(",") if each.strip()]
    if not all(group.strip() for group, _, _ in pairs):
        raise ValueError("a group is missing")
    return {group.strip(): checked_role(role) for group, _, role in pairs}


def highest_role(value: Any, roles: Mapping[str, Role]) -> Role | None:
    """Return the highest role of the groups in a claim, a text or a list; None if no group has one."""
    groups = value if isinstance(value, list) else [value]
    found = [roles[each] for each in groups if isinstance(each, str) and each in roles]
    return max(found, key=ROLES.index, default=None)


def claim_of(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim by its name, or by its path: `realm_access.roles`; None if it is missing."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
