"""The stored title of each file: what a person says about one title changes no other one."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from indexium_core.flows.titles.resolution import Resolver
from indexium_core.model.names.title_guess import TitleGuess
from indexium_core.model.titles.grouping import group_movies, group_series
from indexium_core.store.titles.identified import FileLink, StoredTitle
from tests.support.effort import effort

LIBRARY = 1
Home = tuple[list[StoredTitle], list[FileLink]]


def episode(first: int, count: int = 1, *, series: str = "Pond", season: int = 1) -> TitleGuess:
    return TitleGuess(kind="episode", title=series, season=season, episodes=tuple(range(first, first + count)))


def film(title: str, year: int | None = None, ids: Mapping[str, str] | None = None) -> TitleGuess:
    return TitleGuess(kind="movie", title=title, year=year, ids=ids or {})


def resolve(names: Sequence[TitleGuess], home: Home = ([], [])) -> Resolver:
    """Resolve files, whose ids are the places of their names."""
    guesses = dict(enumerate(names, 1))
    numbers = itertools.count(max((each.id for each in home[0]), default=100) + 1)
    resolver = Resolver(LIBRARY, *home, libraries={LIBRARY}, new_id=lambda: next(numbers))
    resolver.resolve(group_movies(guesses), group_series(guesses))
    return resolver


def stored(resolver: Resolver, touched: Collection[int] = ()) -> Home:
    """Return what is in the database after an identification; a person has changed some titles since."""
    titles = [
        StoredTitle(each.entity_type, each.id, LIBRARY, each.name_key, each.series_id, each.id in touched)
        for each in resolver.titles.values()
    ]
    return titles, sorted(resolver.links.values())


def facts(resolver: Resolver) -> dict[int, object]:
    """Return key, series, number and files of each title."""
    return {
        each.id: (
            each.name_key,
            each.series_id,
            each.episode and (each.episode.season, each.episode.episode),
            sorted(file_id for file_id, title_id in resolver.links if title_id == each.id),
        )
        for each in resolver.titles.values()
    }


def number_of(resolver: Resolver, title_id: int) -> int | None:
    found = resolver.titles[title_id].episode
    return found.episode if found else None


def titles_of(resolver: Resolver, file_id: int) -> list[int]:
    return sorted(title_id for each, title_id in resolver.links if each == file_id)


SERIES = st.sampled_from(["Pond", "Lake"])
EPISODES = st.builds(episode, st.integers(1, 4), st.integers(1, 3), series=SERIES, season=st.integers(1, 2))
FILMS = st.builds(film, st.sampled_from(["Ring", "Thing"]), st.sampled_from([None, 1998, 2002]))
NAMES = st.lists(st.one_of(EPISODES, EPISODES, FILMS), min_size=1, max_size=8)


@given(NAMES, st.data())
@effort.examples(150, 1500)
def test_a_value_by_hand_changes_no_number_file_or_key_of_any_title(
    names: list[TitleGuess], data: st.DataObject
) -> None:
    before = resolve(names)
    touched = data.draw(st.sets(st.sampled_from(sorted(before.titles))))
    assert facts(resolve(names, stored(before, touched))) == facts(before)


@given(NAMES, st.data())
@effort.examples(150, 1500)
def test_a_file_stays_in_each_title_that_a_person_has_changed(names: list[TitleGuess], data: st.DataObject) -> None:
    before = resolve(names)
    touched = data.draw(st.sets(st.sampled_from(sorted(before.titles))))
    mains = {key for key, link in before.links.items() if link.role == "main" and key[1] in touched}
    renamed = [data.draw(st.one_of(st.just(name), EPISODES, FILMS)) for name in names]
    once = resolve(renamed, stored(before, touched))
    assert mains <= set(once.links)
    kept = {each.id: each for each in stored(before, touched)[0]}
    known = {each.id: each for each in stored(once, touched)[0]}
    again = resolve(renamed, (list({**kept, **known}.values()), stored(once)[1]))
    assert mains <= set(again.links)


def of_two() -> tuple[Resolver, int, int]:
    """Resolve one file with two episodes, and return the ids of both."""
    before = resolve([episode(1, 2)])
    first, second = sorted(each.id for each in before.titles.values() if each.entity_type == "episode")
    return before, first, second


def test_both_episodes_of_a_file_keep_their_numbers_if_a_person_has_changed_one() -> None:
    before, first, second = of_two()
    for touched in ({first}, {second}, {first, second}):
        after = resolve([episode(1, 2)], stored(before, touched))
        assert (number_of(after, first), number_of(after, second)) == (1, 2)
        assert titles_of(after, 1) == [first, second]


def test_episodes_of_a_renamed_file_get_the_new_numbers_in_their_order() -> None:
    before, first, second = of_two()
    for touched in ({first}, {second}, {first, second}):
        after = resolve([episode(3, 2)], stored(before, touched))
        assert (number_of(after, first), number_of(after, second)) == (3, 4)


def test_a_file_of_two_episodes_that_has_one_left_keeps_the_changed_one_as_it_was() -> None:
    before, first, second = of_two()
    after = resolve([episode(2)], stored(before, {first}))
    assert titles_of(after, 1) == [first, second]
    assert number_of(after, second) == 2
    assert first not in after.titles  # what is stored of it stays
    without = resolve([episode(2)], stored(before))
    assert facts(without)[second] == facts(after)[second]


def test_a_changed_film_whose_file_has_the_name_of_episodes_stays_a_film() -> None:
    before = resolve([film("Thing")])
    [thing] = before.titles
    after = resolve([episode(1, 2)], stored(before, {thing}))
    assert titles_of(after, 1) == [thing]


def test_a_new_file_of_a_renamed_changed_episode_joins_it() -> None:
    before = resolve([episode(1)])
    [first] = [each.id for each in before.titles.values() if each.entity_type == "episode"]
    after = resolve([episode(7), episode(7)], stored(before, {first}))
    assert titles_of(after, 2) == titles_of(after, 1) == [first]
