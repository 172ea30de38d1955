"""
The selection of the pictures of titles: the data of the dialog, a decision, the rule for all titles, near-duplicates.

The films are empty files; the pictures are offers with random sizes, votes and languages, and nothing is downloaded.
Each film has 20 candidates, one film more posters. Each figure calls `Library` with default settings.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.support import report
from benchmarks.support.timing import p95, seconds
from indexium_core.library import Library
from indexium_core.model.artwork.assets import AssetCandidate
from indexium_core.model.artwork.choice import filter_duplicates
from indexium_core.store.artwork import assets
from indexium_core.store.artwork.assets import Offer
from indexium_core.store.database import Database

GOAL_DIALOG, GOAL_DECISION = 300.0, 100.0  # milliseconds
GOAL_RULE, GOAL_LIKENESS = 10.0, 5.0  # seconds for 1,000 titles, and for 10,000 candidates
KINDS = ("poster", "poster", "backdrop", "backdrop", "logo")
LANGUAGES = ("en", "en", "de", "fr", "")
RUNS = 30


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows."""
    numbers = random.Random(7)
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="artwork-benchmark-") as name:
        media = Path(name) / "media"
        for number in range(options.titles):
            folder = media / f"Film {number} ({1950 + number % 70})"
            folder.mkdir(parents=True)
            (folder / f"{folder.name}.mkv").touch()
        with Library.open(Path(name) / "home") as library:
            library_id = library.inventory.add(media).library_id
            library.scan()
            job = library.set_kind(library_id, "movies")
            assert job is not None
            library.jobs.wait(job.id, timeout=600)
            films = list(film_ids(library))
        with Database.open(Path(name) / "home") as database:
            offer(database, films, numbers, options.candidates)
        with Library.open(Path(name) / "home") as library:
            yield from of_dialog(library, films[0], options.candidates, options.dialogs)
            yield of_rule(library, library_id, len(films))
    yield of_likeness(options.hashes, numbers)


def film_ids(library: Library) -> Iterator[int]:
    """Yield the ids of the films of a library."""
    number = 1
    while items := library.titles.list(page=number, per_page=500).items:
        yield from (each.id for each in items)
        number += 1


def offer(database: Database, films: Sequence[int], numbers: random.Random, many: int) -> None:
    """Store what providers offer: 20 pictures for each film, and many posters for the first one."""

    def picture(kind: str, number: int) -> Offer:
        width = numbers.choice((500, 1000, 1400, 2000))
        facts = {
            "language": numbers.choice(LANGUAGES),
            "votes": numbers.randrange(40),
            "vote_average": numbers.uniform(3, 8),
            "season": None,
        }
        url = f"https://image.tmdb.org/t/p/original/{number}-{numbers.random()}.jpg"
        return Offer(kind, "tmdb", url, facts, width, width * 3 // 2)

    offers = {("movie", film): [picture(KINDS[n % 5], n) for n in range(20)] for film in films[1:]}
    offers["movie", films[0]] = [picture("poster", n) for n in range(many)]
    database.run(lambda tx: assets.put(tx, offers, is_local=False, at=datetime.now(UTC)))


def of_dialog(library: Library, film: int, many: int, dialogs: int) -> Iterator[report.Row]:
    """Measure what the dialog of a film needs to open, and a decision in it."""
    service = library.picture_selection

    def opened() -> None:
        service.slots("movie", film)
        assert len(service.candidates("movie", film, "poster").items) == many

    yield timed(f"data of the dialog, {many:,} candidates", opened, GOAL_DIALOG)
    ids = iter([each.id for each in service.candidates("movie", film, "poster").items][: RUNS + 1])
    yield timed(f"select one of {many:,}", lambda: service.select_candidate(next(ids)), GOAL_DECISION)
    before = memory()
    for _ in range(dialogs):
        opened()
    yield report.Row(f"memory after {dialogs:,} dialogs, growth", memory() - before, "MB")


def of_rule(library: Library, library_id: int, films: int) -> report.Row:
    """Change the rule of a library, so that it selects the posters of all films again."""
    took = seconds(lambda: library.picture_selection.change_config(library_id, "poster", {"prefer_language": "de"}))
    return report.Row(f"the rule selects for {films:,} films again", took, "s", "goal", GOAL_RULE * films / 1000)


def of_likeness(count: int, numbers: random.Random) -> report.Row:
    """Filter the near-duplicates of many candidates with hashes."""
    found = [candidate(number, f"{numbers.getrandbits(64):016x}") for number in range(count)]
    took = seconds(lambda: filter_duplicates(found, 0.90))
    return report.Row(f"near-duplicates among {count:,} candidates", took, "s", "goal", GOAL_LIKENESS)


def candidate(number: int, perceptual_hash: str) -> AssetCandidate:
    """Return a candidate with a hash."""
    return AssetCandidate(
        id=number,
        entity_type="movie",
        entity_id=1,
        asset_type="poster",
        provider="tmdb",
        provider_url=str(number),
        width=None,
        height=None,
        language="",
        votes=0,
        vote_average=0.0,
        season=None,
        is_downloaded=False,
        content_hash=None,
        perceptual_hash=perceptual_hash,
        is_selected=False,
        is_rejected=False,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def timed(work: str, call: Callable[[], object], goal: float) -> report.Row:
    """Measure a call several times."""
    call()
    times = [1000 * seconds(call) for _ in range(RUNS - 1)]
    return report.Row(work, statistics.median(times), "ms", "goal of p95", goal, p95=p95(times))


def memory() -> float:
    """Return the highest resident memory of this process so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
