"""Searches of titles at the providers: what is accepted, asked and sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.lookups.candidates import MatchDecision, SearchQuery
from indexium_core.model.lookups.traffic import TitleSearch
from indexium_core.model.providers.external_ids import ExternalId
from tests.support import media, tables
from tests.support.cases import each_case
from tests.support.matched_home import DECISIONS, found, ids, provider_values, put_value


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
    assert {reason.code for reason in question.candidates[0].reasons} == {"title", "popularity", "no_year", "namesakes"}
    assert question.explanation == (
        "The name has no year, and no runtime, id or cast confirms it. 2 titles have this name."
    )
    assert question.missing == ("year", "runtime", "id", "cast")
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
        with pytest.raises(errors.UsageError, match="is not looked up"):
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


def test_title_that_begins_with_file_says_something(library: Library, tmp_path: Path) -> None:
    media.video(tmp_path / "media/Films/File Under Miscellaneous (2010).mp4", seed=50)
    library.scan()

    assert library.titles.list(state="discovered").items == []
    [item] = library.titles.list("File Under").items
    assert (item.title, item.state) == ("File Under Miscellaneous", "identified")


def test_search_by_hand(library: Library) -> None:
    title_id = found(library, "Zzyzx Quorum (1999)")
    assert library.matches.get(title_id).state == "none"
    texts = {
        "Salt Meadows": ["Salt Meadows (2019)"],
        "The Lantern Keeper 1961": ["The Lantern Keeper (1961)", "The Lantern Keeper (2014)"],
        "The Lantern Keeper (2014)": ["The Lantern Keeper (2014)", "The Lantern Keeper (1961)"],
        "1931": ["1931 (2011)"],
        "tt99000003": ["1931 (2011)"],
        "tmdb:9000004": ["Salt Meadows (2019)"],
    }
    for text, titles in texts.items():
        question = library.matches.search(title_id, text)
        assert [f"{each.candidate.title} ({each.candidate.year})" for each in question.candidates] == titles, text
        assert question.state == "open", text
        assert library.matches.find(title_id) == "open", text
        assert library.matches.get(title_id).candidates == question.candidates, text


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


def test_impossible_numbers_and_texts_are_usage_errors(library: Library) -> None:
    with pytest.raises(errors.UnknownIdError, match="no library"):
        library.matches.pending(library_id=10**12)
    with pytest.raises(errors.UnknownIdError, match="no library"):
        library.titles.list(library_id=10**12)
    assert library.titles.list(page=10**18).items == []
    assert library.matches.pending(page=10**18).items == []
    with pytest.raises(errors.UsageError, match="character"):
        library.matches.search(ids(library)["The Lantern Keeper"], "\ud800")


def test_series_without_the_seasons_of_the_files_is_a_question(
    library: Library, stand_in: ProviderStandIn, tmp_path: Path
) -> None:
    folder = tmp_path / "media/Shows/The Clock Street Files"
    media.video(folder / "Season 1/The Clock Street Files - S01E01.mp4", seed=50)
    library.scan()
    title_id = found(library, "The Clock Street Files")
    assert library.matches.get(title_id).state == "accepted"
    media.video(folder / "Season 4/The Clock Street Files - S04E02.mp4", seed=51)
    library.scan()
    assert library.matches.get(title_id).state == "accepted"  # a match is not searched again
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM title_searches")
        tx.execute("DELETE FROM title_matches")
    assert library.matches.find(title_id) == "open"
    explanation = library.matches.get(title_id).explanation
    assert "The files have season 4, but “The Clock Street Files (2020)” has 1." in explanation


def test_series_with_one_title_have_different_names(library: Library, tmp_path: Path) -> None:
    for seed, country in enumerate(("US", "UK"), 50):
        folder = tmp_path / f"media/Shows/Night Desk ({country})"
        media.video(folder / f"Season 1/Night Desk ({country}) - S01E01.mp4", seed=seed)
    library.scan()
    names = {each.name for each in library.titles.list("Night Desk", kind="series").items}
    assert names == {"Night Desk (US)", "Night Desk (UK)"}
    pending = library.matches.pending("unsearched", per_page=100).items
    assert {each.item.name for each in pending} >= names
    facts = next({fact.name: fact.text for fact in each.facts} for each in pending if each.item.name.endswith("(UK)"))
    assert facts["country"] == "UK"


def test_cast_and_second_title_of_an_nfo_file_and_people_of_a_file_are_compared(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = tmp_path / "media/Films/The Lantern Keeper"
    texts = "<originaltitle>Lanterna</originaltitle><actor><name>Ada Quill</name></actor>"
    name.with_suffix(".nfo").write_text(f"<movie><title>The Lantern Keeper</title>{texts}</movie>")
    library.jobs.wait(library.titles.identify().id, timeout=60)
    library.people.add([str(name.with_suffix(".mp4"))], ["Tom Verren"])
    seen, match = list[SearchQuery](), library.providers.match
    monkeypatch.setattr(library.providers, "match", lambda query, **more: (seen.append(query), match(query, **more))[1])
    found(library, "The Lantern Keeper")

    assert [(each.original_title, each.people) for each in seen] == [("Lanterna", ("Ada Quill", "Tom Verren"))]


@each_case("decide", [None, *DECISIONS])
def test_fruitless_search_by_hand_changes_nothing(library: Library, decide: Callable[..., object] | None) -> None:
    title_id = found(library, "The Lantern Keeper")
    if decide is not None:
        decide(library, title_id)
    before = library.matches.get(title_id)
    with pytest.raises(errors.UnknownIdError, match=r"like “zzzz”\. The candidates are unchanged"):
        library.matches.search(title_id, "zzzz")
    assert library.matches.get(title_id) == before
    if decide is not None:
        library.matches.undo()


def test_search_by_hand_that_finds_only_rejected_titles_changes_nothing(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.search(title_id, "Salt Meadows")
    library.matches.reject(title_id, 1)
    library.matches.suggest(title_id)
    before = library.matches.get(title_id)
    with pytest.raises(errors.UsageError, match="only titles that were rejected"):
        library.matches.search(title_id, "Salt Meadows")
    assert library.matches.get(title_id) == before


def test_search_by_hand_names_what_was_searched(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    assert library.matches.search(title_id, "tmdb:9000004").search_id == "tmdb:9000004"
    assert library.matches.search(title_id, "Salt Meadows").search_id == ""
    assert library.matches.suggest(title_id).search_id == ""


@each_case("decide", [None, *DECISIONS])
def test_suggestions_are_shown_again_after_a_search_by_hand(
    library: Library, decide: Callable[..., object] | None
) -> None:
    title_id = found(library, "The Lantern Keeper")
    if decide is not None:
        decide(library, title_id)
    before = library.matches.get(title_id)
    assert not before.by_hand
    library.matches.search(title_id, "Salt Meadows 2019")
    searched = library.matches.get(title_id)
    assert (searched.by_hand, searched.state, searched.decided_at) == (True, before.state, before.decided_at)
    assert "Salt Meadows" in {each.candidate.title for each in searched.candidates}
    assert library.matches.suggest(title_id) == library.matches.get(title_id)
    again = library.matches.get(title_id)
    assert (again.by_hand, again.state) == (False, before.state)
    assert {(each.key, each.state) for each in again.candidates} == {
        (each.key, each.state) for each in before.candidates
    }
    if decide is None:
        assert again == before
    else:
        library.matches.undo()


def test_suggestions_of_a_title_that_was_never_searched_are_a_question(library: Library) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    library.matches.search(title_id, "Salt Meadows 2019")
    question = library.matches.suggest(title_id)
    assert (question.state, question.candidates[0].candidate.title) == ("open", "Orbit of Two: Return")


def test_country_in_the_name_of_a_series_decides_between_namesakes(library: Library, tmp_path: Path) -> None:
    years = {"Harbour Lights (UK)": 2016, "Harbour Lights (US)": 1987}
    for seed, name in enumerate(years, 50):
        media.video(tmp_path / f"media/Shows/{name}/Season 1/{name} - S01E01.mp4", seed=seed)
    library.scan()

    questions = {name: library.matches.get(found(library, name)) for name in years}

    assert {each.state for each in questions.values()} == {"accepted"}
    assert {name: each.candidates[0].candidate.year for name, each in questions.items()} == years


def test_text_of_a_question_that_is_put_off_is_about_its_candidates(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    suggested = library.matches.get(title_id).explanation
    library.matches.later(title_id)
    assert "search by hand" in library.matches.search(title_id, "Salt Meadows").explanation
    assert library.matches.suggest(title_id).explanation == suggested


@each_case(
    "look",
    [
        lambda library, title_id: library.matches.search(title_id, "Salt Meadows"),
        lambda library, title_id: library.matches.suggest(title_id),
    ],
)
def test_failed_search_by_hand_keeps_the_candidates(
    library: Library, monkeypatch: pytest.MonkeyPatch, look: Callable[[Library, int], object]
) -> None:
    title_id = found(library, "The Lantern Keeper")
    before = library.matches.get(title_id)
    nothing = MatchDecision((), None, "")
    failed = TitleSearch(decision=nothing, problems={"tmdb": "TMDB has not answered."}, is_complete=False)
    monkeypatch.setattr(library.providers, "match", lambda *_, **__: failed)

    with pytest.raises(errors.ProviderError, match="TMDB has not answered"):
        look(library, title_id)
    assert library.matches.get(title_id) == before
