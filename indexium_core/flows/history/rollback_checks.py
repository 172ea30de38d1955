"""
Looking before a rollback: for every file of an operation, whether its old bytes can come back, and if not, what can.

A file gets its old bytes only if it is, byte for byte outside its media, as our write left it. Where another program
changed it since, or what was kept is gone, its comment alone can be restored, if that is asked for. Where newer
operations changed it, they can be taken back first: newest first, each from the state that the one above it gives back.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from indexium_core import errors
from indexium_core.files import journal, probe, swap, volumes, walk
from indexium_core.flows.writing import editing
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, FileFacts, FileStat, Refusal
from indexium_core.model.operations.operation import ItemDetails
from indexium_core.model.people import people_comment
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger import Restore, RollbackCandidate

__all__ = ["CHANGED_CHOICES", "GLANCE", "Progress", "RollbackChecker", "RollbackFindings", "RollbackOptions"]

CHANGED_CHOICES = ("skip", "comment")

_OFFLINE = "Its folder is offline; try again when it is back."
_CHANGED = "Another program changed the file since."
_BETWEEN = "and another program did so between the two: taking the newer one back would not bring these old bytes."

GLANCE = 1000  # files of which every byte outside the media is compared beforehand
_STEP = 20  # files after which it is told how far a look is

Progress: TypeAlias = Callable[[int, int], None]  # is told how many files were looked at, and of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackOptions:
    """What is to be taken back of an operation."""

    item_ids: frozenset[int] | None = None  # only these of its items
    person: str = ""  # only the tag of this person, by an ordinary write
    changed: str = "skip"  # comment: restore only the comment where the old bytes cannot come back
    with_newer: bool = False  # take newer operations on the same files back first …
    newer: frozenset[int] | None = None  # … if they are among these; None: whichever there are

    def takes(self, operations: set[int]) -> bool:
        """Tell whether these newer operations may be taken back with it."""
        return self.with_newer and (self.newer is None or self.newer.issuperset(operations))


@dataclass(slots=True, kw_only=True)
class RollbackFindings:
    """What was found out about the files."""

    asked: set[int] = field(default_factory=set)  # items of the operation itself
    restores: list[Restore] = field(default_factory=list)  # with those of newer operations; conflicts are refused
    conflicts: list[ItemDetails] = field(default_factory=list)
    exact: set[int] = field(default_factory=set)  # files that get their old bytes
    comment_only: set[int] = field(
        default_factory=set
    )  # of which only the comment can be restored, be that done or not
    written: set[int] = field(default_factory=set)  # of which only the comment, or a person's tag, is written
    superseded: int = 0  # conflicts that `with_newer` would solve
    newer: set[int] = field(default_factory=set)  # newer operations on these files
    hasty: bool = False  # files of the size and date that our write left are taken to be as it left them
    glanced: int = 0  # files of which that was taken
    rejoined: set[int] = field(default_factory=set)  # files whose names would be one file again
    stay_parted: set[int] = field(default_factory=set)  # files whose names a write parted, and that stay two files

    @property
    def restorable(self) -> int:
        return len(self.exact | self.written)

    def take_back(self, candidates: Iterable[RollbackCandidate]) -> None:
        """Add items that get their old bytes; one may be there already, for another of the same file."""
        there = {restore.item_id for restore in self.restores}
        self.restores += [Restore(item_id=each.item_id) for each in candidates if each.item_id not in there]


@dataclass(frozen=True, slots=True)
class _RollbackProblem:
    """Why a file cannot get its old bytes, and what can be done."""

    code: str
    message: str
    choices: tuple[str, ...] = ()
    comment: Restore | None = None  # how its comment alone would be restored


class RollbackChecker:
    """Looks at files through the ledger and on disk; changes nothing."""

    def __init__(self, book: ledger.Ledger, *, backups: Path) -> None:
        self._ledger = book
        self._backups = backups

    def look(
        self,
        candidates: Sequence[RollbackCandidate],
        wish: RollbackOptions,
        progress: Progress = lambda _done, _of: None,
    ) -> RollbackFindings:
        """
        Look at every candidate and say what a rollback of it would do.

        Of up to `GLANCE` files every byte outside the media is compared. Of more, those that have the size and the date
        that our write left are taken to be as it left them: the rollback itself compares each when its turn comes.
        """
        if wish.item_ids is not None:
            candidates = [each for each in candidates if each.item_id in wish.item_ids]
        found = RollbackFindings(asked={each.item_id for each in candidates}, hasty=len(candidates) > GLANCE)
        if wish.person:
            self._without_person(found, candidates, wish.person)
            return found
        above = self._above(candidates)
        for number, candidate in enumerate(candidates):
            if number % _STEP == 0:
                progress(number, len(candidates))
            self._judge(found, candidate, above.get(candidate.item_id, []), wish)
        return found

    def _above(self, candidates: Sequence[RollbackCandidate]) -> dict[int, list[RollbackCandidate]]:
        """Return, for each item under newer operations, the items that stand on it, newest first."""
        files = Counter(each.file_id for each in candidates)
        under = [each.item_id for each in candidates if each.superseded_by is not None or files[each.file_id] > 1]
        newer = self._ledger.newer_items(under) if under else {}
        ids = sorted({item_id for found in newer.values() for item_id in found})
        by_id = {each.item_id: each for each in self._ledger.candidates(None, item_ids=ids)} if ids else {}
        return {item_id: [by_id[each] for each in found if each in by_id] for item_id, found in newer.items()}

    def _judge(
        self,
        found: RollbackFindings,
        candidate: RollbackCandidate,
        above: list[RollbackCandidate],
        wish: RollbackOptions,
    ) -> None:
        found.newer |= {each.operation_id for each in above if each.operation_id != candidate.operation_id}
        problem = _in_the_way(candidate)
        chain = [*above, candidate]
        if problem is None and above:
            problem = self._chain_problem(found, chain)
            others = {each.operation_id for each in above if each.item_id not in found.asked}
            if problem is None and others and not wish.takes(others - {candidate.operation_id}):
                found.superseded += 1
                problem = _superseded(candidate, choices=("newer",))
        elif problem is None:
            problem = self._problem(found, candidate)
        if problem is None:
            found.exact.add(candidate.file_id)
            found.take_back(chain)
            self._look_for_names(found, candidate)
            return
        if problem.comment is not None:
            found.comment_only.add(candidate.file_id)
            if wish.changed == "comment":
                found.written.add(candidate.file_id)
                found.restores.append(problem.comment)
                return
        found.conflicts.append(_conflict(candidate, problem))
        refused = Refusal(code=problem.code, message=problem.message)
        found.restores.append(Restore(item_id=candidate.item_id, refused=refused))

    # One file alone.

    def _problem(self, found: RollbackFindings, candidate: RollbackCandidate) -> _RollbackProblem | None:
        """Return why a file cannot get its old bytes; looks at its backup, then at the file."""
        if not candidate.is_exact:
            return self._with_comment(candidate, "backup_missing", _why_gone(candidate))
        try:
            self._find_backup(candidate)
        except (errors.MetadataError, errors.StoreError) as error:
            return self._with_comment(candidate, error.reason, error.message)
        if found.hasty and _as_we_left_it(candidate):
            found.glanced += 1
            return None
        try:
            if editing.still_ours(candidate.path, candidate.written_state):
                return None
        except errors.MetadataError as error:
            return _RollbackProblem(error.reason, error.message)
        return self._with_comment(candidate, "changed_since", _CHANGED)

    def _look_for_names(self, found: RollbackFindings, candidate: RollbackCandidate) -> None:
        """Find out whether names that the write parted would be one file again, as far as `stat` tells."""
        entry = journal.find(self._backups / candidate.journal, candidate.item_id) if candidate.parted else None
        if isinstance(entry, journal.SwapEntry):
            other = swap.other_name(entry, candidate.other_names, path=candidate.path)
            (found.stay_parted if other is None else found.rejoined).add(candidate.file_id)

    def _find_backup(self, candidate: RollbackCandidate) -> None:
        """Raise ConflictError or StoreError where what is kept is not there as it was written."""
        journal.find(self._backups / candidate.journal, candidate.item_id)
        if candidate.kind == "original":
            check_kept(candidate.kept, candidate.kept_bytes, path=candidate.path)

    def _with_comment(self, candidate: RollbackCandidate, code: str, message: str) -> _RollbackProblem:
        """Return a problem, with the restoring of the comment alone where that can be done."""
        try:
            stat = walk.file_stat(os.lstat(candidate.path))
        except OSError as error:
            return _RollbackProblem("missing_file", f"The file cannot be looked at: {(error.strerror or '').lower()}.")
        means = volumes.means(candidate.path, nlink=stat.nlink, faststart="keep")
        facts = probe.probe(candidate.path, stat, means=means)
        if facts.state != "ok" or not facts.strategy or not _has_old_text(candidate, facts):
            return _RollbackProblem(code, message)
        if not _same_film(candidate, facts):
            return _RollbackProblem(code, message, choices=("scan",))
        return _RollbackProblem(code, message, choices=("comment",), comment=_comment_restore(candidate, stat, facts))

    # Several items of one file, newest first.

    def _chain_problem(self, found: RollbackFindings, chain: Sequence[RollbackCandidate]) -> _RollbackProblem | None:
        """Return why items cannot be taken back one after the other down to the last."""
        oldest, top = chain[-1], chain[0]
        if oldest.library_state is None:  # nothing would keep two items of it from being worked on at the same time
            return _superseded(oldest, choices=("scan",))
        for each in chain:
            problem = _in_the_way(each)
            if problem is None and not each.is_exact:
                problem = _RollbackProblem("backup_missing", _why_gone(each))
            if problem is None:
                try:
                    self._find_backup(each)
                except (errors.MetadataError, errors.StoreError) as error:
                    problem = _RollbackProblem(error.reason, error.message)
            if problem is not None:
                return problem if each is oldest else _superseded(oldest, f"and stays: {problem.message}")
        for upper, lower in itertools.pairwise(chain):
            if upper.original_state is None or upper.original_state != lower.written_state:
                return _superseded(oldest, _BETWEEN)
        problem = self._problem(found, top)
        return None if problem is None else _superseded(oldest, f"and stays: {problem.message}")

    # One person's tag.

    def _without_person(self, found: RollbackFindings, candidates: Sequence[RollbackCandidate], name: str) -> None:
        """Add the writes that take one person out of the files that the operation put them into."""
        keys = self._ledger.keys_of_person(name)
        for candidate in candidates:
            if not keys.isdisjoint(map(people_comment.person_key, candidate.tags_added)):
                self._take_out(found, candidate, keys)

    @staticmethod
    def _take_out(found: RollbackFindings, candidate: RollbackCandidate, keys: set[str]) -> None:
        left = [each for each in candidate.people if people_comment.person_key(each) not in keys]
        problem = _in_the_way(candidate)
        if problem is None and candidate.library_state is None:
            problem = _RollbackProblem("missing_file", "No scan knows the file any more.", ("scan",))
        if problem is None and len(left) == len(candidate.people):
            problem = _RollbackProblem("nothing_to_do", "The file does not name this person any more.")
        if problem is not None:
            found.conflicts.append(_conflict(candidate, problem))
            return
        gone = tuple(each for each in candidate.people if each not in left)
        change = _spliced(candidate.changes[0], candidate.comment, left)
        restore = Restore(item_id=candidate.item_id, how="person", changes=(change,), tags_added=(), tags_removed=gone)
        found.written.add(candidate.file_id)
        found.restores.append(restore)


def check_kept(kept: bytes | None, size: int, *, path: bytes) -> None:
    """
    Look whether the kept original of the file at `path` is there with its size.

    Raises:
        ConflictError: It is not (`backup_missing`).

    """
    try:
        there = None if kept is None else os.lstat(swap.found(kept, path)).st_size
    except OSError:
        there = None
    if there != size:
        what = "is gone" if there is None else f"has {there:,} bytes instead of {size:,}"
        message = f"The kept original {what}."
        raise errors.ConflictError(message, code="backup_missing")


def _as_we_left_it(candidate: RollbackCandidate) -> bool:
    """Tell whether a file has the size and the modification time that our last write left."""
    if candidate.own_size is None or candidate.own_mtime_ns is None:
        return False
    try:
        stat = os.lstat(candidate.path)
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (candidate.own_size, candidate.own_mtime_ns)


def _in_the_way(candidate: RollbackCandidate) -> _RollbackProblem | None:
    """Return what ledger and catalog already know to stand in the way, whatever is to be done."""
    if candidate.busy_in is not None:
        return _RollbackProblem("busy_in_operation", candidate.busy_in.describe("this file"), ("wait",))
    if candidate.library_state == "offline":
        return _RollbackProblem("offline", _OFFLINE)
    return None


def _superseded(candidate: RollbackCandidate, rest: str = "", *, choices: tuple[str, ...] = ()) -> _RollbackProblem:
    what = f"Operation {candidate.superseded_by} changed this file later"
    return _RollbackProblem("superseded_by", f"{what} {rest}" if rest else f"{what}.", choices)


def _why_gone(candidate: RollbackCandidate) -> str:
    if candidate.kind == "tags" and not candidate.dropped:
        return "Only its tags were kept, so its old bytes cannot be restored."
    why = f" ({candidate.evicted_reason})" if candidate.evicted_reason else ""
    return f"Its backup is gone{why}, so its old bytes cannot be restored."


def _same_film(candidate: RollbackCandidate, facts: FileFacts) -> bool:
    """Tell whether the file still holds the film that the catalog knows; a full scan's hash says nothing here."""
    known = candidate.file_hash
    return known is None or known.startswith("f1") or known == facts.file_hash


def _comment_restore(candidate: RollbackCandidate, stat: FileStat, facts: FileFacts) -> Restore:
    """Return the write that gives a file its old comment, from what it says now."""
    changes = (_turned(candidate, None if facts.comment is None else fields.display_text(facts.comment)),)
    old, new = (people_comment.parse(text).people for text in (changes[0].old, changes[0].new))
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


def _has_old_text(candidate: RollbackCandidate, facts: FileFacts) -> bool:
    """
    Tell whether the old comment alone can be restored without loss.

    After replace mode the ledger must have every byte of the one text that was there, and the file must hold one text
    now: a second one would be replaced, too. After preserve mode only the people come back.
    """
    change, *others = candidate.changes
    is_whole = not others and not any(mark in (change.old or "") for mark in ("\ufffd", "\u2400"))
    is_single = len({place.value for place in facts.comment_fields}) <= 1
    return change.segment is not None or (is_whole and is_single)


def _turned(candidate: RollbackCandidate, now: str | None) -> Change:
    """Return the change that gives a comment its old text, or after a write in preserve mode its old people."""
    change = candidate.changes[0]
    if change.segment is None:
        return replace(change, old=now, new=change.old, where="container")
    return _spliced(change, now, people_comment.parse(change.old).people)


def _spliced(change: Change, now: str | None, names: Sequence[str]) -> Change:
    """Return the change that makes `names` the people of a comment and keeps all other text."""
    segment = people_comment.segment_of(names)
    return replace(change, old=now, new=people_comment.splice(now or "", segment), where="container", segment=segment)


def _missing(names: Iterable[str], there: Iterable[str]) -> list[str]:
    keys = {people_comment.person_key(name) for name in there}
    return [name for name in names if people_comment.person_key(name) not in keys]


def _conflict(candidate: RollbackCandidate, problem: _RollbackProblem) -> ItemDetails:
    return ItemDetails(
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
