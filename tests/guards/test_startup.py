"""Imports of commands: `--help` needs no database, and a command needs no module of another command."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from indexium_core import cli
from indexium_core.cli import frame
from indexium_core.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DATABASE = {"duckdb", "numpy", "pandas"}
FILES = {"av", "ffmpeg", "imageio_ffmpeg"}
SERVICE = {"fastapi", "starlette", "tornado"}
PAGES = {"panel", "bokeh", "holoviews", "param"}
RUN = """
import sys
from indexium_core.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def imported_by(*words: str) -> set[str]:
    """Return the packages that a command imported until its end."""
    done = subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stderr.splitlines()[-1].split())


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
