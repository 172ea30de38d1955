"""Rules of the repository: files that must agree, and content that must not be committed."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / os.fsdecode(name) for name in listing.split(b"\0") if name and (ROOT / os.fsdecode(name)).is_file()]


def test_environment_yml_agrees_with_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in conda if isinstance(entry, dict))

    extra = project["optional-dependencies"]["notebooks"]
    assert sorted(from_pip) == sorted(["-e .", *project["dependencies"], *extra])
    assert f"python{project['requires-python']}" in conda


def test_environment_yml_makes_environment(tmp_path: Path) -> None:
    """Create the environment if a program for it is installed."""
    programs = [path for name in ("micromamba", "mamba", "conda") if (path := shutil.which(name))]
    for program in programs[:1]:
        target = tmp_path / "environment"
        make = [program, "env", "create", "--yes", "--prefix", str(target), "--file", str(ROOT / "environment.yml")]
        subprocess.run(make, check=True, cwd=ROOT)
        subprocess.run(
            [target / "bin" / "python", "-c", "import indexium_core, dashboards.app"], check=True, cwd=tmp_path
        )


def test_notebooks_have_no_outputs() -> None:
    cells = [cell for path in (ROOT / "notebooks").glob("*.ipynb") for cell in json.loads(path.read_text())["cells"]]
    code = [cell for cell in cells if cell["cell_type"] == "code"]

    assert code
    assert [cell["source"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []


def test_ci_calls_readme_test_command() -> None:
    assert "python3 start.py test" in (ROOT / ".ci/run").read_text()
    assert "python3 start.py test" in (ROOT / "README.md").read_text()


def test_start_py_is_parsed_by_old_python_versions() -> None:
    """
    A syntax error because of an f-string, a starred list or `raise … from` would hide the message about the version.
    """
    source = (ROOT / "start.py").read_text(encoding="utf-8")
    modern = [node for node in ast.walk(ast.parse(source)) if is_modern(node, source)]

    assert source.isascii()
    assert [ast.unparse(node) for node in modern] == []


def is_modern(node: ast.AST, source: str) -> bool:
    if isinstance(node, ast.Starred):
        return not _is_argument(source, node)
    if isinstance(node, ast.Raise):
        return node.cause is not None
    return isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.Match)


def _is_argument(source: str, starred: ast.Starred) -> bool:
    return any(isinstance(node, ast.Call) and starred in node.args for node in ast.walk(ast.parse(source)))


def test_no_lock_file_and_no_package_index_is_recorded() -> None:
    names = {path.name for path in tracked()}
    index = re.compile(r"index-url|extra-index-url|registry\s*=\s*\"|https?://[^\s\"']*/simple")

    assert not names & {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "package-lock.json"}
    assert [path.name for path in text_files() if path != Path(__file__) and index.search(path.read_text())] == []


def test_repository_has_no_machine_specific_path() -> None:
    machine = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w")

    assert [path.name for path in text_files() if path != Path(__file__) and machine.search(path.read_text())] == []


def text_files() -> list[Path]:
    kinds = {".py", ".md", ".toml", ".yml", ".yaml", ".ipynb", ".sql", ".css", ".js", ".json", ".sh"}
    return [path for path in tracked() if path.suffix in kinds or path.name == "run"]
