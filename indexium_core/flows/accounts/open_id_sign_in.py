"""
The sign-in with an account of another program.

Between the start and the answer of the provider, this process keeps the state, the nonce and the verifier, and the
browser a token in a cookie. So an answer counts once, within ten minutes, and only in the browser of its start. An
account is bound by its issuer and subject: a name that a provider gives never opens the account of somebody else here.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexium_core import errors
from indexium_core.flows.accounts.open_id_provider import OpenIdProvider
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.flows.accounts.user_service import UserService
from indexium_core.model.accounts.permissions import Role
from indexium_core.model.accounts.sign_in import OpenIdStart, claim_of, highest_role, roles_of_groups
from indexium_core.model.accounts.users import SignedIn, name_key
from indexium_core.model.operations.actor import SYSTEM, acting_as, whole_home
from indexium_core.settings import Settings
from indexium_core.store.accounts import activity, users
from indexium_core.store.database import Database

_LASTS = timedelta(minutes=10)
_MOST = 1000  # that wait at the same time: anybody can start one


@dataclass(frozen=True, slots=True)
class _OpenIdRecord:
    """A sign-in that waits for the answer of the provider."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    following: str  # address to go on to
    links: int | None  # id of the person who links an account
    ends_at: datetime


class OpenIdSignIn:
    """Signs people in with their accounts of the provider in the settings. It may be used from any thread."""

    def __init__(
        self,
        database: Database,
        sign_in: SignIn,
        people: UserService,
        provider: OpenIdProvider,
        *,
        config: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._sign_in, self._people, self._provider = database, sign_in, people, provider
        self._config, self._clock = config, clock
        self._lock = threading.Lock()
        self._waiting: dict[str, _OpenIdRecord] = {}  # by the token of the browser
        self._tickets: dict[str, tuple[int, datetime]] = {}  # of people who link an account

    @property
    def label(self) -> str:
        """The name of the provider for people; "" if the settings have none."""
        return self._config.oidc_label if self._config.oidc_issuer and self._config.oidc_client_id else ""

    @property
    def issuer(self) -> str:
        """The address of the provider; UsageError if the settings have none."""
        self.require()
        return self._config.oidc_issuer

    def require(self) -> None:
        """Raise UsageError if the settings have no provider."""
        if not self.label:
            raise errors.UsageError("OpenID Connect is off. Set INDEXIUM_OIDC_ISSUER and INDEXIUM_OIDC_CLIENT_ID.")

    def ticket(self, user_id: int) -> str:
        """Return a text that lets the browser of a person link an account once, within ten minutes."""
        ticket, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._tickets = {each: known for each, known in self._tickets.items() if known[1] > now}
            self._tickets[ticket] = (user_id, now + _LASTS)
        return ticket

    def begin(self, following: str, *, redirect_uri: str, ticket: str = "") -> OpenIdStart:
        """
        Start a sign-in.

        Args:
            following: Address of this server to go on to.
            redirect_uri: Address of this server to which the provider leads back.
            ticket: Of a person who links an account.

        Raises:
            SignInError: The provider cannot be used, or the ticket is over.
            UsageError: OpenID Connect is off.

        """
        self.require()
        links, now = self._holder(ticket) if ticket else None, self._clock()
        token, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        waiting = _OpenIdRecord(state, nonce, secrets.token_urlsafe(48), redirect_uri, following, links, now + _LASTS)
        address = self._provider.request_address(
            redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=waiting.verifier
        )
        with self._lock:
            kept = {each: known for each, known in self._waiting.items() if known.ends_at > now}
            while len(kept) >= _MOST:
                del kept[next(iter(kept))]
            self._waiting = {**kept, token: waiting}
        return OpenIdStart(address=address, token=token)

    def finish(
        self,
        token: str,
        *,
        state: str,
        code: str,
        problem: str = "",
        user_id: int | None = None,
        address: str = "",
        client: str = "",
    ) -> tuple[SignedIn | None, str]:
        """
        Read the answer of the provider: start a session, or link the account of a person who has one.

        Args:
            token: Of the start, from the cookie of the browser.
            state: As the provider returns it.
            code: Of the provider.
            problem: Why the provider refuses.
            user_id: Of the person who has a session in this browser.
            address: From which the person signs in.
            client: As the browser names itself.

        Returns:
            The session, None after a link, and the address to go on to.

        Raises:
            SignInError: The answer does not belong to a start in this browser, is not valid, or nobody here has this
                account.

        """
        with self._lock:
            waiting = self._waiting.pop(token, None)
        if waiting is None or waiting.ends_at <= self._clock() or not secrets.compare_digest(waiting.state, state):
            raise errors.SignInError(
                "This answer belongs to no sign-in of this browser. Sign in again.", code="sign_in_ended"
            )
        if problem or not code:
            raise errors.SignInError(
                f"{self.label} did not sign you in: {problem[:60] or 'no code'}.", code="open_id_failed"
            )
        claims = self._provider.claims(
            code,
            redirect_uri=waiting.redirect_uri,
            nonce=waiting.nonce,
            verifier=waiting.verifier,
            now=self._clock(),
        )
        if waiting.links is not None:
            self._link(waiting.links, user_id, str(claims["sub"]))
            return None, waiting.following
        return self._sign_in.start(self._person(claims), address=address, client=client), waiting.following

    def _holder(self, ticket: str) -> int:
        with self._lock:
            user_id, ends_at = self._tickets.pop(ticket, (0, self._clock()))
        if ends_at <= self._clock():
            raise errors.SignInError("The time to link the account is over. Start again.", code="sign_in_ended")
        return user_id

    def _link(self, links: int, user_id: int | None, subject: str) -> None:
        if user_id != links:
            raise errors.SignInError("Somebody else has signed in here meanwhile. Start again.", code="sign_in_ended")
        with whole_home(), self._database.atomic() as tx:
            other = users.person_of(tx, self.issuer, subject)
            if other not in (None, links):
                raise errors.SignInError(
                    f"Somebody else signs in with this account of {self.label}.", code="identity_taken"
                )
            if other is None:
                users.link_identity(tx, links, issuer=self.issuer, subject=subject, now=self._clock())
                label = f"linked their account of {self.label}"
                activity.record(tx, label, now=self._clock())

    def _person(self, claims: Mapping[str, Any]) -> int:
        """Return the id of the person who has an account; add the person, or set the role, if the settings say so."""
        subject, role = str(claims["sub"]), self._role(claims)
        user_id = users.person_of(self._database.read(), self.issuer, subject)
        if user_id is None:
            return self._add(claims, subject, role or self._config.oidc_new_role)
        known = users.credentials_of(self._database.read(), user_id)
        if known is not None and role not in (None, known.role):
            with acting_as(SYSTEM):
                self._people.change(known.name, role=role)
        return user_id

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """Return the role that the groups of a person give; None if the settings say nothing about groups."""
        if not self._config.oidc_role_claim:
            return None
        roles = roles_of_groups(self._config.oidc_roles)
        found = highest_role(claim_of(claims, self._config.oidc_role_claim), roles)
        if found is None:
            raise errors.SignInError(
                f"Your account of {self.label} is in no group that may sign in here. Ask an administrator.",
                code="unknown_person",
            )
        return found

    def _add(self, claims: Mapping[str, Any], subject: str, role: str) -> int:
        name = claim_of(claims, self._config.oidc_name_claim)
        if not isinstance(name, str) or not name.strip():
            raise errors.SignInError(
                f"{self.label} does not say your name: the claim {self._config.oidc_name_claim} is missing.",
                code="open_id_failed",
            )
        is_taken = users.credentials(self._database.read(), name_key(name)) is not None
        if is_taken or role == "none" or not self._sign_in.is_needed:
            reason = "has no link to this account" if is_taken else "does not exist here"
            raise errors.SignInError(
                f"{name[:40]} {reason}. Sign in with your password and link it, or ask an administrator to run: "
                f"indexium users link NAME {subject[:80]}",
                code="unknown_person",
            )
        user_id = self._sign_in.add_person(name, role)
        with acting_as(SYSTEM), whole_home(), self._database.atomic() as tx:
            users.link_identity(tx, user_id, issuer=self.issuer, subject=subject, now=self._clock())
            label = f"linked an account of {self.label} to {name.strip()[:60]}"
            activity.record(tx, label, now=self._clock())
        return user_id
