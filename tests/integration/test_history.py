"""The figures of the history compared with separate SQL, its filters, and partial rollbacks."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors
from indexium_core.cli import frame
from indexium_core.flows.history import rollback_conflicts
from indexium_core.model.operations.operation import WriteOptions
from tests.integration.test_rollback_choices import foreign
from tests.support import tables
from tests.support.clock import Clock
from tests.support.studio import ALL, Studio

# Auckland is 13 hours ahead: an evening in Greenwich is the next morning there.
FIRST = datetime(2026, 1, 10, 20, tzinfo=UTC)
AHEAD = "INTERVAL 13 HOUR"


@pytest.fixture(scope="module", autouse=True)
def far() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Pacific/Auckland")
        time.tzset()
        yield
    time.tzset()


def lived_in(folder: Path) -> Studio:
    """Some days of writes, conflicts and rollbacks on four films that named no person at first."""
    clock = Clock(FIRST)
    made = Studio(folder, 4, clock=clock)
    for path in made.paths:
        foreign(path, b"People: Bob Ray", b"A summer by sea")
    made.library.scan()
    clock.forward(2)
    made.write(WriteOptions(risk=("safe", "warning", "danger"), user_note="Holiday 2019"), "0000 OR 0001")
    clock.forward(3)
    foreign(made.paths[2], b"summer", b"winter")
    made.write(replace(ALL, user_note="Autumn"), "0002 OR 0003")
    clock.forward(1)
    made.back(1, "0001")
    clock.forward(1)
    made.library.scan()
    return made


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, far: None) -> Iterator[Studio]:
    """The same history, for tests that change nothing."""
    made = lived_in(tmp_path_factory.mktemp("past"))
    yield made
    made.library.close()


def by_hand(studio: Studio, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = tables.rows(studio.library, query)
    return found


def rows(table: Any, *columns: str) -> list[tuple[Any, ...]]:
    return list(table[list(columns)].itertuples(index=False, name=None))


# Figures.


def test_files_by_day_use_local_days(past: Studio) -> None:
    wanted = by_hand(
        past,
        f"""SELECT CAST(o.started_at AT TIME ZONE 'UTC' + {AHEAD} AS DATE) AS day,
                   sum((m.status = 'success' AND o.operation_type = 'write')::INT)::INT,
                   sum((m.status = 'success' AND o.operation_type = 'rollback')::INT)::INT,
                   sum((m.status = 'failed' OR m.status = 'conflict' OR m.status = 'unknown')::INT)::INT
            FROM metadata_operations o, metadata_operation_items m WHERE m.operation_id = o.id GROUP BY 1 ORDER BY 1""",
    )
    table = past.library.charts.operations_by_day()
    assert [(day.date(), *rest) for day, *rest in rows(table, "day", "written", "restored", "failed")] == wanted
    assert [day for day, *_ in wanted] == [date(2026, 1, 13), date(2026, 1, 16), date(2026, 1, 17)]
    assert [day for day, *_ in wanted] == [each.date() for each in table["until"]]

    one = past.library.charts.operations_by_day(since="2026-01-16", until=date(2026, 1, 16))
    assert rows(one, "written", "failed", "operations") == [(1, 1, 1)]


def test_list_of_day_matches_bar_count(past: Studio) -> None:
    for line in past.library.charts.operations_by_day().itertuples():
        day = line.day.date().isoformat()
        found = past.library.history(since=day, until=day)
        assert found.total == line.operations
        assert sum(each.success_count for each in found.items) == line.written + line.restored


def test_long_spans_are_counted_by_weeks_and_months(past: Studio) -> None:
    weeks = past.library.charts.operations_by_day(since="2025-06-01", until="2026-02-01")
    assert [(a.date().isoformat(), b.date().isoformat(), n) for a, b, n in rows(weeks, "day", "until", "written")] == [
        ("2026-01-12", "2026-01-18", 3)
    ]
    months = past.library.charts.operations_by_day(since="2020-01-15", until="2026-02-01")
    assert [(a.date().isoformat(), b.date().isoformat(), n) for a, b, n in rows(months, "day", "until", "written")] == [
        ("2026-01-01", "2026-01-31", 3)
    ]
    for since, until in (("2026-02-01", "2026-01-01"), ("soon", ""), ("", "9999-12-31")):
        with pytest.raises(errors.UsageError):
            past.library.charts.operations_by_day(since=since, until=until)


def test_durations_are_those_of_operations_and_of_single_files(past: Studio) -> None:
    [wanted] = by_hand(
        past,
        """SELECT (SELECT sum(seconds) FROM metadata_operations WHERE id = 1), quantile_cont(m.seconds, 0.5) * 1000,
                  max(m.seconds) * 1000, count(*) FROM metadata_operation_items m
           WHERE m.operation_id = 1 AND m.status = 'success'""",
    )
    line = past.library.charts.durations().iloc[0]
    assert (line.write_seconds, line.typical_ms, line.slowest_ms, line.files) == pytest.approx(wanted)
    assert (line.rollback_seconds, past.library.charts.durations().iloc[2].write_seconds) == (0, 0)


def test_errors_are_counted_by_code(past: Studio) -> None:
    wanted = by_hand(
        past,
        """SELECT code, count(*), count(DISTINCT operation_id) FROM metadata_operation_items
           WHERE status NOT IN ('success', 'skipped', 'pending') GROUP BY code ORDER BY 2 DESC""",
    )
    table = past.library.charts.errors_by_kind()
    assert rows(table, "error", "files", "operations") == wanted == [("changed_on_disk", 1, 1)]
    assert past.library.charts.errors_by_kind(until="2026-01-15").empty
    assert [each.id for each in past.library.history(error="changed_on_disk").items] == [2]


def test_people_are_counted_in_files_that_contain_them(past: Studio) -> None:
    wanted = by_hand(
        past,
        """SELECT t.name, count(*) FROM metadata_operation_items m, unnest(m.tags_added) AS t(name),
                                          metadata_operations o
           WHERE o.id = m.operation_id AND o.operation_type = 'write' AND m.status = 'success' AND m.reverted_by IS NULL
           GROUP BY 1 ORDER BY 2 DESC""",
    )
    assert rows(past.library.charts.people_most_written(), "person", "files") == wanted == [("Ann Lee", 2)]
    assert rows(past.library.charts.people_most_written(since="2026-01-16"), "person", "files") == [("Ann Lee", 1)]


def test_coverage_follows_comments_of_each_day(past: Studio) -> None:
    """The separate query checks each file on each day; the chart adds the changes of each write."""
    wanted = by_hand(
        past,
        f"""SELECT d.day::DATE, count(*), count(*) FILTER (coalesce(
                (SELECT coalesce(m.previous_comment, '') FROM metadata_operation_items m
                 WHERE m.file_id = f.file_id AND m.status = 'success'
                   AND m.processed_at AT TIME ZONE 'UTC' + {AHEAD} >= d.day + INTERVAL 1 DAY ORDER BY m.id LIMIT 1),
                coalesce(f.comment, '')) LIKE '%People: %')
            FROM generate_series(DATE '2026-01-11', DATE '2026-01-18', INTERVAL 1 DAY) AS d(day), scanned_files f
            WHERE f.state = 'ok' GROUP BY 1 ORDER BY 1""",
    )
    table = past.library.charts.coverage()
    assert [(day.date(), *rest) for day, *rest in rows(table, "day", "films", "named")] == wanted
    assert list(table["share"]) == [0, 0, 0.5, 0.5, 0.5, 0.75, 0.5, 0.5]
    # Events before the span count, too.
    assert list(past.library.charts.coverage(since="2026-01-17")["share"]) == [0.5, 0.5]


def test_home_without_past_has_empty_figures(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 1)
    charts = studio.library.charts
    try:
        assert charts.operations_by_day().empty
        assert charts.durations().empty
        assert charts.errors_by_kind().empty
        assert charts.people_most_written().empty
        assert list(charts.coverage()["share"]) == [1]  # its film named another person before
    finally:
        studio.library.close()


# Filters.


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [3, 2, 1]),
        ({"operation_type": "rollback"}, [3]),
        ({"status": ("completed", "completed_with_errors")}, [3, 2]),
        ({"person": "ann lee"}, [3, 2, 1]),
        ({"person": "Ann"}, []),
        ({"file": "0003"}, [2]),
        ({"query": "path:films holiday"}, [1]),
        ({"query": "path:holiday"}, []),
        ({"query": 'person:"Ann Lee" 0001'}, [3, 1]),
        ({"error": "changed_on_disk", "query": "0003"}, []),  # one file must match all of it
        ({"error": "changed_on_disk", "query": "0002"}, [2]),
        ({"since": "2026-01-16", "until": "2026-01-16"}, [2]),
    ],
)
def test_operations_are_found_by_outcome_of_one_file(past: Studio, wanted: dict[str, Any], found: list[int]) -> None:
    assert [each.id for each in past.library.history(**wanted).items] == found


def test_counts_ignore_own_filter(past: Studio) -> None:
    counts = past.library.history.counts(status="completed", operation_type="write")
    assert counts.by_status == {"partly_rolled_back": 1, "completed_with_errors": 1}
    assert counts.by_type == {"rollback": 1}


def test_files_of_operation_are_searched_and_name_rollback(past: Studio) -> None:
    found = past.library.operation(1, query="0001")
    assert [(item.file_name, item.rolled_back_by) for item in found.items] == [("0001.mp4", 3)]
    kept = past.library.operation(1, query='person:"Ann Lee"').items
    assert {(item.backup_kind, item.backup_bytes > 0) for item in kept} == {("journal", True)}
    assert past.library.operation(1, query="nobody").total == 0
    operation = past.library.history(operation_type="rollback").items[0]
    assert (operation.reverts_note, operation.file_bytes > 0) == ("Holiday 2019", True)


def test_command_accepts_all_filters(
    past: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "_library", lambda _: nullcontext(past.library))

    def ids(*words: str) -> list[int]:
        assert cli.main(["--home", str(past.library.home), "history", *words, "--json"]) == 0
        return [each["id"] for each in json.loads(capsys.readouterr().out)["items"]]

    assert ids("--person", "Ann Lee", "--file", "0000") == [1]
    assert ids("--status", "completed,partly_rolled_back") == [3, 1]
    assert ids("--type", "rollback") == [3]
    assert ids("--error", "changed_on_disk") == [2]
    assert cli.main(["--home", str(past.library.home), "operations", "people", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == [{"name": "Ann Lee", "files": 1, "able": 1}]
    assert cli.main(["--home", str(past.library.home), "history", "--status", "done"]) == 2
    assert "'done' is not a value of --status" in capsys.readouterr().err


# Partial rollbacks.


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 3)
    made.write()
    yield made
    made.library.close()


def test_only_selected_files_are_rolled_back(studio: Studio) -> None:
    chosen = [studio.items(1)[name].id for name in ("0000.mp4", "0002.mp4")]
    foreign(studio.paths[2])

    check = studio.library.rollback_check(1, item_ids=chosen)
    assert (check.exact, [item.id for item in check.conflicts]) == (1, chosen[1:])
    assert check.conflict_reasons() == [(1, "has a conflict: another program changed it after this write")]
    assert check.as_dict()["conflict_reasons"] == {"changed_since": 1}

    assert studio.back(1, item_ids=chosen).counts == {"success": 1, "conflict": 1}
    assert studio.bytes()[studio.paths[0]] == studio.old[studio.paths[0]]
    assert studio.bytes()[studio.paths[1]] != studio.old[studio.paths[1]]
    with pytest.raises(errors.UsageError):
        studio.library.rollback(1, item_ids=[])


def test_people_of_operation_are_counted_with_removable_files(studio: Studio) -> None:
    assert [(each.name, each.files, each.able) for each in studio.library.history.people_of(1)] == [("Ann Lee", 3, 3)]
    studio.back(1, "0001")
    studio.library.edit("0002", ["Bob Ray"])
    studio.write(query="0002")
    assert [(each.name, each.files, each.able) for each in studio.library.history.people_of(1)] == [("Ann Lee", 2, 1)]
    studio.library.people.rename("Ann Lee", "Anna Lee")
    studio.write(query="0000")
    assert [(each.name, each.able) for each in studio.library.history.people_of(1)] == [("Ann Lee", 1)]
    with pytest.raises(errors.UnknownIdError):
        studio.library.history.people_of(99)


def test_many_files_are_checked_by_size_and_date_first(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback_conflicts, "MAX_COMPARED", 2)
    told: list[tuple[int, int]] = []
    sly, bold = studio.paths[:2]
    stat = sly.stat()
    foreign(sly)
    os.utime(sly, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    foreign(bold)

    check = studio.library.rollback_check(1, progress=lambda done, of: told.append((done, of)))
    assert (check.exact, check.quick_checked, [item.code for item in check.conflicts]) == (2, 2, ["changed_since"])
    assert told == [(0, 3)]
    changed = studio.bytes()
    assert studio.back(1).counts == {"success": 1, "conflict": 2}
    assert studio.bytes()[sly] == changed[sly]


def test_newer_write_is_named_instead_of_another_program(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer write that cannot be rolled back is the reason, instead of an edit by another program."""
    studio.library.edit("0001", ["Cem Öz"])
    studio.write(query="0001")
    look = studio.library.history._checker.check

    def late(*arguments: Any) -> Any:
        found = look(*arguments)
        (studio.library.home / "backups" / "2.journal").unlink()
        return found

    monkeypatch.setattr(studio.library.history._checker, "check", late)
    written = studio.bytes()[studio.paths[1]]
    status = studio.back(1, with_newer=True)

    assert status.counts == {"success": 2, "conflict": 2}
    items = [item for item in studio.library.operation(status.id).items if item.file_name == "0001.mp4"]
    assert sorted(item.code for item in items) == ["no_backup", "superseded_by"]
    [left] = [item for item in items if item.code == "superseded_by"]
    assert left.message.startswith("A newer write of this file could not be rolled back first: The undo journal")
    assert studio.bytes()[studio.paths[1]] == written
