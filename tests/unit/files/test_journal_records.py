"""The format of the journal: records are read back, and truncation and damage are distinguished."""

from __future__ import annotations

import io
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import disk, records
from indexium_core.files.journal.operation import OperationJournal
from indexium_core.files.journal.records import JournalEntry, Range
from tests.support.cases import each_case

U63 = st.integers(0, 2**63 - 1)
RANGES = st.builds(Range, U63, st.binary(max_size=40), st.binary(max_size=40))
ENTRIES = st.builds(
    JournalEntry,
    item_id=U63,
    path=st.binary(max_size=300),
    device=st.integers(0, 2**64 - 1),
    inode=st.integers(0, 2**64 - 1),
    size_before=U63,
    size_after=U63,
    mtime_ns=st.integers(-(2**63), 2**63 - 1),
    surroundings=st.binary(min_size=16, max_size=16),
    ranges=st.lists(RANGES, max_size=4).map(tuple),
)
SIXTEEN = st.binary(min_size=16, max_size=16)
SHIFTS = st.builds(
    lambda entry, seal, front: replace(entry, shifted=True, seal=seal, front=front), ENTRIES, SIXTEEN, SIXTEEN
)


def encoded(what: JournalEntry | tuple[records.RecordKind, int], offset: int) -> bytes:
    if isinstance(what, JournalEntry):
        return records.encode(records.RecordKind.BEGIN, records.encode_begin(what), offset)
    return records.encode(what[0], records.encode_item(what[1]), offset)


def an_entry(item_id: int = 1, *, text: bytes = b"new") -> JournalEntry:
    return JournalEntry(
        item_id=item_id,
        path=b"/films/\xff.mp4",
        device=1,
        inode=2,
        size_before=10,
        size_after=13,
        mtime_ns=5,
        surroundings=bytes(16),
        ranges=(Range(7, b"old", text),),
    )


def states(path: Path) -> list[tuple[int, str]]:
    return [(mark.item_id, mark.state) for mark in journal.read(path).marks]


@settings(deadline=None)
@given(st.one_of(ENTRIES, SHIFTS), st.integers(0, 2**40))
def test_entry_is_read_back_unchanged(entry: JournalEntry, offset: int) -> None:
    data = encoded(entry, offset)
    record = records.read(Shifted(data, offset), offset, offset + len(data))
    assert record is not None
    assert records.decode_begin(record.body) == entry


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(ENTRIES, st.tuples(st.sampled_from([records.RecordKind.COMMIT, records.RecordKind.UNDONE]), U63))
    )
)
def test_truncated_journal_has_complete_records_only(whats: list) -> None:  # type: ignore[type-arg]
    data, ends = records.HEADER, []
    for what in whats:
        data += encoded(what, len(data))
        ends.append(len(data))
    for cut in {0, 1, len(data) // 3, len(data) // 2, *(e - 1 for e in ends), *ends, *(e + 1 for e in ends)}:
        found = [record.end for record in records.scan(io.BytesIO(data[:cut]), len(data[:cut]))]
        assert found == [end for end in ends if end <= cut]


class Shifted(io.BytesIO):
    """A file without the bytes before `offset`."""

    def __init__(self, data: bytes, offset: int) -> None:
        super().__init__(data)
        self.shift = offset

    def seek(self, at: int, whence: int = 0) -> int:
        return super().seek(at - self.shift, whence)


def test_marks_store_state_of_each_entry(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    with OperationJournal.create(path) as log:
        for item in (1, 2, 3, 4):
            log.begin(an_entry(item))
        log.commit(2)
        log.undone(3)
        log.begin(an_entry(3, text=b"again"))
    assert states(path) == [(1, "begun"), (2, "committed"), (3, "undone"), (4, "begun"), (3, "begun")]
    found = journal.read(path)
    assert [entry.item_id for entry in found.unfinished] == [3, 4, 1]
    assert found.torn == found.damaged == 0
    assert found.find(3) == an_entry(3, text=b"again")
    assert found.find(77) is None
    assert [(entry.item_id, entry.state) for entry in found.entries] == states(path)
    assert sum(entry.stored_bytes for entry in found.entries) < path.stat().st_size


def test_room_record_does_not_end_entry(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    with OperationJournal.create(path) as log:
        log.begin(an_entry(1))
        log.inserted(1)
        log.begin(an_entry(2))
    assert states(path) == [(1, "begun"), (2, "begun")]
    assert [entry.inserted for entry in journal.read(path).entries] == [True, False]  # type: ignore[union-attr]


def test_entry_can_be_fetched_while_operation_runs(tmp_path: Path) -> None:
    with OperationJournal.create(tmp_path / "1.journal") as log:
        log.begin(an_entry(1))
        log.begin(an_entry(2, text=b"two"))
        assert log.entry(2) == an_entry(2, text=b"two")
        with pytest.raises(KeyError):
            log.entry(3)


def test_records_after_torn_tail_are_found(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    with OperationJournal.create(path) as log:
        log.begin(an_entry(1))
        log.begin(an_entry(2))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 9)
    found = journal.read(path)
    assert states(path) == [(1, "begun")]
    assert found.torn > 0
    with OperationJournal.reopen(path) as log:
        log.undone(1)
    again = journal.read(path)
    assert states(path) == [(1, "undone")]
    assert (again.torn, again.damaged) == (0, found.torn)


@each_case("at", range(8))
def test_flipped_bit_costs_one_record_and_is_counted(tmp_path: Path, at: int) -> None:
    path = tmp_path / "1.journal"
    with OperationJournal.create(path) as log:
        for item in (1, 2, 3):
            log.begin(an_entry(item))
    data = bytearray(path.read_bytes())
    begin = len(records.HEADER)
    length = (len(data) - begin) // 3
    data[begin + length + at * (length - 1) // 7] ^= 4
    path.write_bytes(data)
    assert states(path) == [(1, "begun"), (3, "begun")]
    assert journal.read(path).damaged == length


def test_moved_record_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    with OperationJournal.create(path) as log:
        log.begin(an_entry(1))
    data = path.read_bytes()
    path.write_bytes(data + data[len(records.HEADER) :])
    assert states(path) == [(1, "begun")]


@pytest.mark.parametrize("left", [b"", b"INDEX", bytes(16), bytes(4096)])
def test_journal_truncated_at_creation_is_empty(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "1.journal"
    path.write_bytes(left)
    assert journal.read(path).marks == []
    assert journal.recover(path) == []


def test_journal_of_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    path.write_bytes(b"INDEXIUM\x00\x02" + bytes(6))
    with pytest.raises(errors.StoreError, match="newer") as caught:
        journal.read(path)
    assert caught.value.reason == "journal_too_new"


def test_journal_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "backups" / "1.journal"
    OperationJournal.create(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with pytest.raises(errors.StoreError):
        OperationJournal.create(path)


def test_journal_in_use_is_not_recovered(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    with OperationJournal.create(path):
        with pytest.raises(errors.ConflictError) as caught:
            journal.recover(path)
        assert caught.value.reason == "in_use"
    assert journal.recover(path) == []


def test_waiting_writers_share_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "1.journal"
    entered, go = threading.Event(), threading.Event()
    syncs = []
    real = disk.sync_data

    def slow(fd: int) -> None:
        syncs.append(os.fstat(fd).st_size)
        entered.set()
        assert go.wait(10)
        real(fd)

    with OperationJournal.create(path) as log:
        monkeypatch.setattr(disk, "sync_data", slow)
        threads = [threading.Thread(target=log.begin, args=(an_entry(item),)) for item in range(9)]
        threads[0].start()
        assert entered.wait(10)
        for thread in threads[1:]:
            thread.start()
        length = len(encoded(an_entry(), 0))
        while path.stat().st_size < len(records.HEADER) + 9 * length:  # the others have added their records and wait
            time.sleep(0.001)
        go.set()
        for thread in threads:
            thread.join()
    assert len(syncs) == 2
    assert sorted(states(path)) == [(item, "begun") for item in range(9)]


def test_begin_returns_after_record_is_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    durable = 0
    real = disk.sync_data

    def noted(fd: int) -> None:
        nonlocal durable
        size = os.fstat(fd).st_size
        real(fd)
        durable = max(durable, size)

    monkeypatch.setattr(disk, "sync_data", noted)
    with OperationJournal.create(tmp_path / "1.journal") as log:

        def writer(first: int) -> None:
            for item in range(first, first + 20):
                log.begin(an_entry(item))
                record = encoded(an_entry(item), 0)
                assert log._offsets[item] + len(record) <= durable
                log.commit(item)

        threads = [threading.Thread(target=writer, args=(100 * i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log.sync()
        assert durable == log.path.stat().st_size
    assert {state for _, state in states(log.path)} == {"committed"}
    assert len(states(log.path)) == 80


@pytest.mark.parametrize("call", ["append", "sync_data"])
def test_failed_journal_accepts_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "1.journal"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with OperationJournal.create(path) as log:
        log.begin(an_entry(1))
        monkeypatch.setattr(disk, call, full)
        with pytest.raises(errors.StoreError) as caught:
            log.begin(an_entry(2))
        assert caught.value.reason == "low_space"
        monkeypatch.undo()
        for again in (lambda: log.begin(an_entry(3)), lambda: log.commit(1), lambda: log.undone(1), log.sync):
            with pytest.raises(errors.StoreError):
                again()


def test_closed_journal_raises_error(tmp_path: Path) -> None:
    log = OperationJournal.create(tmp_path / "1.journal")
    log.close()
    log.close()
    with pytest.raises(errors.StoreError, match="closed"):
        log.begin(an_entry())


def test_entry_of_item_is_found_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "1.journal"
    with OperationJournal.create(path) as log:
        for item in range(5):
            log.begin(an_entry(item))
            log.commit(item)
    reads = []
    real = records.scan
    monkeypatch.setattr(records, "scan", lambda *arguments: (reads.append(1), real(*arguments))[1])
    assert [journal.find(path, item).state for item in range(5)] == ["committed"] * 5
    assert reads == [1]
    with pytest.raises(errors.ConflictError) as caught:
        journal.find(path, 5)
    assert caught.value.reason == "no_backup"
    path.unlink()
    with pytest.raises(errors.ConflictError):
        journal.find(path, 1)


def test_adopted_records_are_durable_and_keep_their_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torn record at the end of the other journal announces an edit that has not started."""
    with OperationJournal.create(tmp_path / "own" / "5.journal") as whole:
        assert whole.is_empty
        whole.begin(an_entry(2, text=b"two"))
        whole.commit(2)
        whole.begin(an_entry(3, text=b"three"))
        assert not whole.is_empty
        (tmp_path / "own" / "5.journal").unlink()
        assert not whole.is_at_path
    with OperationJournal.create(tmp_path / "worker") as other:
        other.begin(an_entry(2, text=b"two"))
        other.commit(2)
        other.begin(an_entry(3, text=b"three"))
        assert other.is_at_path
    with (tmp_path / "worker").open("ab") as file:
        file.write(encoded(an_entry(4), 10_000)[:-1])
    synced: list[int] = []
    real = disk.sync_data
    monkeypatch.setattr(disk, "sync_data", lambda fd: (real(fd), synced.append(os.fstat(fd).st_size)))
    with OperationJournal.create(tmp_path / "5.journal") as operation:
        operation.begin(an_entry(1))
        operation.commit(1)
        with OperationJournal.reopen(tmp_path / "worker") as worker:
            operation.adopt(worker)

        assert synced[-1] == (tmp_path / "5.journal").stat().st_size
        assert (operation.is_open(2), operation.is_open(3), operation.is_open(4)) == (False, True, False)
        assert operation.entry(3) == an_entry(3, text=b"three")
    assert states(tmp_path / "5.journal") == [(1, "committed"), (2, "committed"), (3, "begun")]


@pytest.mark.parametrize("length", range(1, 70))
def test_record_behind_damage_of_any_length_is_found(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next marker may stand at the begin, in the middle or across the end of what is read at once."""
    monkeypatch.setattr(records, "_CHUNK", 16)
    start = records._HEADER.size
    data = bytes(start) + b"?" * length
    data += records.encode(records.RecordKind.COMMIT, records.encode_item(7), len(data))
    [found] = records.scan(io.BytesIO(data), len(data))
    assert (found.offset, found.skipped, records.decode_item(found.body)) == (start + length, length, 7)
