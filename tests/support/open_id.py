"""An OpenID Connect provider on this machine, and a browser that signs in with it."""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt

from tests.support.rest import PATIENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the provider uses a module of Authlib that version 2 will not have
    from oidc_provider_mock import User, run_server_in_thread

ZOE = User(sub="8f2c51", claims={"preferred_username": "Zoë", "groups": ["family"]})


@dataclass
class Provider:
    """The running provider, with the forms that its token endpoint received."""

    url: str
    forms: list[dict[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def provider(*, lasts: timedelta = timedelta(hours=1), people: tuple[User, ...] = (ZOE,)) -> Iterator[Provider]:
    """Run a provider with some accounts, whose ID tokens expire after a time."""
    with run_server_in_thread(access_token_max_age=lasts, user_claims=people, require_nonce=True) as server:
        running = Provider(f"http://localhost:{server.server_port}")
        application: Any = server.app

        def recorded(environ: Any, start: Any) -> Any:
            if environ["PATH_INFO"] == "/oauth2/token":
                body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                running.forms.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
                environ["wsgi.input"] = io.BytesIO(body)
            return application(environ, start)

        server.app = recorded
        yield running


@dataclass
class Reply:
    status: int
    address: str  # of a redirect
    text: str
    cookies: list[str]


class Browser:
    """Follows redirects by hand, and keeps the cookies of each host."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.cookies: dict[str, dict[str, str]] = {}

    def __call__(self, address: str, form: dict[str, str] | None = None, **headers: str) -> Reply:
        """Request an address of the service, or of another server."""
        url = address if "://" in address else self.home + address
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        own = {"Accept": "text/html", "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
        if form is not None:
            own |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"{parts.scheme}://{parts.netloc}"}
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            body = None if form is None else urlencode(form).encode()
            connection.request("GET" if form is None else "POST", path, body, {**own, **headers})
            answer = connection.getresponse()
            cookies = answer.headers.get_all("Set-Cookie") or []
            for each in cookies:
                name, _, value = each.partition(";")[0].partition("=")
                jar.pop(name, None)
                if value and value != '""':
                    jar[name] = value
            return Reply(answer.status, answer.headers.get("Location", ""), answer.read().decode(), cookies)

    def at_provider(self, start: str, subject: str = ZOE.sub) -> str:
        """Sign in at the provider, and return the address to which it leads back."""
        return self(start, {"sub": subject}).address

    def sign_in(self, following: str = "/plan", *, subject: str = ZOE.sub) -> Reply:
        """Do the whole sign-in."""
        start = self(f"/sign-in/openid?{urlencode({'next': following})}")
        assert start.status == 303, start.text
        return self(self.at_provider(start.address, subject))


def problem(reply: Reply) -> str:
    """Return the sentence on the page of the sign-in."""
    found = re.search(r'role="alert">([^<]*)<', reply.text)
    assert found is not None, reply.text
    return found[1]


@contextlib.contextmanager
def changed_tokens(change: Callable[[dict[str, Any]], object]) -> Iterator[None]:
    """Let the provider sign other claims."""
    encode = jwt.encode

    def changed(header: Any, payload: dict[str, Any], key: Any, *rest: Any) -> Any:
        change(payload)
        return encode(header, payload, key, *rest)

    jwt.encode = changed
    try:
        yield
    finally:
        jwt.encode = encode
