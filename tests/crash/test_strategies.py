"""
Every strategy on a real film of every layout, interrupted at every call by a kill, a disk error or a power cut.

These tests run without the library, so that many calls can be tested each time.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.crash.conftest import Choice
from tests.support import crashes, faults, places, points, powercut, seccomp, shapes, tally
from tests.support.benches import Bench
from tests.support.faults import Fault
from tests.support.forks import Forks
from tests.support.oracles import oracle
from tests.support.points import Point

pytestmark = pytest.mark.crash

SEED = int(os.environ.get("CRASH_SEED", "3"))
KILLED = -9
TURN = itertools.cycle(faults.EVERYTHING)


@pytest.fixture(scope="module")
def made(light: Forks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Bench]]:
    """Build the bench of a case once."""
    found: dict[str, Bench] = {}
    with contextlib.ExitStack() as after:

        def bench(name: str) -> Bench:
            if why := seccomp.why_not():
                pytest.skip(why)
            oracle("ffmpeg")
            if name not in found:
                folder = tmp_path_factory.mktemp("bench")
                films = after.enter_context(places.folder(shapes.ALL[name].place, folder))
                found[name] = Bench(name, folder, films, light)
            return found[name]

        yield bench


@pytest.fixture
def bench(made: Callable[[str], Bench], case: str) -> Bench:
    return made(case)


def tried(bench: Bench, choice: Choice) -> list[Point]:
    """
    Return every call of the first case of a method, one of each kind for the first case of a strategy, and one call
    for the others, which differ only in the bytes that are written; with --all all calls.
    """
    calls = bench.clean.calls
    if choice.every:
        return list(points.every(calls))
    if bench.name in shapes.one_of_each("way") and "remux" not in bench.shape.strategy:
        return [Point(call, call.length // 2 * call.is_partial) for call in calls]
    if bench.name in shapes.one_of_each("strategy"):
        return list(points.one_of_each(calls))
    of_files = [call for call in calls if call.is_partial and not call.path.startswith(f"{bench.backups}/")]
    call = max(of_files, key=lambda call: call.length)
    return [Point(call, call.length // 2)]


def test_kill_at_any_call(bench: Bench, choice: Choice) -> None:
    states = []
    for point in tried(bench, choice):
        bench.reset()
        report = bench.write(at=point.call, deed="kill", part=point.part)
        assert report.code == KILLED, point
        states.append(bench.settle(f"killed at {point}"))
        tally.count(bench.shape.strategy, "kills of a strategy")
    assert states == sorted(states, reverse=True), "once new, always new"
    if bench.backup.exists() and states[-1] == "new":
        bench.take_back()


def test_repeated_kills_at_every_call_of_every_recovery(
    made: Callable[[str], Bench], choice: Choice, strategy_case: str
) -> None:
    bench = made(strategy_case)
    for point in points.every(bench.clean.calls) if choice.every else tried(bench, choice)[-3:-1]:
        bench.reset()
        bench.write(at=point.call, deed="kill", part=point.part)
        if not bench.backup.exists():
            continue
        for at in itertools.count(1):
            report = bench.recover(at=at, deed="kill")
            if report.code != KILLED:
                break
            tally.count(bench.shape.strategy, "kills of a recovery")
        assert report.code == 0
        bench.settle(f"killed at {point}, then in {at - 1} recoveries")


def test_disk_error_at_any_call(made: Callable[[str], Bench], choice: Choice, first_case: str) -> None:
    """The film is old, or the error reports an unknown state; the next start restores it."""
    bench = made(first_case)
    for fault in disturbed(bench, choice):
        bench.reset()
        code = bench.write_failing(fault)
        found = bench.film.read_bytes()
        if code == 0:
            assert found == bench.new, fault
        elif code == crashes.FAILED:
            assert found == bench.old, fault
            assert bench.strays() == [], fault
        assert not fault.is_harmless or code == 0, fault
        settled = bench.settle(str(fault))
        assert settled == "new" or code, fault
        assert settled == "old" or code != crashes.FAILED, fault
        tally.count(bench.shape.strategy, "faults of a strategy")


def disturbed(bench: Bench, choice: Choice) -> list[Fault]:
    calls = bench.clean.calls
    if choice.every:
        return list(faults.every(calls))
    return list(faults.one_of_each((point.call for point in tried(bench, choice)), TURN))


def test_open_player_keeps_reading_its_file(made: Callable[[str], Bench], first_case: str) -> None:
    """The media stays readable for a program with the file open, whatever replaces the file."""
    bench = made(first_case)
    if bench.shape.strategy == "mp4_insert_range":
        pytest.skip("is not done while somebody has the file open: see `test_disturbances`")
    bench.reset()
    media = bench.media()
    with bench.film.open("rb") as player:
        assert bench.write().code == 0
        seen = player.read()
    assert [seen[start:end] for start, end in media] == [bench.old[start:end] for start, end in media]
    tally.count(bench.shape.strategy, "disturbances")


def test_power_cut_at_any_instant(made: Callable[[str], Bench], choice: Choice, first_case: str) -> None:
    bench = made(first_case)
    if bench.shape.means.reflink:
        pytest.skip("shared blocks are known again by inode numbers, which files that are laid out anew do not have")
    bench.reset()
    disk, chance = powercut.Disk(bench.folders), random.Random(SEED)
    report = bench.write(keep=True)
    seen = dict[tuple[object, ...], tuple[int, powercut.State]]()
    for done, state in powercut.play(disk, report.calls, chance, limit=200 if choice.every else 4):
        seen[state.key()] = done, state
    assert disk.seen == {
        str(path): path.read_bytes() for folder in bench.folders for path in folder.rglob("*") if path.is_file()
    }
    for done, state in seen.values():
        where = f"seed {SEED}, cut after {done} of {len(report.calls)} calls"
        state.lay_out(bench.folders)
        found = bench.settle(where)
        assert found == "new" or done < len(report.calls), f"{where}: whoever was told that it is done found it undone"
        tally.count(bench.shape.strategy, "states after a power cut")
