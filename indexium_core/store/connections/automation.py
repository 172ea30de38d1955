"""Rows of `library_automation_config`, and the numbers that people see beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from indexium_core.model.connections.automation import AutomationConfig
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def configs(reader: Connection, library_ids: Iterable[int]) -> dict[int, AutomationConfig]:
    """Return the automation of libraries, by library; a library without a row has the defaults."""
    stored = {row["library_id"]: AutomationConfig(**row) for row in reader.execute(_sql("configs")).fetch_dicts()}
    return {each: stored.get(each) or AutomationConfig(library_id=each) for each in library_ids}


def config(reader: Connection, library_id: int) -> AutomationConfig:
    """Return the automation of a library."""
    return configs(reader, [library_id])[library_id]


def put(tx: Connection, config: AutomationConfig) -> None:
    """Store the automation of a library."""
    tx.execute(_sql("remove_config"), {"library_id": config.library_id})
    tx.execute(_sql("put_config"), asdict(config))


def published_by_itself(reader: Connection, *, since: datetime) -> dict[int, int]:
    """Return the number of files that were published by themselves since a moment, by library."""
    rows = reader.execute(_sql("published_by_itself"), {"since": since}).fetchall()
    return {int(library_id): int(files) for library_id, files in rows}


def stopped(reader: Connection, library_id: int, sources: Collection[str]) -> list[tuple[int, str]]:
    """Return id and source of the publications that began by themselves, were stopped, and have titles left."""
    found = {"library_id": library_id, "sources": list(sources)}
    return [(int(number), source) for number, source in reader.execute(_sql("stopped"), found).fetchall()]


def waiting_rows(reader: Connection, *, safe_too: bool) -> dict[int, int]:
    """Return the number of rows of the plan of publications that wait, by library; `safe_too`: also safe ones."""
    rows = reader.execute(_sql("waiting_rows"), {"safe_too": safe_too}).fetchall()
    return {int(library_id): int(count) for library_id, count in rows}


def titles(reader: Connection) -> dict[int, int]:
    """Return the number of films and series by library."""
    return {int(library_id): int(count) for library_id, count in reader.execute(_sql("titles")).fetchall()}


def _sql(name: str) -> str:
    return sql.compose("automation")[name]
