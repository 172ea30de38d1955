"""The details of a file: with the keyboard, on a phone, and during a write of the file."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.browser.conftest import SharedSite, Site
from tests.support.waiting import until


def drawer(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def loaded(page: Page) -> None:
    """Wait for the player of the film, with its thumbnail."""
    player = drawer(page).locator("video")
    expect(player).to_be_visible()
    assert player.evaluate("video => fetch(video.poster).then(answer => answer.status)") == 200


def test_details_show_file_and_its_history(site: Site, library: Library) -> None:
    write = WriteOptions(risk=("safe", "warning", "danger"), user_note="Before sharing with Mum")
    library.write(library.plan("name:Haircut"), write).wait()
    library.edit("name:Haircut", ["Bob Ray", "Ben Lee", "Zoë Müller"])
    page = site.visit("/plan?q=name:Haircut")
    row(page, "Haircut").click()
    shown = drawer(page)

    loaded(page)
    box = shown.locator(".thumb").bounding_box()
    assert box
    assert 1.7 < box["width"] / box["height"] < 1.8
    expect(shown.locator("figcaption")).to_have_text(re.compile(r"^0:0\d · 192×108 · H\.264$"))
    expect(shown.get_by_role("region", name="Comment now")).to_have_text("People: Bob Ray, Ben Lee")
    expect(shown.get_by_role("region", name="Comment planned").locator("ins")).to_have_text(", Zoë Müller")
    expect(shown).to_contain_text("no comment: it reads other tags, not this one")
    expect(shown).to_contain_text("The index is at the end of the file, or there is free room beside it.")

    shown.get_by_role("button", name="Sources").click()
    expect(shown).to_contain_text("imported")
    event = shown.locator(".event")
    expect(event).to_contain_text("Before sharing with Mum")
    expect(event).to_contain_text("Can be rolled back byte for byte until")
    event.get_by_role("button", name="Before and after").click()
    expect(event.get_by_role("region", name="Before").locator("del")).to_contain_text("So funny!")
    shown.get_by_role("button", name="All tags").click()
    expect(shown).to_contain_text("major_brand")
    event.get_by_role("button", name="Write 1").click()
    expect(page).to_have_url(re.compile(r"/history\?op=1"))


def test_buttons_of_details_stay_in_place_beside_toasts(look: SharedSite) -> None:
    page = look.visit("/plan?q=risk:safe+container:mp4", fresh=True)
    expect(page.get_by_text("Nothing selected")).to_be_visible()
    expect(page.locator(".chart-foot").first).to_be_visible()  # it moves when the details open
    page.evaluate(
        """() => {
            window.places = new Set()
            const {shadowRoot} = document.querySelector("[data-face=plan]")
            const note = () => {
                const button = shadowRoot.querySelector(".bottom [data-act=skip]")
                if (button) window.places.add(button.getBoundingClientRect().y)
                requestAnimationFrame(note)
            }
            note()
        }"""
    )
    page.get_by_role("row").nth(1).click()
    loaded(page)
    assert len(page.evaluate("[...window.places]")) == 1

    page.keyboard.press("w")
    expect(page.locator(".toast")).to_contain_text("Select files first")
    beside, toast = drawer(page).bounding_box(), page.locator(".toast").bounding_box()
    assert beside
    assert toast
    assert toast["x"] + toast["width"] <= beside["x"]


def test_both_comments_are_visible_without_scrolling(look: Site) -> None:
    page = look.visit("/plan?q=name:Solo")
    page.set_viewport_size({"width": 1280, "height": 800})
    row(page, "Solo").click()
    loaded(page)
    acts = drawer(page).locator(".acts.bottom").bounding_box()
    for text in ("Comment now", "Comment planned"):
        label = drawer(page).get_by_text(text, exact=True)
        box = label.locator("xpath=following-sibling::*[1]").bounding_box()
        assert acts
        assert box
        assert box["y"] + box["height"] <= acts["y"], text


def test_history_lists_all_operations_of_file(site: Site, library: Library) -> None:
    write = WriteOptions(risk=("safe", "warning", "danger"))
    for _ in range(3):
        done = library.write(library.plan("name:Haircut"), write)
        done.wait()
        library.rollback(done.id, replan=True).wait()
    page = site.visit(f"/track/{library.plan('name:Haircut').page(1).items[0].file_id}")
    expect(drawer(page).locator(".event")).to_have_count(5)
    drawer(page).get_by_role("button", name="All 6 on the History page").click()
    expect(page.get_by_role("grid", name="Operations")).to_have_attribute("aria-rowcount", "6")
    expect(page).to_have_url(re.compile(r"/history\?q=path"))


def test_keyboard_edits_people_and_skips_files(site: Site, library: Library) -> None:
    first, second = [item.file_id for item in library.plan("folder:Kyoto").page(1, sort="name").items[:2]]
    page = site.visit("/plan?q=folder:Kyoto&sort=name")
    expect(page.get_by_role("row").nth(2)).to_be_visible()
    page.keyboard.press("Enter")
    shown = drawer(page)
    expect(shown.get_by_role("heading")).to_have_text(library.files.file(first).file_name)

    page.keyboard.press("e")
    field = shown.get_by_role("combobox", name="Add a person")
    expect(field).to_be_focused()
    page.keyboard.type("zoe")  # whatever case and accents
    expect(shown.get_by_role("option", name=re.compile("^Zoë Müller"))).to_be_visible()
    page.keyboard.press("Enter")  # the first suggestion
    page.keyboard.type("Ann Leee")  # Ann Lee is in the list already, so there is no other suggestion
    page.keyboard.press("Enter")
    expect(shown.get_by_text("Did you mean Ann Lee?")).to_be_visible()
    shown.get_by_role("button", name="Use that name").focus()
    page.keyboard.press("Enter")
    expect(shown.get_by_text("Did you mean Ann Lee?")).to_be_hidden()
    expect(field).to_be_focused()
    page.keyboard.press("Enter")  # saves
    expect(field).to_be_hidden()
    until(lambda: "Zoë Müller" in library.plan().item(first).result_people)
    edited = library.plan().item(first).result_people
    assert edited[-2:] == ["Zoë Müller", "Ann Lee"] or edited.count("Ann Lee") == 1

    page.keyboard.press("j")
    expect(shown.get_by_role("heading")).to_have_text(library.files.file(second).file_name)
    shown.get_by_role("button", name="Skip until a day").focus()
    page.keyboard.press("Enter")
    expect(shown.get_by_label("Skip until", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("is skipped until"))).to_be_visible()
    expect(shown).to_be_hidden()
    assert [each.until is not None for each in library.files.file(second).decisions] == [True]

    page.keyboard.press("Enter")
    expect(shown).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def test_phone_details_are_sheet_with_visible_file_and_buttons(look: Site, known: Library) -> None:
    names = [item.file_name for item in known.plan("folder:Weddings").page(1, sort="name").items]
    page = look.visit("/plan?q=folder:Weddings&sort=name", width=390, theme="dark")
    row(page, names[0]).first.click()
    sheet = drawer(page)
    loaded(page)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("Close details", "Next file", "Edit", "Skip"):
        box = sheet.get_by_role("button", name=name, exact=True).bounding_box()
        assert box, name
        assert min(box["width"], box["height"]) >= 44, name
        assert box["y"] + box["height"] <= 860, name
    sheet.get_by_role("button", name="Next file").click()
    expect(sheet.get_by_role("heading")).to_have_text(names[1])
    assert sheet.evaluate("sheet => sheet.contains(sheet.getRootNode().activeElement)")  # not hidden behind the sheet
    sheet.get_by_role("button", name="Skip until a day").click()
    before = sheet.bounding_box()
    grip = sheet.locator(".grip").bounding_box()
    assert before
    assert grip
    page.mouse.move(195, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(195, grip["y"] + 180, steps=4)
    page.mouse.up()
    expect(sheet).to_be_hidden()


def test_edit_of_only_this_file_leaves_its_copy_alone(site: Site, library: Library) -> None:
    first = library.plan("issue:duplicate_content").items[0]
    [copy] = library.files.file(first.file_id).copies
    page = site.visit(f"/plan?q=id:{first.file_id}")
    row(page, first.file_name).click()
    shown = drawer(page)
    expect(shown.get_by_label("Edit only this file, not its copy")).to_have_count(1)  # for the fields
    shown.get_by_role("button", name="Edit", exact=True).click()
    shown.get_by_role("combobox", name="Add a person").fill("Cy Orr")
    shown.get_by_label("Edit only this file, not its copy").first.check()
    shown.get_by_role("button", name="Save").click()
    saved = page.locator(".toast").filter(has_text="Saved.")
    expect(saved).to_be_visible()
    expect(saved).not_to_contain_text("It reached")
    assert [each.file_id for each in library.decisions.list() if "Cy Orr" in (each.people or ())] == [first.file_id]

    shown.get_by_role("button", name="Edit", exact=True).click()
    shown.get_by_label("Edit only this file, not its copy").first.uncheck()
    shown.get_by_role("combobox", name="Add a person").fill("Di Fox")
    shown.get_by_role("button", name="Save").click()
    reached = page.locator(".toast").filter(has_text="It reached 1 copy, too:")
    expect(reached).to_contain_text(copy.file_path)
