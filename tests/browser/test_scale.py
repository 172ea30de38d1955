"""The plan of 20,000 files: size of messages, and a selection that survives navigation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Response, expect

from benchmarks import plan as synthetic
from dashboards.web import server
from indexium_core.library import Library
from indexium_core.store.database import Database
from tests.browser.conftest import Site

FILES = 20_000  # the ids alone would be a large message
PAGE = 50
LARGE = 150_000  # characters: a page of rows and its numbers are some 50,000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[tuple[Library, str]]:
    """A served home of rows without media: all rows are planned, three of a hundred are blocked."""
    home = tmp_path_factory.mktemp("many") / "home"
    with Database.open(home) as database:
        synthetic.fill(database, files=FILES, changing=True)
    with Library.open(home) as library, server.make_server(library, port=port).background() as running:
        yield library, running.url


@pytest.fixture
def many(served: tuple[Library, str]) -> Library:
    return served[0]


@pytest.fixture
def site(served: tuple[Library, str], context: BrowserContext) -> Iterator[Site]:
    site = Site(served[1], context)
    yield site
    site.close()
    site.check()


def rows(page: Page) -> Locator:
    return page.locator(".page-plan [role=grid]").locator("[role=row][data-row]")


def ids(page: Page, which: str = "") -> list[int]:
    """Return the file ids of the shown rows, or of those with an attribute."""
    found = page.locator(".page-plan [role=grid]").locator(f"[role=row][data-row]{which}")
    return [int(text) for text in found.evaluate_all("rows => rows.map(row => row.dataset.row)")]


def shown(page: Page, text: str) -> None:
    """Wait for the line below the table."""
    expect(page.locator(".pager").first).to_contain_text(text)


def find(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape") if not text else page.evaluate("document.activeElement.blur()")


def kept(page: Page) -> dict[str, object]:
    """Return the selection that the browser keeps for a reload."""
    found: dict[str, object] = json.loads(page.evaluate("sessionStorage.getItem('indexium.selection')") or "{}")
    return found


def test_no_message_holds_more_than_page(site: Site, many: Library) -> None:
    calls: list[Response] = []
    page = site.visit("/reading")  # has no calls
    page.on("response", lambda response: calls.append(response) if "/call/" in response.url else None)
    page.goto(site.url + "/plan")
    total = many.plan().page(1).total
    shown(page, f"1–{PAGE} of {total:,}")

    rows(page).first.focus()
    page.keyboard.press("a")
    expect(page.locator(".foot").get_by_text(re.compile("^[0-9,]+ selected"))).to_be_visible()
    page.keyboard.press("PageDown")
    shown(page, f"{PAGE + 1}–{2 * PAGE} of")
    page.get_by_role("button", name="File", exact=True).click()
    page.get_by_role("button", name=re.compile("danger review")).click()
    shown(page, f"1–{PAGE} of {many.plan('risk:danger').page(1).total:,}")
    page.keyboard.press("i")
    find(page, "person:name7")
    rows(page).first.click()
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()

    answers = [response.text() for response in calls]
    asked = [response.request.post_data or "" for response in calls]
    assert len(answers) > 10
    assert max(len(text) for text in [*answers, *asked]) < LARGE
    assert max(len(set(re.findall(r"Film \d+\.mp4", text))) for text in answers) == PAGE


def test_selection_keeps_its_files(site: Site, many: Library) -> None:
    page = site.visit("/plan?sort=name")
    shown(page, f"1–{PAGE} of")
    rows(page).first.focus()  # PageDown is a key of the focused row
    page.keyboard.press("x")
    page.keyboard.press("PageDown")
    shown(page, f"{PAGE + 1}–{2 * PAGE} of")
    page.keyboard.press("x")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")  # from the last one to here: four in all
    expect(page.locator(".foot")).to_contain_text("5 selected")
    chosen = set(kept(page)["included"])
    first = many.plan().page(1, sort="name").items
    second = many.plan().page(2, sort="name").items
    assert chosen == {first[0].file_id, *(item.file_id for item in second[:4] if item.can_update)}
    marked = {item.file_id for item in second} & chosen
    assert set(ids(page, "[aria-selected=true]")) == marked

    page.get_by_role("button", name="Cost").click()  # another order, another search, another page, a reload
    find(page, f"risk:safe OR name:{first[0].file_name}")
    found = many.plan(f"risk:safe OR name:{first[0].file_name}").page(1).total
    shown(page, f"1–{PAGE} of {found:,}")
    page.keyboard.press("j")
    page.keyboard.press("End")
    page.keyboard.press("j")
    shown(page, f"{PAGE + 1}–{2 * PAGE} of")
    expect(page).to_have_url(re.compile("page=2"))
    page.reload()
    shown(page, f"{PAGE + 1}–{2 * PAGE} of")
    expect(page.locator(".foot")).to_contain_text(f"{len(chosen)} selected")
    assert set(kept(page)["included"]) == chosen
    find(page, f'"{first[0].file_name}"')
    shown(page, "1–1 of 1")
    expect(rows(page)).to_have_attribute("aria-selected", "true")
    assert ids(page) == [first[0].file_id]


@pytest.mark.further
def test_selection_of_all_but_two_survives_navigation(site: Site, many: Library) -> None:
    counts = many.plan().statistics
    able = counts.safe_count + counts.warning_count + counts.danger_count
    page = site.visit("/plan")
    shown(page, f"1–{PAGE} of")
    page.keyboard.press("a")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    said = page.locator(".foot")
    expect(said).to_contain_text(f"{able - 2:,} selected")
    out = set(ids(page)[:2])
    choice = {"query": "", "risk": [], "included": [], "excluded": sorted(out)}
    assert kept(page) == choice | {"home": many.home_id}

    page.keyboard.press("PageDown")
    shown(page, f"{PAGE + 1}–{2 * PAGE} of")
    expect(page.locator("[role=row][aria-selected=false][data-row]")).to_have_count(0)
    page.get_by_role("button", name="File", exact=True).click()
    find(page, "risk:danger")
    expect(said).to_contain_text(f"{able - 2:,} selected")
    page.reload()
    expect(said).to_contain_text(f"{able - 2:,} selected")
    find(page, " OR ".join(f'name:"{many.plan().item(file_id).file_name}"' for file_id in sorted(out)))
    expect(page.locator("[role=row][aria-selected=false][data-row]")).to_have_count(2)
    assert set(ids(page, "[aria-selected=false]")) == out
    page.keyboard.press("i")  # the other files of this search: only these two
    expect(said).to_contain_text("2 selected")


def test_list_is_walked_through_without_losing_focus(site: Site, many: Library) -> None:
    page = site.visit("/plan", width=390)
    first = many.plan().page(1).items
    shown(page, f"1–{PAGE} of")
    page.keyboard.press("j")
    page.keyboard.press("k")
    focused = page.locator("[role=row]:focus")
    expect(focused).to_have_attribute("data-row", str(first[0].file_id))
    page.keyboard.press("End")
    expect(focused).to_have_attribute("data-row", str(first[-1].file_id))
    expect(focused).to_be_in_viewport()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(focused).to_have_attribute("aria-selected", "true")
    page.keyboard.press("s")  # it leaves the list: the next one gets its place, the cursor and the focus
    expect(focused).to_have_attribute("data-row", str(first[1].file_id))
    expect(focused).to_have_attribute("aria-rowindex", "2")
    many.decisions.end_postponements("postponed:yes")
    expect(page.locator(f"[role=row][data-row='{first[0].file_id}']")).to_be_visible()
    expect(focused).to_have_attribute("data-row", str(first[1].file_id))
