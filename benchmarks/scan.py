"""
Scanning, side by side with what the parts cost without us.

    python -m benchmarks.scan [--new 1000] [--known 100000] [--probe 200] [--runs 5] [--dir FOLDER]

1. Files never seen: scan, plan and first page of the plan.
2. The probe of one file against an `ffprobe` subprocess for it.
3. A second scan of unchanged files against a bare `os.scandir` + `stat` walk of the same folders.

Everything calls public functions with default settings, on the disk of `--dir`, in this one process. The files are in
the page cache: they were just made.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import disk
from indexium_core.demo import clips
from indexium_core.files import probe, walk
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from indexium_core.library import Library

FORMS = ("mp4", "mp4_room", "mp4_faststart", "m4v", "mkv", "mkv_room", "webm", "mov")


def main() -> None:
    """Make the files, measure, print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--new", type=int, default=1000)
    words.add_argument("--known", type=int, default=100_000)
    words.add_argument("--probe", type=int, default=200)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--dir", type=Path, default=Path.cwd())
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.dir, prefix="indexium-bench-") as name:
        folder = Path(name)
        print(f"fsync p50 here: {disk.fsync_p50(folder) * 1000:.2f} ms, {os.cpu_count()} processors")
        if chosen.new:
            never_seen(folder / "new", chosen.new, chosen.runs)
        if chosen.probe:
            one_file(folder / "probe", chosen.probe)
        if chosen.known:
            unchanged(folder / "known", chosen.known, chosen.runs)


def never_seen(folder: Path, count: int, runs: int) -> None:
    """Scan `count` short clips into an empty home, plan them, and read the first page."""
    films = folder / "films"
    many_clips(films, count, [clips.Clip(form=form, comment="People: Ann Lee") for form in FORMS])
    table = folder / "people.csv"
    names = (path.relative_to(folder) for path in films.rglob("*.*"))
    table.write_text("path,person\n" + "".join(f"{name},Bob Ray\n" for name in names))
    times = []
    for run in range(runs):
        with Library.open(folder / f"home-{run}") as library:
            library.people.import_file(table)
            started = time.perf_counter()
            report = library.scan([films])
            scanned = time.perf_counter()
            page = library.plan().page()
            times.append((time.perf_counter() - started, scanned - started))
        assert (report.new, page.total) == (count, count), (report, page.total)
    total, scan = min(times)
    print(f"{count} files never seen: {total:.2f} s ({scan:.2f} s scan, {total - scan:.2f} s plan and first page)")


def one_file(folder: Path, count: int) -> None:
    """Probe clips, one after another, by us and by a subprocess each."""
    many_clips(folder, count, [clips.Clip(form=form, comment="People: Ann Lee") for form in FORMS])
    files = [(os.fsencode(path), walk.file_stat(os.stat(path))) for path in sorted(folder.rglob("*.*"))]
    ours = best(3, lambda: [probe.probe(path, stat) for path, stat in files]) / len(files)
    few = files[:: max(1, len(files) // 40)]
    words = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json"]
    peer = best(1, lambda: [subprocess.run([*words, path], capture_output=True, check=True) for path, _ in few]) / len(
        few
    )
    print(f"probe: {ours * 1000:.2f} ms a file, ffprobe {peer * 1000:.1f} ms: {peer / ours:.0f} times faster")


def unchanged(folder: Path, count: int, runs: int) -> None:
    """Scan again what did not change."""
    films = folder / "films"
    many_clips(films, count, [clips.Clip(seconds=0.1, video_size=(32, 32), comment="People: Ann Lee")])
    with Library.open(folder / "home") as library:
        first = library.scan([films])
        assert first.by_state == {"ok": count}, first
        print(f"{count} tiny files never seen: scan {first.seconds:.1f} s ({count / first.seconds:.0f} files/s)")
        pairs = []
        for _ in range(runs):
            bare = best(1, lambda: bare_walk(films))
            pairs.append((best(1, library.scan), bare))
    ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{count} unchanged: scan {ours:.2f} s, bare walk {bare:.2f} s: {ours / bare:.2f} times as long")


def bare_walk(folder: Path) -> int:
    """List and `stat` everything, and do nothing else."""
    count, waiting = 0, [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    count += 1
    return count


def many_clips(folder: Path, count: int, wanted: list[clips.Clip]) -> None:
    """Put `count` files into folders of 200: copies of `wanted`, each with media bytes of its own and an old mtime."""
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
    """Where the media bytes of a file end; the eight before may become others without harm to its structure."""
    with FileReader(os.fsencode(path)) as reader:
        _, layout = registry.examine(reader)
    return layout.payload[-1].end


def best(runs: int, work: Callable[[], object]) -> float:
    """Seconds that `work` takes, the best of some runs."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
