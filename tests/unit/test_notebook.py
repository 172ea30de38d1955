"""What a notebook shows of values, and the progress bars of long calls."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest

from indexium_core import notebook
from indexium_core.model.files.scan_reports import ScanProgress, ScanReport
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import OperationStatus, WriteResult
from indexium_core.model.operations.rollback import RollbackCheck
from indexium_core.services import LibraryServices

EVIL = "<b>Live & loud</b>"


class Kernel:
    """The kernel of a notebook: keeps the HTML of each cell output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outputs: list[str] = []
        shown = SimpleNamespace(update=self._replace)
        display = SimpleNamespace(HTML=str, display=lambda html, **_: self.outputs.append(html) or shown)
        shell = SimpleNamespace(kernel=self)
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell, display=display))
        monkeypatch.setitem(sys.modules, "IPython.display", display)

    def _replace(self, html: str) -> None:
        self.outputs[-1] = html


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    monkeypatch.setattr(notebook, "_UPDATE_SECONDS", 0.01)
    return Kernel(monkeypatch)


def status(**values: Any) -> OperationStatus:
    known: dict[str, Any] = {"status": "completed", "counts": {"success": 2, "conflict": 1}, "current_file": ""}
    rest: dict[str, Any] = {"rate": 0.0, "eta_seconds": None, "started_at": None, "completed_at": None}
    return OperationStatus(
        id=7, operation_type="write", can_rollback=True, rollback_reason="", **{**known, **rest, **values}
    )


def result(file_id: int, state: str, message: str = "") -> WriteResult:
    code = "" if state == "success" else "changed_since"
    return WriteResult(
        item_id=None, file_id=file_id, status=state, code=code, message=message, strategy="mp4_in_place", seconds=0.1
    )


def test_texts_are_escaped_and_cut() -> None:
    card = notebook.card(EVIL, {EVIL: [EVIL, "Ann"]}, below=notebook.table([EVIL], [[EVIL], ["x" * 500]], total=9))

    assert "<b>" not in card
    assert "&lt;b&gt;Live &amp; loud&lt;/b&gt;, Ann" in card
    assert "x" * 119 + "…" in card
    assert "… and 7 more" in card


def test_colours_are_those_of_notebook() -> None:
    card = notebook.card("Plan 1", {"files": 3}, below=notebook.table(["file"], [["a.mp4"]]))

    assert not {"color", "background"} & set(card.replace('"', ";").replace(":", ";").split(";"))


def test_operation_shows_outcomes_and_rollback() -> None:
    text = status()._repr_html_()

    assert "Operation 7: write of 3 files" in text
    assert "2 written, 1 conflict" in text
    assert "possible" in text
    assert "rollback" not in status(status="in_progress", current_file=EVIL)._repr_html_()
    assert "&lt;b&gt;Live" in status(status="in_progress", current_file=EVIL)._repr_html_()


def test_dry_run_shows_reasons_first() -> None:
    items = [result(1, "success"), result(2, "conflict", EVIL)]
    report = DryRunReport(items=items, counts={}, excluded={"danger": 4}, total=2)

    assert "1 written, 1 conflict" in report._repr_html_()
    assert "4 files" in report._repr_html_()
    assert "&lt;b&gt;Live" in report._repr_html_()


def test_other_reports_show_themselves() -> None:
    check = RollbackCheck(operation_id=7, restorable=3, conflicts=[], can_rollback=True, reason="")
    scan = ScanReport(seen=5, new=2, unchanged=3, cancelled=True, messages=[EVIL])

    assert "3 restored" in check._repr_html_()
    assert "Scan of 5 files, cancelled" in scan._repr_html_()
    assert "&lt;b&gt;Live" in scan._repr_html_()


def test_bar_of_cell_ends_with_last_numbers(kernel: Kernel) -> None:
    with notebook.progress_bar("Scan <1>") as update:
        time.sleep(0.02)
        update(3, 10, EVIL)
        assert '<progress aria-label="Scan &lt;1&gt;" value="3" max="10"' in kernel.outputs[-1]
        assert "&lt;b&gt;Live" in kernel.outputs[-1]
        update(10, 10)

    assert "10 of 10" in kernel.outputs[-1]
    assert len(kernel.outputs) == 1


def test_bar_without_numbers_ends_as_done(kernel: Kernel) -> None:
    with notebook.progress_bar("Scan"):
        assert 'value="' not in kernel.outputs[-1]

    assert "done" in kernel.outputs[-1]


def test_bar_of_failed_call_is_not_done(kernel: Kernel) -> None:
    with pytest.raises(ValueError, match="no disk"), notebook.progress_bar("Scan"):
        raise ValueError("no disk")

    assert "stopped" in kernel.outputs[-1]
    assert "done" not in kernel.outputs[-1]


def test_bar_follows_progress_during_wait(kernel: Kernel) -> None:
    numbers = iter(range(1000))
    with notebook.following("Operation 7", lambda: (next(numbers), 1000, "")):
        time.sleep(0.05)
        during = kernel.outputs[-1]

    assert 'max="1000"' in during
    assert kernel.outputs[-1] != during


def test_no_bar_outside_notebook() -> None:
    with notebook.progress_bar("Scan") as update, notebook.following("Operation", lambda: pytest.fail("not read")):
        assert update is None


def test_callback_of_caller_replaces_bar(kernel: Kernel) -> None:
    seen: list[ScanProgress] = []
    scanned: list[object] = []
    library = LibraryServices()

    def run(_dirs: object, *, on_progress: object, **_: object) -> SimpleNamespace:
        scanned.append(on_progress)
        return SimpleNamespace(cancelled=True)  # no identification follows

    library.scans = SimpleNamespace(run=run)  # type: ignore[assignment]

    library.scan(["/films"], progress=seen.append)
    assert not kernel.outputs

    library.scan(["/films"])
    assert scanned[0] == seen.append
    assert "Scan" in kernel.outputs[-1]
