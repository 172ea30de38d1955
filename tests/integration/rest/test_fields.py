"""Definitions of custom fields by REST."""

from __future__ import annotations

from tests.support.rest import Client


def test_custom_field_is_defined_changed_and_removed(rest: Client) -> None:
    assert rest.get("/api/fields").json == {"items": [], "total": 0}
    made = rest.post("/api/fields", {"key": "tape_number", "type": "integer", "highest": 999})
    assert (made.status, made.headers["location"]) == (201, "/api/fields/tape_number")
    assert (made.json["key"], made.json["type"], made.json["highest"]) == ("tape_number", "integer", 999)
    assert rest.get("/api/metadata/plan?q=tape_number:3").status == 200
    wrong = rest.get("/api/metadata/plan?q=tape_number:abc").json["detail"]
    assert "tape_number:>3" in wrong
    assert "tags" not in wrong
    assert rest.post("/api/fields", {"key": "tape_number"}).code == "bad_request"
    assert rest.post("/api/fields", {"key": "genre"}).code == "invalid_value"
    changed = rest("PUT", "/api/fields/tape_number", {"title": "Tape"}).json
    assert (changed["title"], changed["highest"]) == ("Tape", 999)
    assert rest("PUT", "/api/fields/other", {"title": "Tape"}).code == "unknown_id"
    assert rest.delete("/api/fields/tape_number").json["title"] == "Tape"
    assert rest.delete("/api/fields/tape_number").code == "unknown_id"
    assert rest.get("/api/fields").json["total"] == 0
