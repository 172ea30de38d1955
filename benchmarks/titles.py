"""
The identification of films and series from new names, again without changes, and a page of the list.

    python -m benchmarks.titles [--files 10000] [--pages 50] [--dir FOLDER]

The files are empty: an identification reads names, folders and NFO files, not videos. A third of the names are films,
half are episodes, the others are home videos. Half of the films are releases that `guessit` reads as well.

The accuracy of matches is that of the labelled names of the tests against a stand-in of TMDB: see `match_accuracy`.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.support import match_accuracy, report
from benchmarks.support.timing import p95, seconds
from indexium_core.library import Library

GOAL_SECONDS = 100.0  # for 10,000 new names
GOAL_WRONG, GOAL_OPEN = 0.5, 15.0  # per cent: of names whose title the provider has, and of clear names
GOAL_MATCHES = 200.0  # titles a second, without requests
WORDS = (
    "River",
    "Stone",
    "Winter",
    "Garden",
    "Silent",
    "Harbour",
    "Golden",
    "Letter",
    "Broken",
    "Mirror",
    "Light",
    "House",
)


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--step", type=int, default=1, help="match every so many labelled names")
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows."""
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="titles-benchmark-") as name:
        media = Path(name) / "media"
        for path in itertools.islice(names(), options.files):
            (media / path).parent.mkdir(parents=True, exist_ok=True)
            (media / path).touch()
        with Library.open(Path(name) / "home") as library:
            library.scan([media])
            library.inventory.set_kind(library.inventory.list()[0].library_id, "mixed")
            goal = GOAL_SECONDS * options.files / 10_000
            where = f"{options.files:,} names"
            yield report.Row(f"{where}: identify new names", seconds(lambda: identify(library)), "s", "goal", goal)
            yield report.Row(f"{where}: identify again", seconds(lambda: identify(library)), "s")
            times = [
                1000 * seconds(lambda page=page: library.titles.list(page=page)) for page in range(1, options.pages + 1)
            ]
            yield report.Row(f"{where}: page of the list", statistics.median(times), "ms", p95=p95(times))
            times = [1000 * seconds(library.titles.facets) for _ in range(options.pages)]
            yield report.Row(f"{where}: numbers of all filters", statistics.median(times), "ms", p95=p95(times))
    found = match_accuracy.measure(options.step)
    where = f"{found.names:,} labelled names"
    yield report.Row(f"{where}: wrong matches", 100 * found.wrong_share, "%", "goal", GOAL_WRONG)
    yield report.Row(f"{where}: namesakes of missing titles", 100 * found.mistaken_share, "%")
    yield report.Row(f"{where}: questions about clear names", 100 * (1 - found.recall), "%", "goal", GOAL_OPEN)
    yield report.Row(f"{where}: decisions without requests", found.titles_per_second, "titles/s", "goal", GOAL_MATCHES)


def identify(library: Library) -> None:
    """Run an identification to its end."""
    job = library.jobs.wait(library.titles.identify().id)
    if job.status != "completed":
        raise RuntimeError(f"The identification is {job.status}: {job.error_message}")


def names() -> Iterator[Path]:
    """Yield different names without an end."""
    pairs = list(itertools.permutations(WORDS, 2))
    for number in itertools.count():
        first, second = pairs[number % len(pairs)]
        title = f"{first} {second} {number // len(pairs) or ''}".strip()
        year, turn = 1950 + number % 70, number % 3
        dotted = title.replace(" ", ".")
        yield Path(f"Films/{title} ({year})/{dotted}.{year}.1080p.BluRay.x264-GRP.mkv")
        yield Path(f"Films/{dotted}.REPACK.720p.WEB-DL.AAC2.0.H.264-TEAM.mkv")
        yield Path(f"VID_{year}0731_{number:06}.mp4")
        for episode in range(1, 4):
            form = (
                f"{title} - S01E{episode:02} - Part",
                f"{dotted}.S01E{episode:02}.1080p.WEB",
                f"{title} 1x{episode:02}",
            )
            yield Path(f"Shows/{title}/Season 1/{form[turn]}.mkv")


if __name__ == "__main__":
    main()
