"""The four providers against the stand-in: values, limits, cache, faults, privacy of keys."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.demo.providers.answers import Answers
from indexium_core.demo.providers.pictures import IMAGE_FAULTS
from indexium_core.demo.providers.stand_in import FAULTS, Fault
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.model.artwork.addresses import secure_address
from indexium_core.model.lookups.candidates import SearchQuery
from indexium_core.model.lookups.traffic import RequestCount
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.sources import limits
from indexium_core.sources.limits import RateLimiter
from indexium_core.sources.tvdb import TvdbToken
from tests.support.providers import KEYS, Setup, provider_setup
from tests.support.waiting import until

FILM = SearchQuery("The Lantern Keeper", 2014, "movie", original_filename="/films/secret/The.Lantern.Keeper.mkv")
SERIES = SearchQuery("Harbour Lights", 2016, "tv")


@pytest.fixture
def setup(home: Path) -> Iterator[Setup]:
    with provider_setup(home) as made:
        yield made


def sent(setup: Setup, provider: str) -> list[str]:
    return [each.route for each in setup.stand_in.requests if each.provider == provider]


# Values.


@pytest.mark.parametrize("provider", ["tmdb", "omdb", "tvdb"])
def test_search_returns_candidates_of_the_year(setup: Setup, provider: str) -> None:
    found = setup.providers[provider].search(FILM, strict=True)

    assert [(each.title, each.year, each.content_type) for each in found] == [("The Lantern Keeper", 2014, "movie")]
    assert len(setup.providers[provider].search(FILM, strict=False)) == 2
    assert [each.year for each in setup.providers[provider].search(SERIES, strict=True)] == [2016]


@pytest.mark.parametrize("provider", ["tmdb", "tvdb"])
def test_titles_have_the_countries_of_their_origin(setup: Setup, provider: str) -> None:
    (found,) = setup.providers[provider].search(SERIES, strict=True)
    record = setup.providers[provider].details(found.external_id, "tv")

    assert record is not None
    assert (found.countries, record.candidate.countries) == (("GB",), ("GB",))


@pytest.mark.parametrize("provider", ["tmdb", "omdb", "tvdb"])
def test_search_without_type_finds_both(setup: Setup, provider: str) -> None:
    found = setup.providers[provider].search(SearchQuery("Harbour Keeper Lantern Lights"), strict=True)

    assert {each.content_type for each in found} == {"movie", "tv"}


@pytest.mark.parametrize(("imdb", "tvdb"), [("", 0), ("tt0", -1), ("tt0000000", "0"), (None, None), ("7", 10**12)])
def test_impossible_ids_of_an_answer_are_no_ids(setup: Setup, imdb: Any, tvdb: Any) -> None:
    known = setup.stand_in.answers.tmdb
    setup.stand_in.answers.tmdb = lambda *request: {  # type: ignore[method-assign]
        **(known(*request) or {}),
        "imdb_id": imdb,
        "external_ids": {"imdb_id": imdb, "tvdb_id": tvdb},
    }
    record = setup.providers["tmdb"].details("9000001", "movie")
    assert record is not None
    assert record.metadata.external_ids == {"tmdb": "9000001"}


@pytest.mark.parametrize("provider", ["tmdb", "omdb", "tvdb"])
def test_title_without_hits_has_no_candidates(setup: Setup, provider: str) -> None:
    assert setup.providers[provider].search(SearchQuery("Zzyzx", 2014, "movie"), strict=True) == []


@pytest.mark.parametrize(("provider", "ident"), [("tmdb", "9000001"), ("omdb", "tt99000001"), ("tvdb", "8000001")])
def test_details_of_film(setup: Setup, provider: str, ident: str) -> None:
    record = setup.providers[provider].details(ident, "movie")

    assert record is not None
    metadata = record.metadata
    assert (metadata.source, metadata.runtime_minutes, metadata.genres) == (provider, 100, ("Drama",))
    assert metadata.plot == "A lighthouse keeper finds letters that were never sent."
    assert metadata.release_date == date(2014, 3, 14)
    assert [member.name for member in metadata.cast] == ["Ada Quill", "Tom Verren"]
    assert [(member.name, member.job) for member in metadata.crew] == [("Lena Osk", "Director")]
    assert metadata.external_ids["imdb"] == "tt99000001"
    assert record.candidate.runtime_minutes == 100
    assert setup.providers[provider].details("1", "movie") is None


@pytest.mark.parametrize(
    ("provider", "ident", "kind", "values"),
    [
        ("tmdb", "9000008", "movie", (("Salt & Tide",), ("United Kingdom",), "Orbit of Two Collection")),
        ("omdb", "tt99000008", "movie", ((), ("United Kingdom",), "")),
        ("tvdb", "8000008", "movie", (("Salt & Tide",), (), "")),
        ("tmdb", "9000021", "tv", (("Channel Nine North",), ("United States of America",), "")),
        ("tvdb", "8000021", "tv", (("Channel Nine North",), (), "")),
        ("tmdb", "9000005", "movie", (("Salt & Tide",), (), "")),
    ],
)
def test_studios_countries_and_collection(setup: Setup, provider: str, ident: str, kind: Any, values: Any) -> None:
    record = setup.providers[provider].details(ident, kind)
    assert record is not None
    assert (record.studios, record.countries, record.collection) == values


def test_parts_that_differ_from_their_form_are_left_out(setup: Setup) -> None:
    known = setup.stand_in.answers.tmdb
    odd = {"networks": None, "production_companies": [{"name": ""}, "x", {"name": "A"}], "production_countries": 7}
    setup.stand_in.answers.tmdb = lambda *request: {  # type: ignore[method-assign]
        **(known(*request) or {}),
        **odd,
        "origin_country": ["GB"],
        "belongs_to_collection": "x",
    }
    record = setup.providers["tmdb"].details("9000020", "tv")
    assert record is not None
    assert (record.studios, record.countries, record.collection) == (("A",), ("GB",), "")


def test_ratings_and_age_ratings(setup: Setup) -> None:
    def metadata(provider: str, ident: str) -> Any:
        record = setup.providers[provider].details(ident, "movie")
        assert record is not None
        return record.metadata

    tmdb, omdb, tvdb = metadata("tmdb", "9000001"), metadata("omdb", "tt99000001"), metadata("tvdb", "8000001")
    assert (tmdb.ratings.tmdb, tmdb.content_rating) == (7.1, "PG")
    assert (omdb.ratings.imdb, omdb.ratings.rotten_tomatoes, omdb.ratings.metacritic) == (7.3, 87, 74)
    assert (omdb.content_rating, tvdb.content_rating) == ("PG-13", "TV-PG")


def test_pictures_have_size_language_and_votes(setup: Setup) -> None:
    record = setup.providers["tmdb"].details("9000001", "movie")
    assert record is not None
    poster, backdrop = record.images
    assert (poster.kind, poster.width, poster.height, poster.language, poster.votes) == ("poster", 1000, 1500, "en", 11)
    assert (backdrop.kind, backdrop.language) == ("backdrop", "")
    assert poster.url == f"{setup.stand_in.url}/images/original/poster-1.jpg"

    series = setup.providers["tmdb"].details("9000020", "tv")
    assert series is not None
    assert [each.season for each in series.images if each.kind == "poster"] == [None, None, None, 0, 1, 2]
    assert series.images[-1].url == f"{setup.stand_in.url}/images/original/poster-20-2.jpg"
    series = setup.providers["tvdb"].details("8000020", "tv")
    assert series is not None
    assert [each.season for each in series.images if each.kind == "poster"] == [None, None, 1, 1, 2]

    pictures = setup.providers["fanarttv"].images({"tvdb": "8000021"}, "tv")
    assert [(each.kind, each.language, each.votes, each.season) for each in pictures] == [
        ("backdrop", "", 7, None),
        ("poster", "en", 3, None),
        ("poster", "en", 3, 1),
    ]
    assert setup.providers["fanarttv"].images({"tmdb": "5"}, "movie") == []


def test_pictures_have_the_address_of_their_small_size(setup: Setup) -> None:
    base = f"{setup.stand_in.url}/images"
    pictures = [
        *setup.providers["tmdb"].details("9000020", "tv").images,  # type: ignore[union-attr]
        *setup.providers["tvdb"].details("8000020", "tv").images,  # type: ignore[union-attr]
        *setup.providers["fanarttv"].images({"tvdb": "8000020"}, "tv"),
    ]
    found = {(each.provider, each.kind): (each.url, each.preview_url) for each in reversed(pictures)}
    moved = {  # from the address of the original to that of the small size
        ("tmdb", "poster"): ("/original/", "/w342/"),
        ("tmdb", "backdrop"): ("/original/", "/w780/"),
        ("tmdb", "logo"): ("/original/", "/w500/"),
        **{("tvdb", kind): ("/tvdb/", "/tvdb/thumbnails/") for kind in ("poster", "banner", "logo", "clearart")},
        **{("fanarttv", kind): ("/fanart/", "/preview/") for kind in ("poster", "banner", "logo", "clearart", "thumb")},
    }
    for key, (old, new) in moved.items():
        url, preview_url = found[key]
        assert url.startswith(base + old)
        assert preview_url == base + new + url.removeprefix(base + old)
    season = setup.providers["tmdb"].season("9000020", 1)
    assert season is not None
    assert season.episodes[0].still_url == f"{base}/original/still-20-1-1.jpg"
    assert season.episodes[0].still_preview_url == f"{base}/w300/still-20-1-1.jpg"


def test_small_size_of_a_drawing_is_a_picture(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    images = {"posters": [], "backdrops": [], "logos": [{"file_path": "/logo.svg", "iso_639_1": "en"}]}
    monkeypatch.setattr(Answers, "_tmdb_details", lambda self, each: {**self._tmdb_hit(each), "images": images})
    record = setup.providers["tmdb"].details("9000001", "movie")
    assert record is not None
    [logo] = [each for each in record.images if each.kind == "logo"]
    assert (logo.url.rpartition("/images")[2], logo.preview_url.rpartition("/images")[2]) == (
        "/original/logo.svg",
        "/w500/logo.png",
    )


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://assets.fanart.tv/fanart/a.jpg", "https://assets.fanart.tv/fanart/a.jpg"),
        ("http://assets.fanart.tv/fanart/a.jpg", "https://assets.fanart.tv/fanart/a.jpg"),
        ("http://127.0.0.1:5511/fanart/a.jpg", "http://127.0.0.1:5511/fanart/a.jpg"),
        ("http://127.0.0.1:5512/fanart/a.jpg", "https://127.0.0.1:5512/fanart/a.jpg"),
        ("ftp://assets.fanart.tv/a.jpg", ""),
        ("N/A", ""),
        ("", ""),
    ],
)
def test_only_the_configured_address_stays_without_https(given: str, taken: str) -> None:
    assert secure_address(given, "http://127.0.0.1:5511/fanarttv/v3.2") == taken


def test_main_pictures_count_without_a_list(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Answers._tmdb_details

    def without_list(self: Answers, each: MadeUpTitle) -> dict[str, Any]:
        return {**whole(self, each), "images": {"posters": [], "backdrops": None}}

    monkeypatch.setattr(Answers, "_tmdb_details", without_list)
    record = setup.providers["tmdb"].details("9000001", "movie")
    assert record is not None
    found = [(each.kind, each.url.rpartition("/")[2], each.language) for each in record.images]
    assert found == [("poster", "poster-1.jpg", "en"), ("backdrop", "backdrop-1.jpg", "en")]


@pytest.mark.parametrize(("provider", "ident"), [("tmdb", "9000020"), ("omdb", "tt99000020"), ("tvdb", "8000020")])
def test_season_has_its_episodes(setup: Setup, provider: str, ident: str) -> None:
    season = setup.providers[provider].season(ident, 1)

    assert season is not None
    assert [each.episode for each in season.episodes] == list(range(1, 9))
    assert (season.episodes[0].title, season.episodes[0].season) == ("Chapter 1.1", 1)
    if provider != "omdb":
        record = setup.providers[provider].details(ident, "tv")
        assert record is not None
        assert record.seasons == (0, 1, 2)


@pytest.mark.parametrize(
    ("provider", "ids"),
    [
        ("tmdb", ("imdb", "tt99000001")),
        ("tmdb", ("tmdb", "9000001")),
        ("omdb", ("imdb", "tt99000001")),
        ("tvdb", ("imdb", "tt99000001")),
        ("tvdb", ("tvdb", "8000001")),
    ],
)
def test_title_is_found_by_id(setup: Setup, provider: str, ids: tuple[str, str]) -> None:
    known = ExternalId(*ids)
    [found] = setup.providers[provider].find([known], "movie")

    assert found.title == "The Lantern Keeper"
    assert known in found.ids
    assert setup.providers[provider].find([ExternalId(ids[0], "tt1" if ids[0] == "imdb" else "1")], "movie") == []


# Faults: each has a defined result, for each provider.

RESULTS: dict[Fault, str] = {
    "rejected_key": "provider_key",
    "too_many": "provider_busy",
    "too_many_retry_after": "provider_busy",
    "server_error": "provider_failed",
    "slow": "provider_timeout",
    "cut_body": "provider_unreachable",
    "cut_json": "provider_bad_answer",
    "html": "provider_bad_answer",
    "empty": "provider_bad_answer",
    "list": "provider_bad_answer",
    "error_inside": "provider_bad_answer",
    "huge": "provider_bad_answer",
    "huge_compressed": "provider_bad_answer",
    "bad_compression": "provider_bad_answer",
    "redirect": "provider_bad_answer",
}
NO_ERROR: set[Fault] = {"wrong_types", "wrong_values", *IMAGE_FAULTS}


def call(setup: Setup, provider: str) -> Any:
    if provider == "fanarttv":
        return setup.providers[provider].images({"tmdb": "9000001"}, "movie")
    return setup.providers[provider].search(FILM, strict=True)


# The one client of all providers ends these answers before it reads them. TMDB gets a search, TVDB a login.
ENDED: set[Fault] = {"slow", "huge", "huge_compressed"}


@pytest.mark.parametrize(
    ("fault", "provider"),
    [
        pytest.param(fault, provider, marks=[pytest.mark.further] if fault in ENDED and is_alike else [])
        for fault in FAULTS
        for provider, is_alike in (("tmdb", False), ("omdb", True), ("tvdb", False), ("fanarttv", True))
    ],
)
def test_every_fault_has_a_result(home: Path, provider: str, fault: Fault) -> None:
    with provider_setup(home, timeout=0.3 if fault == "slow" else 10.0) as setup:
        setup.stand_in.retry_after = "60"  # longer than a call may take
        if fault == "slow":
            setup.timeout = 0.9
            setup.restart()
        setup.stand_in.fail(provider, fault)
        if fault in NO_ERROR:
            found = call(setup, provider)
            assert isinstance(found, list)
            assert fault != "wrong_types" or found == []
            return
        with pytest.raises(errors.ProviderError) as caught:
            call(setup, provider)
        assert caught.value.reason == RESULTS[fault]
        assert caught.value.message.endswith(".")
        assert "<" not in caught.value.message
        assert not [key for key in setup.cache.answers if key[0] == provider], "an error is cached"
        assert len(sent(setup, provider)) <= 4

        setup.stand_in.recover()
        setup.timeout = 20.0
        setup.restart()
        assert fault == "slow" or call(setup, provider)


@pytest.mark.parametrize(("provider", "ident"), [("tmdb", "9000001"), ("omdb", "tt99000001"), ("tvdb", "8000001")])
def test_details_with_wrong_values_keep_id_and_title(setup: Setup, provider: str, ident: str) -> None:
    setup.stand_in.fail(provider, "wrong_values")
    record = setup.providers[provider].details(ident, "movie")

    assert record is not None
    assert (record.candidate.external_id, record.candidate.title) == (ident, "The Lantern Keeper")
    assert (record.metadata.plot, record.metadata.content_rating, record.metadata.crew) == ("", "", ())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("huge", "the answer has more than 5 MB"),
        ("huge_compressed", "the answer has more than 5 MB"),
        ("html", "it is not JSON"),
        ("redirect", "it redirects to another address"),
        ("bad_compression", "the answer is not compressed as it says"),
        ("cut_json", "it is cut, or not a JSON object"),
        ("empty", "it is cut, or not a JSON object"),
        ("list", "it is cut, or not a JSON object"),
    ],
)
def test_message_names_what_is_wrong_with_an_answer(setup: Setup, fault: Fault, words: str) -> None:
    setup.stand_in.fail("tmdb", fault)
    with pytest.raises(errors.ProviderError, match=words):
        call(setup, "tmdb")


@pytest.mark.parametrize("fault", ["too_many_retry_after", "server_error", "cut_body"])
def test_temporary_fault_is_retried(setup: Setup, fault: Fault) -> None:
    setup.stand_in.fail("tmdb", fault, times=1)
    started = time.monotonic()

    assert setup.providers["tmdb"].search(FILM, strict=True)
    assert len(sent(setup, "tmdb")) == 2
    assert time.monotonic() - started >= (1.0 if fault == "too_many_retry_after" else 0.0)
    assert [row["status"] for row in setup.log.rows][1] == 200


def test_retry_after_pauses_all_threads(setup: Setup) -> None:
    setup.stand_in.fail("tmdb", "too_many_retry_after", times=1)
    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(setup.providers["tmdb"].details, "9000001", "movie")
        until(lambda: any(row.get("status") == 429 for row in setup.log.rows))
        assert setup.providers["tmdb"].details("9000004", "movie")
        assert refused.result()

    first, *others = [each.at for each in setup.stand_in.requests]
    assert min(others) - first >= 0.95


@pytest.mark.parametrize(
    ("header", "seconds"), [("3600", 3600), ("99999999", None), ("0", 1), ("Fri, 20 Nov 2026 08:00:00 GMT", 3600)]
)
def test_long_retry_after_is_reported_at_once(setup: Setup, header: str, seconds: float | None) -> None:
    """The clock of the test shows 07:00; a header that is neither a number of seconds nor a date is ignored."""
    setup.stand_in.retry_after = header
    setup.stand_in.fail("tmdb", "too_many_retry_after", times=4)
    if seconds != 3600:
        setup.stand_in.fail("tmdb", "too_many_retry_after", times=1)
        assert call(setup, "tmdb")
        return
    with pytest.raises(errors.ProviderError) as caught:
        call(setup, "tmdb")
    assert caught.value.retry_after == 3600
    with pytest.raises(errors.ProviderError, match=r"is paused until today \d\d:00\. TMDB reports too many"):
        setup.providers["tmdb"].details("9000001", "movie")
    assert len(setup.stand_in.requests) == len(setup.log.rows) == 1


def test_rejected_key_stops_further_requests(setup: Setup) -> None:
    setup.stand_in.fail("omdb", "rejected_key")
    for _ in range(3):
        with pytest.raises(errors.ProviderError, match="rejects the key"):
            call(setup, "omdb")

    assert len(sent(setup, "omdb")) == 1
    assert setup.providers["omdb"].client.refusal()


@pytest.mark.parametrize("provider", ["tmdb", "omdb", "tvdb", "fanarttv"])
def test_corrected_key_takes_effect_immediately(setup: Setup, provider: str) -> None:
    setup.stand_in.fail(provider, "rejected_key")
    caught = []
    for _ in range(2):
        with pytest.raises(errors.ProviderError, match="rejects the key") as info:
            call(setup, provider)
        caught.append(info.value)
    assert caught[0] is not caught[1]
    assert 0 < (caught[1].retry_after or 0) <= 600
    setup.stand_in.recover()
    assert setup.providers[provider].client.refusal()
    setup.change_key(f"{provider}_api_key", "KEY-other-0123456789")

    assert not setup.providers[provider].client.refusal()
    assert call(setup, provider)


def test_key_that_changes_during_a_request_is_not_refused(setup: Setup) -> None:
    send = setup.network.send

    async def changing(request: Any) -> Any:
        answer = await send(request)
        setup.change_key("omdb_api_key", "KEY-other-0123456789")
        return answer

    setup.network.send = changing  # type: ignore[method-assign]
    setup.stand_in.fail("omdb", "rejected_key", times=1)
    with pytest.raises(errors.ProviderError, match="rejects the key"):
        call(setup, "omdb")
    assert call(setup, "omdb")


def test_quota_is_that_of_a_key(setup: Setup) -> None:
    setup.stand_in.answers.omdb = lambda *_: {"Response": "False", "Error": "Request limit reached!"}  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(errors.ProviderError) as caught:
            call(setup, "omdb")
        assert (caught.value.reason, caught.value.retry_after or 0) == ("provider_quota", pytest.approx(3600, abs=60))
    assert len(sent(setup, "omdb")) == 1
    setup.change_key("omdb_api_key", "KEY-other-0123456789")
    with pytest.raises(errors.ProviderError):
        call(setup, "omdb")
    assert len(sent(setup, "omdb")) == 2


def test_token_of_tvdb_belongs_to_its_key(setup: Setup) -> None:
    assert call(setup, "tvdb")
    setup.cache.answers.clear()
    setup.change_key("tvdb_api_key", "KEY-other-0123456789")

    assert call(setup, "tvdb")
    assert sent(setup, "tvdb") == ["/login", "/search"] * 2


def test_rejected_token_does_not_remove_a_newer_one() -> None:
    token = TvdbToken(key=lambda: "k", pin=lambda: "")
    token.set("new", token.account())
    token.forget("old")
    assert token.value() == "new"
    token.forget("new")
    assert token.value() == ""


def test_token_of_tvdb_is_renewed_once(setup: Setup) -> None:
    assert call(setup, "tvdb")
    setup.cache.answers.clear()
    setup.stand_in.fail("tvdb", "rejected_key", times=1)

    assert call(setup, "tvdb")
    assert sent(setup, "tvdb") == ["/login", "/search", "/search", "/login", "/search"]


def test_redirect_is_not_followed(setup: Setup) -> None:
    setup.stand_in.fail("tmdb", "redirect")
    with pytest.raises(errors.ProviderError, match="redirects"):
        call(setup, "tmdb")
    assert len(setup.stand_in.requests) == 1


def test_closed_port_is_unreachable(home: Path) -> None:
    with provider_setup(home, tmdb_url="http://127.0.0.1:9") as setup:
        with pytest.raises(errors.ProviderError) as caught:
            call(setup, "tmdb")
        assert (caught.value.reason, caught.value.is_temporary) == ("provider_unreachable", True)
        assert setup.providers["tmdb"].client.last_problem == caught.value.message


# Cache.


@pytest.mark.parametrize("provider", ["tmdb", "omdb", "tvdb", "fanarttv"])
def test_second_call_sends_nothing(setup: Setup, provider: str) -> None:
    first = call(setup, provider)
    number = len(setup.stand_in.requests)
    assert call(setup, provider) == first
    assert setup.providers[provider].details("1", "movie") is None
    known = len(setup.stand_in.requests)
    assert setup.providers[provider].details("1", "movie") is None, "that there is no such title is known, too"

    assert len(setup.stand_in.requests) == known <= number + 1


def test_expired_answer_is_confirmed_without_being_sent_again(setup: Setup) -> None:
    first = call(setup, "tmdb")
    setup.clock.forward(days=31)
    assert call(setup, "tmdb") == first
    assert [row["status"] for row in setup.log.rows] == [200, 304]
    assert call(setup, "tmdb") == first
    assert len(setup.log.rows) == 2


def test_equal_requests_of_threads_are_sent_once(setup: Setup) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: call(setup, "tmdb"), range(8)))

    assert all(each == found[0] for each in found)
    assert len(sent(setup, "tmdb")) == 1


def test_answer_of_another_address_is_not_used(setup: Setup) -> None:
    call(setup, "tmdb")
    setup.config.tmdb_url = f"{setup.stand_in.url}/tmdb/4"
    call(setup, "tmdb")

    assert len(sent(setup, "tmdb")) == 2


# Limits.


def test_daily_quota_holds_and_survives_a_restart(home: Path) -> None:
    with provider_setup(home, omdb_requests_per_day=3) as setup:
        refused: list[tuple[str, float]] = []
        count = setup.log.count

        def slowly(provider: str, since: datetime) -> RequestCount:
            found = count(provider, since)
            time.sleep(0.02)  # so that a second thread would count the same number
            return found

        setup.log.count = slowly  # type: ignore[method-assign]

        def ask(number: int) -> bool:
            try:
                setup.providers["omdb"].details(f"tt{number:07}", "movie")
            except errors.ProviderError as error:
                refused.append((error.reason, error.retry_after or 0))
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(ask, range(6))) == 3
        setup.restart()
        assert not ask(7)
        assert all(reason == "provider_quota" and 0 < wait <= 86400 for reason, wait in refused)
        setup.clock.forward(days=1)
        assert ask(8)
        assert len(sent(setup, "omdb")) == 4


@pytest.mark.parametrize("pauses", [(), (0.05, 10.3)])
@pytest.mark.parametrize("rate", [1, 2, 4, 20, 40])
def test_no_second_has_more_requests_than_the_limit(
    rate: int, pauses: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulate a busy day of a limiter on a loop whose clock does not wait; each pause takes two seconds."""
    import asyncio

    times: list[float] = []

    class QuickLoop(asyncio.SelectorEventLoop):
        now = 0.0

        def time(self) -> float:
            return self.now

        def _run_once(self) -> None:
            timers = self._scheduled  # type: ignore[attr-defined]
            self.now += 1e-10  # a clock always moves
            if not self._ready and timers:  # type: ignore[attr-defined]
                self.now = max(self.now, timers[0]._when)
            super()._run_once()  # type: ignore[misc]

    async def work() -> None:
        limiter = RateLimiter(lambda: rate)

        async def one(delay: float) -> None:
            await asyncio.sleep(delay)
            async with limiter.slot():
                times.append(asyncio.get_running_loop().time())

        async def pause(delay: float) -> None:
            await asyncio.sleep(delay)
            limiter.pause(2.0)

        requests = [one(delay) for delay in [0.0] * 3 * rate + [10.0] * 2 * rate + [20.7] * rate]
        await asyncio.gather(*requests, *map(pause, pauses))

    with asyncio.Runner(loop_factory=QuickLoop) as runner:
        monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=runner.get_loop().time))
        runner.run(work())

    assert len(times) == 6 * rate
    assert not [moment for moment in times for start in pauses if start + 1e-6 < moment < start + 2]
    for start in times:
        assert sum(start <= moment < start + 1 - 1e-6 for moment in times) <= rate


def test_few_requests_are_open_at_once(setup: Setup) -> None:
    open_now, most, lock = 0, 0, threading.Lock()
    send = setup.network.send

    async def counted(request: Any) -> Any:
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        try:
            return await send(request)
        finally:
            with lock:
                open_now -= 1

    setup.network.send = counted  # type: ignore[method-assign]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: setup.providers["tmdb"].details(str(number), "movie"), range(12)))
    assert 1 <= most <= 4


# Privacy.


def test_keys_are_in_no_log_error_repr_cache_or_ledger(
    setup: Setup, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    texts: list[object] = []
    others = {"slow", "too_many_retry_after", *IMAGE_FAULTS}  # the last ones change only pictures
    for fault in (None, *(each for each in FAULTS if each not in others)):
        for provider in setup.providers:
            setup.stand_in.recover()
            if fault is not None:
                setup.stand_in.fail(provider, fault, times=1)
            setup.cache.answers.clear()
            setup.providers[provider].client.allow()
            try:
                texts.append(call(setup, provider))
            except errors.ProviderError as error:
                texts += [error, error.__cause__, error.__context__, error.args]
            client = setup.providers[provider].client
            texts += [client.profile, client.profile.credentials(), client.last_problem, setup.cache.answers]
    texts += [setup.log.rows, caplog.text, *capfd.readouterr()]

    whole = "\n".join(map(repr, texts))
    assert [key for key in [*KEYS.values(), "stand-in-token"] if key in whole] == []
    received = repr([(each.query, each.headers, each.body) for each in setup.stand_in.requests])
    assert [key for key in KEYS.values() if key not in received] == [], "the stand-in must have seen every key"


def test_key_that_an_answer_repeats_is_not_stored(setup: Setup) -> None:
    secret = KEYS["tmdb_api_key"]
    setup.stand_in.answers.tmdb = lambda *_: {"results": [], "echo": secret}  # type: ignore[method-assign]
    call(setup, "tmdb")

    assert [answer.body for answer in setup.cache.answers.values()] == [b'{"results": [], "echo": "***"}']


def test_only_agreed_values_leave_the_machine(setup: Setup) -> None:
    for provider in ("tmdb", "omdb", "tvdb"):
        setup.providers[provider].search(FILM, strict=True)
        setup.providers[provider].find([ExternalId("imdb", "tt99000001")], "movie")
        setup.providers[provider].season("9000020", 1)
    setup.providers["fanarttv"].images({"tmdb": "9000001"}, "movie")

    allowed = {"query", "s", "i", "y", "year", "primary_release_year", "type", "language", "region", "page", "limit"}
    allowed |= {"include_adult", "plot", "Season", "season", "external_source", "api_key", "apikey", "meta"}
    allowed |= {"append_to_response", "include_image_language"}
    for each in setup.stand_in.requests:
        assert set(each.query) <= allowed
        whole = f"{each.route} {each.query} {each.headers} {each.body!r}"
        assert "secret" not in whole
        assert ".mkv" not in whole
        assert each.headers["user-agent"].startswith("Indexium/")
        assert "cookie" not in each.headers


def test_closed_network_refuses_requests(home: Path) -> None:
    with provider_setup(home) as setup:
        call(setup, "tmdb")
        setup.network.close()
        setup.network.close()
        with pytest.raises(errors.ProviderError, match="closed"):
            setup.providers["tmdb"].details("5", "movie")
