"""`operations retry`, and the confirmation of `operations retry` and `jobs retry`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import options, output
from indexium_core.cli.frame import opened
from indexium_core.cli.operations import follow, operations, rollback, write
from indexium_core.cli.operations import publication_questions as questions
from indexium_core.cli.options import AsJson
from indexium_core.model.operations.outcomes import items_in_words

if TYPE_CHECKING:
    from indexium_core.services import LibraryServices


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryConfirmation:
    """What a retry of an operation would do."""

    sentences: Sequence[str]  # printed before the confirmation
    has_work: bool = True  # False: no file can be retried
    excluded: Mapping[str, int] = field(default_factory=dict)  # for a write: excluded files by risk level
    announced: frozenset[int | None] = frozenset()  # ids of files whose conflicts the sentences name


@operations.operations.command("retry", epilog="Example: indexium operations retry 3 --risk safe")
def retry(
    context: typer.Context,
    operation_id: options.Id,
    risk: Annotated[
        str | None, typer.Option(help="Levels to write, e.g. safe,warning; default: those of the operation.")
    ] = None,
    yes: options.Yes = False,
    note: options.Note = "",
    as_json: AsJson = False,
) -> None:
    """
    Retry the files that an operation did not change: failed, conflict, unknown or not started.

    Files of a write are read and planned again, and so are the titles of a publication; files of a rollback are rolled
    back.
    """
    levels = write.levels_of(risk) if risk is not None else None
    with opened(context) as library:
        again = ask_again(library, operation_id, risk=levels, yes=yes)
        if not again.has_work:
            if as_json:
                output.to_json({"operation_id": None, "items": [], "excluded": again.excluded})
            return
        handle = library.retries.start(operation_id, risk=levels, note=note, source="cli")
        follow.follow(library, handle, "Retrying", as_json=as_json, announced=again.announced)


def ask_again(
    library: LibraryServices,
    operation_id: int,
    *,
    risk: tuple[str, ...] | None = None,
    resumes: bool = False,
    yes: bool,
) -> RetryConfirmation:
    """
    Print what a retry of an operation would do, and ask for confirmation unless there is nothing to do.

    Args:
        library: The library of the operation.
        operation_id: The operation.
        risk: Levels to write; None: the levels of the operation.
        resumes: The operation was interrupted; its job continues with the remaining files, without a new plan.
        yes: Do not ask.

    Raises:
        UnknownIdError: There is no such operation.
        UsageError: It cannot be retried, or the answer was no.

    """
    try:
        again = _resume_question(library, operation_id) if resumes else _retry_question(library, operation_id, risk)
    except errors.UsageError as error:
        if error.reason != "nothing_to_write":
            raise
        again = RetryConfirmation(sentences=[error.message], has_work=False)
    for sentence in again.sentences:
        output.note(sentence)
    if again.has_work:
        options.ask(yes=yes)
    return again


def _resume_question(library: LibraryServices, operation_id: int) -> RetryConfirmation:
    operation = library.operation(operation_id, per_page=1).operation
    left = items_in_words(operation.remaining, operation.operation_type)
    return RetryConfirmation(sentences=[f"Operation {operation_id} would resume with {left}."])


def _retry_question(library: LibraryServices, operation_id: int, risk: tuple[str, ...] | None) -> RetryConfirmation:
    match library.status(operation_id).operation_type:
        case "rollback":
            return _rollback_question(library, operation_id)
        case "publish":
            return _publication_question(library, operation_id, risk)
    found = library.retries.preview(operation_id)
    options = replace(found.options, risk=risk or found.options.risk)
    preview = library.previews.of_write(found.plan, options, selection=found.selection)
    excluded = preview.summary.excluded
    if not preview.summary.count:
        return RetryConfirmation(sentences=[write.nothing(preview.summary)], has_work=False, excluded=excluded)
    return RetryConfirmation(sentences=[write.question(preview)], excluded=excluded)


def _publication_question(
    library: LibraryServices, operation_id: int, risk: tuple[str, ...] | None
) -> RetryConfirmation:
    summary = library.retries.preview_publication(operation_id, risk=risk).summary
    text = questions.question(summary) if summary.titles else questions.nothing(summary)
    return RetryConfirmation(sentences=[text], has_work=bool(summary.titles), excluded=summary.excluded)


def _rollback_question(library: LibraryServices, operation_id: int) -> RetryConfirmation:
    check = library.retries.preview_rollback(operation_id)
    if not check.can_rollback:
        raise errors.UsageError(check.reason)
    announced = frozenset(item.file_id for item in check.conflicts)
    return RetryConfirmation(sentences=list(rollback.sentences_of(check)), announced=announced)
