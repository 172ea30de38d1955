"""A reverse proxy in front of a running service: only a trusted one says who sends a request, and from where."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.web import server
from dashboards.web.accounts.trusted_proxies import client_of
from dashboards.web.server import DashboardServer
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.sign_in_settings import networks
from tests.integration.accounts.test_sign_in import PAGE, PASSWORD, SOCKET, cookie_of, opened, signed_in
from tests.support.cases import each_case
from tests.support.rest import PATIENCE, Client, events
from tests.support.reverse_proxy import ADDRESS, reverse_proxy

BOB = {"Remote_User": "Bob"}
SPOOFED = {
    "Remote_User": "Ann Lee",
    "X_Forwarded_For": "203.0.113.9",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "127.0.0.1:1",
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as library:
        (tmp_path / "media").mkdir()
        library.inventory.add(tmp_path / "media")
        library.users.add("Ann Lee", PASSWORD, role="admin")
        library.users.add("Bob", PASSWORD)
        library.configuration.set("trusted_proxies", f"{ADDRESS}, 10.0.0.0/8")
        library.configuration.set("trusted_user_header", "Remote-User")
        library.configuration.set("allowed_hosts", "127.0.0.1, nas.example")
        yield library


@pytest.fixture
def running(library: Library) -> Iterator[DashboardServer]:
    with server.make_server(library, port=0).background() as made:
        yield made


def test_person_of_the_proxy_is_signed_in_on_each_route(library: Library, running: DashboardServer) -> None:
    with reverse_proxy(running.url, Remote_User="bOb") as url:
        bob = Client(url)
        assert bob.get("/plan", **PAGE).status == 200
        assert bob.get("/api/jobs").status == 200
        assert bob.get("/sign-in").status == 303
        assert bob.post("/api/libraries/1/scan").code == "not_allowed"
    [session] = library.users.sessions()
    assert (session.user_name, session.address) == ("Bob", "127.0.0.1")


def test_person_of_the_proxy_opens_a_page_and_a_stream(library: Library, running: DashboardServer) -> None:
    async def run(bob: Client) -> None:
        socket = await opened(bob)
        assert await socket.read_message() is not None
        library.users.change("Bob", role="editor")
        while await asyncio.wait_for(socket.read_message(), PATIENCE) is not None:
            pass
        socket.close()
        again = await opened(bob)
        assert await again.read_message() is not None
        again.close()
        while await again.read_message() is not None:
            pass

    with reverse_proxy(running.url, **BOB) as url:
        asyncio.run(run(Client(url)))
        with events(url) as stream:
            assert next(stream)


def test_headers_of_others_are_ignored(library: Library, running: DashboardServer) -> None:
    direct = Client(running.url)
    assert direct.get("/api/jobs", **SPOOFED).status == 401
    assert direct.get("/plan", **PAGE, **SPOOFED).status == 303
    answer = signed_in(Client(running.url, **SPOOFED), name="Bob")
    assert "secure" not in answer.headers["set-cookie"].lower()
    [session] = library.users.sessions()
    assert (session.user_name, session.address) == ("Bob", "127.0.0.1")
    with reverse_proxy(running.url, address="127.0.0.3", **BOB) as url:
        assert Client(url).get("/api/jobs", Host="127.0.0.1").status == 401


def test_websocket_of_another_address_ignores_the_headers(running: DashboardServer) -> None:
    assert Client(running.url).get("/plan/ws", Origin=running.url, **SOCKET, **SPOOFED).status == 401


def test_header_that_a_client_sends_through_the_proxy_is_replaced(library: Library, running: DashboardServer) -> None:
    with reverse_proxy(running.url, **BOB) as url:
        assert Client(url).get("/api/jobs", **SPOOFED).status == 200
    [session] = library.users.sessions()
    assert (session.user_name, session.address) == ("Bob", "127.0.0.1")


def test_without_a_name_the_own_sign_in_remains(library: Library, running: DashboardServer) -> None:
    with reverse_proxy(running.url, X_Forwarded_Proto="https") as url:
        assert Client(url).get("/api/jobs").status == 401
        answer = signed_in(Client(url))
        assert answer.status == 303
        assert "secure" in answer.headers["set-cookie"].lower()
        assert Client(url, Cookie=cookie_of(answer)).get("/api/jobs").status == 200


def test_name_of_the_proxy_counts_more_than_a_cookie(library: Library, running: DashboardServer) -> None:
    ann = cookie_of(signed_in(Client(running.url)))
    with reverse_proxy(running.url, **BOB) as url:
        assert Client(url, Cookie=ann).post("/api/libraries/1/scan").code == "not_allowed"


@each_case("name", ["Carl", "Bob, Ann Lee"])
def test_unknown_person_is_refused(library: Library, running: DashboardServer, name: str) -> None:
    with reverse_proxy(running.url, Remote_User=name) as url:
        answer = Client(url).get("/plan", **PAGE)
        assert (answer.status, Client(url).get("/healthz").status) == (403, 200)
    assert f"The proxy names “{name}”, who does not exist here." in answer.text.decode()
    assert [user.name for user in library.users.list()] == ["Ann Lee", "Bob"]


def test_person_who_is_switched_off_is_refused(library: Library, running: DashboardServer) -> None:
    with reverse_proxy(running.url, **BOB) as url:
        assert Client(url).get("/api/jobs").status == 200
        library.users.change("Bob", enabled=False)
        assert Client(url).get("/api/jobs").status == 403


def test_unknown_person_is_added_with_the_role_of_the_setting(library: Library, running: DashboardServer) -> None:
    library.configuration.set("trusted_user_role", "editor")
    with reverse_proxy(running.url, Remote_User="Zoë".encode().decode("latin-1")) as url:
        assert [Client(url).get("/api/jobs").status for _ in range(2)] == [200, 200]
    user = library.users.get("zoë")
    assert (user.role, user.has_password, user.sessions) == ("editor", False, 1)
    with pytest.raises(errors.SignInError):
        library.sign_in.sign_in("Zoë", "")


def test_host_of_the_proxy_is_checked(running: DashboardServer) -> None:
    with reverse_proxy(running.url, **BOB) as url:
        assert Client(url).get("/api/jobs", Host="nas.example").status == 200
        assert Client(url).get("/api/jobs", Host="evil.example").status == 421
        own = {"Host": "nas.example", "Origin": "https://nas.example"}
        assert Client(url).post("/api/libraries/1/scan", **own).code == "not_allowed"
        assert Client(url).post("/api/libraries/1/scan", **(own | {"Origin": "https://evil.example"})).status == 403


def test_without_people_a_proxy_gets_nothing(library: Library, running: DashboardServer) -> None:
    library.users.remove("Bob")
    library.users.remove("Ann Lee")
    with reverse_proxy(running.url, **BOB) as url:
        assert Client(url).get("/api/jobs").status == 401
        assert "Nobody can sign in yet" in Client(url).get("/sign-in").text.decode()
    assert Client(running.url).get("/api/jobs").status == 200


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, unknown, 10.0.0.7", "10.0.0.7"),
        ("", "10.0.0.1"),
        ("evil", "10.0.0.1"),
    ],
)
def test_client_is_the_last_address_that_is_no_proxy(chain: str, client: str) -> None:
    assert client_of(ipaddress.ip_address("10.0.0.1"), [chain], networks("10.0.0.0/8")) == client


@each_case("text", ["10.0.0.300", "proxy", "10.0.0.0/33"])
def test_wrong_address_of_a_proxy_is_one_sentence(library: Library, text: str) -> None:
    with pytest.raises(errors.ValidationError, match="a list of addresses or networks, such as"):
        library.configuration.set("trusted_proxies", text)


def test_page_does_not_show_the_token_of_its_session(library: Library, running: DashboardServer) -> None:
    ann = Client(running.url, Cookie=cookie_of(signed_in(Client(running.url))))
    page = ann.get("/plan", **PAGE).text.decode()
    found = re.search(r'"token":"([^"]+)"', page)
    assert found is not None
    payload = base64.urlsafe_b64decode(found[1].partition(".")[0] + "==")
    packed = re.search(rb'"__bk__zlib_": ?"([^"]+)"', payload)
    shown = payload + (zlib.decompress(base64.urlsafe_b64decode(packed[1] + b"==")) if packed else b"")
    assert b"cookies" in shown
    secret = ann.headers["Cookie"].partition("=")[2]
    assert secret.encode() not in shown
    handle = re.search(rb"page\.[0-9a-f]{64}", shown)
    assert handle is not None
    outside = Client(running.url, Cookie=f"{ann.headers['Cookie'].partition('=')[0]}={handle[0].decode()}")
    assert outside.get("/api/jobs").status == 401
