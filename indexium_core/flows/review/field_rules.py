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
from indexium_core.model.fields.table import FAVORITE_KEY, RATING, editable_field, field_named
from indexium_core.store.connection import Connection
from indexium_core.store.review import decisions as store

__all__ = ["RuleResults", "checked_rules", "constants", "results"]

_IS_FAVORITE = {"yes": True, "no": False}


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
    Return the rules by field; `favorite` may be set to yes or no, and stays a rule of its own.

    Raises:
        UsageError: No field is given, a field does not exist or cannot be set, or a rule has a wrong placeholder.
        ValidationError: The value of a rule without placeholders does not fit the type of its field.

    """
    if not texts:
        raise errors.UsageError("Name at least one field to set.")
    if FAVORITE_KEY in texts and RATING in texts:
        raise errors.UsageError("A favorite is a file with 5 stars. Set either the rating or favorite.")
    rules = {}
    for key, text in texts.items():
        if key == FAVORITE_KEY:
            if text.strip().lower() not in _IS_FAVORITE:
                raise errors.ValidationError(f"'{text}' is no value of favorite. Enter yes or no.")
            rules[key] = ValueRule(text)
        else:
            rules[editable_field(key).key] = ValueRule(text)
    constants(rules)
    return rules


def constants(rules: Mapping[str, ValueRule]) -> dict[str, str | None]:
    """Return the canonical values of the rules without placeholders; ValidationError for an invalid value."""
    return {
        key: values.parse(field_named(key), rule.constant)
        for key, rule in rules.items()
        if rule.is_constant and key != FAVORITE_KEY
    }


def results(reader: Connection, rules: Mapping[str, ValueRule]) -> RuleResults:
    """Return the values of the selected files (`decisions.select_files`)."""
    found = RuleResults(values={_field_of(key): {} for key in rules})
    former = store.former_values(reader, RATING, values.FAVORITE) if FAVORITE_KEY in rules else {}
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
            before, text = present.get(_field_of(key)), rule.value(names)
            example = FieldExample(
                file_id=row.file_id, file_name=row.file_name, field=_field_of(key), before=before, after=None
            )
            if text is None:
                found.without_value.add(row.file_id)
            elif key == FAVORITE_KEY:
                wanted = _IS_FAVORITE[text.strip().lower()]
                _add(found, example, values.rating_as_favorite(before, former.get(row.file_id), wanted=wanted))
            else:
                _parse_and_add(found, example, text)
    return found


def _field_of(key: str) -> str:
    return RATING if key == FAVORITE_KEY else key


def _parse_and_add(found: RuleResults, example: FieldExample, text: str) -> None:
    try:
        _add(found, example, values.parse(field_named(example.field), text))
    except errors.ValidationError as error:
        found.problems.append(replace(example, problem=error.message))


def _add(found: RuleResults, example: FieldExample, after: str | None) -> None:
    if after != example.before:
        found.values[example.field][example.file_id] = after
        found.changes.append(replace(example, after=after))
