"""
The steps that all writes of a file share: inspect the file, verify it after the write, and build its result.

`file_edit` changes a file in place, `replacing` puts a new file in its place; both follow these steps in the same
order.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from indexium_core import errors
from indexium_core.files import fingerprint, journal, probe, reader, sidecar_reading, verify, volumes
from indexium_core.files.containers import Capabilities, Choice, Family, Layout, Reader, registry
from indexium_core.flows.writing import states
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import fields
from indexium_core.model.files.hash_cache import KnownHash
from indexium_core.model.files.media import Change, FileFacts, FileStat, Patch, Refusal, SidecarEdit
from indexium_core.model.operations import recovery
from indexium_core.model.operations.operation import Attempt, WriteResult
from indexium_core.model.operations.outcomes import UNDONE
from indexium_core.model.planning.plan import Holder
from indexium_core.store.operations.ledger_rows import ItemRecord, Task

_SAMPLED_PROOF = (
    "the same as before the write outside the media, which were compared by samples: another program touched the file"
)
LINKS_SEPARATED = "Its other names keep the old file."
_HAS_OTHER_NAMES = (
    "The file has other names on this disk (hard links). Writing it creates a new file, and the other names would keep "
    "the old one. Set hard_links=break to allow this."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWork:
    """A task with all objects that its run needs."""

    task: Task
    undo_journal: journal.JournalWriter  # the journal of the running operation
    policy: WritePolicy
    progress: FileProgress
    started: float = field(default_factory=time.perf_counter)

    def success(self, strategy: str, proof: Mapping[str, Any], *, message: str = "") -> WriteResult:
        """Return a success; `message` is additional information for the user."""
        return result(self.task, "success", message=message, strategy=strategy, started=self.started, proof=proof)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditResult:
    """The result of one file, and the new facts about the file (None if there are no new facts)."""

    task: Task
    record: ItemRecord
    stat: FileStat | None = None
    facts: FileFacts | None = None

    @classmethod
    def of(cls, task: Task, result: WriteResult) -> Self:
        """Return a result without new facts about the file."""
        return cls(task=task, record=ItemRecord(result=result))

    @property
    def is_retryable(self) -> bool:
        """Whether the error may be temporary."""
        return self.record.result.status in {"failed", "conflict"} and self.record.result.code in errors.RETRIED

    def with_attempts(self, before: Sequence[Attempt]) -> Self:
        """Return a copy that lists the earlier attempts and their errors."""
        if not before:
            return self
        old_result, message = self.record.result, self.record.result.message
        if old_result.status in {"failed", "conflict"}:
            message = f"{message} There were {len(before) + 1} attempts."
        new_result = replace(
            old_result, message=message, proof={**old_result.proof, "tries": [asdict(each) for each in before]}
        )
        return replace(self, record=replace(self.record, result=new_result))

    def minus_pause(self, seconds: float) -> Self:
        """Return a copy whose duration is less by `seconds`, the time during which it was paused."""
        if not seconds:
            return self
        old_result = self.record.result
        return replace(
            self,
            record=replace(self.record, result=replace(old_result, seconds=max(0.0, old_result.seconds - seconds))),
        )

    def as_pending(self, cause: str, *, was_started: bool) -> Self:
        """
        Return a copy that waits again, without a result and without a problem of the file.

        If it was started, its message gives the interruption; `cause` as in `model.operations.interruption`.
        """
        kind = "write" if self.task.reverts_item is None else "rollback"
        code, message = (UNDONE, recovery.undone_message(cause, kind)) if was_started else ("", "")
        result = replace(self.record.result, status="pending", code=code, message=message)
        return replace(self, record=ItemRecord(result=result))


@dataclass(frozen=True, slots=True, kw_only=True)
class WritableFile:
    """A file that may be written."""

    family: Family
    layout: Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedState:
    """A file after its edit: the verified facts and its new state."""

    proof: dict[str, Any]
    state: str  # digest of everything outside the media
    stat: FileStat
    facts: FileFacts


class NothingToDo(Exception):  # noqa: N818 - an outcome, not an error
    """The file already has the wanted values."""


# Before the edit.


def opened(task: Task) -> reader.FileReader:
    """Open the file of a task, only at its planned path."""
    if os.path.realpath(task.path) != task.path:
        raise errors.ConflictError("The path leads to another place than in the plan. Scan again.")
    return reader.FileReader(task.path)


def inspect(task: Task, file: reader.FileReader, policy: WritePolicy) -> WritableFile:
    """
    Check a file before the edit.

    Raises:
        NothingToDo: The file already has the wanted values.
        CorruptFileError, RefusedError: The file is damaged, or its kind cannot be written.
        ConflictError: The file is not the planned file.

    """
    family, layout = sidecar_reading.examine(task.path, file, by_stem=policy.sidecar_name == "stem")
    if family is None or layout.problem is not None:
        problem = layout.problem or registry.NOT_VIDEO
        kind = errors.CorruptFileError if problem.code == "corrupt" else errors.RefusedError
        raise kind(problem.message, code=problem.code)
    if already_has(layout, task.changes):
        raise NothingToDo("The file already has these values.")
    if (file.stat.size, file.stat.mtime_ns) != (task.expected_size, task.expected_mtime_ns):
        raise errors.ConflictError("The file changed after it was planned. Scan again, then check the plan.")
    return WritableFile(family=family, layout=layout)


def already_has(layout: Layout, changes: Sequence[Change]) -> bool:
    """Return whether every field already has its new value, in every place that stores the field."""
    for change in fields.primary_changes(changes):
        values = [text.value for text in layout.fields if text.field == change.field]
        if layout.added or fields.texts_after(layout.fields, change) != values:
            return False
        if not values and fields.apply_change(change, None) is not None:
            return False
    return True


def edited_fields(changes: Sequence[Change]) -> frozenset[str]:
    """Return the fields that a write may change: the comment always, because a rollback may have lost its changes."""
    return frozenset({COMMENT, *(change.field for change in changes)})


def capabilities_of(task: Task, file: reader.FileReader, policy: WritePolicy) -> Capabilities:
    """Return the capabilities of a write to a file on its volume."""
    return volumes.capabilities(task.path, nlink=file.stat.nlink, faststart=policy.faststart)


def choose(
    file: Reader,
    checked: WritableFile,
    changes: Sequence[Change],
    capabilities: Capabilities,
    *,
    break_links: bool = False,
) -> Choice:
    """Return the best strategy and its edit; RefusedError if none exists or all separate hard links."""
    chosen = registry.choose(checked.family, file, checked.layout, fields.primary_changes(changes), capabilities)
    if isinstance(chosen, Refusal):
        raise errors.RefusedError(chosen.message, code=chosen.code)
    if capabilities.may_break_links and not break_links and not isinstance(chosen.edit, Patch | SidecarEdit):
        raise errors.RefusedError(_HAS_OTHER_NAMES, code="hard_linked")
    return chosen


def require_same_media(task: Task, identity: str | None) -> None:
    """Raise ConflictError if the media are not the planned ones."""
    full = (task.expected_hash or "").startswith("f1")  # a hash of a full scan is not compared, only size and time
    if identity != task.expected_hash and not full:
        raise errors.ConflictError("The file contains other media than in the plan. Scan again.")


def state_before(task: Task, file: Reader, layout: Layout, before: verify.Evidence) -> str:
    """
    Return the state of a file before its rollback; it must be the state after our write.

    Raises:
        NothingToDo: The file already has its old bytes.
        ConflictError: The file has another state.

    """
    current = states.state_of(file, layout.payload, before.payload_hash, like=task.written_state)
    if current == task.original_state:
        raise NothingToDo("The file already has its old bytes.")
    if current != task.written_state:
        raise errors.ConflictError("Another program changed the file after this write.", code="changed_since")
    return current


# After the edit.


def may_be_touched(task: Task, file: reader.FileReader) -> bool:
    """
    Return whether the modification time shows that another program may have written to a file after our last write.

    For large media, only samples are compared, so bytes between the samples may have changed.
    """
    known = task.own_mtime_ns is not None and task.expected_size >= 0
    return known and file.stat.mtime_ns != task.own_mtime_ns


def require_restored(task: Task, after: VerifiedState, *, is_touched: bool) -> None:
    """Raise VerificationError if a rolled-back file is not the old file; else add the result to the proof."""
    if after.state != task.original_state:
        raise errors.VerificationError("The old bytes could not be restored. The file is unchanged.", check="bytes")
    after.proof["bytes"] = _SAMPLED_PROOF if is_touched else "the same as before the write"


def require_whole(family: Family | None, layout: Layout) -> Family:
    """Return the family of a written file; VerificationError if it is damaged."""
    if family is None or layout.problem is not None:
        raise errors.VerificationError((layout.problem or registry.NOT_VIDEO).message, check="structure")
    return family


def verify_edit(
    path: bytes,
    file: reader.FileReader,
    before: verify.Evidence,
    changes: Sequence[Change],
    *,
    comparisons: Sequence[tuple[str, verify.Comparison]] = verify.COMPARISONS,
    known: Layout | None = None,
    like: str | None = None,
    capabilities: Capabilities,
    becomes: bytes | None = None,
) -> VerifiedState:
    """
    Compare an edited file with the evidence from before.

    Args:
        path: Its path.
        file: The open file.
        before: The evidence.
        changes: The planned changes.
        comparisons: The comparisons: after our edit, after a rewrite by FFmpeg, or after a restore of old bytes.
        known: The layout from before, if no media byte can have moved.
        like: The recorded state with which the result is compared.
        capabilities: The capabilities of a write on its volume.
        becomes: The path that a new file will have; None: its path.

    Raises:
        VerificationError: An unplanned part changed.

    """
    family, layout = registry.examine(file, known=known)
    is_renumbered = comparisons is verify.RENUMBERED
    by_packets = is_renumbered or comparisons is verify.REWRITTEN
    after = verify.gather(
        path,
        file,
        require_whole(family, layout),
        layout,
        edited=edited_fields(changes),
        packets=by_packets,
        renumbered=is_renumbered,
    )
    proof = dict(verify.compare(before, after, fields.primary_changes(changes), comparisons=comparisons))
    identity = after.payload_hash
    state = states.state_of(file, layout.payload, identity, like=like)
    layout = sidecar_reading.joined(becomes or path, layout)
    if comparisons is verify.REWRITTEN:
        facts = probe.facts_of(file, family, layout, capabilities=capabilities, known=_known(identity))
    else:
        facts = probe.facts_after(
            file,
            require_whole(family, layout),
            layout,
            shown=after.fields.get(COMMENT),
            tags=after.tags,
            capabilities=capabilities,
            identity=identity,
        )
    return VerifiedState(proof=proof, state=state, stat=file.stat, facts=facts)


def describe(
    file: reader.FileReader, *, path: bytes, capabilities: Capabilities, like: str | None = None
) -> VerifiedState:
    """
    Return the facts of a file that needs no other evidence.

    `path` is the path that it has or will have; `like` is the recorded state to compare.
    """
    family, layout = sidecar_reading.examine(path, file)
    require_whole(family, layout)
    identity = fingerprint.payload_hash(file, layout.payload)
    facts = probe.facts_of(file, family, layout, capabilities=capabilities, known=_known(identity))
    state = states.state_of(file, layout.payload, identity, like=like)
    return VerifiedState(proof={}, state=state, stat=file.stat, facts=facts)


def _known(identity: str | None) -> KnownHash | None:
    """Return a hash that is not computed again. The packets stay, so the row of the file keeps its digest."""
    return KnownHash(identity, 0.0, media_digest="") if identity else None


# Results.


def success_result(task: Task, after: VerifiedState, *, original: str, outcome: WriteResult, **kept: Any) -> EditResult:
    """Return a success."""
    record = ItemRecord(result=outcome, original_state=original, written_state=after.state, **kept)
    return EditResult(task=task, record=record, stat=after.stat, facts=after.facts)


def still_pending(task: Task) -> EditResult:
    """Return a pending result: the item was not processed and still waits."""
    return EditResult.of(task, result(task, "pending", started=time.perf_counter()))


def read_unchanged(work: FileWork, outcome: WriteResult) -> EditResult:
    """
    Read the file as a scan would. It already has the wanted values, perhaps from a write under another name.

    A folder whose side files are wanted has no facts.
    """
    task = work.task
    if os.path.isdir(task.path):  # noqa: PTH112 - a path of bytes
        return EditResult.of(task, outcome)
    with reader.FileReader(task.path) as file:
        stat, capabilities = file.stat, capabilities_of(task, file, work.policy)
    facts = probe.probe(task.path, stat, capabilities=capabilities)
    return EditResult(task=task, record=ItemRecord(result=outcome), stat=stat, facts=facts)


def links_message(*, joined: bool, parted: bool, was_parted: bool = False) -> str:
    """
    Return a message about the other names (hard links) of a file; "" if it has no other names.

    `joined` and `parted`: this edit joined the names to one file, or separated the names. `was_parted`: the edit before
    this rollback had separated them.
    """
    if joined:
        return "It shares one file with its other name again."
    if was_parted:
        return "Its names stay two files: no other hard link to the unchanged old file was found."
    return LINKS_SEPARATED if parted else ""


def failure_result(task: Task, error: errors.MetadataError, *, started: float) -> WriteResult:
    """Return the result of one item after an error."""
    status = "conflict" if isinstance(error, errors.ConflictError) else "failed"
    status = "unknown" if error.reason == "cannot_tell" else status
    return result(task, status, error.reason, error.message, started=started)


def busy_result(task: Task, holder: Holder) -> WriteResult:
    """Return the conflict of an item whose files an operation uses."""
    what = "this file" if task.file_id is not None else "the files of this title"
    return result(task, "conflict", "busy_in_operation", holder.describe(what), started=time.perf_counter())


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
    """Return the result of one item; `started` is the `time.perf_counter` at its start."""
    return WriteResult(
        item_id=task.item_id,
        file_id=task.file_id,
        entity_type=task.entity_type,
        entity_id=task.entity_id,
        status=status,
        code=code,
        message=message,
        strategy=strategy,
        seconds=time.perf_counter() - started,
        proof=dict(proof or {}),
    )
