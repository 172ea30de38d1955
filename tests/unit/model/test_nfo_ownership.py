"""Values of NFO files that are ours."""

from __future__ import annotations

import json

from indexium_core.model.publishing.nfo_ownership import OwnValues, owned, without_own
from indexium_core.model.titles.nfo import NfoDocument

THEIRS = NfoDocument(kind="movie", values={"title": "A", "ratings": {"x": 1.0}}, ids={"imdb": "tt0000001"})
OURS = NfoDocument(
    kind="movie",
    values={
        "title": "A",
        "plot": "P",
        "ratings": {"x": 1.0, "imdb": 7.0},
        "crew": [{"name": "D", "job": "Director"}, {"name": "W", "job": "Writer"}],
    },
    ids={"imdb": "tt0000001", "tmdb": "1"},
)


def own(before: NfoDocument | None = THEIRS) -> OwnValues:
    found: OwnValues = json.loads(json.dumps([owned((), before, OURS)]))
    return found


def test_only_what_a_write_changed_is_ours() -> None:
    [found] = own()
    assert found["values"] == {
        "plot": "P",
        "ratings.imdb": 7.0,
        "crew.Director": ["D"],
        "crew.Writer": ["W"],
        "tmdb_id": "1",
    }


def test_own_values_are_dropped_and_others_stay() -> None:
    [left] = without_own([OURS], own())
    assert left.values == {"title": "A", "ratings": {"x": 1.0}}
    assert left.ids == {"imdb": "tt0000001"}


def test_value_that_somebody_changed_since_is_theirs() -> None:
    changed = NfoDocument(kind="movie", values=OURS.values | {"plot": "Q"}, ids={"tmdb": "2"})
    [left] = without_own([changed], own())
    assert (left.values["plot"], left.ids) == ("Q", {"tmdb": "2"})


def test_what_was_ours_stays_ours_until_somebody_changes_it() -> None:
    first = own()
    assert owned(first, OURS, OURS)["values"] == first[0]["values"]
    changed = NfoDocument(kind="movie", values={"plot": "Q"}, ids=OURS.ids)
    assert owned(first, changed, changed)["values"] == {"tmdb_id": "1"}


def test_episodes_are_found_by_their_numbers() -> None:
    one, two = (
        NfoDocument(kind="episodedetails", season=1, episodes=(number,), series_title="S", values={"title": "A"})
        for number in (1, 2)
    )
    values = [owned((), None, one), owned((), two, two)]
    left = without_own([two, one], values)
    assert [(each.episodes, each.series_title, dict(each.values)) for each in left] == [
        ((2,), "S", {"title": "A"}),
        ((1,), "", {}),
    ]


def test_year_that_is_read_from_our_date_is_ours() -> None:
    after = NfoDocument(kind="movie", values={"release_date": "2000-01-02", "year": 2000})
    [left] = without_own([after], [owned((), NfoDocument(kind="movie"), after)])
    assert left.values == {}


def actor(name: str, role: str = "") -> dict[str, object]:
    return {"name": name, "character": role, "order": 0}


def test_items_of_a_list_are_ours_or_theirs_each_for_itself() -> None:
    before = NfoDocument(kind="movie", values={"cast": [actor("Old", "Captain")], "genres": ["A"]})
    after = NfoDocument(
        kind="movie",
        values={"cast": [actor("Old", "Captain"), actor("Ann"), actor("Kay", "Pilot")], "genres": ["A", "B"]},
    )
    values = [owned((), before, after, people={"ann"})]
    assert values[0]["values"] == {"people": ["Ann"], "cast": [actor("Kay", "Pilot")], "genres": ["B"]}
    [left] = without_own([after], values)
    assert left.values == {"cast": [actor("Old", "Captain")], "genres": ["A"]}
    assert left.shared == {"cast", "genres"}


def test_people_of_files_do_not_make_a_list_a_shared_one() -> None:
    before = NfoDocument(kind="movie", values={"cast": [actor("Old")]})
    after = NfoDocument(kind="movie", values={"cast": [actor("Old"), actor("Ann")]})
    [left] = without_own([after], [owned((), before, after, people={"ann"})])
    assert (left.values["cast"], left.shared) == ([actor("Old")], frozenset())
