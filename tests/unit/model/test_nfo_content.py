"""What an NFO file contains, element by element, by the rules of the programs that read it."""

from __future__ import annotations

from typing import Any

from indexium_core.model.publishing.nfo_content import (
    NfoContent,
    NfoElement,
    PublishedKind,
    groups,
    shown_rating,
)
from tests.support.cases import each_case

NEVER = {"language", "countrycode", "lockdata", "lockedfields", "watched", "playcount", "lastplayed", "userrating"}
NEVER |= {"thumb", "fanart", "art", "fileinfo", "id", "rating", "votes"}
ALL: dict[str, Any] = {
    "title": "T",
    "original_title": "O",
    "sort_title": "S",
    "year": 2000,
    "edition": "Final Cut",
    "language": "de",
    "country": "DE",
    "absolute": 7,
    "aired": "2000-01-03",
    "plot": "P",
    "tagline": "L",
    "genres": ["G"],
    "keywords": ["K"],
    "tags": ["W"],
    "studios": ["S"],
    "countries": ["A", "B"],
    "collection": "C",
    "status": "Ended",
    "release_date": "2000-01-02",
    "runtime_minutes": 90,
    "content_rating": "PG",
    "ratings": {"imdb": 7.5},
    "votes": {"imdb": 12},
    "cast": [{"name": "N", "character": "R", "order": 0}],
    "crew": [{"name": "D", "job": "Director"}, {"name": "W", "job": "Writer"}, {"name": "P", "job": "Producer"}],
    "tmdb_id": "1",
    "imdb_id": "tt0000001",
    "tvdb_id": "3",
    "ignored": False,
}


def elements(content: NfoContent) -> list[NfoElement]:
    return [element for group in groups(content) for element in group.elements]


def texts(field: str, value: Any, kind: PublishedKind = "movie") -> list[tuple[str, str]]:
    return [(each.tag, each.text) for each in elements(NfoContent(kind=kind, values={field: value}))]


@each_case(
    ("kind", "expected"),
    [
        (
            "movie",
            (
                "title originaltitle sorttitle ratings plot tagline runtime mpaa uniqueid tmdbid uniqueid imdbid "
                "uniqueid genre country set tag credits director premiered year studio actor"
            ),
        ),
        (
            "tvshow",
            (
                "title originaltitle sorttitle ratings plot tagline runtime mpaa uniqueid uniqueid uniqueid genre "
                "country set tag credits director premiered year status studio namedseason actor"
            ),
        ),
        ("season", "title seasonnumber plot"),
        (
            "episodedetails",
            (
                "title originaltitle sorttitle showtitle season episode ratings plot runtime uniqueid uniqueid "
                "uniqueid tag credits director aired year actor"
            ),
        ),
    ],
)
def test_elements_of_each_kind_in_their_order(kind: PublishedKind, expected: str) -> None:
    content = NfoContent(kind=kind, values=ALL, season=1, episode=2, series_title="X", season_names={1: "One"})
    tags = [each.tag for each in elements(content)]
    assert tags == expected.split()
    assert not NEVER & set(tags)


def test_ids_have_their_type_and_the_best_one_is_the_default() -> None:
    found = elements(NfoContent(kind="tvshow", values={"imdb_id": "tt0000001", "tmdb_id": "1", "tvdb_id": "3"}))
    assert [(each.text, dict(each.attributes)) for each in found] == [
        ("1", {"type": "tmdb", "default": "true"}),
        ("tt0000001", {"type": "imdb"}),
        ("3", {"type": "tvdb"}),
    ]
    [only] = elements(NfoContent(kind="tvshow", values={"tmdb_id": None, "tvdb_id": "3"}))
    assert only.attributes == {"type": "tvdb", "default": "true"}


@each_case(
    ("field", "value", "expected"),
    [
        (
            "genres",
            ["Action/Adventure", "Drama / Crime", "Drama"],
            "genre:Action genre:Adventure genre:Drama genre:Crime",
        ),
        ("studios", ["A/S", "B / C"], "studio:A/S studio:B studio:C"),
        ("tags", ["9/11", "a"], "tag:9/11 tag:a"),
        ("countries", ["A", "B", "A"], "country:A_/_B"),
        ("release_date", "2000-01-02", "premiered:2000-01-02"),
        ("runtime_minutes", 90, "runtime:90"),
        ("content_rating", "PG-13", "mpaa:PG-13"),
        ("crew", [{"name": "Sammy Davis, Jr.", "job": "Director"}], "director:Sammy_Davis_Jr."),
        ("crew", [{"name": "A", "job": "Writer"}, {"name": "A", "job": "Screenplay"}], "credits:A"),
        ("crew", [{"name": "A, Jr.", "job": "Writer"}], "credits:A,_Jr."),
        ("crew", [{"name": "A/B", "job": "Writer"}], "credits:A credits:B"),
    ],
)
def test_texts_that_all_readers_split_alike(field: str, value: Any, expected: str) -> None:
    assert texts(field, value) == [tuple(each.replace("_", " ").split(":")) for each in expected.split()]


def test_date_of_an_episode_is_the_one_of_its_broadcast() -> None:
    assert texts("release_date", "2000-01-02", "episodedetails") == [("premiered", "2000-01-02")]
    both = NfoContent(kind="episodedetails", values={"aired": "2000-01-03", "release_date": "2000-01-02"})
    assert [(each.tag, each.text) for each in elements(both)] == [("aired", "2000-01-03")]


def test_collection_has_its_name_as_a_child() -> None:
    [found] = elements(NfoContent(kind="movie", values={"collection": "C"}))
    assert found == NfoElement(tag="set", children=(NfoElement(tag="name", text="C"),))


def test_actors_are_numbered_in_their_order() -> None:
    cast = [{"name": "B", "character": "", "order": 9}, {"name": "A", "character": "R", "order": 3}]
    found = elements(NfoContent(kind="movie", values={"cast": cast}))
    assert [[(child.tag, child.text) for child in each.children] for each in found] == [
        [("name", "A"), ("role", "R"), ("order", "0")],
        [("name", "B"), ("order", "1")],
    ]


def ratings(**values: float) -> list[tuple[str, str, str, str]]:
    [found] = elements(NfoContent(kind="movie", values={"ratings": values}))
    return [
        (each.attributes["name"], each.children[0].text, each.attributes["max"], each.attributes.get("default", ""))
        for each in found.children
    ]


def test_first_rating_is_the_last_element_and_the_default() -> None:
    assert ratings(imdb=7.5, tmdb=7.1) == [("themoviedb", "7.1", "10", ""), ("imdb", "7.5", "10", "true")]


def test_only_the_rating_of_critics_is_in_percent() -> None:
    assert ratings(imdb=7.456, metacritic=73, rotten_tomatoes=87) == [
        ("rotten_tomatoes", "87", "100", ""),
        ("metacritic", "7.3", "10", ""),
        ("imdb", "7.46", "10", "true"),
    ]
    assert ratings(rotten_tomatoes=87, imdb=7.0)[-1] == ("rotten_tomatoes", "87", "100", "true")


def test_rating_that_players_show() -> None:
    values = {"ratings": {"rotten_tomatoes": 87, "imdb": 7.0}}
    assert shown_rating(NfoContent(kind="movie", values=values)) == ("rotten_tomatoes", 8.7)
    assert shown_rating(NfoContent(kind="movie")) is None


def test_cleared_fields_have_a_group_without_elements_and_others_have_none() -> None:
    found = groups(NfoContent(kind="movie", values={"title": None, "genres": [], "tmdb_id": None, "plot": None}))
    assert [(each.field, each.elements) for each in found] == [
        ("title", ()),
        ("plot", ()),
        ("tmdb_id", ()),
        ("genres", ()),
    ]
    assert found[1].tags == ("plot", "outline")


def test_names_of_seasons_have_their_numbers() -> None:
    found = elements(NfoContent(kind="tvshow", season_names={2: "Two", 0: "Specials"}))
    assert [(each.text, dict(each.attributes)) for each in found] == [
        ("Specials", {"number": "0"}),
        ("Two", {"number": "2"}),
    ]
