"""Rows of the history for writes of which only the journal is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from indexium_core.store import sql
from indexium_core.store.database import Database
from indexium_core.store.review import decisions

_SQL = sql.load("rebuild")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One write of one file, as its journal has it."""

    item_id: int
    operation_id: int
    at: datetime
    expires_at: datetime
    journal: str
    kind: str
    journal_bytes: int
    kept: bytes | None
    kept_bytes: int
    parted: int | None
    size: int  # bytes of the file before the write
    mtime_ns: int
    original_state: str | None  # None, here and below: unknown
    written_state: str | None
    changes: str  # JSON: the changes of all fields, [] if unknown
    previous_comment: str | None = None
    new_comment: str | None = None
    added: list[str] = field(default_factory=list)  # people
    removed: list[str] = field(default_factory=list)


def recorded(database: Database, item_ids: Collection[int]) -> set[int]:
    """Return which of the items have a backup in the database."""
    rows = database.read().execute(_SQL["recorded_items"], [list(item_ids)]).fetchall()
    return {item_id for (item_id,) in rows}


def operations(database: Database) -> set[int]:
    """Return the ids of all operations."""
    return {operation_id for (operation_id,) in database.read().execute(_SQL["operations"]).fetchall()}


def owners(database: Database, item_ids: Collection[int]) -> dict[int, tuple[int, bytes]]:
    """Return the operation and the path of each of the items that the database has."""
    rows = database.read().execute(_SQL["owners"], [list(item_ids)]).fetchall()
    return {item_id: (operation_id, bytes(path)) for item_id, operation_id, path in rows}


def next_operation(database: Database) -> int:
    """Return an id for an operation that no operation has had."""
    return database.run(lambda tx: int(tx.value(sql.load("ledger")["next_operation_id"])))


def add(database: Database, path: bytes, rows: Sequence[JournalRow], *, note: str) -> None:
    """Add the writes of one file. An operation that is not known gets the note as its title."""
    with database.atomic() as tx:
        known = tx.execute(_SQL["files_at"], [[path]]).fetchall()
        file_id, file_hash = known[0][1:] if known else (tx.value(_SQL["next_file_id"]), None)
        facts = {"note": note, "path": path.decode("utf-8", "replace"), "path_bytes": path}
        for row in rows:
            values = asdict(row) | facts | {"file_id": file_id, "file_hash": file_hash}
            for name in ("add_operation", "add_item", "drop_history", "set_states", "add_history"):
                tx.execute(_SQL[name], sql.parameters(_SQL[name], values))


def count_again(database: Database, operation_ids: Collection[int]) -> None:
    """Update the numbers of files of operations, from their items."""
    with database.atomic() as tx:
        for operation_id in operation_ids:
            tx.execute(_SQL["count_again"], [operation_id])


def link_rollbacks(database: Database) -> None:
    """Find the rollbacks among operations of which only the journals are left, and what they rolled back."""
    ledger = sql.compose("ledger")
    with database.atomic() as tx:
        item_ids = [item_id for (item_id,) in tx.execute(_SQL["link_rollbacks"]).fetchall()]
        if not item_ids:
            return
        tx.execute(_SQL["set_rollbacks"])
        for item_id in sorted(item_ids):  # a newer one may restore what an older one had rolled back
            tx.execute(ledger["mark_reverted"], {"ids": [item_id]})
        operation_ids = [each for (each,) in tx.execute(_SQL["reverted_by_items"], [item_ids]).fetchall()]
        tx.execute(ledger["update_status"], {"operation_ids": operation_ids})


def link(database: Database) -> None:
    """Join the history with the files that a scan has found at its paths since."""
    with database.atomic() as tx:
        tx.execute(_SQL["link_items"])
        tx.execute(_SQL["link_history"])


def skip_rolled_back(database: Database, at: datetime) -> None:
    """Skip the files whose last change is a recovered rollback, as a rollback does."""
    with database.atomic() as tx:
        file_ids = [file_id for (file_id,) in tx.execute(_SQL["rolled_back_files"]).fetchall()]
        if file_ids:
            decisions.postpone(tx, file_ids, until=None, reason="rolled_back", at=at)


def unknown_paths(database: Database) -> list[bytes]:
    """Return the paths of changed files that no scan has found."""
    return [bytes(path) for (path,) in database.read().execute(_SQL["unknown_paths"]).fetchall()]


def probes(database: Database) -> list[tuple[bytes, int, int, str | None, str | None]]:
    """Return a sample of present files: path, size, modification time (ns), comment and hash."""
    return database.read().execute(_SQL["probes"]).fetchall()


def read_again(database: Database, paths: Collection[bytes]) -> None:
    """Let the next scan read and hash these files."""
    with database.atomic() as tx:
        tx.execute(_SQL["forget_hashes"], [list(paths)])
        tx.execute(_SQL["read_again"], [list(paths)])
