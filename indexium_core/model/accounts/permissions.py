"""
What a person or a program may do: permissions, and the roles that have them.

A permission is a noun and a verb. A role is a set of permissions, and each role has those of the one before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from indexium_core import errors

Permission: TypeAlias = Literal[
    "plan.read",
    "query.run",
    "plan.edit",
    "people.edit",
    "titles.edit",
    "jobs.manage",
    "undo.any",
    "write.safe",
    "write.any",
    "rollback",
    "publish",
    "libraries.manage",
    "settings.manage",
    "users.manage",
]
Role: TypeAlias = Literal["viewer", "editor", "approver", "admin"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
ROLES: tuple[Role, ...] = get_args(Role)
PERMISSION_WORDS: Mapping[Permission, str] = MappingProxyType(
    {
        "plan.read": "see files, people, titles, the plan and the history",
        "query.run": "run SQL queries",
        "plan.edit": "edit people, fields and decisions",
        "people.edit": "rename, merge and split people",
        "titles.edit": "edit titles, matches and pictures",
        "jobs.manage": "start scans and look-ups, and pause or cancel jobs",
        "undo.any": "undo the steps of other people",
        "write.safe": "write safe changes into files",
        "write.any": "write every planned change into files",
        "rollback": "roll operations back",
        "publish": "publish NFO files and pictures",
        "libraries.manage": "add and remove folders, and change what they hold",
        "settings.manage": "change settings, keys, connections and schedules",
        "users.manage": "add people, or change what they may do",
    }
)
ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        "viewer": "sees everything, and changes nothing",
        "editor": "edits people, fields, titles and decisions, and writes safe changes",
        "approver": "edits, writes every planned change, rolls back, and publishes",
        "admin": "may do everything: also manage folders, settings, keys and people",
    }
)
_ADDED: Mapping[Role, tuple[Permission, ...]] = {
    "viewer": ("plan.read",),
    "editor": ("query.run", "plan.edit", "people.edit", "titles.edit", "jobs.manage", "write.safe"),
    "approver": ("write.any", "rollback", "publish"),
    "admin": ("undo.any", "libraries.manage", "settings.manage", "users.manage"),
}


# Permissions that concern the whole home: an actor with some libraries does not have them.
OF_WHOLE_HOME: frozenset[Permission] = frozenset(
    {"query.run", "people.edit", "undo.any", "settings.manage", "users.manage"}
)


def checked_role(text: str) -> Role:
    """Return a role; UsageError if there is none of this name."""
    found = text.strip().casefold()
    for role in ROLES:
        if role == found:
            return role
    raise errors.UsageError(f"There is no role “{text[:40]}”. Choose one of: {', '.join(ROLES)}.")


def permissions_of(role: Role) -> frozenset[Permission]:
    """Return what a role may do: its own permissions, and those of the roles before it."""
    return frozenset(each for known in ROLES[: ROLES.index(role) + 1] for each in _ADDED[known])


def refusal(permission: Permission) -> str:
    """Return the sentence for a person who lacks a permission."""
    return f"You may not {PERMISSION_WORDS[permission]}. Ask an administrator for a role with {permission}."


@dataclass(frozen=True, slots=True)
class Grants:
    """What the present actor may do, and in which libraries."""

    permissions: frozenset[Permission]
    libraries: frozenset[int] | None = None  # None: all of them
    is_token: bool = False  # of a program, and not of a person

    @classmethod
    def of(
        cls, permissions: frozenset[Permission], libraries: frozenset[int] | None = None, *, is_token: bool = False
    ) -> Grants:
        """Return what an actor with these permissions and libraries may do."""
        left = permissions if libraries is None else permissions - OF_WHOLE_HOME
        return cls(left, libraries, is_token)

    def require(self, permission: Permission) -> None:
        """Raise ForbiddenError without a permission."""
        if permission not in self.permissions and self.is_token:
            raise errors.ForbiddenError(
                f"This token may not {PERMISSION_WORDS[permission]}. "
                f"Use a token with {permission}, whose owner has it, too."
            )
        if permission not in self.permissions and self.libraries is not None and permission in OF_WHOLE_HOME:
            raise errors.ForbiddenError(
                f"You may not {PERMISSION_WORDS[permission]}, because that concerns all folders, and you see some of "
                "them. Ask an administrator."
            )
        if permission not in self.permissions:
            raise errors.ForbiddenError(refusal(permission))
