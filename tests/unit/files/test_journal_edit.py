"""Edits with a journal: written bytes, rejected edits, and an exact rollback."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import JournaledFile, OperationJournal, State, disk
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import Extent, FileStat, Patch

OLD = bytes(range(256)) * 80  # 20 KiB
MTIME = 1_600_000_000_123_456_789


class Place:
    """A file to edit and the place of its journal."""

    def __init__(self, folder: Path, data: bytes = OLD) -> None:
        self.folder = folder
        self.path = folder / "film.bin"
        self.path.write_bytes(data)
        os.utime(self.path, ns=(MTIME, MTIME))
        self.log = OperationJournal.create(folder / "backups" / "1.journal")

    @property
    def name(self) -> bytes:
        return os.fsencode(self.path)

    def edit(self, patch: Patch, *, item_id: int = 1, payload: tuple[Extent, ...] = (), keep: bool = True) -> None:
        with JournaledFile(self.name, journal=self.log, item_id=item_id, payload=payload) as file:
            file.apply(patch)
            if keep:
                file.commit()

    def state(self) -> tuple[bytes, int]:
        return self.path.read_bytes(), self.path.stat().st_mtime_ns

    def touched(self) -> tuple[int, ...]:
        """The facts that change with every write or change of the times, but not with reads."""
        status = self.path.stat()
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino

    def marks(self) -> list[str]:
        return [mark.state for mark in journal.read(self.log.path).marks]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    here = Place(tmp_path)
    yield here
    here.log.close()


def patched(data: bytes, patch: Patch) -> bytes:
    """A simple implementation of a patch."""
    result = bytearray(data[: patch.size].ljust(patch.size, b"\0"))
    for offset, new in patch.writes:
        result[offset : offset + len(new)] = new
    return bytes(result)


@st.composite
def patches(draw: st.DrawFn, data: bytes) -> Patch:
    size = draw(st.integers(0, len(data) + 9000))
    bounds = sorted(draw(st.lists(st.integers(0, size), max_size=12)))
    writes = []
    for start, end in zip(bounds[::2], bounds[1::2], strict=False):
        new = bytes(draw(st.integers(0, 255)) for _ in range(min(3, end - start)))
        fill = data[start:end].ljust(end - start, b"#")
        writes.append((start, (new + fill[len(new) :])[: end - start]))
    return Patch(tuple(writes), size)


PATCHES = {
    "nothing": Patch((), len(OLD)),
    "the same bytes": Patch(((100, OLD[100:200]),), len(OLD)),
    "one byte": Patch(((777, b"!"),), len(OLD)),
    "head and tail": Patch(((0, b"head"), (len(OLD) - 4, b"tail")), len(OLD)),
    "growing": Patch(((4, b"size"), (len(OLD) - 2, b"over the end")), len(OLD) + 10),
    "growing by nothing said": Patch((), len(OLD) + 5000),
    "growing with a gap": Patch(((len(OLD) + 100, b"far"),), len(OLD) + 200),
    "shrinking": Patch(((4, b"size"),), len(OLD) - 9000),
    "shrinking to nothing": Patch((), 0),
    "everything": Patch(((0, OLD[::-1]),), len(OLD)),
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_patch_is_applied_and_undone(place: Place, patch: Patch) -> None:
    place.edit(patch)
    assert place.path.read_bytes() == patched(OLD, patch)
    for entry in reversed(list(journal.read(place.log.path).entries)):
        assert journal.undo(entry).status == "undone"
        assert journal.undo(entry).status == "untouched"
    assert place.state() == (OLD, MTIME)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_patch_can_be_undone(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    old = data.draw(st.binary(max_size=200)) * data.draw(st.integers(1, 60))
    patch = data.draw(patches(old))
    place = Place(tmp_path_factory.mktemp("any"), old)
    place.edit(patch)
    assert place.path.read_bytes() == patched(old, patch)
    found = journal.read(place.log.path)
    entries = list(found.entries)
    assert [mark.state for mark in found.marks] == ["committed"] * len(entries)
    assert len(entries) == (patched(old, patch) != old)
    for entry in entries:
        with FileReader(place.name) as reader:
            back = journal.inverse(entry, reader)
        assert patched(patched(old, patch), back) == old
        assert journal.undo(entry).is_resolved
    assert place.state() == (old, MTIME)
    place.log.close()


def test_equal_bytes_are_not_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[int, bytes]] = []
    real = disk.pwrite
    monkeypatch.setattr(disk, "pwrite", lambda fd, data, at: (written.append((at, data)), real(fd, data, at)))
    new = bytearray(OLD[1000:3000])
    new[500:503] = b"abc"
    place.edit(Patch(((10, OLD[10:20]), (1000, bytes(new)), (5000, b"xyz")), len(OLD)))
    assert written == [(5000, b"xyz"), (1500, b"abc")]
    place.edit(Patch(((1000, bytes(new)),), len(OLD)), item_id=2)
    assert len(written) == 2
    assert len(place.marks()) == 1


def test_empty_patch_changes_neither_file_nor_journal(place: Place) -> None:
    before = place.touched()
    place.edit(PATCHES["the same bytes"])
    assert place.touched() == before
    assert place.marks() == []


PAYLOAD = (Extent(0, 0), Extent(1000, 500), Extent(4000, 1000))


@pytest.mark.parametrize(
    "patch",
    [
        Patch(((999, b"xx"),), len(OLD)),
        Patch(((1499, b"x"),), len(OLD)),
        Patch(((900, bytes(2000)),), len(OLD)),
        Patch(((0, b"fine"), (4100, b"x")), len(OLD)),
        Patch(((1000, OLD[1000:1100]),), len(OLD)),
        Patch((), 4999),
        Patch((), 0),
    ],
)
def test_patch_of_media_bytes_is_refused(place: Place, patch: Patch) -> None:
    before = place.touched()
    with pytest.raises(errors.PayloadProtectedError):
        place.edit(patch, payload=PAYLOAD)
    assert place.touched() == before
    assert place.marks() == []


def test_patch_around_media_bytes_is_accepted(place: Place) -> None:
    patch = Patch(((998, b"xy"), (1500, bytes(2500)), (5000, b"z")), 5001)
    place.edit(patch, payload=PAYLOAD)
    assert place.path.read_bytes() == patched(OLD, patch)


@pytest.mark.parametrize(
    "patch",
    [
        Patch(((10, b"abc"), (12, b"d")), len(OLD)),
        Patch(((10, b"abc"), (5, b"d")), len(OLD)),
        Patch(((len(OLD) - 1, b"ab"),), len(OLD)),
    ],
)
def test_malformed_patch_is_refused(place: Place, patch: Patch) -> None:
    with pytest.raises(ValueError, match="patch"):
        place.edit(patch)
    assert place.state() == (OLD, MTIME)


def test_file_accepts_one_patch(place: Place) -> None:
    with JournaledFile(place.name, journal=place.log, item_id=1, payload=()) as file:
        file.apply(PATCHES["one byte"])
        with pytest.raises(RuntimeError):
            file.apply(PATCHES["head and tail"])
    assert place.state() == (OLD, MTIME)


def test_exit_without_commit_restores_file(place: Place) -> None:
    place.edit(PATCHES["growing"], keep=False)
    assert place.state() == (OLD, MTIME)
    assert place.marks() == ["undone"]


@pytest.mark.parametrize("error", [errors.VerificationError(check="index"), KeyboardInterrupt()])
def test_error_in_block_restores_file(place: Place, error: BaseException) -> None:
    def write() -> None:
        with JournaledFile(place.name, journal=place.log, item_id=1, payload=()) as file:
            file.apply(PATCHES["shrinking"])
            assert file.changed
            raise error

    with pytest.raises(type(error)):
        write()
    assert place.state() == (OLD, MTIME)
    assert place.marks() == ["undone"]


def test_journaled_file_is_reader(place: Place) -> None:
    with JournaledFile(place.name, journal=place.log, item_id=1, payload=()) as file:
        assert (file.size, file.read_at(250, 12)) == (len(OLD), OLD[250:262])
        assert file.read_at(len(OLD) - 3, 2**62) == OLD[-3:]
        assert file.read_at(len(OLD) + 3, 9) == b""
        file.apply(PATCHES["growing"])
        assert file.size == len(OLD) + 10
        assert file.stat().size == len(OLD) + 10


def test_modification_time_can_be_kept(place: Place) -> None:
    with JournaledFile(place.name, journal=place.log, item_id=1, payload=(), mtime_ns=MTIME) as file:
        file.apply(PATCHES["one byte"])
        file.commit()
    assert place.path.stat().st_mtime_ns == MTIME


# Identity of the file


def the_stat(path: Path) -> FileStat:
    with FileReader(os.fsencode(path)) as reader:
        return reader.stat


def test_examined_file_is_edited(place: Place) -> None:
    with JournaledFile(place.name, journal=place.log, item_id=1, payload=(), expected=the_stat(place.path)) as file:
        file.apply(PATCHES["one byte"])


def touched(path: Path) -> None:
    os.utime(path, ns=(MTIME, MTIME + 1))


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")
    os.utime(path, ns=(MTIME, MTIME))


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(OLD)
    os.utime(other, ns=(MTIME, MTIME))
    other.replace(path)


def removed(path: Path) -> None:
    path.unlink()


def made_a_link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to(path.with_name("moved"))


@pytest.mark.parametrize("change", [touched, appended, replaced, made_a_link])
def test_changed_file_after_examination_is_conflict(place: Place, change) -> None:  # type: ignore[no-untyped-def]
    expected = the_stat(place.path)
    change(place.path)
    found = place.path.read_bytes()
    with (
        pytest.raises(errors.ConflictError) as caught,
        JournaledFile(place.name, journal=place.log, item_id=1, payload=(), expected=expected) as file,
    ):
        file.apply(PATCHES["one byte"])
    assert caught.value.reason == "changed_on_disk"
    assert place.path.read_bytes() == found
    assert place.marks() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (touched, "changed_on_disk"),
        (appended, "changed_on_disk"),
        (replaced, "changed_on_disk"),
        (removed, "missing_file"),
    ],
)
def test_change_during_journaling_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch, change, code: str) -> None:  # type: ignore[no-untyped-def]
    real = OperationJournal.begin

    def begin(self: OperationJournal, entry: journal.JournalEntry) -> None:
        real(self, entry)
        change(place.path)

    monkeypatch.setattr(OperationJournal, "begin", begin)
    with pytest.raises((errors.ConflictError, errors.FileAccessError)) as caught:
        place.edit(PATCHES["one byte"])
    assert caught.value.reason == code
    assert not place.path.exists() or place.path.read_bytes() in {OLD, OLD + b"more"}
    assert place.marks() == ["undone"]


def test_second_writer_is_rejected(place: Place) -> None:
    with JournaledFile(place.name, journal=place.log, item_id=1, payload=()):
        with pytest.raises(errors.ConflictError) as caught:
            JournaledFile(place.name, journal=place.log, item_id=2, payload=())
        assert caught.value.reason == "in_use"
    JournaledFile(place.name, journal=place.log, item_id=2, payload=()).close()


def test_other_reader_does_not_release_lock(place: Place) -> None:
    with JournaledFile(place.name, journal=place.log, item_id=1, payload=()):
        FileReader(place.name).close()
        place.path.read_bytes()
        with pytest.raises(errors.ConflictError):
            JournaledFile(place.name, journal=place.log, item_id=2, payload=())


@pytest.mark.parametrize(
    ("make", "kind", "code"),
    [
        (lambda path: path.unlink(), errors.FileAccessError, "missing_file"),
        (lambda path: path.chmod(0o444), errors.FileAccessError, "read_only"),
        (lambda path: (path.unlink(), path.mkdir()), errors.ConflictError, "changed_on_disk"),
        (lambda path: (path.unlink(), os.mkfifo(path)), errors.ConflictError, "changed_on_disk"),
    ],
)
def test_unwritable_file_is_refused(place: Place, make, kind: type[Exception], code: str) -> None:  # type: ignore[no-untyped-def]
    make(place.path)
    with pytest.raises(kind) as caught:
        place.edit(PATCHES["one byte"])
    assert caught.value.reason == code  # type: ignore[attr-defined]


# Disks that fail


FAULTS = {
    errno.ENOSPC: "low_space",
    errno.EDQUOT: "over_quota",
    errno.EIO: "io_error",
    errno.EFBIG: "too_large",
    errno.EROFS: "read_only",
    errno.ESTALE: "unreadable",
}


class Failing:
    """A system call that fails the n-th time, and every later time if it is `sticky`."""

    def __init__(self, real, number: int, *, nth: int = 1, sticky: bool = False, partial: int = 0) -> None:  # type: ignore[no-untyped-def]
        self.real, self.number, self.nth, self.sticky, self.partial = real, number, nth, sticky, partial
        self.calls = 0

    def __call__(self, *arguments):  # type: ignore[no-untyped-def]
        self.calls += 1
        if self.calls == self.nth or (self.sticky and self.calls > self.nth):
            if self.partial:
                fd, data, offset = arguments
                self.real(fd, data[: self.partial], offset)
            raise OSError(self.number, os.strerror(self.number))
        return self.real(*arguments)


CALLS = ["pwrite", "ftruncate", "fsync"]


def failure(action: Callable[[], object]) -> errors.FileAccessError | None:
    try:
        action()
    except errors.FileAccessError as error:
        return error
    return None


@pytest.mark.parametrize("number", FAULTS, ids=FAULTS.get)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["growing", "shrinking", "head and tail"])
def test_disk_error_keeps_file(
    place: Place, monkeypatch: pytest.MonkeyPatch, call: str, number: int, name: str
) -> None:
    for nth in itertools.count(1):
        failing = Failing(getattr(os, call), number, nth=nth, partial=1 if call == "pwrite" else 0)
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            failed = failure(lambda: place.edit(PATCHES[name], item_id=nth))  # noqa: B023
            if failed is None:
                assert failing.calls < nth
                break
        code = "sync_failed" if (call, number) == ("fsync", errno.EIO) else FAULTS[number]
        assert (failed.reason, "The file is unchanged" in failed.message) == (code, True)
        assert place.state() == (OLD, MTIME)
        assert place.marks() == ["undone"] * nth
    assert (nth > 1) == (call != "ftruncate" or name == "shrinking")


def test_failed_sync_is_not_repeated(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second sync succeeds without effect on the first write: the file must be old, not new."""
    failing = Failing(os.fsync, errno.EIO)
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(errors.FileAccessError):
        place.edit(PATCHES["one byte"])
    assert failing.calls == 2  # the sync of the edit, and the sync of the restored bytes
    assert place.state() == (OLD, MTIME)


@pytest.mark.parametrize("call", ["pwrite", "fsync"])
def test_failed_undo_keeps_entry_open(place: Place, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    first = {"pwrite": 2, "fsync": 1}[call]
    monkeypatch.setattr(os, call, Failing(getattr(os, call), errno.EIO, nth=first, sticky=True))
    with pytest.raises(errors.FileAccessError) as caught:
        place.edit(PATCHES["head and tail"])
    assert caught.value.reason == "cannot_tell"
    assert place.marks() == ["begun"]
    monkeypatch.undo()
    place.log.close()
    assert [one.outcome.status for one in journal.recover(place.log.path)] in (["undone"], ["untouched"])
    assert place.state() == (OLD, MTIME)
    assert place.marks() == ["undone"]


def test_read_error_is_reported(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pread", Failing(os.pread, errno.EIO))
    with pytest.raises(errors.FileAccessError):
        place.edit(PATCHES["growing"])
    assert place.marks() == []


def test_short_writes_are_continued(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, offset: real(fd, data[:7], offset))
    place.edit(PATCHES["growing"])
    assert place.path.read_bytes() == patched(OLD, PATCHES["growing"])


def test_zero_byte_write_is_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pwrite", lambda *_: 0)
    with pytest.raises(errors.FileAccessError):
        place.edit(PATCHES["one byte"])


def test_journal_error_keeps_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "sync_data", Failing(disk.sync_data, errno.ENOSPC))
    before = place.touched()
    with pytest.raises(errors.StoreError):
        place.edit(PATCHES["growing"])
    monkeypatch.undo()
    assert place.touched() == before


def test_unrecorded_commit_is_undone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = JournaledFile.apply

    def apply(self: JournaledFile, patch: Patch) -> None:
        real(self, patch)
        monkeypatch.setattr(disk, "append", Failing(disk.append, errno.EIO))

    monkeypatch.setattr(JournaledFile, "apply", apply)
    with pytest.raises(errors.StoreError):
        place.edit(PATCHES["growing"])
    assert place.state() == (OLD, MTIME)


# Recovery after a killed process


def unfinished(place: Place, name: str = "growing") -> journal.JournalEntry:
    """Leave an edit in the state of a process that is killed directly after its sync."""
    file = JournaledFile(place.name, journal=place.log, item_id=1, payload=())
    file.apply(PATCHES[name])
    file.close()
    return place.log.entry(1)


@pytest.mark.parametrize("name", ["growing", "shrinking", "head and tail", "everything"])
@pytest.mark.parametrize("keep", [0, 1, 7, 0.5, 1.0])
def test_every_torn_state_is_recovered(place: Place, name: str, keep: float) -> None:
    """Each range may be written partly, in any order; a power cut may also leave zeros where the file grew."""
    entry = unfinished(place, name)
    new = place.path.read_bytes()
    for part in entry.ranges:
        cut = int(part.length * keep) if isinstance(keep, float) else keep
        torn = bytearray(new if name == "growing" else OLD)
        torn[part.offset : part.offset + len(part.after[:cut])] = part.after[:cut]
        for data in (torn, torn[: max(len(torn) - 3, min(len(OLD), len(new)))]):
            place.path.write_bytes(data)
            assert journal.undo(entry).is_resolved
            assert place.state() == (OLD, MTIME)
        if name == "growing":
            place.path.write_bytes(OLD + bytes(len(new) - len(OLD)))
            assert journal.undo(entry).status == "undone"
            assert place.state() == (OLD, MTIME)


def another_byte(data: bytearray, entry: journal.JournalEntry) -> None:
    data[entry.ranges[0].offset] ^= 255


def emptied_range(data: bytearray, entry: journal.JournalEntry) -> None:
    """Zeros are possible where the file grew, not where it was before."""
    data[entry.ranges[0].offset] = 0


def near_a_range(data: bytearray, entry: journal.JournalEntry) -> None:
    data[entry.ranges[0].end + 100] ^= 1


def at_the_beginning(data: bytearray, entry: journal.JournalEntry) -> None:
    data[0] ^= 1


def longer(data: bytearray, entry: journal.JournalEntry) -> None:
    data += b"one more"


def shorter(data: bytearray, entry: journal.JournalEntry) -> None:
    del data[-20:]


@pytest.mark.parametrize("edit", [another_byte, emptied_range, near_a_range, at_the_beginning, longer, shorter])
def test_file_changed_by_another_program_is_kept(place: Place, edit) -> None:  # type: ignore[no-untyped-def]
    entry = unfinished(place)
    data = bytearray(place.path.read_bytes())
    edit(data, entry)
    place.path.write_bytes(data)
    os.utime(place.path, ns=(MTIME, MTIME + 99))
    before = place.touched()
    outcome = journal.undo(entry)
    assert (outcome.status, outcome.code) == ("problem", "changed_on_disk")
    assert not outcome.is_resolved
    assert place.path.read_bytes() == data
    assert place.touched() == before
    with FileReader(place.name) as reader:
        assert journal.state_of(entry, reader) is State.FOREIGN
        assert not journal.still_ours(entry, reader)
        with pytest.raises(errors.ConflictError):
            journal.inverse(entry, reader)


def test_missing_or_locked_file_is_problem(place: Place) -> None:
    entry = unfinished(place)
    away = place.path.rename(place.path.with_name("away"))
    assert journal.undo(entry).code == "missing_file"
    away.rename(place.path)
    with JournaledFile(place.name, journal=place.log, item_id=9, payload=()):
        assert journal.undo(entry).code == "in_use"
    assert journal.undo(entry).status == "undone"


def test_copy_with_another_inode_is_recovered(place: Place) -> None:
    """exFAT assigns new inode numbers at each mount: the content decides, not the number."""
    entry = unfinished(place)
    other = place.path.with_name("other")
    other.write_bytes(place.path.read_bytes())
    other.replace(place.path)
    assert journal.undo(entry).status == "undone"
    assert place.state() == (OLD, MTIME)


def test_old_copy_at_path_keeps_its_time(place: Place) -> None:
    entry = unfinished(place)
    other = place.path.with_name("other")
    other.write_bytes(OLD)
    os.utime(other, ns=(MTIME, MTIME + 5))
    other.replace(place.path)
    assert journal.undo(entry).status == "untouched"
    assert place.state() == (OLD, MTIME + 5)


def test_old_bytes_are_durable_before_entry_closes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier undo may have been killed before its sync: the restored bytes may be in memory only."""
    entry = unfinished(place)
    assert journal.undo(entry).status == "undone"
    failing = Failing(os.fsync, errno.EIO)
    monkeypatch.setattr(os, "fsync", failing)
    assert journal.undo(entry).code == "sync_failed"


def test_recovery_undoes_open_entries(place: Place) -> None:
    other = place.folder / "second.bin"
    other.write_bytes(OLD)
    place.edit(PATCHES["one byte"], item_id=7)
    now = place.state()
    unfinished(place)
    file = JournaledFile(os.fsencode(other), journal=place.log, item_id=2, payload=())
    file.apply(PATCHES["shrinking"])
    file.close()
    place.log.close()
    other.unlink()
    first = journal.recover(place.log.path)
    assert [(one.entry.item_id, one.outcome.status) for one in first] == [(2, "problem"), (1, "undone")]
    assert place.state() == now
    assert place.marks() == ["committed", "undone", "begun"]
    other.write_bytes(patched(OLD, PATCHES["shrinking"]))
    assert [(one.entry.item_id, one.outcome.status) for one in journal.recover(place.log.path)] == [(2, "undone")]
    assert other.read_bytes() == OLD
    assert journal.recover(place.log.path) == []


# Rolling back


@pytest.mark.parametrize("name", [name for name in PATCHES if name not in {"nothing", "the same bytes"}])
def test_rollback_can_be_rolled_back(place: Place, name: str) -> None:
    place.edit(PATCHES[name])
    new = place.path.read_bytes()
    journals = [place.log]
    for wanted in (OLD, new, OLD):
        entry = journals[-1].entry(1)
        journals.append(OperationJournal.create(place.folder / f"{len(journals) + 1}.journal"))
        with JournaledFile(place.name, journal=journals[-1], item_id=1, payload=(), mtime_ns=entry.mtime_ns) as file:
            assert journal.still_ours(entry, file)
            file.apply(journal.inverse(entry, file))
            file.commit()
        assert place.path.read_bytes() == wanted
    assert place.state() == (OLD, MTIME)
    for one in journals:
        one.close()


def test_rolled_back_entry_is_refused(place: Place) -> None:
    place.edit(PATCHES["growing"])
    entry = place.log.entry(1)
    assert journal.undo(entry).is_resolved
    with FileReader(place.name) as reader:
        assert journal.state_of(entry, reader) is State.BEFORE
        with pytest.raises(errors.ConflictError):
            journal.inverse(entry, reader)


def test_journal_can_commit_item(place: Place) -> None:
    with JournaledFile(place.name, journal=place.log, item_id=1, payload=()) as file:
        assert file.journal_bytes == 0
        file.apply(PATCHES["growing"])
        assert file.journal_bytes == place.log.entry(1).stored_bytes > 0
        place.log.commit(1)
    assert place.path.read_bytes() == patched(OLD, PATCHES["growing"])


def test_recovery_keeps_known_finished_items(place: Place) -> None:
    unfinished(place)
    place.log.close()
    new = place.state()
    assert journal.recover(place.log.path, finished={1}) == []
    assert (place.state(), place.marks()) == (new, ["committed"])
