"""
The one-time address with which the first administrator of a service that others reach is added.

Such a service is closed as long as nobody can sign in. Whoever sees its terminal gets a random code from it. The code
is only in memory, it works once and for an hour, and it ends as soon as there is a person.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable

from indexium_core import errors
from indexium_core.flows.accounts.attempts import WrongAttempts
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.flows.accounts.user_service import UserService
from indexium_core.model.accounts.users import SignedIn

logger = logging.getLogger(__name__)

_SECONDS = 3600.0  # for which a code works
_WINDOW, _MOST = 300.0, 10  # wrong codes from one address in these seconds
_ENDED = (
    "This address does not work any more. Start the service again: it prints a new one. "
    "Or use 'indexium users add NAME --role admin' on its computer."
)


class FirstPerson:
    """Adds the first administrator by a code. It may be used from any thread."""

    def __init__(self, sign_in: SignIn, users: UserService, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is a monotonic clock."""
        self._sign_in, self._users, self._clock = sign_in, users, clock
        self._wrong = WrongAttempts(most=_MOST, seconds=_WINDOW, clock=clock)
        self._lock = threading.Lock()
        self._code, self._ends_at = "", 0.0

    def new_code(self) -> str:
        """Return a new code, which replaces the former one; "" if there are people already."""
        with self._lock:
            self._code = "" if self._sign_in.is_needed else secrets.token_urlsafe(32)
            self._ends_at = self._clock() + _SECONDS
            return self._code

    def check(self, code: str, *, address: str = "") -> None:
        """
        Raise SignInError if a code does not work.

        Args:
            code: As the address of the page has it.
            address: From which it was sent. After some wrong codes, it has to wait.

        """
        if self._wrong.are_too_many(address):
            raise errors.SignInError("Too many wrong addresses were used. Wait five minutes.", code="too_many")
        if not self._is_right(code):
            self._wrong.count(address)
            logger.warning("accounts.wrong_code", extra={"sender": address})
            raise errors.SignInError(_ENDED, code="wrong_code")

    def _is_right(self, code: str) -> bool:
        known = self._code
        is_same = secrets.compare_digest(code.encode("utf-8", "surrogatepass"), known.encode())
        return is_same and bool(known) and self._clock() < self._ends_at and not self._sign_in.is_needed

    def add(self, code: str, name: str, password: str, *, address: str = "", client: str = "") -> SignedIn:
        """
        Add the first administrator, and return a new session of this person. The code ends.

        Args:
            code: As the address of the page has it.
            name: Of the person.
            password: At least 8 characters.
            address: From which the person signs in.
            client: As the browser names itself.

        Raises:
            SignInError: The code does not work, or too many wrong ones were sent.
            UsageError: The name or the password is not valid. The code works on.

        """
        with self._lock:
            self.check(code, address=address)
            user = self._users.add(name, password, role="admin")
            self._code = ""
        return self._sign_in.start(user.id, address=address, client=client)
