"""
The values that rules make for the selected files. An edit and its preview use the same function.

A rule that has no value for a file, or an invalid one, does not edit the file: one file never stops the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.model.fields import values
from indexium_core.model.fields.preview import FieldExample
from indexium_core.model.fields.rules import FileNames, ValueRule
from indexium_core.model.fields.table import editable_field, field_named
from indexium_core.store.connection import Connection
from indexium_core.store.review import decisions as store

__all__ = ["RuleResults", "checked_rules", "constants", "results"]


@dataclass(slots=True)
class RuleResults:
    """The values of the selected files."""

    files: int = 0
    values: dict[str, dict[int, str | None]] = field(default_factory=dict)  # by field and file: only those that change
    changes: list[FieldExample] = field(default_factory=list)
    problems: list[FieldExample] = field(default_factory=list)  # invalid values
    without_value: set[int] = field(default_factory=set)  # files for which a rule has no value

    @property
    def invalid_files(self) -> int:
        """The number of files for which a rule makes an invalid value."""
        return len({each.file_id for each in self.problems})

    @property
    def changed_files(self) -> int:
        """The number of files with a value that changes."""
        return len({file_id for of_field in self.values.values() for file_id in of_field})


def checked_rules(texts: Mapping[str, str]) -> dict[str, ValueRule]:
    """
    Return the rules by field.

    Raises:
        UsageError: No field is given, a field does not exist or cannot be set, or a rule has a wrong placeholder.
        ValidationError: The value of a rule without placeholders does not fit the type of its field.

    """
    if not texts:
        raise errors.UsageError("Name at least one field to set.")
    rules = {}
    for key, text in texts.items():
        rules[editable_field(key).key] = ValueRule(text)
    constants(rules)
    return rules


def constants(rules: Mapping[str, ValueRule]) -> dict[str, str | None]:
    """Return the canonical values of the rules without placeholders; ValidationError for an invalid value."""
    return {key: values.parse(field_named(key), rule.constant) for key, rule in rules.items() if rule.is_constant}


def results(reader: Connection, rules: Mapping[str, ValueRule]) -> RuleResults:
    """Return the values of the selected files (`decisions.select_files`)."""
    found = RuleResults(values={key: {} for key in rules})
    for row in store.field_facts(reader) if rules else ():
        found.files += 1
        edited = dict(row.fields or {}) | dict(row.edits or {})
        present = {key: value for key, value in edited.items() if value is not None}
        names = FileNames(
            file_name=row.file_name,
            folder=row.folder,
            modified=datetime.fromtimestamp(row.mtime_ns // 10**9, UTC),
            fields=present,
        )
        for key, rule in rules.items():
            _apply(found, row, key, rule.value(names), present.get(key))
    return found


def _apply(found: RuleResults, row: store.FieldFacts, key: str, text: str | None, before: str | None) -> None:
    if text is None:
        found.without_value.add(row.file_id)
        return
    example = FieldExample(file_id=row.file_id, file_name=row.file_name, field=key, before=before, after=None)
    try:
        after = values.parse(field_named(key), text)
    except errors.ValidationError as error:
        found.problems.append(replace(example, problem=error.message))
        return
    if after != before:
        found.values[key][row.file_id] = after
        found.changes.append(replace(example, after=after))
