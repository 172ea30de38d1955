"""`fields`: the fields that the user defined, beside those of the table."""

from __future__ import annotations

from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.fields.custom import TYPES, CustomField

fields = typer.Typer(help="Custom fields: fields of your own, with a type and names in files.", no_args_is_help=True)
app.add_typer(fields, name="fields")

_READ = "'indexium scan' reads its values from the files."

Key = Annotated[str, typer.Argument(metavar="KEY", help="The key of the field, for example tape_number.")]
Title = Annotated[str | None, typer.Option(help="Its name in the interface; default: from the key.")]
About = Annotated[str | None, typer.Option(help="One sentence: what the field means.")]
Choices = Annotated[
    list[str] | None,
    typer.Option("--choice", metavar="VALUE", help="An allowed value of a text, or item of a list; several times."),
]
Lowest = Annotated[int | None, typer.Option(help="The smallest value of an integer.")]
Highest = Annotated[int | None, typer.Option(help="The largest value of an integer.")]
Multiline = Annotated[bool | None, typer.Option("--multiline/--one-line", help="A text may have several lines.")]
Tag = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Its name in Matroska, Ogg, WMV and FLV; default: the key in capitals."),
]
Mp4 = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Its name in MP4 and MOV: com.apple.iTunes:NAME, or a key: com.example.tape."),
]
Xmp = Annotated[str | None, typer.Option(metavar="PROPERTY", help="Its XMP property: prefix:name.")]
Namespace = Annotated[
    str | None, typer.Option(metavar="URI", help="The namespace of the prefix, if it is not well known.")
]


@fields.command("list", epilog="Example: indexium fields list")
def list_fields(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the custom fields with their names in files."""
    with opened(context) as library:
        rows = library.fields.list()
    output.listing(
        rows,
        ("key", "title", "type", "allowed", "tag", "mp4", "xmp"),
        lambda row: (row.key, row.title, row.type, _allowed(row), row.tag, row.mp4, row.xmp),
        empty="There is no custom field. 'indexium fields add KEY' adds one.",
        as_json=as_json,
    )


@fields.command("add", epilog="Example: indexium fields add tape_number --type integer --highest 999")
def add_field(
    context: typer.Context,
    key: Key,
    type_: Annotated[str, typer.Option("--type", metavar="TYPE", help=f"One of {', '.join(TYPES)}.")] = "text",
    title: Title = None,
    about: About = None,
    choices: Choices = None,
    lowest: Lowest = None,
    highest: Highest = None,
    multiline: Multiline = None,
    tag: Tag = None,
    mp4: Mp4 = None,
    xmp: Xmp = None,
    namespace: Namespace = None,
) -> None:
    """Define a field."""
    with opened(context) as library:
        field = library.fields.define(
            key,
            type_,
            title=title or "",
            about=about or "",
            choices=choices or (),
            lowest=lowest,
            highest=highest,
            multiline=bool(multiline),
            tag=tag or "",
            mp4=mp4 or "",
            xmp=xmp or "",
            namespace=namespace or "",
        )
    output.note(f"Defined {field.title} ({field.key}). {_READ}")


@fields.command("set", epilog="Example: indexium fields set tape_number --title 'Tape'")
def set_field(
    context: typer.Context,
    key: Key,
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help=f"One of {', '.join(TYPES)}.")] = None,
    title: Title = None,
    about: About = None,
    choices: Choices = None,
    lowest: Lowest = None,
    highest: Highest = None,
    multiline: Multiline = None,
) -> None:
    """Change a definition, but not its names in files; one empty --choice removes all allowed values."""
    with opened(context) as library:
        field = library.fields.change(
            key,
            type=type_,
            title=title,
            about=about,
            choices=None if choices is None else [each for each in choices if each],
            lowest=lowest,
            highest=highest,
            multiline=multiline,
        )
    output.note(f"Changed {field.title} ({field.key}).")


@fields.command("remove", epilog="Example: indexium fields remove tape_number")
def remove_field(context: typer.Context, key: Key) -> None:
    """Remove a definition; values in files stay, and the history still shows them."""
    with opened(context) as library:
        field = library.fields.remove(key)
    output.note(f"Removed {field.title} ({field.key}). Its values in files stay.")


def _allowed(field: CustomField) -> str:
    if field.type == "integer":
        return f"{field.lowest} to {field.highest}"
    return wording.list_of(field.choices, most=4, conjunction="or") or "-"
