"""The story of an approval in two browsers at once: an editor proposes, an approver decides, and both see each step."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutagen import mp4
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboards.web import server
from tests.support.oracles import oracle
from tests.support.studio import OLD, Studio

pytestmark = pytest.mark.browser
PASSWORD = "correct horse"
SLOW = 30_000  # milliseconds that a busy machine may need for any action
FILMS = 12
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=oracle("chromium"), args=FLAGS)
        yield made
        made.close()


def describe(path: Path, text: str, *, second: int) -> None:
    """Put a text into the comment of a film, as another program does."""
    film = mp4.MP4(path)
    film["\xa9cmt"] = [text]
    film.save()
    os.utime(path, ns=((OLD + second) * 10**9,) * 2)


def person(browser: Browser, url: str, name: str) -> Page:
    """Sign in with a browser profile of its own."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(SLOW)
    page.goto(f"{url}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button").click()
    page.wait_for_url("**/plan**")
    return page


def approve(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"{FILMS} files would lose custom text")).to_be_visible()
    expect(dialog.get_by_text("Shot at the sea").first).to_be_visible()
    button = dialog.get_by_role("button", name="Approve", exact=True)
    expect(button).to_be_disabled()
    dialog.get_by_label(re.compile("^Type approve")).fill(f"approve {FILMS}")
    button.click()


def test_editor_proposes_and_approver_decides_at_the_same_time(tmp_path: Path, browser: Browser) -> None:
    expect.set_options(timeout=SLOW)
    studio = Studio(tmp_path, FILMS)
    library = studio.library
    with library, server.make_server(library).background() as running:
        for path in studio.paths:
            describe(path, "Shot at the sea", second=1)  # a write loses this text, so it is dangerous
        library.scan([studio.films])
        assert library.plan().statistics.danger_count == FILMS
        before = studio.bytes()
        for name, role in (("Root", "admin"), ("Ann", "approver"), ("Bob", "editor")):
            library.users.add(name, PASSWORD, role=role)
        library.configuration.set("approval_risk", "danger")
        ann, bob = person(browser, running.url, "Ann"), person(browser, running.url, "Bob")

        bob.get_by_role("button", name=f"Select all {FILMS}").click()
        bob.get_by_role("button", name=f"Write {FILMS} files…").click()
        dialog = bob.get_by_role("dialog")
        dialog.get_by_label(re.compile("^Type propose")).fill(f"propose {FILMS}")
        expect(dialog.get_by_text("Nothing is written before another person approves it")).to_be_visible()
        dialog.get_by_role("button", name=f"Propose to write {FILMS} files").click()
        expect(bob.get_by_text("waits for approval as request 1")).to_be_visible()
        expect(bob.get_by_text("1 request of yours waits for approval")).to_be_visible()

        expect(ann.get_by_text("1 request waits for your decision")).to_be_visible()
        ann.get_by_role("button", name="Show the requests").click()
        ann.get_by_role("grid", name="1 request").get_by_role("row").first.click()
        expect(ann.get_by_text(f"{FILMS} danger")).to_be_visible()
        expect(ann.locator(".qfiles .tag.add").first).to_contain_text("Ann Lee")
        expect(ann.locator(".qfiles q").first).to_have_text("Shot at the sea")

        bob.get_by_role("button", name="Show the requests").click()
        bob.get_by_role("grid", name="1 request").get_by_role("row").first.click()
        expect(bob.get_by_text("so somebody else has to decide about it.")).to_be_visible()
        expect(bob.get_by_role("button", name="Approve…")).to_have_count(0)
        expect(bob.get_by_role("button", name="Comment…")).to_be_visible()

        changed = studio.paths[11]
        describe(changed, "Another text", second=2)
        between = studio.bytes()
        ann.get_by_role("button", name="Approve…").click()
        approve(ann)
        for page in (ann, bob):
            expect(page.get_by_text(f"1 file differs from what was proposed: {changed.name}").first).to_be_visible()
        assert studio.bytes() == between

        expect(ann.get_by_role("dialog").get_by_text("Another text")).to_be_visible()  # the question shows what is new
        approve(ann)
        for page in (ann, bob):
            expect(page.get_by_text("Approved, has ended")).to_be_visible()
            expect(page.get_by_role("button", name="Comment…")).to_have_count(0)
        expect(bob.get_by_text("Ann approved your request 1")).to_be_visible()
        [operation] = library.history().items
        assert (operation.success_count, operation.people) == (FILMS, "proposed by Bob, approved by Ann")

        bob.get_by_role("button", name="Show the operation").click()
        expect(bob.get_by_text("proposed by Bob, approved by Ann")).to_be_visible()
        library.rollback(operation.id).wait()
        assert studio.bytes() == between
        assert {path: between[path] for path in studio.paths if path != changed} == {
            path: before[path] for path in studio.paths if path != changed
        }
