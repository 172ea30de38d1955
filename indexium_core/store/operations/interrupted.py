"""Interrupted operations, and the outcome of each of their files."""

from __future__ import annotations

from collections import Counter

from indexium_core.model.operations.interrupted import INTERRUPTED_OUTCOMES, InterruptedFile
from indexium_core.model.operations.outcomes import Outcome, outcome_of
from indexium_core.store import sql
from indexium_core.store.connection import Connection

_SQL = sql.load("interrupted")


def counts(reader: Connection, operation_id: int) -> dict[Outcome, int]:
    """Return the number of files of an operation by outcome."""
    counts: Counter[Outcome] = Counter()
    for status, code, kind, number in reader.execute(_SQL["outcome_counts"], {"operation_id": operation_id}).fetchall():
        counts[outcome_of(status, code, kind)] += number
    return dict(counts)


def files(
    reader: Connection, operation_id: int, *, outcome: str = "", page: int = 1, per_page: int = 0
) -> list[InterruptedFile]:
    """Return a page of an operation's files (of all outcomes, or of one), most urgent first; `per_page` 0: all."""
    limits = {"order": INTERRUPTED_OUTCOMES, "limit": per_page or None, "offset": (page - 1) * per_page}
    rows = reader.execute(
        _SQL["outcome_files"],
        {"operation_id": operation_id, "outcome": outcome, **limits},
    ).fetchall()
    return [
        InterruptedFile(
            item_id=item_id, file_id=file_id, file_path=file_path, outcome=outcome, code=code, message=message
        )
        for item_id, file_id, file_path, outcome, code, message in rows
    ]
