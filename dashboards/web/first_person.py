"""
The one-time address of the first administrator: the only page of a service that others reach and nobody can sign in to.

The address has a random code, which `serve` prints on the terminal. No log has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from urllib.parse import urlencode

from tornado.web import RequestHandler

from dashboards.web import sign_in
from dashboards.web.request_guard import LOOPBACK
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.users import SignedIn

_LONGEST = 200  # characters of a code


def address(library: Library, url: str) -> str:
    """Return a new one-time address of a service at `url`; "" if somebody can sign in already."""
    code = library.first_person.new_code()
    return f"{url}{sign_in.FIRST_PERSON}?{urlencode({'code': code})}" if code else ""


def remote_access(library: Library, host: str, url: str) -> list[str]:
    """
    Return what to know if other machines can reach a service at `url`, as lines; [] for a host of this machine only.

    As long as nobody can sign in, they have a new one-time address for the first administrator.
    """
    if host in LOOPBACK:
        return []
    lines = [
        "Other machines can reach this service. Everybody needs to sign in; 'indexium users list' shows who can.",
        "The connection is not encrypted. For passwords over a network, use a reverse proxy with TLS: docs/serving.md.",
    ]
    one_time = address(library, url)
    if one_time:
        lines += [
            "Nobody can sign in yet, so the service is closed. Within an hour, add the first administrator here:",
            f"  {one_time}",
            "  (from another machine, use the name or the address of this machine instead of 127.0.0.1)",
            "Or use 'indexium users add NAME --role admin' on this computer.",
        ]
    return lines


class FirstPersonPage(RequestHandler):
    """`GET /first-person?code=…`: the form; `POST /first-person`: adds the first administrator, who is signed in."""

    has_form = True  # see `request_guard`

    def initialize(self, library: Library, pool: Executor, port: int) -> None:
        self._library, self._pool, self._port = library, pool, port

    async def get(self) -> None:
        code = self.get_query_argument("code", "")[:_LONGEST]
        if self._library.sign_in.is_needed:
            self.redirect(sign_in.ADDRESS, status=303)
        elif await self._answered(lambda: self._library.first_person.check(code, address=self._sender)):
            self._show({"kind": "first", "code": code})

    head = get

    async def post(self) -> None:
        code = self.get_body_argument("code", "")[:_LONGEST]
        name = self.get_body_argument("name", "")[:_LONGEST]
        password, again = (self.get_body_argument(field, "", strip=False) for field in ("password", "again"))
        signed: list[SignedIn] = []

        def add() -> None:
            if password != again:
                self._library.first_person.check(code, address=self._sender)
                raise errors.UsageError("The two passwords differ. Type the same password twice.")
            client = self.request.headers.get("User-Agent", "")
            signed.append(
                self._library.first_person.add(code, name, password, address=self._sender, client=client),
            )

        try:
            is_answered = not await self._answered(add)
        except errors.UsageError as error:
            self.set_status(422)
            self._show({"kind": "first", "code": code, "name": name, "problem": error.message})
            return
        if not is_answered:
            sign_in.set_session(self, signed[0], self._port)
            self.redirect("/", status=303)

    @property
    def _sender(self) -> str:
        return self.request.remote_ip or ""

    async def _answered(self, call: Callable[[], None]) -> bool:
        """Make a call on a thread; return False after a page with the reason why the code does not work."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except errors.SignInError as error:
            self.set_status(429 if error.reason == "too_many" else 403)
            self._show({"kind": "closed", "title": "This address does not work", "problem": error.message})
            return False
        return True

    def _show(self, values: Mapping[str, str]) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish(sign_in.page(values))

    def check_xsrf_cookie(self) -> None:
        """Skip the check: the request guard has compared Host and Origin, and the code is a secret."""

    def _log(self) -> None:
        """Print nothing: the address has the code."""
