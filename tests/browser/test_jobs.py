"""Jobs in a browser: live progress, pause, cancel, log, and the question about interrupted operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import Selection
from tests.browser.conftest import Gate, Site
from tests.browser.test_writing import foot
from tests.support import demo_home, tables
from tests.support.holding import HeldReading, cut_off
from tests.support.waiting import PATIENCE, until

SAFE = WriteOptions(risk=("safe",), user_note="Holiday 2019")


def area(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def rows(page: Page, name: str) -> Locator:
    return area(page, name).get_by_role("row")


def card(page: Page, kind: str) -> Locator:
    return page.get_by_role("group", name="Jobs", exact=True).get_by_role("button", name=re.compile(f"^{kind}"))


def tops(page: Page) -> list[float]:
    """The positions of the areas: none of them may move. Only the end of the last one is free."""
    boxes = [area(page, name).bounding_box() for name in ("Running", "Waiting", "Finished")]
    return [place for box in boxes if box for place in (box["y"], box["y"] + box["height"])][:-1]


def test_write_is_followed_paused_and_cancelled_without_layout_shifts(site: Site, library: Library, gate: Gate) -> None:
    page = site.visit("/jobs")
    expect(area(page, "Running")).to_contain_text("No job is running.")
    folded = area(page, "Waiting").bounding_box()
    assert folded is not None
    assert folded["height"] < 60  # an area without a job has only its head
    handle = library.write(library.plan("risk:safe"), SAFE)
    row = rows(page, "Running").first
    expect(row).to_contain_text("Holiday 2019")
    before = tops(page)
    expect(row).to_contain_text(re.compile(r"file 1 of \d+, .*now: "))
    expect(card(page, "Writes")).to_have_accessible_name(
        re.compile("^Writes: 1 running, 0 waiting, 0 failed, 0 paused")
    )
    expect(page.get_by_role("link", name=re.compile(r"^Jobs\s*1$"))).to_be_visible()
    assert tops(page) == before

    page.keyboard.press("k")  # the cursor stays on its row when another one comes above it
    page.keyboard.press("P")
    expect(row).to_contain_text("pausing")
    done = len(library.status(handle.id).working)
    gate.opened.set()  # what was running is finished
    expect(row).to_contain_text(re.compile(rf"{done} of \d+ files processed, paused since today"))
    page.keyboard.press("Enter")
    drawer = page.get_by_role("complementary", name="Job")
    expect(drawer).to_contain_text("paused")
    page.reload()  # it is in the address
    expect(drawer).to_contain_text("Holiday 2019")
    assert library.status(handle.id).current == done
    before = tops(page)  # before, an area may have had a row for a moment
    page.keyboard.press("c")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Written files stay written and can be rolled back")
    question.get_by_role("button", name=re.compile("^Cancel (the rest|it)$")).click()
    expect(rows(page, "Finished").first).to_contain_text("cancelled")
    came_to = re.compile(rf"{done} of \d+ files processed when it was cancelled")
    expect(rows(page, "Finished").first).to_contain_text(came_to)
    expect(drawer).to_contain_text(came_to)
    expect(drawer.locator(".outcome")).to_contain_text(re.compile(rf"Written\s*{done}\s*Not started"))
    expect(area(page, "Running")).to_contain_text("No job is running.")
    assert tops(page) == before
    drawer.get_by_role("link", name="Show in History").click()
    expect(page).to_have_url(re.compile(rf"/history\?op={handle.id}"))
    page.get_by_role("button", name=re.compile(rf"^Retry {library.status(handle.id).cancelled_count} files")).click()
    question.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.locator(".summary")).to_contain_text("Completed")


def test_log_opens_by_click_and_grows_without_scrolling(site: Site, library: Library, gate: Gate) -> None:
    page = site.visit("/jobs")
    library.write(library.plan("risk:safe"), SAFE)
    rows(page, "Running").first.get_by_role("button", name=re.compile("^Open log:")).click()
    log = page.get_by_role("dialog", name=re.compile("^Log: "))
    lines = log.get_by_role("listitem")
    expect(log).to_contain_text("Updated every 5 s")
    expect(lines.first).to_be_visible()
    there = lines.count()
    gate.opened.set()
    expect(log).to_contain_text("The job has ended")
    expect(lines.nth(there)).to_be_attached()
    follow = log.get_by_role("checkbox", name=re.compile("^Follow"))
    expect(follow).to_be_checked()
    page.keyboard.press("f")
    expect(follow).not_to_be_checked()
    page.reload()
    expect(log).to_be_visible()
    page.keyboard.press("Escape")
    expect(log).to_be_hidden()
    expect(page).not_to_have_url(re.compile("log=1"))
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-dialog')")  # keys work again
    expect(page.get_by_role("row", selected=True)).to_be_visible()  # the list may come later than the log
    page.keyboard.press("l")
    expect(log).to_be_visible()


def test_filters_narrow_job_lists_and_finished_jobs_are_paged(site: Site, library: Library) -> None:
    for _ in range(12):
        library.jobs.wait(library.scans.add().id, timeout=60)
    write_one(library).wait()
    page = site.visit("/jobs")
    finished = area(page, "Finished")
    expect(rows(page, "Finished")).to_have_count(10)
    expect(rows(page, "Finished").first).to_contain_text("Holiday 2019")
    finished.get_by_role("button", name="Next ›").click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(finished).to_contain_text(re.compile(r"11–\d+ of \d+"))
    card(page, "Writes").click()
    expect(rows(page, "Finished")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"kind=write"))
    finished.get_by_label("Show").select_option("failed")
    expect(finished).to_contain_text("No job of this kind has ended with this status.")
    card(page, "Writes").click()
    finished.get_by_label("Show").select_option("")
    expect(rows(page, "Finished")).to_have_count(10)


def forget(library: Library) -> None:
    """Set the time of all pauses two days back."""
    with tables.changing(library) as tx:
        tx.execute("UPDATE job_queue SET paused_at = now()::TIMESTAMPTZ - INTERVAL 2 DAY WHERE status = 'paused'")


def write_one(library: Library) -> OperationHandle:
    """Write the first safe file."""
    [first, *_] = library.plan("risk:safe").page(1).items
    return library.write(library.plan(), SAFE, selection=Selection(included=frozenset([first.file_id])))


def test_long_paused_job_is_reported_on_every_page(site: Site, library: Library, gate: Gate) -> None:
    handle = library.write(library.plan("risk:safe"), SAFE)
    job = library.jobs.list(("write",)).items[0]
    with library.acting_as(Actor("local", name="Ann")):
        library.jobs.pause(job.id)
    forget(library)
    page = site.visit("/history")
    expect(foot(page)).to_contain_text(re.compile(r"Holiday 2019. has been paused for [23] days by Ann"))
    foot(page).get_by_role("button", name="Show").click()
    banner = page.get_by_role("alert").filter(has_text="has been paused")
    expect(banner).to_contain_text("by Ann")
    banner.get_by_role("button", name=re.compile("^Resume")).click()
    expect(banner).to_be_hidden()
    gate.opened.set()
    handle.wait()


def test_rescan_lists_changes_in_pages_with_file_links(site: Site, library: Library) -> None:
    with tables.changing(library) as tx:
        tx.execute("UPDATE media_properties SET channels = 9, resolution = '7x7'")
    job = library.jobs.wait(library.rescans.add(everything=True).id, timeout=60)
    total = library.audit.page(job_id=job.id).total
    assert total > 20
    page = site.visit(f"/jobs?job={job.id}")
    drawer = page.get_by_role("complementary", name="Job")
    files = drawer.get_by_role("list", name="Changes").get_by_role("listitem")
    expect(drawer).to_contain_text(f"Changes ({total})")
    expect(files.first).to_contain_text(re.compile(r"Resolution.*7 × 7.*→.*[0-9]+ × [0-9]+"))
    expect(files.first).to_contain_text(re.compile("Channels.*9 .*became"))
    first = files.first.get_by_role("link").inner_text()

    drawer.get_by_role("button", name="Next ›").click()
    expect(drawer).to_contain_text(f"21–{min(40, total)} of {total}")
    expect(page).to_have_url(re.compile("changes=2"))
    expect(files.first.get_by_role("link")).not_to_have_text(first)
    name = files.last.get_by_role("link").inner_text()
    files.last.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/plan\?file=\d+"))
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer.get_by_role("heading").first).to_have_text(name)

    drawer.get_by_role("button", name=re.compile("^Changes of its properties")).click()
    expect(drawer.locator(".changes li").first).to_contain_text("→")
    drawer.locator(".changes").get_by_role("button", name=re.compile("by a rescan")).first.click()
    expect(page).to_have_url(re.compile(rf"/jobs\?job={job.id}$"))


def test_operation_page_links_to_log(site: Site, library: Library) -> None:
    handle = write_one(library)
    handle.wait()
    page = site.visit(f"/progress?op={handle.id}")
    page.get_by_role("button", name="Open log").click()
    expect(page.get_by_role("dialog")).to_contain_text("job.started")
    expect(page).to_have_url(re.compile(r"/jobs\?job=\d+&log"))


@pytest.mark.parametrize(("width", "seen"), [(1280, 2), (390, 1)])
def test_running_jobs_in_footer_leave_space_for_page(
    site: Site, library: Library, gate: Gate, width: int, seen: int
) -> None:
    several = 4
    chosen = [item.file_id for item in library.plan("risk:safe").page(1).items[:several]]
    writes = [library.write(library.plan(), SAFE, selection=Selection(included=frozenset([each]))) for each in chosen]
    for write in writes[:2]:
        library.pause(write.id, wait=False)
    forget(library)
    page = site.visit("/settings", width=width)
    rows = foot(page).get_by_role("group")
    expect(rows).to_have_count(seen)
    foot(page).get_by_role("button", name=f"{several - seen} more").click()
    expect(rows).to_have_count(several)
    foot(page).get_by_role("button", name="Show fewer").click()
    expect(rows).to_have_count(seen)
    gate.opened.set()


@pytest.fixture
def interrupted(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A home that is opened after an interrupted write."""
    first = demo_home.home(tmp_path / "home", media)
    cut_off(first, monkeypatch, 3, SAFE, "risk:safe")
    first.close("person")
    monkeypatch.undo()
    with Library.open(tmp_path / "home") as opened:
        yield opened


def test_interrupted_operation_is_offered_at_start_and_resumed(
    interrupted: Library, serve: Callable[[Library], Site]
) -> None:
    [cut] = interrupted.interruptions.operations()
    site = serve(interrupted)
    page = site.visit("/plan")
    dialog = page.get_by_role("dialog", name="A write was interrupted")
    expect(dialog).to_contain_text("Every file is intact.")
    report = dialog.get_by_role("list", name="Files").get_by_role("listitem")
    expect(report).to_have_count(cut.total)
    dialog.get_by_label("Show").select_option("written")
    expect(report).to_have_count(cut.counts["written"])
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    expect(foot(page)).to_contain_text("Interrupted")  # later: no further question, but it can be found
    expect(dialog).to_be_hidden()

    site.turn(page, "/jobs")
    rows(page, "Running").first.get_by_role("button", name=re.compile("^Resolve")).click()
    dialog.get_by_role("button", name=f"Resume {cut.remaining} file").click()
    expect(page).to_have_url(re.compile("/progress"))
    expect(page.locator(".summary")).to_contain_text("Completed")
    assert interrupted.status(cut.id).counts == {"success": cut.total}
    assert interrupted.interruptions.operations() == []


@pytest.mark.parametrize("place", ["toast", pytest.param("page", marks=pytest.mark.further)])
def test_resumed_scan_can_be_stopped_at_the_start(
    serve: Callable[[Library], Site], media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with Library.open(tmp_path / "home") as first:
        first.scan([media])
        first.stop_starting()
        job = first.scans.add(full=True)
    held = HeldReading(monkeypatch)
    with Library.open(tmp_path / "home") as opened:
        assert held.reached.wait(PATIENCE)
        page = serve(opened).visit("/library")
        toast = page.locator(".toast").filter(has_text="continues after the restart")
        expect(toast).to_be_visible()
        line = page.get_by_role("status").filter(has_text="A scan is running.")
        (toast if place == "toast" else line).get_by_role("button", name="Stop").click()
        until(lambda: opened.jobs.get(job.id).cancelled_at is not None)
        held.opened.set()
        expect(line).to_be_hidden()
        assert opened.jobs.wait(job.id, PATIENCE).status == "cancelled"


def test_answer_closes_question_in_other_tabs(serve: Callable[[Library], Site], interrupted: Library) -> None:
    site = serve(interrupted)
    one, other = site.visit("/plan"), site.visit("/jobs")
    expect(other.get_by_role("dialog")).to_contain_text("Every file is intact.")
    one.get_by_role("dialog").get_by_role("button", name=re.compile("^Resume ")).click()
    expect(other.get_by_role("dialog")).to_be_hidden()
    expect(other.locator(".toast")).to_contain_text("in another window")
    expect(rows(other, "Finished").first).to_contain_text("completed")


def test_interrupted_operation_is_rolled_back_from_dialog(
    serve: Callable[[Library], Site], interrupted: Library
) -> None:
    [cut] = interrupted.interruptions.operations()
    site = serve(interrupted)
    page = site.visit("/plan", width=390)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=f"Roll back {cut.counts['written']}…").click()
    expect(dialog).to_contain_text("Roll back operation 1?")
    dialog.get_by_role("button", name=re.compile("^Roll back [0-9]+ files?$")).click()
    expect(page.locator(".summary")).to_contain_text("Each restored file was verified.")
    assert interrupted.operation(cut.id).operation.status in {"rolled_back", "partly_rolled_back"}
    site.turn(page, "/jobs")
    expect(area(page, "Running")).to_contain_text("No job is running.")
    given_up = rows(page, "Finished").filter(has_text="cancelled")
    expect(given_up.get_by_role("button", name=re.compile("^Retry"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Resolve"))).to_have_count(0)
    site.turn(page, f"/progress?op={cut.id}")
    expect(page.locator(".summary")).to_contain_text(f"{cut.remaining} not started")
    expect(page.locator(".summary ~ .acts").get_by_role("button", name=f"Retry {cut.remaining} files")).to_be_visible()


def test_priority_keys_are_listed_and_report_missing_effect(look: Site) -> None:
    page = look.visit("/jobs")
    expect(area(page, "Waiting")).to_contain_text("The queue is empty.")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys").get_by_role("region", name="Decide")
    expect(keys).to_contain_text(re.compile(r"\+\s*increase the priority of the job"))
    expect(keys).to_contain_text(re.compile(r"-\s*decrease the priority of the job"))
    page.keyboard.press("Escape")
    page.keyboard.press("-")
    expect(page.get_by_role("status").filter(has_text="Choose a waiting job")).to_be_visible()


def test_keys_act_on_job_of_changed_priority_button(
    site: Site, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HeldReading(monkeypatch)
    library.scans.add(full=True)
    assert held.reached.wait(20)
    late = library.scans.add(priority="low")
    try:
        page = site.visit("/jobs")
        row = rows(page, "Waiting").first
        row.get_by_role("button", name=re.compile("^Sooner")).click()
        expect(row).to_contain_text(re.compile(r"priority\s*7"))
        page.keyboard.press("+")
        expect(row).to_contain_text(re.compile(r"priority\s*6"), timeout=5000)
        until(lambda: library.jobs.get(late.id).priority == 6)
    finally:
        held.opened.set()
