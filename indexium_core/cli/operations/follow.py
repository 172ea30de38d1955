"""Follow a running operation to its end, and report the result."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import typer

from indexium_core import errors, signals
from indexium_core.cli import output
from indexium_core.model import wording
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import (
    FAILED_STATUSES,
    ItemDetails,
    MetadataOperation,
    OperationDetails,
    OperationStatus,
    postpones,
)
from indexium_core.model.operations.outcomes import noun_of, outcome_label, outcome_of, success_of

if TYPE_CHECKING:
    from indexium_core.flows.writing.writer import OperationHandle
    from indexium_core.services import LibraryServices

_ENDED_ELSEWHERE = ("cancelled", "interrupted")  # end states that this command did not cause

_ENDED_AS = {  # words for the end of an operation that differ from those for a failed file
    "completed": "completed",
    "completed_with_errors": "completed with errors",
    "failed": "stopped because of an error",
    "cancelled": "was cancelled",
    "interrupted": "was interrupted",
}

REPLAN = "indexium postpone issue:rolled_back --stop-skipping"  # files that a person skipped stay skipped


def note_interruptions(library: LibraryServices) -> None:
    """Print the operations that were interrupted, unless the notices of the home name them."""
    for each in () if library.notices else library.interruptions.operations(files=0):
        output.note(f"{each.summary()} {each.next_commands()}")


def follow(
    library: LibraryServices,
    handle: OperationHandle,
    title: str,
    *,
    as_json: bool,
    excluded: Mapping[str, int] | None = None,
    announced: Collection[int | None] = (),
) -> None:
    """
    Show a progress bar until the operation has ended, print the report, and exit with its code.

    Ctrl-C cancels the operation after the files in progress. An operation in a service continues in the service
    instead. The command prints a message when a person pauses the operation, and fails if a person cancels it.

    Args:
        library: The library that runs the operation.
        handle: The operation.
        title: Title of the progress bar.
        as_json: Print one JSON document.
        excluded: Numbers of files that were excluded, by risk level.
        announced: Ids of files whose conflicts were printed before the start.

    """
    pause_text = ""
    try:
        with output.bar(
            title
        ) as update:  # inside: the import of the bar takes a moment in which somebody presses Ctrl-C
            while not (status := handle.wait(0.2)).finished:
                if (status.status == "paused") != bool(pause_text):
                    pause_text = "" if pause_text else library.jobs.of_operation(handle.id).pause_text or "paused"
                    output.note(_pause_sentence(handle.id, pause_text))
                update(status.current, status.total, pause_text or status.current_text)
    except (KeyboardInterrupt, signals.Stopped) as interruption:
        if not any(each.operation_id == handle.id for each in library.jobs.unrecorded()):
            leave(handle, interruption)
        raise
    except errors.StoreError as error:
        if error.reason != "service_gone":
            raise
        message = (
            f"The service ended during operation {handle.id}; no file is half-written. "
            f"'indexium operations resume {handle.id}' resumes it. If the service received a stop signal, "
            "'indexium serve' resumes it automatically."
        )
        raise errors.StoreError(message, code=error.reason) from error
    raise typer.Exit(report(library, handle.id, as_json=as_json, excluded=excluded, announced=announced))


def report(
    library: LibraryServices,
    operation_id: int,
    *,
    as_json: bool,
    excluded: Mapping[str, int] | None = None,
    announced: Collection[int | None] = (),
) -> int:
    """Print the result of an operation and the next commands; return the exit code. Arguments as those of `follow`."""
    details = library.operation(operation_id, per_page=0)
    operation, items = details.operation, details.items
    partly = [item for item in items if item.status == "success" and item.code]  # written without all of their fields
    if as_json:
        extra = {"excluded": excluded} if excluded is not None else {}
        output.to_json({**operation.as_dict(), **extra, "items": items})
    else:
        _print_result(library, details, partly, announced)
    if operation.status in _ENDED_ELSEWHERE and not operation.error_message:
        output.complain(_ended_elsewhere(library, operation))
    undone = operation.failure_count + operation.conflict_count + operation.unknown_count
    return 1 if undone or partly or operation.status in ("failed", *_ENDED_ELSEWHERE) else 0


def _print_result(
    library: LibraryServices, details: OperationDetails, partly: list[ItemDetails], announced: Collection[int | None]
) -> None:
    operation, items = details.operation, details.items
    bad = [item for item in items if item.status in FAILED_STATUSES]
    named = [item for item in bad if item.status != "conflict" or item.file_id not in announced]
    noun = "title" if items and all(item.entity_type for item in items) else "file"
    _print_operation(operation, [*named, *partly], noun)
    _print_next_commands(operation, bad, noun)
    changed = {item.file_id for item in items if item.status == "success" and item.file_id is not None}
    if changed and _postpones(library, operation):
        _print_skipped(len(changed))


def _ended_elsewhere(library: LibraryServices, operation: MetadataOperation) -> str:
    """Return the message that an operation was cancelled or interrupted, and by which other person."""
    if operation.status == "interrupted":
        return f"Operation {operation.id} was interrupted because its program received a stop signal."
    events = library.stories.build(operation.id, per_page=1).happenings
    by = next((each.text for each in reversed(events) if each.what == "cancelled"), "")
    if by in ("", f"by {operation.user_name}"):
        by = "in another program or terminal"
    return f"{cancelled(operation)} {by}; {files_stay(operation.operation_type)}."


def cancelled(operation: MetadataOperation | OperationStatus) -> str:
    """Return the message that an operation was cancelled, without a full stop."""
    name = {"rollback": "Rollback", "publish": "Publication"}.get(operation.operation_type, "Operation")
    return f"{name} {operation.id} was cancelled"


def files_stay(operation_type: str) -> str:
    """Return the message about files, or titles, that a cancelled operation changed."""
    success = success_of(operation_type)
    return f"{success} {noun_of(operation_type)}s stay {success}"


def _postpones(library: LibraryServices, operation: MetadataOperation) -> bool:
    """Return whether the plan skips the files that an operation changed."""
    if operation.operation_type != "rollback" and operation.user_action != "rollback_person":
        return False
    return postpones(operation.operation_type, library.stories.build(operation.id, per_page=1).options)


def _pause_sentence(operation_id: int, pause_text: str) -> str:
    if not pause_text:
        return f"Operation {operation_id} resumes."
    return f"Operation {operation_id} is {pause_text}; 'indexium operations resume {operation_id}' resumes it."


def leave(handle: OperationHandle, interruption: BaseException) -> None:
    """Cancel the operation of an interrupted command, or leave it to the service; print what happens to it."""
    from indexium_core.api.remote import runs_in_service

    number = handle.id
    if runs_in_service(handle) and handle.status().status == "paused":
        output.note(
            f"Operation {number} stays paused in the service: 'indexium operations resume {number}' resumes it, "
            f"'indexium operations cancel {number}' cancels the rest."
        )
    elif runs_in_service(handle):
        output.note(
            f"Operation {number} continues in the service: 'indexium operations show {number}' shows its progress, "
            f"'indexium operations pause {number}' pauses it, 'indexium operations cancel {number}' cancels the rest."
        )
    elif isinstance(interruption, signals.Stopped):
        output.note(
            f"Operation {number} resumes when 'indexium serve' starts, or with 'indexium operations resume {number}'."
        )
    else:
        handle.cancel()
        status = handle.wait()
        back = status.can_rollback and status.operation_type != "rollback"
        output.note(
            f"Operation {number} is {status.status.replace('_', ' ')}: {_counts(status)}."
            + (f" 'indexium rollback {number}' restores the files that it changed." if back else "")
        )


def _print_skipped(count: int) -> None:
    output.note(f"{wording.plural(count, 'file is', 'files are')} skipped in the plan; '{REPLAN}' plans them again.")


def _print_operation(operation: MetadataOperation, items: list[ItemDetails], noun: str = "file") -> None:
    if items:
        output.table(
            (noun, "outcome", "code", "reason"),
            [
                (
                    item.title or item.file_path,
                    outcome_label(outcome_of(item.status, item.code, operation.operation_type)),
                    item.code,
                    item.message,
                )
                for item in items
            ],
        )
    came_to = _ENDED_AS.get(operation.status) or f"is {operation.status.replace('_', ' ')}"
    output.note(
        f"Operation {operation.id} ({operation.operation_type}) {came_to}: {_counts(operation, noun)}, "
        f"in {wording.duration(operation.seconds)}."
    )
    if operation.error_message:
        output.complain(operation.error_message)


def _counts(operation: MetadataOperation | OperationStatus, noun: str = "") -> str:
    """Return the number of files, or titles, by outcome, in words."""
    return summaries.outcome_summary(operation.outcomes, operation.operation_type, noun=noun)


def _print_next_commands(operation: MetadataOperation, bad: Collection[ItemDetails], noun: str = "file") -> None:
    """Print the commands that resume, retry or roll back an operation; `bad` are its files that were not written."""
    lasting = sum(item.code in errors.LASTING for item in bad)
    if operation.can_resume:
        output.note(f"'indexium operations resume {operation.id}' resumes it.")
    elif (len(bad) > lasting or operation.cancelled_count) and operation.user_action != "rollback_person":
        success = success_of(operation.operation_type)
        output.note(f"'indexium operations retry {operation.id}' retries the {noun}s that were not {success}.")
    if lasting and operation.reverts_id is not None:
        output.note(
            f"'indexium rollback {operation.reverts_id} --changed comment' restores at least the comment of "
            "files whose old bytes are gone."
        )
    if operation.can_rollback:
        what = "this rollback" if operation.operation_type == "rollback" else "it"
        command = f"'indexium rollback {operation.id}' rolls {what} back, byte for byte."
        output.note(f"{command} {operation.rollback_reason}".rstrip())
