"""The examples of `docs/extending.md` work: each runs in a copy of the source that has the code of the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
PARTS = {
    part.partition("\n")[0]: re.findall(r"```(?:python|js)\n(.*?)```", part, re.DOTALL)
    for part in PAGE.split("\n## ")[1:]
}
PLACE = re.compile(r"(?:#|//) ((?:indexium_core|dashboards)/\S+\.(?:py|js))(?:, (below|above|in place of): (.*))?\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of all copies: Python finds the compiled modules of the former one by their path and their time."""
    return tmp_path_factory.mktemp("source") / "copy"


@pytest.mark.parametrize("part", PARTS)
def test_worked_example_runs(part: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for part_of_source in ("indexium_core", "dashboards/assets/face"):
        shutil.copytree(ROOT / part_of_source, folder / part_of_source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "package.json", folder / "package.json")
    *steps, check = PARTS[part]
    for step in steps:
        place = PLACE.match(step)
        assert place is not None, step
        insert(folder / place[1], place[2], place[3], step[place.end() :])
    search = os.pathsep.join([str(folder), str(ROOT)])
    words, environment = [sys.executable, "-c", check], os.environ | {"PYTHONPATH": search}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert steps
    assert done.returncode == 0, done.stderr


def insert(path: Path, where: str | None, line: str, code: str) -> None:
    """Put code beside one line of a file, which occurs once; without a line, the code is the file."""
    if where is None:
        assert not path.exists()
        path.write_text(code, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    whole = f"\n{line}\n"
    assert text.count(whole) == 1, f"{path.name}: {line}"
    new = {"below": whole + code, "above": f"\n{code}{line}\n", "in place of": f"\n{code}"}[where]
    path.write_text(text.replace(whole, new), encoding="utf-8")


def test_page_names_existing_files() -> None:
    names = re.findall(r"`((?:model|files|flows|store|dashboards|docs|tests)/[\w/.]+)`", PAGE)
    bases = (ROOT, ROOT / "indexium_core")

    assert names
    assert [name for name in names if not any((base / name).exists() for base in bases)] == []
