"""Write, export and import: the question, the footer of every page, and an edited plan."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from indexium_core.library import Library
from indexium_core.model.planning.plan import Selection
from tests.browser.conftest import Gate, Site


def foot(page: Page) -> Locator:
    return page.get_by_role("region", name="Work")


def focused(page: Page) -> str:
    """Return the name or text of the focused element, also within shadow roots."""
    return str(
        page.evaluate(
            """() => { let at = document.activeElement
            while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
            return at.closest("label")?.innerText ?? at.innerText }"""
        )
    )


def test_keyboard_writes_danger_and_footer_offers_rollback(site: Site, library: Library) -> None:
    planned = library.plan().statistics
    danger, safe = planned.danger_count, planned.safe_count
    page = site.visit("/plan")
    page.get_by_role("row").nth(1).wait_for()
    page.keyboard.press("a")
    page.get_by_role("button", name=re.compile("^ *[▲]? *danger|danger review")).first.click()
    bar = page.get_by_role("region", name="Actions")
    expect(bar).to_contain_text(
        re.compile(rf"selected, {planned.safe_count + planned.warning_count} hidden by the filter")
    )
    expect(bar).to_contain_text(f"not written: {planned.blocked_count} blocked")
    bar.get_by_role("button", name="Show hidden files").click()
    expect(bar).not_to_contain_text("hidden by the filter")

    page.keyboard.press("w")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("can be rolled back byte for byte until")
    expect(question.get_by_text("removes all people")).to_be_visible()
    assert focused(page).startswith(f"Type write {danger}")
    page.keyboard.press("Enter")
    page.keyboard.type(f"write {danger + 1}")
    page.keyboard.press("Enter")
    expect(question).to_be_visible()
    assert library.history().total == 0
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    page.wait_for_function("() => !document.documentElement.hasAttribute('data-dialog')")  # keys work again
    page.wait_for_timeout(500)  # and the service has the change

    page.keyboard.press("w")
    expect(question).to_be_visible()
    page.wait_for_timeout(450)  # a key that is still pressed does nothing
    page.keyboard.type(f"write {danger}")
    page.keyboard.press("Tab")
    page.keyboard.type("Holiday 2019")
    page.keyboard.press("Control+Enter")
    expect(foot(page)).to_contain_text(f"{safe + planned.warning_count + danger} files written")
    expect(foot(page)).to_contain_text("“Holiday 2019”")
    assert library.history("holiday").total == 1

    page.reload()
    expect(foot(page)).to_contain_text("files written")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="History").click()
    expect(foot(page)).to_contain_text("files written")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    foot(page).get_by_role("button", name=re.compile("^Roll back ")).click()
    expect(page.get_by_role("dialog")).to_contain_text("byte for byte")
    page.keyboard.press("Escape")
    foot(page).get_by_role("button", name="Dismiss").click()
    expect(foot(page)).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(foot(page)).to_be_hidden()


def test_plan_changed_during_question_is_refreshed_and_written(site: Site, library: Library) -> None:
    one, two = library.plan("risk:safe").page(sort="name").items[:2]
    page = site.visit("/plan?q=risk:safe&sort=name")
    page.get_by_label(re.compile("files? that can be written")).first.check()
    page.get_by_role("button", name="Dry run").click()
    report = page.get_by_role("dialog", name="Dry run")
    expect(report).to_contain_text("would be written. Nothing was changed.")
    with page.expect_download() as saved:
        report.get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename.startswith("indexium-dry-run-")
    report.get_by_role("button", name=re.compile("^Write .* files…")).click()
    question = page.get_by_role("dialog", name=re.compile("^Write .* files"))
    expect(question).to_be_visible()
    expect(question.get_by_role("button", name=re.compile(r"^Write \d+ files$"))).to_be_enabled()
    assert focused(page).startswith("Title or note")  # none of them is dangerous: Enter writes

    library.edit([one.file_id], ["Eve"])
    library.edit([two.file_id], ["Cem Öz"])
    changed = page.get_by_role("dialog", name="The plan has changed")
    expect(changed).to_contain_text("2 of these files changed since they were shown")
    expect(changed).to_contain_text(one.file_name)
    expect(changed).to_contain_text("People: Eve")
    changed.get_by_role("button", name="Refresh the preview").click()
    expect(question).to_be_visible()
    question.get_by_role("button", name=re.compile(r"^Write \d+ files$")).click()

    expect(foot(page)).to_contain_text("files written")
    assert library.operation(1).operation.user_action == "write"
    assert library.plan().item(one.file_id).existing_people == ["Eve"]


def test_work_is_shown_paused_and_retried_from_every_page(site: Site, library: Library, gate: Gate) -> None:
    items = library.plan("risk:safe").page(sort="name").items
    chosen = [item for item in items if not any(issue.code == "duplicate_content" for issue in item.issues)][:6]
    gate.refused = {Path(item.file_path).name.encode() for item in chosen[:2]}
    ids = frozenset(item.file_id for item in chosen)
    page = site.visit("/history", width=390)
    library.write(library.plan(), selection=Selection(included=ids))

    expect(foot(page)).to_contain_text("Writing 0 of 6 files")
    expect(foot(page).get_by_role("button", name="Cancel")).to_be_visible()
    foot(page).get_by_role("button", name="Pause").click()
    expect(foot(page)).to_contain_text("Pausing: 0 of 6 files")
    expect(page.get_by_text("100 %")).to_have_count(0)
    page.get_by_role("link", name="Progress").click()
    expect(page.get_by_role("row").first).to_contain_text("writing")
    expect(foot(page)).to_be_hidden()  # the page shows all of it
    page.get_by_role("button", name="Resume").click()
    gate.opened.set()

    expect(page.get_by_role("heading", level=2, name="With errors")).to_be_visible()
    expect(page.get_by_role("row").first).to_contain_text("in use, will retry")
    page.get_by_role("link", name="Plan").click()
    expect(foot(page)).to_contain_text("4 of 6 files written, ")
    foot(page).get_by_role("button", name="Show problems").click()
    expect(page).to_have_url(re.compile("show=failed"))
    expect(page.get_by_role("row")).to_have_count(2)
    gate.refused.clear()
    page.get_by_role("button", name="Retry 2 files").click()
    question = page.get_by_role("dialog", name="Write 2 files?")
    question.get_by_role("button", name="Write 2 files").click()
    expect(page.get_by_role("heading", level=2, name="Completed", exact=True)).to_be_visible()
    assert library.operation(2).operation.user_action == "retry"


def test_edited_export_is_imported_as_one_step(site: Site, library: Library, tmp_path: Path) -> None:
    page = site.visit("/plan?q=risk:safe&sort=name")
    page.get_by_role("row").nth(1).wait_for()
    page.keyboard.press("E")
    with page.expect_download() as saved:
        page.get_by_role("dialog", name="Export and import").get_by_role("link", name="CSV").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == library.plan("risk:safe").page().total
    rows[0]["result_people"], rows[1]["postponed"] = "Zoë Öz; <b>Bold</b>", "TRUE"
    rows[2]["file_id"] = "999999"
    edited = tmp_path / "edited.csv"
    with edited.open("w", encoding="utf-16", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)

    page.get_by_label("CSV file with changes").set_input_files(edited)
    preview = page.get_by_role("dialog", name=re.compile("Changes of edited.csv"))
    expect(preview).to_contain_text("1 row cannot be imported")
    expect(preview).to_contain_text("there is no file with the id 999999")
    expect(preview.get_by_text("<b>Bold</b>")).to_be_visible()
    assert not [row for row in library.decisions.list() if row.file_id == int(rows[0]["file_id"])]
    preview.get_by_role("button", name="Apply to 2 files").click()
    expect(page.get_by_text("Changed 2 files")).to_be_visible()
    assert library.plan().item(int(rows[0]["file_id"])).result_people == ["Zoë Öz", "<b>Bold</b>"]
    assert library.plan().item(int(rows[1]["file_id"])).postponed

    library.steps.undo()
    assert not library.plan().item(int(rows[1]["file_id"])).postponed
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("name,people\nx,y\n")
    page.keyboard.press("E")
    page.get_by_label("CSV file with changes").set_input_files(wrong)
    expect(page.get_by_role("dialog")).to_contain_text("no column identifies the file")


def test_completely_written_search_is_reported_and_can_be_cleared(site: Site, library: Library) -> None:
    count = library.plan("risk:safe").page().total
    page = site.visit("/plan?q=risk:safe")
    page.get_by_role("row").nth(1).wait_for()
    page.keyboard.press("a")
    expect(page.get_by_role("region", name="Actions")).to_contain_text(f"{count} selected")
    page.keyboard.press("w")
    page.get_by_role("dialog").get_by_role("button", name=f"Write {count} files").click()
    plan = page.get_by_role("region", name="Plan", exact=True)
    expect(plan.get_by_text(f"All {count} files are written")).to_be_visible()
    expect(plan.get_by_text("No file matches")).to_be_hidden()
    plan.locator(".empty").get_by_role("button", name="Clear the search").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    library.rollback(library.history().items[0].id).wait()
    page.get_by_role("combobox", name="Search the plan").fill("risk:safe")
    expect(plan.get_by_text("No file matches")).to_be_visible()  # rolled-back files are not written again
