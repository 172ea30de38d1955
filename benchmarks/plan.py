"""
The plan of 10,000, 100,000 and 1,000,000 files: from nothing, and after an edit of one file.

    python -m benchmarks.plan [--files 10000 100000 1000000] [--runs 3] [--dir FOLDER]

The files are rows of the database without media. Each has two people on average, out of 3,000. 60 % have no comment,
the others have only people, only custom text, or both. There are two homes of each size: in one, all files change (the
worst case); in the other, nine of ten are unchanged, as in a library that was written before.
Each figure calls `Library` with default settings. Each run has a fresh copy of the home and a process of its own. A row
shows the best run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.support import report
from indexium_core.library import Library
from indexium_core.store.database import Database

NEW, EDITED = "from nothing", "after an edit"
_PEOPLE = """
INSERT INTO people (person_id, name, person_key, search, created_at)
SELECT i, 'Person ' || chr((65 + i % 26)::INTEGER) || ' Name' || i,
       'person ' || chr((97 + i % 26)::INTEGER) || ' name' || i, 'person ' || i, now()
FROM range(1, 3001) AS numbers(i)
"""
_USED_IDS = "SELECT max(nextval('ids')) FROM range(3001)"  # the edit of the benchmark adds a person after those
_LIBRARY = "INSERT INTO libraries (library_id, name, path, path_bytes) VALUES (1, 'films', '/films', '/films'::BLOB)"
_ASSIGNMENTS = """
INSERT INTO video_people
SELECT row_number() OVER (ORDER BY f, k), 'x1:' || md5(f::VARCHAR), NULL, 1 + hash(f * 7 + k) % 3000, 'import', now()
FROM range(1, $files + 1) AS files(f), range(0, 3) AS places(k) WHERE k < 1 + hash(f) % 3
"""
# kind: 0..59 no comment, 60..74 other people, 75..84 custom text, 85..95 the first person, 96..99 the first person and
# custom text, 100 the people of the database (unchanged).
_FILES = """
INSERT INTO scanned_files BY NAME
WITH people_of AS (
    SELECT file_hash, list(name ORDER BY assignment_id) AS names, list(person_key ORDER BY assignment_id) AS keys
    FROM video_people JOIN people USING (person_id) GROUP BY file_hash
), kinds AS (
    SELECT f, 'x1:' || md5(f::VARCHAR) AS file_hash,
           CASE WHEN $changing OR hash(f * 17) % 10 = 0 THEN hash(f * 31) % 100 ELSE 100 END AS kind
    FROM range(1, $files + 1) AS files(f)
), contents AS (
    SELECT *, CASE WHEN kind = 100 THEN names WHEN kind BETWEEN 60 AND 74 THEN ['Somebody Else']
                   WHEN kind >= 85 THEN [names[1]] ELSE [] END AS people,
           CASE WHEN kind = 100 THEN keys WHEN kind BETWEEN 60 AND 74 THEN ['somebody else']
                WHEN kind >= 85 THEN [keys[1]] ELSE [] END AS people_keys,
           CASE WHEN kind BETWEEN 75 AND 84 OR kind BETWEEN 96 AND 99 THEN 'Shot at the sea, roll ' || f ELSE '' END
               AS own
    FROM kinds JOIN people_of USING (file_hash)
)
SELECT f AS file_id, 1 AS library_id, '/films/' || f % 1000 || '/Film ' || f || '.mp4' AS path,
       encode(path) AS path_bytes, lower(path) AS path_search, (f % 1000)::VARCHAR AS folder,
       'Film ' || f || '.mp4' AS file_name, 'mp4' AS file_ext, 1 AS device,
       f AS inode, 1 AS nlink, 33188 AS mode, 10**9 + hash(f) % 10**9 AS size,
       1700000000000000000 + f * 1000000 AS mtime_ns,
       CASE WHEN hash(f * 3) % 1000 = 0 THEN 'missing' ELSE 'ok' END AS state, file_hash,
       ['mp4', 'matroska', 'mov'][f % 3 + 1] AS container, 3600.0 AS duration,
       '[{"index": 0, "kind": "video", "codec": "h264"}, {"index": 1, "kind": "audio", "codec": "aac"}]' AS streams,
       '{"container": {"title": "Film"}, "streams": [{}, {}]}' AS tags,
       nullif(concat_ws(chr(10), nullif(own, ''), 'People: ' || nullif(array_to_string(people, ', '), '')), '')
           AS comment,
       people, people_keys, own AS custom_text, CASE WHEN own <> '' THEN own || chr(10) ELSE '' END AS comment_before,
       nullif(own, '') AS comment_without, CASE WHEN hash(f * 5) % 100 < 3 THEN '' ELSE 'mp4_in_place' END AS strategy,
       CASE WHEN hash(f * 5) % 100 < 3 THEN 'no_strategy_yet' ELSE '' END AS strategy_code, 0.003 AS est_seconds,
       181 AS est_bytes, now() AS first_seen_at, now() AS scanned_at
FROM contents
"""


def fill(database: Database, *, files: int, changing: bool) -> None:
    """Insert files into an empty database; `changing`: all of them change, else one of ten."""
    database.expect(files)
    with database.atomic() as tx:
        tx.execute(_LIBRARY)
        tx.execute(_PEOPLE)
        tx.execute(_USED_IDS)
        tx.execute(_ASSIGNMENTS, {"files": files})
        tx.execute(_FILES, {"files": files, "changing": changing})


def measure(home: Path) -> dict[str, float]:
    """Plan a home that was never planned, edit one file, and plan again; return the milliseconds of each step."""
    with Library.open(home) as library:
        first, file_id = _plan(library, NEW)
        library.edit([file_id], ["Person C Name2", "Ann Lee"])
        return first | _plan(library, EDITED)[0]


def _plan(library: Library, step: str) -> tuple[dict[str, float], int]:
    """Plan, count, and read the first page; return the milliseconds of each, and a file of the page."""
    started_at = time.perf_counter()
    plan = library.plan()
    planned_at = time.perf_counter()
    assert plan.statistics.total_files
    counted_at = time.perf_counter()
    file_id = plan.page(1).items[0].file_id
    read_at = time.perf_counter()
    library.search.facets(plan=plan)
    ended_at = time.perf_counter()
    times = {
        f"{step}: plan": planned_at - started_at,
        f"{step}: statistics": counted_at - planned_at,
        f"{step}: first page": read_at - counted_at,
        f"{step}: plan, statistics, first page": read_at - started_at,
        f"{step}: facets": ended_at - read_at,
    }
    return {name: 1000 * seconds for name, seconds in times.items()}, file_id


def best(home: Path, folder: Path, runs: int) -> dict[str, float]:
    """Measure fresh copies of a home, each in a process of its own, and return the best of each figure."""
    copy = folder / "copy"
    results = []
    for _ in range(runs):
        shutil.copytree(home, copy)
        os.sync()
        command = [sys.executable, "-m", "benchmarks.plan", "--measure", str(copy)]
        results.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
        shutil.rmtree(copy)
    return {step: min(result[step] for result in results) for step in results[0]}


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """
    Yield the rows of each size.

    The limit of a plan from nothing is linear growth from the size before. The peer of a plan after an edit is the plan
    from nothing.
    """
    for changing in (True, False):
        kind = "all change" if changing else "one of ten changes"
        before: tuple[int, dict[str, float]] | None = None
        for files in options.files:
            with tempfile.TemporaryDirectory(dir=options.dir, prefix="plan-benchmark-") as name:
                home = Path(name) / "home"
                with Database.open(home) as database:
                    fill(database, files=files, changing=changing)
                times = best(home, Path(name), options.runs)
            for step, milliseconds in times.items():
                work = f"{files:,} files, {kind}, {step}"
                if step.startswith(EDITED):
                    yield report.Row(work, milliseconds, "ms", "from nothing", times[step.replace(EDITED, NEW)])
                elif before is None:
                    yield report.Row(work, milliseconds, "ms")
                else:
                    growth = files / before[0]
                    peer = f"{growth:.0f} × that of {before[0]:,}"
                    yield report.Row(work, milliseconds, "ms", peer, growth * before[1][step])
            before = files, times


if __name__ == "__main__":
    main()
