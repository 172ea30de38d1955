"""
A disk error at any system call of a write fails the item and keeps the film; the next film is written.

The kernel's gate returns the error in place of the call, to the real program. One of the errors is a failed sync: the
next sync succeeds although the data is lost, as in real kernels, and that must not count as success.
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
TELLING = {"ENOSPC", "EIO", "EDQUOT"}  # an item fails, an item is tried again, the operation stops
CASES = [name if name in TELLING else pytest.param(name, marks=pytest.mark.further) for name in NAMES]


@pytest.mark.parametrize("what", CASES)
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
    """All errors of a kind, or one error in the largest write."""
    if choice.every:
        return [fault for fault in faults.every(scene.clean.calls) if fault.error == error]
    possible = [call for call in scene.clean.calls if faults.fits(error, call)]
    return [faults.one(points.telling(possible, scene).call, error)]


def judge(scene: Scene, fault: Fault) -> None:
    """Check the state before and after the next start."""
    where, broken = str(fault), "broken" in {film.state for film in scene.all}
    if fault.is_harmless:
        assert {film.state for film in scene.all} == {"new"}, where
    with Library.open(scene.home) as library:
        scene.consistent(library, where)
        if fault.is_harmless:
            return
        if role(fault.point.call, scene) == "journal" or fault.error == errno.EDQUOT:  # also for the next film
            the_operation_stopped(library, scene, where)
        else:
            the_item_failed(library, scene, fault)
    assert fault.sticky or not broken, f"{where}: it was broken until the next start"
    scene.settled(where)


def the_operation_stopped(library: Library, scene: Scene, where: str) -> None:
    """A blocker of all films stops the operation, which can be resumed; or the error came too late."""
    newest = newest_of(library)
    assert newest is not None
    assert newest.status in {"failed", "interrupted", "completed"}, where
    if newest.status != "completed":
        assert "old" in {film.state for film in scene.all}, where


def the_item_failed(library: Library, scene: Scene, fault: Fault) -> None:
    """The film reports the reason; the other one is written."""
    newest = newest_of(library)
    assert newest is not None
    if newest.status == "interrupted":  # not restored immediately; this start restored it, and it waits again
        assert fault.sticky, fault
        return
    items = {film.path: item_of(library, newest, film) for film in scene.all}
    failed = [item for item in items.values() if item is not None and item.status != "success"]
    assert newest.status == ("completed_with_errors" if failed else "completed"), f"{fault}: {newest.status}"
    assert len(failed) <= 1, fault
    for item in failed:
        assert item.code in faults.CODES, f"{fault}: {item.status} {item.code!r} {item.message}"
        assert item.message, fault
    if not failed:  # the failed call is not needed, or has an alternative
        assert {film.state for film in scene.all} == {"new"}
