"""
Random valid trees of boxes and elements, written by every possible strategy.

Each write is killed at a random byte of a random call, recovered, repeated and rolled back.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change, Refusal
from tests.support import crashes, gate, ogg, places, seccomp, tally, trees
from tests.support.calls import Call
from tests.support.effort import effort
from tests.support.forks import Forks

pytestmark = pytest.mark.crash

MTIME = 1_600_000_000_123_456_789
ALL_MEANS = {"mp4_reflink": Capabilities(reflink=True), "mp4_append": Capabilities(keep_faststart=False)}
QUICK = effort.examples(6, 12, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    if why := seccomp.why_not():
        pytest.skip(why)
    return tmp_path


@QUICK
@given(trees.boxes(), trees.TEXTS, st.data())
def test_any_tree_of_boxes(place: Path, light: Forks, content: bytes, text: str | None, data: st.DataObject) -> None:
    cut_at_random(place, light, content, text, data)


@QUICK
@given(trees.elements(), trees.TEXTS, st.data())
def test_any_tree_of_elements(place: Path, light: Forks, content: bytes, text: str | None, data: st.DataObject) -> None:
    cut_at_random(place, light, content, text, data)


@QUICK
@given(ogg.films(), trees.TEXTS, st.data())
def test_any_streams_of_pages(place: Path, light: Forks, content: bytes, text: str | None, data: st.DataObject) -> None:
    cut_at_random(place, light, content, text, data)


def cut_at_random(place: Path, light: Forks, content: bytes, text: str | None, data: st.DataObject) -> None:
    ways = possible(content, text, block=4096 if places.kind_of(place) == "ext4" else 0)
    assume(ways)
    strategy, means = data.draw(st.sampled_from(ways))
    run = Run(place, light, content, text, means, strategy)
    calls = run.write().calls
    new = run.path.read_bytes()
    assume(new != content)
    call = data.draw(st.sampled_from(calls))
    part = data.draw(st.integers(0, call.length - 1)) if call.is_partial else 0

    run.put_back()
    assert run.write(at=call, part=part).killed
    if run.backup.exists():
        crashes.recover(run.backup)
    found = run.path.read_bytes()
    assert found in {content, new}
    assert found == new or run.path.stat().st_mtime_ns == MTIME
    assert run.names() <= {"film", "1.journal"}

    if found != new:
        run.put_back()
        assert run.write().code == 0
    assert run.path.read_bytes() == new
    crashes.take_back(run.path, run.backup, place / "2.journal")
    assert run.path.read_bytes() == content
    tally.count(strategy, "random films")


def possible(content: bytes, text: str | None, *, block: int) -> list[tuple[str, Capabilities]]:
    """Return the strategies for the film, with the capabilities that each needs."""
    reader = BytesReader(content)
    family, layout = registry.examine(reader)
    assert family is not None
    assert layout.problem is None, layout.problem
    change = Change(field="comment", old=None, new=text)
    ways = [(one, ALL_MEANS.get(one.name, Capabilities(block=block))) for one in family.strategies()]
    plans = [(one.name, means, one.plan(reader, layout, [change], means)) for one, means in ways]
    return [(name, means) for name, means, plan in plans if not isinstance(plan, Refusal)]


class Run:
    """One film in its own folder, and one strategy."""

    def __init__(
        self, place: Path, light: Forks, content: bytes, text: str | None, means: Capabilities, strategy: str
    ) -> None:
        self.folder, self._forks, self._content = place, light, content
        self.path, self.backup = place / "film", place / "1.journal"
        self._wanted = ((Change(field="comment", old=None, new=text),), means, strategy)
        self.put_back()

    def put_back(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()
        self.path.write_bytes(self._content)
        os.utime(self.path, ns=(MTIME, MTIME))

    def write(self, *, at: int | Call = 0, part: int = 0) -> gate.Report:
        trap = gate.Trap(folders=(str(self.folder),), at=at, deed="kill" if at else "pass", part=part)
        return self._forks.watch(trap, crashes.write, self.path, self.backup, *self._wanted)

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}
