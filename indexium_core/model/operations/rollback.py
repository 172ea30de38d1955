"""Rollbacks as values: options, the check in advance, the result, and why files are skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from indexium_core import notebook
from indexium_core.model import wording
from indexium_core.model.operations.operation import ItemDetails
from indexium_core.model.planning import risk
from indexium_core.model.shapes import Shaped

# The choices for a file that a rollback would skip.
ROLLBACK_CHOICES = {
    "comment": "restore only its comment",
    "replace": "replace the changed files, too",
    "newer": "roll back the newer operation first",
    "scan": "scan its folder, then check again",
    "wait": "wait until that operation has ended",
}
_SHOWN = 10  # conflicts in HTML
FIRST_CONFLICTS = 50  # that pages list
CHANGED_CHOICES = ("skip", "comment", "replace")  # for files that another program changed, or without a backup

# By code: why a rollback skips a file, and the same text for several files.
_CONFLICT_REASONS = {
    "changed_since": (
        "another program changed it after this write",
        "another program changed them after this write",
    ),
    "offline": ("its folder is offline", "their folders are offline"),
    "superseded_by": ("a newer operation changed it", "newer operations changed them"),
    "no_backup": ("it has no backup", "they have no backup"),
    "backup_missing": ("it has no backup", "they have no backup"),
    "backup_expired": ("it has no backup", "they have no backup"),
    "busy_in_operation": ("another operation uses it", "another operation uses them"),
    "missing_file": ("it is missing", "they are missing"),
    "nothing_to_do": ("it no longer contains this person", "they no longer contain this person"),
}


def conflict_reason(code: str, number: int) -> str:
    """Return the rest of a sentence that starts with the number of files that a rollback skips."""
    one, several = _CONFLICT_REASONS.get(code) or (risk.label(code),) * 2
    return f"has a conflict: {one}" if number == 1 else f"have a conflict: {several}"


def _files_with_names(number: int) -> str:
    return "1 file and its other name (hard link)" if number == 1 else f"{number:,} files and their other names"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackOptions(Shaped):
    """Which files of an operation to roll back, and how; `as_dict` has what is stored with the operation."""

    shape = "replan changed with_newer"

    query: str = ""  # only the files that this search of the history finds
    item_ids: frozenset[int] | None = None  # only these items; None: all
    person: str = ""  # remove only this person, by an ordinary write; all other text stays
    changed: str = "skip"  # one of CHANGED_CHOICES
    with_newer: bool | frozenset[int] = False  # roll back newer operations on a file first: all, or only these
    replan: bool = False  # leave the files in the plan; otherwise the plan skips them
    note: str = ""  # for the history
    source: str = "python"  # client that sends the request: cli, dashboard, rest, python

    @property
    def risk(self) -> str:
        """The risk for an approval: danger if changed files are replaced, safe if only old bytes are restored."""
        if self.changed == "replace":
            return "danger"
        return "safe" if self.changed == "skip" and not self.with_newer and not self.person else "warning"

    def as_arguments(self) -> dict[str, Any]:
        """Return all options as JSON values, from which `of_arguments` makes them again."""
        plain = asdict(self)
        for name in ("item_ids", "with_newer"):
            if isinstance(plain[name], frozenset):
                plain[name] = sorted(plain[name])
        return plain

    @classmethod
    def of_arguments(cls, plain: Mapping[str, Any]) -> RollbackOptions:
        """Return the options of JSON values."""
        sets = {name: frozenset(plain[name]) for name in ("item_ids", "with_newer") if isinstance(plain[name], list)}
        return cls(**{**plain, **sets})

    def allows(self, operations: Collection[int]) -> bool:
        """Return whether these newer operations may be rolled back first."""
        return self.with_newer if isinstance(self.with_newer, bool) else self.with_newer.issuperset(operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictItem(ItemDetails):
    """A file with a conflict, and the choices for it."""

    shape = f"{ItemDetails.shape} choices"

    choices: tuple[str, ...] = ()  # keys of ROLLBACK_CHOICES


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackCheck(Shaped):
    """What a rollback would do, checked in advance."""

    shape = (
        "operation_id noun restorable exact comment_only replaceable links_restored links_not_restored newer "
        "can_rollback reason conflict_reasons=conflict_codes conflicts"
    )

    operation_id: int
    restorable: int  # files that would be rolled back
    conflicts: list[ConflictItem]  # files that would be skipped, with code, message and choices
    can_rollback: bool
    reason: str
    noun: str = "file"  # what the numbers count: file, or title for the files beside its media
    exact: int = 0  # files whose old bytes would be restored
    comment_only: int = 0  # files of which only the comment can be restored; conflicts unless that is chosen
    replaceable: int = 0  # titles with files that another program changed; conflicts unless replace is chosen
    superseded: int = 0  # conflicts for which newer operations must be rolled back
    both: int = 0  # titles among these two that need both choices
    newer: tuple[int, ...] = ()  # newer operations on files of this operation
    quick_checked: int = 0  # files that were checked by size and date only; the rollback compares their bytes
    item_ids: frozenset[int] = frozenset()  # items that were checked
    links_restored: int = 0  # files whose names (hard links) a write separated, and that would be one file again
    links_not_restored: int = 0  # of these, files that would stay two separate files

    def hard_link_sentences(self) -> list[str]:
        """Return sentences about the names (hard links) that the write separated; empty if it separated none."""
        found = []
        if self.links_restored:
            found.append(f"{_files_with_names(self.links_restored)} would be one file again.")
        if self.links_not_restored:
            found.append(
                f"{_files_with_names(self.links_not_restored)} would stay two files: no other hard link to the "
                "unchanged old file was found."
            )
        return found

    def conflict_reasons(self) -> list[tuple[int, str]]:
        """Return why files would be skipped, most files first: their number, and the rest of the sentence."""
        counts = Counter(item.code for item in self.conflicts)
        return [(number, conflict_reason(code, number)) for code, number in counts.most_common()]

    @property
    def is_possible(self) -> bool:
        """Whether a rollback can restore something, possibly after a choice."""
        return bool(self.restorable or self.comment_only or self.replaceable or self.superseded)

    @property
    def outlook(self) -> list[list[str]]:
        """What would happen: pairs of a number of files and the rest of the sentence."""
        pairs = []
        if self.exact:
            pairs.append([wording.count(self.exact), f"{'is' if self.exact == 1 else 'are'} restored byte for byte"])
        return pairs + [[wording.count(number), text] for number, text in self.conflict_reasons()]

    @property
    def hints(self) -> list[str]:
        """What a person can choose for files with a conflict, and what was not checked completely."""
        found = self.hard_link_sentences()
        if self.comment_only:
            found.append(f"For {wording.files(self.comment_only)}, you can choose to restore only the comment.")
        if self.replaceable:
            number = wording.plural(self.replaceable, self.noun)
            found.append(f"For {number}, you can choose to replace files that another program changed.")
        if self.superseded:
            newer = ", ".join(wording.count(each) for each in self.newer)
            found.append(
                f"For {wording.plural(self.superseded, self.noun)}, you can choose to roll back the newer "
                f"{'operation' if len(self.newer) == 1 else 'operations'} {newer} first."
            )
        if self.quick_checked:
            found.append(
                f"{wording.files(self.quick_checked)} checked by size and date. "
                "The rollback compares each of them byte for byte."
            )
        return found

    @property
    def first_conflicts(self) -> list[ConflictItem]:
        """The first files with a conflict."""
        return self.conflicts[:FIRST_CONFLICTS]

    @property
    def conflict_count(self) -> int:
        """The number of files with a conflict."""
        return len(self.conflicts)

    @property
    def excluded(self) -> dict[str, str]:
        """Why files cannot be chosen for a rollback, by the ids of their items."""
        return {str(item.id): item.message for item in self.conflicts if not item.choices}

    def _repr_html_(self) -> str:
        facts = {"would be": f"{self.restorable:,} restored"}
        facts |= {} if self.can_rollback else {"reason": self.reason}
        rows = [(item.file_name, item.message) for item in self.conflicts[:_SHOWN]]
        below = notebook.table(("conflict", "reason"), rows, total=len(self.conflicts)) if rows else ""
        title = f"Check of a rollback of operation {self.operation_id}: no file was changed"
        return notebook.card(title, facts, below=below)

    @property
    def more_by_choice(self) -> dict[str, int]:
        """How many more files each choice alone would restore, for the choices that a file needs."""
        found = {}
        if self.comment_only:
            found["comment"] = self.comment_only
        if self.replaceable:
            found["replace"] = self.replaceable - self.both
        if self.superseded:
            found["newer"] = self.superseded - self.both
        return found

    @property
    def conflict_codes(self) -> dict[str, int]:
        """Number of files that would be skipped, by code."""
        return dict(Counter(item.code for item in self.conflicts))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRollback:
    """What a person sees before a rollback starts: what it would do, and whether it would wait for approval."""

    check: RollbackCheck
    reasons: Sequence[str]  # why it would wait for approval; empty: it starts at once
    waiting_choices: frozenset[str] = frozenset()  # keys of ROLLBACK_CHOICES with which it would wait all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackResult:
    """The result of a rollback."""

    operation_id: int
    restored: int
    conflicts: int
    failed: int
    exact_bytes: bool  # every restored file has its original bytes
