"""
What every way of changing a file has in common: looking at it first, comparing afterwards, saying what became of it.

`editing` changes a file in place, `replacing` puts a new one where it was; both take these steps in the same order.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from indexium_core import errors
from indexium_core.files import fingerprint, journal, probe, reader, verify, volumes
from indexium_core.files.containers import Capabilities, Choice, Family, Layout, Reader, registry
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Extent, FileFacts, FileStat, Patch, Refusal
from indexium_core.model.operations import put_back
from indexium_core.model.operations.operation import Try, WriteResult
from indexium_core.store.operations.ledger_rows import ItemRecord, Task

__all__ = [
    "Edited",
    "FileProgress",
    "FileWork",
    "NothingToDo",
    "Proven",
    "WritableFile",
    "WritePolicy",
    "came_back",
    "choose",
    "done",
    "is_touched",
    "look",
    "means_of",
    "opened",
    "prove",
    "refused",
    "result",
    "same_film",
    "says",
    "seen",
    "skeleton",
    "state_before",
    "unchanged",
    "waits",
    "whole",
]

_CHUNK = 1024 * 1024
_IN_PART = (
    "the same as before the write outside the media, which were compared by samples: another program touched the file"
)
PARTED = "Its other names keep the old file."
REJOINED = "It is one file with its other name again."
STAY_PARTED = "Its names stay two files: none of the others was found to be the old file, unchanged."
_UNKNOWN = Refusal(code="not_video", message="Indexium does not know this kind of file.")
_PARTS = (
    "The file has other names on this disk (hard links). It can only be written by making a new file, and they would "
    "keep the old one. Choose hard_links=break if that is right."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePolicy:
    """How the files of an operation are to be written."""

    backups: Path  # folder of the journals
    preserve_mtime: bool = False  # give a file its old modification time back after a write
    faststart: str = "keep"  # keep: an index in front of the media stays there; any: it may go to the end
    break_links: bool = False  # a new file may take the place of one that has other names
    keep_backup: bool = True  # what a file was must be able to come back
    make_room: Callable[[int, int], bool] = lambda _size, _item: True  # room for an original of that size of an item
    cancelled: Callable[[], bool] = lambda: False  # whether long work on a file is to be given up
    moved: Callable[[FileProgress], None] = lambda _: None  # told that long work on a file goes on; may keep it waiting


class FileProgress:
    """
    Long work on one file, where a new one is made: how far it is, and whether it is to be given up.

    May be asked from any thread. What is changed in place takes milliseconds and is always finished.
    """

    def __init__(self, terms: WritePolicy) -> None:
        self._terms = terms
        self._lock = threading.Lock()
        self._done = self._ahead = 0  # bytes to be read and written, of both files, as often as they are
        self._stood = 0.0
        self._still_since: float | None = None

    def expect(self, count: int) -> None:
        """Say about how many bytes there are to be read and written, of both files, as often as they are."""
        with self._lock:
            self._ahead = count

    def did(self, count: int) -> None:
        """
        Note that so many bytes were read or written.

        Raises:
            MetadataError: It is to be given up (`cancelled`).

        """
        with self._lock:
            self._done += count
        self._terms.moved(self)
        if self._terms.cancelled():
            message = "Making the new file was given up; the file is as it was."
            raise errors.MetadataError(message, code="cancelled")

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stand still for as long as this lasts: the operation is held."""
        with self._lock:
            since = self._still_since = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._stood, self._still_since = self._stood + time.monotonic() - since, None

    @property
    def stood(self) -> float:
        """Seconds for which it has stood still."""
        with self._lock:
            return self._stood + (0.0 if self._still_since is None else time.monotonic() - self._still_since)

    @property
    def place(self) -> tuple[int, int]:
        """How many bytes are done, and how many there are about."""
        with self._lock:
            return self._done, self._ahead

    def stand_at(self, done: int, ahead: int) -> None:
        """Take over how far it is from where it is done."""
        with self._lock:
            self._done, self._ahead = done, ahead

    @property
    def share(self) -> float | None:
        """How much of it is done, from 0 to 1; None where no new file is made, or nothing is known yet."""
        with self._lock:
            return min(self._done / self._ahead, 1.0) if self._ahead else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWork:
    """One task, and all that carrying it out needs."""

    task: Task
    undo: journal.JournalWriter  # the journal of the running operation
    terms: WritePolicy
    stint: FileProgress
    started: float = field(default_factory=time.perf_counter)

    def success(self, strategy: str, proof: Mapping[str, Any], *, message: str = "") -> WriteResult:
        """Return that it is done; `message` is what the person has to know all the same."""
        return result(self.task, "success", message=message, strategy=strategy, started=self.started, proof=proof)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of one file, and what is known of it now (None where nothing was learnt)."""

    task: Task
    record: ItemRecord
    stat: FileStat | None = None
    facts: FileFacts | None = None

    @property
    def may_pass(self) -> bool:
        """Whether what stopped it may be over in a moment."""
        return self.record.result.status in {"failed", "conflict"} and self.record.result.code in errors.RETRIED

    def tried(self, before: Sequence[Try]) -> Self:
        """Return it as one that was tried before, with why that failed each time."""
        if not before:
            return self
        was, message = self.record.result, self.record.result.message
        if was.status in {"failed", "conflict"}:
            message = f"{message} It was tried {len(before) + 1} times."
        told = replace(was, message=message, proof={**was.proof, "tries": [asdict(each) for each in before]})
        return replace(self, record=replace(self.record, result=told))

    def without(self, seconds: float) -> Self:
        """Return it as one that took so many seconds less: for these it stood still."""
        if not seconds:
            return self
        was = self.record.result
        return replace(self, record=replace(self.record, result=replace(was, seconds=max(0.0, was.seconds - seconds))))

    def set_back(self, why: str, *, begun: bool) -> Self:
        """
        Return it as one that waits again: nothing came of it, and nothing is wrong with the file.

        Where it had been `begun` it says so, and why that came to nothing, as `model.put_back` takes it.
        """
        code, message = ("restored", put_back.say(why)) if begun else ("", "")
        result = replace(self.record.result, status="pending", code=code, message=message)
        return replace(self, record=ItemRecord(result=result))


@dataclass(frozen=True, slots=True, kw_only=True)
class WritableFile:
    """A file that may be written."""

    family: Family
    layout: Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A file after its edit: what was compared, and what it says now."""

    proof: dict[str, Any]
    state: str  # digest of everything but the media
    stat: FileStat
    facts: FileFacts


class NothingToDo(Exception):  # noqa: N818 - an outcome, not an error
    """The file already says what was wanted."""


# Before.


def opened(task: Task) -> reader.FileReader:
    """Open the file of a task where it was planned to be, and nowhere else."""
    if os.path.realpath(task.path) != task.path:
        raise errors.ConflictError("The path leads to another place than when it was planned: scan again.")
    return reader.FileReader(task.path)


def look(task: Task, file: reader.FileReader) -> WritableFile:
    """
    Look at a file before anything is done to it.

    Raises:
        NothingToDo: It says already what is wanted.
        CorruptFileError, RefusedError: It is not whole, or of a kind that is not written.
        ConflictError: It is not the one that was planned.

    """
    family, layout = registry.examine(file)
    if family is None or layout.problem is not None:
        problem = layout.problem or _UNKNOWN
        kind = errors.CorruptFileError if problem.code == "corrupt" else errors.RefusedError
        raise kind(problem.message, code=problem.code)
    if says(layout, task.changes):
        raise NothingToDo("The file already says this.")
    if (file.stat.size, file.stat.mtime_ns) != (task.expected_size, task.expected_mtime_ns):
        raise errors.ConflictError("The file changed since it was planned: scan again, then look at the plan.")
    return WritableFile(family=family, layout=layout)


def says(layout: Layout, changes: Sequence[Change]) -> bool:
    """Tell whether every field has its new value already, in every place that holds it."""
    for change in fields.primary_changes(changes):
        values = [text.value for text in layout.fields if text.field == change.field]
        if layout.added or fields.texts_after(layout.fields, change) != values:
            return False
        if not values and fields.apply_change(change, None) is not None:
            return False
    return True


def means_of(task: Task, file: reader.FileReader, terms: WritePolicy) -> Capabilities:
    """Return what may be done to a file where it lies."""
    return volumes.means(task.path, nlink=file.stat.nlink, faststart=terms.faststart)


def choose(
    file: Reader, checked: WritableFile, changes: Sequence[Change], means: Capabilities, *, break_links: bool = False
) -> Choice:
    """Return the best strategy and its edit; raises RefusedError where there is none, or only one that parts names."""
    chosen = registry.choose(
        checked.family, file, checked.layout, fields.primary_changes(changes), means, break_links=True
    )
    if isinstance(chosen, Refusal):
        raise errors.RefusedError(chosen.message, code=chosen.code)
    if means.may_break_links and not break_links and not isinstance(chosen.edit, Patch):
        raise errors.RefusedError(_PARTS, code="hard_linked")
    return chosen


def same_film(task: Task, identity: str | None) -> None:
    """Raise ConflictError where the media are not those that were planned for."""
    full = (task.expected_hash or "").startswith("f1")  # of a full scan: size and time must do
    if identity != task.expected_hash and not full:
        raise errors.ConflictError("The file holds another film than when it was planned: scan again.")


def skeleton(file: Reader, payload: Sequence[Extent], identity: str | None) -> str:
    """Return a digest of all bytes outside the payload, of where it lies, and of its own hash (`identity`)."""
    digest = hashlib.blake2b(digest_size=16)
    position = 0
    for extent in [*sorted(payload, key=lambda extent: extent.offset), Extent(file.size, 0)]:
        digest.update(position.to_bytes(8, "big"))
        while position < extent.offset:
            block = file.read_at(position, min(_CHUNK, extent.offset - position))
            if not block:
                raise errors.ConflictError("The file became shorter while it was read.")
            digest.update(block)
            position += len(block)
        position = extent.end
    digest.update((identity or "").encode())
    return digest.hexdigest()


def state_before(task: Task, file: Reader, layout: Layout, before: verify.Evidence) -> str:
    """
    Return the state of a file that is to be taken back; it must be what our write left.

    Raises:
        NothingToDo: It has its old bytes already.
        ConflictError: It is neither.

    """
    current = skeleton(file, layout.payload, before.payload_hash)
    if current == task.original_state:
        raise NothingToDo("The file already has its old bytes.")
    if current != task.written_state:
        raise errors.ConflictError("Another program changed the file since.", code="changed_since")
    return current


# After.


def is_touched(task: Task, file: reader.FileReader) -> bool:
    """
    Tell whether somebody else may have written into a file since our last write: its modification time says so.

    Of large media only samples are compared, so what stands between them is then not known to be as it was.
    """
    known = task.own_mtime_ns is not None and task.expected_size >= 0
    return known and file.stat.mtime_ns != task.own_mtime_ns


def came_back(task: Task, after: Proven, *, touched: bool) -> None:
    """Raise VerificationError where a file that was taken back is not what it was; else say so in the proof."""
    if after.state != task.original_state:
        message = "The old bytes did not come back; the file was left as it was."
        raise errors.VerificationError(message, check="bytes")
    after.proof["bytes"] = _IN_PART if touched else "the same as before the write"


def whole(family: Family | None, layout: Layout) -> Family:
    """Return the family of a file that was written; raises VerificationError where it is not whole."""
    if family is None or layout.problem is not None:
        raise errors.VerificationError((layout.problem or _UNKNOWN).message, check="structure")
    return family


def prove(
    path: bytes,
    file: reader.FileReader,
    before: verify.Evidence,
    changes: Sequence[Change],
    *,
    checks: Sequence[tuple[str, verify.Check]] = verify.CHECKS,
    known: Layout | None = None,
    means: Capabilities,
) -> Proven:
    """
    Compare an edited file with the evidence from before.

    Args:
        path: Where it is.
        file: The open file.
        before: Evidence.
        changes: What was to change.
        checks: What is compared: after an edit by us, after a rewrite by FFmpeg, after old bytes were put back.
        known: The layout from before, where no media byte can have moved.
        means: What a write may do where it lies.

    Raises:
        VerificationError: Something else changed.

    """
    family, layout = registry.examine(file, known=known)
    is_renumbered = checks is verify.RENUMBERED
    by_packets = is_renumbered or checks is verify.REWRITTEN
    after = verify.gather(path, file, whole(family, layout), layout, packets=by_packets, renumbered=is_renumbered)
    proof = dict(verify.compare(before, after, fields.primary_changes(changes), checks=checks))
    identity = after.payload_hash
    if checks is verify.REWRITTEN:
        facts = probe.facts_of(file, family, layout, means=means, identity=identity)
    else:
        facts = probe.facts_after(
            file,
            whole(family, layout),
            layout,
            shown=after.fields.get("comment"),
            tags=after.tags,
            means=means,
            identity=identity,
        )
    state = skeleton(file, layout.payload, identity)
    return Proven(proof=proof, state=state, stat=file.stat, facts=facts)


def seen(file: reader.FileReader, *, means: Capabilities) -> Proven:
    """Return what there is to be known of a file whose bytes prove themselves."""
    family, layout = registry.examine(file)
    whole(family, layout)
    identity = fingerprint.payload_hash(file, layout.payload)
    facts = probe.facts_of(file, family, layout, means=means, identity=identity)
    return Proven(proof={}, state=skeleton(file, layout.payload, identity), stat=file.stat, facts=facts)


# Results.


def done(task: Task, after: Proven, *, original: str, outcome: WriteResult, **kept: Any) -> Edited:
    """Return a success."""
    record = ItemRecord(result=outcome, original_state=original, written_state=after.state, **kept)
    return Edited(task=task, record=record, stat=after.stat, facts=after.facts)


def waits(task: Task) -> Edited:
    """Return that nothing was done, and the item waits on."""
    return Edited(task=task, record=ItemRecord(result=result(task, "pending", started=time.perf_counter())))


def unchanged(work: FileWork, outcome: WriteResult) -> Edited:
    """Read the file as a scan would: it says what was wanted already, perhaps by another name of it."""
    task = work.task
    with reader.FileReader(task.path) as file:
        stat, means = file.stat, means_of(task, file, work.terms)
    facts = probe.probe(task.path, stat, means=means)
    return Edited(task=task, record=ItemRecord(result=outcome), stat=stat, facts=facts)


def refused(task: Task, error: errors.MetadataError, *, started: float) -> WriteResult:
    """Return what an error means for one item."""
    status = "conflict" if isinstance(error, errors.ConflictError) else "failed"
    status = "unknown" if error.reason == "cannot_tell" else status
    return result(task, status, error.reason, error.message, started=started)


def result(
    task: Task,
    status: str,
    code: str = "",
    message: str = "",
    *,
    started: float,
    strategy: str = "",
    proof: Mapping[str, Any] | None = None,
) -> WriteResult:
    """Return the outcome of one item; `started` is the `time.perf_counter` of its beginning."""
    return WriteResult(
        item_id=task.item_id,
        file_id=task.file_id,
        status=status,
        code=code,
        message=message,
        strategy=strategy,
        seconds=time.perf_counter() - started,
        proof=dict(proof or {}),
    )
