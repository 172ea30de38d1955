"""Searches for files by their films and series."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.query import describe
from indexium_core.model.query.snapshot_sql import plan_as_sql
from tests.support import media, tables
from tests.support.cases import each_case

FILES = {
    "Films/Das Boot (1981).mp4": {},
    "Films/Ring (1998).mp4": {"genre": "Horror film"},
    "Shows/Pönd/Season 1/Pönd - S01E01 - Frogs.mp4": {},
    "Shows/Pönd/Season 1/Pönd - S01E02 - Newts.mp4": {},
    "Shows/Pönd/Extras/Interview.mp4": {},
    "VID_20190731_183000.mp4": {},
}
BOOT, RING, FROGS, NEWTS, EXTRA, HOME = (Path(name).name for name in FILES)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    root = tmp_path_factory.mktemp("titles")
    for seed, (name, tags) in enumerate(FILES.items()):
        media.video(root / "media" / name, seed=seed, tags=tags)
    with Library.open(root / "home") as opened:
        opened.inventory.add(root / "media", kind="mixed")
        opened.scan()
        ids = {each.title: each.id for each in opened.titles.list(per_page=100).items}
        opened.titles.set_values(
            ids["Das Boot"],
            {
                "cast": [{"name": "Jürgen Prochnow", "character": "Captain"}],
                "crew": [
                    {"name": "Wolfgang Petersen", "job": "Director"},
                    {"name": "Lothar Buchheim", "job": "Writer"},
                ],
                "genres": ["War", "Drama"],
            },
        )
        opened.titles.set_values(ids["Pönd"], {"cast": [{"name": "Ann Lee"}], "genres": ["Nature"]})
        frogs = opened.titles.list("frogs", kind="episode").items[0]
        opened.titles.set_values(
            frogs.id, {"cast": [{"name": "Bob Ray"}], "crew": [{"name": "Zoë Öz", "job": "Director"}]}
        )
        with tables.changing(opened) as tx:
            tx.execute(
                "INSERT INTO title_searches BY NAME SELECT 'movie' AS entity_type, $1 AS entity_id, "
                "'accepted' AS state, '{}' AS query, '' AS explanation, now() AS searched_at",
                [ids["Ring"]],
            )
            tx.execute("UPDATE movies SET enriched_at = now() WHERE id = $1", [ids["Ring"]])
        yield opened


def found(library: Library, query: str) -> set[str]:
    files = {each.file_name for each in library.inventory.search(query, per_page=100).items}
    assert {item.file_name for item in library.plan(f"({query}) risk:unchanged,safe").items} <= files
    return files


@each_case(
    ("query", "names"),
    [
        ("movie:boot", {BOOT}),
        ('movie:"DAS BOOT"', {BOOT}),
        ("movie:pond", set()),
        ("series:pond", {FROGS, NEWTS, EXTRA}),
        ("actor:jurgen", {BOOT}),
        ('actor:"ann lee"', {FROGS, NEWTS, EXTRA}),
        ("actor:bob", {FROGS}),
        ("actor:captain", set()),
        ("director:petersen", {BOOT}),
        ("director:buchheim", set()),
        ("director:zoe", {FROGS}),
        ("genre:drama", {BOOT}),
        ("genre:horror", {RING}),
        ("genre:nature", {FROGS, NEWTS, EXTRA}),
        ("genre:war OR genre:horror", {BOOT, RING}),
        ("matched:yes", {RING}),
        ("matched:no", {BOOT, FROGS, NEWTS, EXTRA}),
        ("enriched:yes", {RING}),
        ("-matched:yes movie:boot", {BOOT}),
        ("-series:pond -movie:boot", {RING, HOME}),
        ("series:pond -actor:bob", {NEWTS, EXTRA}),
    ],
)
def test_files_are_found_by_their_titles(library: Library, query: str, names: set[str]) -> None:
    assert found(library, query) == names


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("movie:bo", ['movie:"Das Boot"']),
        ("series:", ["series:Pönd"]),
        ("actor:lee", ['actor:"Ann Lee"']),
        ("director:oz", ['director:"Zoë Öz"']),
        ("genre:dra", ["genre:Drama"]),
        ("matched:", ["matched:yes", "matched:no"]),
    ],
)
def test_values_of_titles_are_offered(library: Library, typed: str, offered: list[str]) -> None:
    assert [each.text for each in library.search.complete(library.plan(), typed)] == offered


def test_searches_are_described_and_have_no_sql_for_snapshots(library: Library) -> None:
    assert describe('actor:"Ann Lee" -matched:yes') == "with the actor “Ann Lee”, not matched with a provider"
    for query in ("movie:boot", "enriched:no"):
        with pytest.raises(errors.QueryError, match="A snapshot has no titles"):
            plan_as_sql(query)
    assert "ILIKE" in plan_as_sql("genre:drama")


def test_a_title_with_an_id_is_matched_in_searches_and_lists(library: Library) -> None:
    boot = library.titles.list("das boot", kind="movie").items[0]
    library.titles.set(boot.id, "imdb_id", "tt0082096")
    try:
        assert found(library, "matched:yes") == {RING, BOOT}
        assert {each.title for each in library.titles.list(matched=True).items} == {"Ring", "Das Boot"}
        counted = {each.label: each.titles for each in library.titles.facets(keys=["matched"])["matched"].values}
        assert counted["matched"] == 2
    finally:
        library.titles.set(boot.id, "imdb_id", None)
