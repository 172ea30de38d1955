"""Keys act on what the screen shows: not while a person types, and not while an editor is open."""

from __future__ import annotations

import functools
import random
import re
import string
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from indexium_core.model.planning.plan import PlanItem
from tests.browser.conftest import Site
from tests.support.effort import effort
from tests.support.fake_plan import details_of
from tests.support.waiting import until


def drawer(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def people(page: Page) -> Locator:
    return drawer(page).get_by_role("group", name="People in this file")


def opened_editor(site: Site) -> Page:
    """The page with the editor of people of the first file of the list."""
    page = site.visit("/plan?q=folder:Kyoto&sort=name")
    expect(page.get_by_role("row").nth(2)).to_be_visible()
    page.keyboard.press("e")
    expect(drawer(page).get_by_role("combobox", name="Add a person")).to_be_focused()
    expect(people(page).locator(".person").first).to_be_visible()
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
    until(lambda: library.plan().item(file_id).result_people == ["Ann Lee", "zo", "Quirin Xaver", "Bob Ray"])


def test_decided_row_keeps_its_place_until_the_list_is_read_again(site: Site, library: Library) -> None:
    rows = library.plan().page(1).items
    [first, second] = [item for item in rows if item.risk_level == "danger" and "preserve" in _acts(item)][:2]
    page = site.visit("/plan")
    row = page.locator(f"[role=row][data-row='{first.file_id}']")
    row.focus()
    place = _place(page, first.file_id)
    page.keyboard.press("p")
    expect(page.get_by_text(re.compile("the custom text of the comment is kept"))).to_be_visible()
    expect(row.get_by_text("danger")).to_have_count(0)
    assert _place(page, first.file_id) == place
    expect(row).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(f"[role=row][data-row='{rows[rows.index(first) + 1].file_id}']")).to_be_focused()
    assert second.file_id != first.file_id
    page.reload()
    expect(row).to_be_visible()
    assert _place(page, first.file_id) > place


def test_decided_row_stays_on_its_page(library: Library, serve: Callable[[Library], Site]) -> None:
    library.configuration.set("metadata_preview_page_size", "5")
    first = next(item for item in library.plan().page(1, per_page=5).items if "preserve" in _acts(item))
    page = serve(library).visit("/plan")
    row = page.locator(f"[role=row][data-row='{first.file_id}']")
    row.focus()
    page.keyboard.press("p")
    expect(page.get_by_text(re.compile("the custom text of the comment is kept"))).to_be_visible()
    page.keyboard.press("PageDown")
    expect(page.locator(".pager:visible").first).to_contain_text("6–10 of")
    expect(row).to_have_count(0)


def _acts(item: PlanItem) -> dict[str, str]:
    return details_of(item).offers


def _place(page: Page, file_id: int) -> int:
    ids = page.locator("[role=row][data-row]").evaluate_all("rows => rows.map(row => Number(row.dataset.row))")
    return int(ids.index(file_id))


def test_link_that_disappears_leaves_the_focus_on_what_it_opened(site: Site) -> None:
    page = site.visit("/plan")
    link = page.get_by_role("button", name=re.compile("^Review danger"))
    link.focus()
    page.keyboard.press("Enter")
    expect(link).to_be_hidden()
    expect(page.get_by_role("row").nth(1)).to_be_focused()


def test_unsaved_edits_stay_as_drafts(site: Site, library: Library) -> None:
    first, second = library.plan("folder:Kyoto").page(1, sort="name").items[:2]
    before = library.decisions.list()
    page = opened_editor(site)
    box = drawer(page)
    page.keyboard.type("Quirin Xaver")
    page.keyboard.press("Enter")
    expect(people(page).locator(".person").last).to_contain_text("Quirin Xaver")
    page.locator(f"[role=row][data-row='{second.file_id}'] .r").click()  # another file
    expect(box.get_by_role("heading", level=2)).to_have_text(second.file_name)
    expect(page.locator(f"[role=row][data-row='{first.file_id}']")).to_contain_text("draft")
    assert library.decisions.list() == before

    page.keyboard.press("k")
    draft = box.get_by_role("group", name="Draft: people")
    expect(draft).to_contain_text("Quirin Xaver")
    draft.get_by_role("button", name="Continue").click()
    field = box.get_by_role("combobox", name="Add a person")
    expect(field).to_be_focused()
    page.keyboard.type("Zed")
    page.keyboard.press("Escape")  # closes the suggestions, if they are there
    if field.is_visible():
        page.keyboard.press("Escape")
    expect(draft).to_contain_text("“Zed” not chosen yet")
    expect(draft.get_by_role("button", name="Apply")).to_have_count(0)
    page.keyboard.press("Escape")  # closes the details
    expect(box).to_be_hidden()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="Plan").click()
    page.locator(f"[role=row][data-row='{first.file_id}'] .r").click()
    draft.get_by_role("button", name="Continue").click()
    expect(field).to_have_value("Zed")
    page.reload()  # the open editor becomes a draft
    expect(page.locator(f"[role=row][data-row='{first.file_id}']")).to_contain_text("draft")
    draft.get_by_role("button", name="Continue").click()
    expect(field).to_have_value("Zed")
    field.fill("")
    page.keyboard.press("Escape")
    draft.get_by_role("button", name="Apply").click()
    expect(draft).to_be_hidden()
    expect(box.get_by_role("button", name="Save")).to_be_hidden()
    until(lambda: "Quirin Xaver" in library.plan().item(first.file_id).result_people)
    expect(page.locator(f"[role=row][data-row='{first.file_id}']")).not_to_contain_text("draft")


TEXTS = "input:is([type=text], [type=search], [type=password], :not([type])):visible, textarea:visible"
PAGES = {  # the number of text fields
    "plan": 1,
    "checks": 0,
    "progress": 0,
    "history": 1,
    "library": 1,
    "folders": 0,
    "people": 1,
    "query": 2,
    "jobs": 0,
    "settings": 6,
}


def _typed(page: Page, source: random.Random) -> Iterator[str]:
    """Type random text into text fields of the page, by default into the first six, and return what each is called."""
    for number in effort.some(range(page.locator(TEXTS).count()), 6):
        field = page.locator(TEXTS).nth(number)
        if not field.is_visible() or not field.is_editable():
            continue
        field.focus()
        for letter in source.choices(string.ascii_letters + string.digits + "  /?!-:", k=12):
            page.keyboard.press("Space" if letter == " " else letter)
        for key in ("Backspace", "Delete", "Home", "End"):
            page.keyboard.press(key)
        yield field.get_attribute("aria-label") or field.get_attribute("name") or ""
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")


def test_text_in_any_field_is_no_command(site: Site, library: Library) -> None:
    def state() -> tuple[object, ...]:
        decisions = [(each.file_id, each.kind, each.summary) for each in library.decisions.list()]
        return decisions, library.history.count_operations().by_type, library.media.overview("rating:1..5").total

    before, source = state(), random.Random(25)
    page = site.visit("/plan")
    for path, number in PAGES.items():
        site.turn(page, f"/{path}")
        expect(page.locator(f".page-{path.partition('?')[0]}").first).to_be_visible()
        if number:
            expect(page.locator(TEXTS).nth(number - 1)).to_be_visible()
        fields = list(_typed(page, source))
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert len(fields) >= number, (path, fields)

    # The editors of a file, while the focus is on them and after it was lost.
    site.turn(page, "/plan?q=folder:Kyoto&sort=name")
    rows = page.locator("[role=row][data-row]:visible")
    expect(rows).to_have_count(library.plan("folder:Kyoto").page(1).total)
    rows.first.click()
    box = drawer(page)
    box.locator("[data-which=more_fields]").click()
    for opener in ("[data-act=edit]", "[data-act=edit-field]", "[data-act=edit-property]", "[data-act=skip-choice]"):
        box.locator(opener).first.press("Enter")
        editor = page.locator("[data-editor]:visible")
        expect(editor).to_have_count(1)
        for letter in source.choices("sapxSfb12345 zejkn", k=12):
            page.keyboard.press("Space" if letter == " " else letter)
        page.evaluate("document.activeElement.blur()")
        for letter in source.choices("sapxSfb12345zejkn", k=12):
            page.keyboard.press(letter)
        expect(editor).to_have_count(1)
        expect(page.locator("dialog[open]")).to_have_count(0)
        editor.locator("input, textarea, button").first.focus()
        page.keyboard.press("Escape")
        if editor.count():  # the first Escape closed the suggestions
            page.keyboard.press("Escape")
        expect(editor).to_have_count(0)
    assert state() == before


def test_keys_of_a_write_need_no_numbers_of_the_page(
    site: Site, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows may be there before the numbers above them."""
    answer, numbers = threading.Event(), library.search.numbers

    @functools.wraps(numbers)
    def late(*given: Any, **more: Any) -> Any:
        answer.wait(20)
        return numbers(*given, **more)

    monkeypatch.setattr(library.search, "numbers", late)
    page = site.visit("/plan?q=risk:safe")
    expect(page.locator("[role=row][data-row]").first).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("w")
    expect(page.get_by_role("dialog", name=re.compile("^Write .* files[?]"))).to_be_visible()
    answer.set()


def test_text_beside_the_fields_of_a_question_is_its_note(site: Site, library: Library) -> None:
    page = site.visit("/plan?q=risk:safe")
    expect(page.locator("[role=row][data-row]").first).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("w")
    question = page.get_by_role("dialog", name=re.compile("^Write "))
    confirm = question.get_by_role("button", name=re.compile(r"^Write \d+ files$"))
    expect(confirm).to_be_enabled()
    confirm.focus()
    page.keyboard.type("first write")  # the space presses no button
    expect(question.get_by_label("Note for the history")).to_have_value("first write")
    assert library.history().total == 0


def test_key_of_a_review_preserves_one_file_after_the_other(site: Site, library: Library) -> None:
    dangers = library.plan("risk:danger").page(1).items
    texts = [item.file_id for item in dangers if "preserve" in _acts(item)]
    page = site.visit("/plan")
    page.get_by_role("button", name=re.compile("^Review danger")).click()
    expect(page.get_by_role("group", name="Review", exact=True)).to_contain_text(f"{len(dangers)} dangerous files")
    for file_id in texts:
        row = page.locator(f"[role=row][data-row='{file_id}']")
        row.focus()
        page.keyboard.press("p")
        page.keyboard.press("p")  # a quick second key takes nothing back
        expect(row.get_by_text("danger")).to_have_count(0)
        expect(row).not_to_be_focused()
    assert {library.plan().item(file_id).comment_mode for file_id in texts} == {"preserve"}


def test_key_of_the_details_beside_the_pictures_opens_their_editor(site: Site, library: Library) -> None:
    page = site.visit("/library")
    page.get_by_role("gridcell", name=re.compile("^Interview.mkv,")).focus()
    page.keyboard.press("i")
    expect(drawer(page).get_by_role("button", name="Edit", exact=True)).to_be_visible()
    page.keyboard.press("e")
    expect(drawer(page).get_by_role("combobox", name="Add a person")).to_be_focused()
    page.keyboard.type("sam 5")
    expect(drawer(page).get_by_role("combobox", name="Add a person")).to_have_value("sam 5")
    assert library.media.overview("rating:1..5").total == 0
