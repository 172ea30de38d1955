"""The media properties of one and of many files: shown, locked, set by hand, refreshed; and addresses of files."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboards.frame.entries import GROUPS
from indexium_core.library import Library
from tests.browser.conftest import SharedSite, Site
from tests.support import tables
from tests.support.effort import effort


def drawer(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def media_row(page: Page, label: str) -> Locator:
    return drawer(page).locator(".props li").filter(has_text=label)


def padlock(page: Page, label: str) -> Locator:
    return drawer(page).get_by_role("button", name=f"Lock {label}", exact=True)


def planned(library: Library, query: str) -> list[int]:
    return [item.file_id for item in library.plan(query).page(1, per_page=0).items]


def meddle(library: Library, **values: object) -> None:
    """Store other properties of all films in the database than the films have."""
    with tables.changing(library) as tx:
        for name, value in values.items():
            tx.execute(f"UPDATE media_properties SET {name} = ?", [value])


@pytest.mark.parametrize(("width", "theme"), effort.some([(390, "dark"), (1280, "light")], 1))
def test_rescan_keeps_locked_field(site: Site, library: Library, width: int, theme: str) -> None:
    file_id = planned(library, "name:Haircut")[0]
    meddle(library, resolution="7x7", channels=9, duration=500)
    page = site.visit(f"/track/{file_id}", width=width, theme=theme)
    expect(media_row(page, "Resolution")).to_contain_text("7 × 7")
    again = drawer(page).get_by_role("group", name="Read the media again")
    expect(again.get_by_role("checkbox")).to_have_count(2)
    expect(again.get_by_role("checkbox", name="duration")).not_to_be_checked()
    expect(again.get_by_role("checkbox", name="size")).not_to_be_checked()

    padlock(page, "resolution").click()
    expect(padlock(page, "resolution")).to_have_attribute("aria-pressed", "true")
    again.get_by_role("button", name="Rescan").click()

    expect(media_row(page, "Channels")).to_contain_text("1 (mono)")
    expect(media_row(page, "Resolution")).to_contain_text("7 × 7")
    expect(media_row(page, "Duration")).to_contain_text("8:20")
    assert [each.field for each in library.locks.of(file_id)] == ["resolution"]

    drawer(page).get_by_role("button", name="Changes of its properties (2)").click()
    changes = drawer(page).locator(".changes li")
    expect(changes.first).to_contain_text(re.compile("Channels.*9 .*became 1 \\(mono\\).*by a rescan"))
    expect(changes.last).to_contain_text(re.compile(f"Resolution.*locked.*by {getpass.getuser()}"))

    padlock(page, "resolution").click()
    expect(padlock(page, "resolution")).to_have_attribute("aria-pressed", "false")
    expect(changes.first).to_contain_text("unlocked")
    again.get_by_role("checkbox", name="duration").check()
    again.get_by_role("button", name="Rescan").click()
    expect(media_row(page, "Resolution")).to_contain_text("192 × 108")
    expect(media_row(page, "Duration")).to_contain_text(re.compile("0:0[0-9]"))


@pytest.mark.further
def test_all_changes_of_file_are_shown(site: Site, library: Library) -> None:
    file_id = planned(library, "name:Haircut")[0]
    for _ in range(12):
        library.locks.lock([file_id], ["hdr"])
        library.locks.unlock([file_id], ["hdr"])
    page = site.visit(f"/track/{file_id}")
    drawer(page).get_by_role("button", name="Changes of its properties (24)").click()
    changes = drawer(page).locator(".changes li")
    expect(changes).to_have_count(8)
    drawer(page).get_by_role("button", name="All 24 changes").click()
    expect(changes).to_have_count(20)
    drawer(page).get_by_role("button", name="Older").click()
    expect(changes).to_have_count(4)
    expect(drawer(page)).to_contain_text("21–24 of 24")
    padlock(page, "hdr").click()  # new changes do not turn the page
    expect(drawer(page)).to_contain_text("21–25 of 25")


def test_property_is_set_by_hand_with_keyboard_and_locked(site: Site, library: Library) -> None:
    file_id = planned(library, "name:Haircut")[0]
    page = site.visit(f"/track/{file_id}")
    value = drawer(page).get_by_role("button", name=re.compile("^Frame rate"))
    value.focus()
    page.keyboard.press("Enter")
    field = drawer(page).get_by_role("textbox", name="Frame rate")
    expect(field).to_be_focused()
    field.fill("quick")
    page.keyboard.press("Enter")
    expect(drawer(page).get_by_role("alert").filter(has_text="Examples: 25")).to_be_visible()
    field.fill("30000/1001")
    page.keyboard.press("Enter")

    expect(media_row(page, "Frame rate")).to_contain_text("29.97 fps")
    expect(padlock(page, "frame rate")).to_have_attribute("aria-pressed", "true")
    expect(value).to_be_focused()
    assert library.locks.of(file_id)[0].origin == "edit"
    site.complaints.clear()  # the browser logs the refused value

    value.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(drawer(page)).to_be_visible()


def test_file_outside_plan_has_address(look: SharedSite, known: Library) -> None:
    listed = set(planned(known, "")) | set(planned(known, "risk:unchanged")) | set(planned(known, "postponed:yes"))
    rows = tables.rows(known, "SELECT file_id FROM media_properties ORDER BY file_id")
    outside = next(file_id for (file_id,) in rows if file_id not in listed)
    page = look.visit(f"/track/{outside}")
    expect(drawer(page).get_by_role("heading")).to_have_text(known.files.file(outside).file_name)
    expect(page).to_have_url(re.compile(rf"/plan\?file={outside}$"))
    expect(media_row(page, "Resolution")).to_be_visible()
    page.reload()
    expect(drawer(page).get_by_role("heading")).to_have_text(known.files.file(outside).file_name)

    page.get_by_role("button", name="Close details").click()
    expect(page).to_have_url(re.compile(r"/plan$"))
    expect(drawer(page)).to_have_count(0)


def test_going_back_to_removed_file_shows_message(look: SharedSite) -> None:
    page = look.visit("/history")
    page.evaluate("() => history.pushState({}, '', '/track/999999')")
    page.evaluate("() => window.dispatchEvent(new PopStateEvent('popstate'))")
    expect(page.locator(".toast")).to_contain_text("There is no file with the id")
    expect(page).to_have_url(re.compile(r"/plan$"))
    look.complaints.clear()  # the browser logs the answer "not found"


@pytest.mark.parametrize(
    ("path", "appearance"),
    effort.pairs(["/nosuch", "/track/99999999999999999999999"], [(1280, "dark"), (390, "light")]),
)
def test_unknown_address_shows_not_found_page(look: SharedSite, path: str, appearance: tuple[int, str]) -> None:
    width, theme = appearance
    page = look.visit(path, width=width, theme=theme, fresh=True)
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    expect(page.get_by_role("heading")).to_have_text("Not found")
    expect(page.locator("main p")).to_contain_text("There is no")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.fonts.check('14px Inter')")
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_count(
        sum(map(len, GROUPS.values()))
    )
    page.get_by_role("button", name=re.compile("^Use the (light|dark) theme$")).click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", theme)
    page.get_by_role("link", name="Go to the plan").click()
    expect(page).to_have_url(re.compile(r"/plan$"))
    look.complaints[:] = [line for line in look.complaints if "404" not in line]  # the browser reports such a status


def test_back_to_file_address_reopens_details(look: SharedSite, known: Library) -> None:
    file_id = planned(known, "name:Haircut")[0]
    page = look.visit(f"/track/{file_id}")
    expect(drawer(page)).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page).to_have_url(re.compile("/history"))
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/plan\?file={file_id}$"))
    expect(drawer(page)).to_be_visible()


def test_many_files_are_locked_found_unlocked_and_rescanned(library: Library, serve: Callable[[Library], Site]) -> None:
    site = serve(library)
    meddle(library, channels=9)
    page = site.visit("/plan?q=folder:Concerts")
    expect(page.get_by_role("row").nth(1)).to_be_attached()
    count = len(planned(library, "folder:Concerts"))
    page.keyboard.press("a")
    expect(page.get_by_text(f"{count} selected")).to_be_visible()
    page.keyboard.press("b")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Media properties").click()
    dialog.get_by_text("Lock", exact=True).click()
    dialog.get_by_role("checkbox", name="Channels").check()
    dialog.get_by_role("checkbox", name="HDR").check()
    dialog.get_by_role("button", name=f"Lock 2 fields of {count} files").click()
    expect(page.locator(".toast")).to_contain_text(f"{2 * count} fields of {count} files locked.")
    assert len(planned(library, "locked:channels")) == count

    page.keyboard.press("b")
    dialog.get_by_role("tab", name="Media properties").click()
    expect(dialog.get_by_role("checkbox")).to_have_count(2)
    for box in dialog.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
    dialog.get_by_role("button", name=f"Rescan {count} files").click()
    expect(page.locator(".toast").last).to_contain_text("has started")
    [job] = library.jobs.list(kinds=("rescan",)).items
    assert library.jobs.wait(job.id, timeout=30).summary["processed"] == count
    file_id = planned(library, "locked:channels")[0]
    assert {each.field: each.value for each in library.files.file(file_id).properties}["channels"] == 9

    search = page.get_by_role("combobox", name=re.compile("Search", re.IGNORECASE))
    search.fill("locked:hdr")
    search.press("Enter")
    expect(page.get_by_text(f"with hdr locked · {count} files")).to_be_visible()
