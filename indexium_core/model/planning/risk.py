"""
Risk: the one table of all rules about a planned file, with conditions, severities, labels, messages and remedies.

A rule stands here whole. Its condition is an SQL expression: `store/planning/risk_sql.py` puts all conditions into the
SQL of the plan, which stores the codes that hold for each file. The risk level of a file is the worst severity of them
(`store/sql/risk_level.sql`).
Messages are made when a page is read. A part of a template in [brackets] is omitted if one of its facts is unknown, so
that every message stays a sentence; `[a|b]` is `b` if a fact of `a` is unknown. The fact `reason` is a whole sentence
from a reader or a scan, so templates add no prefix.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from indexium_core.model import wording
from indexium_core.model.fields import comment_diff, readers

SEVERITIES = ("note", "warning", "danger", "blocked")  # from the least to the most severe
LEVEL_HINTS: Mapping[str, str] = {  # what each level of files that would change means
    "safe": "additions only",
    "warning": "please review",
    "danger": "review before writing",
    "blocked": "cannot be written",
}
# By fact: how many names of a long list a message shows, and the length above which a list is long; default 5 and 6.
_SHOWN_NAMES = {"copies": (2, 2)}
_LONGEST_FACT = 160  # characters of a fact that a message shows
_UNSHORTENED = frozenset({"unsupported_fields"})  # facts that are sentences of our own


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One reason for an item's risk level, or a note (severity `note`) that carries no risk."""

    code: str
    message: str
    severity: str  # note, warning, danger, blocked

    @property
    def text(self) -> str:
        """The message, with a sign for each character that cannot be seen."""
        return comment_diff.seen(self.message)

    @property
    def label(self) -> str:
        """The message in a few words."""
        return label(self.code)

    @property
    def remedy(self) -> str:
        """What the user can do."""
        return remedy(self.code, severity=self.severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRule:
    """
    One rule: when a planned file has an issue, and what the user reads about it.

    The conditions are SQL expressions, in the names that the steps of `store/sql/plan_compute.sql` have there; NULL
    counts as false. A rule without a condition is for issues that only a write finds.

    Attributes:
        code: Its name everywhere: in the plan, in the search, in REST.
        severity: `note` (no risk), `warning`, `danger` or `blocked`.
        label: A few words for a chip.
        message: Template of one or two sentences. Its facts are columns of `items` in `store/sql/plan_read.sql`, and
            those of `store/planning/plan_rows.py`.
        remedy: What the user can do.
        of_file: Holds for every change of the file. It reads the step `facts`: the file `f`, its library `l`, the
            decisions `d` about it.
        of_comment: Holds only if the comment changes. It reads the step `judged`: the people and comments, now and
            after a write.
        of_fields: Holds only if another field changes. It reads the same step, with the changes of the fields.
        parameters: Values of the parameters (`$name`) of the conditions, beside those of the plan.
        is_variant: Another rule has the same code with the usual severity; at most one of both holds for a file.

    """

    code: str
    severity: str
    label: str
    message: str
    remedy: str
    of_file: str = ""
    of_comment: str = ""
    of_fields: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    is_variant: bool = False

    @property
    def conditions(self) -> tuple[str, str, str]:
        """The conditions; "" for none."""
        return self.of_file, self.of_comment, self.of_fields


# The most severe rules come first; within a severity, lists show the codes in this order.
RULES: tuple[RiskRule, ...] = (
    # Blocked: the file cannot be written.
    RiskRule(
        code="missing_file",
        severity="blocked",
        label="missing",
        message="The file was missing at the last scan[ ({scanned_at})].",
        remedy="Restore the file or remove it from the library, then scan again.",
        of_file="f.state = 'missing'",
    ),
    RiskRule(
        code="offline",
        severity="blocked",
        label="offline",
        message="[{reason}|The folder of this library cannot be reached.]",
        remedy="Connect the drive or mount the share, then scan again. The stored data of its files is kept.",
        of_file="l.state = 'offline'",
    ),
    RiskRule(
        code="unreadable",
        severity="blocked",
        label="unreadable",
        message="[{reason}|The file cannot be read.]",
        remedy="Give your user read permission, then scan again.",
        of_file="f.state = 'unreadable'",
    ),
    RiskRule(
        code="read_only",
        severity="blocked",
        label="read-only",
        message="The file cannot be written[: it is read-only (mode {mode})].[ {folder}.]",
        remedy=(
            "Make it writable for your user, and also its folder if the folder is read-only; remove an attribute "
            "that the message names. Then scan again."
        ),
        of_file="f.read_only OR f.strategy_code = 'read_only'",
    ),
    RiskRule(
        code="unsupported_container",
        severity="blocked",
        label="unsupported format",
        message="Nothing can be written into this file.[ {reason}]",
        remedy="Remux a video to mp4 or mkv; leave a file without media as it is.",
        of_file="f.state = 'not_video' OR (f.has_no_strategy AND f.strategy_code = 'unsupported_container')",
    ),
    RiskRule(
        code="corrupt",
        severity="blocked",
        label="damaged",
        message="[{reason}|The file is damaged.]",
        remedy="Play the file to see what is left, restore it from a backup, then scan again.",
        of_file="f.state IN ('corrupt', 'empty') OR (f.has_no_strategy AND f.strategy_code = 'corrupt')",
    ),
    RiskRule(
        code="invalid_person_name",
        severity="blocked",
        label="invalid name",
        message="A name cannot be written[: “{names}”].",
        remedy='Rename the person: no ; | " or control characters, at most 200 characters.',
        of_comment="has_invalid_name",
    ),
    RiskRule(
        code="no_strategy_yet",
        severity="blocked",
        label="not yet writable",
        message="Indexium cannot write this file safely yet.[ {reason}]",
        remedy="Nothing to do; a later version may support it.",
        of_file="f.has_no_strategy AND f.strategy_code NOT IN ('unsupported_container', 'corrupt')",
        of_comment="not_removable AND coalesce(planned, '') = ''",
    ),
    RiskRule(
        code="file_growing",
        severity="blocked",
        label="still growing",
        message="The file changed less than a minute before the scan, so another program may still be writing it.",
        remedy="Wait a minute, then scan again.",
        of_file="f.growing AND f.mtime_ns IS DISTINCT FROM f.own_mtime_ns",
    ),
    RiskRule(
        code="hard_linked",
        severity="blocked",
        label="hard links",
        message=(
            "The file has[ {nlink}] hard links. A write replaces the file, and the other links would keep the old file."
        ),
        remedy="Write it with --hard-links break if the links may be separated, or remove the other links.",
        of_file="f.separates_names",
        is_variant=True,
    ),
    RiskRule(
        code="field_unsupported",
        severity="blocked",
        label="field not possible",
        message="[{unsupported_fields}|Files of this kind cannot store an edited field.]",
        remedy="Remove the edit of the field, or enter a value that these files can store.",
        of_fields="has_impossible_edit AND comment_stays AND NOT has_possible_edit",
        is_variant=True,
    ),
    # Danger: the user would lose something.
    RiskRule(
        code="custom_comment",
        severity="danger",
        label="custom text",
        message="Would lose custom text[ “{custom_text}”].",
        remedy="Choose Preserve to keep the text, or write the file if the text may be lost.",
        of_comment="has_custom_text AND NOT preserves",
    ),
    RiskRule(
        code="tag_removal_all",
        severity="danger",
        label="removes all people",
        message="Would remove all people of the file[: {tags_to_remove}].",
        remedy="Choose the mode merge to keep them, or add them to the database.",
        of_comment="removes_all",
    ),
    RiskRule(
        code="case_collision",
        severity="danger",
        label="same name twice",
        message="Two people of the database differ only in letter case[: {names}].",
        remedy="Merge them on the page People if they are the same person.",
        of_comment="is_collision",
    ),
    RiskRule(
        code="text_encoding",
        severity="danger",
        label="text encoding",
        message=(
            "The comment is in an old encoding that programs read differently; they may show it or the names garbled."
        ),
        remedy="Choose Replace, or write the names with plain letters.",
        of_comment="ascii_only AND strlen(listed) > length(listed)",
    ),
    RiskRule(
        code="value_lost",
        severity="danger",
        label="removes a value",
        message="Would remove the value of[ {lost_fields}| a field].",
        remedy="Remove the edit of the field to keep its value.",
        of_fields=(
            'len(list_filter(field_changes, lambda c: c.is_writable AND new_field_values[c."field"] IS NULL)) > 0'
        ),
    ),
    # Warnings: the user should check the change.
    RiskRule(
        code="tag_removal",
        severity="warning",
        label="removes a name",
        message="Would remove names that the file has[: {tags_to_remove}].",
        remedy="Choose the mode merge to keep them.",
        of_comment="removed_count > 0 AND NOT removes_all",
    ),
    RiskRule(
        code="overwrite_comment",
        severity="warning",
        label="replaces comment",
        message="The order or the spelling of the names in the comment changes[: “{existing_comment}”].",
        remedy="Nothing to do if the new order and spelling are right.",
        of_comment="respells",
    ),
    RiskRule(
        code="edit_outdated",
        severity="warning",
        label="older edit",
        message=(
            "The database changed after you edited this file[: it now has {db_people}; your edit has {result_people}]."
        ),
        remedy="Edit the file again, or remove the edit.",
        of_comment="is_outdated",
    ),
    RiskRule(
        code="changed_on_disk",
        severity="warning",
        label="changed on disk",
        message="The file changed since the last scan[ ({scanned_at})].",
        remedy="Scan again; otherwise a write reports a conflict.",
    ),
    RiskRule(
        code="hard_linked",
        severity="warning",
        label="hard links",
        message="The file has[ {nlink}] hard links[{outcome}].",
        remedy="Nothing to do if that is right.",
        of_file="f.is_linked AND NOT f.separates_names",
    ),
    RiskRule(
        code="full_rewrite",
        severity="warning",
        label="full copy",
        message="This write makes a full copy of the file[: {size}].",
        remedy="Write it when the disk is idle; the original stays until the copy is verified.",
        of_file="f.is_copied AND f.size >= $large_bytes",
    ),
    RiskRule(
        code="low_space",
        severity="warning",
        label="low space",
        message="The disk may be too full to copy this file[: {needed} needed, {free} free at the last scan].",
        remedy="Free some space first.",
        of_file="f.is_copied AND f.est_bytes > l.free_bytes",
    ),
    RiskRule(
        code="duplicate_content",
        severity="warning",
        label="duplicate",
        message="Other files contain the same media[: {copies}]. Each file is planned separately.",
        remedy="Remove the copies that you do not want, or write them all.",
        of_file="hash(f.file_hash) IN (SELECT payload FROM copied)",
    ),
    RiskRule(
        code="damaged_tail",
        severity="warning",
        label="damaged end",
        message="[{damage}|The end of the file is damaged.] What comes before it is intact.",
        remedy="Nothing to do; Indexium does not change the damaged end.",
        of_file="f.damage <> ''",
    ),
    RiskRule(
        code="value_replaced",
        severity="warning",
        label="replaces a value",
        message="Would replace the value of[ {replaced_fields}| a field].",
        remedy="Nothing to do if the new value is right.",
        of_fields=(
            'len(list_filter(field_changes, lambda c: c.is_writable AND c."old" <> coalesce(c."new", \'\') AND '
            'new_field_values[c."field"] IS NOT NULL)) > 0'
        ),
    ),
    RiskRule(
        code="field_unsupported",
        severity="warning",
        label="field not possible",
        message=(
            "[{unsupported_fields}|Files of this kind cannot store an edited field.] The other changes are written."
        ),
        remedy="Remove the edit of the field, or enter a value that these files can store.",
        of_fields="has_impossible_edit AND (has_possible_edit OR NOT comment_stays)",
    ),
    # Notes: no risk.
    RiskRule(
        code="full_rewrite",
        severity="note",
        label="full copy",
        message="This write makes a full copy of the file[: {size}].",
        remedy="Nothing to do; the original stays until the copy is verified.",
        of_file="f.is_copied AND f.size < $large_bytes",
        is_variant=True,
    ),
    RiskRule(
        code="other_readers_differ",
        severity="note",
        label="comments differ",
        message=(
            "The file has several comment fields with different texts. Players may show another one[: "
            "“{other_comment}”]."
        ),
        remedy="A write gives all of them the same text.",
        of_comment="fields_differ",
    ),
    RiskRule(
        code="shown_as_plot",
        severity="note",
        label="shown as plot",
        message="Jellyfin shows the comment as the plot where no overview exists.",
        remedy="Give the video an overview in Jellyfin.",
        of_comment=(
            "coalesce(comment, '') = '' AND planned IS NOT NULL AND NOT list_contains($without_plot::VARCHAR[], "
            "container)"
        ),
        parameters={"without_plot": readers.WITHOUT_PLOT},
    ),
    RiskRule(
        code="rolled_back",
        severity="note",
        label="rolled back",
        message="An earlier write of this file was rolled back[ on {rolled_back_at}].",
        remedy="Stop skipping the file to write it again.",
        of_file="d.rolled_back",
    ),
    RiskRule(
        code="busy_in_operation",
        severity="note",
        label="busy",
        message="Another operation[ ({operation_id})] uses this file.",
        remedy="Wait until it ends, or resume or cancel it if it is paused.",
    ),
    RiskRule(
        code="in_use",
        severity="note",
        label="in use",
        message="Another program has the file open[: {program}].",
        remedy="Close the player. Indexium retries the write for some seconds; after that, use Retry.",
    ),
    RiskRule(
        code="stale_plan",
        severity="note",
        label="plan changed",
        message="The result for this file is no longer what the plan showed.",
        remedy="Refresh the plan, then write.",
    ),
)

# The usual rule of each code.
ISSUES: Mapping[str, RiskRule] = {rule.code: rule for rule in RULES if not rule.is_variant}
_BY_SEVERITY: Mapping[tuple[str, str], RiskRule] = {(rule.code, rule.severity): rule for rule in RULES}

# Labels of item states, and of the codes that only a write or a rollback reports. Issues have their own labels.
_OUTCOME_LABELS: Mapping[str, str] = {
    "pending": "waiting",
    "writing": "being written",
    "success": "written",
    "skipped": "nothing to do",
    "failed": "failed, file unchanged",
    "conflict": "conflict, file unchanged",
    "unknown": "unknown, run recover",
    "backup_expired": "backup expired",
    "backup_missing": "backup gone",
    "cancelled": "cancelled",
    "cannot_tell": "unknown",
    "changed_since": "changed by another program",
    "disk_full": "disk full",
    "ffmpeg_failed": "ffmpeg failed",
    "ffmpeg_refused": "ffmpeg cannot do it",
    "invalid_value": "invalid value",
    "io_error": "disk error",
    "journal_failed": "journal failed",
    "journal_too_new": "newer journal",
    "metadata_error": "failed, file unchanged",
    "no_ffmpeg": "no ffmpeg",
    "not_restorable": "cannot be restored",
    "not_video": "no media",
    "other_volume": "other file system",
    "payload_protected": "would change media, stopped",
    "store_failed": "database failed",
    "sync_failed": "disk lost writes",
    "superseded_by": "written again later",
    "timeout": "took too long",
    "verification_failed": "check failed, restored",
}

_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_FACT = re.compile(r"\{(\w+)\}")
_UNKNOWN = "warning"  # severity of a code that this version does not know: the user should check it


def codes(severity: str) -> tuple[str, ...]:
    """Return the codes of one severity in display order."""
    return tuple(code for code, rule in ISSUES.items() if rule.severity == severity)


def issue(code: str, *, severity: str = "", **facts: object) -> Issue:
    """
    Return an issue with its message.

    Args:
        code: The code. An unknown code gives an issue that says so, because a page must never fail over a code that a
            newer program wrote.
        severity: The severity that the plan has for this file; "" for the usual one.
        **facts: The facts that the message shows. Unknown facts may be missing or None. A long list is shown as names
            with a count, a long text is shortened.

    """
    rule = _BY_SEVERITY.get((code, severity)) or ISSUES.get(code)
    if rule is None:
        return Issue(code=code, message=f"There is a problem: {label(code)}.", severity=severity or _UNKNOWN)
    return Issue(code=code, message=_filled(rule.message, facts), severity=severity or rule.severity)


def label(code: str) -> str:
    """Return the label of a code for a chip."""
    rule = ISSUES.get(code)
    return rule.label if rule else _OUTCOME_LABELS.get(code, code.replace("_", " "))


def remedy(code: str, *, severity: str = "") -> str:
    """Return what the user can do about an issue; "" for an unknown code."""
    rule = _BY_SEVERITY.get((code, severity)) or ISSUES.get(code)
    return rule.remedy if rule else ""


def outcome(status: str, code: str = "") -> str:
    """Return the label of an item's outcome: that of its code, otherwise that of its status."""
    return label(code) if code else _OUTCOME_LABELS.get(status, status)


def _filled(template: str, facts: Mapping[str, object]) -> str:
    names = dict.fromkeys(_FACT.findall(template))
    known = {name: text for name in names if (text := _text_of_fact(name, facts.get(name)))}

    def optional(part: re.Match[str]) -> str:
        for choice in part[1].split("|"):
            with contextlib.suppress(KeyError):
                return choice.format_map(known)
        return ""

    return _OPTIONAL.sub(optional, template)


def _text_of_fact(name: str, value: object) -> str:
    return str(value or "") if name in _UNSHORTENED else _text_of(value, *_SHOWN_NAMES.get(name, (5, 6)))


def _text_of(value: object, shown: int, most: int) -> str:
    """Return a fact as text; a list with more than `most` names is cut to its first names."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        names = [str(name) for name in value]
        if len(names) <= most:
            return _shortened(", ".join(names))
        return f"{_shortened(', '.join(names[:shown]))} {wording.and_more(len(names) - shown)}"
    return _shortened(str(value))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_FACT else line[: _LONGEST_FACT - 1] + "…"
