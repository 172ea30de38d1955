"""Rows of the plan as values: items with their messages, counts and sums."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.fields.field import problem_of_file
from indexium_core.model.fields.table import COMMENT, all_fields, find_field, known_field
from indexium_core.model.files import fields, strategies
from indexium_core.model.files.media import Change
from indexium_core.model.people import people_comment
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import RISK_LEVELS, PlanItem, PlanStatistics, SelectionSummary
from indexium_core.model.planning.risk import Issue
from indexium_core.store.plan_version import DiskRates
from indexium_core.store.planning import risk_sql

# Columns of `groups` and `groups_of_search` in plan_read.sql; only the second one has the size.
_LEVEL, _CATEGORY, _CONTAINER, _CODES, _EDITED, _POSTPONED, _DISK, _FILES = range(8)
_ADDED, _REMOVED, _BYTES, _SECONDS, _SIZE = range(8, 13)


def rules() -> dict[str, Any]:
    """Return the parameters of the statements that compute, which depend only on the rules and on the fields."""
    writable = [f"{container} {each.key}" for each in all_fields() for container in each.places]
    limits = {f"{container} {each.key}": limit for each in all_fields() for container, limit in each.limits.items()}
    return {
        **risk_sql.PARAMETERS,
        "writable_fields": writable,
        "limited_fields": list(limits),
        "lowest_values": [limit.lowest for limit in limits.values()],
        "highest_values": [limit.highest for limit in limits.values()],
        "most_bytes": [limit.most_bytes for limit in limits.values()],
        "value_patterns": [limit.pattern for limit in limits.values()],
    }


class _SelectionGroup(NamedTuple):
    """Files that a selection treats alike, with sums: a row of `search_groups` or `exception_groups`."""

    level: str
    postponed: bool
    can_update: bool
    strategy: str
    codes: Sequence[str]
    hidden: bool
    files: int
    tags_to_add: int
    tags_to_remove: int
    est_seconds: float
    est_bytes: int
    found: bool  # the search of the selection lists these files
    included: bool
    excluded: bool

    def negated(self) -> _SelectionGroup:
        """Return the group with negative counts, which subtracts its files from a sum."""
        return self._replace(
            files=-self.files,
            tags_to_add=-self.tags_to_add,
            tags_to_remove=-self.tags_to_remove,
            est_seconds=-self.est_seconds,
            est_bytes=-self.est_bytes,
            included=False,
            excluded=False,
        )


_COMPUTED_FIELDS = {"mtime", "issues"}
_STORED_FIELDS = tuple(name for name in PlanItem.__dataclass_fields__ if name not in _COMPUTED_FIELDS)
_CODES_IN_ORDER = tuple(dict.fromkeys(rule.code for rule in risk.RULES))  # the most severe first

Groups: TypeAlias = list[tuple[Any, ...]]


class Counts(NamedTuple):
    """The counts of a search."""

    statistics: PlanStatistics
    listed: int  # items of the list, over all its pages
    warning_reasons: dict[str, int]  # number of counted items with a warning by issue code, largest first
    volume: int | None  # bytes of the files that a write would change; None: not counted


def at_rates(groups: Groups, rates: DiskRates) -> Groups:
    """Return rows of `groups` in plan_read.sql with their seconds at the measured rates; no group costs a call."""
    by_disk = rates.by_disk
    return [
        (
            *group[:_SECONDS],
            group[_SECONDS] * (disk.copy_rate if "full_rewrite" in group[_CODES] else disk.in_place_rate),
            *group[_SIZE:],
        )
        for group in groups
        for disk in (by_disk[group[_DISK]] if group[_DISK] in by_disk else rates.all_disks,)  # noqa: SIM401 - no call
    ]


def count_groups(groups: Groups, *, unchanged: bool, postponed: bool) -> Counts:
    """
    Add up the rows of `groups` in plan_read.sql; `unchanged` and `postponed`: such items are listed.

    Postponed items count only in `postponed_count`, unless they are listed. `by_category` covers all counted items;
    `by_container` and `by_issue` cover only the listed items, because the user narrows the list with them.
    """
    counting = [group for group in groups if postponed or not group[_POSTPONED]]
    warned = [group for group in counting if group[_LEVEL] == "warning"]
    changing = [group for group in counting if group[_LEVEL] not in ("blocked", "unchanged")]
    listed = [group for group in counting if unchanged or group[_LEVEL] != "unchanged"]
    levels = _files_by(counting, _LEVEL)
    statistics = PlanStatistics(
        total_files=_sum(counting, _FILES),
        **{f"{level}_count": levels.get(level, 0) for level in RISK_LEVELS},
        total_tags_to_add=_sum(changing, _ADDED),
        total_tags_to_remove=_sum(changing, _REMOVED),
        will_overwrite_custom=_sum([group for group in changing if "custom_comment" in group[_CODES]], _FILES),
        postponed_count=_sum([group for group in groups if group[_POSTPONED]], _FILES),
        edited_count=_sum([group for group in counting if group[_EDITED]], _FILES),
        bytes_to_write=_sum(changing, _BYTES),
        est_seconds=float(sum([group[_SECONDS] for group in changing])),
        by_category=_files_by(counting, _CATEGORY),
        by_container=_files_by(listed, _CONTAINER),
        by_issue=_files_by_issue(listed),
    )
    volume = _sum(changing, _SIZE) if groups and len(groups[0]) > _SIZE else None
    return Counts(statistics, _sum(listed, _FILES), _files_by_issue(warned), volume)


def summarize(
    searched: Groups, exceptions: Groups, *, risk: Collection[str], levels: Collection[str]
) -> SelectionSummary:
    """
    Add up a selection.

    Args:
        searched: The rows of `search_groups` in plan_read.sql: everything that its search lists.
        exceptions: The rows of `exception_groups`: the files that the selection includes or excludes by id.
        risk: Levels of the selection; an included file is selected at any level.
        levels: Levels that would be written.

    """
    every = _with_exceptions(_selection_groups(searched), _selection_groups(exceptions))
    selected = [
        group.can_update and (group.level in risk or group.included) and group.level in levels for group in every
    ]
    written = [group for group, is_selected in zip(every, selected, strict=True) if is_selected and not group.postponed]
    omitted = [
        ("postponed" if group.postponed else group.level, group.files)
        for group, is_selected in zip(every, selected, strict=True)
        if group.postponed or not is_selected
    ]
    linked = [group for group in written if "hard_linked" in group.codes and strategies.replaces(group.strategy)]
    return SelectionSummary(
        count=sum([group.files for group in written]),
        by_risk=_add_up([(group.level, group.files) for group in written]),
        tags_to_add=int(sum([group.tags_to_add for group in written])),
        tags_to_remove=int(sum([group.tags_to_remove for group in written])),
        est_seconds=max(0.0, float(sum([group.est_seconds for group in written]))),
        est_bytes=int(sum([group.est_bytes for group in written])),
        excluded=_add_up(omitted),
        by_strategy=_add_up([(group.strategy, group.files) for group in written]),
        loses_text=sum([group.files for group in written if "custom_comment" in group.codes]),
        removes_all_people=sum([group.files for group in written if "tag_removal_all" in group.codes]),
        breaks_links=sum([group.files for group in linked]),
        hidden=sum([group.files for group in written if group.hidden]),
    )


def _with_exceptions(found: list[_SelectionGroup], named: list[_SelectionGroup]) -> list[_SelectionGroup]:
    """Return the groups of a selection: an exception replaces the result of the search for the file."""
    replaced = [group.negated() for group in named if group.found]
    kept = [group for group in named if group.included or (group.found and not group.excluded)]
    return [*found, *replaced, *kept]


def _selection_groups(rows: Groups) -> list[_SelectionGroup]:
    """Return rows as groups. `map` makes the groups without a Python call for each group, which is faster."""
    return list(map(tuple.__new__, repeat(_SelectionGroup), rows))


def _sum(groups: Groups, column: int) -> int:
    return int(sum([group[column] for group in groups]))


def _files_by(groups: Groups, column: int) -> dict[str, int]:
    return _add_up([(group[column], group[_FILES]) for group in groups])


def _files_by_issue(groups: Groups) -> dict[str, int]:
    """Count files by code; of equally frequent codes, the most severe one comes first."""
    counts = [(code, group[_FILES]) for group in groups for code in group[_CODES]]
    return _add_up([*[(code, 0) for code in _CODES_IN_ORDER], *counts])


def _add_up(counts: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Add up counts by name; the highest count comes first, and zeros are omitted."""
    totals = dict.fromkeys([name for name, _ in counts], 0)
    for name, files in counts:
        totals[name] += files
    return {name: files for name, files in Counter(totals).most_common() if files}


def plan_item(row: Mapping[str, Any], *, copies: list[str] | None = None) -> PlanItem:
    """Return a row of `items` in plan_read.sql as a plan item; `copies` are the paths of its duplicates."""
    facts = {**row, **_derived(row), "copies": copies}
    return PlanItem(
        **{name: facts[name] for name in _STORED_FIELDS},
        mtime=_iso_time(row["mtime_ns"]),
        issues=_issues(facts),
    )


def _derived(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a row omits because other columns imply them; the view `plan_items` has the same rules."""
    existing, result, comment = row["existing"], row["result"], row["comment"]
    derived = {"existing_people": existing, "can_update": row["risk_level"] not in ("blocked", "unchanged")}
    if result is None:
        unchanged = {"result_people": existing, "tags_to_add": [], "tags_to_remove": [], "changes": _field_changes(row)}
        comments = {"existing_comment": comment, "result_comment": comment}
        return derived | unchanged | comments | {"db_people": existing if row["known"] is None else row["known"]}
    return derived | {
        "db_people": result if row["known"] is None else row["known"],
        "result_people": result,
        "tags_to_add": result if row["added"] is None else row["added"],
        "tags_to_remove": row["removed"] or [],
        "changes": _changes(row),
        "existing_comment": row["old_comment"],
        "result_comment": row["new_comment"],
    }


def _changes(row: Mapping[str, Any]) -> list[Change]:
    """Return one change for each changed text, like the view `plan_items`; the text that players read comes first."""
    whole = {"where": "container", "old": row["old_comment"], "new": row["new_comment"]}
    segment = _segment(row["result"]) if row["comment_mode"] == "preserve" else None
    comments = [Change(field=COMMENT, segment=segment, **place) for place in row["places"] or [whole]]
    return comments + _field_changes(row)


def _field_changes(row: Mapping[str, Any]) -> list[Change]:
    """Return the changes of the other fields that a write makes."""
    return [
        Change(field=each["field"], where=each["where"], old=each["old"], new=each["new"])
        for each in row["fields"] or ()
        if each["is_writable"]
    ]


def _segment(names: Sequence[str]) -> str | None:
    try:
        return people_comment.segment_of(names)
    except errors.ValidationError:  # the item is blocked because of this name
        return None


def _iso_time(nanoseconds: int) -> str:
    """Return a time in nanoseconds since 1970 as ISO-8601 in UTC, to the second."""
    return datetime.fromtimestamp(nanoseconds // 10**9, UTC).isoformat().replace("+00:00", "Z")


def _issues(row: Mapping[str, Any]) -> list[Issue]:
    """Return the issues of a row, the most severe first. A message may have any column of the row as a fact."""
    if not row["codes"]:
        return []
    facts = dict(row)
    facts["mode"] = None if row["mode"] is None or _folder_problem(row) else f"{row['mode'] & 0o777:o}"
    facts["scanned_at"] = f"{row['scanned_at']:%Y-%m-%d %H:%M} UTC"
    facts["reason"] = row["state_message"] or row["strategy_message"]
    facts["size"] = wording.size(row["size"])
    facts["needed"] = wording.size(row["est_bytes"])
    facts["free"] = None if row["free_bytes"] is None else wording.size(row["free_bytes"])
    issues = []
    for code, severity in zip(row["codes"], row["severities"], strict=True):
        own_facts = {name: fact_of(row) for name, fact_of in _OWN_FACTS.get(code, {}).items()}
        issues.append(risk.issue(code, severity=severity, **(facts | own_facts)))
    return issues


def _folder_problem(row: Mapping[str, Any]) -> str | None:
    """Return why a writable file cannot be written (its folder is read-only); None if the file itself is read-only."""
    writable = row["mode"] is None or row["mode"] & 0o222
    return row["strategy_message"].rstrip(".") or None if writable and not row["strategy"] else None


def _twins(row: Mapping[str, Any]) -> list[str]:
    """Return the names of the database that differ from another one only in letter case."""
    keys = Counter(people_comment.person_key(name) for name in row["db_people"])
    return [name for name in row["db_people"] if keys[people_comment.person_key(name)] > 1]


def _invalid(row: Mapping[str, Any]) -> list[str]:
    """Return the names of the database or of an edit that cannot be written."""
    return [name for name in dict.fromkeys([*row["db_people"], *row["result_people"]]) if not _is_valid(name)]


def _is_valid(name: str) -> bool:
    try:
        people_comment.validate_name(name)
    except errors.ValidationError:
        return False
    return True


def _other_comment(row: Mapping[str, Any]) -> str | None:
    """Return a comment of the file that differs from the one that Indexium reads."""
    stored = json.loads(row["comment_fields"] or "[]")
    others = [
        field["value"]
        for field in stored
        if field["field"] == COMMENT and field["value"].partition("\u2400")[0] != row["comment"]
    ]
    return others[0] if others else None


def _lost_texts(row: Mapping[str, Any]) -> str:
    """Return every text that the write would remove, for a message that quotes them."""
    return "” · “".join(fields.lost_texts_by_place(_changes(row)).values()) or row["custom_text"]


def _link_outcome(row: Mapping[str, Any]) -> str:
    """Return what a write does to the hard links of a file, as the rest of a sentence."""
    if strategies.replaces(row["strategy"]):
        return ". A write replaces the file, and the other links keep the old file"
    return "; all of them show the new comment"


def _lost_fields(row: Mapping[str, Any]) -> list[str]:
    """Return the titles of the fields that lose their value."""
    changes = _field_changes(row)
    set_fields = {change.field for change in changes if change.new is not None}
    lost = dict.fromkeys(change.field for change in changes if change.field not in set_fields)
    return [known_field(key).title for key in lost]


def _replaced_fields(row: Mapping[str, Any]) -> list[str]:
    """Return the titles of the fields that get another value, at one of their places or at all."""
    changes = _field_changes(row)
    set_fields = {change.field for change in changes if change.new is not None}
    texts = [each for each in changes if each.old is not None and each.old != each.new and each.field in set_fields]
    return [known_field(key).title for key in dict.fromkeys(change.field for change in texts)]


def _unsupported_fields(row: Mapping[str, Any]) -> str:
    """Return why the container cannot store each of the edited fields that it cannot store, as sentences."""
    edits: dict[str, str | None] = {}
    for each in row["fields"] or ():
        if not each["is_writable"]:
            edits[each["field"]] = edits.get(each["field"]) or each["new"]  # some places only lose their value
    problems = [
        known_field(key).problem_in(row["container"], value) or problem_of_file(row["field_problems"], key, value)
        if find_field(key)
        else f"The field {known_field(key).title} was removed."
        for key, value in edits.items()
    ]
    return " ".join(dict.fromkeys(problems))


# Facts that only one kind of issue has, or that it has in another form.
_OWN_FACTS: Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "offline": {"reason": lambda row: row["state_reason"]},
    "read_only": {"folder": _folder_problem},
    "no_strategy_yet": {"reason": lambda row: row["strategy_message"] or row["state_message"]},
    "case_collision": {"names": _twins},
    "invalid_person_name": {"names": _invalid},
    "other_readers_differ": {"other_comment": _other_comment},
    "damaged_tail": {"damage": lambda row: row["damage"]},
    "hard_linked": {"outcome": _link_outcome},
    "custom_comment": {"custom_text": _lost_texts},
    "value_lost": {"lost_fields": _lost_fields},
    "value_replaced": {"replaced_fields": _replaced_fields},
    "field_unsupported": {"unsupported_fields": _unsupported_fields},
}
