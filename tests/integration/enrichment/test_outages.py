"""Providers that are not available for some time: what is sent, what waits, and what continues by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from indexium_core.demo.providers.stand_in import Fault, ProviderStandIn
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.library import Library
from indexium_core.model.job import Job
from tests.integration.enrichment.conftest import only_tmdb
from tests.support import tables
from tests.support.clock import Clock
from tests.support.effort import effort
from tests.support.enriched_home import enrich, values
from tests.support.identified_home import add, run, titles
from tests.support.providers import store_addresses, use_keys
from tests.support.waiting import PATIENCE, until

# One fault for each result of a request; those from the sixth on have the result of the fifth.
FAULTS: list[Fault] = effort.some(
    [
        "server_error",
        "too_many",
        "too_many_retry_after",
        "cut_body",
        "html",
        "cut_json",
        "empty",
        "list",
        "error_inside",
    ],
    5,
)


def pending(library: Library) -> list[Job]:
    return library.jobs.list(kinds=["enrich"], statuses=["pending"]).items


def unfinished(library: Library) -> list[Job]:
    return library.jobs.list(kinds=["enrich"], statuses=["pending", "running"]).items


def pass_time(library: Library, clock: Clock, *, minutes: int, is_over: Callable[[], bool] = lambda: False) -> None:
    """Let some minutes pass until `is_over`: each job that falls due runs at its time to its end."""
    end = clock.now + timedelta(minutes=minutes)
    while clock.now < end and not is_over():
        times = [each.next_retry_at for each in unfinished(library) if each.next_retry_at is not None]
        clock.now = min(end, max(clock.now, min(times, default=end)))
        library._parts.core.queue._dispatcher.wake()
        while due := [
            each for each in unfinished(library) if each.next_retry_at is None or each.next_retry_at <= clock.now
        ]:
            for job in due:
                library.jobs.wait(job.id, timeout=PATIENCE)


# An hour without the provider.


@pytest.fixture
def many(
    home: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[ManyFilms]:
    """A library of so many films."""
    films = [
        MadeUpTitle(number=1000 + number, kind="movie", title=f"Film {number}", year=1950 + number % 70, plot="A plot.")
        for number in range(request.param)
    ]
    for number in range(request.param):
        path = tmp_path / f"films/Film {number} ({1950 + number % 70}) [tmdbid-{9_001_000 + number}].mkv"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    made = ManyFilms(films)
    store_addresses(home, made.server, enrich_pause_ms="0", tmdb_requests_per_second="40")
    use_keys(monkeypatch, "tmdb_api_key")
    try:
        with Library.open(home, clock=clock) as library:
            library.inventory.add(tmp_path / "films", kind="movies")
            library.scan()
            made.library = library
            yield made
    finally:
        made.close()


class ManyFilms:
    """A library of many films, and its provider."""

    library: Library

    def __init__(self, films: list[MadeUpTitle]) -> None:
        self._films, self.total = films, len(films)
        self.server = ProviderStandIn(films).start()
        self._port = int(self.server.url.rpartition(":")[2])
        self.is_served = True

    def leave(self) -> None:
        """Take the provider away: its port is closed."""
        self.close()

    def come_back(self) -> None:
        self.server = ProviderStandIn(self._films, port=self._port).start()
        self.is_served = True

    def close(self) -> None:
        if self.is_served:
            self.server.close()
            self.is_served = False

    @property
    def enriched(self) -> int:
        return self.library.titles.list(state="enriched").total

    @property
    def sent(self) -> int:
        return self.library.providers.request_page().total


@pytest.mark.parametrize(
    ("many", "how"),
    [(24, "gone"), pytest.param(24, "server_error", marks=pytest.mark.further)],
    indirect=["many"],
)
def test_library_is_complete_after_an_outage_in_its_middle(many: ManyFilms, clock: Clock, how: str) -> None:
    library = many.library
    job = library.enrichment.schedule_library_enrichment()
    until(lambda: len(many.server.requests) >= many.total // 3)
    if how == "gone":
        many.leave()
    else:
        many.server.fail("tmdb", "server_error")
    done = library.jobs.wait(job.id, timeout=60)
    answered = library.providers.request_page().total - library.providers.request_page(failed=True).total
    assert (done.status, done.summary["failed"]) == ("completed", 0)
    assert 0 < answered < many.total
    pass_time(library, clock, minutes=60)
    assert many.sent - answered <= 20

    many.come_back() if how == "gone" else many.server.recover()
    pass_time(library, clock, minutes=90, is_over=lambda: many.enriched == many.total)
    assert many.enriched == many.total
    assert many.sent - many.total <= 21
    assert pending(library) == []


# Each fault is no attempt.


@pytest.mark.parametrize("fault", effort.some(FAULTS, 1))
def test_fault_is_no_attempt(
    library: Library, stand_in: ProviderStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    only_tmdb(monkeypatch)
    stand_in.fail("tmdb", fault)
    for _ in range(2):
        job = enrich(library)
        assert (job.status, job.summary["enriched"], job.summary["failed"]) == ("completed", 0, 0)
        assert [each.titles for each in library.enrichment.due().waiting] == [3]
    assert titles(library)["The Lantern Keeper"].state == "identified"
    stand_in.recover()
    pass_time(library, clock, minutes=70, is_over=lambda: library.titles.list(state="enriched").total == 3)
    assert library.titles.list(state="enriched").total == 3
    assert tables.value(library, "SELECT max(attempts) FROM title_enrichment") == 0


def break_one_answer(stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the provider give no usable answer about the first film."""
    answer = stand_in.answers.tmdb

    def broken(route: str, query: dict[str, str]) -> object:
        return [] if route == "/movie/9000004" else answer(route, query)

    monkeypatch.setattr(stand_in.answers, "tmdb", broken)


def test_title_whose_answer_is_broken_comes_last(
    library: Library, stand_in: ProviderStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tmdb(monkeypatch)
    library.configuration.set("enrich_concurrency", "1")
    break_one_answer(stand_in, monkeypatch)
    for first in (True, False):
        stand_in.requests.clear()
        enrich(library)
        assert (stand_in.requests[0].route == "/movie/9000004") is first
        clock.forward(days=31)


def test_title_whose_answer_alone_is_broken_does_not_stop_the_others(
    library: Library, stand_in: ProviderStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tmdb(monkeypatch)
    answer = stand_in.answers.tmdb
    break_one_answer(stand_in, monkeypatch)
    job = enrich(library)
    assert (job.summary["enriched"], job.summary["waiting"]) == (2, 1)
    asked = len([each for each in stand_in.requests if each.route == "/movie/9000004"])
    pass_time(library, clock, minutes=190)
    again = len([each for each in stand_in.requests if each.route == "/movie/9000004"]) - asked
    assert 2 <= again <= 4  # after one hour, then after two
    monkeypatch.setattr(stand_in.answers, "tmdb", answer)
    pass_time(library, clock, minutes=300, is_over=lambda: library.titles.list(state="enriched").total == 3)
    assert library.titles.list(state="enriched").total == 3
    assert pending(library) == []


# One provider of several.


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("server_error", marks=pytest.mark.further),
        "too_many",
        pytest.param("html", marks=pytest.mark.further),
    ],
)
def test_values_of_one_provider_follow_those_of_the_others(
    library: Library, stand_in: ProviderStandIn, clock: Clock, fault: Fault
) -> None:
    stand_in.fail("omdb", fault)
    job = enrich(library)
    assert (job.status, job.summary["enriched"], job.summary["partial"]) == ("completed", 3, 3)
    film = titles(library)["The Lantern Keeper"].id
    assert ("plot", "tmdb") in values(library, film)
    assert ("plot", "omdb") not in values(library, film)
    [waiting] = library.enrichment.due().waiting
    assert (waiting.provider, waiting.titles) == ("OMDb", 3)
    stand_in.recover()
    pass_time(library, clock, minutes=70, is_over=lambda: not unfinished(library))
    assert ("plot", "omdb") in values(library, film)
    assert library.enrichment.due().waiting == []


def test_spent_quota_is_over_after_a_day(library: Library, clock: Clock) -> None:
    library.configuration.set("omdb_requests_per_day", "1")
    enrich(library)
    status = {each.provider: each for each in library.providers.status()}["omdb"]
    assert (status.state, status.is_on, status.needs_action) == ("paused", False, False)
    assert status.reason.startswith("OMDb has had its 1 requests of the last 24 hours. It is asked again 22 Nov ")
    [waiting] = library.enrichment.due().waiting
    assert (waiting.provider, waiting.titles, waiting.until) == ("OMDb", 2, status.next_try)
    library.configuration.set("omdb_requests_per_day", "1000")
    clock.forward(days=1)
    pass_time(library, clock, minutes=1)
    assert library.enrichment.due().waiting == []
    assert len([each for each in library.providers.requests() if each.provider == "omdb"]) > 1


# Searches.


def test_search_during_a_pause_stores_no_failure(
    library: Library, folder: Path, stand_in: ProviderStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tmdb(monkeypatch)
    add(folder / "Films/Paper Cranes (2003).mp4", 70)
    library.scan()
    stand_in.fail("tmdb", "server_error")
    enrich(library)
    title = titles(library)["Paper Cranes"].id
    assert library.providers.pauses()
    enrich(library)
    assert library.matches.get(title).state in {"unsearched", "failed"}
    stand_in.recover()
    pass_time(library, clock, minutes=5)
    assert library.matches.get(title).state in {"accepted", "none"}


# What people see.


def test_commands_name_the_pause_and_what_waits(
    library: Library,
    stand_in: ProviderStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each command is a process of its own: it knows the pause from the list of requests."""
    only_tmdb(monkeypatch)
    library.close()
    stand_in.fail("tmdb", "server_error")
    code, _ = run(library, capsys, "titles", "enrich")
    sent = len(stand_in.requests)
    assert code == 0
    code, text = run(library, capsys, "titles", "status")
    last = text.splitlines()[-1]
    assert last.startswith("3 titles wait for TMDB until today ")
    assert "TMDB is paused until today" in last
    code, text = run(library, capsys, "providers", "status", "--json")
    [tmdb, *_] = json.loads(text)["items"]
    assert (tmdb["state"], tmdb["is_on"]) == ("paused", False)
    assert tmdb["next_try"]
    code, text = run(library, capsys, "titles", "enrich", "--json")
    assert json.loads(text)["due"]["waiting"][0]["titles"] == 3
    assert len(stand_in.requests) == sent


def test_enriched_titles_are_named_as_such(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    enrich(library)
    assert library.enrichment.due().text == "3 titles were looked up a short time ago; --force does it again."
    library.close()
    code = run(library, capsys, "titles", "enrich", "1")[0]
    assert code == 0


@pytest.mark.parametrize("threads", ["1", "4"])
def test_person_can_end_a_pause(
    library: Library, stand_in: ProviderStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch, threads: str
) -> None:
    """With one thread, the first title fails before the outage is known: it does not wait longer than the others."""
    only_tmdb(monkeypatch)
    library.configuration.set("enrich_concurrency", threads)
    stand_in.fail("tmdb", "server_error")
    enrich(library)
    assert library.providers.status()[0].state == "paused"
    stand_in.recover()
    clock.forward(seconds=1)
    assert library.provider_keys.test("tmdb").accepted
    assert library.providers.status()[0].state == "on"
    assert enrich(library).summary["enriched"] == 3
