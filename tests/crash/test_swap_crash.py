"""
A process that is killed, or has errors or a power cut while it replaces a file, leaves the old or the new file.

The file is exactly equal, with its attributes, and without temporary files beside it; for every method of replacement,
and in every recovery.
"""

from __future__ import annotations

import errno
import functools
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.crash.conftest import Choice
from tests.support import gate, places, points, powercut, seccomp, swaps, tally
from tests.support.calls import Call
from tests.support.forks import Forks
from tests.support.swaps import SideFilesSwap, Swap

pytestmark = pytest.mark.crash

LIMIT = 60  # states of one point in time
FAULTS = {
    errno.ENOSPC: "low_space",
    errno.EIO: "io_error",
    errno.EDQUOT: "over_quota",
    errno.EROFS: "read_only",
}


class Scene:
    """One method of replacement, repeated in processes that are interrupted."""

    def __init__(self, folder: Path, way: str, forks: Forks, *, commit: bool = True) -> None:
        self.swap, self.forks = swaps.of(folder, way, commit), forks
        self.swap.reset()
        report = self.run(swaps.run, self.swap)
        assert report.code == 0
        self.calls = report.calls
        self.swap.judge("after a clean run")

    def trap(self, at: int = 0, deed: gate.Deed = "pass", **facts: object) -> gate.Trap:
        return gate.Trap(folders=(str(self.swap.folder),), at=at, deed=deed, **facts)  # type: ignore[arg-type]

    def run(self, function: object, *arguments: object, trap: gate.Trap | None = None) -> gate.Report:
        return self.forks.watch(trap or self.trap(), function, *arguments)  # type: ignore[arg-type]

    def recovered(self, where: str) -> str:
        swaps.recover(self.swap.backup)
        state = self.swap.judge(where)
        swaps.recover(self.swap.backup)
        assert self.swap.judge(f"{where}, recovered twice") == state
        return state

    def points(self, choice: Choice) -> Iterator[points.Point]:
        """Every call, and half of the first write to each file; with --all parts of every write."""
        written = set[str]()
        for point in points.every(self.calls):
            half = point.part == point.call.length // 2 and point.call.path not in written
            if half:
                written.add(point.call.path)
            if choice.every or half or not point.part:
                yield point


@pytest.fixture
def forks(light: Forks) -> Forks:
    return light


@pytest.fixture(params=(*swaps.WAYS, *swaps.SIDE_FILES))
def way(request: pytest.FixtureRequest) -> str:
    if why := seccomp.why_not():
        pytest.skip(why)
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory, where a sync takes no time: only the sync call matters here."""
    with places.folder("memory" if places.FOLDERS["memory"].is_dir() else "any", tmp_path) as folder:
        yield folder


@pytest.fixture
def scene(folder: Path, way: str, forks: Forks) -> Scene:
    return Scene(folder, way, forks)


def test_kill_at_any_call_keeps_file_old_or_new(scene: Scene, choice: Choice) -> None:
    states = []
    for point in scene.points(choice):
        scene.swap.reset()
        assert scene.run(swaps.run, scene.swap, trap=point.trap(scene, "kill")).killed, point  # type: ignore[arg-type]
        states.append(scene.recovered(f"killed at {point}"))
        tally.count("replacement", "kills of a write")
    assert set(states) == {"old", "new"}
    assert states == sorted(states, reverse=True), "once new, always new"


def test_kill_at_any_call_of_recovery(scene: Scene, choice: Choice) -> None:
    """Kill the recovery at its first call, the next one at its second, until one completes."""
    for point in list(scene.points(choice))[:: 1 if choice.every else 10]:
        scene.swap.reset()
        scene.run(swaps.run, scene.swap, trap=point.trap(scene, "kill"))  # type: ignore[arg-type]
        for at in itertools.count(1):
            if not scene.run(swaps.recover, scene.swap.backup, trap=scene.trap(at, "kill")).killed:
                break
            tally.count("replacement", "kills of a recovery")
        scene.recovered(f"killed at {point}, then {at - 1} times in recovery")


def test_kill_during_cancellation_keeps_old_file(folder: Path, way: str, forks: Forks, choice: Choice) -> None:
    scene = Scene(folder, way, forks, commit=False)
    for point in list(scene.points(choice))[-8 if not choice.every else 0 :]:
        scene.swap.reset()
        assert scene.run(swaps.run, scene.swap, trap=point.trap(scene, "kill")).killed, point  # type: ignore[arg-type]
        assert scene.recovered(f"killed at {point}") == "old"
        tally.count("replacement", "kills of a write")


@pytest.mark.parametrize("system", ["exclusive rename", "hard links", "neither"])
def test_new_sidecar_never_takes_the_name_of_another_file(tmp_path: Path, forks: Forks, system: str) -> None:
    swap = swaps.of(tmp_path, "sidecar created")
    assert isinstance(swap, swaps.SideFilesSwap)
    swap.reset()
    swap.foreign.write_bytes(b"of another program")
    assert forks.run(swaps.create_late, swap, system) == swaps.FAILED
    assert swap.sidecar.read_bytes() == b"of another program"
    swaps.recover(swap.backup)
    assert {path.name for path in tmp_path.iterdir()} == {"film.avi", "film.avi.xmp", "backups", "kept"}
    if system == "neither":
        swap.reset()
        assert forks.run(swaps.create_late, swap, system) == swaps.FAILED
        assert swap.judge("refused") == "old"


@pytest.mark.parametrize("change", ["removed", "removed by a link", "replaced"])
def test_change_keeps_sidecar_of_another_program(folder: Path, forks: Forks, choice: Choice, change: str) -> None:
    """Another program replaces the sidecar after the last check of it, perhaps immediately before a crash."""
    if why := seccomp.why_not():
        pytest.skip(why)
    scene = Scene(folder, f"sidecar {change.split(maxsplit=1)[0]}", forks)
    swap = scene.swap
    assert isinstance(swap, SideFilesSwap)
    run = swaps.change_replaced_by_link if "by a link" in change else swaps.change_replaced

    def judge(where: str) -> None:
        wanted = swaps.KEPT if swap.foreign.exists() else swaps.FOREIGN
        found = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        kept = [name for name, content in found.items() if content == wanted]
        assert kept, where
        if change != "replaced":  # otherwise the new sidecar may have the name, and the message names both
            assert kept == ["film.avi.xmp"], where
            swap.judge_names(where)

    def reset() -> None:
        swap.reset()
        swap.foreign.write_bytes(swaps.FOREIGN)

    reset()
    report = scene.run(run, swap)
    assert report.code == swaps.FAILED
    assert swap.sidecar.read_bytes() == swaps.FOREIGN
    swap.judge_names("another program replaced it")
    assert not swap.foreign.exists()
    scene.calls = report.calls
    for point in scene.points(choice):
        reset()
        assert scene.run(run, swap, trap=point.trap(scene, "kill")).killed, point  # type: ignore[arg-type]
        for _ in range(2):
            swaps.recover(swap.backup, resolved=False)
            judge(f"killed at {point}")
        tally.count("replacement", "kills of a write")


def test_kill_where_case_is_ignored(folder: Path, forks: Forks, choice: Choice) -> None:
    """A file is removed, and another one is created whose name differs only by case."""
    if why := seccomp.why_not():
        pytest.skip(why)
    scene = Scene(folder, "names that differ by case", forks)
    scene.swap.reset()
    report = scene.run(swaps.run_ignoring_case, scene.swap)
    assert report.code == swaps.DONE
    assert scene.swap.judge("written") == "new"
    scene.calls = report.calls
    states = []
    for point in scene.points(choice):
        scene.swap.reset()
        trap = point.trap(scene, "kill")  # type: ignore[arg-type]
        assert scene.run(swaps.run_ignoring_case, scene.swap, trap=trap).killed, point
        for at in itertools.count(1):
            if not scene.run(swaps.recover_ignoring_case, scene.swap.backup, trap=scene.trap(at, "kill")).killed:
                break
            tally.count("replacement", "kills of a recovery")
        assert scene.run(swaps.recover_ignoring_case, scene.swap.backup).code == 0
        states.append(scene.swap.judge(f"killed at {point}"))
        tally.count("replacement", "kills of a write")
    assert set(states) == {"old", "new"}


NAMES = {"rename", "exchange", "link", "remove"}  # kinds of calls that change names
SEVERAL = [way for way, files in swaps.SIDE_FILES.items() if len(files) > 1]


@pytest.mark.parametrize("several", SEVERAL)
def test_kill_while_files_are_restored_after_an_error(folder: Path, several: str, forks: Forks, choice: Choice) -> None:
    if why := seccomp.why_not():
        pytest.skip(why)
    scene = Scene(folder, several, forks)
    scene.swap.reset()
    report = scene.run(swaps.fail_at_last_file, scene.swap)
    assert report.code == swaps.FAILED
    assert scene.swap.judge("after the error") == "old"
    scene.calls = report.calls
    for point in list(scene.points(choice))[:: 1 if choice.every else 2]:
        scene.swap.reset()
        trap = point.trap(scene, "kill")  # type: ignore[arg-type]
        assert scene.run(swaps.fail_at_last_file, scene.swap, trap=trap).killed, point
        assert scene.recovered(f"killed at {point}") == "old"
        tally.count("replacement", "kills of a write")


CHANGED = [(way, swaps.run_or_say) for way in swaps.SIDE_FILES if way != "large picture"]
CHANGED += [(way, swaps.fail_at_last_file) for way in SEVERAL if way != "large picture"]
ACTIONS: list[tuple[Callable[[Path], None], gate.Deed]] = [
    (swaps.put_foreign, "meddle"),
    (swaps.append_foreign, "kill"),
    (swaps.put_foreign, "kill"),
    (swaps.append_foreign, "meddle"),
]
OF_OTHERS = [  # by default two actions for each change, in turn: both ways to change a file, with and without a crash
    pytest.param(way, run, *each, marks=[] if number // 2 == at % 2 else pytest.mark.further)
    for at, (way, run) in enumerate(CHANGED)
    for number, each in enumerate(ACTIONS)
]


@pytest.mark.parametrize(("changed", "run", "action", "deed"), OF_OTHERS)
def test_side_file_of_another_program_is_kept(
    folder: Path,
    changed: str,
    forks: Forks,
    choice: Choice,
    run: Callable[[SideFilesSwap], None],
    action: Callable[[Path], None],
    deed: gate.Deed,
) -> None:
    """Another program changes a file at any call, perhaps immediately before a crash: nothing of it is lost."""
    if why := seccomp.why_not():
        pytest.skip(why)
    scene = Scene(folder, changed, forks)
    swap = scene.swap
    assert isinstance(swap, SideFilesSwap)
    swap.reset()
    calls = scene.run(run, swap).calls
    calls = [call for call in calls if choice.every or call.kind in NAMES or call.number % 10 == 0]
    for call, path in itertools.product(calls, swap.changes):
        if call.kind == "rename" and call.path == str(path) and "by a rename" in changed:
            continue  # without an exchange of names, the moment before a rename remains
        swap.reset()
        trap = scene.trap(call.number, deed, action=functools.partial(action, path))
        report = scene.run(run, swap, trap=trap)
        where = f"{path.name} at call {call.number}: {call.name} ({call.kind}) of {call.path}"
        for _ in range(2):
            swaps.recover(swap.backup, resolved=False)
            present = [each.read_bytes() for each in folder.rglob("*") if each.is_file()]
            assert any(content.endswith(swaps.FOREIGN) for content in present), where
            for other, contents in swap.changes.items():
                found = other.read_bytes() if other.exists() else None
                if report.code in {swaps.DONE, swaps.FAILED} and other != path:
                    assert found == contents[report.code == swaps.DONE], f"{where}: {other.name}"
                else:
                    assert found in contents or (found and swaps.FOREIGN in found), f"{where}: {other.name}"
        tally.count("replacement", "disturbances")


@pytest.mark.parametrize("sticky", [False, True])
def test_failed_call_keeps_old_file_or_reports_unknown(scene: Scene, choice: Choice, *, sticky: bool) -> None:
    """By default an error that stays is tried at every second call, and one that passes at the others."""
    numbers = itertools.cycle(FAULTS)
    found = list(scene.points(choice))
    for point in found if choice.every else found[int(sticky) :: 2]:
        for number in FAULTS if choice.every else [next(numbers)]:
            if point.part:
                continue
            scene.swap.reset()
            trap = point.trap(scene, "fail", error=number, sticky=sticky)  # type: ignore[arg-type]
            report = scene.run(swaps.run_or_say, scene.swap, trap=trap)
            where = f"{errno.errorcode[number]} at {point}"
            assert report.code in {swaps.DONE, swaps.FAILED, swaps.UNCLEAR, swaps.STOPPED}, where
            if report.code == swaps.FAILED:
                assert scene.swap.judge(where) == "old"
            if report.code == swaps.DONE:
                assert scene.swap.judge(where) == "new"
            scene.recovered(where)
            tally.count("replacement", "faults")


def test_partial_write_is_continued(scene: Scene, choice: Choice) -> None:
    for call in [call for call in scene.calls if call.is_partial]:
        for part in {1, call.length // 2} if choice.every else {call.length // 2}:
            scene.swap.reset()
            report = scene.run(swaps.run, scene.swap, trap=scene.trap(call.number, "short", part=part))
            assert report.code == 0, call
            assert scene.swap.judge(f"{part} bytes at {call}") == "new"
            tally.count("replacement", "faults")


def test_power_cut_keeps_old_or_new_file(scene: Scene, choice: Choice) -> None:
    scene.swap.reset()
    disk = powercut.Disk((scene.swap.folder,))
    report = scene.run(swaps.run, scene.swap, trap=scene.trap(keep=True))
    assert report.code == 0
    seen = set()
    for done, state in cuts(disk, report.calls, choice):
        state.lay_out((scene.swap.folder,))
        where = f"cut after {done} of {len(report.calls)} calls"
        swaps.recover(scene.swap.backup)
        found = scene.swap.judge_bytes(where)
        assert found == "new" or done < len(report.calls), f"{where}: whoever was told that it is done found it undone"
        seen.add(found)
        tally.count("replacement", "states after a power cut")
    assert seen == {"old", "new"}


def test_power_cut_during_recovery_changes_no_outcome(scene: Scene, choice: Choice) -> None:
    scene.swap.reset()
    disk = powercut.Disk((scene.swap.folder,))
    calls = scene.run(swaps.run, scene.swap, trap=scene.trap(keep=True)).calls
    starts = [state for _, state in cuts(disk, calls, choice) if str(scene.swap.backup) in state.files]
    for start in starts if choice.every else starts[:: max(1, len(starts) // 6)]:
        start.lay_out((scene.swap.folder,))
        disk = powercut.Disk((scene.swap.folder,))
        report = scene.run(swaps.recover, scene.swap.backup, trap=scene.trap(keep=True))
        first = scene.swap.judge_bytes("recovered")
        for done, state in cuts(disk, report.calls, choice):
            state.lay_out((scene.swap.folder,))
            swaps.recover(scene.swap.backup)
            where = f"recovery cut after {done} of {len(report.calls)} calls"
            assert scene.swap.judge_bytes(where) == first, where
            tally.count("replacement", "states after a power cut")


def test_power_cut_after_kill_and_recovery(scene: Scene, choice: Choice) -> None:
    """Recovery sees a rename that is not on the disk yet, and must sync it before it reports the result."""
    for call in scene.calls if choice.every else scene.calls[-7:]:
        scene.swap.reset()
        disk = powercut.Disk((scene.swap.folder,))
        killed = scene.run(swaps.run, scene.swap, trap=scene.trap(call.number, "kill", keep=True))
        for done in killed.calls[:-1]:  # the last one was not performed
            disk.take(done)
        report = scene.run(swaps.recover, scene.swap.backup, trap=scene.trap(keep=True))
        first = scene.swap.judge_bytes("recovered")
        for done, state in cuts(disk, report.calls, choice):
            state.lay_out((scene.swap.folder,))
            where = f"killed at {call.kind} of {call.path}, recovery cut after {done} of {len(report.calls)} calls"
            swaps.recover(scene.swap.backup)
            found = scene.swap.judge_bytes(where)
            assert found == first or done < len(report.calls), where
            tally.count("replacement", "states after a power cut")


def cuts(disk: powercut.Disk, calls: Iterable[Call], choice: Choice) -> Iterator[tuple[int, powercut.State]]:
    """Yield every state once, with the number of calls of its last occurrence."""
    chance, states = random.Random(0), {}
    for done, state in powercut.play(disk, calls, chance, limit=LIMIT if choice.every else 5):
        states[state.key()] = (done, state)
    return iter(states.values())


def test_two_processes_cannot_replace_one_file(folder: Path, forks: Forks) -> None:
    swap = Swap(folder, "build")
    swap.reset()
    with swaps.held(swap):
        assert forks.run(swaps.run_or_say, swap) == swaps.FAILED
    assert swap.judge("while another has it") == "old"


@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_kill_while_sharing_blocks(tmp_path: Path, forks: Forks, choice: Choice, kind: str) -> None:
    if why := seccomp.why_not():
        pytest.skip(why)
    with places.folder(kind, tmp_path) as folder:
        scene = Scene(folder, "share", forks)
        assert any(call.kind == "clone" for call in scene.calls)
        states = []
        for point in scene.points(choice):
            scene.swap.reset()
            assert scene.run(swaps.run, scene.swap, trap=point.trap(scene, "kill")).killed, point  # type: ignore[arg-type]
            states.append(scene.recovered(f"killed at {point}"))
            tally.count("replacement, shared", "kills of a write")
        assert set(states) == {"old", "new"}
