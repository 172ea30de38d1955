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
from indexium_core.flows import rollback, writing
from indexium_core.flows.rollback import CHANGED_CHOICES, Findings, Wish
from indexium_core.model import moments, people, query
from indexium_core.model.operation import (
    MetadataOperation,
    OperationDetails,
    OperationStatus,
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
        self._examiner = rollback.Examiner(book, backups=backups)
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

    def check(
        self, operation_id: int, text: str = "", *, person: str = "", changed: str = "skip", with_newer: bool = False
    ) -> RollbackCheck:
        """
        Look at every file of an operation and say what a rollback would do; arguments as those of `start_rollback`.

        Raises:
            UsageError: An unknown choice.

        """
        status = self._writer.get_operation_status(operation_id)
        found = self._look(operation_id, text, _wish(person=person, changed=changed, with_newer=with_newer))
        reason = "" if found.restorable and status.finished else _why_not(status, found, person)
        return RollbackCheck(
            operation_id=operation_id,
            restorable=found.restorable,
            conflicts=found.conflicts,
            can_rollback=not reason,
            reason=reason,
            exact=len(found.exact),
            comment_only=len(found.comment_only),
            superseded=found.superseded,
            newer=tuple(sorted(found.newer)),
        )

    def start_rollback(
        self,
        operation_id: int,
        text: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool = False,
        note: str = "",
        source: str = "python",
        replan: bool = False,
    ) -> writing.OperationHandle:
        """
        Start taking an operation back. Files of which that cannot be done become conflicts and are left.

        Args:
            operation_id: The operation.
            text: Only the files that this search finds.
            item_ids: Only these of its items.
            person: Only the tag of this person: the files that the operation put them into are written without them.
                All else that a comment says stays; old bytes do not come back.
            changed: What becomes of files whose old bytes cannot come back, because another program changed them since
                or nothing is kept: `skip` them, or restore only the `comment`.
            with_newer: Where newer operations changed a file, take them back on it first, newest first.
            note: For the history.
            source: Face that asks.
            replan: Leave the files in the plan; else they are postponed.

        Raises:
            UsageError: It cannot be taken back, and why; or an unknown choice.

        """
        status = self._writer.get_operation_status(operation_id)
        wish = _wish(item_ids=item_ids, person=person, changed=changed, with_newer=with_newer)
        if not status.finished:
            message = f"Operation {operation_id} cannot be taken back: {status.rollback_reason}"
            raise errors.UsageError(message, code="not_restorable")
        found = self._look(operation_id, text, wish)
        if not found.restorable:
            raise errors.UsageError(_why_not(status, found, person), code="not_restorable")
        if person and not note:
            note = f"{person} taken out of what operation {operation_id} wrote"
        return self._writer.start_rollback(
            operation_id,
            found.restores,
            note=note,
            source=source,
            replan=replan,
            as_write=bool(person),
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

    def _look(self, operation_id: int, text: str, wish: Wish) -> Findings:
        wanted = _search(text)
        found = [each for each in self._ledger.candidates(operation_id) if _matches(each, wanted)]
        return self._examiner.look(found, wish)

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


def _wish(*, person: str, changed: str, with_newer: bool, item_ids: Sequence[int] | None = None) -> Wish:
    if changed not in CHANGED_CHOICES:
        message = f"There is no choice '{changed}' for changed files; choose {' or '.join(CHANGED_CHOICES)}."
        raise errors.UsageError(message)
    if person and (with_newer or changed != "skip"):
        message = "One person's tag is taken out by an ordinary write: it does not go with the other choices."
        raise errors.UsageError(message)
    items = None if item_ids is None else frozenset(item_ids)
    return Wish(item_ids=items, person=person.strip(), changed=changed, with_newer=with_newer)


def _why_not(status: OperationStatus, found: Findings, person: str) -> str:
    """Return why nothing can be taken back."""
    if not status.can_rollback and status.rollback_reason:
        return status.rollback_reason + _advice(found)
    if found.conflicts:
        first = found.conflicts[0]
        return f"None of its files can be taken back: {first.message}" + _advice(found)
    return f"No file of this operation got the tag '{person}'." if person else "No file of it matches."


def _advice(found: Findings) -> str:
    """Return what else could be chosen, "" for nothing."""
    if found.comment_only:
        return f" The comment of {len(found.comment_only):,} can be restored (--changed comment)."
    if found.superseded:
        return (
            f" Newer operations can be taken back with it (--with-newer): {', '.join(map(str, sorted(found.newer)))}."
        )
    return ""


def _matches(candidate: ledger.Candidate, wanted: ledger.OperationFilter) -> bool:
    names = [*candidate.tags_added, *candidate.tags_removed]
    now = candidate.path.decode("utf-8", "replace")  # it may have another name than when it was written
    text = people.fold("\n".join([candidate.shown_path, now, *names]))
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
