"""
Real power cuts while blocks are inserted before a file or removed.

A file system on a loop device is stopped (FS_IOC_SHUTDOWN: after that, only the running transaction reaches the disk,
and only if the file system can end it there). It is mounted again, and recovery runs. The file has thousands of
extents, so that one shift can need several transactions. Our journal is on the same disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import JournaledFile, JournalEntry, OperationJournal, disk, extents, shift
from indexium_core.model.files.media import Patch
from tests.support import places

pytestmark = pytest.mark.crash

SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN
LOG_FLUSH = 1
N = 64 * 1024
MTIME = 1_600_000_000_123_456_789
FRONT = os.urandom(N)
CUTS = 6
PROCESSORS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


@dataclass(frozen=True)
class Kind:
    """A file system whose settings allow a file with very many extents."""

    megabytes: int
    arguments: tuple[str, ...]  # options of mkfs
    options: str  # mount options; nobarrier: the loop device loses nothing
    block: int
    pieces: int
    shares: bool = False  # files can share blocks


KINDS = {
    "ext4": Kind(90, ("-b", "1024", "-J", "size=1"), "loop,nobarrier", 1024, 34_000),
    "xfs": Kind(304, (), "loop", 4096, 3000, shares=True),
}


@dataclass
class Machine:
    """A disk with simulated power cuts, and one file with very many extents."""

    kind: Kind
    image: Path
    point: Path
    body: str = ""  # digest of the original file
    seen: Counter[str] = field(default_factory=Counter)  # states of the file after the cuts

    @property
    def path(self) -> Path:
        return self.point / "film.mp4"

    def start(self) -> None:
        command = ["mount", "-o", self.kind.options, str(self.image), str(self.point)]
        subprocess.run(command, check=True, capture_output=True)

    def stop(self) -> None:
        subprocess.run(["umount", str(self.point)], check=True, capture_output=True)

    def cut(self) -> None:
        fd = os.open(self.point, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, SHUTDOWN, struct.pack("I", LOG_FLUSH))
        finally:
            os.close(fd)

    def digest(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()

    def scatter(self) -> None:
        """Create the file in single blocks."""
        (self.interleave if self.kind.shares else self.squeeze)()
        os.utime(self.path, ns=(MTIME, MTIME))
        os.sync()
        self.body = self.digest()

    def interleave(self) -> None:
        """Create two files, and give every second block of one to the other."""
        block, size = self.kind.block, self.kind.block * self.kind.pieces - 300
        with self.path.open("w+b") as film, (self.point / "donor").open("w+b") as donor:
            for file in (film, donor):
                file.write(os.urandom(size))
                file.flush()
                os.fsync(file.fileno())
            for at in range(0, size - block, 2 * block):
                assert disk.clone(donor.fileno(), at, block, film.fileno(), at)

    def squeeze(self) -> None:
        """Fill the disk, free every second block, and write the file into the free blocks."""
        block, pieces = self.kind.block, self.kind.pieces
        with self.filled(pieces * 2 * block + 2500 * block) as (filler, rest):
            for number in range(0, 2 * pieces, 2):
                disk._shift(filler, 0x3, number * block, block)  # punch a hole, keep the size
            os.sync()  # freed blocks become usable after a commit of the journal
            self.path.write_bytes(os.urandom(int(pieces * 0.9) * block - 300))
            rest.unlink()

    @contextlib.contextmanager
    def filled(self, size: int) -> Iterator[tuple[int, Path]]:
        """Fill the disk with an open file of a size, and another one."""
        rest = self.point / "rest"
        with (self.point / "filler").open("wb") as filler, rest.open("wb") as other:
            os.posix_fallocate(filler.fileno(), 0, size)
            step = 64 << 20
            while step >= self.kind.block:
                try:
                    os.posix_fallocate(other.fileno(), os.fstat(other.fileno()).st_size, step)
                except OSError:
                    step //= 2
            yield filler.fileno(), rest


@pytest.fixture(scope="module", params=KINDS)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system and cut it off")
    program = shutil.which(f"mkfs.{request.param}", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if program is None:
        pytest.skip(f"mkfs.{request.param} is not installed")
    kind, memory = KINDS[request.param], places.FOLDERS["memory"]
    folder = memory if os.access(memory, os.W_OK) else tmp_path_factory.mktemp("cut")
    image = folder / f"indexium-{os.getpid()}-{request.param}.image"
    made = Machine(kind, image, Path(tempfile.mkdtemp(prefix="indexium-cut-")))
    with contextlib.ExitStack() as after:
        after.callback(made.point.rmdir)
        with image.open("wb") as file:
            after.callback(image.unlink)
            file.truncate(kind.megabytes << 20)
        subprocess.run([program, "-q", *kind.arguments, str(image)], check=True, capture_output=True)
        try:
            made.start()
        except subprocess.CalledProcessError as error:
            pytest.skip(f"an image cannot be mounted here: {error.stderr.decode().strip()}")
        after.callback(made.stop)
        made.scatter()
        yield made


def shifting(machine: Machine, log: Path, patch: Patch, *, begun: threading.Event | None = None) -> float:
    """Perform an edit and return the seconds of its shift."""
    name = "insert_range" if patch.inserted > 0 else "collapse_range"
    real, spans = getattr(disk, name), [0.0]

    def timed(fd: int, offset: int, length: int) -> None:
        with urgent(0):
            if begun is not None:
                begun.set()
            start = time.perf_counter()
            real(fd, offset, length)
            spans[0] = time.perf_counter() - start

    with (
        pytest.MonkeyPatch.context() as swap,
        OperationJournal.create(log) as operation,
        JournaledFile(os.fsencode(machine.path), journal=operation, item_id=1, payload=()) as file,
    ):
        swap.setattr(disk, name, timed)
        file.apply(patch)
        file.commit()
    return spans[0]


def cut_short(machine: Machine, log: Path, patch: Patch, seconds: float) -> None:
    """Start an edit, cut the power at a time within its shift, and start again."""

    def write() -> None:
        with contextlib.suppress(errors.IndexiumError, OSError):
            shifting(machine, log, patch, begun=begun)

    begun = threading.Event()
    writer = threading.Thread(target=write)
    with urgent(1):
        writer.start()
        assert begun.wait(30)
        time.sleep(seconds)
        machine.cut()
    writer.join()
    machine.stop()
    machine.start()


@contextlib.contextmanager
def urgent(number: int) -> Iterator[None]:
    """Run this thread with the highest priority on one processor, so that the cut comes at the right time."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    os.sched_setaffinity(0, {PROCESSORS[number % len(PROCESSORS)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, PROCESSORS)
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def note(machine: Machine, log: Path) -> tuple[str, bool]:
    """Count the state of the file after the cut; return it, and whether the edit was finished."""
    (entry,) = journal.read(log).entries
    assert isinstance(entry, JournalEntry)
    fd = os.open(machine.path, os.O_RDWR)
    try:
        standing = shift.shift_state(fd, entry)
        assert standing is not None
        machine.seen[standing.kind] += 1
    finally:
        os.close(fd)
    return standing.kind, entry.state == "committed"


@pytest.mark.parametrize("kind", ["insertion", "removal"])
def test_power_cut_during_shift_is_recovered(machine: Machine, kind: str) -> None:
    size = machine.path.stat().st_size
    there, back = Patch(((0, FRONT),), size + N, N), Patch((), size, -N)
    patch, other = (there, back) if kind == "insertion" else (back, there)
    spans, grown = undisturbed(machine, kind, [there, back] * 2 + [there] * (kind == "removal"))
    span = min(spans[0::2] if kind == "insertion" else spans[1::2])
    old, new = (machine.body, grown) if kind == "insertion" else (grown, machine.body)
    machine.seen.clear()
    for number in range(CUTS):
        log = machine.point / f"{kind}-{number}.journal"  # its power is cut at the same time
        cut_short(machine, log, patch, span * (number + 0.5) / (2 * CUTS))
        stood, done = note(machine, log)
        assert all(one.outcome.is_resolved for one in journal.recover(log))
        assert machine.digest() == (new if done else old), f"cut {number}, {stood}"
        assert has_no_holes(machine)
        if done:
            shifting(machine, machine.point / f"{kind}-{number}-again", other)
    print(f"{kind} of {span * 1000:.1f} ms, stood after the cuts:", dict(machine.seen))
    if kind == "removal":
        shifting(machine, machine.point / f"{kind}-end.journal", back)
    assert machine.digest() == machine.body
    assert machine.seen["split"] or not machine.kind.shares, "XFS ends a transaction with each piece"


def undisturbed(machine: Machine, kind: str, patches: list[Patch]) -> tuple[list[float], str]:
    """Perform some edits; return the seconds of their shifts, and the digest of the file after the first one."""
    spans, grown = [], ""
    for number, patch in enumerate(patches):
        spans.append(shifting(machine, machine.point / f"{kind}-undisturbed-{number}.journal", patch))
        grown = grown or machine.digest()
    return spans, grown


def has_no_holes(machine: Machine) -> bool:
    with machine.path.open("rb") as file:
        return not list(extents.holes(file.fileno()))
