"""
Reads the plan: items, counts, orders and selections of one version. `plan_compute` makes the versions.

No statement and no Python code here runs once for each file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from indexium_core import errors
from indexium_core.model.planning.plan import (
    RISK_LEVELS,
    WRITABLE,
    FieldChangeCount,
    PlanItem,
    Selection,
    SelectionChanges,
    SelectionDigest,
)
from indexium_core.model.query import CompiledQuery
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.limited_reader import LimitedReader
from indexium_core.store.people import people
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_rows
from indexium_core.store.planning.plan_rows import Counts, Groups

if TYPE_CHECKING:  # most commands need no array
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_CODES = 3  # column of `groups`
_OWN_KEYS = ("risk", "tags", "new_tags", "category", "cost")  # sort keys that need no other table

_SQL = sql.compose("plan_read", "own_items")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search of one version: which items it finds, and which of them it lists."""

    version: Version
    query: CompiledQuery
    file_hashes: tuple[str, ...] | None = None  # None = any
    file_ids: tuple[int, ...] | None = None  # None = any
    include_blocked: bool = True  # False leaves blocked items out of lists and counts
    include_unlisted: bool = False  # lists unchanged and postponed items too

    @property
    def is_unfiltered(self) -> bool:
        """Whether the search finds all items (except blocked items)."""
        return self.query.where == "TRUE" and self.file_hashes is None and self.file_ids is None

    @property
    def is_default_list(self) -> bool:
        """Whether the search lists all items that change, blocked ones too, and no others."""
        return self.is_unfiltered and self.include_blocked and not self.lists_unchanged and not self.lists_postponed

    @property
    def lists_unchanged(self) -> bool:
        """Whether unchanged items are listed."""
        return self.include_unlisted or self.query.names_unchanged

    @property
    def lists_postponed(self) -> bool:
        """Whether postponed items are listed, and counted by level."""
        return self.include_unlisted or self.query.names_postponed


def version(reader: Connection, plan_id: int) -> tuple[Version, Modes]:
    """
    Return a version by its id, and its modes.

    Raises:
        UnknownIdError: The version does not exist, or it was deleted.

    """
    row = _run(reader, "version", {"plan_id": plan_id}).fetchone()
    if row is None:
        raise errors.UnknownIdError(f"There is no plan {plan_id}, or it is too old. Request the plan again.")
    variant_id, people_mode, comment_mode, include_unknown, hard_links, large_bytes = row
    modes = Modes(
        people_mode=people_mode,
        comment_mode=comment_mode,
        include_unknown=include_unknown,
        hard_links=hard_links,
        large_bytes=large_bytes,
    )
    return Version(variant_id=variant_id, plan_id=plan_id), modes


def statistics(reader: Connection, search: Search) -> Counts:
    """Count the items that a search finds."""
    if search.is_unfiltered:
        return count_items(groups(reader, search.version), search)
    return count_items(_run(reader, "groups_of_search", _facts(search), search.query).fetchall(), search)


def count_items(groups: Groups, search: Search) -> Counts:
    """Add up the rows of `groups` for a search that finds their items."""
    counted = plan_rows.at_rates(
        [group for group in groups if search.include_blocked or group[0] != "blocked"], search.version.rates
    )
    return plan_rows.count_groups(counted, unchanged=search.lists_unchanged, postponed=search.lists_postponed)


def groups(reader: Connection, version: Version) -> Groups:
    """
    Count all items of a version by disk and everything that statistics distinguish: seven columns, then five sums.

    The seconds are those that the scan estimated; `count_items` applies the measured rates.
    """
    return _groups(_run(reader, "groups", version.parameters).fetchall())


def _groups(rows: Groups) -> Groups:
    """Return rows of `groups` with their codes as a tuple: the first columns are a key in `PlanCache`."""
    return [(*row[:_CODES], tuple(row[_CODES]), *row[_CODES + 1 :]) for row in rows]


class RowChange(NamedTuple):
    """A row that only one of two versions has."""

    file_id: int
    is_new: bool  # the newer version has it
    level_rank: int | None  # place of its risk level in the default order; None: not listed
    path: str  # folded, as the order compares it
    group: tuple[Any, ...]  # the row as a row of `groups`


def row_changes(reader: Connection, version: Version, older: int, *, limit: int) -> list[RowChange] | None:
    """Return the rows that differ from an older version; None if there are more, or if that version was deleted."""
    facts = version.parameters | {"older": older, "limit": limit + 1}
    rows = _run(reader, "row_changes", facts).fetchall()
    is_kept = _run(reader, "version", {"plan_id": older}).fetchone() is not None  # its rows are deleted with it
    return (
        [
            RowChange(row[0], row[1], row[2], row[3] or "", group)
            for row, group in zip(rows, _groups([row[4:] for row in rows]), strict=True)
        ]
        if is_kept and len(rows) <= limit
        else None
    )


def first_ranks(reader: Connection, version: Version, *, limit: int) -> list[tuple[int, str, int]]:
    """Return the first listed items of a version in the default order: rank of the risk level, path and file id."""
    found: list[tuple[int, str, int]]
    found = _run(reader, "first_ranks", version.parameters | {"limit": limit}).fetchall()
    return found


def page(
    reader: Connection, search: Search, *, sort: str, descending: bool, limit: int | None, offset: int
) -> list[PlanItem]:
    """Return a page of the listed items, sorted by one of `SORT_KEYS`, then by path in ascending order."""
    found = _sorted(reader, search, sort=sort, descending=descending, limit=limit, offset=offset).fetchall()
    return ordered_items(reader, search.version, [file_id for (file_id,) in found])


def sorted_ids(
    reader: Connection, search: Search, *, sort: str, descending: bool, limit: int | None, offset: int
) -> NDArray[np.int64]:
    """Return the ids of a page of the listed items in the order of `page`: 8 bytes for each item."""
    file_ids: NDArray[np.int64]
    found = _sorted(reader, search, sort=sort, descending=descending, limit=limit, offset=offset)
    file_ids = found.fetchnumpy()["file_id"]
    return file_ids


def _sorted(
    reader: Connection, search: Search, *, sort: str, descending: bool, limit: int | None, offset: int
) -> Connection:
    order = {"sort": sort, "descending": descending, "limit": limit, "offset": offset}
    statement = "order" if search.is_unfiltered and sort in _OWN_KEYS else "order_of_search"
    return _run(reader, statement, _facts(search) | order, search.query)


class CellRow(NamedTuple):
    """One item as cells of a CSV."""

    cells: tuple[Any, ...]  # in the order of the fields of `PlanItem`
    fields: Mapping[str, str]  # values of the other fields in the file
    planned: Mapping[str, str | None]  # their edits; None removes a field


def cells(reader: Connection, version: Version, file_ids: Sequence[int]) -> dict[int, CellRow]:
    """Return, by file id, the cells of each item."""
    rows = _run(reader, "cells", _version_facts(version) | {"file_ids": list(file_ids)}).fetchall()
    return {row[0]: CellRow(row[:-2], row[-2] or {}, row[-1] or {}) for row in rows}


def field_keys(reader: Connection, search: Search) -> set[str]:
    """Return the keys of the fields beside the comment that a listed item has or gets."""
    return {key for (key,) in _run(reader, "field_keys", _facts(search), search.query).fetchall()}


def page_with_counts(
    reader: Connection, search: Search, *, sort: str, descending: bool, limit: int, offset: int
) -> tuple[Counts, list[PlanItem]]:
    """Return `statistics` and a `page` with one search."""
    order = {"sort": sort, "descending": descending, "limit": limit, "offset": offset}
    rows = _run(reader, "page_with_counts", _facts(search) | order, search.query).fetchall()
    groups = [row[:-1] for row in rows if row[0] is not None]
    [file_ids] = [row[-1] or [] for row in rows if row[0] is None]
    return count_items(groups, search), ordered_items(reader, search.version, file_ids)


def raw_paths(reader: Connection, file_ids: Sequence[int]) -> dict[int, bytes]:
    """Return the paths of files as bytes, by file id."""
    return {
        file_id: bytes(path) for file_id, path in _run(reader, "raw_paths", {"file_ids": list(file_ids)}).fetchall()
    }


def items(reader: Connection, version: Version, file_ids: Sequence[int]) -> list[PlanItem]:
    """Return the items of files in the order of their ids, listed or not; files outside the plan are omitted."""
    return _items(reader, _run(reader, "items", _version_facts(version) | {"file_ids": list(file_ids)}))


def table(reader: Connection, search: Search) -> pd.DataFrame:
    """Return all listed items as a table: a column for each field of `PlanItem` except `changes`; issues are codes."""
    found = _run(reader, "table", _facts(search), search.query).df()
    return found.assign(mtime=found["mtime"].dt.tz_localize("UTC"))


def risk_by(reader: Connection, search: Search, by: str) -> pd.DataFrame:
    """Count the listed items by risk level and `container`, first `folder`, or number of new `tags`."""
    return _run(reader, "risk_by", _facts(search) | {"by": by}, search.query).df()


def total_bytes(reader: Connection, search: Search) -> int:
    """Return the total size in bytes of the files that a search finds and a write would change."""
    row = _run(reader, "total_bytes", _facts(search), search.query).fetchone()
    return int(row[0]) if row else 0


def selected_ids(
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
        search: The search of the selection.
        selection: The selection.
        levels: Only files of these risk levels.
        writable: Omit the files that no write changes: blocked, unchanged and postponed ones.
        only: Only these files.
        also: A second search, which must find the files too.

    """
    facts = _selection_facts(search, selection, levels) | {"writable": writable}
    facts["only"] = None if only is None else list(only)
    if only is not None and writable and (also is None or also.where == "TRUE") and tuple(levels) == RISK_LEVELS:
        return [file_id for (file_id,) in _run(reader, "selected_few", facts, search.query).fetchall()]
    found = _run(reader, "selected", facts, search.query, also).fetchnumpy()["file_id"]
    ids: list[int] = found.tolist()
    return ids


def selection_digest(
    reader: Connection, search: Search, selection: Selection, *, levels: Sequence[str]
) -> SelectionDigest:
    """Return the digest of the files of a selection that a write of these levels would change."""
    facts = _selection_facts(search, selection, levels) | {"writable": True, "only": None}
    count, digest, size = _run(reader, "selection_digest", facts, search.query).fetchone() or (0, 0, 0)
    return SelectionDigest(count=count, digest=digest, size=size)


def selection_changes(
    reader: Connection, search: Search, selection: Selection, *, levels: Sequence[str]
) -> SelectionChanges:
    """Return what a write of these levels would change in the files of a selection."""
    facts = _selection_facts(search, selection, levels) | {"writable": True, "only": None}
    rows = _run(reader, "selection_changes", facts, search.query).fetchall()
    return SelectionChanges(
        comments=sum(files for field, files, *_ in rows if field is None),
        fields=[
            FieldChangeCount(field=field, files=files, replaced=replaced, removed=removed)
            for field, files, replaced, removed in rows
            if field is not None
        ],
    )


def materialize_selection(reader: Connection, search: Search, selection: Selection) -> None:
    """Store the files of a selection, writable or not, in the temporary table that `decisions` reads."""
    facts = _selection_facts(search, selection, RISK_LEVELS) | {"writable": False, "only": None}
    _run(reader, "materialize_selection", facts, search.query)


def search_groups(reader: Connection, search: Search, within: CompiledQuery | None = None) -> Groups:
    """Count the items that a search lists by everything that selections distinguish, for `plan_rows.summarize`."""
    return _run(reader, "search_groups", _facts(search), search.query, within).fetchall()


def exceptions(
    reader: Connection, search: Search, selection: Selection, within: CompiledQuery | None, file_ids: Collection[int]
) -> dict[int, tuple[Any, ...]]:
    """Return by id, for each of some files, the row that `exception_groups` would count, without its last columns."""
    rows = _run(reader, "exceptions", _exception_facts(search, selection, file_ids), search.query, within).fetchall()
    return {row[0]: row[1:] for row in rows}


def exception_groups(
    reader: Connection, search: Search, selection: Selection, within: CompiledQuery | None = None
) -> Groups:
    """Count the files that a selection includes or excludes by id, like `search_groups`, for `plan_rows.summarize`."""
    named = selection.included | selection.excluded
    facts = _exception_facts(search, selection, named)
    return _run(reader, "exception_groups", facts, search.query, within).fetchall()


def _exception_facts(search: Search, selection: Selection, file_ids: Collection[int]) -> dict[str, Any]:
    return _selection_facts(search, selection, RISK_LEVELS) | {"named": list(file_ids)}


def changed_ids(reader: Connection, version: Version, older: int) -> list[int]:
    """Return the files that have a row which started or ended after an older version of the variant."""
    facts = _version_facts(version) | {"older": older}
    file_ids: list[int] = _run(reader, "changed", facts).fetchnumpy()["file_id"].tolist()
    return file_ids


def differing_ids(reader: Connection, version: Version, older: int, file_ids: Sequence[int]) -> list[int]:
    """Return the files among `file_ids` whose planned changes differ from the older version of the variant."""
    facts = _version_facts(version) | {"older": older, "file_ids": list(file_ids)}
    return [file_id for (file_id,) in _run(reader, "differing", facts).fetchall()]


def written_since(reader: Connection, older: int, file_ids: Sequence[int]) -> dict[int, tuple[int, str | None]]:
    """Return, for each file that was written after a version was made, the last operation and its comment."""
    facts = {"older": older, "file_ids": list(file_ids)}
    found = _run(reader, "written_since", facts).fetchall()
    return {file_id: (operation_id, comment) for file_id, operation_id, comment in found}


def ordered_items(reader: Connection, version: Version, file_ids: Sequence[int]) -> list[PlanItem]:
    """Return the items of files in the order of `file_ids`; files outside the plan are omitted."""
    of_file = {item.file_id: item for item in items(reader, version, file_ids)}
    return [of_file[file_id] for file_id in file_ids if file_id in of_file]


def _items(reader: Connection, result: Connection) -> list[PlanItem]:
    rows = result.fetch_dicts()
    copied = [row["file_id"] for row in rows if "duplicate_content" in row["codes"]]
    copies = dict(_run(reader, "copies_of", {"file_ids": copied}).fetchall()) if copied else {}
    return [plan_rows.plan_item(row, copies=copies.get(row["file_id"])) for row in rows]


def _version_facts(version: Version) -> dict[str, Any]:
    return version.parameters | version.rates.parameters


def _facts(search: Search) -> dict[str, Any]:
    return _version_facts(search.version) | {
        "file_hashes": None if search.file_hashes is None else list(search.file_hashes),
        "file_ids": None if search.file_ids is None else list(search.file_ids),
        "blocked": search.include_blocked,
        "unchanged": search.lists_unchanged,
        "postponed": search.lists_postponed,
    }


def _selection_facts(search: Search, selection: Selection, levels: Sequence[str]) -> dict[str, Any]:
    return _facts(search) | {
        "searched": selection.query is not None,
        "risk": list(selection.risk or WRITABLE),
        "included": list(selection.included),
        "excluded": list(selection.excluded),
        "levels": list(levels),
    }


def _run(
    reader: Connection,
    name: str,
    facts: Mapping[str, Any],
    search: CompiledQuery | None = None,
    also: CompiledQuery | None = None,
) -> Connection:
    """Run a statement with the facts that it uses; the compiled searches replace their placeholders."""
    text = _SQL[name]
    facts = {**facts, "libraries": reader.libraries}
    if reader.libraries is not None and not isinstance(reader, LimitedReader):
        text = text.replace(_SQL["all_items"], f"({_SQL['own_items']})")
    for place, query, prefix in (("TRUE /* search */", search, "q"), ("TRUE /* also */", also, "a")):
        if query is not None:
            where, parameters = query.named(prefix)
            text = text.replace(place, where)
            facts |= people.resolve_spellings(reader, parameters)
    return reader.execute(text, sql.parameters(text, facts))
