"""Imports flow one way, and what belongs to one room stays there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {
    "indexium_core.errors": 0,
    "indexium_core.settings": 1,
    "indexium_core.logs": 1,
    "indexium_core.model": 1,
    "indexium_core.store": 2,
    "indexium_core.files": 2,
    "indexium_core.jobs": 2,
    "indexium_core.flows": 3,
    "indexium_core.library": 4,
    "indexium_core.demo": 5,
    "indexium_core.cli": 5,
    "dashboards": 5,
}
FACE_MAY_SEE = (
    "indexium_core.library",
    "indexium_core.model",
    "indexium_core.errors",
    "indexium_core.settings",
    "indexium_core.jobs.events",
    "indexium_core.demo",
)
SQL = re.compile(r"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s")
FACES = ("indexium_core.cli", "dashboards")


def room_of(module: str) -> str | None:
    """The longest entry of LAYERS that the module lies in."""
    inside = [room for room in LAYERS if module == room or module.startswith(room + ".")]
    return max(inside, key=len, default=None)


def modules() -> list[tuple[str, Path]]:
    found = []
    for top in ("indexium_core", "dashboards"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found.append((name.removesuffix(".__init__"), path))
    return found


def imports_of(path: Path) -> set[str]:
    """Every module that the file imports, late imports included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def complaints(module: str, imports: set[str]) -> list[str]:
    """What is wrong with the imports of one module."""
    own = room_of(module)
    if own is None:
        return [] if module == "indexium_core" else [f"{module} lies in no room of LAYERS"]
    found = []
    for name in sorted(imports):
        room = room_of(name)
        if room is None or room == own:
            continue
        if LAYERS[room] > LAYERS[own]:
            found.append(f"{module} (layer {LAYERS[own]}) imports {name} of a higher layer ({LAYERS[room]})")
        elif LAYERS[own] == 2 and LAYERS[room] == 2:
            found.append(f"{module} imports {name}: outside worlds do not know one another; join them in flows")
        elif own in FACES and not name.startswith((*FACE_MAY_SEE, *FACES)):
            found.append(f"{module} imports {name}: faces call Library and see only values")
    return found


@pytest.mark.parametrize(("module", "path"), modules(), ids=[name for name, _ in modules()])
def test_imports_go_one_way(module: str, path: Path) -> None:
    assert complaints(module, imports_of(path)) == []


def test_the_guard_itself_sees_an_upward_import() -> None:
    assert complaints("indexium_core.model.plan", {"indexium_core.flows.planning"})
    assert complaints("indexium_core.store.catalog", {"indexium_core.files.walk"})
    assert complaints("dashboards.app", {"indexium_core.store.database"})
    assert not complaints("dashboards.app", {"indexium_core.library.Library"})


@pytest.mark.parametrize(("module", "path"), modules(), ids=[name for name, _ in modules()])
def test_only_faces_know_panel_and_typer(module: str, path: Path) -> None:
    heavy = {name.split(".")[0] for name in imports_of(path)} & {"panel", "param", "holoviews", "hvplot", "typer"}
    assert not heavy or module.startswith(FACES), f"{module} imports {heavy}"


def test_only_the_journal_opens_media_for_writing() -> None:
    """One safe writer: no other module below files/ may open a file for writing or change it."""
    writers = []
    for module, path in modules():
        if not module.startswith("indexium_core.files") or module.startswith("indexium_core.files.journal"):
            continue
        text = path.read_text(encoding="utf-8")
        if re.search(
            r"O_RDWR|O_WRONLY|os\.pwrite|\.write_bytes\(|ftruncate|open\([^)]*[\"'](?:w|a|r\+|x)b?[\"']", text
        ):
            writers.append(module)

    assert writers == []


def test_no_sql_outside_the_store_and_the_query_compiler() -> None:
    culprits = []
    for module, path in modules():
        if module.startswith(("indexium_core.store", "indexium_core.model.query")):
            continue
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        culprits += [f"{module}:{node.lineno}" for node in texts if SQL.match(node.value)]

    assert culprits == []
