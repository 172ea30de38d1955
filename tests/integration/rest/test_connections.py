"""Webhooks and automation in REST: the receipt of events as senders send them, and the sources."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.rest import Client

BODY = json.dumps({"eventType": "Test", "movie": {"title": "Test", "tmdbId": 0}}).encode()


@pytest.fixture
def secret(rest: Client) -> str:
    return str(rest.post("/api/webhook-sources", {"kind": "radarr"}).json["secret"])


@each_case(("way", "method"), effort.pairs(["header", "basic", "bearer", "query"], ["POST", "PUT"]))
def test_event_is_accepted_as_senders_send_it(rest: Client, secret: str, way: str, method: str) -> None:
    basic = base64.b64encode(f"radarr:{secret}".encode()).decode()
    headers = {
        "header": {"X_Indexium_Secret": secret},
        "basic": {"Authorization": f"Basic {basic}"},
        "bearer": {"Authorization": f"Bearer {secret}"},
        "query": {},
    }[way]
    path = f"/api/webhooks/radarr?secret={secret}" if way == "query" else "/api/webhooks/radarr"
    former = rest.get("/api/webhook-events?source=radarr").json["items"]
    answer = rest(method, path, BODY, Content_Type="text/plain; charset=utf-8", **headers)
    assert (answer.status, list(answer.json)) == (202, ["id"])
    event, *others = rest.get("/api/webhook-events?source=radarr").json["items"]
    assert others == former
    assert (event["event_type"], event["state"], event["result"]) == ("Test", "ignored", "A test of the connection.")


@each_case(
    ("path", "body", "headers", "status", "code"),
    [
        ("/api/webhooks/radarr", BODY, {}, 401, "wrong_secret"),
        ("/api/webhooks/radarr", BODY, {"X_Indexium_Secret": "guess"}, 401, "wrong_secret"),
        ("/api/webhooks/radarr", BODY, {"Authorization": "Basic %%%"}, 401, "wrong_secret"),
        ("/api/webhooks/sonarr", BODY, {"X_Indexium_Secret": "guess"}, 404, "unknown_id"),
        ("/api/webhooks/radarr", b"eventType=Test", {"X_Indexium_Secret": "right"}, 422, "not_json"),
        ("/api/webhooks/radarr", b"{" + b" " * 1_000_001, {"X_Indexium_Secret": "right"}, 413, "too_large"),
    ],
)
def test_other_requests_are_refused(
    rest: Client, secret: str, path: str, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    given = {name: secret if value == "right" else value for name, value in headers.items()}
    answer = rest("POST", path, body, **given)
    assert (answer.status, answer.code) == (status, code)


def test_wrong_secrets_are_throttled_and_a_source_can_be_off(rest: Client, secret: str) -> None:
    for _ in range(10):
        rest("POST", "/api/webhooks/radarr", BODY, X_Indexium_Secret="guess")
    answer = rest("POST", "/api/webhooks/radarr", BODY, X_Indexium_Secret="guess")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "too_many", "60")
    assert rest("POST", "/api/webhooks/radarr", BODY, X_Indexium_Secret=secret).status == 202
    other = rest.post("/api/webhook-sources", {"kind": "generic"}).json
    rest("PATCH", "/api/webhook-sources/generic", {"enabled": False})
    answer = rest("POST", "/api/webhooks/generic", b"{}", X_Indexium_Secret=other["secret"])
    assert (answer.status, answer.code) == (403, "source_off")


def test_secret_is_shown_once_and_is_in_no_log(rest: Client, library: Library, secret: str) -> None:
    rest("POST", f"/api/webhooks/radarr?secret={secret}", BODY)
    shown = [
        rest.get(path).text for path in ("/api/webhook-sources", "/api/webhook-sources/radarr", "/api/webhook-events")
    ]
    assert all(secret.encode() not in text for text in shown)
    fresh = rest.post("/api/webhook-sources/radarr/secret").json["secret"]
    assert fresh != secret
    former, new = (
        rest("POST", "/api/webhooks/radarr", BODY, X_Indexium_Secret=each).status for each in (secret, fresh)
    )
    assert (former, new) == (401, 202)
    logs = b"".join(path.read_bytes() for path in (library.home / "logs").rglob("*") if path.is_file())
    assert secret.encode() not in logs


def test_sources_are_changed_tried_and_removed(rest: Client, films: Path, secret: str) -> None:
    changed = rest("PATCH", "/api/webhook-sources/radarr", {"folder_map": [["/movies", str(films)]], "anchor": ".here"})
    assert (changed.json["folder_map"], changed.json["anchor"]) == ([["/movies", str(films)]], ".here")
    trial = rest.post("/api/webhook-sources/radarr/path", {"path": "/movies/sea.mp4"}).json
    assert (trial["exists"], trial["is_anchored"], trial["library_id"]) == (True, False, 1)
    wrong = rest("PATCH", "/api/webhook-sources/radarr", {"folder_map": [["movies", "/x"]]})
    assert (wrong.status, "is not an absolute folder" in wrong.json["detail"]) == (422, True)
    assert rest.post("/api/webhook-sources/radarr/test").json["state"] == "ignored"
    assert rest.get("/api/webhook-events/99").code == "unknown_id"
    assert rest.delete("/api/webhook-sources/radarr").json["name"] == "radarr"
    assert rest.get("/api/webhook-sources").json == {"items": [], "total": 0}


def test_automation_is_read_changed_and_paused(rest: Client, library: Library) -> None:
    found = rest.get("/api/automation").json
    assert (found["paused"], found["items"][0]["config"]["automation_mode"]) == (False, "hybrid")
    changed = rest("PATCH", "/api/automation/1", {"automation_mode": "automatic", "night_limit": 40}).json
    assert (changed["config"]["auto_publish"], changed["config"]["night_limit"]) == (True, 40)
    assert rest("PATCH", "/api/automation/1", {"automation_mode": "wild"}).status == 422
    assert rest("PATCH", "/api/automation/99", {"auto_enrich": False}).code == "unknown_id"
    assert rest("PUT", "/api/automation", {"paused": True}).json["paused"]
    assert library.settings.automation_paused


def test_name_of_a_container_is_allowed_by_a_setting(rest: Client, library: Library, secret: str) -> None:
    sent = {"X_Indexium_Secret": secret, "Host": "indexium:8420"}
    assert rest("POST", "/api/webhooks/radarr", BODY, **sent).status == 421
    library.configuration.set("allowed_hosts", "nas, indexium")
    assert rest("POST", "/api/webhooks/radarr", BODY, **sent).status == 202
    assert rest("POST", "/api/webhooks/radarr", BODY, **{**sent, "Host": "evil.example:8420"}).status == 421
