"""Compare `docs/security.md` with the tests: each danger names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
_TEST = re.compile(r"tests/[\w/]+\.py::test_\w+")


def guarded_rows() -> list[list[str]]:
    """Return the cells of the rows of the tables whose last column names tests."""
    rows, is_guarded = [], False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("| "):
            is_guarded = False
            continue
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if is_guarded and not line.startswith("| ---"):
            rows.append(cells)
        is_guarded = is_guarded or cells[-1] == "guarded by"
    return rows


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_danger_names_tests_that_exist() -> None:
    rows = guarded_rows()
    named = {test for row in rows for test in row[-1].split(", ")}
    files = {test.strip("`").partition("::")[0] for test in named}
    existing = {f"`{file}::{test}`" for file in files if (ROOT / file).exists() for test in names_in(ROOT / file)}

    assert len(rows) > 40
    assert [row for row in rows if not row[-1]] == []
    assert sorted(named - existing) == []


def test_tests_are_named_only_in_their_column() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert sorted(_TEST.findall(text)) == sorted(_TEST.findall("".join(row[-1] for row in guarded_rows())))
    assert text.count("tests/") == len(_TEST.findall(text))
