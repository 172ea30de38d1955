"""
Blocks inserted before a file and removed again: the effect, rejected cases, and recovery after every interruption.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import JournaledFile, JournalEntry, OperationJournal, State, disk, extents
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import Extent, Patch
from tests.support import places

BLOCK = 4096
MTIME = 1_600_000_000_123_456_789
BODY = b"".join(number.to_bytes(4, "big") for number in range(1, 11_001))  # 44,000 bytes: 10 blocks and a part
HEAD = b"\0\0\0\x20ftypisom" + bytes(range(1, 200)) * 30  # no zeros except at its start
N = 3 * BLOCK
INSERT = Patch(((0, HEAD), (N - 100, b"the last")), len(BODY) + N, N)
FRONT = (HEAD.ljust(N - 100, b"\0") + b"the last").ljust(N, b"\0")
PAYLOAD = (Extent(9000, 30_000),)


@dataclass
class Place:
    """A file that can be shifted, and the place of its journals."""

    folder: Path
    path: Path
    journals: int = 0

    @property
    def name(self) -> bytes:
        return os.fsencode(self.path)

    def lay_out(self, data: bytes = BODY) -> None:
        self.path.write_bytes(data)
        os.utime(self.path, ns=(MTIME, MTIME))

    def log(self) -> OperationJournal:
        self.journals += 1
        return OperationJournal.create(self.folder / f"{self.journals}.journal")

    def edit(self, patch: Patch, *, keep: bool = True, mtime_ns: int | None = None) -> Path:
        """Apply a patch with its own journal and return the journal."""
        with (
            self.log() as log,
            JournaledFile(self.name, journal=log, item_id=1, payload=PAYLOAD[:0], mtime_ns=mtime_ns) as file,
        ):
            file.apply(patch)
            if keep:
                file.commit()
        return log.path

    def begun(self, patch: Patch) -> JournalEntry:
        """Apply a patch, leave the state after a kill, and return the journal entry."""
        with self.log() as log:
            file = JournaledFile(self.name, journal=log, item_id=1, payload=())
            file.apply(patch)
            file.close()
        return only(log.path)

    def inverse(self, log: Path) -> Patch:
        with FileReader(self.name) as reader:
            return journal.inverse(only(log), reader)

    def state(self) -> tuple[bytes, int]:
        return self.path.read_bytes(), self.path.stat().st_mtime_ns

    def touched(self) -> tuple[int, ...]:
        status = self.path.stat()
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino

    @contextlib.contextmanager
    def opened(self) -> Iterator[int]:
        fd = os.open(self.path, os.O_RDWR)
        try:
            yield fd
        finally:
            os.close(fd)

    def holes(self) -> list[Extent]:
        with self.opened() as fd:
            os.fsync(fd)
            return list(extents.holes(fd))


def only(log: Path) -> JournalEntry:
    (entry,) = journal.read(log).entries
    assert isinstance(entry, JournalEntry)
    return entry


def marks(log: Path) -> list[str]:
    return [mark.state for mark in journal.read(log).marks]


@pytest.fixture(scope="module", params=["ext4", "xfs"])
def volume(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with places.folder(request.param, tmp_path_factory.mktemp("insert")) as folder:
        yield folder


@pytest.fixture
def place(volume: Path, tmp_path: Path) -> Place:
    here = Place(tmp_path, volume / "film.mp4")
    here.lay_out()
    return here


# Effect


def test_insert_adds_and_fills_front(place: Place) -> None:
    log = place.edit(INSERT)
    assert place.path.read_bytes() == FRONT + BODY
    assert place.holes() == []
    assert marks(log) == ["committed"]


def test_insert_journal_is_small(place: Place) -> None:
    patch = Patch(((0, os.urandom(64 * BLOCK)),), len(BODY) + 64 * BLOCK, 64 * BLOCK)
    log = place.edit(patch)
    assert only(log).stored_bytes - len(place.name) < 200
    assert log.stat().st_size - len(place.name) < 400


def test_insert_is_undone_and_repeated(place: Place) -> None:
    log = place.edit(INSERT)
    for wanted, mtime in [(BODY, MTIME), (FRONT + BODY, MTIME + 5), (BODY, MTIME)]:
        log = place.edit(place.inverse(log), mtime_ns=mtime)
        assert place.state() == (wanted, mtime)
        assert place.holes() == []


@pytest.mark.parametrize("there", [True, False])
def test_file_state_matches_entry(place: Place, there: bool) -> None:
    entry = place.begun(INSERT)
    if not there:
        entry = place.begun(Patch((), len(BODY), -N))
    with FileReader(place.name) as reader:
        assert journal.state_of(entry, reader) is State.AFTER
        assert journal.still_ours(entry, reader)
    assert journal.undo(entry).status == "undone"
    assert place.state()[0] == (BODY if there else FRONT + BODY)
    with FileReader(place.name) as reader:
        assert journal.state_of(entry, reader) is State.BEFORE
        with pytest.raises(errors.ConflictError):
            journal.inverse(entry, reader)
    assert journal.undo(entry).status == "untouched"


def test_exit_without_commit_restores_file(place: Place) -> None:
    log = place.edit(INSERT, keep=False)
    assert place.state() == (BODY, MTIME)
    assert marks(log) == ["undone"]
    place.edit(INSERT)
    now = place.state()
    place.edit(Patch((), len(BODY), -N), keep=False)
    assert place.state() == now


def a_player(path: Path) -> bytes:
    return path.read_bytes()


def our_own_scan(path: Path) -> bytes:
    with FileReader(os.fsencode(path)) as reader:
        return reader.read_at(0, reader.size)


@pytest.mark.parametrize("read", [a_player, our_own_scan])
def test_open_during_insert_waits_for_new_file(
    place: Place, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], bytes]
) -> None:
    seen: list[bytes] = []
    player = threading.Thread(target=lambda: seen.append(read(place.path)))
    real = disk.insert_range

    def insert(fd: int, offset: int, length: int) -> None:
        real(fd, offset, length)
        player.start()
        player.join(0.05)
        assert seen == []

    monkeypatch.setattr(disk, "insert_range", insert)
    place.edit(INSERT)
    player.join(5)
    assert seen == [FRONT + BODY]


# Rejected cases


def refused(place: Place, patch: Patch = INSERT) -> str:
    """Try the patch; the file must not change, and the journal must not have an entry."""
    before, log = place.touched(), place.log()
    with (
        log,
        pytest.raises((errors.RefusedError, errors.ConflictError)) as caught,
        JournaledFile(place.name, journal=log, item_id=1, payload=PAYLOAD) as file,
    ):
        file.apply(patch)
    assert place.touched() == before
    assert marks(log.path) == []
    assert isinstance(caught.value, errors.ConflictError) == (caught.value.reason == "in_use")
    return caught.value.reason


def test_sparse_file_is_refused(place: Place) -> None:
    with place.path.open("r+b") as file:
        file.truncate(len(BODY) + 5 * BLOCK)
        file.seek(len(BODY) + 5 * BLOCK - 10)
        file.write(b"the end")
    assert refused(place, Patch(((0, HEAD),), place.path.stat().st_size + N, N)) == "no_insert"


def test_unwritten_extent_is_hole(place: Place) -> None:
    """After a read, SEEK_HOLE reports data; after a power cut it would report a hole."""
    with place.opened() as fd:
        os.posix_fallocate(fd, len(BODY), 5 * BLOCK)
        os.pwrite(fd, b"the end" * 1000, len(BODY) + 5 * BLOCK)
        os.fsync(fd)
        size = os.fstat(fd).st_size
        assert os.lseek(fd, 0, os.SEEK_HOLE) < size
        place.path.read_bytes()
        assert os.lseek(fd, 0, os.SEEK_HOLE) == size
    assert refused(place, Patch(((0, HEAD),), size + N, N)) == "no_insert"


def test_partial_blocks_are_refused(place: Place) -> None:
    assert refused(place, Patch(((0, HEAD),), len(BODY) + N + 512, N + 512)) == "no_insert"


def test_file_open_in_another_process_is_in_use(place: Place) -> None:
    script = "import sys; file = open(sys.argv[1], 'rb'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, place.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as player:
        assert player.stdout is not None
        player.stdout.readline()
        assert refused(place) == "in_use"
        player.communicate()
    place.edit(INSERT)


def test_file_open_in_this_process_is_in_use(place: Place) -> None:
    with FileReader(place.name):
        assert refused(place) == "in_use"
    place.edit(INSERT)


def test_file_system_without_insert_refuses(tmp_path: Path) -> None:
    with places.folder("memory", tmp_path) as folder:
        here = Place(tmp_path, folder / "film.mp4")
        here.lay_out()
        assert refused(here) == "no_insert"


def test_file_system_without_leases_refuses(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def leased(fd: int) -> Iterator[None]:
        raise OSError(errno.EINVAL, "no leases")
        yield

    monkeypatch.setattr(disk, "leased", leased)
    assert refused(place) == "no_insert"


def test_refused_insert_keeps_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """XFS with large real-time extents: only the call itself reports the error."""
    monkeypatch.setattr(disk, "insert_range", failing(errno.EINVAL))
    with place.log() as log, JournaledFile(place.name, journal=log, item_id=1, payload=()) as file:
        with pytest.raises(errors.RefusedError) as caught:
            file.apply(INSERT)
        assert caught.value.reason == "no_insert"
        assert place.state() == (BODY, MTIME)
        file.apply(Patch(((5, b"another way"),), len(BODY)))
        file.commit()
    assert marks(log.path) == ["undone", "committed"]


def test_ext4_clusters_need_whole_clusters(tmp_path: Path) -> None:
    with places.mounted("ext4", tmp_path, make=("-O", "bigalloc", "-b", "4096", "-C", "65536")) as point:
        here = Place(tmp_path, point / "film.mp4")
        here.lay_out()
        with here.log() as log, JournaledFile(here.name, journal=log, item_id=1, payload=()) as file:
            with pytest.raises(errors.RefusedError) as caught:
                file.apply(INSERT)
            assert caught.value.reason == "no_insert"
            assert here.state() == (BODY, MTIME)
        assert marks(log.path) == ["undone"]
        log_path = here.edit(Patch(((0, HEAD),), len(BODY) + 65536, 65536))
        assert here.path.read_bytes()[65536:] == BODY
        assert journal.undo(only(log_path)).status == "undone"
        assert here.state() == (BODY, MTIME)


@pytest.mark.parametrize(
    "patch",
    [
        Patch(((N - 1, b"xx"),), len(BODY) + N, N),
        Patch(((5, b"abc"), (6, b"d")), len(BODY) + N, N),
        Patch(((0, b"x"),), len(BODY) + N + 1, N),
        Patch((), len(BODY) + 1, -N),
        Patch(((0, b"x"),), len(BODY) - N, -N),
        Patch((), 0, -len(BODY)),
    ],
)
def test_inconsistent_insert_is_refused(place: Place, patch: Patch) -> None:
    before = place.touched()
    with pytest.raises(ValueError, match="patch"):
        place.edit(patch)
    assert place.touched() == before


def test_media_bytes_are_never_removed(place: Place) -> None:
    before = place.touched()
    with (
        place.log() as log,
        JournaledFile(place.name, journal=log, item_id=1, payload=PAYLOAD) as file,
        pytest.raises(errors.PayloadProtectedError),
    ):
        file.apply(Patch((), len(BODY) - N, -N))
    assert place.touched() == before
    assert marks(log.path) == []


# Disks that fail


def failing(number: int, first: Callable[..., object] = lambda *_: None) -> Callable[..., None]:
    """A call that has another effect and then fails."""

    def call(*arguments: object) -> None:
        first(*arguments)
        raise OSError(number, os.strerror(number))

    return call


def half_inserted(fd: int, offset: int, length: int) -> None:
    fallocate(fd, "insert", 4 * BLOCK, length)


def half_collapsed(fd: int, offset: int, length: int) -> None:
    fallocate(fd, "collapse", 0, length)
    fallocate(fd, "insert", 2 * BLOCK, length)


def half_written(fd: int, data: bytes, offset: int) -> None:
    os.pwrite(fd, data[: len(data) // 2], offset)


REAL = {"insert": disk.insert_range, "collapse": disk.collapse_range}


def fallocate(fd: int, what: str, offset: int, length: int) -> None:
    REAL[what](fd, offset, length)


@pytest.mark.parametrize(
    ("patch", "call", "fault"),
    [
        (INSERT, "insert_range", failing(errno.ENOSPC)),
        (INSERT, "insert_range", failing(errno.EIO, half_inserted)),
        (INSERT, "pwrite", failing(errno.EIO)),
        (INSERT, "pwrite", failing(errno.EDQUOT, half_written)),
        (INSERT, "set_mtime", failing(errno.EIO)),
        (Patch((), len(BODY), -N), "collapse_range", failing(errno.EIO)),
        (Patch((), len(BODY), -N), "collapse_range", failing(errno.ENOSPC, half_collapsed)),
    ],
)
def test_disk_error_keeps_file(
    place: Place, monkeypatch: pytest.MonkeyPatch, patch: Patch, call: str, fault: Callable[..., None]
) -> None:
    if patch.inserted < 0:
        place.edit(INSERT)
        os.utime(place.path, ns=(MTIME, MTIME))
    old, log, real = place.state(), place.log(), getattr(disk, call)

    def once(*arguments: object) -> None:
        monkeypatch.setattr(disk, call, real)
        fault(*arguments)

    monkeypatch.setattr(disk, call, once)
    with (
        log,
        pytest.raises(errors.FileAccessError) as caught,
        JournaledFile(place.name, journal=log, item_id=1, payload=(), mtime_ns=MTIME + 1) as file,
    ):
        file.apply(patch)
    assert caught.value.reason in {"low_space", "over_quota", "io_error", "sync_failed"}
    assert "The file is unchanged" in caught.value.message
    assert place.state() == old
    assert marks(log.path) == ["undone"]


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_failed_sync_is_not_repeated(place: Place, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    left, real = [nth], disk.sync

    def sync(fd: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.EIO, "the pages are lost")
        real(fd)

    monkeypatch.setattr(disk, "sync", sync)
    with pytest.raises(errors.FileAccessError) as caught:
        place.edit(INSERT)
    assert caught.value.reason == "io_error"
    assert place.state() == (BODY, MTIME)


def test_journal_error_during_insert_keeps_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "sync_data", Nth(disk.sync_data, 3))  # of the head, of BEGIN, of INSERTED
    with pytest.raises(errors.StoreError):
        place.edit(INSERT)
    assert place.state() == (BODY, MTIME)


class Nth:
    """A call that fails the n-th time and every later time."""

    def __init__(self, real: Callable[[int], None], nth: int) -> None:
        self.real, self.left = real, nth

    def __call__(self, fd: int) -> None:
        self.left -= 1
        if self.left <= 0:
            raise OSError(errno.EIO, "the medium is gone")
        self.real(fd)


# Half-shifted states: an insertion at block k leaves the same state as a cut between two extents


BLOCKS = len(BODY) // BLOCK  # number of the last block, which the body fills partly
WHERE = [*range(BLOCKS + 1), "tail"]


def lay_out_half(place: Place, where: int | str) -> None:
    place.lay_out()
    with place.opened() as fd:
        os.fsync(fd)
        if where == "tail":
            os.ftruncate(fd, len(BODY) + N)
        else:
            fallocate(fd, "insert", int(where) * BLOCK, N)


@pytest.fixture(params=["insertion", "removal"])
def edit(request: pytest.FixtureRequest, place: Place) -> tuple[JournalEntry, bytes]:
    """A started edit, and the bytes before it."""
    if request.param == "insertion":
        return place.begun(INSERT), BODY
    place.edit(INSERT)
    os.utime(place.path, ns=(MTIME, MTIME))
    return place.begun(Patch((), len(BODY), -N)), FRONT + BODY


@pytest.mark.parametrize("where", WHERE)
def test_every_partial_shift_is_recovered(place: Place, edit: tuple[JournalEntry, bytes], where: int | str) -> None:
    entry, old = edit
    for inserted in (True, False):
        lay_out_half(place, where)
        assert journal.undo(with_mark(entry, inserted)).status == "undone"
        assert place.state() == (old, MTIME)
        assert place.holes() == []
        assert journal.undo(entry).status == "untouched"


@pytest.mark.parametrize("where", [0, 1, 4, BLOCKS - 1, BLOCKS, "tail"])
def test_interrupted_undo_is_repeated(
    place: Place, edit: tuple[JournalEntry, bytes], monkeypatch: pytest.MonkeyPatch, where: int | str
) -> None:
    """Interrupt at each of its calls, after no effect, half of it, or all of it."""
    entry, old = edit
    for nth in range(1, 4):
        for how in ("nothing", "half", "all"):
            lay_out_half(place, where)
            with monkeypatch.context() as patch:
                cut = Cut(patch, nth, how)
                with contextlib.suppress(Killed):
                    journal.undo(entry)
                assert cut.left <= 0 or nth > 1
            assert journal.undo(entry).is_resolved
            assert place.state() == (old, MTIME), f"call {nth}, {how} done"
            assert place.holes() == []


class Killed(BaseException):
    """The process ends here."""


class Cut:
    """Ends the process at the n-th call that changes a media file."""

    def __init__(self, patch: pytest.MonkeyPatch, nth: int, how: str) -> None:
        self.left, self.how = nth, how
        for name in ("insert_range", "collapse_range", "pwrite", "truncate"):
            patch.setattr(disk, name, self.wrapped(name, getattr(disk, name)))

    def wrapped(self, name: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            self.left -= 1
            if self.left == 0:
                if self.how == "all":
                    real(*arguments)
                elif self.how == "half":
                    self.half(name, *arguments)
                raise Killed
            real(*arguments)

        return call

    def half(self, name: str, fd: int, *rest: object) -> None:
        if name == "pwrite":
            half_written(fd, *rest)
        elif name == "insert_range":
            fallocate(fd, "insert", 5 * BLOCK, N)
        elif name == "collapse_range":  # it continues with its hole from its place towards the end
            offset, length = rest
            fallocate(fd, "collapse", offset, length)
            fallocate(fd, "insert", max(offset, (offset // BLOCK + BLOCKS + 1) // 2 * BLOCK), length)


def with_mark(entry: JournalEntry, inserted: bool) -> JournalEntry:
    return replace(entry, inserted=inserted)


# Possible bytes in the inserted blocks after a power cut: the blocks of the header are stored in any order


def fill(place: Place, parts: list[tuple[int, bytes]]) -> None:
    lay_out_half(place, 0)
    with place.opened() as fd:
        for offset, data in parts:
            os.pwrite(fd, data, offset)


PARTS = {
    "nothing": [],
    "one byte": [(0, FRONT[:1])],
    "seven": [(0, FRONT[:7])],
    "the seal": [(0, FRONT[:16])],
    "all but the seal": [(16, FRONT[16:])],
    "all but some of the seal": [(0, FRONT[:9]), (16, FRONT[16:])],
    "half": [(0, FRONT[: N // 2])],
    "the first block": [(0, FRONT[:BLOCK])],
    "the last block": [(2 * BLOCK, FRONT[2 * BLOCK :])],
    "all but the middle block": [(0, FRONT[:BLOCK]), (2 * BLOCK, FRONT[2 * BLOCK :])],
    "everything": [(0, FRONT)],
}


@pytest.mark.parametrize("name", PARTS)
def test_partial_front_is_removed(place: Place, name: str) -> None:
    entry = place.begun(INSERT)
    fill(place, PARTS[name])
    assert journal.undo(entry).status == "undone"
    assert place.state() == (BODY, MTIME)


@pytest.mark.parametrize("name", PARTS)
def test_partially_restored_front_is_restored(place: Place, name: str) -> None:
    place.edit(INSERT)
    os.utime(place.path, ns=(MTIME, MTIME))
    entry = place.begun(Patch((), len(BODY), -N))
    fill(place, PARTS[name])
    outcome = journal.undo(entry)
    assert outcome.status == ("untouched" if name == "everything" else "undone")
    assert place.state() == (FRONT + BODY, MTIME)
    assert place.holes() == []


def test_small_file_with_large_header_is_healed(place: Place) -> None:
    """A hole in the body then extends beyond the inserted blocks, or is at the place of the header."""
    small = BODY[: BLOCK + 100]
    place.lay_out(small)
    entry = place.begun(Patch(((0, FRONT),), len(small) + N, N))
    for where in (0, 1, "tail"):
        place.lay_out(small)
        with place.opened() as fd:
            os.fsync(fd)
            if where == "tail":
                os.ftruncate(fd, len(small) + N)
            else:
                fallocate(fd, "insert", int(where) * BLOCK, N)
        assert journal.undo(entry).is_resolved
        assert place.state() == (small, MTIME)


def test_body_of_whole_blocks_is_healed(place: Place) -> None:
    whole = BODY[: 6 * BLOCK]
    place.lay_out(whole)
    entry = place.begun(Patch(((0, FRONT),), len(whole) + N, N))
    for where in (5, 6):
        place.lay_out(whole)
        with place.opened() as fd:
            os.fsync(fd)
            os.ftruncate(fd, len(whole) + N)
            if where == 5:
                os.ftruncate(fd, len(whole))
                fallocate(fd, "insert", 5 * BLOCK, N)
        assert journal.undo(entry).status == "undone"
        assert place.state() == (whole, MTIME)


# Unknown states are not changed


def changed_body(fd: int) -> None:
    os.pwrite(fd, b"x", N)


def changed_end(fd: int) -> None:
    os.pwrite(fd, b"x", len(BODY) + N - 1)


def changed_header(fd: int) -> None:
    os.pwrite(fd, b"another comment", 5000)


def another_hole(fd: int) -> None:
    fallocate(fd, "collapse", N, BLOCK)
    fallocate(fd, "insert", N + 2 * BLOCK, BLOCK)


def longer(fd: int) -> None:
    os.pwrite(fd, b"more", len(BODY) + N)


def shorter(fd: int) -> None:
    os.ftruncate(fd, len(BODY) + N - 3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (changed_body, "cannot_tell"),
        (changed_end, "cannot_tell"),
        (changed_header, "cannot_tell"),
        (another_hole, "cannot_tell"),
        (longer, "changed_on_disk"),
        (shorter, "changed_on_disk"),
    ],
)
def test_file_changed_by_another_program_is_kept(
    place: Place, edit: tuple[JournalEntry, bytes], change: Callable[[int], None], code: str
) -> None:
    entry, _ = edit
    place.lay_out(FRONT + BODY)
    with place.opened() as fd:
        os.fsync(fd)
        change(fd)
    place_before = (place.touched(), place.path.read_bytes())
    outcome = journal.undo(entry)
    assert (outcome.status, outcome.code) == ("problem", code)
    assert (place.touched(), place.path.read_bytes()) == place_before
    with FileReader(place.name) as reader:
        assert journal.state_of(entry, reader) is State.FOREIGN


@pytest.mark.parametrize("where", [2, 13])
def test_second_hole_is_not_explained(place: Place, where: int) -> None:
    """It was not there at the start of the edit, so another program made it; our bytes cannot be distinguished."""
    body = BODY * 4  # long enough that most of it is in no sample
    place.lay_out(body)
    entry = place.begun(Patch(((0, FRONT),), len(body) + N, N))
    place.lay_out(body)
    with place.opened() as fd:
        os.fsync(fd)
        fallocate(fd, "insert", 4 * BLOCK, N)
        disk._shift(fd, 0x3, where * BLOCK, BLOCK)  # punch
    before = place.path.read_bytes()
    assert journal.undo(entry).code == "cannot_tell"
    assert place.path.read_bytes() == before


def test_bytes_before_file_without_mark_are_not_removed(place: Place) -> None:
    """Exception: a header that equals ours exactly, because the mark itself may have been lost with its disk."""
    entry = with_mark(place.begun(INSERT), inserted=False)
    for parts, status in [(PARTS["half"], "problem"), (PARTS["the seal"], "problem"), (PARTS["everything"], "undone")]:
        fill(place, parts)
        assert journal.undo(entry).status == status


def test_intact_open_file_is_not_rolled_back(place: Place, edit: tuple[JournalEntry, bytes]) -> None:
    entry, old = edit
    with place.opened():
        assert journal.undo(entry).code == "in_use"
    assert journal.undo(entry).status == "undone"
    assert place.state() == (old, MTIME)
    lay_out_half(place, 3)
    with place.opened():  # a program with this file open reads invalid data anyway
        assert journal.undo(entry).status == "undone"


def test_recovery_heals_file_and_records_it(place: Place) -> None:
    log = place.log()
    with log:
        file = JournaledFile(place.name, journal=log, item_id=7, payload=())
        file.apply(INSERT)
        file.close()
    assert [one.outcome.status for one in journal.recover(log.path)] == ["undone"]
    assert place.state() == (BODY, MTIME)
    assert marks(log.path) == ["undone"]
    assert journal.recover(log.path) == []
