"""Accessibility: axe, focus, size of touch targets, and settings of the system."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.browser.conftest import Site
from tests.support.effort import effort

Look = Callable[[str], None]  # returns the name of the visible page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What depends on the width: the layout and the controls that scroll. Colours and names are the same at each width.
OF_LAYOUT = ["scrollable-region-focusable", "target-size", "region", "label-content-name-mismatch"]
PAGES = {  # name → an element of the complete page
    "Plan": "[role=row][data-row]",
    "Checks": "[role=grid] [role=row]",
    "Progress": ".summary",
    "History": "[role=grid] [role=row]",
    "Library": ".tile:not(.waits)",
    "Publish": ".empty",
    "People": "[role=grid] [role=row]",
    "Query": ".questions button",
    "Jobs": ".area [role=row]",
    "Settings": ".setting",
}
AXE = """options => axe.run(document, {resultTypes: ["violations"], preload: false, runOnly: options,
  rules: options.includes("wcag2a") ? {"label-content-name-mismatch": {enabled: true}, region: {enabled: true}} : {}})
  .then(found => found.violations.filter(each => each.id === "region" || ["serious", "critical"].includes(each.impact))
    .map(each => [each.id, each.nodes.map(node => [node.html.slice(0, 90), node.failureSummary])]))"""
# Controls that are smaller than a fingertip or outside the page: text, width, height.
SMALL = """() => {
  const small = []
  const isInStrip = node => { // a strip that scrolls sideways
    for (let up = node.parentElement; up; up = up.parentElement)
      if (up.scrollWidth > up.clientWidth && getComputedStyle(up).overflowX === "auto") return true
    return false
  }
  const walk = root => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      if (!node.matches("button, a[href], select, input, textarea, summary") || node.matches(".vh, .skip")) continue
      const name = node.ariaLabel || node.textContent.trim() || node.nodeName
      const box = (node.closest("label, .search") ?? node).getBoundingClientRect()
      if (!box.width || !node.checkVisibility()) continue
      if ((box.right > innerWidth + 1 || box.left < -1) && !isInStrip(node))
        small.push(["beside the page: " + name, box.left, box.right])
      if (!node.disabled && (box.height < 43.5 || box.width < 43.5)) small.push([name, box.width, box.height])
    }
  }
  walk(document)
  if (document.documentElement.scrollWidth > innerWidth) small.push(["the page scrolls sideways"])
  return small
}"""
# The focused element: its text, and problems of its focus style.
STOP = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  if (!node || node === document.body) return null
  if (node.tabIndex < 0) return ["content", ""] // put there by the page, not by the key
  const at = (x, y) => {
    let found = document.elementFromPoint(x, y)
    for (let next = found; next; next = found.shadowRoot?.elementFromPoint(x, y)) {
      if (next === found && next !== document.elementFromPoint(x, y)) break
      found = next
    }
    return found
  }
  const hits = (x, y) => {
    const found = at(x, y)
    return found && (node.contains(found) || found.contains(node) || found.closest("label")?.contains(node))
  }
  const look = () => {
    let [each, seen] = [node, ""]
    for (let up = 0; up < 4 && each?.nodeType === 1; up++, each = each.parentElement) {
      const style = getComputedStyle(each)
      const outline = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor
      seen += [outline, style.boxShadow, style.borderTopColor].join() + ";"
    }
    return seen
  }
  const {left, right, top, bottom} = (node.closest("label") ?? node).getBoundingClientRect()
  const [x, y] = [(left + right) / 2, (top + bottom) / 2]
  const covered = ![[x, y], [left + 3, y], [right - 3, y], [x, top + 3], [x, bottom - 3]].some(point => hits(...point))
  const on = look()
  node.blur()
  const off = look()
  node.focus({focusVisible: true, preventScroll: true})
  const name = node.ariaLabel || node.textContent.trim().slice(0, 40) || node.name || node.nodeName
  return [name, [on === off && "looks as before", covered && "is covered"].filter(Boolean).join()]
}"""
MOVING = """() => {
  const moving = []
  const walk = root => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      if (!node.closest(".ix")) continue
      for (const style of ["", "::before", "::after"].map(part => getComputedStyle(node, part)))
        if (style.animationName !== "none" || style.transitionDuration !== "0s") moving.push(node.className)
    }
  }
  walk(document)
  return moving
}"""


@pytest.fixture
def site(site: Site, library: Library) -> Site:
    """A served library with a history."""
    library.write(library.plan("risk:safe"), WriteOptions(risk=("safe",))).wait()
    return site


def grave(page: Page, *rules: str) -> list[Any]:
    """Return the serious and critical violations of axe: each rule with its elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[Any] = page.evaluate(AXE, [*rules] or STANDARDS)
    return found


def visit(page: Page, name: str) -> None:
    bar = page.get_by_role("navigation", name="Pages")
    link = bar.get_by_role("link", name=re.compile(f"^{name}"))
    if not link.count():  # on a phone, under *More*
        bar.get_by_role("button", name="More").click()
    link.click()
    region = page.get_by_role("region", name=name, exact=True)
    expect(region.locator(PAGES[name]).first).to_be_visible()


def close(page: Page) -> None:
    """Close a dialog, and wait until the page receives keys again."""
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-dialog')")


def through_plan(page: Page, look: Look) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("complementary", name="Details").get_by_text("What other programs will show")
    ).to_be_visible()
    look("details")
    page.keyboard.press("e")
    expect(page.get_by_label("Add a person").first).to_be_visible()
    look("editor")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator(".foot")).to_contain_text("12 selected")
    look("selected")
    for key, name in (("w", "write"), ("b", "people"), ("d", "dry run"), ("?", "keys")):
        page.keyboard.press(key)
        expect(page.locator("dialog[open]").get_by_role("heading").first).to_be_visible()
        look(name)
        close(page)
    page.keyboard.press("n")
    for name, what in (("Filters", ".facets"), ("Saved views", ".pop.views"), ("Export", ".pop.exchange")):
        page.get_by_role("button", name=re.compile(f"^{name}")).first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(what)).to_be_visible()
        look(name)
        page.keyboard.press("Escape")
        expect(page.locator(what)).to_be_hidden()


def through_checks(page: Page, look: Look) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Finding")).to_be_visible()
    look("a finding")
    page.keyboard.press("Escape")


def through_history(page: Page, look: Look) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    drawer = page.get_by_role("complementary", name="Operation")
    expect(drawer.get_by_role("list", name="Files of this operation")).to_be_visible()
    look("an operation")
    drawer.get_by_role("button", name="Roll back…").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    look("rollback")
    close(page)
    page.keyboard.press("Escape")


def through_library(page: Page, look: Look) -> None:
    through_pictures(page, look)
    page.get_by_role("link", name="Folders", exact=True).click()
    page.get_by_role("button", name="More about demo").click()
    page.get_by_role("button", name=re.compile("damaged, empty")).click()
    expect(page.get_by_role("table")).to_be_visible()
    look("a folder and a list")


def through_jobs(page: Page, look: Look) -> None:
    for key in ("j", "k", "Enter"):  # the first row, which has the focus then
        page.keyboard.press(key)
    expect(page.get_by_role("complementary", name="Job").get_by_text("Facts")).to_be_visible()
    look("a job")
    page.keyboard.press("l")
    expect(page.get_by_role("dialog", name=re.compile("^Log: ")).get_by_role("listitem").first).to_be_visible()
    look("a log")
    close(page)
    page.keyboard.press("Escape")


def through_pictures(page: Page, look: Look) -> None:
    page.get_by_role("grid", name="Files").get_by_role("gridcell").nth(2).focus()
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Actions")).to_contain_text("1 selected")
    unfold = page.get_by_role("button", name="Filters", exact=True)
    if unfold.is_visible():  # on a phone
        unfold.click()
    page.get_by_role("button", name="Person", exact=True).click()
    expect(page.get_by_role("dialog", name="Filter by person").get_by_role("checkbox").first).to_be_visible()
    look("selected pictures and a filter")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.locator(".trow:not(.waits)").first).to_be_visible()
    look("the library as a table")


def through_people(page: Page, look: Look) -> None:
    page.get_by_role("region", name="People", exact=True).locator("[data-act=open]").first.click()
    expect(page.get_by_role("complementary", name="Person")).to_be_visible()
    look("a person")
    page.get_by_role("button", name="Close details").click()


def through_query(page: Page, look: Look) -> None:
    result = page.get_by_role("table", name="Result")
    page.locator(".questions button").filter(has_text="would lose people").click()
    expect(result).to_be_visible()
    look("a result")
    page.get_by_role("button", name="Chart", exact=True).click()
    expect(page.locator(".page-query canvas").first).to_be_visible()
    look("a chart")
    page.get_by_role("button", name="Table", exact=True).click()
    sql = page.get_by_role("textbox", name="SQL")
    sql.fill("SELECT $n + nme\nFROM files")
    expect(page.get_by_label("$n")).to_be_visible()
    page.get_by_label("$n").fill("1")
    sql.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="There is no column nme")).to_be_visible()
    look("an error")


def through_settings(page: Page, look: Look) -> None:
    """The page of connections is below the settings."""
    page.get_by_role("region", name="Settings", exact=True).get_by_role("link", name="Connections").click()
    page.get_by_role("button", name="Add… a sender").click()
    page.get_by_role("button", name="Add the sender").click()
    expect(page.locator(".held.secret")).to_be_visible()
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("textbox", name=re.compile("^Try a path")).fill("D:\\Filme\\M (1931)\\M.mkv")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("button", name="Add a row for D:\\Filme")).to_be_visible()
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_role("list", name="Events of Radarr")).to_be_visible()
    page.get_by_role("button", name="Details of demo").click()
    page.locator(".pause .switch").click()
    expect(page.get_by_role("region", name="Automation is paused")).to_be_visible()
    page.get_by_role("button", name="Add… a player").click()
    page.get_by_role("textbox", name="Address").fill("http://127.0.0.1:9")
    page.get_by_role("button", name="Add the player").click()
    player = page.get_by_role("group", name="Jellyfin", exact=True)
    player.get_by_role("button", name="Test: Jellyfin").click()
    expect(player).to_contain_text("▲ failed")
    player.get_by_role("button", name="New key…: Jellyfin").click()
    player.get_by_role("button", name="Folders…: Jellyfin").click()
    page.get_by_role("button", name="Add a folder").click()
    look("connections")
    player.get_by_role("button", name="Remove…: Jellyfin").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the player").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Remove… Radarr").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the sender").click()
    expect(page.get_by_text("A sender is a program that tells Indexium")).to_be_visible()
    look("connections without a sender")
    page.get_by_role("link", name="Settings /").click()


# What opens above a page, or changes it.
LAYERS: dict[str, Callable[[Page, Look], None]] = {
    "Plan": through_plan,
    "Checks": through_checks,
    "History": through_history,
    "Library": through_library,
    "People": through_people,
    "Query": through_query,
    "Jobs": through_jobs,
    "Settings": through_settings,
}


def through_pages(page: Page, look: Look, *, arrive: Look = lambda _: None) -> None:
    """
    Visit each page, and open each of its layers; call `arrive` for each page and `look` for each page and layer.

    The layers of a page follow its visit: a hidden page costs axe as much time as a visible one.
    """
    for name in PAGES:
        visit(page, name)
        arrive(name)
        look(name)
        LAYERS.get(name, lambda *_: None)(page, look)


@pytest.mark.parametrize(("width", "theme", "other"), [(1280, "light", "dark"), (390, "dark", "light")])
def test_axe_reports_no_serious_problem_on_pages_and_dialogs(site: Site, width: int, theme: str, other: str) -> None:
    page = site.visit("/plan?q=risk:danger,warning,blocked", width=width, theme=theme)
    found = {}
    small = {}

    def look(what: str) -> None:
        # The first page has the parts of the frame that only a phone has. What opens above a page has the same names
        # and regions at each width.
        of_layout = [] if effort.exhaustive or width > 400 or not small else OF_LAYOUT
        if effort.exhaustive or width > 400 or what in PAGES:
            found[what] = grave(page, *of_layout)
        small[what] = page.evaluate(SMALL) if width < 400 else []

    def dress(scheme: Any) -> None:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)

    def arrive(name: str) -> None:
        if effort.exhaustive or width > 400:  # the colours do not depend on the width
            dress(other)
            found[f"{name}, {other}"] = grave(page, "color-contrast")  # the only rule whose result can differ
            dress(theme)

    if effort.exhaustive or width > 400:
        page.emulate_media(contrast="more")
        found["more contrast"] = grave(page, "color-contrast")
        page.emulate_media(contrast="no-preference")
    dress(theme)
    through_pages(page, look, arrive=arrive)
    site.complaints.clear()  # the browser notes the call of a query that is wrong
    assert {what: problems for what, problems in found.items() if problems} == {}
    assert {what: problems for what, problems in small.items() if problems} == {}  # on a phone


def test_axe_reports_no_serious_problem_in_empty_home(empty_library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(empty_library).visit("/", theme="dark")
    expect(page.get_by_role("heading", name="Welcome to Indexium")).to_be_visible()
    found = [grave(page)]
    for name in ("Plan", "Progress", "History", "Checks", "Query", "Jobs"):
        page.get_by_role("link", name=name).click()
        region = page.get_by_role("region", name=name, exact=True)
        empty = region.get_by_text("No job has ended yet") if name == "Jobs" else region.locator(".empty").first
        expect(empty).to_be_visible()
        found.append(grave(page))
    assert found == [[], [], [], [], [], [], []]


def test_focus_is_visible_and_reduced_motion_stops_animations(site: Site) -> None:
    page = site.visit("/plan?q=risk:danger")
    page.emulate_media(reduced_motion="reduce")
    wrong: dict[str, list[str]] = {}

    def look(what: str) -> None:
        stops = []
        for _ in range(70):
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP)
            if stop is None:
                break
            stops.append(stop)
        wrong[what] = [f"{name}: {problem}" for name, problem in stops if problem]
        assert stops, what
        assert len({name for name, _ in stops}) > 1 or what not in PAGES, f"the focus is held on {stops[0]}"
        assert (what, page.evaluate(MOVING)) == (what, [])

    for name in PAGES:
        visit(page, name)
        page.evaluate("document.activeElement.blur()")
        look(name)
    visit(page, "Plan")
    page.keyboard.press("a")
    expect(page.locator(".foot")).to_contain_text(re.compile("[0-9]+ selected"))
    for key, name in (("w", "write"), ("b", "people"), ("?", "keys")):
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)
        expect(page.locator("dialog[open]").get_by_role("heading").first).to_be_visible()
        look(name)
        close(page)
    assert {what: problems for what, problems in wrong.items() if problems} == {}


FOCUSED = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node.closest(".drawer") ? "drawer" : node.closest("[role=row]") ? `row ${node.dataset.key}` : node.nodeName
}"""


def test_sheet_traps_and_returns_focus(site: Site) -> None:
    page = site.visit("/plan?q=risk:danger", width=390)
    sheet = page.locator(".drawer")
    for name in effort.some(("Plan", "Checks", "History", "Jobs"), 2):  # one drawer for all pages
        visit(page, name)
        row = page.locator(f".page-{name.lower()} [role=row][data-act]").first
        key = row.get_attribute("data-key")
        row.get_by_role("gridcell").nth(1).click()
        expect(sheet.get_by_role("heading").first).to_be_focused()
        stops = sheet.locator("button:visible, a:visible, input:visible, select:visible").count()
        for press in ("Tab", "Shift+Tab"):
            for _ in range(stops + 2):
                page.keyboard.press(press)
                assert page.evaluate(FOCUSED) == "drawer", (name, press)
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        page.wait_for_timeout(0)
        assert page.evaluate(FOCUSED) == f"row {key}", name


def test_narrowest_phone_has_room_for_page_and_navigation(library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(library).visit("/plan?q=risk:danger,warning,blocked", width=390)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 640})  # the smallest supported width, or 1280 at 400 %
    visit(page, "Settings")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    bar = page.get_by_role("navigation", name="Pages")
    expect(bar.get_by_role("link")).to_have_count(5)
    bar.get_by_role("button", name="More").click()
    expect(bar.get_by_role("link")).to_have_count(len(PAGES))
    places = [part.bounding_box() for part in [*bar.get_by_role("link").all(), *bar.get_by_role("button").all()]]
    assert all(place and place["x"] >= 0 and place["x"] + place["width"] <= 320 for place in places)
    assert all(place and place["y"] > 320 for place in places)  # in reach of the thumb
    bar.get_by_role("button", name="Use the dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def ground(place: Locator) -> Any:
    """The background colour of a row, as it is painted."""
    picture = Image.open(io.BytesIO(place.screenshot())).convert("RGB")
    return picture.getpixel((picture.width - 8, 5))


def test_selection_is_visible_in_forced_colours(library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(library).visit("/plan?q=risk:danger")
    page.emulate_media(forced_colors="active")
    rows = page.locator(".page-plan [role=grid]").locator("[role=row][data-row]")
    expect(rows.first).to_be_visible()
    page.keyboard.press("x")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    assert ground(rows.first) != ground(rows.nth(1))
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    assert ground(links.first) != ground(links.nth(1))
