"""Fixtures of the crash and fault tests: processes to kill, scenes that are built once, and the count of cases."""

from __future__ import annotations

import contextlib
import functools
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.support import places, points, seccomp, shapes, tally
from tests.support.calls import Call
from tests.support.forks import Forks
from tests.support.oracles import oracle
from tests.support.points import Point
from tests.support.scenes import Scene

Scenes = Callable[[str], Scene]
_SPREAD = {"spread_case", "played_case"}
_FOR_STRACE = ("mp4, index last",)  # by default: strace makes a write take seconds


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """
    Choose the cases of a test.

    A `case` is one of each container and strategy, with --all every row of the table; a `first_case` is one of
    each strategy, with --all also every row. A `strategy_case` is one of each method of writing and one with a
    sidecar, with --all of each strategy. A `spread_case` is one of these methods (see below), with --all each. A
    `played_case` is such a one, and one with a sidecar. A `torn_case` is written in place, so a kill leaves neither the
    old nor the new film; with --all it is each one. All fields of a container at once are a case, too; with --all also
    each field of each container, and all fields of a container in every other kind of case.
    """
    every = metafunc.config.getoption("--all")
    if every:
        _add_single_fields()
    of_strategies = shapes.one_of_each("strategy" if every else "way") + list(shapes.FIELDS if every else ())
    is_of_films = "scenes" not in metafunc.fixturenames or "scene" in metafunc.fixturenames  # disturbed as a film
    beside = [] if is_of_films else list(shapes.SIDECARS)
    if "case" in metafunc.fixturenames:
        cases = shapes.ready(forced=True) if every else [*shapes.one_of_each(), *shapes.FIELDS]
        metafunc.parametrize("case", cases)
    if "first_case" in metafunc.fixturenames:
        metafunc.parametrize("first_case", shapes.ready(forced=True) if every else shapes.one_of_each("strategy"))
    if "strategy_case" in metafunc.fixturenames:
        metafunc.parametrize("strategy_case", of_strategies + (beside if every else beside[:1]))
    if "listed_case" in metafunc.fixturenames:
        metafunc.parametrize("listed_case", shapes.ready() if every else _FOR_STRACE)
    if "spread_case" in metafunc.fixturenames:
        metafunc.parametrize("spread_case", of_strategies + (beside if every else []))
    if "torn_case" in metafunc.fixturenames:
        metafunc.parametrize("torn_case", of_strategies + beside if every else of_strategies[-1:])
    if "played_case" in metafunc.fixturenames:
        # Shared blocks are identified by inode numbers, which differ in a copied file.
        played = [name for name in of_strategies + beside if not shapes.ALL[name].means.reflink]
        metafunc.parametrize("played_case", played)


@functools.cache
def _add_single_fields() -> None:
    shapes.add_single_fields()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Keep one of the tests that differ only in their `spread_case` or `played_case`, and one with a sidecar.

    The tests of a file share two cases, because to build a scene takes seconds; each file has other ones.
    """
    if config.getoption("--all"):
        return
    groups: dict[tuple[object, ...], list[pytest.Function]] = defaultdict(list)
    for item in items:
        if isinstance(item, pytest.Function) and _SPREAD & set(item.fixturenames):
            others = {name: value for name, value in item.callspec.params.items() if name not in _SPREAD}
            has_sidecar = not shapes.SIDECARS.keys().isdisjoint(map(str, item.callspec.params.values()))
            groups[item.path, item.originalname, str(others), has_sidecar].append(item)
    kept = {group[_place(group[0]) % len(group)] for group in groups.values()}
    dropped = [item for group in groups.values() for item in group if item not in kept]
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=dropped)


def _place(item: pytest.Function) -> int:
    """Return the place of the case of a test: one of two neighbours for the tests of a file."""
    return zlib.crc32(item.path.name.encode()) + zlib.crc32(item.originalname.encode()) % 2


@dataclass(frozen=True)
class Choice:
    """The calls of a run that are tested."""

    every: bool  # all of them, of every case

    def of(self, calls: Sequence[Call], scene: Scene) -> list[Point]:
        """Return every call and positions within it, or one call with the most complex recovery."""
        return list(points.every(calls)) if self.every else [points.telling(calls, scene)]


@pytest.fixture(scope="session")
def choice(pytestconfig: pytest.Config) -> Choice:
    return Choice(every=bool(pytestconfig.getoption("--all")))


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Processes with a whole library."""
    with Forks("tests.support.killed_write") as server:
        yield server


@pytest.fixture(scope="session")
def light() -> Iterator[Forks]:
    """Processes with a journal and a film; they fork in a quarter of the time."""
    with Forks("tests.support.crashes", "tests.support.swaps") as server:
        yield server


@pytest.fixture(scope="session")
def scenes(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    """Build the scene of a case once; skip cases that are not possible here."""
    made: dict[str, Scene] = {}
    with contextlib.ExitStack() as after:

        def scene(name: str) -> Scene:
            if why := seccomp.why_not():
                pytest.skip(why)
            oracle("ffmpeg")
            shape = shapes.ALL[name]
            if name not in made:
                folder = tmp_path_factory.mktemp("scene")
                films = after.enter_context(places.folder(shape.place, folder))
                made[name] = Scene(name, folder, films, forks)
            return made[name]

        yield scene


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = list(tally.lines())
    if found:
        terminalreporter.section("kill points, faults and lost writes that were tried")
        for line in found:
            terminalreporter.write_line(line)
