"""Follow a running operation to its end, and report the result."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import typer

from indexium_core import errors, signals
from indexium_core.api import remote
from indexium_core.cli import output
from indexium_core.library import LibraryServices, OperationHandle
from indexium_core.model import wording
from indexium_core.model.operations.operation import (
    OUTCOMES,
    ItemDetails,
    MetadataOperation,
    became,
    postpones,
)

BAD = ("failed", "conflict", "unknown")


_ENDED_BY_OTHERS = {  # states that a command which waits for the end brings about only by being broken off itself
    "cancelled": "was cancelled by somebody else; what it did stays done",
    "interrupted": "was interrupted: the program that was at it was told to stop",
}


_CAME_TO = {  # how an operation ended, where a file that failed is not to be taken for it
    "completed": "completed",
    "completed_with_errors": "completed with errors",
    "failed": "stopped by itself",
    "cancelled": "was cancelled",
    "interrupted": "was interrupted",
}


AGAIN = "indexium postpone postponed:yes --bring-back"


def follow(
    library: LibraryServices,
    handle: OperationHandle,
    title: str,
    *,
    as_json: bool,
    excluded: Mapping[str, int] | None = None,
    said: Collection[int] = (),
) -> None:
    """
    Show a bar until the operation has ended; an interrupt cancels it after the files under way.

    One that runs in the service goes on there instead. Whether somebody holds it there is told, and where somebody ends
    it this is no success.

    Args:
        library: Where it runs.
        handle: The operation.
        title: What the bar says.
        as_json: Print one JSON document.
        excluded: What was left out of it.
        said: Files of which it was said beforehand why they are left alone.

    """
    held = ""
    with output.bar(title) as update:
        try:
            while not (status := handle.wait(0.2)).finished:
                if (status.status == "paused") != bool(held):
                    held = "" if held else library.jobs.of_operation(handle.id).pause_text or "paused"
                    output.note(_say_held(handle.id, held))
                update(status.processed, status.total, held or status.now)
        except (KeyboardInterrupt, signals.Stopped) as left:
            if not any(each.operation_id == handle.id for each in library.jobs.unrecorded()):
                leave(handle, left)
            raise
        except errors.StoreError as error:
            if error.reason != "service_gone":
                raise
            message = (
                f"The service ended in the middle of operation {handle.id}; no file is left half-written. "
                f"'indexium operations resume {handle.id}' goes on with it; where the service was told to stop, "
                "'indexium serve' does so by itself."
            )
            raise errors.StoreError(message, code=error.reason) from error
    raise typer.Exit(report(library, handle.id, as_json=as_json, excluded=excluded, said=said))


def report(
    library: LibraryServices,
    operation_id: int,
    *,
    as_json: bool,
    excluded: Mapping[str, int] | None = None,
    said: Collection[int] = (),
) -> int:
    """Tell what an operation came to, and what can be done next; arguments of `follow`. Returns the exit code."""
    details = library.operation(operation_id, per_page=0)
    operation, items = details.operation, details.items
    if as_json:
        extra = {"excluded": excluded} if excluded is not None else {}
        output.to_json({**operation.as_dict(), **extra, "items": [item.as_dict() for item in items]})
    else:
        bad = [item for item in items if item.status in BAD]
        _print_operation(operation, [item for item in bad if item.status != "conflict" or item.file_id not in said])
        _say_ways(operation, bad)
        if operation.success_count and _postpones(library, operation):
            _say_postponed(len({item.file_id for item in items if item.status == "success"}))
    if operation.status in _ENDED_BY_OTHERS and not operation.error_message:
        output.complain(f"Operation {operation_id} {_ENDED_BY_OTHERS[operation.status]}.")
    undone = operation.failure_count + operation.conflict_count + operation.unknown_count
    return 1 if undone or operation.status in ("failed", *_ENDED_BY_OTHERS) else 0


def _postpones(library: LibraryServices, operation: MetadataOperation) -> bool:
    """Tell whether the files that an operation changed are postponed in the plan from then on."""
    if operation.operation_type != "rollback" and operation.user_action != "rollback_person":
        return False
    return postpones(operation.operation_type, library.stories.tell(operation.id, per_page=1).options)


def _say_held(operation_id: int, held: str) -> str:
    if not held:
        return f"Operation {operation_id} goes on."
    return f"Operation {operation_id} is {held}; 'indexium operations resume {operation_id}' lets it go on."


def leave(handle: OperationHandle, left: BaseException) -> None:
    """Bring an operation to the end that is due to it when its command is broken off, and say what becomes of it."""
    number = handle.id
    if remote.is_there(handle) and handle.status().status == "paused":
        output.note(
            f"Operation {number} stays held in the service: 'indexium operations resume {number}' lets it go on, "
            f"'indexium operations cancel {number}' gives up the rest."
        )
    elif remote.is_there(handle):
        output.note(
            f"Operation {number} goes on in the service: 'indexium operations show {number}' says how far it is, "
            f"'indexium operations pause {number}' holds it, 'indexium operations cancel {number}' gives up the rest."
        )
    elif isinstance(left, signals.Stopped):
        output.note(
            f"Operation {number} goes on by itself when 'indexium serve' starts, or with "
            f"'indexium operations resume {number}'."
        )
    else:
        handle.cancel()
        status = handle.wait()
        back = status.can_rollback and status.operation_type == "write"
        output.note(
            f"Operation {number} is {status.status.replace('_', ' ')}: {_counts(status.outcomes)}."
            + (f" 'indexium rollback {number}' takes back what it did." if back else "")
        )


def _say_postponed(count: int) -> None:
    output.note(
        f"{wording.plural(count, 'file is', 'files are')} skipped in the plan from now on; '{AGAIN}' brings "
        "them back (a rollback with --replan leaves them in it)."
    )


def _print_operation(operation: MetadataOperation, items: list[ItemDetails]) -> None:
    if items:
        output.table(
            ("file", "outcome", "code", "why"),
            [(item.file_path, OUTCOMES[became(item.status, item.code)], item.code, item.message) for item in items],
        )
    came_to = _CAME_TO.get(operation.status) or f"is {operation.status.replace('_', ' ')}"
    output.note(
        f"Operation {operation.id} ({operation.operation_type}) {came_to}: {_counts(operation.outcomes)}, "
        f"in {wording.duration(operation.seconds)}."
    )
    if operation.error_message:
        output.complain(operation.error_message)


def _counts(outcomes: Mapping[str, int]) -> str:
    """Return what became of the files: how many of them are done, and what else there is."""
    parts = [f"{outcomes['done']:,} of {wording.plural(sum(outcomes.values()), 'file')} done"]
    parts += [f"{count:,} {OUTCOMES[outcome]}" for outcome, count in outcomes.items() if count and outcome != "done"]
    return ", ".join(parts)


def _say_ways(operation: MetadataOperation, bad: Collection[ItemDetails]) -> None:
    """Say by which commands what was not done is gone on with, and what was done is taken back; `bad` as in BAD."""
    lasting = sum(item.code in errors.LASTING for item in bad)
    if operation.can_go_on:
        output.note(f"'indexium operations resume {operation.id}' goes on with it.")
    elif (len(bad) > lasting or operation.given_up) and operation.user_action != "rollback_person":
        output.note(f"'indexium operations retry {operation.id}' tries once more what was not done.")
    if lasting and operation.reverts_id is not None:
        output.note(
            f"'indexium rollback {operation.reverts_id} --changed comment' gives files whose old bytes cannot "
            "come back at least their comment."
        )
    if operation.can_rollback:
        what = "it" if operation.operation_type == "write" else "this rollback"
        way = f"'indexium rollback {operation.id}' takes {what} back, byte for byte."
        output.note(f"{way} {operation.rollback_reason}".rstrip())
