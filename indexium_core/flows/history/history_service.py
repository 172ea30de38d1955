"""History: what was written and taken back. A rollback looks at every file first and is an operation as any other."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.flows.history import rollback_checks
from indexium_core.flows.history.rollback_checks import CHANGED_CHOICES, RollbackFindings, RollbackOptions
from indexium_core.flows.writing import writer as writing
from indexium_core.model import moments, query
from indexium_core.model.operations.operation import (
    ItemDetails,
    MetadataOperation,
    OperationCounts,
    OperationDetails,
    OperationPerson,
    OperationStatus,
    PaginatedOperations,
    RollbackCheck,
    RollbackResult,
)
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.people import people_comment
from indexium_core.model.remote_calls import remote
from indexium_core.store.operations import ledger

__all__ = ["HistoryService"]

MOST_PEOPLE = 500  # of an operation, among whom one can be chosen


class HistoryService:
    """Reads the ledger, and starts rollbacks through the one writer."""

    def __init__(
        self,
        book: ledger.Ledger,
        writer: writing.MetadataWriter,
        *,
        backups: Path,
    ) -> None:
        self._ledger = book
        self._writer = writer
        self._examiner = rollback_checks.RollbackChecker(book, backups=backups)

    @remote()
    def __call__(
        self,
        query: str = "",
        *,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        status: str | Sequence[str] | None = None,
        operation_type: str | Sequence[str] | None = None,
        person: str = "",
        file: str = "",
        error: str = "",
        page: int = 1,
        per_page: int = 50,
    ) -> PaginatedOperations:
        """
        Return operations, newest first: `library.history("Ann")`.

        Args:
            query: Words of a file, note or person; `person:"Ann Lee"` for exactly that person, `path:` for a path.
            since: First day or moment.
            until: Last day (included) or moment.
            status: One or more states.
            operation_type: `write` or `rollback`.
            person: Exactly this person was added or removed.
            file: Words of a path.
            error: Code of a failure or conflict, such as `changed_since`.
            page: Page of the list, from 1.
            per_page: Operations of a page; 0: all.

        """
        filters = {
            "q": query,
            "start_date": since,
            "end_date": until,
            "status": status,
            "type": operation_type,
            "person": person,
            "file": file,
            "error": error,
        }
        return self.get_operations(filters, page, per_page)

    @remote()
    def counts(
        self,
        query: str = "",
        *,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        status: str | Sequence[str] | None = None,
        operation_type: str | Sequence[str] | None = None,
        error: str = "",
    ) -> OperationCounts:
        """Return how many operations of each state and of each type a search of the history finds."""
        filters = {"q": query, "start_date": since, "end_date": until, "status": status, "type": operation_type}
        return self.count_operations(filters | {"error": error})

    def record_operation(self, operation: MetadataOperation) -> int:
        """Record an operation that was carried out elsewhere (an imported history) and return its id here."""
        return self._ledger.record_operation(operation)

    def get_operations(
        self, filters: Mapping[str, Any] | None = None, page: int = 1, per_page: int = 50
    ) -> PaginatedOperations:
        """
        Return one page of operations, newest first.

        `filters` may have `q` (words of a file, a note or a person; `person:"Ann Lee"` for exactly that person, `path:`
        for a path), `person` (exactly), `file` (words of a path), `status` and `type` (write, rollback; one or more),
        `error` (code of why one of its files was refused or failed), `start_date` and `end_date` (moments or days; the
        end day is included).
        """
        wanted = _filter(filters or {})
        items, total = self._ledger.operations(wanted, page=page, per_page=per_page)
        items = [self._writer.as_it_is(operation) for operation in items]
        return PaginatedOperations(items=items, total=total, page=page, per_page=per_page)

    def count_operations(self, filters: Mapping[str, Any] | None = None) -> OperationCounts:
        """Return how many operations of each state and type there are; filters as those of `get_operations`."""
        wanted = _filter(filters or {})
        by_status: Counter[str] = Counter()
        by_type: Counter[str] = Counter()
        for status, kind, count in self._ledger.operation_counts(wanted):
            if not wanted.types or kind in wanted.types:
                by_status[status] += count
            if not wanted.statuses or status in wanted.statuses:
                by_type[kind] += count
        return OperationCounts(by_status=dict(by_status), by_type=dict(by_type))

    @remote()
    def get_operation_details(
        self, operation_id: int, *, page: int = 1, per_page: int = 50, statuses: Sequence[str] = (), text: str = ""
    ) -> OperationDetails:
        """
        Return an operation with one page of its items, failures first (`per_page` 0: all).

        `text` narrows it to files that a search finds: words of a path or a name, or `person:"Ann Lee"`.
        """
        wanted = _search(text)
        status = self._writer.get_operation_status(operation_id)
        operation = self._ledger.operation(operation_id)
        assert operation is not None  # else there was no status
        items, total = self._ledger.items(
            operation_id,
            statuses=statuses,
            page=page,
            per_page=per_page,
            working=list(status.working),
            words=(*wanted.words, *wanted.paths),
            people=wanted.people,
        )
        items = [_as_it_is(item, status.working) for item in items]
        return OperationDetails(
            operation=self._writer.as_it_is(operation),
            status=status,
            items=items,
            total=total,
            page=page,
            per_page=per_page,
        )

    # Taking back.

    @remote()
    def check(
        self,
        operation_id: int,
        text: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        progress: rollback_checks.Progress = lambda _done, _of: None,
    ) -> RollbackCheck:
        """
        Look at every file of an operation and say what a rollback would do; arguments as those of `start_rollback`.

        `progress` is told how many files were looked at, and of how many.

        Raises:
            UsageError: An unknown choice.

        """
        status = self._writer.get_operation_status(operation_id)
        wish = _wish(item_ids=item_ids, person=person, changed=changed, with_newer=with_newer)
        found = self._look(operation_id, text, wish, progress)
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
            glanced=found.glanced,
            rejoined=len(found.rejoined),
            stay_parted=len(found.stay_parted),
            item_ids=frozenset(found.asked),
        )

    @remote()
    def people_of(self, operation_id: int) -> list[OperationPerson]:
        """Return the people that an operation wrote, most first, and of how many files each can be taken out now."""
        self._writer.get_operation_status(operation_id)  # or there is no such operation
        return self._ledger.people_written(operation_id, count=MOST_PEOPLE)

    @remote()
    def start_rollback(
        self,
        operation_id: int,
        text: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        note: str = "",
        source: str = "python",
        replan: bool = False,
        asked: IdempotentRequest | None = None,
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
            with_newer: Where newer operations changed a file, take them back on it first, newest first; of some
                operations, by their ids: only these, and files on which another one stands are left.
            note: For the history.
            source: Face that asks.
            replan: Leave the files in the plan; else they are postponed.
            asked: The request of a program that is not to begin a second one.

        Raises:
            UsageError: It cannot be taken back, and why; or an unknown choice.

        """
        status = self._writer.get_operation_status(operation_id)
        wish = _wish(item_ids=item_ids, person=person, changed=changed, with_newer=with_newer)
        if not status.finished:
            raise errors.UsageError(status.rollback_reason, code="not_restorable")
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
            changed=changed,
            with_newer=with_newer,
            as_write=bool(person),
            asked=asked,
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

    def _look(
        self,
        operation_id: int,
        text: str,
        wish: RollbackOptions,
        progress: rollback_checks.Progress = lambda _done, _of: None,
    ) -> RollbackFindings:
        wanted = _search(text)
        found = [each for each in self._ledger.candidates(operation_id) if _matches(each, wanted)]
        return self._examiner.look(found, wish, progress)


def _as_it_is(item: ItemDetails, working: Mapping[int, float]) -> ItemDetails:
    """Return an item as it is at this moment: one that is at work is being written, for so many seconds."""
    at_work = item.status == "pending" and item.id in working
    return replace(item, status="writing", seconds=working[item.id]) if at_work else item


def _wish(
    *, person: str, changed: str, with_newer: bool | Collection[int], item_ids: Sequence[int] | None = None
) -> RollbackOptions:
    if changed not in CHANGED_CHOICES:
        message = f"There is no choice '{changed}' for changed files; choose {' or '.join(CHANGED_CHOICES)}."
        raise errors.UsageError(message)
    if person and (with_newer or changed != "skip"):
        message = "One person's tag is taken out by an ordinary write: it does not go with the other choices."
        raise errors.UsageError(message)
    items = None if item_ids is None else frozenset(item_ids)
    newer = None if isinstance(with_newer, bool) else frozenset(with_newer)
    return RollbackOptions(
        item_ids=items, person=person.strip(), changed=changed, with_newer=bool(with_newer), newer=newer
    )


def _why_not(status: OperationStatus, found: RollbackFindings, person: str) -> str:
    """Return why nothing can be taken back."""
    if not status.can_rollback and status.rollback_reason:
        return status.rollback_reason + _advice(found)
    if found.conflicts:
        first = found.conflicts[0]
        return f"None of its files can be taken back: {first.message}" + _advice(found)
    return f"No file of this operation got the tag '{person}'." if person else "No file of it matches."


def _advice(found: RollbackFindings) -> str:
    """Return what else could be chosen, "" for nothing."""
    if found.comment_only:
        return f" The comment of {len(found.comment_only):,} can be restored (--changed comment)."
    if found.superseded:
        return (
            f" Newer operations can be taken back with it (--with-newer): {', '.join(map(str, sorted(found.newer)))}."
        )
    return ""


def _matches(candidate: ledger.RollbackCandidate, wanted: ledger.OperationFilter) -> bool:
    names = [*candidate.tags_added, *candidate.tags_removed]
    now = candidate.path.decode("utf-8", "replace")  # it may have another name than when it was written
    text = people_comment.fold("\n".join([candidate.shown_path, now, *names]))
    exact = {name.lower() for name in names}
    return all(word in text for word in (*wanted.words, *wanted.paths)) and exact.issuperset(wanted.people)


def _filter(filters: Mapping[str, Any]) -> ledger.OperationFilter:
    """Return filters of `get_operations` as the ledger takes them."""
    found = _search(str(filters.get("q") or ""))
    named = [str(name) for name in (filters.get("person"),) if name]
    return replace(
        found,
        statuses=_as_tuple(filters.get("status")),
        types=_as_tuple(filters.get("type")),
        error=str(filters.get("error") or ""),
        people=(*found.people, *map(_exact, named)),
        paths=(*found.paths, *map(people_comment.fold, str(filters.get("file") or "").split())),
        since=moments.parse(filters.get("start_date")),
        until=moments.parse(filters.get("end_date"), end=True),
    )


def _search(text: str) -> ledger.OperationFilter:
    """Read a search of the history: words, `person:` for a person and `path:` for a path."""
    sought = query.parse_history(text)
    return ledger.OperationFilter(
        words=tuple(people_comment.fold(word) for word in sought.words),
        paths=tuple(people_comment.fold(word) for word in sought.paths),
        people=tuple(map(_exact, sought.people)),
    )


def _exact(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().lower()


def _as_tuple(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
