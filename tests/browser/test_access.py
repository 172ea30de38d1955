"""For everybody: what axe finds, where the focus is, what a thumb hits, and what the system asks for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from indexium_core.library import Library
from indexium_core.model.operation import WriteOptions
from tests.browser.conftest import Site

AXE = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PAGES = ("Plan", "Checks", "Progress", "History", "Library", "Settings")
# Everything that can be pressed or typed into and is smaller than a fingertip: words, width, height.
SMALL = """() => {
  const small = []
  const walk = root => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      if (!node.matches("button, a[href], select, input, textarea, summary") || node.matches(".vh, .skip")) continue
      const {right, width} = node.getBoundingClientRect()
      if (width && right > innerWidth + 1 && !node.closest("nav, .line")) small.push(["beside the page: " + node.className, right])
      const hit = node.closest("label, .search") ?? node
      const box = hit.getBoundingClientRect()
      if (node.disabled || !box.width || !node.checkVisibility()) continue
      if (box.height < 43.5 || box.width < 43.5)
        small.push([node.ariaLabel || node.textContent.trim() || node.nodeName, box.width, box.height])
    }
  }
  walk(document)
  if (document.documentElement.scrollWidth > innerWidth) small.push(["what is beside the page"])
  return small
}"""
# Which element has the focus, whether it looks otherwise than without it, and whether anything moves.
STOP = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  if (!node || node === document.body) return null
  const look = () => {
    let [each, seen] = [node, ""]
    for (let up = 0; up < 4 && each?.nodeType === 1; up++, each = each.parentElement) {
      const style = getComputedStyle(each)
      const outline = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor
      seen += [outline, style.boxShadow, style.borderTopColor].join() + ";"
    }
    return seen
  }
  const on = look()
  node.blur()
  const off = look()
  node.focus({focusVisible: true, preventScroll: true})
  return [node.ariaLabel || node.textContent.trim().slice(0, 40) || node.nodeName, on !== off]
}"""
MOVING = """() => {
  const moving = []
  const walk = root => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      const style = getComputedStyle(node)
      if (style.animationName !== "none" || (style.transitionDuration !== "0s" && node.closest(".ix")))
        moving.push(node.className)
    }
  }
  walk(document)
  return moving
}"""


@pytest.fixture
def site(site: Site, library: Library) -> Site:
    """Served with something in its history."""
    library.write(library.plan("risk:safe"), WriteOptions(risk=("safe",))).wait()
    return site


def serious(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe calls serious or critical."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("options => axe.run(document, options)", AXE)["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    return [(each["id"], [(node["html"][:90], node["failureSummary"]) for node in each["nodes"]]) for each in grave]


def visit(page: Page, name: str) -> None:
    page.keyboard.press("Escape")  # a sheet over the page
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=re.compile(f"^{name}")).click()
    expect(page.get_by_role("region", name=name, exact=True).get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(250)  # what is drawn later: counts, charts


def test_axe_finds_nothing_serious_anywhere(site: Site) -> None:
    found = {}
    page = site.visit("/plan?q=risk:danger,warning,blocked")

    def look(what: str) -> None:
        found[what] = serious(page)

    for width, theme in ((1280, "light"), (1280, "dark"), (390, "dark"), (390, "light")):
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        for name in PAGES:
            visit(page, name)
            look(f"{name}, {width}, {theme}")
        if (width, theme) in ((1280, "dark"), (390, "light")):
            continue
        visit(page, "Plan")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.get_by_role("complementary", name="Details")).to_be_visible()
        look(f"details, {width}")
        page.keyboard.press("e")
        expect(page.get_by_label("Add a person").first).to_be_visible()
        look(f"editor, {width}")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        expect(page.locator(".foot")).to_contain_text("12 selected")
        for key, name in (("w", "write"), ("b", "people"), ("d", "dry run"), ("?", "keys")):
            page.keyboard.press(key)
            dialog = page.locator("dialog[open]")
            expect(dialog).to_be_visible()
            look(f"{name}, {width}")
            page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
        page.keyboard.press("n")
        for name in ("Filters", "Saved views", "Export"):
            page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
            look(f"{name}, {width}")
            page.keyboard.press("Escape")

    assert {what: problems for what, problems in found.items() if problems} == {}


def test_every_stop_is_seen_and_every_target_hit(site: Site) -> None:
    page = site.visit("/plan?q=risk:danger")
    page.emulate_media(reduced_motion="reduce")
    for name in PAGES:
        visit(page, name)
        assert page.evaluate(MOVING) == []
        stops = []
        for _ in range(24):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(STOP))
        assert [stop for stop in stops if stop and not stop[1]] == []
        assert len({stop[0] for stop in stops if stop}) > 7  # it is not held anywhere

    page.set_viewport_size({"width": 390, "height": 860})
    for name in PAGES:
        visit(page, name)
        assert (name, page.evaluate(SMALL)) == (name, [])
    visit(page, "Plan")
    page.locator("[role=row][data-id]").first.click()
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    assert page.evaluate(SMALL) == []
    page.keyboard.press("Escape")

    page.set_viewport_size({"width": 1280, "height": 860})
    page.emulate_media(forced_colors="active")
    page.keyboard.press("j")
    page.keyboard.press("x")
    row = page.get_by_role("grid", name="Planned changes").locator("[role=row].cursor")
    expect(row).to_have_attribute("aria-selected", "true")
    colours = row.evaluate(
        "row => [getComputedStyle(row).backgroundColor, getComputedStyle(row.parentNode).backgroundColor]"
    )
    assert len(set(colours)) == 2  # what is chosen is told by more than a colour that is gone
