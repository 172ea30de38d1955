"""
The sign-in with its second step, and the sessions.

A session is a random token of 256 bits in a cookie; the database has only its SHA-256. It ends after some hours
without a request, after some days in any case, with a sign-out, and when an administrator ends it. Each request is
checked, so the open sessions are in memory. A request changes the database only if the last note of the session is
older than a few minutes.

Between the steps, there is no session. The browser has a token for the second step only, and this process its hash,
for five minutes. Each code counts once. Wrong codes are limited by person and by address, so that somebody who knows a
password cannot try many codes.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from indexium_core import errors
from indexium_core.flows.accounts import one_time_codes, passwords
from indexium_core.flows.accounts.attempts import WrongAttempts
from indexium_core.model.accounts.permissions import Role, checked_role
from indexium_core.model.accounts.sign_in import SecondStep
from indexium_core.model.accounts.tokens import secret_hash
from indexium_core.model.accounts.users import SignedIn, UserSession, checked_user_name, name_key
from indexium_core.model.operations.actor import SYSTEM, Actor, acting_as, whole_home
from indexium_core.settings import Settings
from indexium_core.store.accounts import activity
from indexium_core.store.accounts import users as store
from indexium_core.store.accounts.users import OpenSession, Rights
from indexium_core.store.database import Database

logger = logging.getLogger(__name__)

_LASTS = timedelta(minutes=5)
_WINDOW = 300.0  # seconds
_CODES_OF_PERSON, _CODES_OF_ADDRESS = 10, 30  # wrong codes in that time
_OF_NAME, _OF_ADDRESS = 10, 30  # wrong passwords in that time
_NOTED_EVERY = timedelta(minutes=5)
_LONGEST_CLIENT = 200  # characters
_PAGE = "page."  # the start of the handles of sessions
_WRONG = "The name or the password is wrong."


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
        self._people = WrongAttempts(most=_CODES_OF_PERSON, seconds=_WINDOW)
        self._addresses = WrongAttempts(most=_CODES_OF_ADDRESS, seconds=_WINDOW)

    def is_needed(self, user_id: int) -> bool:
        """Return whether a sign-in of a person needs a code."""
        found = store.second_factor(self._database.read(), user_id)
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
            found = store.second_factor(tx, user_id)
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


class SignIn:
    """Signs people in, and knows their open sessions. It may be used from any thread."""

    def __init__(self, database: Database, *, config: Settings, clock: Callable[[], datetime]) -> None:
        self._database, self._config, self._clock = database, config, clock
        self._followers: list[Callable[[], object]] = []
        self._names = WrongAttempts(most=_OF_NAME, seconds=_WINDOW)
        self._addresses = WrongAttempts(most=_OF_ADDRESS, seconds=_WINDOW)
        self._second_steps = SecondSteps(database, clock=clock)
        self._lock = threading.Lock()
        self._open: dict[str, OpenSession] | None = None  # by the hash of the token; None: not read yet
        self._seen: dict[str, datetime] = {}  # newest requests
        self._handle_key = secrets.token_bytes(32)
        self._handles: Mapping[str, str] = {}  # hashes of tokens by handle
        self._of_proxies: dict[tuple[str, str, str], str] = {}  # tokens by name, address and client
        self._is_needed: bool | None = None  # None: not read yet
        self._rights: Mapping[int, Rights] | None = None  # of the people who can sign in; None: not read yet
        self._reads = 0  # how often everything was read again

    def sign_in(self, name: str, password: str, *, address: str = "", client: str = "") -> SignedIn | SecondStep:
        """
        Start a session of a person, or return the second step if the person has a second factor: see `complete`.

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
        known = store.credentials(self._database.read(), key)
        self._check(known, password, key=key, address=address)
        assert known is not None
        if self._second_steps.is_needed(known.user_id):
            return self._second_steps.begin(known.user_id)
        return self._start(known, address, client)

    def complete(self, token: str, code: str, *, address: str = "", client: str = "") -> SignedIn:
        """
        Start a session after the second step.

        Args:
            token: Of the second step.
            code: Of the app of the person, or a recovery code.
            address: From which the person signs in.
            client: As the browser names itself.

        Raises:
            SignInError: The code is wrong or was used before, too many were wrong, or the step has ended.

        """
        user_id = self._second_steps.finish(token, code, address=address)
        known = store.credentials_of(self._database.read(), user_id)
        if known is None or not known.enabled:
            raise errors.SignInError(_WRONG)
        return self._start(known, address, client)

    def of_proxy(self, name: str, *, address: str = "", client: str = "") -> str:
        """
        Return the token of the session of a person whom a trusted proxy names; the first request starts the session.

        Raises:
            SignInError: There is no such person, or an administrator has switched the person off.
            UsageError: The person would be added, and has no valid name.

        """
        sender = (name_key(name), address, client[:_LONGEST_CLIENT])
        token = self._of_proxies.get(sender, "")
        found = self.find(token)
        if found is not None and name_key(found.name) == sender[0]:
            return token
        known = store.credentials(self._database.read(), sender[0]) or self._of_new(name)
        if known is None or not known.enabled:
            reason = "cannot sign in here" if known else "does not exist here"
            raise errors.SignInError(f"The proxy names “{name[:40]}”, who {reason}.", code="unknown_person")
        signed = self._start(known, address, client)
        self._of_proxies = {each: kept for each, kept in self._of_proxies.items() if self.is_open(kept)}
        self._of_proxies[sender] = signed.token
        return signed.token

    def start(self, user_id: int, *, address: str = "", client: str = "") -> SignedIn:
        """Start a session of a person whom another program has signed in; SignInError if the person is switched off."""
        known = store.credentials_of(self._database.read(), user_id)
        if known is None or not known.enabled:
            raise errors.SignInError("You cannot sign in here. Ask an administrator.", code="unknown_person")
        return self._start(known, address, client)

    def _of_new(self, name: str) -> store.CredentialRow | None:
        role = self._config.trusted_user_role
        return None if role == "none" else store.credentials_of(self._database.read(), self.add_person(name, role))

    def add_person(self, name: str, role: str) -> int:
        """
        Add a person, without a password, whom another program has signed in, and return the id.

        Raises:
            UsageError: The name or the role is not valid.

        """
        wanted, now = checked_user_name(name), self._clock()
        with acting_as(SYSTEM), self._database.atomic() as tx:
            user_id = store.add(tx, name=wanted, name_key=name_key(wanted), role=checked_role(role), now=now)
            activity.record(tx, f"added {wanted} as {role}", now=now)
        self.read_again()
        logger.info("accounts.added", extra={"user_action": f"{wanted} as {role}"})
        return user_id

    def require_password(self, user_id: int, password: str) -> None:
        """Raise SignInError if a person, who has signed in, has another password, or if too many were wrong."""
        known = store.credentials_of(self._database.read(), user_id)
        self._check(known, password, key=f"#{user_id}", address="", wrong="Your present password is wrong.")

    def _check(
        self, known: store.CredentialRow | None, password: str, *, key: str, address: str, wrong: str = _WRONG
    ) -> None:
        if (address and self._addresses.are_too_many(address)) or self._names.are_too_many((key, address)):
            raise errors.SignInError("Too many wrong passwords were given. Wait five minutes.", code="too_many")
        is_right = passwords.is_right(password, None if known is None else known.password_hash)
        if known is None or not is_right or not known.enabled:
            self._addresses.count(address)
            self._names.count((key, address))
            logger.warning("accounts.wrong_password", extra={"sender": address})
            raise errors.SignInError(wrong)
        self._names.forget((key, address))

    def _start(self, known: store.CredentialRow, address: str, client: str) -> SignedIn:
        now, token, client = self._clock(), secrets.token_urlsafe(32), client[:_LONGEST_CLIENT]
        ends_at = now + timedelta(days=self._config.session_days)
        with acting_as(Actor("user", str(known.user_id), known.name)), whole_home(), self._database.atomic() as tx:
            store.remove_ended(tx, now=now, seen_after=self.seen_after)
            session_id = store.add_session(
                tx,
                user_id=known.user_id,
                token_hash=secret_hash(token),
                address=address,
                client=client,
                now=now,
                ends_at=ends_at,
            )
            activity.record(tx, "signed in", now=now)
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
        found = self._rights_of(user_id)
        return None if found is None else found.role

    def libraries_of(self, user_id: int) -> frozenset[int] | None:
        """Return the libraries that a person sees: none if the person cannot sign in any more; None: all."""
        found = self._rights_of(user_id)
        return frozenset() if found is None else found.libraries

    def _rights_of(self, user_id: int) -> Rights | None:
        rights = self._rights
        if rights is None:
            reads = self._reads
            with whole_home():  # the rights of all people are kept, not those of the actor only
                rights = store.rights(self._database.read())
            if reads == self._reads:  # else a change has made them old
                self._rights = rights
        return rights.get(user_id)

    @property
    def seen_after(self) -> datetime:
        """The moment after which a session must have been used."""
        return self._clock() - timedelta(hours=self._config.session_idle_hours)

    def find(self, token: str) -> OpenSession | None:
        """Return the open session of a token, and note the request; None if there is none."""
        if not token:
            return None
        key, now = self._key_of(token), self._clock()
        found = self._open_session(key)
        if found is None:
            return None
        self._seen[key] = now
        if now - found.last_seen_at >= _NOTED_EVERY:
            self._note_seen()
        return found

    def is_open(self, token: str) -> bool:
        """Return whether a token has an open session. This is no request, so the session does not last longer."""
        return bool(token) and self._open_session(self._key_of(token)) is not None

    def _open_session(self, key: str) -> OpenSession | None:
        found = self._sessions().get(key)
        if found is None or found.ends_at <= self._clock():
            return None
        seen = max(found.last_seen_at, self._seen.get(key, found.last_seen_at))
        return found if seen > self.seen_after else None

    def handle(self, token: str) -> str:
        """
        Return what stands for the token of an open session in this process; "" if there is none.

        Bokeh sends the cookies of a page to the scripts of the page. A handle does not open a session from outside:
        the web server accepts none.
        """
        if token.startswith(_PAGE) or self.find(token) is None:
            return ""
        return self._handle(secret_hash(token))

    def _handle(self, key: str) -> str:
        return _PAGE + hmac.digest(self._handle_key, key.encode(), "sha256").hex()

    def _key_of(self, token: str) -> str:
        if not token.startswith(_PAGE):
            return secret_hash(token)
        self._sessions()  # reads the handles
        return self._handles.get(token, "")

    def _sessions(self) -> Mapping[str, OpenSession]:
        with self._lock:
            if self._open is None:
                rows = store.open_sessions(self._database.read(), now=self._clock(), seen_after=self.seen_after)
                self._open = dict(rows)
                self._handles = {self._handle(key): key for key in rows}
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
        with whole_home(), self._database.atomic() as tx:
            store.note_seen(tx, newest)

    def sign_out(self, token: str, *, note: str = "signed out") -> None:
        """End the session of a token, if there is one; `note` is recorded as what its person did."""
        found = self._sessions().get(self._key_of(token))
        if found is not None:
            with acting_as(found.actor):
                self.end(session_id=found.id, note=note)

    def end(
        self,
        *,
        session_id: int | None = None,
        user_id: int | None = None,
        kept_session: int | None = None,
        note: str = "",
    ) -> None:
        """End a session, or all sessions of a person, perhaps without one; `note` is recorded as what the actor did."""
        with whole_home(), self._database.atomic() as tx:
            store.end_sessions(tx, session_id=session_id, user_id=user_id, kept_session=kept_session)
            if note:
                activity.record(tx, note, now=self._clock())
        if user_id is not None:
            self._second_steps.forget(user_id)
        self.read_again()

    def follow(self, call: Callable[[], object]) -> None:
        """Call a function after each change of people or sessions, on the thread of the change."""
        self._followers.append(call)

    def read_again(self) -> None:
        """Read the people and the open sessions again before the next check, because some have changed."""
        with self._lock:
            self._reads += 1
            self._open = self._is_needed = self._rights = None
        for call in self._followers:
            call()
