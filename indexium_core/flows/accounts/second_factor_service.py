"""The second factor of a sign-in: each person sets the own one, and an administrator switches those of others off."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.accounts import one_time_codes
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.flows.accounts.user_service import UserService
from indexium_core.model.accounts.needs import NO_LIBRARY, needs, only_for_people
from indexium_core.model.accounts.permissions import PLAN_READ, USERS_MANAGE
from indexium_core.model.accounts.sign_in import SecondFactorStart, SecondFactorState
from indexium_core.model.accounts.users import User
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.remote_calls import remote
from indexium_core.store.accounts import activity
from indexium_core.store.accounts import users as store
from indexium_core.store.database import Database


@only_for_people
@checked_arguments
class SecondFactorService:
    """The second factor of the person who acts. A sign-in then needs the password, and a code of an app."""

    def __init__(
        self, database: Database, sign_in: SignIn, users: UserService, *, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._sign_in, self._users, self._clock = database, sign_in, users, clock

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def state(self) -> SecondFactorState:
        """Return whether the sign-in of the present person needs a code; UsageError if nobody signed in."""
        user_id, reader = own_id(), self._database.read()
        found = store.second_factor(reader, user_id)
        left = store.recovery_codes_left(reader, user_id)
        return SecondFactorState(is_on=found is not None and found.is_on, recovery_codes=left)

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def start(self) -> SecondFactorStart:
        """
        Return a new secret of the present person, in place of any that was not confirmed. `confirm` switches it on.

        Raises:
            UsageError: Nobody signed in, or the second factor is on already.

        """
        user_id, secret = own_id(), one_time_codes.new_secret()
        with self._database.atomic() as tx:
            found = store.second_factor(tx, user_id)
            if found is not None and found.is_on:
                raise errors.UsageError("The second factor is on already. Switch it off to set up another app.")
            store.start_second_factor(tx, user_id, secret=secret, now=self._clock())
        uri = one_time_codes.uri(secret, current_actor().name)
        return SecondFactorStart(secret=secret, uri=uri, qr=one_time_codes.qr(uri))

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def confirm(self, code: str) -> builtins.list[str]:
        """
        Switch the second factor of the present person on with a code of the app, and return the recovery codes.

        No later call returns them. Each counts once, in place of a code of the app.

        Raises:
            UsageError: Nobody signed in, there is no secret to confirm, or the code is wrong.

        """
        user_id, codes = own_id(), one_time_codes.new_recovery_codes()
        with self._database.atomic() as tx:
            found = store.second_factor(tx, user_id)
            if found is None or found.is_on:
                raise errors.UsageError("There is no new second factor to confirm. Start with a new one.")
            step = one_time_codes.matching_step(found.secret, code, self._clock())
            if step is None:
                raise errors.UsageError(
                    "The code is wrong. Enter the one that the app shows now, and check the clock of the device."
                )
            hashes = [one_time_codes.recovery_hash(each) for each in codes]
            store.confirm_second_factor(tx, user_id, step=step, recovery_hashes=hashes, now=self._clock())
            activity.record(tx, "switched their own second factor on", now=self._clock())
        self._sign_in.read_again()
        return codes

    @needs(PLAN_READ, NO_LIBRARY)
    @remote()
    def switch_off(self, password: str) -> SecondFactorState:
        """
        Switch the second factor of the present person off.

        Raises:
            SignInError: The password is wrong, or too many were.
            UsageError: Nobody signed in.

        """
        user_id = own_id()
        self._sign_in.require_password(user_id, password)
        self._remove(user_id, "switched their own second factor off")
        return self.state()

    @needs(USERS_MANAGE)
    @remote()
    def switch_off_of(self, name: str) -> User:
        """Switch the second factor of a person off, for an administrator; UnknownIdError if nobody has the name."""
        user = self._users.get(name)
        self._remove(user.id, f"switched the second factor of {user.name} off")
        return self._users.get(name)

    def _remove(self, user_id: int, label: str) -> None:
        with self._database.atomic() as tx:
            store.remove_second_factor(tx, user_id)
            activity.record(tx, label, now=self._clock())
        self._sign_in.read_again()


def own_id() -> int:
    """Return the id of the person who acts; UsageError if nobody signed in."""
    actor = current_actor()
    if actor.kind != "user":
        raise errors.UsageError("Nobody has signed in here. A person who signed in does that.")
    return int(actor.id)
