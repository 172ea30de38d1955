"""
The stored title of each file.

What a person says about one title changes no other one, and a film stays itself by its id.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from indexium_core.flows.titles.resolution import Resolver
from indexium_core.model.names.title_guess import TitleGuess
from indexium_core.model.titles.fields import EntityType
from indexium_core.model.titles.grouping import Work, group_movies, group_series
from indexium_core.store.titles.external_ids import TitleId
from indexium_core.store.titles.identified import FileLink, StoredTitle
from tests.support.effort import effort

LIBRARY = 1
Home = tuple[list[StoredTitle], list[FileLink]]


def episode(first: int, count: int = 1, *, series: str = "Pond", season: int = 1) -> TitleGuess:
    return TitleGuess(kind="episode", title=series, season=season, episodes=tuple(range(first, first + count)))


def film(title: str, year: int | None = None, ids: Mapping[str, str] | None = None) -> TitleGuess:
    return TitleGuess(kind="movie", title=title, year=year, ids=ids or {})


def ids_of(_: Sequence[Work], asked: Sequence[Work]) -> list[Mapping[str, str]]:
    return [{name: value for file in work.files for name, value in file.guess.ids.items()} for work in asked]


def resolve(
    names: Sequence[TitleGuess] | Mapping[int, TitleGuess],
    home: Home = ([], []),
    *,
    missing: Collection[int] = (),
    ids: Iterable[TitleId] = (),
) -> Resolver:
    """Resolve files, whose ids are the places of their names."""
    guesses = names if isinstance(names, Mapping) else dict(enumerate(names, 1))
    numbers = itertools.count(max((each.id for each in home[0]), default=100) + 1)
    resolver = Resolver(
        LIBRARY,
        *home,
        libraries={LIBRARY},
        new_id=lambda: next(numbers),
        missing=missing,
        ids=ids,
        ids_of=ids_of,
    )
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


def held(titles: Mapping[int, str], kind: EntityType = "movie") -> list[TitleId]:
    """Return ids that titles hold."""
    return [TitleId(kind, title_id, "tmdb", value, "name", title_id) for title_id, value in titles.items()]


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


def test_films_that_exchange_names_keep_their_files_whichever_a_person_has_changed() -> None:
    names = [film("Ring"), film("Thing")]
    before = resolve(names)
    [ring], [thing] = titles_of(before, 1), titles_of(before, 2)
    for touched in ({ring}, {thing}, {ring, thing}):
        home = stored(before, touched)
        for _ in range(2):
            after = resolve(names[::-1], home)
            assert (titles_of(after, 1), titles_of(after, 2)) == ([ring], [thing])
            home = stored(after, touched)


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


@given(st.lists(st.booleans(), min_size=1, max_size=5), st.sets(st.integers(1, 5)), st.data())
@effort.examples(150, 1500)
def test_a_film_in_another_folder_with_another_file_is_the_same_by_its_id(
    replaced: list[bool], changed: set[int], data: st.DataObject
) -> None:
    names = {number: film(f"Film {number}", 1990 + number) for number in range(1, len(replaced) + 1)}
    before = resolve(names)
    of_file = {number: titles_of(before, number)[0] for number in names}
    touched = {of_file[number] for number in changed if number in names}
    missing = {number for number, is_replaced in enumerate(replaced, 1) if is_replaced}
    order = data.draw(st.permutations(sorted(missing)))
    new = {10 + number: film(f"Other {number}", 2000 + number, {"tmdb": str(number)}) for number in order}
    known = {title_id: str(number) for number, title_id in of_file.items()}
    titles, links = stored(before, touched)
    for _ in range(2):  # it is so again at the next scan
        after = resolve(names | new, (titles, links), missing=missing, ids=held(known))
        for number in missing:
            assert titles_of(after, 10 + number) == titles_of(after, number) == [of_file[number]]
            assert [each.file_id for each in after.titles[of_file[number]].files] == [10 + number]
        assert set(after.titles) <= set(of_file.values())
        later = {each.id: each for each in stored(after, touched)[0]}
        titles, links = [later.get(each.id, each) for each in titles], sorted(after.links.values())


def test_an_id_takes_no_title_whose_files_are_there() -> None:
    names = [film("Ring", 1998)]
    before = resolve(names)
    [ring] = before.titles
    after = resolve([*names, film("Thing", 1982, {"tmdb": "603"})], stored(before), ids=held({ring: "603"}))
    assert titles_of(after, 1) == [ring] != titles_of(after, 2)


def test_an_id_takes_no_title_that_a_moved_or_changed_file_keeps() -> None:
    names = [film("Ring", 1998)]
    before = resolve(names)
    [ring] = before.titles
    renamed = [film("Fly", 1986), film("Thing", 1982, {"tmdb": "603"})]
    after = resolve(renamed, stored(before, {ring}), ids=held({ring: "603"}))
    assert titles_of(after, 1) == [ring] != titles_of(after, 2)


def test_another_id_of_the_same_provider_contradicts() -> None:
    names = [film("Ring", 1998)]
    before = resolve(names)
    [ring] = before.titles
    ids = [*held({ring: "603"}), TitleId("movie", ring, "imdb", "tt0000001", "nfo", ring)]
    renamed = {**dict(enumerate(names, 1)), 2: film("Ringu", 1998, {"tmdb": "604", "imdb": "tt0000001"})}
    after = resolve(renamed, stored(before), missing={1}, ids=ids)
    assert titles_of(after, 2) != [ring]


def test_a_title_by_its_name_comes_before_one_by_its_id() -> None:
    before = resolve([film("Ring", 1998), film("Ringu", 1998)])
    ring, ringu = titles_of(before, 1)[0], titles_of(before, 2)[0]
    names = [film("Ring", 1998), film("Ringu", 1998, {"tmdb": "603"})]
    ids = [*held({ring: "603"}), TitleId("movie", ringu, "tmdb", "603", "name", ring)]
    for touched in (set[int](), {ringu}, {ring, ringu}):
        after = resolve(names, stored(before, touched), missing={1}, ids=ids)
        assert titles_of(after, 2) == [ringu]
    after = resolve(names, stored(before, {ring}), missing={1}, ids=ids)  # decisions come before what a scan made
    assert titles_of(after, 2) == [ring]


def test_a_series_in_another_folder_keeps_its_episodes() -> None:
    before = resolve([episode(1), episode(2)])
    pond = next(each.id for each in before.titles.values() if each.entity_type == "series")
    names = {1: episode(1), 2: episode(2), 3: _lake(1), 4: _lake(3)}
    after = resolve(names, stored(before), missing={1, 2}, ids=held({pond: "7"}, "series"))
    assert titles_of(after, 3) == titles_of(after, 1)
    assert {each.series_id for each in after.titles.values() if each.entity_type == "episode"} == {pond}
    assert titles_of(after, 2) == titles_of(before, 2)


def _lake(number: int) -> TitleGuess:
    return TitleGuess(kind="episode", title="Lake", season=1, episodes=(number,), ids={"tmdb": "7"})
