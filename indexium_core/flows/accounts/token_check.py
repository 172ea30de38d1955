"""
The check of API tokens.

Each request of a program is checked, so the tokens that have not ended are in memory, by the SHA-256 of their texts. A
token can do what it was given and what its owner may do at that moment. A request changes the database only if the last
note of the token is older than a few minutes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from indexium_core.flows.accounts.attempts import WrongAttempts
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.model.accounts.permissions import WITHOUT_TOKENS, Grants, Permission, permissions_of
from indexium_core.model.accounts.tokens import secret_hash
from indexium_core.model.operations.actor import whole_home
from indexium_core.store.accounts import tokens as store
from indexium_core.store.accounts.tokens import OpenToken
from indexium_core.store.database import Database

logger = logging.getLogger(__name__)

_WINDOW = 300.0  # seconds
_OF_ADDRESS = 30  # wrong tokens in that time
_NOTED_EVERY = timedelta(minutes=5)


class TokenCheck:
    """Knows the tokens that have not ended, and what each may do now. It may be used from any thread."""

    def __init__(self, database: Database, sign_in: SignIn, *, clock: Callable[[], datetime]) -> None:
        self._database, self._sign_in, self._clock = database, sign_in, clock
        self._followers: list[Callable[[], object]] = []
        self._wrong = WrongAttempts(most=_OF_ADDRESS, seconds=_WINDOW)
        self._lock = threading.RLock()  # a read asks for the libraries of the token that acts
        self._open: Mapping[str, OpenToken] | None = None  # by the hash of the text; None: not read yet
        self._by_id: Mapping[int, OpenToken] = {}
        self._used: dict[int, tuple[datetime, str]] = {}  # newest requests and their addresses, by id
        self._noted: dict[int, datetime] = {}  # what the database has of them
        sign_in.follow(self._forget)

    def find(self, text: str, *, address: str | None = None) -> OpenToken | None:
        """Return the token with a text; None if there is none or it has ended. `address`: note a request from there."""
        found = self._tokens().get(secret_hash(text)) if text else None
        if found is None or not self._is_open(found):
            return None
        if address is not None:
            self._note(found, address)
        return found

    def count_wrong(self, address: str) -> bool:
        """Count a request with a wrong token from an address; return False if there were too many already."""
        is_counted = self._wrong.count(address)
        if is_counted:
            logger.warning("accounts.wrong_token", extra={"sender": address})
        return is_counted

    def get(self, token_id: int) -> OpenToken | None:
        """Return a token by its id; None if it has ended."""
        self._tokens()
        found = self._by_id.get(token_id)
        return found if found is not None and self._is_open(found) else None

    def grants_of(self, token_id: int) -> Grants:
        """Return what a token may do now: nothing if it has ended, or its owner cannot sign in any more."""
        found = self.get(token_id)
        if found is None:
            return Grants(frozenset(), is_token=True)
        libraries, of_owner = found.libraries, self._sign_in.libraries_of(found.user_id)
        if of_owner is not None:
            libraries = of_owner if libraries is None else libraries & of_owner
        return Grants.of(self.effective(found.permissions, user_id=found.user_id), libraries, is_token=True)

    def effective(self, permissions: frozenset[Permission], *, user_id: int) -> frozenset[Permission]:
        """Return those of the permissions of a token that its owner has now, and that a token may have."""
        role = self._sign_in.role_of(user_id)
        return frozenset() if role is None else permissions & permissions_of(role) - WITHOUT_TOKENS

    def follow(self, call: Callable[[], object]) -> None:
        """Call a function after each change of tokens, on the thread of the change."""
        self._followers.append(call)

    def read_again(self) -> None:
        """Read the tokens again before the next check, because some have changed."""
        self._forget()
        for call in self._followers:
            call()

    def _forget(self) -> None:
        with self._lock:
            self._open = None

    def _is_open(self, token: OpenToken) -> bool:
        is_over = token.ends_at is not None and token.ends_at <= self._clock()
        return not is_over and self._sign_in.role_of(token.user_id) is not None

    def _tokens(self) -> Mapping[str, OpenToken]:
        with self._lock:
            if self._open is None:
                with whole_home():
                    self._open = store.open_tokens(self._database.read(), now=self._clock())
                self._by_id = {each.id: each for each in self._open.values()}
                self._noted = {each.id: each.last_used_at for each in self._open.values() if each.last_used_at}
            return self._open

    def _note(self, token: OpenToken, address: str) -> None:
        """Note a request; the first one at once, so that people see whether a new token works."""
        now = self._clock()
        with self._lock:
            self._used[token.id] = now, address
            noted = self._noted.get(token.id)
            if noted is not None and now - noted < _NOTED_EVERY:
                return
            used, self._used = self._used, {}
            self._noted |= {token_id: used_at for token_id, (used_at, _) in used.items()}
        with whole_home(), self._database.atomic() as tx:
            store.note_used(tx, used)
