"""The history in a browser: bars that filter, and rollbacks of one person or of selected files."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from indexium_core.model.planning.plan import Selection
from tests.browser.conftest import Site

# The classes of all elements around the focus, outermost first, also within shadow roots.
FOCUS = """() => {
  const found = []
  for (let at = document.activeElement; at; at = at.shadowRoot?.activeElement) found.push(at.className)
  return found.join(" > ")
}"""
FOLDER = "<img src=x onerror=alert(1)> $$x$$"
# The position of the last bar with these words in the chart of a card; null until it is drawn.
BAR = """([title, words]) => {
  const all = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
  const card = all(document).find(e => e.matches('.chart-card') && e.querySelector('h2')?.textContent.startsWith(title))
  const figure = card && all(card).find(e => e.className.includes?.('bk-Figure'))
  const canvas = figure && all(figure.shadowRoot).find(e => e.tagName === 'CANVAS')
  if (!canvas) return null
  const views = []
  const walk = view => { views.push(view); for (const child of view.child_views ?? []) walk(child) }
  for (const root of Bokeh.index) walk(root)
  const view = views.find(each => each.el === figure)
  const glyph = view?.model.renderers[0]
  const data = glyph?.data_source.data
  if (!data?.tooltip?.length || !view.frame) return null
  const at = [...data.tooltip].findLastIndex(tooltip => tooltip.includes(words))
  if (at < 0) return null
  const [left, right, top] = ['left', 'right', 'top'].map(name => data[glyph.glyph[name].field][at])
  const box = view.canvas_view.el.getBoundingClientRect()
  return {
    x: box.left + view.frame.x_scale.compute((left + right) / 2),
    y: box.top + view.frame.y_scale.compute(top) + 3,
  }
}"""


def listed(page: Page) -> Locator:
    return page.locator(".page-history [role=row]")


def press_bar(page: Page, title: str, words: str) -> None:
    """Point at a bar, read its text, and click it."""
    place: Any = None
    for _ in range(80):
        place = page.evaluate(BAR, [title, words])
        if place:
            break
        page.wait_for_timeout(250)
    assert place, f"no bar of {title} says {words}"
    page.mouse.move(place["x"] - 2, place["y"])
    page.mouse.move(place["x"], place["y"])
    expect(page.locator(".bk-Tooltip")).to_contain_text(words)
    page.mouse.click(place["x"], place["y"])


@pytest.fixture
def past(library: Library, media: Path) -> Library:
    """Two operations: of four files, one of them changed by another program before its write, and of one file."""
    items = library.plan("risk:safe ext:mp4,m4v,mov,mkv").page(1).items
    os.utime(items[0].file_path)
    for chosen in (items[:4], items[4:5]):
        plan = library.plan("risk:safe")
        library.write(plan, selection=plan.select(" OR ".join(f'name:"{item.file_name}"' for item in chosen))).wait()
    return library


def test_bar_filters_list_and_filter_is_shown_and_removed(site: Site, past: Library, media: Path) -> None:
    shutil.copytree(next(media.rglob("Picnic.mp4")).parent, media / FOLDER)
    past.scan()
    past.people.add([str(path) for path in (media / FOLDER).glob("*.*")], ["Somebody New"])
    page = site.visit("/history?q=path:nothing")
    expect(page.get_by_text("No operation matches")).to_be_visible()
    page.get_by_role("button", name="Remove the filter path: nothing").click()
    expect(listed(page)).to_have_count(2)

    press_bar(page, "Files written by day", "files written")
    expect(page).to_have_url(re.compile(r"since=(\d{4}-\d\d-\d\d)&until=\1"))
    page.get_by_role("button", name=re.compile(r"^Remove the filter \d+ \w+$")).click()
    expect(page).to_have_url(re.compile(r"/history$"))

    page.get_by_role("button", name="Errors", exact=True).click()
    page.get_by_role("button", name="changed on disk: 1 file in 1 operation").click()
    expect(listed(page)).to_have_count(1)
    expect(page.get_by_role("button", name="Remove the filter error: changed on disk")).to_be_visible()
    expect(page).to_have_url(re.compile("top=errors&error=changed_on_disk"))
    page.reload()
    expect(listed(page)).to_have_count(1)
    page.get_by_role("button", name="changed on disk: 1 file in 1 operation").click()
    expect(listed(page)).to_have_count(2)

    page.get_by_role("button", name="Coverage", exact=True).click()  # keyboard users use the table
    page.get_by_role("button", name="Share of files with people as a table").focus()
    page.keyboard.press("Enter")
    days = page.get_by_role("table", name="Share of files with people").get_by_role("row")
    days.nth(1).get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("chart=coverage.*since="))

    page.goto(f"{site.url}/plan")
    page.get_by_role("button", name="Folder", exact=True).click()
    press_bar(page, "Risk by folder", FOLDER)  # which is text in the message, too
    expect(page).to_have_url(re.compile("q=folder.*%3Cimg"))
    page.get_by_role("button", name="Risk by folder as a table").click()
    expect(page.get_by_role("table", name="Risk by folder")).to_contain_text(FOLDER)
    expect(page.locator("img[src='x']")).to_have_count(0)


def test_one_person_and_selected_files_are_rolled_back(site: Site, past: Library) -> None:
    operation = past.history().items[1]
    person = past.history.people_of(operation.id)[0]
    page = site.visit("/history")
    drawer = page.get_by_role("complementary", name="Operation")
    expect(drawer).to_contain_text("restored byte for byte")  # of the newest operation, which was not clicked
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(drawer).to_contain_text(f"Operation {operation.id}")
    expect(drawer.get_by_role("list", name="Files of this operation").get_by_role("listitem").first).to_contain_text(
        "conflict"
    )

    drawer.get_by_role("button", name="One person…").click()
    drawer.get_by_role("button", name=f"Only “{person.name}”…").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text(f"Remove “{person.name}” from the files of operation {operation.id}?")
    question.get_by_label(re.compile("^Leave the files in the plan")).check()
    question.get_by_role("button", name=re.compile("^Remove from")).click()
    expect(listed(page)).to_have_count(3)
    expect(listed(page).first).to_contain_text(f"Removed {person.name} from what operation {operation.id} wrote")
    expect(listed(page).first).to_contain_text("completed")

    page.goto(f"{site.url}/history?op={operation.id}")
    done = [item for item in past.operation(operation.id).items if item.status == "success"]
    free = next(item for item in done if person.name not in item.tags_added)
    drawer.get_by_role("button", name="Files…").click()
    drawer.get_by_role("button", name=free.file_name, exact=True).click()
    expect(drawer.get_by_role("region", name="New comment")).to_contain_text(free.tags_added[0])
    expect(drawer).to_contain_text("no byte changed")
    drawer.get_by_label(f"Choose {free.file_name}").check()
    drawer.get_by_role("button", name="Roll back 1 file…").click()
    expect(question).to_contain_text(f"Roll back 1 selected file of operation {operation.id}?")
    question.get_by_role("button", name="Roll back 1 file", exact=True).click()
    expect(listed(page)).to_have_count(4)
    expect(listed(page).first).to_contain_text("1 restored")
    assert past.operation(operation.id, query=free.file_name).items[0].rolled_back_by == past.history().items[0].id


def test_file_without_rollback_shows_reason_on_phone(site: Site, past: Library) -> None:
    newest, older = past.history().items
    past.rollback(newest.id).wait()
    for item in past.operation(older.id).items[1:3]:
        with Path(item.file_path).open("ab") as file:
            file.write(b"\0\0\0\x08free")
    page = site.visit(f"/history?op={newest.id}", width=390)
    drawer = page.get_by_role("complementary", name="Operation")
    gone = drawer.get_by_role("button", name="Roll back…")
    expect(gone).to_have_attribute("aria-disabled", "true")
    expect(gone).to_have_accessible_description(f"Operation {newest.id} has already been rolled back.")
    gone.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    drawer.get_by_role("button", name="Close details").click()

    listed(page).last.click()
    expect(drawer).to_contain_text("have a conflict: another program changed them after this write")
    expect(drawer).to_contain_text("For 2 files, you can choose to restore only the comment.")
    drawer.get_by_role("button", name="Roll back…").click()
    question = page.get_by_role("dialog")
    confirm = question.get_by_role("button", name=re.compile(r"^Roll back"))
    expect(confirm).to_have_text("Roll back 1 file")
    question.get_by_label(re.compile("^Restore only the comment of 2 files more")).check()
    expect(confirm).to_have_text("Roll back 3 files")

    page.goto(f"{site.url}/history")
    page.get_by_role("button", name="Status").click()
    page.get_by_label(re.compile("^Rollbacks")).check()
    expect(listed(page)).to_have_count(1)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Date").click()
    page.get_by_label("To day").fill("2001-12-31")
    expect(page.get_by_text("No operation matches")).to_be_visible()
    page.get_by_label("All time").check()
    expect(listed(page)).to_have_count(1)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Remove the filter rollbacks").click()
    expect(listed(page)).to_have_count(3)


def test_tab_skips_chart_without_tab_stop(site: Site, library: Library) -> None:
    plan = library.plan("risk:safe")
    library.write(plan, selection=Selection(included=frozenset([plan.page(1).items[0].file_id]))).wait()
    page = site.visit("/history")
    drawn = page.locator(".page-history .plot canvas").first
    expect(drawn).to_be_visible()
    as_a_table = page.get_by_role("button", name="Files written by day as a table")
    expect(page.get_by_role("img", name=re.compile("^Files written by day, as a chart"))).to_be_visible()
    as_a_table.focus()
    passed = []
    for _ in range(4):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUS))
    assert [place for place in passed if "bk-events" in place or "plot" in place] == []
    assert any("hbar" in place for place in passed)
