"""Messages of pages and their lifetime: toasts, connection, counts of a search, and effects of keys and boxes."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core import errors
from indexium_core.flows.review.decisions import Decisions
from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.support.waiting import until

STAYS = 6_000  # milliseconds for which a success message is shown
HASTE = 10  # how much faster the clock of toasts runs in a test of it


def toast(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.locator(".toast").filter(has_text=text)


# Toasts.


def test_error_disappears_after_successful_attempt(
    site: Site, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = site.visit("/plan", theme="dark")
    ink = "rgb(232, 236, 244)"  # --ink of the dark theme; Panel colours the class `error` for light pages
    with monkeypatch.context() as patch:

        def refuse(*_: object, **__: object) -> None:
            raise errors.StoreError("The database is busy.")

        patch.setattr(Decisions, "postpone", refuse)
        page.get_by_role("row").nth(1).click()
        page.keyboard.press("s")
        expect(toast(page, "The database is busy.")).to_be_visible()
        expect(toast(page, "The database is busy.").locator("p")).to_have_css("color", ink)
    page.keyboard.press("s")
    expect(toast(page, re.compile("skipped", re.IGNORECASE))).to_be_visible()
    expect(toast(page, "The database is busy.")).to_have_count(0, timeout=2_000)
    site.complaints.clear()  # the browser logs the answer of the server


def test_success_message_expires_except_under_pointer(site: Site) -> None:
    page = site.visit("/plan")
    page.evaluate("haste => { const real = setInterval; setInterval = (f, time) => real(f, time / haste) }", HASTE)

    def save(name: str) -> Locator:
        page.get_by_role("button", name=re.compile("views", re.IGNORECASE)).click()
        page.get_by_label("Name of the view").fill(name)
        page.keyboard.press("Enter")
        return toast(page, f"Saved as “{name}”.")

    told = save("Mine")
    told.hover()
    page.wait_for_timeout((STAYS + 1_500) / HASTE)
    expect(told).to_be_visible()
    told.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(0)
    told = save("Other")
    expect(told).to_be_visible()
    page.mouse.move(0, 0)
    expect(told).to_have_count(0)


def test_offer_to_undo_disappears_after_step_is_undone(site: Site, library: Library) -> None:
    page, other = site.visit("/plan"), site.visit("/plan")
    page.get_by_role("row").nth(1).click()
    page.keyboard.press("s")
    told = toast(page, re.compile("skipped", re.IGNORECASE)).first
    expect(told.get_by_role("button", name="Undo")).to_be_visible()
    told.hover()
    other.get_by_role("button", name=re.compile("^Undo: ")).click()
    expect(toast(other, "Undone: ")).to_be_visible()
    expect(told).to_be_visible()
    expect(told.get_by_role("button", name="Undo")).to_have_count(0)


# The connection.


def test_lost_connection_does_not_report_work_state(library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(library).visit("/plan")
    for line in ("lost", "gone"):
        page.evaluate("line => window.dispatchEvent(new CustomEvent('indexium:connection', {detail: line}))", line)
        said = page.locator(".connection")
        expect(said).to_contain_text("This page shows the last known state and reconnects automatically.")
        assert not re.search("continues|whole|safe", said.inner_text())


# Counts of a search.


@pytest.mark.further
def test_headline_chips_and_chart_follow_search(look: Site, known: Library) -> None:
    page = look.visit("/plan?q=folder%3APhone")
    found = known.plan("folder:Phone").statistics
    count = found.safe_count + found.warning_count + found.danger_count
    expect(page.get_by_role("heading", level=1, name=f"{count} files would change")).to_be_visible()
    expect(page.get_by_text(re.compile(r"in this search, \d+ in the whole plan"))).to_be_visible()
    page.get_by_role("button", name="Risk by container as a table").click()
    chart = page.locator(".figures:visible").first
    total = sum(found.by_container.values())
    rows = chart.locator("tbody tr")
    expect(rows).to_have_count(len(known.charts.risk_by(known.plan("folder:Phone"), "container")))
    cells = rows.locator("td").all_text_contents()
    assert sum(int(cell) for cell in cells if cell.strip().isdecimal()) >= total


def test_table_has_whole_width_and_two_lines_of_people(site: Site, library: Library) -> None:
    item = library.plan("risk:safe").page(sort="name").items[0]
    library.edit([item.file_id], [f"Person number {number}" for number in range(12)])
    page = site.visit(f"/plan?q=id:{item.file_id}")
    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text(re.compile(r"\+\d+ more people .*Person number 11"))
    table, chart = page.locator(".page-plan .list"), page.locator(".page-plan .aside")
    assert table.bounding_box()["width"] > 1000  # type: ignore[index]
    assert chart.bounding_box()["y"] > table.bounding_box()["y"]  # type: ignore[index]
    assert lines_of(row.locator(".tag:visible")) == 2
    chips = page.get_by_role("group", name="Risk").get_by_role("button")
    assert lines_of(chips) == 1

    page.get_by_role("button", name="Narrow rows").click()
    expect(row.locator(".tag.add")).to_have_count(12)  # a narrow row shows every change
    row.click()
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    assert table.bounding_box()["width"] < 700  # type: ignore[index]
    page.get_by_role("button", name="Narrow rows").click()
    page.set_viewport_size({"width": 390, "height": 844})
    assert lines_of(chips) == 1


def test_question_before_a_write_opens_before_server_answers(
    site: Site, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, question = threading.Event(), library.previews.before_write

    @functools.wraps(question)
    def late(*given: Any, **more: Any) -> Any:
        answer.wait(20)
        return question(*given, **more)

    monkeypatch.setattr(library.previews, "before_write", late)
    page = site.visit("/plan?q=risk:safe")
    page.get_by_role("button", name="Select all safe").click()
    page.get_by_role("button", name=re.compile("^Write .* files…")).evaluate("button => button.click()")
    box = page.get_by_role("dialog", name="Write the files?")
    assert box.is_visible()
    assert box.get_by_role("button", name="Write", exact=True).is_disabled()
    page.keyboard.press("x")  # a key of the page does nothing now
    answer.set()
    expect(page.get_by_role("dialog", name=re.compile("^Write .* files[?]"))).to_be_visible()


def lines_of(parts: Locator) -> int:
    """Return in how many lines some elements are."""
    return len(set(parts.evaluate_all("parts => parts.map(part => Math.round(part.getBoundingClientRect().top))")))


def test_history_names_what_search_does_not_filter(site: Site, library: Library) -> None:
    library.write(library.plan("name:Birthday.mp4")).wait()
    page = site.visit("/history?q=nobody")
    expect(page.get_by_text("all operations: 1")).to_be_visible()
    expect(page.get_by_text("all operations: the search does not filter this chart").first).to_be_visible()


def test_header_checkbox_shows_number_of_selected_files(look: Site, known: Library) -> None:
    page = look.visit("/plan")
    statistics = known.plan().statistics
    able = statistics.safe_count + statistics.warning_count + statistics.danger_count
    assert statistics.blocked_count
    box = page.get_by_label(f"Select the {able} files that can be written")
    box.check()
    expect(page.get_by_text(f"{able} selected")).to_be_visible()
    none = page.get_by_label("Select none")
    expect(none).to_be_checked()
    page.get_by_role("row").nth(1).get_by_role("checkbox").uncheck()
    expect(page.get_by_text(f"{able - 1} selected")).to_be_visible()
    expect(box).not_to_be_checked()
    page.get_by_label("Search the plan").fill("risk:blocked")
    page.keyboard.press("Enter")
    expect(page.get_by_label("No file here can be written")).to_be_disabled()


@pytest.mark.further
def test_box_is_checked_only_when_all_pages_are_selected(library: Library, serve: Callable[[Library], Site]) -> None:
    library.configuration.set("metadata_preview_page_size", "5")
    page = serve(library).visit("/plan?sort=risk&dir=desc")
    rows = page.get_by_role("row").filter(has=page.get_by_role("gridcell"))
    expect(rows).to_have_count(5)
    for row in rows.all():
        row.get_by_role("checkbox").check()
    expect(page.get_by_text("5 selected")).to_be_visible()
    expect(page.get_by_label(re.compile("^Select the .* files that can be written$"))).not_to_be_checked()


# Keys.


def test_preserve_is_p_and_pause_is_shift_p(look: Site) -> None:
    page = look.visit("/plan")
    expected = {
        "plan": [["p", "preserve the comment’s custom text"]],
        "jobs": [["P", "pause or resume the job"]],
        "progress": [["P", "pause or resume"]],
    }
    for name, keys in expected.items():
        page.get_by_role("navigation").get_by_role("link", name=re.compile(name, re.IGNORECASE)).click()
        expect(page.locator(f".page-{name} h1").first).to_be_visible()
        until(lambda name=name, keys=keys: pause_keys(page, name) == keys)  # a part binds its keys when it is drawn


def pause_keys(page: Page, name: str) -> list[list[str]]:
    """Return each binding of `p` and `P` on a page, with what it does."""
    return page.evaluate(
        "name => [...globalThis.indexiumKeys].filter(each => each.pages?.includes(name) && /^p$/i.test(each.key))"
        ".map(each => [each.key, typeof each.does === 'function' ? each.does() : each.does])",
        name,
    )


def test_enter_starts_safe_write_only(site: Site, library: Library) -> None:
    page = site.visit("/plan?q=risk%3Asafe")
    page.get_by_role("row").nth(1).wait_for()
    page.get_by_role("row").nth(1).get_by_role("checkbox").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("w")
    box = page.get_by_role("dialog")
    confirm = box.get_by_role("button", name="Write 1 file")
    expect(confirm).to_be_enabled()
    page.wait_for_timeout(500)  # an Enter immediately after the question belongs to the key that opened it
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 file written")).to_be_visible()
    assert library.history().total == 1

    page.get_by_label("Search the plan").fill("risk:danger")
    page.keyboard.press("Enter")
    page.get_by_label(re.compile("Select the .* files that can be written")).check()
    expect(page.get_by_text("5 selected")).to_be_visible()
    page.keyboard.press("w")
    expect(box.get_by_text("dangerous").first).to_be_visible()
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(box).to_be_visible()
    assert library.history().total == 1


# The first steps.


@pytest.mark.further
def test_first_import_ends_with_link_to_plan(
    library: Library, serve: Callable[[Library], Site], empty_library: Library, media: object
) -> None:
    """Also in a home that got a folder before its page was opened."""
    empty_library.scan([str(media)])
    page = serve(empty_library).visit("/folders")
    expect(page.get_by_role("heading", name="Add people")).to_be_visible()
    page.set_input_files("#people-file", f"{media}/people.csv")
    page.get_by_role("region", name="Import").get_by_role("button", name=re.compile("^Import 91 names")).click()
    review = page.get_by_role("link", name="Review the plan")
    expect(review).to_be_visible()
    expect(review).to_be_in_viewport()
    review.click()
    expect(page).to_have_url(re.compile("/plan"))
