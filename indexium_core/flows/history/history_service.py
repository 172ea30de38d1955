"""History: past operations and their rollback. A rollback checks every file first and is itself an operation."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexium_core import errors
from indexium_core.flows.accounts.approval_gate import only_proposing
from indexium_core.flows.history.rollback_conflicts import Progress, RollbackChecker, RollbackFindings
from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
from indexium_core.model import moments, query, wording
from indexium_core.model.accounts.needs import NAMED, needs
from indexium_core.model.accounts.permissions import QUERY_RUN, ROLLBACK, SETTINGS_MANAGE, WRITE_SAFE
from indexium_core.model.operations.followed_operation import FollowedItem, FollowedItemPage, FollowedOperation
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.interrupted import InterruptedFile, InterruptedOperation
from indexium_core.model.operations.operation import (
    ACTIVE_STATES,
    HistoryFilter,
    HistoryTotals,
    ItemDetails,
    MetadataOperation,
    OperationCounts,
    OperationDetails,
    OperationPerson,
    OperationStatus,
    PaginatedOperations,
)
from indexium_core.model.operations.outcomes import OUTCOMES
from indexium_core.model.operations.rollback import CHANGED_CHOICES, RollbackCheck, RollbackOptions, RollbackResult
from indexium_core.model.people import people_comment
from indexium_core.model.query.history_terms import HistoryTerm, terms_of_history
from indexium_core.model.query.snapshot_sql import history_as_sql
from indexium_core.model.remote_calls import remote
from indexium_core.store import database, start_work
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import OperationSearch, RollbackCandidate

if TYPE_CHECKING:
    import pandas as pd


MAX_PEOPLE = 500  # of an operation, for the choice of one person


class HistoryService:
    """Reads the ledger, and starts rollbacks through the writer."""

    def __init__(self, book: ledger.Ledger, writer: MetadataWriter, *, backups: Path) -> None:
        self._ledger = book
        self._writer = writer
        self._checker = RollbackChecker(book, backups=backups)

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
            since: First day or time.
            until: Last day (included) or time.
            status: One or more states.
            operation_type: `write` or `rollback`.
            person: Exactly this person was added or removed.
            file: Words of a path.
            error: Code of a failure or conflict, such as `changed_since`.
            page: Page of the list, from 1.
            per_page: Operations of a page; 0: all.

        """
        filters = HistoryFilter(
            query=query,
            since=since,
            until=until,
            statuses=_as_tuple(status),
            operation_types=_as_tuple(operation_type),
            person=person,
            file=file,
            error=error,
        )
        return self.get_operations(filters, page, per_page)

    def df(self, query: str = "", **filters: Any) -> pd.DataFrame:
        """Return all operations that a search finds as a table, newest first; arguments as in `__call__`."""
        return self(query, **{"per_page": 0, **filters}).df()

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
        """Return the number of operations by state and by type; arguments as in `__call__`."""
        filters = HistoryFilter(
            query=query,
            since=since,
            until=until,
            statuses=_as_tuple(status),
            operation_types=_as_tuple(operation_type),
            error=error,
        )
        return self.count_operations(filters)

    @remote()
    def totals(self) -> HistoryTotals:
        """Return the numbers of all operations."""
        return self._ledger.totals()

    @remote()
    def terms(self, query: str = "", *, error: str = "") -> list[HistoryTerm]:
        """Return the terms of a search of the history, and that of an error; none if it has a syntax error."""
        return terms_of_history(query, error)

    @needs(QUERY_RUN)
    @remote()
    def as_sql(
        self,
        query: str = "",
        *,
        since: str | None = None,
        until: str | None = None,
        status: Sequence[str] = (),
        operation_type: str = "",
        error: str = "",
    ) -> str:
        """Return a search of the history as SQL; arguments as in `__call__`. QueryError: it has a syntax error."""
        return history_as_sql(
            query,
            statuses=status,
            operation_type=operation_type,
            error=error,
            since=moments.parse(since),
            until=moments.parse(until, end=True),
        )

    @needs(SETTINGS_MANAGE)
    def record_operation(self, operation: MetadataOperation) -> int:
        """Record an operation that ran elsewhere (an imported history) and return its new id."""
        return self._ledger.record_operation(operation)

    def get_operations(
        self, filters: HistoryFilter | None = None, page: int = 1, per_page: int = 50
    ) -> PaginatedOperations:
        """Return one page of operations, newest first; `per_page` 0: all."""
        items, total = self._ledger.operations(_search(filters or HistoryFilter()), page=page, per_page=per_page)
        items = [self._writer.with_live_seconds(operation) for operation in items]
        return PaginatedOperations(items=items, total=total, page=page, per_page=per_page)

    def count_operations(self, filters: HistoryFilter | None = None) -> OperationCounts:
        """Return the number of operations by state and by type."""
        search = _search(filters or HistoryFilter())
        by_status: Counter[str] = Counter()
        by_type: Counter[str] = Counter()
        for status, kind, count in self._ledger.operation_counts(search):
            if not search.types or kind in search.types:
                by_status[status] += count
            if not search.statuses or status in search.statuses:
                by_type[kind] += count
        return OperationCounts(by_status=dict(by_status), by_type=dict(by_type))

    @remote()
    def get_operation_details(
        self,
        operation_id: int,
        *,
        page: int = 1,
        per_page: int = 50,
        statuses: Sequence[str] = (),
        text: str = "",
        item_ids: Sequence[int] = (),
    ) -> OperationDetails:
        """
        Return an operation with one page of its items. Failed items come first.

        `per_page=0` returns all items. `text` selects items by words in the path or in the file name, or by a person
        (`person:"Ann Lee"`), `item_ids` by their ids.
        """
        search = _text_search(text)
        status = self._writer.get_operation_status(operation_id)
        operation = self._ledger.operation(operation_id)
        assert operation is not None  # it has a status
        items, total = self._ledger.items(
            operation_id,
            statuses=statuses,
            page=page,
            per_page=per_page,
            running=list(status.working),
            words=(*search.words, *search.paths),
            people=search.people,
            item_ids=item_ids,
        )
        items = [_with_live_status(item, status.working) for item in items]
        return OperationDetails(
            operation=self._writer.with_live_seconds(operation),
            status=status,
            items=items,
            total=total,
            page=page,
            per_page=per_page,
        )

    @remote()
    def follow(self, operation_id: int | None = None) -> FollowedOperation | None:
        """
        Return an operation in words: by default the one that runs, or else the newest one.

        None: there is no operation. UnknownIdError: there is none with this id.
        """
        if operation_id is None:
            found = self(status=ACTIVE_STATES, per_page=1).items or self(per_page=1).items
            if not found:
                return None
            operation_id = found[0].id
        details = self.get_operation_details(operation_id, per_page=1)
        return FollowedOperation(operation=details.operation, status=details.status)

    @remote()
    def followed_items(
        self, operation_id: int, *, statuses: Sequence[str] = (), page: int = 1, per_page: int = 50
    ) -> FollowedItemPage:
        """Return one page of the items of an operation in words, as `get_operation_details` lists them."""
        details = self.get_operation_details(operation_id, statuses=statuses, page=page, per_page=per_page)
        status = details.status
        items = [
            FollowedItem(
                item=each,
                share=status.fractions.get(each.id),
                is_ended=status.finished,
                operation_type=details.operation.operation_type,
            )
            for each in details.items
        ]
        return FollowedItemPage(items=items, total=details.total, page=page, per_page=per_page)

    # Rollback.

    @remote()
    def check(
        self, operation_id: int, options: RollbackOptions | None = None, *, on_progress: Progress = lambda *_: None
    ) -> RollbackCheck:
        """
        Check every file of an operation and return what a rollback would do.

        `on_progress` is called with the number of checked files and of all files. UsageError: the options are invalid.
        """
        status = self._writer.get_operation_status(operation_id)
        operation = self._ledger.operation(operation_id)
        assert operation is not None  # it has a status
        options = _checked(options or RollbackOptions())
        findings = self._check_files(operation_id, options, on_progress)
        reason = "" if findings.restorable and status.finished else _blocked_reason(status, findings, options)
        return RollbackCheck(
            operation_id=operation_id,
            restorable=findings.restorable,
            conflicts=findings.conflicts,
            can_rollback=not reason,
            reason=reason,
            exact=len(findings.exact),
            noun=operation.noun,
            comment_only=len(findings.comment_only),
            replaceable=len(findings.replaceable),
            superseded=findings.superseded,
            both=len(findings.both),
            newer=tuple(sorted(findings.newer)),
            quick_checked=findings.quick_checked,
            links_restored=len(findings.links_restored),
            links_not_restored=len(findings.links_not_restored),
            item_ids=frozenset(findings.item_ids),
        )

    @remote()
    def outlook(self, operation_id: int) -> RollbackCheck:
        """Check every file of an operation, and return what a rollback of all of it would do."""
        return self.check(operation_id)

    @remote()
    def get(self, operation_id: int) -> MetadataOperation:
        """Return an operation. UnknownIdError: there is none with this id."""
        return self.get_operation_details(operation_id, per_page=1).operation

    @remote()
    def people_of(self, operation_id: int) -> list[OperationPerson]:
        """Return the people that an operation wrote, most files first, and the number of files that can lose each."""
        self._writer.get_operation_status(operation_id)  # raises UnknownIdError
        return self._ledger.people_written(operation_id, count=MAX_PEOPLE)

    @needs(ROLLBACK, NAMED, may_be_proposed=True)
    @remote()
    def start_rollback(
        self, operation_id: int, options: RollbackOptions | None = None, *, request: IdempotentRequest | None = None
    ) -> OperationHandle:
        """
        Start a rollback. Files that cannot be rolled back become conflicts and stay unchanged.

        A repeated `request` does not start a second rollback.

        Raises:
            UsageError: Nothing can be rolled back (with the reason), or the options are invalid.

        """
        status = self._writer.get_operation_status(operation_id)
        options = _checked(options or RollbackOptions())
        if not status.finished:
            raise errors.UsageError(status.rollback_reason, code="not_restorable")
        findings = self._check_files(operation_id, options)
        if not findings.restorable:
            raise errors.UsageError(_blocked_reason(status, findings, options), code="not_restorable")
        if options.person and not options.note:
            options = replace(options, note=f"Removed {options.person} from what operation {operation_id} wrote")
        return self._writer.start_rollback(operation_id, findings.restores, options, request=request)

    @needs(ROLLBACK, NAMED, may_be_proposed=True)
    @remote()
    def begin_rollback(
        self, operation_id: int, options: RollbackOptions | None = None, *, is_proposal: bool = False
    ) -> int:
        """
        Start a rollback as a page asks for it, and return its id.

        `is_proposal`: the person was told that it waits for approval, so it does. Raises errors as `start_rollback`.
        """
        options = replace(options or RollbackOptions(), source="dashboard")
        with only_proposing(wanted=is_proposal):
            return self.start_rollback(operation_id, options).id

    @needs(ROLLBACK, NAMED)
    def rollback_operation(self, operation_id: int) -> RollbackResult:
        """Roll an operation back, wait, and return the result."""
        handle = self.start_rollback(operation_id)
        counts = handle.wait().counts
        restored = counts.get("success", 0)
        return RollbackResult(
            operation_id=handle.id,
            restored=restored,
            conflicts=counts.get("conflict", 0),
            failed=counts.get("failed", 0) + counts.get("unknown", 0),
            exact_bytes=restored > 0,  # a restored file always has its old bytes
        )

    def _check_files(
        self, operation_id: int, options: RollbackOptions, on_progress: Progress = lambda *_: None
    ) -> RollbackFindings:
        search = _text_search(options.query)
        candidates = [each for each in self._ledger.candidates(operation_id) if _matches(each, search)]
        return self._checker.check(candidates, options, on_progress)


def _with_live_status(item: ItemDetails, running: Mapping[int, float]) -> ItemDetails:
    """Return an item with its present status; a running item gets `writing` and its seconds."""
    is_running = item.status == "pending" and item.id in running
    return replace(item, status="writing", seconds=running[item.id]) if is_running else item


def _checked(options: RollbackOptions) -> RollbackOptions:
    """Return the options with a trimmed name; UsageError if they are invalid."""
    if options.changed not in CHANGED_CHOICES:
        choices = wording.list_of(CHANGED_CHOICES, conjunction="or")
        message = f"'{options.changed}' is not a choice for changed files. Use {choices}."
        raise errors.UsageError(message)
    if options.person and (options.with_newer or options.changed != "skip"):
        message = "Removing one person is an ordinary write. It cannot be combined with other rollback options."
        raise errors.UsageError(message)
    return replace(options, person=options.person.strip())


def _blocked_reason(status: OperationStatus, findings: RollbackFindings, options: RollbackOptions) -> str:
    """Return why a rollback is not possible."""
    if not status.can_rollback and status.rollback_reason:
        return status.rollback_reason + _advice(findings)
    if findings.conflicts:
        first = findings.conflicts[0]
        return f"Nothing of it can be rolled back: {first.message}" + _advice(findings)
    if options.person:
        return f"This operation added '{options.person}' to no file."
    return "No file of this operation matches."


def _advice(findings: RollbackFindings) -> str:
    """Return which options would help; "" if no option would help."""
    advice = ""
    if findings.comment_only:
        advice = f" The comment of {len(findings.comment_only):,} can be restored (--changed comment)."
    elif findings.replaceable:
        advice = " Its changed files can be replaced (--changed replace)."
    if findings.superseded:
        newer = ", ".join(map(str, sorted(findings.newer)))
        advice += f" Newer operations can be rolled back with it (--with-newer): {newer}."
    return advice


def _matches(candidate: RollbackCandidate, search: OperationSearch) -> bool:
    names = [*candidate.tags_added, *candidate.tags_removed]
    path = candidate.path.decode("utf-8", "replace")  # the file may have been renamed after the write
    text = people_comment.fold("\n".join([candidate.shown_path, path, *names]))
    exact = {name.lower() for name in names}
    return all(word in text for word in (*search.words, *search.paths)) and exact.issuperset(search.people)


def _search(filters: HistoryFilter) -> OperationSearch:
    """Return a filter in the form that the ledger reads."""
    search = _text_search(filters.query)
    named = [filters.person] if filters.person else []
    return replace(
        search,
        statuses=filters.statuses,
        types=filters.operation_types,
        error=filters.error,
        people=(*search.people, *map(_exact, named)),
        paths=(*search.paths, *map(people_comment.fold, filters.file.split())),
        since=moments.parse(filters.since),
        until=moments.parse(filters.until, end=True),
    )


def _text_search(text: str) -> OperationSearch:
    """Parse a search of the history: words, `person:` for a person and `path:` for a path."""
    parsed = query.parse_history(text)
    return OperationSearch(
        words=tuple(people_comment.fold(word) for word in parsed.words),
        paths=tuple(people_comment.fold(word) for word in parsed.paths),
        people=tuple(map(_exact, parsed.people)),
    )


def _exact(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().lower()


def _as_tuple(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


class Interruptions:
    """Finds operations that can be resumed."""

    def __init__(self, store: database.Database, *, running: Callable[[], frozenset[int]]) -> None:
        """Take a function that returns the operations that run in this process; those need no decision."""
        self._store = store
        self._ledger = ledger.Ledger(store)
        self._running = running
        self._postponed: set[int] = set()  # in this process: the next one asks again

    @remote()
    def operations(self, *, files: int = 50) -> list[InterruptedOperation]:
        """Return the interrupted operations, newest first, each with its first `files` files."""
        return [
            self._interrupted(operation, self._files(operation.id, per_page=files) if files else [], resumes)
            for operation, resumes in self._found()
        ]

    @remote()
    def get(
        self, operation_id: int, *, outcome: str = "", page: int = 1, per_page: int = 50
    ) -> InterruptedOperation | None:
        """
        Return an interrupted operation with a page of its files as `files`; None if it needs no decision.

        UsageError: `outcome` is unknown.
        """
        for operation, resumes in self._found():
            if operation.id == operation_id:
                files = self.files(operation_id, outcome=outcome, page=page, per_page=per_page)
                return self._interrupted(operation, files, resumes)
        return None

    @needs(WRITE_SAFE, NAMED)
    @remote()
    def postpone(self, operation_id: int) -> None:
        """Ask nobody about an operation any more, until it is interrupted in another process."""
        self._postponed.add(operation_id)

    def _found(self) -> Iterator[tuple[MetadataOperation, bool]]:
        """Yield the interrupted operations, newest first, and whether each resumes automatically."""
        busy = self._running()
        for operation_id, resumes in start_work.interrupted_operations(self._store.read()):
            operation = None if operation_id in busy else self._ledger.operation(operation_id)
            if operation is not None:
                yield operation, resumes

    def _interrupted(
        self,
        operation: MetadataOperation,
        files: list[InterruptedFile],
        resumes: bool,  # noqa: FBT001
    ) -> InterruptedOperation:
        return InterruptedOperation(
            operation=operation,
            counts=ledger.interrupted_counts(self._store.read(), operation.id),
            files=files,
            resumes_automatically=resumes,
            is_postponed=operation.id in self._postponed,
        )

    @remote()
    def files(
        self, operation_id: int, *, outcome: str = "", page: int = 1, per_page: int = 50
    ) -> list[InterruptedFile]:
        """
        Return a page of the files of an operation, those that need a decision first; `per_page` 0: all.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: `outcome` is unknown.

        """
        if outcome and outcome not in OUTCOMES:
            message = f"'{outcome}' is not an outcome. The outcomes are {', '.join(OUTCOMES)}."
            raise errors.UsageError(message)
        if self._ledger.operation(operation_id) is None:
            message = f"There is no operation {operation_id} in {self._store.home}; 'indexium history' lists them."
            raise errors.UnknownIdError(message)
        return self._files(operation_id, outcome=outcome, page=page, per_page=per_page)

    def _files(self, operation_id: int, **place: Any) -> list[InterruptedFile]:
        return ledger.interrupted_files(self._store.read(), operation_id, **place)
