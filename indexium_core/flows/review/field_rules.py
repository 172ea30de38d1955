"""
The values that rules make for the selected files. An edit and its preview use the same function.

A rule that has no value for a file, or an invalid one, does not edit the file: one file never stops the others. A value
that the container of a file cannot store is an edit, which the plan shows with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from indexium_core import errors
from indexium_core.model.fields import values
from indexium_core.model.fields.field import problem_of_file
from indexium_core.model.fields.rules import FileNames, ValueRule
from indexium_core.model.fields.table import DATE, FAVORITE_KEY, RATING, editable_field, field_named
from indexium_core.model.review.reports import FieldExample
from indexium_core.store.connection import Connection
from indexium_core.store.review import decisions as store

_WANTED = {"yes": True, "no": False, "toggle": None}  # the values of `favorite`


@dataclass(slots=True)
class RuleResults:
    """The values of the selected files."""

    files: int = 0
    values: dict[str, dict[int, str | None]] = field(default_factory=dict)  # by field and file: only those that change
    changes: list[FieldExample] = field(default_factory=list)
    problems: list[FieldExample] = field(default_factory=list)  # invalid values
    unsupported: list[FieldExample] = field(default_factory=list)  # values that the containers cannot store
    locked: set[int] = field(default_factory=set)  # files in which a field keeps its value, because it is locked
    without_value: set[int] = field(default_factory=set)  # files for which a rule has no value
    planned: set[int] = field(default_factory=set)  # files with an edit of one of the fields that is not written yet
    skipped: set[int] = field(default_factory=set)  # files that the plan skips

    @property
    def invalid_files(self) -> int:
        """The number of files for which a rule makes an invalid value."""
        return len({each.file_id for each in self.problems})

    @property
    def invalid_reason(self) -> str:
        """Why the first invalid value is not valid; "" without one."""
        return next((each.problem for each in self.problems), "")

    @property
    def changed_files(self) -> int:
        """The number of files with a value that is edited."""
        return len({file_id for of_field in self.values.values() for file_id in of_field})

    @property
    def unsupported_files(self) -> int:
        """The number of files with a container that cannot store a value."""
        return len({each.file_id for each in self.unsupported})


def checked_rules(texts: Mapping[str, str], *, as_typed: bool = False) -> dict[str, ValueRule]:
    """
    Return the rules by field; `favorite` may be set to yes, no or toggle, and stays a rule of its own.

    `as_typed`: a text is the value itself, also with braces.

    Raises:
        UsageError: No field is given, a field does not exist or cannot be set, or a rule has a wrong placeholder.
        ValidationError: The value of a rule without placeholders does not fit the type of its field.

    """
    if not texts:
        raise errors.UsageError("Name at least one field to set.")
    if FAVORITE_KEY in texts and RATING in texts:
        raise errors.UsageError("A favourite is a file with 5 stars. Set either the rating or favorite.")
    rules = {}
    for key, text in texts.items():
        if key == FAVORITE_KEY:
            if text.strip().lower() not in _WANTED:
                raise errors.ValidationError(f"'{text}' is no value of favorite. Enter yes, no or toggle.")
            rules[key] = ValueRule(text)
        else:
            rules[editable_field(key).key] = ValueRule.as_typed(text) if as_typed else ValueRule(text)
    constants(rules)
    return rules


def constants(rules: Mapping[str, ValueRule]) -> dict[str, str | None]:
    """
    Return the canonical values of the rules that have the same value for every file.

    A rule without placeholders is not one of them if containers store its value in different forms. ValidationError: a
    value is invalid.
    """
    parsed = {
        key: values.parse(field_named(key), rule.constant)
        for key, rule in rules.items()
        if rule.is_constant and key != FAVORITE_KEY
    }
    return {key: value for key, value in parsed.items() if value is None or not field_named(key).utc_in}


def unsupported_files(reader: Connection, constants: Mapping[str, str | None]) -> int:
    """Return the number of selected files that cannot store one of the values."""
    return sum(
        files
        for container, problems, files in store.selected_containers(reader)
        if any(_problem(container, problems, key, value) for key, value in constants.items())
    )


def unsupported_ratings(rows: Sequence[store.FieldFacts], ratings: Mapping[int, str | None]) -> int:
    """Return the number of files whose container cannot store the rating that they get."""
    given = ((row, ratings.get(row.file_id)) for row in rows)
    return sum(value is not None and bool(_problem(row.container, row.problems, RATING, value)) for row, value in given)


def _problem(container: str, problems: Mapping[str, str] | None, key: str, value: str | None) -> str:
    """Return why a file cannot store a value, as a sentence; "" if it can. A field without a place has no value."""
    in_container = "" if value is None else field_named(key).problem_in(container, value)
    return in_container or problem_of_file(problems, key, value)


def results(reader: Connection, rules: Mapping[str, ValueRule], *, skips_locked: bool) -> RuleResults:
    """
    Return the values of the selected files (`decisions.selection`).

    `skips_locked`: a locked field is not edited. ValidationError: none of the files can have the value of a rule
    without placeholders.
    """
    found = RuleResults(values={_field_of(key): {} for key in rules})
    rows = store.field_facts(reader) if rules else []
    favorite = rules.get(FAVORITE_KEY)
    wanted = _WANTED[favorite.text.strip().lower()] if favorite else None
    ratings = favorite_ratings(reader, rows, wanted, skips_locked=skips_locked) if favorite else {}
    for row in rows:
        found.files += 1
        present = _present(row)
        _note_plan(found, row, [_field_of(key) for key in rules])
        names = FileNames(
            file_name=row.file_name,
            folder=row.folder,
            modified=datetime.fromtimestamp(row.mtime_ns // 10**9, UTC),
            fields=present,
        )
        for key, rule in rules.items():
            if skips_locked and _field_of(key) in (row.locked or ()):
                found.locked.add(row.file_id)
                continue
            before, text = present.get(_field_of(key)), rule.value(names)
            example = FieldExample(
                file_id=row.file_id, file_name=row.file_name, field=_field_of(key), before=before, after=None
            )
            if text is None:
                found.without_value.add(row.file_id)
            elif key == FAVORITE_KEY:
                _add(found, row, example, ratings[row.file_id].after)
            else:
                _parse_and_add(found, row, example, text)
    _require_possible(found, rules)
    return found


def _require_possible(found: RuleResults, rules: Mapping[str, ValueRule]) -> None:
    for key, rule in rules.items():
        problems = [each.problem for each in found.problems if each.field == key] if rule.is_constant else []
        if problems and len(problems) == found.files:
            raise errors.ValidationError(problems[0])


def given(reader: Connection, texts: Mapping[int, Mapping[str, str]]) -> RuleResults:
    """
    Return the values of the selected files, each from its own texts by field (`texts`, by file id).

    A locked field keeps its value. So does a field whose value the container cannot store, and a date that is more
    exact than the given one.
    """
    found = RuleResults(values={key: {} for of_file in texts.values() for key in of_file})
    for row in store.field_facts(reader):
        found.files += 1
        present = _present(row)
        _note_plan(found, row, texts[row.file_id])
        for key, text in texts[row.file_id].items():
            before = present.get(key)
            if key in (row.locked or ()):
                found.locked.add(row.file_id)
            elif not (key == DATE and before and before.startswith(text)):
                example = FieldExample(
                    file_id=row.file_id, file_name=row.file_name, field=key, before=before, after=None
                )
                _parse_and_add(found, row, example, text)
    for each in found.unsupported:
        del found.values[each.field][each.file_id]
    return found


class FavoriteRating(NamedTuple):
    """The rating of a file before and after it becomes a favorite, or no favorite."""

    before: str | None
    after: str | None


def favorite_ratings(
    reader: Connection,
    rows: Sequence[store.FieldFacts],
    wanted: bool | None,  # noqa: FBT001
    *,
    skips_locked: bool,
) -> dict[int, FavoriteRating]:
    """
    Return the ratings of selected files that become favorites, or no favorites, by file id.

    With None, they become favorites, or no favorites if all of them are favorites. `skips_locked`: a locked rating
    stays.
    """
    before = {row.file_id: _present(row).get(RATING) for row in rows}
    former = store.former_values(reader, RATING, values.FAVORITE)
    locked = {row.file_id for row in rows if skips_locked and RATING in (row.locked or ())}
    if wanted is None:
        wanted = any(rating != values.FAVORITE for rating in before.values())
    return {
        file_id: FavoriteRating(
            rating,
            rating if file_id in locked else values.rating_as_favorite(rating, former.get(file_id), wanted=wanted),
        )
        for file_id, rating in before.items()
    }


def _present(row: store.FieldFacts) -> dict[str, str]:
    """Return the present values of a file, edits included."""
    edited = dict(row.fields or {}) | dict(row.edits or {})
    return {key: value for key, value in edited.items() if value is not None}


def _note_plan(found: RuleResults, row: store.FieldFacts, keys: Iterable[str]) -> None:
    """Note whether the plan skips a file, and whether it has an edit of one of these fields that is not written yet."""
    edits, written = row.edits or {}, row.fields or {}
    if row.is_skipped:
        found.skipped.add(row.file_id)
    if any(key in edits and edits[key] != written.get(key) for key in keys):
        found.planned.add(row.file_id)


def _field_of(key: str) -> str:
    return RATING if key == FAVORITE_KEY else key


def _parse_and_add(found: RuleResults, row: store.FieldFacts, example: FieldExample, text: str) -> None:
    field = field_named(example.field)
    try:
        _add(found, row, example, values.as_stored(field, values.parse(field, text), row.container))
    except errors.ValidationError as error:
        found.problems.append(replace(example, problem=error.message))


def _add(found: RuleResults, row: store.FieldFacts, example: FieldExample, after: str | None) -> None:
    if after == example.before:
        return
    found.values[example.field][row.file_id] = after
    problem = field_named(example.field).problem_in(row.container, after)
    problem = problem or problem_of_file(row.problems, example.field, after)
    if problem:
        found.unsupported.append(replace(example, after=after, problem=problem))
    else:
        found.changes.append(replace(example, after=after))
