"""Compare the pages of `docs/` with the code."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import typer

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.app import make_api
from indexium_core.cli import frame
from indexium_core.cli.commands import COMMANDS
from indexium_core.files import volumes
from indexium_core.library import Library
from indexium_core.model import job_kinds, query
from indexium_core.model.accounts.permissions import PERMISSION_WORDS
from indexium_core.model.fields.rules import FACTS
from indexium_core.model.fields.table import FIELDS
from indexium_core.model.files import inventory
from indexium_core.model.planning import risk
from indexium_core.model.publishing.risks import PUBLICATION_CODES
from indexium_core.model.schedule import SCHEDULES
from indexium_core.model.titles.fields import ENTITY_TYPES, TITLE_FIELDS, checked_value
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
        default, help_text, counts = documented[f"INDEXIUM_{name.upper()}"][:3]
        assert help_text == field.description
        assert name == "home" or counts == (field.json_schema_extra or {})["counts"]  # type: ignore[index]
        assert name == "home" or default.strip("`").lower() == str(field.default).lower()


def test_every_permission_is_on_accounts_page() -> None:
    documented = {name: cells[0].partition(";")[0] for name, cells in rows("accounts.md").items()}
    assert {name: documented[name] for name in PERMISSION_WORDS} == dict(PERMISSION_WORDS)


def test_every_list_of_files_is_on_library_page() -> None:
    assert set(rows("library.md")) == set(inventory.KINDS)


def test_every_error_class_is_on_its_page() -> None:
    documented = rows("errors.md")
    classes = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.IndexiumError)
    ]

    for kind in classes:
        code, status, exit_code = documented[kind.__name__][:3]
        assert (code.strip("`"), int(status), int(exit_code)) == (kind.code, kind.http_status, kind.exit_code)


def test_retried_errors_match_errors_page() -> None:
    retried = {code for code, cells in rows("errors.md").items() if len(cells) > 1 and cells[0] == "retried"}

    assert retried == errors.RETRIED


def test_errors_page_lists_codes_without_retry() -> None:
    lasting = {code for code, cells in rows("errors.md").items() if len(cells) > 1 and cells[0] == "lasting"}

    assert lasting == errors.LASTING
    assert not lasting & errors.RETRIED


def test_every_rule_of_risk_is_on_errors_page() -> None:
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    part = text.partition("## Issues of a planned file")[2].partition("\n## ")[0]
    lines = {line.split("`")[1]: line for line in part.splitlines() if line.startswith("| `")}

    assert lines.keys() == risk.ISSUES.keys()
    for code, rule in risk.ISSUES.items():
        assert lines[code].startswith(f"| `{code}` | {rule.severity}")
        assert f" | {rule.remedy.rstrip('.')}" in lines[code]
    for rule in risk.RULES:
        assert rule.severity in lines[rule.code].split(" | ")[1]


def test_every_code_of_a_publication_is_on_errors_page() -> None:
    documented = rows("errors.md")

    for code, expected in PUBLICATION_CODES.items():
        assert documented[code] == [expected.severity, f"{expected.message} {expected.remedy}".rstrip()]
    text = (
        (DOCS / "errors.md").read_text(encoding="utf-8").partition("## Codes of publications")[2].partition("\n## ")[0]
    )
    assert text.count("\n| `") == len(PUBLICATION_CODES)


def test_every_search_key_is_on_plan_page() -> None:
    text = (DOCS / "plan.md").read_text(encoding="utf-8")

    assert [key for key in query.KEYS if f"`{key}:" not in text] == []


def test_every_field_of_titles_is_on_titles_page() -> None:
    names = {"movie": "film"}
    text = (
        (DOCS / "titles-reference.md").read_text(encoding="utf-8").partition("\n## Fields\n")[2].partition("\n## ")[0]
    )
    documented = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            name, *cells, example = [cell.strip() for cell in line.strip("|").split("|")]
            documented[name.strip("`")] = cells
            field = TITLE_FIELDS[name.strip("`")]
            assert checked_value(field, example.strip("`")) is not None

    assert documented == {
        field.name: [
            field.about,
            "all"
            if field.entities == set(ENTITY_TYPES)
            else ", ".join(names.get(kind, kind) for kind in ENTITY_TYPES if kind in field.entities),
            field.type,
        ]
        for field in TITLE_FIELDS.values()
    }


def test_every_field_place_and_placeholder_is_on_fields_page() -> None:
    text = (DOCS / "fields.md").read_text(encoding="utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")
    ]

    for field in FIELDS:
        assert next(row[-1] for row in cells if row[0] == f"`{field.key}`") == field.about
    [head] = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| field | mp4")
    ]
    stored = {row[0].strip("`"): row for row in cells if len(row) == len(head)}
    assert set(stored) == {field.key for field in FIELDS if field.places}
    for field in FIELDS:
        columns = zip(head[1:], stored.get(field.key, [])[1:], strict=False)
        places = {container: place for names, place in columns for container in names.split(", ") if place != "–"}
        assert places == dict(field.places)
    assert [[f"`{{{name}}}`", about] for name, about in FACTS.items()] == [
        row for row in cells if row[0][2:-2] in FACTS
    ]


def test_every_route_is_on_rest_page() -> None:
    documented = {route for route in rows("api.md") if "/" in route}
    paths = make_api(cast("Library", SimpleNamespace(requests=None))).openapi()["paths"]

    assert documented == {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}


def test_every_code_of_service_is_on_rest_page() -> None:
    documented = {code: words[1] for code, words in rows("api.md").items() if "/" not in code}

    assert documented == dict(problems.CODES)


def test_every_guard_is_on_the_page_for_contributors() -> None:
    text = (DOCS.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")

    assert [path.name for path in Path(__file__).parent.glob("test_*.py") if f"| `{path.name}` |" not in text] == []


def test_map_of_the_code_names_existing_places() -> None:
    head = (DOCS / "architecture.md").read_text(encoding="utf-8").partition("\n## The folders")[0]
    paths = [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", head) if not path.startswith("/")]
    roots = (DOCS.parent, DOCS.parent / "indexium_core")

    assert paths
    assert [path for path in paths if not any((root / path).exists() for root in roots)] == []


def test_links_between_pages_have_targets() -> None:
    pages = [*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")]
    texts = {page.resolve(): page.read_text(encoding="utf-8") for page in pages}
    headings = {
        page: {_anchor(line) for line in re.findall(r"^#+ (.*)", text, re.MULTILINE)} for page, text in texts.items()
    }
    for page, text in texts.items():
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text):
            other = (page.parent / target).resolve() if target else page
            assert other.exists(), f"{page.name} points at {target}"
            assert not anchor or anchor in headings[other], f"{page.name} points at {target}#{anchor}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_safety_page_matches_file_systems() -> None:
    text = (DOCS / "safety.md").read_text(encoding="utf-8").partition("## What holds where")[2]
    table = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    named = [(re.findall(r"`([^`]+)`", kinds), promise, seen) for kinds, promise, seen in table]
    known = {**volumes._KINDS, "fuse": volumes._FUSE}

    assert sorted(kind for kinds, _, _ in named for kind in kinds) == sorted(known)
    for kinds, _, seen in named:
        assert {known[kind].leases for kind in kinds} == {seen == "yes"}, kinds
        assert len({known[kind].note for kind in kinds}) == 1, kinds
    # Rows with the same note have the same meaning.
    said = {(known[kinds[0]].note, promise) for kinds, promise, _ in named if promise != "the same"}
    assert len(said) == len({note for note, _ in said}) == len({promise for _, promise in said})


def test_every_kind_of_job_is_on_jobs_page() -> None:
    text = (DOCS / "jobs.md").read_text(encoding="utf-8")
    kinds = [value for name, value in vars(job_kinds).items() if name.isupper() and isinstance(value, str)]
    assert [kind for kind in kinds if f"`{kind}`" not in text] == []
    assert job_kinds.WRITE in kinds


def test_every_schedule_is_on_schedules_page() -> None:
    text = (DOCS / "schedules.md").read_text(encoding="utf-8")
    assert [each.name for each in SCHEDULES if f"| `{each.name}`" not in text] == []


def test_every_command_and_its_options_are_on_commands_page() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    everywhere = {"--help", "--json", "--page", "--per-page", "--limit", "--version"}
    everywhere |= {"--install-completion", "--show-completion"}

    def missing(group: Any, words: tuple[str, ...] = ()) -> list[str]:
        """Return the commands without a row that has all their words, and the undocumented options."""
        name = " ".join(words)
        shown = [each for each in group.params if not getattr(each, "hidden", False)]
        options = {option for each in shown for option in each.opts if option.startswith("--")} - everywhere
        lacking = [f"{name} {option}" for option in sorted(options) if option not in text]
        lacking += [] if any(all(word in line for word in words) for line in lines) else [name]
        inner = getattr(group, "commands", {}).items()
        return lacking + [lack for word, each in inner if not each.hidden for lack in missing(each, (*words, word))]

    for command in COMMANDS:
        frame.import_command(command)
    whole = typer.main.get_group(frame.app)
    assert isinstance(whole, frame.CommandGroup)
    whole.commands = whole.imported  # with their inner commands and options, which the list of commands lacks

    assert whole.commands["jobs"].commands["list"].params
    assert missing(whole) == []
