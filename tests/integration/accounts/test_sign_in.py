"""The sign-in in front of every route of a running service."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pyotp
import pytest
from tornado.httpclient import HTTPRequest
from tornado.routing import PathMatches, Router, Rule
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, websocket_connect

from dashboards.web import server, sign_in
from dashboards.web.server import DashboardServer
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from tests.support.cases import each_case
from tests.support.rest import PATIENCE, Answer, Client, events

PASSWORD = "correct horse"
PAGE = {"Accept": "text/html"}
SOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def running(library: Library, applications: list[Application]) -> Iterator[DashboardServer]:
    with server.make_server(library, port=0).background() as made:
        library.users.add("Ann Lee", PASSWORD, role="admin")
        yield made


@pytest.fixture
def nobody(running: DashboardServer) -> Client:
    return Client(running.url)


def signed_in(client: Client, *, name: str = "ann lee", password: str = PASSWORD, following: str = "/plan") -> Answer:
    form = urlencode({"name": name, "password": password, "next": following}).encode()
    return client("POST", "/sign-in", form, Content_Type="application/x-www-form-urlencoded", Origin=client.url)


def cookie_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def paths(router: Router) -> Iterator[str]:
    """Yield an address for each route of a running application."""
    rules: list[Rule] = router.rules  # type: ignore[attr-defined]
    for rule in rules:
        if isinstance(rule.target, Router) or hasattr(rule.target, "rules"):
            yield from paths(rule.target)
        elif isinstance(rule.matcher, PathMatches):
            pattern = rule.matcher.regex.pattern.removesuffix("$").removesuffix("/?") or "/"
            yield re.sub(r"\\(.)", r"\1", re.sub(r"\(\?P<\w+>.*?\)|\(\\d.*?\)|\(\.\*\)|\.\*", "1", pattern))


def test_every_route_needs_a_session(nobody: Client, applications: list[Application]) -> None:
    [application] = applications
    found = {path for router in (application.wildcard_router, application.default_router) for path in paths(router)}
    assert {"/sign-in", "/sign-out", "/plan", "/ws", "/plan/ws", "/plan/autoload.js", "/static/1"} <= found
    embedding = {path for path in found if path.endswith("/autoload.js")}
    assert {nobody.get(path).status for path in embedding} == {404}
    is_open = {path for path in found - embedding if nobody.get(path).status != 401}
    assert is_open == {"/sign-in", "/first-person", "/healthz", "/favicon.ico"}
    is_open |= {"/sign-in/openid", "/sign-in/openid/back"}  # they refuse by themselves what belongs to no sign-in
    for path in sorted(found - is_open - embedding):
        for method in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"):
            assert nobody(method, path).status == 401, (method, path)
        assert nobody.get(path, **PAGE).status in ({401} if path.startswith("/api/") else {303})
        assert nobody.get(path, **SOCKET, Origin=nobody.url).status in {401, 303}


def test_every_route_of_rest_needs_a_session(running: DashboardServer, nobody: Client) -> None:
    described = Client(running.url, Authorization=f"Bearer {running.token}").get("/api/openapi.json").json["paths"]
    assert len(described) > 100
    for path, methods in described.items():
        for method in methods:
            answer = nobody(method.upper(), re.sub(r"{\w+}", "1", path))
            assert (answer.status, answer.code) == (
                (404, "unknown_id") if path == "/api/webhooks/{name}" else (401, "unauthorized")
            )


@each_case("name", ["face/list.js", "page.html", "plain.html"])
def test_other_assets_need_a_session(nobody: Client, name: str) -> None:
    assert nobody.get(f"/assets/{name}").status == 401


def test_page_leads_to_the_sign_in_and_back(nobody: Client) -> None:
    asked = nobody.get("/history?operation=1", **PAGE)
    assert (asked.status, asked.headers["location"]) == (303, "/sign-in?next=%2Fhistory%3Foperation%3D1")
    form = nobody.get(asked.headers["location"])
    assert 'value="/history?operation=1"' in form.text.decode()
    assert form.headers["content-security-policy"].count("form-action 'self'") == 1
    answer = signed_in(nobody, following="/history?operation=1")
    assert (answer.status, answer.headers["location"]) == (303, "/history?operation=1")
    said = answer.headers["set-cookie"].lower()
    assert all(part in said for part in ("httponly", "samesite=lax", "path=/"))
    ann = Client(nobody.url, Cookie=cookie_of(answer))
    assert ann.get("/history", **PAGE).status == 200
    assert ann.get("/api/jobs").status == 200


def test_wrong_password_is_one_sentence_without_a_cookie(nobody: Client) -> None:
    answer = signed_in(nobody, password="guessed it", name='Ann "<Lee>')
    assert answer.status == 401
    assert "The name or the password is wrong." in answer.text.decode()
    assert "<Lee>" not in answer.text.decode()
    assert "set-cookie" not in answer.headers


@each_case(
    "following",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:1",
        "/sign-out",
        "",
    ],
)
def test_sign_in_leads_to_no_other_site(nobody: Client, following: str) -> None:
    assert signed_in(nobody, following=following).headers["location"] == "/"


def test_another_site_cannot_sign_anybody_in(nobody: Client) -> None:
    form = urlencode({"name": "Ann Lee", "password": PASSWORD}).encode()
    for origin in ("http://evil.example", "null"):
        answer = nobody("POST", "/sign-in", form, Content_Type="application/x-www-form-urlencoded", Origin=origin)
        assert answer.status == 403
        assert "set-cookie" not in answer.headers


def test_session_changes_at_a_new_sign_in_and_ends_at_the_sign_out(library: Library, nobody: Client) -> None:
    first = Client(nobody.url, Cookie=cookie_of(signed_in(nobody)))
    second = Client(nobody.url, Cookie=cookie_of(signed_in(first)))
    assert [first.get("/api/jobs").status, second.get("/api/jobs").status] == [401, 200]
    assert second("GET", "/sign-out").status == 405
    out = second("POST", "/sign-out", b"", Origin=nobody.url)
    assert (out.status, out.headers["location"]) == (303, sign_in.ADDRESS)
    assert second.get("/api/jobs").status == 401
    assert library.users.sessions() == []


def test_changes_name_the_person(library: Library, nobody: Client) -> None:
    (library.home / "media").mkdir()
    added = library.inventory.add(library.home / "media")
    ann = Client(nobody.url, Cookie=cookie_of(signed_in(nobody)))
    job = ann.post(f"/api/libraries/{added.library_id}/scan").json
    [user] = library.users.list()
    statement = "SELECT actor_kind, actor_id, actor_name FROM job_queue WHERE id = $id"
    found = library._parts.core.store.read().execute(statement, {"id": job["id"]}).fetchone()
    assert found == ("user", str(user.id), "Ann Lee")


@pytest.mark.further
def test_downloads_need_the_permission_of_the_person(library: Library, nobody: Client) -> None:
    library.users.add("Bob", PASSWORD)
    library.users.add("Eve", PASSWORD, role="editor")
    statuses = {}
    for name in ("Bob", "Eve"):
        client = Client(nobody.url, Cookie=cookie_of(signed_in(nobody, name=name)))
        statuses[name] = [client.get(f"/files/{path}").status for path in ("query.csv?q=SELECT+1", "plan.csv")]
    assert statuses == {"Bob": [403, 200], "Eve": [200, 200]}


def test_session_that_has_just_ended_may_do_nothing(library: Library, nobody: Client) -> None:
    actor = sign_in.actor_of(library, cookie_of(signed_in(nobody)).partition("=")[2], is_local=False)
    assert (actor.kind, actor.name) == ("user", "Ann Lee")
    with library.acting_as(sign_in.actor_of(library, "ended", is_local=False)), pytest.raises(errors.ForbiddenError):
        library.plan()


def test_token_of_the_service_needs_no_session(running: DashboardServer) -> None:
    assert Client(running.url, Authorization=f"Bearer {running.token}").get("/api/jobs").status == 200
    assert Client(running.url, Authorization="Bearer guessed").get("/api/jobs").status == 401


def test_without_people_nothing_needs_a_session(library: Library, nobody: Client) -> None:
    library.users.remove("Ann Lee")
    assert nobody.get("/api/jobs").status == 200
    assert nobody.get("/plan", **PAGE).status == 200
    assert nobody.get("/sign-in").status == 303


async def opened(ann: Client) -> WebSocketClientConnection:
    """Open the websocket of a page, as its browser does."""
    browser = {**ann.headers, "User-Agent": "A browser"}  # behind a proxy, it is a part of the session
    page = Client(ann.url, **browser).get("/plan", **PAGE).text.decode()
    token = re.search(r'"token":"([^"]+)"', page)
    assert token is not None
    request = HTTPRequest(ann.url.replace("http", "ws") + "/plan/ws", headers={**browser, "Origin": ann.url})
    return await websocket_connect(request, subprotocols=["bokeh", token[1]])


@pytest.mark.parametrize("end", ["sign out", "new role", "new password"])
def test_page_and_stream_end_with_their_session(library: Library, nobody: Client, end: str) -> None:
    library.users.add("Bob", PASSWORD)
    bob = Client(nobody.url, Cookie=cookie_of(signed_in(nobody, name="Bob")))

    async def run() -> None:
        socket = await opened(bob)
        assert await socket.read_message() is not None
        with events(bob.url, Cookie=bob.headers["Cookie"]) as stream:
            match end:
                case "sign out":
                    assert bob("POST", "/sign-out", b"", Origin=bob.url).status == 303
                case "new role":
                    library.users.change("Bob", role="editor")
                case "new password":
                    library.users.set_password("Bob", "battery staple")
            while await asyncio.wait_for(socket.read_message(), PATIENCE) is not None:
                pass
            with contextlib.suppress(OSError, HTTPException):
                for _ in stream:  # until the connection is closed
                    pass
        socket.close()

    asyncio.run(run())
    ann = Client(nobody.url, Cookie=cookie_of(signed_in(nobody)))
    assert ann.get("/api/jobs").status == 200


def second_factor_of(library: Library, name: str) -> str:
    """Switch the second factor of a person on, and return a recovery code."""
    user = library.users.get(name)
    with library.acting_as(Actor("user", str(user.id), user.name)):
        return library.second_factor.confirm(pyotp.TOTP(library.second_factor.start().secret).now())[0]


def finished(client: Client, answer: Answer, code: str, following: str = "/plan") -> Answer:
    """Send the form of the second step that an answer shows."""
    found = re.search(r'name="step" value="([^"]+)"', answer.text.decode())
    assert found is not None
    form = urlencode({"name": "ann lee", "step": found[1], "code": code, "next": following}).encode()
    return client("POST", "/sign-in", form, Content_Type="application/x-www-form-urlencoded", Origin=client.url)


def test_second_step_starts_the_session(library: Library, nobody: Client) -> None:
    code = second_factor_of(library, "Ann Lee")
    first = signed_in(nobody, following="/history?operation=1")
    assert first.status == 200
    assert "set-cookie" not in first.headers
    assert 'value="/history?operation=1"' in first.text.decode()
    assert 'autocomplete="one-time-code"' in first.text.decode()
    wrong = finished(nobody, first, "000 000")
    assert (wrong.status, "set-cookie" in wrong.headers) == (401, False)
    assert "The code is wrong, or it was used before." in wrong.text.decode()
    other = finished(nobody, first, code, following="//evil.example/")
    assert (other.status, other.headers["location"]) == (303, "/")
    assert Client(nobody.url, Cookie=cookie_of(other)).get("/api/jobs").status == 200
    again = finished(nobody, first, code)
    assert again.status == 401
    assert "The time for the code is over." in again.text.decode()
    assert 'name="password"' in again.text.decode()


def test_token_of_the_second_step_is_no_session(library: Library, nobody: Client) -> None:
    second_factor_of(library, "Ann Lee")
    found = re.search(r'name="step" value="([^"]+)"', signed_in(nobody).text.decode())
    assert found is not None
    guess = Client(nobody.url, Cookie=f"{sign_in.cookie_name(int(nobody.url.rpartition(':')[2]))}={found[1]}")
    assert guess.get("/api/jobs").status == 401
    assert Client(nobody.url, Authorization=f"Bearer {found[1]}").get("/api/jobs").status == 401


def test_another_site_cannot_finish_a_sign_in(library: Library, nobody: Client) -> None:
    code = second_factor_of(library, "Ann Lee")
    first = signed_in(nobody)
    elsewhere = Client(nobody.url)
    found = re.search(r'name="step" value="([^"]+)"', first.text.decode())
    assert found is not None
    form = urlencode({"step": found[1], "code": code}).encode()
    sent = {"Content_Type": "application/x-www-form-urlencoded", "Origin": "http://evil.example"}
    assert elsewhere("POST", "/sign-in", form, **sent).status == 403
