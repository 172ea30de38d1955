"""Values by hand, which nothing undoes, padlocks, and the order of the origins."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexium_core import errors, keys
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.flows.titles.title_service import TitleService
from indexium_core.library import Library
from indexium_core.model.lookups.candidates import Candidate
from indexium_core.model.lookups.combining import COMBINED
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.model.providers.registry import order_of
from indexium_core.model.titles.titles import TitleValue
from indexium_core.store.titles import matches
from tests.support import tables
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.identified_home import (
    FILE_CHANGES,
    NFO,
    add,
    add_nfo,
    change_kind,
    go_offline,
    identify,
    move_into_series,
    rename_file,
    titles,
    write_tags,
)


def forget_and_find(library: Library, folder: Path) -> None:
    kept = folder.parent / "kept"
    folder.joinpath("Shows").rename(kept)
    library.scan()
    library.inventory.forget_missing(library.inventory.list()[0].library_id)
    identify(library)
    kept.rename(folder / "Shows")


def enrich_titles(library: Library, _: Path) -> None:
    title = MadeUpTitle(number=50, kind="movie", title="The Thing from Another World", year=1951, plot="Of a provider")
    library.home.joinpath(keys.PROVIDER_FILE).write_text('tmdb_api_key = "a-key-of-this-test"\n')
    library.home.joinpath(keys.PROVIDER_FILE).chmod(0o600)
    with ProviderStandIn((title,)) as stand_in:
        for name, value in stand_in.settings.items():
            library.configuration.set(name, value)
        for force in (False, True):
            job = library.enrichment.schedule_library_enrichment(force=force)
            assert library.jobs.wait(job.id, timeout=60).summary["enriched"] == 1
    [plot] = library.titles.candidates(titles(library)[title.title].id, "plot")
    assert (plot.value, plot.provider) == ("Of a provider", "tmdb")


def accept_match(library: Library, _: Path) -> None:
    title_id = titles(library)["The Thing from Another World"].id
    found = Candidate(provider="tmdb", external_id="603", content_type="movie", title="Thng", year=1999)
    proposal = MatchCandidate(position=1, candidate=found, score=0.9, reasons=())
    with tables.changing(library) as tx:
        matches.put_candidates(tx, "movie", title_id, [proposal])
    library.matches.accept(title_id, 1)
    assert library.titles.candidates(title_id, "tmdb_id")[0].value == "603"


def accept_and_undo(library: Library, folder: Path) -> None:
    accept_match(library, folder)
    library.matches.undo()


def ignore_and_undo(library: Library, _: Path) -> None:
    library.matches.ignore(titles(library)["The Thing from Another World"].id)
    library.matches.undo()


USUAL = (rename_file, move_into_series, add_nfo, go_offline, change_kind, write_tags)


@pytest.mark.parametrize(
    "change",
    [
        accept_match,
        pytest.param(accept_and_undo, marks=pytest.mark.further),
        pytest.param(ignore_and_undo, marks=pytest.mark.further),
        *(pytest.param(each, marks=[] if each in USUAL else [pytest.mark.further]) for each in FILE_CHANGES),
        forget_and_find,
        enrich_titles,
    ],
)
def test_value_by_hand_survives(library: Library, folder: Path, change: Callable[[Library, Path], None]) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set_values(
        title_id, {"title": "The Thing from Another World", "year": 1951, "genres": "Horror; Sci-Fi"}
    )
    file = library.titles.get(title_id).files[0].file_id
    season = titles(library, "season")["Season 2"]
    library.titles.set(season.id, "plot", "By hand")
    change(library, folder)
    library.scan()
    identify(library)
    assert library.titles.get(season.id).item.series_id == season.series_id
    assert [each.value for each in library.titles.candidates(season.id, "plot")] == ["By hand"]
    assert season.series_id in {each.id for each in titles(library, "series").values()}
    found = library.titles.get(title_id)
    assert (found.item.title, found.item.year) == ("The Thing from Another World", 1951)
    assert {each.field: each.value for each in found.values if each.origin == "hand"} == {
        "title": "The Thing from Another World",
        "year": 1951,
        "genres": ["Horror", "Sci-Fi"],
    }
    assert [each.file_id for each in found.files] == [file]


def test_title_by_hand_is_found_again_after_library_was_removed(library: Library, folder: Path) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set(title_id, "title", "By hand")
    library.inventory.remove(library.inventory.list()[0].library_id)
    assert [each.title for each in titles(library).values()] == ["By hand"]
    library.inventory.add(folder, kind="mixed")
    library.scan()
    assert titles(library)["By hand"].id == title_id
    assert titles(library)["By hand"].file_count == 1


def test_series_corrected_by_hand_keeps_its_title_when_its_folder_is_renamed(library: Library, folder: Path) -> None:
    series_id = titles(library, "series")["Pond"].id
    library.titles.set(series_id, "title", "The Pond")
    (folder / "Shows/Pond").rename(folder / "Shows/Pnd")
    add(folder / "Shows/Pnd/Season 2/Pond - S02E05.mp4", 30)
    library.scan()
    [found] = titles(library, "series").values()
    assert (found.id, found.title, found.episode_count) == (series_id, "The Pond", 5)


def test_locked_title_is_not_reported_as_changed(library: Library) -> None:
    library.titles.lock(titles(library)["Thng"].id, ["title"])
    assert identify(library)["changed"] == 0


def test_ranks_of_providers_are_those_of_combined_metadata(library: Library) -> None:
    rows = tables.rows(library, "SELECT field, provider, rank FROM provider_ranks")
    ranks: dict[str, dict[str, int]] = {}
    for field, provider, rank in rows:
        ranks.setdefault(field, {})[provider] = rank
    for field in COMBINED:
        own = ranks[""] | ranks.get(field, {})
        assert sorted(own, key=lambda provider: own[provider]) == order_of(field), field
    assert order_of("plot") == ["tmdb", "tvdb", "omdb", "fanarttv"]
    assert order_of("crew") == ["tmdb", "omdb", "tvdb", "fanarttv"]
    assert set(ranks) - set(COMBINED) == {"", "ratings", "votes", "pictures"}


def test_number_by_hand_moves_episode(library: Library) -> None:
    episode = next(each for each in library.titles.list(kind="episode").items if each.episode == 4)
    library.titles.set_values(episode.id, {"season": 3, "episode": "1"})
    identify(library)
    found = library.titles.get(episode.id).item
    assert (found.season, found.episode) == (3, 1)
    assert [each.season for each in titles(library, "season").values()] == [1, 3]


def test_origins_are_shown_in_their_order(library: Library, folder: Path) -> None:
    add(folder / "Films/The Thing (1982)/The Thing (1982).mp4", 0, title="A tagged title")
    (folder / "Films/The Thing (1982)/movie.nfo").write_text(NFO.format("A title of the NFO file"))
    library.scan()
    title_id = next(each.id for each in titles(library).values() if each.title == "A title of the NFO file")
    with tables.changing(library) as tx:
        for provider in ("omdb", "tmdb"):
            facts = [title_id, json.dumps(f"Of {provider}"), provider, datetime.now(UTC)]
            tx.execute(
                "INSERT INTO title_values VALUES ('movie', $1, 'title', $2, 'provider', $3, 0.9, $4, FALSE)", facts
            )
    library.titles.set(title_id, "title", "By hand")
    expected = ["By hand", "A title of the NFO file", "Of tmdb", "Of omdb", "A tagged title", "The Thing"]
    found = library.titles.candidates(title_id, "title")
    assert [each.value for each in found] == [expected[0], expected[1], "Of omdb", "Of tmdb", *expected[4:]]
    assert [each.origin for each in found] == ["hand", "nfo", "provider", "provider", "tag", "name"]
    seen = []
    for value in expected:
        shown = next(each for each in library.titles.candidates(title_id, "title") if each.shown)
        seen.append(shown.value)
        with tables.changing(library) as tx:
            tx.execute(
                "DELETE FROM title_values WHERE entity_id = $1 AND value::VARCHAR = $2", [title_id, json.dumps(value)]
            )
    assert seen == expected


def test_locked_value_stays_until_it_is_unlocked(library: Library, folder: Path) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.lock(title_id, ["title", "plot"])
    (folder / "Films/Thng.nfo").write_text(NFO.format("From the NFO file").replace("<year>", "<plot>P</plot><year>"))
    (folder / "Films/Thng.mp4").rename(folder / "Films/Thong.mp4")
    (folder / "Films/Thng.nfo").rename(folder / "Films/Thong.nfo")
    library.scan()
    found = library.titles.get(title_id)
    assert found.item.title == "Thng"
    assert {each.field: each.value for each in found.values if each.locked} == {"title": "Thng", "plot": None}
    library.titles.unlock(title_id, ["title", "plot"])
    identify(library)
    values = {each.field: each.value for each in library.titles.get(title_id).values}
    assert (values["title"], values["plot"], values["tmdb_id"]) == ("From the NFO file", "P", "77")
    assert [each.origin for each in library.titles.candidates(title_id, "plot")] == ["nfo"]


def test_padlock_moves_to_value_by_hand(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.lock(title_id, ["title"])
    [hand, name] = library.titles.set(title_id, "title", "By hand")
    assert (hand.value, hand.locked, hand.shown, name.locked) == ("By hand", True, True, False)
    [name] = library.titles.set(title_id, "title", None)
    assert (name.value, name.locked, name.origin) == ("Thng", True, "name")


def by_hand(library: Library, title_id: int) -> list[tuple[str, object, str, bool, bool]]:
    values = library.titles.candidates(title_id)
    return [(each.field, each.value, each.origin, each.locked, each.shown) for each in values]


@pytest.mark.parametrize(("value", "is_locked"), effort.pairs(["First", None], [True, False]))
@pytest.mark.parametrize(
    "change",
    [
        lambda titles, number: titles.set(number, "title", "Second"),
        lambda titles, number: titles.set(number, "title", None),
        lambda titles, number: titles.lock(number, ["title"]),
        lambda titles, number: titles.unlock(number, ["title"]),
    ],
)
def test_change_by_hand_is_undone(
    library: Library, change: Callable[[TitleService, int], list[TitleValue]], value: str | None, is_locked: bool
) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set(title_id, "title", value)
    if is_locked:
        library.titles.lock(title_id, ["title"])
    rows = by_hand(library, title_id)
    change(library.titles, title_id)
    if by_hand(library, title_id) != rows:  # a change of nothing is no step
        assert library.steps.undo(library.steps.last("value", f"{title_id} title")) is not None
    assert by_hand(library, title_id) == rows
    assert library.titles.get(title_id).item.title == (value or "Thng")


def test_steps_of_values_have_words_and_a_person(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    rows = by_hand(library, title_id)
    library.titles.set_values(title_id, {"title": "Thing", "year": 1951})
    library.titles.lock(title_id, ["plot"])
    library.titles.set(title_id, "year", None)
    library.titles.unlock(title_id, ["plot"])
    assert [(each.kind, each.label, each.actor_name) for each in reversed(library.steps.list())] == [
        ("value", "set the title and year of “Thng”", getpass.getuser()),
        ("value", "locked the plot of “Thing (1951)”", getpass.getuser()),
        ("value", "removed the value of the year of “Thing (1951)”", getpass.getuser()),
        ("value", "unlocked the plot of “Thing”", getpass.getuser()),
    ]
    while library.steps.undo() is not None:
        pass
    assert by_hand(library, title_id) == rows
    assert library.titles.get(title_id).item.name == "Thng"


def test_a_later_change_of_a_field_is_undone_first(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set(title_id, "title", "Second")
    first = library.steps.last("value", f"{title_id} title")
    library.titles.set(title_id, "plot", "Another field")
    library.titles.set(title_id, "title", "Newer")
    rows = by_hand(library, title_id)
    [blocked] = [each for each in library.steps.list() if each.step_id == first]
    with pytest.raises(errors.UsageError, match=r"Undo the later step .* about the same field first") as refused:
        library.steps.undo(first)
    assert (refused.value.message, refused.value.reason) == (blocked.blocked, "wrong_state")
    assert by_hand(library, title_id) == rows
    library.steps.undo()
    library.steps.undo(first)
    assert [each.value for each in library.titles.candidates(title_id) if each.origin == "hand"] == ["Another field"]


def test_undo_of_a_value_that_a_decision_about_a_match_changed_is_refused(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    start = by_hand(library, title_id)
    library.titles.set(title_id, "ignored", False)
    step_id = library.steps.last("value", f"{title_id} ignored")
    library.matches.ignore(title_id)
    rows = by_hand(library, title_id)
    with pytest.raises(errors.UsageError, match="changed the choice whether it is a film or series of “Thng”"):
        library.steps.undo(step_id)
    assert by_hand(library, title_id) == rows
    library.steps.undo()
    library.steps.undo(step_id)
    assert by_hand(library, title_id) == start


def test_undo_of_a_number_moves_the_episode_back_and_a_title_may_be_gone(library: Library) -> None:
    episode = next(iter(titles(library, "episode").values()))
    library.titles.set(episode.id, "season", 7)
    assert library.titles.get(episode.id).item.season == 7
    library.steps.undo()
    assert library.titles.get(episode.id).item.season == episode.season
    library.titles.set(episode.id, "season", 7)
    with library._parts.core.store.atomic() as tx:
        tx.execute("DELETE FROM episodes WHERE id = $1", [episode.id])
    report = library.steps.undo()
    assert report is not None
    assert (report.files, report.summary.endswith("The title no longer exists.")) == (0, True)


def test_person_decides_what_is_no_film(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set(title_id, "ignored", "yes")
    clip = library.titles.list(state="ignored", query="vid").items[0]
    library.titles.set(clip.id, "ignored", "no")
    identify(library)
    assert set(titles(library)) == {"The Thing", "VID_20190731_183000"}
    assert library.titles.get(title_id).item.state == "ignored"


@each_case(
    ("field", "value", "error"),
    [
        ("year", "82", errors.ValidationError),
        ("aired", "1.2.2003", errors.UsageError),  # a film has no such field
        ("release_date", "1.2.2003", errors.ValidationError),
        ("ignored", "perhaps", errors.ValidationError),
        ("language", "klingon", errors.ValidationError),
        ("cast", "{", errors.ValidationError),
        ("title", "a\x00b", errors.ValidationError),
        ("nonsense", "1", errors.UsageError),
    ],
)
def test_wrong_values_are_rejected_and_change_nothing(
    library: Library, field: str, value: str, error: type[errors.IndexiumError]
) -> None:
    title_id = titles(library)["Thng"].id
    with pytest.raises(error):
        library.titles.set_values(title_id, {"tagline": "x", field: value})
    assert library.titles.candidates(title_id, "tagline") == []
    with pytest.raises(errors.UnknownIdError, match="no title 999"):
        library.titles.set(999, "title", "x")


def test_edit_and_lock_of_a_page_return_the_step_that_undoes_them(library: Library) -> None:
    film = library.titles.list(kind="movie").items[0]
    edited = library.titles.edit(film.id, "title", "Other")
    assert edited.text == "Title: set by hand."
    assert edited.step_id == library.steps.last("value", f"{film.id} title")
    locked = library.titles.set_lock(film.id, "title", locked=True)
    assert (locked.text, library.titles.set_lock(film.id, "title", locked=True).step_id) == ("Title: locked.", None)
    assert library.titles.set_lock(film.id, "title", locked=False).text == "Title: unlocked."
    assert library.titles.edit(film.id, "title", "").text == "Title: removed your value."
    shown = [each.field for each in library.titles.shown_values(film.id)]
    assert shown[0] == "title"
    assert shown == [each.field for each in library.titles.get(film.id).listed_values]
