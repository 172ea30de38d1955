"""A browser whose websockets are all blocked: the page says so, and there are pages to read."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from indexium_core.library import Library
from tests.browser.conftest import Site

_LOST = re.compile("websocket|Error rendering Bokeh items", re.IGNORECASE)


def test_page_without_its_websocket_says_so_and_leads_to_a_page_to_read(site: Site, library: Library) -> None:
    page = site.visit("/reading")
    page.clock.install()
    page.route_web_socket("**", lambda socket: socket.close())
    page.goto(f"{site.url}/plan")
    told = page.get_by_role("alert").filter(has_text="This page is not connected")
    page.clock.run_for(4_000)
    expect(told).to_have_count(0)
    page.clock.run_for(8_000)
    expect(told.get_by_role("heading", name="This page is not connected")).to_be_visible()
    expect(told).to_contain_text("proxy_set_header Upgrade")
    told.get_by_role("link", name="Read without websockets").click()
    item = library.plan().page(1).items[0]
    expect(page.get_by_role("cell", name=item.file_name, exact=True).first).to_be_visible()
    page.get_by_role("link", name="Jobs", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Jobs")).to_be_visible()
    site.complaints = [each for each in site.complaints if not _LOST.search(each)]


def test_page_with_its_websocket_says_nothing(site: Site) -> None:
    page = site.visit("/reading")
    page.clock.install()
    page.goto(f"{site.url}/plan")
    expect(page.locator(".page-plan [role=grid]")).to_be_visible()
    page.clock.run_for(11_000)
    expect(page.get_by_text("This page is not connected")).to_have_count(0)
