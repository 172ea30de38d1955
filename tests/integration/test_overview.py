"""The numbers that every page shows are those of the services."""

from __future__ import annotations

from pathlib import Path

from indexium_core.model.job import ENDED_STATES
from indexium_core.model.operations.operation import WriteOptions
from tests.support import demo_home


def test_numbers_are_those_of_the_services(tmp_path: Path) -> None:
    stage = tmp_path / "films"
    stage.mkdir()
    films = demo_home.lay_out(stage)
    with demo_home.home(tmp_path / "home", films) as library:
        before = library.overview.numbers()
        counts = library.plan().statistics
        assert before.planned == counts.safe_count + counts.warning_count + counts.danger_count > 0
        assert before.files == sum(each.file_count for each in library.inventory.list()) > 0
        assert (before.folders, before.online_folders) == (1, 1)
        assert before.scanned_at is not None
        assert (before.operations, before.done_percent, before.has_accounts) == (0, None, False)

        library.write(library.plan(), WriteOptions(risk=("safe",))).wait()
        after = library.overview.numbers()
        assert after.operations == 1
        assert after.planned == before.planned - counts.safe_count
        jobs = library.jobs.list(per_page=0).items
        assert after.open_jobs == len([job for job in jobs if job.status not in ENDED_STATES])
        assert after.has_titles == any(each.holds_titles for each in library.inventory.list())
