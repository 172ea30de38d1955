"""API tokens in requests to a running service: what they open, what they may do, and when streams end."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path

import pytest

from dashboards.web import server
from dashboards.web.server import DashboardServer
from indexium_core.flows.accounts import token_check
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import PERMISSIONS, WITHOUT_TOKENS
from indexium_core.model.operations.actor import Actor
from tests.integration.accounts.test_sign_in import PAGE, PASSWORD, SOCKET, cookie_of, signed_in
from tests.support import media
from tests.support.cases import each_case
from tests.support.rest import Client, ended, events
from tests.support.studio import Studio

RUNS = ("plan.read", "jobs.manage")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 2)
    with made.library:
        made.library.users.add("Ann Lee", PASSWORD, role="admin")
        made.library.users.add("Bob", PASSWORD, role="editor")
        yield made


@pytest.fixture
def library(studio: Studio) -> Library:
    return studio.library


@pytest.fixture
def running(library: Library) -> Iterator[DashboardServer]:
    with server.make_server(library, port=0).background() as made:
        yield made


@pytest.fixture
def nobody(running: DashboardServer) -> Client:
    return Client(running.url)


@pytest.fixture
def program(library: Library, running: DashboardServer) -> Callable[..., Client]:
    """Return a function that returns a client with a new token."""

    def add(*permissions: str, user: str = "Ann Lee", name: str = "", days: int | None = None) -> Client:
        label = name or f"script {len(library.tokens.list())}"
        secret = library.tokens.add(label, permissions=permissions or RUNS, user=user, days=days).secret
        return Client(running.url, Authorization=f"Bearer {secret}")

    return add


def secret_of(client: Client) -> str:
    return client.headers["Authorization"].removeprefix("Bearer ")


def test_token_opens_rest_by_either_header(program: Callable[..., Client], nobody: Client) -> None:
    script = program()
    assert script.get("/api/jobs").status == 200
    assert nobody.get("/api/jobs", X_Api_Key=secret_of(script)).status == 200
    assert nobody.get("/api/jobs", Authorization=f"bearer  {secret_of(script)}").status == 200
    assert script.get("/api/jobs", Origin="http://other.example", Sec_Fetch_Site="cross-site").status == 200
    me = script.get("/api/me").json
    assert (me["kind"], me["name"], me["role"]) == ("token", "Ann Lee (script 0)", "admin")
    assert me["permissions"] == list(RUNS)


@pytest.fixture
def wrong(library: Library, program: Callable[..., Client]) -> tuple[str, str]:
    """A guessed token and one that is revoked."""
    revoked = secret_of(program())
    library.tokens.revoke(1)
    return "ix_guessed", revoked


@pytest.fixture
def ann(nobody: Client) -> str:
    """The cookie of a session."""
    return cookie_of(signed_in(nobody))


@pytest.mark.parametrize("header", ["Authorization", "X_Api_Key"])
@each_case("path", ["/api/jobs", "/api/me", "/api/nowhere", "/files/plan.csv"])
def test_wrong_token_is_refused_everywhere(
    wrong: tuple[str, str], nobody: Client, ann: str, header: str, path: str
) -> None:
    for text in wrong:
        sent = {header: f"Bearer {text}" if header == "Authorization" else text}
        for cookie in ("", ann):
            answer = nobody.get(path, **sent, Cookie=cookie)
            assert answer.status == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert text not in answer.text.decode()
            if path.startswith("/api/"):
                assert answer.code == "unauthorized"


def test_wrong_token_is_refused_without_people(library: Library, nobody: Client) -> None:
    for name in ("Bob", "Ann Lee"):
        library.users.remove(name)
    assert nobody.get("/api/jobs").status == 200
    assert nobody.get("/api/jobs", X_Api_Key="ix_guessed").status == 401
    assert nobody.get("/api/jobs", Authorization="Bearer ix_guessed").status == 401


def test_address_with_many_wrong_tokens_waits(program: Callable[..., Client], nobody: Client) -> None:
    script = program()
    for _ in range(token_check._OF_ADDRESS):
        assert nobody.get("/api/jobs", Authorization="Bearer ix_guessed").status == 401
    answer = nobody.get("/api/jobs", Authorization="Bearer ix_guessed")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "too_many", "300")
    assert script.get("/api/jobs").status == 200, "another program of this address works"


def test_missing_permission_is_named(program: Callable[..., Client]) -> None:
    script = program("jobs.manage")
    refused = [
        (script.get("/api/jobs"), "plan.read"),
        (script.get("/api/metrics"), "plan.read"),
        (script.get("/api/events"), "plan.read"),
        (script.get("/api/assets/candidates/1/preview"), "plan.read"),
        (script.get(f"/api/cache/{'0' * 64}"), "plan.read"),
        (script.get("/api/query?sql=SELECT+1"), "query.run"),
        (script.post("/api/webhook-sources", {"kind": "radarr"}), "settings.manage"),
        (program().post("/api/metadata/write", {"all": True}), "write.any"),
        (program().post("/api/metadata/history/1/rollback"), "rollback"),
    ]
    for answer, permission in refused:
        assert (answer.status, answer.code) == (403, "not_allowed"), answer.text
        assert permission in answer.json["detail"]


def test_token_opens_downloads_but_no_page_and_no_websocket(program: Callable[..., Client]) -> None:
    script = program("plan.read", "query.run")
    assert b"file" in script.get("/files/plan.csv").text
    assert script.get("/files/query.csv?q=SELECT+1+AS+a").status == 200
    assert script.get("/media/1").status == 200
    assert script("HEAD", "/media/1").status == 200
    assert script.get("/thumbnail/1").status in {200, 404}
    for path in ("/", "/plan", "/history", "/settings/connections", "/assets/page.html", "/static/js/bokeh.min.js"):
        assert script.get(path).status == 401, path
        assert script.get(path, **PAGE).status == 303, path
    for path in ("/ws", "/plan/ws"):
        assert script.get(path, **SOCKET, Origin=script.url).status in {401, 303}
    assert script("POST", "/files/changes", b"", Content_Type="text/csv").status == 401
    assert script("POST", "/sign-out", b"").status == 401


@each_case(
    ("path", "given", "missing"),
    [
        ("/media/1", "jobs.manage", "plan.read"),
        ("/thumbnail/1", "jobs.manage", "plan.read"),
        ("/poster/1", "jobs.manage", "plan.read"),
        ("/picture/1", "jobs.manage", "plan.read"),
        ("/files/plan.json", "jobs.manage", "plan.read"),
        ("/files/query.csv?q=SELECT+1", "plan.read", "query.run"),
    ],
)
def test_download_needs_its_permission(program: Callable[..., Client], path: str, given: str, missing: str) -> None:
    answer = program(given).get(path)
    assert answer.status == 403
    assert missing in answer.text.decode()


@pytest.mark.further
def test_download_of_a_person_needs_the_permission(nobody: Client, library: Library) -> None:
    library.users.change("Bob", role="viewer")
    bob = Client(nobody.url, Cookie=cookie_of(signed_in(nobody, name="Bob")))
    assert bob.get("/files/plan.csv").status == 200
    assert bob.get("/files/query.csv?q=SELECT+1").status == 403


def test_calls_of_commands_need_the_token_of_the_service(
    program: Callable[..., Client], running: DashboardServer
) -> None:
    script = program(*RUNS, "settings.manage")
    call = {"args": [], "kwargs": {}}
    assert script.post("/api/library/jobs.counts", call).status == 401
    own = Client(running.url, Authorization=f"Bearer {running.token}")
    assert own.post("/api/library/jobs.counts", call).status == 200
    assert own.get("/api/me").json["kind"] == "local"


def test_token_makes_lists_and_revokes_no_tokens(library: Library, program: Callable[..., Client]) -> None:
    script = program(*RUNS, "settings.manage", "libraries.manage")
    for answer in (
        script.get("/api/tokens"),
        script.post("/api/tokens", {"name": "another"}),
        script.delete("/api/tokens/1"),
    ):
        assert (answer.status, answer.code) == (403, "not_allowed")
    assert len(library.tokens.list()) == 1


def test_person_manages_own_tokens_over_rest(nobody: Client, library: Library) -> None:
    bob = Client(nobody.url, Cookie=cookie_of(signed_in(nobody, name="Bob")))
    added = bob.post("/api/tokens", {"name": "scan", "permissions": list(RUNS), "days": 30})
    assert added.status == 201
    assert re.fullmatch(r"ix_[\w-]{43}", added.json["secret"])
    assert added.json["token"]["user_name"] == "Bob"
    listed = bob.get("/api/tokens").json
    assert (listed["total"], listed["items"]) == (1, [added.json["token"]])
    assert Client(nobody.url, X_Api_Key=added.json["secret"]).get("/api/jobs").status == 200
    assert bob.post("/api/tokens", {"name": "more", "permissions": ["write.any"]}).code == "not_allowed"
    assert bob.post("/api/tokens", {"name": "scan"}).status == 422
    assert bob.delete(f"/api/tokens/{added.json['token']['id']}").json["name"] == "scan"
    assert bob.delete("/api/tokens/99").status == 404
    assert bob.get("/api/tokens").json["total"] == 0
    assert nobody.get("/api/tokens").status == 401


@pytest.fixture
def quickly_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the tokens of open streams more often than the streams themselves do."""
    monkeypatch.setattr(server, "_CHECKED_EVERY", 200)


@contextlib.contextmanager
def ending(script: Client, other: Client) -> Iterator[None]:
    """Follow events with two tokens: the first stream must end with the block, before it looks at its token itself."""
    with (
        events(script.url, Authorization=script.headers["Authorization"]) as stream,
        events(other.url, Authorization=other.headers["Authorization"]) as open_stream,
    ):
        next(stream)
        next(open_stream)
        begun = time.monotonic()
        yield
        with contextlib.suppress(OSError, HTTPException):
            for _ in stream:  # until the connection is closed
                pass
        assert time.monotonic() - begun < 10
        assert other.post("/api/libraries/1/scan").status == 202
        assert next(open_stream)["event"]
    assert script.get("/api/jobs").status == 401


@pytest.mark.parametrize("end", ["revoked", "owner off", "owner removed"])
def test_stream_ends_at_once_with_its_token(library: Library, program: Callable[..., Client], end: str) -> None:
    with ending(program(user="Bob"), program()):
        if end == "revoked":
            library.tokens.revoke(1)
        elif end == "owner off":
            library.users.change("Bob", enabled=False)
        else:
            library.users.remove("Bob")


@pytest.mark.usefixtures("quickly_checked")
def test_stream_ends_with_the_last_day_of_its_token(
    library: Library, program: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ending(program(user="Bob", days=1), program()):
        monkeypatch.setattr(library.token_check, "_clock", lambda: datetime.now(UTC) + timedelta(days=2))


def test_same_idempotency_key_of_another_actor_is_another_request(
    program: Callable[..., Client], nobody: Client, running: DashboardServer
) -> None:
    first, second = program(), program()
    own = Client(running.url, Authorization=f"Bearer {running.token}")
    bob = Client(nobody.url, Cookie=cookie_of(signed_in(nobody, name="Bob")))

    def rescan(client: Client) -> int:
        answer = client.post("/api/track/1/rescan_media", Idempotency_Key="same")
        assert answer.status in {200, 202}, answer.text
        job = client.post("/api/libraries/1/scan", {"full": True}, Idempotency_Key="scan")
        assert job.status == 202
        found = client.get(f"/api/jobs/{job.json['id']}?wait=20").json
        assert found["status"] == "completed"
        return int(job.json["id"])

    jobs = [rescan(client) for client in (first, second, own, bob)]
    assert len(set(jobs)) == 4
    assert [rescan(client) for client in (first, second, own, bob)] == jobs
    other = first.post("/api/libraries/1/scan", {"full": False}, Idempotency_Key="scan")
    assert (other.status, other.code) == (422, "key_reused")


def test_token_of_a_library_scans_it_and_sees_nothing_else(
    library: Library, running: DashboardServer, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    media.series("mp4", tmp_path / "other", 7)
    other = library.inventory.add(tmp_path / "other").library_id
    foreign = library.scans.add([tmp_path / "other"]).id
    library.jobs.wait(foreign, 30)
    hidden = library.inventory.search("root:other").items[0].file_id
    permissions = [each for each in PERMISSIONS if each not in WITHOUT_TOKENS]
    added = library.tokens.add("scan", permissions=permissions, libraries=[1], user="Ann Lee")
    script = Client(running.url, X_Api_Key=added.secret)
    assert script.get("/api/me").json["libraries"] == [1]
    assert {"query.run", "people.edit", "settings.manage"}.isdisjoint(script.get("/api/me").json["permissions"])
    assert [each["library_id"] for each in script.get("/api/libraries").json["items"]] == [1]
    job = script.post("/api/libraries/1/scan", Idempotency_Key="first").json["id"]
    assert script.post("/api/libraries/1/scan", Idempotency_Key="first").json["id"] == job
    assert script.get(f"/api/jobs/{job}?wait=20").json["status"] == "completed"
    assert [each["id"] for each in script.get("/api/jobs").json["items"]] == [job]
    assert script.get("/api/tracks").json["total"] == library.inventory.search("root:films").total
    assert script("PATCH", "/api/libraries/1", {"metadata_language": "de"}).status == 200
    unknown = [
        script.get(f"/api/jobs/{foreign}"),
        script.get(f"/api/track/{hidden}"),
        script.get(f"/media/{hidden}"),
        script.get(f"/api/automation/{other}"),
        script("PATCH", f"/api/libraries/{other}", {"metadata_language": "de"}),
        script.post(f"/api/libraries/{other}/scan"),
        script.post(f"/api/metadata/plan/{hidden}/edit", {"result_people": ["Ann Lee"]}),
    ]
    assert [(answer.status, answer.text) for answer in unknown if answer.status != 404] == []
    refused = [script.get("/api/query?sql=SELECT+1"), script.get("/api/players"), script.get("/api/schedules")]
    assert [(answer.status, answer.text) for answer in refused if answer.status != 403] == []


def test_starts_are_limited_by_token(
    library: Library, program: Callable[..., Client], running: DashboardServer
) -> None:
    library.configuration.set("api_writes_per_minute", "2")
    first, second = program(), program()

    def start(client: Client) -> int:
        return client.post("/api/libraries/1/scan").status

    assert [start(first), start(first), start(first)] == [202, 202, 429]
    assert [start(second), start(second), start(second)] == [202, 202, 429]
    own = Client(running.url, Authorization=f"Bearer {running.token}")
    assert [start(own), start(own), start(own)] == [202, 202, 429]


def test_work_over_rest_is_recorded_with_the_token(library: Library, program: Callable[..., Client]) -> None:
    script = program("plan.read", "write.any", name="night script")
    number = script.post("/api/metadata/write", {"all": True, "options": {"risk": ["safe", "warning", "danger"]}}).json
    ended(script, number["operation_id"])
    [token] = library.tokens.list()
    actor = library.operation(number["operation_id"]).operation.actor
    assert actor == Actor("token", str(token.id), "Ann Lee (night script)")
    assert (token.last_used_at is not None, token.last_address) == (True, "127.0.0.1")


def test_no_log_has_the_text_of_a_token(library: Library, program: Callable[..., Client], nobody: Client) -> None:
    script = program()
    script.post("/api/libraries/1/scan")
    script.get("/files/plan.csv")
    nobody.get("/api/jobs", Authorization=f"Bearer {secret_of(script)}x")
    logs = b"".join(path.read_bytes() for path in (library.home / "logs").rglob("*") if path.is_file())
    assert b"accounts.wrong_token" in logs
    assert secret_of(script)[3:].encode() not in logs


def test_description_names_the_ways_to_sign_in(program: Callable[..., Client]) -> None:
    found = program().get("/api/openapi.json").json
    schemes = found["components"]["securitySchemes"]
    assert {(each["type"], each.get("in", "")) for each in schemes.values()} == {
        ("http", ""),
        ("apiKey", "header"),
        ("apiKey", "cookie"),
    }
    assert [*schemes] == [name for each in found["security"] for name in each]
    own = {path for path, methods in found["paths"].items() for route in methods.values() if "security" in route}
    assert own == {"/api/webhooks/{name}"}
    assert json.dumps(found).count("X-Api-Key") >= 1
