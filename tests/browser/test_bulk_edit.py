"""Decisions about many files at once, and undo."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from indexium_core.model.planning.plan import Selection
from tests.browser.conftest import Site

LETTER = "Letter.mp4"


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name).first


def toast(page: Page, text: str) -> Locator:
    return page.locator(".toast").filter(has_text=text)


def test_keyboard_edits_people_of_all_files_and_undoes_it(site: Site, library: Library) -> None:
    library.decisions.revoke([each.decision_id for each in library.decisions.list()])
    everything = library.plan().ids(Selection(query=""))
    number, ann = library.bulk.people_in(everything).files, "Ann Lee"
    before = {each.name: each.files for each in library.bulk.people_in(everything).people}
    page = site.visit("/plan")
    expect(row(page, LETTER)).to_be_visible()

    page.keyboard.press("a")
    expect(page.get_by_role("button", name=re.compile("^Edit…"))).to_be_visible()
    page.keyboard.press("b")
    box = dialog(page)
    expect(box.get_by_role("heading", name=f"Edit people of {number} files")).to_be_visible()
    expect(box.get_by_role("combobox", name="Add a person to all files")).to_be_focused()
    chip = box.get_by_role("group", name=re.compile(f"^{ann}: "))
    expect(chip).to_contain_text(f"{before[ann]} of {number}")
    expect(box.get_by_text("All others stay.")).to_be_visible()
    expect(box.get_by_role("button", name="Change", exact=True)).to_be_disabled()

    # A misspelt name is reported, and corrected.
    page.keyboard.type("Rosa Leee")
    expect(box.get_by_role("option", name=re.compile("Did you mean Rosa Lee"))).to_be_visible()
    page.keyboard.press("ArrowUp")  # the last option: the new person
    page.keyboard.press("Enter")
    expect(box.get_by_text("Did you mean Rosa Lee?")).to_be_visible()
    box.get_by_role("button", name="Use that name").press("Enter")
    expect(
        box.get_by_role("group", name=f"Rosa Lee: will be added from {before['Rosa Lee']} to all {number}")
    ).to_be_visible()
    box.get_by_role("button", name=f"Remove Bob Ray from {before['Bob Ray']} files").press("Enter")
    expect(box.get_by_role("group", name=f"Bob Ray: will be removed from {before['Bob Ray']} files")).to_be_visible()
    said = f"Adds Rosa Lee to {number - before['Rosa Lee']} files, removes Bob Ray from {before['Bob Ray']}."
    expect(box.get_by_text(said)).to_be_visible()
    expect(box.get_by_role("button", name=re.compile(r"^Change \d+ files$"))).to_be_enabled()
    assert library.decisions.list() == []
    page.keyboard.press("Control+Enter")

    expect(box).to_be_hidden()
    note = toast(page, "Added Rosa Lee to")
    expect(note.get_by_role("button", name="Undo")).to_be_visible()
    expect(row(page, "Haircut.mp4")).to_contain_text("Rosa Lee")
    after = {each.name: each.files for each in library.bulk.people_in(everything).people}
    assert (after["Rosa Lee"], "Bob Ray" in after) == (number, False)
    assert {name: files for name, files in after.items() if name != "Rosa Lee"} == {
        name: files for name, files in before.items() if name not in ("Rosa Lee", "Bob Ray")
    }

    # Undo, redo, and undo by the button, which shows the step.
    page.keyboard.press("z")
    expect(toast(page, "Undone: added Rosa Lee to")).to_be_visible()
    expect(row(page, "Haircut.mp4")).not_to_contain_text("Rosa Lee")
    assert library.decisions.list() == []
    page.keyboard.press("Z")
    expect(toast(page, "Redone: added Rosa Lee to")).to_be_visible()
    expect(row(page, "Haircut.mp4")).to_contain_text("Rosa Lee")
    page.reload()
    page.get_by_role("button", name=re.compile("^Undo: added Rosa Lee to .* files")).click()
    expect(row(page, "Haircut.mp4")).not_to_contain_text("Rosa Lee")
    expect(page.get_by_role("button", name=re.compile("^Redo: added Rosa Lee"))).to_be_enabled()


def test_templates_and_days_on_phone(site: Site, library: Library) -> None:
    library.templates.save("Family", people=["Ann Lee", "Eve Fox"])
    page = site.visit("/plan", width=390)
    expect(row(page, LETTER)).to_be_visible()
    for name in (LETTER, "Haircut.mp4"):
        row(page, name).get_by_role("checkbox").check()
    page.get_by_role("button", name="Edit…").click()
    box = dialog(page)

    # Replace a person, and save the edit as a template; the preview changes nothing.
    box.get_by_role("tab", name="Replace").click()
    box.get_by_role("combobox", name="Person to replace").fill("bob r")
    box.get_by_role("option", name=re.compile("Bob Ray")).click()
    box.get_by_role("combobox", name="New person").fill("Robert Ray")
    page.keyboard.press("Enter")
    expect(box.get_by_text("Replaces Bob Ray by Robert Ray in 1 file. 1 file does not change.")).to_be_visible()
    box.get_by_role("button", name="Save this replacement as a template…").click()
    box.get_by_label("Name of the template").fill("Robert")
    box.get_by_role("button", name="Keep", exact=True).click()
    expect(box.get_by_text("Saved as a template")).to_be_visible()
    box.get_by_role("tab", name="Templates").click()
    expect(box.get_by_role("radio")).to_have_count(2)
    box.get_by_role("radio", name="Family").check()
    expect(box.get_by_text("Adds Ann Lee and Eve Fox to 2 files.")).to_be_visible()
    expect(box.get_by_label("Files that would change")).to_contain_text(LETTER)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = [each.bounding_box() for each in box.get_by_role("button").all() if each.is_visible()]
    assert [each for each in small if each and min(each["height"], each["width"]) < 40] == []
    box.get_by_role("button", name="Apply to 2 files").click()
    expect(toast(page, "Applied “Family” to 2 files.")).to_be_visible()
    assert {
        row.file_path.rsplit("/")[-1] for row in library.decisions.list() if row.people and "Eve Fox" in row.people
    } == {
        LETTER,
        "Haircut.mp4",
    }

    # Skip until a day, and undo by the button of the message.
    page.get_by_role("button", name="Edit…").click()
    box.get_by_role("tab", name="Skip").click()
    # On the last day of a month the first day of the next one is tomorrow.
    today = datetime.now().astimezone().date()
    monday = today + timedelta(days=7 - today.weekday())
    soon = {(today + timedelta(days=1)).day: "Tomorrow", monday.day: "Next week"}
    label = soon.get(1, "Next month")
    box.get_by_role("radio", name=re.compile(f"^{label}")).check()
    box.get_by_role("button", name=re.compile("^Skip 2 files until ")).click()
    expect(row(page, LETTER)).to_be_hidden()
    days = {each.until.astimezone().day for each in library.decisions.list() if each.until}
    assert days == {1}
    toast(page, "Skipped 2 files until").get_by_role("button", name="Undo").click()
    expect(row(page, LETTER)).to_be_visible()
    assert [each for each in library.decisions.list() if each.until] == []


def test_copies_are_left_alone_if_only_the_selected_files_change(site: Site, library: Library) -> None:
    first = library.plan("issue:duplicate_content").items[0]
    page = site.visit(f"/plan?q=id:{first.file_id}")
    row(page, first.file_name).click()
    page.keyboard.press("b")
    box = dialog(page)
    expect(box.get_by_text("1 of them is a copy of the selected files")).to_be_visible()
    box.get_by_role("combobox", name="Add a person to all files").fill("Cy Orr")
    page.keyboard.press("ArrowUp")  # the last option: the new person
    page.keyboard.press("Enter")
    expect(box.get_by_text("Adds Cy Orr to 2 files.")).to_be_visible()
    box.get_by_label("Edit only the selected files, not their copies").check()
    expect(box.get_by_text("Adds Cy Orr to 1 file.")).to_be_visible()
    box.get_by_role("tab", name="Skip").click()
    expect(box.get_by_role("heading", name="Skip 1 file")).to_be_visible()
    expect(box.get_by_label("Edit only the selected files, not their copies")).to_have_count(0)
    box.get_by_role("tab", name="People").click()
    box.get_by_role("button", name="Change 1 file").click()
    expect(toast(page, "Added Cy Orr to 1 file.")).not_to_contain_text("It reached")
    assert [each.file_id for each in library.decisions.list() if "Cy Orr" in (each.people or ())] == [first.file_id]


def test_what_is_typed_at_once_is_text_of_the_dialog_and_back_closes_it(site: Site, library: Library) -> None:
    before = library.decisions.newest()
    page = site.visit("/plan")
    expect(row(page, LETTER)).to_be_visible()
    for key in "xbZoe rjk":
        page.keyboard.press(key)
    box = dialog(page)
    expect(box.get_by_role("combobox", name="Add a person to all files")).to_have_value("Zoe rjk")
    expect(box.get_by_role("heading", name="Edit people of 1 file")).to_be_visible()

    page.go_back()
    expect(box).to_be_hidden()
    expect(page).to_have_url(re.compile("/plan"))
    expect(page.get_by_text("1 selected")).to_be_visible()

    page.keyboard.press("S")
    expect(box.get_by_role("heading", name="Skip 1 file")).to_be_visible()
    expect(
        box.get_by_role("radio", name=re.compile("^Next week|^Tomorrow")).and_(box.locator(":checked"))
    ).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    assert library.decisions.newest() == before


def test_rule_sets_a_field_and_a_wrong_one_says_why(site: Site, library: Library) -> None:
    page = site.visit("/plan")
    row(page, LETTER).click()
    page.keyboard.press("b")
    box = dialog(page)
    box.get_by_role("tab", name="Fields").click()
    rule = box.get_by_role("textbox", name="Value or rule")
    rule.fill("{nothing}")
    expect(box.get_by_text("There is no placeholder {nothing}.")).to_be_visible()
    expect(box.get_by_role("button", name="Apply", exact=True)).to_be_disabled()
    site.complaints.clear()  # the library has refused it

    rule.fill("")
    box.get_by_role("button", name="Placeholders…").click()
    box.get_by_role("button", name="{name}", exact=True).click()
    expect(rule).to_have_value("{name}")
    expect(box.get_by_text("Sets the field Title of 1 file.")).to_be_visible()
    expect(box.get_by_label("Files that would change")).to_contain_text("Letter")
    page.keyboard.press("Control+Enter")
    expect(box).to_be_hidden()
    expect(toast(page, "title")).to_be_visible()
    assert [each.value for each in library.decisions.list() if each.field == "title"] == ["Letter"]


def test_media_properties_are_locked_and_a_template_is_removed(site: Site, library: Library) -> None:
    library.templates.save("Family", people=["Ann Lee"])
    page = site.visit("/plan")
    row(page, LETTER).click()
    page.keyboard.press("b")
    box = dialog(page)
    box.get_by_role("tab", name="Templates").click()
    box.get_by_role("button", name="Remove the template Family").click()
    expect(box.get_by_text("No template yet.")).to_be_visible()
    assert library.templates.list() == []

    box.get_by_role("tab", name="Media properties").click()
    box.get_by_role("radio", name=re.compile("^Lock")).check()
    expect(box.get_by_role("button", name="Lock", exact=True)).to_be_disabled()
    box.get_by_role("checkbox", name="Resolution").check()
    box.get_by_role("button", name="Lock 1 field of 1 file").click()
    expect(toast(page, "1 field of 1 file locked.")).to_be_visible()
    expect(box).to_be_hidden()
