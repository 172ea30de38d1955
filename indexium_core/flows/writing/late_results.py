"""The result of an item whose file was written, but whose process ended before it reported the result."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexium_core import errors
from indexium_core.files import journal, reader, sidecar_reading, volumes
from indexium_core.flows.writing import omitting, protocol, states
from indexium_core.model.files.media import Change, FileFacts, FileStat
from indexium_core.model.operations.operation import WriteResult
from indexium_core.store.operations.ledger_rows import ItemRecord

logger = logging.getLogger(__name__)

_UNKNOWN_REASON = "The process ended before it stored why. Write the file again to see the reason."


@dataclass(frozen=True, slots=True, kw_only=True)
class LateResult:
    """The result, and the file as it is now if it can be read."""

    record: ItemRecord
    stat: FileStat | None = None
    facts: FileFacts | None = None


def from_journal(entry: journal.AnyEntry, result: WriteResult, *, planned: Sequence[Change] = ()) -> LateResult:
    """
    Return the result of an item from its committed journal entry and its file.

    `planned` has the changes of a write: the result names those fields as omitted that do not have their new values.
    """
    result = replace(result, message=result.message or _links_message(entry))
    record = ItemRecord(result=result, journal_bytes=entry.stored_bytes, **backup_fields(entry))
    is_beside = isinstance(entry, journal.SideFilesEntry)
    if isinstance(entry, journal.SideFilesEntry):
        original, written = states.states_of(entry)
        record = replace(record, original_state=original, written_state=written)
        if entry.sidecar is None:  # the media file has no other facts
            return LateResult(record=record)
    try:
        with reader.FileReader(entry.path) as file:
            capabilities = volumes.capabilities(entry.path, nlink=file.stat.nlink, faststart="keep")
            after = protocol.describe(file, path=entry.path, capabilities=capabilities)
            record = replace(record, result=omitting.with_omitted(result, _missing(entry.path, file, planned)))
            if not is_beside:
                record = replace(record, original_state=states.state_before([entry], file), written_state=after.state)
            return LateResult(record=record, stat=after.stat, facts=after.facts)
    except errors.MetadataError:  # deleted or changed since: the file was written, but cannot be rolled back
        logger.warning("operation.late_item_unreadable", extra={"file_id": result.file_id})
        return LateResult(record=record)


def backup_fields(entry: journal.AnyEntry) -> dict[str, Any]:
    """Return the fields of the ledger that describe how the old bytes can be restored."""
    if not isinstance(entry, journal.SwapEntry):
        return {}
    parted = {"parted_inode": entry.old.inode if entry.parted else None}
    if entry.kept is not None:
        return {"backup_kind": "original", "kept": entry.kept, "kept_bytes": entry.old.size, **parted}
    return {"backup_kind": "tags" if entry.reverse is None else "delta", **parted}


def _missing(path: bytes, file: reader.FileReader, planned: Sequence[Change]) -> dict[str, str]:
    """Return the fields without which a file was written; none if no field is as planned: it was changed since."""
    _, layout = sidecar_reading.examine(path, file)
    by_field: dict[str, list[Change]] = defaultdict(list)
    for change in planned:
        by_field[change.field].append(change)
    missing = [key for key, changes in by_field.items() if not protocol.already_has(layout, changes)]
    return dict.fromkeys(missing, _UNKNOWN_REASON) if len(missing) < len(by_field) else {}


def _links_message(entry: journal.AnyEntry) -> str:
    if not isinstance(entry, journal.SwapEntry):
        return ""
    return protocol.links_message(joined=entry.joined, parted=entry.parted)
