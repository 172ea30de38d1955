"""Bodies that never end and connections that say nothing: they take little memory, on every route and of everybody."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from tornado.web import Application

from dashboards.web import server
from dashboards.web.server import DashboardServer
from dashboards.web.traffic import bodies, connections
from indexium_core.library import Library
from tests.integration.accounts.test_sign_in import paths
from tests.support import described
from tests.support.cases import each_case
from tests.support.rest import PATIENCE, Client, spoken
from tests.support.reverse_proxy import ADDRESS
from tests.support.sessions import PASSWORD, signed_in
from tests.support.waiting import until

MB = 1_000_000
SENT = 3 * MB  # bytes that each request sends of its body
PIECE = 65_536
SILENCE = 0.5  # seconds after which a server that takes no further byte is full


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        opened.users.add("Root", PASSWORD, role="admin")
        opened.configuration.set("trusted_proxies", ADDRESS)
        yield opened


@pytest.fixture
def running(library: Library, applications: list[Application]) -> Iterator[DashboardServer]:
    with server.make_server(library, port=0).background() as made:
        yield made


def head(url: str, method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {url.removeprefix('http://')}", f"Origin: {url}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def send(opened: Iterable[socket.socket], data: bytes) -> None:
    """Send as much on all connections as the server takes."""
    left = {each.fileno(): (each, memoryview(data)) for each in opened}
    ready = select.poll()  # `select` takes no more than 1,024 files
    for number, (each, _) in left.items():
        each.setblocking(False)
        ready.register(number, select.POLLOUT)
    while left and (found := ready.poll(SILENCE * 1000)):
        for number, _ in found:
            each, rest = left[number]
            with contextlib.suppress(ConnectionError):
                rest = rest[each.send(rest[:PIECE]) :]
                left[number] = each, rest
                if rest:
                    continue
            ready.unregister(number)
            del left[number]


def memory() -> int:
    """Return the bytes of memory that this process uses."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def routes(application: Application, client: Client) -> Iterator[tuple[str, str]]:
    """Yield the method and the address of every route: of Tornado, of REST, and one that does not exist."""
    for router in (application.wildcard_router, application.default_router):
        for path in paths(router):
            yield "POST", path
            yield "GET", path
    yield "POST", "/nowhere"
    for each in described.requests(client.get("/api/openapi.json").json):
        yield each.method, each.path
    yield "POST", "/api/nowhere"
    yield "POST", "/api/library/inventory.list"


LONGEST, LONG = {"Content-Length": "104857600"}, {"Content-Length": "20000000"}
CHUNKS = {"Transfer-Encoding": "chunked"}


@pytest.mark.parametrize(
    ("sender", "framing"),
    [
        pytest.param("stranger", CHUNKS, id="stranger, chunks"),
        pytest.param("viewer", CHUNKS, id="viewer, chunks"),
        pytest.param("viewer", LONG, id="viewer, 20 MB"),
        pytest.param("stranger", LONG, id="stranger, 20 MB", marks=pytest.mark.further),
        pytest.param("stranger", LONGEST, id="stranger, 100 MB", marks=pytest.mark.further),
        pytest.param("viewer", LONGEST, id="viewer, 100 MB", marks=pytest.mark.further),
    ],
)
def test_bodies_without_end_take_little_memory_on_every_route(
    running: DashboardServer,
    library: Library,
    applications: list[Application],
    sender: str,
    framing: dict[str, str],
) -> None:
    [application] = applications
    viewer = signed_in(running.url, library, "Vi", "viewer")
    found = list(routes(application, viewer))
    assert len(found) > 250
    cookie = {"Cookie": viewer.headers["Cookie"]} if sender == "viewer" else {}
    body = b"%x\r\n" % (100 * MB) if "Transfer-Encoding" in framing else b""
    body += b"a" * SENT
    with contextlib.ExitStack() as opened:
        before = memory()
        made = []
        for method, path in found:
            text = head(running.url, method, path, {"Content-Type": "application/json", **framing, **cookie})
            made.append(opened.enter_context(spoken(running.url, text)))
        send(made, body)
        for _ in range(20):  # meanwhile, the service reads
            assert viewer.get("/api/jobs/counts").status == 200
        assert memory() - before < len(found) * SENT / 4


def test_short_body_is_answered_and_long_one_refused(running: DashboardServer) -> None:
    client = Client(running.url, Origin=running.url)
    assert client.post("/plan", b"a" * 100).status == 401
    assert client.post("/plan", b"a" * (bodies.SPARE - 1)).status == 401
    assert client("POST", "/sign-in", b"name=" + b"a" * bodies.FORM).status == 413
    answer = client("POST", "/api/webhooks/radarr", b"{" + b" " * 500_000)
    assert answer.code == "unknown_id"


def closes(opened: socket.socket) -> bool:
    """Return whether the server closes a connection."""
    opened.settimeout(PATIENCE)
    with contextlib.suppress(ConnectionError):
        while opened.recv(65536):
            pass
    return True


def is_open(opened: socket.socket) -> bool:
    return not select.select([opened], [], [], 0)[0]


@each_case("path", ["/sign-in", "/plan", "/healthz", "/nowhere", "/api/webhooks/radarr"])
def test_body_of_a_stranger_has_little_time(
    running: DashboardServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.2)
    with spoken(running.url, head(running.url, "POST", path, {"Content-Length": "100"}) + b"a") as opened:
        assert closes(opened)


def test_connection_that_sends_no_request_closes(running: DashboardServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FIRST_SECONDS", 0.2)
    for said in (b"", b"GET /plan HTTP/1.1\r\nHost: "):
        with spoken(running.url, said) as opened:
            assert closes(opened)


def test_connections_of_strangers_are_limited(
    running: DashboardServer, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest ones close. Those of people stay, and those of a proxy count for the addresses behind it."""
    monkeypatch.setattr(connections, "OF_ADDRESS", 4)
    ann = signed_in(running.url, library, "Ann", "viewer")
    text = head(running.url, "GET", "/api/events", {"Cookie": ann.headers["Cookie"]})
    withheld = {"Content-Length": "9"}
    with contextlib.ExitStack() as opened:

        def strange(*, source: str = "127.0.0.1", client: str = "") -> socket.socket:
            forwarded = withheld | ({"X-Forwarded-For": client} if client else {})
            made = opened.enter_context(
                socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE, source_address=(source, 0))
            )
            made.sendall(head(running.url, "POST", "/sign-in", forwarded))
            return made

        stream = opened.enter_context(spoken(running.url, text))
        assert stream.recv(15) == b"HTTP/1.1 200 OK"
        behind = [strange(source=ADDRESS, client=f"203.0.113.{number}") for number in range(9)]
        greedy = [strange(source=ADDRESS, client="198.51.100.7") for _ in range(6)]
        direct = [strange() for _ in range(6)]
        for each in (greedy, direct):
            assert [closes(one) for one in each[:2]] == [True, True]
            assert [is_open(one) for one in each[2:]] == [True] * 4
        assert [is_open(each) for each in behind] == [True] * 9
        assert ann.get("/api/jobs").status == 200
        assert stream.recv(100)


@pytest.mark.parametrize("limit", ["OF_ALL", "OF_ADDRESS"])
def test_all_connections_of_strangers_are_limited(
    running: DashboardServer, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(connections, limit, 5)
    monkeypatch.setattr(connections, "FIRST_SECONDS", 600.0)
    with contextlib.ExitStack() as opened:
        silent = [opened.enter_context(spoken(running.url, b"GET")) for _ in range(8)]
        assert [closes(each) for each in silent[:3]] == [True] * 3
        assert [is_open(each) for each in silent[3:]] == [True] * 5
    until(lambda: len(running._connections) == 0)  # a closed one does not count


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_home_counts_as_one_address(address: str, network: str) -> None:
    assert connections.network_of(address) == network
