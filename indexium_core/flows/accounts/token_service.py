"""API tokens for people: each has tokens of one's own, and an administrator manages those of all."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from indexium_core import errors
from indexium_core.flows.accounts.second_factor_service import own_id
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.flows.accounts.token_check import TokenCheck
from indexium_core.model.accounts.needs import NO_LIBRARY, needs, only_for_people
from indexium_core.model.accounts.permissions import PLAN_READ, USERS_MANAGE, Permission, permissions_of
from indexium_core.model.accounts.tokens import (
    MOST_TOKENS,
    ApiToken,
    NewToken,
    checked_days,
    checked_permissions,
    checked_token_name,
    new_secret,
    secret_hash,
)
from indexium_core.model.accounts.users import User, name_key
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import Actor, current_actor
from indexium_core.model.remote_calls import remote
from indexium_core.store.accounts import activity, users
from indexium_core.store.accounts import tokens as store
from indexium_core.store.accounts.tokens import TokenRow
from indexium_core.store.approvals import changers
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

_FIRST_PERSON = (
    "A token belongs to a person, and there is none. Add the first one: indexium users add NAME --role admin."
)


@only_for_people
@checked_arguments
class TokenService:
    """
    The API tokens of a home.

    A person sees, adds and revokes one's own; who has `users.manage`, and the person at this computer, those of all. A
    token cannot call this service.
    """

    def __init__(
        self, database: Database, sign_in: SignIn, check: TokenCheck, *, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._sign_in, self._check, self._clock = database, sign_in, check, clock

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def list(self, user: str = "") -> builtins.list[ApiToken]:
        """
        Return the tokens, newest first: of one person, or all that the present actor may see.

        Raises:
            ForbiddenError: The tokens of somebody else need `users.manage`.
            UnknownIdError: Nobody has this name.

        """
        reader = self._database.read()
        user_id = self._owner(reader, user).id if user else self._own_id()
        return [self._shown(row) for row in store.tokens(reader, user_id=user_id)]

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def own(self) -> builtins.list[ApiToken]:
        """Return the tokens of the person who acts, newest first. Raises UsageError if nobody has signed in."""
        return [self._shown(row) for row in store.tokens(self._database.read(), user_id=own_id())]

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def add(
        self,
        name: str,
        *,
        permissions: Sequence[str] = (PLAN_READ,),
        days: int | None = None,
        libraries: Sequence[int] | None = None,
        user: str = "",
    ) -> NewToken:
        """
        Add a token, and return it with its text, which no later call returns.

        Args:
            name: What it is for; unique among the tokens of its owner.
            permissions: What it may do: never more than its owner.
            days: After how many days it ends; None: when it is revoked.
            libraries: Ids of the only libraries that it sees; None: those that its owner sees.
            user: Its owner; default: the person who signed in, or the only person there is.

        Raises:
            ForbiddenError: Its owner does not have a permission, or somebody else would be its owner.
            UnknownIdError: Nobody has this name, or there is no such library.
            UsageError: The name, a permission or the number of days is not valid, the name is taken, the owner has too
                many tokens, or nobody is there to own it.

        """
        wanted, allowed, lasting = checked_token_name(name), checked_permissions(permissions), checked_days(days)
        now, secret = self._clock(), new_secret()
        with self._database.atomic() as tx:
            owner = self._owner(tx, user)
            self._require_owned(owner, allowed)
            self._require_room(tx, owner, wanted)
            token_id = store.add(
                tx,
                user_id=owner.id,
                token_hash=secret_hash(secret),
                name=wanted,
                permissions=allowed,
                libraries=None if libraries is None else _seen_libraries(tx, owner, libraries),
                now=now,
                ends_at=None if lasting is None else now + timedelta(days=lasting),
            )
            # Also who made it for somebody else knows its text.
            makers = [Actor("user", str(owner.id), owner.name), current_actor()]
            changers.record_maker(tx, Actor("token", str(token_id)), makers)
            activity.record(tx, f"added the token “{wanted}” of {owner.name}", now=now)
        self._check.read_again()
        return NewToken(token=self._found(self._database.read(), token_id), secret=secret)

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def revoke(self, token_id: int) -> ApiToken:
        """
        Revoke a token at once, also in open streams, and return it as it was. The history keeps its name.

        Raises UnknownIdError if there is none with this id, or it is somebody else's.
        """
        with self._database.atomic() as tx:
            found = self._found(tx, token_id)
            store.remove(tx, token_id=token_id)
            label = f"revoked the token “{found.name}” of {found.user_name}"
            activity.record(tx, label, now=self._clock())
        self._check.read_again()
        return found

    def _own_id(self) -> int | None:
        """Return the id of the person whose tokens the present actor may see; None: those of all."""
        actor = current_actor()
        if actor.kind != "user" or self._manages_all():
            return None
        return int(actor.id)

    def _manages_all(self) -> bool:
        role = self._sign_in.role_of(int(current_actor().id))
        return role is not None and USERS_MANAGE in permissions_of(role)

    def _owner(self, reader: Connection, name: str) -> User:
        """Return the person with a name, or by default the present one; ForbiddenError if that is somebody else."""
        people = users.users(reader, now=self._clock(), seen_after=self._sign_in.seen_after)
        if not people:
            raise errors.UsageError(_FIRST_PERSON)
        actor, only = current_actor(), self._own_id()
        if name:
            found = [each for each in people if name_key(each.name) == name_key(name)]
        elif actor.kind == "user":
            found = [each for each in people if each.id == int(actor.id)]
        else:
            found = people if len(people) == 1 else []
        if only is not None and [each.id for each in found] != [only]:
            raise errors.ForbiddenError("You may manage only your own tokens. users.manage allows those of others.")
        if not found and name:
            raise errors.UnknownIdError(f"Nobody has the name “{name[:40]}”. 'indexium users list' shows the names.")
        if not found:
            raise errors.UsageError("Say whose token it is: --user NAME. 'indexium users list' shows the names.")
        return found[0]

    def _require_owned(self, owner: User, permissions: Sequence[Permission]) -> None:
        if not owner.enabled:
            raise errors.UsageError(f"{owner.name} is switched off, so no token works: indexium users set NAME --on.")
        missing = [each for each in permissions if each not in permissions_of(owner.role)]
        if missing:
            raise errors.ForbiddenError(
                f"{owner.name} is {owner.role} and does not have {', '.join(missing)}. "
                "A token may not do more than its owner."
            )

    def _require_room(self, reader: Connection, owner: User, name: str) -> None:
        known = store.tokens(reader, user_id=owner.id)
        if any(name_key(each.name) == name_key(name) for each in known):
            raise errors.UsageError(f"{owner.name} has a token “{name}” already. Choose another name, or revoke that.")
        if len(known) >= MOST_TOKENS:
            raise errors.UsageError(f"{owner.name} has {MOST_TOKENS} tokens. Revoke those that no program uses.")

    def _found(self, reader: Connection, token_id: int) -> ApiToken:
        for row in store.tokens(reader, user_id=self._own_id()):
            if row.id == token_id:
                return self._shown(row)
        raise errors.UnknownIdError(f"There is no token {token_id}. 'indexium tokens list' shows the tokens.")

    def _shown(self, row: TokenRow) -> ApiToken:
        has_ended = row.ends_at is not None and row.ends_at <= self._clock()
        effective = frozenset() if has_ended else self._check.effective(frozenset(row.permissions), user_id=row.user_id)
        return ApiToken(
            **row._asdict(), has_ended=has_ended, effective=[each for each in row.permissions if each in effective]
        )


def _seen_libraries(reader: Connection, owner: User, ids: Sequence[int]) -> builtins.list[int]:
    """Return the ids without repetitions; UsageError without any, UnknownIdError if the owner sees no such library."""
    found = sorted(set(ids))
    if not found:
        raise errors.UsageError("Name at least one library, or leave them out: then the token has those of its owner.")
    for library_id in found:
        if owner.libraries is not None and library_id not in owner.libraries:
            raise errors.UnknownIdError(f"There is no library {library_id} that {owner.name} sees.")
        catalog.library(reader, library_id)
    return found
