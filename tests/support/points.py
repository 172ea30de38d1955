"""The calls at which a run is interrupted: all of them, or the most informative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import gate
from tests.support.calls import Call
from tests.support.scenes import Scene

_MANY = 64  # smallest write in bytes that is interrupted in its middle


@dataclass(frozen=True)
class Point:
    """One point of interruption: before a call, or after a part of it."""

    call: Call
    part: int = 0

    def trap(self, scene: Scene, deed: gate.Deed = "kill", **facts: object) -> gate.Trap:
        return scene.trap(self.call, deed, part=self.part, **facts)

    def __str__(self) -> str:
        part = f" after {self.part} bytes of it" if self.part else ""
        call = self.call
        return f"call {call.number}{part}: {call.name} ({call.kind}) of {call.path} at {call.offset}+{call.length}"


def role(call: Call, scene: Scene) -> str:
    """The kind of file of a call: journal, film, folder, other (a temporary or a kept file)."""
    path = Path(call.path)
    if path == scene.home / "backups" or scene.home in path.parents:
        return "journal"
    return "film" if path in {film.path for film in scene.all} else "folder" if path == scene.films else "other"


def every(calls: Iterable[Call]) -> Iterator[Point]:
    """Every call, and within every write."""
    for call in calls:
        yield Point(call)
        if call.is_partial:
            yield from (Point(call, part) for part in sorted({1, call.length // 2, call.length - 1}))


def one_of_each(calls: Iterable[Call]) -> Iterator[Point]:
    """The middle call of each kind on each file; half of it, if it is a write."""
    groups: dict[tuple[str, str], list[Call]] = {}
    for call in calls:
        groups.setdefault((call.name, call.path), []).append(call)
    for group in groups.values():
        call = group[len(group) // 2]
        yield Point(call, call.length // 2 * call.is_partial)


def telling(calls: Iterable[Call], scene: Scene) -> Point:
    """Half of the largest write to the case's film or to a file beside it, or the last call there."""
    ours = [call for call in calls if role(call, scene) in {"film", "other"} and "second" not in call.path]
    writes = [call for call in ours if call.is_partial and call.length > _MANY] or ours[-1:]
    call = max(writes, key=lambda call: call.length)
    return Point(call, call.length // 2 * call.is_partial)
