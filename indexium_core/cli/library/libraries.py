"""`libraries`: the folders that scans include."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, CommentMode, Mode, Yes, ask
from indexium_core.model import wording
from indexium_core.model.files.inventory import MEDIA_NAMES, EmptyFolderReport, RemovalReport
from indexium_core.model.files.media import MediaKind

if TYPE_CHECKING:
    from indexium_core.services import LibraryServices

LibraryId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**31 - 1)]

Kind = Annotated[
    str,
    typer.Option(
        metavar="KIND", help="home: nothing is identified (default); movies, series, mixed, educational or other."
    ),
]

libraries = typer.Typer(help="The library folders.", no_args_is_help=True)

CastPeople = Annotated[
    str,
    typer.Option(metavar="CHOICE", help="The cast of films as people of their files: off, suggest or add."),
]
Language = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help="Language of titles, plots and posters of its films and series, such as de; '' = that of the settings.",
    ),
]
_CAST_PEOPLE = {
    "off": "The cast of films is not suggested as people.",
    "suggest": "The cast of films is suggested as people of their files.",
    "add": "The cast of films becomes people of their files at the next enrichment.",
}
_NEXT_STEP = "; 'indexium titles identify' identifies its files."

app.add_typer(libraries, name="libraries")


@libraries.command("list", epilog="Example: indexium libraries list")
def list_libraries(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the library folders."""
    with opened(context) as library:
        rows = library.inventory.list()
    output.listing(
        rows,
        ("id", "name", "kind", "state", "files", "audio", "photos", "excluded", "ratings", "folder"),
        lambda row: (
            row.library_id,
            row.name,
            row.kind,
            row.state,
            row.file_count,
            "yes" if row.audio else "no",
            "yes" if row.photos else "no",
            ", ".join(row.exclude) or "-",
            row.write_ratings,
            row.path,
        ),
        right=(0, 4),
        empty="There is no library folder. 'indexium scan DIR' adds one and scans it.",
        as_json=as_json,
    )


def _set_write_ratings(library: LibraryServices, library_id: int, when: str, *, yes: bool) -> None:
    waiting = library.plans.waiting_ratings(library_id) if when == "at-once" else 0
    if waiting:
        output.note(wording.waiting_ratings(waiting))
        ask(yes=yes)
    library.inventory.set_write_ratings(library_id, when)
    output.note("Ratings are written as soon as they are set." if when == "at-once" else "Ratings wait in the plan.")


@libraries.command("set", epilog="Example: indexium libraries set 1 --comment-mode preserve")
def set_library(
    context: typer.Context,
    library_id: LibraryId,
    mode: Mode = None,
    comment_mode: CommentMode = None,
    audio: Annotated[
        bool | None,
        typer.Option("--audio/--no-audio", help="Include audio files in scans. Alone, it does not change the modes."),
    ] = None,
    photos: Annotated[
        bool | None,
        typer.Option("--photos/--no-photos", help="Include photos in scans. Alone, it does not change the modes."),
    ] = None,
    kind: Kind = "",
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Scans leave out files and folders that match, e.g. 'Extras' or '2019/*.avi'; replaces all patterns; "
            "'' removes them.",
        ),
    ] = None,
    cast_people: CastPeople = "",
    language: Language = None,
    write_ratings: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="at-once: a rating is written as soon as it is set; with-plan: it waits in the plan."
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Set how a whole folder is planned and written, and what its scans include."""
    with opened(context) as library:
        if write_ratings is not None:
            _set_write_ratings(library, library_id, write_ratings, yes=yes)
        kinds: tuple[tuple[MediaKind, bool | None], ...] = (("audio", audio), ("photo", photos))
        if kind:
            library.inventory.set_kind(library_id, kind)
            output.note(f"The folder is of the kind {kind}{_NEXT_STEP if kind != 'home' else '.'}")
        if cast_people:
            library.inventory.set_cast_people(library_id, cast_people)
            output.note(_CAST_PEOPLE[cast_people])
        if language is not None:
            library.inventory.set_metadata_language(library_id, language)
            output.note(f"Titles are looked up in {language or 'the language of the settings'} from now on.")
        others = (audio, photos, exclude, language, write_ratings)
        only_modes = all(each is None for each in others) and not (kind or cast_people)
        if only_modes or mode is not None or comment_mode is not None:
            library.inventory.set_modes(library_id, mode=mode, comment_mode=comment_mode)
        for media, included in kinds:
            if included:
                library.inventory.set_media(library_id, media, included=True)
                output.note(f"The next scan includes {MEDIA_NAMES[media]}.")
            elif included is not None:
                _exclude_media(library, library_id, media, yes=yes)
        if exclude is not None:
            _exclude(library, library_id, exclude, yes=yes)


def _exclude(library: LibraryServices, library_id: int, patterns: list[str], *, yes: bool) -> None:
    known = library.inventory.exclude_removal(library_id, patterns)
    if known.files:
        _say_forgetting(known)
        ask(yes=yes)
    found = library.inventory.set_exclude(library_id, patterns)
    forgotten = f" {wording.files(found.files)} forgotten." if found.files else ""
    output.note(f"Scans {'leave out what matches' if any(patterns) else 'leave nothing out'}.{forgotten}")


def _exclude_media(library: LibraryServices, library_id: int, kind: MediaKind, *, yes: bool) -> None:
    known = library.inventory.media_removal(library_id, kind)
    if known.files:
        _say_forgetting(known)
        ask(yes=yes)
    found = library.inventory.set_media(library_id, kind, included=False)
    forgotten = f" {wording.files(found.files)} forgotten." if found and found.files else ""
    output.note(f"Scans no longer include {MEDIA_NAMES[kind]}.{forgotten}")


@libraries.command("add", epilog="Example: indexium libraries add ~/Videos --name Family")
def add_library(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder.")],
    name: Annotated[str, typer.Option(help="Name of the library; default: the folder's name.")] = "",
    audio: Annotated[bool, typer.Option("--audio", help="Include audio files in scans.")] = False,
    photos: Annotated[
        bool | None,
        typer.Option("--photos/--no-photos", help="Include photos in scans, as by default, or leave them out."),
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="home (default), movies, series, mixed, educational or other; auto: what the names in it propose.",
        ),
    ] = "",
    cast_people: CastPeople = "",
    language: Language = None,
) -> None:
    """Add a folder without scanning it yet."""
    with opened(context) as library:
        row = library.inventory.add(folder, name=name, audio=audio, photos=photos, kind=kind)
        if cast_people:
            library.inventory.set_cast_people(row.library_id, cast_people)
        if language is not None:
            library.inventory.set_metadata_language(row.library_id, language)
    of_kind = f" of the kind {row.kind}" if kind == "auto" else ""
    output.note(f"{row.name} ({row.path}) is library {row.library_id}{of_kind}; 'indexium scan' reads its files.")


@libraries.command("empty-folders", epilog="Example: indexium libraries empty-folders 1 --remove")
def empty_folders(
    context: typer.Context,
    library_id: LibraryId,
    remove: Annotated[bool, typer.Option("--remove", help="Remove these folders from the disk.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show folders with nothing in them but such folders, or remove them from the disk."""
    with opened(context) as library:
        found = library.inventory.empty_folders(library_id)
        if remove and found.folders:
            if not yes:
                _print_folders(found, print_path=output.note if as_json else output.say_out)
            ask(yes=yes)
            found = library.inventory.remove_empty_folders(library_id, found.folders)
    if as_json:
        output.to_json(found)
    elif remove:
        output.note(f"{wording.plural(found.removed, 'empty folder was', 'empty folders were')} removed.")
    else:
        _print_folders(found)
    for sentence in found.problems:
        output.note(sentence)
    raise typer.Exit(1 if found.problems else 0)


def _print_folders(found: EmptyFolderReport, *, print_path: Callable[[str], None] = output.say_out) -> None:
    for path in sorted(found.folders):
        print_path(path)
    output.note(f"{found.path} has {wording.plural(len(found.folders), 'empty folder')}.")


@libraries.command("remove", epilog="Example: indexium libraries remove 2 --yes")
def remove_library(context: typer.Context, library_id: LibraryId, yes: Yes = False) -> None:
    """Remove a folder from the library. Its files do not change; their people and history are kept."""
    with opened(context) as library:
        _say_forgetting(library.inventory.removal(library_id))
        ask(yes=yes)
        found = library.inventory.remove(library_id)
    output.note(f"{found.path} is forgotten.")


@libraries.command("forget", epilog="Example: indexium libraries forget 2 --yes")
def forget_missing(context: typer.Context, library_id: LibraryId, yes: Yes = False) -> None:
    """Remove the missing files of a folder from the database."""
    with opened(context) as library:
        found = library.inventory.missing_removal(library_id)
        if not found.files:
            output.note(f"No file of {found.path} is missing.")
            return
        _say_forgetting(found)
        ask(yes=yes)
        library.inventory.forget_missing(library_id)
    output.note(f"{wording.files(found.files)} forgotten.")


def _say_forgetting(found: RemovalReport) -> None:
    output.note(
        f"{found.path}: {wording.files(found.files)} would be forgotten, {found.missing:,} of them missing; "
        f"{wording.plural(found.decisions, 'decision')} would be removed."
    )
    output.note(f"Their people ({found.with_people:,} have people) and their history are kept.")
