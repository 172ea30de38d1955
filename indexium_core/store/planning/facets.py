"""Facets of a plan version: one statement counts all facets. Each is counted over the search without its own term."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexium_core.model.files.properties import lockable
from indexium_core.model.people import people_comment
from indexium_core.model.planning.plan import FACETS
from indexium_core.model.query import CompiledQuery
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.people import people as people_store
from indexium_core.store.plan_version import Version

_BIT = {key: 1 << place for place, key in enumerate(FACETS)}  # of `missed` in facets.sql
_LONG = ("folder", "person")  # facets of which the database returns only the first values

Group = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetSearch:
    """A search split by facets."""

    rest: CompiledQuery  # the terms that belong to no facet
    own: Mapping[str, CompiledQuery]  # the terms of each facet
    unchanged: bool  # unchanged items are listed
    postponed: bool  # postponed items are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values of one facet with their file counts, in descending order, and the number of all values."""

    files: Mapping[str, int]
    total: int


def counts(
    reader: Connection,
    version: Version,
    search: FacetSearch,
    *,
    selected: Mapping[str, Sequence[str]],
    containing: Mapping[str, str],
    limit: int,
) -> dict[str, Values]:
    """
    Count all facets.

    Args:
        reader: A cursor.
        version: The plan version.
        search: The search.
        selected: Values by key; the result always contains them.
        containing: Text by key (`folder`, `person`); the values must contain it.
        limit: Maximum number of values for `folder` and for `person`.

    """
    facts: dict[str, Any] = {
        "variant_id": version.variant_id,
        "plan_id": version.plan_id,
        "unchanged": search.unchanged,
        "postponed": search.postponed,
        "folders": list(selected.get("folder", ())),
        "persons": [name.lower() for name in selected.get("person", ())],
        "folder_part": people_comment.fold(containing.get("folder", "")),
        "person_part": people_comment.fold(containing.get("person", "")),
        "limit": limit,
        "lockable": list(lockable()),
    }
    rows = _run(reader, "counts", facts, {"search": search.rest, **search.own})
    groups = [row for row in rows if row["facet"] == "groups"]
    values = {key: _values_of(groups, key, unchanged=search.unchanged) for key in _OF_GROUP}
    for key in _LONG:
        own = [row for row in rows if row["facet"] == key]
        files = Counter({row["value"]: int(row["files"]) for row in own})
        values[key] = Values(files=dict(files.most_common()), total=max((row["total"] for row in own), default=0))
    return values


def _values_of(groups: Iterable[Group], key: str, *, unchanged: bool) -> Values:
    files: Counter[str] = Counter()
    for group in groups:
        level_counts = unchanged or group["risk"] != "unchanged" or key in ("risk", "category")
        if level_counts and group["missed"] in (0, _BIT[key]):
            for value in _OF_GROUP[key](group):
                files[value] += group["files"]
    ordered = dict(files.most_common())
    return Values(files=ordered, total=len(ordered))


def _locked(bits: int) -> tuple[str, ...]:
    return tuple(name for place, name in enumerate(lockable()) if bits >> place & 1)


_OF_GROUP: Mapping[str, Callable[[Group], Iterable[str]]] = {
    "risk": lambda group: (group["risk"],),
    "category": lambda group: (group["category"],),
    "issue": lambda group: group["codes"],
    "container": lambda group: (group["container"],) if group["container"] else (),
    "tags": lambda group: (str(group["tags"]),),
    "locked": lambda group: _locked(group["locks"]),
}


def extensions(reader: Connection, version: Version) -> dict[str, int]:
    """Return the extensions of the files of a version with their file counts, most files first."""
    facts = {"variant_id": version.variant_id, "plan_id": version.plan_id}
    return {row["file_ext"]: row["files"] for row in _run(reader, "extensions", facts, {})}


def _run(
    reader: Connection, name: str, facts: Mapping[str, Any], searches: Mapping[str, CompiledQuery]
) -> list[dict[str, Any]]:
    """Run a statement; the compiled searches replace the placeholders with their names."""
    text = sql.load("facets")[name]
    facts = dict(facts)
    for place, query in searches.items():
        where, parameters = query.named(f"{place}_")
        text = text.replace(f"TRUE /* {place} */", where)
        facts |= people_store.resolve_spellings(reader, parameters)
    return reader.execute(text, sql.parameters(text, facts)).fetch_dicts()
