"""Pages of `docs/` that must say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from indexium_core import errors
from indexium_core.model import query, risk
from indexium_core.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"


def rows(page: str) -> dict[str, list[str]]:
    """Cells of every table row whose first cell is a code span."""
    text = (DOCS / page).read_text(encoding="utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_every_setting_is_on_its_page_with_its_default() -> None:
    documented = rows("settings.md")
    fields = Settings.model_fields

    assert set(documented) == {f"INDEXIUM_{name.upper()}" for name in fields}
    for name, field in fields.items():
        default, help_text = documented[f"INDEXIUM_{name.upper()}"][:2]
        assert help_text == field.description
        assert name == "home" or default.strip("`") == str(field.default).lower()


def test_every_error_class_is_on_its_page() -> None:
    documented = rows("errors.md")
    classes = [getattr(errors, name) for name in errors.__all__]

    for kind in classes:
        code, status, exit_code = documented[kind.__name__][:3]
        assert (code.strip("`"), int(status), int(exit_code)) == (kind.code, kind.http_status, kind.exit_code)


def test_every_issue_code_is_on_the_errors_page() -> None:
    documented = rows("errors.md")

    assert set(risk.ISSUES) <= set(documented)


def test_every_search_key_is_on_the_plan_page() -> None:
    text = (DOCS / "plan.md").read_text(encoding="utf-8")

    assert [key for key in query.KEYS if f"`{key}:" not in text] == []


def test_links_between_pages_lead_somewhere() -> None:
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} points at {target}"
