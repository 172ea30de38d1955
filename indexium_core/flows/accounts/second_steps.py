"""
The second step of a sign-in: after the right password, a code of an app or a recovery code.

Between the steps, there is no session. The browser has a token for the second step only, and this process its hash,
for five minutes. Each code counts once. Wrong codes are limited by person and by address, so that somebody who knows a
password cannot try many codes.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from indexium_core import errors
from indexium_core.flows.accounts import one_time_codes
from indexium_core.flows.accounts.attempts import WrongAttempts
from indexium_core.model.accounts.sign_in import SecondStep
from indexium_core.model.accounts.tokens import secret_hash
from indexium_core.model.operations.actor import whole_home
from indexium_core.store.accounts import second_factors as store
from indexium_core.store.database import Database

logger = logging.getLogger(__name__)

_LASTS = timedelta(minutes=5)
_WINDOW = 300.0  # seconds
_OF_PERSON, _OF_ADDRESS = 10, 30  # wrong codes in that time


class _Waiting(NamedTuple):
    """A sign-in that waits for its code."""

    user_id: int
    ends_at: datetime


class SecondSteps:
    """The sign-ins that wait for a code. It may be used from any thread."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}  # by the hash of the token
        self._people = WrongAttempts(most=_OF_PERSON, seconds=_WINDOW)
        self._addresses = WrongAttempts(most=_OF_ADDRESS, seconds=_WINDOW)

    def is_needed(self, user_id: int) -> bool:
        """Return whether a sign-in of a person needs a code."""
        found = store.find(self._database.read(), user_id)
        return found is not None and found.is_on

    def begin(self, user_id: int) -> SecondStep:
        """Return the second step of a sign-in of a person, whose password was right."""
        token, now = secrets.token_urlsafe(32), self._clock()
        step = SecondStep(token=token, ends_at=now + _LASTS)
        with self._lock:
            self._waiting = {key: each for key, each in self._waiting.items() if each.ends_at > now}
            self._waiting[secret_hash(token)] = _Waiting(user_id, step.ends_at)
        return step

    def finish(self, token: str, code: str, *, address: str) -> int:
        """
        Check the code of a second step, and return the id of the person. The token counts no more after a right code.

        Raises:
            SignInError: The step has ended, the code is wrong or was used before, or too many were wrong.

        """
        with self._lock:
            waiting = self._waiting.get(secret_hash(token))
        if waiting is None or waiting.ends_at <= self._clock() or not self.is_needed(waiting.user_id):
            raise _ended()
        user_id = waiting.user_id
        if self._people.are_too_many(user_id) or self._addresses.are_too_many(address):
            raise errors.SignInError("Too many wrong codes were given. Wait five minutes.", code="too_many")
        if not self._use(user_id, code):
            self._people.count(user_id)
            self._addresses.count(address)
            logger.warning("accounts.wrong_code", extra={"sender": address})
            raise errors.SignInError("The code is wrong, or it was used before. Enter the next one.", code="wrong_code")
        self._people.forget(user_id)
        with self._lock:
            if self._waiting.pop(secret_hash(token), None) is None:  # used at the same time
                raise _ended()
        return user_id

    def _use(self, user_id: int, code: str) -> bool:
        with whole_home(), self._database.atomic() as tx:
            found = store.find(tx, user_id)
            if found is None:
                return False
            step = one_time_codes.matching_step(found.secret, code, self._clock())
            if step is not None:
                return store.use_step(tx, user_id, step)
            return store.use_recovery_code(tx, user_id, one_time_codes.recovery_hash(code))

    def forget(self, user_id: int) -> None:
        """End the second steps of a person: the password or the person has changed."""
        with self._lock:
            self._waiting = {key: each for key, each in self._waiting.items() if each.user_id != user_id}


def _ended() -> errors.SignInError:
    return errors.SignInError(
        "The time for the code is over. Enter the name and the password again.", code="sign_in_ended"
    )
