"""Suggestions and checks in a browser: findings resolved with the keyboard, and shown on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from indexium_core.library import Library
from tests.browser.conftest import Site


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_keyboard_resolves_findings(site: Site, library: Library) -> None:
    """Copies, spellings and unknown names in sequence: each shows its effect, and the plan changes."""
    counts = {group.kind: group.total for group in library.checks.groups()}
    page = site.visit("/checks")
    drawer, dialog = page.get_by_label("Finding", exact=True), page.locator("dialog[open]")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{sum(counts.values())} findings")
    expect(page.get_by_role("link", name="Checks")).to_contain_text(str(sum(counts.values())))
    # Copies: the database adds the person, and both files will have the same people.
    expect(drawer.get_by_role("heading")).to_have_text("Birthday.mp4")
    press(page, "a")
    expect(page.get_by_role("button", name="Copies differ")).to_contain_text("0")
    expect(page.get_by_role("button", name="Database and file differ")).to_have_attribute("aria-pressed", "true")
    assert library.plan('path:"Family/2019/Birthday.mp4"').items[0].result_people[-1] == "Tom Okafor"
    # Two spellings: opened with keys, confirmed, resolved with Enter.
    page.get_by_role("button", name="Two spellings").click()
    expect(drawer.get_by_role("heading")).to_contain_text("Carla")
    press(page, "j")
    expect(drawer.get_by_role("heading")).to_contain_text("Kim Park")
    press(page, "k")
    expect(drawer.get_by_role("heading")).to_contain_text("Carla")
    press(page, "a")
    expect(dialog).to_contain_text("Carla Gomez becomes Carla Gómez in 1 file")
    page.wait_for_timeout(450)  # the key that opened the question does not answer it
    press(page, "Tab", "Enter")
    expect(page.locator(".page-checks [role=row]")).to_have_count(counts["spelling"] - 1)
    # A merge of two people is an ordinary step: undone and redone with its key.
    undo = page.locator("[aria-label='Undo: merged Carla Gomez into Carla Gómez']")
    expect(undo).to_be_attached()
    (item,) = library.plan("name:harbour").items
    assert item.result_people == ["Ólafur Jónsson", "Carla Gómez"]
    press(page, "z")
    expect(page.locator(".page-checks [role=row]")).to_have_count(counts["spelling"])
    again = library.steps.next().redo
    assert again is not None
    assert again.label == "merged Carla Gomez into Carla Gómez"
    press(page, "Z")
    expect(page.locator(".page-checks [role=row]")).to_have_count(counts["spelling"] - 1)
    expect(undo).to_be_attached()
    # An ignored finding stays ignored after a reload, and can be listed again.
    expect(drawer.get_by_role("heading")).to_contain_text("Kim Park")
    press(page, "r")
    turn = page.get_by_role("button", name="1 ignored")
    expect(turn).to_be_visible()
    page.reload()
    turn.click()
    expect(drawer.get_by_role("heading")).to_contain_text("Kim Park")
    press(page, "r")
    expect(page.get_by_text("No ignored findings")).to_be_visible()
    # From a finding to its file in the plan.
    page.goto(site.url + "/checks?kind=unknown")
    expect(drawer.get_by_role("heading")).to_have_text("Uncle Pete")
    press(page, "o")
    expect(page.locator(".page-plan [role=row][aria-rowindex='2']")).to_contain_text("1998-07.avi")
    assert "q=person" in page.url


@pytest.mark.further
def test_checks_on_phone(look: Site) -> None:
    page = look.visit("/checks?kind=differ", width=390, theme="dark")
    rows, drawer = page.locator(".page-checks [role=row]"), page.get_by_label("Finding", exact=True)
    expect(rows.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    rows.first.click()
    expect(drawer).to_be_visible()
    sizes = [each.bounding_box() for each in drawer.get_by_role("button").all()]
    assert all(box and box["height"] >= 40 for box in sizes)
    press(page, "Escape")
    expect(drawer).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Copies differ").click()
    expect(rows).to_have_count(1)
    page.go_back()
    expect(page.get_by_role("button", name="Database and file differ")).to_have_attribute("aria-pressed", "true")
