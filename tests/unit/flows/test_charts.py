"""Figures of charts, compared with separate counts: around midnight, and when clocks change."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from indexium_core.flows.planning.charts import Charts
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.store.database import Database

PEOPLE = ["Ann Lee", "Bob Ray", "Zoë Öz"]


@dataclass(frozen=True)
class Item:
    """A file of an operation."""

    item_id: int
    operation_id: int
    started_at: datetime
    kind: str  # of the operation
    file_id: int
    status: str
    code: str
    added: list[str]
    removed: list[str]
    reverted_by: int | None


def history(database: Database, first: date, days: int, seed: int) -> list[Item]:
    """An operation of one or two files every half an hour, so that there are some around every midnight."""
    chance, items = random.Random(seed), []
    begin = datetime.combine(first, datetime.min.time(), UTC)
    for operation_id in range(1, days * 48):
        kind = chance.choice(["write", "write", "rollback"])
        for _ in range(chance.randint(1, 2)):
            status = chance.choice(["success", "success", "success", "failed", "conflict", "skipped"])
            names = chance.sample(PEOPLE, 2)
            items.append(
                Item(
                    item_id=len(items) + 1,
                    operation_id=operation_id,
                    started_at=begin + timedelta(minutes=30 * operation_id),
                    kind=kind,
                    file_id=chance.randint(1, 40),
                    status=status,
                    code=chance.choice(["changed_on_disk", ""]) if status in ("failed", "conflict") else "",
                    added=names[: chance.randint(0, 1)],
                    removed=names[1 : 1 + chance.randint(0, 1)],
                    reverted_by=chance.choice([None, None, None, 99]),
                )
            )
    _store(database, items)
    return items


def _store(database: Database, items: list[Item]) -> None:
    operations = {each.operation_id: each for each in items}.values()
    with database.atomic() as tx:
        tx.execute(
            """INSERT INTO metadata_operations (id, operation_type, status, started_at, options)
               SELECT unnest($1::BIGINT[]), unnest($2::VARCHAR[]), 'completed', unnest($3::TIMESTAMPTZ[]), '{}'""",
            [[getattr(each, name) for each in operations] for name in ("operation_id", "kind", "started_at")],
        )
        columns = ("item_id", "operation_id", "file_id", "status", "code", "added", "removed", "reverted_by")
        tx.execute(
            """INSERT INTO metadata_operation_items (id, operation_id, file_id, status, code, tags_added, tags_removed,
                   reverted_by, file_path, path_bytes, changes, expected_size, expected_mtime_ns)
               SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[]), unnest($3::BIGINT[]), unnest($4::VARCHAR[]),
                      unnest($5::VARCHAR[]), unnest($6::VARCHAR[][]), unnest($7::VARCHAR[][]), unnest($8::BIGINT[]),
                      '', '', [], 1, 1""",
            [[getattr(each, name) for each in items] for name in columns],
        )


@pytest.fixture(params=["Europe/Berlin", "America/Santiago", "Pacific/Kiritimati", "UTC"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Set the time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def charts(database: Database) -> Charts:
    return Charts(database, MetadataPlanner(database), clock=lambda: datetime(2026, 11, 20, tzinfo=UTC))


def lines(table: Any, *columns: str) -> list[tuple[Any, ...]]:
    return list(table[list(columns)].itertuples(index=False, name=None))


# In Santiago the clocks change on 5 April and 6 September, in Berlin on 29 March and 25 October.
@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 4, 3), date(2026, 9, 4), date(2026, 10, 23)], ids=str)
def test_operation_counts_on_its_start_day(database: Database, charts: Charts, zone: str, first: date) -> None:
    items = history(database, first, 4, seed=first.toordinal())
    last = first + timedelta(days=5)
    wanted = []
    for day in (first - timedelta(days=1) + timedelta(days=number) for number in range(7)):
        those = [each for each in items if each.started_at.astimezone().date() == day]
        written = [each for each in those if each.status == "success" and each.kind == "write"]
        restored = [each for each in those if each.status == "success" and each.kind == "rollback"]
        failed = [each for each in those if each.status in ("failed", "conflict")]
        operations = {each.operation_id for each in those}
        if those:
            wanted.append((day, len(written), len(restored), len(failed), len(operations)))

    table = charts.operations_by_day(since=first - timedelta(days=1), until=last)
    found = lines(table, "day", "written", "restored", "failed", "operations")
    assert [(day.date(), *rest) for day, *rest in found] == wanted
    assert zone


def test_errors_are_counted_by_code_or_outcome(database: Database, charts: Charts) -> None:
    items = history(database, date(2026, 10, 23), 4, seed=5)
    bad = [each for each in items if each.status in ("failed", "conflict")]
    wanted = Counter(each.code or each.status for each in bad)
    assert dict(lines(charts.errors_by_kind(), "error", "files")) == wanted


@pytest.mark.parametrize("seed", range(5))
def test_people_count_once_per_file_while_in_it(database: Database, charts: Charts, seed: int) -> None:
    items = history(database, date(2026, 10, 23), 4, seed=seed)
    last: dict[tuple[int, str], bool] = {}
    for each in items:
        if each.status == "success" and each.kind == "write" and each.reverted_by is None:
            last |= {(each.file_id, name): False for name in each.removed}
            last |= {(each.file_id, name): True for name in each.added}
    wanted = Counter(name for (_, name), is_in in last.items() if is_in)
    assert dict(lines(charts.people_most_written(10), "person", "files")) == wanted
