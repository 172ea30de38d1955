"""How drawn elements become the elements of a page: what a person uses stays, and no drawing ends in the middle."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext

import dashboards

SOURCE = (Path(dashboards.__file__).parent / "assets" / "face" / "dom.js").read_text(encoding="utf-8")
_MORPH = """async ([source, cases]) => {
  const {h, morph} = await import("data:text/javascript;charset=utf-8," + encodeURIComponent(source))
  const items = keys => [...keys].map(key => h("li", {data: {key}}, h("input", {"aria-label": key})))
  return cases.map(([before, focused, drawn]) => {
    const list = document.createElement("ul")
    document.body.replaceChildren(list)
    morph(list, items(before))
    const field = list.querySelector(`[aria-label="${focused}"]`)
    field.focus()
    morph(list, items(drawn))
    return [[...list.children].map(item => item.dataset.key).join(""), document.activeElement === field]
  })
}"""


def test_element_with_the_focus_stays_while_others_are_drawn_around_it(context: BrowserContext) -> None:
    """Also if two rows have the same key, as while two parts of a list are of different moments."""
    orders = ["abc", "cba", "bac", "bca", "xbyz", "abbc", "bab", "abcb", "bcbab"]
    page = context.new_page()
    shown = page.evaluate(_MORPH, [SOURCE, [["abc", "b", drawn] for drawn in orders]])
    page.close()
    assert shown == [[drawn, True] for drawn in orders]
