"""The restore of values instead of bytes: the write that restores the old comment of a file, or its people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, FileFacts, FileStat
from indexium_core.model.people import people_comment
from indexium_core.store.operations.ledger_rows import Restore, RollbackCandidate


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
