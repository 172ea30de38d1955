"""`start.py`: which checks run for which words."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, which sets nothing up and notes the checks that it would run."""
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ran: list[list[str]] = []

    def note(words: list[str]) -> int:
        ran.append(words)
        return 0

    monkeypatch.setattr(module, "set_up", lambda extra: ran.append(["set up", extra]))
    monkeypatch.setattr(module, "javascript_programs", lambda: Path("programs"))
    module.run_really = module.run_check  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "run_check", lambda words, command: note(words))
    monkeypatch.setattr(module.subprocess, "Popen", _Compiling)
    module.ran = ran  # type: ignore[attr-defined]
    return module


class _Compiling:
    def __init__(self, *words: object, **options: object) -> None: ...

    def wait(self) -> None: ...


def checks(start: ModuleType, *words: str) -> list[str]:
    assert start.main(list(words)) == 0
    first, *rest = start.ran
    assert first == ["set up", "test"]
    return [each[0] for each in rest]


def test_lint_checks_style_only(start: ModuleType) -> None:
    assert checks(start, "lint") == ["ruff", "ruff", "biome"]


def test_types_checks_types_only(start: ModuleType) -> None:
    assert checks(start, "types") == ["mypy", "tsc"]


@pytest.mark.parametrize("words", [[], ["--all"]])
def test_test_runs_everything(start: ModuleType, words: list[str]) -> None:
    assert checks(start, "test", *words) == ["ruff", "ruff", "mypy", "biome", "tsc", "pytest"]
    assert start.ran[-1][1].startswith("--numprocesses=")
    assert [word for word in start.ran[-1] if word == "--all"] == words


def test_mutants_pass_their_words_on(start: ModuleType) -> None:
    assert checks(start, "mutants", "HEAD~1", "--n", "5") == ["mutants"]
    assert start.ran[-1] == ["mutants", "HEAD~1", "--n", "5"]


@pytest.mark.parametrize(
    "words",
    [
        ["tests/unit/test_settings.py"],
        ["tests/unit/test_settings.py::test_x", "-x"],
        ["-k=rating", "tests/conftest.py"],
    ],
)
def test_named_files_run_alone_in_one_process(start: ModuleType, words: list[str]) -> None:
    assert checks(start, "test", *words) == ["pytest"]
    assert start.ran[-1] == ["pytest", *words]


@pytest.mark.parametrize("words", [["tests/guards"], ["-k", "rating"], ["--all", "tests/crash"]])
def test_folders_and_options_run_only_tests_on_all_cores(start: ModuleType, words: list[str]) -> None:
    assert checks(start, "test", *words) == ["pytest"]
    assert start.ran[-1][1].startswith("--numprocesses=")
    assert start.ran[-1][-len(words) :] == words


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["lint", "x.py"],
            "'lint' checks all files and takes no further word; 'x.py' is one. Run: python3 start.py lint",
        ),
        (
            ["types", "-x"],
            "'types' checks all files and takes no further word; '-x' is one. Run: python3 start.py types",
        ),
        (
            ["test", "tests/none"],
            "There is no test 'tests/none'. 'python3 start.py test tests/unit' runs those of a folder.",
        ),
    ],
)
def test_wrong_words_get_one_sentence_and_no_set_up(
    start: ModuleType, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(words) == 2
    assert capsys.readouterr().err == f"{message}\n"
    assert start.ran == []


def test_words_without_a_test_get_one_sentence(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start.subprocess, "call", lambda *words, **options: 5)
    assert start.run_really(["pytest", "-k", "none"], []) == 5
    assert capsys.readouterr().err.startswith("\nNo test has these words.")


def test_help_names_each_check(start: ModuleType) -> None:
    assert [name for name in start.CHECKS if f"start.py {name} " not in start.HELP] == []


def test_hooks_before_a_commit_are_local_checks_of_start() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]

    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [hook["entry"].removeprefix("python3 start.py ") for hook in hooks] == ["lint", "types", "test tests/guards"]


def test_help_needs_no_package() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", ROOT / "start.py", "--help"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
