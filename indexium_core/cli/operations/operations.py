"""`operations`: list, show, pause, resume and cancel operations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.operations.follow import cancelled, files_stay, follow
from indexium_core.cli.operations.history import history
from indexium_core.cli.options import MOST, AsJson, Id
from indexium_core.model import wording
from indexium_core.model.files import strategies
from indexium_core.model.operations.operation import Attempt, ItemDetails, OperationStatus
from indexium_core.model.operations.outcomes import (
    ACTION_WORDS,
    items_in_words,
    noun_of,
    outcome_counts,
    outcome_label,
    outcome_of,
)
from indexium_core.model.operations.story import OperationStory, has_backup

FILES = 200  # files on a page
_IN_PROGRESS = "in progress"  # outcome of a file that is being written
_LINES = 40  # last lines of the log that are shown
_QUIET = (
    "job.progress",
    "job.changed",
    *(f"file.{outcome}" for outcome in ("written", "restored", "skipped", "undone", "not_started")),
    *("file.success", "file.cancelled"),  # in logs of older versions
)  # lines with facts that the tables already show
_COMMENT = 60  # characters of a comment that are shown
_HEAD = ("at", "level", "event")
_KNOWN = ("job_id", "operation_id", "traceback")  # equal in every line, or too long for a line
operations = typer.Typer(help="Writes and rollbacks, running and ended.", no_args_is_help=True)
app.add_typer(operations, name="operations")
_PAUSING = "Operation {} is pausing: the files in progress continue."


def print_story(story: OperationStory, *, running: int = 0) -> None:
    """Print the request, the events, the outcome of each file (`running`: files in progress), and the log."""
    output.table(("operation", str(story.operation.id)), _facts(story, running))
    output.say_out("")
    output.table(
        ("when", "what", ""),
        [(f"{each.at.astimezone():%Y-%m-%d %H:%M:%S}", each.what, each.text) for each in story.happenings],
    )
    output.say_out("")
    output.table(
        (
            noun_of(story.operation.operation_type),
            "outcome",
            "how",
            "took",
            "files" if _is_publication(story) else "people",
            "proof",
            "backup",
            "why",
        ),
        [_file(item, story.operation.operation_type) for item in story.items],
        right=(3,),
    )
    _print_page(story)
    again = [
        (item.file_path, str(number), _why(each))
        for item in story.items
        for number, each in enumerate(item.attempts, 1)
    ]
    if again:
        output.say_out("")
        output.table(("retried file", "attempt", "error"), again, right=(1,))
    lines = [line for line in story.log if line.get("event") not in _QUIET or line.get("level") != "info"]
    if lines:
        output.say_out("")
        output.table(("log", "level", "what", ""), map(_line, lines[-_LINES:]))
    if story.job is not None:
        output.note(f"'indexium jobs log {story.job.id}' shows the whole log.")


def _facts(story: OperationStory, running: int) -> Iterable[tuple[str, str]]:
    operation, options = story.operation, story.options
    yield "type", operation.operation_type
    yield "state", operation.status.replace("_", " ")
    yield "request", operation.user_action.replace("_", " ")
    if operation.user_note:
        yield "note", operation.user_note
    if operation.reverts_id:
        yield "rolls back", f"operation {operation.reverts_id}"
    if operation.plan_id:
        yield "plan", str(operation.plan_id)
    if options:
        values = {name.replace("_", " "): _option_text(value) for name, value in options.items() if value is not None}
        yield "options", ", ".join(f"{name} {value}" for name, value in values.items())
    if story.job is not None:
        yield "job", _job(story)
    yield f"{noun_of(operation.operation_type)}s", _files(story, running)
    if not _is_publication(story):
        yield "people", f"+{operation.tags_added:,} −{operation.tags_removed:,}"
    if operation.seconds:  # unknown if interrupted before its first result
        yield "took", wording.duration(operation.seconds)
    if story.rolled_back_by:
        yield "rolled back by", ", ".join(map(str, story.rolled_back_by))
    yield "roll back", _rollback_text(story)


def _is_publication(story: OperationStory) -> bool:
    return story.operation.operation_type == "publish"


def _option_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def _job(story: OperationStory) -> str:
    job = story.job
    assert job is not None  # the caller has checked this
    retried = f", retried {wording.plural(job.retry_count, 'time')}" if job.retry_count else ""
    paused = f", paused by {job.paused_by or 'an unknown user'}" if job.status == "paused" else ""
    return f"{job.id}, {job.status.replace('_', ' ')}, priority {job.priority}{retried}{paused}"


def _files(story: OperationStory, running: int) -> str:
    operation = story.operation
    counts = dict(operation.outcomes)
    running = min(running, counts["not_started"])
    counts["not_started"] -= running
    parts = [outcome_counts(counts), f"{running:,} {_IN_PROGRESS}" if running else ""]
    return f"{operation.file_count:,}: {', '.join(filter(None, parts)) or 'none'}"


def _rollback_text(story: OperationStory) -> str:
    operation = story.operation
    if not operation.can_rollback:
        return f"no: {operation.rollback_reason}"
    until = f" until {operation.expires_at.astimezone():%Y-%m-%d}" if operation.expires_at else ""
    kept = f"{wording.size(operation.backup_bytes)} kept"
    return f"'indexium rollback {operation.id}'{until}, {kept}. {operation.rollback_reason}".rstrip()


def _print_page(story: OperationStory) -> None:
    """Print which page of the files is shown, if there are several."""
    total, each, number = story.operation.file_count, story.per_page, story.operation.id
    if not each or total <= each:
        return
    first = (story.page - 1) * each + 1
    more = f"; 'indexium operations show {number} --page {story.page + 1}' shows more" if first + each <= total else ""
    shown = f"{first:,} to {first + len(story.items) - 1:,}" if story.items else "none"
    output.note(f"{noun_of(story.operation.operation_type).capitalize()}s {shown} of {total:,}{more}.")


def _why(found: Attempt | ItemDetails) -> str:
    return ", ".join(part for part in (found.code, found.message) if part)


def _outcome(item: ItemDetails, operation_type: str) -> str:
    """Return the outcome of a file so far, with the labels of the counts."""
    return (
        _IN_PROGRESS if item.status == "writing" else outcome_label(outcome_of(item.status, item.code, operation_type))
    )


def _file(item: ItemDetails, operation_type: str) -> tuple[str, ...]:
    checks = len(item.proof) - bool(item.attempts)
    back = f"rolled back by {item.rolled_back_by}" if item.rolled_back_by else ""
    kept = f"{item.backup_kind} {wording.size(item.backup_bytes)}" if has_backup(item) else ""
    return (
        item.file_path,
        _outcome(item, operation_type),
        strategies.in_a_word(item.strategy),
        wording.duration(item.seconds) if item.seconds else "",
        _change(item),
        wording.plural(checks, "check") if checks else "",
        back or kept,
        _why(item),
    )


def _change(item: ItemDetails) -> str:
    people = [f"+{name}" for name in item.tags_added] + [f"−{name}" for name in item.tags_removed]
    if people:
        return ", ".join(people)
    if item.side_files:
        return ", ".join(f"{each.path.rpartition('/')[2]} {ACTION_WORDS[each.action]}" for each in item.side_files)
    comment = item.new_comment or ""
    return comment if len(comment) <= _COMMENT else comment[:_COMMENT] + "…"


def _line(line: Mapping[str, Any]) -> tuple[str, str, str, str]:
    level, event = str(line.get("level", "")), str(line.get("event", ""))
    at = f"{datetime.fromisoformat(line['at']).astimezone():%Y-%m-%d %H:%M:%S}" if "at" in line else ""
    return at, level, event, output.named(line, without=(*_HEAD, *_KNOWN))


@operations.command("list", epilog="Example: indexium operations list --json")
def list_operations(context: typer.Context, as_json: AsJson = False) -> None:
    """Show all operations, newest first."""
    history(context, as_json=as_json)


@operations.command("show", epilog="Example: indexium operations show 3")
def show(
    context: typer.Context,
    operation_id: Id,
    page: Annotated[int, typer.Option(min=1, max=MOST, help="Page of the files.")] = 1,
    per_page: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="Files of a page, 0 = all; default 200, with --json all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show an operation in full: its request, its events, every file, and the end of its log."""
    count = per_page if per_page is not None else 0 if as_json else FILES
    with opened(context) as library:
        found = library.stories.build(operation_id, page=page, per_page=count)
        status = library.status(operation_id)
    if as_json:
        output.to_json(found.as_dict())
        return
    print_story(found, running=len(status.working))
    _print_in_progress(found.items, status)


def _print_in_progress(items: Collection[ItemDetails], status: OperationStatus) -> None:
    """Print the progress of the files that are being written, because one large file can take minutes."""
    if status.pausing:
        output.note(_PAUSING.format(status.id))
    elif status.idle:
        output.note(f"Operation {status.id} is paused: no file is in progress.")
    for item in items:
        if item.id in status.working:
            share = (
                f", {status.fractions[item.id]:.0%} of its new file is written" if item.id in status.fractions else ""
            )
            output.note(
                f"{item.file_path} has been in progress for {wording.duration(status.working[item.id])}{share}."
            )


@operations.command("people", epilog="Example: indexium operations people 3")
def people_of(context: typer.Context, operation_id: Id, as_json: AsJson = False) -> None:
    """Show the people that an operation wrote, and from how many files 'rollback ID --person NAME' can remove each."""
    with opened(context) as library:
        found = library.history.people_of(operation_id)
    header = ("person", "files", "removable")
    output.listing(
        found,
        header,
        lambda each: (each.name, each.files, each.able),
        right=(1, 2),
        empty=f"Operation {operation_id} wrote no person. 'indexium operations show {operation_id}' shows what it did.",
        as_json=as_json,
    )


@operations.command("pause", epilog="Example: indexium operations pause 3")
def pause(context: typer.Context, operation_id: Id) -> None:
    """Pause an operation that runs in the service, when the files in progress have ended; 'resume' continues it."""
    with opened(context) as library:
        if not library.pause(operation_id):
            pause_text = library.jobs.of_operation(operation_id).pause_text
            state = pause_text or library.status(operation_id).status.replace("_", " ")
            hint = (
                f"'indexium operations resume {operation_id}' resumes it" if pause_text else "there is nothing to pause"
            )
            raise errors.UsageError(f"Operation {operation_id} is {state}: {hint}.", code="wrong_state")
        status = library.status(operation_id)
    if status.finished:
        output.note(_too_late(status, "paused"))
        return
    if status.pausing:  # the wait for these files has ended
        output.note(_PAUSING.format(status.id))
    else:
        output.note(f"Operation {operation_id} is paused; 'indexium operations resume {operation_id}' resumes it.")


def _too_late(status: OperationStatus, action: str) -> str:
    total = items_in_words(status.total, status.operation_type)
    result = f"{status.status.replace('_', ' ')}, {status.current:,} of {total}"
    return output.too_late(f"Operation {status.id}", action, result)


@operations.command("resume", epilog="Example: indexium operations resume 3")
def resume(context: typer.Context, operation_id: Id, as_json: AsJson = False) -> None:
    """Resume a paused or interrupted operation and wait for its end; no file is written twice."""
    with opened(context) as library:
        follow(library, library.resume(operation_id), "Resuming", as_json=as_json)


@operations.command("cancel", epilog="Example: indexium operations cancel 3")
def cancel(context: typer.Context, operation_id: Id) -> None:
    """Cancel the rest of an operation."""
    with opened(context) as library:
        library.cancel(operation_id)
        status = library.status(operation_id)
    if status.finished and status.status != "cancelled":
        output.note(_too_late(status, "cancelled"))
        return
    if status.finished and status.operation_type != "write":
        output.note(f"{cancelled(status)}; {files_stay(status.operation_type)}.")
        return
    soon = "" if status.finished else " as soon as the files in progress are written or restored"
    back = "; its written files can be rolled back" if status.can_rollback else ""
    output.note(f"Operation {operation_id} is cancelled{soon}{back}.")


@operations.command("rename", epilog="Example: indexium operations rename 3 'before the party'")
def rename(
    context: typer.Context,
    operation_id: Id,
    title: Annotated[str, typer.Argument(help="The new title; '' removes it.")],
) -> None:
    """Change the title of an operation in the history."""
    with opened(context) as library:
        title = library.operations.rename(operation_id, title)
    output.note(
        f"Operation {operation_id} is called '{title}'." if title else f"Operation {operation_id} has no title."
    )
