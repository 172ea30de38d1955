"""Store results: ledger, catalog and decisions change in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from indexium_core.model.files.media import FileFacts, FileStat
from indexium_core.model.operations.operation import FAILED_STATUSES
from indexium_core.model.people import people_comment
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import ItemRecord
from indexium_core.store.publishing import items
from indexium_core.store.review import decisions
from indexium_core.store.rows import ScannedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUpdate:
    """The result of one item, and its file as the catalog stores it; None if the file was not read."""

    record: ItemRecord
    file: ScannedFile | None


def record_results(
    store: database.Database,
    operation_id: int,
    updates: Sequence[ItemUpdate],
    *,
    kind: str,
    postpone: bool,
    now: datetime,
    since: datetime,
    seconds: float = 0.0,
) -> None:
    """
    Update ledger, catalog and decisions with the results of some items, in one transaction.

    Args:
        store: The database.
        operation_id: The operation.
        updates: Items of it.
        kind: The type of the operation: write, rollback, publish.
        postpone: Postpone the files that were written or rolled back.
        now: The current time.
        since: A time before the first of these items was started.
        seconds: Running time of the operation in all its runs; 0 if it is already stored.

    """
    files = {
        file_id: update.file
        for update in updates
        if update.file is not None and (file_id := update.record.result.file_id) is not None
    }
    results = [update.record.result for update in updates]
    done = [each.file_id for each in results if each.status == "success" and each.file_id is not None]
    side_files = [each.item_id for each in results if each.file_id is None and each.item_id is not None]
    with store.atomic() as tx:
        records = [update.record for update in updates]
        ledger.Ledger(store).record(tx, operation_id, records, kind=kind, now=now, seconds=seconds)
        if side_files:
            items.follow_results(tx, side_files, at=now)
        others = catalog.update_written(tx, files, at=now, since=since)
        if postpone and done:
            names = [*done, *(other for other, file_id in others.items() if file_id in done and other not in done)]
            decisions.postpone(tx, names, until=None, reason="rolled_back", at=now)


def scanned_file(path: bytes, stat: FileStat | None, facts: FileFacts | None) -> ScannedFile | None:
    """Return a file after its edit as the catalog stores it; None if the file was not read."""
    if stat is None or facts is None or facts.state != "ok":
        return None
    parsed = people_comment.parse(facts.comment)
    return ScannedFile(path_bytes=path, stat=stat, facts=facts, parsed=parsed, own_mtime_ns=stat.mtime_ns)


def final_status(counts: Mapping[str, int]) -> str:
    """Return the status of an operation that processed all items, from its items by status."""
    failed = sum(counts.get(status, 0) for status in FAILED_STATUSES)
    return "completed_with_errors" if failed else "completed"
