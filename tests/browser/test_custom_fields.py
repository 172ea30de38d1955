"""Custom fields: defined on the settings page, set in the details of a file from a select box, and removed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from indexium_core.library import Library
from indexium_core.model.fields import custom
from tests.browser.conftest import Site

LETTER = "Letter.mp4"


@pytest.fixture(autouse=True)
def no_other_homes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the home that the tests before share: open homes of one process have the same custom fields."""
    monkeypatch.setattr(custom, "_homes", {})
    monkeypatch.setattr(custom, "_of_process", custom.NONE)


def test_field_is_defined_edited_and_removed(site: Site, library: Library) -> None:
    page = site.visit("/settings")
    section = page.get_by_role("region", name="Custom fields")
    section.get_by_role("button", name="Add a field…").click()
    form = section.get_by_role("form", name="New field")
    form.get_by_label("Title").fill("Genre")
    form.get_by_role("button", name="Add the field").click()
    expect(form.get_by_text("“genre” has another meaning in searches and rules.")).to_be_visible()
    site.complaints.clear()  # the browser notes each request that failed
    form.get_by_label("Title").fill("Camera body")
    form.get_by_label("Allowed values").fill("Sony FX3\nCanon R5")
    form.get_by_text("Names in files").click()
    expect(form.get_by_label("Name in MP4 and MOV")).to_have_attribute("placeholder", re.compile("com.apple.iTunes:"))
    form.get_by_label("Name in MP4 and MOV").fill("com.example.camera")
    form.get_by_role("button", name="Add the field").click()
    expect(form).to_be_hidden()
    expect(section.get_by_text("Text: Sony FX3 or Canon R5. In searches and rules: camera_body.")).to_be_visible()
    [field] = library.fields.list()
    assert (field.key, field.mp4, field.choices) == ("camera_body", "com.example.camera", ("Sony FX3", "Canon R5"))

    section.get_by_role("button", name="Change the field Camera body").click()
    form = section.get_by_role("form", name="Change camera_body")
    expect(form.get_by_text("another meaning")).to_be_hidden()
    expect(form.get_by_label("Allowed values")).to_have_value("Sony FX3\nCanon R5")
    form.get_by_label("Allowed values").fill("Canon R5\nNikon Z9")
    form.get_by_role("button", name="Save").click()
    expect(section.get_by_text("Text: Canon R5 or Nikon Z9.")).to_be_visible()
    assert library.fields.get("camera_body").mp4 == "com.example.camera"

    _choose_in_details(site.visit("/plan"))
    assert [each.kind for each in library.decisions.list() if each.kind.startswith("field:")] == ["field:camera_body"]

    site.turn(page, "/settings")
    section.get_by_role("button", name="Remove the field Camera body").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the field").click()
    expect(page.get_by_text(re.compile("Camera body has edits in 1 file that wait to be written"))).to_be_visible()
    site.complaints.clear()
    library.decisions.revoke([each.decision_id for each in library.decisions.list()])
    section.get_by_role("button", name="Remove the field Camera body").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the field").click()
    expect(page.get_by_text("Camera body is no field any more.")).to_be_visible()
    expect(section.get_by_text("Camera body")).to_be_hidden()
    assert library.fields.list() == []


def _choose_in_details(page: Page) -> None:
    page.get_by_role("row").filter(has_text=LETTER).first.click()
    drawer = page.locator(".details")
    drawer.get_by_role("button", name=re.compile("More fields|no other fields")).click()
    drawer.get_by_role("button", name=re.compile("^Camera body: none")).click()
    box = drawer.get_by_role("combobox", name="Camera body")
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(box).to_have_value("Nikon Z9")
    box.press("Escape")
    drawer.get_by_role("button", name=re.compile("^Camera body: none")).click()
    box.press("ArrowDown")
    box.press("Enter")
    expect(drawer.get_by_role("button", name=re.compile("^Camera body: Canon R5"))).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=LETTER).first).to_contain_text("Camera body: Canon R5")
