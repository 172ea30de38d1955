"""Rejected requests of REST: invalid input, other origins, and programs without a token."""

from __future__ import annotations

from typing import Any

from dashboards.web.server import DashboardServer
from tests.support.cases import each_case
from tests.support.rest import Client, spoken

BAD: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/api/nothing", None, 404, "unknown_address"),
    ("GET", "/api/metadata/write", None, 405, "method_not_allowed"),
    ("POST", "/api/metadata/write", b"{", 400, "bad_request"),
    ("POST", "/api/metadata/write", b"[" * 100_000, 400, "bad_request"),
    ("POST", "/api/metadata/write", {}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"all": False}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"all": True, "q": "x"}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": []}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": [10**30]}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": [-1]}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": ["1; DROP TABLE x"]}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": [987654]}, 404, "unknown_id"),
    ("POST", "/api/metadata/write", {"q": "nosuchname"}, 422, "nothing_to_write"),
    ("POST", "/api/metadata/write", {"all": True, "bogus": 1}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"all": True, "options": {"risk": "blocked"}}, 422, "bad_request"),
    ("POST", "/api/metadata/write", {"all": True, "options": {"hard_links": "cut"}}, 422, "bad_request"),
    ("POST", "/api/metadata/write", {"all": True, "options": {"mode": "odd"}}, 422, "bad_request"),
    ("POST", "/api/metadata/write", {"all": True, "plan_id": 999}, 404, "unknown_id"),
    ("POST", "/api/metadata/write", {"q": "risk:"}, 422, "bad_query"),
    ("POST", "/api/metadata/write", b'{"q": "\\ud800"}', 422, "invalid_request"),
    ("POST", "/api/metadata/plan", b'{"filter": {"person": "\\ud800"}}', 422, "invalid_request"),
    ("POST", "/api/metadata/plan", b'{"filter": {"\\ud800": "a"}}', 422, "bad_request"),
    ("POST", "/api/metadata/plan/1/edit", b'{"result_people": ["\\ud800"]}', 422, "invalid_request"),
    ("PUT", "/api/movies/1/values/title", b'{"value": "\\ud800"}', 422, "invalid_request"),
    ("POST", "/api/metadata/operations/1/retry", b'{"user_note": "\\ud800"}', 422, "invalid_request"),
    ("GET", "/api/tracks?q=%ED%A0%80", None, 200, ""),
    ("GET", "/api/metadata/plan?q=foo(", None, 422, "bad_query"),
    ("GET", "/api/metadata/plan?per_page=0", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?per_page=1001", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?page=99999999999999999999", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?sort=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?order=odd", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?fields=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?filter=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?filter=[1]", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?file_ids=x", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?odd=1", None, 422, "invalid_request"),
    ("POST", "/api/metadata/plan", {"filter": {"odd": 1}}, 422, "bad_request"),
    ("POST", "/api/metadata/plan/999/edit", {"result_people": []}, 404, "unknown_id"),
    ("POST", "/api/metadata/plan/x1:00/edit", {"result_people": []}, 404, "unknown_id"),
    ("POST", "/api/metadata/plan/1/edit", {"result_people": ["a;b"]}, 422, "invalid_person_name"),
    ("POST", "/api/metadata/plan/1/edit", {}, 422, "invalid_request"),
    ("POST", "/api/metadata/plan/1/postpone", {"until": "someday"}, 422, "bad_request"),
    ("POST", "/api/metadata/plan/1/mode", {"mode": "odd"}, 422, "bad_request"),
    ("DELETE", "/api/metadata/plan/1/odd", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations/999", None, 404, "unknown_id"),
    ("GET", "/api/metadata/operations/x", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations/0", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations/99999999999999999999", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations?status=odd", None, 422, "bad_request"),
    ("POST", "/api/metadata/operations/999/pause", {}, 404, "unknown_id"),
    ("GET", "/api/metadata/history?start_date=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/history?type=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/history/999", None, 404, "unknown_id"),
    ("POST", "/api/metadata/history/999/rollback", {}, 404, "unknown_id"),
    ("POST", "/api/metadata/history/1/rollback", {"item_ids": []}, 422, "invalid_request"),
    ("GET", "/api/track/999", None, 404, "unknown_id"),
    ("GET", "/api/tracks?kind=odd", None, 422, "bad_request"),
    ("GET", "/api/tracks?kind=all&q=x", None, 422, "invalid_request"),
    ("GET", "/api/tracks?q=risk:", None, 422, "bad_query"),
    ("GET", "/api/tracks?sort=colour", None, 422, "bad_request"),
    ("GET", "/api/tracks?order=up", None, 422, "invalid_request"),
    ("GET", "/api/track/999/locks", None, 404, "unknown_id"),
    ("POST", "/api/track/999/locks", {}, 404, "unknown_id"),
    ("DELETE", "/api/track/999/locks", None, 404, "unknown_id"),
    ("POST", "/api/track/1/locks", {"fields": ["colour"]}, 422, "bad_request"),
    ("POST", "/api/track/1/locks", {"fields": []}, 422, "bad_request"),
    ("POST", "/api/track/1/locks", {"value": "5"}, 422, "invalid_request"),
    ("POST", "/api/track/1/locks", {"fields": ["hdr"], "value": "very"}, 422, "invalid_value"),
    ("DELETE", "/api/track/1/locks/colour", None, 422, "bad_request"),
    ("GET", "/api/track/999/audit", None, 404, "unknown_id"),
    ("GET", "/api/audit?q=risk:", None, 422, "bad_query"),
    ("GET", "/api/audit?page=0", None, 422, "invalid_request"),
    ("GET", "/api/jobs/999/audit", None, 404, "unknown_id"),
    ("POST", "/api/metadata/operations/999/retry", {}, 404, "unknown_id"),
    ("POST", "/api/metadata/operations/1/retry", {"risk": "odd"}, 422, "bad_request"),
    ("GET", "/api/jobs/999", None, 404, "unknown_id"),
    ("GET", "/api/jobs/999/log", None, 404, "unknown_id"),
    ("POST", "/api/jobs/999/retry", {}, 404, "unknown_id"),
    ("POST", "/api/jobs/999/priority", {"priority": 11}, 422, "invalid_request"),
    ("GET", "/api/metrics?days=0", None, 422, "invalid_request"),
    ("GET", "/api/events?after=-1", None, 422, "invalid_request"),
]


@each_case(("method", "path", "body", "status", "code"), BAD)
def test_bad_input_is_problem_with_code(
    small: Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = small(method, path, body)
    assert (answer.status, answer.code if code else "") == (status, code), answer.text


def test_invalid_search_names_position(small: Client) -> None:
    found = small.get("/api/metadata/plan?q=risk:odd").json
    assert (found["position"], found["word"]) == (0, "risk:odd") or found["word"] in found["detail"]


def test_filter_equals_its_search(small: Client) -> None:
    assert small.get('/api/metadata/plan?filter={"file_ext":"mkv"}').json["total"] == 1
    assert small.get('/api/metadata/plan?filter={"file_ext":"mp4"}').json["total"] == 0


def test_too_large_body_is_problem(small: Client) -> None:
    head = (
        f"POST /api/metadata/write HTTP/1.1\r\nHost: {small.url.removeprefix('http://')}\r\n"
        "Content-Type: application/json\r\nContent-Length: 900000000000\r\n\r\n"
    )
    with spoken(small.url, head.encode()) as said:
        found = said.recv(65536)
    assert found.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in found


# The request guard.


def test_other_origins_cannot_change_anything(small: Client) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}):
        assert small.post("/api/metadata/write", {"all": True}, **headers).code == "forbidden"
    assert small.get("/api/metadata/plan", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").code == "forbidden"
    assert small.get("/api/jobs", Origin="http://evil.example").code == "forbidden"
    assert small.get("/api/jobs", Origin=small.url).status == 200
    wrong = small.get("/api/jobs?kind=wirte")
    assert wrong.status == 422
    assert "There is no kind of job 'wirte'. The kinds are " in wrong.json["detail"]
    assert small.post("/api/metadata/write", {"all": True}, Content_Type="text/plain").code == "not_json"
    assert small.get("/api/metadata/plan", Host="evil.example").code == "unknown_host"
    assert small.post("/api/metadata/plan", {}, Origin=small.url).status == 200


def test_token_allows_any_origin_but_no_other_host(running: DashboardServer) -> None:
    program = Client(running.url, Authorization=f"Bearer {running.token}", Origin="http://tool.example")
    assert program.post("/api/metadata/plan").status == 200
    assert program.post("/api/metadata/plan", Host="evil.example").code == "unknown_host"
    assert program.post("/api/metadata/plan", Authorization="Bearer other").code == "forbidden"
    assert Client(running.url, Authorization="Bearer other").get("/api/metadata/plan").code == "unauthorized"


def test_responses_have_security_headers(small: Client) -> None:
    found = small.get("/api/metadata/plan").headers
    assert found["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in found["content-security-policy"]
    assert "server" not in found


def test_calls_of_commands_reject_texts_that_are_not_unicode(running: DashboardServer) -> None:
    rest = Client(running.url, Authorization=f"Bearer {running.token}")
    for name, text, code in (
        ("queries.run", "SELECT '\udcff'", "bad_request"),
        ("queries.run", "SELECT '\ud800'", "invalid_request"),
        ("people.rename", "\udcff", "bad_request"),
        ("files.find", "\ud800", "invalid_request"),
        ("files.find", "\udcff", "unknown_id"),
    ):
        answer = rest.post(f"/api/library/{name}", {"args": [text, *["b"] * (name == "people.rename")], "kwargs": {}})
        assert answer.status < 500, (name, answer.text)
        assert answer.code == code
