"""Keys of providers on the settings page: entered, tested and removed, and never shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from indexium_core import keys
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.support.effort import effort
from tests.support.providers import store_addresses

SECRET = "0123456789abcdef-SECRET"


@pytest.mark.parametrize("width", effort.some([390, 1280], 1))
def test_key_is_entered_tested_and_removed(serve: Callable[[Library], Site], tmp_path: Path, width: int) -> None:
    home = tmp_path / "home"
    with ProviderStandIn() as stand_in:
        store_addresses(home, stand_in)
        with Library.open(home) as library:
            page = serve(library).visit("/settings", width=width)
            page.get_by_role("button", name="Enter a key of OMDb").click()
            field = page.get_by_label("Key of OMDb", exact=True).and_(page.locator("input"))
            expect(field).to_be_focused()
            expect(page.get_by_text("The key goes to OMDb only.")).to_be_visible()

            page.keyboard.type(SECRET)  # letters of it are no key command
            page.keyboard.press("Enter")

            expect(page.get_by_text("OMDb accepts the key.")).to_be_visible()
            expect(page.get_by_role("button", name="Replace the key of OMDb")).to_be_focused()
            assert keys.provider_keys(home).get("omdb_api_key") == SECRET
            stand_in.fail("omdb", "rejected_key")
            page.get_by_role("button", name="Test the key of OMDb").click()
            expect(page.get_by_text("OMDb rejects the key.").first).to_be_visible()
            page.reload()
            expect(page.get_by_role("button", name="Remove the API key of OMDb")).to_be_visible()
            assert SECRET not in page.content()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.get_by_role("button", name="Remove the API key of OMDb").click()
            expect(page.get_by_role("button", name="Enter a key of OMDb")).to_be_visible()
            assert not keys.provider_keys(home).get("omdb_api_key")
