"""The three workflows of the specification in a browser."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import av
import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from tests.browser.conftest import Site


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def comment(path: Path) -> str | None:
    with av.open(str(path)) as container:
        holders = [container.metadata, *(stream.metadata for stream in container.streams)]  # in Ogg a stream has it
        values = {key.lower(): value for holder in holders for key, value in holder.items()}
        return values.get("comment")


def row(page: Page, name: str) -> object:
    return page.get_by_role("row").filter(has_text=name)


def write_ended(page: Page) -> None:
    """Wait until the footer reports the end of a write, and open its report."""
    foot = page.get_by_role("region", name="Work")
    expect(foot).to_contain_text(re.compile("[Ww]ritten"))
    foot.get_by_role("button", name="Details").click()
    finished(page)


def finished(page: Page) -> None:
    expect(page.get_by_role("heading", level=2, name=re.compile("Completed|With errors"))).to_be_visible()


def test_safe_files_are_filtered_selected_confirmed_written_and_reported(
    site: Site, library: Library, media: Path
) -> None:
    safe = library.plan().statistics.safe_count
    page = site.visit("/plan")
    expect(page.get_by_role("heading", level=1)).to_contain_text("files would change")

    page.get_by_role("button", name=re.compile(r"safe additions")).click()
    expect(page.get_by_role("combobox", name="Search the plan")).to_have_value("risk:safe")
    expect(page).to_have_url(re.compile(r"q=risk%3Asafe"))
    page.get_by_label(re.compile("files? that can be written")).check()
    expect(page.get_by_text(f"{safe} selected")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Write .* files…")).click()
    question = page.get_by_role("dialog", name=f"Write {safe} files?")
    expect(question).to_be_visible()
    question.get_by_label("Note for the history").fill("Before sharing with Mum")
    question.get_by_role("button", name=f"Write {safe} files").click()

    write_ended(page)
    expect(page).to_have_url(re.compile(r"/progress\?op="))
    expect(page.get_by_text(re.compile(r"files? written\."))).to_be_visible()
    page.get_by_role("button", name="Show in History").click()
    expect(page.get_by_role("heading", level=2, name="Before sharing with Mum", exact=True)).to_be_visible()
    operation = library.history().items[0]
    assert operation.source == "dashboard"
    assert operation.success_count + operation.skipped_count == safe
    done = next(item for item in library.operation(operation.id).items if item.status == "success")
    assert comment(Path(done.file_path)) == done.new_comment


def test_conflict_is_shown_edited_and_planned_again(site: Site, library: Library) -> None:
    item = library.plan("issue:custom_comment").page(1).items[0]
    page = site.visit("/plan")

    page.get_by_role("button", name="Review danger").click()
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer).to_be_visible()  # of the first file
    page.get_by_role("row").filter(has_text=item.file_name).click()
    expect(drawer).to_contain_text("Would lose custom text")
    expect(drawer.get_by_role("region", name="Comment now")).to_contain_text((item.existing_comment or "").split()[0])
    drawer.get_by_role("button", name="Edit").click()
    drawer.get_by_role("button", name=f"Remove {item.result_people[0]}").click()
    drawer.get_by_label("Add a person").fill("Charlie Chaplin")
    page.keyboard.press("Enter")
    drawer.get_by_role("button", name="Save").click()

    expect(drawer.get_by_role("region", name="Comment planned")).to_contain_text("Charlie Chaplin")
    changed = library.plan().item(item.file_id)
    assert changed.edited
    assert "Charlie Chaplin" in changed.result_people
    assert item.result_people[0] not in changed.result_people


@pytest.mark.further
def test_preserve_keeps_text_and_lowers_risk(site: Site, library: Library) -> None:
    item = library.plan("issue:custom_comment").page(1).items[0]
    page = site.visit("/plan?q=risk:danger")
    page.get_by_role("row").filter(has_text=item.file_name).click()
    drawer = page.get_by_role("complementary", name="Details")
    drawer.get_by_role("button", name="Preserve").click()

    row = page.get_by_role("row").filter(has_text=item.file_name)
    expect(row.get_by_text("danger")).to_have_count(0)  # it keeps its place, with its new level
    page.reload()
    expect(row).to_have_count(0)
    kept = library.plan().item(item.file_id)
    assert (item.existing_comment or "").splitlines()[0] in (kept.result_comment or "")


def test_skipped_file_leaves_list_and_stays_searchable(site: Site, library: Library) -> None:
    item = library.plan("risk:safe").page(1).items[0]
    before = library.plan().statistics.postponed_count
    page = site.visit("/plan?q=risk:safe")
    page.get_by_role("row").filter(has_text=item.file_name).first.click()
    page.get_by_role("complementary").get_by_role("button", name="Skip", exact=True).click()
    page.get_by_role("button", name=f"{before + 1} skipped").click()
    page.get_by_role("row").filter(has_text=item.file_name).first.click()
    page.get_by_role("complementary").get_by_role("button", name="Stop skipping").click()

    expect(page.get_by_text("is no longer skipped")).to_be_visible()
    assert not library.plan().item(item.file_id).postponed


def test_all_files_stop_being_skipped_at_once(site: Site, library: Library) -> None:
    page = site.visit("/plan")
    skipped = library.plan("postponed:yes").page().total
    planned = library.plan().page().total

    page.get_by_role("button", name=f"{skipped} skipped").click()
    page.get_by_role("button", name="Stop skipping" if skipped == 1 else f"Stop skipping all {skipped}").click()

    expect(page.get_by_text("no longer skipped.")).to_be_visible()
    assert library.plan().page().total == planned + skipped


def test_bulk_preserve_and_skip(site: Site, library: Library) -> None:
    ids = [item.file_id for item in library.plan("issue:custom_comment").page(1).items]
    lossy = len(ids)
    page = site.visit("/plan?q=issue:custom_comment")
    page.get_by_label(re.compile("files? that can be written")).check()
    page.get_by_role("button", name="Preserve text").click()
    expect(page.get_by_text(re.compile(f"Set the comment mode “preserve” for {lossy} files"))).to_be_visible()
    assert library.plan("issue:custom_comment").page(1).total == 0

    expect(page.get_by_text(f"{lossy} selected")).to_be_visible()
    page.get_by_role("button", name="Skip", exact=True).click()
    expect(page.get_by_text(re.compile(f"Skipped {lossy} files"))).to_be_visible()
    expect(page.get_by_text(f"{lossy} selected")).to_be_hidden()
    assert [library.plan().item(file_id).postponed for file_id in ids] == [True] * lossy


def test_dangerous_write_needs_typed_word(site: Site, library: Library) -> None:
    danger = library.plan().statistics.danger_count
    page = site.visit("/plan?q=risk:danger")
    page.get_by_label(re.compile("files? that can be written")).check()
    page.get_by_role("button", name=re.compile("^Write .* files…")).click()
    question = page.get_by_role("dialog")
    confirm = question.get_by_role("button", name=re.compile(r"^Write \d+ files$"))
    expect(question).to_contain_text("would lose custom text")
    expect(confirm).to_be_disabled()
    lossy = library.plan("issue:custom_comment risk:danger").page().total
    question.get_by_label("Note for the history").fill("for Mum")
    question.get_by_role("button", name=f"Preserve all {lossy}").click()
    expect(question).to_contain_text("Set the comment mode “preserve” for")
    expect(question).not_to_contain_text("would lose custom text")
    expect(question.get_by_label("Note for the history")).to_have_value("for Mum")
    assert library.plan("issue:custom_comment risk:danger").page().total == 0
    question.get_by_role("button", name="Exclude dangerous files").click()
    expect(question).to_contain_text("of the level danger")
    expect(question.get_by_label(re.compile("^Type write "))).to_have_count(0)
    question.get_by_role("button", name="Undo").click()
    expect(question).not_to_contain_text("of the level danger")
    question.get_by_role("button", name="Undo").click()
    expect(question.get_by_role("button", name=f"Preserve all {lossy}")).to_be_visible()
    assert library.plan("issue:custom_comment risk:danger").page().total == lossy
    question.get_by_role("button", name=re.compile("^Show these: .*custom text")).click()
    expect(question).to_be_hidden()
    expect(page).to_have_url(re.compile("q=id"))  # exactly these files
    expect(page.get_by_role("row", selected=True)).to_have_count(lossy)
    page.go_back()
    page.get_by_role("button", name=re.compile("^Write .* files…")).click()
    question.get_by_label(re.compile("^Type write ")).fill(f"write {danger}")
    expect(confirm).to_be_enabled()
    confirm.click()

    write_ended(page)
    assert library.history().items[0].success_count > 0


def test_rollback_restores_every_byte(site: Site, library: Library, media: Path) -> None:
    before = digests(media)
    page = site.visit("/plan")
    page.get_by_role("button", name="Write all safe").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Write \d+ files$")).click()
    write_ended(page)
    assert digests(media) != before

    page.get_by_role("link", name="History").click()
    page.get_by_role("row").filter(has_text="completed").click()
    drawer = page.get_by_role("complementary", name="Operation")
    expect(drawer).to_contain_text("are restored byte for byte")
    drawer.get_by_role("button", name="Roll back…").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("restored byte for byte")
    question.get_by_role("button", name=re.compile(r"^Roll back \d+ files$")).click()
    row = operations(page).first
    expect(row).to_contain_text("Rollback")
    expect(row).to_contain_text("completed")
    expect(drawer).to_contain_text("Each restored file was verified.")
    assert digests(media) == before


@pytest.mark.further
def test_dry_run_reports_and_changes_nothing(site: Site, library: Library, media: Path) -> None:
    before = digests(media)
    page = site.visit("/plan")
    page.get_by_role("button", name="Select all safe").click()
    page.get_by_role("button", name="Dry run").click()
    report = page.get_by_role("dialog", name="Dry run")
    expect(report).to_contain_text("would be written. Nothing was changed.")
    report.get_by_role("button", name="Close").last.click()
    expect(report).to_be_hidden()
    assert digests(media) == before
    assert library.history().total == 0


# The same with the keyboard only.

CALM = 450  # milliseconds for which a question ignores Enter: the key may still be pressed


def tab_to(page: Page, button: Locator) -> None:
    """Press Tab until a button has the focus; few presses must suffice."""
    expect(button).to_be_visible()
    for _ in range(8):
        if button.evaluate("node => node.getRootNode().activeElement === node"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not come to {button}")


def answer(page: Page, name: re.Pattern[str]) -> None:
    """Confirm the open question."""
    question = page.get_by_role("dialog")
    tab_to(page, question.get_by_role("button", name=name))
    page.wait_for_timeout(CALM)
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-dialog')")  # keys work again


def operations(page: Page) -> Locator:
    return page.locator(".page-history [role=row]")


def test_keyboard_finds_writes_and_rolls_back_safe_files(site: Site, library: Library, media: Path) -> None:
    before, safe = digests(media), library.plan().statistics.safe_count
    page = site.visit("/plan")
    page.get_by_role("row").nth(1).wait_for()
    page.keyboard.press("w")
    expect(page.get_by_text("Select files first")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("write the selected files")
    page.keyboard.press("Escape")

    page.keyboard.press("/")
    page.keyboard.type("risk:safe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").nth(1)).to_be_focused()  # the keys of the list work from here
    page.keyboard.press("a")
    expect(page.get_by_text(f"{safe} selected")).to_be_visible()
    page.keyboard.press("w")
    answer(page, re.compile(r"^Write \d+ files$"))
    expect(page.get_by_role("region", name="Work")).to_contain_text("files written")
    assert digests(media) != before

    page.keyboard.type("gr")
    finished(page)
    page.keyboard.type("gh")
    expect(operations(page).first).to_contain_text("completed")
    page.keyboard.press("j")
    expect(operations(page).first).to_be_focused()
    page.keyboard.press("r")
    answer(page, re.compile(r"^Roll back \d+ files$"))
    expect(page.get_by_role("complementary", name="Operation")).to_contain_text("Each restored file was verified.")
    expect(operations(page).first).to_be_focused()  # the row of the rollback, which the keys act on now
    assert digests(media) == before

    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_text("Operation 1: nothing to roll back.")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Operation 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Rename…").click()
    question = page.get_by_role("dialog")
    question.get_by_label("Title", exact=True).fill("Before the party")
    question.get_by_role("button", name="Rename").click()
    expect(operations(page).filter(has_text="Before the party")).to_have_count(2)  # the write, and its rollback
    page.keyboard.type("gr")
    expect(page).to_have_url(re.compile("/progress$"))
    expect(page.get_by_text("files restored.")).to_be_visible()  # the newest row, instead of the earlier current one


def test_keys_act_on_focused_row(site: Site, library: Library) -> None:
    first, second = library.plan("issue:custom_comment").page(1).items[:2]
    page = site.visit("/plan?q=issue:custom_comment")
    drawer = page.get_by_role("complementary", name="Details")
    page.get_by_role("row").nth(1).wait_for()
    page.keyboard.press("Enter")
    expect(drawer).to_contain_text(first.file_name)
    page.keyboard.press("j")
    expect(drawer).to_contain_text(second.file_name)
    page.keyboard.press("e")
    expect(drawer.get_by_label("Add a person")).to_be_focused()
    page.keyboard.type("Charlie Chaplin")
    page.keyboard.press("Enter")
    tab_to(page, drawer.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").filter(has_text=second.file_name)).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    expect(page.get_by_role("row").filter(has_text=second.file_name)).to_be_focused()
    page.keyboard.press("p")
    expect(page.get_by_text(f"{second.file_name}: the custom text of the comment is kept.")).to_be_visible()
    assert library.plan().item(first.file_id).comment_mode != "preserve"


def test_only_one_menu_is_open_and_search_counts_files(site: Site, library: Library) -> None:
    page = site.visit("/plan")
    page.get_by_role("row").nth(1).wait_for()
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("dialog", name="Saved views")).to_be_hidden()
    page.get_by_role("row").nth(1).focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Export and import")).to_be_hidden()

    unchanged = library.plan("risk:unchanged").page().total
    page.keyboard.press("/")
    page.keyboard.type("risk:unchanged")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").nth(1)).to_be_focused()
    expect(page.locator(".line .found")).to_have_text(f"{unchanged} files")
    page.keyboard.press("E")
    expect(page.get_by_role("dialog", name="Export and import")).to_contain_text(f"Export {unchanged} files")
