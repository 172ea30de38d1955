"""The output of `operations show`: the story of an operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from indexium_core.cli import output
from indexium_core.model import wording
from indexium_core.model.operations import strategies
from indexium_core.model.operations.operation import Attempt, ItemDetails
from indexium_core.model.operations.outcomes import noun_of, outcome_counts, outcome_label, outcome_of
from indexium_core.model.operations.story import OperationStory, has_backup
from indexium_core.model.publishing.publication import ACTION_WORDS

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
