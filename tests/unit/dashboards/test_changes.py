"""Changes in words: file by file of a job, newest first of a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dashboards.components import changes
from indexium_core.model.files.properties import AuditEvent, AuditPage


def event(**values: Any) -> AuditEvent:
    facts: dict[str, Any] = {
        "id": 1,
        "at": datetime(2026, 11, 20, 9, 12, tzinfo=UTC),
        "actor": "rescan",
        "action": "rescan",
        "file_id": 7,
        "field": "duration",
        "old": "500.0",
        "new": None,
        "job_id": 3,
        "file_path": "/films/Holiday/Clip.mkv",
    }
    return AuditEvent(**facts | values)


def test_change_names_its_source_and_links_to_job() -> None:
    events = [
        event(action="lock", actor="Ann", field="resolution", old=None, new=None, job_id=None),
        event(action="edit", actor="", job_id=None),
        event(),
    ]
    view = changes.of_file(AuditPage(items=events, total=9), few=True)
    assert [(each["label"], each.get("done"), each["job"]) for each in view["lines"]] == [
        ("Resolution", "locked", None),
        ("Duration", None, None),
        ("Duration", None, 3),
    ]
    assert [each["who"].split(", ")[1] for each in view["lines"]] == ["by Ann", "by hand", "by a rescan"]
    assert (view["total"], view["all"]) == (9, True)


def test_more_changes_are_offered() -> None:
    page = AuditPage(items=[event()], total=21, page=2, per_page=20)
    view = changes.of_file(page, few=False)
    assert (view["range"], view["pages"], view["all"]) == ("21–21 of 21", 2, False)
    assert changes.of_file(AuditPage(items=[event()], total=1), few=True)["all"] is False
