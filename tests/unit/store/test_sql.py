"""SQL files: named statements, each with its purpose."""

from __future__ import annotations

from importlib import resources

import pytest

from indexium_core.store import sql
from tests.support.cases import each_case

FILES = sorted(
    entry.name.removesuffix(".sql") for entry in resources.files(sql.__name__).iterdir() if entry.name.endswith(".sql")
)


@each_case("file", FILES)
def test_every_sql_file_is_well_formed(file: str) -> None:
    statements = sql.load(file)

    assert statements
    assert not any(text.endswith(";") for text in statements.values())


def test_file_is_split_into_statements() -> None:
    one = "-- About this file.\n-- name: one\n-- Why.\n-- More.\nSELECT 1; -- name it\n\n"
    text = one + "-- name: two\n-- Why.\nSELECT ';'\n"

    assert sql.parse(text) == {"one": "SELECT 1; -- name it", "two": "SELECT ';'"}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1;\n-- name: one\n-- Why.\nSELECT 1\n",
        "-- name: one\nSELECT 1\n",
        "-- name: one\n--\nSELECT 1\n",
        "-- name: one\n-- Why.\n-- name: two\n-- Why.\nSELECT 1\n",
        "-- name: one\n-- Why.\n\n-- only a comment\n",
        "-- name: one\n-- Why.\nSELECT 1\n-- name: one\n-- Why.\nSELECT 2\n",
    ],
    ids=["sql_before_names", "no_purpose", "empty_purpose", "no_sql", "comment_only", "twice"],
)
def test_malformed_sql_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"things\.sql"):
        sql.parse(text, file="things")


def test_loaded_statements_are_read_only() -> None:
    with pytest.raises(TypeError):
        sql.load("catalog")["known"] = ""  # type: ignore[index]
