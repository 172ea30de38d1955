"""The form of custom fields on the settings page."""

from __future__ import annotations

from dashboards.pages.settings import custom_fields_form
from indexium_core.model.fields.custom import MAX_INTEGER


def test_empty_limit_removes_the_limit_of_a_field() -> None:
    typed = {"title": "Tape", "type": "integer", "lowest": "", "highest": " "}
    changed = custom_fields_form.parts(typed)
    assert (changed["lowest"], changed["highest"]) == (0, MAX_INTEGER)
    defined = custom_fields_form.arguments(typed)
    assert (defined["key"], defined["lowest"], defined["highest"]) == ("", None, None)
    assert "lowest" not in custom_fields_form.parts({"title": "Tape", "type": "text"})
