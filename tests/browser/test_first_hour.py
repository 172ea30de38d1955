"""The first hour of a new user: from an empty home to people written, photos rated and titles decided."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from indexium_core.demo.providers.film_titles import DEMO_TITLES
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.support import media as clips
from tests.support import photos
from tests.support.providers import store_addresses
from tests.support.studio import OLD
from tests.support.waiting import until

FILMS = ("Cinder Street (2012).mp4", "Quiet Harbour.mp4", "The Lantern Keeper (1961).mp4")
PEOPLE = "path,people\nboat.mp4,Ann Lee;Bob Ray\npier.mp4,Ann Lee\nset0.jpg,Cem Öz\n"
KEY = "sapx5-bfgd-12345"  # each letter is a command somewhere
FOCUSED = """() => { let at = document.activeElement
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  return (at.ariaLabel ?? at.closest("label")?.innerText ?? at.innerText).trim() }"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with videos and photos; a list of people is beside it."""
    folder = _folder(tmp_path / "Own", ("boat.mp4", "pier.mp4", "walk.mp4"))
    for number in range(4):
        (folder / f"set{number}.jpg").write_bytes(photos.photo("jpeg", seed=number))
    _make_old(folder)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return folder


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder with films that are shorter than their titles, so that a person decides about them."""
    folder = _folder(tmp_path / "Films", FILMS)
    _make_old(folder)
    return folder


def _folder(path: Path, names: tuple[str, ...]) -> Path:
    path.mkdir()
    for number, name in enumerate(names):
        clips.build("mp4", path, name=name, seconds=1 + number)
    return path


def _make_old(folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (OLD, OLD))  # a recent file would count as growing


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Library]:
    """An empty home whose providers are stood in for. It is served, so an identification follows each scan."""
    with ProviderStandIn(DEMO_TITLES) as stand_in:
        store_addresses(tmp_path / "home", stand_in)
        with Library.open(tmp_path / "home", url="http://127.0.0.1") as library:
            yield library


def focused(page: Page) -> str:
    """Return the name or text of the focused element."""
    return str(page.evaluate(FOCUSED))


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until the focus is on a control."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if focused(page).startswith(name):
            return
    raise AssertionError(f"Tab does not reach {name}.")


def go(page: Page, letter: str, address: str) -> None:
    """Go to a page by its two keys."""
    page.keyboard.press("g")
    page.keyboard.press(letter)
    expect(page).to_have_url(re.compile(address))


def state(library: Library) -> tuple[object, ...]:
    """Return what a command by accident would change."""
    decisions = [(each.file_id, each.kind, each.summary) for each in library.decisions.list()]
    return decisions, library.history.count_operations().by_type, library.media.overview("rating:1..5").total


def test_keys_alone_lead_through_the_first_hour(
    new_home: Library, serve: Callable[[Library], Site], own: Path, films: Path
) -> None:
    untouched = {path: path.read_bytes() for path in own.iterdir()}
    nothing = state(new_home)
    page = serve(new_home).visit("/")
    # Playwright catches a file chooser only while somebody listens, and a key may be faster than a new listener.
    page.on("filechooser", lambda _: None)
    keyboard, dialog, work = page.keyboard, page.get_by_role("dialog"), page.get_by_role("region", name="Work")
    expect(page.get_by_role("heading", name="Welcome to Indexium")).to_be_visible()

    # A folder, a list of people.
    keyboard.press("f")
    expect(page.get_by_role("combobox", name="Folder of your videos")).to_be_focused()
    keyboard.type(f"{own}/")
    expect(page.get_by_text("Proposed: Home videos")).to_be_visible()
    keyboard.press("Enter")
    expect(page.get_by_role("region", name="Last scan")).to_contain_text("7 files: 7 new")
    expect(page.get_by_role("button", name="Import a list…")).to_be_focused()
    with page.expect_file_chooser() as asked:
        keyboard.press("Enter")
    asked.value.set_files(own.parent / "people.csv")
    expect(page.get_by_role("button", name="Import 4 names")).to_be_focused()
    assert state(new_home) == nothing
    keyboard.press("Enter")
    expect(page.get_by_role("link", name="Review the plan")).to_be_focused()
    keyboard.press("Enter")

    # The plan is written: the keys are pressed faster than the service answers.
    expect(page.get_by_role("heading", level=1, name="3 files would change")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("boat.mp4"))
    expect(row).to_be_visible()
    keyboard.press("j")
    keyboard.press("k")
    expect(row).to_be_focused()
    keyboard.press("a")
    keyboard.press("w")
    expect(page.get_by_role("button", name="Write 3 files", exact=True)).to_be_enabled()
    page.wait_for_timeout(450)  # a key that is still pressed does nothing
    keyboard.press("Enter")
    expect(work).to_contain_text("3 files written")
    expect(dialog).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
    assert {path.name for path, data in untouched.items() if path.read_bytes() != data} == {
        "boat.mp4",
        "pier.mp4",
        "set0.jpg",
    }

    # And rolled back.
    go(page, "h", "/history")
    operation = page.get_by_role("row", name=re.compile("Operation 1"))
    expect(operation).to_be_visible()
    keyboard.press("j")
    expect(operation).to_be_focused()
    keyboard.press("r")
    expect(dialog).to_contain_text("3 files are restored byte for byte")
    tab_to(page, "Roll back 3 files")
    page.wait_for_timeout(450)
    keyboard.press("Enter")
    expect(work).to_contain_text("3 files restored")
    assert {path: path.read_bytes() for path in untouched} == untouched

    # Photos are rated.
    go(page, "l", "/library")
    tiles = page.get_by_role("gridcell", name=re.compile("no rating|stars"))
    expect(tiles).to_have_count(7)
    keyboard.press("j")
    expect(tiles.first).to_be_focused()
    expect(tiles.first).to_have_accessible_name(re.compile("no rating"))
    for number, stars in enumerate("43"):
        if number:
            keyboard.press("l")
        expect(tiles.nth(number)).to_be_focused()
        keyboard.press(stars)
        expect(tiles.nth(number)).to_have_accessible_name(re.compile(f"{stars} of 5 stars"))
    until(lambda: new_home.media.overview("rating:1..5").total == 2)

    # Films are added, a provider gets its key, and a title is decided.
    tab_to(page, "Folders", back=True)
    keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/folders"))
    keyboard.press("f")
    expect(page.get_by_role("combobox", name="Folder of your videos")).to_be_focused()
    keyboard.type(f"{films}/")
    expect(page.get_by_text("Proposed: Films")).to_be_visible()
    keyboard.press("Enter")
    expect(page.get_by_role("region", name="Last scan")).to_contain_text("3 files: 3 new")
    before = state(new_home)
    go(page, "s", "/settings")
    expect(page.get_by_role("button", name="Enter a key of TMDB")).to_be_visible()
    tab_to(page, "Enter a key of TMDB")
    keyboard.press("Enter")
    expect(page.get_by_label("Key of TMDB", exact=True).and_(page.locator("input"))).to_be_focused()
    keyboard.type(KEY)
    keyboard.press("Enter")
    expect(page.get_by_text("TMDB accepts the key.")).to_be_visible()
    expect(page.get_by_role("button", name="Replace the key of TMDB")).to_be_focused()
    assert state(new_home) == before
    go(page, "t", "/titles")
    expect(page.get_by_role("heading", name="3 titles")).to_be_visible()
    go(page, "d", "/titles/decide")
    expect(page.get_by_role("button", name="Search now")).to_be_visible()
    tab_to(page, "Search now")
    keyboard.press("Enter")
    question = page.locator(".queue [aria-current=true] b")
    expect(question).to_be_visible()
    opened = new_home.matches.counts()["open"]
    title = question.inner_text()
    keyboard.press("1")
    expect(page.locator(".toast.good", has_text=f"“{title}” is matched with")).to_be_visible()
    assert new_home.matches.counts()["open"] == opened - 1
    keyboard.press("z")
    expect(question).to_have_text(title)


@pytest.mark.further
def test_mouse_on_a_phone_leads_through_the_first_hour(
    serve: Callable[[Library], Site], new_home: Library, own: Path, films: Path
) -> None:
    untouched = {path: path.read_bytes() for path in own.iterdir()}
    page = serve(new_home).visit("/", width=390)
    dialog, work = page.get_by_role("dialog"), page.get_by_role("region", name="Work")

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def visit(name: str) -> None:
        bar = page.get_by_role("navigation", name="Pages")
        link = bar.get_by_role("link", name=re.compile(f"^{name}"))
        if not link.is_visible():
            bar.get_by_role("button", name="More").click()
        link.click()

    field = page.get_by_role("combobox", name="Folder of your videos")
    field.fill(f"{own}/")
    expect(page.get_by_text("Proposed: Home videos")).to_be_visible()
    fits()
    page.get_by_role("button", name="Add and scan").click()
    expect(page.get_by_role("region", name="Last scan")).to_contain_text("7 files: 7 new")
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Import a list…").click()
    asked.value.set_files(own.parent / "people.csv")
    page.get_by_role("button", name="Import 4 names").click()
    page.get_by_role("link", name="Review the plan").click()
    expect(page.get_by_role("heading", level=1, name="3 files would change")).to_be_visible()
    fits()
    page.get_by_role("region", name="Actions").get_by_role("button", name="Select all 3").click()
    page.get_by_role("region", name="Actions").get_by_role("button", name=re.compile("^Write 3 files")).click()
    dialog.get_by_role("button", name="Write 3 files", exact=True).click()
    expect(work).to_contain_text("3 files written")
    fits()
    work.get_by_role("button", name=re.compile("^Roll back ")).click()
    dialog.get_by_role("button", name="Roll back 3 files", exact=True).click()
    expect(work).to_contain_text("3 files restored")
    assert {path: path.read_bytes() for path in untouched} == untouched

    visit("Library")
    tiles = page.get_by_role("gridcell", name=re.compile("no rating|stars"))
    expect(tiles.first).to_be_visible()
    fits()
    tiles.first.click()
    dialog.get_by_role("button", name="4 stars").click()
    expect(dialog.get_by_role("button", name="Remove the rating")).to_be_visible()
    dialog.get_by_role("button", name="Close", exact=True).click()
    until(lambda: new_home.media.overview("rating:4").total == 1)

    page.mouse.move(195, 700)  # a message under the pointer stays
    page.get_by_role("group", name="Show the library as").get_by_role("link", name="Folders").click()
    page.get_by_role("button", name=re.compile("^Add a folder")).click()
    field.fill(f"{films}/")
    expect(page.get_by_text("Proposed: Films")).to_be_visible()
    page.get_by_role("button", name="Add and scan").click()
    expect(page.get_by_role("region", name="Last scan")).to_contain_text("3 files: 3 new")
    visit("Settings")
    page.get_by_role("button", name="Enter a key of TMDB").click()
    page.get_by_label("Key of TMDB", exact=True).and_(page.locator("input")).fill(KEY)
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("TMDB accepts the key.")).to_be_visible()
    fits()
    visit("To decide")
    page.get_by_role("button", name="Search now").click()
    candidate = page.get_by_role("article").first
    expect(candidate).to_be_visible()
    fits()
    opened = new_home.matches.counts()["open"]
    candidate.get_by_role("button").first.click()
    expect(page.locator(".toast.good", has_text="is matched with")).to_be_visible()
    assert new_home.matches.counts()["open"] == opened - 1
    fits()
