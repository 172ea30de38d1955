"""Requests for approval: what a person decides about them, what the question before it shows, and what it keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.approval import Approval
from indexium_core.model.operations.actor import Actor
from tests.browser.conftest import Site
from tests.support import scans
from tests.support.studio import ALL
from tests.support.waiting import until

Enter = Callable[..., Page]
Propose = Callable[..., Approval]
PASSWORD = "correct horse"
FILMS = 45  # three pages of files and of losses
LOST = "Shot at the sea"


@pytest.fixture
def library(tmp_path: Path, context: BrowserContext) -> Iterator[Library]:
    """A home whose films lose a text, and one film that loses nothing; each write waits for another person."""
    folder = tmp_path / "films"
    paths = [scans.clip(folder, f"{number:02}.mp4", comment=LOST) for number in range(FILMS)]
    paths.append(scans.clip(folder, "safe.mp4", comment="People: Bob Ray"))
    with Library.open(tmp_path / "home") as opened:
        opened.inventory.add(folder)
        opened.scan()
        opened.people.add(paths, ["Ann Lee"])
        for name, role in (("Root", "admin"), ("Ann", "approver"), ("Bob", "editor")):
            opened.users.add(name, PASSWORD, role=role)
        opened.configuration.set("approval_risk", "safe")
        yield opened
        context.clear_cookies()


@pytest.fixture
def site(library: Library, serve: Callable[[Library], Site]) -> Site:
    return serve(library)


@pytest.fixture
def enter(context: BrowserContext, site: Site, library: Library) -> Enter:
    def enter(name: str, path: str = "/requests", *, width: int = 1280) -> Page:
        context.clear_cookies()
        token = library.sign_in.sign_in(name, PASSWORD).token
        cookie = f"indexium-{site.url.rpartition(':')[2]}"
        context.add_cookies([{"name": cookie, "value": token, "url": site.url}])
        return site.visit(path, width=width)

    return enter


@pytest.fixture
def propose(library: Library) -> Propose:
    def propose(query: str = "") -> Approval:
        bob = library.users.get("Bob")
        actor = Actor("user", str(bob.id), bob.name)
        with library.acting_as(actor), pytest.raises(errors.ApprovalNeededError) as error:
            library.write(library.plan(query), ALL)
        return library.approvals.get(error.value.approval_id)

    return propose


def ask(page: Page, label: str) -> Locator:
    page.get_by_role("button", name=label).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def change(library: Library, request: Approval) -> str:
    """Give the first file of a request another text; return its name."""
    path = Path(library.approvals.losses(request.id).files.items[0].path)
    scans.clip(path.parent, path.name, comment="Another text")
    library.scan()
    return path.name


def word(dialog: Locator) -> Locator:
    return dialog.get_by_label(re.compile("^Type"))


def test_comment_and_rejection_need_a_sentence(enter: Enter, propose: Propose, library: Library) -> None:
    request = propose()
    page = enter("Ann", f"/requests?request={request.id}")
    for label, confirm, sentence in (
        ("Comment…", "Add the comment", "Why all of them?"),
        ("Reject…", "Reject", "They are not in these films."),
    ):
        dialog = ask(page, label)
        dialog.get_by_role("button", name=confirm).click()
        expect(dialog.get_by_text("Enter a text.")).to_be_visible()
        page.keyboard.type(sentence)
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("list", name="Steps")).to_contain_text(sentence)
    expect(page.get_by_label("Request", exact=True).get_by_text("Rejected", exact=True)).to_be_visible()
    assert library.approvals.get(request.id).note == "They are not in these films."


def test_proposer_withdraws(enter: Enter, propose: Propose, library: Library) -> None:
    request = propose()
    page = enter("Bob", f"/requests?request={request.id}")
    ask(page, "Withdraw…").get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.get_by_text(f"Request {request.id} is withdrawn.")).to_be_visible()
    assert library.approvals.get(request.id).state == "withdrawn"


def test_question_shows_every_loss_page_by_page(enter: Enter, propose: Propose, site: Site) -> None:
    page = enter("Ann", f"/requests?request={propose().id}")
    dialog = ask(page, "Approve…")
    losses = dialog.get_by_role("list", name=f"{FILMS} dangerous files")
    expect(losses.get_by_role("listitem")).to_have_count(20)
    first = losses.get_by_role("listitem").first.inner_text()
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text(f"21–40 of {FILMS}")).to_be_visible()
    assert losses.get_by_role("listitem").first.inner_text() != first

    page.route("**/call/approvals.losses", lambda route: route.abort())
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text("Indexium does not answer.")).to_be_visible()
    expect(losses.get_by_role("listitem")).to_have_count(20)  # what was shown stays
    page.unroute("**/call/approvals.losses")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_text(f"41–{FILMS} of {FILMS}")).to_be_visible()
    site.complaints.clear()


def test_refused_approval_keeps_the_comment_and_shows_what_is_new(
    enter: Enter, propose: Propose, library: Library, site: Site
) -> None:
    request = propose("-safe.mp4")
    page = enter("Ann", f"/requests?request={request.id}")
    dialog = ask(page, "Approve…")
    word(dialog).fill(f"approve {FILMS}")
    dialog.get_by_label("Comment (optional)").fill("Looks right.")
    changed = change(library, request)
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(dialog.get_by_text(f"Nothing was started. 1 file differs from what was proposed: {changed}")).to_be_visible()
    assert library.history().total == 0

    expect(dialog.get_by_text("Another text")).to_be_visible()
    expect(dialog.get_by_label("Comment (optional)")).to_have_value("Looks right.")
    expect(word(dialog)).to_have_value("")  # it is about other files now
    confirm = dialog.get_by_role("button", name="Approve", exact=True)
    expect(confirm).to_be_disabled()
    word(dialog).fill(f"approve {FILMS}")
    confirm.click()
    expect(dialog).to_be_hidden()
    until(lambda: library.history().total == 1)
    assert library.approvals.get(request.id).note == "Looks right."
    site.complaints.clear()


def test_turned_page_of_a_changed_request_approves_only_what_was_shown(
    enter: Enter, propose: Propose, library: Library, site: Site
) -> None:
    request = propose("-safe.mp4")
    page = enter("Ann", f"/requests?request={request.id}")
    dialog = ask(page, "Approve…")
    word(dialog).fill(f"approve {FILMS}")
    change(library, request)
    root = library.users.get("Root")
    with library.acting_as(Actor("user", str(root.id), root.name)), pytest.raises(errors.StalePlanError):
        library.approvals.approve(request.id)  # the request has other files now
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text(f"21–40 of {FILMS}")).to_be_visible()
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(dialog.get_by_text(f"Request {request.id} changed since it was shown.")).to_be_visible()
    assert library.history().total == 0
    site.complaints.clear()


@pytest.mark.parametrize("query", ["", "safe.mp4"])
def test_enter_that_opens_the_question_approves_nothing(
    enter: Enter, propose: Propose, library: Library, query: str
) -> None:
    request = propose(query)
    page = enter("Ann", f"/requests?request={request.id}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/call/approvals.losses", hold)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_role("button", name="Approve…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    page.keyboard.press("Enter")  # nothing is shown yet
    expect(dialog.get_by_text("loading")).to_be_attached()
    note = dialog.get_by_label("Comment (optional)")
    note.focus()
    page.keyboard.type("Loo")
    held[0].continue_()
    confirm = dialog.get_by_role("button", name="Approve", exact=True)
    expect(dialog.get_by_text("It starts at once")).to_be_visible()
    page.keyboard.press("Enter")  # too early for what has just come
    page.keyboard.type("ks")
    expect(note).to_have_value("Looks")
    assert [url for url in sent if url.endswith("approvals.approve")] == []
    assert library.approvals.get(request.id).state == "waiting"
    expect(confirm).to_have_class(re.compile("risky") if query == "" else re.compile("^btn primary$"))


def test_letters_beside_the_fields_go_into_the_word(enter: Enter, propose: Propose) -> None:
    page = enter("Ann", f"/requests?request={propose().id}")
    dialog = ask(page, "Approve…")
    expect(word(dialog)).to_be_focused()
    dialog.get_by_role("button", name="Cancel").focus()
    page.keyboard.type(f"approve {FILMS}")
    expect(word(dialog)).to_have_value(f"approve {FILMS}")
    expect(dialog.get_by_role("button", name="Approve", exact=True)).to_be_enabled()
    page.go_back()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Request", exact=True)).to_be_visible()


def test_files_are_turned_and_a_page_number_is_typed(enter: Enter, propose: Propose) -> None:
    page = enter("Ann", f"/requests?request={propose().id}&files=nonsense")
    drawer = page.get_by_label("Request", exact=True)
    files = drawer.get_by_role("list", name="Files").get_by_role("listitem")
    expect(files).to_have_count(20)
    drawer.get_by_role("button", name="Next").click()
    expect(drawer.get_by_text(f"21–40 of {FILMS + 1}")).to_be_visible()
    drawer.get_by_role("textbox", name="Page").fill("9")
    page.keyboard.press("Enter")
    expect(drawer.get_by_text(f"41–{FILMS + 1} of {FILMS + 1}")).to_be_visible()
    expect(page).to_have_url(re.compile("files=3"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_request_and_its_question_fit_a_phone(enter: Enter, propose: Propose, theme: str) -> None:
    page = enter("Ann", "/requests", width=390)
    propose()
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.get_by_role("row").first.click()
    expect(page.get_by_role("list", name="Files").get_by_role("listitem")).to_have_count(20)
    expect(page).to_have_url(re.compile("request=1"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    dialog = ask(page, "Approve…")
    expect(word(dialog)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert dialog.evaluate("box => box.scrollWidth <= box.clientWidth")
