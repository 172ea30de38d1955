"""Facets of a version of the plan: one statement counts all of them, each over the search without its own term."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexium_core.model.files.properties import LOCKABLE
from indexium_core.model.people import people_comment
from indexium_core.model.planning.facets import FACETS
from indexium_core.model.query import CompiledQuery
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.people import people as people_store
from indexium_core.store.planning.plan_rows import ISSUE_BITS
from indexium_core.store.planning.plans import Version

__all__ = ["Narrowing", "Values", "counts", "extensions"]

_PARAMETER = re.compile(r"\$(\w+)")
_BIT = {key: 1 << place for place, key in enumerate(FACETS)}  # of `missed` in facets.sql
_LONG = ("folder", "person")  # facets of which the database gives the first values only

Group = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A search, taken apart."""

    rest: CompiledQuery  # what is no term of a facet
    own: Mapping[str, CompiledQuery]  # the term of each facet
    unchanged: bool  # unchanged items are listed
    postponed: bool  # postponed items are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Values of one facet with their files, most files first, and how many values there are in all."""

    files: Mapping[str, int]
    total: int


def counts(
    reader: Connection,
    version: Version,
    narrowing: Narrowing,
    *,
    chosen: Mapping[str, Sequence[str]],
    containing: Mapping[str, str],
    most: int,
) -> dict[str, Values]:
    """
    Count all facets.

    Args:
        reader: A cursor.
        version: Of the plan.
        narrowing: What is looked for.
        chosen: By key, values that are wanted in any case.
        containing: By key (`folder`, `person`), text that the values must contain.
        most: How many values of these two there may be.

    """
    facts: dict[str, Any] = {
        "variant_id": version.variant_id,
        "plan_id": version.plan_id,
        "unchanged": narrowing.unchanged,
        "postponed": narrowing.postponed,
        "folders": list(chosen.get("folder", ())),
        "persons": [name.lower() for name in chosen.get("person", ())],
        "folder_part": people_comment.fold(containing.get("folder", "")),
        "person_part": people_comment.fold(containing.get("person", "")),
        "most": most,
    }
    rows = _run(reader, "counts", facts, {"search": narrowing.rest, **narrowing.own})
    groups = [row for row in rows if row["facet"] == "groups"]
    found = {key: _counted(groups, key, unchanged=narrowing.unchanged) for key in _OF_GROUP}
    for key in _LONG:
        own = [row for row in rows if row["facet"] == key]
        files = Counter({row["value"]: int(row["files"]) for row in own})
        found[key] = Values(files=dict(files.most_common()), total=max((row["total"] for row in own), default=0))
    return found


def _counted(groups: Iterable[Group], key: str, *, unchanged: bool) -> Values:
    files: Counter[str] = Counter()
    for group in groups:
        level_counts = unchanged or group["risk"] != "unchanged" or key in ("risk", "category")
        if level_counts and group["missed"] in (0, _BIT[key]):
            for value in _OF_GROUP[key](group):
                files[value] += group["files"]
    ordered = dict(files.most_common())
    return Values(files=ordered, total=len(ordered))


def _issues(group: Group) -> set[str]:
    return {code for bit, code in enumerate(ISSUE_BITS) if group["issue_bits"] >> bit & 1}


def _locked(bits: int) -> tuple[str, ...]:
    return tuple(name for place, name in enumerate(LOCKABLE) if bits >> place & 1)


_OF_GROUP: Mapping[str, Callable[[Group], Iterable[str]]] = {
    "risk": lambda group: (group["risk"],),
    "category": lambda group: (group["category"],),
    "issue": _issues,
    "container": lambda group: (group["container"],) if group["container"] else (),
    "tags": lambda group: (str(group["tags"]),),
    "locked": lambda group: _locked(group["locks"]),
}


def extensions(reader: Connection, version: Version) -> dict[str, int]:
    """Return the extensions of the files of a version, most files first."""
    facts = {"variant_id": version.variant_id, "plan_id": version.plan_id}
    return {row["file_ext"]: row["files"] for row in _run(reader, "extensions", facts, {})}


def _run(
    reader: Connection, name: str, facts: Mapping[str, Any], searches: Mapping[str, CompiledQuery]
) -> list[dict[str, Any]]:
    """Run a statement with compiled searches, the compiler's SQL, in the places that name them."""
    text = sql.load("facets")[name]
    facts = dict(facts)
    for place, query in searches.items():
        where, parameters = query.named(f"{place}_")
        text = text.replace(f"TRUE /* {place} */", where)
        facts |= people_store.resolve_spellings(reader, parameters)
    used = set(_PARAMETER.findall(text))
    result = reader.execute(text, {key: value for key, value in facts.items() if key in used})
    names = result.columns
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
