"""
Known hashes: scans and a rebuild with the hash cache, beside the same work without it.

    python -m benchmarks.hashes [--films 40] [--megabytes 30] [--clips 2000] [--runs 3] [--dir FOLDER]

1. One known hash, from memory and from the table; the peer is the hash of a sample, and of all media bytes.
2. A folder that is removed and added again: with the hashes, and after `hash_cache.clean()`.
3. `db rebuild` and its scan: with the old database, and without it.

The films are copies of one file in the page cache. On a slow disk a hash costs more, but so does the rest of a scan.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.scan import MIXED, many_clips
from benchmarks.support import films, report
from benchmarks.support.timing import seconds
from indexium_core.files import fingerprint, walk
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from indexium_core.library import Library

_FIND_FILES = 2000  # files that a scan searches at once


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--films", type=int, default=40)
    parser.add_argument("--megabytes", type=int, default=30, help="size of each film")
    parser.add_argument("--clips", type=int, default=2000, help="files of the rebuild")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows of the three measurements."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="hashes-benchmark-") as name:
        folder = Path(name)
        source = films.film(folder, 60, options.megabytes / 1000, "mkv")
        (folder / "films").mkdir()
        for number in range(options.films):
            shutil.copyfile(source, folder / "films" / f"film {number:03}.mkv")
        films.age(folder / "films")
        many_clips(folder / "clips", options.clips, MIXED)
        yield from one_hash(folder, source)
        for full in (False, True):
            yield added_again(folder, options, full=full)
        yield rebuilt(folder, options)


def one_hash(folder: Path, source: Path) -> Iterator[report.Row]:
    """Find a known hash, and compute it."""
    paths = [os.fsencode(path) for path in sorted((folder / "clips").rglob("clip *"))]
    stats = [walk.file_stat(os.lstat(path)) for path in paths[:_FIND_FILES]]
    with Library.open(folder / "home-find") as library:
        library.scan([folder / "clips"])
        in_memory = seconds(lambda: library.hash_cache.find(stats)) / len(stats)
    with Library.open(folder / "home-find") as library:
        in_table = seconds(lambda: library.hash_cache.find(stats)) / len(stats)
        assert all(library.hash_cache.find(stats))
    with FileReader(os.fsencode(source)) as reader:
        payload = registry.examine(reader)[1].payload
        sample = statistics.median(seconds(lambda: fingerprint.payload_hash(reader, payload)) for _ in range(20))
        whole = seconds(lambda: fingerprint.payload_hash(reader, payload, full=True))
        size = f"{reader.size / 1e6:.0f} MB"
    yield report.Row("known hash of a file, from memory", in_memory * 1000, "ms", "hash of a sample", sample * 1000)
    yield report.Row("known hash of a file, from the table", in_table * 1000, "ms", "hash of a sample", sample * 1000)
    work = "known hash of a file, from the table"
    yield report.Row(work, in_table * 1000, "ms", f"hash of all media, {size}", whole * 1000)


def added_again(folder: Path, options: argparse.Namespace, *, full: bool) -> report.Row:
    """Remove a folder, add it again and scan it, with and without known hashes."""
    pairs = []
    with Library.open(folder / f"home-{full}") as library:
        library.scan([folder / "films"], full=full)
        for _ in range(options.runs):
            times = []
            for is_known in (True, False):
                library.inventory.remove(library.inventory.list()[0].library_id)
                if not is_known:
                    library.hash_cache.clean()
                times.append(seconds(lambda: library.scan([folder / "films"], full=full)))
                last = library.scans.last()
                assert last is not None
                assert (last.cache.hits, last.cache.misses)[is_known] == 0, last
            pairs.append(times)
    warm, cold = (statistics.median(times) for times in zip(*pairs, strict=True))
    scan = "full scan" if full else "scan"
    work = f"{options.films} films of {options.megabytes} MB, folder added again: {scan}"
    return report.Row(work, warm, "s", "without known hashes", cold)


def rebuilt(folder: Path, options: argparse.Namespace) -> report.Row:
    """Rebuild the database of many clips from the old database, and from the files alone."""
    home, empty, pairs = folder / "home-rebuild", folder / "home-empty", []
    with Library.open(home) as library:
        library.scan([folder / "clips"])
    for _ in range(options.runs):
        warm = seconds(lambda: Library.rebuild_database(home, [folder / "clips"]))
        empty.mkdir()
        cold = seconds(lambda: Library.rebuild_database(empty, [folder / "clips"]))
        shutil.rmtree(empty)
        pairs.append((warm, cold))
    warm, cold = (statistics.median(times) for times in zip(*pairs, strict=True))
    return report.Row(f"{options.clips:,} files: db rebuild and its scan", warm, "s", "without the old database", cold)


if __name__ == "__main__":
    main()
