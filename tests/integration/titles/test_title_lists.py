"""Lists of titles: filters, counts of their values, sort keys, series with gaps, and related titles."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.titles.title_filter import FACET_KEYS
from indexium_core.store.titles import titles as store
from tests.support.cases import each_case
from tests.support.copied_home import CopiedHome
from tests.support.title_home import fill

FILES = (
    "Films/Amber (1994)/Amber (1994).mp4",
    "Films/Birch (1999)/Birch (1999).mp4",
    "Films/Cedar (2003)/Cedar (2003).mp4",
    "Shows/Pond/Season 1/Pond - S01E01.mp4",
    "Shows/Pond/Season 1/Pond - S01E03.mp4",
    "Shows/Lake/Season 1/Lake - S01E01.mp4",
    "Shows/Lake/Season 1/Lake - S01E02.mp4",
    "Shows/Lake/Season 3/Lake - S03E01.mp4",
    "Shows/Whole/Season 0/Whole - S00E04.mp4",
    "Shows/Whole/Season 1/Whole - S01E01.mp4",
    "Shows/Whole/Season 1/Whole - S01E02.mp4",
)
VALUES: dict[str, dict[str, Any]] = {
    "Amber": {
        "genres": ["Drama", "Crime"],
        "tags": ["Été indien", "Favourites"],
        "ratings": {"imdb": 8.1, "tmdb": 6.0},
        "cast": [{"name": "Ada Quill", "character": "One", "order": 0}, {"name": "Bo Reed", "order": 1}],
        "crew": [{"name": "Cy Marsh", "job": "Director"}, {"name": "Di Vale", "job": "Writer"}],
        "tmdb_id": "11",
    },
    "Birch": {
        "genres": ["drama"],
        "ratings": {"tmdb": 6.4},
        "cast": [{"name": "Ada Quill", "order": 0}],
        "crew": [{"name": "Di Vale", "job": "Director"}],
    },
    "Cedar": {"genres": ["Comedy"], "ratings": {"metacritic": 5.0, "other": 7.0}},
    "Pond": {"genres": ["Crime"], "crew": [{"name": "Cy Marsh", "job": "director"}]},
}


_HOME = CopiedHome(FILES, partial(fill, values_of_titles=VALUES))


@pytest.fixture
def prepared() -> CopiedHome:
    return _HOME


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """One library for the tests that change nothing."""
    root = tmp_path_factory.mktemp("known")
    with _HOME.open(root / "home", _HOME.lay_out(root / "media")) as opened:
        yield opened


def names(library: Library, query: str = "", **wanted: Any) -> list[str]:
    page = library.titles.list(query, **wanted)
    assert page.total == len(page.items)
    return [each.title for each in page.items]


@each_case(
    ("wanted", "found"),
    [
        ({}, ["Amber", "Birch", "Cedar", "Lake", "Pond", "Whole"]),
        ({"genre": "DRAMA"}, ["Amber", "Birch"]),
        ({"genre": ["comedy", "crime"]}, ["Amber", "Cedar", "Pond"]),
        ({"genre": "crime", "kind": "movie"}, ["Amber"]),
        ({"tag": "FAVOURITES"}, ["Amber"]),
        ({"tag": ["none", "été indien"]}, ["Amber"]),
        ({"tag": "favour"}, []),
        ({"query": "favour"}, ["Amber"]),
        ({"query": "ete amb"}, ["Amber"]),
        ({"year": "1990-1999"}, ["Amber", "Birch"]),
        ({"year": 1994}, ["Amber"]),
        ({"year": "1995-"}, ["Birch", "Cedar"]),
        ({"year": "-1998"}, ["Amber"]),
        ({"rating": 6.4}, ["Amber", "Birch"]),
        ({"rating": 6}, ["Amber", "Birch", "Cedar"]),
        ({"actor": "ada quill"}, ["Amber", "Birch"]),
        ({"actor": "Bo Reed", "genre": "drama"}, ["Amber"]),
        ({"director": "Di Vale"}, ["Birch"]),
        ({"director": ["cy marsh"]}, ["Amber", "Pond"]),
        ({"matched": True}, ["Amber"]),
        ({"matched": False}, ["Birch", "Cedar", "Lake", "Pond", "Whole"]),
        ({"incomplete": True}, ["Lake", "Pond"]),
        ({"incomplete": False, "kind": "series"}, ["Whole"]),
        ({"query": "am", "matched": True}, ["Amber"]),
        ({"kind": "episode", "genre": "crime"}, ["Episode 1", "Episode 3"]),
        ({"sort": "rating", "descending": True, "kind": "movie"}, ["Amber", "Birch", "Cedar"]),
    ],
)
def test_a_filter_lists_the_titles_that_have_its_values(
    known: Library, wanted: dict[str, Any], found: list[str]
) -> None:
    assert names(known, **wanted) == found


def test_a_row_has_rating_genres_match_and_gaps_of_its_title(known: Library) -> None:
    rows = {each.title: each for each in known.titles.list().items}

    assert [rows[name].rating for name in ("Amber", "Birch", "Cedar", "Lake")] == [8.1, 6.4, 6.0, None]
    assert rows["Amber"].genres == ["Drama", "Crime"]
    assert [name for name, each in rows.items() if each.is_matched] == ["Amber"]
    assert [name for name, each in rows.items() if each.is_incomplete] == ["Lake", "Pond"]
    assert (rows["Lake"].file_count, rows["Lake"].episode_count, rows["Lake"].season_count) == (3, 3, 2)


def test_a_row_shows_the_values_of_the_title_page(library: Library) -> None:
    amber = library.titles.list("amber").items[0]
    library.titles.lock(amber.id, ["genres"])

    shown = {each.field: each.value for each in library.titles.get(amber.id).values}

    assert library.titles.list("amber").items[0].genres == shown["genres"]


def test_incomplete_series_are_those_with_gaps(known: Library) -> None:
    with_gaps = known.series.missing_episodes()

    assert {each.id for each in known.titles.list(incomplete=True).items} == set(with_gaps)


@each_case(
    ("key", "values"),
    [
        ("kind", {"movie": 3, "series": 3}),
        ("state", {"identified": 6}),
        ("genre", {"Crime": 2, "Drama": 2, "Comedy": 1}),
        ("tag", {"Favourites": 1, "Été indien": 1}),
        ("year", {"2000-2009": 1, "1990-1999": 2}),
        ("rating", {"8": 1, "7": 1, "6": 3, "5": 3}),
        ("actor", {"Ada Quill": 2, "Bo Reed": 1}),
        ("director", {"Cy Marsh": 2, "Di Vale": 1}),
        ("matched", {"yes": 1, "no": 5}),
        ("incomplete", {"yes": 2, "no": 1}),
    ],
)
def test_a_facet_counts_the_titles_of_each_value(known: Library, key: str, values: dict[str, int]) -> None:
    facet = known.titles.facets(keys=[key])[key]

    assert {each.value.title() if key == "genre" else each.value: each.titles for each in facet.values} == values
    assert facet.total == len(values)


def test_a_facet_is_counted_over_the_other_filters(known: Library) -> None:
    facets = known.titles.facets(kind="movie", genre="comedy", keys=["genre", "actor", "kind"])

    assert sum(each.titles for each in facets["genre"].values) == 4  # of all films
    assert facets["actor"].values == ()
    assert {each.value: each.titles for each in facets["kind"].values} == {"movie": 1}


@pytest.mark.parametrize("listed", ["", "episode"])
def test_every_facet_value_lists_as_many_titles_as_it_counts(known: Library, listed: str) -> None:
    facets = known.titles.facets(keys=[key for key in FACET_KEYS if key not in ("kind", "state")], kind=listed)
    assert facets["genre"].values
    for key, facet in facets.items():
        for value in facet.values:
            answer: Any = {"yes": True, "no": False}.get(value.value, value.value)
            if key in ("rating", "library_id"):
                answer = int(value.value)
            kind = "series" if key == "incomplete" else listed
            filters: Any = {key: answer, "kind": kind}
            assert known.titles.list(**filters).total == value.titles, (key, value)


@each_case(
    "chosen",
    [{"genre": "Drama", "actor": "Ada Quill"}, {"genre": "Crime", "director": "Cy Marsh", "actor": "Ada Quill"}],
)
def test_facets_of_names_count_over_each_others_filters(known: Library, chosen: dict[str, str]) -> None:
    facets = known.titles.facets(keys=["genre", "actor", "director", "tag"], **chosen)
    for key, facet in facets.items():
        counted = {each.value: each.titles for each in facet.values}
        others = known.titles.facets(keys=[key], **{name: value for name, value in chosen.items() if name != key})
        assert counted == {each.value: each.titles for each in others[key].values}
        for value, titles in counted.items():
            assert known.titles.list(**{**chosen, key: value}).total == titles, (key, value)


def test_related_titles_share_people_genres_or_a_collection(library: Library) -> None:
    ids = {each.title: each.id for each in library.titles.list().items}
    library.titles.set(ids["Cedar"], "collection", "Trees")
    library.titles.set(ids["Amber"], "collection", "Trees")

    related = library.titles.related(ids["Amber"])

    shared = {
        each.item.title: (each.people, [name.lower() for name in each.genres], each.collection) for each in related
    }
    assert shared == {
        "Cedar": ([], [], "Trees"),
        "Birch": (["Ada Quill"], ["drama"], ""),
        "Pond": (["Cy Marsh"], ["crime"], ""),
    }
    assert related[0].item.title == "Cedar"
    assert [each.item.title for each in library.titles.related(ids["Lake"])] == []


def test_copies_of_a_title_are_not_related(library: Library) -> None:
    ids = {each.title: each.id for each in library.titles.list().items}
    year = next(each.year for each in library.titles.list().items if each.title == "Amber")
    library.titles.set_values(ids["Cedar"], {"title": "Amber", "year": year, "collection": "Trees"})
    library.titles.set(ids["Amber"], "collection", "Trees")
    assert {each.item.title for each in library.titles.related(ids["Amber"])} == {"Birch", "Pond"}


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"year": "ninety"}, "neither a year nor a range"),
        ({"year": "-"}, "neither a year nor a range"),
        ({"rating": 11}, "0 to 10"),
        ({"kind": "film"}, "no kind “film”"),
        ({"state": "new"}, "no state “new”"),
        ({"sort": "size"}, "no sort key “size”"),
    ],
)
def test_an_unknown_filter_names_the_choices(known: Library, wanted: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        known.titles.list(**wanted)


# Python and the database make other small letters of these.
OTHER_SMALL_LETTERS = ["İbrahim Çelik", "ΓΙΩΡΓΟΣ"]


@pytest.mark.parametrize("actor", OTHER_SMALL_LETTERS)
def test_a_name_of_any_alphabet_is_found_as_it_is_counted(library: Library, actor: str) -> None:
    ids = {each.title: each.id for each in library.titles.list().items}
    for title in ("Cedar", "Pond"):
        library.titles.set(ids[title], "cast", [{"name": actor, "order": 0}])

    [value] = [
        each for each in library.titles.facets(actor=actor, keys=["actor"])["actor"].values if each.label == actor
    ]

    assert value.titles == 2
    assert names(library, actor=actor) == ["Cedar", "Pond"]
    kinds = library.titles.facets(actor=actor, keys=["kind"])["kind"].values
    assert {each.value: each.titles for each in kinds} == {"movie": 1, "series": 1}
    [related] = library.titles.related(ids["Cedar"])
    assert (related.item.title, related.people) == ("Pond", [actor])


def test_a_facet_counts_the_names_that_the_list_finds(library: Library) -> None:
    ids = {each.title: each.id for each in library.titles.list().items}
    for title, actor in (("Cedar", "ΓΙΩΡΓΟΣ"), ("Pond", "Γιωργος")):
        library.titles.set(ids[title], "cast", [{"name": actor, "order": 0}])

    for value in library.titles.facets(keys=["actor"])["actor"].values:
        assert library.titles.list(actor=value.value).total == value.titles, value


def test_a_related_title_that_vanishes_meanwhile_is_left_out(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {each.title: each.id for each in library.titles.list().items}
    read = store.by_ids
    monkeypatch.setattr(
        store, "by_ids", lambda reader, found: read(reader, [each for each in found if each != ids["Birch"]])
    )

    assert [each.item.title for each in library.titles.related(ids["Amber"])] == ["Pond"]


def test_an_unknown_library_is_named_with_the_remedy(known: Library) -> None:
    for read in (known.titles.list, known.titles.facets, known.matches.pending):
        with pytest.raises(errors.UnknownIdError, match=r"no library folder 99\. 'indexium libraries list'"):
            read(library_id=99)  # type: ignore[operator]


def test_an_unknown_facet_names_the_choices(known: Library) -> None:
    with pytest.raises(errors.UsageError, match="no filter “colour”"):
        known.titles.facets(keys=["colour"])
