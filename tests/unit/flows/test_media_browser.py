"""The files of the library as pictures: order, sections, months, facets, and tiles with their edits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from benchmarks import pictures, plan
from indexium_core import errors
from indexium_core.flows.planning import media_browser
from indexium_core.library import Library
from indexium_core.model.files.tiles import SORTS
from indexium_core.store.catalog import media as store
from indexium_core.store.database import Database

FILES = 2_000


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("pictures") / "home"
    with Database.open(home) as database:
        plan.fill(database, files=FILES, changing=False)
        with database.atomic() as tx:
            tx.execute(pictures.KINDS)
            tx.execute(pictures.PROPERTIES)
    with Library.open(home) as opened:
        yield opened


def test_sections_and_months_have_every_file_at_its_place(library: Library) -> None:
    overview = library.media.overview()
    kinds = {each.value: each.files for each in library.media.facet("type")}
    assert overview.kinds == kinds
    assert set(kinds) == {"photo", "video"}
    assert sum(overview.kinds.values()) == overview.total == sum(section.files for section in overview.sections)
    assert sum(month.files for month in overview.months) == overview.total
    for month in overview.months[:: len(overview.months) // 7]:
        tiles = library.media.page(first=month.first, count=month.files).tiles
        assert {tile.shown_at[:7] for tile in tiles} == {month.month}


@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_in_the_order(library: Library, sort: str) -> None:
    media = library.media
    tiles = [tile for first in range(0, FILES, 500) for tile in media.page(sort=sort, first=first, count=500).tiles]
    assert [tile.file_id for tile in tiles] == media.ids(sort=sort)
    orders: dict[str, list[Any]] = {
        "newest": [tile.shown_at for tile in reversed(tiles)],
        "oldest": [tile.shown_at for tile in tiles],
        "name": [tile.file_name.lower() for tile in tiles],
        "rating": [-tile.rating for tile in tiles],
        "largest": [-tile.size for tile in tiles],
    }
    assert orders[sort] == sorted(orders[sort])
    overview = media.overview(sort=sort)
    assert bool(overview.sections) == bool(overview.months) == (sort in ("newest", "oldest"))


def test_edit_is_in_tile_counts_search_and_facet(library: Library) -> None:
    media = library.media
    before, first = media.overview(), media.page(count=1).tiles[0]
    with library.decisions.step() as step:
        step.set_favorite([first.file_id], wanted=True)
    [tile] = media.page(count=1).tiles
    assert (tile.rating, tile.favorite, tile.in_plan) == (5, True, True)
    assert media.overview().favorites == before.favorites + (not first.favorite)
    assert tile.file_id in media.ids("favorite:yes")
    ratings = {each.value: each.files for each in media.facet("rating")}
    assert ratings["5"] == media.overview("rating:5").total

    library.decisions.set_fields([first.file_id], {"creation_time": "1999-12-31T23:00:00Z"})
    assert media.ids()[-1] == first.file_id
    moved = media.page(first=media.overview().total - 1).tiles[0]
    assert (moved.shown_at, moved.date_source) == ("1999-12-31T23:00:00", "edit")
    library.decisions.revoke_of([first.file_id])


def test_skipped_file_is_not_in_plan(library: Library) -> None:
    media = library.media
    first = media.page(count=1).tiles[0].file_id
    library.decisions.set_fields([first], {"title": "At sea"})
    library.decisions.postpone([first])
    [tile] = media.page(count=1).tiles
    assert (tile.file_id, tile.in_plan, tile.skipped) == (first, False, True)
    library.decisions.end_postponements([first])
    [tile] = media.page(count=1).tiles
    assert (tile.in_plan, tile.skipped) == (True, False)
    library.decisions.revoke_of([first])


def test_facet_ignores_its_own_term(library: Library) -> None:
    media = library.media
    people = media.facet("person", most=5)
    assert media.facet("person", f'person:"{people[0].value}"', most=5) == people
    assert media.overview(f'person:"{people[0].value}"').total == people[0].files


def test_facet_has_chosen_values_without_files(library: Library) -> None:
    found = library.media.facet("person", 'name:nothing person:"Nobody"')
    assert [(each.value, each.files, each.is_chosen, each.turned) for each in found] == [
        ("Nobody", 0, True, "name:nothing")
    ]
    assert all(each.turned == f'person:"{each.value}"' for each in library.media.facet("person", most=3))


def test_search_without_files_and_unknown_keys(library: Library) -> None:
    assert library.media.overview("name:nothing").total == 0
    assert library.media.page("name:nothing").tiles == []
    assert library.media.page(first=10**9).tiles == []
    with pytest.raises(errors.UsageError, match="cannot be sorted by"):
        library.media.overview(sort="colour")
    with pytest.raises(errors.UsageError, match="are not counted"):
        library.media.facet("colour")
    with pytest.raises(errors.QueryError):
        library.media.overview("nokey:1")


def test_wider_searches_omit_one_part_and_read_no_list(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    media = library.media
    photos, total = media.overview("type:photo").total, media.overview().total
    monkeypatch.setattr(store, "listing", None)
    [wider] = media.wider("type:photo name:nothing")
    assert (wider.query, wider.words, wider.files) == ("type:photo", "without name:nothing", photos)
    assert media.wider("name:nothing") == media.wider("") == media.wider("name:nothing name:nobody") == []
    assert media.count() == total
    with pytest.raises(errors.QueryError):
        media.wider("nokey:1 a")


def test_page_of_a_list_stays_until_the_list_leaves_the_memory(library: Library) -> None:
    media = library.media
    before, ids = media.overview(), media.ids()
    library.decisions.set_fields([ids[0]], {"creation_time": "1999-12-31T23:00:00Z"})
    assert media.overview().list_id != before.list_id
    page = media.page(list_id=before.list_id)
    assert (page.list_id, [tile.file_id for tile in page.tiles]) == (before.list_id, ids[:100])
    assert media.ids(list_id=before.list_id) == ids

    for number in range(media_browser.MAX_LISTS):
        media.overview(f"name:{number}")
    assert media.page(list_id=before.list_id).list_id == media.overview().list_id != before.list_id
    with pytest.raises(errors.UsageError, match="Select the files again"):
        media.ids(list_id=before.list_id)
    library.decisions.revoke_of([ids[0]])


def test_threads_that_want_one_list_read_it_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    read, calls = store.listing, []

    def listing(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        time.sleep(0.2)
        return read(*args, **kwargs)

    monkeypatch.setattr(store, "listing", listing)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: library.media.overview("name:1"), range(4)))
    assert (len(calls), len({each.list_id for each in found})) == (1, 1)
