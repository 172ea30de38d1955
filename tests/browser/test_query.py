"""The query page: SQL with completions and fields, limits and errors, and what a result can become."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import duckdb
from playwright.sync_api import Page, expect

from indexium_core.library import Library
from indexium_core.model.planning.plan import Selection
from tests.browser.conftest import Site

ENDLESS = "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b"


def run(page: Page, text: str) -> None:
    sql = page.get_by_role("textbox", name="SQL")
    sql.fill(text)
    sql.press("Control+Enter")


def download(page: Page, name: str) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name, exact=True).click()
    assert re.fullmatch(rf"indexium-query-[\d-]+\.{name.lower()}", waiting.value.suggested_filename)
    return Path(waiting.value.path())


def test_query_is_written_with_completions_and_run(look: Site, known: Library) -> None:
    """Written with completions and a field, sorted, paged, downloaded, saved and found again in the history."""
    page = look.visit("/plan")
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.get_by_role("button", name="Columns of file_people")).to_be_visible()
    page.keyboard.press("e")
    sql, table = page.get_by_role("textbox", name="SQL"), page.get_by_role("table", name="Result")
    sql.press_sequentially("SELECT f.file_id, f.file_na")
    sql.press_sequentially(", i AS number FROM file")
    expect(page.get_by_role("option", name=re.compile("^files "))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(sql).to_have_value("SELECT f.file_id, f.file_na, i AS number FROM files")
    sql.press_sequentially(" AS f, range(3) AS r(i) WHERE f.size > $least")
    sql.press("Home")
    for _ in "SELECT f.file_id, f.file_na":
        sql.press("ArrowRight")
    sql.press_sequentially("m")
    expect(page.get_by_role("option", name="file_name")).to_be_visible()
    sql.press("Tab")
    expect(sql).to_have_value(re.compile("f.file_name, i AS number FROM files AS f"))
    # The field gets a value; the result has pages and an order.
    page.get_by_label("$least").fill("1000")
    page.get_by_label("$least").press("Enter")
    expect(table.get_by_role("row")).to_have_count(51)
    page.get_by_role("button", name=re.compile("^number")).click()
    page.get_by_role("button", name=re.compile("^number")).click()
    expect(table.get_by_role("row").nth(1)).to_contain_text("2")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".result-head")).to_contain_text("51–100 of ")
    # Files with all rows.
    rows = list(csv.reader(io.StringIO(download(page, "CSV").read_text(encoding="utf-8-sig"))))
    files = len(known.queries.run("FROM files WHERE size > 1000").rows)
    assert (rows[0], len(rows)) == (["file_id", "file_name", "number"], 3 * files + 1)
    assert len(duckdb.read_parquet(str(download(page, "Parquet"))).fetchall()) == 3 * files
    page.get_by_role("button", name="Copy as pandas").click()
    expect(page.get_by_text("The Python code is in the clipboard.")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("The address of the result is in the clipboard.")).to_be_visible()
    found = page.context.new_page().goto(page.evaluate("navigator.clipboard.readText()"))
    assert found is not None
    assert found.json()["total"] == 3 * files
    # Saved under a name, removed, restored.
    sql.press("Control+s")
    page.get_by_role("textbox", name="Name of the query").fill("Three of each")
    page.keyboard.press("Enter")
    saved = page.get_by_role("button", name=re.compile("^Three of each"))
    expect(saved).to_be_visible()
    page.get_by_role("button", name="Remove Three of each").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.locator(".sql-head").get_by_role("button", name="New").click()
    expect(sql).to_have_value("")
    saved.click()
    expect(page.get_by_label("$least")).to_have_value("1000")
    page.get_by_role("region", name="History", exact=True).get_by_role("button").click()
    expect(page.get_by_label("$least")).to_have_value("1000")
    # The query stays in the address.
    page.reload()
    expect(sql).to_have_value(re.compile("f.file_name, i AS number"))
    page.get_by_role("button", name="Remove Three of each").click()


def test_errors_limits_and_charts(look: Site) -> None:
    page = look.visit("/query")
    page.get_by_role("button", name="Columns of plan", exact=True).click()
    sql = page.get_by_role("textbox", name="SQL")
    sql.fill("SELECT")
    page.get_by_title("Insert result_people").click()
    expect(sql).to_have_value("SELECT result_people")
    run(page, "SELECT\n  nme\nFROM files")
    problem = page.get_by_role("alert").filter(has_text="Line 2, column 3: There is no column nme.")
    expect(problem).to_be_visible()
    problem.get_by_role("button", name="Show it").click()
    assert page.evaluate("getSelection().toString()") in {"nme", ""}  # some browsers exclude text areas
    page.keyboard.insert_text("file_name")
    expect(sql).to_have_value("SELECT\n  file_name\nFROM files")
    expect(problem).to_be_hidden()
    run(page, "DELETE FROM files")
    expect(page.get_by_role("alert")).to_contain_text(["Only SELECT and EXPLAIN are possible"])
    # An endless query is cancelled with Escape, and the earlier result stays.
    run(
        page,
        "SELECT year(modified_at) AS year, risk, count(*) AS files FROM files JOIN plan USING (file_id) GROUP BY ALL",
    )
    expect(page.get_by_role("table", name="Result")).to_be_visible()
    run(page, ENDLESS)
    expect(page.locator(".sql-run")).to_contain_text("s of at most 10 s")
    page.keyboard.press("Escape")
    expect(page.locator(".sql-run")).to_contain_text("Cancelled.")
    expect(page.get_by_role("region", name="History", exact=True)).to_contain_text("cancelled")
    # Its result as a chart.
    page.get_by_role("button", name="Chart", exact=True).click()
    expect(page.get_by_label("x axis")).to_have_value("year")
    page.get_by_label("Colour").select_option("risk")
    expect(page.locator(".result-parts .legend, .page-query .legend").first).to_contain_text("danger")
    page.get_by_label("Kind of chart").select_option("points")
    expect(page.locator(".page-query canvas").first).to_be_visible()
    page.get_by_label("x axis").select_option("risk")
    expect(page.get_by_text("Lines and points need numbers or times")).to_be_visible()
    page.get_by_role("button", name="Table", exact=True).click()
    run(page, "FROM range(25000)")
    expect(page.get_by_text("only the first 10,000 of 25,000 rows")).to_be_visible()
    look.complaints.clear()  # the browser notes each call that is refused


def test_result_becomes_selection_and_lists_become_queries(site: Site, library: Library) -> None:
    page = site.visit("/plan?q=risk:danger")
    expect(page.locator("[role=row][data-row]").first).to_be_visible()
    page.keyboard.press("E")
    page.get_by_role("button", name="Open as SQL").click()
    danger = library.plan("risk:danger").statistics.danger_count
    expect(page.get_by_role("table", name="Result").get_by_role("row")).to_have_count(danger + 1)
    expect(page.get_by_role("textbox", name="SQL")).to_have_value(re.compile("p.risk IN \\('danger'\\)"))
    page.get_by_role("button", name=f"Select {danger} files in the plan").click()
    expect(page.locator(".foot")).to_contain_text(f"{danger} selected")
    expect(page.locator("[role=row][data-row][aria-selected=true]")).to_have_count(danger)
    plan = library.plan("risk:safe")
    library.write(plan, selection=Selection(included=frozenset([plan.page(1).items[0].file_id]))).wait()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.get_by_role("button", name="Open as SQL").click()
    expect(page.get_by_role("textbox", name="SQL")).to_have_value(re.compile("FROM operations AS o"))
    expect(page.get_by_role("table", name="Result")).to_contain_text("completed")


def test_files_of_a_result_are_edited_in_the_plan_or_not(site: Site, library: Library) -> None:
    page = site.visit("/query")
    run(page, "SELECT file_id, file_name FROM files")
    every = [row[0] for row in library.queries.run("SELECT file_id FROM files").rows]
    outside = library.plans.outside(library.plan(), every)
    assert 0 < outside < len(every)
    selection = page.get_by_role("group", name="Files of the result")
    expect(selection).to_contain_text(re.compile(f"; {outside} (is|are) not in the plan"))
    expect(selection.get_by_role("button", name=re.compile(r"^Select \d+ files in the plan"))).to_be_enabled()

    selection.get_by_role("button", name=f"Edit these {len(every)} files").click()
    box = page.get_by_role("dialog", name=f"Edit people of {len(every)} files")
    box.get_by_role("combobox", name="Add a person to all files").fill("Nora Novák")
    page.keyboard.press("Enter")
    box.get_by_role("button", name=f"Change {len(every)} files").click()
    expect(page.get_by_text(f"Added Nora Novák to {len(every)} files.")).to_be_visible()
    expect(selection).not_to_contain_text("not in the plan")
    assert library.plans.outside(library.plan(), every) == 0

    selection.get_by_role("button", name=f"Edit these {len(every)} files").click()
    page.get_by_role("tab", name="Fields").click()
    expect(page.get_by_role("dialog", name=f"Set a field of {len(every)} files")).to_be_visible()
    page.keyboard.press("Escape")
    run(page, "SELECT 99999 AS file_id")
    page.get_by_role("button", name="Edit this file").click()
    expect(page.get_by_text("There is no file with the id 99999.")).to_be_visible()
    site.complaints.clear()  # the browser notes the refused call


def test_number_of_rows_follows_a_newer_snapshot(site: Site, library: Library) -> None:
    page = site.visit("/query")
    people = page.get_by_title("Insert people", exact=True)
    run(page, "SELECT count(*) FROM people")
    expect(page.get_by_role("table", name="Result")).to_be_visible()
    before = library.people.page().total
    expect(people).to_have_text(f"people{before}")
    library.people.add_to_files([library.plan().items[0].file_id], ["Somebody New"])
    run(page, "SELECT count(*) FROM people")
    expect(people).to_have_text(f"people{before + 1}")


def test_query_on_phone(look: Site) -> None:
    page = look.visit("/query", width=390, theme="dark")
    page.get_by_role("button", name="Queries").click()
    page.get_by_role("region", name="Queries", exact=True).get_by_role(
        "button", name="Files that would lose people"
    ).click()
    rows = page.get_by_role("table", name="Result").get_by_role("row")
    expect(rows.nth(1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    head = page.get_by_role("group", name="Show the result as")
    expect(head).to_be_in_viewport()  # the result is shown from its beginning, below the editor
    expect(rows.nth(1)).to_be_in_viewport()
    cell = rows.nth(1).locator("td").first.bounding_box()
    assert cell is not None
    assert cell["width"] > 300  # one line of a card
    page.get_by_role("navigation", name="Pages").get_by_role("button", name="More").click()
    expect(page.get_by_role("link", name="Query")).to_be_visible()
