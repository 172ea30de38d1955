"""
The SQL of the store, as named statements in `.sql` files beside this module.

A file is a sequence of blocks; each begins with `-- name: <name>` and a comment that says what the statement is for.
Python holds names and parameters, never SQL text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

__all__ = ["compose", "load", "parameters", "parse", "purposes", "with_parts"]

_HEAD = re.compile(r"^-- name: *(\w+)[ \t]*\n", re.MULTILINE)
_PURPOSE = re.compile(r"(?:-- (?!name:).*\S.*\n)+")
_PART = re.compile(r"/\* (\w+) \*/")
_PARAMETER = re.compile(r"\$(\w+)")


@cache
def load(file: str) -> Mapping[str, str]:
    """Return the statements of `<file>.sql` by name, read once per process."""
    return MappingProxyType(parse(_text(file), file=file))


@cache
def purposes(file: str) -> Mapping[str, str]:
    """Return the comments of the statements of `<file>.sql` by name, each as one line."""
    _, *blocks = _HEAD.split(_text(file))
    comments = {name: _PURPOSE.match(block) for name, block in zip(blocks[::2], blocks[1::2], strict=True)}
    return MappingProxyType(
        {
            name: comment[0].replace("-- ", "").replace("\n", " ").strip()
            for name, comment in comments.items()
            if comment
        }
    )


@cache
def compose(*files: str) -> Mapping[str, str]:
    """Return the statements of `.sql` files by name. The statement of this name replaces each `/* name */`."""
    statements = {name: text for file in files for name, text in load(file).items()}

    def whole(text: str) -> str:
        return _PART.sub(lambda part: whole(statements[part[1]]) if part[1] in statements else part[0], text)

    return MappingProxyType({name: whole(text) for name, text in statements.items()})


def parameters(statement: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a statement uses as parameters."""
    return {name: facts[name] for name in _PARAMETER.findall(statement)}


def with_parts(text: str, **parts: str) -> str:
    """Return a statement in which a part replaces each `/* name */`: a table, columns, or another statement."""
    return _PART.sub(lambda part: parts[part[1]], text)


def quoted(text: str) -> str:
    """Return a text as an SQL literal; for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def parse(text: str, *, file: str = "") -> dict[str, str]:
    """
    Split the text of a `.sql` file into statements by name.

    Raises:
        ValueError: A name occurs twice, a statement has no purpose or no SQL, or SQL comes before the first name.

    """
    before, *blocks = _HEAD.split(text)
    if _without_comments(before):
        raise ValueError(f"{file}.sql: there is SQL before the first '-- name:' line.")
    statements: dict[str, str] = {}
    for name, block in zip(blocks[::2], blocks[1::2], strict=True):
        purpose = _PURPOSE.match(block)
        body = block[purpose.end() :].strip() if purpose else ""
        if name in statements or not _without_comments(body):
            raise ValueError(f"{file}.sql: '{name}' is there twice, has no purpose or no SQL.")
        statements[name] = body.rstrip(";")
    return statements


def _text(file: str) -> str:
    return resources.files(__name__).joinpath(f"{file}.sql").read_text(encoding="utf-8")


def _without_comments(text: str) -> str:
    return re.sub(r"--.*", "", text).strip()
