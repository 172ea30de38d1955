"""
Write a file without the fields that it cannot store, so that one field never blocks the others.

The plan announces the fields of which it knows that a file cannot store them. A field that turns out at the write is
omitted then: if no strategy can write it, which the strategies say without a change of the file, or if the verification
fails because of it, and the write is undone. Every attempt is a whole write with its own journal and verification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from indexium_core import errors
from indexium_core.flows.writing import protocol
from indexium_core.flows.writing.policy import WritePolicy
from indexium_core.flows.writing.protocol import NothingToDo
from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.operations.operation import WriteResult
from indexium_core.store.operations.ledger_rows import Task

CODE = "field_unsupported"  # of a file that was written without a field; the plan has the same one
# Codes that are about the values and the form of a file; a disk, a lock or a hard link is not about one field.
_ABOUT_FIELDS = frozenset({"invalid_value", "no_strategy_yet", "payload_protected", "verification_failed"})
_CAUGHT = (errors.RefusedError, errors.VerificationError, errors.PayloadProtectedError)

_Result = TypeVar("_Result")
_Reasons = Mapping[str, str]  # by key of a field: why it is omitted, as one or more sentences


def without_refused_fields(
    task: Task, policy: WritePolicy, attempt: Callable[[Task], _Result]
) -> tuple[_Result, dict[str, str]]:
    """
    Return the result of an attempt with as many fields of a task as possible, and the reasons of the omitted ones.

    Args:
        task: The item.
        policy: The write policy of the operation.
        attempt: Writes a task, or checks it; after an error the file is unchanged.

    Raises:
        MetadataError: The error of the attempt with all fields: no field can be written.

    """
    try:
        return attempt(task), {}
    except _CAUGHT as error:
        if error.reason not in _ABOUT_FIELDS or len(_keys(task)) == 1:
            raise
        # A search makes several attempts, which is too much for a large file that is copied each time.
        done = _first_possible(task, policy, attempt, error, {}, may_search=not task.is_rewrite)
        if done is None:
            raise
        return done


def with_omitted(result: WriteResult, omitted: _Reasons) -> WriteResult:
    """Return a result that names the omitted fields with their reasons; the same without such fields."""
    if not omitted:
        return result
    titles: dict[str, list[str]] = {}
    for key, reason in omitted.items():
        titles.setdefault(reason, []).append(title_of(key))
    sentences = [f"Not written: {wording.list_of(each)}. {reason}" for reason, each in titles.items()]
    message = " ".join(filter(None, [*sentences, result.message]))
    return replace(result, code=CODE, message=message, omitted=tuple(omitted))


def _first_possible(
    task: Task,
    policy: WritePolicy,
    attempt: Callable[[Task], _Result],
    error: errors.MetadataError,
    omitted: _Reasons,
    *,
    may_search: bool,
) -> tuple[_Result, dict[str, str]] | None:
    """Return the result without the fields of an error and of later ones; None if nothing can be written."""
    for more in _omissions(task, policy, error, omitted, may_search=may_search):
        try:
            return attempt(_without(task, more)), more
        except NothingToDo:
            continue
        except _CAUGHT as later:
            if later.reason not in _ABOUT_FIELDS:
                raise
            is_search = not isinstance(error, errors.RefusedError) and not _named(error)
            done = _first_possible(task, policy, attempt, later, more, may_search=may_search and not is_search)
        if done is not None:
            return done
    return None


def _omissions(
    task: Task, policy: WritePolicy, error: errors.MetadataError, omitted: _Reasons, *, may_search: bool
) -> Iterator[dict[str, str]]:
    """Yield the fields to omit after an error, with those that are omitted already; the likeliest ones first."""
    remaining = _without(task, omitted)
    keys = _keys(remaining)
    if isinstance(error, errors.RefusedError):
        found = _refused(remaining, policy)
    else:
        difference = error.difference if isinstance(error, errors.VerificationError) else error.message
        reason = f"A check found: {difference.rstrip('.')}."
        found = {key: reason for key in keys if key in _named(error)}
        if not found and may_search:  # the error names no field: omit each one, and at last all but one
            yield from ({**omitted, key: reason} for key in keys if len(keys) > 1)
            yield from ({**omitted, **{key: reason for key in keys if key != kept}} for kept in keys if len(keys) > 2)
    if 0 < len(found) < len(keys):
        yield {**omitted, **found}


def _named(error: errors.MetadataError) -> frozenset[str]:
    """Return the fields that a failed check names."""
    return frozenset(error.fields.split() if isinstance(error, errors.VerificationError) else ())


def _refused(task: Task, policy: WritePolicy) -> dict[str, str]:
    """Return the fields that no strategy can write together with those in front of them, with the reasons."""
    refused: dict[str, str] = {}
    with protocol.opened(task) as file:
        checked = protocol.inspect(task, file, policy)
        capabilities = protocol.capabilities_of(task, file, policy)
        kept: list[str] = []
        for key in _keys(task):
            try:
                for keys in ({key}, {key, *kept}):  # the reason of a field alone names no other field
                    changes = [change for change in task.changes if change.field in keys]
                    protocol.choose(file, checked, changes, capabilities, break_links=policy.break_links)
                kept.append(key)
            except errors.RefusedError as error:
                if error.reason not in _ABOUT_FIELDS:
                    return {}
                refused[key] = error.message
    return refused


def _keys(task: Task) -> list[str]:
    """Return the fields of a task in the order of its changes, the comment first."""
    return list(dict.fromkeys(change.field for change in task.changes))


def _without(task: Task, omitted: Iterable[str]) -> Task:
    gone = frozenset(omitted)
    return replace(task, changes=tuple(change for change in task.changes if change.field not in gone))
