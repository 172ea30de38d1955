"""`settings`: show and change settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson

if TYPE_CHECKING:
    from indexium_core.settings import SettingRow

settings = typer.Typer(help="Show and change settings.", no_args_is_help=True)
app.add_typer(settings, name="settings")

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of the setting, with or without INDEXIUM_, in any letter case.")
]


@settings.command("list", epilog="Example: indexium settings list")
def list_settings(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every setting with its value and source."""
    with opened(context) as library:
        rows = library.configuration.table()
    header = ("setting", "value", "from", "meaning")
    output.listing(rows, header, lambda row: (row.name, row.value, row.source, row.help), empty="", as_json=as_json)


@settings.command("set", epilog="Example: indexium settings set backup_budget 20GB")
def set_setting(
    context: typer.Context, name: Name, value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value.")]
) -> None:
    """Store a value in the settings file of the home."""
    with opened(context) as library:
        effect = library.configuration.effect(name, value)
        _say(library.configuration.set(name, value), effect)


@settings.command("unset", epilog="Example: indexium settings unset backup_budget")
def unset_setting(context: typer.Context, name: Name) -> None:
    """Remove a value from the settings file, so that the default applies again."""
    with opened(context) as library:
        effect = library.configuration.effect(name, library.configuration.row(name).default)
        _say(library.configuration.set(name, None), effect)


def _say(row: SettingRow, effect: str) -> None:
    output.note(f"{row.name} is {row.value}. The change {row.counts}.")
    if effect:
        output.note(effect)
