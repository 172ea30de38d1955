"""`jobs`: long work, waiting, at work and done."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from typing import Annotated

import typer

from indexium_core import signals
from indexium_core.cli import output, retrying, writing
from indexium_core.cli.app import app, opened
from indexium_core.cli.planning import MOST, AsJson
from indexium_core.cli.writing import Yes
from indexium_core.library import LibraryServices
from indexium_core.model import wording
from indexium_core.model.job import ENDED_STATES, Job

jobs = typer.Typer(help="Long work: writes, rollbacks, scans, rescans.", no_args_is_help=True)
app.add_typer(jobs, name="jobs")

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST)]

_TICK = 0.5  # seconds between two looks
_OVER = ENDED_STATES | {"interrupted"}


@jobs.command("list", epilog="Example: indexium jobs list --status running,pending")
def list_jobs(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Only these kinds, e.g. write,scan.")] = "",
    status: Annotated[str, typer.Option(help="Only these states, e.g. running,paused.")] = "",
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=0, help="0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show jobs: those at work, then those that wait as they come up, then the rest, newest first."""
    with opened(context) as library:
        found = library.jobs.list(_words(kind), _words(status), page=page, per_page=per_page)
    if as_json:
        output.to_json({"items": found.items, "total": found.total, "page": found.page, "per_page": found.per_page})
        return
    rows = [(job.id, job.job_type, _state(job), job.priority, how_far(job), job.title) for job in found.items]
    output.table(("id", "kind", "state", "priority", "how far", "what"), rows, right=(0, 3))
    output.note(wording.plural(found.total, "job") + ".")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _state(job: Job) -> str:
    if job.stalled:
        return "stalled"
    if job.status == "running" and job.cancelled_at is not None:
        return "cancelling"
    by = f" by {job.paused_by}" if job.status == "paused" and job.paused_by else ""
    return job.status.replace("_", " ") + by


def how_far(job: Job) -> str:
    """Return how far a job is: `41 of 214, about 6 min`; "" where it has not begun."""
    if job.started_at is None:
        return ""
    of = "" if job.progress_total is None else f" of {job.progress_total:,}"
    left = "" if job.eta_seconds is None or job.status != "running" else f", {wording.estimate(job.eta_seconds)}"
    return f"{job.progress_current:,}{of}{left}"


@jobs.command("show", epilog="Example: indexium jobs show 12")
def show_job(context: typer.Context, job_id: Id, as_json: AsJson = False) -> None:
    """Show everything about one job."""
    with opened(context) as library:
        job = library.jobs.get(job_id)
        now = _now(library, job)
    if as_json:
        output.to_json(job)
        return
    facts = [
        ("what", job.title),
        ("kind", job.job_type),
        ("state", _state(job)),
        ("how far", how_far(job)),
        ("now", now),
        ("priority", job.priority),
        ("operation", job.operation_id),
        ("waits for", ", ".join(map(str, job.depends_on))),
        ("not before", _moment(job.next_retry_at)),
        ("asked for", _moment(job.created_at)),
        ("begun", _moment(job.started_at)),
        ("held since", _moment(job.paused_at) if job.status == "paused" else ""),
        ("ended", _moment(job.completed_at)),
        ("tried again", job.retry_count or ""),
        ("why", job.error_message),
        *((name, _plain(value)) for name, value in {**job.counters, **job.summary}.items()),
    ]
    output.table(("", ""), [(name, value) for name, value in facts if value not in ("", None)])


def _now(library: LibraryServices, job: Job) -> str:
    """Return what a job has under way; of an operation also how far the file is, for one may take long."""
    if job.operation_id is not None and job.status in ("running", "paused"):
        return library.status(job.operation_id).now
    return job.progress_message if job.status == "running" else ""


def _moment(value: object) -> str:
    return f"{value.astimezone():%Y-%m-%d %H:%M:%S}" if hasattr(value, "astimezone") else ""


def _plain(value: object) -> object:
    """Return a value of a summary as a person reads it, "" for none."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else value


@jobs.command("pause", epilog="Example: indexium jobs pause 12")
def pause_job(context: typer.Context, job_id: Id) -> None:
    """Hold a job after the file that it has under way."""
    with opened(context) as library:
        job = library.jobs.pause(job_id)
    if job.has_ended:
        output.note(_too_late(job, "held"))
    else:
        output.note(f"Job {job_id} ({job.title}) is paused; 'indexium jobs resume {job_id}' goes on with it.")


def _too_late(job: Job, meant: str) -> str:
    return output.too_late(f"Job {job.id} ({job.title})", meant, ", ".join(filter(None, (_state(job), how_far(job)))))


@jobs.command("resume", epilog="Example: indexium jobs resume 12")
def resume_job(context: typer.Context, job_id: Id, as_json: AsJson = False) -> None:
    """Go on with a job that is paused, was cut off or failed, and wait for its end."""
    with opened(context) as library:
        _follow(library, library.jobs.resume(job_id), as_json=as_json)


@jobs.command("cancel", epilog="Example: indexium jobs cancel 12")
def cancel_job(context: typer.Context, job_id: Id) -> None:
    """Give up what a job has left; what it has done stays done."""
    with opened(context) as library:
        job = library.jobs.cancel(job_id)
    if job.has_ended and job.status != "cancelled":
        output.note(_too_late(job, "cancelled"))
        return
    soon = "" if job.has_ended else " as soon as the file under way is done"
    output.note(f"Job {job_id} ({job.title}) is cancelled{soon}.")


@jobs.command("retry", epilog="Example: indexium jobs retry 12")
def retry_job(context: typer.Context, job_id: Id, yes: Yes = False, as_json: AsJson = False) -> None:
    """Try a job again that failed, was cut off, was cancelled or ended with errors, and wait for its end."""
    with opened(context) as library:
        job, said = library.jobs.get(job_id), frozenset[int]()
        if job.operation_id is not None:  # then it writes files
            again = retrying.ask_again(library, job.operation_id, goes_on=job.is_resumable, yes=yes)
            if not again.is_something:
                if as_json:
                    output.to_json(job)
                return
            said = again.said
        _follow(library, library.jobs.retry(job_id, source="cli"), as_json=as_json, said=said)


@jobs.command("priority", epilog="Example: indexium jobs priority 12 high")
def set_priority(
    context: typer.Context,
    job_id: Id,
    priority: Annotated[str, typer.Argument(help="1 (first) to 10 (last), or high, normal, low.")],
) -> None:
    """Let a job that waits come up sooner or later."""
    with opened(context) as library:
        job = library.jobs.set_priority(job_id, int(priority) if priority.isdecimal() else priority)
    output.note(f"Job {job_id} ({job.title}) has priority {job.priority}.")


@jobs.command("log", epilog="Example: indexium jobs log 12 --follow")
def show_log(
    context: typer.Context,
    job_id: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job has ended.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what a job has logged."""
    with opened(context) as library:
        place = 0
        while True:
            is_over = library.jobs.get(job_id).status in _OVER  # asked first: what it says last is still read
            while (found := library.jobs.log(job_id, after=place)).lines:
                place = found.next
                for line in found.lines:
                    output.say_out(_line(line, as_json=as_json))
            if is_over or not follow:
                return
            time.sleep(_TICK)


def _line(line: dict[str, object], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(line, ensure_ascii=False)
    rest = output.named(line, without=("at", "level", "event", "job_id", "traceback"))
    return f"{line.get('at', '')} {line.get('level', '')} {line.get('event', '')} {rest}".rstrip()


def _follow(library: LibraryServices, job: Job, *, as_json: bool, said: Collection[int] = ()) -> None:
    """Show how far a job is until it has ended, and what came of it; `said` as that of `writing.follow`."""
    held = ""
    with output.bar(job.title) as update:
        try:
            while job.status not in _OVER:
                if (job.status == "paused") != bool(held):
                    held = job.pause_text
                    output.note(_say_held(job, held))
                update(job.progress_current, job.progress_total, held or job.progress_message)
                job = library.jobs.wait(job.id, _TICK)
        except (KeyboardInterrupt, signals.Stopped) as left:
            if job.operation_id is not None:
                writing.leave(library.handle(job.operation_id), left)
            raise
    if as_json:
        output.to_json(job)
    else:
        output.note(f"Job {job.id} ({job.title}): {job.status.replace('_', ' ')}. {job.error_message}".rstrip())
    if job.operation_id is not None and not as_json:
        raise typer.Exit(writing.report(library, job.operation_id, as_json=False, said=said))
    if job.status != "completed":
        raise typer.Exit(1)


def _say_held(job: Job, held: str) -> str:
    if not held:
        return f"Job {job.id} ({job.title}) goes on."
    return f"Job {job.id} ({job.title}) is {held}; 'indexium jobs resume {job.id}' goes on with it."
