"""Protection against hostile names, other origins and lost connections."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboards.web import server
from indexium_core.library import Library
from tests.browser.conftest import SharedSite, Site
from tests.support.waiting import until

FILE = "<img src=x onerror=alert(1)>.mp4"
PERSON = "<script>alert(2)</script>"
NOTE = "<svg onload=alert(3)>"
PATIENCE = 12_000  # milliseconds after which a page reports a lost connection


@pytest.fixture
def hostile(library: Library, media: Path) -> Library:
    """The demo with a file and a person whose names are markup."""
    path = media / FILE
    shutil.copy2(next(media.rglob("Picnic.mp4")), path)
    library.scan()
    library.people.add([str(path)], [PERSON])
    library.events.emit("plan:changed")
    return library


def nothing_was_made_of_it(page: Page) -> None:
    for selector in ("img[src='x']", "svg[onload]", "script:text('alert')"):
        expect(page.locator(selector)).to_have_count(0)


def test_names_are_text_on_every_page(hostile: Library, serve: Callable[[Library], Site]) -> None:
    page = serve(hostile).visit("/plan?q=name:onerror")
    expect(page.get_by_role("row").filter(has_text=FILE)).to_contain_text(PERSON)
    page.get_by_role("row").filter(has_text=FILE).click()
    expect(page.get_by_role("complementary").get_by_role("heading", name=FILE)).to_be_visible()
    expect(page.get_by_role("region", name="Comment planned")).to_contain_text(PERSON)
    nothing_was_made_of_it(page)

    page.get_by_label(re.compile("files? that can be written")).check()
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("dialog")).to_contain_text(FILE)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Write 1 file…")).click()
    question = page.get_by_role("dialog")
    word = question.get_by_label(re.compile("^Type write "))
    if word.count():
        word.fill("write 1")
    question.get_by_label("Note for the history").fill(NOTE)
    question.get_by_role("button", name="Write 1 file").click()
    foot = page.get_by_role("region", name="Work")
    expect(foot).to_contain_text(NOTE)
    foot.get_by_role("button", name="Details").click()
    expect(page.get_by_role("heading", name=NOTE)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=FILE)).to_contain_text("written")
    nothing_was_made_of_it(page)

    page.get_by_role("link", name="History").click()
    page.get_by_role("row").filter(has_text=NOTE).click()
    expect(page.get_by_role("complementary")).to_contain_text(FILE)
    expect(page.get_by_role("button", name=f"{PERSON}: 1 file")).to_be_visible()
    nothing_was_made_of_it(page)


def test_hostile_search_is_shown_as_text_in_error(look: Site) -> None:
    page = look.visit("/plan")
    page.get_by_role("combobox", name="Search the plan").fill(f"risk:{FILE}")
    expect(page.get_by_role("alert").filter(has_text="has no value")).to_be_visible()
    nothing_was_made_of_it(page)


def test_page_loads_own_scripts_only(look: SharedSite) -> None:
    """The policy allows no inline script without the nonce of this response."""
    page = look.visit("/plan", fresh=True)
    page.evaluate(
        "() => { const node = document.createElement('script'); node.textContent = 'window.broken = 1';"
        " document.body.append(node) }"
    )
    assert page.evaluate("() => window.broken") is None
    assert any("Content Security Policy" in line for line in look.complaints)
    look.complaints.clear()


def test_page_reconnects_after_service_restart(context: BrowserContext, library: Library, port: int) -> None:
    """The view is in the address and the selection in the browser, so nothing is lost."""
    name = library.plan("risk:safe").page(1, sort="name").items[0].file_name
    first = server.make_server(library, port=port)
    site = Site(first.url, context)
    with first.background():
        page = site.visit("/plan?q=risk:safe&sort=name")
        page.get_by_role("row").filter(has_text=name).first.get_by_role("checkbox").check()
        expect(page.get_by_text("1 selected")).to_be_visible()
    library.instance_id = "of the next run"
    again = server.DashboardServer(library, host="127.0.0.1", port=first.port)
    page.wait_for_event("requestfailed", lambda request: request.url.endswith("/healthz"))
    expect(page.get_by_text("Connection lost.")).to_be_visible()
    page.evaluate("lead => { const now = Date.now; Date.now = () => now() + lead }", PATIENCE)
    expect(page.get_by_text("Indexium does not answer")).to_be_visible()
    with again.background():
        expect(page.get_by_text("Indexium does not answer")).to_be_hidden()
        expect(page.get_by_role("combobox", name="Search the plan")).to_have_value("risk:safe")
        expect(page.get_by_text("1 selected")).to_be_visible()
        site.close()


def test_files_found_after_question_are_not_written(site: Site, library: Library) -> None:
    """A film gets a name that matches the selected search while the question is open."""
    page = site.visit('/plan?q=name:"Diary"')
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("w")
    question = page.get_by_role("dialog")
    confirm = question.get_by_role("button", name=re.compile("^Write "))
    expect(confirm).to_have_text("Write 1 file")
    other = Path(library.plan("risk:safe -name:Diary").items[0].file_path)
    other.rename(other.with_name(f"Diary of {other.name}"))
    library.scan()

    confirm.click()

    expect(question).to_contain_text("The selection finds other files now. Nothing was written")
    expect(confirm).to_have_text("Write 2 files")
    site.complaints.clear()  # the refusal
    expect(page.get_by_text("2 selected")).to_be_visible()
    assert library.history().total == 0


def test_closed_page_is_forgotten(context: BrowserContext, library: Library, port: int) -> None:
    running = server.DashboardServer(library, host="127.0.0.1", port=port, linger=2000)
    with running.background():
        site = Site(running.url, context)
        own = dict(library.events._listeners)  # the service's
        page = site.visit("/plan")
        expect(page.get_by_role("row").nth(1)).to_be_visible()
        until(lambda: len(library.events._listeners) > len(own))
        site.close()
        deadline = time.monotonic() + 30
        while library.events._listeners != own and time.monotonic() < deadline:
            time.sleep(0.2)
        assert library.events._listeners == own
