"""Every list page, from its declaration: keys that a person presses quickly, slow lines, errors, phones, and `Back`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.support import scans

LISTS = {"checks": "checks", "activity": "history/activity"}  # page → its path
NAMES = [f"Person {chr(65 + number // 26)}{chr(97 + number % 26)}" for number in range(60)]
QUICK = 20  # milliseconds between two keys
LATENCY = 200  # milliseconds of a slow line


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Library]:
    """A home with 60 findings of one kind."""
    folder = tmp_path / "films"
    for number in range(0, len(NAMES), 6):
        scans.clip(folder, f"{number:02}.mp4", comment=f"People: {', '.join(NAMES[number : number + 6])}")
    with Library.open(tmp_path / "home") as library:
        library.inventory.add(folder)
        library.scan()
        yield library


def rows(page: Page, name: str) -> Locator:
    return page.locator(f".page-{name} [role=row]")


def slow_down(page: Page) -> None:
    """Delay each answer like a distant server."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def press(page: Page, keys: str) -> None:
    """Press keys as fast as a person can."""
    for key in keys:
        page.keyboard.press(key)
        time.sleep(QUICK / 1000)


def ignored(library: Library, kind: str) -> list[str]:
    return [row.subject for row in library.checks.page(kind, per_page=0, dismissed=True).items]


def test_every_list_is_tested(look: Site) -> None:
    page = look.visit("/checks")
    declared = page.evaluate("import('#face/start.js').then(({LISTS}) => LISTS.map(({page}) => page))")
    assert sorted(declared) == sorted(LISTS)


@pytest.mark.parametrize("is_slow", [False, True], ids=["quick", "slow line"])
@pytest.mark.parametrize(("keys", "meant"), [("jjjjjjjjjjr", range(10, 11)), ("rrrrrrrrrr", range(10)), ("jjkr", [1])])
def test_keys_act_on_the_row_under_the_eye(
    serve: object,
    many: Library,
    keys: str,
    meant: range,
    is_slow: bool,
) -> None:
    kind = "unknown"
    subjects = [row.subject for row in many.checks.page(kind, per_page=0).items]
    page = serve(many).visit(f"/checks?kind={kind}")  # type: ignore[operator]
    expect(rows(page, "checks")).to_have_count(25)
    if is_slow:
        slow_down(page)
    press(page, keys)
    expect(page.get_by_role("button", name=f"{len(meant)} ignored")).to_be_visible()
    expect(rows(page, "checks")).to_have_count(25)
    assert ignored(many, kind) == [subjects[place] for place in meant]
    shown = rows(page, "checks").evaluate_all("rows => rows.map(row => row.dataset.key)")
    assert shown == [each for each in subjects if each not in ignored(many, kind)][:25]


def test_keys_before_the_page_stands_are_kept(serve: object, many: Library) -> None:
    subjects = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    site = serve(many)  # type: ignore[operator]
    page = site.visit("/history")
    page.goto(f"{site.url}/checks?kind=unknown", wait_until="commit")
    page.wait_for_function("document.body !== null && globalThis.indexiumEarlyKeys !== undefined", polling=10)
    press(page, "jjr")
    expect(page.get_by_role("button", name="1 ignored")).to_be_visible()
    assert ignored(many, "unknown") == [subjects[2]]
