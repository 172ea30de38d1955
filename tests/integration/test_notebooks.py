"""The notebooks run from top to bottom on the demo library, and each shows a picture."""

from __future__ import annotations

import json
import re
import shutil
import warnings
from pathlib import Path
from typing import Any

from indexium_core.demo import building
from tests.support import demo_home

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = ("quick_start", "people", "risk_and_history", "bulk_tagging", "library_quality")
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

        notebooks = {name: nbformat.read(FOLDER / f"{name}.ipynb", as_version=4) for name in NAMES}
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
