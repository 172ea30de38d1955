"""Retired words do not occur in identifiers and in texts for users."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from indexium_core.model.operations.interrupted import INTERRUPTED_OUTCOMES
from indexium_core.model.operations.item_words import item_status
from indexium_core.model.operations.operation import ITEM_STATUSES
from indexium_core.model.operations.outcomes import CANCELLED_CODES, OUTCOMES, outcome_label, outcome_of
from tests.support.source import parsed

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("indexium_core", "dashboards")
IDENTIFIERS = {  # retired part of an identifier: the standard term
    "asked": "request",
    "chronicle": "job_log",
    "courtesy": "ui_priority",
    "clockwork": "clock",
    "desk": "result_cache",
    "fate": "outcome",
    "fates": "outcomes",
    "glance": "quick_check",
    "glanced": "quick_checked",
    "heed": "on_progress",
    "hindrance": "blocker",
    "hindrances": "blockers",
    "holdings": "inventory",
    "mend": "resolution, remedy",
    "mends": "resolutions",
    "pulse": "progress",
    "rejoined": "links_restored",
    "said": "text, message",
    "says": "has, contains",
    "sealed": "expected",
    "shares": "fractions",
    "shelf": "read_cache",
    "stint": "file_progress",
    "strays": "orphaned_journals",
    "teller": "progress_sink",
    "told": "on_progress, report",
    "whom": "people",
}
COMPOUNDS = {  # retired words of an identifier, in this order: the standard term
    "at_rest": "idle",
    "bring_back": "stop_skipping, restore",
    "in_the_way": "conflicts, blockers",
    "left_alone": "conflict_reasons, not_changed",
    "parts_names": "breaks_links",
    "stay_parted": "links_not_restored",
}
TEXTS = {  # retired phrase in a text: the standard phrase
    "as before again": "restored",
    "bring back": "stop skipping, restore",
    "brought back": "no longer skipped, restored",
    "cannot be taken": "rejected",
    "come to rest": "ended",
    "comes to rest": "ends",
    "full rewrite": "full copy",
    "give up": "cancel",
    "given up": "cancelled",
    "gives up": "cancels",
    "go on with": "resume",
    "goes on": "continues, resumes",
    "kept for undo": "kept for rollback",
    "left alone": "not changed, conflict",
    "let it go on": "resume",
    "look whether": "check whether",
    "not responding": "stalled",
    "not there any more": "no longer exists",
    "other text of the comment": "custom text",
    "put back": "restored",
    "put right": "fixed, recovered",
    "right as it is": "ignored",
    "settle it": "resolve",
    "reinstated": "no longer skipped",
    "stand still": "stall",
    "stands still": "is stalled",
    "stood still": "stalled",
    "take back": "roll back, undo",
    "taken back": "rolled back, undone",
    "takes back": "rolls back, undoes",
    "tried again": "retried",
    "undo my changes": "remove my edits",
    "under way": "in progress, running",
}
PHRASE = re.compile(r"\b(" + "|".join(TEXTS) + r")\b", re.IGNORECASE)


def sources(suffix: str) -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob(f"*{suffix}"))]


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def parts(name: str) -> set[str]:
    """Return the words of an identifier in snake case or camel case, in lower case."""
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def identifiers(tree: ast.AST) -> set[str]:
    """Return the names that a module defines: classes, functions, parameters and variables."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def retired_identifiers(tree: ast.AST) -> list[str]:
    """Return the violations in the names of a module, each with the standard term."""
    names = identifiers(tree)
    return sorted(
        f"'{name}': write '{IDENTIFIERS[part]}' instead of '{part}'"
        for name in names
        for part in parts(name) & IDENTIFIERS.keys()
    ) + sorted(
        f"'{name}': write '{term}' instead of '{words}'"
        for name in names
        for words, term in COMPOUNDS.items()
        if f"_{words}_" in f"_{name.lower()}_"
    )


def retired_texts(text: str) -> list[str]:
    """Return the violations in a text, each with the standard phrase."""
    return [f"write '{TEXTS[found.lower()]}' instead of '{found}'" for found in PHRASE.findall(text)]


def violations(path: Path) -> list[str]:
    """Return the violations of a Python module, in its names and in its texts."""
    tree = parsed(path)
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return retired_identifiers(tree) + retired_texts("\n".join(texts))


def test_identifiers_and_texts_of_python_use_standard_terms() -> None:
    found = {path: violations(path) for path in sources(".py")}
    assert found
    assert {path: each for path, each in found.items() if each} == {}


def other_texts() -> list[Path]:
    """Return the files that are not Python modules of the packages."""
    files = [path for suffix in (".js", ".css", ".sql") for path in sources(suffix)]
    return [*files, *pages(), ROOT / "pyproject.toml", ROOT / "start.py"]


def test_other_files_use_standard_phrases() -> None:
    found = {path: retired_texts(path.read_text(encoding="utf-8")) for path in other_texts()}
    assert {path: each for path, each in found.items() if each} == {}


def test_rest_pages_and_documentation_use_same_words_for_outcomes() -> None:
    described = json.loads((ROOT / "tests/corpus/openapi.json").read_text(encoding="utf-8"))
    shapes = [described[f"schema {name}"]["properties"]["outcomes"] for name in ("OperationAnswer", "Following")]
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8").partition("| outcome | meaning |")[2]
    documented = re.findall(r"^\| `(\w+)` \|", table.partition("\n\n")[0], re.MULTILINE)
    found = {
        (status, code, kind): outcome_of(status, code, kind)
        for status in ITEM_STATUSES
        for code in ("", *CANCELLED_CODES)
        for kind in ("write", "rollback")
    }
    assert [shape["propertyNames"]["enum"] for shape in shapes] == [list(OUTCOMES)] * 2
    assert documented == list(OUTCOMES)
    assert set(found.values()) == set(OUTCOMES)
    shown = {item_status(status, code, ended=True, kind=kind)[0] for status, code, kind in found}
    assert shown == {outcome_label(outcome) for outcome in OUTCOMES} | {"writing"}
    assert set(INTERRUPTED_OUTCOMES) == set(OUTCOMES)


def test_guard_names_word_and_its_replacement() -> None:
    assert retired_identifiers(ast.parse("def heed(file_stint): sealedDigest = 1")) == [
        "'file_stint': write 'file_progress' instead of 'stint'",
        "'heed': write 'on_progress' instead of 'heed'",
        "'sealedDigest': write 'expected' instead of 'sealed'",
    ]
    assert retired_identifiers(ast.parse("self_at_rest: bool\nformat_restart = 1")) == [
        "'self_at_rest': write 'idle' instead of 'at_rest'",
    ]
    assert retired_texts("The scan Goes on.") == ["write 'continues, resumes' instead of 'Goes on'"]
    assert not retired_texts("The scan resumes. The background is dark.")
