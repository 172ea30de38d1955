"""`schedules`: show jobs that start at times of their own, change the times, and run one now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.job_progress import followed
from indexium_core.cli.options import AsJson
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.schedule import Schedule

schedules = typer.Typer(help="Jobs that start at times of their own.", no_args_is_help=True)
app.add_typer(schedules, name="schedules")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A schedule of 'indexium schedules list'.")]


@schedules.command("list", epilog="Example: indexium schedules list")
def list_schedules(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the schedules with next run and last result."""
    with opened(context) as library:
        rows, is_paused = library.schedules.list(), library.automation.is_paused()
    header = ("schedule", "state", "cron", "when", "next run", "last run", "last result")
    output.listing(rows, header, _cells, empty="", as_json=as_json)
    if is_paused and not as_json:
        output.note("All automation is paused, so some schedules do nothing: 'indexium automation resume' ends that.")


def _cells(schedule: Schedule) -> tuple[str, ...]:
    times = (wording.when(each) if each else "" for each in (schedule.next_run_at, schedule.last_run_at))
    state = "on" if schedule.enabled else "off"
    return schedule.name, state, schedule.cron, schedule.when, *times, schedule.last_result


@schedules.command("set", epilog="Example: indexium schedules set database-backup --cron '30 2 * * *'")
def set_schedule(
    context: typer.Context,
    name: Name,
    cron: Annotated[
        str | None, typer.Option(help="Minute, hour, day of month, month, day of week; in local time.")
    ] = None,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Whether it runs.")] = None,
) -> None:
    """Change when a schedule runs, or switch it on or off."""
    if cron is None and enabled is None:
        raise errors.UsageError("Nothing would change. Use --cron, --on or --off.")
    with opened(context) as library:
        schedule = library.schedules.set(name, cron=cron, enabled=enabled)
    following = f" The next run is {wording.when(schedule.next_run_at)}." if schedule.next_run_at else ""
    output.note(f"{schedule.name} is {'on' if schedule.enabled else 'off'}: {schedule.when}.{following}")


@schedules.command("run", epilog="Example: indexium schedules run database-backup")
def run_schedule(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Run a schedule now, also if it is off, and wait for its end. The cron of the system can call this command."""
    with opened(context) as library:
        job = library.schedules.run(name)
        job = followed(library, job, job.title)
    if as_json:
        output.to_json(job)
    else:
        result = job.error_message or str(job.summary.get("message") or "")
        reason = f": {result}" if result else "."
        output.note(f"{name}, job {job.id}: {job.status.replace('_', ' ')}{reason}")
    raise typer.Exit(0 if job.status == "completed" else 1)
