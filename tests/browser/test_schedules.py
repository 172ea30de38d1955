"""Schedules on the settings page: changed, refused, switched and run."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.support.effort import effort


@pytest.mark.parametrize("width", effort.some([390, 1280], 1))
def test_schedule_is_changed_switched_and_run(site: Site, library: Library, width: int) -> None:
    page = site.visit("/settings")
    page.set_viewport_size({"width": width, "height": 900})
    section = page.get_by_role("region", name="Schedules")
    expect(section.locator("#when-database-backup")).to_contain_text("At 03:00 every day. Next run: ")
    text = section.get_by_role("textbox", name="Backup of the database")

    text.fill("99 3 * * *")
    text.press("Enter")
    expect(section.get_by_role("alert")).to_contain_text("'99 3 * * *' is not a cron text. Use five parts")
    site.complaints.clear()  # the browser notes each request that failed
    text.fill("30 2 * * 1")
    text.press("Enter")
    expect(section.get_by_text("At 02:30 on Monday. Next run: ")).to_be_visible()
    expect(section.get_by_role("alert")).to_be_hidden()
    assert library.schedules.get("database-backup").cron == "30 2 * * 1"

    section.get_by_role("button", name="Run now: Backup of the database").click()
    expect(section.get_by_text("completed")).to_be_visible()
    assert len(library.database_backups.list()) == 1
    section.locator(".switch", has=page.get_by_role("switch", name="Backup of the database")).click()
    expect(section.get_by_text("Off.").first).to_be_visible()
    expect(page.get_by_text("Backup of the database is off.")).to_be_visible()
    assert not library.schedules.get("database-backup").enabled
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
