"""How people sign in: accounts of other programs (OpenID Connect), and second factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexium_core.model import wording
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

    @property
    def since(self) -> str:
        """When it was linked, in words."""
        return wording.when(self.created_at)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorStart(Shaped):
    """A new secret for an app. It has a code each 30 seconds; the first one switches the second factor on."""

    shape = "secret uri qr"

    secret: str  # base32, for an app without a camera
    uri: str  # otpauth://…
    qr: str  # the address as a QR code: an SVG

    def __repr__(self) -> str:
        return "SecondFactorStart()"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorState(Shaped):
    """Whether a sign-in of the present person needs a code."""

    shape = "is_on recovery_codes"

    is_on: bool
    recovery_codes: int  # that are left


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """The password was right, and a code is needed. The token is for this step only, and starts no session itself."""

    token: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"SecondStep(ends_at={self.ends_at:%H:%M:%S})"
