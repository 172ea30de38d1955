"""The operations of a legacy .db file as values: its states, times and lists of people in the terms of this program."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from indexium_core.model.surrogates import replace_surrogates

_STATES = frozenset({"completed", "completed_with_errors", "failed", "cancelled", "rolled_back"})
_NEVER = datetime.min.replace(tzinfo=UTC)
_LAST_SECOND = 253_402_300_799  # of the year 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyItem:
    """One file of a legacy operation."""

    file_hash: str  # the legacy hash before the write
    path: bytes
    status: str  # success, failed, skipped
    message: str
    previous_comment: str | None
    new_comment: str | None
    tags_added: list[str]
    tags_removed: list[str]
    processed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyOperation:
    """One operation of a legacy database."""

    number: int  # its id there
    operation_type: str  # write, rollback
    status: str  # completed, completed_with_errors, failed, cancelled, rolled_back
    started_at: datetime | None  # UTC; None: the database has no time of it
    completed_at: datetime | None
    file_count: int
    success_count: int
    failure_count: int
    error_message: str
    user_note: str
    items: list[LegacyItem]


def chronological(operation: LegacyOperation) -> tuple[datetime, int]:
    """Return the key by which operations are in order."""
    return operation.started_at or _NEVER, operation.number


def operation(row: Sequence[Any], items: list[LegacyItem]) -> LegacyOperation:
    """Return a row of `metadata_operations` in legacy.sql with its items."""
    number, kind, status, started, completed, files, successes, failures, message, note = row
    counts = Counter(each.status for each in items)
    times = [each.processed_at for each in items if each.processed_at is not None]
    ended = _moment(completed) or max(times, default=None)
    written, failed = (counts["success"], counts["failed"]) if items else (_count(successes), _count(failures))
    state = _text(status).strip().lower()
    error = _text(message)
    if state == "completed" and failed:
        state = "completed_with_errors"
    elif state not in _STATES:
        error = error or f"The old Indexium did not complete it (its state there: {state or 'none'})."
        state = "cancelled"
    return LegacyOperation(
        number=number if isinstance(number, int) else 0,
        operation_type="rollback" if _text(kind).strip().lower() == "rollback" else "write",
        status=state,
        started_at=_moment(started) or min(times, default=ended),
        completed_at=ended,
        file_count=len(items) or max(_count(files), written + failed),
        success_count=written,
        failure_count=failed,
        error_message=error,
        user_note=_text(note),
        items=items,
    )


def item(row: Sequence[Any], original_comment: object) -> LegacyItem:
    """Return a row of `metadata_operation_items` in legacy.sql; `original_comment` is the comment in its backup."""
    _, _, file_hash, path, status, previous, new, added, removed, message, processed = row
    state = _text(status).strip().lower()
    is_known = state in ("success", "failed", "skipped")
    previous = original_comment if previous is None else previous
    return LegacyItem(
        file_hash=_text(file_hash),
        path=os.fsencode(path).replace(b"\0", b"") if isinstance(path, str | bytes) else b"",
        status=state if is_known else "skipped",
        message=_text(message) or ("" if is_known else "The old Indexium did not process this file."),
        previous_comment=None if previous is None else _text(previous),
        new_comment=None if new is None else _text(new),
        tags_added=_names(added),
        tags_removed=_names(removed),
        processed_at=_moment(processed),
    )


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else replace_surrogates(str(value))


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0


def _names(value: object) -> list[str]:
    """Return the texts of a JSON list; other values are ignored."""
    try:
        entries = json.loads(value) if isinstance(value, str | bytes) else None
    except (ValueError, RecursionError):
        return []
    texts = [_text(each).strip() for each in entries if isinstance(each, str)] if isinstance(entries, list) else []
    return [text for text in texts if text]


def _moment(value: object) -> datetime | None:
    """Return a time in UTC: a text of SQLite or Python (without a zone, it is UTC), or seconds since 1970."""
    try:
        if isinstance(value, int | float) and 0 <= value <= _LAST_SECOND:
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(_text(value).strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
