"""Searches for titles through a library: scores, the ledger, keys, the command line and the doctor."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors, keys
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.lookups.candidates import Candidate, SearchQuery
from indexium_core.model.lookups.combining import combine
from indexium_core.model.lookups.records import EnrichedMetadata
from indexium_core.model.lookups.traffic import CachedAnswer
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.store.database import Database
from indexium_core.store.home_files import FILE_NAME
from indexium_core.store.provider_traffic import MetadataCache, RequestLedger
from tests.integration.test_service import serving
from tests.support import tables
from tests.support.catalog import NOW
from tests.support.clock import Clock
from tests.support.providers import KEYS, use_keys
from tests.support.waiting import until


@pytest.fixture
def library(configured: Path) -> Iterator[Library]:
    with Library.open(configured) as opened:
        yield opened


def test_search_returns_scored_candidates(library: Library) -> None:
    found = library.providers.search("The Lantern Keeper", year=2014, kind="movie")

    assert found.decision.accepted is not None
    assert found.decision.accepted.score == 0.9425
    assert found.decision.accepted.candidate.external_id == "9000001"
    assert not found.problems


def test_namesake_of_the_next_year_prevents_acceptance(library: Library) -> None:
    found = library.providers.search("The Lantern Keeper", year=2015, kind="movie")

    assert [(each.candidate.year, each.score) for each in found.decision.candidates] == [(2014, 0.8425), (1961, 0.6031)]
    assert found.decision.accepted is None


def test_search_with_year_follows_if_nothing_is_accepted(library: Library) -> None:
    library.providers.search("The Lantern Keeper", year=2015, kind="movie")

    searches = [dict(row.parameters) for row in library.providers.requests() if row.route.startswith("/search")]
    assert [each.get("primary_release_year") for each in searches] == ["2015", None]


def test_details_of_best_candidates_have_other_titles(library: Library) -> None:
    found = library.providers.search("Laternenwärter Keeper", year=2014, kind="movie")

    best = found.decision.candidates[0]
    assert "Der Laternenwärter" in best.candidate.alternative_titles
    assert best.candidate.cast == ("Ada Quill", "Tom Verren")


def test_details_of_the_first_titles_are_read_if_no_title_is_similar(library: Library) -> None:
    found = library.providers.search("Le gardien de la lanterne", year=2014, kind="movie")

    assert found.decision.accepted is not None
    assert found.decision.accepted.candidate.external_id == "9000001"


def test_runtime_is_compared_and_not_sent(library: Library, stand_in: ProviderStandIn) -> None:
    query = SearchQuery("The Lantern Keeper", 2014, "movie", "/films/private/x.mkv", runtime_minutes=317.25)
    found = library.providers.match(query)

    assert found.decision.accepted is None
    assert "runtime" in found.decision.candidates[0].codes
    whole = repr([(each.route, each.query) for each in stand_in.requests])
    assert "317" not in whole
    assert "private" not in whole
    assert str(library.home) not in whole


def test_title_is_not_accepted_without_the_details_that_its_runtime_needs(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise errors.ProviderError("TMDB has answered with status 500.")

    query = SearchQuery("The Lantern Keeper", 2014, "movie", runtime_minutes=317.25)
    monkeypatch.setattr(library.providers.providers["tmdb"], "details", fail)
    found = library.providers.match(query)

    assert not found.decision.accepted
    assert not found.is_complete
    assert "runtime" in found.decision.explanation


def test_id_is_decisive(library: Library) -> None:
    ids = [ExternalId("imdb", "tt99000020")]
    found = library.providers.search("Wrong Name", kind="tv", external_ids=ids)

    assert found.decision.accepted is not None
    assert found.decision.accepted.candidate.title == "Harbour Lights"
    other = [*ids, ExternalId("tmdb", "9000021")]
    assert not library.providers.search("Wrong Name", kind="tv", external_ids=other).decision.accepted


def test_ids_of_different_titles_are_a_question_also_after_the_search(library: Library) -> None:
    ids = [ExternalId("tmdb", "9000004"), ExternalId("imdb", "tt99000005")]
    decision = library.providers.search("Salt Meadows", year=2019, kind="movie", external_ids=ids).decision
    assert decision.accepted is None
    assert "belong to different titles" in decision.explanation


def test_next_provider_is_asked_only_if_needed(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch)
    library.providers.search("The Lantern Keeper", year=2014, kind="movie")
    assert {each.provider for each in stand_in.requests} == {"tmdb"}
    library.providers.search("The Lantern Keeper", kind="movie")

    assert {each.provider for each in stand_in.requests} == {"tmdb", "tvdb", "omdb"}


def test_every_provider_is_asked_for_namesakes_of_a_name_without_a_year(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch)
    assert library.providers.search("Salt Meadows", kind="movie").decision.accepted
    assert {each.provider for each in stand_in.requests} == {"tmdb", "tvdb", "omdb"}
    stand_in.requests.clear()
    timed = SearchQuery("Paper Cranes", None, "movie", runtime_minutes=101)
    assert library.providers.match(timed).decision.accepted
    assert [each.route for each in stand_in.requests] == ["/search/movie", "/movie/9000006"], "the runtime is enough"


@pytest.mark.parametrize("year", [1961, None])
def test_namesake_of_another_provider_prevents_acceptance_only_without_a_year(
    library: Library, monkeypatch: pytest.MonkeyPatch, year: int | None
) -> None:
    use_keys(monkeypatch)
    other = Candidate(provider="tvdb", external_id="7", content_type="movie", title="Salt Meadows", year=1961)
    monkeypatch.setattr(library.providers.providers["tvdb"], "search", lambda *_, **__: [other])
    found = library.providers.search("Salt Meadows", year=2019 if year else None, kind="movie")

    assert (found.decision.accepted is not None) == (year is not None)
    assert year or "2 titles have this name" in found.decision.explanation


def test_namesakes_are_not_ruled_out_while_a_provider_does_not_answer(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch)
    stand_in.fail("omdb", "html")
    found = library.providers.search("Salt Meadows", kind="movie")

    assert (found.decision.accepted, found.is_complete, set(found.problems)) == (None, False, {"omdb"})
    assert "answers" in found.decision.missing
    assert library.providers.match(SearchQuery("Salt Meadows", None, "movie", runtime_minutes=94)).decision.accepted
    assert library.providers.search("Salt Meadows", year=2019, kind="movie").decision.accepted
    stand_in.recover()
    assert library.providers.search("Salt Meadows", kind="movie").decision.accepted


@pytest.mark.parametrize("place", [None, 2, 3])
def test_namesakes_are_searched_on_the_next_pages(
    library: Library, stand_in: ProviderStandIn, place: int | None
) -> None:
    def answer(route: str, query: Mapping[str, str]) -> Any:
        page = int(query.get("page", 1))
        name = "Nightfall" if page in {1, place} else f"Nightfall of page {page}"
        row = {"id": page, "title": name, "release_date": f"20{page:02}-01-01"}
        return {"results": [row], "total_pages": 9} if "/search" in route else None

    stand_in.answers.tmdb = answer  # type: ignore[method-assign]
    decision = library.providers.search("Nightfall", kind="movie").decision

    assert (decision.accepted is None) == (place is not None)
    searches = [each.query.get("page") for each in stand_in.requests if each.route.startswith("/search")]
    assert searches == [None, "2", "3"]


def test_failing_provider_is_named_and_others_answer(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch)
    stand_in.fail("tmdb", "html")
    found = library.providers.search("The Lantern Keeper", year=2014, kind="movie")

    assert found.problems == {"tmdb": "TMDB gives no usable answer: it is not JSON."}
    assert found.decision.accepted is not None
    assert found.decision.accepted.candidate.provider == "tvdb"


def test_all_failing_providers_are_one_error(library: Library, stand_in: ProviderStandIn) -> None:
    stand_in.fail("tmdb", "cut_json")
    with pytest.raises(errors.ProviderError, match="cut, or not a JSON object") as caught:
        library.providers.search("x")
    assert caught.value.reason == "provider_bad_answer"


def test_errors_of_several_providers_are_joined(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch)
    library.configuration.set("omdb_requests_per_day", "0")
    for provider in ("tmdb", "tvdb"):
        stand_in.fail(provider, "html")
    with pytest.raises(errors.ProviderError) as caught:
        library.providers.search("x")

    assert caught.value.message.count(" gives no usable answer: it is not JSON.") == 2
    assert caught.value.retry_after == 3600


@pytest.mark.parametrize("values", [{"title": "  "}, {"title": "x" * 301}, {"title": "x", "year": 12}])
def test_bad_search_is_refused(library: Library, stand_in: ProviderStandIn, values: dict[str, Any]) -> None:
    with pytest.raises(errors.UsageError):
        library.providers.search(**values)
    assert not stand_in.requests


# Details.


def test_details_combine_all_providers(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    use_keys(monkeypatch)
    found = library.providers.details(ExternalId("imdb", "tt99000020"), "tv")

    metadata = found.metadata
    assert (metadata.source, metadata.confidence, metadata.content_rating) == ("combined", 1.0, "TV-PG")
    assert (metadata.ratings.tmdb, metadata.ratings.imdb, metadata.ratings.rotten_tomatoes) == (7.1, 7.3, 87)
    ids = {"imdb": "tt99000020", "omdb": "tt99000020", "tmdb": "9000020", "tvdb": "8000020"}
    assert dict(metadata.external_ids) == ids
    assert found.seasons == (0, 1, 2)
    assert {each.provider for each in found.images} == {"tmdb", "tvdb", "fanarttv"}
    assert metadata.cast[0].person_ids == {"tmdb": "7200"}
    assert metadata.last_enriched is not None


def test_details_of_remaining_providers_and_of_none(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch)
    for provider in ("tmdb", "fanarttv"):
        stand_in.fail(provider, "html")
    known = ExternalId("imdb", "tt99000001")
    found = library.providers.details(known, "movie")

    assert (set(found.problems), found.metadata.source) == ({"tmdb", "fanarttv"}, "combined")
    stand_in.recover()
    with pytest.raises(errors.UnknownIdError, match="No provider has a film with the id IMDb tt0000001"):
        library.providers.details(ExternalId("imdb", "tt0000001"), "movie")
    with pytest.raises(errors.UnknownIdError, match="No provider has a series with the id IMDb tt0000001"):
        library.providers.details(ExternalId("imdb", "tt0000001"), "tv")


@pytest.mark.parametrize(
    ("provider", "value"),
    [
        ("imdb", "603"),
        ("imdb", "tt1"),
        ("tmdb", "../tv/1"),
        ("tvdb", "1?a=b"),
        ("tmdb", "\u0661"),
        ("omdb", "tt0000001"),
    ],
)
def test_text_that_is_no_id_is_refused(
    library: Library, stand_in: ProviderStandIn, provider: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known = ExternalId(provider, value)
    with pytest.raises(errors.UsageError, match="is not an id"):
        library.providers.details(known, "movie")
    with pytest.raises(errors.UsageError, match="is not an id"):
        library.providers.search("x", external_ids=[known])
    library.close()
    assert cli.main(["--home", str(library.home), "providers", "details", f"{provider}:{value}"]) == 2
    assert "is not an id" in capsys.readouterr().err
    assert not stand_in.requests


def test_film_and_series_with_one_number_are_two_titles(library: Library, stand_in: ProviderStandIn) -> None:
    rows = [
        {"id": 603, "media_type": "movie", "title": "Nightfall", "release_date": "2016-01-01"},
        {"id": 603, "media_type": "tv", "name": "Nightfall", "first_air_date": "2016-01-01"},
    ]
    stand_in.answers.tmdb = lambda route, _: {"results": rows} if "/search" in route else None  # type: ignore[method-assign]
    decision = library.providers.search("Nightfall", year=2016).decision

    assert {each.candidate.content_type for each in decision.titles} == {"movie", "tv"}
    assert decision.accepted is None


def test_combination_of_nothing_has_no_source() -> None:
    assert combine([], confidence=1, at=NOW) == EnrichedMetadata(last_enriched=NOW)
    alone = EnrichedMetadata(source="omdb", plot="x")
    assert combine([alone], confidence=0.5, at=NOW).source == "omdb"
    both = combine([alone, EnrichedMetadata(source="tmdb", plot="y")], confidence=0.5, at=NOW)
    assert (both.plot, both.source, both.confidence) == ("y", "combined", 0.5)


# State and keys.


def test_status_names_what_is_missing(library: Library) -> None:
    status = {each.provider: each for each in library.providers.status()}

    assert (status["tmdb"].is_on, status["tmdb"].reason) == (True, "Ready.")
    command = "indexium providers set-key omdb_api_key"
    assert status["omdb"].reason == f"There is no key. Enter it in the settings, or run: {command}."


def test_online_off_sends_nothing(library: Library, stand_in: ProviderStandIn) -> None:
    library.configuration.set("online", "off")
    with pytest.raises(errors.ProviderError, match="INDEXIUM_ONLINE is off") as caught:
        library.providers.search("The Lantern Keeper")

    assert caught.value.reason == "provider_off"
    assert not stand_in.requests
    assert not any(each.is_on for each in library.providers.status())


def test_key_file_is_used_if_only_its_user_can_read_it(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INDEXIUM_TMDB_API_KEY")
    path = library.home / keys.PROVIDER_FILE
    path.write_text('tmdb_api_key = "KEY-from-file"\nother = 7\n')
    path.chmod(0o644)
    [tmdb, *_] = library.providers.status()
    assert tmdb.reason == f"Other users can read the keys in {path}. Run: chmod 600 {path}"
    assert tmdb.needs_action
    path.chmod(0o600)

    assert library.providers.search("The Lantern Keeper", year=2014, kind="movie").decision.accepted
    assert "KEY" not in repr(keys.provider_keys(library.home))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("not toml KEY-x", "is not a TOML file"), ('tmdb_api_key = "KEY\\u0007x"', "has characters that no key has")],
)
def test_damaged_key_file_is_named_without_its_content(
    library: Library, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    monkeypatch.delenv("INDEXIUM_TMDB_API_KEY")
    path = library.home / keys.PROVIDER_FILE
    path.write_text(text)
    path.chmod(0o600)
    [tmdb, *_] = library.providers.status()

    assert reason in tmdb.reason
    assert "KEY" not in tmdb.reason


@pytest.mark.parametrize(
    ("line", "reason", "named"),
    [
        ('omdb_key = "KEY-x"', "has an unknown name, omdb_key. Did you mean omdb_api_key?", ["omdb"]),
        ('KEY-123abc = "KEY-x"', "has an unknown name, …. The names are tmdb_api_key", ["tvdb", "omdb", "fanarttv"]),
        ("omdb_api_key = 1234", 'is not in quotes. Write omdb_api_key = "…"', ["omdb"]),
    ],
)
def test_wrong_line_of_key_file_is_named(library: Library, line: str, reason: str, named: list[str]) -> None:
    path = library.home / keys.PROVIDER_FILE
    path.write_text(f"{line}\n")
    path.chmod(0o600)
    found = {each.provider: each for each in library.providers.status()}

    assert [name for name, each in found.items() if reason in each.reason] == named
    assert all(found[name].needs_action for name in named)
    assert not any("KEY" in each.reason.replace("API_KEY", "") for each in found.values() if each.provider in named)
    assert found["tmdb"].is_on  # its key is in the environment


def test_requests_are_paged_and_filtered(library: Library, stand_in: ProviderStandIn) -> None:
    library.providers.search("The Lantern Keeper", kind="movie")
    library.providers.search("Metropolis", kind="movie")
    every = library.providers.request_page(per_page=1000)
    assert every.total == len(every.items) == len(stand_in.requests)
    assert [each.id for each in every.items] == sorted((each.id for each in every.items), reverse=True)
    assert every.providers == ["tmdb"]
    second = library.providers.request_page(page=2, per_page=1)
    assert (second.items, second.total) == ([every.items[1]], every.total)
    found = library.providers.request_page("MÉTROPOLIS").items
    assert {each.parameters["query"] for each in found} == {"Metropolis"}
    assert library.providers.request_page(provider="omdb").total == 0
    assert library.providers.request_page(failed=True).total == 0
    with tables.changing(library) as tx:
        tx.execute("UPDATE provider_requests SET status = CASE id WHEN 1 THEN 404 ELSE 429 END WHERE id <= 2")
    assert [each.id for each in library.providers.request_page(failed=True).items] == [2]


def test_doctor_names_providers(library: Library, stand_in: ProviderStandIn) -> None:
    def check() -> Any:
        [found] = [each for each in library.doctor.run() if each.name == "providers"]
        return found

    assert check().state == "ok"
    assert check().message == "TMDB can be asked for films and series. TVDB, OMDb and fanart.tv are off."
    stand_in.fail("tmdb", "html")
    with pytest.raises(errors.ProviderError):
        library.providers.search("x")
    assert check().state == "ok", "an answer that is not usable is no failed connection"
    library.configuration.set("tmdb_url", "http://127.0.0.1:9")
    library.providers.providers["tmdb"].client._backoff = 0.01
    with pytest.raises(errors.ProviderError):
        library.providers.search("y")
    assert check().state == "warning"
    assert "TMDB cannot be reached (http://127.0.0.1:9)" in check().message


# Cache and ledger in the database.


def test_ledger_lists_requests_without_keys(library: Library) -> None:
    library.providers.search("Harbour Lights", year=2016, kind="tv")
    [row] = library.providers.requests(10)

    assert (row.provider, row.route, row.status) == ("tmdb", "/search/tv", 200)
    assert dict(row.parameters) == {
        "include_adult": "false",
        "language": "en",
        "query": "Harbour Lights",
    }
    assert row.bytes
    assert row.bytes > 100


def test_cache_survives_a_restart(configured: Path, stand_in: ProviderStandIn) -> None:
    for _ in range(2):
        with Library.open(configured) as library:
            library.providers.search("Harbour Lights", year=2016, kind="tv")

    assert len(stand_in.requests) == 1


def test_scan_deletes_answers_of_last_year(configured: Path, stand_in: ProviderStandIn, tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "films").mkdir()
    with Library.open(configured, clock=clock) as library:
        library.providers.search("Harbour Lights", year=2016, kind="tv")
        clock.forward(days=180)
        library.scan([tmp_path / "films"])
        library.providers.tidy()
        assert rows_of_cache(library) == 1
        requests = library.providers.request_page().total
        library.providers.search("Metropolis", kind="movie")
        newer = library.providers.request_page().total - requests
        clock.forward(days=1)
        library.scan([tmp_path / "films"])
        until(lambda: rows_of_cache(library) == newer)
        until(lambda: library.providers.request_page().total == newer)
        [tmdb, *_] = library.providers.status()
        assert tmdb.requests_today <= newer


def rows_of_cache(library: Library) -> int:
    return int(tables.value(library, "SELECT count(*) FROM provider_cache"))


def test_quota_survives_a_kill(home: Path) -> None:
    """A request counts from the moment before it is sent."""
    clock = Clock(NOW)
    with Database.open(home) as database:
        ledger = RequestLedger(database, clock=clock)
        first = ledger.begin("omdb", "/", {"s": "x"})
    with Database.open(home) as database:
        ledger = RequestLedger(database, clock=clock)
        counted = ledger.count("omdb", NOW - timedelta(days=1))
        assert (counted.number, counted.first_at) == (1, NOW)
        assert ledger.begin("omdb", "/", {}) > first
        assert ledger.count("tmdb", NOW - timedelta(days=1)).first_at is None
        assert [row.status for row in ledger.newest(5)] == [None, None]


def test_cache_replaces_answers_and_ignores_damaged_ones(home: Path) -> None:
    with Database.open(home) as database:
        cache = MetadataCache(database)
        for body in (b"{}", b'{"a": 1}'):
            cache.put("tmdb", "k", CachedAnswer(status=200, body=body, fetched_at=NOW, expires_at=NOW))
        found = cache.get("tmdb", "k")
        assert found is not None
        assert found.body == b'{"a": 1}'
        with database.atomic() as tx:
            tx.execute("UPDATE provider_cache SET body = 'x'::BLOB")
        assert cache.get("tmdb", "k") is None


def test_key_is_in_no_file_of_the_home(configured: Path, stand_in: ProviderStandIn) -> None:
    with Library.open(configured) as library:
        library.providers.search("Harbour Lights")
        stand_in.fail("tmdb", "rejected_key")
        with pytest.raises(errors.ProviderError):
            library.providers.search("Paper Cranes")

    files = [path for path in configured.rglob("*") if path.is_file()]
    assert configured / FILE_NAME in files
    assert [path.name for path in files if KEYS["tmdb_api_key"].encode() in path.read_bytes()] == []


# The command line.


@pytest.mark.further
def test_search_through_a_service_prints_the_same(
    configured: Path, stand_in: ProviderStandIn, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["providers", "search", "The Lantern Keeper", "--year", "2014", "--id", "imdb:tt99000001", "--json"]
    assert run(configured, *words) == 0
    alone = capfd.readouterr().out
    with serving(configured):
        assert run(configured, *words) == 0
        assert capfd.readouterr().out == alone
        assert run(configured, "providers", "status", "--json") == 0
        assert json.loads(capfd.readouterr().out)["items"][0]["is_on"]
        assert run(configured, "providers", "requests") == 0
        assert "/find/tt99000001" in capfd.readouterr().out
        stand_in.fail("tmdb", "html")
        assert run(configured, "providers", "search", "x") == 1
        assert capfd.readouterr().err == "indexium: TMDB gives no usable answer: it is not JSON.\n"


def run(home: Path, *words: str) -> int:
    return cli.main(["--home", str(home), *words])


def test_commands_print_json_and_tables(configured: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(configured, "providers", "status", "--json") == 0
    status = json.loads(capfd.readouterr().out)
    assert [(each["provider"], each["is_on"]) for each in status["items"]][:2] == [("tmdb", True), ("tvdb", False)]

    words = ["providers", "search", "The Lantern Keeper", "--year", "2014", "--kind", "movie"]
    assert run(configured, *words, "--json") == 0
    found = json.loads(capfd.readouterr().out)
    assert found["decision"]["accepted"]["score"] == 0.9425
    assert run(configured, *words) == 0
    printed = capfd.readouterr()
    assert "The title “The Lantern Keeper” equals “The Lantern Keeper”: 1.00 × 0.6: +0.600" in printed.out
    assert "Accepted automatically: Title and year are those of “The Lantern Keeper (2014)”." in printed.err

    assert run(configured, "providers", "details", "tmdb:9000001") == 0
    assert "Ada Quill (Mara), Tom Verren (Joss)" in capfd.readouterr().out
    assert run(configured, "providers", "requests", "--json") == 0
    assert json.loads(capfd.readouterr().out)["total"] == 2
    assert run(configured, "providers", "requests") == 0
    assert "query=The Lantern Keeper" in capfd.readouterr().out
    assert run(configured, "providers", "search", "x", "--id", "imdb") == 2
    assert os.environ["INDEXIUM_TMDB_API_KEY"] not in "".join(capfd.readouterr())
