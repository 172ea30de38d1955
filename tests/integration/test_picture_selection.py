"""The selection of pictures: decisions of people, what they survive, their undo, and many titles at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PIL import Image

from indexium_core import cli, errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.artwork.assets import AssetCandidate, PictureSlot
from indexium_core.model.artwork.selections import SelectionRule
from indexium_core.model.lookups.records import ImageCandidate
from indexium_core.model.operations.actor import Actor
from indexium_core.model.providers.external_ids import ExternalId
from tests.support import tables
from tests.support.effort import effort
from tests.support.pictured_home import FILES, HOME
from tests.support.providers import record_pictures
from tests.support.waiting import until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(configured: Path, folder: Path) -> Iterator[Library]:
    with HOME.open(configured, folder) as opened:
        yield opened


@pytest.fixture
def film(library: Library) -> int:
    return next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")


@pytest.fixture
def other(library: Library) -> int:
    return next(each.id for each in library.titles.list().items if each.title == "Night Tram")


def offer(library: Library, film: int, numbers: Sequence[int] = (1, 2, 3), *, kind: str = "poster") -> None:
    """Record pictures of a provider; the one with the highest number has the best votes."""
    images = [
        ImageCandidate(
            provider="tmdb",
            kind=kind,  # type: ignore[arg-type]
            url=f"https://image.tmdb.org/t/p/original/{kind}-{number}.jpg",
            width=2000,
            height=3000,
            language=("en", "de", "en")[number % 3 - 1],
            votes=10 * number,
            vote_average=min(10.0, 5.0 + number),
        )
        for number in numbers
    ]
    record_pictures(library, "movie", film, images)


def pictures(library: Library, film: int, kind: str = "poster") -> dict[int, AssetCandidate]:
    """Return the candidates by the numbers of `offer`."""
    found = library.artwork.candidates("movie", film, kind)
    return {int(each.provider_url.rpartition("-")[2].partition(".")[0]): each for each in found}


def selected(library: Library, film: int, kind: str = "poster") -> list[int]:
    """Return the numbers of the selected candidates, the main picture first."""
    return [number for number, each in pictures(library, film, kind).items() if each.is_selected]


# Decisions.


def test_rule_selects_and_keeps_scores_without_a_person(library: Library, film: int) -> None:
    offer(library, film)
    found = pictures(library, film)
    assert list(found) == [3, 1, 2]  # English with few votes comes before German with more
    assert selected(library, film) == [3]
    assert found[3].selected_by == "auto"
    assert found[3].selected_at is not None
    rows = tables.rows(library, "SELECT count(*) FROM asset_candidates WHERE auto_score IS NULL")
    assert rows == [(0,)]
    offer(library, film, (1, 2, 3, 6))
    assert selected(library, film) == [6]


def test_selection_of_person_stays_after_look_up(library: Library, film: int) -> None:
    offer(library, film)
    decision = library.picture_selection.select_candidate(pictures(library, film)[1].id)
    assert decision.summary == "Selected a poster of “The Lantern Keeper (2014)”."
    offer(library, film, (2, 3, 6, 9))  # the provider does not offer it any more
    assert selected(library, film) == [1]
    assert pictures(library, film)[1].is_by_person


def test_rejected_picture_never_returns(library: Library, film: int, other: int) -> None:
    offer(library, film)
    offer(library, other)
    best = pictures(library, film)[3]
    decision = library.picture_selection.reject_candidate(best.id, "too dark")
    assert decision.summary == "Rejected a poster of “The Lantern Keeper (2014)”: too dark."
    assert decision.selected == [pictures(library, film)[1].id]
    assert selected(library, other) == [1]
    record_pictures(library, "movie", film, [])
    offer(library, film, (3,))
    offer(library, other, (2, 3))
    assert selected(library, film) == []
    assert selected(library, other) == [2]
    assert pictures(library, other)[3].reject_reason == "too dark"
    library.picture_selection.take_back_rejection(best.id)
    assert (selected(library, film), selected(library, other)) == ([3], [3])


def test_rejection_leaves_what_a_person_selected_for_another_title(library: Library, film: int, other: int) -> None:
    offer(library, film)
    offer(library, other)
    library.picture_selection.select_candidate(pictures(library, other)[3].id)
    library.picture_selection.reject_candidate(pictures(library, film)[3].id)
    assert (selected(library, film), selected(library, other)) == ([1], [3])


def test_reselect_rejects_and_selects_next_one(library: Library, film: int) -> None:
    offer(library, film)
    library.picture_selection.select_candidate(pictures(library, film)[2].id)
    decision = library.picture_selection.reselect_asset(pictures(library, film)[2].id)
    assert decision.selected == [pictures(library, film)[3].id]
    assert not pictures(library, film)[3].is_by_person


def test_released_selection_follows_the_rule(library: Library, film: int) -> None:
    offer(library, film)
    library.picture_selection.select_candidate(pictures(library, film)[1].id)
    decision = library.picture_selection.release(pictures(library, film)[1].id)
    assert decision.summary == "Left the poster of “The Lantern Keeper (2014)” to the rule."
    assert selected(library, film) == [3]


def test_backdrops_are_several(library: Library, film: int) -> None:
    offer(library, film, (1, 2, 3, 4, 5), kind="backdrop")
    assert len(selected(library, film, "backdrop")) == 3
    for number in (1, 2, 4, 5):
        library.picture_selection.select_candidate(pictures(library, film, "backdrop")[number].id)
    assert selected(library, film, "backdrop") == [5, 4, 2]


def test_local_picture_comes_before_the_score(library: Library, folder: Path, film: int) -> None:

    offer(library, film)
    Image.new("RGB", (100, 150)).save(folder / "Films/The Lantern Keeper (2014)/poster-7.jpg")
    Image.new("RGB", (100, 150)).save(folder / "Films/The Lantern Keeper (2014)/poster.jpg")
    [first, *_] = library.artwork.candidates("movie", film, "poster")
    assert (first.provider, first.is_selected, first.auto_score) == ("local", True, None)
    best = next(each for each in library.artwork.candidates("movie", film, "poster") if each.provider == "tmdb")
    library.picture_selection.select_candidate(best.id)
    [first, *_] = library.artwork.candidates("movie", film, "poster")
    assert first.id == best.id


def test_rule_of_library_can_be_changed(library: Library, film: int) -> None:
    offer(library, film)
    [library_id] = {each.library_id for each in library.titles.list().items if each.id == film}
    change = library.picture_selection.change_config
    change(library_id, "poster", {"prefer_language": "de", "weight_language": 0.6, "weight_votes": 0.0})
    assert selected(library, film) == [2]
    assert library.picture_selection.config(library_id, "poster").prefer_language == "de"
    with pytest.raises(errors.UsageError, match=r"their sum is 1.1"):
        change(library_id, "poster", {"weight_language": 0.7})
    with pytest.raises(errors.UsageError, match="The rule has no “size”"):
        change(library_id, "poster", {"size": 1})
    with pytest.raises(errors.UsageError, match="is a number from 0 to 1"):
        change(library_id, "poster", {"weight_votes": "much"})
    with pytest.raises(errors.UnknownIdError, match="There is no library folder 99"):
        change(99, "poster", {})


def test_selection_for_another_match_is_a_question(library: Library, stand_in: ProviderStandIn, film: int) -> None:
    library.matches.on_accept = lambda _: None
    library.matches.accept_id(film, ExternalId("tmdb", "9000001"), "movie")
    offer(library, film)
    service = library.picture_selection
    service.select_candidate(pictures(library, film)[1].id)
    assert not pictures(library, film)[1].is_of_former_match
    other = library.matches.accept_id(film, ExternalId("tmdb", "9000005"), "movie")
    offer(library, film, (4, 6))
    asked = pictures(library, film)[1]
    assert (selected(library, film), asked.is_of_former_match) == ([1], True)
    assert [each.is_of_former_match for each in service.slots("movie", film)] == [True]
    kept = service.select_candidate(asked.id)
    assert not pictures(library, film)[1].is_of_former_match
    library.steps.undo(kept.step_id)
    assert pictures(library, film)[1].is_of_former_match
    library.steps.undo(other.decision_id)
    assert (selected(library, film), pictures(library, film)[1].is_of_former_match) == ([1], False)


# Undo.


def test_each_decision_is_a_step(library: Library, film: int) -> None:
    offer(library, film)
    service, found = library.picture_selection, pictures(library, film)
    done = [
        service.select_candidate(found[1].id),
        service.reject_candidate(found[3].id, "wrong film"),
        service.select_candidate(found[2].id),
        service.release(found[2].id),
        service.reselect_asset(found[1].id),
    ]
    assert selected(library, film) == [2]
    for decision, expected in zip(reversed(done[1:]), [[1], [2], [1], [1]], strict=True):
        report = library.steps.undo(decision.step_id)
        assert report is not None
        assert selected(library, film) == expected
    library.steps.undo(done[0].step_id)
    assert selected(library, film) == [3]
    assert not any(each.is_rejected or each.is_by_person for each in pictures(library, film).values())


def test_earlier_step_about_same_pictures_waits(library: Library, film: int, other: int) -> None:
    offer(library, film)
    offer(library, other)
    first = library.picture_selection.select_candidate(pictures(library, film)[1].id)
    library.picture_selection.select_candidate(pictures(library, film)[2].id)
    apart = library.picture_selection.select_candidate(pictures(library, other)[1].id)
    with pytest.raises(errors.UsageError, match=r"Undo the later step .* about the same pictures first"):
        library.steps.undo(first.step_id)
    library.steps.undo(apart.step_id)
    assert selected(library, other) == [3]


def test_undo_brings_back_picture_that_is_offered_no_more(library: Library, film: int) -> None:
    offer(library, film)
    library.picture_selection.select_candidate(pictures(library, film)[1].id)
    second = library.picture_selection.select_candidate(pictures(library, film)[2].id)
    offer(library, film, (2, 3))
    assert set(pictures(library, film)) == {2, 3}
    library.steps.undo(second.step_id)
    assert selected(library, film) == [1]


def test_undo_does_not_take_back_a_rejection_elsewhere(library: Library, film: int, other: int) -> None:
    offer(library, film)
    offer(library, other)
    service = library.picture_selection
    service.select_candidate(pictures(library, film)[1].id)
    second = service.select_candidate(pictures(library, film)[2].id)
    offer(library, film, (2, 3))
    service.reject_candidate(pictures(library, other)[1].id)
    library.steps.undo(second.step_id)
    back = pictures(library, film)[1]
    assert (back.is_by_person, back.is_rejected) == (True, True)
    service.release(back.id)
    assert selected(library, film) == [3]


def test_selection_stays_while_the_file_is_elsewhere(library: Library, film: int, other: int) -> None:
    offer(library, film)
    library.picture_selection.select_candidate(pictures(library, film)[1].id)
    [file] = library.titles.get(film).files
    library.titles.assign([file.file_id], other)
    library.steps.undo(library.steps.last("move", str(file.file_id)))
    until(lambda: bool(library.titles.get(film).files))
    library.artwork.cache.rebuild()
    assert selected(library, film) == [1]


def test_pictures_of_an_earlier_version_are_scored(configured: Path, folder: Path) -> None:
    with HOME.open(configured, folder) as opened:
        number = next(each.id for each in opened.titles.list().items if each.title == "Night Tram")
        offer(opened, number)
        with tables.changing(opened) as tx:
            tx.execute("UPDATE asset_candidates SET auto_score = NULL, is_selected = FALSE, selected_by = NULL")
    with Library.open(configured) as again:
        rows = tables.rows(again, "SELECT count(*) FROM asset_candidates WHERE auto_score IS NULL OR NOT is_selected")
        assert rows == [(2,)]
        assert selected(again, number) == [3]


def test_reason_may_have_any_characters(library: Library, film: int) -> None:
    offer(library, film)
    decision = library.picture_selection.reject_candidate(pictures(library, film)[3].id, "50%{ dark} “x”")
    assert decision.summary.endswith(": 50%{ dark} “x”.")


def test_backdrop_that_is_selected_again_is_the_first(library: Library, film: int) -> None:
    offer(library, film, (1, 2), kind="backdrop")
    for number in (1, 2, 1):
        library.picture_selection.select_candidate(pictures(library, film, "backdrop")[number].id)
    assert selected(library, film, "backdrop") == [1, 2]


def test_two_people_who_select_at_once_leave_one_picture_and_two_steps(library: Library, film: int) -> None:
    offer(library, film, (1, 2, 3, 4))
    ids = {number: each.id for number, each in pictures(library, film).items()}

    def select(number: int) -> str:
        with library.acting_as(Actor("schedule", str(number), f"Person {number}")):
            library.picture_selection.select_candidate(ids[number])
        return f"Person {number}"

    with ThreadPoolExecutor(4) as pool:
        people = set(pool.map(select, ids))
    [kept] = [each for each in pictures(library, film).values() if each.is_selected]
    steps = library.steps.list()
    assert {each.actor_name for each in steps} == people
    assert kept.selected_by == steps[0].actor_name
    for _ in ids:
        library.steps.undo()
    assert selected(library, film) == [4]


def test_repeated_decision_is_no_step(library: Library, film: int) -> None:
    offer(library, film)
    number = pictures(library, film)[1].id
    library.picture_selection.select_candidate(number)
    again = library.picture_selection.select_candidate(number)
    assert (again.step_id, again.summary) == (None, "Nothing changes: it is so already.")


# Many titles.


def test_rule_for_many_titles_is_previewed_and_one_step(library: Library, film: int, other: int) -> None:
    offer(library, film)
    offer(library, other, (1, 3))
    german = SelectionRule(language="de")
    preview = library.picture_selection.preview([film, other], german)
    assert (preview.titles, preview.total, preview.without) == (2, 1, 1)
    [change] = preview.changes
    assert (change.title, change.old and change.old.language, change.new and change.new.language) == (
        "The Lantern Keeper (2014)",
        "en",
        "de",
    )
    assert selected(library, film) == [3]
    done = library.picture_selection.apply([film, other], german)
    assert (done.summary, done.titles) == ("Selected a poster of “The Lantern Keeper (2014)”.", 1)
    assert (selected(library, film), selected(library, other)) == ([2], [3])
    assert library.picture_selection.preview([film, other], german).total == 0
    back = library.picture_selection.apply([film, other], SelectionRule())
    assert selected(library, film) == [3]
    library.steps.undo(back.step_id)
    assert selected(library, film) == [2]


# Bad input.


def test_rules_name_a_language_and_a_provider_of_the_choices(library: Library, film: int) -> None:
    choices = library.picture_selection.choices()
    assert choices.language in choices.languages
    assert {"tmdb", "local"} <= choices.providers.keys()
    for rule in (
        SelectionRule(language=choices.language),
        *(SelectionRule(provider=each) for each in choices.providers),
    ):
        library.picture_selection.preview([film], rule)


def test_bad_input_is_one_sentence(library: Library, film: int) -> None:
    offer(library, film)
    service, number = library.picture_selection, pictures(library, film)[1].id
    with pytest.raises(errors.UnknownIdError, match=r"There is no picture 999 any more. Look at the pictures"):
        service.select_candidate(999)
    with pytest.raises(errors.UsageError, match=f"Picture {number} is a poster, not a backdrop"):
        service.select_candidate(number, PictureSlot("movie", film, "fanart"))
    with pytest.raises(errors.UsageError, match="at most 200"):
        service.reject_candidate(number, "x" * 201)
    with pytest.raises(errors.UsageError, match="There is no provider “nobody”"):
        service.preview([film], SelectionRule(provider="nobody"))
    with pytest.raises(errors.UsageError, match="“klingon” is no language"):
        service.preview([film], SelectionRule(language="klingon"))
    with pytest.raises(errors.UnknownIdError, match=r"There is no film 999|There is no movie 999"):
        service.candidates("movie", 999)


# The cache.


def test_originals_that_people_selected_stay_in_the_cache(
    library: Library, stand_in: ProviderStandIn, film: int, other: int
) -> None:
    details = library.providers.details(ExternalId("tmdb", "9000001"), "movie")
    for each in (film, other):
        record_pictures(library, "movie", each, details.images)
        for size in ("poster", "backdrop"):
            library.artwork.poster(each, size)
    poster, backdrop = (library.artwork.candidates("movie", film, kind)[0] for kind in ("poster", "backdrop"))
    library.picture_selection.select_candidate(poster.id)
    before = library.artwork.cache.usage()
    assert (before.images, before.selected, before.protected) == (2, 2, 1)
    library.configuration.set("artwork_budget", "1KB")
    after = library.artwork.cache.usage()
    assert (after.images, after.protected, after.removable, after.unused) == (1, 1, 0, 0)
    assert library.artwork.cache.asset_exists(poster.content_hash or "")
    assert not library.artwork.cache.asset_exists(backdrop.content_hash or "")


def test_job_gets_originals_of_every_kind_that_people_selected(
    library: Library, stand_in: ProviderStandIn, film: int
) -> None:
    logo = ImageCandidate(provider="fanarttv", kind="logo", url=f"{stand_in.url}/images/fanart/logo-1-v2.png")
    record_pictures(library, "movie", film, [logo])
    [candidate] = library.artwork.candidates("movie", film, "logo")
    library.jobs.wait(library.artwork_jobs.add([film]).id)
    assert library.artwork.cache.usage().images == 0
    library.picture_selection.select_candidate(candidate.id)
    job = library.jobs.wait(library.artwork_jobs.add([film]).id)
    assert (job.summary["made"], job.summary["processed"], job.summary["total"]) == (1, 3, 3)
    assert library.artwork.cache.usage().protected == 1


def test_cache_knows_what_uses_its_images(library: Library, stand_in: ProviderStandIn, film: int) -> None:
    details = library.providers.details(ExternalId("tmdb", "9000001"), "movie")
    record_pictures(library, "movie", film, details.images)
    library.artwork.poster(film)
    query = "SELECT reference_count, orphaned_at IS NULL, last_used_at >= first_used_at FROM cache_inventory"
    assert tables.rows(library, query) == [(1, True, True)]
    record_pictures(library, "movie", film, [])
    assert tables.rows(library, query) == [(0, False, True)]
    assert library.artwork.cache.usage().unused == 1


# Pictures in folders.


def test_pictures_in_folders_are_candidates_after_identification(library: Library, folder: Path) -> None:
    new = folder / "Films/Salt Meadows (2019)"
    shutil.copytree(folder / "Films/Night Tram (2009)", new)
    (new / "Night Tram (2009).mp4").rename(new / "Salt Meadows (2019).mp4")
    Image.new("RGB", (100, 150)).save(new / "poster.jpg")
    shutil.copy(folder / FILES[2], folder / "Shows/Harbour Lights/Season 1/Harbour Lights - S01E02.mp4")
    Image.new("RGB", (100, 150)).save(folder / "Shows/Harbour Lights/season01-poster.jpg")
    library.scan()
    query = "SELECT entity_type, asset_type, provider, selected_by FROM asset_candidates ORDER BY 1"
    expected = [("movie", "poster", "local", "auto"), ("series", "poster", "local", "auto")]
    until(lambda: tables.rows(library, query) == expected)


# Any order of changes.

OFFERS = st.tuples(st.just("offer"), st.sets(st.integers(1, 6), min_size=1, max_size=4))
SELECTIONS = st.tuples(st.just("select"), st.integers(0, 5))
OTHERS = st.tuples(st.sampled_from(["reject", "release", "take back", "reselect"]), st.integers(0, 5))
MATCHES = st.tuples(st.just("match"), st.sampled_from(["9000001", "9000005"]))
CHANGES = st.one_of(OFFERS, SELECTIONS, SELECTIONS, OTHERS, MATCHES, st.tuples(st.just("undo"), st.none()))


class Decided(NamedTuple):
    """What the rules say that people have decided about the posters of a film, by their numbers."""

    selected: int | None = None
    rejected: frozenset[int] = frozenset()

    def after(self, change: str, number: int) -> Decided:
        """Return the decisions after another one."""
        if change == "select":
            return Decided(number, self.rejected)
        if change == "release":
            return Decided(None, self.rejected)
        if change == "take back":
            return Decided(self.selected, self.rejected - {number})
        return Decided(None if number == self.selected else self.selected, self.rejected | {number})


@effort.examples(6, 12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, min_size=10, max_size=16))
def test_any_order_of_changes_ends_where_the_rules_say(
    library: Library, stand_in: ProviderStandIn, film: int, changes: list[tuple[str, Any]]
) -> None:
    library.matches.on_accept = lambda _: None  # no job changes the pictures meanwhile
    with tables.changing(library) as tx:
        for table in ("asset_candidates", "rejected_assets", "steps", "title_matches"):
            tx.execute(f"DELETE FROM {table}")
    service, decided, former = library.picture_selection, Decided(), list[Decided]()
    offer(library, film)
    for change, value in changes:
        found = pictures(library, film)
        if change == "offer":
            offer(library, film, sorted(value))
        elif change == "match":
            before = len(library.steps.list())
            library.matches.accept_id(film, ExternalId("tmdb", value), "movie")
            former += [decided] * (len(library.steps.list()) - before)
        elif change == "undo":
            if library.steps.undo() is not None:
                decided = former.pop()
        elif found:
            number = sorted(found)[value % len(found)]
            call = {
                "select": service.select_candidate,
                "reject": service.reject_candidate,
                "reselect": service.reselect_asset,
                "release": service.release,
                "take back": service.take_back_rejection,
            }[change]
            if call(found[number].id).step_id is not None:
                former.append(decided)
                decided = decided.after(change, number)
        assert state(library, film) == decided
    while library.steps.undo() is not None:
        decided = former.pop()
        assert state(library, film) == decided
    assert state(library, film) == Decided()


def state(library: Library, film: int) -> Decided:
    """Return what is stored, and check that the rule selects the rest."""
    found = pictures(library, film)
    rows = tables.rows(library, "SELECT provider_url FROM rejected_assets")
    rejected = frozenset(int(url.rpartition("-")[2].partition(".")[0]) for (url,) in rows)
    by_person = [number for number, each in found.items() if each.is_by_person]
    free = [number for number in found if number not in rejected]  # best first
    assert [number for number, each in found.items() if each.is_selected] == (by_person or free[:1])
    assert {number for number, each in found.items() if each.is_rejected} == rejected & found.keys()
    return Decided(by_person[0] if by_person else None, rejected)


def test_commands_select_reject_and_change_the_rule(
    library: Library, film: int, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(library, film)
    found, home = {number: each.id for number, each in pictures(library, film).items()}, str(library.home)

    def run(*words: object, code: int = 0) -> str:
        assert cli.main(["--home", home, *map(str, words)]) == code
        shown = capsys.readouterr()
        return shown.out if code == 0 else shown.err

    library.close()
    assert "by the rule" in run("artwork", "list", film, "--type", "poster")
    assert "'indexium undo" in run("artwork", "select", found[1])
    assert "too dark" in run("artwork", "reject", found[3], "--reason", "too dark")
    assert "rejected: too dark" in run("artwork", "list", film)
    assert "Left the poster of" in run("artwork", "release", found[1])
    assert "took back" in run("artwork", "restore", found[3]).lower()
    assert "1 title gets another poster. Nothing has changed yet" in run(
        "artwork", "auto", "--language", "de", "--dry-run"
    )
    assert "Selected a poster of" in run("artwork", "auto", "--language", "de")
    assert "prefer_language" in run(
        "artwork", "rule", 1, "prefer_language=de", "weight_votes=0.2", "weight_language=0.4"
    )
    assert "The cache has 0 originals" in run("artwork", "cache")
    assert "There is no picture 999 any more" in run("artwork", "select", 999, code=2)
    assert "Write NAME=VALUE" in run("artwork", "rule", 1, "max_count", code=2)
    assert "is a number, not" in run("artwork", "rule", 1, "max_count=many", code=2)
    assert "has no match yet" in run("artwork", "search", film, code=2)
