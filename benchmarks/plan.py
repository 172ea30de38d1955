"""
The plan of 10,000, 100,000 and 1,000,000 files: from nothing, then after an edit of one file.

    python -m benchmarks.plan [--files 10000 100000 1000000] [--runs 3] [--dir FOLDER]

The files are made up (rows, no media): two people a file out of 3,000, 60 % without a comment, the rest people only,
own text, or both. They are planned twice over: once where all of them would change (the worst case), once where nine
of ten are as they should be (a library that was written before). Every figure calls `Library` with default settings, on
the disk of `--dir`; each run has a fresh copy of the home, in a process of its own, and the best of the runs counts.
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
from pathlib import Path

from benchmarks import disk
from indexium_core.library import Library
from indexium_core.store.database import Database

_PEOPLE = """
INSERT INTO people
SELECT i, 'Person ' || chr((65 + i % 26)::INTEGER) || ' Name' || i,
       'person ' || chr((97 + i % 26)::INTEGER) || ' name' || i, 'person ' || i, now()
FROM range(1, 3001) AS numbers(i)
"""
_LIBRARY = "INSERT INTO libraries (library_id, name, path, path_bytes) VALUES (1, 'films', '/films', '/films'::BLOB)"
_ASSIGNMENTS = """
INSERT INTO video_people
SELECT row_number() OVER (ORDER BY f, k), 'x1:' || md5(f::VARCHAR), NULL, 1 + hash(f * 7 + k) % 3000, 'import', now()
FROM range(1, $files + 1) AS files(f), range(0, 3) AS places(k) WHERE k < 1 + hash(f) % 3
"""
# kind: 0..59 no comment, 60..74 somebody else, 75..84 own text, 85..95 the first person, 96..99 that and own text;
# 100: the people of the database, that is unchanged.
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
    """Put made-up files into an empty database."""
    database.expect(files)
    with database.atomic() as tx:
        tx.execute(_LIBRARY)
        tx.execute(_PEOPLE)
        tx.execute(_ASSIGNMENTS, {"files": files})
        tx.execute(_FILES, {"files": files, "changing": changing})


def measure(home: Path) -> dict[str, float]:
    """Plan a home that was never planned, then edit one file and plan again; seconds by step."""
    with Library.open(home) as library:
        found, file_id = look(library, "from nothing")
        library.edit([file_id], ["Person C Name2", "Ann Lee"])
        return found | look(library, "one edit")[0]


def look(library: Library, step: str) -> tuple[dict[str, float], int]:
    """Plan, count, and show the first page; returns seconds by step, and a file of the page."""
    started = time.perf_counter()
    plan = library.plan()
    planned = time.perf_counter()
    assert plan.statistics.total_files
    counted = time.perf_counter()
    file_id = plan.page(1).items[0].file_id
    shown = time.perf_counter()
    library.search.facets(plan=plan)
    narrowed = time.perf_counter()
    found = {
        step: planned - started,
        f"{step}: statistics": counted - planned,
        f"{step}: first page": shown - counted,
        f"{step}: together": shown - started,
        f"{step}: facets": narrowed - shown,
    }
    return found, file_id


def best(home: Path, folder: Path, runs: int) -> dict[str, float]:
    """Measure fresh copies of a home, each in a process of its own, and return the best of each figure."""
    copy = folder / "copy"
    results = []
    for _ in range(runs):
        shutil.copytree(home, copy)
        os.sync()
        command = [sys.executable, "-m", "benchmarks.plan", "--measure", str(copy)]
        results.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        shutil.rmtree(copy)
    return {step: min(result[step] for result in results) for step in results[0]}


def main() -> None:
    """Make the homes, measure, print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--dir", type=Path, default=Path.cwd(), help="where the homes are made; not a tmpfs")
    words.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return
    with tempfile.TemporaryDirectory(dir=given.dir, prefix="plan-benchmark-") as name:
        folder = Path(name)
        print(
            f"fsync p50 {disk.fsync_p50(folder) * 1000:.2f} ms, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        for changing in (True, False):
            print(f"\n{'all files change' if changing else 'nine of ten are unchanged'}")
            _print_growth(folder, given.files, changing=changing, runs=given.runs)


def _print_growth(folder: Path, sizes: list[int], *, changing: bool, runs: int) -> None:
    before: tuple[int, dict[str, float]] | None = None
    for files in sizes:
        home = folder / "home"
        with Database.open(home) as database:
            fill(database, files=files, changing=changing)
        found = best(home, folder, runs)
        shutil.rmtree(home)
        print(f"{files:>10,} files")
        for step, seconds in found.items():
            growth = f"  × {seconds / before[1][step]:.1f} for × {files / before[0]:.0f}" if before else ""
            print(f"    {step:<26}{seconds * 1000:>9.1f} ms{growth}")
        before = files, found


if __name__ == "__main__":
    main()
