"""Rules of the ledger: ends of operations, items in force, and deletable backups."""

from __future__ import annotations

from datetime import timedelta

import pytest

from indexium_core.model.operations.operation import WriteOptions, WriteResult
from indexium_core.store.database import Database
from indexium_core.store.operations import backups, ledger
from indexium_core.store.operations.ledger_rows import ItemRecord, Restore, Task
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.plan_version import Modes
from indexium_core.store.planning import plan_compute
from tests.support.catalog import NOW, ids, scanned, store

LATER = NOW + timedelta(hours=1)


class Book:
    """Operations without real writes: the test sets the results."""

    def __init__(self, database: Database, count: int) -> None:
        self.database = database
        self.ledger = ledger.Ledger(database)
        self.backups = backups.Backups(database)
        store(database, [scanned(f"{number}.mp4") for number in range(count)])
        wanted = [
            AssignmentRequest(name="Ann Lee", path_bytes=f"/films/{number}.mp4".encode()) for number in range(count)
        ]
        with database.atomic() as tx:
            people.assign(tx, wanted, at=NOW)
        self.files = list(ids(database).values())

    def begin(self, *files: int, **options) -> int:
        version = plan_compute.refresh(self.database, Modes(), now=NOW)
        return self.ledger.create_write(
            file_ids=files or self.files,
            variant_id=version.variant_id,
            plan_id=version.plan_id,
            options=WriteOptions(**options),
            now=NOW,
            expires_at=NOW,
        )

    def rollback(self, operation_id: int, *restores: Restore, options=None) -> int:
        return self.ledger.create_rollback(
            reverts_id=operation_id,
            restores=restores or [Restore(item_id=each.item_id) for each in self.ledger.candidates(operation_id)],
            note="",
            source="",
            options=options or {},
            now=NOW,
            expires_at=NOW,
        )

    def end(self, operation_id: int, *statuses: str, kind: str = "write", **kept) -> None:
        tasks = self.ledger.pending(operation_id, after=-1, count=99)
        found = [*statuses] or ["success"] * len(tasks)
        records = [
            ItemRecord(result=result(task, status), original_state="old", written_state="new", **kept)
            for task, status in zip(tasks, found, strict=False)
        ]
        with self.database.atomic() as tx:
            self.ledger.record(tx, operation_id, records, kind=kind, now=NOW)
        bad = {"failed", "conflict", "unknown"} & set(found)
        self.ledger.finish(
            operation_id, "completed_with_errors" if bad else "completed", kind=kind, seconds=1.0, now=NOW
        )

    def put(self, operation_id: int, status: str) -> None:
        """Like its job: started, paused, interrupted."""
        with self.database.atomic() as tx:
            tx.execute("UPDATE metadata_operations SET status = $2 WHERE id = $1", [operation_id, status])

    def states(self) -> dict[int, str]:
        return {each.id: each.status for each in self.ledger.operations()[0]}


def result(task: Task, status: str) -> WriteResult:
    return WriteResult(
        item_id=task.item_id, file_id=task.file_id, status=status, code="", message="", strategy="", seconds=0.0
    )


@pytest.fixture
def book(database: Database) -> Book:
    return Book(database, 3)


def test_running_operation_counts_its_items(book: Book) -> None:
    """The list of operations shows the same numbers as the page of the operation, also during a long pause."""
    operation_id = book.begin()
    tasks = book.ledger.pending(operation_id, after=-1, count=2)
    records = [
        ItemRecord(result=result(task, status), original_state="old", written_state="new")
        for task, status in zip(tasks, ("success", "failed"), strict=True)
    ]
    with book.database.atomic() as tx:
        book.ledger.record(tx, operation_id, records, kind="write", now=NOW)

    [listed] = book.ledger.operations()[0]
    assert (listed.file_count, listed.success_count, listed.failure_count, listed.skipped_count) == (3, 1, 1, 0)
    assert book.ledger.counts(operation_id) == {"success": 1, "failed": 1, "pending": 1}


# The end of an operation.


def test_amended_operation_keeps_its_end_time(book: Book) -> None:
    """A file of unknown state makes every start check its operation."""
    operation_id = book.begin()
    book.end(operation_id, "success", "success", "unknown")
    book.ledger.finish(operation_id, "completed_with_errors", kind="write", seconds=0.0, now=LATER)
    operation = book.ledger.operation(operation_id)
    assert operation is not None
    assert (operation.completed_at, operation.seconds) == (NOW, 1.0)

    [first, _] = book.ledger.candidates(operation_id)
    book.end(book.rollback(operation_id, Restore(item_id=first.item_id)), kind="rollback")
    assert book.states()[operation_id] == "partly_rolled_back"
    book.ledger.finish(operation_id, "completed_with_errors", kind="write", seconds=0.0, now=LATER)
    assert book.states()[operation_id] == "partly_rolled_back"


def test_resumed_run_has_new_end_time(book: Book) -> None:
    operation_id = book.begin()
    book.ledger.finish(operation_id, "interrupted", kind="write", seconds=1.0, now=NOW)
    book.put(operation_id, "in_progress")
    book.ledger.finish(operation_id, "interrupted", kind="write", seconds=3.0, now=LATER)
    operation = book.ledger.operation(operation_id)

    assert operation is not None
    assert (operation.completed_at, operation.seconds, operation.status) == (LATER, 3.0, "interrupted")


# Values for the execution.


def test_rollback_task_has_backup(book: Book) -> None:
    operation_id = book.begin(book.files[0], hard_links="break")
    book.end(operation_id, journal_bytes=10, backup_kind="original", kept=b"/films/.x", kept_bytes=90)
    assert book.ledger.options(operation_id)["hard_links"] == "break"
    assert book.backups.usage() == 100

    [task] = book.ledger.pending(book.rollback(operation_id), after=-1, count=9)
    assert (task.restore, task.backup_kind, task.reverts_kept) == ("bytes", "original", b"/films/.x")
    assert (task.original_state, task.written_state, task.restore_mtime_ns) == ("old", "new", 10**18)


@pytest.mark.parametrize(("kind", "anew"), [("journal", False), ("delta", True), ("original", True)])
def test_rollback_cost_of_late_result_uses_its_backup(book: Book, kind: str, anew: bool) -> None:
    """Neither its strategy nor its seconds are known."""
    with book.database.atomic() as tx:
        tx.execute("UPDATE scanned_files SET est_seconds = 3, strategy = 'mp4_in_place'")
    write = book.begin(book.files[0])
    book.end(write, backup_kind=kind)
    with book.database.atomic() as tx:
        tx.execute("UPDATE metadata_operation_items SET strategy = '', seconds = 0")
    back = book.rollback(write)

    assert book.ledger.expected_seconds(back) == {anew: 3.0}
    [task] = book.ledger.pending(back, after=-1, count=9)
    assert (task.is_rewrite, task.expected_seconds) == (anew, 3.0)


def test_items_of_one_file_roll_back_newest_first(book: Book) -> None:
    written = []
    for _ in range(4):
        written.append(book.begin())
        book.end(written[-1])
    found = [each.item_id for operation_id in written for each in book.ledger.candidates(operation_id)]
    tasks = book.ledger.pending(book.rollback(written[0], *map(restore, found)), after=-1, count=99)

    assert [task.reverts_item for task in tasks] == sorted(found, reverse=True)


def restore(item_id: int) -> Restore:
    return Restore(item_id=item_id)


def test_rollback_of_several_operations_updates_each(book: Book) -> None:
    first = book.begin()
    book.end(first)
    second = book.begin(book.files[0])
    book.end(second)
    found = [each.item_id for operation_id in (first, second) for each in book.ledger.candidates(operation_id)]
    back = book.rollback(first, *map(restore, found))
    book.end(back, kind="rollback")

    assert book.states() == {first: "rolled_back", second: "rolled_back", back: "completed"}


def test_restored_original_is_no_longer_backup(book: Book) -> None:
    operation_id = book.begin(book.files[0])
    book.end(operation_id, backup_kind="original", kept=b"/films/.x", kept_bytes=90)
    back = book.rollback(operation_id)
    assert book.backups.leftovers() == []
    book.end(back, kind="rollback")

    assert [each.path for each in book.backups.leftovers()] == [b"/films/.x"]
    assert book.backups.usage() == 0


# Deletable backups.


def test_oldest_originals_are_evicted_before_journals(book: Book) -> None:
    for number, size in enumerate((10, 20, 30)):
        kept = f"/films/.{number}".encode()
        book.end(book.begin(book.files[number]), journal_bytes=5, backup_kind="original", kept=kept, kept_bytes=size)
    items = [each.item_id for number in (1, 2, 3) for each in book.ledger.candidates(number)]

    assert book.backups.room(1).item_ids == items[:1]
    assert book.backups.room(10).item_ids == items[:1]
    assert book.backups.room(11).item_ids == items[:2]
    assert (book.backups.room(61).item_ids, book.backups.room(61).journals) == (items, ["1.journal"])
    assert book.backups.room(1).bytes == 75


@pytest.mark.parametrize("status", ["pending", "in_progress", "paused", "interrupted", "failed"])
def test_unfinished_operation_keeps_its_backups(book: Book, status: str) -> None:
    operation_id = book.begin(book.files[0])
    book.end(operation_id, journal_bytes=5, backup_kind="original", kept=b"/films/.x", kept_bytes=90)
    book.put(operation_id, status)

    assert book.backups.room(1).bytes == 0
    assert book.backups.expired(before=LATER) == []
    assert book.backups.dead_journals(["1.journal"]) == []


def test_backups_of_waiting_rollback_are_kept(book: Book) -> None:
    operation_id = book.begin(book.files[0])
    book.end(operation_id, journal_bytes=5, backup_kind="original", kept=b"/films/.x", kept_bytes=90)
    assert book.backups.room(1).bytes == 95
    book.rollback(operation_id)

    assert book.backups.room(1).bytes == 0


def test_unknown_file_keeps_its_journal(book: Book) -> None:
    operation_id = book.begin()
    book.end(operation_id, "success", "success", "unknown", journal_bytes=5)

    assert book.backups.room(1).bytes == 0
    assert book.backups.expired(before=LATER) == []
