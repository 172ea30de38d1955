"""
Computes the plan. The database does this in sets: no statement and no Python code here runs once for each file.

A *variant* is one combination of modes. Functions that change the catalog mark the files that they change. `refresh`
computes the marked files again; where a result differs, it ends the old row and adds a new one. A new variant computes
all files. A row belongs to the versions (plan ids) from `from_version` up to, not including, `to_version`, so that
every version stays readable. `plan_compute.sql` has the statements, `risk.RULES` the rules that judge a file,
`risk_level.sql` how its risk level follows from them. A program with other rules computes a new variant.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from indexium_core.model.operations.actor import whole_home
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_rows, risk_sql
from indexium_core.store.review import decisions

KEPT = timedelta(days=7)  # how long an unused version is kept

_SQL = sql.compose("plan_compute", "risk_level")

logger = logging.getLogger(__name__)


class _Status(NamedTuple):
    """The state of a variant."""

    variant_id: int
    plan_id: int
    seen_mark: int
    newest_mark: int
    lacks_only_results: bool  # of writes, while one runs
    has_expired: bool  # a postponement has expired
    is_use_outdated: bool  # the time of the last use has to be recorded again

    @property
    def is_current(self) -> bool:
        return self.newest_mark <= self.seen_mark and not self.has_expired and not self.is_use_outdated

    @property
    def has_all_decisions(self) -> bool:
        """Whether nothing is missing but results of a running write."""
        return self.is_current or (self.lacks_only_results and not self.has_expired)


class _Shape(NamedTuple):
    """What the computed files have."""

    edits_fields: bool
    has_aliases: bool
    marked_files: int  # 0: all files are computed
    other_marks: int  # that no decision made
    with_issues: int  # marked files whose row in force has issues

    @property
    def replaced(self) -> tuple[str, ...]:
        """The `.sql` files whose parts replace the general ones: they do less, and that is enough here."""
        is_only_decided = self.marked_files > 0 and not self.other_marks
        parts = (
            ("plan_compute_people", not self.edits_fields),
            ("plan_compute_names", not self.has_aliases),
            ("plan_compute_decided", is_only_decided),
            ("plan_compute_copies", is_only_decided and self.with_issues == self.marked_files),
        )
        return tuple(file for file, is_enough in parts if is_enough)


def stored(reader: Connection, modes: Modes, *, now: datetime) -> Version | None:
    """Return the newest version of the variant that was computed; None without one."""
    status = _status(reader, modes, now)
    return None if status is None else Version(variant_id=status.variant_id, plan_id=status.plan_id)


def newest_with_decisions(reader: Connection, modes: Modes, *, now: datetime) -> tuple[Version, bool] | None:
    """
    Return the newest version, and whether it lacks nothing.

    None: it lacks something else than results of a running write.
    """
    status = _status(reader, modes, now)
    if status is None or not status.has_all_decisions:
        return None
    return Version(variant_id=status.variant_id, plan_id=status.plan_id), status.is_current


def refresh(database: Database, modes: Modes, *, now: datetime) -> Version:
    """Compute the changes since the last refresh of the variant, and return its newest version."""
    with whole_home():  # all actors read the same plan
        status = _status(database.read(), modes, now)
        if status is None or not status.is_current:
            return database.run(lambda tx: refresh_within(tx, modes, now=now))
    return Version(variant_id=status.variant_id, plan_id=status.plan_id)


def refresh_within(tx: Connection, modes: Modes, *, now: datetime) -> Version:
    """Do the same as `refresh` in an open transaction, for callers that change the rows that they have just read."""
    status = _status(tx, modes, now)
    if status is None or status.has_expired:
        decisions.expire(tx, at=now)
        status = _status(tx, modes, now)
    if status is None:
        return _compute_all(tx, modes, now)
    if not status.is_current:  # another thread may have refreshed the variant before this transaction
        return _compute_marked(tx, status, modes, now)
    return Version(variant_id=status.variant_id, plan_id=status.plan_id)


def _status(reader: Connection, modes: Modes, now: datetime) -> _Status | None:
    row = _run(reader, "status", {**asdict(modes), **risk_sql.PARAMETERS, "now": now}).fetchone()
    return _Status(*row) if row else None


def _compute_all(tx: Connection, modes: Modes, now: datetime) -> Version:
    """Compute all files for a new variant."""
    facts = asdict(modes) | plan_rows.rules() | {"now": now, "reason": "new modes"}
    facts |= {"variant_id": _value(tx, "next_id"), "plan_id": _value(tx, "next_plan_id")}
    facts["seen_mark"] = _value(tx, "newest_mark")
    _run(tx, "add_variant", facts)
    added = _compute(tx, "compute_all", facts | {"after_mark": None})
    _run(tx, "add_issue_sets", facts)
    _record(tx, facts, added)
    return Version(variant_id=facts["variant_id"], plan_id=facts["plan_id"])


def _compute_marked(tx: Connection, status: _Status, modes: Modes, now: datetime) -> Version:
    """Compute the files that were marked since the last refresh; without differences the version stays the same."""
    facts: dict[str, Any] = asdict(modes) | plan_rows.rules() | {"now": now, "reason": "changes"}
    facts |= {"variant_id": status.variant_id, "after_mark": status.seen_mark, "seen_mark": status.newest_mark}
    facts["plan_id"] = status.plan_id
    _compute(tx, "compute_marked", facts)
    changed = _value(tx, "compare", facts)
    if changed:
        facts["plan_id"] = _value(tx, "next_plan_id")
        changed = _value(tx, "close", facts) + _value(tx, "add_changed", facts)
        if _value(tx, "lacks_issue_sets", facts):
            _run(tx, "add_issue_sets", facts)
    _record(tx, facts, changed)
    return Version(variant_id=facts["variant_id"], plan_id=facts["plan_id"])


def _compute(tx: Connection, name: str, facts: Mapping[str, Any]) -> int:
    """Compute rows, without the parts that the files do not need; return their number."""
    shape = _run(tx, "shape", facts).fetchone()
    assert shape is not None  # the statement always returns a row
    statement = risk_sql.statement(name, *_Shape(*shape).replaced)
    row = tx.execute(statement, sql.parameters(statement, facts)).fetchone()
    assert row is not None  # a statement that makes rows returns their number
    return int(row[0])


def _record(tx: Connection, facts: dict[str, Any], changed: int) -> None:
    """Record which marks the variant includes and, if rows changed, the new version."""
    _run(tx, "set_seen", facts)
    _run(tx, "prune_marks", facts)
    if not changed and facts["reason"] == "changes":
        return
    _run(tx, "add_plan", facts | {"item_count": changed})
    if _value(tx, "prunable", {"before": facts["now"] - KEPT}):
        prune(tx, now=facts["now"])
    logger.info("plan.changed", extra={"plan_id": facts["plan_id"], "file_count": changed})


def prune(tx: Connection, *, now: datetime) -> None:
    """Delete the variants and versions that were not used in the last seven days."""
    for statement in ("prune_variants", "prune_plans", "prune_items", "prune_issue_sets"):
        _run(tx, statement, {"before": now - KEPT})


def _value(reader: Connection, name: str, facts: Mapping[str, Any] | None = None) -> int:
    """Return the number that a statement returns; a statement that changes rows returns their number."""
    row = _run(reader, name, facts or {}).fetchone()
    assert row is not None  # these statements always return a row
    return int(row[0])


def _run(tx: Connection, name: str, facts: Mapping[str, Any]) -> Connection:
    """Run a statement with the facts that it uses."""
    return tx.execute(_SQL[name], sql.parameters(_SQL[name], facts))
