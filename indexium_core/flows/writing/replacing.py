"""
One file, replaced by a new one: the steps of `editing` where a file cannot be written in place.

The new file is made beside the old one, made durable and proven before anything happens to the old one. What the way
back is has been proven by then too: the old bytes come out of the new file with a small reverse, or the old file is
kept within the budget; where neither can be, a write is refused. Then one rename, and the journal says how it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexium_core import errors
from indexium_core.files import delta, journal, reader, swap, verify
from indexium_core.files.containers import Capabilities, Choice, registry
from indexium_core.files.containers.ffmpeg import remuxing
from indexium_core.flows.writing import protocol
from indexium_core.flows.writing.protocol import Edited, FileWork, Proven, WritableFile
from indexium_core.model.files.media import Edit, Rebuild, Remux
from indexium_core.store.operations.ledger_rows import Task

__all__ = ["take_back", "write"]

# How often a file's size is read and written where it is rewritten by FFmpeg, copied, or put back: made, compared
# packet by packet, searched for what it has in common with the original, and the way back proven.
_REMUX, _COPY, _BACK = 8, 4, 6


def write(
    work: FileWork, file: reader.FileReader, checked: WritableFile, choice: Choice, *, means: Capabilities
) -> Edited:
    """Write one file by making a new one; raises MetadataError, and the file is then as it was."""
    task, edit, layout = work.task, choice.edit, checked.layout
    mtime_ns = file.stat.mtime_ns if work.terms.preserve_mtime else None
    checks = _checks(edit)
    _begin(work, file, _times(edit))
    with _replacement(work, file, mtime_ns) as new:
        before = verify.gather(
            task.path,
            file,
            checked.family,
            layout,
            packets=checks is not verify.CHECKS,
            renumbered=checks is verify.RENUMBERED,
        )
        protocol.same_film(task, before.payload_hash)
        verify.expect(before, task.changes)
        original = protocol.skeleton(file, layout.payload, before.payload_hash)
        if isinstance(edit, Rebuild):
            new.build(edit, payload=() if edit.renumbered else layout.payload)
        elif isinstance(edit, Remux):
            _remux(work, new, edit)
        with new.opened() as made:
            after = protocol.prove(new.temporary, made, before, task.changes, checks=checks, means=means)
        way_back = _way_back(work, new, must=True)
        return _settled(work, new, after, way_back, strategy=choice.strategy, original=original)


def take_back(work: FileWork, entry: journal.JournalEntry | journal.SwapEntry) -> Edited:
    """Put a file with the old bytes in the place of the present one, by the same steps; raises MetadataError."""
    task = work.task
    with protocol.opened(task) as file:
        family, layout = registry.examine(file)
        # A digest of all bytes proves more than any time; one of samples does not.
        by_samples = isinstance(entry, journal.JournalEntry) or entry.old.sampled
        touched = by_samples and protocol.is_touched(task, file)
        _begin(work, file, _BACK)
        restored_mtime = None if touched else task.restore_mtime_ns
        # What is taken back made names one file; to take it back is to part them again.
        parts = isinstance(entry, journal.SwapEntry) and entry.joined
        with _replacement(work, file, restored_mtime, break_links=parts) as new:
            before = verify.gather(task.path, file, protocol.whole(family, layout), layout)
            current = protocol.state_before(task, file, layout, before)
            _bring_back(new, file, task, entry)
            with new.opened() as made:
                after = protocol.seen(made, means=protocol.means_of(task, file, work.terms))
            protocol.came_back(task, after, touched=touched)
            way_back = _way_back(work, new, must=False)
            message = _of_names(entry, new)
            return _settled(work, new, after, way_back, strategy="undo", original=current, message=message)


def _replacement(
    work: FileWork, file: reader.FileReader, mtime_ns: int | None, *, break_links: bool = False
) -> swap.Replacement:
    return swap.Replacement(
        work.task.path,
        journal=work.undo,
        item_id=work.task.item_id,
        expected=file.stat,
        mtime_ns=mtime_ns,
        break_links=work.terms.break_links or break_links,
        heed=work.stint.did,
    )


def _checks(edit: Edit) -> Sequence[tuple[str, verify.Check]]:
    """Return how the new file is held to the old one."""
    if isinstance(edit, Remux):
        return verify.REWRITTEN
    return verify.RENUMBERED if isinstance(edit, Rebuild) and edit.renumbered else verify.CHECKS


def _times(edit: Edit) -> int:
    if isinstance(edit, Remux) or (isinstance(edit, Rebuild) and edit.renumbered):
        return _REMUX
    return _COPY if isinstance(edit, Rebuild) and not edit.cloned else 0


def _begin(work: FileWork, file: reader.FileReader, times: int) -> None:
    """Have it said from here on how far it is, and given up where that is wished."""
    work.stint.expect(times * file.size)
    file.heed = work.stint.did


def _remux(work: FileWork, new: swap.Replacement, edit: Remux) -> None:
    def run(target: bytes) -> None:
        remuxing.run(edit, work.task.path, target, cancelled=work.terms.cancelled, on_progress=work.stint.did)

    new.fill(run, size=edit.size)


def _bring_back(
    new: swap.Replacement, file: reader.FileReader, task: Task, entry: journal.JournalEntry | journal.SwapEntry
) -> None:
    if isinstance(entry, journal.JournalEntry):  # proven by the state of what comes out
        new.build(delta.applied(journal.inverse(entry, file), file.size))
        return
    other = swap.other_name(entry, task.other_names, path=task.path)
    if other is not None and entry.reverse is not None and new.join(other, entry.reverse):
        pass
    elif entry.reverse is not None:
        new.build(entry.reverse)
    elif task.reverts_kept is not None:
        new.adopt(swap.found(task.reverts_kept, task.path))
    else:
        raise errors.ConflictError("Nothing is kept of what this file was before.", code="no_backup")
    new.expect(entry.old)


def _of_names(entry: journal.JournalEntry | journal.SwapEntry, new: swap.Replacement) -> str:
    """Return what becomes of the names that the edit which is taken back parted; "" where it parted none."""
    if isinstance(entry, journal.JournalEntry) or not entry.parted:
        return ""
    return protocol.REJOINED if new.joined else protocol.STAY_PARTED


def _way_back(work: FileWork, new: swap.Replacement, *, must: bool) -> tuple[Rebuild | None, bytes | None]:
    """Return how the present file can come back: out of the new one, or by being kept; where it `must`, or refuse."""
    if not work.terms.keep_backup:
        return None, None
    reverse = new.reverse()
    if reverse is not None:
        return reverse, None
    size = new.original.size
    if new.original.stat.nlink > 1:
        if not must:
            return None, None
        message = (
            "The original cannot be rebuilt from the new file, and has other names through which it may be changed, so "
            "it cannot be kept either. Write it without a backup, or remove the other names."
        )
        raise errors.RefusedError(message, code="hard_linked")
    if work.terms.make_room(size, work.task.item_id):
        return None, new.shelf
    if must:
        message = (
            f"The original ({size:,} bytes) cannot be rebuilt from the new file, and keeping it takes more room than "
            "INDEXIUM_BACKUP_BUDGET leaves. Give backups more room, or write it without a backup."
        )
        raise errors.FileAccessError(message, code="low_space")
    return None, None


def _settled(
    work: FileWork,
    new: swap.Replacement,
    after: Proven,
    way_back: tuple[Rebuild | None, bytes | None],
    *,
    strategy: str,
    original: str,
    message: str = "",
) -> Edited:
    reverse, kept = way_back
    kept_bytes = new.original.size if kept is not None else 0
    parted = new.original.stat.nlink > 1
    after = replace(after, stat=new.replace(reverse=reverse, keep=kept))
    proof = after.proof | ({"warnings": new.warnings} if new.warnings else {})
    edited = protocol.done(
        work.task,
        after,
        original=original,
        outcome=work.success(strategy, proof, message=message or (protocol.PARTED if parted else "")),
        journal_bytes=new.journal_bytes,
        backup_kind="delta" if reverse is not None else "tags" if kept is None else "original",
        kept=kept,
        kept_bytes=kept_bytes,
        parted_inode=new.original.stat.inode if parted else None,
    )
    new.commit()
    return edited
