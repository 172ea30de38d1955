"""
A disk that fails at any system call of a write costs the item, never the film; the next film of the batch is written.

Errors are given by the kernel's own gate in place of the call, to the real program. A failed sync is one of them: the
sync after it succeeds, which is the lie that kernels tell, and must never be taken for success.
"""

from __future__ import annotations

import errno

import pytest

from indexium_core.library import Library
from tests.crash.conftest import Choice, Scenes
from tests.support import faults, killed_write, points, tally
from tests.support.faults import Fault
from tests.support.points import role
from tests.support.scenes import Scene, item_of, newest_of

pytestmark = pytest.mark.crash

NAMES = {errno.errorcode.get(error, "a short write"): error for error in faults.EVERYTHING}


@pytest.mark.parametrize("what", NAMES)
def test_failed_system_call_fails_item_and_keeps_file(
    scenes: Scenes, choice: Choice, spread_case: str, what: str
) -> None:
    scene = scenes(spread_case)
    for fault in chosen(scene, choice, NAMES[what]):
        scene.reset()
        report = scene.run(killed_write.write, fault.trap_in(scene.trap_folders))
        assert not report.hung, fault
        assert report.code == 0, fault
        assert report.hit is not None or fault.point.call.kind == "sync", fault
        judge(scene, fault)
        if choice.every and not fault.sticky:
            scene.finish(str(fault))
        tally.count(scene.shape.strategy, "faults")


def chosen(scene: Scene, choice: Choice, error: int) -> list[Fault]:
    """Everything that may go wrong in this way; or once, in the largest write."""
    if choice.every:
        return [fault for fault in faults.every(scene.clean.calls) if fault.error == error]
    possible = [call for call in scene.clean.calls if faults.fits(error, call)]
    return [faults.one(points.telling(possible, scene).call, error)]


def judge(scene: Scene, fault: Fault) -> None:
    """Hold what is found, before and after the next start, to the promise."""
    where, broken = str(fault), "broken" in {film.state for film in scene.all}
    if fault.is_harmless:
        assert {film.state for film in scene.all} == {"new"}, where
    with Library.open(scene.home) as library:
        scene.consistent(library, where)
        if fault.is_harmless:
            return
        if role(fault.point.call, scene) == "journal" or fault.error == errno.EDQUOT:  # which the next film meets, too
            the_operation_stopped(library, scene, where)
        else:
            the_item_failed(library, scene, fault)
    assert fault.sticky or not broken, f"{where}: it was broken until the next start"
    scene.settled(where)


def the_operation_stopped(library: Library, scene: Scene, where: str) -> None:
    """What stands in the way of all films stops it, and it can be resumed; or the fault came too late."""
    newest = newest_of(library)
    assert newest is not None
    assert newest.status in {"failed", "interrupted", "completed"}, where
    if newest.status != "completed":
        assert "old" in {film.state for film in scene.all}, where


def the_item_failed(library: Library, scene: Scene, fault: Fault) -> None:
    """The film concerned says why; the other one is written."""
    newest = newest_of(library)
    assert newest is not None
    if newest.status == "interrupted":  # it could not be put back at once; this start has done so, and it waits again
        assert fault.sticky, fault
        return
    items = {film.path: item_of(library, newest, film) for film in scene.all}
    failed = [item for item in items.values() if item is not None and item.status != "success"]
    assert newest.status == ("completed_with_errors" if failed else "completed"), f"{fault}: {newest.status}"
    assert len(failed) <= 1, fault
    for item in failed:
        assert item.code in faults.CODES, f"{fault}: {item.status} {item.code!r} {item.message}"
        assert item.message, fault
    if not failed:  # what failed is not needed, or had a second way
        assert {film.state for film in scene.all} == {"new"}
