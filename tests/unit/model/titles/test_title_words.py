"""The words of titles, of their values, people and files, and of what their values would change in files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from indexium_core.model.review.reports import FieldExample, FieldsPreview
from indexium_core.model.titles.planned_values import PlannedValues
from indexium_core.model.titles.title_filter import RelatedTitle, TitleFacet, TitleFacetValue
from indexium_core.model.titles.titles import (
    EpisodeEntry,
    IdentifiedTitle,
    SeasonCollection,
    TitleFile,
    TitleItem,
    TitleValue,
)


def item(**changes: Any) -> TitleItem:
    facts: dict[str, Any] = {
        "id": 7, "entity_type": "movie", "title": "The Amber Coast", "year": 1994, "state": "enriched",
        "library_id": 1, "series_id": None, "series_title": "", "season": None, "episode": None, "aired": None,
        "file_count": 2, "episode_count": 0, "season_count": 0, "touched": False, "rating": 8.1, "genres": ["Drama"],
    }  # fmt: skip
    return TitleItem(**facts | changes)


def value(field: str, found: Any, **changes: Any) -> TitleValue:
    facts: dict[str, Any] = {
        "origin": "hand", "provider": "", "confidence": None, "fetched_at": datetime.now(UTC), "locked": False,
        "shown": True,
    }  # fmt: skip
    return TitleValue(field=field, value=found, **facts | changes)


def file(**changes: Any) -> TitleFile:
    facts: dict[str, Any] = {
        "file_id": 1, "file_path": "/films/Amber/Amber.mkv", "state": "ok", "part": None, "role": "main",
        "edition": "", "duration": 65.0, "size": 2_000_000, "by_hand": False,
    }  # fmt: skip
    return TitleFile(**facts | changes)


def title(*values: TitleValue, **changes: Any) -> IdentifiedTitle:
    return IdentifiedTitle(**{"item": item(), "values": list(values), "files": [file()]} | changes)


def test_title_of_a_list_in_words() -> None:
    film = item()
    assert (film.kind_name, film.initials, film.size_text) == ("Film", "AC", "2 files")
    assert (film.state_label, film.state_text) == ("Has provider values", "has values of a provider")
    series = item(entity_type="series", season_count=1, episode_count=12)
    assert (series.kind_name, series.size_text) == ("Series", "1 season · 12 episodes")
    assert item(entity_type="season", episode_count=1).size_text == "1 episode"
    assert item(entity_type="episode", season=2, episode=5).code == "S02E05"
    assert (item(title="夏").initials, item(title="…").initials) == ("夏", "?")


def test_value_in_one_line_with_its_origin() -> None:
    found = value("tmdb_id", "11", origin="provider", provider="tmdb")
    assert (found.label, found.origin_text, found.since, found.is_editable) == ("TMDB id", "TMDB", "just now", True)
    assert (value("runtime_minutes", 118).label, value("runtime_minutes", 118).origin_text) == (
        "Runtime in minutes",
        "by hand",
    )
    assert value("original_title", "A").label == "Original title"
    assert value("title", "A").about == "Title."


def test_line_of_a_value_is_short() -> None:
    assert value("plot", "x" * 500).line == "x" * 400 + "…"
    cast = [{"name": name} for name in "ABCDEF"]
    assert value("cast", cast).line == "A, B, C, D and 2 more"
    assert value("cast", cast).is_editable is False
    assert value("ratings", {"imdb": 8.1, "tmdb": 6.0}).line == "IMDb 8.1, TMDB 6"
    assert value("votes", {"imdb": 1200}).line == "IMDb 1,200"
    assert value("title", None).line == ""


def test_title_in_one_line_and_its_fields() -> None:
    found = title(value("plot", "A storm."), value("title", "Amber"), value("runtime_minutes", 118))
    assert found.about == "Film · 1994 · 1 h 58 min · ★ 8.1 · Drama"
    assert found.plot == "A storm."
    assert [each.field for each in found.listed_values] == ["title", "plot", "runtime_minutes"]
    added = {each.field: each.label for each in found.addable}
    assert added["tagline"] == "Tagline"
    assert added.keys().isdisjoint({"title", "cast", "ratings", "ignored", "season"})
    assert (title().plot, title().about) == ("", "Film · 1994 · ★ 8.1 · Drama")


def test_only_a_title_with_a_main_file_can_be_planned() -> None:
    assert title().can_plan
    assert not title(files=[file(role="trailer")]).can_plan
    assert not title(item=item(state="ignored")).can_plan


def test_people_are_listed_once_with_all_their_parts() -> None:
    crew = [
        {"name": "Cy", "job": "Director"},
        {"name": "Di", "job": "Writer"},
        {"name": "Cy", "job": "Writer"},
        {"job": "Nobody"},
    ]
    found = title(value("crew", crew), value("cast", [{"name": "Ada", "character": "Marit"}, {"name": "Bo"}]))
    assert [(each.name, each.part, each.filter) for each in found.crew] == [
        ("Cy", "Director, Writer", "director"),
        ("Di", "Writer", ""),
    ]
    assert [(each.name, each.part, each.filter) for each in found.cast] == [
        ("Ada", "Marit", "actor"),
        ("Bo", "", "actor"),
    ]
    assert title().cast == title().crew == []


def test_file_of_a_title_in_words() -> None:
    assert (file().name, file().about) == ("Amber.mkv", "1:05 · 2 MB")
    other = file(role="trailer", by_hand=True, edition="Final Cut", part=2, duration=None, state="missing")
    assert other.about == "trailer · moved by hand · Final Cut · part 2 · 2 MB · missing"
    assert title(nfo_problems={"/films/a.nfo": "It is broken."}).nfo_sentences == ["a.nfo: It is broken."]


def test_season_and_episode_in_words() -> None:
    titles = [SeasonCollection(number=number, episodes=1, videos=[]).title for number in (None, 0, 3)]
    assert titles == ["Without a season", "Specials", "Season 3"]
    day = datetime(2019, 7, 31, tzinfo=UTC).date()
    dated = EpisodeEntry(id=1, season=None, episode=None, absolute=None, aired=day, title="", file_ids=[])
    assert dated.code == "2019-07-31"


def test_related_title_says_what_both_have() -> None:
    people = RelatedTitle(item=item(), people=["A", "B", "C"], genres=["Drama"], collection="Coast")
    assert people.why == "Coast, A, B"
    assert RelatedTitle(item=item(), people=[], genres=["Drama", "Crime", "Noir"], collection="").why == "Drama, Crime"


def test_values_of_a_filter_have_labels_for_people() -> None:
    def labels(key: str, *values: str) -> list[str]:
        found = tuple(TitleFacetValue(value=each, label=each, titles=1) for each in values)
        return [each.label for each in TitleFacet(key=key, values=found, total=9).options]

    assert labels("kind", "movie", "series") == ["Film", "Series"]
    assert labels("state", "enriched") == ["Has provider values"]
    assert labels("rating", "8") == ["8 and more"]
    assert labels("genre", "Drama") == ["Drama"]


# What values would change in files.


def example(**changes: Any) -> FieldExample:
    facts: dict[str, Any] = {"file_id": 1, "file_name": "a.mkv", "field": "title", "before": None, "after": "Ring"}
    return FieldExample(**facts | changes)


def planned(*examples: FieldExample, page: int = 1, **counts: int) -> PlannedValues:
    facts: dict[str, Any] = {
        "files": 3, "copies": 0, "changed": 2, "without_value": 0, "invalid": 0, "invalid_reason": "", "locked": 0,
    }  # fmt: skip
    return PlannedValues.of(FieldsPreview(examples=list(examples), **facts | counts), page=page, per_page=20)


def test_every_value_is_listed_before_and_after_by_file() -> None:
    plot = example(field="description", before="Old", after="x " * 60)
    found = planned(example(), example(file_id=2, file_name="b.mkv"), plot, example(field="show", problem="No."))
    assert [
        (each.file_name, [(change.label, change.was, change.now) for change in each.values]) for each in found.items
    ] == [
        ("a.mkv", [("Title", "", "Ring"), ("Description", "Old", "x " * 60)]),
        ("b.mkv", [("Title", "", "Ring")]),
    ]
    assert (found.nothing, found.search, found.exceptions) == ("", "id:1,2", [])


def test_many_files_have_pages_and_a_search_without_their_ids() -> None:
    files = [example(file_id=number) for number in range(1, 24)]
    assert (len(planned(*files).items), len(planned(*files, page=2).items), planned(*files).total) == (20, 3, 23)
    assert planned(*(example(file_id=number) for number in range(201))).search == "edited:yes"


def test_files_that_keep_their_values_are_counted_with_the_reason() -> None:
    assert planned(example(), unsupported=1, locked=2).exceptions == [
        ("The container cannot store a value", 1),
        ("A field is locked", 2),
    ]
    assert planned(changed=0, unsupported=2).nothing == (
        "Nothing to plan: the container cannot store the values in 2 files."
    )
    assert planned(changed=0, planned=3, skipped=1).nothing == (
        "Nothing new: the plan has these values for 3 files already. The plan skips 1 file."
    )
