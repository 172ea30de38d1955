"""`show`: the details of one file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.fields import readers
from indexium_core.model.fields.table import COMMENT, editable_fields
from indexium_core.model.files import strategies
from indexium_core.model.files.media import StreamFacts
from indexium_core.model.planning import risk
from indexium_core.model.review.file_details import FileDetails, FileEvent, PersonDetails

_SIGNS = {"added": "+ ", "removed": "- ", "kept": ""}
_ORIGINS = {
    "face": "face recognition",
    "hand": "entered by hand",
    "import": "imported",
    "file": "added from the file comment",
    "comment": "file comment",
    "edit": "your edit",
}
_LOCKED = {"edit": "set by hand"}


@app.command(epilog="Example: indexium show 'Family/2019/Birthday.mp4'")
def show(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE_OR_ID", help="Path of a file, or its id from 'indexium plan'.")],
    as_json: AsJson = False,
) -> None:
    """Show the details of one file: tags, people, plan, history, and what other programs show."""
    with opened(context) as library:
        details = library.files.file(library.files.find(file))
        rows = list(_rows(details))  # before the home is closed, because they have the titles of its custom fields
    if as_json:
        output.to_json(details)
    else:
        output.table(("what", "where", "value"), rows)


def _rows(details: FileDetails) -> Iterator[tuple[str, str, str]]:
    yield "file", str(details.file_id), details.file_path
    yield "folder", details.library, details.library_path + (" (offline)" if details.library_state == "offline" else "")
    yield "facts", details.container, ", ".join(_facts(details))
    for copy in details.copies:
        yield "duplicates", str(copy.file_id), copy.file_path
    for stream in details.streams:
        yield "stream", str(stream.index), _stream(stream)
    yield from _properties(details)
    yield from _comments(details)
    for place in details.tags:
        for name, value in place.tags.items():
            yield "tag", place.place if place.place == "container" else f"stream {place.place}", f"{name}: {value}"
    for person in details.people:
        yield "person", _SIGNS[person.state] + person.name, _origins(person)
    yield from _plan(details)
    for reading in details.readings:
        yield "other programs", reading.program, reading.text
    yield from _names(details)
    for event in details.history:
        yield "history", f"{_day(event.at)}, {event.operation_type} {event.operation_id}", _event(event)


def _facts(details: FileDetails) -> Iterator[str]:
    if details.state != "ok":
        yield details.state_message or details.state.replace("_", " ")
    if details.duration:
        yield str(timedelta(seconds=round(details.duration)))
    yield wording.size(details.size)
    yield f"changed {_day(details.mtime)}"
    yield f"read {_day(details.scanned_at)}"
    if details.nlink > 1:
        yield f"{details.nlink} hard links"
    if details.read_only:
        yield "read-only"


def _stream(stream: StreamFacts) -> str:
    known = stream.details
    width, height = stream.shown_size
    size = f"{width}×{height}" if width else ""
    channels = wording.plural(known["channels"], "channel") if known.get("channels") else ""
    sound = f"{known['sample_rate']} Hz, {channels}" if channels else ""
    cover = "a picture" if known.get("attached_pic") else ""
    language = stream.language if stream.language not in (None, "und") else ""
    return ", ".join(part for part in (stream.kind, stream.codec, size, sound, language, cover) if part)


def _properties(details: FileDetails) -> Iterator[tuple[str, str, str]]:
    """Yield the media properties and their locks."""
    for each in details.properties:
        if each.lock is not None:
            yield "property", each.label, f"{each.text} (locked, {_LOCKED.get(each.lock.origin, 'by a padlock')})"
        elif each.value is not None:
            yield "property", each.label, each.text


def _comments(details: FileDetails) -> Iterator[tuple[str, str, str]]:
    """Yield the comment with its place, or each comment if there are several."""
    yield "comment", "now", _text(details.comment)
    if details.plan is not None and details.plan.can_update:
        yield "comment", "planned", _text(details.plan.result_comment)
    planned = {change.field: change.new for change in details.plan.field_changes} if details.plan is not None else {}
    for field in editable_fields():
        if field.key in details.fields:
            yield field.title, "now", details.fields[field.key]
        if field.key in planned:
            yield field.title, "planned", planned[field.key] or "removed"
    for place in details.comment_fields:
        yield "comment field", place.where, place.value if details.fields_differ else "the same"
    changes = [change for change in details.plan.changes if change.field == COMMENT] if details.plan is not None else []
    for change in changes if len(changes) > 1 else []:
        yield "planned field", change.where, "removed" if change.new is None else change.new


def _names(details: FileDetails) -> Iterator[tuple[str, str, str]]:
    """Yield the names of the fields with a value in other programs."""
    valued = [each for each in details.field_details if each.shown and (each.value or each.planned)]
    for each in valued:
        yield "names in programs", each.title, readers.in_words(each.shown)
    if valued:
        yield "names in programs", "note", readers.note_on([shown for each in valued for shown in each.shown])


def _text(comment: str | None) -> str:
    if comment is None:
        return "no comment"
    return comment or "an empty comment"


def _origins(person: PersonDetails) -> str:
    return ", ".join(
        _ORIGINS.get(each.origin, each.origin)
        + (f" as “{each.spelt}”" if each.spelt else "")
        + (f" ({each.qualifier})" if each.qualifier else "")
        + (f" on {_day(each.since)}" if each.since else "")
        for each in person.origins
    )


def _plan(details: FileDetails) -> Iterator[tuple[str, str, str]]:
    if details.plan is None:
        yield "plan", "none", "no people in the database"
    else:
        for issue in details.plan.issues:
            remedy = risk.remedy(issue.code, severity=issue.severity)
            yield "plan", details.plan.risk_level, f"{issue.message} {remedy}"
        if not details.plan.issues:
            yield "plan", details.plan.risk_level, details.plan.category
    if details.strategy:
        amount = f"{wording.estimate(details.est_seconds)}, {wording.size(details.est_bytes)}"
        kept = f"Kept for rollback: {strategies.kept(details.strategy)}."
        yield (
            "write",
            details.strategy,
            f"{details.strategy_words}; {amount}. {details.strategy_why} {kept}",
        )
    else:
        yield "write", details.strategy_code or "not at all", details.strategy_why


def _event(event: FileEvent) -> str:
    people = [*(f"+{name}" for name in event.tags_added), *(f"-{name}" for name in event.tags_removed)]
    done = event.status if event.status == "success" else f"{event.status}: {event.message}"
    values = {change.field: f"{change.field}={change.new or ''}" for change in event.fields}
    back = "can be rolled back" if event.exact else event.rollback_reason.rstrip(".")
    return "; ".join(
        part for part in (done.rstrip("."), ", ".join([*people, *values.values()]), event.note, back) if part
    )


def _day(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
