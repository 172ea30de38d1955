"""A service on a shared computer: without the address that its terminal shows, nobody gets anything."""

from __future__ import annotations

import contextlib
import http.client
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.web import server
from dashboards.web.accounts.browser_key import BrowserKey
from dashboards.web.server import DashboardServer
from indexium_core import cli
from indexium_core.library import Library
from tests.integration.accounts.test_role_matrix import PAGES, SENT
from tests.support import described
from tests.support.rest import Client
from tests.support.sessions import PASSWORD, post_sign_in

OPEN = {"/healthz", "/sign-in", "/sign-in/openid", "/sign-in/openid/back", "/first-person", "/assets/page.css"}
OPEN |= {"/favicon.ico"}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def key() -> BrowserKey:
    return BrowserKey()


@pytest.fixture
def running(library: Library, key: BrowserKey) -> Iterator[DashboardServer]:
    with server.make_server(library, port=0, key=key).background() as made:
        yield made


def path_of(key: BrowserKey) -> str:
    return key.address("")


def opened(running: DashboardServer, key: BrowserKey) -> Client:
    """Return a browser that has opened the address."""
    answer = Client(running.url).get(path_of(key))
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    return Client(running.url, Cookie=cookie.partition(";")[0], Origin=running.url)


def upgrade(running: DashboardServer, cookie: str = "") -> int:
    """Return the status of an attempt to open a websocket of a page."""
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Origin": running.url}
    headers |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Cookie": cookie}
    line.request("GET", "/plan/ws", headers=headers)
    with contextlib.closing(line), line.getresponse() as answer:
        return answer.status


def test_every_route_is_refused_without_the_address(running: DashboardServer, library: Library) -> None:
    other = Client(running.url, Origin=running.url)
    program = Client(running.url, Authorization=f"Bearer {running.token}")  # a command of the user of the home
    routes = list(described.requests(program.get("/api/openapi.json").json))
    assert len(routes) > 130
    asked = [(verb, path) for route, verb, path, _ in routes if "/webhooks/{name}" not in route]
    asked += [(verb, path) for _, verb, path in PAGES.values() if path not in OPEN]
    asked += [("GET", path) for path in ("/", "/plan", "/static/js/bokeh.min.js", "/nothing")]
    wrong = []
    for verb, path in asked:
        sent = {"Content_Type": SENT[path], "X_File_Name": "a.csv"} if path in SENT else {}
        answer = other(verb, path, b"path,person\n" if sent else {} if verb not in {"GET", "HEAD"} else None, **sent)
        if answer.status != 401:
            wrong.append((verb, path, answer.status))
    assert wrong == []
    assert upgrade(running) == 401
    assert upgrade(running, f"indexium-key-{running.port}=guessed") == 401
    led = other.get("/plan", **PAGE)
    assert (led.status, led.headers["location"]) == (303, "/sign-in?next=%2Fplan")
    assert "indexium serve --token" in other.get(led.headers["location"]).text.decode()
    assert other.get("/open?code=guessed").status == 403


def test_browser_with_the_address_uses_everything(
    running: DashboardServer, key: BrowserKey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = opened(running, key)
    for path in ("/plan", "/api/jobs", "/files/plan.csv"):
        assert browser.get(path).status == 200
    assert upgrade(running, browser.headers["Cookie"]) != 401
    code = path_of(key).partition("code=")[2]
    assert code not in caplog.text
    assert browser.headers["Cookie"].partition("=")[2] not in caplog.text
    assert code not in browser.headers["Cookie"]  # the cookie is no address


def test_address_of_another_start_does_not_open_it(running: DashboardServer) -> None:
    assert Client(running.url).get(path_of(BrowserKey())).status == 403


def test_with_people_everybody_signs_in(running: DashboardServer, library: Library, key: BrowserKey) -> None:
    browser = opened(running, key)
    library.users.add("Root", PASSWORD, role="admin")
    assert browser.get("/api/jobs").status == 401
    assert Client(running.url).get(path_of(key)).headers["location"] == "/sign-in"
    answer = post_sign_in(Client(running.url, Origin=running.url), "Root")
    signed = Client(running.url, Cookie=answer.headers["set-cookie"].partition(";")[0])
    assert signed.get("/api/jobs").status == 200


@pytest.mark.parametrize("option", ["--open", "--allow-remote"])
def test_address_is_not_given_away(tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert cli.main(["--home", str(tmp_path / "home"), "serve", "--token", option]) == 2
    assert "--token" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
