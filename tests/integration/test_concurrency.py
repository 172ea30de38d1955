"""Concurrent operations, and operations during a scan."""

from __future__ import annotations

import threading

import pytest

from indexium_core import errors
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.store.operations import ledger
from tests.support.holding import Gate
from tests.support.studio import ALL, Studio


def named(*numbers: int) -> str:
    """Return the search for films by their numbers."""
    return " OR ".join(f"name:{number:04}" for number in numbers)


def test_file_of_other_operation_is_conflict_and_shown_before(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, plan = Gate(monkeypatch, 0), studio.library.plan()
    first = gate.write(studio.library, query=named(2, 3))
    held = {item.file_id: item.file_name for item in studio.items(first.id).values()}
    shown = {item.file_id for item in studio.library.dry_run(plan, ALL).items if item.code == "busy_in_operation"}

    second = studio.library.write(plan, ALL)
    gate.opened.set()

    assert second.wait().counts == {"success": 4, "conflict": 2}
    codes = studio.codes(second.id)
    assert {name for name, (_, code) in codes.items() if code == "busy_in_operation"} == set(held.values())
    assert shown == set(held)
    assert first.wait().counts == {"success": 2}


def test_write_of_paused_files_names_operation_and_remedy(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.write(query=named(2, 3))
    studio.library.people.add(studio.paths, ["Cem Öz"])
    gate = Gate(monkeypatch, 0)
    write, plan = gate.write(studio.library, query=named(2, 3)), studio.library.plan()
    at_work = _told(studio)
    studio.library.pause(write.id, wait=False)
    held = _told(studio)
    with pytest.raises(errors.UsageError, match=r"^Operation 2 is paused and uses files of this folder\. Resume or"):
        studio.library.inventory.remove(1)
    with pytest.raises(errors.UsageError, match=r"^Operation 2 is paused\. Resume or cancel it first"):
        studio.library.retries.start(2)
    refused = studio.library.write(plan, ALL)
    gate.opened.set()

    assert at_work == {"Operation 2 is running and uses this file. Wait until it ends, or cancel it."}
    assert held == {"Operation 2 is paused and uses this file. Resume or cancel it first."}
    assert refused.wait().counts == {"success": 4, "conflict": 2}
    assert {item.message for item in studio.items(refused.id).values() if item.status == "conflict"} == held
    assert write.wait().counts == {"success": 2}


def _told(studio: Studio) -> set[str]:
    """Return the results of a dry run and a rollback check for files of another operation."""
    dry = studio.library.dry_run(studio.library.plan(), ALL).items
    back = studio.library.rollback_check(1).conflicts
    assert len(back) == 2
    return {item.message for item in (*dry, *back) if item.code == "busy_in_operation"}


def test_concurrent_writes_write_each_file_once(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 0)
    handles = [studio.library.write(studio.library.plan(query), ALL) for query in (named(1, 2), named(3, 4))]
    for _ in handles:
        assert gate.held.acquire(timeout=20)
    both = {handle.status().status for handle in handles}
    gate.opened.set()

    assert both == {"in_progress"}
    assert [handle.wait().counts for handle in handles] == [{"success": 2}, {"success": 2}]
    assert sum(studio.bytes()[path] != studio.old[path] for path in studio.paths) == 4
    for handle in handles:
        assert studio.back(handle.id).counts == {"success": 2}
    assert studio.bytes() == studio.old


def test_concurrent_write_and_rollback_leave_one_valid_state(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.write(query=named(0, 1, 2))
    studio.library.people.add(studio.paths, ["Cem Öz"])
    gate = Gate(monkeypatch, 0)
    write = gate.write(studio.library, query=named(2, 3))

    rollback = studio.library.rollback(1)
    gate.opened.set()

    assert write.wait().counts == {"success": 2}
    assert rollback.wait().counts == {"success": 2, "conflict": 1}
    assert studio.codes(rollback.id)[studio.paths[2].name] == ("conflict", "busy_in_operation")
    now = studio.bytes()
    assert [at for at, path in enumerate(studio.paths) if now[path] == studio.old[path]] == [0, 1, 4, 5]


def test_concurrent_write_and_scan_agree(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 2)
    handle = gate.write(studio.library)
    scan = threading.Thread(target=studio.library.scan, args=([studio.films],))
    scan.start()
    gate.opened.set()

    assert handle.wait().counts == {"success": 6}
    scan.join(60)
    assert studio.library.plan().statistics.unchanged_count == 6
    report = studio.library.scan([studio.films], full=True)
    assert report.seen == 6
    assert studio.library.plan().statistics.unchanged_count == 6
    assert set(studio.comments().values()) == {"People: Ann Lee, Bob Ray"}
    assert studio.back(1).counts == {"success": 6}
    assert studio.bytes() == studio.old


def test_reported_counts_match_ledger(studio: Studio) -> None:
    told: list[tuple[int, int]] = []

    def listen(event) -> None:
        if event.name == "write:progress":
            counts = ledger.Ledger(studio.library._parts.core.store).counts(event.data["operation_id"])
            told.append((event.data["current"], sum(counts.values()) - counts.get("pending", 0)))

    studio.library.events.subscribe(listen)
    for group in (1, 2):
        studio.library.people.add(studio.paths, [f"Person {group}"])
        studio.write()

    assert told
    assert all(current == counted for current, counted in told)
    status: OperationStatus = studio.library.status(2)
    assert status.current == sum(status.counts.values()) == 6
