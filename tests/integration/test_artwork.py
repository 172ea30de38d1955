"""Pictures of titles: downloads with guards, local pictures, the cache, collages, the job, and the routes."""

from __future__ import annotations

import io
import json
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dashboards.web import server
from indexium_core import cli, errors, settings
from indexium_core.demo.providers.pictures import IMAGE_FAULTS, ImageFault
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.files import artwork_images
from indexium_core.files.artwork_images import TitleImage
from indexium_core.flows.artwork.artwork_manager import ArtworkManager, FoundPicture
from indexium_core.library import Library
from indexium_core.model.event import Event
from indexium_core.model.lookups.records import Artwork, ImageCandidate
from indexium_core.model.providers.external_ids import ExternalId
from tests.integration.test_thumbnails import ask
from tests.support import tables
from tests.support.cases import each_case
from tests.support.catalog import NOW
from tests.support.enriched_home import shown_address
from tests.support.pictured_home import HOME
from tests.support.providers import KEYS, record_pictures
from tests.support.waiting import until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(configured: Path, folder: Path) -> Iterator[Library]:
    with HOME.open(configured, folder) as opened:
        yield opened


def titles(library: Library) -> dict[str, int]:
    return {each.title: each.id for each in library.titles.list().items}


def enrich(library: Library) -> dict[str, int]:
    """Record the pictures that the stand-in offers, and return the ids of the titles."""
    ids = titles(library)
    for name, kind, number in (
        ("The Lantern Keeper", "movie", "9000001"),
        ("Night Tram", "movie", "9000005"),
        ("Harbour Lights", "tv", "9000020"),
    ):
        found = library.providers.details(ExternalId("tmdb", number), kind)  # type: ignore[arg-type]
        record_pictures(library, "movie" if kind == "movie" else "series", ids[name], found.images)
    return ids


def downloads(stand_in: ProviderStandIn) -> list[str]:
    return [each.route for each in stand_in.requests if each.provider == "images"]


def size_of(data: bytes | None) -> tuple[str | None, tuple[int, int]]:
    assert data is not None
    with Image.open(io.BytesIO(data)) as image:
        return image.format, image.size


def drawn(path: Path, colour: str = "red", size: tuple[int, int] = (500, 750)) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def middle(data: bytes | None) -> tuple[int, ...]:
    assert data is not None
    with Image.open(io.BytesIO(data)) as image:
        return tuple(image.convert("RGB").getpixel((image.width // 2, image.height // 2)))  # type: ignore[arg-type]


def data_of(image: Any) -> bytes:
    assert image is not None
    return bytes(image.data)


# Downloads.


def test_picture_is_downloaded_once_and_shown_in_two_sizes(library: Library, stand_in: ProviderStandIn) -> None:
    film = enrich(library)["The Lantern Keeper"]
    for _ in range(2):
        assert size_of(data_of(library.artwork.poster(film))) == ("JPEG", (400, 600))
        assert size_of(data_of(library.artwork.poster(film, "backdrop"))) == ("JPEG", (780, 440))
    assert downloads(stand_in) == ["/original/poster-1.jpg", "/original/backdrop-1.jpg"]
    [poster] = library.artwork.candidates("movie", film, "poster")
    assert (poster.width, poster.height, poster.is_downloaded) == (1000, 1500, True)
    assert poster.content_hash is not None
    assert library.artwork.cache.asset_exists(poster.content_hash)
    original = library.artwork.cache.retrieve_asset(poster.content_hash)
    assert size_of(data_of(original)) == ("JPEG", (1000, 1500))
    with pytest.raises(errors.UsageError, match="no size"):
        library.artwork.poster(film, "huge")


def test_every_download_is_in_the_list_of_requests_without_secret(library: Library) -> None:
    library.artwork.poster(enrich(library)["The Lantern Keeper"])
    newest = library.providers.requests(1)[0]
    assert (newest.provider, newest.route, newest.status) == ("tmdb_images", "/images/original/poster-1.jpg", 200)
    assert newest.bytes is not None
    assert newest.bytes > 1000
    assert KEYS["tmdb_api_key"] not in json.dumps(newest.parameters)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("download_images", "false"),
        pytest.param("online", "off", marks=pytest.mark.further),
        pytest.param("artwork_budget", "0", marks=pytest.mark.further),
    ],
)
def test_settings_prevent_downloads(name: str, value: str, library: Library, stand_in: ProviderStandIn) -> None:
    film = enrich(library)["The Lantern Keeper"]
    library.configuration.set(name, value)
    assert library.artwork.poster(film) is None
    assert "not downloaded" in library.artwork.problem_of(film)
    assert downloads(stand_in) == []
    with pytest.raises(errors.UsageError, match="not downloaded"):
        library.artwork_jobs.add()
    library.configuration.set(name, None)
    assert library.artwork.poster(film) is not None
    assert library.artwork.problem_of(film) == ""


# Each fault has its sentence in the tests of candidates; these are of the connection, the status and the content.
FAULTS = ("cut_body", "server_error", "truncated_image")


@pytest.mark.parametrize(
    "fault",
    [
        *FAULTS,
        *(
            pytest.param(fault, marks=pytest.mark.further)
            for fault in (*IMAGE_FAULTS, "html", "redirect", "empty")
            if fault not in FAULTS
        ),
    ],
)
def test_fault_gives_no_picture_and_is_not_repeated_at_once(
    fault: ImageFault, library: Library, stand_in: ProviderStandIn
) -> None:
    film = enrich(library)["The Lantern Keeper"]
    stand_in.fail("images", fault)
    for _ in range(3):
        found = library.artwork.find(film, "poster")
        assert (found.image, found.has_candidate) == (None, True)
        assert found.problem is not None
    assert len(downloads(stand_in)) == 1
    assert list(library.artwork.cache.folder.keys()) == []


def test_next_candidate_is_tried_after_fault(library: Library, stand_in: ProviderStandIn) -> None:
    film = titles(library)["The Lantern Keeper"]
    offers = [
        ImageCandidate(
            provider="tmdb", kind="poster", url=f"{stand_in.url}/images/original/poster-{n}.jpg", votes=9 - n
        )
        for n in (1, 2)
    ]
    record_pictures(library, "movie", film, offers)
    stand_in.fail("images", "truncated_image", times=1)
    assert library.artwork.poster(film) is not None
    assert downloads(stand_in) == ["/original/poster-1.jpg", "/original/poster-2.jpg"]


@each_case(
    "url",
    [
        "https://pictures.invalid/a.jpg",
        "http://image.tmdb.org/t/p/original/a.jpg",
        "http://127.0.0.1:1/a.jpg",
        "file:///etc/passwd",
        "https://image.tmdb.org@127.0.0.1/a.jpg",
    ],
)
def test_other_addresses_are_not_asked(url: str, library: Library) -> None:
    film = titles(library)["Night Tram"]
    before = len(library.providers.requests())
    record_pictures(library, "movie", film, [ImageCandidate(provider="tmdb", kind="poster", url=url)])
    found = library.artwork.find(film, "poster")
    assert found.image is None
    assert found.problem is not None
    assert "not downloaded" in found.problem.message
    assert len(library.providers.requests()) == before


def test_new_offers_replace_those_of_another_match(library: Library, stand_in: ProviderStandIn) -> None:
    film = enrich(library)["Night Tram"]

    def offered() -> list[tuple[str, str]]:
        return [
            (each.provider, each.provider_url.rpartition("/")[2]) for each in library.artwork.candidates("movie", film)
        ]

    assert offered() == [("tmdb", "poster-5.jpg"), ("tmdb", "backdrop-5.jpg")]
    other = ImageCandidate(provider="tvdb", kind="poster", url=f"{stand_in.url}/images/poster-7.jpg", language="en")
    record_pictures(library, "movie", film, [other, other], failed=["tmdb"])
    assert ("tvdb", "poster-7.jpg") in offered()
    assert len(offered()) == 3
    record_pictures(library, "movie", film, [other])
    assert offered() == [("tvdb", "poster-7.jpg")]
    with pytest.raises(errors.UsageError, match="no kind of title"):
        library.artwork.candidates("book", film)


# Local pictures.


def test_local_picture_comes_first_and_is_read_again_after_change(
    library: Library, folder: Path, stand_in: ProviderStandIn
) -> None:
    film = enrich(library)["The Lantern Keeper"]
    path = drawn(folder / "Films/The Lantern Keeper (2014)/poster.jpg", "red")
    library.configuration.set("download_images", "false")
    assert middle(data_of(library.artwork.poster(film)))[0] > 240
    first, second = library.artwork.candidates("movie", film, "poster")
    assert (first.provider, first.provider_url, second.provider) == ("local", str(path), "tmdb")
    drawn(path, "blue", (600, 900))
    assert [each.provider for each in library.artwork.candidates("movie", film, "poster")] == ["local", "tmdb"]
    assert middle(data_of(library.artwork.poster(film)))[2] > 240
    path.unlink()
    assert [each.provider for each in library.artwork.candidates("movie", film, "poster")] == ["tmdb"]
    assert downloads(stand_in) == []


def test_local_pictures_of_series_and_seasons(library: Library, folder: Path) -> None:
    show = folder / "Shows/Harbour Lights"
    drawn(show / "folder.png", "red")
    drawn(show / "season01-poster.jpg", "lime")
    drawn(show / "Season 2/poster.webp", "blue")
    drawn(show / "Season 1/Harbour Lights - S01E01-thumb.jpg", "white", (640, 360))
    drawn(show / "fanart.jpg", "black", (1280, 720))
    series = titles(library)["Harbour Lights"]
    seasons = {each.season: each.id for each in library.titles.get(series).children}
    assert middle(data_of(library.artwork.poster(series)))[0] > 240
    assert middle(data_of(library.artwork.poster(seasons[1])))[1] > 240
    assert middle(data_of(library.artwork.poster(seasons[2])))[2] > 240
    [episode] = library.titles.get(seasons[1]).children
    assert middle(data_of(library.artwork.poster(episode.id)))[1] > 240  # of its season
    assert min(middle(data_of(library.artwork.poster(episode.id, "backdrop")))) > 240  # its own still
    assert max(middle(data_of(library.artwork.poster(seasons[2], "backdrop")))) < 10  # of its series


def test_addresses_are_those_of_the_pictures_that_pages_show(
    library: Library, folder: Path, stand_in: ProviderStandIn
) -> None:
    ids = titles(library)
    film, series = ids["The Lantern Keeper"], ids["Harbour Lights"]
    offers = [
        ImageCandidate(
            provider=provider,
            kind=kind,
            url=f"{stand_in.url}/images/original/{kind}-{n}.jpg",
            votes=10 * n,
            vote_average=2 + 2.0 * n,
        )
        for n, provider in ((1, "tmdb"), (2, "fanarttv"), (3, "tvdb"))
        for kind in ("poster", "backdrop")
    ]
    record_pictures(library, "movie", film, offers)
    season = ImageCandidate(
        provider="tvdb", kind="poster", url=f"{stand_in.url}/images/original/poster-5.jpg", season=2
    )
    record_pictures(library, "series", series, [*offers[:2], season])
    drawn(folder / "Shows/Harbour Lights/Season 1/Harbour Lights - S01E01-thumb.jpg", "white", (640, 360))
    assert library.artwork.addresses(film).poster == offers[4].url, "nothing is in the cache yet"
    assert library.series.collection(series).artwork == offers[0].url
    for title_id in (film, series, *(each.id for each in library.titles.list(kind="episode").items)):
        shown = tuple(shown_address(library, title_id, size) for size in ("poster", "backdrop"))
        found = library.artwork.addresses(title_id)
        assert (found.poster, found.backdrop) == shown
    assert library.series.collection(series).artwork == shown_address(library, series, "poster")
    drawn(folder / "Films/The Lantern Keeper (2014)/poster.jpg")
    assert library.artwork.addresses(film).poster == shown_address(library, film, "poster")
    backdrop = shown_address(library, film, "backdrop")
    assert library.artwork.addresses(film).fanart == (backdrop, offers[3].url, offers[1].url)
    assert library.artwork.addresses(999) == Artwork()


def test_pictures_follow_the_language_of_their_library(library: Library, stand_in: ProviderStandIn) -> None:
    film = titles(library)["The Lantern Keeper"]
    english, german = (
        ImageCandidate(provider="tmdb", kind="poster", url=f"{stand_in.url}/images/{code}.jpg", language=code, votes=n)
        for n, code in ((9, "en"), (1, "de"))
    )
    record_pictures(library, "movie", film, [english, german])
    assert library.artwork.addresses(film).poster == english.url
    library.inventory.set_metadata_language(library.inventory.list()[0].library_id, "de")
    assert library.artwork.addresses(film).poster == german.url
    assert library.artwork.candidates("movie", film)[0].language == "de"


def test_picture_of_folder_with_several_titles_belongs_to_none(library: Library, folder: Path) -> None:
    drawn(folder / "Films/poster.jpg")
    drawn(folder / "Shows/poster.jpg")
    assert library.artwork.candidates("movie", titles(library)["Night Tram"]) == []


def test_local_picture_outside_the_library_or_damaged_is_not_shown(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    film = titles(library)["Night Tram"]
    own = folder / "Films/Night Tram (2009)"
    (own / "poster.jpg").symlink_to(drawn(tmp_path / "secret.jpg"))
    found = library.artwork.find(film, "poster")
    assert found.image is None
    assert "not in the folder of its library" in str(found.problem)
    (own / "backdrop.jpg").write_bytes(b"no image")
    library.artwork.candidates("movie", film)
    assert library.artwork.poster(film, "backdrop") is None
    assert "backdrop.jpg" in library.artwork.problem_of(film, "backdrop")


# The cache.


def test_originals_leave_the_cache_before_small_pictures(library: Library, stand_in: ProviderStandIn) -> None:
    ids = enrich(library)
    for each in ids.values():
        library.artwork.poster(each)
        library.artwork.poster(each, "backdrop")
    library.configuration.set("artwork_budget", "130KB")
    name = "another.png"
    drawn(Path(library.home / name))
    library.artwork.cache.store_asset((library.home / name).read_bytes(), "poster")
    count = len(downloads(stand_in))
    keys = library.artwork.cache.folder.keys()
    assert sum("-" in key for key in keys) == 7
    for each in ids.values():
        assert library.artwork.poster(each) is not None
    assert len(downloads(stand_in)) == count
    kept = {key.rpartition("/")[2].partition(".")[0] for key in keys if "-" not in key}
    for name, kind in (("The Lantern Keeper", "movie"), ("Harbour Lights", "series")):
        for candidate in library.artwork.candidates(kind, ids[name]):
            assert candidate.is_downloaded is (candidate.content_hash in kept)


def bytes_of_cache(home: Path) -> int:
    return sum(each.stat().st_size for each in (home / "cache").rglob("*") if each.is_file())


def fill_cache(library: Library, folder: Path) -> int:
    """Show all pictures, one of them a local one, and return the bytes of the cache."""
    drawn(folder / "Films/Night Tram (2009)/poster.jpg")
    for each in enrich(library).values():
        library.artwork.poster(each)
        library.artwork.poster(each, "backdrop")
    return bytes_of_cache(library.home)


@pytest.mark.parametrize("budget", ["60KB", pytest.param("0", marks=pytest.mark.further)])
def test_lowered_budget_holds_at_once(library: Library, folder: Path, stand_in: ProviderStandIn, budget: str) -> None:
    assert fill_cache(library, folder) > 100_000
    library.configuration.set("artwork_budget", budget)
    assert bytes_of_cache(library.home) <= library.settings.artwork_budget
    keys = library.artwork.cache.folder.keys()
    rows = tables.rows(library, "SELECT file_path FROM cache_inventory")
    assert {each for (each,) in rows} == {key for key in keys if "-" not in key}
    count = len(downloads(stand_in))
    library.artwork.poster(titles(library)["Harbour Lights"])
    assert bytes_of_cache(library.home) <= library.settings.artwork_budget
    assert budget == "60KB" or len(downloads(stand_in)) == count
    assert (folder / "Films/Night Tram (2009)/poster.jpg").exists()
    assert size_of(data_of(library.artwork.poster(titles(library)["Night Tram"])))[1] == (400, 600)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1"])
def test_budget_that_was_lowered_while_the_home_was_closed_holds_after_the_start(
    library: Library, folder: Path, url: str
) -> None:
    assert fill_cache(library, folder) > 100_000
    thumbnails = library.home / "thumbnails"
    assert library.thumbnails.jpeg(1)
    home = library.home
    library.close()
    settings.store(home, "artwork_budget", "0")
    settings.store(home, "thumbnail_budget", "0")
    with Library.open(home, url=url):
        assert bytes_of_cache(home) == 0
        assert bool(list(thumbnails.glob("*.jpg"))) is not bool(url)


def test_cache_is_rebuilt_from_its_folder(library: Library) -> None:
    film = enrich(library)["Night Tram"]
    library.artwork.poster(film)
    [poster] = library.artwork.candidates("movie", film, "poster")
    cache = library.artwork.cache
    assert cache.rebuild() == 0
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM cache_inventory")
    assert cache.rebuild() == 1
    row = library._parts.core.store.read().execute("FROM cache_inventory").fetch_dicts()[0]
    assert (row["content_hash"], row["perceptual_hash"]) == (poster.content_hash, poster.perceptual_hash)
    assert (row["width"], row["height"], row["mime_type"], row["reference_count"]) == (1000, 1500, "image/jpeg", 1)
    shutil.rmtree(library.home / "cache")
    assert cache.rebuild() == 0
    assert tables.value(library, "SELECT count(*) FROM cache_inventory") == 0
    assert library.artwork.poster(film) is not None


def test_damaged_original_is_not_returned(library: Library) -> None:
    digest = library.artwork.cache.store_asset(drawn(library.home / "a.png").read_bytes(), "logo")
    path = library.home / "cache" / digest[:2] / digest[2:4] / f"{digest}.png"
    assert path.exists()
    path.write_bytes(path.read_bytes()[:-1])
    assert library.artwork.cache.retrieve_asset(digest) is None
    assert not library.artwork.cache.asset_exists(digest)
    with pytest.raises(errors.UsageError, match="64 digits"):
        library.artwork.cache.retrieve_asset("../../secret")


# Collages.


def test_collages_have_cells_of_their_layout(library: Library, folder: Path) -> None:
    ids = enrich(library)
    show = folder / "Shows/Harbour Lights"
    drawn(show / "season01-poster.jpg", "lime")
    drawn(show / "season02-poster.jpg", "blue")
    series = ids["Harbour Lights"]
    assert size_of(data_of(library.artwork.collage(series))) == ("JPEG", (399, 200))
    assert size_of(data_of(library.artwork.collage(ids["Night Tram"], "strip"))) == ("JPEG", (133, 200))
    root = library.inventory.list()[0].library_id
    assert size_of(data_of(library.artwork.folder_collage(root, layout="strip"))) == ("JPEG", (399, 200))
    assert size_of(data_of(library.artwork.folder_collage(root, "Films/"))) == ("JPEG", (399, 200))
    assert library.artwork.collage(999) is None
    with pytest.raises(errors.UsageError, match="no layout"):
        library.artwork.collage(series, "circle")
    made = library.artwork.generate_artwork_collage([series, *ids.values()], "grid")
    assert made is not None
    assert size_of(made.read_bytes()) == ("JPEG", (399, 200))


def test_download_artwork_returns_file_of_the_variant(library: Library, stand_in: ProviderStandIn) -> None:
    film = titles(library)["Night Tram"]
    path = library.artwork.download_artwork(f"{stand_in.url}/images/original/backdrop-3.png", film, "backdrop")
    assert path is not None
    assert size_of(path.read_bytes()) == ("JPEG", (780, 440))
    assert library.artwork.download_artwork("https://pictures.invalid/a.jpg", film, "poster") is None


# The job.


def test_job_gets_what_is_missing(library: Library, stand_in: ProviderStandIn) -> None:
    ids = enrich(library)
    library.artwork.poster(ids["Night Tram"])
    job = library.jobs.wait(library.artwork_jobs.add().id, timeout=60)
    assert job.status == "completed"
    assert {name: job.summary[name] for name in ("total", "processed", "made", "known", "without", "failed")} == {
        "total": 6,
        "processed": 6,
        "made": 5,
        "known": 1,
        "without": 0,
        "failed": 0,
    }
    count = len(downloads(stand_in))
    again = library.jobs.wait(library.artwork_jobs.add([ids["Night Tram"]]).id, timeout=60)
    assert (again.summary["known"], again.summary["total"]) == (2, 2)
    assert len(downloads(stand_in)) == count
    with pytest.raises(errors.UnknownIdError):
        library.artwork_jobs.add([999])


def test_job_yields_to_a_person(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    yielded: list[int] = []
    monkeypatch.setattr(library.ui_priority, "yield_to_ui", lambda: yielded.append(1))
    enrich(library)
    job = library.jobs.wait(library.artwork_jobs.add().id, timeout=60)
    assert len(yielded) == job.summary["processed"] == 6


def test_job_fails_with_a_reason_if_the_host_does_not_answer(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexium_core.flows.artwork.artwork_job._MOST_FAILURES", 4)
    enrich(library)
    stand_in.fail("images", "server_error")
    job = library.jobs.wait(library.artwork_jobs.add().id, timeout=60)
    assert job.status == "failed"
    assert "cannot be downloaded now" in (job.error_message or "")


def test_nothing_is_downloaded_for_home_videos(library: Library, stand_in: ProviderStandIn) -> None:
    film = enrich(library)["Night Tram"]
    library.titles.set(film, "title", "Mine")  # a title that a person has changed stays
    [row] = library.inventory.list()
    library.inventory.set_kind(row.library_id, "home")
    assert library.artwork.candidates("movie", film)
    assert library.artwork.poster(film) is None
    assert library.artwork.candidate_poster(film, 1) is None
    assert library.jobs.wait(library.artwork_jobs.add().id, timeout=60).summary["made"] == 0
    assert downloads(stand_in) == []


def test_service_gets_pictures_after_enrichment(library: Library) -> None:
    job = library.jobs.wait(library.enrichment.schedule_library_enrichment().id, timeout=60)
    for allowed, jobs in (("false", 0), ("true", 1)):
        library.configuration.set("download_images", allowed)
        for number, name in enumerate(("scan:completed", "enrich:completed"), 1):
            library.artwork_jobs.follow_enrichment(Event(id=number, name=name, at=NOW, data={"job_id": job.id}))
        assert len(library.jobs.list(("artwork",)).items) == jobs, allowed
    [found] = library.jobs.list(("artwork",)).items
    assert library.jobs.wait(found.id, timeout=60).summary["made"] > 0


def test_job_is_paused_and_cancelled_between_titles(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexium_core.flows.artwork.artwork_job._BATCH", 1)
    enrich(library)
    find, reached, go_on = ArtworkManager.find, threading.Event(), threading.Event()

    def slow(self: ArtworkManager, title_id: int, size: str) -> FoundPicture:
        found = find(self, title_id, size)
        reached.set()
        go_on.wait(20)
        return found

    monkeypatch.setattr(ArtworkManager, "find", slow)
    job = library.artwork_jobs.add()
    assert reached.wait(20)
    library.jobs.pause(job.id)
    go_on.set()
    until(lambda: library.jobs.get(job.id).status == "paused")
    count = len(downloads(stand_in))
    assert count == 2
    library.jobs.cancel(job.id)
    done = library.jobs.wait(job.id, timeout=60)
    assert (done.status, len(downloads(stand_in))) == ("cancelled", count)


def test_pictures_of_single_titles_are_few_jobs(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go, find = threading.Event(), ArtworkManager.find

    def held(manager: ArtworkManager, title_id: int, size: str) -> FoundPicture:
        may_go.wait(60)
        return find(manager, title_id, size)

    first, *others = enrich(library).values()
    monkeypatch.setattr(ArtworkManager, "find", held)
    running = library.artwork_jobs.add([first]).id
    until(lambda: library.jobs.get(running).status == "running")
    added = [library.artwork_jobs.add([each]).id for each in others]
    assert (len(others), len(set(added)), library.jobs.get(added[0]).title) == (2, 1, "Pictures of 2 titles")
    may_go.set()
    done = library.jobs.wait(added[0], timeout=60)
    assert (done.status, done.summary["total"]) == ("completed", 4)


def test_command_shows_and_downloads_pictures(
    library: Library, capsys: pytest.CaptureFixture[str], stand_in: ProviderStandIn
) -> None:
    film = enrich(library)["Night Tram"]
    home = str(library.home)
    library.close()
    assert cli.main(["--home", home, "titles", "artwork", "--download"]) == 0
    assert "6 pictures added" in capsys.readouterr().err
    assert cli.main(["--home", home, "titles", "artwork", str(film)]) == 0
    text = capsys.readouterr().out
    assert "1000 × 1500" in text
    assert "poster-5.jpg" in text
    assert cli.main(["--home", home, "titles", "artwork"]) == 2
    assert len(downloads(stand_in)) == 6


# HTTP.


def test_picture_is_downloaded_once_for_many_readers(library: Library, stand_in: ProviderStandIn) -> None:
    film = enrich(library)["Night Tram"]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(library.artwork.poster, [film] * 6))
    assert len({data_of(each) for each in found}) == 1
    assert downloads(stand_in) == ["/original/poster-5.jpg"]


def test_few_images_are_decoded_at_the_same_time(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = titles(library)["Night Tram"]
    insert = """INSERT INTO title_matches BY NAME SELECT 'movie' AS entity_type, ? AS entity_id, 'tmdb' AS provider,
        ? AS external_id, 'movie' AS content_type, ? AS position, 0.9 AS score, '[]' AS reasons, ? AS candidate,
        'proposed' AS state"""
    with tables.changing(library) as tx:
        for position in range(1, 9):
            candidate = json.dumps({"poster_url": f"{stand_in.url}/images/w342/poster-{position}.jpg"})
            tx.execute(insert, [film, str(position), position, candidate])
    running, most, lock, decode = [0], [0], threading.Lock(), artwork_images.decode

    def count(data: bytes) -> TitleImage:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        try:
            time.sleep(0.05)
            return decode(data)
        finally:
            with lock:
                running[0] -= 1

    monkeypatch.setattr(artwork_images, "decode", count)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda position: library.artwork.candidate_poster(film, position), range(1, 9)))
    assert all(found)
    assert most[0] <= 2


def test_slow_download_does_not_delay_other_answers(library: Library, stand_in: ProviderStandIn) -> None:
    film = enrich(library)["Night Tram"]
    stand_in.slow_seconds = 600.0
    stand_in.fail("images", "slow")
    with ThreadPoolExecutor(1) as pool, server.make_server(library, port=0).background() as running:
        slow = pool.submit(ask, f"{running.url}/poster/{film}")
        until(lambda: len(downloads(stand_in)) == 1)
        assert ask(f"{running.url}/healthz")[0] == 200
        assert ask(f"{running.url}/poster/999")[0] == 404
        assert not slow.done()
        stand_in.closing.set()
        assert slow.result(60)[0] == 404


def test_pictures_are_served(library: Library, stand_in: ProviderStandIn) -> None:
    ids = enrich(library)
    film, series = ids["The Lantern Keeper"], ids["Harbour Lights"]
    candidate = json.dumps({"poster_url": f"{stand_in.url}/images/w342/poster-3.jpg"})
    insert = """INSERT INTO title_matches BY NAME SELECT 'movie' AS entity_type, ? AS entity_id, 'tmdb' AS provider,
        '1' AS external_id, 'movie' AS content_type, 2 AS position, 0.5 AS score, '[]' AS reasons, ? AS candidate,
        'proposed' AS state"""
    with tables.changing(library) as tx:
        tx.execute(insert, [film, candidate])
    with server.make_server(library, port=0).background() as running:
        for path, size in {
            f"/poster/{film}": (400, 600),
            f"/poster/{film}?kind=backdrop": (780, 440),
            f"/poster/{film}/candidate/2": (400, 600),
            f"/collage/{series}?layout=grid": (399, 200),
            f"/collage/{film}?layout=strip": (133, 200),
        }.items():
            status, headers, data = ask(running.url + path)
            assert (path, status, headers["Content-Type"]) == (path, 200, "image/jpeg")
            assert size_of(data)[1] == size
            assert headers["X-Content-Type-Options"] == "nosniff"  # it passed the request guard
            assert ask(running.url + path, If_None_Match=headers["ETag"])[0] == 304
        assert ask(f"{running.url}/poster/{film}?v=1")[1]["Cache-Control"] == "private, max-age=60"
        for path in ("/poster/999", f"/poster/{film}/candidate/1", "/collage/999", "/poster/9999999999999999999"):
            assert ask(running.url + path)[0] == 404
            assert ask(running.url + path, Sec_Fetch_Dest="image")[0] == 204
        assert ask(f"{running.url}/poster/{film}", Host="elsewhere.example")[0] == 421
        for path, known in {
            f"/poster/{film}?kind=x": "poster, backdrop",
            f"/collage/{film}?layout=x": "grid, strip",
        }.items():
            status, _, data = ask(running.url + path)
            assert (path, status, known in data.decode()) == (path, 400, True)

        page = f"{running.url}/api/assets/candidates?entity_type=movie&entity_id={film}"
        found = json.loads(ask(page)[2])
        assert [each["asset_type"] for each in found["items"]] == ["poster", "backdrop"]
        assert b"Choose one of: poster, backdrop" in ask(f"{page}&asset_type=x")[2]
        [poster] = json.loads(ask(f"{page}&asset_type=poster")[2])["items"]
        image = f"{running.url}/api/cache/{poster['content_hash']}"
        assert size_of(ask(image)[2]) == ("JPEG", (1000, 1500))
        assert size_of(ask(f"{image}/thumbnail")[2]) == ("JPEG", (400, 600))
        assert ask(f"{running.url}/api/cache/{'0' * 64}")[0] == 404
        assert ask(f"{running.url}/api/cache/..%2f..%2fsecret")[0] in {404, 422}
        assert ask(f"{running.url}/api/assets/candidates?entity_type=movie&entity_id=999")[0] == 404
