"""Matches of titles with providers: searches, decisions of people, their undo, faults, and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors
from indexium_core.api import remote
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.providers.external_ids import ExternalId
from tests.integration.test_service import serving
from tests.support import media
from tests.support.providers import use_keys

FILES = (
    "Films/Orbit of Two Return (2022).mp4",
    "Films/The Lantern Keeper.mp4",
    "Films/Zzyzx Quorum (1999).mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E01.mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E02.mp4",
)
_TABLES = {
    "title_searches": "* EXCLUDE (searched_at)",
    "title_matches": "*",
    "title_values": "*",
    "movies": "* EXCLUDE (updated_at, has_unpublished_changes)",
    "series": "* EXCLUDE (updated_at, has_unpublished_changes)",
}


@pytest.fixture
def library(configured: Path, tmp_path: Path) -> Iterator[Library]:
    """A library of films and a series."""
    with Library.open(configured) as opened:
        opened.inventory.add(media.tree(tmp_path / "media", FILES), kind="mixed")
        opened.scan()
        opened.matches.on_accept = lambda _: None  # an enrichment in the background changes values, too
        yield opened


def ids(library: Library) -> dict[str, int]:
    """Return the ids of all titles by name."""
    return {each.name: each.id for each in library.titles.list(per_page=500).items}


def found(library: Library, name: str) -> int:
    """Search a title and return its id."""
    title_id = ids(library)[name]
    library.matches.find(title_id)
    return title_id


def provider_values(library: Library, title_id: int) -> dict[str, Any]:
    return {each.field: each.value for each in library.titles.candidates(title_id) if each.origin == "provider"}


def content(library: Library) -> dict[str, list[Any]]:
    """Return the rows that a decision can change."""
    reader = library._parts.store.read()
    return {
        table: reader.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
        for table, columns in _TABLES.items()
    }


# Searches.


def test_sure_match_is_accepted_and_gives_ids(library: Library) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")

    question = library.matches.get(title_id)
    assert (question.state, question.decided_by) == ("accepted", "automatic")
    assert question.candidates[0].state == "accepted"
    assert provider_values(library, title_id) == {"tmdb_id": "9000008"}
    match = library.matches.accepted(title_id)
    assert match is not None
    assert match.candidate.external_id == "9000008"


def test_namesakes_are_a_question_with_reasons(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")

    question = library.matches.get(title_id)
    assert (question.state, question.decided_by) == ("open", "")
    assert [each.candidate.year for each in question.candidates] == [2014, 1961]
    assert {reason.code for reason in question.candidates[0].reasons} == {"title", "popularity", "no_year"}
    assert "0.10 is needed" in question.explanation
    assert {each.name: each.text for each in question.facts}["title"] == "The Lantern Keeper"
    assert provider_values(library, title_id) == {}


def test_counts_and_pages(library: Library) -> None:
    for title_id in ids(library).values():
        library.matches.find(title_id)

    counts = library.matches.counts()
    assert {state: count for state, count in counts.items() if count} == {"accepted": 1, "open": 2, "none": 1}
    page = library.matches.pending()
    assert (page.total, page.counts) == (2, counts)
    assert [each.item.name for each in page.items] == ["Harbour Lights", "The Lantern Keeper"]


def test_episode_and_unknown_title_are_refused(library: Library) -> None:
    episode = library.titles.list(kind="episode").items[0]
    with pytest.raises(errors.UsageError, match="no film and no series"):
        library.matches.find(episode.id)
    with pytest.raises(errors.UnknownIdError):
        library.matches.get(987654)
    with pytest.raises(errors.UsageError, match="no state"):
        library.matches.pending("nonsense")


def test_home_videos_are_never_searched(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = ids(library)["The Lantern Keeper"]
    library.titles.set(title_id, "plot", "A title that stays, because a person has changed it")
    library.inventory.set_kind(library.inventory.list()[0].library_id, "home")
    before = len(stand_in.requests)
    for search in (
        lambda: library.matches.find(title_id),
        lambda: library.matches.search(title_id, "The Lantern Keeper"),
        lambda: library.matches.accept_id(title_id, ExternalId("tmdb", "9000001"), "movie"),
    ):
        with pytest.raises(errors.UsageError, match="is not searched"):
            search()
    assert len(stand_in.requests) == before


def test_two_ids_of_one_provider_stay_a_question(library: Library) -> None:
    title_id = ids(library)["The Lantern Keeper"]
    put_value(library, title_id, "tmdb_id", "9000001", "nfo")
    put_value(library, title_id, "tmdb_id", "9000002", "name")
    assert library.matches.find(title_id) == "open"
    assert "two ids" in library.matches.get(title_id).explanation


def test_malformed_id_is_not_sent(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    put_value(library, title_id, "tmdb_id", "../tv/1", "nfo")
    assert library.matches.find(title_id) == "accepted"
    assert ".." not in repr(stand_in.requests)


def test_id_by_hand_replaces_those_of_files(library: Library) -> None:
    title_id = ids(library)["The Lantern Keeper"]
    put_value(library, title_id, "tmdb_id", "9000001", "nfo")
    library.titles.set(title_id, "tmdb_id", "9000002")
    assert library.matches.find(title_id) == "accepted"
    match = library.matches.accepted(title_id)
    assert match is not None
    assert match.candidate.external_id == "9000002"


def test_name_that_says_nothing_is_not_sent(library: Library, stand_in: ProviderStandIn, tmp_path: Path) -> None:
    media.video(tmp_path / "media/Films/title_t00.mp4", seed=50)
    library.scan()
    [item] = library.titles.list(state="discovered").items
    before = len(stand_in.requests)
    assert library.matches.find(item.id) == "none"
    assert len(stand_in.requests) == before


def put_value(library: Library, title_id: int, field: str, value: str, origin: str) -> None:
    with library._parts.store.atomic() as tx:
        tx.execute(
            "INSERT INTO title_values VALUES ('movie', $1, $2, $3, $4, '', 0.9, now(), FALSE)",
            [title_id, field, json.dumps(value), origin],
        )


# Faults.


def test_failed_search_is_no_answer_and_is_repeated(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    stand_in.fail("tmdb", "html")
    with pytest.raises(errors.ProviderError):
        library.matches.find(title_id)
    assert library.matches.get(title_id).state == "failed"
    stand_in.recover()
    assert library.matches.find(title_id) == "accepted"


@pytest.mark.parametrize("is_asked", [True, False])
def test_title_with_an_id_is_not_accepted_while_the_provider_of_the_id_fails(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch, *, is_asked: bool
) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    put_value(library, title_id, "tmdb_id", "9000004", "name")
    use_keys(monkeypatch)
    if is_asked:
        stand_in.fail("tmdb", "html")
    else:
        client = library.providers.providers["tmdb"].client
        client._refuse("Wrong key.", "provider_key", client._account())
    assert library.matches.find(title_id) == "failed"
    assert "has an id" in library.matches.get(title_id).explanation
    assert provider_values(library, title_id) == {}

    stand_in.recover()
    for each in library.providers.providers.values():
        each.client.allow()
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000004"


def test_failed_search_keeps_a_question(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = found(library, "The Lantern Keeper")
    before = content(library)
    with library._parts.store.atomic() as tx:
        tx.execute("DELETE FROM provider_cache")
    stand_in.fail("tmdb", "html")
    with pytest.raises(errors.ProviderError):
        library.matches.find(title_id)
    assert content(library) == before


def test_without_provider_nothing_is_stored(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INDEXIUM_TMDB_API_KEY")
    title_id = ids(library)["The Lantern Keeper"]
    with pytest.raises(errors.ProviderError, match="No provider"):
        library.matches.find(title_id)
    assert library.matches.get(title_id).state == "unsearched"


def test_decision_during_a_search_wins(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    title_id = found(library, "The Lantern Keeper")
    match = library.providers.match

    def decide_meanwhile(*args: Any, **options: Any) -> Any:
        result = match(*args, **options)
        monkeypatch.undo()
        library.matches.accept(title_id, 2)
        return result

    monkeypatch.setattr(library.providers, "match", decide_meanwhile)
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000002"


def test_search_that_was_not_stored_is_repeated(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    title_id = ids(library)["The Lantern Keeper"]
    with monkeypatch.context() as patch:
        patch.setattr("indexium_core.store.titles.matches.put_candidates", killed)
        with pytest.raises(KeyboardInterrupt):
            library.matches.find(title_id)
    assert library.matches.get(title_id).state == "unsearched"
    assert library.matches.find(title_id) == "open"


def killed(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


# Decisions.


def accept(library: Library, title_id: int) -> None:
    library.matches.accept(title_id, 2)


def accept_id(library: Library, title_id: int) -> None:
    library.matches.accept_id(title_id, ExternalId("imdb", "tt99000004"), "movie")


def reject(library: Library, title_id: int) -> None:
    library.matches.reject(title_id, 1)


def ignore(library: Library, title_id: int) -> None:
    library.matches.ignore(title_id)


def later(library: Library, title_id: int) -> None:
    library.matches.later(title_id)


DECISIONS = [accept, accept_id, reject, ignore, later]


@pytest.mark.parametrize("decide", DECISIONS)
def test_undo_restores_everything(library: Library, decide: Callable[[Library, int], None]) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.titles.set(title_id, "plot", "By hand")
    library.titles.set(title_id, "tmdb_id", "123")
    before = content(library)
    decide(library, title_id)
    assert content(library) != before
    result = library.matches.undo()
    assert content(library) == before
    assert (result.titles, result.files) == (1, 1)
    assert result.description.startswith("Undone: ")
    with pytest.raises(errors.UsageError, match="no decision"):
        library.matches.undo()


@pytest.mark.parametrize("decide", [accept, accept_id, reject, ignore])
def test_undo_of_a_decision_about_a_match_restores_values_of_providers(
    library: Library, decide: Callable[[Library, int], None]
) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    library.matches.search(title_id, "The Lantern Keeper")
    accepted = next(each for each in library.matches.get(title_id).candidates if each.state == "accepted")
    put_genres(library, title_id)
    before = content(library)
    if decide is reject:
        library.matches.reject(title_id, accepted.position)
        assert library.matches.get(title_id).state == "open"
    else:
        decide(library, title_id)
    if decide is not ignore:
        assert "genres" not in provider_values(library, title_id)
    library.matches.undo()
    assert content(library) == before


def put_genres(library: Library, title_id: int) -> None:
    """Store a value of a provider, as an enrichment does."""
    with library._parts.store.atomic() as tx:
        row = "('movie', $1, 'genres', '[\"A\", \"B\"]', 'provider', 'tmdb', 0.9, now(), FALSE)"
        tx.execute(f"INSERT INTO title_values VALUES {row}", [title_id])
        tx.execute("UPDATE movies SET enriched_at = now(), state = 'enriched' WHERE id = $1", [title_id])


def test_decisions_are_undone_one_after_the_other(library: Library) -> None:
    film, series = found(library, "The Lantern Keeper"), found(library, "Harbour Lights")
    seen = [content(library)]
    for decide in (
        lambda: library.matches.later(film),
        lambda: library.matches.reject(series, 1),
        lambda: library.matches.accept(series, 2),
        lambda: library.matches.accept(film, 1),
        lambda: library.matches.ignore(film),
    ):
        decide()
        seen.append(content(library))
    while len(seen) > 1:
        seen.pop()
        library.matches.undo()
        assert content(library) == seen[-1]


def test_values_by_hand_survive_decision_and_undo(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 1)
    library.titles.set_values(title_id, {"title": "By hand", "tmdb_id": "42"})
    library.titles.lock(title_id, ["imdb_id"])
    library.matches.accept(title_id, 2)
    values = {each.field: each.value for each in library.titles.get(title_id).values}
    assert (values["title"], values["tmdb_id"], values["imdb_id"]) == ("By hand", "42", "tt99000001")
    library.matches.undo()
    library.matches.undo()
    values = {each.field: each.value for each in library.titles.get(title_id).values}
    assert (values["title"], values["tmdb_id"], values["imdb_id"]) == ("By hand", "42", "tt99000001")


def test_decision_of_a_person_is_not_searched_again(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 2)
    before = len(stand_in.requests)
    assert library.matches.find(title_id) == "accepted"
    library.matches.undo()
    library.matches.later(title_id)
    assert library.matches.find(title_id) == "later"
    library.matches.ignore(title_id)
    assert library.matches.find(title_id) == "ignored"
    assert len(stand_in.requests) == before


def test_rejected_title_is_not_proposed_again(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.reject(title_id, 1)
    library.matches.find(title_id)
    question = library.matches.get(title_id)
    assert question.state == "open"
    assert [(each.candidate.year, each.state) for each in question.candidates] == [
        (1961, "proposed"),
        (2014, "rejected"),
    ]
    library.matches.reject(title_id, question.candidates[0].position)
    assert library.matches.get(title_id).state == "none"
    assert library.matches.find(title_id) == "none"
    assert {each.state for each in library.matches.get(title_id).candidates} == {"rejected"}


def test_repeated_search_of_a_question_keeps_it_open(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    library.matches.reject(title_id, 1)
    library.matches.undo()
    [candidate] = library.matches.get(title_id).candidates
    assert candidate.state == "accepted"
    series = found(library, "Harbour Lights")
    before = library.matches.get(series)
    assert library.matches.find(series) == "open"
    assert library.matches.get(series) == before


def test_corrected_title_is_searched_anew(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.titles.set(title_id, "year", 1961)
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000002"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Salt Meadows", ["Salt Meadows (2019)"]),
        ("The Lantern Keeper 1961", ["The Lantern Keeper (1961)", "The Lantern Keeper (2014)"]),
        ("The Lantern Keeper (2014)", ["The Lantern Keeper (2014)", "The Lantern Keeper (1961)"]),
        ("1931", ["1931 (2011)"]),
        ("tt99000003", ["1931 (2011)"]),
        ("tmdb:9000004", ["Salt Meadows (2019)"]),
    ],
)
def test_search_by_hand(library: Library, text: str, titles: list[str]) -> None:
    title_id = found(library, "Zzyzx Quorum (1999)")
    assert library.matches.get(title_id).state == "none"
    question = library.matches.search(title_id, text)
    assert [f"{each.candidate.title} ({each.candidate.year})" for each in question.candidates] == titles
    assert question.state == "open"
    assert library.matches.find(title_id) == "open"
    assert library.matches.get(title_id).candidates == question.candidates


def test_search_by_hand_without_result_and_of_a_match(library: Library) -> None:
    title_id = found(library, "Zzyzx Quorum (1999)")
    with pytest.raises(errors.UnknownIdError):
        library.matches.search(title_id, "tmdb:111")
    with pytest.raises(errors.UsageError, match="1 to 300"):
        library.matches.search(title_id, " ")
    match = found(library, "Orbit of Two Return (2022)")
    question = library.matches.search(match, "The Lantern Keeper")
    assert question.state == "accepted"
    assert [each.state for each in question.candidates] == ["proposed", "proposed", "accepted"]


def test_position_that_has_changed_is_refused(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    with pytest.raises(errors.UsageError, match="have changed"):
        library.matches.accept(title_id, 1, expected="tmdb:9000002")
    with pytest.raises(errors.UnknownIdError):
        library.matches.accept(title_id, 9)
    with pytest.raises(errors.UsageError, match="cannot be of the kind"):
        library.matches.accept_id(title_id, ExternalId("tmdb", "9000020"), "tv")
    assert library.matches.get(title_id).state == "open"


def test_decision_counts_for_the_folder(library: Library, tmp_path: Path) -> None:
    for seed, name in enumerate(("Night Tramway", "Night Trammel"), 60):
        media.video(tmp_path / f"media/Films/{name}.mp4", seed=seed)
    library.scan()
    for title_id in ids(library).values():
        library.matches.find(title_id)
    question = library.matches.get(ids(library)["The Lantern Keeper"])
    assert {each.name for each in question.others} == {"Night Tramway", "Night Trammel"}
    assert (question.other_count, question.same_count) == (2, 0)
    before = content(library)
    result = library.matches.ignore(question.item.id, others=True)
    assert (result.titles, library.matches.counts()["ignored"]) == (3, 3)
    assert library.matches.get(ids(library)["Harbour Lights"]).state == "open"
    library.matches.undo()
    assert content(library) == before


def test_decision_for_the_folder_leaves_titles_out_that_reject_it(library: Library, tmp_path: Path) -> None:
    media.video(tmp_path / "media" / "Films/b/The Lantern Keeper.mkv", seed=7)
    media.video(tmp_path / "media" / "Films/b/The Lantern Keeper (2).mp4", seed=8)
    library.scan()
    near = [each.id for each in library.titles.list(per_page=500).items if each.title.startswith("The Lantern Keeper")]
    with library._parts.store.atomic() as tx:
        tx.execute("UPDATE scanned_files SET folder = 'Films' WHERE folder LIKE 'Films%'")
    for title_id in near:
        library.matches.find(title_id)
    first, *others = near
    with library._parts.store.atomic() as tx:
        tx.execute("UPDATE title_searches SET query = (SELECT query FROM title_searches WHERE entity_id = $1)", [first])
    assert library.matches.get(first).same_count == len(others) > 0
    for each in others:
        library.matches.reject(each, 1)
    assert library.matches.accept(first, 1, others=True).titles == 1


def test_lock_survives_the_undo_of_ignored(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.ignore(title_id)
    library.titles.lock(title_id, ["ignored"])
    library.matches.undo()
    [value] = library.titles.candidates(title_id, "ignored")
    assert (value.value, value.locked) == (True, True)


@pytest.mark.parametrize("origin", ["nfo", "name"])
def test_id_that_contradicts_an_automatic_match_makes_it_a_question(library: Library, origin: str) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    library.jobs.wait(library.titles.identify().id, timeout=60)
    assert library.matches.get(title_id).state == "accepted"
    with library._parts.store.atomic() as tx:
        tx.execute("UPDATE title_matches SET external_id = '9000004' WHERE state = 'accepted'")
    put_value(library, title_id, "tmdb_id", "9000008", origin)
    library.matches._finder.reopen_contradicted()

    question = library.matches.get(title_id)
    assert (question.state, question.decided_by) == ("open", "")
    assert "TMDB 9000008" in question.explanation
    assert provider_values(library, title_id) == {}
    library.matches.accept(title_id, question.candidates[0].position)
    library.matches._finder.reopen_contradicted()
    assert library.matches.get(title_id).state == "accepted"


def test_nfo_file_that_contradicts_an_automatic_match_makes_it_a_question(library: Library, tmp_path: Path) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    nfo = tmp_path / "media" / "Films/Orbit of Two Return (2022).nfo"
    nfo.write_text('<movie><title>Orbit</title><uniqueid type="tmdb" default="true">9000001</uniqueid></movie>')
    library.jobs.wait(library.titles.identify().id, timeout=60)
    assert library.matches.get(title_id).state == "open"


def test_decision_is_reported_if_the_job_that_follows_cannot_be_added(library: Library) -> None:
    def fail(_: Any) -> int:
        raise errors.StoreError("The disk is full.")

    title_id = found(library, "The Lantern Keeper")
    library.matches.on_accept = fail
    result = library.matches.accept(title_id, 1)
    assert (result.titles, result.job_id) == (1, None)
    assert library.matches.get(title_id).state == "accepted"


def test_impossible_numbers_and_texts_are_usage_errors(library: Library) -> None:
    with pytest.raises(errors.UsageError, match="no library"):
        library.matches.pending(library_id=10**12)
    with pytest.raises(errors.UsageError, match="no library"):
        library.titles.list(library_id=10**12)
    assert library.titles.list(page=10**18).items == []
    assert library.matches.pending(page=10**18).items == []
    with pytest.raises(errors.UsageError, match="character"):
        library.matches.search(ids(library)["The Lantern Keeper"], "\ud800")


def test_accepting_an_ignored_title_shows_it_again(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.ignore(title_id)
    before = content(library)
    library.matches.accept(title_id, 1)
    assert library.titles.get(title_id).item.state == "identified"
    library.matches.undo()
    assert content(library) == before


def test_events_follow_a_decision(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    seen: list[tuple[str, Any]] = []
    library.events.subscribe(lambda event: seen.append((event.name, event.data.get("title_id"))))
    library.matches.accept(title_id, 1)
    assert ("movie:updated", title_id) in seen
    assert ("matches:changed", None) in seen


def test_deleted_title_leaves_nothing(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    found(library, "Harbour Lights")
    library.matches.ignore(title_id)
    library.matches.undo()
    library.matches.later(title_id)
    library.inventory.remove(library.inventory.list()[0].library_id)
    assert content(library) == {table: [] for table in _TABLES}
    assert library.matches.undo().titles == 0
    assert content(library) == {table: [] for table in _TABLES}


def test_match_by_hand_stays_when_its_file_is_renamed(library: Library, tmp_path: Path) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 2)
    (tmp_path / FILES[1].replace("Films", "media/Films")).rename(tmp_path / "media/Films/Salt Meadows (2019).mp4")
    library.scan()
    assert library.matches.get(title_id).state == "accepted"
    assert library.titles.get(title_id).item.file_count == 1
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000002"


# The command line.


def test_command_line(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    title_id = found(library, "The Lantern Keeper")
    home = library.home
    library.close()

    def run(*arguments: str) -> str:
        assert cli.main(["--home", str(home), "titles", *arguments]) == 0
        return capsys.readouterr().out

    listed = json.loads(run("matches", "--json"))
    assert [each["item"]["id"] for each in listed["items"]] == [title_id]
    shown = run("match", str(title_id))
    assert "The Lantern Keeper (1961)" in shown
    assert "tmdb:9000002" in shown
    assert "is “The Lantern Keeper (1961)”" in run("match", str(title_id), "--accept", "2")
    assert "Undone: " in run("undo")
    assert "is not “The Lantern Keeper (2014)”" in run("match", str(title_id), "--reject", "1")
    assert json.loads(run("match", str(title_id), "--search", "1931", "--json"))["candidates"][0]["score"] > 0.5
    assert "is “Salt Meadows (2019)”" in run("match", str(title_id), "--id", "tmdb:9000004")
    run("undo")
    run("match", str(title_id), "--later")
    assert str(title_id) in run("matches", "--state", "later")
    run("match", str(title_id), "--ignore", "--others")
    assert cli.main(["--home", str(home), "titles", "match", "1", "--later", "--ignore"]) == 2
    assert cli.main(["--home", str(home), "titles", "match", "1", "--later", "--others"]) == 2


def test_decisions_through_a_running_service(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    question, page = library.matches.get(title_id), library.matches.pending()
    library.close()
    with serving(library.home):
        running = remote.connect(library.home)
        assert running is not None
        assert running.matches.get(title_id) == question
        assert running.matches.pending() == page
        assert running.matches.accept(title_id, 2).titles == 1
        known = ExternalId("tmdb", "9000004")
        assert running.matches.accept_id(title_id, known, "movie").titles == 1
        assert running.matches.undo().titles == 1
        running.close()
