"""Scans and rescans report new and changed files: one by one if there are few."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.flows.scanning import scan_progress
from indexium_core.library import Library
from tests.support import media, tables


@pytest.fixture
def films(tmp_path: Path) -> Path:
    return media.films(tmp_path / "films", dict.fromkeys(("ann.mp4", "bob.mp4", "cy.mp4")))


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


class News:
    """Return the later events about files, by file name."""

    def __init__(self, library: Library) -> None:
        self._library, self._after = library, library.events.last_id

    def __call__(self) -> set[tuple[str, str]]:
        rows = tables.rows(self._library, "SELECT file_id, file_name FROM scanned_files")
        names = dict(rows)
        found = [each for each in self._library.event_log.since(self._after) if each.name.startswith("track:")]
        self._after = self._library.events.last_id
        told = {(each.name, names[each.data["file_id"]]) for each in found}
        assert len(told) == len(found), "each is told once"
        assert all(each.data["total"] for each in found)
        return told


def test_scan_reports_each_new_changed_moved_or_missing_file(library: Library, films: Path) -> None:
    news = News(library)
    library.scan([films])
    assert news() == {("track:added", name) for name in ("ann.mp4", "bob.mp4", "cy.mp4")}

    library.scan([films])
    assert news() == set()

    media.build("mp4", films, name="ann.mp4", seed=ord("a"), comment="People: Bob Ray")
    (films / "bob.mp4").rename(films / "rob.mp4")
    (films / "cy.mp4").unlink()
    media.build("mkv", films, name="dan.mkv", seed=9)
    library.scan([films])
    assert news() == {
        ("track:updated", "ann.mp4"),  # it is missing: its path has another recording
        ("track:added", "ann.mp4"),
        ("track:updated", "rob.mp4"),
        ("track:updated", "cy.mp4"),
        ("track:added", "dan.mkv"),
    }


def test_rescan_reports_each_changed_or_missing_file(library: Library, films: Path) -> None:
    library.scan([films])
    news = News(library)
    library.rescan(everything=True)
    assert news() == set()

    with tables.changing(library) as tx:
        of_ann = "file_id = (SELECT file_id FROM scanned_files WHERE file_name = 'ann.mp4')"
        tx.execute(f"UPDATE media_properties SET resolution = '1x1' WHERE {of_ann}")
    (films / "cy.mp4").unlink()
    job = library.rescans.add(everything=True)
    library.jobs.wait(job.id, 60)
    assert news() == {("track:updated", "ann.mp4"), ("track:updated", "cy.mp4")}
    library.rescan(everything=True)
    assert news() == set()


def test_many_changed_files_are_reported_as_count(library: Library, films: Path) -> None:
    for number in range(scan_progress.MAX_SINGLE_EVENTS + 1):
        (films / f"{number:03}.mkv").write_bytes(b"no film")
    after = library.events.last_id
    job = library.scans.add([films])
    library.jobs.wait(job.id, 60)

    told = [each for each in library.event_log.since(after) if each.name.startswith("track:")]

    assert [(each.name, each.data) for each in told] == [
        (
            "track:added",
            {
                "job_id": job.id,
                "total": scan_progress.MAX_SINGLE_EVENTS + 4,
                "message": f"{scan_progress.MAX_SINGLE_EVENTS + 4} files",
            },
        )
    ]
