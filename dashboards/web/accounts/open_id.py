"""The sign-in with an account of an OpenID Connect provider: the way there, and the way back."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from typing import Any

from tornado.web import RequestHandler

from dashboards.web import sign_in
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.users import SignedIn

_SECONDS = 600  # of the cookie


class OpenIdStep(RequestHandler):
    """A step of the sign-in; a problem is a sentence on the page of the sign-in."""

    has_form = True  # see `request_guard`

    def initialize(self, library: Library, pool: Executor, port: int) -> None:
        self._library, self._pool, self._port = library, pool, port
        self._cookie = f"{sign_in.cookie_name(port)}-openid"

    async def _off_loop(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _refuse(self, error: errors.IndexiumError, following: str = "/") -> None:
        self.set_status(401)
        sign_in.show(self, self._library, next=following, problem=error.message)

    def _log(self) -> None:
        """Print nothing: the address has the code."""


class OpenIdWay(OpenIdStep):
    """`GET /sign-in/openid`: leads to the provider."""

    async def get(self) -> None:
        following = sign_in.local(self.get_query_argument("next", "/"))
        ticket = self.get_query_argument("ticket", "")
        back = f"{self.request.protocol}://{self.request.host}{sign_in.OPEN_ID_BACK}"
        self.set_header("Cache-Control", "no-store")
        try:
            start = await self._off_loop(
                lambda: self._library.open_id.begin(following, redirect_uri=back, ticket=ticket)
            )
        except (errors.SignInError, errors.UsageError) as error:
            self._refuse(error, following)
            return
        self.set_cookie(
            self._cookie,
            start.token,
            max_age=_SECONDS,
            path=sign_in.ADDRESS,
            httponly=True,
            samesite="Lax",  # the answer is a link of another site
            secure=self.request.protocol == "https",
        )
        self.redirect(start.address, status=303)


class OpenIdBack(OpenIdStep):
    """`GET /sign-in/openid/back`: the answer of the provider."""

    async def get(self) -> None:
        token = self.get_cookie(self._cookie, "") or ""
        former = sign_in.token_in(self.request, self._port)
        session = self._library.sign_in.find(former)
        answer = {name: self.get_query_argument(name, "") for name in ("state", "code")}
        sender = sign_in.sender_of(self.request)
        self.clear_cookie(self._cookie, path=sign_in.ADDRESS)
        self.set_header("Cache-Control", "no-store")
        try:
            signed, following = await self._off_loop(
                lambda: self._library.open_id.finish(
                    token,
                    problem=self.get_query_argument("error", ""),
                    user_id=None if session is None else session.user_id,
                    **answer,
                    **sender,
                )
            )
        except (errors.SignInError, errors.UsageError) as error:
            self._refuse(error)
            return
        if isinstance(signed, SignedIn):
            self._library.sign_in.sign_out(former)
            sign_in.set_session(self, signed, self._port)
        self.redirect(sign_in.local(following), status=303)


def routes(library: Library, pool: Executor, port: int) -> list[tuple[Any, ...]]:
    """Return the routes of the sign-in with an account of a provider."""
    given = {"library": library, "pool": pool, "port": port}
    return [(sign_in.OPEN_ID, OpenIdWay, given), (sign_in.OPEN_ID_BACK, OpenIdBack, given)]
