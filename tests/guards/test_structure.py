"""The structure: circles of imports, repeated class names, lists of names."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.support.source import parsed

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("indexium_core", "dashboards")
LISTED = (*PACKAGES, "benchmarks", "tests")


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Return the Python files of the packages by module name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imports(paths: dict[str, Path]) -> dict[str, set[str]]:
    """Return what each module imports of the others, late imports and imports for type checking included."""
    return {name: _imports_of(parsed(path), paths) - {name} for name, path in paths.items()}


def _imports_of(tree: ast.AST, known: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in known}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found |= {inner if inner in known else node.module} & known.keys()
    return found


def siblings(paths: dict[str, Path], graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return which packages each package imports, of those that lie beside it in one folder."""
    packages = {name for name, path in paths.items() if path.name == "__init__.py"}
    found: dict[str, set[str]] = {name: set() for name in packages}
    for name, others in graph.items():
        for other in others:
            one, two = name.split("."), other.split(".")
            common = next((place for place, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), None)
            if common:
                left, right = (".".join(each[: common + 1]) for each in (one, two))
                if left in packages and right in packages:
                    found[left].add(right)
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import one another, directly or through others (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in number:
            visit(name)
    return found


def repeated_classes(paths: dict[str, Path]) -> list[str]:
    """Return the class names that occur more than once. An underscore does not make another name."""
    trees = [parsed(path) for path in paths.values()]
    names = Counter(
        node.name.lstrip("_") for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    return sorted(name for name, number in names.items() if number > 1)


def lists_of_names(root: Path = ROOT) -> list[str]:
    """Return the modules that list their names in `__all__`: only a package does that, in its `__init__.py`."""
    files = [path for folder in LISTED for path in (root / folder).rglob("*.py") if path.name != "__init__.py"]
    return [
        path.relative_to(root).as_posix()
        for path in files
        if "__all__" in path.read_text(encoding="utf-8")  # parsing all tests takes seconds
        for node in parsed(path).body
        if isinstance(node, ast.Assign) and any(getattr(each, "id", "") == "__all__" for each in node.targets)
    ]


def test_imports_have_no_circle() -> None:
    groups = circles(imports(modules()))
    assert groups == []


def test_packages_beside_one_another_have_an_order() -> None:
    assert circles(siblings(modules(), imports(modules()))) == []


def test_each_class_name_occurs_once() -> None:
    assert repeated_classes(modules()) == []


def test_only_packages_list_their_names() -> None:
    assert lists_of_names() == []


# The guards themselves.


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A source tree that breaks each rule once."""
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    folder = tmp_path / "dashboards"
    (folder / "a.py").write_text("from dashboards import b\n\n\nclass _Twin: ...\n")
    (folder / "b.py").write_text("def late():\n    from dashboards.c import Twin\n")
    (folder / "c.py").write_text('import dashboards.a\n\n__all__ = ["Twin"]\n\n\nclass Twin: ...\n')
    for one, other in (("left", "right"), ("right", "left")):
        (folder / one).mkdir()
        (folder / one / "__init__.py").write_text("")
        (folder / one / "first.py").write_text(f"from dashboards.{other} import second\n" if one == "left" else "")
        (folder / one / "second.py").write_text(f"import dashboards.{other}.second\n" if one == "right" else "")
    return tmp_path


def test_guards_report_forbidden_code(broken: Path) -> None:
    found = modules(broken)
    assert circles(imports(found)) == [["dashboards.a", "dashboards.b", "dashboards.c"]]
    assert circles(siblings(found, imports(found))) == [["dashboards.left", "dashboards.right"]]
    assert repeated_classes(found) == ["Twin"]
    assert lists_of_names(broken) == ["dashboards/c.py"]
