"""What an attacker tries: each is refused, and docs/security.md names the test."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from dashboards.web import server, sign_in
from dashboards.web.server import DashboardServer
from indexium_core import errors
from indexium_core.flows.accounts import passwords
from indexium_core.flows.snapshots import analysis
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import PERMISSIONS
from indexium_core.model.operations.actor import NOBODY, Actor
from indexium_core.store import home_files, snapshot
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.rest import PATIENCE, Client
from tests.support.sessions import PASSWORD, post_sign_in, signed_in
from tests.support.studio import Studio

HIDDEN = (
    "FROM home.users",
    'SELECT max(name) FROM "HOME" /* x */ . users',
    "FROM snapshot.home.webhook_sources",
    "PIVOT home.users ON name",
    "FROM files WHERE EXISTS (FROM home\n.users)",
    "WITH x AS (FROM home.users) FROM x",
    "EXPLAIN FROM home.users",
    "FROM histogram('home.users', name)",
    "FROM histogram_values('snapshot.home.users', name)",
    *(f"SELECT name FROM home{space}.users" for space in ("\u200b", "\u2060", "\ufeff", "\u00a0")),
    "FROM query\u200b('FROM home.users')",
    "FROM kept.home.users",
    "PIVOT (FROM query_table('users')) ON name",
    "FROM read_duckdb('{private}', table_name := 'users')",
)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 1)
    with made.library as library:
        library.users.add("Root", PASSWORD, role="admin")
        yield made


@pytest.fixture
def running(studio: Studio) -> Iterator[DashboardServer]:
    with server.make_server(studio.library, port=0).background() as made:
        yield made


@pytest.fixture
def bob(studio: Studio) -> Actor:
    user = studio.library.users.add("Bob", PASSWORD, role="editor")
    return Actor("user", str(user.id), user.name)


@pytest.fixture
def admin(running: DashboardServer, studio: Studio) -> Client:
    return signed_in(running.url, studio.library, "Ann", "admin")


@pytest.fixture
def title(studio: Studio) -> int:
    studio.library.inventory.set_kind(1, "mixed")
    return studio.library.titles.assign_new([1], "movie", "Nosferatu", year=1922).id


@pytest.fixture
def private(studio: Studio, bob: Actor) -> Callable[[], Path]:
    """A function that returns the file beside the newest snapshot that has the accounts."""
    del bob  # it has everybody
    studio.library.queries.run("SELECT 1")
    return lambda: home_files.private_part_of(analysis.newest(studio.library.home))


def stream(library: Library, text: str) -> None:
    with library.queries.stream(text, "csv") as stream:
        list(stream.pieces())


WAYS: tuple[Callable[[Library, str], object], ...] = (
    lambda library, text: library.queries.frame(text),
    stream,
    lambda library, text: library.queries.file_ids(text),
)


@each_case("text, ask", effort.pairs(HIDDEN, WAYS))
def test_query_reads_no_account(
    studio: Studio, bob: Actor, private: Callable[[], Path], text: str, ask: Callable[..., object]
) -> None:
    """Also not on this computer: the file that a query opens has no such table."""
    library, present = studio.library, private()
    with library.acting_as(bob), pytest.raises(errors.SqlError):
        library.queries.run(text.format(private=present))
    with pytest.raises(errors.SqlError):
        ask(library, text.format(private=present))
    assert present.is_file(), "it was there to be read"


def test_file_of_queries_has_only_tables_for_analysts(studio: Studio, bob: Actor) -> None:
    library = studio.library
    with library.acting_as(bob):
        assert library.queries.run("SELECT count(*) FROM files").rows == [(1,)]
    with duckdb.connect(str(analysis.newest(library.home)), read_only=True) as con:
        found = con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        assert found == sorted(("main", table.name) for table in snapshot.tables())
        assert con.execute("FROM duckdb_sequences()").fetchall() == []


def test_session_that_an_attacker_has_set_is_not_used(running: DashboardServer) -> None:
    name, chosen = sign_in.cookie_name(running.port), "chosen-by-an-attacker"
    answer = post_sign_in(Client(running.url, Origin=running.url, Cookie=f"{name}={chosen}"), "Root")
    assert answer.status == 303
    assert chosen not in answer.headers["set-cookie"]
    assert Client(running.url, Cookie=f"{name}={chosen}").get("/api/jobs").status == 401


@each_case("following", ["https://evil.example/", "//evil.example", "/%5Cevil.example", "/%09/evil.example"])
def test_link_to_the_sign_in_leads_to_no_other_site(admin: Client, following: str) -> None:
    answer = admin.get(f"/sign-in?next={following}")
    assert (answer.status, answer.headers["location"]) == (303, "/")


@each_case("path", ["/etc/passwd", "../../etc/passwd", "{film}", "{home}/indexium.duckdb"])
def test_picture_beside_the_media_is_one_of_the_plan(admin: Client, studio: Studio, title: int, path: str) -> None:
    wanted = path.format(film=studio.paths[0], home=studio.library.home)
    assert admin.get(f"/present-picture/movie:{title}?path={wanted}").status == 404


def test_no_secret_is_in_a_log(
    running: DashboardServer, studio: Studio, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    nobody = Client(running.url, Origin=running.url)
    assert post_sign_in(nobody, "Root", "a wrong password").status == 401
    bob = signed_in(running.url, studio.library, "Bob", "viewer")
    session = bob.headers["Cookie"].partition("=")[2]
    for client in (bob, Client(running.url, Authorization=f"Bearer {running.token}")):
        assert [client.get(path).status for path in ("/api/jobs", "/api/nothing")] == [200, 404]
    assert Client(running.url, Authorization="Bearer guessed-token").get("/api/jobs").status == 401
    logs = b"".join(path.read_bytes() for path in (studio.library.home / "logs").rglob("*") if path.is_file())
    said = logs.decode() + caplog.text + "".join(capfd.readouterr())
    assert "accounts.wrong_password" in said
    for secret in ("a wrong password", PASSWORD, session, running.token, "guessed-token"):
        assert secret not in said


def test_request_whose_session_has_just_ended_may_nothing(studio: Studio) -> None:
    library = studio.library
    assert sign_in.actor_of(library, "ended", is_local=False) == NOBODY
    assert sign_in.actor_of(library, "ended", is_local=True).kind == "local"
    with library.acting_as(NOBODY):
        assert [permission for permission in PERMISSIONS if library.authority.may(permission)] == []


@each_case("name", ["Root", "Nobody at all", ""])
def test_unknown_name_costs_as_much_as_a_wrong_password(
    costly_passwords: None, studio: Studio, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    verified: list[str] = []
    real = passwords._hasher

    class Counting:
        hash = real.hash

        def verify(self, password_hash: str, password: bytes) -> bool:
            verified.append(password_hash.rpartition("$")[0].rpartition("$")[0])
            return bool(real.verify(password_hash, password))

    monkeypatch.setattr(passwords, "_hasher", Counting())
    with pytest.raises(errors.SignInError):
        studio.library.sign_in.sign_in(name, "a wrong password")
    assert verified == ["$argon2id$v=19$m=47104,t=1,p=1"]


def test_snapshot_has_accounts_without_passwords_and_sessions(studio: Studio) -> None:
    library = studio.library
    library.sign_in.sign_in("Root", PASSWORD)
    library.snapshots.take()
    with duckdb.connect(str(home_files.private_part_of(analysis.newest(library.home))), read_only=True) as con:
        listed = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'user%' ORDER BY 1"
        ).fetchall()
        assert listed == [("user_identities",), ("user_libraries",), ("users",)]
        columns = "SELECT column_name FROM duckdb_columns() WHERE table_name = 'users' ORDER BY 1"
        assert [name for (name,) in con.execute(columns).fetchall()] == [
            "all_libraries", "created_at", "enabled", "id", "name", "name_key", "role",
        ]  # fmt: skip


def test_page_of_another_session_cannot_be_continued(studio: Studio) -> None:
    """Browsers keep their cookies for all tabs: the tab of the person before has a page that still exists."""
    library = studio.library

    async def status(port: int, sender: Client, token: str) -> int:
        request = HTTPRequest(f"ws://127.0.0.1:{port}/jobs/ws", headers=sender.headers)
        try:
            socket = await websocket_connect(request, subprotocols=["bokeh", token])
        except HTTPClientError as refused:
            return refused.code
        socket.close()
        while await socket.read_message() is not None:
            pass
        return 101

    with server.make_server(library, port=0).background() as running:
        ann, bob = (signed_in(running.url, library, name, "viewer") for name in ("Ann", "Bob"))
        found = re.search(r'"token":"([^"]+)"', ann.get("/jobs", Accept="text/html").text.decode())
        assert found is not None
        assert asyncio.run(status(running.port, bob, found[1])) == 403
        for token in ("None", "eyJ9", "W10", "e30", "eyJzZXNzaW9uX2lkIjoiMSJ9"):  # of no page: [], {}, one without end
            assert asyncio.run(status(running.port, ann, token)) == 403
        assert asyncio.run(status(running.port, ann, found[1])) == 101


def test_open_page_ends_with_the_time_of_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_CHECKED_EVERY", 50)
    now = datetime(2026, 3, 4, 12, tzinfo=UTC)

    async def look(served: DashboardServer, bob: Client) -> None:
        nonlocal now
        page = bob.get("/jobs", Accept="text/html").text.decode()
        token = re.search(r'"token":"([^"]+)"', page)
        assert token is not None
        request = HTTPRequest(f"ws://127.0.0.1:{served.port}/jobs/ws", headers=bob.headers)
        socket = await websocket_connect(request, subprotocols=["bokeh", token[1]])
        assert await socket.read_message() is not None
        now += timedelta(hours=23)
        await socket.write_message("{}")  # the start of a message of the page
        await asyncio.sleep(0.5)
        now += timedelta(hours=23)
        await asyncio.sleep(0.5)
        assert served._library.sign_in.is_open(bob.headers["Cookie"].partition("=")[2])
        now += timedelta(hours=2)
        while await asyncio.wait_for(socket.read_message(), PATIENCE) is not None:
            pass
        socket.close()

    with Library.open(tmp_path / "home", clock=lambda: now) as library:
        library.users.add("Root", PASSWORD, role="admin")
        with server.make_server(library, port=0).background() as served:
            asyncio.run(look(served, signed_in(served.url, library, "Bob", "viewer")))
