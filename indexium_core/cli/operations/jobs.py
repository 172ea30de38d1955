"""`jobs`: list, show, pause, resume, cancel and retry jobs."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import signals
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, Id, Yes
from indexium_core.model import wording
from indexium_core.model.job import ENDED_STATES, Job

if TYPE_CHECKING:
    from indexium_core.services import LibraryServices

jobs = typer.Typer(help="Background jobs: writes, rollbacks, scans, rescans.", no_args_is_help=True)
app.add_typer(jobs, name="jobs")


_TICK = 0.5  # seconds between two polls
_ENDED = ENDED_STATES | {"interrupted"}


@jobs.command("list", epilog="Example: indexium jobs list --status running,pending")
def list_jobs(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Only these kinds, e.g. write,scan.")] = "",
    status: Annotated[str, typer.Option(help="Only these states, e.g. running,paused.")] = "",
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=0, help="0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show jobs: the running ones, then the queue in its order, then the ended ones, newest first."""
    with opened(context) as library:
        found = library.jobs.list(_words(kind), _words(status), page=page, per_page=per_page)
    if as_json:
        output.to_json(found)
        return
    rows = [(job.id, job.job_type, _state(job), job.priority, progress_text(job), job.title) for job in found.items]
    output.table(("id", "kind", "state", "priority", "progress", "title"), rows, right=(0, 3))
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


def progress_text(job: Job) -> str:
    """Return the progress of a job: `41 of 214, about 6 min`; "" before it starts."""
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
        ("title", job.title),
        ("kind", job.job_type),
        ("state", _state(job)),
        ("progress", progress_text(job)),
        ("now", now),
        ("priority", job.priority),
        ("operation", job.operation_id),
        ("waits for", ", ".join(map(str, job.depends_on))),
        ("not before", _moment(job.next_retry_at)),
        ("created", _moment(job.created_at)),
        ("started", _moment(job.started_at)),
        ("paused since", _moment(job.paused_at) if job.status == "paused" else ""),
        ("ended", _moment(job.completed_at)),
        ("retries", job.retry_count or ""),
        ("error", job.error_message),
        *((name, _plain(value)) for name, value in {**job.counters, **job.summary}.items()),
    ]
    output.table(("", ""), [(name, value) for name, value in facts if value not in ("", None)])


def _now(library: LibraryServices, job: Job) -> str:
    """Return the current item of a job; for an operation, also the progress of the file."""
    if job.operation_id is not None and job.status in ("running", "paused"):
        return library.status(job.operation_id).current_text
    return job.progress_message if job.status == "running" else ""


def _moment(value: object) -> str:
    return f"{value.astimezone():%Y-%m-%d %H:%M:%S}" if hasattr(value, "astimezone") else ""


def _plain(value: object) -> object:
    """Return a value of a summary as text, "" for none."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else value


@jobs.command("pause", epilog="Example: indexium jobs pause 12")
def pause_job(context: typer.Context, job_id: Id) -> None:
    """Pause a job after the file in progress."""
    with opened(context) as library:
        job = library.jobs.pause(job_id)
        is_pausing = job.operation_id is not None and library.status(job.operation_id).pausing
    if job.has_ended:
        output.note(_too_late(job, "paused"))
    elif is_pausing:
        output.note(f"Job {job_id} ({job.title}) is pausing: the files in progress continue.")
    else:
        output.note(f"Job {job_id} ({job.title}) is paused; 'indexium jobs resume {job_id}' resumes it.")


def _too_late(job: Job, action: str) -> str:
    return output.too_late(
        f"Job {job.id} ({job.title})", action, ", ".join(filter(None, (_state(job), progress_text(job))))
    )


@jobs.command("resume", epilog="Example: indexium jobs resume 12")
def resume_job(context: typer.Context, job_id: Id, as_json: AsJson = False) -> None:
    """Resume a paused, interrupted or failed job, and wait until it ends."""
    with opened(context) as library:
        _follow(library, library.jobs.resume(job_id), as_json=as_json)


@jobs.command("cancel", epilog="Example: indexium jobs cancel 12")
def cancel_job(context: typer.Context, job_id: Id) -> None:
    """Cancel the rest of a job; files that are done stay done."""
    with opened(context) as library:
        job = library.jobs.cancel(job_id)
    if job.has_ended and job.status != "cancelled":
        output.note(_too_late(job, "cancelled"))
        return
    soon = "" if job.has_ended else " as soon as the file in progress is done"
    output.note(f"Job {job_id} ({job.title}) is cancelled{soon}.")


@jobs.command("retry", epilog="Example: indexium jobs retry 12")
def retry_job(context: typer.Context, job_id: Id, yes: Yes = False, as_json: AsJson = False) -> None:
    """Retry a job that failed, was interrupted, was cancelled or completed with errors. Wait until the retry ends."""
    with opened(context) as library:
        job, announced = library.jobs.get(job_id), frozenset[int | None]()
        if job.operation_id is not None:  # the retry writes files
            from indexium_core.cli.operations import retry

            again = retry.ask_again(library, job.operation_id, resumes=job.is_resumable, yes=yes)
            if not again.has_work:
                if as_json:
                    output.to_json(job)
                return
            announced = again.announced
        _follow(library, library.jobs.retry(job_id, source="cli"), as_json=as_json, announced=announced)


@jobs.command("priority", epilog="Example: indexium jobs priority 12 high")
def set_priority(
    context: typer.Context,
    job_id: Id,
    priority: Annotated[str, typer.Argument(help="1 (first) to 10 (last), or high, normal, low.")],
) -> None:
    """Change the priority of a waiting job."""
    with opened(context) as library:
        job = library.jobs.set_priority(job_id, int(priority) if priority.isdecimal() else priority)
    output.note(f"Job {job_id} ({job.title}) has priority {job.priority}.")


@jobs.command("log", epilog="Example: indexium jobs log 12 --follow")
def show_log(
    context: typer.Context,
    job_id: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Continue until the job has ended.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the log of a job."""
    with opened(context) as library:
        position = 0
        while True:
            has_ended = (
                library.jobs.get(job_id).status in _ENDED
            )  # before the log is read, so that its last lines are not missed
            while (found := library.jobs.log(job_id, after=position)).lines:
                position = found.next
                for line in found.lines:
                    output.say_out(_line(line, as_json=as_json))
            if has_ended or not follow:
                return
            time.sleep(_TICK)


def _line(line: dict[str, object], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(line, ensure_ascii=False)
    rest = output.named(line, without=("at", "level", "event", "job_id", "traceback"))
    return f"{line.get('at', '')} {line.get('level', '')} {line.get('event', '')} {rest}".rstrip()


def _follow(library: LibraryServices, job: Job, *, as_json: bool, announced: Collection[int | None] = ()) -> None:
    """Show the progress of a job until it has ended, then its result; `announced` as in `follow.follow`."""
    pause_text = ""
    try:
        with output.bar(job.title) as update:  # inside: the import of the bar takes a moment
            while job.status not in _ENDED:
                if (job.status == "paused") != bool(pause_text):
                    pause_text = job.pause_text
                    output.note(_pause_sentence(job, pause_text))
                update(job.progress_current, job.progress_total, pause_text or job.progress_message)
                job = library.jobs.wait(job.id, _TICK)
    except (KeyboardInterrupt, signals.Stopped) as interruption:
        if job.operation_id is not None:
            from indexium_core.cli.operations import follow

            follow.leave(library.handle(job.operation_id), interruption)
        raise
    if as_json:
        output.to_json(job)
    else:
        output.note(f"Job {job.id} ({job.title}): {job.status.replace('_', ' ')}. {job.error_message}".rstrip())
    if job.operation_id is not None and not as_json:
        from indexium_core.cli.operations import follow

        raise typer.Exit(follow.report(library, job.operation_id, as_json=False, announced=announced))
    if job.status != "completed":
        raise typer.Exit(1)


def _pause_sentence(job: Job, pause_text: str) -> str:
    if not pause_text:
        return f"Job {job.id} ({job.title}) resumes."
    return f"Job {job.id} ({job.title}) is {pause_text}; 'indexium jobs resume {job.id}' resumes it."
