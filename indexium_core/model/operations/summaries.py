"""
The sentences about a write or a rollback: before it, of its dry run, and after it.

The CLI, the dialogs and the pages show these sentences, so that one fact has the same words everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from indexium_core.model import wording
from indexium_core.model.operations.outcomes import Outcome, noun_of, outcome_counts, success_of

if TYPE_CHECKING:
    from indexium_core.model.planning.plan import SelectionSummary

_SUCCESS = {"publish": "published"}  # the word for written items in the sentence about an operation
_EXCLUDED = {"postponed": "skipped", "unchanged": "already up to date"}  # words for keys of `excluded`; others stay


class EndedOperation(Protocol):
    """What the sentence about the end of an operation needs of it."""

    @property
    def status(self) -> str: ...
    @property
    def error_message(self) -> str: ...
    @property
    def operation_type(self) -> str: ...
    @property
    def noun(self) -> str: ...
    @property
    def outcomes(self) -> Mapping[Outcome, int]: ...


def excluded_files(excluded: Mapping[str, int]) -> str:
    """Return the selected files that a write omits, by reason: `7 blocked, 2 skipped`; "" if there are none."""
    return ", ".join(f"{number:,} {_EXCLUDED.get(name, name)}" for name, number in excluded.items() if number)


def rollback_promise(summary: SelectionSummary) -> str:
    """Return how files could be restored: `15 files can be rolled back: 12 byte for byte, 3 only the comment`."""
    until = f" until {wording.day(summary.rollback_until)}" if summary.rollback_until else ""
    if not summary.tags_only:
        return f"{wording.files(summary.exact)} can be rolled back byte for byte{until}"
    exact = f"{summary.exact:,} byte for byte, " if summary.exact else ""
    return f"{wording.files(summary.count)} can be rolled back: {exact}{summary.tags_only:,} only the comment{until}"


def dry_run_result(ready: int, checked: int, *, noun: str = "file") -> str:
    """Return the result of a dry run: `40 of 41 files would be written. Nothing was changed.`."""
    return f"{_part(ready, checked, noun)} would be written. Nothing was changed."


def outcome_summary(outcomes: Mapping[Outcome, int], operation_type: str = "write", *, noun: str = "") -> str:
    """
    Return the outcomes of an operation: `40 of 41 files written, 1 failed`, or `41 files written`.

    `noun`: what its items are, if its type does not say that, as for the rollback of a publication.
    """
    success = success_of(operation_type)
    part = _part(outcomes.get(success, 0), sum(outcomes.values()), noun or noun_of(operation_type))
    head = f"{part} {_SUCCESS.get(operation_type, success)}"
    return ", ".join(filter(None, (head, outcome_counts({**outcomes, success: 0}))))


def result(operation: EndedOperation) -> str:
    """Return how an operation ended: `Cancelled: 3 of 6 files written, 3 not started`, or the error that stopped it."""
    if operation.status == "failed" and operation.error_message:
        return f"Stopped: {operation.error_message}"
    ended = {"cancelled": "Cancelled: ", "interrupted": "Interrupted: "}.get(operation.status, "")
    return ended + outcome_summary(operation.outcomes, operation.operation_type, noun=operation.noun)


def intact_files(unknown: int) -> str:
    """Return the sentence about the files of a stopped operation. `unknown`: its files in an unknown state."""
    if not unknown:
        return "Every file is intact."
    return f"The state of {wording.files(unknown)} is unknown; every other file is intact."


def _part(number: int, total: int, noun: str) -> str:
    whole = wording.plural(total, noun)
    return whole if number == total else f"{number:,} of {whole}"
