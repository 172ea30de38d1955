"""
Scans, beside the cost of their parts.

    python -m benchmarks.scan [--new 1000] [--known 100000] [--probe 200] [--runs 5] [--dir FOLDER]

1. New files: scan, plan and first page of the plan; the peer is `ffprobe`, one process for each file.
2. The probe of one file; the peer is an `ffprobe` process for it.
3. A second scan of unchanged files; the limit is a walk of the same folders with `os.scandir` and `stat`.

Each figure is a public call with default settings. The files are in the page cache, because they are new.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.support import report
from benchmarks.support.timing import seconds
from indexium_core.demo import clips
from indexium_core.files import probe, walk
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from indexium_core.library import Library

FORMS = ("mp4", "mp4_room", "mp4_faststart", "m4v", "mkv", "mkv_room", "webm", "mov")
MIXED = [clips.Clip(form=form, comment="People: Ann Lee") for form in FORMS]
FFPROBE = "`ffprobe`"


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--new", type=int, default=1000)
    parser.add_argument("--known", type=int, default=100_000)
    parser.add_argument("--probe", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows of the three measurements; a count of 0 leaves one out."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="scan-benchmark-") as name:
        folder = Path(name)
        if options.new:
            yield from new_files(folder / "new", options.new, options.runs)
        if options.probe:
            yield one_file(folder / "probe", options.probe)
        if options.known:
            yield from unchanged(folder / "known", options.known, options.runs)


def new_files(folder: Path, count: int, runs: int) -> Iterator[report.Row]:
    """Scan `count` short clips into an empty home, plan them, and read the first page."""
    films = folder / "films"
    many_clips(films, count, MIXED)
    table = folder / "people.csv"
    names = (path.relative_to(folder) for path in films.rglob("*.*"))
    table.write_text("path,person\n" + "".join(f"{name},Bob Ray\n" for name in names))
    times = []
    for run in range(runs):
        with Library.open(folder / f"home-{run}") as library:
            library.people.import_file(table)
            started_at = time.perf_counter()
            result = library.scan([films])
            scanned_at = time.perf_counter()
            page = library.plan().page()
            times.append((time.perf_counter() - started_at, scanned_at - started_at))
        assert (result.new, page.total) == (count, count), (result, page.total)
    total, scan = min(times)
    peer = ffprobe_seconds(sorted(os.fsencode(path) for path in films.rglob("*.*")))
    yield report.Row(f"{count:,} new files: scan", count / scan, "files/s", FFPROBE, 1 / peer)
    yield report.Row(f"{count:,} new files: scan, plan, first page", total * 1000, "ms")


def one_file(folder: Path, count: int) -> report.Row:
    """Probe clips one after another, in this process and with a process for each."""
    many_clips(folder, count, MIXED)
    files = [(os.fsencode(path), walk.file_stat(os.stat(path))) for path in sorted(folder.rglob("*.*"))]
    ours = best(3, lambda: [probe.probe(path, stat) for path, stat in files]) / len(files)
    theirs = ffprobe_seconds([path for path, _ in files])
    return report.Row("probe of one file", ours * 1000, "ms", FFPROBE, theirs * 1000)


def ffprobe_seconds(paths: list[bytes]) -> float:
    """Return the seconds that an `ffprobe` process takes for a file, the mean of about 40 files."""
    few = paths[:: max(1, len(paths) // 40)]
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json"]
    return best(1, lambda: [subprocess.run([*command, each], capture_output=True, check=True) for each in few]) / len(
        few
    )


def unchanged(folder: Path, count: int, runs: int) -> Iterator[report.Row]:
    """Scan files that a scan knows already."""
    films = folder / "films"
    many_clips(films, count, [clips.Clip(seconds=0.1, video_size=(32, 32), comment="People: Ann Lee")])
    with Library.open(folder / "home") as library:
        first = library.scan([films])
        assert first.by_state == {"ok": count}, first
        yield report.Row(f"{count:,} new tiny files: scan", count / first.seconds, "files/s")
        pairs = []
        for _ in range(runs):
            bare = seconds(lambda: bare_walk(films))
            pairs.append((seconds(library.scan), bare))
    ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    work = f"{count:,} unchanged files: second scan"
    yield report.Row(work, ours * 1000, "ms", "`scandir` and `stat`", bare * 1000)
    yield report.Row(work, ours * 1000, "ms", "first scan", first.seconds * 1000)


def bare_walk(folder: Path) -> int:
    """List and `stat` everything; return the number of files."""
    count, folders = 0, [str(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    count += 1
    return count


def many_clips(folder: Path, count: int, wanted: list[clips.Clip]) -> None:
    """Make `count` files in folders of 200: copies of `wanted` with different media bytes and an old mtime."""
    folder.mkdir(parents=True)
    patterns = [clips.make(clip, folder / f".{number}.{clip.extension}") for number, clip in enumerate(wanted)]
    contents = [(path.suffix, bytearray(path.read_bytes()), payload_end(path)) for path in patterns]
    for number, (suffix, data, end) in enumerate(itertools.islice(itertools.cycle(contents), count)):
        below = folder / f"{number // 200 // 20:03}" / f"{number // 200:05}"
        below.mkdir(parents=True, exist_ok=True)
        data[end - 8 : end] = number.to_bytes(8, "big")
        path = below / f"clip {number:06}{suffix}"
        path.write_bytes(data)
        os.utime(path, (1_600_000_000, 1_600_000_000))


def payload_end(path: Path) -> int:
    """Return the end of the media bytes; the eight bytes before it can change without harm to the structure."""
    with FileReader(os.fsencode(path)) as reader:
        _, layout = registry.examine(reader)
    return layout.payload[-1].end


def best(runs: int, work: Callable[[], object]) -> float:
    """Return the wall time of the fastest of some runs, in seconds."""
    return min(seconds(work) for _ in range(runs))


if __name__ == "__main__":
    main()
