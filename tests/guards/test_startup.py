"""Imports of commands: `--help` needs no database, and a command needs no module of another command."""

from __future__ import annotations

import pkgutil
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from indexium_core import cli
from indexium_core.cli import frame
from indexium_core.cli.commands import COMMANDS
from indexium_core.store.database import Database
from indexium_core.store.people import people as people_store
from indexium_core.store.people.people import AssignmentRequest
from tests.support.catalog import NOW, scanned, store
from tests.support.catalog import ROOT as CATALOG

ROOT = Path(__file__).resolve().parents[2]
DATABASE = {"duckdb", "numpy", "pandas"}
FILES = {"av", "ffmpeg", "imageio_ffmpeg"}
SERVICE = {"fastapi", "starlette", "tornado"}
PAGES = {"panel", "bokeh", "holoviews", "param"}
ARRAYS = {"numpy", "pandas", "pyarrow"}
LIBRARIES = {"PIL", "argon2", "asyncio", "authlib", "httpx", "mutagen", "rapidfuzz", "rich", "sqlite3", "watchfiles"}
READING = ARRAYS | FILES | SERVICE | PAGES | LIBRARIES
# Own modules that change files, ask providers, or belong to other commands.
OTHER_WORK = (
    "indexium_core.api.remote",
    "indexium_core.files.containers",
    "indexium_core.files.journal",
    "indexium_core.flows.artwork",
    "indexium_core.flows.enrichment",
    "indexium_core.flows.matching",
    "indexium_core.flows.players",
    "indexium_core.flows.publishing",
    "indexium_core.flows.webhooks",
    "indexium_core.flows.writing",
    "indexium_core.sources",
)
RUN = """
import sys
from indexium_core.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def modules_of(*words: str) -> set[str]:
    """Return the modules that a command imported until its end."""
    done = subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stderr.splitlines()[-1].split())


def imported_by(*words: str) -> set[str]:
    """Return the packages that a command imported until its end."""
    return {name.partition(".")[0] for name in modules_of(*words)}


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (["--version"], DATABASE | FILES | SERVICE | PAGES | {"typer", "pydantic", "rich", "json"}),
        (["--help"], DATABASE | FILES | SERVICE | PAGES | {"pydantic", "rich"}),
        (["plan", "--help"], DATABASE | FILES | SERVICE | PAGES | {"rich"}),
        (["plan"], {"pandas"} | SERVICE | PAGES),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_command_imports_only_what_it_needs(words: list[str], heavy: set[str], home: Path) -> None:
    if words == ["plan"]:
        words = ["--home", str(home), *words]
    assert imported_by(*words) & heavy == set()


READING_COMMANDS = ("plan --per-page 1", "files", "people list", "jobs list")
RUN_EACH = """
import sys
from indexium_core.cli import main
for home, command in zip(sys.argv[1::2], sys.argv[2::2]):
    main(["--home", home, *command.split()])
    print("modules:", *sys.modules, file=sys.stderr)
"""


def test_reading_command_imports_only_what_it_reads(home: Path) -> None:
    """The commands run in one process, so what one of them imports counts for those behind it, too."""
    with Database.open(home) as database:
        store(database, [scanned("a.mp4", "People: Zoe"), scanned("b.jpg")])
        paths = [f"{CATALOG}/{name}".encode() for name in ("a.mp4", "b.jpg")]
        people = [AssignmentRequest(name="Ann Lee", path_bytes=path, origin="hand") for path in paths]
        database.run(lambda tx: people_store.assign(tx, people, at=NOW))
    words = []
    for number, command in enumerate(READING_COMMANDS):  # each with a home of its own
        words += [str(shutil.copytree(home, home.with_name(str(number)))), command]
    program = [sys.executable, "-c", RUN_EACH, *words]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=True)
    listed = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("modules:")]

    for command, modules in zip(READING_COMMANDS, listed, strict=True):
        assert "indexium_core.store" in modules, command
        assert {name for name in modules if name.partition(".")[0] in READING} == set(), command
        assert {name for name in modules if name.startswith(OTHER_WORK)} == set(), command


def test_guard_of_reading_reports_other_work(home: Path) -> None:
    modules = modules_of("--home", str(home), "backups", "list")

    assert {name for name in modules if name.startswith(OTHER_WORK)}


@pytest.mark.further
def test_guard_reports_imports_of_command(home: Path) -> None:
    assert {"duckdb", "typer"} <= imported_by("--home", str(home), "plan")


@pytest.fixture(scope="module", autouse=True)
def all_commands() -> None:
    for module in pkgutil.walk_packages(cli.__path__, f"{cli.__name__}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def test_command_table_is_complete_and_has_help() -> None:
    commands = typer.main.get_group(frame.app).commands

    assert {name: (each.help or "").partition("\n\n")[0].replace("\n", " ") for name, each in commands.items()} == {
        name: entry.help for name, entry in COMMANDS.items()
    }


def test_table_names_module_of_each_command() -> None:
    found = {
        info.callback.__name__: info.callback.__module__ for info in frame.app.registered_commands if info.callback
    }
    for group in frame.app.registered_groups:
        commands = group.typer_instance.registered_commands if group.typer_instance else []
        assert group.name
        found[group.name] = commands[-1].callback.__module__  # the last one: the module that completes the group

    assert found == {name: f"{cli.__name__}.{entry.module}" for name, entry in COMMANDS.items()}
