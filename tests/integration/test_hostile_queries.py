"""Hostile queries: each ends with a sentence or a small answer, and its process stays within its memory."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from indexium_core import errors
from indexium_core.flows.snapshots.queries import Queries
from tests.support.studio import Studio

SECONDS, LESS = 1.0, 0.4  # of a query here: for one that fills the memory, and for another one
MOST_MEMORY = 1150 * 10**6  # bytes that the process may have: 1 GB of data, and the program itself
MOST_ANSWER = 4 * 10**6  # characters of an answer as text
DOUBLED = (
    f"WITH a0(x) AS (SELECT 'x'), {', '.join(f'a{n + 1}(x) AS (SELECT x || x FROM a{n})' for n in range(40))} FROM a40"
)
HOSTILE = {
    # Memory
    "huge list": "SELECT unnest(range(1000000000))",
    "huge list, first rows": "SELECT unnest(range(1000000000)) LIMIT 5",
    "huge value": "SELECT repeat('x', 300000000)",
    "huge value in a list": "SELECT [repeat('x', 40000000), 'y']",
    "huge value in a struct": "SELECT {'a': {'b': repeat('x', 40000000)}}",
    "huge bytes": "SELECT repeat('x', 40000000)::BLOB",
    "huge values in rows": "SELECT repeat('x', 3000000 + i::INT) FROM range(3000) AS r(i)",
    "huge list of rows": "SELECT list(i) FROM range(300000000) AS r(i)",
    "huge aggregate text": "SELECT string_agg(repeat('x', 1000), '') FROM range(3000000)",
    "huge map": "SELECT map_from_entries(list((i, i::VARCHAR))) FROM range(5000000) AS r(i)",
    "huge hash table": "SELECT i, count(*) FROM range(500000000) AS r(i) GROUP BY i",
    "huge sort": "SELECT hash(i) AS h FROM range(500000000) AS r(i) ORDER BY h",
    "huge window": "SELECT list(i) OVER (ORDER BY i) FROM range(200000) AS r(i)",
    "huge join": "SELECT * FROM range(10000000) AS a(i) JOIN range(10000000) AS b(j) ON hash(i) = hash(j) ORDER BY ALL",
    "huge distinct": "SELECT count(DISTINCT hash(i)) FROM range(500000000) AS r(i)",
    "doubled text": DOUBLED,
    "nested lists": "SELECT list_transform(range(100000), lambda x: range(100000))",
    "huge padding": "SELECT lpad('x', 2000000000, 'y')",
    "huge replacement": "SELECT replace(repeat('x', 10000), 'x', repeat('y', 1000000))",
    "huge format": "SELECT printf('%2000000000d', 1)",
    "huge bits": "SELECT bitstring('1', 2000000000)",
    "huge JSON": "SELECT json_group_array(repeat('x', 1000)) FROM range(3000000)",
    "huge factorial": "SELECT i, i ** 300 FROM range(100000) AS r(i)",
    # Time
    "endless count": "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b",
    "endless recursion": "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t",
    "growing recursion": "WITH RECURSIVE t(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM t) SELECT max(x) FROM t",
    "endless rows": "SELECT i FROM range(1000000000000) AS r(i)",
    "sleep": "SELECT sleep_ms(600000)",
    "slow pattern": "SELECT regexp_matches(repeat('a', 5000000), '(a|a|aa|b?)*c{500}')",
    "large pattern": "SELECT regexp_matches('x', '((((x{100}){100}){100}){100})')",
    "slow distance": "SELECT levenshtein(repeat('ab', 100000), repeat('ba', 100000))",
    # Size of the text and of the answer
    "many columns": "PIVOT (FROM range(50000) AS r(i)) ON i USING count(*)",
    "wide rows": f"SELECT {', '.join(f'files.path AS c{n}' for n in range(1500))} FROM files",
    "deep brackets": f"SELECT {'(' * 50000}1{')' * 50000}",
    "deep list": f"SELECT {'[' * 2000}{']' * 2000}",
    "deep operators": f"SELECT {'- ' * 50000}1",
    "long sum": f"SELECT {'+'.join('1' * 50000)}",
    "deep queries": f"SELECT * FROM {'(SELECT * FROM ' * 3000}files{')' * 3000}",
    "long name": f'SELECT 1 AS "{"n" * 90000}"',
    "huge error": "SELECT error(repeat('x', 5000000))",
    "huge error of a cast": "SELECT CAST(repeat('x', 5000000) AS INTEGER)",
    "huge plan": f"EXPLAIN SELECT {', '.join(f'{n} + size' for n in range(3000))} FROM files",
    # Files, network and settings
    "bytes by text": "FROM query('FROM read_blob(''{snapshot}'')')",
    "bytes by name": "FROM query_table('{snapshot}')",
    "bytes by serialized text": "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_blob(''x'')'))",
    "bytes by backticks": "FROM `read_blob`('{snapshot}')",
    "bytes by other case": "FROM main.\"Query\"/**/('FROM files')",
    "folder": "FROM glob('{home}/*')",
    "log": "FROM enable_logging(storage := 'file', storage_path := '{home}/log')",
    "profile": "FROM enable_profiling(save_location := '{home}/profile')",
    "checkpoint": "FROM force_checkpoint('snapshot')",
    "pointer": "FROM pandas_scan(1, 2, 3)",
    "pointer of another format": "FROM arrow_scan_dumb(1::POINTER, 2::POINTER, 3::POINTER)",
    "log entry": "SELECT write_log('x', level := 'ERROR')",
    "copy": "COPY files TO '{home}/copy.csv'",
    "copy in a comment": "/* SELECT 1 */ COPY files TO '{home}/copy.csv' -- SELECT",
    "attached": "ATTACH '{home}/indexium.duckdb' AS home",
    "network": "FROM 'https://127.0.0.1:1/x.parquet'",
    "extension": "FROM sqlite_attach('{home}/indexium.duckdb')",
    "setting": "SET memory_limit = '100GB'",
    "prepared": "PREPARE p AS SELECT 1; EXECUTE p",
    "two statements": "SELECT 1; DROP TABLE files",
    "two statements behind a text": "SELECT ';--'; ATTACH ':memory:' AS x",
    "internal function": "SELECT __internal_decompress_string(1::HUGEINT)",
    # Text
    "surrogate": "SELECT '\ud800'",
    "surrogate in a comment": "SELECT 1 -- \udfff",
    "no character": "SELECT 'a\x00b'",
    "direction marks": "SELECT '\u202e\u2066x' AS \u202ex",
    "wide letters": "\uff33ELECT 1",
    "empty": "",
    "only a comment": "-- nothing",
    "open text": "SELECT 'x",
    "open comment": "SELECT 1 /* x",
}
# Cases that end at the same limit as one that always runs.
ALIKE = {
    "huge list, first rows", "huge value in a list", "huge value in a struct", "huge bytes", "huge list of rows",
    "huge sort", "huge window", "huge join", "huge distinct", "nested lists", "huge replacement", "huge format",
    "huge bits", "huge JSON", "doubled text", "endless recursion", "growing recursion", "slow pattern",
}  # fmt: skip
CASES = [pytest.param(name, marks=[pytest.mark.further] if name in ALIKE else []) for name in HOSTILE]
READ_FILES = ("bytes", "folder", "log", "profile", "checkpoint", "pointer", "extension", "internal")


class _MemoryWatch:
    """The largest memory of the processes of queries during a `with` block."""

    def __init__(self, queries: Queries) -> None:
        self.largest = 0
        self._queries, self._ended = queries, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.005):
            for worker in tuple(self._queries._processes._busy):
                try:
                    status = Path(f"/proc/{worker._process.pid}/status").read_text()
                except OSError:
                    continue
                found = re.search(r"VmHWM:\s+(\d+) kB", status)
                self.largest = max(self.largest, int(found[1]) * 1024 if found else 0)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    made = Studio(tmp_path_factory.mktemp("hostile"), 2)
    made.library.queries.run("SELECT 1")  # takes the snapshot
    yield made
    made.library.close()


@pytest.mark.parametrize("name", CASES)
def test_hostile_query_ends_within_its_limits(studio: Studio, name: str) -> None:
    queries, home = studio.library.queries, studio.library.home
    before = sorted(path for path in home.iterdir())
    newest = home / "snapshot" / (home / "snapshot" / "newest").read_text().strip()
    text = HOSTILE[name].replace("{home}", str(home)).replace("{snapshot}", str(newest))
    started, sentence = time.monotonic(), ""
    with _MemoryWatch(queries) as memory:
        try:
            answer = queries.run(text, seconds=SECONDS if name.startswith("huge") else LESS)
        except errors.UsageError as error:
            sentence = error.message
            assert re.fullmatch(r"(?!{)[^\n]{5,600}[.?]", sentence), sentence[:1000]
        else:
            assert len(str(answer.rows)) + len(str(answer.columns)) < MOST_ANSWER
    print(name, round(time.monotonic() - started, 1), memory.largest // 10**6, sentence[:200])
    assert time.monotonic() - started < 30, "it ends"
    assert not name.startswith(READ_FILES) or sentence
    assert sorted(path for path in home.iterdir()) == before
    assert queries.run("SELECT 1").rows == [(1,)], "the next query works"
    if sys.platform == "linux":
        assert memory.largest < MOST_MEMORY
