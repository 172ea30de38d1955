"""The page of publications: the first choice, review, publication and rollback, decisions about files of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dashboards.web import server
from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.browser.test_access import SMALL, grave
from tests.support.published_home import HOME, picture, select_picture, tree


class Published(NamedTuple):
    """A served home with films and a series."""

    site: Site
    library: Library
    folder: Path

    def turn_on(self) -> None:
        [found] = self.library.inventory.list()
        self.library.publications.set_options(found.library_id, publish="both")

    def visit(self, path: str = "/titles/publish", *, width: int = 1280) -> Page:
        page = self.site.visit(path, width=width)
        page.get_by_role("heading", level=1).first.wait_for()
        return page


@pytest.fixture
def published(tmp_path: Path, context: BrowserContext, port: int) -> Iterator[Published]:
    folder = HOME.lay_out(tmp_path / "media")
    with (
        HOME.open(tmp_path / "home", folder) as library,
        server.make_server(library, port=port).background() as running,
    ):
        site = Site(running.url, context)
        yield Published(site, library, folder)
        site.close()
        site.check()


def row(page: Page, name: str) -> Locator:
    return page.locator(".page-publish .lrow:not(.th)").filter(has_text=name)


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Actions")


def test_first_press_asks_what_each_folder_publishes_and_shows_an_example(published: Published) -> None:
    page = published.visit("/titles")
    page.get_by_role("link", name="Publish…").click()

    box = page.get_by_role("dialog", name="What do you want to publish?")
    expect(box.get_by_label("For example")).to_contain_text("Copper Sky (2013).nfo")
    box.get_by_label("Plex").uncheck()
    box.get_by_label("media").select_option("nfo")
    expect(box.get_by_label("Poster")).to_have_count(0)
    assert grave(page) == []
    box.get_by_role("button", name="Show what would be written").click()

    expect(page.get_by_role("heading", name="4 titles would be published")).to_be_visible()
    [options] = published.library.publications.all_options().values()
    assert (options.publish, options.readers) == ("nfo", ("kodi", "jellyfin"))
    expect(page.get_by_role("navigation").get_by_role("link", name=re.compile("^Titles"))).to_have_attribute(
        "aria-current", "page"
    )


def test_publication_of_all_safe_titles_and_its_rollback_restore_every_byte(published: Published) -> None:
    published.turn_on()
    before = tree(published.folder)
    page = published.visit()
    page.get_by_role("button", name="Select all safe (4)").click()
    expect(bar(page)).to_contain_text("4 of 4 titles selected")
    page.keyboard.press("d")
    expect(page.get_by_role("dialog", name="Dry run")).to_contain_text("titles would be written. Nothing was changed.")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-dialog')")
    page.keyboard.press("w")
    page.get_by_role("dialog").get_by_role("button", name="Publish 4 titles", exact=True).click()

    expect(page.get_by_role("heading", name="Nothing to publish")).to_be_visible()
    expect(page.get_by_text("Everything is published")).to_be_visible()
    assert "Films/Night Tram (2009)/movie.nfo" in tree(published.folder)
    footer = page.locator(".doing.done")
    expect(footer).to_contain_text("titles published")
    footer.get_by_role("button", name="Details").click()
    expect(page.get_by_role("heading", name=re.compile("^Published .* titles"))).to_be_visible()
    expect(page.get_by_text("+ movie.nfo").first).to_be_visible()
    page.get_by_role("button", name="Show in History").click()
    expect(page.locator(".page-history")).to_contain_text("Publication")
    page.locator(".page-history .drawer").get_by_role("button", name="Roll back…").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Roll back .* titles$")).click()

    expect(page.get_by_role("row", name=re.compile("^Rollback of .* restored completed"))).to_be_visible()
    assert tree(published.folder) == before


def test_file_that_another_program_changed_is_written_only_if_it_is_selected(published: Published) -> None:
    published.turn_on()
    film = next(each.id for each in published.library.titles.list().items if each.title == "The Lantern Keeper")
    select_picture(published.library, film, picture("red"))
    published.library.publications.publish_entity("movie", film)
    nfo = published.folder / "Films/The Lantern Keeper (2014)/movie.nfo"
    nfo.write_text(
        nfo.read_text(encoding="utf-8").replace("<runtime>101</runtime>", "<runtime>91</runtime>"), encoding="utf-8"
    )
    select_picture(published.library, film, picture("blue"), name="two")
    published.library.publications.refresh()
    page = published.visit("/titles/publish?risk=danger")

    page.get_by_role("button", name="Review danger").wait_for(state="detached")
    row(page, "The Lantern Keeper").click()
    drawer = page.get_by_role("complementary", name="Title")
    expect(drawer.locator(".nfo .old")).to_contain_text("<runtime>91</runtime>")
    expect(drawer.locator(".nfo .new")).to_contain_text("<runtime>101</runtime>")
    pictures = drawer.locator(".pairs-of img")
    expect(pictures).to_have_count(2)
    page.wait_for_function(
        "([a, b]) => a.naturalWidth && b.naturalWidth", arg=[each.element_handle() for each in pictures.all()]
    )
    assert grave(page) == []

    page.keyboard.press("a")  # selects no file that another program changed
    expect(row(page, "The Lantern Keeper").locator("input")).not_to_be_checked()
    drawer.get_by_role("button", name="Select to write ours").click()
    expect(bar(page)).to_contain_text("1 danger")
    page.keyboard.press("w")
    box = page.get_by_role("dialog")
    expect(box.get_by_role("button", name="Publish 1 title", exact=True)).to_be_disabled()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-dialog')")
    drawer.get_by_role("button", name="Keep theirs").click()
    expect(page.get_by_text("Kept the file of another program")).to_be_visible()
    expect(bar(page)).to_contain_text("Nothing selected")


def test_title_page_publishes_its_title_and_says_when(published: Published) -> None:
    published.turn_on()
    film = next(each.id for each in published.library.titles.list().items if each.title == "Night Tram")
    page = published.visit(f"/titles/{film}")
    page.get_by_role("button", name="Publish…").click()

    expect(page.get_by_role("complementary", name="Title").get_by_role("heading", name="Night Tram")).to_be_visible()
    expect(bar(page)).to_contain_text("1 of 4 titles selected")
    published.library.publications.publish_entity("movie", film)
    page.goto(f"{published.site.url}/titles/{film}")
    expect(page.get_by_text("Published just now.")).to_be_visible()
    expect(page.get_by_role("button", name="Publish…")).to_have_count(0)


def test_selected_titles_of_the_list_are_selected_on_the_page_of_publications(published: Published) -> None:
    published.turn_on()
    page = published.visit("/titles")
    page.get_by_role("link", name="Publish 4…").wait_for()
    for name in ("Night Tram (2009)", "Harbour Lights"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.get_by_role("region", name="Actions").get_by_role("button", name="Publish…").click()

    expect(bar(page)).to_contain_text("2 of 4 titles selected")
    expect(row(page, "Night Tram").locator("input")).to_be_checked()
    expect(row(page, "Copper Sky").locator("input")).not_to_be_checked()


def test_rollback_over_a_changed_file_is_a_choice_of_the_question(published: Published) -> None:
    published.turn_on()
    before = tree(published.folder)
    film = next(each.id for each in published.library.titles.list().items if each.title == "Night Tram")
    published.library.publications.publish_entity("movie", film)
    nfo = published.folder / "Films/Night Tram (2009)/movie.nfo"
    nfo.write_bytes(b"<movie><title>By hand</title></movie>")
    page = published.visit("/history")
    page.locator(".page-history").get_by_role("row", name=re.compile("Publication")).click()
    drawer = page.locator(".page-history .drawer")
    expect(drawer).to_contain_text("you can choose to replace files that another program changed")
    drawer.get_by_role("button", name="Roll back…").click()
    box = page.get_by_role("dialog")
    box.get_by_label("Also restore 1 title with files that another program changed").check()
    assert grave(page) == []
    box.get_by_role("button", name="Roll back 1 title", exact=True).click()

    expect(page.get_by_role("row", name=re.compile("^Rollback of .* restored completed"))).to_be_visible()
    assert tree(published.folder) == before


def test_phone_shows_the_details_as_a_sheet(published: Published) -> None:
    published.turn_on()
    page = published.visit(width=390)
    row(page, "Harbour Lights").click()
    drawer = page.get_by_role("complementary", name="Title")
    expect(drawer.get_by_text("Seasons and episodes")).to_be_attached()
    expect(drawer.get_by_role("heading", name="Harbour Lights")).to_be_in_viewport()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SMALL) == []
    assert grave(page) == []


@pytest.mark.further
def test_search_and_filters_stay_in_the_address(published: Published) -> None:
    published.turn_on()
    page = published.visit()
    row(page, "Night Tram").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("tram")
    page.keyboard.press("Enter")
    expect(page.locator(".page-publish .lrow:not(.th)")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=tram"))
    page.get_by_role("button", name="Files", exact=True).click()
    page.get_by_role("dialog", name="Filter by files").get_by_label("new").check()
    expect(page).to_have_url(re.compile(r"files=create"))
    page.go_back()
    page.go_back()
    expect(page.locator(".page-publish .lrow:not(.th)")).to_have_count(4)
