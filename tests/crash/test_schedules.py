"""A home whose process is killed during a scheduled job: the next process repeats the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support import killed_schedule
from tests.support.children import Child
from tests.support.waiting import until

pytestmark = pytest.mark.crash


def test_scheduled_job_that_was_killed_is_repeated(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Library.open(home).close()
    with Child(killed_schedule.hang, home) as child:
        job_id = int(child.hear("begun"))
        child.kill()

    with Library.open(home) as library:
        assert f"Job {job_id} (Backup of the database) resumes." in library.notices
        until(lambda: library.schedules.get("database-backup").last_result == "completed")
        assert library.schedules.get("database-backup").last_job_id == job_id
        assert [each.kind for each in library.database_backups.list()] == ["daily"]
        assert [path.suffix for path in library.database_backups.list()[0].path.parent.iterdir()] == [".duckdb"]
        library.jobs.wait(library.schedules.run("database-backup").id)
        assert len(library.database_backups.list()) == 2
