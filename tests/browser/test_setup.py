"""Setup: the first plan without a terminal, settings at run time, an offline folder, and a restarted service."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dashboards.web import server
from indexium_core.library import Library
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.operations.operation import WriteOptions
from tests.browser.conftest import Site
from tests.support import media as clips
from tests.support import photos
from tests.support.effort import effort
from tests.support.studio import OLD
from tests.support.waiting import until

ODD = "<b>Family</b>".replace("/", "∕") + " 🎂 العائلة " + "very long " * 12


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keyboard_leads_empty_home_to_first_plan(
    empty_library: Library, serve: Callable[[Library], Site], media: Path
) -> None:
    folder = media.rename(media.with_name(ODD.strip()))
    page = serve(empty_library).visit("/")
    expect(page.get_by_role("heading", name="Welcome to Indexium")).to_be_visible()
    expect(page.get_by_text("No file is changed.")).to_be_visible()

    page.keyboard.press("f")
    field = page.get_by_role("combobox", name="Folder of your videos")
    page.get_by_role("button", name="Browse…").click()
    browser = page.get_by_role("region", name="Folders of this machine")
    browser.get_by_role("group", name="Places").get_by_role("button", name="/", exact=True).click()
    browser.get_by_role("list", name="Folders in /").get_by_role("button", name="tmp", exact=True).click()
    expect(browser.get_by_role("list", name="Folders in /tmp")).to_be_visible()
    browser.get_by_role("button", name="Use this folder").click()
    expect(field).to_have_value("/tmp")
    expect(browser).to_be_hidden()
    field.fill("")
    field.type(f"{folder.parent}/<b>")  # an s or a 2 in it is no key command
    expect(page.get_by_role("option", name=ODD.strip())).to_be_visible()
    field.press("Tab")
    expect(field).to_have_value(f"{folder}/")
    field.press("Enter")

    expect(page.get_by_role("heading", name="Add people")).to_be_visible()
    expect(page.get_by_role("region", name="Last scan")).to_contain_text("59 files: 59 new")
    assert [row.path for row in empty_library.inventory.list()] == [str(folder)]
    expect(page.get_by_text("No file is changed").first).to_be_visible()
    page.set_input_files("#people-file", str(folder / "people.csv"))
    upload = page.get_by_role("region", name="Import")
    expect(upload).to_contain_text("91 names of 16 people in 91 rows")
    expect(upload).to_contain_text("line 20")
    assert empty_library.people.list() == []
    page.set_viewport_size({"width": 390, "height": 844})
    no_sideways_scroll(page)
    upload.get_by_role("button", name="Import 91 names").click()

    expect(page.get_by_role("heading", name="Review the plan")).to_be_visible()
    expect(page.get_by_text("Nothing is written before you confirm")).to_be_visible()
    page.get_by_role("link", name="Review the plan").click()
    changing = empty_library.plan().statistics
    count = changing.safe_count + changing.warning_count + changing.danger_count
    assert count > 40
    expect(page.get_by_role("heading", level=1, name=f"{count} files would change")).to_be_visible()


def test_new_folder_has_photos_and_a_proposed_kind(
    serve: Callable[[Library], Site], empty_library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "titles"
    folder.mkdir()
    clips.build("mp4", folder, name="Vessel (1998).mp4")
    (folder / "set.jpg").write_bytes(photos.photo("jpeg"))
    site = serve(empty_library)
    page = site.visit("/")
    field = page.get_by_role("combobox", name="Folder of your videos")

    field.type(f"{folder}x")
    expect(page.get_by_text(f"The folder {folder}x does not exist.")).to_be_visible()
    expect(page.get_by_text("Proposed:")).to_have_count(0)
    field.fill("titles")
    page.get_by_role("button", name="Add and scan").click()
    expect(page.locator(".toast.error")).to_contain_text("Enter the full path.")
    field.fill(str(folder))
    site.complaints.clear()  # the browser notes each request that failed

    page.get_by_role("heading", level=1).click()  # the typed path stays when the field loses the focus
    expect(page.get_by_label("Photos", exact=True)).to_be_checked()
    expect(page.get_by_label("This folder holds")).to_have_value("movies")
    expect(field).to_have_value(str(folder))
    expect(page.get_by_text("1 of 1 video has the name of a film: “Vessel (1998)”.")).to_be_visible()
    page.get_by_label("This folder holds").select_option("mixed")
    page.get_by_role("button", name="Add and scan").click()
    expect(page.get_by_role("region", name="Last scan")).to_contain_text("2 files: 2 new")
    expect(page.locator(".toast.error")).to_have_count(0)
    [row] = empty_library.inventory.list()
    assert (row.kind, row.photos) == ("mixed", True)


@pytest.mark.parametrize(("width", "height"), effort.some([(390, 844), (1280, 800)], 1))
def test_import_is_in_sight_and_the_next_scan_assigns_its_names(
    serve: Callable[[Library], Site], empty_library: Library, tmp_path: Path, width: int, height: int
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    clips.build("mp4", folder, name="first.mp4")
    rows = "".join(f"late/{number}.mp4,Ann Lee\n" for number in range(60))
    (tmp_path / "people.csv").write_text(f"path,people\n{rows}", encoding="utf-8")
    empty_library.scan([folder])
    page = serve(empty_library).visit("/folders", width=width)
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_role("heading", name="Add people").wait_for()

    page.set_input_files("#people-file", str(tmp_path / "people.csv"))

    button = page.get_by_role("button", name="Import 60 names")
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < (height - 52 if width < 700 else height)  # the navigation does not cover it
    expect(page.get_by_text("60 names are for files that no scan has found.")).to_be_visible()
    button.click()
    expect(page.get_by_text("Scan the folder of these files").first).to_be_visible()
    (folder / "late").mkdir()
    clips.build("mp4", folder / "late", name="7.mp4")
    empty_library.scan()
    found = empty_library.inventory.search("name:7.mp4").items
    assert [each.people for each in found] == [["Ann Lee"]]


def test_known_folder_gets_photos_and_a_kind(
    serve: Callable[[Library], Site], empty_library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "titles"
    folder.mkdir()
    (folder / "set.jpg").write_bytes(photos.photo("jpeg"))
    clips.build("mp4", folder, name="Vessel (1998).mp4")
    empty_library.inventory.add(folder, photos=False)
    empty_library.people.add([folder / "Vessel (1998).mp4"], ["Ann Lee"])
    empty_library.scan()
    site = serve(empty_library)
    page = site.visit("/folders")
    hint = page.get_by_role("button", name="Include the photos of titles and scan")

    hint.click()

    expect(page.get_by_role("region", name="Last scan")).to_contain_text("2 files: 1 new, 1 unchanged")
    expect(hint).to_have_count(0)
    page.get_by_role("button", name="More about titles").click()
    page.get_by_label("This folder holds").select_option("movies")
    expect(page.get_by_text("its titles are being identified")).to_be_visible()
    language = page.get_by_label("Language of its titles")
    language.fill("d1")
    language.press("Tab")
    expect(page.get_by_text("A language is a code of two letters such as de, not “d1”.")).to_be_visible()
    site.complaints.clear()
    language.fill("DE")
    language.press("Tab")
    expect(page.get_by_text("titles are looked up in “de” from now on")).to_be_visible()
    [row] = empty_library.inventory.list()
    assert (row.kind, row.photos, row.metadata_language) == ("movies", True, "de")


def test_settings_change_at_run_time_and_reject_invalid_values(
    serve: Callable[[Library], Site], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDEXIUM_LOG_RETENTION_DAYS", "30")
    site = serve(library)
    page = site.visit("/settings")
    others = re.compile("INDEXIUM_(?![A-Z]+_API_KEY)")  # keys of providers are set in the environment only
    expect(page.get_by_text(others)).to_have_count(0)
    page.get_by_role("button", name="Show the advanced settings").click()
    expect(page.get_by_label("Log retention, in days", exact=True)).to_be_disabled()
    expect(page.get_by_text("INDEXIUM_LOG_RETENTION_DAYS is set in the environment. Change it there")).to_be_visible()

    rows = page.get_by_role("textbox", name="Rows per page")
    rows.fill("many")
    rows.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="a whole number from 1 to 1,000 is needed")).to_be_visible()
    expect(rows).to_have_value("many")
    site.complaints.clear()  # the browser notes each request that failed
    rows.fill("5")
    rows.press("Enter")
    expect(page.get_by_text("Rows per page: 5. The change applies immediately.")).to_be_visible()
    page.get_by_role("switch", name="Keep modification times").click()
    expect(page.get_by_text("Keep modification times: on. The change applies to the next write.")).to_be_visible()
    assert (library.home / "settings.toml").read_text() == "metadata_preview_page_size = 5\npreserve_mtime = true\n"

    page.locator("body").press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("go to Plan")
    expect(keys).not_to_contain_text("next file")  # that is the plan's
    page.keyboard.press("Escape")
    page.keyboard.type("gp")
    expect(page.get_by_text(re.compile(r"^1–5 of \d+$"))).to_be_visible()
    page.keyboard.press("?")
    expect(keys).to_contain_text("next file")
    page.keyboard.press("Escape")

    page.goto(page.url.replace("/plan", "/settings"))
    page.get_by_role("button", name="Rows per page: back to 50").click()
    expect(page.get_by_text("Rows per page: 50. The change applies immediately.")).to_be_visible()
    expect(rows).to_have_value("50")
    assert library.settings.metadata_preview_page_size == 50
    days = page.get_by_role("textbox", name="Backup retention, in days")
    days.fill("1")
    days.press("Enter")  # nothing was written: it costs nothing
    expect(page.get_by_text("Backup retention, in days: 1. The change applies to the next write.")).to_be_visible()


def test_setting_that_deletes_backups_is_changed_after_a_question(site: Site, library: Library) -> None:
    library.write(library.plan(), WriteOptions(risk=("safe",))).wait()
    page = site.visit("/settings")
    budget = page.get_by_role("textbox", name="Backup budget")
    budget.fill("1000")
    budget.press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("the next write deletes the oldest")
    question.get_by_role("button", name="Cancel").click()
    expect(budget).to_have_value("10GB")
    budget.fill("1000")
    budget.press("Enter")
    question.get_by_role("button", name="Set to 1000").click()
    expect(page.get_by_text("Backup budget: 1KB. The change applies to the next write.")).to_be_visible()
    assert library.settings.backup_budget == 1000


def test_audio_files_are_included_and_excluded_after_explanation(
    serve: Callable[[Library], Site], empty_library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    clips.build("mp4", folder)
    clips.sound("m4b", folder)
    library_id = empty_library.inventory.add(folder).library_id
    page = serve(empty_library).visit("/folders", width=390)
    card = page.get_by_role("region", name="recordings")
    card.get_by_role("button", name="More about recordings").click()
    box = card.get_by_role("checkbox", name="Include audio files in scans")
    expect(box).not_to_be_checked()
    box.click()
    expect(page.get_by_text("The next scan includes audio files.")).to_be_visible()
    expect(box).to_be_checked()
    card.get_by_role("button", name="Scan", exact=True).click()
    expect(card).to_contain_text("2 files")
    no_sideways_scroll(page)

    box.click()
    question = page.get_by_role("dialog", name="Exclude audio files?")
    expect(question).to_contain_text("No file on the disk is changed")
    page.keyboard.press("Escape")
    expect(box).to_be_checked()
    box.click()
    question.get_by_role("button", name="Forget 1 file").click()
    expect(page.get_by_text("Scans no longer include audio files.")).to_be_visible()
    expect(card).to_contain_text("1 file")
    expect(box).not_to_be_checked()
    assert empty_library.inventory.media_removal(library_id, "audio").files == 0


def test_ratings_that_wait_are_written_after_a_question(
    serve: Callable[[Library], Site], empty_library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    path = clips.build("mp4", folder)
    os.utime(path, (OLD, OLD))
    empty_library.scan([folder])
    [file] = empty_library.inventory.search("").items
    empty_library.decisions.set_fields([file.file_id], {"rating": "3"})
    page = serve(empty_library).visit("/folders", width=390)
    card = page.get_by_role("region", name="films")
    card.get_by_role("button", name="More about films").click()
    box = card.get_by_role("checkbox", name="Write a rating to the file at once")
    box.click()
    question = page.get_by_role("dialog", name="Write ratings at once?")
    expect(question).to_contain_text("1 rating waits in this folder. It is written now.")
    page.keyboard.press("Escape")
    expect(box).not_to_be_checked()
    assert empty_library.inventory.list()[0].write_ratings == "with-plan"
    box.click()
    question.get_by_role("button", name="Write 1 rating").click()
    expect(box).to_be_checked()
    until(lambda: empty_library.inventory.list()[0].write_ratings == "at-once")


def test_patterns_have_one_line_each(serve: Callable[[Library], Site], empty_library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    library_id = empty_library.inventory.add(folder).library_id
    page = serve(empty_library).visit("/folders", width=390)
    card = page.get_by_role("region", name="films")
    card.get_by_role("button", name="More about films").click()
    field = card.get_by_role("textbox", name="Leave out")
    field.fill("Lee, Thomas\n\n2019/*.avi")
    field.blur()
    expect(page.get_by_text("The next scan uses the new patterns.")).to_be_visible()
    [row] = empty_library.inventory.libraries()
    assert (row.library_id, list(row.exclude)) == (library_id, ["Lee, Thomas", "2019/*.avi"])
    expect(field).to_have_value("Lee, Thomas\n2019/*.avi")
    no_sideways_scroll(page)


def test_empty_folders_are_listed_and_removed(
    serve: Callable[[Library], Site], empty_library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    for number in range(205):
        (folder / f"{number:03}" / "inner").mkdir(parents=True)
    clips.build("mp4", folder)
    empty_library.inventory.add(folder)
    page = serve(empty_library).visit("/folders", width=390)
    card = page.get_by_role("region", name="films")
    card.get_by_role("button", name="Scan", exact=True).click()
    expect(page.get_by_text("410 folders are empty")).to_be_visible()
    card.get_by_role("button", name="More about films").click()
    card.get_by_role("button", name="Find empty folders…").click()
    question = page.get_by_role("dialog", name="Remove empty folders?")
    expect(question.get_by_role("listitem")).to_have_count(200)
    expect(question).to_contain_text("410 empty folders")
    expect(question).to_contain_text("and 210 more")
    expect(question.get_by_role("listitem").first).to_have_text("000")
    page.keyboard.press("Escape")
    assert len(list(folder.iterdir())) == 206
    (folder / "007" / "new.txt").touch()
    card.get_by_role("button", name="Find empty folders…").click()
    remove = question.get_by_role("button", name="Remove 409 folders")
    expect(remove).to_be_visible()
    (folder / "008" / "inner" / "new.txt").touch()  # after the preview
    remove.click()
    expect(page.get_by_text("407 empty folders were removed.")).to_be_visible()
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["007", "008"]
    card.get_by_role("button", name="Find empty folders…").click()
    expect(page.get_by_role("dialog", name="No folder is empty")).to_be_visible()


def test_offline_folder_is_reported_and_its_removal_shows_effect(
    serve: Callable[[Library], Site], library: Library, media: Path
) -> None:
    page = serve(library).visit("/folders", width=390)
    card = page.get_by_role("region", name="demo")
    expect(card).to_contain_text("online")
    page.get_by_role("button", name=re.compile("damaged, empty")).click()
    expect(page).to_have_url(re.compile("list=broken"))
    expect(page.get_by_role("table")).to_contain_text("The file is empty.")
    page.get_by_role("button", name="Add people to empty.mp4").click()
    page.get_by_role("dialog").get_by_label("People").fill("Ann Lee, Zoë Öz")
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="empty.mp4")).to_contain_text("Zoë Öz")

    media.rename(media.with_name("unplugged"))
    page.get_by_role("button", name="Scan all").click()
    expect(card).to_contain_text("offline")
    expect(card).to_contain_text("does not exist. Its files in the database were not changed.")
    expect(page.get_by_role("button", name=re.compile("in offline folders"))).to_be_visible()
    card.get_by_role("button", name="These files were deleted…").click()
    expect(page.get_by_role("dialog")).to_contain_text("does not exist")  # so nothing can be compared
    page.keyboard.press("Escape")
    no_sideways_scroll(page)

    card.get_by_role("button", name="More about demo").click()
    card.get_by_role("button", name="Remove this folder…").click()
    question = page.get_by_role("dialog", name="Remove this folder?")
    files = library.inventory.removal(library.inventory.list()[0].library_id).files
    expect(question).to_contain_text("No file on the disk is changed")
    question.get_by_role("button", name=f"Forget {files} files").click()
    expect(page.get_by_text(f"{files} files forgotten.")).to_be_visible()
    assert library.inventory.list() == []


def test_scan_is_shown_on_the_page_of_folders_and_in_footer(
    serve: Callable[[Library], Site], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = ScanProgress(done=3, total=59, current="demo", rate=1.0, eta_seconds=50.0)
    monkeypatch.setattr(library.scans, "progress", lambda: running)
    page = serve(library).visit("/folders")
    expect(page.get_by_role("region", name="Scan")).to_contain_text("of 59 files read")
    foot = page.get_by_role("region", name="Work")
    expect(foot).to_be_hidden()
    page.get_by_role("link", name="Plan").click()
    expect(foot).to_contain_text("Reading 3 of 59 files")
    page.go_back()
    expect(foot).to_be_hidden()


def test_page_reconnects_after_service_restart(library: Library, context: BrowserContext, port: int) -> None:
    danger = library.plan("risk:danger").page(1).total
    with server.make_server(library, port=port).background() as running:
        site = Site(running.url, context)
        page = site.visit("/plan?q=risk:danger")
        page.get_by_label(re.compile("files? that can be written")).check()
        expect(page.get_by_text(f"{danger} selected")).to_be_visible()
    expect(page.get_by_text("Connection lost.")).to_be_visible()
    library.close()
    with Library.open(library.home) as again, server.make_server(again, port=port).background():
        expect(page.get_by_text("Indexium was restarted.")).to_be_visible()
        expect(page.get_by_text("Connection lost")).to_be_hidden()
        expect(page.get_by_label("Search the plan")).to_have_value("risk:danger")
        expect(page.get_by_text(f"{danger} selected")).to_be_visible()
        site.close()
    assert [said for said in site.complaints if "ERR_CONNECTION_REFUSED" not in said] == []


@pytest.mark.parametrize("width", effort.some([1280, 390], 1))
def test_lost_connection_has_own_message_area(library: Library, serve: Callable[[Library], Site], width: int) -> None:
    page = serve(library).visit("/plan", width=width)
    tell = "line => window.dispatchEvent(new CustomEvent('indexium:connection', {detail: line}))"
    headline, said = page.locator("h1:visible"), page.get_by_text("Connection lost.")
    top = _edge(headline, "y")

    page.evaluate(tell, "lost")
    expect(said).to_be_visible()
    expect(page.locator("body")).not_to_have_css("padding-top", "0px")
    assert _edge(headline, "y") >= _edge(said, "y") + _edge(said, "height")
    assert _edge(headline, "y") == pytest.approx(top + _edge(said, "height"), abs=1)
    no_sideways_scroll(page)

    page.evaluate(tell, "")
    expect(said).to_be_hidden()
    expect(page.locator("body")).to_have_css("padding-top", "0px")
    assert _edge(headline, "y") == top


def _edge(found: Locator, name: str) -> float:
    edges: dict[str, float] = found.evaluate("found => found.getBoundingClientRect().toJSON()")
    return edges[name]
