"""
The enrichment of a library of films and series, killed twice on the way, and again with a warm cache.

    python -m benchmarks.enrichment [--films 2000] [--series 750] [--episodes 40] [--questions 200]
                                    [--kills 2] [--ids] [--dir FOLDER]

The files are empty, and the providers are the stand-in with as many made-up titles: TMDB alone, 40 requests a second,
without pauses. The names of the files have no ids unless `--ids` is given, so every title is searched first. A process
of its own enriches the library, so that it can be killed. At the end, values by hand must be as they were, and no title
may have been looked up twice. Some films have a namesake and a file without a year: they stay questions. With all
values in the home, the pages of titles and of questions are measured, and decisions beside a running service. The
titles without a poster, and the requests that a second look-up still sends, say how complete the answers are.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.support import decisions, report, title_pages
from benchmarks.support.timing import p95, seconds
from indexium_core import settings
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.library import Library
from indexium_core.model.artwork.selections import SelectionRule

GOAL_RATE = 1000 / 120  # titles in a second with a warm cache: a thousand in two minutes
NAMESAKE_YEARS = (1938, 1946)
BY_HAND = "Written by hand"
_GENRES = ("Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Horror", "Mystery", "Romance", "War", "Western")
_SYLLABLES = ("ba", "de", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "ze")


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--films", type=int, default=2000)
    parser.add_argument("--series", type=int, default=750)
    parser.add_argument("--episodes", type=int, default=40, help="of each series, in two seasons")
    parser.add_argument("--questions", type=int, default=200, help="further films, each with a namesake")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--ids", action="store_true", help="the names of the files have ids")
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield the rows."""
    titles = made_up_titles(options.films, options.series, options.episodes, options.questions)
    with (
        tempfile.TemporaryDirectory(dir=options.dir, prefix="enrichment-benchmark-") as name,
        ProviderStandIn(titles) as stand_in,
    ):
        home, media = Path(name) / "home", Path(name) / "media"
        for path in names(titles, with_ids=options.ids):
            (media / path).parent.mkdir(parents=True, exist_ok=True)
            (media / path).touch()
        home.mkdir()
        for setting, value in {**stand_in.settings, "enrich_pause_ms": "0", "tmdb_requests_per_second": "40"}.items():
            settings.store(home, setting, value)
        os.environ["INDEXIUM_TMDB_API_KEY"] = "key-of-the-benchmark"
        episodes = options.series * options.episodes
        where = f"{options.films:,} films and {episodes:,} episodes"
        with Library.open(home) as library:
            library.inventory.add(media, kind="mixed")
            yield report.Row(f"{where}: scan and identify", seconds(library.scan), "s")
            by_hand = set_by_hand(library)
        yield report.Row(
            f"{where}: search and enrich, killed {options.kills} times", enrich(home, kills=options.kills), "s"
        )
        yield report.Row(f"{where}: questions, because titles are similar", check(home, by_hand, options), "titles")
        twice = [route for route, number in Counter(map(_route, stand_in.requests)).items() if number > 1]
        yield report.Row(f"{where}: requests that were sent twice", len(twice), "requests")
        asked = len(stand_in.requests)
        with Library.open(home) as library:
            times = [1000 * seconds(library.enrichment.due) for _ in range(20)]
            yield report.Row(f"{where}: number of due titles", statistics.median(times), "ms", p95=p95(times))
            times = [1000 * seconds(library.enrichment.get_enrichment_stats) for _ in range(20)]
            yield report.Row(f"{where}: statistics", statistics.median(times), "ms", p95=p95(times))
            covered = library.picture_selection.preview(library.titles.ids(), SelectionRule())
            percent = 100 * covered.without / covered.titles
            yield report.Row(f"{where}: without a poster", percent, "%")
            yield from title_pages.page_rows(library, where)
            pages, ended = list[float](), threading.Event()
            watcher = threading.Thread(target=watch, args=(library, pages, ended))
            watcher.start()
            spent = seconds(lambda: wait(library, library.enrichment.schedule_library_enrichment(force=True).id))
            ended.set()
            watcher.join()
            number = options.films + options.series
            yield report.Row(f"{where}: enrich with a warm cache", number / spent, "titles/s", "goal", GOAL_RATE)
            yield report.Row(f"{where}: a page of titles meanwhile", statistics.median(pages), "ms", p95=p95(pages))
        yield report.Row(
            f"{where}: requests that the warm cache left", len(stand_in.requests) - asked, "requests", "of", asked
        )
        if options.questions:
            yield from decisions.decision_rows(home, where)


def made_up_titles(films: int, series: int, episodes: int, questions: int = 0) -> list[MadeUpTitle]:
    """Return films and series whose titles are not similar to each other, and pairs of films with one title."""
    source = random.Random(1)
    used = set[str]()

    def title() -> str:
        while True:
            words = ("".join(source.choices(_SYLLABLES, k=source.choice((3, 4)))).title() for _ in range(2))
            found = " ".join(words)
            if found not in used:
                used.add(found)
                return found

    def facts() -> dict[str, Any]:
        return {
            "plot": "A plot.",
            "genres": tuple(source.sample(_GENRES, 2)),
            "cast": tuple((name, "A role") for name in source.sample(people, 10)),
            "director": source.choice(people),
            "rating": source.randrange(30, 95) / 10,
        }

    people = [title() for _ in range(max(20, films))]
    seasons = {1: (episodes + 1) // 2, 2: episodes // 2}
    numbers = itertools.count(1000)
    found = [
        MadeUpTitle(number=next(numbers), kind="movie", title=title(), year=1950 + number % 70, **facts())
        for number in range(films)
    ]
    found += [
        MadeUpTitle(number=next(numbers), kind="tv", title=title(), year=1990 + number % 30, seasons=seasons, **facts())
        for number in range(series)
    ]
    for _ in range(questions):
        name = title()
        found += [
            MadeUpTitle(number=next(numbers), kind="movie", title=name, year=year, **facts()) for year in NAMESAKE_YEARS
        ]
    return found


def names(titles: Sequence[MadeUpTitle], *, with_ids: bool) -> Iterator[Path]:
    """Yield the names of the files of titles."""
    for each in titles:
        if each.year in NAMESAKE_YEARS:
            yield Path(f"Films/{each.title}/{each.title} BluRay.mkv")  # “BluRay” shows that it is no home video
            continue
        known = f" [tmdbid-{each.tmdb}]" if with_ids else ""
        folder = f"{each.title} ({each.year}){known}"
        if each.kind == "movie":
            yield Path(f"Films/{folder}/{each.title} ({each.year}).mkv")
        for season, episodes in each.seasons.items():
            for number in range(1, episodes + 1):
                yield Path(f"Shows/{folder}/Season {season}/{each.title} - S{season:02}E{number:02}.mkv")


def set_by_hand(library: Library) -> list[int]:
    """Set values of every hundredth title by hand, and return the titles."""
    titles = [each.id for page in range(1, 4) for each in library.titles.list(per_page=1000, page=page).items][::100]
    for title_id in titles:
        library.titles.set_values(title_id, {"plot": BY_HAND, "genres": ["Mine"]})
    return titles


def enrich(home: Path, *, kills: int) -> float:
    """Enrich the library in processes that are killed, and return the seconds of all."""
    started = time.perf_counter()
    spawn = multiprocessing.get_context("spawn")
    for number in range(kills + 1):
        process = spawn.Process(target=run, args=(home,))
        process.start()
        if number < kills:
            process.join(15.0 * (number + 1))
            process.kill()
        process.join()
    return time.perf_counter() - started


def run(home: Path) -> None:
    """Enrich the library, or continue the job of a process that was killed."""
    with Library.open(home, take_over="safe") as library:
        jobs = library.jobs.list(kinds=["enrich"]).items
        job = jobs[0] if jobs else library.enrichment.schedule_library_enrichment()
        wait(library, job.id)


def wait(library: Library, job_id: int) -> None:
    """Wait for the end of a job."""
    job = library.jobs.get(job_id)
    while not job.has_ended:
        job = library.jobs.wait(job_id, timeout=60)
    if job.status != "completed":
        raise RuntimeError(f"The enrichment is {job.status}: {job.error_message} {job.summary}")


def check(home: Path, by_hand: Sequence[int], options: argparse.Namespace) -> int:
    """
    Return the number of titles that wait for a decision.

    RuntimeError: another title is not enriched, or a value by hand is another one.
    """
    with Library.open(home) as library:
        stats = library.enrichment.get_enrichment_stats()
        questions = [each for page in range(1, 6) for each in library.matches.pending(per_page=200, page=page).items]
        asked = sum(each.item.file_count for each in questions)
        expected = options.films + options.questions + options.series * options.episodes - asked
        if stats.enriched_videos != expected:
            raise RuntimeError(f"{stats.enriched_videos:,} of {expected:,} videos are enriched: {stats}")
        for title_id in by_hand:
            values = {each.field: each.value for each in library.titles.get(title_id).values}
            if (values["plot"], values["genres"]) != (BY_HAND, ["Mine"]):
                raise RuntimeError(f"Title {title_id} has lost its values by hand: {values}")
        return len(questions)


def watch(library: Library, times: list[float], ended: threading.Event) -> None:
    """Measure pages of titles, in milliseconds, while an enrichment runs."""
    for page in itertools.cycle(range(1, 51)):
        times.append(1000 * seconds(lambda page=page: library.titles.list(page=page)))
        if ended.wait(0.2):
            return


def _route(request: object) -> tuple[str, str]:
    return request.route, str(sorted(request.query.items()))  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
