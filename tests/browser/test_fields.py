"""Fields beside the comment: edited in the details of a file, set for many files by a rule, and undone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from tests.browser.conftest import Site

LETTER = "Letter.mp4"


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name).first


def edits(library: Library) -> dict[str, set[str]]:
    """Return the edited fields by file name."""
    found: dict[str, set[str]] = {}
    for each in library.decisions.list():
        if each.kind.startswith("field:"):
            found.setdefault(Path(each.file_path).name, set()).add(each.kind.removeprefix("field:"))
    return found


def test_fields_are_edited_in_place_and_by_a_rule_and_undone(site: Site, library: Library) -> None:
    page = site.visit("/plan")
    row(page, LETTER).click()
    drawer = page.locator(".details")
    drawer.get_by_role("button", name=re.compile("More fields|no other fields")).click()

    # Escape keeps a draft, which can be dropped; Enter saves, and the row shows the new value.
    drawer.get_by_role("button", name=re.compile("^Title: none")).click()
    box = drawer.get_by_role("textbox", name="Title")
    expect(box).to_be_focused()
    box.fill("Not this")
    box.press("Escape")
    expect(box).to_be_hidden()
    draft = drawer.get_by_role("group", name="Draft: Title")
    expect(draft).to_contain_text("Not this")
    draft.get_by_role("button", name="Drop").click()
    expect(draft).to_be_hidden()
    drawer.get_by_role("button", name=re.compile("^Title: none")).click()
    expect(box).to_have_value("")
    box.fill("A {letter}")
    box.press("Enter")
    expect(drawer.get_by_role("button", name=re.compile(r"^Title: A \{letter\}"))).to_be_visible()
    expect(row(page, LETTER).locator(".tag.add").filter(has_text="Title: A {letter}")).to_be_visible()

    # Five stars: a click sets the rating, a click on the same star removes it.
    drawer.get_by_role("group", name="Rating: none").get_by_role("button", name="4 stars").click()
    stars = drawer.get_by_role("group", name="Rating: 4 stars")
    expect(stars).to_be_visible()
    expect(row(page, LETTER)).to_contain_text("Rating: ★★★★☆")
    stars.get_by_role("button", name="Remove the rating").click()
    expect(drawer.get_by_role("group", name="Rating: none")).to_be_visible()
    drawer.get_by_role("button", name="Remove the edit of the field Rating").click()
    expect(drawer.get_by_role("button", name="Remove the edit of the field Rating")).to_be_hidden()
    assert edits(library)[LETTER] == {"title"}

    # A problem is shown beside the input.
    drawer.get_by_role("button", name=re.compile("^Season: none")).click()
    drawer.get_by_role("textbox", name="Season").fill("first")
    page.keyboard.press("Enter")
    expect(drawer.get_by_text("'first' is no value of the field season.")).to_be_visible()
    site.complaints.clear()  # the browser logs the refused value
    assert edits(library)[LETTER] == {"title"}
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    # A rule for all files, with a preview.
    page.keyboard.press("a")
    expect(page.get_by_role("button", name=re.compile("^Edit…"))).to_be_visible()
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Fields").click()
    dialog.get_by_label("Value or rule").fill("{nam}")
    expect(dialog.get_by_text("There is no placeholder {nam}.")).to_be_visible()
    site.complaints.clear()  # the browser notes the refused rule
    dialog.get_by_label("Value or rule").fill("")
    dialog.get_by_role("button", name="Placeholders…").click()
    dialog.get_by_role("button", name="{name}").click()
    expect(dialog.get_by_label("Value or rule")).to_have_value("{name}")
    examples = dialog.get_by_label("Files that would change")
    expect(examples.get_by_role("listitem").first).to_be_visible()
    assert set(edits(library)) == {LETTER}

    # A field with dates has rules to choose from.
    dialog.get_by_label("Field", exact=True).select_option("creation_time")
    dialog.get_by_role("button", name="Set the time zone").click()
    expect(dialog.get_by_label("Value or rule")).to_have_value("{creation_time@+02:00}")
    dialog.get_by_label("Field", exact=True).select_option("title")
    dialog.get_by_role("button", name="The file name").click()
    expect(dialog.get_by_label("Value or rule")).to_have_value("{name}")
    dialog.get_by_role("button", name=re.compile(r"^Apply to \d+ files$")).click()
    expect(dialog).to_be_hidden()
    expect(row(page, LETTER)).to_contain_text("Title: Letter")
    assert len(edits(library)) > 1

    # Undo removes the last step as a whole.
    page.keyboard.press("z")
    expect(row(page, LETTER)).to_contain_text("Title: A {letter}")
    assert edits(library) == {LETTER: {"title"}}


def test_keys_rate_the_open_file_and_the_selection(site: Site, library: Library) -> None:
    page = site.visit("/plan")
    first = row(page, LETTER)
    first.click()
    drawer = page.locator(".details")
    drawer.get_by_role("button", name=re.compile("More fields|no other fields")).click()
    page.keyboard.press("4")
    expect(first).to_contain_text("Rating: ★★★★☆")
    expect(drawer.get_by_role("group", name="Rating: 4 stars")).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_role("status").filter(has_text="Added 1 favourite.")).to_be_visible()
    expect(drawer.get_by_role("group", name="Rating: 5 stars")).to_be_visible()
    page.keyboard.press("f")
    expect(drawer.get_by_role("group", name="Rating: 4 stars")).to_be_visible()
    page.keyboard.press("0")
    expect(drawer.get_by_role("group", name="Rating: none")).to_be_visible()
    page.keyboard.press("z")
    expect(drawer.get_by_role("group", name="Rating: 4 stars")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    page.keyboard.press("a")
    expect(page.get_by_role("button", name=re.compile("^Edit…"))).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_role("status").filter(has_text=re.compile("Added .* favourites"))).to_be_visible()
    assert library.inventory.search("favorite:yes").total > 1
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_text("mark as a favourite (5 stars)")).to_be_visible()


@pytest.mark.further
def test_rating_is_written_at_once_in_a_folder_that_is_set_so(site: Site, library: Library) -> None:
    page = site.visit("/folders")
    page.get_by_role("button", name=re.compile("^More about")).first.click()
    page.get_by_label("Write a rating to the file at once").click()
    expect(page.get_by_role("status").filter(has_text="ratings are written as soon as you set them")).to_be_visible()
    expect(page.get_by_label("Write a rating to the file at once")).to_be_checked()

    page = site.visit("/plan")
    row(page, LETTER).click()
    page.keyboard.press("5")
    expect(page.get_by_text("“Rating of 1 file”")).to_be_visible(timeout=20_000)
    [file] = library.inventory.search("name:Letter favorite:yes").items
    assert library.files.file(file.file_id).fields["rating"] == "5"
    assert library.history().items[0].source == "rating"
