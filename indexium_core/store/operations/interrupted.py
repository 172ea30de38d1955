"""Operations that came to a stop before their end: which they are, and what became of each file."""

from __future__ import annotations

from indexium_core.model.operations.interrupted import InterruptedFile
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["counts", "files", "operations"]

_SQL = sql.load("interrupted")


def operations(reader: Connection) -> list[tuple[int, bool]]:
    """
    Return the operations that were cut off or stopped by themselves and have files left, newest first.

    With each goes whether it goes on by itself at the next start of a service.
    """
    rows: list[tuple[int, bool]] = reader.execute(_SQL["interrupted_operations"]).fetchall()
    return rows


def counts(reader: Connection, operation_id: int) -> dict[str, int]:
    """Return how many files of an operation there are, by what became of them."""
    rows = reader.execute(_SQL["became_counts"], {"operation_id": operation_id}).fetchall()
    return {became: int(number) for became, number in rows}


def files(
    reader: Connection, operation_id: int, *, became: str = "", page: int = 1, per_page: int = 0
) -> list[InterruptedFile]:
    """Return a page of an operation's files (`per_page` 0: all), or of one outcome's, what needs a look first."""
    limits = {"limit": per_page or None, "offset": (page - 1) * per_page}
    rows = reader.execute(_SQL["became_files"], {"operation_id": operation_id, "became": became, **limits}).fetchall()
    return [
        InterruptedFile(
            item_id=item_id, file_id=file_id, file_path=file_path, became=became, code=code, message=message
        )
        for item_id, file_id, file_path, became, code, message in rows
    ]
