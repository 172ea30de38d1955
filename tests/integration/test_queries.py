"""Queries of analysts: limits, cancellation, files of results, and attempts to leave the sandbox."""

from __future__ import annotations

import csv
import io
import json
import pickle
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest

from indexium_core import cli, errors
from indexium_core.flows.snapshots import queries as queries_module
from indexium_core.flows.snapshots.queries import Queries
from indexium_core.jobs.executors import WorkerLostError
from indexium_core.model import query
from indexium_core.model.analysis import SchemaColumn
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning import cells
from indexium_core.store import snapshot
from tests.support.effort import effort
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
    "FROM query('FROM read_blob(''{snapshot}'')')",
    "FROM \"QUERY\" /* x */ ('FROM files')",
    "FROM `query`('FROM files')",
    "FROM query_table('files')",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 42'))",
    "FROM `read_blob`('{snapshot}')",
    "FROM read_duckdb('{snapshot}')",
    "FROM enable_logging(storage := 'file', storage_path := '{out}')",
    "FROM enable_profiling()",
    "FROM force_checkpoint('snapshot')",
    "FROM seq_scan('files')",
    "FROM python_map_function(1)",
    "FROM arrow_scan_dumb(1::POINTER, 2::POINTER, 3::POINTER)",
    "SELECT sleep_ms(1)",
    "SELECT write_log('x')",
    "SELECT __internal_decompress_string(1::HUGEINT)",
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


def test_long_values_are_cut_and_say_their_length(queries: Queries) -> None:
    text = (
        "SELECT repeat('x', 30_000_000), encode(repeat('é', 200_000)), ['a', repeat('y', 150_000)], "
        "{'k': repeat('z', 150_000)}, range(1_000_000), 7"
    )
    answer = queries.run(text)
    [(word, data, words, entry, numbers, number)] = answer.rows
    assert word == f"{'x' * 100_000}… (30,000,000 characters)"
    assert data == f"{'é' * 50_000}… (400,000 bytes)"
    assert words == ["a", f"{'y' * 100_000}… (150,000 characters)"]
    assert entry == {"k": f"{'z' * 100_000}… (150,000 characters)"}
    assert numbers[:3] == [0, 1, 2]
    assert numbers[-1] == "… (1,000,000 elements)"
    assert (number, answer.cut_values) == (7, 5)
    assert len(pickle.dumps(answer)) < 3_000_000


def test_answer_ends_before_the_row_that_exceeds_its_bytes(queries: Queries) -> None:
    text = "SELECT repeat('x', CASE WHEN i < 500 THEN 90_000 ELSE 1 END) FROM range(1000) AS r(i)"
    answer = queries.run(text, max_bytes=1_000_000)
    assert (len(answer.rows), answer.total, answer.cut_values) == (11, 1000, 0)  # no later row that would fit
    wide = ", ".join(f"repeat('x', 90_000) AS c{n}" for n in range(100))
    answer = queries.run(f"SELECT {wide} FROM range(3)", max_bytes=1_000_000)
    assert (len(answer.rows), answer.total) == (1, 3)
    assert len(str(answer.rows)) < 1_100_000


def test_result_has_a_limit_of_columns(queries: Queries) -> None:
    wide = ", ".join(f"{n} AS c{n}" for n in range(2500))
    with pytest.raises(errors.UsageError, match=r"The result has 2,500 columns and .* too much for an answer"):
        queries.run(f"SELECT {wide}")
    assert queries.run("SELECT 1 AS n", max_bytes=1).rows == [(1,)]


def test_table_arrives_in_parts(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[int] = []
    receive = queries_module._RunningQuery.receive

    def count(run: queries_module._RunningQuery, frame: pd.DataFrame) -> None:
        parts.append(len(frame))
        receive(run, frame)

    monkeypatch.setattr(queries_module._RunningQuery, "receive", count)
    text = (
        "SELECT i, CASE WHEN i > 200_000 THEN i END AS j, i::VARCHAR AS k, sum(i) OVER () AS s, [i] AS l"
        " FROM range(300_000) AS r(i)"
    )
    frame = queries.frame(text)
    assert len(parts) > 2
    assert (len(frame), list(frame.index[-2:]), frame["j"].isna().sum()) == (300_000, [299_998, 299_999], 200_001)
    assert [str(kind) for kind in frame.dtypes] == ["int64", "Int64", "str", "Int64", "object"]
    assert list(queries.frame("SELECT 1 AS n WHERE false").columns) == ["n"]


def test_files_of_a_result_are_those_of_the_snapshot(queries: Queries) -> None:
    ids = [row[0] for row in queries.run("SELECT file_id FROM files ORDER BY file_id").rows]
    assert queries.file_ids("SELECT i AS file_id FROM range(100_000_000) AS r(i)", seconds=60) == ids
    with pytest.raises(errors.UsageError, match="file_id"):
        queries.file_ids("SELECT 1 AS other")


def test_time_of_the_snapshot_does_not_count(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh, spent = queries._snapshots.refresh, [0.0]

    def slow() -> str:
        spent[0] += 100.0
        return refresh()

    monkeypatch.setattr(queries._snapshots, "refresh", slow)
    monkeypatch.setattr(queries_module, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + spent[0]))
    assert queries.run("SELECT count(*) FROM range(200_000_000) AS r(i) WHERE i % 7 = 0", seconds=50).total == 1


def test_further_queries_wait_for_their_turn(queries: Queries, tmp_path: Path) -> None:
    stopped = threading.Event()
    endless = "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b"

    def run() -> None:
        with pytest.raises(errors.UsageError, match="cancelled"):
            queries.run(endless, seconds=60, is_stopped=stopped.is_set)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 30
    while len(queries._processes._busy) < 4 and time.monotonic() < end:
        time.sleep(0.02)
    with pytest.raises(errors.TooManyError, match="4 other queries run already"):
        queries.run("SELECT 1", seconds=0.5)
    assert queries.write("SELECT 1", tmp_path / "one.csv") == 1, "an export has turns of its own"
    stopped.set()
    for thread in threads:
        thread.join()
    assert queries.run("SELECT 1").rows == [(1,)]


@pytest.mark.parametrize("text", ["SELECT '\ud800'", "SELECT 1 -- \udc80"])
def test_half_a_character_is_a_usage_error(queries: Queries, tmp_path: Path, text: str) -> None:
    for call in (queries.run, queries.frame, lambda each: queries.write(each, tmp_path / "x.csv")):
        with pytest.raises(errors.UsageError, match="a character that is not valid"):
            call(text)
    with pytest.raises(errors.UsageError, match="a character that is not valid"):
        queries.run("SELECT $x", {"x": "\ud800"})


def test_process_without_a_limit_of_the_system_ends_at_its_memory(studio: Studio) -> None:
    program = (
        "import pathlib, sys\n"
        "from indexium_core.flows.snapshots import sandbox\n"
        "sandbox._limit_memory = lambda: None\n"  # as on macOS
        "sandbox.MEMORY = 300_000_000\n"
        "class Watched:\n"
        "    started = lambda self: None\n"
        "    is_cancelled = lambda self: False\n"
        "    note_memory = lambda self: print('memory', flush=True)\n"
        "text = 'SELECT list(i) FROM range(100_000_000) AS r(i)'\n"
        "request = sandbox.QueryRequest(home=pathlib.Path(sys.argv[1]), text=text, max_rows=1, max_bytes=1)\n"
        "print(sandbox.run_query(Watched(), request))\n"
    )
    studio.library.queries.run("SELECT 1")
    done = subprocess.run(
        [sys.executable, "-c", program, str(studio.library.home)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("memory\n", -signal.SIGKILL), done.stderr


def test_memory_that_ends_the_process_is_explained(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(run: queries_module._RunningQuery, *_: object) -> None:
        run.note_memory()
        raise WorkerLostError("was ended by SIGKILL")

    monkeypatch.setattr(queries._processes, "call_with_callbacks", lost)
    with pytest.raises(errors.SqlError, match=r"^The query needs more memory than it may use"):
        queries.run("SELECT 1")
    monkeypatch.setattr(queries_module._RunningQuery, "note_memory", lambda _: None)  # the system ended it
    with pytest.raises(errors.SqlError, match=r"^The query needs more memory than it may use.*SIGKILL"):
        queries.run("SELECT 1")


def test_full_disk_answers_from_the_present_snapshot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Studio(tmp_path, 2).library as library:
        home = str(library.home)
        library.queries.run("SELECT 1")

        def full(*_: object, **__: object) -> None:
            raise errors.StoreError("The disk of the home is full.")

        monkeypatch.setattr(snapshot, "write", full)
        library.snapshots._is_changed = True
        answer = library.queries.run("SELECT count(*) FROM files")
        assert answer.rows == [(2,)]
        pattern = (
            r"The disk of the home is full\. The answer shows the state of today \d\d:\d\d, without later changes\."
        )
        assert re.fullmatch(pattern, answer.notice)
        with pytest.warns(UserWarning, match="The disk of the home is full"):
            assert len(library.sql("FROM files")) == 2
    capsys.readouterr()
    for words in (["sql", "FROM files"], ["sql", "FROM files", "--out", "f.csv"], ["export", "parquet", "tables"]):
        monkeypatch.chdir(tmp_path)
        assert cli.main(["--home", home, *words]) == 0
        assert re.search(pattern, " ".join(capsys.readouterr().err.split())), words
    shutil.rmtree(Path(home, "snapshot"))
    assert cli.main(["--home", home, "sql", "FROM files"]) == 1
    assert "The disk of the home is full" in capsys.readouterr().err


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
        "SELECT rating FROM files": (
            "Line 1, column 8: There is no column rating. The value in a file is fields['rating'], in the table files.",
            7,
            6,
        ),
        "SELECT rnd(1)": ("Line 1, column 8: There is no function rnd.", 7, 6),
        "SELECT file_name + 1 FROM files": ("Line 1, column 18: + does not accept the types VARCHAR, INTEGER", 17, 0),
        "SELECT $n + 1": ("The parameter $n has no value.", None, 0),
    }
    for text, (message, position, length) in cases.items():
        with pytest.raises(errors.SqlError) as failure:
            queries.run(text)
        assert failure.value.message.startswith(message)
        assert (failure.value.position, failure.value.length) == (position, length)


def test_schema_has_every_table_with_types_and_descriptions(queries: Queries) -> None:
    tables = {table.name: table for table in queries.schema()}
    assert len(tables) == 20
    assert tables["files"].rows == 4
    first = SchemaColumn("file_id", "BIGINT", "id of the file; other tables refer to it")
    assert (tables["files"].columns[0], first.kind, tables["files"].rows_text) == (first, "number", "4")
    assert all(column.description for table in tables.values() for column in table.columns)
    assert queries.values("FROM files WHERE size > $n", {"n": "5"}) == {"n": 5}
    assert queries.complete("SELECT * FROM file_pe", 21)[0].text == "file_people"


def test_file_ids_are_those_of_the_whole_result(queries: Queries) -> None:
    ids = [row[0] for row in queries.run("SELECT file_id FROM files ORDER BY file_id").rows]
    assert queries.file_ids("SELECT f.* FROM files AS f, range(5000) WHERE size > $n; -- all", {"n": 0}) == ids


def test_result_of_query_with_parameters_is_written(queries: Queries, tmp_path: Path) -> None:
    assert queries.write("SELECT $n + i AS n FROM range(3) AS r(i) -- x", tmp_path / "n.csv", {"n": 5}) == 3
    assert (tmp_path / "n.csv").read_text().split() == ["n", "5", "6", "7"]


HEADING, TEXT = "=cmd|' /C calc'!A0", "@SUM(1)"
FORMULAS = f"""
SELECT '{TEXT}' AS "{HEADING}", -5 AS "-n", -1.5::DECIMAL(5,2) AS d, '-5' AS t, chr(9) || '=1' AS c,
    NULL AS e, [1, -2] AS l, 'a;=1' AS s, INTERVAL '-1 day' AS i
"""


def test_no_cell_and_no_heading_of_result_is_formula(queries: Queries, tmp_path: Path) -> None:
    out = tmp_path / "f.csv"
    assert queries.write(FORMULAS, out) == 1
    with queries.stream(FORMULAS, "csv") as stream:
        assert b"".join(stream.pieces()) == out.read_bytes()
    headings, row = csv.reader(io.StringIO(out.read_text(), newline=""))
    assert headings == [f"'{HEADING}", "'-n", "d", "t", "c", "e", "l", "s", "i"]
    assert row == [f"'{TEXT}", "-5", "-1.50", "'-5", "'\t'=1", "", "[1, -2]", "a;'=1", "'-1 day"]
    assert [cells.plain(cell) for cell in row[3:5]] == ["-5", "\t=1"]


def test_empty_text_differs_from_no_value(queries: Queries, tmp_path: Path) -> None:
    queries.write("SELECT '' AS a, NULL AS b, ',' AS c", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == 'a,b,c\n"",,","\n'
    queries.write("SELECT unnest(['', NULL, 'x']) AS a", tmp_path / "y.csv")
    assert (tmp_path / "y.csv").read_text() == 'a\n""\n\nx\n'


@pytest.mark.parametrize(
    ("text", "ending", "message"),
    [
        ("EXPLAIN FROM files", "csv", "EXPLAIN has no rows for a file"),
        ("EXPLAIN FROM files", "parquet", "EXPLAIN has no rows for a file"),
        ("PIVOT plan ON risk USING count(*)", "parquet", "Name the columns of the PIVOT"),
    ],
)
def test_statement_without_a_file_is_explained(
    queries: Queries, tmp_path: Path, text: str, ending: str, message: str
) -> None:
    with pytest.raises(errors.SqlError, match=message):
        queries.write(text, tmp_path / f"x.{ending}")
    assert queries.write("PIVOT plan ON risk USING count(*)", tmp_path / "y.csv") >= 1


def test_invisible_character_is_marked(queries: Queries) -> None:
    with pytest.raises(errors.SqlError, match=r"U\+00A0 is invisible") as found:
        queries.run("SELECT\u00a01")
    assert (found.value.position, found.value.length) == (6, 1)


def test_end_of_incomplete_file_is_a_cell_of_its_own(studio: Studio, queries: Queries) -> None:
    """The file ends within quotes: its last line closes them."""
    studio.library.configuration.set("query_download_limit", "1MB")
    try:
        with queries.stream("""SELECT 'a,b"' || repeat('x', 120000) FROM range(90)""", "csv") as stream:
            pieces = []
            with pytest.raises(errors.UsageError, match="larger than 1 MB"):
                pieces.extend(piece for piece in stream.pieces())
    finally:
        studio.library.configuration.set("query_download_limit", None)
    *_, last = csv.reader(io.StringIO(b"".join(pieces).decode(), newline=""), strict=True)
    assert len(last) == 1
    assert last[0].startswith("# This file is not complete.")


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
    "dated:2020..",
    "dated:<2031-02",
    "year:>2018",
    "field:title,genre",
    "changed:title,comment",
)


def test_search_of_plan_as_sql_finds_the_same_files(studio: Studio, queries: Queries) -> None:
    """The plans come first: a query after a change takes a snapshot, which takes longer than the query."""
    library = studio.library
    library.people.add(studio.paths[:2], ["Zoë Öz"])
    searches = effort.some([*SEARCHES[::2], *SEARCHES[1::2]], 16)
    expected = {search: sorted(item.file_id for item in library.plan(search).items) for search in searches}
    found = {search: queries.run(query.plan_as_sql(search)).rows for search in searches}
    assert {search: sorted({row[0] for row in rows}) for search, rows in found.items()} == expected


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
    assert cli.main(["--home", home, "sql", "--json", "SELECT 1.5 AS n, repeat('x', 200_000) AS n"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["items"] == [{"n": 1.5, "n_1": f"{'x' * 100_000}… (200,000 characters)"}]
    assert "1 long value is cut, and ends with its length" in printed.err
