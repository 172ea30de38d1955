"""API tokens: keys with which programs sign in, each with some permissions of its owner."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PERMISSIONS, WITHOUT_TOKENS, Permission
from indexium_core.model.accounts.users import checked_name_of
from indexium_core.model.shapes import Shaped

PREFIX = "ix_"  # by which people, and programs that search for secrets, recognise a token
MOST_TOKENS = 50  # of one person
_RANDOM = 32  # bytes, which are 43 characters
_LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken(Shaped):
    """A key of a program. Its text is not known any more."""

    shape = (
        "id user_id user_name name permissions effective libraries created_at ends_at has_ended last_used_at "
        "last_address"
    )

    id: int
    user_id: int  # of its owner
    user_name: str
    name: str  # what it is for; unique among the tokens of its owner
    permissions: list[Permission]  # that it was given
    effective: list[Permission]  # that it has now: those of `permissions` that its owner has, too
    libraries: list[int] | None = None  # ids; None: all of its owner
    created_at: datetime
    ends_at: datetime | None = None  # None: when it is revoked
    has_ended: bool = False
    last_used_at: datetime | None = None  # with an accuracy of some minutes
    last_address: str = ""  # from which it was used then

    @property
    def ends(self) -> str:
        """Until when it works, in words."""
        if self.has_ended:
            return "ended"
        return f"until {wording.when(self.ends_at)}" if self.ends_at else "until revoked"

    @property
    def used(self) -> str:
        """When it was last used, in words."""
        return f"used {wording.ago(self.last_used_at)}" if self.last_used_at else "not used yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken(Shaped):
    """A new token and its text, which no later call returns."""

    token: ApiToken
    secret: str = field(repr=False)  # no log and no traceback has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Shaped):
    """Who acts, and what the services allow."""

    kind: str  # of the actor: `user`, `token`, or `local` for the person at this computer
    id: int | None  # of the person or of the token
    name: str
    role: str | None  # of the person, or of the owner of the token
    permissions: list[Permission]
    libraries: list[int] | None  # ids; None: all
    ends_at: datetime | None  # of the token


def new_secret() -> str:
    """Return the text of a new token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_RANDOM)


def secret_hash(text: str) -> str:
    """
    Return the form in which a secret of at least 80 random bits is stored: SHA-256 as hex.

    Nobody can try so many, so a fast hash is as good as a slow one, and each request is checked.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def actor_name(user_name: str, token_name: str) -> str:
    """Return what people see of the work of a token: `Ann Lee (backup script)`."""
    return f"{user_name} ({token_name})"


def checked_token_name(text: str) -> str:
    """Return the name of a token, see `checked_name_of`."""
    return checked_name_of(text, missing="A token needs a name that says what it is for.")


def checked_permissions(names: Iterable[str]) -> list[Permission]:
    """Return permissions in their usual order; UsageError if there are none, or one that no token may have."""
    wanted = {name.strip().casefold() for name in names} - {""}
    possible = [each for each in PERMISSIONS if each not in WITHOUT_TOKENS]
    for name in sorted(wanted.difference(possible)):
        if name in WITHOUT_TOKENS:
            raise errors.UsageError(f"No token may have {name}: people are managed by people, after a sign-in.")
        raise errors.UsageError(f"There is no permission “{name[:40]}”. Choose some of: {', '.join(possible)}.")
    if not wanted:
        raise errors.UsageError(f"A token needs a permission. Choose some of: {', '.join(possible)}.")
    return [each for each in possible if each in wanted]


def checked_days(days: int | None) -> int | None:
    """Return the number of days until the end of a token, None for no end; UsageError if it is out of range."""
    if days is not None and not 1 <= days <= _LONGEST_DAYS:
        raise errors.UsageError(f"A token ends after 1 to {_LONGEST_DAYS:,} days, or without days, never.")
    return days
