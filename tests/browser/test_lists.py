"""Every list page, from its declaration: keys that a person presses quickly, slow lines, errors, phones, and `Back`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from indexium_core.library import Library
from tests.browser.conftest import Site, hold_first
from tests.support import scans
from tests.support.waiting import until

Serve = Callable[[Library], Site]
LISTS = {  # page → its path
    "accounts": "settings/accounts",
    "activity": "history/activity",
    "checks": "checks",
    "decide": "titles/decide",
    "history": "history",
    "jobs": "jobs",
    "library": "library",
    "people": "people",
    "plan": "plan",
    "progress": "progress",
    "publish": "titles/publish",
    "requests": "requests",
    "titles": "titles",
}
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


def content(page: Page) -> Locator:
    """The first row of the list that is shown, or what an empty list says."""
    return page.get_by_role("row").or_(page.locator(".empty:visible:not([role=alert])")).first


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
    declared = page.evaluate("""async () => {
      const {pages} = await import("#face/frame.js")
      const modules = await Promise.all(pages.map(async ({id}) => [id, await import(`#face/${id}.js`)]))
      return modules.filter(([, each]) => Object.values(each).some(value => value?.columns)).map(([id]) => id)
    }""")
    assert sorted(declared) == sorted(LISTS)


@pytest.mark.parametrize("is_slow", [False, True], ids=["quick", "slow line"])
@pytest.mark.parametrize(("keys", "meant"), [("jjjjjjjjjjr", range(10, 11)), ("rrrrrrrrrr", range(10)), ("jjkr", [1])])
def test_keys_act_on_the_row_under_the_eye(
    serve: Serve,
    many: Library,
    keys: str,
    meant: range,
    is_slow: bool,
) -> None:
    kind = "unknown"
    subjects = [row.subject for row in many.checks.page(kind, per_page=0).items]
    page = serve(many).visit(f"/checks?kind={kind}")
    expect(rows(page, "checks")).to_have_count(25)
    if is_slow:
        slow_down(page)
    press(page, keys)
    expect(page.get_by_role("button", name=f"{len(meant)} ignored")).to_be_visible()
    expect(rows(page, "checks")).to_have_count(25)
    assert ignored(many, kind) == [subjects[place] for place in meant]
    shown = rows(page, "checks").evaluate_all("rows => rows.map(row => row.dataset.row)")
    assert shown == [each for each in subjects if each not in ignored(many, kind)][:25]


@pytest.mark.parametrize("script", ["start", "checks"])
def test_keys_before_the_page_stands_are_kept(many: Library, serve: Serve, script: str) -> None:
    subjects = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    site = serve(many)
    page = site.visit("/history")
    held = hold_first(page, f"**/face/{script}.js?*")
    page.goto(f"{site.url}/checks?kind=unknown", wait_until="commit")
    expect(page.locator("[data-face=checks]")).to_be_attached()
    press(page, "jjr")
    until(lambda: held)
    held[0].continue_()
    expect(page.get_by_role("button", name="1 ignored")).to_be_visible()
    assert ignored(many, "unknown") == [subjects[2]]


def test_keys_mean_the_page_to_which_they_lead(many: Library, serve: Serve) -> None:
    [copies] = many.checks.page("copies", per_page=0).items  # the first kind with a finding
    site = serve(many)
    page = site.visit("/reading")
    held = hold_first(page, "**/face/checks.js?*")
    page.goto(f"{site.url}/history")
    until(lambda: page.evaluate("import('#face/frame.js').then(({needsLoad}) => !needsLoad())"))
    press(page, "gcjr")
    until(lambda: held)
    held[0].continue_()
    until(lambda: ignored(many, "copies"))
    assert ignored(many, "copies") == [copies.subject]


def test_keys_before_the_start_lead_to_another_page(many: Library, serve: Serve) -> None:
    site = serve(many)
    page = site.visit("/history")
    held = hold_first(page, "**/face/start.js?*")
    page.goto(f"{site.url}/checks?kind=unknown", wait_until="commit")
    expect(page.locator("[data-face=checks]")).to_be_attached()
    press(page, "ghr")
    until(lambda: held)
    held[0].continue_()
    expect(page.get_by_role("heading", name="History", exact=True)).to_be_visible()
    assert ignored(many, "unknown") == []


def test_selected_rows_are_ignored_together(many: Library, serve: Serve) -> None:
    subjects = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    page = serve(many).visit("/checks?kind=unknown")
    expect(rows(page, "checks")).to_have_count(25)
    press(page, "xjjxr")
    expect(page.get_by_role("button", name="2 ignored")).to_be_visible()
    assert ignored(many, "unknown") == [subjects[0], subjects[2]]
    press(page, "xj")
    expect(page.get_by_text("1 finding selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 finding selected")).to_be_hidden()


def test_pages_are_read_ahead_and_turned(many: Library, serve: Serve) -> None:
    subjects = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    page = serve(many).visit("/checks?kind=unknown")
    expect(rows(page, "checks")).to_have_count(25)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("26–50 of 60")).to_be_visible()
    assert "page=2" in page.url
    page.get_by_role("textbox", name="Page").fill("9")
    page.keyboard.press("Enter")
    expect(page.get_by_text("51–60 of 60")).to_be_visible()
    assert rows(page, "checks").first.get_attribute("data-key") == subjects[50]
    page.go_back()
    expect(page.get_by_text("26–50 of 60")).to_be_visible()
    # The last page disappears with its rows.
    page.get_by_role("button", name="Next").click()
    expect(rows(page, "checks")).to_have_count(10)
    press(page, "r" * 10)
    expect(page.get_by_text("26–50 of 50")).to_be_visible()
    expect(page.get_by_role("button", name="10 ignored")).to_be_visible()
    assert sorted(ignored(many, "unknown")) == subjects[50:]


def test_back_closes_the_dialog_and_the_page_stays(site: Site, library: Library) -> None:
    page = site.visit("/checks?kind=spelling")
    dialog = page.locator("dialog[open]")
    expect(rows(page, "checks").first).to_be_visible()
    press(page, "ja")
    expect(dialog).to_be_visible()
    page.go_back()
    expect(dialog).to_be_hidden()
    assert page.url.startswith(f"{site.url}/checks?kind=spelling")
    expect(page.locator("[role=row]:focus")).to_have_count(1)  # the keys continue
    press(page, "a")
    expect(dialog).to_be_visible()
    press(page, "jkr")  # belongs to the dialog
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    press(page, "k")
    expect(page.locator("[role=row]:focus")).to_have_count(1)
    assert ignored(library, "spelling") == []


@pytest.mark.parametrize("path", LISTS.values())
def test_list_that_cannot_be_read_says_so(site: Site, path: str) -> None:
    page = site.visit("/plan" if path != "plan" else "/checks")
    page.get_by_role("link", name="Checks 16").wait_for()  # the frame has its numbers
    page.route("**/call/**", lambda route: route.abort())
    site.turn(page, f"/{path}")
    expect(page.get_by_text("Indexium does not answer.")).to_be_visible()
    page.unroute("**/call/**")
    page.get_by_role("button", name="Try again").click()
    expect(content(page)).to_be_visible()
    site.complaints.clear()  # the browser notes each request that failed


@pytest.mark.parametrize("path", LISTS.values())
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_list_fits_a_phone(look: Site, path: str, theme: str) -> None:
    page = look.visit(f"/{path}", width=390, theme=theme)
    expect(content(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("/")  # also without a search
    page.keyboard.press("Escape")
    assert look.complaints == []


def test_change_without_an_answer_is_sent_again_and_runs_once(many: Library, serve: Serve) -> None:
    site = serve(many)
    page = site.visit("/checks?kind=unknown")
    expect(rows(page, "checks")).to_have_count(25)
    answers: list[int] = []

    def lose_answer(route: Route) -> None:
        answers.append(route.fetch().status)
        if len(answers) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/call/checks.resolve", lose_answer)
    press(page, "a")
    expect(page.get_by_text("Your change is kept and sent again.")).to_be_visible()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    assert answers == [200, 200]
    assert len(many.steps.list()) == 1
    site.complaints.clear()


def test_change_without_an_answer_survives_a_reload(many: Library, serve: Serve) -> None:
    subjects = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    site = serve(many)
    page = site.visit("/checks?kind=unknown")
    expect(rows(page, "checks")).to_have_count(25)
    page.route("**/call/checks.ignore", lambda route: route.abort())
    press(page, "rr")
    expect(page.get_by_text("Your change is kept and sent again.")).to_be_visible()
    assert ignored(many, "unknown") == []
    page.unroute("**/call/checks.ignore")
    page.reload()
    expect(page.get_by_role("button", name="2 ignored")).to_be_visible()
    assert ignored(many, "unknown") == subjects[:2]
    site.complaints.clear()


def test_change_that_is_refused_puts_the_row_back(many: Library, serve: Serve) -> None:
    site = serve(many)
    page = site.visit("/checks?kind=unknown")
    expect(rows(page, "checks")).to_have_count(25)
    subject = rows(page, "checks").first.get_attribute("data-key")
    page.route(
        "**/call/checks.ignore",
        lambda route: route.fulfill(status=422, json={"error": "This finding is gone.", "code": "bad_request"}),
    )
    press(page, "r")
    expect(page.get_by_text("This finding is gone.")).to_be_visible()
    expect(rows(page, "checks").first).to_have_attribute("data-key", str(subject))
    site.complaints.clear()


def test_resolution_means_the_row_at_the_cursor_not_the_selected_ones(many: Library, serve: Serve) -> None:
    subjects = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    page = serve(many).visit("/checks?kind=unknown")
    expect(rows(page, "checks")).to_have_count(25)
    press(page, "xjxjj")  # two are selected, and the cursor is on the fourth
    drawer = page.get_by_label("Finding", exact=True)
    expect(drawer.get_by_role("heading")).to_have_text(subjects[3])
    press(page, "a")
    expect(page.get_by_text("2 findings selected")).to_be_visible()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    left = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    assert left == [each for each in subjects if each != subjects[3]]
    # A button of the details means the finding that is shown.
    shown = drawer.get_by_role("heading").inner_text()
    drawer.get_by_role("button", name="Ignore").click()
    expect(drawer.get_by_role("heading")).not_to_have_text(shown)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("button", name="1 ignored")).to_be_visible()
    assert ignored(many, "unknown") == [shown]


def test_ignored_row_stays_away_when_another_check_was_shown(many: Library, serve: Serve) -> None:
    page = serve(many).visit("/checks?kind=unknown")
    expect(rows(page, "checks")).to_have_count(25)
    first = rows(page, "checks").first.get_attribute("data-key")
    press(page, "r")
    expect(page.get_by_role("button", name="1 ignored")).to_be_visible()
    page.get_by_role("button", name="Two spellings").click()
    page.get_by_role("button", name="Unknown names").click()
    expect(page.get_by_text("of 59")).to_be_visible()
    assert rows(page, "checks").first.get_attribute("data-key") != first
    page.get_by_role("button", name="1 ignored").click()
    expect(rows(page, "checks")).to_have_count(1)


def test_row_under_the_eye_stays_when_another_one_comes_above_it(many: Library, serve: Serve) -> None:
    subjects = [row.subject for row in many.checks.page("unknown", per_page=0).items]
    many.checks.ignore("unknown", [subjects[0]])
    page = serve(many).visit("/checks?kind=unknown")
    expect(page.get_by_text("of 59")).to_be_visible()
    many.checks.unignore("unknown", [subjects[0]])
    many.events.emit("plan:changed")
    expect(page.get_by_text("of 60")).to_be_visible()
    press(page, "r")
    expect(page.get_by_role("button", name="1 ignored")).to_be_visible()
    assert ignored(many, "unknown") == [subjects[1]]


def test_keys_move_in_the_activity(site: Site) -> None:
    page = site.visit("/history/activity")
    expect(rows(page, "activity").first).to_be_visible()
    keys = rows(page, "activity").evaluate_all("rows => rows.map(row => row.dataset.row)")
    press(page, "jjk")
    expect(page.locator("[role=row]:focus")).to_have_attribute("data-key", keys[1])
