"""The occasions of snapshots: events and tables whose changes the tables for analysts show."""

from __future__ import annotations

from indexium_core.store import survival
from indexium_core.store.survival import Survival

_WORK = ("scan", "rescan", "write", "rollback")
_TITLES = ("movie:added", "movie:updated", "series:added", "series:updated")
PROGRESS = frozenset(f"{work}:progress" for work in _WORK)  # a snapshot slows the work down
CHANGES = frozenset({"plan:changed", "approvals:changed", *_TITLES, *(f"{work}:completed" for work in _WORK)})
DECIDED = frozenset(survival.of(Survival.DECIDED))  # tables with what people decided
