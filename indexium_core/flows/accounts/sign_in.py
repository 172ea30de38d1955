"""
The sign-in and the sessions.

A session is a random token of 256 bits in a cookie; the database has only its SHA-256. It ends after some hours
without a request, after some days in any case, with a sign-out, and when an administrator ends it. Each request is
checked, so the open sessions are in memory. A request changes the database only if the last note of the session is
older than a few minutes.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from indexium_core import errors
from indexium_core.flows.accounts import passwords
from indexium_core.flows.accounts.attempts import WrongAttempts
from indexium_core.model.accounts.permissions import Role
from indexium_core.model.accounts.users import SignedIn, UserSession, name_key
from indexium_core.model.operations.actor import Actor, acting_as
from indexium_core.settings import Settings
from indexium_core.store.accounts import users as store
from indexium_core.store.accounts.users import OpenSession
from indexium_core.store.database import Database

logger = logging.getLogger(__name__)

_WINDOW = 300.0  # seconds
_OF_NAME, _OF_ADDRESS = 10, 30  # wrong passwords in that time
_NOTED_EVERY = timedelta(minutes=5)
_LONGEST_CLIENT = 200  # characters
_WRONG = "The name or the password is wrong."


class SignIn:
    """Signs people in, and knows their open sessions. It may be used from any thread."""

    def __init__(self, database: Database, *, config: Settings, clock: Callable[[], datetime]) -> None:
        self._database, self._config, self._clock = database, config, clock
        self._followers: list[Callable[[], object]] = []
        self._names = WrongAttempts(most=_OF_NAME, seconds=_WINDOW)
        self._addresses = WrongAttempts(most=_OF_ADDRESS, seconds=_WINDOW)
        self._lock = threading.Lock()
        self._open: dict[str, OpenSession] | None = None  # by the hash of the token; None: not read yet
        self._seen: dict[str, datetime] = {}  # newest requests
        self._is_needed: bool | None = None  # None: not read yet
        self._roles: Mapping[int, Role] | None = None  # of the people who can sign in; None: not read yet

    def sign_in(self, name: str, password: str, *, address: str = "", client: str = "") -> SignedIn:
        """
        Start a session of a person.

        Args:
            name: In any case.
            password: The password.
            address: From which the person signs in.
            client: As the browser names itself.

        Raises:
            SignInError: The name or the password is wrong, too many were, or an administrator has switched the
                person off; an answer for an unknown name is the same, after the same time.

        """
        key = name_key(name)
        if self._addresses.are_too_many(address) or self._names.are_too_many((key, address)):
            raise errors.SignInError("Too many wrong passwords were given. Wait five minutes.", code="too_many")
        known = store.credentials(self._database.read(), key)
        is_right = passwords.is_right(password, None if known is None else known.password_hash)
        if known is None or not is_right or not known.enabled:
            self._addresses.count(address)
            self._names.count((key, address))
            logger.warning("accounts.wrong_password", extra={"sender": address})
            raise errors.SignInError(_WRONG)
        self._names.forget((key, address))
        return self._start(known, address, client[:_LONGEST_CLIENT])

    def _start(self, known: store.CredentialRow, address: str, client: str) -> SignedIn:
        now, token = self._clock(), secrets.token_urlsafe(32)
        ends_at = now + timedelta(days=self._config.session_days)
        with acting_as(Actor("user", str(known.user_id), known.name)), self._database.atomic() as tx:
            store.remove_ended(tx, now=now, seen_after=self.seen_after)
            session_id = store.add_session(
                tx,
                user_id=known.user_id,
                token_hash=_hash(token),
                address=address,
                client=client,
                now=now,
                ends_at=ends_at,
            )
        session = UserSession(
            id=session_id,
            user_id=known.user_id,
            user_name=known.name,
            address=address,
            client=client,
            created_at=now,
            last_seen_at=now,
            ends_at=ends_at,
        )
        self.read_again()
        return SignedIn(session=session, token=token)

    @property
    def is_needed(self) -> bool:
        """Whether somebody can sign in, so that everything else needs a session or a token."""
        if self._is_needed is None:
            self._is_needed = store.count(self._database.read()) > 0
        return self._is_needed

    def role_of(self, user_id: int) -> Role | None:
        """Return the present role of a person; None if the person cannot sign in any more."""
        if self._roles is None:
            self._roles = store.roles(self._database.read())
        return self._roles.get(user_id)

    @property
    def seen_after(self) -> datetime:
        """The moment after which a session must have been used."""
        return self._clock() - timedelta(hours=self._config.session_idle_hours)

    def find(self, token: str) -> OpenSession | None:
        """Return the open session of a token, and note the request; None if there is none."""
        if not token:
            return None
        key, now = _hash(token), self._clock()
        found = self._open_session(key)
        if found is None:
            return None
        self._seen[key] = now
        if now - found.last_seen_at >= _NOTED_EVERY:
            self._note_seen()
        return found

    def is_open(self, token: str) -> bool:
        """Return whether a token has an open session. This is no request, so the session does not last longer."""
        return bool(token) and self._open_session(_hash(token)) is not None

    def _open_session(self, key: str) -> OpenSession | None:
        found = self._sessions().get(key)
        if found is None or found.ends_at <= self._clock():
            return None
        seen = max(found.last_seen_at, self._seen.get(key, found.last_seen_at))
        return found if seen > self.seen_after else None

    def _sessions(self) -> Mapping[str, OpenSession]:
        with self._lock:
            if self._open is None:
                rows = store.open_sessions(self._database.read(), now=self._clock(), seen_after=self.seen_after)
                self._open = dict(rows)
            return self._open

    def _note_seen(self) -> None:
        """Note the newest requests of all sessions."""
        with self._lock:
            seen, self._seen = self._seen, {}
            known = self._open or {}
            newest = {known[key].id: at for key, at in seen.items() if key in known}
            self._open = {
                key: each._replace(last_seen_at=seen.get(key, each.last_seen_at)) for key, each in known.items()
            }
        with self._database.atomic() as tx:
            store.note_seen(tx, newest)

    def sign_out(self, token: str) -> None:
        """End the session of a token, if there is one."""
        found = self._sessions().get(_hash(token))
        if found is not None:
            self.end(session_id=found.id)

    def end(self, *, session_id: int | None = None, user_id: int | None = None) -> None:
        """End a session, or all sessions of a person."""
        with self._database.atomic() as tx:
            store.end_sessions(tx, session_id=session_id, user_id=user_id)
        self.read_again()

    def follow(self, call: Callable[[], object]) -> None:
        """Call a function after each change of people or sessions, on the thread of the change."""
        self._followers.append(call)

    def read_again(self) -> None:
        """Read the people and the open sessions again before the next check, because some have changed."""
        with self._lock:
            self._open = self._is_needed = self._roles = None
        for call in self._followers:
            call()


def _hash(token: str) -> str:
    # A token is 256 random bits, so a fast hash is as good as a slow one, and each request is checked.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
