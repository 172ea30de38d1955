"""How `operations show` tells the whole story of an operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from indexium_core.cli import output
from indexium_core.model import wording
from indexium_core.model.operations import strategies
from indexium_core.model.operations.operation import Attempt, ItemDetails, outcome_label, outcome_of
from indexium_core.model.operations.story import OperationStory, has_backup

__all__ = ["FILES", "tell"]

FILES = 200  # of a page
_IN_PROGRESS = "in progress"  # outcome of a file that is being written
_LINES = 40  # of the log, the last
_QUIET = (
    "job.progress",
    "job.changed",
    "file.success",
    "file.skipped",
    "file.cancelled",
    "file.restored",
)  # lines that say nothing which the tables do not
_COMMENT = 60  # characters of one that are shown
_HEAD = ("at", "level", "event")
_KNOWN = ("job_id", "operation_id", "traceback")  # the same in every line, or too long for one


def tell(story: OperationStory, *, at_work: int = 0) -> None:
    """Print what was asked, when what happened, what became of each file (`at_work`: of so many yet), and the log."""
    output.table(("operation", str(story.operation.id)), _facts(story, at_work))
    output.say_out("")
    output.table(
        ("when", "what", ""),
        [(f"{each.at.astimezone():%Y-%m-%d %H:%M:%S}", each.what, each.text) for each in story.happenings],
    )
    output.say_out("")
    output.table(
        ("file", "outcome", "how", "took", "people", "proof", "backup", "why"),
        [_file(item, story.operation.operation_type) for item in story.items],
        right=(3,),
    )
    _say_where(story)
    again = [
        (item.file_path, str(number), _why(each))
        for item in story.items
        for number, each in enumerate(item.attempts, 1)
    ]
    if again:
        output.say_out("")
        output.table(("tried again", "try", "why it came to nothing"), again, right=(1,))
    lines = [line for line in story.log if line.get("event") not in _QUIET or line.get("level") != "info"]
    if lines:
        output.say_out("")
        output.table(("log", "level", "what", ""), map(_line, lines[-_LINES:]))
    if story.job is not None:
        output.note(f"'indexium jobs log {story.job.id}' shows the whole log.")


def _facts(story: OperationStory, at_work: int) -> Iterable[tuple[str, str]]:
    operation, options = story.operation, story.options
    yield "type", operation.operation_type
    yield "state", operation.status.replace("_", " ")
    yield "requested", operation.user_action.replace("_", " ")
    if operation.user_note:
        yield "note", operation.user_note
    if operation.reverts_id:
        yield "rolls back", f"operation {operation.reverts_id}"
    if operation.plan_id:
        yield "plan", str(operation.plan_id)
    if options:
        said = {name.replace("_", " "): _said(value) for name, value in options.items() if value is not None}
        yield "options", ", ".join(f"{name} {value}" for name, value in said.items())
    if story.job is not None:
        yield "job", _job(story)
    yield "files", _files(story, at_work)
    yield "people", f"+{operation.tags_added:,} −{operation.tags_removed:,}"
    if operation.seconds:  # of one that was cut off before its first result nobody knows
        yield "took", wording.duration(operation.seconds)
    if story.taken_back_by:
        yield "rolled back by", ", ".join(map(str, story.taken_back_by))
    yield "roll back", _way_back(story)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def _job(story: OperationStory) -> str:
    job = story.job
    assert job is not None  # asked before
    again = f", tried again {wording.plural(job.retry_count, 'time')}" if job.retry_count else ""
    held = f", held by {job.paused_by or 'somebody'}" if job.status == "paused" else ""
    return f"{job.id}, {job.status.replace('_', ' ')}, priority {job.priority}{again}{held}"


def _files(story: OperationStory, at_work: int) -> str:
    operation = story.operation
    counts = dict(operation.outcomes)
    at_work = min(at_work, counts["not_started"])
    counts["not_started"] -= at_work
    parts = [f"{count:,} {outcome_label(key, operation.operation_type)}" for key, count in counts.items() if count]
    parts += [f"{at_work:,} {_IN_PROGRESS}"] if at_work else []
    return f"{operation.file_count:,}: {', '.join(parts) or 'none'}"


def _way_back(story: OperationStory) -> str:
    operation = story.operation
    if not operation.can_rollback:
        return f"no: {operation.rollback_reason}"
    until = f" until {operation.expires_at.astimezone():%Y-%m-%d}" if operation.expires_at else ""
    kept = f"{wording.size(operation.backup_bytes)} kept"
    return f"'indexium rollback {operation.id}'{until}, {kept}. {operation.rollback_reason}".rstrip()


def _say_where(story: OperationStory) -> None:
    """Say which page of the files this is, where there are others."""
    total, each, number = story.operation.file_count, story.per_page, story.operation.id
    if not each or total <= each:
        return
    first = (story.page - 1) * each + 1
    more = f"; 'indexium operations show {number} --page {story.page + 1}' shows more" if first + each <= total else ""
    shown = f"{first:,} to {first + len(story.items) - 1:,}" if story.items else "none"
    output.note(f"Files {shown} of {total:,}{more}.")


def _why(found: Attempt | ItemDetails) -> str:
    return ", ".join(part for part in (found.code, found.message) if part)


def _outcome(item: ItemDetails, operation_type: str) -> str:
    """Return what became of a file so far, in the words by which the files are counted."""
    return (
        _IN_PROGRESS if item.status == "writing" else outcome_label(outcome_of(item.status, item.code), operation_type)
    )


def _file(item: ItemDetails, operation_type: str) -> tuple[str, ...]:
    checks = len(item.proof) - bool(item.attempts)
    back = f"rolled back by {item.taken_back_by}" if item.taken_back_by else ""
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
    comment = item.new_comment or ""
    return comment if len(comment) <= _COMMENT else comment[:_COMMENT] + "…"


def _line(line: Mapping[str, Any]) -> tuple[str, str, str, str]:
    level, event = str(line.get("level", "")), str(line.get("event", ""))
    at = f"{datetime.fromisoformat(line['at']).astimezone():%Y-%m-%d %H:%M:%S}" if "at" in line else ""
    return at, level, event, output.named(line, without=(*_HEAD, *_KNOWN))
