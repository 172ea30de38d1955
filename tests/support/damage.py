"""Databases that are damaged, and the content of databases."""

from __future__ import annotations

from pathlib import Path

import duckdb

from indexium_core.store.home_files import FILE_NAME

_HEADERS, _BLOCK = 3 * 4096, 262_144  # bytes: DuckDB's headers, and its blocks after them
_DERIVED = {"plan_rows", "plans", "plan_variants", "plan_marks", "issue_sets"}
_DERIVED |= {"events", "job_queue", "operation_state", "requests"}


def damage_file(home: Path) -> None:
    """Overwrite the headers of the database, so that it cannot be opened."""
    path = home / FILE_NAME
    path.write_bytes(bytes(_HEADERS) + path.read_bytes()[_HEADERS:])


def damage_table(home: Path, table: str, *, part: int = 0) -> None:
    """Overwrite a part of the first block, or of another one, that has values of a table."""
    path = home / FILE_NAME
    with duckdb.connect(str(path)) as raw:
        raw.execute("CHECKPOINT")
        rows = raw.execute(
            f"SELECT DISTINCT block_id FROM pragma_storage_info('{table}') WHERE block_id >= 0"
        ).fetchall()
    blocks = sorted(block for (block,) in rows)
    damaged = bytearray(path.read_bytes())
    start = _HEADERS + blocks[part] * _BLOCK + 40  # in its first values
    damaged[start : start + 64] = b"\xff" * 64
    path.write_bytes(damaged)


def content(home: Path) -> dict[str, list[str]]:
    """Return the rows of every table that people or operations filled, sorted."""
    with duckdb.connect(str(home / FILE_NAME), read_only=True) as raw:
        names = [name for (name,) in raw.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: sorted(map(str, raw.execute(f"FROM {name}").fetchall())) for name in names if name not in _DERIVED
        }
