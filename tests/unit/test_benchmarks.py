"""`python -m benchmarks`: its table, its page, and its list of modules."""

from __future__ import annotations

import ast
import importlib
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import __main__ as every
from benchmarks import dashboard, write
from benchmarks.support import report, timing
from benchmarks.support.report import Omission, Row

FOLDER = Path(every.__file__).parent
ROWS = [
    Row("comment into 1.00 GB mp4: the file", 26.04, "ms", "`ffmpeg -c copy`", 1_686.2),
    Row("1,000 new files: scan", 257.3, "files/s", "`ffprobe`", 9.8),
    Row("search | new", 153.2, "ms", "goal of p95", 150, p95=201.4),
    Row("memory", 317.4, "MB"),
    Row("second scan", 1_523.0, "ms", "`stat`", 1.5),
    Omission("writes against `exiftool`", "exiftool is not installed."),
]


def test_table_of_rows_is_markdown() -> None:
    assert report.markdown(ROWS, quick=False) == (
        "| work | Indexium | peer or limit of the same run | ratio |\n"
        "| --- | --- | --- | --- |\n"
        "| comment into 1.00 GB mp4: the file | 26.0 ms | `ffmpeg -c copy`: 1,686 ms | 64.8 × |\n"
        "| 1,000 new files: scan | 257 files/s | `ffprobe`: 9.80 files/s | 26.3 × |\n"
        "| search \\| new | 153 / 201 ms | goal of p95: 150 ms | 0.74 × |\n"
        "| memory | 317 MB |  |  |\n"
        "| second scan | 1,523 ms | `stat`: 1.50 ms | 0.00098 × |\n"
        "\n"
        "Not measured:\n"
        "\n"
        "- writes against `exiftool`: exiftool is not installed.\n"
    )


def test_table_of_quick_run_is_marked() -> None:
    assert report.markdown(ROWS, quick=True).startswith("| work | Indexium (quick run) | peer")
    assert "**This is a quick run.**" in every.page(ROWS, {}, quick=True)
    assert "quick run" not in every.page(ROWS, {}, quick=False)


@pytest.mark.parametrize("entry", ROWS, ids=lambda entry: entry.work)
def test_entry_is_read_from_its_json_line(entry: report.Entry) -> None:
    assert report.from_json(report.as_json(entry)) == entry


def test_page_has_facts_and_no_path_of_this_machine(tmp_path: Path) -> None:
    options = every.parse(["--quick", "--only", "plan", "--dir", str(tmp_path), "--markdown", str(tmp_path / "a.md")])
    facts = every.machine(tmp_path) | every.versions() | {"command": every.command_line(options)}
    page = every.page(ROWS, facts, quick=True)

    assert "| command | `python -m benchmarks --quick --only plan --dir FOLDER --markdown FILE` |" in page
    assert {
        "date",
        "processor",
        "cores",
        "memory",
        "file system",
        "Indexium",
        "Python",
        "DuckDB",
        "FFmpeg",
        "PyAV",
    } <= (facts.keys())
    assert str(tmp_path) not in page


@pytest.mark.parametrize(("words", "is_written"), [([], True), (["--quick"], False), (["--only", "plan"], False)])
def test_only_full_run_replaces_page(words: list[str], is_written: bool) -> None:
    assert (every.parse(words).markdown == every.PAGE) is is_written


def modules() -> dict[str, Path]:
    """Return the modules that `python -m benchmarks.NAME` runs, by name."""
    files = {path.stem: path for path in FOLDER.glob("*.py") if path.stem != "__main__"}
    return files | {path.parent.name: path for path in FOLDER.glob("*/__main__.py")}


def test_every_benchmark_is_in_list() -> None:
    benchmarks = {
        name
        for name, path in modules().items()
        if any(isinstance(node, ast.FunctionDef) and node.name == "rows" for node in ast.parse(path.read_text()).body)
    }

    assert set(every.MODULES) == benchmarks == set(modules())


@pytest.mark.parametrize("name", every.MODULES)
def test_benchmark_accepts_arguments_of_quick_run(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    is_package = modules()[name].stem == "__main__"
    module = importlib.import_module(f"benchmarks.{name}.__main__" if is_package else f"benchmarks.{name}")
    monkeypatch.setattr(module, "rows", lambda options: [Row(name, vars(options).get("runs", 1), "runs")])
    monkeypatch.setattr("sys.argv", [name, *every.MODULES[name].split(), "--json"])

    module.main()

    assert report.from_json(capsys.readouterr().out).work == name


def test_failed_benchmark_is_in_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    monkeypatch.setattr(every, "MODULES", {"no_such_module": ""})
    monkeypatch.setattr("sys.argv", ["benchmarks", "--quick", "--dir", str(tmp_path), "--markdown", str(page)])

    assert every.main() == 1
    assert "- no_such_module: The benchmark ended with exit code 1." in page.read_text()


def test_missing_programs_are_in_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(write, "large_film", lambda *arguments: [])
    options = Namespace(dir=tmp_path, only=["mov", "mkv"], gigabytes=0.01, runs=1, small=1, slow_fsync=10)

    assert [*write.rows(options), *dashboard.rows(options)] == [
        Omission("writes against `exiftool`", "exiftool is not installed."),
        Omission("writes against `mkvpropedit`", "mkvpropedit is not installed."),
        Omission("small films, each fsync 10 ms longer", "There is no C compiler."),
        Omission("dashboard", "Chromium is not installed."),
    ]


def test_p95_is_the_nearest_rank() -> None:
    assert [timing.p95(range(1, count + 1)) for count in (1, 2, 20, 100)] == [1, 2, 19, 95]
