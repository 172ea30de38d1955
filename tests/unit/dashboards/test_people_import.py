"""The import of an uploaded list of people in one session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from dashboards.pages.library.people_import import PeopleImport
from dashboards.result_cache import Upload
from indexium_core.model.people.import_report import ImportCheck, ImportReport
from indexium_core.model.result_cache import ResultCache
from tests.unit.dashboards.test_bridge import Line

Report = Callable[[int, int], None]


class People:
    """People whose comparison calls `during` with its progress callback."""

    def __init__(self) -> None:
        self.during: list[Callable[[Report], None]] = []

    def root_for(self, path: Path) -> str:
        return ""

    def check_import(self, path: Path, *, on_progress: Report, **_: Any) -> ImportCheck:
        if self.during:
            self.during.pop(0)(on_progress)
        report = ImportReport(matched=1, waiting=0, rejected=[])
        return ImportCheck(report=report, rows=1, people=1, waiting=[], waiting_rows=0, relative=False, root="")


def test_progress_of_earlier_upload_is_not_shown_after_newer_one(tmp_path: Path) -> None:
    line, people, cache = Line(), People(), ResultCache()
    library = SimpleNamespace(people=people, inventory=SimpleNamespace(list=list))
    page = PeopleImport(
        cast("Any", library),
        line.bridge,
        cast("Any", SimpleNamespace(result_cache=cache)),
        lambda _: None,
        lambda: None,
    )
    uploads = [cache.keep(Upload(tmp_path / name, name)) for name in ("old.db", "people.csv")]
    late: list[Report] = []

    def compare(report: Report) -> None:
        report(1, 9)
        assert page.view() == {"busy": "Comparing files by their content … 1 of 9"}
        page.uploaded({"token": uploads[1]})
        late.append(report)

    people.during.append(compare)
    page.uploaded({"token": uploads[0]})
    line.pool.run()
    late[0](2, 9)

    view = page.view()
    assert view is not None
    assert "busy" not in view
    assert view["name"] == "people.csv"
