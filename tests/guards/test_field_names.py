"""
Only the table of fields and the table of places name a field: a new field costs these two modules, and its docs.

A key such as `genre` has no other meaning, so no other module may have it as a text. A key such as `title` or `date` is
also a word of interfaces and types; it counts where code handles a field: compared with the key of a field, as an
argument `field=…`, or as the key of a mapping of fields.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from indexium_core.model.fields.table import FIELDS
from tests.guards.test_structure import ROOT, modules
from tests.support.source import parsed

KEYS = {field.key for field in FIELDS}
WORDS = {"comment", "title", "description", "date", "show", "rating"}  # with other meanings
UNIQUE = KEYS - WORDS
TABLES = (
    "indexium_core.model.fields.table",
    "indexium_core.model.fields.places",  # their names in files and in other programs
)
# Films and series have values of their own: an `episode` is an entity there, and `genres` comes from an NFO file.
TITLES = (
    "indexium_core.model.names.",
    "indexium_core.model.titles.",
    "indexium_core.model.publishing.",
    "indexium_core.model.files.kind_proposal",
    "indexium_core.model.query.title_keys",
    "indexium_core.model.titles.title_filter",
    "indexium_core.files.titles.",
    "indexium_core.store.titles.",
    "indexium_core.flows.titles.",
    "indexium_core.store.publishing.",
    "indexium_core.flows.publishing.",
    "indexium_core.store.publishing.",
    "indexium_core.model.artwork.",
    "indexium_core.store.artwork.",
    "indexium_core.flows.artwork.",
    "indexium_core.flows.enrichment.",
    "indexium_core.api.routes.titles.",
    "indexium_core.sources.",
    "indexium_core.demo.players.",
    "indexium_core.demo.providers.",
    "dashboards.pages.publish.",
)
SCRIPTS_OF_TITLES = re.compile(r"(?:artwork|titles?)(?:_[a-z]+)?\.js")
OTHERS = {  # equal texts that are no field
    ("indexium_core.files.containers.asf.places", "copyright"),  # of the specification
    ("indexium_core.files.containers.custom_names", "creation_time"),  # of FFmpeg
    ("indexium_core.files.containers.flv.editing", "location"),  # in a name of a number
    ("indexium_core.flows.snapshots.sandbox", "location"),  # of an error of DuckDB
    ("indexium_core.model.lookups.combining", "keywords"),  # of a title
    ("indexium_core.cli.home.providers", "keywords"),
}


def named_fields(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and key of each field that code names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in UNIQUE:
            yield node.lineno, str(node.value)
        for each in _as_fields(node):
            if isinstance(each, ast.Constant) and each.value in WORDS:
                yield each.lineno, str(each.value)


def _as_fields(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions of a node that stand for the key of a field."""
    match node:
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            if any(_name(side) in {"field", "key"} for side in sides):
                for side in sides:
                    yield from side.elts if isinstance(side, ast.Tuple | ast.Set | ast.List) else [side]
        case ast.Call(func=function, args=arguments, keywords=named):
            yield from (each.value for each in named if each.arg == "field")
            owner = _name(function.value) if isinstance(function, ast.Attribute) else ""
            if "field" in owner or "field" in _name(function) or _name(function) in {"value_of", "texts_of"}:
                yield from arguments
        case ast.Subscript(value=mapping, slice=key) if "field" in _name(mapping):
            yield key


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_no_module_names_a_field() -> None:
    found = [
        f"{name}:{line} {key}"
        for name, path in modules().items()
        if not name.startswith((*TABLES, *TITLES))
        for line, key in named_fields(parsed(path))
        if (name, key) not in OTHERS
    ]
    assert found == []


def test_no_browser_module_names_a_field() -> None:
    text = re.compile(rf"""["'{{](?:{"|".join(sorted(UNIQUE))})\b""")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "dashboards").rglob("*.js"))
        if not SCRIPTS_OF_TITLES.fullmatch(path.name)
        for match in text.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "x = 'genre'",
        "place.field == 'comment'",
        "if key in {'title', other}: pass",
        "Change(field='rating')",
        "file.fields.get('date')",
        "fields['show']",
        "field_named('description')",
    ],
)
def test_named_field_is_detected(code: str) -> None:
    assert list(named_fields(ast.parse(code)))


@pytest.mark.parametrize("code", ["{'title': page.title}", "kind == 'date'", "Rule(shows='comment')", "'rating 5'"])
def test_other_texts_are_no_fields(code: str) -> None:
    assert not list(named_fields(ast.parse(code)))


def test_exceptions_exist() -> None:
    known = modules()
    assert {name for name, _ in OTHERS} <= set(known)
    assert set(TABLES) <= set(known)
