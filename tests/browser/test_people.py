"""The page of people in a browser: search, qualifiers, renames with a preview, undo, and the plan."""

from __future__ import annotations

from playwright.sync_api import expect

from indexium_core.library import Library
from tests.browser.conftest import Site


def test_person_is_found_split_renamed_and_shown_in_the_plan(site: Site, library: Library) -> None:
    page = site.visit("/people")
    drawer, dialog, cards = page.locator(".pdrawer"), page.locator("dialog[open]"), page.locator(".portrait-card")
    total = library.people.page().total
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{total} people")
    expect(cards).to_have_count(total)
    # The search finds two people with one name; a key opens the details.
    page.keyboard.press("/")
    page.keyboard.type("okafor")
    expect(cards).to_have_count(2)
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor")
    page.keyboard.press("j")
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor (neighbour)")
    expect(drawer.locator(".person-files img").first).to_have_js_property("complete", value=True)
    # A rename is previewed, made and undone.
    page.keyboard.press("e")
    expect(dialog).to_contain_text("never written into files")
    dialog.get_by_label("New name").fill("Lee, Tom (cousin)")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog).to_contain_text("Tom Okafor (neighbour) becomes Lee, Tom (cousin) in 1 file.")
    dialog.get_by_role("button", name="Rename").click()
    expect(drawer.get_by_role("heading")).to_have_text("Lee, Tom (cousin)")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor (neighbour)")
    # Files are split off to a new person.
    page.get_by_role("row", name="Tom Okafor").first.click()
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor")
    page.keyboard.press("s")
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_label("New person").fill("Tom Okafor (junior)")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog).to_contain_text("becomes the new person Tom Okafor (junior) in 1 file")
    dialog.get_by_role("button", name="Split").click()
    expect(cards).to_have_count(3)
    page.get_by_role("button", name="List", exact=True).click()
    expect(page.locator(".person-row")).to_have_count(3)
    drawer.get_by_role("link", name="Open in the plan").click()
    expect(page.locator(".page-plan [role=row][data-id]").first).to_contain_text("Tom Okafor")
    [tom] = [each for each in library.people.page("okafor").items if not each.qualifier]
    assert f"/plan?q=person_id%3A{tom.person_id}+risk" in page.url
