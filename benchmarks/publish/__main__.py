"""
Publications: the plan of many titles, the write of NFO files and posters, and the edit of a large NFO file.

    python -m benchmarks.publish [--films 2000] [--episodes 30000] [--written 1000] [--runs 3] [--dir FOLDER]

1. The plan of films and episodes: from nothing, unchanged with a look at every file, and after one edit.
2. Films with an NFO file and a poster: the whole operation, beside a copy of the same files with fsync of each file and
   of its folder, one after the other (the peer).
3. The edit of an NFO file of 200 KB.

The videos are empty files: a publication reads no video.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.support import report
from benchmarks.support.published import (
    add_identified,
    cancel_downloads,
    copied,
    films_with_posters,
    make_videos,
    publish,
)
from benchmarks.support.timing import seconds
from benchmarks.support.title_pictures import film_ids
from indexium_core.files.titles import nfo_editing
from indexium_core.library import Library
from indexium_core.model.publishing.nfo_content import NfoContent

GOAL_PLAN, GOAL_UNCHANGED, GOAL_EDIT = 10.0, 2.0, 150.0  # seconds, seconds, milliseconds
GOAL_SPLICE = 50.0  # milliseconds


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--films", type=int, default=2000, help="films of the plan")
    parser.add_argument("--episodes", type=int, default=30_000, help="episodes of the plan")
    parser.add_argument("--written", type=int, default=1000, help="films that are written")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="publish-benchmark-") as name:
        yield from of_plan(Path(name), options)
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="publish-benchmark-") as name:
        yield from of_write(Path(name), options.written, options.runs)
    yield of_edit(options.runs)


def of_plan(folder: Path, options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the times of the plan."""
    media = folder / "media"
    make_videos(media, films=options.films, episodes=options.episodes)
    with Library.open(folder / "home") as library:
        library_id = add_identified(library, media)
        where = f"{options.films:,} films and {options.episodes:,} episodes"
        first = seconds(lambda: library.publications.set_options(library_id, publish="both"))
        cancel_downloads(library)
        yield report.Row(f"{where}: plan from nothing", first, "s", "goal", GOAL_PLAN)
        times = [seconds(library.publications.refresh) for _ in range(options.runs)]
        yield report.Row(
            f"{where}: plan unchanged, every file checked", statistics.median(times), "s", "goal", GOAL_UNCHANGED
        )
        films = list(film_ids(library))[: options.runs + 2]
        times = []
        for film in films:
            library.titles.set(film, "plot", "Another plot.")
            times.append(1000 * seconds(lambda: library.publications.refresh(disk=False)))
        yield report.Row(f"{where}: plan after one edit", statistics.median(times), "ms", "goal", GOAL_EDIT)
        times = [1000 * seconds(library.publications.plan) for _ in range(options.runs)]
        yield report.Row(f"{where}: page of the list", statistics.median(times), "ms")


def of_write(folder: Path, films: int, runs: int) -> Iterator[report.Row]:
    """Yield the times of a publication and of its rollback, beside a copy of the same files."""
    media, library_id = films_with_posters(folder, films)
    with Library.open(folder / "home") as library:
        library.publications.set_options(library_id, publish="both")
        ours, theirs, back = [], [], []
        for run in range(runs):
            operation: list[int] = []
            ours.append(seconds(lambda operation=operation: operation.append(publish(library))))
            written = [path for path in media.rglob("*") if path.suffix in (".nfo", ".jpg")]
            assert len(written) == 2 * films, "every film has its two files"
            theirs.append(copied(written, folder / f"copy {run}"))
            back.append(seconds(lambda operation=operation: library.history.rollback_operation(operation[0])))
        where = f"{films:,} films with NFO file and poster"
        peer = "cp with fsync"
        yield report.Row(
            f"{where}: publish", films / statistics.median(ours), "films/s", peer, films / statistics.median(theirs)
        )
        yield report.Row(f"{where}: roll back", films / statistics.median(back), "films/s")


def of_edit(runs: int) -> report.Row:
    """Return the time to edit an NFO file of 200 KB. The modules are frozen as in a service."""
    gc.collect()
    gc.freeze()
    cast = [{"name": f"Actor {number}", "character": "x" * 100, "order": number} for number in range(1000)]
    data = nfo_editing.new_file([NfoContent(kind="movie", values={"title": "Old", "cast": cast})])
    wanted = [NfoContent(kind="movie", values={"title": "New", "cast": cast})]
    times = [1000 * seconds(lambda: nfo_editing.edited(data, wanted)) for _ in range(max(3, runs))]
    return report.Row(
        f"NFO file of {len(data) // 1000} KB: edit one element", statistics.median(times), "ms", "goal", GOAL_SPLICE
    )


if __name__ == "__main__":
    main()
