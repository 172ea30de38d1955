"""People who sign in: the way in and out, what their role shows, the people of the home, and the own password."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from tests.browser.conftest import Site
from tests.support.effort import effort
from tests.support.waiting import until

PASSWORD, NEW = "correct horse", "battery staple"
EVE = re.compile("^Eve")


@pytest.fixture
def people(library: Library, context: BrowserContext) -> Iterator[Library]:
    """The demo with an administrator and a viewer; browsers sign out after the test."""
    library.users.add("Ann Lee", PASSWORD, role="admin")
    library.users.add("Bob", PASSWORD)
    yield library
    context.clear_cookies()


@pytest.fixture
def site(people: Library, serve: Callable[[Library], Site]) -> Site:
    return serve(people)


@pytest.fixture
def enter(context: BrowserContext, site: Site, people: Library) -> Callable[..., Page]:
    def enter(name: str, path: str = "/plan", *, width: int = 1280) -> Page:
        context.clear_cookies()
        token = people.sign_in.sign_in(name, PASSWORD).token
        cookie = f"indexium-{site.url.rpartition(':')[2]}"
        context.add_cookies([{"name": cookie, "value": token, "url": site.url}])
        return site.visit(path, width=width)

    return enter


def fill(page: Page, **texts: str) -> None:
    for label, text in texts.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def test_person_signs_in_and_out(context: BrowserContext, people: Library, serve: Callable[[Library], Site]) -> None:
    site = serve(people)
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 860})
    page.goto(f"{site.url}/history")
    for word in ("guessed it", PASSWORD):
        page.get_by_label("Name").fill("ann lee")
        page.get_by_label("Password").fill(word)
        page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/history")
    page.go_back()  # no question whether to send the wrong password again
    expect(page).to_have_url(f"{site.url}/history")
    sign_out = page.get_by_role("button", name="Sign out")
    page.get_by_role("button", name="More").click()
    expect(sign_out).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.get_by_role("button", name="Ann Lee").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sign_out.click()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert people.users.sessions() == []
    page.goto(f"{site.url}/history")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Your session has ended")).to_be_hidden()
    page.get_by_label("Name").fill("ann lee")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="History").wait_for()
    people.users.end_sessions("Ann Lee")
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    page.close()


def test_viewer_is_offered_no_change(enter: Callable[..., Page]) -> None:
    page = enter("Bob")
    page.get_by_role("row", name="Duet.mp4").click()
    expect(page.get_by_role("heading", name="Duet.mp4")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Dry run")).to_be_visible()
    for label in ("Write", "Edit", "Skip", "Undo"):
        expect(page.get_by_role("button", name=re.compile(rf"^{label}\b"))).to_have_count(0)
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    expect(page.get_by_role("link", name="Query")).to_have_count(0)
    address = page.url.partition("/plan")[0]
    page.goto(f"{address}/settings/accounts?person=1")
    expect(page.get_by_text("You may not add people, or change what they may do.")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("row")).to_have_count(0)
    page.goto(f"{address}/settings")
    expect(page.get_by_text("You may not change settings, keys, connections and schedules.")).to_be_visible()


def test_editor_writes_only_safe_files(enter: Callable[..., Page], people: Library) -> None:
    """Also if the editor may propose the others: safe files alone do not wait."""
    people.users.change("Bob", role="editor")
    page = enter("Bob", "/plan?q=risk:safe")
    for number, (waits, key) in enumerate([("off", "x"), ("danger", "a")], 1):
        people.configuration.set("approval_risk", waits)
        page.reload()
        page.get_by_role("row").nth(1).wait_for()
        page.keyboard.press("j")
        page.keyboard.press(key)  # one file, then the others
        page.keyboard.press("w")
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^Write")).click()
        until(lambda number=number: people.history(per_page=1).total == number)
        operation = people.history(per_page=1).items[0]
        assert people.operation(operation.id).operation.actor.name == "Bob", waits
        assert people.approvals.list().total == 0, waits
        page.wait_for_function("() => !document.documentElement.hasAttribute('data-dialog')")


def test_administrator_adds_a_person(enter: Callable[..., Page], people: Library) -> None:
    page = enter("Ann Lee", "/settings/accounts")
    page.get_by_role("button", name="Add a person…").click()
    dialog = page.get_by_role("dialog")
    fill(page, Name="Eve", Password=NEW, **{"Password,_once_more": "another one"})
    dialog.get_by_label("Role").select_option("editor")
    first, *_ = people.inventory.list()
    dialog.get_by_role("switch", name="sees all folders").click()
    dialog.get_by_label(first.name, exact=True).check()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The two passwords differ.")).to_be_visible()
    fill(page, **{"Password,_once_more": NEW})
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=EVE)).to_contain_text("1 folder")
    assert people.users.get("Eve").libraries == [first.library_id]
    page.get_by_role("row", name=EVE).click()
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("row", name=EVE)).to_have_count(0)
    until(lambda: [each.name for each in people.users.list()] == ["Ann Lee", "Bob"])


def test_refused_change_stays_in_its_dialog_and_no_password_is_stored(
    enter: Callable[..., Page], people: Library, site: Site
) -> None:
    page = enter("Ann Lee", "/settings/accounts?person=2")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Rename…").click()
    fill(page, New_name="Ann Lee")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert").last).to_contain_text("Somebody has the name “Ann Lee” already.")
    fill(page, New_name="Robert")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Robert")).to_be_visible()
    page.get_by_role("button", name="New password…").click()
    fill(page, Password=f" {NEW} ", **{"Password,_once_more": f" {NEW} "})
    page.route("**/call/users.set_password", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your change is kept and sent again.")).to_be_visible()
    stored = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    markup = page.evaluate("[...document.body.children].map(each => each.shadowRoot?.innerHTML).join()")
    assert 'type="password"' in markup
    assert NEW not in stored + markup
    page.unroute("**/call/users.set_password")
    expect(page.get_by_text("Robert has a new password, and has to sign in again.")).to_be_visible()
    people.sign_in.sign_in("Robert", f" {NEW} ")
    site.complaints.clear()  # the browser notes each request that failed


def test_refused_change_is_taken_back(enter: Callable[..., Page], people: Library, site: Site) -> None:
    page = enter("Ann Lee", "/settings/accounts?person=1")
    role = page.get_by_role("complementary", name="Person").get_by_label("Role")
    role.select_option("viewer")
    expect(page.get_by_text("Ann Lee is the only administrator.")).to_be_visible()
    expect(role).to_have_value("admin")
    assert people.users.get("Ann Lee").role == "admin"
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog").get_by_text("Ann Lee is the only administrator.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("row", name=re.compile("^Ann Lee"))).to_be_visible()
    assert "person=1" in page.url
    site.complaints.clear()


@pytest.mark.parametrize("width", [390, 1280])
def test_session_of_a_person_is_ended(enter: Callable[..., Page], people: Library, width: int) -> None:
    other = people.sign_in.sign_in("Bob", PASSWORD, client="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    page = enter("Ann Lee", "/settings/accounts", width=width)
    page.get_by_role("row", name=re.compile("^Bob")).click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="End the session of Firefox on Linux").click()
    details = page.get_by_role("complementary", name="Person")
    expect(details.get_by_text("nowhere")).to_be_visible()
    expect(details.get_by_role("button", name="End all sessions")).to_have_count(0)
    assert people.sign_in.find(other.token) is None
    page.get_by_role("button", name="Close details").click()
    expect(details).to_have_count(0)
    assert "person" not in page.url


def test_first_administrator_is_led_to_the_sign_in(library: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(library).visit("/settings/accounts")
    fill(page, Name="Ann Lee", Password=PASSWORD, **{"Password,_once_more": PASSWORD})
    page.get_by_role("button", name="Make the first administrator").click()
    expect(page).to_have_url(re.compile("/sign-in\\?next=%2Fsettings%2Faccounts"))
    assert [(each.name, each.role) for each in library.users.list()] == [("Ann Lee", "admin")]


def test_own_password_and_other_sessions(enter: Callable[..., Page], people: Library, site: Site) -> None:
    other = people.sign_in.sign_in("Bob", PASSWORD, client="Firefox")
    page = enter("Bob", "/account", width=390)
    fill(page, Present_password="guessed it", New_password=NEW, **{"New_password,_once_more": NEW})
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your present password is wrong.")).to_be_visible()
    fill(page, Present_password=PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    expect(page.get_by_label("Present password")).to_have_value("")
    assert people.sign_in.find(other.token) is None
    people.sign_in.sign_in("Bob", NEW)
    page.reload()
    page.get_by_role("button", name="End the session of").click()
    expect(page.get_by_text("The session is ended")).to_be_visible()
    expect(page.get_by_text("this browser")).to_be_visible()
    expect(page.get_by_role("button", name="End the session of")).to_have_count(0)
    page.close()  # it reads the other sections again
    site.complaints.clear()


@pytest.mark.parametrize("width", effort.some([390, 1280], 1))
def test_own_token_is_shown_once_and_revoked(
    enter: Callable[..., Page], people: Library, site: Site, width: int
) -> None:
    page = enter("Bob", "/account", width=width)
    page.get_by_role("button", name="Add a token…").click()
    page.get_by_role("button", name="Add the token").click()
    expect(page.get_by_text("A token needs a name that says what it is for.")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("night scan")
    page.get_by_role("button", name="Add the token").click()
    secret = page.locator(".new-token code").inner_text()
    assert people.token_check.find(secret) is not None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    expect(page.get_by_role("region", name="API tokens")).to_contain_text("plan.read")
    page.get_by_role("button", name="Revoke the token night scan").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("button", name="Revoke the token night scan")).to_have_count(0)
    until(lambda: people.token_check.find(secret) is None)
    page.get_by_role("button", name="Add a token…").click()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    page.close()  # it reads the other sections again
    site.complaints.clear()


def markup(page: Page) -> str:
    """What the page holds: its elements, and what the browser has stored."""
    shown = page.evaluate("[...document.querySelectorAll('*')].map(each => each.shadowRoot?.innerHTML ?? '').join()")
    return str(shown + page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])"))


@pytest.mark.parametrize("width", effort.some([390, 1280], 1))
def test_own_second_factor_is_switched_on_and_off(
    enter: Callable[..., Page], people: Library, site: Site, width: int
) -> None:
    page = enter("Bob", "/account", width=width)
    section = page.get_by_role("region", name="Second factor")
    section.get_by_role("button", name="Set up an app…").click()
    secret = section.locator(".hint code").inner_text()
    code = section.get_by_label("The code that the app shows now")
    code.fill("000000")
    code.press("Enter")
    expect(section.get_by_role("alert").last).to_contain_text("The code is wrong.")
    expect(code).to_have_value("000000")
    code.fill(pyotp.TOTP(secret.replace(" ", "")).now())
    section.get_by_role("button", name="Switch on").click()
    codes = section.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert people.users.get("Bob").has_second_factor
    site.turn(page, "/plan")
    expect(page.get_by_role("row").first).to_be_visible()
    assert not [text for text in (secret, recovery) if text in markup(page)]
    site.turn(page, "/account")
    expect(section.get_by_text("You have 10 recovery codes left.")).to_be_visible()
    assert not [text for text in (secret, recovery) if text in markup(page)]
    password = section.get_by_label("Your password")
    password.fill("guessed it")
    password.press("Enter")
    expect(section.get_by_text("Your present password is wrong.")).to_be_visible()
    password.fill(PASSWORD)
    password.press("Enter")
    expect(section.get_by_text("Your sign-in needs the password only.")).to_be_visible()
    assert not people.users.get("Bob").has_second_factor
    page.close()  # it reads the other sections again
    site.complaints.clear()


def test_own_session_leaves_at_once_and_returns_if_it_cannot_be_ended(
    enter: Callable[..., Page], people: Library, site: Site
) -> None:
    people.sign_in.sign_in("Bob", PASSWORD, client="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    page = enter("Bob", "/account")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/call/users.end_own_sessions", hold)
    end = page.get_by_role("button", name="End the session of Firefox on Linux")
    end.click()
    expect(end).to_have_count(0)
    page.wait_for_timeout(0)
    held[0].fulfill(status=422, json={"error": "This session cannot be ended.", "code": "bad_request"})
    expect(page.get_by_text("This session cannot be ended.")).to_be_visible()
    expect(end).to_be_visible()
    site.complaints.clear()


def test_section_that_cannot_be_read_leaves_the_others(enter: Callable[..., Page], site: Site) -> None:
    page = enter("Bob", "/plan")
    page.route("**/call/tokens.own", lambda route: route.abort())
    site.turn(page, "/account")
    tokens = page.get_by_role("region", name="API tokens")
    expect(tokens.get_by_role("alert")).to_contain_text("Indexium does not answer.")
    expect(page.get_by_role("button", name="Change the password")).to_be_visible()
    page.unroute("**/call/tokens.own")
    tokens.get_by_role("button", name="Try again").click()
    expect(tokens.get_by_role("button", name="Add a token…")).to_be_visible()
    site.complaints.clear()


def test_sign_out_everywhere_leads_to_the_sign_in(enter: Callable[..., Page], people: Library, site: Site) -> None:
    people.sign_in.sign_in("Bob", PASSWORD)
    page = enter("Bob", "/account")
    page.get_by_role("button", name="Sign out everywhere…").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert people.users.sessions("Bob") == []
    assert all("401" in each for each in site.complaints)  # what the page was still reading
    site.complaints.clear()


def test_page_of_the_account_says_that_nobody_has_signed_in(serve: Callable[[Library], Site], library: Library) -> None:
    page = serve(library).visit("/account")
    expect(page.get_by_text("Nobody has signed in")).to_be_visible()


def test_administrator_shows_a_person_some_folders(enter: Callable[..., Page], people: Library) -> None:
    first = people.inventory.list()[0]
    page = enter("Ann Lee", "/settings/accounts")
    page.get_by_role("row", name=re.compile("^Bob")).click()
    page.get_by_role("switch", name="sees all folders").click()
    folders = page.get_by_role("group", name="Folders that the person sees")
    for each in people.inventory.list()[1:]:
        folders.get_by_label(each.name, exact=True).uncheck()
        expect(folders.get_by_label(each.name, exact=True)).not_to_be_checked()
    expect(page.get_by_role("row", name=re.compile("^Bob"))).to_contain_text("1 folder")
    until(lambda: people.users.get("Bob").libraries == [first.library_id])
    page.close()  # it would read again, without a session
    page = enter("Bob", "/account")
    expect(page.get_by_text(f"You see {first.name}.")).to_be_visible()


def test_edit_over_a_newer_edit_of_somebody_else_is_a_question(
    enter: Callable[..., Page], site: Site, people: Library
) -> None:
    page = enter("Ann Lee", "/plan?q=name:Haircut")
    file_id = people.plan("name:Haircut").items[0].file_id
    bob = Actor("user", str(people.users.change("Bob", role="editor").id), "Bob")
    page.get_by_role("row").filter(has_text="Haircut").click()
    details = page.get_by_role("complementary", name="Details")
    details.get_by_role("button", name="Edit", exact=True).click()
    details.get_by_role("combobox", name="Add a person").fill("Cy Orr")
    page.keyboard.press("Enter")
    with people.acting_as(bob):
        people.decisions.edit([file_id], ["Zoë Öz"])
    expect(page.get_by_role("row").filter(has_text="Haircut")).to_contain_text("Zoë Öz")  # while the editor is open
    details.get_by_role("button", name="Save").click()
    expect(details.get_by_role("alert")).to_contain_text("Bob set the people of")
    assert people.plan().item(file_id).result_people == ["Zoë Öz"]
    details.get_by_role("button", name="Save").click()
    expect(details.get_by_role("button", name="Save")).to_have_count(0)
    until(lambda: "Cy Orr" in people.plan().item(file_id).result_people)
    site.complaints.clear()  # the browser logs the refused edit
