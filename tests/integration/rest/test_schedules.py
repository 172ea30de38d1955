"""Schedules in REST."""

from __future__ import annotations

from tests.support.rest import Client


def test_schedules_are_listed_changed_and_run(rest: Client) -> None:
    found = rest.get("/api/schedules").json
    assert [(each["name"], each["cron"]) for each in found["items"]] == [
        ("database-backup", "0 3 * * *"),
        ("picture-collection", "0 3 * * *"),
        ("retention", "30 3 * * *"),
        ("scan", "0 2 * * *"),
        ("reconciliation", "30 4 * * 0"),
        ("title-refresh", "30 2 * * *"),
        ("recovery-drill", "0 5 1 * *"),
        ("snapshot", "@change"),
        ("watch-states", "30 5 * * *"),
    ]
    assert found["items"][0]["next_run_at"].endswith("Z")

    changed = rest("PUT", "/api/schedules/database-backup", {"cron": "30 2 * * 1", "enabled": False})
    assert (changed.status, changed.json["when"], changed.json["next_run_at"]) == (200, "At 02:30 on Monday", None)
    wrong = rest("PUT", "/api/schedules/database-backup", {"cron": "soon"})
    assert (wrong.code, wrong.json["detail"].partition(".")[0]) == ("invalid_value", "'soon' is not a cron text")
    assert rest("PUT", "/api/schedules/nothing", {"enabled": True}).code == "unknown_id"

    started = rest.post("/api/schedules/database-backup/run")
    assert (started.status, started.json["job_type"]) == (202, "database_backup")
    ended = rest.get(f"/api/jobs/{started.json['id']}?wait=20").json
    assert ended["status"] == "completed"
