"""The accounts of other programs with which people sign in: each person links the own ones, administrators link all."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.accounts.open_id_sign_in import OpenIdSignIn
from indexium_core.flows.accounts.second_factor_service import own_id
from indexium_core.flows.accounts.user_service import UserService
from indexium_core.model.accounts.needs import NO_LIBRARY, needs, only_for_people
from indexium_core.model.accounts.permissions import PLAN_READ, USERS_MANAGE
from indexium_core.model.accounts.sign_in import UserIdentity
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.remote_calls import remote
from indexium_core.store.accounts import activity, users
from indexium_core.store.database import Database

_LONGEST = 255  # characters of a subject


@only_for_people
@checked_arguments
class IdentityService:
    """The links between people and their accounts of the OpenID Connect provider."""

    def __init__(
        self, database: Database, people: UserService, open_id: OpenIdSignIn, *, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._people, self._open_id, self._clock = database, people, open_id, clock

    @needs(USERS_MANAGE)
    @remote()
    def list(self, name: str = "") -> builtins.list[UserIdentity]:
        """Return the links, of one person or of all. Raises UnknownIdError."""
        return users.identities(self._database.read(), self._people.get(name).id if name else None)

    @needs(USERS_MANAGE)
    @remote()
    def link(self, name: str, subject: str) -> UserIdentity:
        """
        Let a person sign in with an account of the provider in the settings.

        Args:
            name: A person.
            subject: The id that the provider gives the account; a refused sign-in shows it.

        Raises:
            UnknownIdError: There is no such person.
            UsageError: OpenID Connect is off, the subject is not valid, or somebody has this account already.

        """
        user, issuer, wanted = self._people.get(name), self._open_id.issuer, subject.strip()
        if not wanted or len(wanted) > _LONGEST or not wanted.isprintable():
            raise errors.UsageError(f"A subject is a text of 1 to {_LONGEST} characters.")
        with self._database.atomic() as tx:
            if users.person_of(tx, issuer, wanted) is not None:
                raise errors.UsageError(
                    f"Somebody signs in with the account “{wanted[:40]}” already. Remove that link."
                )
            users.link_identity(tx, user.id, issuer=issuer, subject=wanted, now=self._clock())
            label = f"linked an account of {self._open_id.label} to {user.name}"
            activity.record(tx, label, now=self._clock())
        return next(each for each in self.list(name) if (each.issuer, each.subject) == (issuer, wanted))

    @needs(USERS_MANAGE)
    @remote()
    def unlink(self, name: str, subject: str) -> UserIdentity:
        """Remove the link of a person, and return it. Raises UnknownIdError."""
        return self._remove(self.list(name), subject)

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def provider(self) -> str:
        """Return the name of the provider for people; "" if OpenID Connect is off."""
        return self._open_id.label

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def own(self) -> builtins.list[UserIdentity]:
        """Return the links of the present person; UsageError if nobody signed in."""
        return users.identities(self._database.read(), own_id())

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def unlink_own(self, subject: str) -> UserIdentity:
        """Remove a link of the present person, and return it. Raises UnknownIdError, and UsageError as `own`."""
        return self._remove(self.own(), subject)

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def ticket(self) -> str:
        """
        Return a text that lets the browser of the present person link an account, once and within ten minutes.

        The browser opens `/sign-in/openid?ticket=…` with it. Raises UsageError if nobody signed in, or OpenID Connect
        is off.
        """
        self._open_id.require()
        return self._open_id.ticket(own_id())

    def _remove(self, known: builtins.list[UserIdentity], subject: str) -> UserIdentity:
        for each in known:
            if each.subject == subject:
                with self._database.atomic() as tx:
                    users.unlink_identity(tx, each.user_id, issuer=each.issuer, subject=each.subject)
                    label = f"removed the link of {each.user_name} to an account of another program"
                    activity.record(tx, label, now=self._clock())
                return each
        raise errors.UnknownIdError(f"There is no link to the account “{subject[:40]}”.")
