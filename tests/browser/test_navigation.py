"""The navigation, the addresses of open things, the pages of long lists, and the review of dangerous files."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core.flows.pictures import thumbnail_job
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import Selection
from tests.browser.conftest import SharedSite, Site
from tests.support.effort import effort

SAFE = WriteOptions(risk=("safe",))


def rail(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Pages")


def entry(page: Page, name: str) -> Locator:
    return rail(page).get_by_role("link", name=re.compile(rf"^{name}\b"))


def rows(page: Page) -> Locator:
    return page.locator(".page-plan [role=grid]").locator("[role=row][data-row]")


# The navigation.


def test_navigation_has_groups_and_keeps_entries_and_numbers_over_reload(look: Site) -> None:
    page = look.visit("/plan")
    groups = rail(page).get_by_role("group")
    expect(groups).to_have_count(4)
    names = [group.get_attribute("aria-label") for group in groups.all()]
    assert names == ["Decide", "Collection", "Writing", "Tools"]
    expect(entry(page, "Checks").locator("span")).to_have_text(re.compile(r"\d"))
    first = rail(page).get_by_role("link").all_inner_texts()

    page.reload()
    rail(page).get_by_role("link", name="History").wait_for()
    assert rail(page).get_by_role("link").all_inner_texts() == first  # from the first drawing on


def test_number_of_jobs_disappears_when_job_ends(site: Site, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = threading.Event()
    monkeypatch.setattr(thumbnail_job.ThumbnailJobs, "_make", lambda *_: opened.wait(30))
    page = site.visit("/plan")
    expect(rows(page).first).to_be_visible()
    job = library.thumbnail_jobs.add()
    expect(entry(page, "Jobs").locator("span")).to_have_text("1")
    opened.set()
    library.jobs.wait(job.id, timeout=60)
    expect(entry(page, "Jobs").locator("span")).to_have_text("")


def test_good_result_disappears_after_a_while_but_not_under_pointer(site: Site, library: Library) -> None:
    chosen = [library.plan("risk:safe").page(1).items[0].file_id]
    library.write(library.plan(), SAFE, selection=Selection(included=frozenset(chosen))).wait()
    page = site.visit("/settings")
    page.add_init_script(
        "const real = setInterval; window.setInterval = (f, time) => real(f, time === 1000 ? 50 : time)"
    )
    page.reload()
    foot = page.get_by_role("region", name="Work")
    foot.get_by_text("1 file written").hover()
    page.wait_for_timeout(2500)  # longer than its life of 30 short seconds
    expect(foot).to_contain_text("1 file written")
    page.mouse.move(0, 0)
    expect(foot).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(foot).to_be_hidden()


# The addresses of open things.


def drawer(page: Page, name: str) -> Locator:
    return page.get_by_role("complementary").filter(has_text=name)


def test_details_of_file_have_address_which_a_new_tab_opens(look: Site, known: Library) -> None:
    one, two = (item for item in known.plan("risk:safe").page(1, sort="name").items[:2])
    page = look.visit("/plan?q=risk:safe&sort=name")
    rows(page).filter(has_text=one.file_name).first.click()
    expect(page).to_have_url(re.compile(rf"q=risk%3Asafe&sort=name&file={one.file_id}$"))
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(rf"file={two.file_id}$"))

    other = look.visit(page.url.removeprefix(look.url))
    expect(other.get_by_role("heading", level=2, name=two.file_name)).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"sort=name$"))
    expect(page.get_by_role("heading", level=2, name=two.file_name)).to_be_hidden()
    page.go_forward()
    expect(page.get_by_role("heading", level=2, name=two.file_name)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"sort=name$"))


@pytest.mark.parametrize(
    ("path", "sentence", "left"),
    [
        ("/plan?file=999999", "There is no file with the id", "/plan"),
        ("/library?file=999999", "There is no file with the id", "/library"),
        ("/people?of=999999", "There is no person", "/people"),
        ("/history?op=999999", "There is no operation", "/history"),
        ("/jobs?job=999999&log=1", "There is no job", "/jobs"),
        ("/titles/decide?title=999999", "There is no title", "/titles/decide"),
        ("/checks?kind=unknown&of=nobody", "is not in the list", "/checks?kind=unknown"),
    ],
)
def test_address_of_missing_thing_says_so(look: SharedSite, path: str, sentence: str, left: str) -> None:
    page = look.visit(path, fresh=effort.exhaustive or path.startswith(("/plan", "/jobs")))
    expect(page.locator(".toast").filter(has_text=sentence)).to_have_count(1)
    expect(page).to_have_url(re.compile(re.escape(left) + r"(\?(of|title)=[^&]+|&of=[^&]+)?$"))
    if not path.startswith("/checks"):
        look.complaints.clear()  # the browser notes each call that is refused


def returns(page: Page, opened: str, before: str) -> None:
    """Open the thing, go back to before it was open, and forward to it again."""
    expect(page).to_have_url(re.compile(opened))
    page.go_back()
    expect(page).to_have_url(re.compile(before))
    page.go_forward()
    expect(page).to_have_url(re.compile(opened))


def test_person_operation_and_job_are_steps_of_browser_history(site: Site, library: Library) -> None:
    chosen = frozenset([library.plan("risk:safe").page(1).items[0].file_id])
    library.write(library.plan(), SAFE, selection=Selection(included=chosen)).wait()

    page = site.visit("/people")
    page.get_by_role("grid", name="People").get_by_role("row").first.click()
    returns(page, r"/people\?of=\d+$", "/people$")

    entry(page, "History").click()
    page.set_viewport_size({"width": 390, "height": 860})  # in a wide window, the details stand beside the list
    page.get_by_role("row").filter(has_text="1 written").first.click()
    returns(page, r"/history\?op=\d+$", "/history$")
    page.set_viewport_size({"width": 1280, "height": 860})

    entry(page, "Jobs").click()
    page.get_by_role("region", name="Finished").get_by_role("row").first.click()
    returns(page, r"/jobs\?job=\d+$", "/jobs$")
    page.get_by_role("button", name=re.compile("^Open log:")).first.click()
    returns(page, r"/jobs\?job=\d+&log=1$", r"/jobs\?job=\d+$")
    other = site.visit(page.url.removeprefix(site.url))
    expect(other.get_by_role("dialog", name=re.compile("Log"))).to_be_visible()


# Pages of a long list.


@pytest.fixture
def many_pages(library: Library, serve: Callable[[Library], Site]) -> Site:
    library.configuration.set("metadata_preview_page_size", "7")
    return serve(library)


def test_typed_page_number_turns_to_nearest_page(many_pages: Site, library: Library) -> None:
    total = library.plan().page(1).total
    last = -(-total // 7)
    page = many_pages.visit("/plan?sort=name")
    field = page.get_by_label("Page ", exact=False).and_(page.get_by_role("textbox"))
    place = page.locator(".pager [aria-live=polite]")
    for typed, number in [("3", 3), ("999", last), ("0", 1), ("many", 1), ("2", 2)]:
        field.fill(typed)
        field.press("Enter")
        expect(field).to_have_value(str(number))
        first = (number - 1) * 7 + 1
        expect(place).to_have_text(re.compile(rf"^{first}–{min(first + 6, total)} of {total}"))
    expect(page).to_have_url(re.compile(r"page=2$"))
    expect(place).to_be_in_viewport()


# The review of dangerous files.


def shown_file(page: Page) -> Locator:
    return page.locator(".page-plan .side").get_by_role("heading", level=2)


def test_review_of_danger_counts_down_to_done_by_keys_and_by_mouse(site: Site, library: Library) -> None:
    files = library.plan("risk:danger").page(1).items
    page = site.visit("/plan")
    review = page.get_by_role("group", name="Review", exact=True)
    page.get_by_role("button", name=re.compile(r"^Review danger \(\d+\)$")).click()
    expect(review).to_contain_text(f"{len(files)} dangerous files to decide")
    expect(shown_file(page)).to_have_text(files[0].file_name)

    for left in range(len(files) - 1, 0, -1):
        name = shown_file(page).inner_text()
        is_selected = bool(left % 2)  # otherwise skipped, which leaves the list and shows the next file
        uses_keys = left % 4 > 1
        if uses_keys:
            page.keyboard.press("x" if is_selected else "s")
        elif is_selected:
            rows(page).filter(has_text=name).get_by_role("checkbox").check()
        else:
            page.locator(".page-plan .side").get_by_role("button", name=re.compile("^Skip")).first.click()
        expect(review).to_contain_text(f"{left} dangerous file")
        if is_selected and uses_keys:
            page.keyboard.press("d")
        elif is_selected:
            review.get_by_role("button", name="Next").click()
        expect(shown_file(page)).not_to_have_text(name)
    page.keyboard.press("x")
    expect(review).to_contain_text("Review done")
    review.get_by_role("button", name="Done").click()
    expect(review).to_be_hidden()
    expect(page.get_by_role("combobox", name="Search the plan")).to_have_value("")
