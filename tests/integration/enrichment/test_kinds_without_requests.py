"""What the kinds of a library promise: of home videos and courses nothing is sent, however a look-up starts."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.names.title_guess import LIBRARY_KINDS, is_looked_up
from indexium_core.model.providers.external_ids import ExternalId
from tests.support.clock import Clock
from tests.support.enriched_home import FILES, enrich
from tests.support.identified_home import titles
from tests.support.senders import Radarr, settled

FILM, SERIES = "The Lantern Keeper", "Harbour Lights"


def identify(library: Library, film: int) -> None:
    library.jobs.wait(library.titles.identify().id, timeout=60)


def scan(library: Library, film: int) -> None:
    library.scan()


def event(library: Library, film: int) -> None:
    [row] = library.inventory.list()
    radarr, path = Radarr(library, Path(row.path)), Path(row.path) / FILES[0]
    radarr.send(
        {"eventType": "Download", "movie": radarr.subject(path.parent), "movieFile": {"path": radarr.path(path)}}
    )
    clock = library._parts.core.clock
    assert isinstance(clock, Clock)
    library._parts.connections.event_intake.read()
    clock.forward(seconds=60)
    library._parts.connections.event_intake.wake()
    settled(library)


def schedule(library: Library, film: int) -> None:
    library.jobs.wait(library.schedules.run("title-refresh").id, timeout=60)


def enrich_all(library: Library, film: int) -> None:
    library.jobs.wait(library.enrichment.schedule_library_enrichment(force=True).id, timeout=60)


def enrich_library(library: Library, film: int) -> None:
    library.jobs.wait(library.enrichment.schedule_library_enrichment([1], force=True).id, timeout=60)


def enrich_film(library: Library, film: int) -> None:
    library.jobs.wait(library.enrichment.enrich_entity("movie", film).id, timeout=60)


def renew_film(library: Library, film: int) -> None:
    library.jobs.wait(library.enrichment.schedule_titles([film], renew=True).id, timeout=60)


def enrich_video(library: Library, film: int) -> None:
    for each in library.titles.get(film).files:  # of home videos, none is a file of a title
        library.jobs.wait(library.enrichment.schedule_video_enrichment(each.file_id).id, timeout=60)


def search_match(library: Library, film: int) -> None:
    library.matches.search(film, f"{FILM} 2014")


def suggest(library: Library, film: int) -> None:
    library.matches.suggest(film)


def find(library: Library, film: int) -> None:
    library.matches.find(film)


def accept_id(library: Library, film: int) -> None:
    library.matches.accept_id(film, ExternalId("tmdb", "9000001"), "movie")


def search_pictures(library: Library, film: int) -> None:
    library.picture_search.search("movie", film)


def get_pictures(library: Library, film: int) -> None:
    library.jobs.wait(library.artwork_jobs.add().id, timeout=60)
    library.jobs.wait(library.artwork_jobs.add([film]).id, timeout=60)


def show_pictures(library: Library, film: int) -> None:
    library.artwork.poster(film)
    library.artwork.candidate_poster(film, 1)
    for each in library.artwork.candidates("movie", film):
        library.artwork.pictures.preview(each.id)
        library.artwork.download_artwork(each.provider_url, film, "poster")
        with contextlib.suppress(errors.UsageError):
            library.artwork.pictures.original(each.id)


WAYS = (
    scan, identify, event, schedule, enrich_all, enrich_library, enrich_film, renew_film, enrich_video, search_match,
    suggest, find, accept_id, search_pictures, get_pictures, show_pictures,
)  # fmt: skip
USUAL = ("home", "educational", "mixed")  # both that promise to send nothing, and one of the others
BY_HAND = (enrich_library, enrich_film, renew_film, search_match, suggest, accept_id, search_pictures)


@pytest.fixture
def film(library: Library, stand_in: ProviderStandIn, clock: Clock) -> int:
    """A film with values, a match and candidates of pictures from a time when the library had films."""
    enrich(library)
    number = titles(library)[FILM].id
    library.titles.set(number, "plot", "Mine")  # a title that a person has changed stays
    library.configuration.set("online", "on")
    library.configuration.set("download_images", "true")
    library.settings.webhook_quiet_seconds = 1
    clock.forward(days=400)
    stand_in.requests.clear()
    return number


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind in USUAL else [pytest.mark.further]) for kind in LIBRARY_KINDS]
)
def test_only_titles_of_some_kinds_are_sent(library: Library, stand_in: ProviderStandIn, film: int, kind: str) -> None:
    library.inventory.set_kind(1, kind)
    sent = dict[str, int]()
    for way in WAYS:
        before = len(stand_in.requests)
        refused = False
        try:
            way(library, film)
        except errors.UsageError as error:
            refused = "looked up" in error.message
        for job in library.jobs.list(("enrich", "artwork")).items:
            library.jobs.wait(job.id, timeout=60)
        sent[way.__name__] = len(stand_in.requests) - before
        if way in BY_HAND:
            assert refused is not is_looked_up(kind), way
    if is_looked_up(kind):
        assert sum(sent.values()) > 20, sent
    else:
        assert set(sent.values()) == {0}, sent


def test_sentence_names_the_remedy(library: Library, film: int) -> None:
    library.inventory.set_kind(1, "educational")
    with pytest.raises(
        errors.UsageError, match=r"“The Lantern Keeper” is not looked up: .* its library has courses\. Give"
    ):
        library.matches.search(film, FILM)


def test_database_has_the_same_rule(library: Library) -> None:
    reader = library.inventory._database.read()
    for kind in ("", *LIBRARY_KINDS):
        [(found,)] = reader.execute("SELECT is_looked_up(nullif($1, ''))", [kind]).fetchall()
        assert found is is_looked_up(kind), kind
