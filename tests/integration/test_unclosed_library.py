"""A program that ends without closing its library: the home is closed, and nothing is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.store.home_files import FILE_NAME
from tests.support import media

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import os, sys
from indexium_core.library import Library

library = Library.open(sys.argv[1])
library.scan([sys.argv[2]])
print(library.inventory.list()[0].file_count)
"""
# A forked child has neither the threads nor the lock of the home, so its end must not close the home.
CHILD = """
log = os.path.join(sys.argv[1], "indexium.duckdb.wal")
sys.stdout.flush()
child = os.fork()
if child == 0:
    sys.exit()
os.waitpid(child, 0)
assert os.path.exists(log), "the child closed the home"
"""
ENDINGS = {"": 0, "sys.exit(3)": 3, CHILD: 0}


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("", id="end", marks=pytest.mark.further),
        pytest.param("sys.exit(3)", id="exit"),
        pytest.param(CHILD, id="fork"),
    ],
)
def test_open_library_is_closed_silently_at_exit(tmp_path: Path, home: Path, ending: str) -> None:
    films = tmp_path / "films"
    films.mkdir()
    media.build("mp4", films, comment="People: Ann Lee")

    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCRIPT + ending, str(home), str(films)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", ENDINGS[ending])
    assert not (home / f"{FILE_NAME}.wal").exists()
    with Library.open(home) as library:
        assert library.inventory.list()[0].file_count == 1


TESTS = """
import threading
from indexium_core.store.database import Database

def hold(database, holding):
    reader = database.read()
    reader.value("SELECT 1")
    holding.set()
    threading.Event().wait()

def test_fails_while_thread_reads(database):
    holding = threading.Event()
    threading.Thread(target=hold, args=(database, holding), daemon=True).start()
    holding.wait()
    assert database.read() is None

def test_closes_nothing(home):
    global kept
    kept = Database.open(home)
"""


def test_test_run_prints_nothing_after_its_result(tmp_path: Path) -> None:
    (tmp_path / "test_open.py").write_text(TESTS)
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-q", "--tb=no", "-c", str(ROOT / "pyproject.toml")]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_open.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
    )

    assert "1 failed, 1 passed" in done.stdout.splitlines()[-1]
    assert done.stderr == ""
