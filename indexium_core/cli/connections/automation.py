"""`automation`: how far each library may go by itself, and the switch of all automation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson

if TYPE_CHECKING:
    from indexium_core.model.connections.automation import LibraryAutomation

automation = typer.Typer(help="How far each library may go by itself.", no_args_is_help=True)
app.add_typer(automation, name="automation")

LibraryNumber = Annotated[int, typer.Argument(metavar="LIBRARY", help="The id of 'indexium libraries list'.")]


@automation.command("list", epilog="Example: indexium automation list")
def list_libraries(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what each library does by itself, and what waits for you."""
    with opened(context) as library:
        rows, is_paused = library.automation.list(), library.automation.is_paused()
    header = ("id", "library", "mode", "by itself", "limit", "titles waiting")
    output.listing(rows, header, _cells, empty="There is no library.", as_json=as_json)
    if is_paused and not as_json:
        output.note("All automation is paused: 'indexium automation resume' lets it continue.")


def _cells(row: LibraryAutomation) -> tuple[str, ...]:
    config = row.config
    limit = f"{config.night_limit:,} files a night" if config.night_limit else ""
    quiet = f"quiet {config.quiet_from} to {config.quiet_until}" if config.quiet_from else ""
    both = ", ".join(filter(None, (limit, quiet)))
    return str(config.library_id), row.library, config.automation_mode, row.summary, both, f"{row.waiting:,}"


@automation.command("set", epilog="Example: indexium automation set 1 --mode automatic --limit 40 --quiet 18:00-23:30")
def set_library(
    context: typer.Context,
    library_id: LibraryNumber,
    mode: Annotated[str | None, typer.Option(help="manual, hybrid or automatic.")] = None,
    enrich: Annotated[bool | None, typer.Option("--enrich/--no-enrich", help="Look titles up.")] = None,
    select: Annotated[bool | None, typer.Option("--select/--no-select", help="Choose and download pictures.")] = None,
    publish: Annotated[bool | None, typer.Option("--publish/--no-publish", help="Publish rows that are safe.")] = None,
    events: Annotated[bool | None, typer.Option("--events/--no-events", help="React to events of senders.")] = None,
    restore: Annotated[
        bool | None, typer.Option("--restore/--no-restore", help="Restore what an upgrade removes.")
    ] = None,
    scan: Annotated[bool | None, typer.Option("--scan/--no-scan", help="Take part in the nightly scan.")] = None,
    limit: Annotated[
        int | None, typer.Option(help="Most files that are published by themselves in 24 hours; 0: no limit.")
    ] = None,
    quiet: Annotated[
        str | None, typer.Option(help="When nothing is published by itself: 18:00-23:30; '' for never.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change how far a library may go by itself."""
    switches = {
        "automation_mode": mode,
        "auto_enrich": enrich,
        "auto_select_assets": select,
        "auto_publish": publish,
        "webhook_enabled": events,
        "webhook_auto_publish": restore,
        "scheduled_scan": scan,
        "night_limit": limit,
    }
    values: dict[str, object] = {name: value for name, value in switches.items() if value is not None}
    if quiet is not None:
        begin, sign, end = quiet.partition("-")
        if quiet and not (sign and begin and end):
            raise errors.UsageError(f"“{quiet}” is not a time span. Write --quiet 18:00-23:30, or '' for none.")
        values["quiet_from"], values["quiet_until"] = begin, end
    if not values:
        raise errors.UsageError("Nothing would change. Use --mode or one of the switches.")
    with opened(context) as library:
        row = library.automation.change(library_id, values)
    if as_json:
        output.to_json(row)
    else:
        output.note(f"{row.library}, {row.config.automation_mode}: {row.summary}")


@automation.command("pause", epilog="Example: indexium automation pause")
def pause(context: typer.Context) -> None:
    """Stop all automation. Events of senders are still stored; what you start yourself runs."""
    with opened(context) as library:
        library.automation.pause(is_paused=True)
    output.note("All automation is paused.")


@automation.command("resume", epilog="Example: indexium automation resume")
def resume(context: typer.Context) -> None:
    """Let all automation continue, with the events that were stored meanwhile."""
    with opened(context) as library:
        library.automation.pause(is_paused=False)
    output.note("All automation continues.")
