"""
Operations of a real process that is paused, stopped and killed, and their results in the next process.

By default 3 kills of a write and of a rollback of 60 files; with `--all` 20 kills and 2,000 files.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexium_core.files import journal
from indexium_core.library import Library
from indexium_core.store.operations import ledger
from tests.support import homes, long_write, media, tally
from tests.support.children import Child
from tests.support.commands import Command
from tests.support.forks import ROOT
from tests.support.long_write import ALL
from tests.support.studio import OLD

pytestmark = [pytest.mark.crash, pytest.mark.usefixtures("executor")]

LIMIT = 30.0  # seconds until a process ends after its signal, on a busy machine
Print = tuple[int, int, int, int]  # inode, size, times of the last change of bytes and of anything

# Where files are written matters only for what is left of a worker process; the journal and the ledger are the same.
IN_THREADS = pytest.mark.parametrize(
    "executor", ["threads", pytest.param("processes", marks=pytest.mark.further)], indirect=True
)
IN_PROCESSES = pytest.mark.parametrize(
    "executor", [pytest.param("threads", marks=pytest.mark.further), "processes"], indirect=True
)


class Films:
    """Films that name Bob Ray, in a library whose database has Ann Lee in them."""

    def __init__(self, folder: Path, count: int) -> None:
        self.films, self.home = folder / "films", folder / "home"
        self.films.mkdir(parents=True)
        self.paths = media.series("mp4", self.films, count, comment="People: Bob Ray")
        self.old = self.bytes()
        homes.build(self.home, self.films, "Ann Lee")

    def bytes(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.paths}

    def prints(self) -> dict[str, Print]:
        """The facts that change when a program writes to a file."""
        found = {path.name: path.stat() for path in self.paths}
        return {name: (s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in found.items()}

    def count_touched(self, since: dict[str, Print]) -> int:
        """Return the number of changed files; not all of them are finished."""
        return sum(seen != since[name] for name, seen in self.prints().items())

    def changed(self, since: dict[str, bytes]) -> set[str]:
        return {name for name, data in self.bytes().items() if data != since[name]}

    def committed(self, operation_id: int) -> Counter[int]:
        """Return how often each item of an operation was written and verified, by its journals."""
        found: Counter[int] = Counter()
        for path in (self.home / "backups").glob(f"{operation_id}.*journal"):
            found.update(mark.item_id for mark in journal.read(path).marks if mark.state == "committed")
        return found

    def strays(self) -> list[str]:
        return sorted({path.name for path in self.films.iterdir()} - {path.name for path in self.paths})


@pytest.fixture
def films(tmp_path: Path) -> Films:
    return Films(tmp_path, 40)


# Paused.


@IN_THREADS
def test_no_file_changes_after_confirmed_pause(films: Films) -> None:
    with Child(long_write.run, films.home, "write") as child:
        child.hear("begun")
        changed = False
        for number in range(3):
            while len(films.changed(films.old)) < 2 * number + 1:
                time.sleep(0.002)
            child.say("pause")
            child.hear("paused")
            before = films.prints()
            for _ in range(30):  # enough time for many files, if a file were still in progress
                time.sleep(0.01)
                assert films.prints() == before
            changed = changed or 0 < len(films.changed(films.old)) < len(films.paths)
            child.say("resume")
            child.hear("resumed")
        assert changed, "it was not held in the middle"
        assert child.hear("done") == "completed"
    assert len(films.changed(films.old)) == len(films.paths)


@IN_THREADS
def test_paused_operation_stays_paused_after_kill(films: Films) -> None:
    with Child(long_write.run, films.home, "write") as child:
        child.hear("begun")
        while not films.changed(films.old):
            time.sleep(0.002)
        child.say("pause")
        child.hear("paused")
        before = films.prints()
        child.kill()

    with Library.open(films.home, take_over="all") as library:
        status = library.status(1)
        assert (status.status, status.idle, status.pausing) == ("paused", True, False)
        assert films.prints() == before
        assert library.resume(1).wait().counts == {"success": len(films.paths)}
    assert set(films.committed(1).values()) == {1}


# Killed.


@IN_THREADS
def test_resume_after_kill_reads_files(films: Films) -> None:
    with Child(long_write.run, films.home, "write") as child:
        child.hear("begun")
        while len(films.changed(films.old)) < 7:
            time.sleep(0.002)
        child.kill()

    with Library.open(films.home) as library:
        new = films.changed(films.old)
        prints = films.prints()
        [left] = library.interruptions.operations()
        done = {file.file_name for file in left.files if file.outcome == "written"}
        assert done == new
        assert left.counts["written"] + left.counts["not_started"] + left.counts.get("undone", 0) == len(films.paths)
        assert not left.resumes_automatically
        assert library.status(1).status == "interrupted"
        [job] = library.jobs.list(kinds=["write"]).items
        assert (job.status, job.progress_current, job.counters) == ("interrupted", len(new), {"success": len(new)})
        lines = {line["event"]: line for line in library.jobs.log(job.id).lines}
        found, recovered = lines["operation.recovered"], library.recovered
        assert (found["undone"], found["written"]) == (recovered.undone, recovered.finished)
        assert (found["not_started"], lines["job.changed"]["status"]) == (len(films.paths) - len(new), "interrupted")
        told = [each.what for each in library.stories.build(1).happenings]
        assert told[-2:] == ["interrupted", "interrupted and recovered"]
        assert library.resume(1).wait().counts == {"success": len(films.paths)}
    assert {name for name, seen in films.prints().items() if seen == prints[name]} == new
    assert set(films.committed(1).values()) == {1}
    assert films.strays() == []


@pytest.fixture(scope="module")
def size(pytestconfig: pytest.Config) -> tuple[int, int]:
    """The numbers of files and of kills."""
    return (2000, 20) if pytestconfig.getoption("--all") else (60, 3)


@dataclass(frozen=True)
class Calm:
    """The visible results of an uninterrupted write and rollback of the same films."""

    new: dict[str, bytes]
    write: object
    rolled_back: tuple[object, object]  # the rollback, and the write after it


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, size: tuple[int, int]) -> Calm:
    films = Films(tmp_path_factory.mktemp("calm"), size[0])
    with Library.open(films.home) as library:
        library.write(library.plan(), ALL).wait()
    new, write = films.bytes(), account(films.home, 1)
    with Library.open(films.home) as library:
        library.rollback(1).wait()
    assert films.bytes() == films.old
    return Calm(new, write, (account(films.home, 2), account(films.home, 1)))


@IN_THREADS
def test_repeatedly_killed_operation_equals_uninterrupted_one(
    tmp_path: Path, size: tuple[int, int], calm: Calm
) -> None:
    count, kills = size
    films = Films(tmp_path / "killed", count)
    rng = random.Random(5)

    cut = killed_at_random(films, "write", 1, kills, rng, since=films.old)

    assert films.bytes() == calm.new
    assert account(films.home, 1) == calm.write
    tally.count("operations", "kills of a write", cut)

    cut = killed_at_random(films, "back", 2, kills, rng, since=films.bytes())

    assert films.bytes() == films.old
    assert {path.stat().st_mtime for path in films.paths} == {OLD}
    assert (account(films.home, 2), account(films.home, 1)) == calm.rolled_back
    tally.count("operations", "kills of a rollback", cut)


def killed_at_random(
    films: Films, what: str, operation_id: int, kills: int, rng: random.Random, *, since: dict[str, bytes]
) -> int:
    """Kill the process several times during its work, then let it complete; return the number of runs."""
    cut, written, before = 0, dict[str, Print](), films.prints()
    steps = sorted(rng.sample(range(1, len(films.paths)), kills))
    for until in steps:
        with Child(long_write.run, films.home, what) as child:
            child.hear("begun")
            while films.count_touched(before) < until:
                time.sleep(0.005)
            time.sleep(rng.random() * 0.02)
            child.kill()
        cut += 1
        with Library.open(films.home, take_over="nothing") as library:  # which restores the files in progress
            status = library.status(operation_id)
            done = films.changed(since)
            assert status.counts.get("success", 0) == len(done)
            assert status.status == ("interrupted" if len(done) < len(films.paths) else "completed")
            prints = films.prints()
        assert all(prints[name] == seen for name, seen in written.items()), "a file was written twice"
        written = {name: prints[name] for name in done}
    with Child(long_write.run, films.home, what) as child:
        child.hear("begun")
        assert child.hear("done") == "completed"
    prints = films.prints()
    assert all(prints[name] == seen for name, seen in written.items()), "a file was written twice"
    assert len(films.changed(since)) == len(films.paths)
    assert set(films.committed(operation_id).values()) == {1}
    assert films.strays() == []
    return cut


def account(home: Path, operation_id: int) -> object:
    """The visible result of an operation, without times and without the strategy of a resumed file."""
    with Library.open(home, take_over="nothing") as library:
        details = library.operation(operation_id, per_page=0)
        items = sorted(
            (each.file_name, each.status, each.new_comment or "", each.rolled_back_by or 0) for each in details.items
        )
        plan = library.plan().statistics
        return details.operation.status, details.status.counts, items, plan.unchanged_count, plan.safe_count


# Stopped.


@pytest.fixture
def large(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A film that must be copied completely, after some that are written in place."""
    folder, home = tmp_path / "films", tmp_path / "home"
    folder.mkdir()
    media.series("mp4", folder, 3, comment="People: Bob Ray")
    path = media.large(folder, 60)
    os.utime(path, (OLD, OLD))
    homes.build(home, folder, "Ann Lee")
    yield home, path
    shutil.rmtree(folder)


@IN_THREADS
def test_sigterm_cancels_rewrite_and_service_resumes_it(
    large: tuple[Path, Path],
) -> None:
    home, path = large
    old = path.stat()
    seconds, code, said = stopped(["write", "--risk", "safe,warning,danger", "--yes"], large)

    assert seconds < LIMIT
    assert code == 130
    assert "resumes when 'indexium serve' starts" in said
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (old.st_ino, old.st_mtime_ns)
    assert no_strays(path)
    with Library.open(home, take_over="nothing") as library:
        [left] = library.interruptions.operations()
        small = {outcome: count for outcome, count in left.counts.items() if outcome != "undone"}
        assert left.counts["undone"] == 1
        assert set(small) <= {"written", "not_started"}  # all of them may wait for a slow disk
        assert sum(small.values()) == 3
        assert left.resumes_automatically
        assert library.status(1).status == "interrupted"  # scripts distinguish this code from Ctrl-C, which cancels

    seconds, code, _ = stopped(["serve", "--port", "0"], large)  # which resumes it, and is stopped too
    assert (seconds < LIMIT, code) == (True, 0)
    assert no_strays(path)

    with Library.open(home, take_over="all") as library:
        library.operations.join(1, 60)
        assert library.status(1).counts == {"success": 4}
        assert library.interruptions.operations() == []
        assert set(Counter(each.status for each in library.operation(1).items)) == {"success"}
        assert ledger.Ledger(library._parts.core.store).counts(1) == {"success": 4}


@IN_THREADS
def test_file_interrupted_twice_rolls_back_byte_for_byte(large: tuple[Path, Path]) -> None:
    """Two runs without a result leave empty journals; the journal of the third run is kept."""
    home, path = large
    old, data = path.stat(), path.read_bytes()
    stopped(["write", "name:large", "--risk", "safe,warning,danger", "--yes"], large, by=signal.SIGKILL)
    Library.open(home, take_over="nothing").close()  # removes what could be confused with the start of the next run
    stopped(["operations", "resume", "1"], large)

    with Library.open(home, take_over="nothing") as library:
        assert library.resume(1).wait().counts == {"success": 1}
        [checked] = library.backups.verify(1)
        assert (checked.items, checked.whole, checked.restorable) == (1, 1, 1)
    with Library.open(home, take_over="nothing") as library:  # whose start removes files that no operation uses
        assert library.rollback(1).wait().counts == {"success": 1}
    assert path.read_bytes() == data
    assert path.stat().st_mtime_ns == old.st_mtime_ns


@IN_PROCESSES
def test_kill_during_rewrite_keeps_file_and_no_worker(
    large: tuple[Path, Path],
) -> None:
    home, path = large
    old, data = path.stat(), path.read_bytes()
    stopped(["write", "--risk", "safe,warning,danger", "--yes"], large, by=signal.SIGKILL)

    with Library.open(home, take_over="nothing") as library:  # immediately: every worker process must have ended
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (old.st_ino, old.st_mtime_ns)
        assert no_strays(path)
        assert path.read_bytes() == data
        assert library.resume(1).wait().counts == {"success": 4}
    assert no_strays(path)


def stopped(
    arguments: list[str], large: tuple[Path, Path], *, by: signal.Signals = signal.SIGTERM
) -> tuple[float, int, str]:
    """
    Run the command until it rewrites the large film, then end it; return the seconds, the exit code and the output.
    """
    home, path = large
    words = ["--home", str(home), *arguments]
    if os.environ["INDEXIUM_EXECUTOR"] == "threads":
        return _stopped_fork(words, path, by)
    command = [sys.executable, "-m", "indexium_core.cli", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while not any(path.parent.glob(".indexium-*.tmp")):
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.005)
        begun = time.monotonic()
        process.send_signal(by)
        said, _ = process.communicate(timeout=3 * LIMIT)
        return time.monotonic() - begun, process.returncode, said


def _stopped_fork(words: list[str], path: Path, by: signal.Signals) -> tuple[float, int, str]:
    """The same for a command that is forked: its own worker processes would be forked from the same process."""
    process = Command(words)
    while not any(path.parent.glob(".indexium-*.tmp")):
        assert process.poll() is None, process.text("stderr")
        time.sleep(0.005)
    begun = time.monotonic()
    process.send_signal(by)
    code = process.wait(3 * LIMIT)
    return time.monotonic() - begun, code, process.text("stdout") + process.text("stderr")


def no_strays(path: Path) -> bool:
    return not [each for each in path.parent.iterdir() if each.name.startswith(".indexium-")]


@IN_THREADS
def test_killed_operation_does_not_resume_automatically(films: Films) -> None:
    with Child(long_write.run, films.home, "write") as child:
        child.hear("begun")
        while len(films.changed(films.old)) < 5:
            time.sleep(0.002)
        child.kill()

    with Library.open(films.home, take_over="all") as library:
        prints = films.prints()
        assert library.status(1).status == "interrupted"
        assert any("'indexium operations resume 1'" in notice for notice in library.notices)
        library.operations.join(1, 1)
        assert library.status(1).status == "interrupted"
        assert films.prints() == prints
