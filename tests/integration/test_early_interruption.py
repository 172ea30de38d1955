"""Ctrl-C in the first moments of a process: exit code 130, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INTERRUPTED = """
import importlib.abc, os, runpy, signal, sys

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == MODULE:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""
SLOW_COMMAND = """#!/bin/sh
trap 'sleep 0.7; echo finished; exit 130' INT
trap 'sleep 0.7; echo finished; exit 143' TERM
echo started
while true; do sleep 0.05; done
"""
STARTED = """
import importlib.util, pathlib, sys
spec = importlib.util.spec_from_file_location("start", sys.argv[1])
start = importlib.util.module_from_spec(spec)
spec.loader.exec_module(start)
start.set_up, start.PYTHON = lambda extra: None, pathlib.Path(sys.argv[2])
sys.exit(start.main(["plan"]))
"""
ENDED_WHILE_STARTING = """
import os, signal, subprocess

class Popen(subprocess.Popen):
    def __init__(self, *words, **options):
        super().__init__(*words, **options)
        os.kill(os.getpid(), signal.SIGTERM)

subprocess.Popen = Popen
"""


def run(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "module",
    [
        "indexium_core.cli.output",
        "typer",
        pytest.param("indexium_core.cli.app", marks=pytest.mark.further),
        pytest.param("typer.core", marks=pytest.mark.further),
    ],
)
def test_interrupted_import_ends_command_with_130(module: str) -> None:
    code = f"MODULE = {module!r}\n{INTERRUPTED}\nrunpy.run_module('indexium_core.cli', run_name='__main__')"
    done = run(code, "--called", "python3 start.py", "commands")

    assert (done.returncode, done.stderr) == (130, "indexium: Interrupted.\n")


def test_interrupted_generated_code_ends_command_with_130(tmp_path: Path) -> None:
    """`python -m` ends by the signal if Ctrl-C interrupts a text that `exec` runs, even if the exception is caught."""
    interrupted = "import os, signal\nexec('os.kill(os.getpid(), signal.SIGINT)\\nfor _ in range(9): pass')\n"
    (tmp_path / "typer.py").write_text(interrupted)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    words = [sys.executable, "-m", "indexium_core.cli", "plan"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (130, "indexium: Interrupted.\n")


@pytest.mark.parametrize("module", ["hashlib", "subprocess"])
def test_interrupted_import_ends_start_with_130(module: str) -> None:
    path = str(ROOT / "start.py")
    done = run(f"MODULE = {module!r}\n{INTERRUPTED}\nrunpy.run_path({path!r}, run_name='__main__')", "--help")

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(
    ("send", "number", "code"),
    [(os.killpg, signal.SIGINT, 130), (os.kill, signal.SIGTERM, 143)],  # as a terminal does, and as `kill` does
)
def test_start_waits_until_interrupted_command_ends(
    tmp_path: Path, send: Callable[[int, int], None], number: int, code: int
) -> None:
    """The command may be finishing a file."""
    command = tmp_path / "python"
    command.write_text(SLOW_COMMAND)
    command.chmod(0o755)
    words = [sys.executable, "-c", STARTED, str(ROOT / "start.py"), str(command)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        send(process.pid, number)
        rest = process.stdout.read()

    assert (rest, process.returncode) == ("finished\n", code)


def test_start_ends_command_that_is_just_starting(tmp_path: Path) -> None:
    """Otherwise the command runs on without its parent."""
    command = tmp_path / "python"
    command.write_text("#!/bin/sh\nexec sleep 20\n")
    command.chmod(0o755)
    words = [sys.executable, "-c", ENDED_WHILE_STARTING + STARTED, str(ROOT / "start.py"), str(command)]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, check=False)

    assert done.returncode == 143
