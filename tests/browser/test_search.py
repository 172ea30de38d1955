"""Search in the plan: completion, facets, saved views, order, and browser history."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from indexium_core.library import Library
from tests.browser.conftest import SharedSite, Site

BOX = "Search the plan"


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name=BOX)


def rows(page: Page) -> Locator:
    return page.locator(".page-plan [role=grid]").get_by_role("row").filter(has=page.get_by_role("gridcell"))


def listed(known: Library, text: str) -> int:
    return known.plan(text).page(1).total


def test_typed_text_is_completed_without_blocking_user(look: Site, known: Library) -> None:
    page = look.visit("/plan")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("ris")
    offers = page.get_by_role("listbox", name="Completions").get_by_role("option")
    expect(offers.first).to_contain_text("risk:")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")  # what continues the typed text
    expect(offers).to_have_count(5)
    page.keyboard.press("ArrowDown")  # from the first one, which is selected from the start
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox").get_by_role("option", selected=True)).to_contain_text("danger")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("risk:danger ")
    expect(rows(page)).to_have_count(listed(known, "risk:danger"))

    name = max(known.people.list(), key=lambda person: person.files).name
    page.keyboard.press("Control+A")
    page.keyboard.type(f"person:{name.split()[0].lower()}")
    expect(offers.first).to_contain_text(name)
    page.keyboard.press("ArrowUp")  # the last one
    page.keyboard.press("Escape")  # only the list closes
    expect(offers).to_have_count(0)
    expect(box(page)).to_have_value(f"person:{name.split()[0].lower()}")
    page.keyboard.type(" ")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^shown: with a person like"))).to_be_visible()
    expect(box(page)).not_to_be_focused()  # except the results
    page.keyboard.press("/")

    # Enter takes the first completion if it continues the typed word; a word of its own is searched.
    page.keyboard.press("Control+A")
    page.keyboard.type("risk:dan")
    expect(page.get_by_role("listbox").get_by_role("option", selected=True)).to_contain_text("danger")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("risk:danger ")
    page.keyboard.press("Control+A")
    page.keyboard.type("folder:Family")
    expect(offers.first).to_contain_text("Family")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(min(50, listed(known, "folder:Family")))
    expect(box(page)).to_have_value("folder:Family")
    offers.first.wait_for(state="hidden")
    expect(box(page)).not_to_be_focused()
    page.keyboard.press("/")

    # An incomplete word is not an error immediately; after a pause the word is marked.
    page.keyboard.press("Control+A")
    page.keyboard.type("ann size:>hu")
    expect(page.get_by_role("alert").locator("mark")).to_have_text(">hu")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")


def hold(page: Page, call: str) -> Callable[[], None]:
    """Hold the answers to a call until the returned function is called."""
    held: list[Route] = []
    page.route(f"**/call/{call}", lambda route: held.append(route))  # noqa: PLW0108 - Playwright needs a function

    def go_on() -> None:
        while held:
            held.pop(0).continue_()
        page.unroute(f"**/call/{call}")

    return go_on


def test_text_that_is_typed_before_the_answer_is_kept(look: SharedSite, known: Library) -> None:
    """The focus returns to the field before the result of Enter arrives."""
    page = look.visit("/plan?q=risk:danger", fresh=True)
    expect(rows(page)).to_have_count(listed(known, "risk:danger"))
    go_on = hold(page, "plan.page")
    page.keyboard.press("/")
    page.keyboard.type("risk:warning")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("risk:saf")
    go_on()
    expect(box(page)).to_have_value("risk:saf")
    page.wait_for_timeout(500)
    page.keyboard.type("e")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(min(50, listed(known, "risk:safe")))
    expect(box(page)).to_have_value("risk:safe")


def test_facets_filter_with_keyboard_and_change_search(look: Site, known: Library) -> None:
    page = look.visit("/plan?q=container:mp4")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("F")
    panel = page.get_by_role("dialog", name="Filters")
    expect(panel.get_by_label(re.compile("^mp4"))).to_be_checked()
    facets = known.search.facets(known.plan("container:mp4"))
    for value in facets["risk"].values:
        expect(option(panel, "Risk", value.label)).to_contain_text(str(value.files))
    expect(panel.get_by_label(re.compile("^safe"))).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(box(page)).to_have_value("container:mp4 risk:danger")
    names = [value.value for value in known.search.facets(known.plan("container:mp4 risk:danger"))["person"].values[:2]]
    for name in names:
        option(panel, "Person", name).click()
    both = f'(person:"{names[0]}" OR person:"{names[1]}")'
    expect(box(page)).to_have_value(f"container:mp4 risk:danger {both}")
    expect(rows(page)).to_have_count(listed(known, f"container:mp4 risk:danger {both}"))
    panel.get_by_label("All of them in one file").click()
    expect(box(page)).to_have_value(f'container:mp4 risk:danger person:"{names[0]}" person:"{names[1]}"')
    panel.get_by_role("button", name="Clear Person").click()
    panel.get_by_role("button", name="Clear Risk").click()
    panel.get_by_label("Find a person").fill("zo")
    expect(panel.locator("[data-key=person] .opt")).to_have_count(
        len(known.search.facets(known.plan("container:mp4"), containing={"person": "zo"})["person"].values)
    )
    page.keyboard.press("x")  # no key command of the table
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Filters"))).to_be_focused()
    expect(page.get_by_text("Nothing selected")).to_be_visible()

    box(page).fill("container:mp4 risk:danger")
    expect(page.get_by_role("button", name="Remove danger")).to_be_visible()
    page.get_by_role("button", name="Remove of the kind mp4").click()
    expect(box(page)).to_have_value("risk:danger")
    expect(page.get_by_role("button", name=re.compile("^Review danger"))).to_have_count(0)  # that is what is shown


def option(panel: Locator, facet: str, label: str) -> Locator:
    group = panel.get_by_role("group", name=re.compile(f"^{facet}"))
    return group.locator("label").filter(has_text=re.compile(rf"^{re.escape(label)}\d"))


def test_saved_views_are_links_with_browser_history(site: Site, library: Library) -> None:
    page = site.visit("/plan")
    page.get_by_role("button", name=re.compile("danger review")).click()
    expect(page).to_have_url(re.compile(r"q=risk%3Adanger"))  # each is a separate entry of the browser history
    page.get_by_label("Sort").select_option("size")
    expect(page).to_have_url(re.compile(r"sort=size"))
    page.get_by_role("button", name=re.compile("^smallest first")).click()
    expect(page).to_have_url(re.compile(r"q=risk%3Adanger&sort=size&desc=1"))
    by_size = library.plan("risk:danger").page(1, sort="size", descending=True).items
    expect(rows(page).first).to_contain_text(by_size[0].file_name)

    page.keyboard.press("v")
    menu = page.get_by_role("dialog", name="Saved views")
    menu.get_by_label("Name of the view").fill("Big dangers")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as “Big dangers”.")).to_be_visible()
    assert [(view.query, view.sort, view.descending) for view in library.views.list()] == [
        ("risk:danger", "size", True),
        ("favorite:yes", "risk", False),
    ]

    for _ in range(3):  # the way back: turned, sorted, chosen
        page.go_back()
    expect(box(page)).to_have_value("")
    expect(page.get_by_label("Sort")).to_have_value("risk")
    page.go_forward()
    expect(box(page)).to_have_value("risk:danger")

    page.keyboard.press("v")
    menu.get_by_role("button", name="Open the plan with Big dangers").click()
    expect(menu.get_by_role("button", name="The plan opens with Big dangers.")).to_be_visible()
    other = site.visit("/plan")  # without a search: the view
    expect(box(other)).to_have_value("risk:danger")
    expect(other.get_by_label("Sort")).to_have_value("size")
    other.get_by_role("button", name="Saved views").click()
    other.get_by_role("button", name=re.compile("^Everything")).click()
    expect(other).to_have_url(re.compile(r"/plan\?everything=1$"))
    other.reload()
    expect(box(other)).to_have_value("")

    expect(menu.get_by_role("button", name="Open the plan with Favourites")).to_be_visible()
    expect(menu.get_by_role("button", name=re.compile("^(Rename|Remove) Favourites"))).to_have_count(0)
    menu.get_by_label("Name of the view").fill("favourites")
    expect(menu.get_by_text("“Favourites” is built in.")).to_be_visible()
    expect(menu.get_by_role("button", name="Overwrite")).to_be_disabled()
    menu.get_by_role("button", name="Remove Big dangers").click()
    expect(page.get_by_text("Removed the view")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("was restored.")).to_be_visible()
    assert [view.is_default for view in library.views.list()] == [True, False]


def test_phone_shows_facets_and_views_in_sheets(look: Site, known: Library) -> None:
    page = look.visit("/plan?q=nobodyhasthisname+risk:safe", width=390)
    near = page.get_by_role("button", name=re.compile("without nobodyhasthisname"))
    expect(near).to_contain_text(f"{listed(known, 'risk:safe')} files")
    near.click()
    expect(rows(page).first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name=re.compile("^Filters")).click()
    panel = page.get_by_role("dialog", name="Filters")
    option(panel, "Risk", "danger").click()
    expect(box(page)).to_have_value("risk:safe,danger")
    expect(panel.get_by_role("button", name="Done")).to_contain_text(f"{listed(known, 'risk:safe,danger')} files")
    assert small(panel) == []
    panel.get_by_role("button", name="Done").click()
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="Saved views").click()
    assert small(page.get_by_role("dialog", name="Saved views")) == []
    page.keyboard.press("Escape")
    page.get_by_label("Sort").select_option("mtime")
    expect(page).to_have_url(re.compile("sort=mtime"))


def small(place: Locator) -> list[Any]:
    """Return controls less than 44 pixels high, except words of a sentence."""
    return place.evaluate(
        """node => [...node.querySelectorAll("button, label, input[type=text]")]
             .filter(each => !each.matches(".link") && each.offsetParent && each.getBoundingClientRect().height < 43.5)
             .map(each => [each.outerHTML.slice(0, 90), each.getBoundingClientRect().height])"""
    )
