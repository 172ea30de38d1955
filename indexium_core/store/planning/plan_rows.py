"""Rows of the plan as values: items with their messages, counts, sums."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change
from indexium_core.model.operations import strategies
from indexium_core.model.people import people_comment
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import RISK_LEVELS, Issue, PlanItem, PlanStatistics, SelectionSummary

__all__ = [
    "ISSUE_BITS",
    "SEVERITY_BITS",
    "TELLING",
    "Counts",
    "Groups",
    "codes_of",
    "counted",
    "item",
    "severity_of",
    "summed",
]

# Code and severity of each issue, as the macro `issue_codes` of the schema has them: bit 0 is the first. A code that is
# there twice has another severity in other files.
_ISSUES = (
    ("missing_file", "blocked"),
    ("offline", "blocked"),
    ("unreadable", "blocked"),
    ("read_only", "blocked"),
    ("unsupported_container", "blocked"),
    ("corrupt", "blocked"),
    ("invalid_person_name", "blocked"),
    ("no_strategy_yet", "blocked"),
    ("file_growing", "blocked"),
    ("hard_linked", "blocked"),
    ("custom_comment", "danger"),
    ("tag_removal_all", "danger"),
    ("case_collision", "danger"),
    ("text_encoding", "danger"),
    ("tag_removal", "warning"),
    ("overwrite_comment", "warning"),
    ("edit_outdated", "warning"),
    ("hard_linked", "warning"),
    ("full_rewrite", "warning"),
    ("low_space", "warning"),
    ("duplicate_content", "warning"),
    ("damaged_tail", "warning"),
    ("full_rewrite", "note"),
    ("other_readers_differ", "note"),
    ("shown_as_plot", "note"),
    ("rolled_back", "note"),
)
ISSUE_BITS = tuple(code for code, _ in _ISSUES)
# The bits of each severity together: parameters of `work_out` in plans.sql.
SEVERITY_BITS = {
    f"{level}_bits": sum(1 << bit for bit, (_, severity) in enumerate(_ISSUES) if severity == level)
    for level in ("blocked", "danger", "warning")
}

# Columns of `groups` in plans.sql.
_LEVEL, _CATEGORY, _CONTAINER, _BITS, _EDITED, _POSTPONED, _FILES, _ADDED, _REMOVED, _BYTES, _SECONDS = range(11)

# Columns of `found_groups` and `exception_groups`: files with four sums, then what the selection makes of them.
_MEANT, _FOUND, _INCLUDED, _EXCLUDED = 6, 11, 12, 13

_BITS_OF = {
    code: sum(1 << place for place, each in enumerate(ISSUE_BITS) if each == code) for code in dict.fromkeys(ISSUE_BITS)
}
_CUSTOM = _BITS_OF["custom_comment"]
_EVERYONE = _BITS_OF["tag_removal_all"]
_LINKED = _BITS_OF["hard_linked"]
TELLING = _CUSTOM | _EVERYONE | _LINKED  # bits that `summed` tells of
_MADE_HERE = {"mtime", "issues"}
_AS_STORED = tuple(name for name in PlanItem.__dataclass_fields__ if name not in _MADE_HERE)
# What messages tell; `mode`, `scanned_at` and `reason` are put into words first.
_FACTS = (
    "custom_text",
    "tags_to_remove",
    "existing_comment",
    "db_people",
    "result_people",
    "nlink",
    "copies",
)


Groups: TypeAlias = list[tuple[Any, ...]]


class Counts(NamedTuple):
    """What a search finds, counted."""

    statistics: PlanStatistics
    listed: int  # items of the list, over all its pages


def counted(groups: Sequence[tuple[Any, ...]], *, unchanged: bool, postponed: bool) -> Counts:
    """
    Add up the rows of `groups` in plans.sql: what a search finds.

    Postponed items count only as such, unless they are listed. `by_category` is over all that counts, `by_container`
    and `by_issue` over what is listed: they are the choices by which a list is narrowed down.
    """
    counting = [group for group in groups if postponed or not group[_POSTPONED]]
    changing = [group for group in counting if group[_LEVEL] not in ("blocked", "unchanged")]
    listed = [group for group in counting if unchanged or group[_LEVEL] != "unchanged"]
    levels = _files_by(counting, _LEVEL)
    statistics = PlanStatistics(
        total_files=_sum(counting, _FILES),
        **{f"{level}_count": levels.get(level, 0) for level in RISK_LEVELS},
        total_tags_to_add=_sum(changing, _ADDED),
        total_tags_to_remove=_sum(changing, _REMOVED),
        will_overwrite_custom=_sum([group for group in changing if group[_BITS] & _CUSTOM], _FILES),
        postponed_count=_sum([group for group in groups if group[_POSTPONED]], _FILES),
        edited_count=_sum([group for group in counting if group[_EDITED]], _FILES),
        bytes_to_write=_sum(changing, _BYTES),
        est_seconds=float(sum([group[_SECONDS] for group in changing])),
        by_category=_files_by(counting, _CATEGORY),
        by_container=_files_by(listed, _CONTAINER),
        by_issue=_most_first(
            {code: _sum([group for group in listed if group[_BITS] & bits], _FILES) for code, bits in _BITS_OF.items()}
        ),
    )
    return Counts(statistics, _sum(listed, _FILES))


def summed(found: Groups, named: Groups, *, risk: Collection[str], levels: Collection[str]) -> SelectionSummary:
    """
    Add up what a selection means.

    Args:
        found: The rows of `found_groups` in plans.sql: all that its search lists.
        named: Those of `exception_groups`: the files that it names one by one.
        risk: Levels that it asks for; a file that it names is meant whatever its level.
        levels: Levels that would be written.

    """
    # What a named file is by its search is taken away, what it is by name put in its place.
    away = [
        (*group[:_MEANT], *(-value for value in group[_MEANT:_FOUND]), True, False, False)
        for group in named
        if group[_FOUND]
    ]
    kept = [group for group in named if group[_INCLUDED] or (group[_FOUND] and not group[_EXCLUDED])]
    meant = [
        (
            group,
            "postponed"
            if group[1]
            else ""
            if group[2] and (group[0] in risk or group[_INCLUDED]) and group[0] in levels
            else group[0],
        )
        for group in [*found, *away, *kept]
    ]
    taken = [group for group, left_out in meant if not left_out]
    return SelectionSummary(
        count=_sum(taken, _MEANT),
        by_risk=_files_by(taken, 0, _MEANT),
        tags_to_add=_sum(taken, _MEANT + 1),
        tags_to_remove=_sum(taken, _MEANT + 2),
        est_seconds=max(0.0, float(sum([group[_MEANT + 3] for group in taken]))),
        est_bytes=_sum(taken, _MEANT + 4),
        excluded=_files_by([(left_out, group[_MEANT]) for group, left_out in meant if left_out], 0, 1),
        by_strategy=_files_by(taken, 3, _MEANT),
        loses_text=_sum([group for group in taken if group[4] & _CUSTOM], _MEANT),
        removes_everyone=_sum([group for group in taken if group[4] & _EVERYONE], _MEANT),
        parts_names=_sum([group for group in taken if group[4] & _LINKED and strategies.replaces(group[3])], _MEANT),
        hidden=_sum([group for group in taken if group[5]], _MEANT),
    )


def _sum(groups: Sequence[tuple[Any, ...]], column: int) -> int:
    return int(sum([group[column] for group in groups]))


def _files_by(groups: Sequence[tuple[Any, ...]], column: int, files: int = _FILES) -> dict[str, int]:
    counts = dict.fromkeys([group[column] for group in groups], 0)
    for group in groups:
        counts[group[column]] += group[files]
    return _most_first(counts)


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: files for name, files in Counter(counts).most_common() if files}


def codes_of(bits: int) -> list[str]:
    """Return the codes of the issues that a row has, worst first."""
    return [code for bit, code in enumerate(ISSUE_BITS) if bits >> bit & 1]


def item(row: Mapping[str, Any], *, copies: list[str] | None = None) -> PlanItem:
    """Return a row of `items` in plans.sql as a plan item; `copies` are the paths of its duplicates."""
    facts = {**row, **_told(row), "copies": copies}
    return PlanItem(
        **{name: facts[name] for name in _AS_STORED},
        mtime=_moment(row["mtime_ns"]),
        issues=_issues(facts),
    )


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row leaves out because another column tells it; the view `plan_items` says the same."""
    existing, result, comment = row["existing"], row["result"], row["comment"]
    found = {"existing_people": existing, "can_update": row["risk_level"] not in ("blocked", "unchanged")}
    if result is None:
        unchanged = {"result_people": existing, "tags_to_add": [], "tags_to_remove": [], "changes": []}
        comments = {"existing_comment": comment, "result_comment": comment}
        return found | unchanged | comments | {"db_people": existing if row["known"] is None else row["known"]}
    return found | {
        "db_people": result if row["known"] is None else row["known"],
        "result_people": result,
        "tags_to_add": result if row["added"] is None else row["added"],
        "tags_to_remove": row["removed"] or [],
        "changes": _changes(row),
        "existing_comment": row["old_comment"],
        "result_comment": row["new_comment"],
    }


def _changes(row: Mapping[str, Any]) -> list[Change]:
    """Return one change for each text that changes, the one that players read first; as the view `plan_items`."""
    whole = {"where": "container", "old": row["old_comment"], "new": row["new_comment"]}
    segment = _segment(row["result"]) if row["comment_mode"] == "preserve" else None
    return [Change(field="comment", segment=segment, **place) for place in row["places"] or [whole]]


def _segment(names: Sequence[str]) -> str | None:
    try:
        return people_comment.segment_of(names)
    except errors.ValidationError:  # the item is blocked for this name
        return None


def _moment(nanoseconds: int) -> str:
    """Return a moment as ISO-8601 in UTC, to the second."""
    return datetime.fromtimestamp(nanoseconds // 10**9, UTC).isoformat().replace("+00:00", "Z")


def _issues(row: Mapping[str, Any]) -> list[Issue]:
    places = [bit for bit in range(len(_ISSUES)) if row["issues"] >> bit & 1]
    if not places:
        return []
    facts = {name: row[name] for name in _FACTS}
    facts["mode"] = None if row["mode"] is None or _closed_folder(row) else f"{row['mode'] & 0o777:o}"
    facts["scanned_at"] = f"{row['scanned_at']:%Y-%m-%d %H:%M} UTC"
    facts["reason"] = row["state_message"] or row["strategy_message"]
    facts["size"] = wording.size(row["size"])
    facts["needed"] = wording.size(row["est_bytes"])
    facts["free"] = None if row["free_bytes"] is None else wording.size(row["free_bytes"])
    found = []
    for place in places:
        code = ISSUE_BITS[place]
        more = {name: of_row(row) for name, of_row in _MORE_FACTS.get(code, {}).items()}
        found.append(risk.issue(code, severity=severity_of(place), **(facts | more)))
    return found


def severity_of(place: int) -> str:
    """Return the severity of the issue of a bit."""
    return _ISSUES[place][1]


def _closed_folder(row: Mapping[str, Any]) -> str | None:
    """Return why a file that may be written itself may not, None where it is the file that is read-only."""
    writable = row["mode"] is None or row["mode"] & 0o222
    return row["strategy_message"].rstrip(".") or None if writable and not row["strategy"] else None


def _twins(row: Mapping[str, Any]) -> list[str]:
    """Return the names of the database that another one equals but for letter case."""
    keys = Counter(people_comment.person_key(name) for name in row["db_people"])
    return [name for name in row["db_people"] if keys[people_comment.person_key(name)] > 1]


def _invalid(row: Mapping[str, Any]) -> list[str]:
    """Return the names of the database, or of an edit, that may not be written."""
    return [name for name in dict.fromkeys([*row["db_people"], *row["result_people"]]) if not _is_valid(name)]


def _is_valid(name: str) -> bool:
    try:
        people_comment.validate_name(name)
    except errors.ValidationError:
        return False
    return True


def _other_comment(row: Mapping[str, Any]) -> str | None:
    """Return a comment of the file that is not the one that we read."""
    found = json.loads(row["comment_fields"] or "[]")
    others = [
        field["value"]
        for field in found
        if field["field"] == "comment" and field["value"].partition("\u2400")[0] != row["comment"]
    ]
    return others[0] if others else None


def _lost(row: Mapping[str, Any]) -> str:
    """Return every text that would be lost, as a sentence quotes them."""
    return "” · “".join(fields.lost_by(_changes(row)).values()) or row["custom_text"]


def _names_after(row: Mapping[str, Any]) -> str:
    """Return what a write makes of the names of a file, as the rest of a sentence."""
    if strategies.replaces(row["strategy"]):
        return ". A new file takes its place: its other names keep the old file"
    return "; all of them show what is written in place"


# What only one kind of issue tells, or tells otherwise.
_MORE_FACTS: Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "offline": {"reason": lambda row: row["state_reason"]},
    "read_only": {"folder": _closed_folder},
    "no_strategy_yet": {"reason": lambda row: row["strategy_message"] or row["state_message"]},
    "case_collision": {"names": _twins},
    "invalid_person_name": {"names": _invalid},
    "other_readers_differ": {"other_comment": _other_comment},
    "damaged_tail": {"damage": lambda row: row["damage"]},
    "hard_linked": {"outcome": _names_after},
    "custom_comment": {"custom_text": _lost},
}
