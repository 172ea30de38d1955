"""The page of people in a browser: search, qualifiers, renames and merges with a preview, undo, and the plan."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from indexium_core.library import Library
from tests.browser.conftest import Site


def test_person_is_found_split_renamed_and_shown_in_the_plan(site: Site, library: Library) -> None:
    page = site.visit("/people")
    drawer, dialog, cards = page.locator(".drawer"), page.locator("dialog[open]").last, page.locator(".tile")
    total = library.people.page().total
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{total} people")
    expect(cards).to_have_count(total)
    # The search finds two people with one name; a key opens the details.
    page.keyboard.press("/")
    page.keyboard.type("okafor")
    expect(cards).to_have_count(2)
    page.keyboard.press("Enter")
    expect(cards.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor")
    page.keyboard.press("j")
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor (neighbour)")
    expect(drawer.locator(".person-files img").first).to_have_js_property("complete", value=True)
    # A rename is previewed, made and undone.
    page.keyboard.press("e")
    expect(dialog).to_contain_text("never written into files")
    dialog.get_by_label("New name").fill("Lee, Tom (cousin)")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog).to_contain_text("Tom Okafor (neighbour) becomes Lee, Tom (cousin) in 1 file.")
    dialog.get_by_role("button", name="Rename").click()
    expect(drawer.get_by_role("heading")).to_have_text("Lee, Tom (cousin)")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor (neighbour)")
    # Files are split off to a new person.
    cards.first.click()
    expect(drawer.get_by_role("heading")).to_have_text("Tom Okafor")
    page.keyboard.press("s")
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_label("New person").fill("Tom Okafor (junior)")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog).to_contain_text("becomes the new person Tom Okafor (junior) in 1 file")
    dialog.get_by_role("button", name="Split").click()
    expect(cards).to_have_count(3)
    page.get_by_role("button", name="List", exact=True).click()
    expect(page.locator(".lrow:not(.tile)")).to_have_count(3)
    drawer.get_by_role("button", name="Open in the plan").click()
    expect(page.locator(".page-plan [role=row][data-row]").first).to_contain_text("Tom Okafor")
    [tom] = [each for each in library.people.page("okafor").items if not each.qualifier]
    assert f"/plan?q=person_id%3A{tom.person_id}+risk" in page.url


def test_merge_finds_the_person_while_one_types(site: Site, library: Library) -> None:
    ids = {each.label: each.person_id for each in library.people.page().items}
    page = site.visit(f"/people?of={ids['KIM PARK']}")
    dialog, field = page.locator("dialog[open]").last, page.get_by_role("combobox", name="Person that stays")
    expect(page.locator(".drawer").get_by_role("heading")).to_have_text("KIM PARK")
    page.keyboard.press("m")
    expect(field).to_be_focused()
    # Nobody is called so: the dialog stays, with one sentence and what was typed.
    page.keyboard.type("Zoe Muler")
    expect(dialog.get_by_role("option")).to_contain_text(["Zoë Müller"])
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("Nobody is called “Zoe Muler”. Choose one of these")).to_be_visible()
    expect(field).to_have_value("Zoe Muler")
    expect(dialog.get_by_text("indexium people")).to_have_count(0)
    # The near name is one key away, and Enter leads to the preview. Back returns to what was typed.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Zoë Müller")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("KIM PARK becomes Zoë Müller in 1 file")
    page.go_back()
    expect(dialog).to_contain_text("another person")
    expect(field).to_have_value("Zoë Müller")
    # A name that is typed faster than the library answers is the name that was typed.
    field.fill("ben lee")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("KIM PARK becomes Ben Lee")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("KIM PARK becomes Ben Lee")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert "KIM PARK" not in [each.label for each in library.people.page().items]
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f".tile[data-key='{ids['KIM PARK']}']")).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_person_outside_the_list_is_shown_and_changed(site: Site, library: Library) -> None:
    ids = {each.label: each.person_id for each in library.people.page().items}
    page = site.visit(f"/people?q=okafor&of={ids['Ann Lee']}")
    drawer, dialog = page.locator(".drawer"), page.locator("dialog[open]").last
    expect(drawer.get_by_role("heading")).to_have_text("Ann Lee")
    expect(page.locator(".tile")).to_have_count(2)
    page.keyboard.press("e")
    field = dialog.get_by_label("New name")
    expect(field).to_be_focused()
    page.keyboard.type("Anne Lee")  # in place of the old name
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Ann Lee becomes Anne Lee")
    dialog.get_by_role("button", name="Rename").click()
    expect(drawer.get_by_role("heading")).to_have_text("Anne Lee")
    drawer.get_by_role("button", name="Bob Ray").click()
    expect(drawer.get_by_role("heading")).to_have_text("Bob Ray")
    page.go_back()
    expect(drawer.get_by_role("heading")).to_have_text("Anne Lee")


def test_picture_is_shown_at_once_and_put_back_if_it_is_refused(site: Site, library: Library) -> None:
    ids = {each.label: each.person_id for each in library.people.page().items}
    page = site.visit(f"/people?of={ids['Ann Lee']}")
    files = page.get_by_role("list", name="Newest files").get_by_role("listitem")
    first = files.filter(has=page.get_by_role("button", name="Use as picture")).first
    name = str(first.get_by_role("button").get_attribute("aria-label"))
    own = files.filter(has_text=name.removeprefix("Use as picture: "))
    page.route(
        "**/call/people.set_picture",
        lambda route: route.fulfill(status=422, json={"error": "This file has gone.", "code": "bad_request"}),
    )
    own.get_by_role("button").click()
    expect(page.get_by_text("This file has gone.")).to_be_visible()
    expect(own.get_by_role("button", name="Use as picture")).to_be_visible()
    page.unroute("**/call/people.set_picture")
    own.get_by_role("button").click()
    expect(own).to_contain_text("the picture")
    file_name = name.removeprefix("Use as picture: ")
    while library.people.details(ids["Ann Lee"]).card.picture_id not in {
        each.file_id for each in library.people.details(ids["Ann Lee"]).files if each.file_name == file_name
    }:
        page.wait_for_timeout(50)
    page.wait_for_load_state("networkidle")
    site.complaints.clear()  # the browser notes the refused request


def test_letters_after_the_key_of_the_search_are_no_commands(site: Site) -> None:
    """Also if they are pressed before the page has its scripts, or its rows."""
    page = site.visit("/people")
    field = page.get_by_role("searchbox")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for path, shown in (("**/face/start.js?*", page.locator("[data-face=people]")), ("**/call/people.page", field)):
        page.route(path, hold, times=1)
        page.goto(f"{site.url}/people", wait_until="commit")
        expect(shown).to_be_attached()
        page.keyboard.type("/moe")
        held.pop().continue_()
        expect(field).to_have_value("moe")
        expect(page.locator(".tile")).to_have_count(0)
        assert "/people" in page.url
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(field).to_have_value("")
        expect(page.locator(".tile").first).to_be_visible()


def test_several_people_are_merged_into_one(site: Site, library: Library) -> None:
    ids = {each.label: each.person_id for each in library.people.page().items}
    page = site.visit(f"/people?of={ids['Ann Lee']}")
    dialog, field = page.locator("dialog[open]").last, page.get_by_role("combobox", name="Other people")
    page.locator(".drawer").get_by_role("button", name="Merge others…").click()
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Enter the name of a person.")).to_be_visible()
    # The text is no name: nobody is taken, and the sentence ends when a person types.
    page.keyboard.type("müll")
    expect(dialog.get_by_text("Enter the name of a person.")).to_have_count(0)
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Nobody is called “müll”. Choose one of these")).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Remove Zoë Müller")).to_be_visible()
    expect(dialog.get_by_text("Nobody is called")).to_have_count(0)
    expect(field).to_have_value("")
    page.keyboard.type("ben lee")
    expect(dialog.get_by_role("option")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("bob ray")
    expect(dialog.get_by_role("option")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Remove Bob Ray").click()
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Merge 2 people into Ann Lee?")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Ann Lee")
    expect(page.locator("dialog[open]")).to_have_count(0)
    left = [each.label for each in library.people.page().items]
    assert "Bob Ray" in left
    assert not {"Zoë Müller", "Ben Lee"} & set(left)
    page.wait_for_load_state("networkidle")


def test_form_of_a_page_finds_people(site: Site) -> None:
    page = site.visit("/people")
    page.evaluate("""async () => {
        const {FacePage} = await import("#face/face_page.js")
        const fields = [{name: "who", label: "Who", kind: "person", isMany: true}]
        const action = {
            act: "send",
            asks: () => ({title: "Choose", confirm: "Send", fields}),
            call: (_, {who}) => ["people.card", {person_id: who[0].id}],
            done: ({name}) => `Sent ${name}.`,
        }
        class Page extends FacePage {
            draw() { this.root.replaceChildren(this.drawForm("send")) }
        }
        const host = document.body.appendChild(document.createElement("div"))
        host.style = "position: fixed; inset: 0; z-index: 99"
        new Page({page: "people"}, [action], host).draw()
    }""")
    form, field = page.get_by_role("form", name="Choose"), page.get_by_role("combobox", name="Who")
    field.fill("müll")
    form.get_by_role("option").click()
    expect(form.get_by_role("button", name="Remove Zoë Müller")).to_be_visible()
    field.fill("Nobody at all")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("Nobody is called “Nobody at all”.")).to_be_visible()
    field.fill("")
    expect(form.get_by_text("Nobody is called")).to_have_count(0)
    form.get_by_role("button", name="Send").click()
    expect(page.locator(".toast")).to_contain_text("Sent Zoë Müller.")
