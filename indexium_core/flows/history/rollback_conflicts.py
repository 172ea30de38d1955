"""
Conflicts of a rollback: the files that it skips because their old bytes cannot be restored, and the alternatives.

The old bytes of a file are restored only if every byte outside its media is still as our write left it. If another
program changed the file, or its backup no longer exists, the user can choose to restore only the comment. Newer
operations on the file can be rolled back first, from the newest to the oldest: each starts from the state that the
newer rollback restored.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from indexium_core import errors
from indexium_core.files import journal, probe, reader, swap, volumes, walk
from indexium_core.flows.writing import file_edit, states
from indexium_core.flows.writing.states import SideFileGap
from indexium_core.model import wording
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, FileFacts, FileStat, Refusal
from indexium_core.model.operations.rollback import ConflictItem, RollbackOptions
from indexium_core.model.people import people_comment
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import Restore, RollbackCandidate

_OFFLINE_MESSAGE = "Its folder is offline. Connect it, then try again."
_CHANGED_MESSAGE = (
    "Another program changed the file after this write. If it was renamed since the last scan, scan, then try again."
)
_CHANGED_SIDECAR = "Another program changed the sidecar after this write."
_BETWEEN_MESSAGE = (
    "and another program changed it in between. A rollback of the newer operation would not restore these old bytes."
)
MAX_COMPARED = 1000  # up to this number of files, all bytes outside the media are compared in advance
_PROGRESS_STEP = 20  # files between two progress reports
Progress: TypeAlias = Callable[[int, int], None]  # called with the number of checked files and of all files


def comment_restore(candidate: RollbackCandidate, stat: FileStat, facts: FileFacts) -> Restore:
    """Return the write that restores the old values of a file in its present state."""
    present = None if facts.comment is None else fields.display_text(facts.comment)
    comments = [_reversed_change(change, present) for change in candidate.comment_changes[:1]]
    others = [
        replace(change, old=facts.fields.get(change.field), new=change.old, where="container")
        for change in fields.primary_changes(candidate.changes)
        if change not in candidate.comment_changes
    ]
    changes = (*comments, *others)
    old, new = (
        (people_comment.parse(text).people for text in (comments[0].old, comments[0].new)) if comments else ([], [])
    )
    return Restore(
        item_id=candidate.item_id,
        how="comment",
        changes=changes,
        tags_added=tuple(_missing(new, old)),
        tags_removed=tuple(_missing(old, new)),
        size=stat.size,
        mtime_ns=stat.mtime_ns,
        file_hash=facts.file_hash,
    )


def has_old_text(candidate: RollbackCandidate, facts: FileFacts) -> bool:
    """
    Return whether a restore of only the old comment loses no data.

    After replace mode the ledger must have every byte of the single old text, and the file must have one text now,
    because a second text would be replaced too. After preserve mode only the people are restored. An item that a
    rebuild of the database recovered has no texts.
    """
    if not candidate.changes:
        return False
    places = [*facts.comment_fields, *facts.field_places]
    for change in fields.primary_changes(candidate.changes):
        same = [each for each in candidate.changes if each.field == change.field]
        is_whole = len(same) == 1 and not any(mark in (change.old or "") for mark in ("\ufffd", "\u2400"))
        is_single = len({place.value for place in places if place.field == change.field}) <= 1
        if change.segment is None and not (is_whole and is_single):
            return False
    return True


def _reversed_change(change: Change, present: str | None) -> Change:
    """Return the change that restores the old text of a comment, or its old people after preserve mode."""
    if change.segment is None:
        return replace(change, old=present, new=change.old, where="container")
    return with_people(change, present, people_comment.parse(change.old).people)


def with_people(change: Change, present: str | None, names: Sequence[str]) -> Change:
    """Return the change that sets the people of a comment and keeps all other text."""
    segment = people_comment.segment_of(names)
    return replace(
        change, old=present, new=people_comment.splice(present or "", segment), where="container", segment=segment
    )


def _missing(names: Iterable[str], present: Iterable[str]) -> list[str]:
    keys = {people_comment.person_key(name) for name in present}
    return [name for name in names if people_comment.person_key(name) not in keys]


@dataclass(slots=True, kw_only=True)
class RollbackFindings:
    """The findings about the files of an operation."""

    item_ids: set[int] = field(default_factory=set)  # items of the operation itself
    restores: list[Restore] = field(default_factory=list)  # also items of newer operations; conflicts are refused
    conflicts: list[ConflictItem] = field(default_factory=list)
    exact: set[int] = field(default_factory=set)  # files whose old bytes will be restored
    comment_only: set[int] = field(
        default_factory=set
    )  # files in which only the comment can be restored, whether this is chosen or not
    written: set[int] = field(default_factory=set)  # files in which only the comment or a person's tag is written
    replaceable: set[int] = field(default_factory=set)  # subjects whose side files another program changed
    both: set[int] = field(default_factory=set)  # subjects that need both of these choices
    superseded: int = 0  # conflicts that `with_newer` would solve
    newer: set[int] = field(default_factory=set)  # newer operations on these files
    by_date_only: bool = False  # files with the size and date that our write left count as unchanged
    quick_checked: int = 0  # number of files that count as unchanged by size and date only
    links_restored: set[int] = field(default_factory=set)  # files whose names (hard links) would be one file again
    links_not_restored: set[int] = field(default_factory=set)  # files whose names stay separate files

    @property
    def restorable(self) -> int:
        """Number of files that would change."""
        return len(self.exact | self.written)

    def add_restores(self, restores: Iterable[Restore]) -> None:
        """Add items whose old bytes are restored. Another item of its file may have added it already."""
        known = {restore.item_id for restore in self.restores}
        self.restores += [each for each in restores if each.item_id not in known]


@dataclass(frozen=True, slots=True)
class _RollbackProblem:
    """The reason why the old bytes of a file cannot be restored, and the choices."""

    code: str
    message: str
    choices: tuple[str, ...] = ()
    instead: Restore | None = None  # what the first choice does


class RollbackChecker:
    """Checks files in the ledger and on disk, without changes."""

    def __init__(self, book: ledger.Ledger, *, backups: Path) -> None:
        self._ledger = book
        self._backups = backups

    def check(
        self,
        candidates: Sequence[RollbackCandidate],
        options: RollbackOptions,
        on_progress: Progress = lambda _done, _of: None,
    ) -> RollbackFindings:
        """
        Check every candidate and return what a rollback would do with it.

        For up to `MAX_COMPARED` files, every byte outside the media is compared. If there are more, files with the size
        and date that our write left count as unchanged; the rollback itself compares each of them.
        """
        if options.item_ids is not None:
            candidates = [each for each in candidates if each.item_id in options.item_ids]
        findings = RollbackFindings(
            item_ids={each.item_id for each in candidates}, by_date_only=len(candidates) > MAX_COMPARED
        )
        if options.person:
            self._without_person(findings, candidates, options.person)
            return findings
        newer_items = self._newer_items(candidates)
        for number, candidate in enumerate(candidates):
            if number % _PROGRESS_STEP == 0:
                on_progress(number, len(candidates))
            self._check_file(findings, candidate, newer_items.get(candidate.item_id, []), options)
        return findings

    def _newer_items(self, candidates: Sequence[RollbackCandidate]) -> dict[int, list[RollbackCandidate]]:
        """Return the newer items on the file of each item, newest first."""
        files = Counter(each.subject for each in candidates)
        under = [each.item_id for each in candidates if each.superseded_by is not None or files[each.subject] > 1]
        newer = self._ledger.newer_items(under) if under else {}
        ids = sorted({item_id for ids_above in newer.values() for item_id in ids_above})
        by_id = {each.item_id: each for each in self._ledger.candidates(None, item_ids=ids)} if ids else {}
        return {item_id: [by_id[each] for each in ids_above if each in by_id] for item_id, ids_above in newer.items()}

    def _check_file(
        self,
        findings: RollbackFindings,
        candidate: RollbackCandidate,
        newer_items: list[RollbackCandidate],
        options: RollbackOptions,
    ) -> None:
        findings.newer |= {each.operation_id for each in newer_items if each.operation_id != candidate.operation_id}
        problem = _known_blocker(candidate)
        chain = [*newer_items, candidate]
        gaps: dict[int, SideFileGap] = {}
        if problem is None and newer_items:
            others = {each.operation_id for each in newer_items if each.item_id not in findings.item_ids}
            is_allowed = not others or options.allows(others - {candidate.operation_id})
            if isinstance(found := self._chain_problem(findings, chain), _RollbackProblem):
                problem = found
            elif gaps := found:
                problem = _gap_problem(findings, candidate, gaps, options, is_newer_allowed=is_allowed)
            if problem is None and not is_allowed:
                findings.superseded += 1
                problem = _superseded_problem(candidate, choices=("newer",))
        elif problem is None:
            problem = self._problem(findings, candidate)
        if problem is None:
            findings.exact.add(candidate.subject)
            findings.add_restores(_restore(each, gaps.get(number)) for number, each in enumerate(chain))
            self._check_names(findings, candidate)
            return
        if problem.instead is not None:
            is_replaced = problem.instead.how == "replace"
            (findings.replaceable if is_replaced else findings.comment_only).add(candidate.subject)
            if options.changed == problem.instead.how:
                (findings.exact if is_replaced else findings.written).add(candidate.subject)
                findings.restores.append(problem.instead)
                return
        findings.conflicts.append(_conflict(candidate, problem))
        refused = Refusal(code=problem.code, message=problem.message)
        findings.restores.append(Restore(item_id=candidate.item_id, refused=refused))

    # One file alone.

    def _problem(self, findings: RollbackFindings, candidate: RollbackCandidate) -> _RollbackProblem | None:
        """Return why the old bytes of a file cannot be restored; checks its backup, then the file."""
        if not candidate.is_exact:
            return self._with_comment_restore(candidate, "backup_missing", _missing_backup_reason(candidate))
        try:
            self._find_backup(candidate)
        except (errors.MetadataError, errors.StoreError) as error:
            return self._with_comment_restore(candidate, error.reason, error.message)
        kind = states.kind_of(candidate.written_state)
        by_date = findings.by_date_only and kind == "file"
        if by_date and _has_our_date(candidate):
            findings.quick_checked += 1
            return None
        try:
            return self._changed_since(candidate, kind)
        except errors.MetadataError as error:
            return _RollbackProblem(error.reason, error.message)

    def _changed_since(self, candidate: RollbackCandidate, kind: str) -> _RollbackProblem | None:
        if kind == "files":
            gap = _gaps([candidate]).get(0)
            return None if gap is None else _changed_side_files(candidate, gap)
        if file_edit.is_as_written(candidate.path, candidate.written_state):
            return None
        message = _CHANGED_SIDECAR if kind == "sidecar" else _CHANGED_MESSAGE
        return self._with_comment_restore(candidate, "changed_since", message)

    def _check_names(self, findings: RollbackFindings, candidate: RollbackCandidate) -> None:
        """Check with `stat` whether names that the write separated would be one file again."""
        entry = journal.find(self._backups / candidate.journal, candidate.item_id) if candidate.parted else None
        if isinstance(entry, journal.SwapEntry):
            other = swap.other_name(entry, candidate.other_names, path=candidate.path)
            (findings.links_not_restored if other is None else findings.links_restored).add(candidate.subject)

    def _find_backup(self, candidate: RollbackCandidate) -> None:
        """Raise ConflictError or StoreError if the backup is missing or changed."""
        journal.find(self._backups / candidate.journal, candidate.item_id)
        if candidate.kind == "original":
            check_kept(candidate.kept, candidate.kept_bytes, path=candidate.path)

    def _with_comment_restore(self, candidate: RollbackCandidate, code: str, message: str) -> _RollbackProblem:
        """Return a problem; add the restore of only the comment if that is possible."""
        try:
            stat = walk.file_stat(os.lstat(candidate.path))
        except OSError as error:
            return _RollbackProblem("missing_file", f"The file cannot be read: {(error.strerror or '').lower()}.")
        capabilities = volumes.capabilities(candidate.path, nlink=stat.nlink, faststart="keep")
        facts = probe.probe(candidate.path, stat, capabilities=capabilities)
        if facts.state != "ok" or not facts.strategy or not has_old_text(candidate, facts):
            return _RollbackProblem(code, message)
        if not _has_same_media(candidate, facts):
            return _RollbackProblem(code, message, choices=("scan",))
        return _RollbackProblem(code, message, choices=("comment",), instead=comment_restore(candidate, stat, facts))

    # Several items of one file, newest first.

    def _chain_problem(
        self, findings: RollbackFindings, chain: Sequence[RollbackCandidate]
    ) -> _RollbackProblem | dict[int, SideFileGap]:
        """Return why the items of one file cannot all be rolled back one after the other; else gaps of side files."""
        oldest = chain[-1]
        if oldest.library_state is None:  # without it, two items of the file could run at the same time
            return _superseded_problem(oldest, choices=("scan",))
        for each in chain:
            problem = self._blocker(each)
            if problem is not None:
                return problem if each is oldest else _superseded_problem(oldest, _blocked_newer(problem))
        for places in _by_place(chain):  # a file and its side files change independently
            if states.kind_of(places[0].written_state) == "files":
                return self._side_file_gaps(places)
            if not all(self._follows(places, upper, lower) for upper, lower in itertools.pairwise(places)):
                return _superseded_problem(oldest, _BETWEEN_MESSAGE)
            problem = self._problem(findings, places[0])
            if problem is not None:
                return problem if places[0] is oldest else _superseded_problem(oldest, _blocked_newer(problem))
        return {}

    def _blocker(self, candidate: RollbackCandidate) -> _RollbackProblem | None:
        """Return why the old bytes of an item cannot be restored, whatever its file is now."""
        problem = _known_blocker(candidate)
        if problem is None and not candidate.is_exact:
            problem = _RollbackProblem("backup_missing", _missing_backup_reason(candidate))
        if problem is None:
            try:
                self._find_backup(candidate)
            except (errors.MetadataError, errors.StoreError) as error:
                problem = _RollbackProblem(error.reason, error.message)
        return problem

    @staticmethod
    def _side_file_gaps(chain: Sequence[RollbackCandidate]) -> _RollbackProblem | dict[int, SideFileGap]:
        try:
            return _gaps(chain)
        except errors.MetadataError as error:
            return _RollbackProblem(error.reason, error.message)

    def _follows(self, chain: Sequence[RollbackCandidate], upper: RollbackCandidate, lower: RollbackCandidate) -> bool:
        """Return whether an item started from the state that the next older item left."""
        old, new = lower.written_state, upper.original_state
        if old is None or new is None or states.comparable(old, new):
            return new is not None and new == old
        newer = chain[: chain.index(lower)]  # an earlier version recorded the older state
        entries = [journal.find(self._backups / each.journal, each.item_id) for each in newer]
        try:
            with reader.FileReader(upper.path) as file:
                return states.state_before(entries, file, like=old) == old
        except errors.MetadataError:
            return False

    # One person.

    def _without_person(self, findings: RollbackFindings, candidates: Sequence[RollbackCandidate], name: str) -> None:
        """Add the writes that remove one person from the files to which the operation added them."""
        keys = self._ledger.keys_of_person(name)
        for candidate in candidates:
            if not keys.isdisjoint(map(people_comment.person_key, candidate.tags_added)):
                self._remove_person(findings, candidate, keys)

    @staticmethod
    def _remove_person(findings: RollbackFindings, candidate: RollbackCandidate, keys: set[str]) -> None:
        kept_names = [each for each in candidate.people if people_comment.person_key(each) not in keys]
        problem = _known_blocker(candidate)
        if problem is None and candidate.library_state is None:
            problem = _RollbackProblem("missing_file", "The file is no longer in the catalog.", ("scan",))
        if problem is None and not candidate.comment_changes:
            problem = _RollbackProblem("backup_missing", "A rebuild recovered this item, without its comments.")
        if problem is None and len(kept_names) == len(candidate.people):
            problem = _RollbackProblem("nothing_to_do", "The file no longer contains this person.")
        if problem is not None:
            findings.conflicts.append(_conflict(candidate, problem))
            return
        removed_names = tuple(each for each in candidate.people if each not in kept_names)
        change = with_people(candidate.comment_changes[0], candidate.comment, kept_names)
        restore = Restore(
            item_id=candidate.item_id, how="person", changes=(change,), tags_added=(), tags_removed=removed_names
        )
        findings.written.add(candidate.subject)
        findings.restores.append(restore)


def _by_place(chain: Sequence[RollbackCandidate]) -> list[list[RollbackCandidate]]:
    """Return the items that changed the file itself, its sidecar, and other side files, each newest first."""
    by_kind: dict[str, list[RollbackCandidate]] = defaultdict(list)
    for each in chain:
        by_kind[states.kind_of(each.written_state)].append(each)
    return [by_kind[kind] for kind in sorted(by_kind)]


def check_kept(kept: bytes | None, size: int, *, path: bytes) -> None:
    """
    Check that the kept original of the file at `path` exists with its size.

    Raises:
        ConflictError: It does not exist with its size (`backup_missing`).

    """
    try:
        size_on_disk = None if kept is None else os.lstat(swap.kept_path(kept, path)).st_size
    except OSError:
        size_on_disk = None
    if size_on_disk != size:
        problem = "is gone" if size_on_disk is None else f"has {size_on_disk:,} bytes instead of {size:,}"
        raise errors.ConflictError(f"The kept original {problem}.", code="backup_missing")


def _gaps(chain: Sequence[RollbackCandidate]) -> dict[int, SideFileGap]:
    """
    Return which side files of items, newest first, are not as the items left them.

    Raises FileAccessError if one cannot be read, or if the video or the folder that they belong to is missing.
    """
    if not os.path.lexists(chain[0].path):
        raise errors.FileAccessError(f"{chain[0].shown_path} no longer exists.", code="missing_file")
    return states.gaps((each.path, each.original_state or "", each.written_state or "") for each in chain)


def _gap_problem(
    findings: RollbackFindings,
    oldest: RollbackCandidate,
    gaps: Mapping[int, SideFileGap],
    options: RollbackOptions,
    *,
    is_newer_allowed: bool,
) -> _RollbackProblem | None:
    """
    Return the question about the side files of one title that another program changed between its items, or since.

    A file that it only removed, and that a newer item wrote again, takes nothing away when its first bytes come back.
    """
    changed = {file for gap in gaps.values() if not gap.is_lost_between for file in gap.files}
    if not changed:
        return None
    findings.replaceable.add(oldest.subject)
    if options.changed == "replace":
        return None
    if not is_newer_allowed:
        findings.superseded += 1
        findings.both.add(oldest.subject)
    choices = ("replace",) if is_newer_allowed else ("newer", "replace")
    rest = f"another program changed or deleted {_names(sorted(changed))}."
    if oldest.superseded_by is None:
        return _RollbackProblem("changed_since", f"{rest[0].upper()}{rest[1:]}", choices)
    return _superseded_problem(oldest, f"and {rest}", choices=choices)


def _changed_side_files(candidate: RollbackCandidate, gap: SideFileGap) -> _RollbackProblem:
    """Return that side files changed, and the rollback that replaces them as they are now."""
    is_one = len(gap.files) == 1
    message = (
        f"{_names(gap.files)} {'was' if is_one else 'were'} changed or deleted after this publication, so the files of "
        "the title stay as they are."
    )
    return _RollbackProblem("changed_since", message, choices=("replace",), instead=_restore(candidate, gap))


def _names(files: Iterable[bytes]) -> str:
    return wording.list_of([os.path.split(file)[1].decode("utf-8", "replace") for file in files], most=5)


def _restore(candidate: RollbackCandidate, gap: SideFileGap | None = None) -> Restore:
    """Return the restore of the old bytes; with a gap, also of side files that are not as the item left them."""
    if gap is None:
        return Restore(item_id=candidate.item_id, path=candidate.path)
    return Restore(item_id=candidate.item_id, path=candidate.path, how="replace", file_hash=gap.state)


def _has_our_date(candidate: RollbackCandidate) -> bool:
    """Return whether a file has the size and modification time that our last write left."""
    if candidate.own_size is None or candidate.own_mtime_ns is None:
        return False
    try:
        stat = os.lstat(candidate.path)
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (candidate.own_size, candidate.own_mtime_ns)


def _known_blocker(candidate: RollbackCandidate) -> _RollbackProblem | None:
    """Return what prevents any change of the file, according to ledger and catalog."""
    if candidate.busy_in is not None:
        return _RollbackProblem("busy_in_operation", candidate.busy_in.describe("this file"), ("wait",))
    if candidate.library_state == "offline":
        return _RollbackProblem("offline", _OFFLINE_MESSAGE)
    return None


def _superseded_problem(
    candidate: RollbackCandidate, rest: str = "", *, choices: tuple[str, ...] = ()
) -> _RollbackProblem:
    what = f"Operation {candidate.superseded_by} changed this file later"
    return _RollbackProblem("superseded_by", f"{what} {rest}" if rest else f"{what}.", choices)


def _blocked_newer(problem: _RollbackProblem) -> str:
    return f"and cannot be rolled back: {problem.message}"


def _missing_backup_reason(candidate: RollbackCandidate) -> str:
    if candidate.kind == "tags" and not candidate.dropped:
        return "Only its tags were kept, so its old bytes cannot be restored."
    reason = f" ({candidate.evicted_reason})" if candidate.evicted_reason else ""
    return f"Its backup is gone{reason}, so its old bytes cannot be restored."


def _has_same_media(candidate: RollbackCandidate, facts: FileFacts) -> bool:
    """Return whether the file still has the media of the catalog; the hash of a full scan is not compared."""
    known = candidate.file_hash
    return known is None or known.startswith("f1") or known == facts.file_hash


def _conflict(candidate: RollbackCandidate, problem: _RollbackProblem) -> ConflictItem:
    return ConflictItem(
        id=candidate.item_id,
        file_id=candidate.file_id,
        file_path=candidate.shown_path,
        file_name=candidate.shown_path.rsplit("/", 1)[-1],
        status="conflict",
        code=problem.code,
        message=problem.message,
        previous_comment=candidate.new_comment,
        new_comment=candidate.previous_comment,
        tags_added=candidate.tags_removed,
        tags_removed=candidate.tags_added,
        strategy="",
        seconds=None,
        proof={},
        processed_at=None,
        choices=problem.choices,
    )
