"""Keys act on what the screen shows: not while a person types, and not while an editor is open."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from tests.browser.conftest import Site


def drawer(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def people(page: Page) -> Locator:
    return drawer(page).get_by_role("group", name="People in this file")


def opened_editor(site: Site) -> Page:
    """The page with the editor of people of the first file of the list."""
    page = site.visit("/plan?q=folder:Kyoto&sort=name")
    expect(page.get_by_role("row").nth(2)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(drawer(page).get_by_role("combobox", name="Add a person")).to_be_focused()
    return page


def test_focus_stays_in_the_editor_of_people(site: Site, library: Library) -> None:
    before = library.decisions.list()
    page = opened_editor(site)
    field = drawer(page).get_by_role("combobox", name="Add a person")
    names = people(page).locator(".person")
    present = names.count()
    page.keyboard.type("zoe")
    page.keyboard.press("Enter")  # before the suggestions have arrived
    expect(names).to_have_count(present + 1)
    expect(names.last).to_contain_text("Zoë Müller")
    expect(field).to_be_focused()

    page.keyboard.press("Backspace")
    expect(names).to_have_count(present)
    page.keyboard.type("Sam 5")
    expect(field).to_be_focused()
    expect(field).to_have_value("Sam 5")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    for _ in range(present):
        drawer(page).get_by_role("button", name=re.compile("^Remove ")).first.click()
        expect(field).to_be_focused()
    expect(names).to_have_count(0)
    page.keyboard.type("Sam 5")
    expect(field).to_have_value("Sam 5")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # Elsewhere on the page, the keys of the page do nothing until the editor is closed.
    page.locator("h1").first.click()
    expect(field).not_to_be_focused()
    page.keyboard.type("sapx5")
    page.locator("[role=row].cursor").focus()
    page.keyboard.type("sp x5")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(drawer(page).get_by_role("combobox", name="Add a person")).to_be_visible()
    assert library.decisions.list() == before


def test_new_person_is_a_choice_of_its_own(site: Site, library: Library) -> None:
    page = opened_editor(site)
    box = drawer(page)
    options, names = box.get_by_role("option"), people(page).locator(".person")
    while names.count():
        box.get_by_role("button", name=re.compile("^Remove ")).first.click()
    page.keyboard.type("ann")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(options.first).to_contain_text("Ann Lee")
    expect(options.last).to_contain_text("New person “ann”")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Ann Lee✕"])

    # Save is no choice.
    page.keyboard.type("zo")
    expect(options.last).to_contain_text("New person “zo”")
    box.get_by_role("button", name="Save").press("Enter")
    expect(box.get_by_role("alert").filter(has_text="Choose a person for “zo”")).to_be_visible()
    expect(box.get_by_role("combobox", name="Add a person")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Ann Lee✕", "zo✕"])

    # A name that resembles no other is new.
    page.keyboard.type("Quirin Xaver")
    expect(options).to_have_count(1)
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("Bob Ray")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # saves, after the answer for the name
    expect(box.get_by_role("combobox", name="Add a person")).to_be_hidden()
    file_id = library.plan("folder:Kyoto").page(1, sort="name").items[0].file_id
    assert library.plan().item(file_id).result_people == ["Ann Lee", "zo", "Quirin Xaver", "Bob Ray"]
