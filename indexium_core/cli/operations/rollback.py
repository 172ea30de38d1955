"""`rollback`: restore the files of an operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.operations.follow import follow
from indexium_core.cli.options import AsJson, DryRun, Id, Note, Yes, ask
from indexium_core.model import wording
from indexium_core.model.approval import waiting_sentence
from indexium_core.model.operations.rollback import ROLLBACK_CHOICES, ConflictItem, RollbackCheck, RollbackOptions

# The options for these choices.
_HOW = {"newer": "--with-newer", "comment": "--changed comment", "replace": "--changed replace"}


@app.command(epilog="Example: indexium rollback 3 --dry-run")
def rollback(
    context: typer.Context,
    operation_id: Id,
    query: Annotated[
        str,
        typer.Argument(
            help='Only files whose path or people have these words; path:TEXT and person:"Ann Lee" name the field.'
        ),
    ] = "",
    person: Annotated[
        str, typer.Option(help="Remove only this person's name; the rest of each file stays the same.")
    ] = "",
    changed: Annotated[
        str,
        typer.Option(
            help="For files that another program changed, or without a backup: skip, comment (restore only the "
            "comment), or replace (restore the files beside the media all the same)."
        ),
    ] = "skip",
    with_newer: Annotated[
        bool, typer.Option("--with-newer", help="Roll newer operations on the same files back first.")
    ] = False,
    replan: Annotated[
        bool, typer.Option("--replan", help="Keep the files in the plan instead of skipping them.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Roll an operation back: every file gets its old bytes again."""
    choices: dict[str, Any] = {"person": person, "changed": changed}
    options = RollbackOptions(query=query, **choices, with_newer=with_newer)
    with opened(context) as library:
        # With a callback, Ctrl-C also ends a check that runs in the service.
        checked = library.previews.of_rollback(operation_id, options, on_progress=lambda *_: None)
        check = checked.check
        if dry_run and as_json:
            output.to_json({"operation_id": None, "dry_run": True, "check": check.as_dict()})
        if not check.can_rollback and not (dry_run and check.conflicts):
            raise errors.UsageError(check.reason)
        if not (dry_run and as_json):
            for sentence in sentences_of(check, person=person, changed=changed, with_newer=with_newer):
                output.note(sentence)
        if dry_run:
            raise typer.Exit(1 if check.conflicts else 0)
        if checked.reasons:
            output.note(waiting_sentence(checked.reasons))
        ask(yes=yes)
        handle = library.rollback(
            operation_id, query, **choices, with_newer=with_newer, replan=replan, note=note, source="cli"
        )
        announced = {item.file_id for item in check.conflicts}
        follow(library, handle, "Rolling back", as_json=as_json, announced=announced)


def sentences_of(
    check: RollbackCheck, *, person: str = "", changed: str = "skip", with_newer: bool = False
) -> Iterator[str]:
    """Yield the effect of a rollback, one sentence per line, and the files that it would skip."""
    yield from _main_effect(check, person)
    yield from check.hard_link_sentences()
    if changed == "comment" and check.comment_only:
        yield f"{wording.files(check.comment_only)} would get back only the comment, not all old bytes."
    if changed == "replace" and check.replaceable:
        has = "has" if check.replaceable == 1 else "have"
        yield (
            f"{wording.plural(check.replaceable, check.noun)} of these {has} files that another program changed. "
            "Their present bytes are kept: a rollback of the rollback restores them."
        )
    if with_newer and check.newer:
        yield f"Newer operations on these files would be rolled back first: {', '.join(map(str, check.newer))}."
    for number, rest in check.conflict_reasons():
        yield f"{wording.plural(number, check.noun)} {rest}."
    for item in check.conflicts:
        yield f"  conflict: {item.title or item.file_path}: {item.message}{_choice(item)}"


def _main_effect(check: RollbackCheck, person: str) -> Iterator[str]:
    if person and check.reason:
        yield check.reason
    elif person:
        yield f"{person} would be removed from {wording.files(check.restorable)}; the rest of each file stays the same."
    elif check.exact or not check.restorable:
        what = f"{'The files of ' if check.noun == 'title' else ''}{wording.plural(check.exact, check.noun)}"
        is_one = check.exact == 1 and check.noun == "file"
        yield f"{what} would get {'its' if is_one else 'their'} old bytes back."


def _choice(item: ConflictItem) -> str:
    """Return the other choices for a file, in brackets; "" for none."""
    found = [f"{ROLLBACK_CHOICES[each]}{f': {_HOW[each]}' if each in _HOW else ''}" for each in item.choices]
    return f" ({'; '.join(found)})" if found else ""
