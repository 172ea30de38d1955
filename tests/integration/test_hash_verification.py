"""Hashes after a write and a rebuild, silent corruption, and `indexium cache`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli
from indexium_core.flows.scanning import hash_verification
from indexium_core.library import Library
from tests.support import tables
from tests.support.studio import OLD, Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 3)
    for number, path in enumerate(made.paths):  # files of equal size and time would be hashed again
        path.write_bytes(path.read_bytes() + (24 + number).to_bytes(4, "big") + b"uuid" + bytes(16 + number))
        os.utime(path, (OLD, OLD + 5))
    made.library.scan()
    made.library.hash_cache.clean()  # the home is a copy, whose hashes are those of other files
    try:
        yield made
    finally:
        made.library.close()


def _corrupt(path: Path) -> None:
    """Change one byte of the media, and keep size and modification time."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 40
    data[at] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_write_and_rollback_need_no_new_hash(studio: Studio) -> None:
    library = studio.library
    library.scan(full=True)
    assert library.scan(full=True).cache.hits == 3
    assert studio.write().counts["success"] == 3
    after_write = library.scan(full=True).cache
    assert (after_write.hits, after_write.misses, after_write.hashed_bytes) == (3, 0, 0)
    studio.back(1)
    after_rollback = library.scan(full=True).cache
    assert (after_rollback.hits, after_rollback.misses, after_rollback.hashed_bytes) == (3, 0, 0)


def test_rebuild_copies_the_cache(studio: Studio) -> None:
    home = studio.library.home
    with tables.changing(studio.library) as tx:
        tx.execute("DELETE FROM scanned_files")
    studio.library.close()
    report = Library.rebuild_database(home)
    assert ("hash_cache", "old database", 3) in [(each.table, each.source, each.rows) for each in report.origins]
    studio.library = Library.open(home)
    last = studio.library.hash_cache.stats().last_scan
    assert last is not None
    assert (last.hits, last.misses, last.hashed_bytes) == (3, 0, 0)


def test_rebuild_after_full_scan_finds_no_difference_and_forgets_hash_of_differing_file(studio: Studio) -> None:
    library = studio.library
    library.scan(full=True)
    with tables.changing(library) as tx:
        tx.execute("UPDATE scanned_files SET comment = 'something else' WHERE file_id = 1")
    library.close()
    report = Library.rebuild_database(library.home)
    assert len(report.differing) == 1
    studio.library = Library.open(library.home)
    last = studio.library.hash_cache.stats().last_scan
    assert last is not None
    assert (last.hits, last.misses) == (0, 1)


def test_verification_finds_silent_corruption_until_file_is_restored(studio: Studio) -> None:
    library, path = studio.library, studio.paths[1]
    whole = path.read_bytes()
    _corrupt(path)
    os.utime(studio.paths[2], (OLD, OLD + 9))
    library.scan()  # sees no change of the first two files, and reads the third one
    os.utime(studio.paths[2], (OLD, OLD + 99))
    job = library.jobs.wait(library.verification.add().id)
    assert {name: job.summary[name] for name in ("processed", "intact", "differing", "changed", "failed")} == {
        "processed": 3,
        "intact": 1,
        "differing": 1,
        "changed": 1,
        "failed": 0,
    }
    [row] = library.checks.page("corruption").items
    assert (row.title, row.resolutions) == (path.name, ())
    library.checks.ignore("corruption", [row.subject])
    assert library.checks.page("corruption").total == 0
    library.checks.unignore("corruption", [row.subject])

    status = path.stat()
    with path.open("r+b") as file:
        file.write(whole)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    library.jobs.wait(library.verification.add(f"name:{path.stem}").id)
    assert library.checks.page("corruption").total == 0


def test_sample_finds_corruption_that_a_full_scan_has_hashed(studio: Studio) -> None:
    library, path = studio.library, studio.paths[0]
    whole, status = path.read_bytes(), path.stat()
    _corrupt(path)
    library.scan(full=True)  # the hash of all media is that of the corrupt file
    library.jobs.wait(library.verification.add().id)
    assert [row.title for row in library.checks.page("corruption").items] == [path.name]

    with path.open("r+b") as file:
        file.write(whole)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    library.jobs.wait(library.verification.add().id)
    assert library.checks.page("corruption").total == 1  # now the other hash differs
    assert library.scan(full=True).cache.misses == 1
    assert library.checks.page("corruption").total == 0
    job = library.jobs.wait(library.verification.add().id)
    assert (job.summary["intact"], job.summary["differing"]) == (3, 0)


def test_files_that_vanish_meanwhile_are_skipped(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    library = studio.library
    count = hash_verification.store.count_to_verify

    def count_and_remove(*values: Any, **named: Any) -> int:
        found = count(*values, **named)
        with tables.changing(library) as tx:  # a scan marks the file as missing
            tx.execute("UPDATE scanned_files SET state = 'missing' WHERE file_id = 3")
        studio.paths[0].unlink()  # no scan has noticed this yet
        return found

    monkeypatch.setattr(hash_verification.store, "count_to_verify", count_and_remove)
    job = library.jobs.wait(library.verification.add().id)

    assert job.status == "completed"
    names = ("total", "processed", "intact", "skipped", "failed", "cancelled")
    assert {name: job.summary[name] for name in names} == {
        "total": 3,
        "processed": 3,
        "intact": 1,
        "skipped": 2,
        "failed": 0,
        "cancelled": False,
    }
    assert job.summary["message"] == "3 files: 1 intact, 0 differ, 2 skipped"


def test_commands(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(studio.library.home)]
    studio.library.close()
    assert cli.main([*home, "cache", "verify"]) == 0
    assert "3 files: 3 intact, 0 differ" in capsys.readouterr().err
    _corrupt(studio.paths[0])
    assert cli.main([*home, "cache", "verify"]) == 1
    assert "3 files: 2 intact, 1 differ" in capsys.readouterr().err
    assert cli.main([*home, "checks", "corruption"]) == 0
    assert studio.paths[0].name in capsys.readouterr().out
    assert cli.main([*home, "scan", "--full"]) == 0
    assert "Hash cache: 0 of 3 hashes were known (0%)" in capsys.readouterr().err
    assert cli.main([*home, "cache", "stats"]) == 0
    assert "2 of samples, 3 of all media bytes" in capsys.readouterr().err
    assert cli.main([*home, "cache", "clean"]) == 0
    assert "0 hashes were deleted." in capsys.readouterr().err
