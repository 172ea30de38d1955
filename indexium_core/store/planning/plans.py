"""
Plans: brought up to date and read, all of it in sets. No statement and no Python here runs once for each file.

A *variant* is one combination of the modes that a call may name. Mutators of the catalog leave marks on the files that
they touch; `refresh` works out the marked ones, ends the rows that came out differently and begins new ones. A new
variant takes all files. A row holds for the versions (plan ids) from `from_version` up to, not including, `to_version`,
so every version can still be read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indexium_core import errors
from indexium_core.model.planning.plan import RISK_LEVELS, PlanItem, Selection, SelectionDigest, SelectionSummary
from indexium_core.model.query import CompiledQuery
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.planning import plan_rows
from indexium_core.store.planning.plan_rows import Counts, Groups
from indexium_core.store.review import decisions

__all__ = [
    "WRITABLE",
    "Counts",
    "Groups",
    "Modes",
    "Search",
    "Version",
    "cells",
    "chosen",
    "differing",
    "found_groups",
    "items",
    "look",
    "materialize_selection",
    "order",
    "page",
    "prune",
    "raw_paths",
    "refresh",
    "refresh_within",
    "risk_by",
    "sealed",
    "statistics",
    "summary",
    "table",
    "version",
    "volume",
]

WRITABLE = ("safe", "warning", "danger")  # levels that a write may touch
KEPT = timedelta(days=7)  # how long a version that nobody names is kept

_OWN_KEYS = ("risk", "tags", "new_tags", "category", "cost")  # sort keys that a row of the plan knows itself
_PARAMETER = re.compile(r"\$(\w+)")
_PART = re.compile(r"/\* (\w+) \*/")  # another statement in the place of its name

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """What a call says of modes; None leaves it to file and library. The last two decide on risk alone."""

    people_mode: str | None = None
    comment_mode: str | None = None
    include_unknown: bool = False
    hard_links: str = "block"  # break: a file with several names may be replaced, so that they part
    large_bytes: int = 10**9  # from this size on it is a warning that a file has to be copied whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the plan of one variant."""

    variant_id: int
    plan_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which items of a version are looked at, and which of them are listed."""

    version: Version
    query: CompiledQuery
    file_hashes: tuple[str, ...] | None = None  # None = any
    file_ids: tuple[int, ...] | None = None  # None = any
    blocked: bool = True  # False leaves blocked items out of everything
    everything: bool = False  # lists unchanged and postponed items too

    @property
    def is_whole(self) -> bool:
        """Whether it finds all there is (but for blocked items)."""
        return self.query.where == "TRUE" and self.file_hashes is None and self.file_ids is None

    @property
    def unchanged(self) -> bool:
        """Whether unchanged items are listed."""
        return self.everything or self.query.names_unchanged

    @property
    def postponed(self) -> bool:
        """Whether postponed items are listed, and counted by level."""
        return self.everything or self.query.names_postponed


# Bringing up to date.


class _Status(NamedTuple):
    """What there is of a variant, and what there is to do."""

    variant_id: int
    plan_id: int
    seen_mark: int
    newest_mark: int
    is_due: bool  # the day of a postponement has come
    is_dusty: bool  # it is time to note that the variant is still used

    @property
    def is_current(self) -> bool:
        return self.newest_mark <= self.seen_mark and not self.is_due and not self.is_dusty


def refresh(database: Database, modes: Modes, *, now: datetime) -> Version:
    """Work in everything that happened since the variant was last asked for, and return its newest version."""
    status = _status(database.read(), modes, now)
    if status is None or not status.is_current:
        return database.run(lambda tx: refresh_within(tx, modes, now=now))
    return Version(variant_id=status.variant_id, plan_id=status.plan_id)


def refresh_within(tx: Connection, modes: Modes, *, now: datetime) -> Version:
    """Do the same in an open transaction, for those who change what they have just read."""
    status = _status(tx, modes, now)
    if status is None or status.is_due:
        decisions.expire(tx, at=now)
        status = _status(tx, modes, now)
    if status is None:
        return _begin(tx, modes, now)
    if not status.is_current:  # else another thread was here first
        return _follow(tx, status, modes, now)
    return Version(variant_id=status.variant_id, plan_id=status.plan_id)


def _status(reader: Connection, modes: Modes, now: datetime) -> _Status | None:
    row = _run(reader, "status", asdict(modes) | {"now": now}).fetchone()
    return _Status(*row) if row else None


def _begin(tx: Connection, modes: Modes, now: datetime) -> Version:
    """Work out every file for a variant that is new."""
    facts = asdict(modes) | plan_rows.SEVERITY_BITS | {"now": now, "reason": "new modes"}
    facts |= {"variant_id": _value(tx, "next_id"), "plan_id": _value(tx, "next_plan_id")}
    facts["seen_mark"] = _value(tx, "newest_mark")
    _run(tx, "add_variant", facts)
    _run(tx, "scope_all", facts)
    _run(tx, "copies_all", facts)
    _record(tx, facts, _value(tx, "work_out", facts))
    return Version(variant_id=facts["variant_id"], plan_id=facts["plan_id"])


def _follow(tx: Connection, status: _Status, modes: Modes, now: datetime) -> Version:
    """Work out the files that were marked since; where nothing differs, the version stays."""
    facts: dict[str, Any] = asdict(modes) | plan_rows.SEVERITY_BITS | {"now": now, "reason": "changes"}
    facts |= {"variant_id": status.variant_id, "after_mark": status.seen_mark, "seen_mark": status.newest_mark}
    facts["plan_id"] = _value(tx, "next_plan_id")
    for statement in ("marked", "scope_marked", "copies_marked"):
        _run(tx, statement, facts)
    begun = _value(tx, "work_out", facts)
    changed = _value(tx, "close", facts) + begun
    changed -= _value(tx, "drop_equal", facts)
    if not changed:
        facts["plan_id"] = status.plan_id
    _record(tx, facts, changed)
    return Version(variant_id=facts["variant_id"], plan_id=facts["plan_id"])


def _record(tx: Connection, facts: dict[str, Any], changed: int) -> None:
    """Note what the variant has worked in and, where rows changed, the version."""
    _run(tx, "seen", facts)
    _run(tx, "prune_marks", facts)
    if not changed and facts["reason"] == "changes":
        return
    _run(tx, "add_plan", facts | {"item_count": changed})
    if _value(tx, "prunable", {"before": facts["now"] - KEPT}):
        _prune(tx, facts["now"])
    logger.info("plan.changed", extra={"plan_id": facts["plan_id"], "file_count": changed})


def prune(database: Database, *, now: datetime) -> None:
    """Drop variants that nobody asked for, and versions that nobody named, in the last seven days."""
    with database.atomic() as tx:
        _prune(tx, now)


def _prune(tx: Connection, now: datetime) -> None:
    for statement in ("prune_variants", "prune_plans", "prune_items"):
        _run(tx, statement, {"before": now - KEPT})


def version(reader: Connection, plan_id: int) -> tuple[Version, Modes]:
    """Return a version by its id, and its modes; `UnknownIdError` where there is none (any more)."""
    row = _run(reader, "version", {"plan_id": plan_id}).fetchone()
    if row is None:
        message = f"There is no plan {plan_id}, or it is too old. Ask for the plan again."
        raise errors.UnknownIdError(message)
    variant_id, people_mode, comment_mode, include_unknown, hard_links, large_bytes = row
    modes = Modes(
        people_mode=people_mode,
        comment_mode=comment_mode,
        include_unknown=include_unknown,
        hard_links=hard_links,
        large_bytes=large_bytes,
    )
    return Version(variant_id=variant_id, plan_id=plan_id), modes


# Reading.


def statistics(reader: Connection, search: Search) -> Counts:
    """Count everything that a search finds."""
    groups = _run(reader, "groups" if search.is_whole else "groups_beside", _facts(search), search.query).fetchall()
    return plan_rows.counted(groups, unchanged=search.unchanged, postponed=search.postponed)


def page(
    reader: Connection, search: Search, *, sort: str, descending: bool, limit: int | None, offset: int
) -> list[PlanItem]:
    """Return some of the listed items, sorted by one of `SORT_KEYS`; equal ones by file id, either way."""
    found = order(reader, search, sort=sort, descending=descending, limit=limit, offset=offset).tolist()
    return _in_order(reader, search.version, found)


def order(
    reader: Connection, search: Search, *, sort: str, descending: bool, limit: int | None, offset: int
) -> NDArray[np.int64]:
    """Return the ids of some of the listed items, sorted as `page` has them: eight bytes for each."""
    order = {"sort": sort, "descending": descending, "limit": limit, "offset": offset}
    statement = "order" if search.is_whole and sort in _OWN_KEYS else "order_beside"
    found: NDArray[np.int64]
    found = _run(reader, statement, _facts(search) | order, search.query).fetchnumpy()["file_id"]
    return found


def cells(reader: Connection, version: Version, file_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Return the items of some files as cells of a CSV, by file id, in the order of the fields of `PlanItem`."""
    found = _run(reader, "cells", asdict(version) | {"file_ids": list(file_ids)}).fetchall()
    return {row[0]: row for row in found}


def look(
    reader: Connection, search: Search, *, sort: str, descending: bool, limit: int, offset: int
) -> tuple[Counts, list[PlanItem]]:
    """Return both `statistics` and a `page` of a search, which is made only once."""
    order = {"sort": sort, "descending": descending, "limit": limit, "offset": offset}
    rows = _run(reader, "look", _facts(search) | order, search.query).fetchall()
    groups = [row[:-1] for row in rows if row[0] is not None]
    [found] = [row[-1] or [] for row in rows if row[0] is None]
    counts = plan_rows.counted(groups, unchanged=search.unchanged, postponed=search.postponed)
    return counts, _in_order(reader, search.version, found)


def raw_paths(reader: Connection, file_ids: Sequence[int]) -> dict[int, bytes]:
    """Return the paths of files as the system has them."""
    return {
        file_id: bytes(path) for file_id, path in _run(reader, "raw_paths", {"file_ids": list(file_ids)}).fetchall()
    }


def items(reader: Connection, version: Version, file_ids: Sequence[int]) -> list[PlanItem]:
    """Return the items of some files, by file id, whether listed or not; a file that is not in the plan has none."""
    return _items(reader, _run(reader, "items", asdict(version) | {"file_ids": list(file_ids)}))


def table(reader: Connection, search: Search) -> pd.DataFrame:
    """Return all listed items as a table: a column for each field of `PlanItem` but `changes`, issues as codes."""
    return _run(reader, "table", _facts(search), search.query).df()


def risk_by(reader: Connection, search: Search, by: str) -> pd.DataFrame:
    """Return how many listed items of each level there are by `container`, first `folder`, or number of new `tags`."""
    return _run(reader, "risk_by", _facts(search) | {"by": by}, search.query).df()


def volume(reader: Connection, search: Search) -> int:
    """Return how many bytes the files have that a search finds and that would be changed."""
    row = _run(reader, "volume", _facts(search), search.query).fetchone()
    return int(row[0]) if row else 0


def chosen(
    reader: Connection,
    search: Search,
    selection: Selection,
    *,
    levels: Sequence[str] = RISK_LEVELS,
    writable: bool = True,
    only: Collection[int] | None = None,
    also: CompiledQuery | None = None,
) -> list[int]:
    """
    Return the ids of the files of a selection, in order.

    Args:
        reader: A cursor.
        search: Where to look; its query is that of the selection.
        selection: What is chosen.
        levels: Only files of these risk levels.
        writable: Leave out what no write touches: blocked, unchanged and postponed files.
        only: Only these files.
        also: A second search, which must find them too.

    """
    facts = _selecting(search, selection, levels) | {"writable": writable}
    facts["only"] = None if only is None else list(only)
    if only is not None and writable and (also is None or also.where == "TRUE") and tuple(levels) == RISK_LEVELS:
        return [file_id for (file_id,) in _run(reader, "chosen_of", facts, search.query).fetchall()]
    found = _run(reader, "chosen", facts, search.query, also).fetchnumpy()["file_id"]
    ids: list[int] = found.tolist()
    return ids


def sealed(reader: Connection, search: Search, selection: Selection, *, levels: Sequence[str]) -> SelectionDigest:
    """Return the mark of the files of a selection that a write of these levels would touch."""
    facts = _selecting(search, selection, levels) | {"writable": True, "only": None}
    count, digest = _run(reader, "sealed", facts, search.query).fetchone() or (0, 0)
    return SelectionDigest(count=count, digest=digest)


def materialize_selection(reader: Connection, search: Search, selection: Selection) -> None:
    """Mean the files of a selection, whatever a write would do with them: the table that `decisions` decides over."""
    facts = _selecting(search, selection, RISK_LEVELS) | {"writable": False, "only": None}
    _run(reader, "mean", facts, search.query)


def found_groups(reader: Connection, search: Search, within: CompiledQuery | None = None) -> Groups:
    """Count what a search lists by all that selections tell apart: what `summary` needs of everything it finds."""
    facts = _facts(search) | {"telling": plan_rows.TELLING}
    return _run(reader, "found_groups", facts, search.query, within).fetchall()


def summary(
    reader: Connection,
    search: Search,
    selection: Selection,
    *,
    levels: Sequence[str] = RISK_LEVELS,
    within: CompiledQuery | None = None,
    found: Groups,
) -> SelectionSummary:
    """
    Return what writing a selection would amount to, what it leaves out, and how much of it `within` hides.

    `found` is what `found_groups` says of the same search, nothing where the selection has none: so it costs what its
    exceptions cost.
    """
    named: Groups = []
    if selection.included or selection.excluded:
        facts = _selecting(search, selection, levels) | {"telling": plan_rows.TELLING}
        named = _run(reader, "exception_groups", facts, search.query, within).fetchall()
    return plan_rows.summed(found, named, risk=selection.risk or WRITABLE, levels=levels)


def moved(reader: Connection, version: Version, older: int) -> list[int]:
    """Return the files whose rows began or ended after an older version of the variant."""
    found: list[int] = _run(reader, "moved", asdict(version) | {"older": older}).fetchnumpy()["file_id"].tolist()
    return found


def differing(reader: Connection, version: Version, older: int, file_ids: Sequence[int]) -> list[int]:
    """Return those of some files whose planned changes are not what the older version of the variant showed."""
    facts = asdict(version) | {"older": older, "file_ids": list(file_ids)}
    return [file_id for (file_id,) in _run(reader, "differing", facts).fetchall()]


def written_since(reader: Connection, older: int, file_ids: Sequence[int]) -> dict[int, tuple[int, str | None]]:
    """Return those of some files that were written after a version was made: by which operation last, which comment."""
    facts = {"older": older, "file_ids": list(file_ids)}
    found = _run(reader, "written_since", facts).fetchall()
    return {file_id: (operation_id, comment) for file_id, operation_id, comment in found}


def _in_order(reader: Connection, version: Version, file_ids: Sequence[int]) -> list[PlanItem]:
    of_file = {item.file_id: item for item in items(reader, version, file_ids)}
    return [of_file[file_id] for file_id in file_ids if file_id in of_file]


def _items(reader: Connection, result: Connection) -> list[PlanItem]:
    names = result.columns
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    copied = [row["file_id"] for row in rows if "duplicate_content" in plan_rows.codes_of(row["issues"])]
    copies = dict(_run(reader, "copies_of", {"file_ids": copied}).fetchall()) if copied else {}
    return [plan_rows.item(row, copies=copies.get(row["file_id"])) for row in rows]


def _facts(search: Search) -> dict[str, Any]:
    return asdict(search.version) | {
        "file_hashes": None if search.file_hashes is None else list(search.file_hashes),
        "file_ids": None if search.file_ids is None else list(search.file_ids),
        "blocked": search.blocked,
        "unchanged": search.unchanged,
        "postponed": search.postponed,
    }


def _selecting(search: Search, selection: Selection, levels: Sequence[str]) -> dict[str, Any]:
    return _facts(search) | {
        "searched": selection.query is not None,
        "risk": list(selection.risk or WRITABLE),
        "included": list(selection.included),
        "excluded": list(selection.excluded),
        "levels": list(levels),
    }


def _value(reader: Connection, name: str, facts: Mapping[str, Any] | None = None) -> int:
    """Return the number that a statement answers with: one that changes rows says how many."""
    row = _run(reader, name, facts or {}).fetchone()
    assert row is not None  # such statements always answer
    return int(row[0])


def _run(
    reader: Connection,
    name: str,
    facts: Mapping[str, Any],
    search: CompiledQuery | None = None,
    also: CompiledQuery | None = None,
) -> Connection:
    """Run a statement with those of the facts that it names; compiled searches, the compiler's SQL, in their places."""
    statements = sql.load("plans")
    text = _PART.sub(lambda part: statements.get(part[1], part[0]), statements[name])
    facts = dict(facts)
    for place, query, prefix in (("TRUE /* search */", search, "q"), ("TRUE /* also */", also, "a")):
        if query is not None:
            where, parameters = query.named(prefix)
            text = text.replace(place, where)
            facts |= people.resolve_spellings(reader, parameters)
    used = _PARAMETER.findall(text)
    return reader.execute(text, {name: facts[name] for name in used})
