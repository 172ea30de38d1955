"""The notebooks run from top to bottom on the demo library, and each shows a picture."""

from __future__ import annotations

import ast
import json
import operator
import re
import shutil
import warnings
from pathlib import Path
from typing import Any

from indexium_core.demo import building
from indexium_core.library import Library
from tests.support import demo_home
from tests.support.effort import effort

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = ("quick_start", "people", "risk_and_history", "bulk_tagging", "library_quality")
# These two write and roll back, and use most calls of a library; the others are queries with charts.
RUN = NAMES if effort.exhaustive else ("quick_start", "bulk_tagging")
CHART = "application/vnd.holoviews_exec.v0+json"


def test_notebooks_run_from_top_to_bottom(tmp_path: Path) -> None:
    """
    One kernel runs all of them on one home, because its start takes longer than a notebook. It forgets all names before
    each notebook, and each notebook leaves the demo files as they were.
    """
    folder = tmp_path / "indexium-demo"
    folder.mkdir()
    clips = demo_home.lay_out(folder, building.HOME_VIDEOS)
    demo_home.home(folder / ".indexium", clips).close()
    shutil.copyfile(clips / building.MARKER, folder / building.MARKER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings of the notebook packages
        import nbformat
        from nbclient import NotebookClient

        notebooks = {name: nbformat.read(FOLDER / f"{name}.ipynb", as_version=4) for name in RUN}
        joined = nbformat.v4.new_notebook()
        joined.cells = [
            cell for each in notebooks.values() for cell in (nbformat.v4.new_code_cell("%reset -f"), *each.cells)
        ]
        where = {"metadata": {"path": tmp_path}}
        NotebookClient(joined, timeout=120, kernel_name="python3", resources=where).execute()

    for name, notebook in notebooks.items():
        outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
        assert [output for output in outputs if output.output_type == "error" or is_warning(output)] == [], name
        assert any(is_picture(output) for output in outputs), name
        assert any("hv.extension" in cell.source for cell in notebook.cells), name  # the kernel keeps that of another
    assert "40 written" in str(notebooks["quick_start"].cells)
    assert "4 restored" in str(notebooks["bulk_tagging"].cells)


def test_every_notebook_fits_the_tables_and_calls_of_a_library(home: Path) -> None:
    found = [(name, ast.unparse(call.func), call) for name in NAMES for call in calls(name)]
    assert {asked for _, asked, _ in found} >= {"library.plan", "library.sql", "library.thumbnails.jpeg"}
    with Library.open(home) as library:
        for name, asked, call in found:
            if asked == "library.sql":
                assert library.queries.run(ast.literal_eval(call.args[0])).columns, name
            if re.fullmatch(r"library(\.\w+)+", asked):
                assert callable(operator.attrgetter(asked.removeprefix("library."))(library)), (name, asked)


def calls(name: str) -> list[ast.Call]:
    """Return the calls in the cells of a notebook."""
    cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    trees = [ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def is_warning(output: Any) -> bool:
    return bool(output.output_type == "stream" and output.name == "stderr")


def is_picture(output: Any) -> bool:
    return bool(output.output_type == "execute_result" and CHART in output.data)


def test_texts_state_no_numbers_that_files_can_falsify() -> None:
    for name in NAMES:
        cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        assert [text for text in texts if re.search(r"\d", text)] == [], name


def test_all_notebooks_are_run() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)
