"""Snapshots: the published tables, the connection of an analyst, and the change of the newest file."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import indexium_core
from indexium_core import cli, errors
from indexium_core.flows.snapshots import analysis
from indexium_core.library import Library
from indexium_core.model import job_kinds
from indexium_core.model.event import Event
from indexium_core.store import home_files, snapshot
from indexium_core.store.database import Database
from tests.support import tables
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.studio import Studio
from tests.support.waiting import until

COLUMNS = {
    "files": "file_id library path folder file_name extension size modified_at state state_message file_hash container"
    " duration media_kind resolution video_codec audio_codec frame_rate channels sample_rate hdr"
    " camera lens taken shown_at date_source latitude longitude faces comment comment_people"
    " custom_text damage links read_only strategy first_seen_at scanned_at fields",
    "file_people": "file_id person_id person qualifier origin",
    "assigned_people": "file_id person_id person qualifier origin",
    "people": "person_id name qualifier aliases files created_at",
    "plan": "file_id risk category can_update issues existing_people result_people people_added people_removed "
    "old_comment new_comment edited postponed people_mode comment_mode estimated_seconds estimated_bytes "
    "planned_fields",
    "plan_changes": "file_id field place old_value new_value",
    "operations": "operation_id operation_type status title started_at completed_at seconds file_count success_count "
    "failure_count skipped_count conflict_count unknown_count user_name source reverts_operation error_message "
    "origin origin_id",
    "operation_items": "item_id operation_id file_id path status code message previous_comment new_comment"
    " people_added people_removed strategy seconds size processed_at",
    "history": "changed_at file_id path operation_id operation_type title previous_comment new_comment people_added "
    "people_removed rolled_back_by origin",
    "jobs": "job_id kind title status priority processed total files_per_second created_at started_at completed_at "
    "operation_id error_message",
    "streams": "file_id stream kind codec language width height frame_rate channels sample_rate frames is_cover",
    "tags": "file_id tag value",
    "duplicates": "file_hash file_id path size copies",
    "audit": "changed_at actor action file_id field old_value new_value job_id",
    "checks": "kind subject file_id ignored",
    "title_values": "title_id field value origin provider confidence fetched_at locked shown",
    "titles": "title_id kind library title year state series_id series season episode absolute aired original_title"
    " edition plot genres collection release_date runtime_minutes content_rating imdb_rating tmdb_rating"
    " rotten_tomatoes metacritic tmdb_id imdb_id tvdb_id enriched_at created_at",
    "title_files": "file_id title_id role part edition",
    "title_people": "title_id name job character position",
    "snapshot": "snapshot_at program home plan_id",
}
ESCAPES = (
    "INSERT INTO files SELECT * FROM files",
    "CREATE TABLE snapshot.mine AS SELECT 1",
    "COPY files TO '{file}'",
    "COPY files FROM '{file}'",
    "ATTACH '{file}' AS other",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "FROM '{file}.parquet'",
    "EXPORT DATABASE '{file}'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    "SET temp_directory = '{file}'",
    "SELECT * FROM frame",
)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A library that takes snapshots on request only; the fixture `with_snapshots` lets it take them after changes."""
    made = Studio(tmp_path, 4)
    yield made
    made.library.close()


def test_tables_have_their_columns_with_comments(studio: Studio) -> None:
    studio.write()
    studio.library.snapshots.take()

    with indexium_core.connect(studio.library.home) as con:
        found = con.execute(
            "SELECT table_name, string_agg(column_name, ' ' ORDER BY column_index), count(*) - count(comment)"
            " FROM duckdb_columns() WHERE database_name = 'snapshot' AND schema_name = 'main'"
            " GROUP BY 1"
        ).fetchall()
        described = con.execute("SELECT count(comment) FROM duckdb_tables()").fetchone()
    assert {name: columns for name, columns, _ in found} == COLUMNS
    assert {name for name, _, bare in found if bare} == set()
    assert described == (len(COLUMNS),)
    assert [table.name for table in snapshot.tables()] == list(COLUMNS)


def test_documentation_lists_every_table_and_column() -> None:
    text = (Path(__file__).parents[2] / "docs" / "snapshots.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(sections) == list(COLUMNS)
    for table in snapshot.tables():
        lines = re.findall(r"^\| `(\w+)` \| (.+) \|$", sections[table.name], re.MULTILINE)
        assert table.description in sections[table.name]
        assert lines == list(table.columns)


def test_tables_show_what_was_planned_written_and_rolled_back(studio: Studio) -> None:
    library = studio.library
    assert library.sql("SELECT count(*) AS n FROM plan WHERE can_update").n[0] == 4
    handle = studio.write()
    run = library.queries.run  # each table for pandas takes a second more
    assert run("SELECT DISTINCT new_comment FROM history WHERE operation_type = 'write'").rows
    assert run("SELECT risk, count(*) AS n FROM plan GROUP BY ALL").rows == [("unchanged", 4)]
    studio.back(handle.id)
    back = run(
        "SELECT operation_type, count(*) AS n, count(rolled_back_by) AS back FROM history GROUP BY ALL ORDER BY ALL"
    )
    assert back.rows == [("rollback", 4, 0), ("write", 4, 4)]
    people = run("SELECT name, files FROM people ORDER BY name").rows
    assert dict(people) == {person.name: person.files for person in library.people.list()}
    assert len(people) == len(library.people.list())
    with tables.changing(library) as tx:
        tx.execute("UPDATE media_properties SET hdr = 'pq' WHERE file_id = (SELECT min(file_id) FROM media_properties)")
    library.snapshots.take()
    assert run("SELECT hdr FROM files ORDER BY hdr").rows == [("",), ("",), ("",), ("pq",)]
    assert run("SELECT count(*) FILTER (kind = 'video' AND width > 0) AS n FROM streams").rows == [(4,)]


@pytest.mark.usefixtures("with_snapshots")
def test_snapshot_follows_changes_and_remains_after_close(studio: Studio) -> None:
    home = studio.library.home
    until((home / "snapshot" / "newest").exists)  # of the scan
    handle = studio.write()
    studio.library.close()

    with indexium_core.connect(home) as con:
        assert con.execute("SELECT operation_id, success_count FROM operations").fetchall() == [(handle.id, 4)]
    assert len(list((home / "snapshot").glob("*.duckdb"))) <= 3


@pytest.mark.usefixtures("with_snapshots")
def test_decision_waits_less_than_other_changes_for_the_next_snapshot(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots, delays = studio.library._parts.reading.snapshots, list[float]()
    findings = snapshots._findings
    ended = Event(id=1, name="write:completed", at=datetime.now(UTC))

    def find_slowly() -> snapshot.Findings:
        time.sleep(0.5)
        snapshots.on_event(ended)
        return findings()

    def add_soon(kind: str, seconds: float, *, longest: float = 0.0, **_: object) -> None:
        if kind == job_kinds.SNAPSHOT:
            assert longest > 0.0  # a further change puts the snapshot off
            delays.append(seconds)

    monkeypatch.setattr(snapshots, "_findings", find_slowly)
    monkeypatch.setattr(snapshots._scheduler, "add_soon", add_soon)
    snapshots.handle(None)  # type: ignore[arg-type]  # it does not use the job
    # A change during the snapshot is due long after its end, and a decision brings that forward.
    assert (of_change := delays[-1]) > 10
    studio.library.decisions.postpone("name:0001", "2040-01-01")
    snapshots.on_event(ended)  # events of a decision do not put its snapshot off for as long as other changes wait
    assert 4 < max(delays[-2:]) < 0.75 * of_change


@pytest.mark.usefixtures("with_snapshots")
def test_query_waits_for_the_snapshot_of_a_change_that_another_thread_takes(studio: Studio) -> None:
    library = studio.library
    library.queries.run("SELECT 1")
    snapshots = library.snapshots
    library.edit("name:0000", ["Late Change"])
    is_waiting, may_go = threading.Event(), threading.Event()

    class HeldLock:
        """The first thread waits before it gets the lock."""

        def __init__(self) -> None:
            self._lock = snapshots._taking
            self._is_first = True

        def __enter__(self) -> None:
            if self._is_first:
                self._is_first = False
                is_waiting.set()
                may_go.wait(20)
            self._lock.acquire()

        def __exit__(self, *_: object) -> None:
            self._lock.release()

    snapshots._taking = HeldLock()  # type: ignore[assignment]
    slow = threading.Thread(target=snapshots.refresh)
    slow.start()
    try:
        assert is_waiting.wait(20)
        found = library.queries.run(
            "SELECT count(*) AS n FROM plan WHERE edited AND list_contains(result_people, 'Late Change')"
        )
        assert found.rows == [(1,)]
    finally:
        may_go.set()
        slow.join()


def test_connection_keeps_its_snapshot(studio: Studio) -> None:
    library = studio.library
    library.snapshots.take()
    with indexium_core.connect(library.home) as con:
        before = con.execute("SELECT snapshot_at FROM snapshot").fetchone()
        for _ in range(5):
            library.snapshots.take()
        assert len(list((library.home / "snapshot").glob("*.duckdb"))) == 3
        assert con.execute("SELECT snapshot_at FROM snapshot").fetchone() == before
        assert con.execute("SELECT count(*) FROM files").fetchone() == (4,)


def test_readers_always_find_complete_snapshot(studio: Studio) -> None:
    library, swaps, readers = studio.library, 1000 if effort.exhaustive else 5, 8 if effort.exhaustive else 2
    library.snapshots.take()
    ended = threading.Event()

    def read() -> int:
        opened = 0
        while not ended.is_set():
            with indexium_core.connect(library.home) as con:
                assert con.execute("SELECT count(*) FROM files").fetchone() == (4,)
                assert con.execute("SELECT count(*) FROM snapshot").fetchone() == (1,)
            opened += 1
        return opened

    with ThreadPoolExecutor(readers) as pool:
        reading = [pool.submit(read) for _ in range(readers)]
        for _ in range(swaps):
            library.snapshots.take()
        ended.set()
        assert all(each.result() > 0 for each in reading)


def test_connection_is_locked(studio: Studio, tmp_path: Path) -> None:
    studio.library.snapshots.take()
    frame = pd.DataFrame({"a": [1]})
    assert len(frame) == 1
    with indexium_core.connect(studio.library.home) as con:
        for statement in ESCAPES:
            with pytest.raises(duckdb.Error):
                con.execute(statement.format(file=tmp_path / "escape"))
    assert not list(tmp_path.glob("escape*"))


def test_connection_with_external_access_joins_own_data(studio: Studio, tmp_path: Path) -> None:
    studio.library.snapshots.take()
    wanted = pd.DataFrame({"name": [studio.paths[0].name]})
    wanted.to_csv(tmp_path / "wanted.csv", index=False)
    with indexium_core.connect(studio.library.home, external=True) as con:
        by_frame = con.execute("SELECT path FROM files JOIN wanted ON file_name = name").fetchall()
        path = str(tmp_path / "wanted.csv")
        by_file = con.execute("SELECT path FROM files JOIN read_csv($1) ON file_name = name", [path]).fetchall()
        with pytest.raises(duckdb.Error):
            con.execute("DELETE FROM files")
    assert by_frame == by_file == [(str(studio.paths[0]),)]


@pytest.mark.further
def test_other_process_connects_while_home_is_open(studio: Studio) -> None:
    studio.library.snapshots.take()
    code = "import sys, indexium_core; print(indexium_core.connect(sys.argv[1]).sql('FROM files').df().shape)"
    home = str(studio.library.home)
    answer = subprocess.run([sys.executable, "-c", code, home], check=True, capture_output=True, text=True)
    assert answer.stdout.strip() == f"(4, {len(COLUMNS['files'].split())})"


def test_export_writes_every_table(studio: Studio, tmp_path: Path) -> None:
    files = studio.library.export(tmp_path / "tables")
    assert sorted(path.stem for path in files) == sorted(COLUMNS)
    plan = duckdb.read_parquet(str(tmp_path / "tables" / "plan.parquet"))
    assert plan.columns == COLUMNS["plan"].split()
    assert len(plan) == 4


@each_case(
    ("statement", "message"),
    [
        ("DELETE FROM files", "Only SELECT and EXPLAIN are possible"),
        ("SELECT 1; SELECT 2", "Write one SELECT statement."),
        ("", "Write one SELECT statement."),
        ("SELEC 1", "Line 1, column 1: There is a syntax error at or near SELEC."),
        ("SELECT * FROM nothing", "Line 1, column 15: There is no table nothing."),
    ],
)
def test_invalid_query_has_clear_message(studio: Studio, statement: str, message: str) -> None:
    with pytest.raises(errors.UsageError, match=re.escape(message)):
        studio.library.sql(statement)


def test_missing_snapshot_names_remedy(tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match="Scan a folder, or run 'indexium snapshot'"):
        indexium_core.connect(tmp_path / "nothing")


def test_damaged_snapshot_names_remedy(studio: Studio) -> None:
    report = studio.library.snapshots.take()
    report.path.write_bytes(b"x" * 100)
    with pytest.raises(errors.StoreError, match="'indexium snapshot' makes a new one"):
        indexium_core.connect(studio.library.home)
    studio.library.snapshots.take()
    indexium_core.connect(studio.library.home).close()


@pytest.mark.usefixtures("with_snapshots")
def test_existing_file_is_not_replaced(studio: Studio, tmp_path: Path) -> None:
    out = tmp_path / "own.duckdb"
    report = studio.library.snapshots.take(out)
    assert report.path == out
    assert analysis.newest(studio.library.home) != out
    with pytest.raises(errors.UsageError, match=r"exists\. Delete it"):
        studio.library.snapshots.take(out)
    with duckdb.connect(str(out), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM files").fetchone() == (4,)


def test_long_table_has_small_row_groups(studio: Studio) -> None:
    studio.library.close()
    with Database.open(studio.library.home) as database, database.atomic() as tx:
        tx.execute("INSERT INTO touched_files SELECT 1000 + n, 'undone' FROM range(3 * 40960) AS numbers(n)")
    with Library.open(studio.library.home) as library:
        library.snapshots.take()
        private = home_files.private_part_of(analysis.newest(library.home))
    with duckdb.connect(str(private), read_only=True) as con:
        found = con.execute("SELECT max(row_group_id) + 1 FROM pragma_storage_info('home.touched_files')").fetchone()

    assert found in ((3,), (4,))


def test_each_snapshot_has_its_private_part(studio: Studio, tmp_path: Path) -> None:
    """A snapshot with a name of its own has none: it may be given to others."""
    library, out = studio.library, tmp_path / "own.duckdb"
    for _ in range(5):
        library.snapshots.take()
    library.snapshots.take(out)
    kept = home_files.snapshots(library.home)
    folder = {path for path in (library.home / "snapshot").iterdir() if path.name != "newest"}
    assert len(kept) == 3
    assert folder == {each for path in kept for each in (path, home_files.private_part_of(path))}
    assert not home_files.private_part_of(out).exists()
    with duckdb.connect(str(out), read_only=True) as con:
        assert con.execute("FROM duckdb_tables() WHERE schema_name <> 'main'").fetchall() == []
    reader = library.snapshots._database.read()
    assert reader.execute("FROM duckdb_tables() WHERE temporary AND table_name LIKE 'snapshot_%'").fetchall() == []


@pytest.mark.usefixtures("with_snapshots")
def test_snapshot_of_an_earlier_version_leaves_without_a_private_part(studio: Studio) -> None:
    [first] = home_files.snapshots(studio.library.home)
    home_files.private_part_of(first).unlink()
    for _ in range(3):
        studio.library.snapshots.take()
    assert not first.exists()


def test_switched_off_snapshots_are_still_taken_on_request(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INDEXIUM_SNAPSHOTS", "false")
    studio = Studio(tmp_path, 2)
    with studio.library as library:
        library.scan()
        assert not (library.home / "snapshot").exists()
        assert library.queries.run("SELECT count(*) AS n FROM files").rows == [(2,)]

        def is_reused() -> bool:
            newest = analysis.newest(library.home)
            library.queries.run("SELECT 1")
            return analysis.newest(library.home) == newest

        until(is_reused)  # when the jobs of the scan have ended, nothing changes
        studio.write()
        assert library.queries.run("SELECT count(*) AS n FROM history").rows == [(2,)]


@pytest.mark.usefixtures("with_snapshots")
def test_full_disk_keeps_the_newest_snapshot(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    library = studio.library
    library.snapshots.take()
    newest = analysis.newest(library.home)

    def fails(reader: object, path: Path, values: object, findings: object, *, private: Path) -> None:
        del reader, values, findings
        for part in (path, private):
            part.write_bytes(b"a part")
        raise errors.StoreError("The disk of the home is full, so the database cannot be written.")

    monkeypatch.setattr(snapshot, "write", fails)
    with pytest.raises(errors.StoreError, match="full"):
        library.snapshots.take()
    assert analysis.newest(library.home) == newest
    assert not list((library.home / "snapshot").glob("*.part*"))
    studio.write()  # a failed snapshot does not stop the work
    assert library.history().total == 1


@pytest.mark.usefixtures("with_snapshots")
def test_failed_snapshot_is_retried_later(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also without a further change: it may have a decision that is in no file."""
    snapshots, delays = studio.library._parts.reading.snapshots, list[float]()

    def add_soon(kind: str, seconds: float, **_: object) -> None:
        if kind == job_kinds.SNAPSHOT:
            delays.append(seconds)

    def fails(*_: object, **__: object) -> None:
        raise errors.StoreError("The disk of the home is full, so the database cannot be written.")

    monkeypatch.setattr(snapshots._scheduler, "add_soon", add_soon)
    with monkeypatch.context() as patch:
        patch.setattr(snapshot, "write", fails)
        with pytest.raises(errors.StoreError):
            snapshots.handle(None)  # type: ignore[arg-type]  # it does not use the job
        assert delays[-1] > 30
    newest = analysis.newest(studio.library.home)
    studio.library.close()
    assert analysis.newest(studio.library.home) != newest


def test_commands_take_and_export_snapshot(studio: Studio, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = studio.library.home
    studio.library.close()
    out = tmp_path / "own.duckdb"
    assert cli.main(["--home", str(home), "snapshot", "--out", str(out)]) == 0
    assert str(out) in capsys.readouterr().err
    assert cli.main(["--home", str(home), "snapshot", "--out", str(out)]) == 2
    assert "exists" in capsys.readouterr().err
    assert cli.main(["--home", str(home), "export", "parquet", str(tmp_path / "tables")]) == 0
    assert len(list((tmp_path / "tables").glob("*.parquet"))) == len(COLUMNS)
