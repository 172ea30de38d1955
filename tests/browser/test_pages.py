"""Behaviour of pages: keys, two sessions, phones, empty and invalid states, and the progress of a write."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from indexium_core.flows.writing import file_edit
from indexium_core.library import Library
from indexium_core.model.planning.plan import Selection
from tests.browser.conftest import Gate, SharedSite, Site


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each write of a file takes 0.15 s longer."""
    edit = file_edit.edit

    def slow(*given: Any, **named: Any) -> Any:
        time.sleep(0.15)
        return edit(*given, **named)

    monkeypatch.setattr(file_edit, "edit", slow)


def rows(page: Page) -> Any:
    return page.locator(".page-plan [role=grid]").get_by_role("row").filter(has=page.get_by_role("gridcell"))


def start(page: Page) -> None:
    page.get_by_role("button", name="Write all safe").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Write \d+ files$")).click()
    details(page)
    expect(page.get_by_role("heading", level=1, name=re.compile("Writing"))).to_be_visible()


def details(page: Page) -> None:
    """Open the progress page from the footer."""
    page.get_by_role("region", name="Work").get_by_role(
        "button", name=re.compile("Details|Show problems")
    ).first.click()


# Search.


def test_chips_search_filters_and_address_agree(look: Site, known: Library) -> None:
    page = look.visit("/plan")
    page.get_by_role("button", name=re.compile("danger review")).click()
    expect(page.get_by_role("button", name=re.compile("danger review"))).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name=re.compile("^Filters")).click()
    page.get_by_role("dialog", name="Filters").get_by_label(re.compile("^mp4")).check()
    expect(page.get_by_role("combobox", name="Search the plan")).to_have_value("risk:danger container:mp4")
    expect(rows(page)).to_have_count(known.plan("risk:danger container:mp4").page(1).total)
    expect(page.get_by_text("shown: danger, of the kind mp4")).to_be_visible()

    page.reload()
    expect(page.get_by_role("combobox", name="Search the plan")).to_have_value("risk:danger container:mp4")
    page.get_by_role("combobox", name="Search the plan").fill("container:mp4")
    expect(page.get_by_role("button", name=re.compile("danger review"))).to_have_attribute("aria-pressed", "false")


def test_risk_chips_ignore_own_filter(look: Site, known: Library) -> None:
    page = look.visit("/plan?q=container:matroska+risk:safe")
    counts = known.plan("container:matroska").statistics
    chip = page.get_by_role("button", name=re.compile("blocked cannot"))
    expect(chip).to_contain_text(str(counts.blocked_count))


def test_invalid_search_marks_word_and_keeps_list(look: Site) -> None:
    page = look.visit("/plan?q=risk:safe")
    expect(rows(page).first).to_be_visible()
    before = rows(page).count()
    page.get_by_role("combobox", name="Search the plan").fill("risk:safe size:>huge")
    complaint = page.get_by_role("alert").filter(has_text="size")
    expect(complaint).to_be_visible()
    expect(complaint.locator("mark")).to_have_text(">huge")
    expect(rows(page)).to_have_count(before)
    page.get_by_role("combobox", name="Search the plan").fill("risk:safe size:>1kb")
    expect(complaint).to_be_hidden()


def test_search_without_results_can_be_cleared(look: Site) -> None:
    page = look.visit("/plan?q=nobodyhasthisname")
    expect(page.get_by_text("No file matches")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Clear the search").last.click()
    expect(rows(page).first).to_be_visible()


@pytest.mark.further
def test_home_without_folders_shows_first_steps(empty_library: Library, serve: Callable[[Library], Site]) -> None:
    site = serve(empty_library)
    page = site.visit("/plan")
    expect(page.get_by_role("button", name="Choose a folder")).to_be_visible()
    page.get_by_role("link", name="Progress").click()
    expect(page.get_by_text("Nothing is being written")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Nothing has been written yet")).to_be_visible()


def test_headers_sort_and_reverse(look: Site, known: Library) -> None:
    page = look.visit("/plan")
    page.get_by_role("columnheader", name="File", exact=True).get_by_role("button").click()
    first = known.plan().page(1, sort="name").items[0].file_name
    expect(rows(page).first).to_contain_text(first)
    page.get_by_role("columnheader", name="File", exact=True).get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="File", exact=True)).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("sort=name&desc=1"))


def test_back_and_forward_navigate_pages(look: Site) -> None:
    page = look.visit("/plan?q=risk:danger")
    page.get_by_role("link", name="History").click()
    expect(page).to_have_url(re.compile("/history$"))
    page.go_back()
    expect(page.get_by_role("combobox", name="Search the plan")).to_have_value("risk:danger")
    page.go_forward()
    expect(page.get_by_role("heading", level=1, name="History")).to_be_visible()


# Selection by keys.


def test_keys_move_select_and_open(look: SharedSite) -> None:
    page = look.visit("/plan", fresh=True)  # its last text would be a draft in the next test
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Details")).to_be_hidden()
    page.keyboard.press("e")
    expect(page.get_by_label("Add a person")).to_be_focused()
    page.keyboard.type("x")
    expect(page.get_by_text("1 selected")).to_be_visible()  # typed text is no command


def test_selection_of_all_none_and_inverse(look: Site, known: Library) -> None:
    page = look.visit("/plan?q=container:mp4")
    expect(rows(page).first).to_be_visible()
    counts = known.plan("container:mp4").statistics
    number = counts.safe_count + counts.warning_count + counts.danger_count
    page.keyboard.press("a")
    expect(page.get_by_text(f"{number} selected")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text(f"{number - 1} selected")).to_be_visible()
    page.keyboard.press("i")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("Nothing selected")).to_be_visible()


def test_selection_survives_sorting_searching_and_reload(look: Site) -> None:
    page = look.visit("/plan?q=risk:safe")
    rows(page).first.get_by_role("checkbox").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("combobox", name="Search the plan").fill("risk:danger")
    expect(page.get_by_text("shown: danger")).to_be_visible()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.reload()
    expect(page.get_by_text("1 selected")).to_be_visible()


def test_slash_searches_and_question_mark_lists_keys(look: Site) -> None:
    page = look.visit("/plan")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search the plan")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_dialog_traps_and_returns_focus(look: Site) -> None:
    page = look.visit("/plan?q=risk:safe")
    rows(page).first.get_by_role("checkbox").check()
    opener = page.get_by_role("button", name=re.compile("^Write 1 file…"))
    opener.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


INSIDE = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node === document.body || node?.closest('dialog') !== null
}"""


def test_editor_rejects_invalid_name(look: Site) -> None:
    page = look.visit("/plan?q=risk:safe")
    rows(page).first.click()
    page.get_by_role("complementary").get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Add a person").fill("Quirx; Zwo")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Quirx; Zwo")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Add a person")).to_be_hidden()
    look.complaints.clear()  # the browser logs the refused value


# Progress.


def test_write_is_paused_and_resumed_in_active_session(site: Site, library: Library, slowly: None) -> None:
    page = site.visit("/plan")
    start(page)
    bar = page.get_by_role("progressbar", name="Files done")
    expect(bar).not_to_have_attribute("aria-valuenow", "0")
    page.get_by_role("button", name="Pause after this file").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    operation = library.history().items[0]
    assert operation.status == "paused"

    page.get_by_role("link", name="Plan").click()  # the session responds while an operation is paused
    expect(rows(page).first).to_be_visible()
    page.get_by_role("link", name="Progress").click()
    expect(page.get_by_role("region", name="Work")).to_be_hidden()  # the page shows all of it
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", level=2, name="Completed")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="written").first).to_be_visible()


def test_cancelled_write_keeps_written_files(site: Site, library: Library, slowly: None) -> None:
    page = site.visit("/plan")
    start(page)
    expect(page.get_by_role("progressbar", name="Files done")).not_to_have_attribute("aria-valuenow", "0")
    page.get_by_role("region", name="Progress").get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the rest").click()
    expect(page.get_by_role("heading", level=2, name="Cancelled")).to_be_visible()
    operation = library.history().items[0]
    assert 0 < operation.success_count < operation.file_count


def test_problems_are_listed_first_with_reason(site: Site, library: Library) -> None:
    victim = library.plan("risk:safe").page(1).items[3]
    page = site.visit("/plan?q=risk:safe")
    expect(rows(page).first).to_be_visible()
    os.utime(victim.file_path)  # another program changed it after the scan
    start_or_report(page)
    first = page.locator(".page-progress").get_by_role("row").first
    expect(first).to_contain_text(victim.file_name)
    expect(first).to_contain_text("conflict")


def start_or_report(page: Page) -> None:
    page.get_by_role("button", name="Write all safe").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Write \d+ files$")).click()
    expect(page.get_by_role("region", name="Work")).to_contain_text("written")
    details(page)
    expect(page.get_by_role("heading", level=2, name="With errors")).to_be_visible()


@pytest.mark.further
def test_two_sessions_show_same_state(site: Site, library: Library, gate: Gate) -> None:
    item = library.plan("risk:safe").page(1).items[0]
    one, other = site.visit("/plan"), site.visit(f'/plan?q=name:"{item.file_name}"')
    expect(rows(other)).to_have_count(1)
    library.edit([item.file_id], ["Somebody New"])
    expect(rows(other).first).to_contain_text("Somebody New")
    start(one)
    other.get_by_role("link", name="Progress").click()
    expect(other.get_by_role("heading", level=1, name=re.compile("Writing"))).to_be_visible()
    gate.opened.set()
    expect(other.get_by_role("heading", level=2, name="Completed")).to_be_visible()
    expect(one.get_by_role("heading", level=2, name="Completed")).to_be_visible()


def test_page_polls_without_websocket_events(library: Library, serve: Callable[[Library], Site]) -> None:
    quiet = library.settings.model_copy(update={"metadata_enable_websocket": False})
    library.settings = quiet
    page = serve(library).visit("/plan?q=risk:safe")
    expect(rows(page).first).to_be_visible()
    before = rows(page).count()
    library.decisions.postpone([library.plan("risk:safe").page(1).items[0].file_id], until=None)  # no event is sent
    expect(rows(page)).to_have_count(before - 1)


# History.


def test_both_charts_are_drawn_in_colours_of_theme(site: Site, library: Library) -> None:
    plan = library.plan("risk:safe")
    library.write(plan, selection=Selection(included=frozenset([plan.page(1).items[0].file_id]))).wait()
    page = site.visit("/plan", theme="dark")
    expect(page.locator(".page-plan canvas").first).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.locator(".page-history canvas").first).to_be_visible()
    page.get_by_role("button", name="Use the light theme").click()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    page.reload()
    page.get_by_role("link", name="History").wait_for()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"


# A phone.


def test_pages_fit_and_work_on_phone(site: Site) -> None:
    page = site.visit("/plan?q=risk:safe", width=390)
    expect(rows(page).first).to_be_visible()
    first = rows(page).first.bounding_box()
    assert first
    assert first["y"] <= 260
    for name in ("Plan", "Progress", "History"):
        page.get_by_role("link", name=name).click()
        page.wait_for_timeout(300)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Plan").click()
    rows(page).first.get_by_role("checkbox").check()
    rows(page).first.get_by_text(re.compile(r"\.\w{3,4}$")).first.click()
    sheet = page.get_by_role("complementary", name="Details")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box is not None
    assert box["width"] <= 390
    sheet.get_by_role("button", name="Close details").click()
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name=re.compile("^Write 1 file…")).click()
    page.get_by_role("dialog").get_by_role("button", name="Write 1 file").click()
    expect(page.get_by_role("region", name="Work")).to_contain_text("1 file written")


def test_low_window_shows_four_files(look: Site) -> None:
    page = look.visit("/plan?q=risk:safe", width=640)
    page.set_viewport_size({"width": 640, "height": 430})  # 1280 x 860 at 200 %
    for row in rows(page).all()[:4]:
        expect(row).to_be_in_viewport(ratio=1)
    tabs = page.get_by_role("navigation", name="Pages").bounding_box()
    last = rows(page).nth(3).bounding_box()
    assert tabs
    assert last
    assert last["y"] + last["height"] <= tabs["y"]
    rows(page).first.get_by_role("checkbox").check()
    expect(page.get_by_role("button", name=re.compile("^Write 1 file…"))).to_be_visible()


def test_mixed_box_of_the_head_is_a_dash(look: Site) -> None:
    page = look.visit("/plan?q=risk:safe")
    rows(page).first.get_by_role("checkbox").check()
    box = page.get_by_role("columnheader").first.get_by_role("checkbox")
    expect(box).to_have_js_property("indeterminate", True)
    assert box.evaluate("node => getComputedStyle(node, '::before').clipPath").startswith("inset")
