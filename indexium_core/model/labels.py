"""
Labels of review steps: the effect of a decision, in the past tense and without a capital letter.

A label stands alone in the list of steps and after a prefix such as “Undo:”. `wording.sentence` makes a sentence of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from indexium_core.model import wording
from indexium_core.model.fields.table import title_of

_MAX_NAMED = 2  # people that a label names


def edited(file_count: int, people: Sequence[str]) -> str:
    """Return the label of an edit that gives all files one list of people."""
    return (
        f"edited the people of {wording.files(file_count)}"
        if people
        else f"removed all people from {wording.files(file_count)}"
    )


def changed(file_count: int, added: Mapping[str, int], removed: Mapping[str, int]) -> str:
    """Return the label of additions and removals. Up to two people are named; the mappings have file counts by name."""
    if not 0 < len(added) + len(removed) <= _MAX_NAMED:
        return f"edited the people of {wording.files(file_count)}"
    additions = [f"added {name} to {wording.files(count)}" for name, count in added.items()]
    return ", ".join([*additions, *(f"removed {name} from {wording.files(count)}" for name, count in removed.items())])


def learned(file_count: int, names: Sequence[str]) -> str:
    """Return the label of assignments that the database took from files."""
    if len(names) != 1:
        return f"added the people of {wording.files(file_count)} to the database"
    return f"added {names[0]} to {wording.files(file_count)} in the database"


def same_recordings(file_count: int) -> str:
    """Return the label of answers that files are the recordings of missing ones."""
    return f"took the people and decisions of missing recordings for {wording.files(file_count)}"


def forgotten(file_count: int, names: Sequence[str]) -> str:
    """Return the label of people that were removed from files in the database."""
    return f"removed {wording.list_of(names)} from {wording.files(file_count)} in the database"


def merged(old: str, new: str) -> str:
    """Return the label of a merge of two people."""
    return f"merged {old} into {new}"


def renamed(old: str, new: str) -> str:
    """Return the label of a renamed person."""
    return f"renamed {old} to {new}"


def split(old: str, new: str, file_count: int) -> str:
    """Return the label of a new person who gets some files of another one."""
    return f"split {wording.files(file_count)} of {old} off to {new}"


def unmerged(name: str, old: str) -> str:
    """Return the label of a merge that was reverted."""
    return f"unmerged {name} from {old}"


def corrected_spelling(file_count: int, name: str) -> str:
    """Return the label of a corrected spelling."""
    return f"corrected the spelling of {name} in {wording.files(file_count)}"


def removed_placeholder(file_count: int, name: str) -> str:
    """Return the label of the removal of a placeholder name."""
    return f"removed the placeholder {name} from the plan of {wording.files(file_count)}"


def replaced(file_count: int, old: str, new: str) -> str:
    """Return the label of a replacement of one person by another."""
    return f"replaced {old} with {new} in {wording.files(file_count)}"


def set_fields(file_count: int, keys: Iterable[str]) -> str:
    """Return the label of edits of fields, by their keys."""
    titles = [title_of(key).lower() for key in keys]
    return f"set {wording.list_of([f'the {title}' for title in titles])} of {wording.files(file_count)}"


def favorites(file_count: int, *, added: bool) -> str:
    """Return the label of files that became favorites, or no favorites."""
    return f"{'added' if added else 'removed'} {wording.plural(file_count, 'favourite')}"


def skipped(file_count: int, until: datetime | None) -> str:
    """Return the label of a postponement, with the local day on which it ends."""
    if until is None:
        return f"skipped {wording.files(file_count)}"
    local = until.astimezone()
    return f"skipped {wording.files(file_count)} until {local.day} {local:%b %Y}"


def modes(file_count: int, people_mode: str | None, comment_mode: str | None) -> str:
    """Return the label of a choice of modes; None is a mode that was not chosen."""
    chosen = {"people": people_mode, "comment": comment_mode}
    parts = [f"the {name} mode “{mode}”" for name, mode in chosen.items() if mode]
    return f"set {' and '.join(parts)} for {wording.files(file_count)}"


def stopped_skipping(file_count: int) -> str:
    """Return the label of the end of postponements."""
    return f"stopped skipping {wording.files(file_count)}"


def revoked(decision_count: int) -> str:
    """Return the label of revoked decisions."""
    return f"removed {wording.plural(decision_count, 'decision')}"


def revoked_decisions_on(file_count: int) -> str:
    """Return the label of all revoked decisions on some files."""
    return f"removed the decisions on {wording.files(file_count)}"


def turn_summary(
    label: str, *, undone: bool, changed: int, left: int, gone: int, written: int, names_stay: bool = False
) -> str:
    """
    Return the result of an undo or redo, in sentences.

    Args:
        label: The label of the step.
        undone: The step was undone; false: it was redone.
        changed: Files whose decisions changed.
        left: Files that keep a newer decision.
        gone: Files that no longer exist.
        written: Files that were written since the step.
        names_stay: The step's people have changed since the step, so they are not changed.

    """
    verb = "undone" if undone else "redone"
    if names_stay:
        sentences = [f"Not {verb}: {label}. These people have newer changes, which stay."]
    else:
        sentences = [f"{verb.capitalize()}: {label}."]
        if left:
            kept = "is not changed, because it has" if left == 1 else "are not changed, because they have"
            sentences.append(f"{wording.files(left)} {kept} a newer decision.")
    if gone:
        sentences.append(f"{wording.files(gone)} no longer exist{'s' if gone == 1 else ''}.")
    if written and undone:
        was = "was written since and keeps its" if written == 1 else "were written since and keep their"
        sentences.append(
            f"{wording.files(written)} {was} people. To change that, roll the write back on the "
            "History page, or with 'indexium rollback ID'."
        )
    if not changed and not left and not gone:
        sentences.append("No file was affected.")
    return " ".join(sentences)
