"""A home, and what lies in it, is private wherever it is made."""

from __future__ import annotations

import ast
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexium_core import logs
from indexium_core.demo.providers import demo_home
from indexium_core.library import Library
from tests.support.source import parsed

ROOT = Path(__file__).resolve().parents[2]
# Folders beside media, and programs of the developers.
OTHERS = {"indexium_core/flows/publishing/disaster_recovery.py", "indexium_core/demo/films.py"}
OTHERS |= {"indexium_core/demo/photos.py", "indexium_core/demo/building.py"}
NAMED = re.compile("mkdir|makedirs")  # a module without these words makes no folder, and is not parsed


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def attach(home: Path) -> None:
    logs.attach(home / "logs", days=1)
    logs.detach()


MAKERS: dict[str, Callable[[Path], object]] = {
    "opened": lambda home: Library.open(home).close(),
    "demo": demo_home.use_stand_in,
    "log": attach,
}


@pytest.mark.parametrize("maker", MAKERS)
def test_home_is_private(tmp_path: Path, maker: str) -> None:
    home = tmp_path / "parent" / "home"
    MAKERS[maker](home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_no_folder_of_a_home_is_made_readable() -> None:
    wrong = []
    for top in ("indexium_core", "dashboards"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if str(path.relative_to(ROOT)) in OTHERS or not NAMED.search(path.read_text(encoding="utf-8")):
                continue
            calls = (each for each in ast.walk(parsed(path)) if isinstance(each, ast.Call))
            made = [each for each in calls if isinstance(each.func, ast.Attribute) and NAMED.fullmatch(each.func.attr)]
            wrong += [f"{path}:{each.lineno}" for each in made if "448" not in _mode(each)]
    assert wrong == []


def _mode(call: ast.Call) -> list[str]:
    return [str(word.value.value) for word in call.keywords if isinstance(word.value, ast.Constant)]
