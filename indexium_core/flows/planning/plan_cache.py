"""
The counts and the first items of the newest version of each variant, kept in memory.

After a change, only the rows that differ between the kept version and the newest one are read: they adjust the counts
and the order. Where a version cannot be adjusted, it is read as a whole.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from indexium_core.store.accounts.limited_reader import LimitedReader
from indexium_core.store.connection import Connection
from indexium_core.store.planning import plan_read
from indexium_core.store.planning.plan_read import RowChange
from indexium_core.store.planning.plan_rows import Groups
from indexium_core.store.versions.plan_version import Version

_FIRST = 500  # items in the default order that are kept: ten pages
_CHANGES = 1000  # changed rows from which on reading the whole version costs less
_KEYS = 7  # columns of a group that identify it; the others are sums

_Rank = tuple[int, str, int]  # place of an item in the default order: that of its risk level, path, and file id


@dataclass(slots=True)
class _Kept:
    """What is kept of one version."""

    plan_id: int
    groups: dict[tuple[Any, ...], list[Any]]
    first: list[_Rank] | None = None  # the first items in the default order; None: not read yet
    is_complete: bool = False  # `first` has all listed items


class PlanCache:
    """Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._variants: dict[int, _Kept] = {}

    def groups(self, reader: Connection, version: Version) -> Groups:
        """Return all items of a version, counted like `plan_read.groups`."""
        with self._lock:
            kept = self._kept(reader, version)
            if kept is not None:
                return [(*key, *sums) for key, sums in kept.groups.items()]
        return plan_read.groups(reader, version)

    def first_ids(self, reader: Connection, version: Version, *, limit: int, offset: int) -> list[int] | None:
        """Return a page of the listed items in the default order; None if the version or the page is not kept."""
        end = offset + limit
        if end > _FIRST:
            return None
        with self._lock:
            kept = self._kept(reader, version)
            if kept is None:
                return None
            if kept.first is None or (len(kept.first) < end and not kept.is_complete):
                kept.first = plan_read.first_ranks(reader, version, limit=_FIRST)
                kept.is_complete = len(kept.first) < _FIRST
            return [file_id for _, _, file_id in kept.first[offset:end]]

    def _kept(self, reader: Connection, version: Version) -> _Kept | None:
        """Return what is kept of a version; None if a newer one replaced it."""
        kept = self._variants.get(version.variant_id)
        if kept is not None and kept.plan_id == version.plan_id:
            return kept
        if kept is not None and kept.plan_id > version.plan_id:
            return None
        # For an actor with some libraries, a row differs by the copies that there are now: nothing can be subtracted.
        is_followed = kept is not None and not isinstance(reader, LimitedReader)
        changes = plan_read.row_changes(reader, version, kept.plan_id, limit=_CHANGES) if kept and is_followed else None
        if kept is None or changes is None:
            groups = {row[:_KEYS]: list(row[_KEYS:]) for row in plan_read.groups(reader, version)}
            kept = self._variants[version.variant_id] = _Kept(version.plan_id, groups)
        else:
            _adjust(kept, changes)
            kept.plan_id = version.plan_id
        return kept


def _adjust(kept: _Kept, changes: list[RowChange]) -> None:
    """Add the rows of the newer version and subtract those that it no longer contains."""
    for change in changes:
        sums = kept.groups.setdefault(change.group[:_KEYS], [0] * (len(change.group) - _KEYS))
        sign = 1 if change.is_new else -1
        for place, amount in enumerate(change.group[_KEYS:]):
            sums[place] += sign * amount
    kept.groups = {key: sums for key, sums in kept.groups.items() if sums[0]}
    if kept.first is None:
        return
    changed = {change.file_id for change in changes}
    added = [
        (change.level_rank, change.path, change.file_id) for change in changes if change.is_new and change.level_rank
    ]
    if not kept.is_complete:  # behind the last kept item, unknown items may come before an added one
        added = [rank for rank in added if rank < kept.first[-1]]
    kept.first = sorted([rank for rank in kept.first if rank[-1] not in changed] + added)
    if not kept.first and not kept.is_complete:
        kept.first = None
