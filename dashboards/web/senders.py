"""Who sends a request: a person with a session, a program with a token, or the person at this computer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tornado.httputil import HTTPServerRequest

from dashboards.web import programs, sign_in
from dashboards.web.accounts.browser_key import BrowserKey
from dashboards.web.accounts.trusted_proxies import TrustedProxies, is_proxied
from indexium_core import errors
from indexium_core.api import access
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor


class Senders:
    """Says who sends a request to one service, and whether the sender is refused."""

    def __init__(
        self, library: Library, *, port: int, token: str, is_remote: bool, key: BrowserKey | None = None
    ) -> None:
        """
        Say it for the service at a port.

        `token`: of the service; `is_remote`: other machines can reach it, so everything needs a sign-in; `key`: what a
        browser needs while nobody can sign in.
        """
        self._key = key
        self._library, self._port, self._token, self._is_remote = library, port, token, is_remote
        self._proxies = TrustedProxies(library.settings)

    def identify(self, request: HTTPServerRequest) -> str:
        """Read who sends a request, from its cookie or from a trusted proxy; return why this person is refused."""
        name, token = self._proxies.apply(request), ""
        if name and self._library.sign_in.is_needed:
            try:
                token = self._library.sign_in.of_proxy(name, **sign_in.sender_of(request))
            except (errors.SignInError, errors.UsageError) as error:
                return "" if sign_in.is_open(request) else error.message
        sign_in.hide_token(self._library, request, self._port, token=token)
        return ""

    def lacks_session(self, request: HTTPServerRequest) -> bool:
        """Return whether somebody has to sign in, or to open the address with the key, before a request."""
        if self.is_program(request):
            return False
        if self._key is not None and not self._library.sign_in.is_needed:
            return not (sign_in.is_open(request) or self._key.opens(request, self._port))
        found = self._library.sign_in.find(sign_in.token_in(request, self._port))
        return found is None and self._needs_session(request)

    def is_known(self, request: HTTPServerRequest) -> bool:
        """Return whether a person or a program sends a request, or the person at this computer without a sign-in."""
        if self._key is not None and not self._library.sign_in.is_needed:
            return self.is_program(request) or self._key.opens(request, self._port)
        if not (self._is_remote or self._library.sign_in.is_needed or is_proxied(request)):
            return True
        has_session = self._library.sign_in.find(sign_in.token_in(request, self._port)) is not None
        return has_session or self.is_program(request)

    def is_proxy(self, address: str) -> bool:
        """Return whether a trusted proxy has an address."""
        return self._proxies.has(address)

    def is_over(self, request: HTTPServerRequest) -> bool:
        """Return whether the session or the token of an earlier request has ended."""
        if self._has_own_token(request):
            return False
        is_valid = programs.is_valid(self._library, request)
        if is_valid is not None:
            return not is_valid
        is_open = self._library.sign_in.is_open(sign_in.token_in(request, self._port))
        return self._needs_session(request) and not is_open

    def _needs_session(self, request: HTTPServerRequest) -> bool:
        return sign_in.needs_session(self._library, request, is_remote=self._is_remote)

    def is_program(self, request: HTTPServerRequest) -> bool:
        """Return whether a request has a token that has not ended."""
        return self._has_own_token(request) or bool(programs.is_valid(self._library, request))

    def refusal_of_token(self, request: HTTPServerRequest) -> Mapping[str, Any] | None:
        """Return the answer to a request with a wrong token; None for every other request."""
        return None if self._has_own_token(request) else programs.refusal(self._library, request)

    def actor_of(self, request: HTTPServerRequest) -> Actor:
        """Return who sends a request."""
        is_local = self._has_own_token(request)
        program = None if is_local else programs.actor_in(self._library, request)
        token = sign_in.token_in(request, self._port)
        return program or sign_in.actor_of(self._library, token, is_local=is_local)

    def session_in(self, request: HTTPServerRequest) -> int | None:
        """Return the id of the session of a request; None without one."""
        return self.session_of(sign_in.token_in(request, self._port))

    def session_of(self, token: str) -> int | None:
        """Return the id of the session of a token; None without one."""
        found = self._library.sign_in.find(token)
        return None if found is None else found.id

    def _has_own_token(self, request: HTTPServerRequest) -> bool:
        header = request.headers.get("Authorization")
        return request.path.startswith("/api/") and bool(access.bearer(header, self._token))
