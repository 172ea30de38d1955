"""A service that other machines reach is closed until its first administrator is added."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from dashboards.web import first_person, server
from dashboards.web.server import DashboardServer
from indexium_core import errors
from indexium_core.flows.accounts.first_person import FirstPerson
from indexium_core.library import Library
from tests.support.rest import Answer, Client

PASSWORD = "correct horse"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def running(library: Library) -> Iterator[DashboardServer]:
    made = server.make_server(library, host="0.0.0.0", port=0, allow_remote=True)
    with made.background():
        yield made


@pytest.fixture
def other(running: DashboardServer) -> Client:
    """Another machine."""
    return Client(running.url)


def printed(library: Library, running: DashboardServer) -> str:
    """Return the path of the one-time address that `serve` prints."""
    [line] = [each for each in first_person.remote_access(library, running.host, running.url) if "code=" in each]
    return line.strip().removeprefix(running.url)


def sent(client: Client, **form: str) -> Answer:
    body = urlencode({"name": "Ann Lee", "password": PASSWORD, "again": PASSWORD, **form}).encode()
    return client("POST", "/first-person", body, Content_Type="application/x-www-form-urlencoded", Origin=client.url)


def code_of(path: str) -> str:
    return path.partition("code=")[2]


def test_nothing_is_served_before_the_first_person(library: Library, running: DashboardServer, other: Client) -> None:
    for path in ("/plan", "/api/jobs", "/files/plan.csv", "/static/js/bokeh.min.js"):
        assert other.get(path).status == 401
    led = other.get("/plan", **PAGE)
    assert (led.status, led.headers["location"]) == (303, "/sign-in?next=%2Fplan")
    text = other.get(led.headers["location"]).text.decode()
    assert "Nobody can sign in yet" in text
    assert "indexium users add NAME --role admin" in text
    assert "<form" not in text
    token = Client(running.url, Authorization=f"Bearer {running.token}")
    assert token.get("/api/jobs").status == 200
    assert library.users.list() == []


def test_one_time_address_adds_one_administrator(library: Library, running: DashboardServer, other: Client) -> None:
    path = printed(library, running)
    form = other.get(path)
    assert form.status == 200
    assert form.headers["cache-control"] == "no-store"
    assert code_of(path) in form.text.decode()
    answer = sent(other, code=code_of(path))
    assert (answer.status, answer.headers["location"]) == (303, "/")
    ann = Client(other.url, Cookie=answer.headers["set-cookie"].partition(";")[0])
    assert ann.get("/plan", **PAGE).status == 200
    [user] = library.users.list()
    assert (user.name, user.role) == ("Ann Lee", "admin")
    assert other.get(path).headers["location"] == "/sign-in"
    assert sent(other, code=code_of(path), name="Eve").status == 403
    assert len(library.users.list()) == 1
    assert not any("code=" in line for line in first_person.remote_access(library, running.host, running.url))


@pytest.mark.parametrize(("form", "sentence"), [({"again": "other"}, "differ"), ({"password": "a", "again": "a"}, "8")])
def test_refused_input_leaves_the_address_open(
    library: Library, running: DashboardServer, other: Client, form: dict[str, str], sentence: str
) -> None:
    code = code_of(printed(library, running))
    answer = sent(other, code=code, **form)
    assert answer.status == 422
    assert sentence in answer.text.decode()
    assert 'value="Ann Lee"' in answer.text.decode()
    assert sent(other, code=code).status == 303


def test_wrong_codes_are_refused_and_limited(library: Library, running: DashboardServer, other: Client) -> None:
    right = printed(library, running)
    statuses = [other.get(f"/first-person?code={each}").status for each in ("", *"abcdefghi")]
    assert statuses == [403] * 10
    assert other.get("/first-person?code=x").status == 429
    assert other.get(right).status == 429
    assert library.users.list() == []


def test_code_ends_after_an_hour(library: Library) -> None:
    now = [0.0]
    first = FirstPerson(library.sign_in, library.users, clock=lambda: now[0])
    code = first.new_code()
    now[0] = 3599.0
    first.check(code)
    now[0] = 3601.0
    with pytest.raises(errors.SignInError, match="users add NAME --role admin"):
        first.add(code, "Ann Lee", PASSWORD)


def test_no_log_has_the_code(
    library: Library, running: DashboardServer, other: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        path = printed(library, running)
        other.get(path)
        other.get(f"{path}x")
        sent(other, code=code_of(path))
    logged = "\n".join([caplog.text, *(each.read_text() for each in (library.home / "logs").iterdir())])
    assert "accounts.wrong_code" in logged
    assert code_of(path) not in logged


def test_removed_last_person_leaves_the_service_closed(library: Library, other: Client) -> None:
    library.users.add("Ann Lee", PASSWORD, role="admin")
    library.users.remove("Ann Lee")
    assert other.get("/api/jobs").status == 401
    assert other.get("/plan", **PAGE).status == 303


def test_another_site_cannot_add_the_first_person(library: Library, running: DashboardServer) -> None:
    body = urlencode({"code": code_of(printed(library, running)), "name": "Eve", "password": PASSWORD}).encode()
    asked = HTTPConnection("127.0.0.1", running.port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://evil.example"}
    asked.request("POST", "/first-person", body, headers)
    assert asked.getresponse().status == 403
    asked.close()
    assert library.users.list() == []


def test_address_of_this_machine_has_no_code(library: Library) -> None:
    for host in ("127.0.0.1", "::1"):
        assert first_person.remote_access(library, host, "http://127.0.0.1:5006") == []
    with server.make_server(library, port=0).background() as made:
        nobody = Client(made.url)
        assert nobody.get("/plan", **PAGE).status == 200
        assert nobody.get("/first-person").status == 403


def test_printed_code_is_long(library: Library, running: DashboardServer) -> None:
    assert re.fullmatch(r"/first-person\?code=[\w-]{43}", printed(library, running))
