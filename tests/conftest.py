"""Every test has its own environment: no INDEXIUM_* variable, no real home, no real data folder."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import argon2
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from indexium_core.flows.accounts import passwords
from indexium_core.flows.home import database_backups
from indexium_core.store import connection
from indexium_core.store import database as database_module
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.home_files import FILE_NAME
from indexium_core.store.memory import Memory
from tests.support.effort import effort

# The duration of an example depends more on the load of the machine than on the tested code.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
settings.register_profile("exhaustive", settings.get_profile("usual"), max_examples=300)

HERE = Path(__file__).parent
_REPEATED = ("browser", "crash", "integration")  # tests that wait for other processes
_BROWSERS = {
    f"tests/browser/{file.name}": f"browser {number // 4}"
    for number, file in enumerate(sorted((HERE / "browser").glob("test_*.py")))
}
_LATE = ["[Tt]imeout", "timed out", "never came true"]  # errors that say only that something took too long
_CREATE = database_module._create  # before a fixture replaces it
_HASHER = passwords._hasher
_NUMBERS = itertools.count()
_FREE_BYTES = 2_000_000_000  # for the folders of the tests that run, and for homes that tests copy

# Programs that run the tests in the background ignore Ctrl-C, and child processes would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all",
        action="store_true",
        help="also run the further tests, and try every case, every system call to kill at and all examples",
    )


def pytest_collection() -> None:
    gc.disable()  # nothing is garbage while tests are collected, and each look at all objects takes a second


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish() -> None:
    gc.freeze()  # a look at all tests that were collected takes a second, and they stay until the end
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _check_free_space(Path(tempfile.gettempdir()))
    effort.exhaustive = config.getoption("--all")
    settings.load_profile("exhaustive" if effort.exhaustive else "usual")
    if hasattr(config, "cache"):
        os.environ["TEST_MEDIA"] = str(config.cache.mkdir("media"))


def _check_free_space(folder: Path) -> None:
    """End the run with one sentence: on a full disk every test is an error that hides the cause."""
    free = shutil.disk_usage(folder).free
    if free < _FREE_BYTES:
        need = f"{_FREE_BYTES // 10**9} GB of free space"
        pytest.exit(f"The tests need {need} in {folder}, which has {free / 10**9:.1f} GB. Delete files there.", 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Leave out further tests, repeat those that waited in vain, and order the files for parallel processes.

    A further test holds no claim alone: another test, which always runs, notices the same faults. It tries the claim on
    more files, programs or ways.

    While all cores are busy, a process may get no processor time for seconds. A wrong value is never a matter of time,
    so it fails at once. The summary says why a test was repeated.

    Processes take the next file when they are free. So short files fill the end, and one browser at a time is busy.
    """
    if not effort.exhaustive:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("further")])
        items[:] = [item for item in items if not item.get_closest_marker("further")]
    folders: dict[str, list[pytest.Item]] = {name: [] for name in (*_REPEATED, "guards", "unit")}
    for item in items:
        if not item.path.is_relative_to(HERE):  # a test that another test writes and runs
            continue
        folder = item.path.relative_to(HERE).parts[0]
        folders[folder].append(item)
        if folder in _REPEATED:
            item.add_marker(pytest.mark.flaky(reruns=2, only_rerun=_LATE))
    if not hasattr(config, "workerinput"):
        return
    files = {
        name: [list(group) for _, group in itertools.groupby(found, lambda item: scope_of(item.nodeid))]
        for name, found in folders.items()
    }
    others = [*files["crash"], *files["integration"]]
    step = max(1, len(others) // max(1, len(files["browser"])))
    ordered = []
    for number, group in enumerate(files["browser"]):
        ordered += [group, *others[number * step : (number + 1) * step]]
    ordered += [*others[len(files["browser"]) * step :], *files["guards"], *files["unit"]]
    items[:] = itertools.chain.from_iterable(ordered)


def scope_of(test: str) -> str:
    """Return what one process runs whole: the file of a test, or several files of browser tests."""
    path = test.partition("::")[0]
    return _BROWSERS.get(path, path)


class FilesOfProcesses(LoadFileScheduling):
    """Give each process whole files, and one browser for several files: its start takes seconds."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesOfProcesses | None:
    """Choose the scheduler of a run with `--dist=loadfile`."""
    return FilesOfProcesses(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """
    Drop what the tracebacks of failed tests and the threads of tests still hold of DuckDB.

    It prints a page where a connection or a parsed statement is there at the end of the interpreter.
    """
    sys.last_type = sys.last_value = sys.last_traceback = None
    found = gc.get_objects()
    for opened in [each for each in found if type(each) is Database]:
        opened.close()
    for each in found:
        if type(each) in {Database, Connection, Memory}:
            vars(each).pop("_raw", None)
    connection._parsed.cache_clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print why tests were repeated: a test that passes the second time has a fault, too."""
    for report in terminalreporter.stats.get("rerun", ()):
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = f"{crash.path}:{crash.lineno}: {crash.message[:500]}" if crash else str(report.longrepr)[-500:]
        terminalreporter.write_line(f"repeated {report.nodeid} ({report.when}): {reason}")


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that has a folder for each test. `mktemp` would list all earlier ones to find a number."""
    return tmp_path_factory.mktemp("env")


@pytest.fixture(autouse=True)
def hermetic(monkeypatch: pytest.MonkeyPatch, environments: Path) -> None:
    """Set every path of the user and of the machine to a folder of this test."""
    for name in [name for name in os.environ if name.startswith("INDEXIUM_")]:
        monkeypatch.delenv(name)
    own = environments / str(next(_NUMBERS))
    own.mkdir()
    monkeypatch.setenv("HOME", str(own))
    monkeypatch.setenv("INDEXIUM_SNAPSHOTS", "false")
    for kind in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(own / kind.lower()))


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home built once and closed; copies are faster than new homes."""
    made = tmp_path_factory.mktemp("empty") / "home"
    Database.open(made).close()
    return made


@pytest.fixture(scope="session", autouse=True)
def quick_homes(empty_home: Path) -> Iterator[None]:
    """Copy each new home from the empty one, which takes a third of the time; take no snapshots and first backups."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_module, "_create", lambda path: shutil.copyfile(empty_home / FILE_NAME, path))
        patch.setattr(database_backups, "_FIRST_AFTER", timedelta(days=1))
        patch.setenv("INDEXIUM_SNAPSHOTS", "false")  # a tenth of a second for each home; their tests switch them on
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords with the least costs: the usual ones, which are 0.1 s of a core, would be a tenth of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash passwords with the usual costs, for a test of them."""
    monkeypatch.setattr(passwords, "_hasher", _HASHER)
    passwords._of_nobody.cache_clear()
    yield
    passwords._of_nobody.cache_clear()


@pytest.fixture
def new_homes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Create homes without the copy, for a test of the creation."""
    monkeypatch.setattr(database_module, "_create", _CREATE)


@pytest.fixture(params=["threads", "processes"])
def executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, hermetic: None) -> str:
    """Read and write files with one executor, then with the other."""
    del hermetic
    monkeypatch.setenv("INDEXIUM_EXECUTOR", request.param)
    return str(request.param)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The path of a home that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """An open, empty database in `home`."""
    with Database.open(home) as opened:
        yield opened
