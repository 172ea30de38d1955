"""
Replace one file with a new file: the steps of `file_edit` for a file that cannot be written in place.

The new file is created beside the old file, made durable and verified before the old file changes. Before that, the
undo is verified too: a small reverse rebuilds the old bytes from the new file, or the old file is kept within the
budget. If neither is possible, the write is refused. Then the file is renamed once, and the journal records the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexium_core import errors
from indexium_core.files import delta, journal, reader, swap, verify
from indexium_core.files.containers import Capabilities, Choice, registry
from indexium_core.files.containers.shared import remuxing
from indexium_core.flows.writing import protocol, states
from indexium_core.flows.writing.protocol import EditResult, FileWork, VerifiedState, WritableFile
from indexium_core.model.files.media import Edit, Rebuild, Remux
from indexium_core.store.operations.ledger_rows import Task

# How many times the size of a file is read and written when FFmpeg rewrites it, when it is copied, and when it is
# rolled back: build it, compare it packet by packet, search it for parts that it shares with the original, and verify
# the undo.
_REMUX_FACTOR, _COPY_FACTOR, _ROLLBACK_FACTOR = 8, 4, 6


def write(
    work: FileWork, file: reader.FileReader, checked: WritableFile, choice: Choice, *, capabilities: Capabilities
) -> EditResult:
    """Write one file by replacing it; after a MetadataError the file is unchanged."""
    task, edit, layout = work.task, choice.edit, checked.layout.itself
    mtime_ns = file.stat.mtime_ns if work.policy.preserve_mtime else None
    comparisons = _comparisons(edit)
    _start_progress(work, file, _work_factor(edit))
    with _replacement(work, file, mtime_ns) as new:
        before = verify.gather(
            task.path,
            file,
            checked.family,
            layout,
            edited=protocol.edited_fields(task.changes),
            packets=comparisons is not verify.COMPARISONS,
            renumbered=comparisons is verify.RENUMBERED,
        )
        protocol.require_same_media(task, before.payload_hash)
        verify.expect(before, task.changes)
        original = states.state_of(file, layout.payload, before.payload_hash)
        if isinstance(edit, Rebuild):
            new.build(edit, payload=() if edit.renumbered else layout.payload)
        elif isinstance(edit, Remux):
            _remux(work, new, edit)
        with new.opened() as made:
            after = protocol.verify_edit(
                new.temporary,
                made,
                before,
                task.changes,
                comparisons=comparisons,
                capabilities=capabilities,
                becomes=task.path,
            )
        backup = _backup_of_original(work, new, is_required=True)
        return _replace(work, new, after, backup, strategy=choice.strategy, original=original)


def roll_back(work: FileWork, entry: journal.JournalEntry | journal.SwapEntry) -> EditResult:
    """Replace the file with one that has the old bytes, in the same steps; after a MetadataError it is unchanged."""
    task = work.task
    with protocol.opened(task) as file:
        family, layout = registry.examine(file)
        # A digest of all bytes proves more than a modification time; a digest of samples does not.
        by_samples = isinstance(entry, journal.JournalEntry) or entry.old.sampled
        is_touched = by_samples and protocol.may_be_touched(task, file)
        _start_progress(work, file, _ROLLBACK_FACTOR)
        restored_mtime = None if is_touched else task.restore_mtime_ns
        # If the item joined two names to one file, its rollback separates them again.
        breaks_links = isinstance(entry, journal.SwapEntry) and entry.joined
        with _replacement(work, file, restored_mtime, break_links=breaks_links) as new:
            before = verify.gather(task.path, file, protocol.require_whole(family, layout), layout)
            current = protocol.state_before(task, file, layout, before)
            _restore_content(new, file, task, entry)
            with new.opened() as made:
                capabilities = protocol.capabilities_of(task, file, work.policy)
                after = protocol.describe(made, path=task.path, capabilities=capabilities, like=task.original_state)
            protocol.require_restored(task, after, is_touched=is_touched)
            backup = _backup_of_original(work, new, is_required=False)
            was_parted = isinstance(entry, journal.SwapEntry) and entry.parted
            return _replace(work, new, after, backup, strategy="undo", original=current, was_parted=was_parted)


def _replacement(
    work: FileWork, file: reader.FileReader, mtime_ns: int | None, *, break_links: bool = False
) -> swap.Replacement:
    return swap.Replacement(
        work.task.path,
        journal=work.undo_journal,
        item_id=work.task.item_id,
        expected=file.stat,
        mtime_ns=mtime_ns,
        break_links=work.policy.break_links or break_links,
        on_progress=work.progress.advance,
    )


def _comparisons(edit: Edit) -> Sequence[tuple[str, verify.Comparison]]:
    """Return how the new file is compared with the old one."""
    if isinstance(edit, Remux):
        return verify.REWRITTEN
    return verify.RENUMBERED if isinstance(edit, Rebuild) and edit.renumbered else verify.COMPARISONS


def _work_factor(edit: Edit) -> int:
    if isinstance(edit, Remux) or (isinstance(edit, Rebuild) and edit.renumbered):
        return _REMUX_FACTOR
    return _COPY_FACTOR if isinstance(edit, Rebuild) and not edit.cloned else 0


def _start_progress(work: FileWork, file: reader.FileReader, factor: int) -> None:
    """Start the progress reports, and allow cancelling."""
    work.progress.set_total(factor * file.size)
    file.on_progress = work.progress.advance


def _remux(work: FileWork, new: swap.Replacement, edit: Remux) -> None:
    def run(target: bytes) -> None:
        remuxing.run(
            edit, work.task.path, target, cancelled=work.policy.is_cancelled, on_progress=work.progress.advance
        )

    new.fill(run, size=edit.size)


def _restore_content(
    new: swap.Replacement, file: reader.FileReader, task: Task, entry: journal.JournalEntry | journal.SwapEntry
) -> None:
    if isinstance(entry, journal.JournalEntry):  # the state of the result proves it
        new.build(delta.applied(journal.inverse(entry, file), file.size))
        return
    other = swap.other_name(entry, task.other_names, path=task.path)
    if other is not None and entry.reverse is not None and new.join(other, entry.reverse):
        pass
    elif entry.reverse is not None:
        new.build(entry.reverse)
    elif task.reverts_kept is not None:
        new.adopt(swap.kept_path(task.reverts_kept, task.path))
    else:
        raise errors.ConflictError("This file has no backup.", code="no_backup")
    new.expect(entry.old)


def _backup_of_original(
    work: FileWork, new: swap.Replacement, *, is_required: bool
) -> tuple[Rebuild | None, bytes | None]:
    """Return the reverse or the kept file that restores the present file; refuse if it `is_required` and missing."""
    if not work.policy.keep_backup:
        return None, None
    reverse = new.reverse()
    if reverse is not None:
        return reverse, None
    size = new.original.size
    if new.original.stat.nlink > 1:
        if not is_required:
            return None, None
        message = (
            "The original cannot be rebuilt from the new file. It has other names (hard links) through which it may "
            "change, so it cannot be kept either. Write it without a backup, or remove the other names."
        )
        raise errors.RefusedError(message, code="hard_linked")
    if work.policy.reserve_space(size, work.task.item_id):
        return None, new.keep_path
    if is_required:
        message = (
            f"The original ({size:,} bytes) cannot be rebuilt from the new file, and keeping it needs more space than "
            "INDEXIUM_BACKUP_BUDGET leaves. Raise the budget, or write it without a backup."
        )
        raise errors.FileAccessError(message, code="low_space")
    return None, None


def _replace(
    work: FileWork,
    new: swap.Replacement,
    after: VerifiedState,
    backup: tuple[Rebuild | None, bytes | None],
    *,
    strategy: str,
    original: str,
    was_parted: bool = False,  # a rollback: the earlier edit separated names of the file
) -> EditResult:
    reverse, kept = backup
    kept_bytes = new.original.size if kept is not None else 0
    parted = new.original.stat.nlink > 1
    after = replace(after, stat=new.replace(reverse=reverse, keep=kept))
    message = protocol.links_message(joined=new.joined, parted=parted, was_parted=was_parted)
    proof = after.proof | ({"warnings": new.warnings} if new.warnings else {})
    edited = protocol.success_result(
        work.task,
        after,
        original=original,
        outcome=work.success(strategy, proof, message=message),
        journal_bytes=new.journal_bytes,
        backup_kind="delta" if reverse is not None else "tags" if kept is None else "original",
        kept=kept,
        kept_bytes=kept_bytes,
        parted_inode=new.original.stat.inode if parted else None,
    )
    new.commit()
    return edited
