"""
Recovery of published files: the comparison of many files with the disk, and the restoration of lost ones.

    python -m benchmarks.recovery [--films 2000] [--episodes 30000] [--lost 1000] [--published 200] [--upgraded 50]
                                  [--runs 3] [--dir FOLDER]

1. The integrity of the NFO files of films and episodes, by `stat` and with every file read.
2. Films whose NFO file and poster are gone: the restoration, beside a copy of the same files with fsync of each file
   and of its folder, one after the other (the peer).
3. A drill of the same files, beside the same copy.
4. Events of senders: their answers while a write runs, an upgrade of many films, and a season: `events.py`.
5. Answers to a person while lost files are restored: `reads.py`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.recovery import events, reads
from benchmarks.support import report
from benchmarks.support.published import (
    ALL,
    add_identified,
    cancel_downloads,
    copied,
    films_with_posters,
    make_videos,
    publish,
)
from benchmarks.support.timing import seconds
from indexium_core.library import Library

GOAL_INTEGRITY = 30.0  # seconds


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--films", type=int, default=2000, help="films that are compared")
    parser.add_argument("--episodes", type=int, default=30_000, help="episodes that are compared")
    parser.add_argument("--lost", type=int, default=1000, help="films that are restored")
    parser.add_argument("--published", type=int, default=200, help="films of which an upgrade replaces some")
    parser.add_argument("--upgraded", type=int, default=50, help="films that an upgrade replaces")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="recovery-benchmark-") as name:
        yield from of_integrity(Path(name), options)
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="recovery-benchmark-") as name:
        yield from of_restoration(Path(name), options.lost, options.runs)
    for measure in (
        lambda folder: events.of_answers(folder, options.lost),
        lambda folder: events.of_upgrades(folder, options.published, options.upgraded),
        events.of_a_season,
        lambda folder: reads.of_reads(folder, options.lost),
    ):
        with tempfile.TemporaryDirectory(dir=options.dir, prefix="recovery-benchmark-") as name:
            yield from measure(Path(name))


def of_integrity(folder: Path, options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the times of the comparison with the disk."""
    media = folder / "media"
    make_videos(media, films=options.films, episodes=options.episodes)
    with Library.open(folder / "home") as library:
        library_id = add_identified(library, media)
        library.publications.set_options(library_id, publish="nfo")
        cancel_downloads(library)
        library.publications.start(ALL).wait()
        library.publications.refresh()
        recovery = library.disaster_recovery
        files = recovery.validate_integrity().states["intact"]
        for is_full, how in ((False, "by stat"), (True, "every file read")):
            times = [
                seconds(lambda is_full=is_full: recovery.validate_integrity(full=is_full)) for _ in range(options.runs)
            ]
            goal = ("", None) if is_full else ("goal", GOAL_INTEGRITY)
            yield report.Row(f"{files:,} published NFO files: integrity, {how}", statistics.median(times), "s", *goal)


def of_restoration(folder: Path, films: int, runs: int) -> Iterator[report.Row]:
    """Yield the times of a restoration and of a drill, beside a copy of the same files."""
    media, library_id = films_with_posters(folder, films)
    with Library.open(folder / "home") as library:
        library.publications.set_options(library_id, publish="both")
        publish(library)
        written = [path for path in media.rglob("*") if path.suffix in (".nfo", ".jpg")]
        assert len(written) == 2 * films, "every film has its two files"
        ours, theirs, drills = [], [], []
        for run in range(runs):
            theirs.append(copied(written, folder / f"copy {run}"))
            for path in written:
                path.unlink()
            ours.append(seconds(lambda: library.disaster_recovery.validate_integrity(repair=True)))
            assert all(path.exists() for path in written), "every file is back"
            drills.append(seconds(lambda run=run: library.disaster_recovery.drill(folder / f"drill {run}")))
        where, peer = f"{films:,} films with NFO file and poster", "cp with fsync"
        speed = films / statistics.median(theirs)
        yield report.Row(f"{where}: check and restore", films / statistics.median(ours), "films/s", peer, speed)
        yield report.Row(f"{where}: drill", films / statistics.median(drills), "films/s", peer, speed)


if __name__ == "__main__":
    main()
