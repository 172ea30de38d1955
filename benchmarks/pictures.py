"""
The library as pictures, and the selection of the pictures of titles.

    python -m benchmarks.pictures [--files 10000 100000] [--pages 200] [--titles 1000] [--candidates 200]
                                  [--hashes 10000] [--dialogs 1000] [--dir FOLDER]

Of the library: the first page of a list, pages at random places, and the list after a rating. Of titles, see
`support.title_pictures`.

The files are the rows of `benchmarks.plan` as photos and films with dates of 15 years, cameras and ratings. A page has
100 tiles; the goal of its 95th percentile is 60 ms. Each figure calls `Library` with default settings.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.plan import fill
from benchmarks.support import report, title_pictures
from benchmarks.support.timing import p95, seconds
from indexium_core.library import Library
from indexium_core.model.files.tiles import FACETS, SORTS
from indexium_core.store.database import Database

GOAL = 60.0  # milliseconds
KINDS = """
UPDATE scanned_files SET media_kind = CASE WHEN hash(file_id) % 3 = 0 THEN 'video' ELSE 'photo' END,
    fields = CASE WHEN hash(file_id * 11) % 4 = 0 THEN MAP {'rating': (1 + hash(file_id * 13) % 5)::VARCHAR} END
"""
PROPERTIES = """
INSERT INTO media_properties BY NAME
SELECT file_id, '4000x3000' AS resolution, 'Camera ' || hash(file_id * 7) % 9 AS camera,
       TIMESTAMP '2010-01-01' + to_seconds((hash(file_id * 23) % 473040000)::BIGINT) AS taken, now() AS read_at
FROM scanned_files WHERE hash(file_id * 29) % 10 > 0
"""


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--titles", type=int, default=1000, help="films with pictures")
    parser.add_argument("--candidates", type=int, default=200, help="posters of one film")
    parser.add_argument("--hashes", type=int, default=10_000, help="pictures that are compared")
    parser.add_argument("--dialogs", type=int, default=1000, help="dialogs that are opened")
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows of each size."""
    for files in options.files:
        with tempfile.TemporaryDirectory(dir=options.dir, prefix="pictures-benchmark-") as name:
            with Database.open(Path(name)) as database:
                fill(database, files=files, changing=False)
                with database.atomic() as tx:
                    tx.execute(KINDS)
                    tx.execute(PROPERTIES)
            with Library.open(Path(name)) as library:
                yield from measure(library, f"{files:,} files", files=files, pages=options.pages)
    yield from title_pictures.rows(options)


def measure(library: Library, where: str, *, files: int, pages: int) -> Iterator[report.Row]:
    """Yield the rows of one home."""
    library.plan()
    media, places = library.media, random.Random(7)
    for sort in SORTS:
        yield report.Row(f"{where}: list by {sort}", _milliseconds(partial(media.overview, sort=sort)), "ms")
    yield report.Row(f"{where}: list of a search", _milliseconds(partial(media.overview, "rating:>3")), "ms")
    starts = [places.randrange(files) for _ in range(pages)]
    times = [_milliseconds(partial(media.page, first=first, count=100)) for first in starts]
    yield _row(f"{where}: page of 100 tiles", times, GOAL)
    for key in FACETS:
        yield report.Row(f"{where}: facet {key}", _milliseconds(partial(media.facet, key)), "ms")
    times = []
    for file_id in range(1, 11):
        library.decisions.set_fields([file_id], {"rating": "4"})
        times.append(_milliseconds(media.page))
    yield _row(f"{where}: first page after a rating", times)


def _milliseconds(work: partial[object]) -> float:
    return 1000 * seconds(work)


def _row(work: str, times: list[float], goal: float | None = None) -> report.Row:
    middle = statistics.median(times)
    if goal is None:
        return report.Row(work, middle, "ms", p95=p95(times))
    return report.Row(work, middle, "ms", "goal of p95", goal, p95=p95(times))


if __name__ == "__main__":
    main()
