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
from indexium_core.model.shapes import Shaped

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
PLAN_READ: Permission = "plan.read"
QUERY_RUN: Permission = "query.run"
PLAN_EDIT: Permission = "plan.edit"
PEOPLE_EDIT: Permission = "people.edit"
TITLES_EDIT: Permission = "titles.edit"
JOBS_MANAGE: Permission = "jobs.manage"
UNDO_ANY: Permission = "undo.any"
WRITE_SAFE: Permission = "write.safe"
WRITE_ANY: Permission = "write.any"
ROLLBACK: Permission = "rollback"
PUBLISH: Permission = "publish"
LIBRARIES_MANAGE: Permission = "libraries.manage"
SETTINGS_MANAGE: Permission = "settings.manage"
USERS_MANAGE: Permission = "users.manage"
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
ROLES: tuple[Role, ...] = get_args(Role)
PERMISSION_WORDS: Mapping[Permission, str] = MappingProxyType(
    {
        PLAN_READ: "see files, people, titles, the plan and the history",
        QUERY_RUN: "run SQL queries",
        PLAN_EDIT: "edit people, fields and decisions",
        PEOPLE_EDIT: "rename, merge and split people",
        TITLES_EDIT: "edit titles, matches and pictures",
        JOBS_MANAGE: "start scans and look-ups, and pause or cancel jobs",
        UNDO_ANY: "undo the steps of other people",
        WRITE_SAFE: "write safe changes into files",
        WRITE_ANY: "write every planned change into files",
        ROLLBACK: "roll operations back",
        PUBLISH: "publish NFO files and pictures",
        LIBRARIES_MANAGE: "add and remove folders, and change what they hold",
        SETTINGS_MANAGE: "change settings, keys, connections and schedules",
        USERS_MANAGE: "add people, or change what they may do",
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
    "viewer": (PLAN_READ,),
    "editor": (QUERY_RUN, PLAN_EDIT, PEOPLE_EDIT, TITLES_EDIT, JOBS_MANAGE, WRITE_SAFE),
    "approver": (WRITE_ANY, ROLLBACK, PUBLISH),
    "admin": (UNDO_ANY, LIBRARIES_MANAGE, SETTINGS_MANAGE, USERS_MANAGE),
}


# Permissions that concern the whole home: an actor with some libraries does not have them.
OF_WHOLE_HOME: frozenset[Permission] = frozenset({QUERY_RUN, PEOPLE_EDIT, UNDO_ANY, SETTINGS_MANAGE, USERS_MANAGE})
# No token has these, whatever its owner may do: a program that leaks its token must not make itself another one.
WITHOUT_TOKENS: frozenset[Permission] = frozenset({USERS_MANAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPermission(Shaped):
    """A permission, and whether a person has it."""

    name: Permission
    text: str  # what it allows
    is_granted: bool
    for_tokens: bool  # the tokens of the person may have it


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
