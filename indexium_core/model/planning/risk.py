"""
Risk: one table of every issue that a planned file can have, and what is said about it.

A plan row stores codes alone; severity, chip and sentences are looked up here when a page is read. A part of a template
in [brackets] is left out if a fact that it names is not known, so that every message stays a sentence; `[a|b]` is `b`
if a fact of `a` is not known. The fact `reason` is a whole sentence, as readers and scans write it, so a template adds
no prefix. Two codes have another severity in some files: `OTHERWISE` has them with that severity.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexium_core.model.planning.plan import Issue

__all__ = [
    "ISSUES",
    "OTHERWISE",
    "OUTCOMES",
    "SEVERITIES",
    "IssueKind",
    "codes",
    "issue",
    "label",
    "level_of",
    "outcome",
    "remedy",
]

SEVERITIES = ("note", "warning", "danger", "blocked")  # mild to grave
_LEVELS = {"note": "safe", "warning": "warning", "danger": "danger", "blocked": "blocked"}
_NAMES = {"copies": (2, 2)}  # of a list that is long so many are shown, where it has more than so many; else 5 and 6
_LONGEST_FACT = 160  # characters of a fact that a message shows


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueKind:
    """One kind of issue."""

    severity: str  # note (no risk), warning, danger, blocked
    label: str  # a few words for a chip
    message: str  # template of one or two sentences
    remedy: str  # what the person can do about it


def _kind(severity: str, label: str, message: str, remedy: str) -> IssueKind:
    return IssueKind(severity=severity, label=label, message=message, remedy=remedy)


# Within a level the order is that in which reasons are shown.
ISSUES: Mapping[str, IssueKind] = {
    # Something would be written but cannot.
    "missing_file": _kind(
        "blocked",
        "missing",
        "The file was not there at the last scan[ ({scanned_at})].",
        "Put it back or remove it from the library, then scan again.",
    ),
    "offline": _kind(
        "blocked",
        "offline",
        "[{reason}|The folder of this library cannot be reached.]",
        "Connect the drive or mount the share, then scan again; nothing known about its files is lost.",
    ),
    "unreadable": _kind(
        "blocked",
        "unreadable",
        "[{reason}|The file cannot be read.]",
        "Give your user the right to read it, then scan again.",
    ),
    "read_only": _kind(
        "blocked",
        "read-only",
        "The file may not be written[: it is read-only (mode {mode})].[ {folder}.]",
        "Make it writable for your user, and its folder where that is the reason, then scan again.",
    ),
    "unsupported_container": _kind(
        "blocked",
        "no place for names",
        "Nothing can be written into this file.[ {reason}]",
        "Remux a film of this kind to mp4 or mkv; leave a file without media as it is.",
    ),
    "corrupt": _kind(
        "blocked",
        "damaged",
        "[{reason}|The file is damaged.]",
        "Play it to see what is left, restore it from a backup, then scan again.",
    ),
    "invalid_person_name": _kind(
        "blocked",
        "invalid name",
        "A name cannot be written[: “{names}”].",
        'Rename the person: no ; | " or control characters, at most 200 characters.',
    ),
    "no_strategy_yet": _kind(
        "blocked",
        "not yet writable",
        "No way to write this file with certainty is known yet.[ {reason}]",
        "Nothing to do; a later version will write it.",
    ),
    "file_growing": _kind(
        "blocked",
        "still growing",
        "The file had changed less than a minute before the scan and may still be written to.",
        "Wait a minute, then scan again.",
    ),
    # Something of the person's own would be lost.
    "custom_comment": _kind(
        "danger",
        "custom text",
        "Would lose your own text[ “{custom_text}”]. Preserve keeps it.",
        "Choose Preserve to keep the text, or write it if it may go.",
    ),
    "tag_removal_all": _kind(
        "danger",
        "removes everyone",
        "Would remove everyone that the file names[: {tags_to_remove}].",
        "Choose the mode merge to keep them, or add them to the database.",
    ),
    "case_collision": _kind(
        "danger",
        "same name twice",
        "Two people of the database differ only in letter case[: {names}].",
        "Merge them into one person if they are the same.",
    ),
    "text_encoding": _kind(
        "danger",
        "text encoding",
        "The comment is in an old encoding that programs read differently; they may show it or the names garbled.",
        "Choose Replace, or write the names with plain letters.",
    ),
    # Worth a look.
    "tag_removal": _kind(
        "warning",
        "removes a name",
        "Would remove names that the file has[: {tags_to_remove}].",
        "Choose the mode merge to keep them.",
    ),
    "overwrite_comment": _kind(
        "warning",
        "replaces comment",
        "The order or the spelling of the names in the comment changes[: “{existing_comment}”].",
        "Nothing to do if the new order and spelling are right.",
    ),
    "edit_outdated": _kind(
        "warning",
        "older edit",
        "The database changed after you edited this file[: it now says {db_people}; your edit says {result_people}].",
        "Edit the file again, or revoke the edit.",
    ),
    "changed_on_disk": _kind(
        "warning",
        "changed on disk",
        "The file changed since the last scan[ ({scanned_at})].",
        "Scan again; a write would refuse the file as it is.",
    ),
    "hard_linked": _kind(
        "warning",
        "hard links",
        "The file has[ {nlink}] names on this disk[{outcome}].",
        "Nothing to do if that is right.",
    ),
    "full_rewrite": _kind(
        "warning",
        "full rewrite",
        "The whole file has to be copied to write this[: {size}].",
        "Write it when the disk is idle; the original stays until the copy is verified.",
    ),
    "low_space": _kind(
        "warning",
        "low space",
        "The disk may be too full to copy this file[: {needed} needed, {free} free at the last scan].",
        "Free some space first.",
    ),
    "damaged_tail": _kind(
        "warning",
        "damaged end",
        "[{damage}|The end of the file is damaged.] What comes before it is whole.",
        "Nothing to do; the damaged end stays as it is.",
    ),
    "duplicate_content": _kind(
        "warning",
        "duplicate",
        "Other files hold the same film[: {copies}]; each is planned by itself.",
        "Remove the copies that you do not want, or write them all.",
    ),
    # Notes: worth knowing, no risk.
    "other_readers_differ": _kind(
        "note",
        "comments differ",
        "The file has several comment fields that do not agree; players may show another one[: “{other_comment}”].",
        "A write gives all of them the same text.",
    ),
    "shown_as_plot": _kind(
        "note",
        "shown as plot",
        "Jellyfin shows the comment as the plot where no overview exists.",
        "Give the film an overview in Jellyfin.",
    ),
    "rolled_back": _kind(
        "note",
        "taken back",
        "An earlier write of this file was taken back[ on {rolled_back_at}].",
        "Revoke the postponement to write it again.",
    ),
    "busy_in_operation": _kind(
        "note",
        "busy",
        "Another operation[ ({operation_id})] holds this file.",
        "Wait until it ends; resume or cancel it where it is paused.",
    ),
    "in_use": _kind(
        "note",
        "in use",
        "Another program has the file open[: {program}].",
        "Close the player; the write is tried again later.",
    ),
    "stale_plan": _kind(
        "note",
        "plan changed",
        "The result for this file is no longer what the plan showed.",
        "Look at the plan again, then write.",
    ),
}

# The same codes where they have another severity.
OTHERWISE: Mapping[tuple[str, str], IssueKind] = {
    ("hard_linked", "blocked"): _kind(
        "blocked",
        "hard links",
        "The file has[ {nlink}] names on this disk. To write it is to replace it: the others would stay as they are.",
        "Write it with --hard-links break if its names may part, or remove the other names.",
    ),
    ("full_rewrite", "note"): _kind(
        "note",
        "full rewrite",
        "The whole file is copied to write this[: {size}].",
        "Nothing to do; the original stays until the copy is verified.",
    ),
}

# What became of an item, by its status, and the codes that only a write can give; issues have their own labels.
OUTCOMES: Mapping[str, str] = {
    "pending": "waiting",
    "writing": "being written",
    "success": "done",
    "skipped": "nothing to do",
    "failed": "failed, file unchanged",
    "conflict": "refused, file unchanged",
    "unknown": "cannot tell, run recover",
    "backup_expired": "backup expired",
    "backup_missing": "backup gone",
    "cancelled": "cancelled",
    "cannot_tell": "cannot tell",
    "changed_since": "changed since",
    "disk_full": "disk full",
    "ffmpeg_failed": "ffmpeg failed",
    "ffmpeg_refused": "ffmpeg cannot",
    "invalid_value": "invalid value",
    "io_error": "disk error",
    "journal_failed": "journal failed",
    "journal_too_new": "newer journal",
    "metadata_error": "failed, file unchanged",
    "no_ffmpeg": "no ffmpeg",
    "not_restorable": "cannot be restored",
    "not_video": "no media",
    "other_volume": "other file system",
    "payload_protected": "stopped before media bytes",
    "store_failed": "database failed",
    "sync_failed": "disk lost writes",
    "superseded_by": "written again since",
    "timeout": "took too long",
    "verification_failed": "check failed, put back",
}

_OPTIONAL = re.compile(r"\[([^\]]*)\]")


def level_of(issue_codes: Iterable[str]) -> str:
    """Return the risk level that the codes amount to: the worst wins, none is safe."""
    worst = max((SEVERITIES.index(_severity(code)) for code in issue_codes), default=0)
    return _LEVELS[SEVERITIES[worst]]


def codes(severity: str) -> tuple[str, ...]:
    """Return the codes of one severity, in the order in which reasons are shown."""
    return tuple(code for code, kind in ISSUES.items() if kind.severity == severity)


def issue(code: str, *, severity: str = "", **facts: object) -> Issue:
    """
    Return the issue with its message filled in. Facts that are not known may be left out or None.

    With `severity` it is one that weighs as much as that in this file, where the code has such a kind.

    A list is shown as names, with a count where it is long; long texts are shortened. A code from elsewhere gives an
    issue that says so, for a page must never fail over it.
    """
    kind = OTHERWISE.get((code, severity)) or ISSUES.get(code)
    if kind is None:
        return Issue(code=code, message=f"There is a problem: {label(code)}.", severity=_severity(code))
    return Issue(code=code, message=_filled(kind.message, facts), severity=kind.severity)


def label(code: str) -> str:
    """Return the few words for a chip."""
    kind = ISSUES.get(code)
    return kind.label if kind else OUTCOMES.get(code, code.replace("_", " "))


def remedy(code: str, *, severity: str = "") -> str:
    """Return what the person can do about it, "" where nothing is known."""
    kind = OTHERWISE.get((code, severity)) or ISSUES.get(code)
    return kind.remedy if kind else ""


def outcome(status: str, code: str = "") -> str:
    """Return the few words for what became of an item."""
    return label(code) if code else OUTCOMES.get(status, status)


def _severity(code: str) -> str:
    kind = ISSUES.get(code)
    return kind.severity if kind else "warning"  # what nobody here knows deserves a look


def _filled(template: str, facts: Mapping[str, object]) -> str:
    shown = {name: text for name, value in facts.items() if (text := _shown(value, *_NAMES.get(name, (5, 6))))}

    def optional(part: re.Match[str]) -> str:
        for choice in part[1].split("|"):
            with contextlib.suppress(KeyError):
                return choice.format_map(shown)
        return ""

    return _OPTIONAL.sub(optional, template)


def _shown(value: object, few: int, most: int) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        names = [str(name) for name in value]
        more = f" and {len(names) - few} more" if len(names) > most else ""
        return _shortened(", ".join(names[:few] if more else names)) + more
    return _shortened(str(value))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_FACT else line[: _LONGEST_FACT - 1] + "…"
