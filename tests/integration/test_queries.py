"""Queries of analysts: limits, cancellation, files of results, and attempts to leave the sandbox."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from indexium_core import cli, errors
from indexium_core.flows.snapshots.queries import Queries
from indexium_core.model import query
from indexium_core.model.operations.operation import WriteOptions
from tests.support.studio import Studio

READERS = (
    "read_blob",
    "read_text",
    "read_csv",
    "read_csv_auto",
    "read_json",
    "read_json_auto",
    "read_json_objects",
    "read_ndjson",
    "read_ndjson_auto",
    "read_ndjson_objects",
    "read_parquet",
    "parquet_scan",
    "parquet_metadata",
    "parquet_schema",
    "parquet_file_metadata",
    "parquet_kv_metadata",
    "sniff_csv",
    "glob",
)
ESCAPES = (
    *(f"SELECT * FROM {name}('/etc/passwd')" for name in READERS),
    *(f"SELECT * FROM \"{name.upper()}\" /* x */ ('{{snapshot}}')" for name in READERS[:6]),
    "INSERT INTO files SELECT * FROM files",
    "UPDATE files SET size = 0",
    "DELETE FROM files",
    "TRUNCATE files",
    "DROP TABLE files",
    "ALTER TABLE files RENAME TO f",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE MACRO mine() AS 1",
    "CREATE SECRET s (TYPE http)",
    "COPY files TO '{out}'",
    "COPY (SELECT 1) TO '{out}' (FORMAT parquet)",
    "COPY files FROM '/etc/passwd'",
    "COPY FROM DATABASE snapshot TO memory",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{out}'",
    "ATTACH '{out}' AS other",
    "ATTACH '{snapshot}' AS other",
    "DETACH snapshot",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{out}'",
    "FORCE INSTALL httpfs FROM 'http://127.0.0.1:1'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET threads = 64",
    "SET memory_limit = '1TB'",
    "SET temp_directory = '{out}'",
    "SET allowed_paths = ['{out}']",
    "RESET memory_limit",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "CALL force_checkpoint()",
    "CHECKPOINT",
    "BEGIN",
    "COMMIT",
    "VACUUM",
    "ANALYZE",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY files TO '{out}'",
    "WITH gone AS (DELETE FROM files RETURNING *) SELECT * FROM gone",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{out}.csv'",
    "SELECT * FROM 'http://127.0.0.1:1/x.parquet'",
    "SELECT * FROM query('ATTACH ''{out}''')",
    "SELECT * FROM query('COPY files TO ''{out}''')",
    "SELECT * FROM query_table('/etc/passwd')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT getenv('HOME')",
    "SELECT * FROM frame",
    "SELECT * FROM locals",
    "SELECT load_aws_credentials()",
    "SELECT * FROM sqlite_scan('{out}', 't')",
    "SELECT * FROM postgres_scan('', '', '')",
    "FROM read_blob('/proc/self/environ')",
)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    made = Studio(tmp_path_factory.mktemp("queries"), 4)
    yield made
    made.library.close()


@pytest.fixture
def queries(studio: Studio) -> Queries:
    return studio.library.queries


def test_query_returns_rows_with_types(queries: Queries) -> None:
    answer = queries.run("SELECT file_name, size, comment_people FROM files ORDER BY file_name LIMIT 2")
    assert [(column.name, column.type) for column in answer.columns] == [
        ("file_name", "VARCHAR"),
        ("size", "BIGINT"),
        ("comment_people", "VARCHAR[]"),
    ]
    assert [row[2] for row in answer.rows] == [["Bob Ray"], ["Bob Ray"]]
    assert (answer.total, answer.is_cut) == (2, False)


def test_parameters_replace_names(queries: Queries) -> None:
    assert queries.run("SELECT $number + 1", {"number": 41}).rows == [(42,)]
    with pytest.raises(errors.UsageError, match="number"):
        queries.run("SELECT $number + 1")


@pytest.mark.parametrize("text", ["EXPLAIN SELECT 1", "FROM files", "PIVOT plan ON risk USING count(*)", "SHOW TABLES"])
def test_other_forms_of_select_are_possible(queries: Queries, text: str) -> None:
    assert queries.run(text).rows


def test_explain_has_a_row_for_each_line(queries: Queries) -> None:
    answer = queries.run("EXPLAIN SELECT path FROM files WHERE size > 1 ORDER BY path")
    assert [column.name for column in answer.columns] == ["explain_value"]
    assert answer.total == len(answer.rows) > 5
    assert not any("\n" in text for (text,) in answer.rows)


def test_ids_of_a_table_select_files(studio: Studio) -> None:
    ids = studio.library.sql("SELECT file_id FROM files ORDER BY file_id LIMIT 2")["file_id"]
    assert len(studio.library.plan(file_ids=ids.unique()).items) == 2
    assert studio.library.files.file(ids.to_numpy()[0]).file_id == ids[0]
    with pytest.raises(errors.UsageError, match="is an integer"):
        studio.library.plan(file_ids=ids.astype(str))


def test_cut_answer_tells_number_of_all_rows(queries: Queries) -> None:
    by_rows = queries.run("FROM range(25000)", max_rows=100)
    assert (len(by_rows.rows), by_rows.total, by_rows.is_cut) == (100, 25_000, True)
    by_bytes = queries.run("SELECT repeat('x', 100_000) FROM range(100)", max_bytes=1_000_000)
    assert 5 < len(by_bytes.rows) < 20
    assert by_bytes.total == 100


def test_endless_query_ends_at_its_limit(queries: Queries) -> None:
    with pytest.raises(errors.UsageError, match="stopped after 1 s") as failure:
        queries.run("SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b", seconds=1)
    assert failure.value.reason == "limit"
    assert queries.run("SELECT 1").rows == [(1,)]


def test_stopped_query_has_its_first_rows(queries: Queries) -> None:
    wide = "SELECT i, repeat('x', 200) AS x FROM range(10000000000) AS r(i)"
    answer = queries.run(wide, seconds=1, max_rows=500)
    assert (len(answer.rows), answer.total, answer.is_cut) == (500, None, True)
    assert 0.5 < answer.seconds < 2
    stopped = threading.Event()
    threading.Timer(0.5, stopped.set).start()
    with pytest.raises(errors.UsageError, match="The query was cancelled"):
        queries.run(wide, is_stopped=stopped.is_set)
    with pytest.raises(errors.UsageError, match="stopped after 1 s"):
        queries.frame(wide, seconds=1)


def test_query_is_cancelled(queries: Queries) -> None:
    stopped = threading.Event()
    threading.Timer(0.3, stopped.set).start()
    with pytest.raises(errors.UsageError, match="The query was cancelled") as failure:
        queries.run("SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b", is_stopped=stopped.is_set)
    assert failure.value.reason == "cancelled"


def test_too_much_memory_is_explained(queries: Queries) -> None:
    with pytest.raises(errors.UsageError, match="more memory than it may use"):
        queries.run("SELECT list(i) FROM range(300_000_000) AS numbers(i)", seconds=60)


@pytest.mark.parametrize("text", ESCAPES)
def test_sandbox_holds(studio: Studio, queries: Queries, tmp_path: Path, text: str) -> None:
    folder = studio.library.home / "snapshot"
    queries.run("SELECT 1")
    newest = folder / (folder / "newest").read_text().strip()
    with pytest.raises(errors.UsageError) as failure:
        queries.run(text.format(out=tmp_path / "escape", snapshot=newest))
    assert failure.value.reason == "bad_sql"
    assert not list(tmp_path.iterdir())


def test_there_are_enough_attempts_to_leave_the_sandbox() -> None:
    assert len(set(ESCAPES)) >= 65


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_all_rows_are_written_into_file(queries: Queries, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"it's.{ending}"
    assert queries.write("SELECT file_name, size FROM files ORDER BY file_name;", out) == 4
    reader = {"csv": duckdb.read_csv, "parquet": duckdb.read_parquet, "json": duckdb.read_json}[ending]
    assert len(reader(str(out)).fetchall()) == 4
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    with pytest.raises(errors.UsageError, match="exists already"):
        queries.write("FROM files", out)


@pytest.mark.parametrize(
    ("name", "message"), [("x.txt", "must end with .csv, .parquet or .json"), ("no/x.csv", "does not exist")]
)
def test_invalid_name_of_file_is_explained(queries: Queries, tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(errors.UsageError, match=re.escape(message)):
        queries.write("FROM files", tmp_path / name)


def test_failed_query_leaves_no_file(queries: Queries, tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match="Line 1, column 6: There is no table nothing"):
        queries.write("FROM nothing", tmp_path / "x.csv")
    assert not list(tmp_path.iterdir())


def test_errors_name_their_place(queries: Queries) -> None:
    cases = {
        "SELECT\n 'ä', nme FROM files": ("Line 2, column 7: There is no column nme.", 13, 3),
        "SELECT rnd(1)": ("Line 1, column 8: There is no function rnd.", 7, 6),
        "SELECT file_name + 1 FROM files": ("Line 1, column 18: + does not accept the types VARCHAR, INTEGER", 17, 0),
        "SELECT $n + 1": ("The parameter $n has no value.", None, 0),
    }
    for text, (message, position, length) in cases.items():
        with pytest.raises(errors.SqlError) as failure:
            queries.run(text)
        assert failure.value.message.startswith(message)
        assert (failure.value.position, failure.value.length) == (position, length)


@pytest.mark.parametrize(("text", "values"), [("SELECT '\ud800'", {}), ("SELECT $name", {"name": "a\udcff"})])
def test_text_that_is_not_unicode_is_explained(queries: Queries, text: str, values: dict[str, str]) -> None:
    for run in (queries.run, queries.frame):
        with pytest.raises(errors.UsageError, match="a character that is not valid Unicode"):
            run(text, values)


def test_schema_has_every_table_with_types_and_descriptions(queries: Queries) -> None:
    tables = {table.name: table for table in queries.schema()}
    assert len(tables) == 19
    assert tables["files"].rows == 4
    assert tables["files"].columns[0] == ("file_id", "BIGINT", "id of the file; other tables refer to it")
    assert all(column.description for table in tables.values() for column in table.columns)
    assert queries.values("FROM files WHERE size > $n", {"n": "5"}) == {"n": 5}
    assert queries.complete("SELECT * FROM file_pe", 21)[0].text == "file_people"


def test_file_ids_are_those_of_the_whole_result(queries: Queries) -> None:
    ids = [row[0] for row in queries.run("SELECT file_id FROM files ORDER BY file_id").rows]
    assert queries.file_ids("SELECT f.* FROM files AS f, range(5000) WHERE size > $n; -- all", {"n": 0}) == ids


def test_result_of_query_with_parameters_is_written(queries: Queries, tmp_path: Path) -> None:
    assert queries.write("SELECT $n + i AS n FROM range(3) AS r(i) -- x", tmp_path / "n.csv", {"n": 5}) == 3
    assert (tmp_path / "n.csv").read_text().split() == ["n", "5", "6", "7"]


@pytest.mark.parametrize("number", range(11))
def test_examples_run(studio: Studio, queries: Queries, number: int) -> None:
    examples = studio.library.saved_queries.examples()
    assert len(examples) == 11
    query = examples[number]
    assert queries.run(query.text, queries.values(query.text, query.values)).columns


SEARCHES = (
    "",
    "film",
    "bob",
    'person:"Bob Ray"',
    "person:bob -ext:mkv",
    'adds:"Zoë Öz" OR has:ray',
    "risk:safe,warning",
    "risk:unchanged",
    "category:add",
    "issue:custom_comment",
    "tags:>1",
    "size:>1kb",
    "mtime:>2020-02",
    "edited:no postponed:no",
    "mode:merge",
    "folder:/",
    "name:1",
    'path:"0001" container:mp4',
    "id:1..3",
    "person_id:1",
    "-person_id:2,99 film",
    "root:film 100%_",
    "title:sea",
    "-title:sea",
    "rating:>3",
    "favorite:no",
    "date:2019-07..2020",
    "year:>2018",
    "field:title,genre",
    "changed:title,comment",
)


@pytest.mark.parametrize("search", SEARCHES)
def test_search_of_plan_as_sql_finds_the_same_files(studio: Studio, queries: Queries, search: str) -> None:
    library = studio.library
    library.people.add(studio.paths[:2], ["Zoë Öz"])
    expected = sorted(item.file_id for item in library.plan(search).items)
    assert queries.file_ids(query.plan_as_sql(search)) == expected


def test_search_for_locks_is_not_available_as_sql() -> None:
    with pytest.raises(errors.QueryError, match="has no locks"):
        query.plan_as_sql("film -locked:yes")


def test_search_of_history_as_sql_finds_the_same_operations(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 3)
    with studio.library as library:
        library.people.add(studio.paths[:2], ["Zoë Öz"])
        library.write(library.plan("name:1"), WriteOptions(user_note="first 100%")).wait()
        library.write(library.plan()).wait()
        for search in ("", "zoe", "100%", 'person:"Zoë Öz"', "path:0001", "nothing"):
            expected = {operation.id for operation in library.history(search).items}
            answer = library.queries.run(query.history_as_sql(search))
            assert {row[0] for row in answer.rows} == expected, search
        since = library.history().items[-1].started_at
        text = query.history_as_sql(statuses=["completed"], operation_type="write", since=since, until=since)
        assert library.queries.run(text).total == 1
        assert library.queries.run(query.history_as_sql(error="in_use")).total == 0


def test_jobs_findings_and_files_of_folder_as_sql_are_the_listed_ones(studio: Studio, queries: Queries) -> None:
    library = studio.library
    jobs = [job.id for job in library.jobs.list(("scan",)).items]
    assert [row[0] for row in queries.run(query.jobs_as_sql("scan")).rows] == jobs
    assert queries.run(query.jobs_as_sql()).total == library.jobs.list().total
    for group in library.checks.groups():
        found = {row[0] for row in queries.run(query.check_as_sql(group.kind)).rows}
        assert found == {row.subject for row in library.checks.page(group.kind, per_page=0).items}, group.kind
    people = library.people.page()
    assert queries.run(query.people_as_sql("")).total == people.total
    for card in people.items:
        assert {row[0] for row in queries.run(query.people_as_sql(card.name)).rows} >= {card.person_id}
        assert queries.run(query.person_as_sql(card.person_id)).total == card.files
    [folder] = library.inventory.list()
    assert queries.run(query.library_as_sql(folder.name)).total == folder.file_count


def test_command_prints_and_writes_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Studio(tmp_path, 2).library as library:
        home = str(library.home)
    assert cli.main(["--home", home, "sql", "SELECT count(*) AS films FROM files"]) == 0
    assert re.search(r"films\s+2", capsys.readouterr().out)
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT file_id, size FROM files"))
    assert cli.main(["--home", home, "sql", "--json"]) == 0
    assert [sorted(row) for row in json.loads(capsys.readouterr().out)["items"]] == [["file_id", "size"]] * 2
    by_size = "SELECT count(*) AS films FROM files WHERE size > $least AND modified_at > $day"
    assert cli.main(["--home", home, "sql", by_size, "--set", "least=1", "--set", "$day=2000-01-01"]) == 0
    assert re.search(r"films\s+2", capsys.readouterr().out)
    assert cli.main(["--home", home, "sql", by_size, "--set", "least"]) == 2
    assert "Write --set NAME=VALUE" in capsys.readouterr().err
    assert cli.main(["--home", home, "sql", "FROM range(5)", "--rows", "2"]) == 0
    assert "first 2 of 5 rows" in capsys.readouterr().err
    assert cli.main(["--home", home, "sql", "FROM files", "--out", str(tmp_path / "f.csv")]) == 0
    assert (tmp_path / "f.csv").exists()
    assert cli.main(["--home", home, "sql", "DELETE FROM files"]) == 2
    assert "Only SELECT and EXPLAIN are possible" in capsys.readouterr().err
