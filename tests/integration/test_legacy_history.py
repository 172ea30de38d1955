"""The history of a legacy .db file beside own operations: it can only be read, and it does not hinder them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.files.fingerprint import legacy_hash
from indexium_core.library import Library
from tests.support import legacy_db
from tests.support.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Two films; this program wrote the first one, and the old Indexium both."""
    studio = Studio(tmp_path, 2)
    studio.write(query="name:0000")
    moved, there = (legacy_hash(bytes(path)) for path in studio.paths)
    script = f"""
        INSERT INTO scanned_files VALUES ('{moved}', '/elsewhere/moved.mp4', ''), ('{there}', '{studio.paths[1]}', '');
        INSERT INTO metadata_operations VALUES
            (9, 'write', 'completed', '2024-05-01 10:00:00', '2024-05-01 11:00:00', 2, 2, 0, NULL, 'First tags'),
            (10, 'write', 'failed', '2024-05-02 10:00:00', NULL, 1, 0, 1, 'disk full', NULL);
        INSERT INTO metadata_operation_items (operation_id, file_hash, file_path, status, new_comment, tags_added)
        VALUES (9, '{moved}', '/elsewhere/moved.mp4', 'success', 'People: Cy', '["Cy"]'),
            (9, '{there}', '{studio.paths[1]}', 'success', 'People: Cy', '["Cy"]'),
            (10, '{there}', '{studio.paths[1]}', 'failed', 'People: Dee', '["Dee"]');"""
    studio.old_db = legacy_db.make(tmp_path / "old.db", script)  # type: ignore[attr-defined]
    report = studio.library.people.import_file(tmp_path / "old.db")
    assert (report.operations, report.by_hash, report.unmatched) == (2, 2, [])
    yield studio
    studio.library.close()


def test_legacy_operations_are_only_read(studio: Studio) -> None:
    library = studio.library
    own, failed, first = library.history().items
    assert [(each.origin, each.user_note) for each in (failed, first)] == [("old.db", ""), ("old.db", "First tags")]
    for operation in (failed, first):
        assert library.rollback_check(operation.id).reason == operation.rollback_reason
        with pytest.raises(errors.UsageError, match="there are no backups, so it cannot be rolled back"):
            library.rollback(operation.id)
        with pytest.raises(errors.UsageError, match="so it cannot be retried"):
            library.retries.start(operation.id)
    file_id = studio.items(own.id)["0000.mp4"].file_id
    newest, oldest = library.files.file(file_id).history
    assert (newest.operation_id, oldest.operation_id, oldest.can_rollback) == (own.id, first.id, False)
    assert oldest.rollback_reason == first.rollback_reason
    assert [event.what for event in library.stories.build(first.id).happenings] == ["requested", "completed"]


def test_own_writes_of_the_same_files_are_rolled_back(studio: Studio) -> None:
    assert studio.library.rollback_check(1).conflicts == []
    assert studio.back(1).counts == {"success": 1}
    assert studio.bytes() == studio.old


def test_legacy_writes_are_no_evidence_for_figures(studio: Studio) -> None:
    """Coverage comes from the scans of this program, and the database has no finding about counts."""
    coverage = studio.library.charts.coverage(days=3000)
    assert coverage["share"].between(0, 1).all()
    assert [check for check in studio.library.database_backups.check() if check.state == "problem"] == []


def test_rebuild_from_a_snapshot_keeps_the_origin(studio: Studio) -> None:
    library, path = studio.library, studio.old_db  # type: ignore[attr-defined]
    before = [(each.id, each.origin, each.rollback_reason) for each in library.history().items]
    library.snapshots.take()
    library.close()
    (library.home / "indexium.duckdb").unlink()
    Library.rebuild_database(library.home)
    studio.library = Library.open(library.home)

    assert [(each.id, each.origin, each.rollback_reason) for each in studio.library.history().items] == before
    report = studio.library.people.import_file(path)
    assert (report.operations, report.known_operations) == (0, 2)


def test_command_prints_matches_and_history(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.library.close()
    home, path = str(studio.library.home), str(studio.old_db)  # type: ignore[attr-defined]
    with legacy_db.opened(Path(path)) as old:
        old.execute("INSERT INTO video_people VALUES (1, 'gone', 'Eve', NULL)")
        old.execute("INSERT INTO scanned_files VALUES ('gone', '/elsewhere/gone.mp4', '')")
    assert cli.main(["--home", home, "people", "import", path]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "0 names matched, 1 waiting for a scan, 0 rows rejected.",
        "Files: 2 matched by content, 0 by path, 1 not matched.",
        "History: 0 new operations, 2 imported earlier.",
        "  not matched: /elsewhere/gone.mp4 (1 name, 0 suggestions, 0 history entries)",
    ]
    assert cli.main(["--home", home, "history", "first"]) == 0
    assert "First tags (old.db)" in capsys.readouterr().out
    operation_id = "2"
    assert cli.main(["--home", home, "rollback", operation_id, "--yes"]) == 2
    assert "there are no backups, so it cannot be rolled back" in capsys.readouterr().err
