"""The library as pictures: tiles, filters, selection, ratings, and a list that is larger than the page."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from benchmarks import pictures, plan
from indexium_core import errors
from indexium_core.flows.planning.media_browser import MediaBrowser
from indexium_core.library import Library
from indexium_core.store.database import Database
from tests.browser.conftest import SharedSite, Site
from tests.support.waiting import until


def grid(page: Page) -> Locator:
    return page.get_by_role("grid", name="Files")


def tile(page: Page, name: str) -> Locator:
    return grid(page).get_by_role("gridcell", name=re.compile(f"^{re.escape(name)},")).first


def rating(library: Library, name: str) -> str | None:
    [item] = [each for each in library.media.page(f'name:"{name}"').tiles if each.file_name == name]
    return str(item.rating) if item.rating else None


def test_keys_rate_select_open_and_undo(site: Site, library: Library) -> None:
    page = site.visit("/library")
    expect(page.get_by_role("heading", level=1, name="59 files")).to_be_visible()
    tile(page, "Interview.mkv").focus()
    page.keyboard.press("4")
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("4 of 5 stars"))
    toast = page.get_by_role("status").filter(has_text="Set the rating of 1 file")
    expect(toast).to_be_visible()
    assert rating(library, "Interview.mkv") == "4"
    page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("no rating"))
    assert rating(library, "Interview.mkv") is None

    tile(page, "Interview.mkv").focus()
    page.keyboard.press("f")
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile(", favourite,"))
    expect(page.get_by_role("status").filter(has_text="Added 1 favourite.")).to_be_visible()
    page.keyboard.press("z")
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("no rating"))
    page.keyboard.press("Z")
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile(", favourite,"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("undo the last decision")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    actions = page.get_by_role("region", name="Actions")
    expect(actions).to_contain_text("2 selected")
    page.keyboard.press("Shift+ArrowRight")
    expect(actions).to_contain_text("3 selected")
    page.keyboard.press("n")
    expect(actions).to_be_hidden()

    page.keyboard.press("i")
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer).to_be_visible()
    first = drawer.get_by_role("heading", level=2).inner_text()
    page.keyboard.press("ArrowLeft")
    expect(drawer.get_by_role("heading", level=2)).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_rating_without_a_place_and_equal_titles_are_explained(site: Site, library: Library) -> None:
    [avi, *_] = [each for each in library.media.page("", count=500).tiles if each.file_ext.lower() == "avi"]
    library.decisions.set_fields([avi.file_id], {"title": "At sea"})
    page = site.visit(f"/library?q=id:{avi.file_id}")
    tile(page, "At sea").hover()
    tip = page.locator(".tip")
    expect(tip).to_contain_text(avi.file_name)
    expect(tip).to_contain_text("no rating")
    expect(tip).to_contain_text(f"{avi.width} × {avi.height}")
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    page.keyboard.press("j")
    tile(page, "At sea").focus()
    expect(tip).to_contain_text(avi.file_name)
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("4")
    text = "Set the rating of 1 file. Not possible in 1 file: AVI files have no place for it."
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def test_library_with_files_and_without_people_opens_with_pictures(
    empty_library: Library, serve: Callable[[Library], Site], media: Path
) -> None:
    empty_library.scan([media])
    page = serve(empty_library).visit("/library")
    expect(grid(page)).to_be_visible()
    page.get_by_role("group", name="Show the library as").get_by_role("link", name="Folders").click()
    expect(page.get_by_role("heading", name="Add people")).to_be_visible()


def test_filters_narrow_the_list_and_suggest_wider_searches(site: Site, library: Library) -> None:
    library.decisions.set_favorite("name:Encore", wanted=True)
    page = site.visit("/library")
    page.get_by_role("button", name="Person").click()
    page.get_by_role("dialog", name="Filter by person").get_by_label("Rosa Lee").check()
    expect(page.get_by_role("heading", level=1, name="9 files")).to_be_visible()
    expect(page.get_by_role("dialog", name="Filter by person").get_by_label("Rosa Lee")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Filter by person")).to_be_hidden()
    expect(page).to_have_url(re.compile("Rosa"))

    page.get_by_role("button", name="favourites").click()
    expect(page.get_by_text("No file matches all filters")).to_be_visible()
    page.get_by_role("button", name="1 file without person:").click()
    expect(page.get_by_role("heading", level=1, name="1 file", exact=True)).to_be_visible()
    expect(tile(page, "Encore.mkv")).to_be_visible()
    page.get_by_role("button", name="Remove the filter a favourite").click()
    expect(page.get_by_role("heading", level=1, name="59 files")).to_be_visible()
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("dialog", name="Saved views").get_by_label("Favourites").check()
    expect(tile(page, "Encore.mkv")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="1 file", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove the filter a favourite").click()
    expect(page.get_by_role("heading", level=1, name="59 files")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("name:(")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="A value cannot be a group")).to_be_visible()
    site.complaints.clear()
    page.get_by_role("searchbox", name="Search the library").fill("Rehearsal")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="1 file", exact=True)).to_be_visible()


def test_search_acts_while_typing_and_waits_with_an_error(look: SharedSite) -> None:
    page = look.visit("/library", fresh=True)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("59 files")
    field = page.get_by_role("searchbox", name="Search the library")
    field.press_sequentially("interview")
    expect(heading).not_to_have_text("59 files")
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile("q=interview"))
    field.press("Escape")
    expect(heading).to_have_text("59 files")
    field.press_sequentially("type:")
    expect(page.get_by_role("alert").filter(has_text="type")).to_be_visible()
    look.complaints.clear()
    expect(heading).to_have_text("59 files")  # those of the search before
    field.press("Escape")
    expect(page.get_by_role("alert").filter(has_text="type")).to_have_count(0)


def test_heading_of_a_group_keeps_its_height_during_a_selection(look: SharedSite) -> None:
    page = look.visit("/library", fresh=True)
    tile(page, "Interview.mkv").focus()
    page.keyboard.press("x")
    head = page.locator(".heading .wall-day").first
    expect(head).to_be_visible()
    assert head.evaluate("node => node.getBoundingClientRect().height") == 36


def test_selection_of_a_search_is_edited_and_planned(site: Site, library: Library) -> None:
    page = site.visit("/library?q=person:%22Rosa+Lee%22")
    expect(page.get_by_role("heading", level=1, name="9 files")).to_be_visible()
    grid(page).get_by_role("gridcell").nth(1).focus()
    page.keyboard.press("a")
    actions = page.get_by_role("region", name="Actions")
    expect(actions).to_contain_text("9 selected")
    page.keyboard.press("x")
    expect(actions).to_contain_text("8 selected")
    actions.get_by_role("button", name="3 stars").click()
    expect(page.get_by_text(re.compile("Set the rating of"))).to_be_visible()
    rated = [each.rating for each in library.media.page('person:"Rosa Lee"').tiles]
    assert sorted(rated)[:2] == [0, 3]

    actions.get_by_role("button", name="Edit…").click()
    dialog = page.get_by_role("dialog", name=re.compile("Edit people of"))
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    actions.get_by_role("button", name="Plan these 8").click()
    expect(page).to_have_url(re.compile("/plan"))


def test_keys_select_a_file_whose_tile_is_not_read_yet(
    site: Site, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, may_read = MediaBrowser.page, Event()

    @functools.wraps(read)
    def wait(*args: Any, **options: Any) -> Any:
        return may_read.wait(30) and read(*args, **options)

    monkeypatch.setattr(MediaBrowser, "page", wait)
    page = site.visit("/library?q=person:%22Rosa+Lee%22")
    grid(page).locator(".waits").nth(1).focus()
    page.keyboard.press("a")
    page.keyboard.press("x")
    may_read.set()
    actions = page.get_by_role("region", name="Actions")
    expect(actions).to_contain_text("8 selected")
    expect(grid(page).locator("[aria-selected=false]")).to_have_count(1)


def test_pictures_table_and_folders_show_the_same_library(look: SharedSite) -> None:
    page = look.visit("/library", fresh=True)
    shows = page.get_by_role("group", name="Show the library as")
    shows.get_by_role("link", name="Table").click()
    expect(grid(page)).to_contain_text("Camcorder")
    expect(page).to_have_url(re.compile("show=table"))
    shows.get_by_role("link", name="Folders").click()
    expect(page.get_by_role("button", name="Add a folder…")).to_be_visible()
    expect(grid(page)).to_be_hidden()
    page.get_by_role("group", name="Show the library as").get_by_role("link", name="Pictures").click()
    expect(grid(page)).to_be_visible()


@pytest.fixture(scope="module")
def large_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed home with 20,000 files of 15 years."""
    home = tmp_path_factory.mktemp("large") / "home"
    with Database.open(home) as database:
        plan.fill(database, files=20_000, changing=False)
        with database.atomic() as tx:
            tx.execute(pictures.KINDS)
            tx.execute(pictures.PROPERTIES)
    return home


@pytest.fixture
def large(large_home: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of that home."""
    home = tmp_path / "large"
    shutil.copytree(large_home, home)
    with Library.open(home) as opened:
        yield opened


def test_page_has_only_visible_tiles_of_a_large_library(serve: Callable[[Library], Site], large: Library) -> None:
    page = serve(large).visit("/library?show=pictures")
    total = large.media.overview().total
    expect(page.get_by_role("heading", level=1, name=f"{total:,} files")).to_be_visible()
    expect(grid(page).get_by_role("gridcell").nth(30)).to_be_visible()
    assert grid(page).locator(".tile").count() < 120

    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight / 2)")
    middle = large.media.page(first=total // 2, count=1).tiles[0]
    expect(grid(page).locator(".tile:not(.waits)").first).to_be_visible()
    assert grid(page).locator(".tile").count() < 160
    slider = page.get_by_role("slider", name="Month")
    shown = slider.get_attribute("aria-valuetext") or ""
    assert abs(int(shown.split(",")[0].rsplit(" ", 1)[1]) - int(middle.shown_at[:4])) <= 1
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    second = large.media.overview().months[1]
    expect(slider).to_have_attribute("aria-valuetext", re.compile(f"{second.files:,} files"))


def test_range_with_unread_tiles_is_selected_and_too_many_files_are_not_planned(
    serve: Callable[[Library], Site], large: Library
) -> None:
    page = serve(large).visit("/library?show=pictures")
    total = large.media.overview().total
    grid(page).locator(".tile:not(.waits)").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+End")
    actions = page.get_by_role("region", name="Actions")
    expect(actions).to_contain_text(f"{total:,} selected")
    actions.get_by_role("button", name=f"Plan these {total:,}").click()
    expect(page.get_by_text("Select at most 5,000 files one by one")).to_be_visible()
    expect(page).to_have_url(re.compile("/library"))


def test_tiles_of_a_failed_request_are_read_again(
    serve: Callable[[Library], Site], large: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = serve(large)
    page = site.visit("/library")
    expect(grid(page).locator(".tile:not(.waits)").first).to_be_visible()
    read, is_broken = MediaBrowser.page, Event()
    is_broken.set()

    @functools.wraps(read)
    def fail(*args: Any, **facts: Any) -> Any:
        if is_broken.is_set():
            raise errors.StoreError("The home cannot be read.")
        return read(*args, **facts)

    monkeypatch.setattr(MediaBrowser, "page", fail)
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight / 2)")
    expect(page.get_by_text("The home cannot be read.").first).to_be_visible()
    is_broken.clear()
    page.evaluate("window.scrollBy(0, 400)")
    expect(grid(page).locator(".tile:not(.waits)").first).to_be_visible()
    expect(grid(page).locator(".tile.waits")).to_have_count(0)
    site.complaints.clear()


def test_tiles_of_a_changed_list_are_read_again(
    serve: Callable[[Library], Site], large: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = serve(large).visit("/library")
    total = large.media.overview().total
    expect(grid(page).locator(".tile:not(.waits)").first).to_be_visible()
    monkeypatch.setattr(MediaBrowser, "_kept", lambda *_: None)  # the list is no longer in memory
    with large.media._database.atomic() as tx:  # and no event tells that it has changed
        tx.execute("UPDATE scanned_files SET state = 'missing', scanned_at = now() WHERE file_id = 1")
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight / 4)")
    expect(page.get_by_role("heading", level=1, name=f"{total - 1:,} files")).to_be_visible()
    expect(grid(page).locator(".tile:not(.waits)").first).to_be_visible()
    expect(grid(page).locator(".tile.waits")).to_have_count(0)


def test_refused_rating_is_put_back_with_its_reason(site: Site, library: Library) -> None:
    page = site.visit("/library")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/call/decisions.set_fields", hold)
    tile(page, "Interview.mkv").focus()
    page.keyboard.press("4")
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("4 of 5 stars"))  # before the answer
    held[0].fulfill(status=422, json={"error": "Nobody may rate today.", "code": "usage"})
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("no rating"))
    expect(page.get_by_role("alert").filter(has_text="Nobody may rate today.")).to_be_visible()
    site.complaints.clear()


def test_back_closes_the_viewer_and_an_edit_keeps_the_selection(site: Site, library: Library) -> None:
    page = site.visit("/library")
    tile(page, "Interview.mkv").focus()
    page.keyboard.press("x")
    actions = page.get_by_role("region", name="Actions")
    expect(actions).to_contain_text("1 selected")
    page.keyboard.press("Enter")
    viewer = page.locator("dialog.viewer")
    expect(viewer).to_be_visible()
    page.go_back()
    expect(viewer).to_be_hidden()
    expect(page).to_have_url(re.compile("/library$"))
    page.keyboard.press("i")
    drawer = page.get_by_role("complementary", name="Details")
    drawer.get_by_role("button", name="3 stars").click()
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("3 of 5 stars"))
    until(lambda: rating(library, "Interview.mkv") == "3")
    expect(actions).to_contain_text("1 selected")


def cursor(page: Page) -> Locator:
    return grid(page).locator("[role=gridcell].cursor")


def test_cursor_is_visible_before_a_key_acts_and_moves_after_a_rating(site: Site, library: Library) -> None:
    page = site.visit("/library")
    expect(tile(page, "Interview.mkv")).to_be_visible()
    expect(cursor(page)).to_have_count(0)
    page.keyboard.press("5")  # nobody can see which file it means
    expect(cursor(page)).to_have_attribute("data-index", "0")
    expect(cursor(page)).to_be_focused()
    assert library.media.overview("rating:5").total == 0
    for key, place in (("l", "1"), ("ArrowRight", "2"), ("h", "1")):
        page.keyboard.press(key)
        expect(cursor(page)).to_have_attribute("data-index", place)
    above = cursor(page).bounding_box()
    page.keyboard.press("j")
    expect(cursor(page)).not_to_have_attribute("data-index", "1")
    below = cursor(page).bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] > above["y"]
    page.keyboard.press("k")
    expect(cursor(page)).to_have_attribute("data-index", "1")
    at = str(tile(page, "Interview.mkv").get_attribute("data-index"))
    for _ in range(int(at) - 1):
        page.keyboard.press("l")
    expect(cursor(page)).to_have_attribute("data-index", at)
    expect(cursor(page)).to_have_accessible_name(re.compile("^Interview.mkv"))
    page.keyboard.press("3")
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("3 of 5 stars"))
    expect(cursor(page)).to_have_attribute("data-index", at)
    page.get_by_label("Next file after a rating").check()
    cursor(page).focus()
    page.keyboard.press("4")
    expect(cursor(page)).to_have_attribute("data-index", str(int(at) + 1))
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("4 of 5 stars"))
    page.reload()
    expect(page.get_by_label("Next file after a rating")).to_be_checked()
    page.locator("h1").first.click()
    page.keyboard.press("ArrowDown")  # the arrows need no focus
    expect(cursor(page)).to_have_attribute("data-index", "0")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("move the cursor")
    expect(keys).to_contain_text("show the file in the whole window")


def test_viewer_shows_rates_and_returns_to_its_tile(site: Site, library: Library) -> None:
    page = site.visit("/library")
    tile(page, "Interview.mkv").focus()
    page.keyboard.press("Space")
    viewer = page.locator("dialog.viewer")
    heading = viewer.get_by_role("heading", level=2)
    expect(heading).to_have_text("Interview.mkv")
    page.keyboard.press("4")
    expect(viewer.get_by_role("group", name="Rating: 4 of 5 stars")).to_be_visible()
    expect(viewer.get_by_text("Set the rating of 1 file")).to_be_visible()  # the toast is behind the viewer
    page.keyboard.press("ArrowRight")
    expect(heading).not_to_have_text("Interview.mkv")
    name = heading.inner_text()
    page.keyboard.press("f")
    expect(viewer.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    viewer.get_by_role("button", name="People…").click()
    people = page.get_by_role("dialog", name=re.compile("^Edit people"))
    expect(people).to_be_visible()
    page.keyboard.press("Escape")
    expect(people).to_be_hidden()
    page.keyboard.press("x")  # the viewer is still open: this key belongs to the grid
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(tile(page, name)).to_be_focused()
    expect(page.get_by_role("region", name="Actions")).to_be_hidden()
    expect(tile(page, "Interview.mkv")).to_have_accessible_name(re.compile("4 of 5 stars"))
    assert rating(library, "Interview.mkv") == "4"

    page.keyboard.press("Enter")
    page.keyboard.press("i")
    expect(viewer).to_be_hidden()
    expect(page.get_by_role("complementary", name="Details").get_by_role("heading", level=2)).to_have_text(name)


def test_viewer_plays_a_video_on_a_phone(look: SharedSite) -> None:
    page = look.visit("/library?q=name:Mercado.webm", width=390, fresh=True)
    tile(page, "Mercado.webm").click()
    viewer = page.locator("dialog.viewer")
    video = viewer.locator("video")
    assert video.evaluate("film => (film.muted = true, film.play().then(() => film.videoWidth))") > 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    viewer.get_by_role("button", name="Close").click()
    expect(video).to_have_count(0)
    expect(tile(page, "Mercado.webm")).to_be_focused()


@pytest.mark.further
def test_details_play_a_film_that_the_browser_knows(look: SharedSite) -> None:
    page = look.visit("/library?q=name:Mercado.webm", fresh=True)
    tile(page, "Mercado.webm").click()
    player = page.get_by_role("complementary", name="Details").locator("video")
    expect(player).to_have_attribute("preload", "none")
    assert player.evaluate("film => (film.muted = true, film.play().then(() => film.videoWidth))") > 0
