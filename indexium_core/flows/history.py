"""History: what was written and taken back. A rollback looks at every file first and is an operation as any other."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.flows import editing, writing
from indexium_core.model import moments, people, query
from indexium_core.model.media import Refusal
from indexium_core.model.operation import (
    ItemDetails,
    MetadataOperation,
    OperationDetails,
    PaginatedOperations,
    RollbackCheck,
    RollbackResult,
)
from indexium_core.store import ledger

__all__ = ["HistoryService"]


class HistoryService:
    """Reads the ledger, and starts rollbacks through the one writer."""

    def __init__(
        self,
        book: ledger.Ledger,
        writer: writing.MetadataWriter,
        *,
        backups: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = book
        self._writer = writer
        self._backups = backups
        self._clock = clock

    def record_operation(self, operation: MetadataOperation) -> int:
        """Record an operation that was carried out elsewhere (an imported history) and return its id here."""
        return self._ledger.record_operation(operation)

    def get_operations(
        self, filters: Mapping[str, Any] | None = None, page: int = 1, per_page: int = 50
    ) -> PaginatedOperations:
        """
        Return one page of operations, newest first.

        `filters` may have `q` (words of a file, a note or a person; `person:"Ann Lee"` for exactly that person),
        `status` (one or several), `start_date` and `end_date` (moments or days; the end day is included).
        """
        filters = filters or {}
        wanted = replace(
            _search(str(filters.get("q") or "")),
            statuses=_as_tuple(filters.get("status")),
            since=moments.parse(filters.get("start_date")),
            until=moments.parse(filters.get("end_date"), end=True),
        )
        items, total = self._ledger.operations(wanted, page=page, per_page=per_page)
        return PaginatedOperations(items=items, total=total, page=page, per_page=per_page)

    def get_operation_details(
        self, operation_id: int, *, page: int = 1, per_page: int = 50, statuses: Sequence[str] = ()
    ) -> OperationDetails:
        """Return an operation with one page of its items, failures first (`per_page` 0: all)."""
        status = self._writer.get_operation_status(operation_id)
        operation = self._ledger.operation(operation_id)
        assert operation is not None  # else there was no status
        items, total = self._ledger.items(operation_id, statuses=statuses, page=page, per_page=per_page)
        return OperationDetails(
            operation=operation, status=status, items=items, total=total, page=page, per_page=per_page
        )

    # Taking back.

    def check(self, operation_id: int, text: str = "") -> RollbackCheck:
        """Look at every file of an operation, or at those that `text` finds, and say what a rollback would do."""
        status = self._writer.get_operation_status(operation_id)
        candidates = self._candidates(operation_id, text)
        conflicts = [item for item in (self._conflict(candidate) for candidate in candidates) if item is not None]
        restorable = len(candidates) - len(conflicts)
        reason = status.rollback_reason
        if not reason and not restorable:
            why = f": {conflicts[0].message}" if conflicts else "."
            reason = f"None of its files can be taken back{why}" if candidates else "No file of it matches."
        return RollbackCheck(
            operation_id=operation_id,
            restorable=restorable,
            conflicts=conflicts,
            can_rollback=not reason,
            reason=reason,
        )

    def start_rollback(
        self,
        operation_id: int,
        text: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        note: str = "",
        source: str = "python",
        replan: bool = False,
    ) -> writing.OperationHandle:
        """
        Start taking an operation back. Files that could not get their old bytes again become conflicts and are left.

        Raises:
            UsageError: It cannot be taken back, and why.

        """
        status = self._writer.get_operation_status(operation_id)
        if not status.can_rollback:
            message = f"Operation {operation_id} cannot be taken back: {status.rollback_reason}"
            raise errors.UsageError(message, code="not_restorable")
        candidates = self._candidates(operation_id, text)
        if item_ids is not None:
            candidates = [candidate for candidate in candidates if candidate.item_id in item_ids]
        conflicts = [item for item in (self._conflict(candidate) for candidate in candidates) if item is not None]
        if len(conflicts) == len(candidates):
            message = next((item.message for item in conflicts), "No file of it matches.")
            raise errors.UsageError(message, code="not_restorable")
        return self._writer.start_rollback(
            operation_id,
            [candidate.item_id for candidate in candidates],
            refused={item.id: Refusal(code=item.code, message=item.message) for item in conflicts},
            note=note,
            source=source,
            replan=replan,
        )

    def rollback_operation(self, operation_id: int) -> RollbackResult:
        """Take an operation back, wait, and say what came of it."""
        handle = self.start_rollback(operation_id)
        counts = handle.wait().counts
        restored = counts.get("success", 0)
        return RollbackResult(
            operation_id=handle.id,
            restored=restored,
            conflicts=counts.get("conflict", 0),
            failed=counts.get("failed", 0) + counts.get("unknown", 0),
            exact_bytes=restored > 0,  # an item whose old bytes did not come back is never a success
        )

    def _candidates(self, operation_id: int, text: str) -> list[ledger.Candidate]:
        found = self._ledger.candidates(operation_id)
        wanted = _search(text)
        return [candidate for candidate in found if _matches(candidate, wanted)]

    def _conflict(self, candidate: ledger.Candidate) -> ItemDetails | None:
        """Return why a file cannot get its old bytes back, None where it can."""
        problem = _known_problem(candidate) or self._look(candidate)
        if problem is None:
            return None
        code, message = problem
        return ItemDetails(
            id=candidate.item_id,
            file_id=candidate.file_id,
            file_path=candidate.shown_path,
            file_name=candidate.shown_path.rsplit("/", 1)[-1],
            status="conflict",
            code=code,
            message=message,
            previous_comment=candidate.new_comment,
            new_comment=candidate.previous_comment,
            tags_added=candidate.tags_removed,
            tags_removed=candidate.tags_added,
            strategy="",
            seconds=None,
            proof={},
            processed_at=None,
        )

    def _look(self, candidate: ledger.Candidate) -> tuple[str, str] | None:
        """Look at the file itself."""
        try:
            journal.find(self._backups / candidate.journal, candidate.item_id)
            if editing.still_ours(candidate.path, candidate.written_state):
                return None
        except (errors.MetadataError, errors.StoreError) as error:
            return error.reason, error.message
        return "changed_since", "Another program changed the file since."

    # Charts and sums.

    def days(self, days: int = 42) -> pd.DataFrame:
        """Return files by day of the last `days` days: columns day, written, restored, failed."""
        since = self._clock() - timedelta(days=days)
        zone = self._clock().astimezone().tzinfo
        return self._ledger.days(since=since, zone=getattr(zone, "key", "UTC"))

    def most_written(self, count: int = 5) -> pd.DataFrame:
        """Return the people who were written into most files: columns person, files."""
        return self._ledger.most_written(count)

    def totals(self) -> dict[str, int]:
        """Return the numbers of operations, of files written and refused, and of operations rolled back."""
        return dict(zip(("operations", "written", "refused", "rolled_back"), self._ledger.totals(), strict=True))


def _known_problem(candidate: ledger.Candidate) -> tuple[str, str] | None:
    """Return what the ledger and the catalog already know to stand in the way."""
    if candidate.dropped:
        return "backup_missing", "Its backup is gone, so its old bytes cannot be restored."
    if candidate.busy_in is not None:
        return "busy_in_operation", f"Operation {candidate.busy_in} is at work on this file."
    if candidate.superseded_by is not None:
        newer = candidate.superseded_by
        return "superseded_by", f"Operation {newer} changed this file later: take that one back first."
    if candidate.library_state == "offline":
        return "offline", "Its folder is offline; try again when it is back."
    return None


def _matches(candidate: ledger.Candidate, wanted: ledger.OperationFilter) -> bool:
    names = [*candidate.tags_added, *candidate.tags_removed]
    text = people.fold("\n".join([candidate.shown_path, *names]))
    exact = {name.lower() for name in names}
    return all(word in text for word in wanted.words) and exact.issuperset(wanted.people)


def _search(text: str) -> ledger.OperationFilter:
    """Read a search of the history: words, and `person:` for a person."""
    words, exact = query.words_and_people(text)
    return ledger.OperationFilter(
        words=tuple(people.fold(word) for word in words),
        people=tuple(unicodedata.normalize("NFC", name).lower() for name in exact),
    )


def _as_tuple(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
