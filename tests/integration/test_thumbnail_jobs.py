"""The job that makes missing thumbnails: once for each content, within its budget, and not during a write."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.flows.pictures import thumbnail_job
from indexium_core.library import Library
from tests.support import media


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "films"
    made.mkdir()
    for name in ("a.mp4", "b.mp4"):  # equal content
        media.build("mp4", made, name=name)
    media.build("mkv", made, name="c.mkv")
    return made


def thumbnails(library: Library) -> list[str]:
    return sorted(path.name for path in (library.home / "thumbnails").glob("*.jpg"))


def test_job_makes_each_missing_thumbnail_once(library: Library) -> None:
    job = library.jobs.wait(library.thumbnail_jobs.add().id, timeout=60)
    assert job.status == "completed"
    assert (job.summary["made"], job.summary["known"], job.summary["processed"]) == (2, 1, 3)
    made = thumbnails(library)
    assert len(made) == 2
    again = library.jobs.wait(library.thumbnail_jobs.add("name:c.mkv").id, timeout=60)
    assert (again.summary["made"], again.summary["known"], again.summary["total"]) == (0, 1, 1)
    assert thumbnails(library) == made


def test_job_ends_when_the_budget_is_used_up(library: Library) -> None:
    picture = library.thumbnails.jpeg(library.media.ids()[0], width=thumbnail_job.WIDTH)
    assert picture is not None
    library.configuration.set("thumbnail_budget", str(int(len(picture) * 1.1)))
    job = library.jobs.wait(library.thumbnail_jobs.add().id, timeout=60)
    assert (job.summary["is_full"], job.summary["processed"]) == (True, 0)
    assert len(thumbnails(library)) == 1
    library.configuration.set("thumbnail_budget", "0")
    with pytest.raises(errors.UsageError, match="switched off"):
        library.thumbnail_jobs.add()


def test_job_waits_while_a_write_runs(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    writing, asked = threading.Event(), threading.Event()
    writing.set()

    def running(kind: str) -> list[int]:
        asked.set()
        return [1] if kind == "write" and writing.is_set() else []

    monkeypatch.setattr(library._parts.core.queue, "running_jobs", running)
    monkeypatch.setattr(thumbnail_job, "_WAIT_SECONDS", 0.01)
    job = library.thumbnail_jobs.add()
    assert asked.wait(20)
    assert thumbnails(library) == []
    writing.clear()
    assert library.jobs.wait(job.id, timeout=60).summary["made"] == 2


def test_command_makes_thumbnails(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(library.home)
    library.close()
    assert cli.main(["--home", home, "thumbnails"]) == 0
    assert "2 thumbnails made, 1 known already." in capsys.readouterr().err


def test_file_that_cannot_be_read_is_reported(library: Library, folder: Path) -> None:
    (folder / "c.mkv").unlink()
    job = library.jobs.wait(library.thumbnail_jobs.add().id, timeout=60)
    assert (job.summary["made"], job.summary["without"], job.summary["unread"]) == (1, 0, 1)
    assert "1 file could not be read" in job.summary["message"]


def test_files_of_offline_folders_are_omitted(library: Library, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    library.scan()
    job = library.jobs.wait(library.thumbnail_jobs.add().id, timeout=60)
    assert (job.summary["total"], job.summary["processed"]) == (0, 0)


def test_search_is_read_in_pages(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnail_job, "_PAGE_FILES", 2)
    job = library.jobs.wait(library.thumbnail_jobs.add("name:.m").id, timeout=60)
    assert (job.summary["made"], job.summary["known"], job.summary["processed"]) == (2, 1, 3)
