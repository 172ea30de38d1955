"""Edits, postponements and modes: standing decisions about files."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model.operations.actor import Actor, acting_as
from indexium_core.model.review.reports import DecisionReport
from indexium_core.store.database import Database
from tests.support.catalog import NOW, ROOT, marked, scanned, store


@pytest.fixture
def decisions(database: Database) -> Decisions:
    """Decisions about the files 1 and 2, copies of each other, and 3."""
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1), scanned("c.mp4")])
    PeopleService(database, clock=lambda: NOW).add([f"{ROOT}/a.mp4"], ["Ann", "Bo"])
    marked(database)
    return Decisions(database, clock=lambda: NOW)


def test_edit_applies_to_every_copy(database: Database, decisions: Decisions) -> None:
    assert decisions.edit([1, 1], [" Zoë  Öz ", "zoë öz", "Cy"]) == DecisionReport(files=2, found=2, copies=1)

    rows = decisions.list()
    assert [(row.file_id, row.kind, row.people, row.db_people) for row in rows] == [
        (2, "edit", ["Zoë Öz", "Cy"], ["Ann", "Bo"]),
        (1, "edit", ["Zoë Öz", "Cy"], ["Ann", "Bo"]),
    ]
    assert (rows[0].file_path, rows[0].summary, rows[0].created_at) == (f"{ROOT}/b.mp4", "Zoë Öz; Cy", NOW)
    assert database.read().value("SELECT people_keys FROM decisions LIMIT 1") == ["zoë öz", "cy"]
    assert marked(database) == {1, 2}


def test_edit_over_a_newer_edit_of_somebody_else_is_refused_once(decisions: Decisions) -> None:
    decisions.edit([3], ["Ann"])
    seen = decisions.newest()
    with acting_as(Actor("user", "2", "Bob")):
        decisions.edit([2], ["Cy"])
        decisions.set_fields([3], {"title": "Lake"})
    with acting_as(Actor("user", "1", "Ann")):
        decisions.edit([3], ["Eve"], seen=seen)  # Bob set another field
        with pytest.raises(errors.NewerDecisionError, match=r"Bob set the people of 2 files of these .*") as refused:
            decisions.edit([1], ["Eve"], seen=seen)
        with pytest.raises(errors.NewerDecisionError, match=r"Bob set the title of c\.mp4 to “Lake” "):
            decisions.set_fields([3], {"title": "Sea"}, seen=seen)
        assert {row.file_id: row.people for row in decisions.list() if row.kind == "edit"}[1] == ["Cy"]
        decisions.edit([1], ["Eve"], seen=refused.value.seen)
        decisions.edit([1], ["Eve", "Bo"], seen=seen)  # over the own edit
        decisions.edit([1], ["Bo"])
    assert {row.file_id: row.people for row in decisions.list() if row.kind == "edit"} == {
        1: ["Bo"],
        2: ["Bo"],
        3: ["Eve"],
    }


def test_edit_may_remove_all_people(decisions: Decisions) -> None:
    decisions.edit([3], [])

    assert [(row.people, row.summary) for row in decisions.list()] == [([], "no people")]


def test_edit_reports_all_invalid_names(decisions: Decisions) -> None:
    with pytest.raises(errors.ValidationError, match=r"(?s)x;y.*p\|q"):
        decisions.edit([1], ["Ann", "x;y", "p|q"])

    assert decisions.list() == []


def test_decision_replaces_only_its_kind(decisions: Decisions) -> None:
    decisions.edit([3], ["Ann"])
    decisions.postpone([3])
    decisions.edit([3], ["Bo"])

    assert [(row.kind, row.people) for row in decisions.list()] == [("edit", ["Bo"]), ("postpone", None)]


def test_unnamed_mode_is_kept(decisions: Decisions) -> None:
    decisions.set_mode([3], comment_mode="preserve")
    decisions.set_mode([3], mode="exact")

    (row,) = decisions.list()
    assert (row.people_mode, row.comment_mode, row.summary) == ("exact", "preserve", "people exact, comment preserve")
    decisions.set_mode([3], comment_mode="replace")
    (row,) = decisions.list()
    assert (row.people_mode, row.comment_mode) == ("exact", "replace")
    with pytest.raises(errors.UsageError, match="Name a people mode"):
        decisions.set_mode([3])


def test_postponed_file_returns_on_its_day(database: Database, decisions: Decisions) -> None:
    decisions.postpone([3], until=NOW + timedelta(days=1))
    decisions.postpone([1])

    assert [row.summary for row in decisions.list()] == ["until removed", "until 2026-11-21"]
    later = Decisions(database, clock=lambda: NOW + timedelta(days=1))
    assert [row.file_id for row in later.list()] == [1]


@pytest.mark.parametrize(
    "until",
    [NOW, NOW - timedelta(seconds=1), datetime(2026, 11, 20, 8, 59, tzinfo=timezone(timedelta(hours=2)))],
)
def test_past_day_is_refused(decisions: Decisions, until: datetime) -> None:
    with pytest.raises(errors.UsageError, match="is in the past"):
        decisions.postpone([3], until=until)


def test_day_without_zone_is_local(decisions: Decisions) -> None:
    local = datetime(2027, 1, 1)  # noqa: DTZ001 - as a command line gives it
    decisions.postpone([3], until=local)

    assert decisions.list()[0].until == local.astimezone(UTC)


def test_day_is_shown_in_local_time(decisions: Decisions, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        report = decisions.postpone([3], until=datetime(2026, 11, 30))  # noqa: DTZ001 - midnight there
        assert [row.summary for row in decisions.list()] == ["until 2026-11-30"]
        assert report.label == "skipped 1 file until 30 Nov 2026"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_revoke_counts_decisions_in_force(database: Database, decisions: Decisions) -> None:
    decisions.edit([1], ["Ann"])
    first, second = (row.decision_id for row in decisions.list())
    marked(database)

    assert decisions.revoke([first]) == 1
    assert marked(database) == {2}
    assert decisions.revoke([first, second]) == 1
    assert decisions.list() == []


def test_unknown_decision_id_changes_nothing(decisions: Decisions) -> None:
    decisions.postpone([3])
    (row,) = decisions.list()

    for decide in (
        lambda: decisions.edit([3, 99], ["Ann"]),
        lambda: decisions.postpone([99]),
        lambda: decisions.set_mode([99], mode="exact"),
        lambda: decisions.revoke([row.decision_id, 99]),
    ):
        with pytest.raises(errors.UnknownIdError, match="id 99"):
            decide()
    assert [row.kind for row in decisions.list()] == ["postpone"]


def test_decision_without_files_changes_nothing(decisions: Decisions) -> None:
    assert decisions.edit([], ["Ann"]) == DecisionReport(files=0)
    assert decisions.list() == []
