"""`doctor`: check the installation, the home and the library folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson

if TYPE_CHECKING:
    from indexium_core.model.health import Check


@app.command(epilog="Example: indexium doctor")
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check the installation, the home and the library folders, and what their file systems guarantee."""
    with opened(context) as library:
        checks = library.doctor.run()
    if as_json:
        output.to_json({"items": checks, "total": len(checks)})
    else:
        _print(checks)
    raise typer.Exit(1 if any(check.state == "problem" for check in checks) else 0)


def _print(checks: list[Check]) -> None:
    output.table(("state", "check", "result"), [(one.state, one.name, one.message) for one in checks])
    for one in checks:
        if one.remedy:
            output.note(f"{one.state}, {one.name}: {one.remedy}")
    counts = {state: sum(one.state == state for one in checks) for state in ("problem", "warning")}
    if not any(counts.values()):
        output.note("Everything is fine.")
