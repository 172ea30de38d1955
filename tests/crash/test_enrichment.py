"""
An enrichment whose process is killed continues with the titles that are left; values by hand stay.

By default 2 kills of an enrichment of 40 titles; with `--all` 12 kills and 400 titles.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.library import Library
from tests.support import long_enrichment
from tests.support.children import Child
from tests.support.providers import store_addresses, use_keys

pytestmark = pytest.mark.crash

PATIENCE = 60.0  # seconds until an enrichment makes progress
AT_ONCE = 50  # titles that are in progress or wait for their transaction at most


@pytest.fixture
def size(pytestconfig: pytest.Config) -> tuple[int, int]:
    """The numbers of titles and of kills."""
    return (400, 12) if pytestconfig.getoption("--all") else (40, 2)


@pytest.fixture
def stand_in(size: tuple[int, int]) -> Iterator[ProviderStandIn]:
    films = [
        MadeUpTitle(number=1000 + number, kind="movie", title=f"Film {number}", year=1950 + number % 70, plot="A plot.")
        for number in range(size[0])
    ]
    with ProviderStandIn(films) as server:
        yield server


@pytest.fixture
def library_home(
    stand_in: ProviderStandIn, size: tuple[int, int], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    for number in range(size[0]):
        path = tmp_path / f"films/Film {number} ({1950 + number % 70}) [tmdbid-{9_001_000 + number}].mkv"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    store_addresses(home, stand_in, enrich_pause_ms="0", tmdb_requests_per_second="40")
    use_keys(monkeypatch, "tmdb_api_key")
    with Library.open(home) as library:
        library.inventory.add(tmp_path / "films", kind="movies")
        library.scan()
        for title in library.titles.list(per_page=1000).items[::10]:
            library.titles.set(title.id, "plot", "By hand")
    return home


def test_killed_enrichment_looks_no_title_up_twice(library_home: Path, size: tuple[int, int], tmp_path: Path) -> None:
    titles, kills = size
    note, job = tmp_path / "note", 0
    for number in range(kills):
        with Child(long_enrichment.run, library_home, note, job) as child:
            job = int(child.hear("begun"))
            wanted, until = titles * (number + 1) // (kills + 1), time.monotonic() + PATIENCE
            while not note.exists() or len(note.read_text().splitlines()) < wanted:
                assert child.is_running(), "it was over before it could be killed"
                assert time.monotonic() < until, "it gets no further"
                time.sleep(0.002)
            child.kill()
    with Child(long_enrichment.run, library_home, note, job) as child:
        child.hear("begun")
        child.end(PATIENCE)

    looked_up = Counter(note.read_text().splitlines())
    assert len(looked_up) == titles
    assert sum(looked_up.values()) <= titles + kills * AT_ONCE  # only those in progress at a kill
    with Library.open(library_home) as library:
        found = library.jobs.get(job)
        assert (found.status, found.summary["enriched"], found.summary["videos"]) == ("completed", titles, titles)
        shown = library.titles.list(per_page=1000).items
        assert {each.state for each in shown} == {"enriched"}
        plots = Counter(
            (each.value, each.origin)
            for title in shown
            for each in library.titles.get(title.id).values
            if each.field == "plot"
        )
        by_hand = len(shown[::10])
        assert plots == {("By hand", "hand"): by_hand, ("A plot.", "provider"): titles - by_hand}
