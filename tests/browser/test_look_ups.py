"""What the pages of titles show about look-ups: what is sent, the result, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from indexium_core.demo.providers.demo_home import use_stand_in
from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.browser.test_access import grave
from tests.support.copied_home import CopiedHome

HOME = CopiedHome(
    (
        "Films/Zzyzx Quorum (1999)/Zzyzx.Quorum.1999.1080p.BluRay.x264-GRP.mp4",
        "Shows/Qwyjibo/Season 1/Qwyjibo.S01E01.720p.HDTV.x264.mp4",
        "Shows/Qwyjibo/Season 1/Qwyjibo.S01E02.720p.HDTV.x264.mp4",
        "New/Cedar.mp4",
    )
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A home with titles that the stand-in of the providers does not have, and one whose name is kept back."""
    home = tmp_path / "home"
    config = use_stand_in(home)
    config.online = "ask"
    with HOME.open(home, HOME.lay_out(tmp_path / "media"), config=config) as opened:
        yield opened


def test_look_up_names_its_titles_and_shows_its_end(library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(library).visit("/titles")
    page.get_by_text("Which titles are looked up").click()
    expect(page.get_by_text("Zzyzx Quorum and Qwyjibo")).to_be_visible()
    assert grave(page) == []
    page.get_by_role("button", name="Look up 2 titles (3 files)").click()
    result = page.get_by_text("Look up titles of all libraries: 0 of 2 titles enriched, 2 without a match.")
    expect(result).to_be_visible()
    expect(page.get_by_role("button", name="Look up")).to_have_count(0)
    page.get_by_role("link", name="Show the 2 without a match").click()
    expect(page.get_by_role("button", name="Not found 2", exact=True)).to_have_attribute("aria-pressed", "true")


def test_selected_titles_and_one_title_are_looked_up(library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(library).visit("/titles")
    page.get_by_role("checkbox", name="Select Qwyjibo").check()
    page.get_by_role("button", name="Look up 1 title", exact=True).click()
    expect(page.get_by_text("Look up 1 title: 0 of 1 title enriched, 1 without a match.")).to_be_visible()
    requests = library.providers.request_page().total
    page.get_by_role("link", name="Zzyzx Quorum").click()
    expect(page.get_by_text("No request for this title has left this machine.")).to_be_visible()
    page.get_by_role("button", name="Look up", exact=True).click()
    expect(page.get_by_role("list", name="Requests")).to_contain_text("Zzyzx Quorum")
    assert library.providers.request_page().total > requests > 0


def test_name_that_is_kept_back_is_to_decide(library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(library).visit("/titles")
    expect(page.get_by_role("navigation").get_by_role("link", name="To decide 1")).to_be_visible()
    page.locator(".page-titles .head").get_by_role("link", name="To decide 1").click()
    expect(page.get_by_role("heading", name="Is it a film or an episode?")).to_be_visible()
    expect(page.locator(".doubt h4")).to_have_text(["For a film or an episode"])
    expect(page.get_by_role("progressbar", name="Decided")).to_have_attribute("aria-valuenow", "0")
    page.get_by_role("button", name="To decide 0").click()
    expect(page.locator(".page-decide .empty")).to_contain_text("1 name is kept back")


def test_title_that_was_not_searched_is_shown(library: Library, serve: Callable[[Library], Site]) -> None:
    title_id = next(each.id for each in library.titles.list().items if each.title == "Qwyjibo")
    page = serve(library).visit(f"/titles/{title_id}")
    page.locator(".match").get_by_role("link", name="Decide").click()
    expect(page.get_by_role("button", name="Not searched 2", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".queue [aria-current=true] b")).to_have_text("Qwyjibo")
    expect(page.locator(".prevented")).to_contain_text("2 titles were not searched at the providers yet.")
    page.get_by_role("button", name="Search now").click()
    expect(page.get_by_role("button", name="Not found 2", exact=True)).to_be_visible()
