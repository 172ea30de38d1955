"""
Risk: the one table of all issues that a planned file can have, with severities, labels, messages and remedies.

A plan row stores the issues as bits. Each kind of issue has its bit here; the SQL of the plan gets them as parameters,
and `store/sql/risk_level.sql` decides the risk level of a file from them: the worst severity.
Messages are made when a page is read. A part of a template in [brackets] is omitted if one of its facts is unknown, so
that every message stays a sentence; `[a|b]` is `b` if a fact of `a` is unknown. The fact `reason` is a whole sentence
from a reader or a scan, so templates add no prefix. Two codes have another severity in some files: see `VARIANT_KINDS`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core.model import wording
from indexium_core.model.planning.plan import Issue

SEVERITIES = ("note", "warning", "danger", "blocked")  # from the least to the most severe
# By fact: how many names of a long list a message shows, and the length above which a list is long; default 5 and 6.
_SHOWN_NAMES = {"copies": (2, 2)}
_LONGEST_FACT = 160  # characters of a fact that a message shows
_UNSHORTENED = frozenset({"unsupported_fields"})  # facts that are sentences of our own


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueKind:
    """One kind of issue."""

    severity: str  # note (no risk), warning, danger, blocked
    label: str  # a few words for a chip
    message: str  # template of one or two sentences
    remedy: str  # what the user can do
    bit: int | None  # number of its bit in a plan row; None: only a write finds it


def _kind(severity: str, label: str, message: str, remedy: str, *, bit: int | None = None) -> IssueKind:
    return IssueKind(severity=severity, label=label, message=message, remedy=remedy, bit=bit)


# Within a severity, lists show the codes in this order.
ISSUES: Mapping[str, IssueKind] = {
    # Blocked: the file cannot be written.
    "missing_file": _kind(
        "blocked",
        "missing",
        "The file was missing at the last scan[ ({scanned_at})].",
        "Restore the file or remove it from the library, then scan again.",
        bit=0,
    ),
    "offline": _kind(
        "blocked",
        "offline",
        "[{reason}|The folder of this library cannot be reached.]",
        "Connect the drive or mount the share, then scan again. The stored data of its files is kept.",
        bit=1,
    ),
    "unreadable": _kind(
        "blocked",
        "unreadable",
        "[{reason}|The file cannot be read.]",
        "Give your user read permission, then scan again.",
        bit=2,
    ),
    "read_only": _kind(
        "blocked",
        "read-only",
        "The file cannot be written[: it is read-only (mode {mode})].[ {folder}.]",
        "Make it writable for your user, and also its folder if the folder is read-only; remove an attribute that the "
        "message names. Then scan again.",
        bit=3,
    ),
    "unsupported_container": _kind(
        "blocked",
        "unsupported format",
        "Nothing can be written into this file.[ {reason}]",
        "Remux a video to mp4 or mkv; leave a file without media as it is.",
        bit=4,
    ),
    "corrupt": _kind(
        "blocked",
        "damaged",
        "[{reason}|The file is damaged.]",
        "Play the file to see what is left, restore it from a backup, then scan again.",
        bit=5,
    ),
    "invalid_person_name": _kind(
        "blocked",
        "invalid name",
        "A name cannot be written[: “{names}”].",
        'Rename the person: no ; | " or control characters, at most 200 characters.',
        bit=6,
    ),
    "no_strategy_yet": _kind(
        "blocked",
        "not yet writable",
        "Indexium cannot write this file safely yet.[ {reason}]",
        "Nothing to do; a later version may support it.",
        bit=7,
    ),
    "file_growing": _kind(
        "blocked",
        "still growing",
        "The file changed less than a minute before the scan, so another program may still be writing it.",
        "Wait a minute, then scan again.",
        bit=8,
    ),
    # Danger: the user would lose something.
    "custom_comment": _kind(
        "danger",
        "custom text",
        "Would lose custom text[ “{custom_text}”].",
        "Choose Preserve to keep the text, or write the file if the text may be lost.",
        bit=11,
    ),
    "tag_removal_all": _kind(
        "danger",
        "removes all people",
        "Would remove all people of the file[: {tags_to_remove}].",
        "Choose the mode merge to keep them, or add them to the database.",
        bit=12,
    ),
    "case_collision": _kind(
        "danger",
        "same name twice",
        "Two people of the database differ only in letter case[: {names}].",
        "Merge them on the page People if they are the same person.",
        bit=13,
    ),
    "text_encoding": _kind(
        "danger",
        "text encoding",
        "The comment is in an old encoding that programs read differently; they may show it or the names garbled.",
        "Choose Replace, or write the names with plain letters.",
        bit=14,
    ),
    "value_lost": _kind(
        "danger",
        "removes a value",
        "Would remove the value of[ {lost_fields}| a field].",
        "Remove the edit of the field to keep its value.",
        bit=15,
    ),
    # Warnings: the user should check the change.
    "tag_removal": _kind(
        "warning",
        "removes a name",
        "Would remove names that the file has[: {tags_to_remove}].",
        "Choose the mode merge to keep them.",
        bit=16,
    ),
    "overwrite_comment": _kind(
        "warning",
        "replaces comment",
        "The order or the spelling of the names in the comment changes[: “{existing_comment}”].",
        "Nothing to do if the new order and spelling are right.",
        bit=17,
    ),
    "edit_outdated": _kind(
        "warning",
        "older edit",
        "The database changed after you edited this file[: it now has {db_people}; your edit has {result_people}].",
        "Edit the file again, or remove the edit.",
        bit=18,
    ),
    "changed_on_disk": _kind(
        "warning",
        "changed on disk",
        "The file changed since the last scan[ ({scanned_at})].",
        "Scan again; otherwise a write reports a conflict.",
    ),
    "hard_linked": _kind(
        "warning",
        "hard links",
        "The file has[ {nlink}] hard links[{outcome}].",
        "Nothing to do if that is right.",
        bit=19,
    ),
    "full_rewrite": _kind(
        "warning",
        "full copy",
        "This write makes a full copy of the file[: {size}].",
        "Write it when the disk is idle; the original stays until the copy is verified.",
        bit=20,
    ),
    "low_space": _kind(
        "warning",
        "low space",
        "The disk may be too full to copy this file[: {needed} needed, {free} free at the last scan].",
        "Free some space first.",
        bit=21,
    ),
    "damaged_tail": _kind(
        "warning",
        "damaged end",
        "[{damage}|The end of the file is damaged.] What comes before it is intact.",
        "Nothing to do; Indexium does not change the damaged end.",
        bit=23,
    ),
    "duplicate_content": _kind(
        "warning",
        "duplicate",
        "Other files contain the same media[: {copies}]. Each file is planned separately.",
        "Remove the copies that you do not want, or write them all.",
        bit=22,
    ),
    "value_replaced": _kind(
        "warning",
        "replaces a value",
        "Would replace the value of[ {replaced_fields}| a field].",
        "Nothing to do if the new value is right.",
        bit=24,
    ),
    "field_unsupported": _kind(
        "warning",
        "field not possible",
        "[{unsupported_fields}|Files of this kind cannot store an edited field.] The other changes are written.",
        "Remove the edit of the field, or enter a value that these files can store.",
        bit=25,
    ),
    # Notes: no risk.
    "other_readers_differ": _kind(
        "note",
        "comments differ",
        "The file has several comment fields with different texts. Players may show another one[: “{other_comment}”].",
        "A write gives all of them the same text.",
        bit=27,
    ),
    "shown_as_plot": _kind(
        "note",
        "shown as plot",
        "Jellyfin shows the comment as the plot where no overview exists.",
        "Give the video an overview in Jellyfin.",
        bit=28,
    ),
    "rolled_back": _kind(
        "note",
        "rolled back",
        "An earlier write of this file was rolled back[ on {rolled_back_at}].",
        "Stop skipping the file to write it again.",
        bit=29,
    ),
    "busy_in_operation": _kind(
        "note",
        "busy",
        "Another operation[ ({operation_id})] uses this file.",
        "Wait until it ends, or resume or cancel it if it is paused.",
    ),
    "in_use": _kind(
        "note",
        "in use",
        "Another program has the file open[: {program}].",
        "Close the player. Indexium retries the write for some seconds; after that, use Retry.",
    ),
    "stale_plan": _kind(
        "note",
        "plan changed",
        "The result for this file is no longer what the plan showed.",
        "Refresh the plan, then write.",
    ),
}

# Codes that have another severity in some files, by code and severity.
VARIANT_KINDS: Mapping[tuple[str, str], IssueKind] = {
    ("hard_linked", "blocked"): _kind(
        "blocked",
        "hard links",
        "The file has[ {nlink}] hard links. A write replaces the file, and the other links would keep the old file.",
        "Write it with --hard-links break if the links may be separated, or remove the other links.",
        bit=9,
    ),
    ("field_unsupported", "blocked"): _kind(
        "blocked",
        "field not possible",
        "[{unsupported_fields}|Files of this kind cannot store an edited field.]",
        "Remove the edit of the field, or enter a value that these files can store.",
        bit=10,
    ),
    ("full_rewrite", "note"): _kind(
        "note",
        "full copy",
        "This write makes a full copy of the file[: {size}].",
        "Nothing to do; the original stays until the copy is verified.",
        bit=26,
    ),
}

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


def _planned_kinds() -> tuple[tuple[str, IssueKind], ...]:
    kinds = [*ISSUES.items(), *((code, kind) for (code, _), kind in VARIANT_KINDS.items())]
    return tuple(
        sorted(((code, kind) for code, kind in kinds if kind.bit is not None), key=lambda each: each[1].bit or 0)
    )


# Code and severity of each bit of a plan row, from bit 0 on. A code with two severities has two bits.
BITS: tuple[tuple[str, str], ...] = tuple((code, kind.severity) for code, kind in _planned_kinds())


def codes(severity: str) -> tuple[str, ...]:
    """Return the codes of one severity in display order."""
    return tuple(code for code, kind in ISSUES.items() if kind.severity == severity)


def issue(code: str, *, severity: str = "", **facts: object) -> Issue:
    """
    Return an issue with its message.

    Args:
        code: The code. An unknown code gives an issue that says so, because a page must never fail over a code that a
            newer program wrote.
        severity: The severity in this file, for a code of `VARIANT_KINDS`.
        **facts: The facts that the message shows. Unknown facts may be missing or None. A long list is shown as names
            with a count, a long text is shortened.

    """
    kind = VARIANT_KINDS.get((code, severity)) or ISSUES.get(code)
    if kind is None:
        return Issue(code=code, message=f"There is a problem: {label(code)}.", severity=_severity(code))
    return Issue(code=code, message=_filled(kind.message, facts), severity=kind.severity)


def label(code: str) -> str:
    """Return the label of a code for a chip."""
    kind = ISSUES.get(code)
    return kind.label if kind else _OUTCOME_LABELS.get(code, code.replace("_", " "))


def remedy(code: str, *, severity: str = "") -> str:
    """Return what the user can do about an issue; "" for an unknown code."""
    kind = VARIANT_KINDS.get((code, severity)) or ISSUES.get(code)
    return kind.remedy if kind else ""


def outcome(status: str, code: str = "") -> str:
    """Return the label of an item's outcome: that of its code, otherwise that of its status."""
    return label(code) if code else _OUTCOME_LABELS.get(status, status)


def _severity(code: str) -> str:
    kind = ISSUES.get(code)
    return kind.severity if kind else "warning"  # the user should check a code that this version does not know


def _filled(template: str, facts: Mapping[str, object]) -> str:
    known = {name: text for name, value in facts.items() if (text := _text_of_fact(name, value))}

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
