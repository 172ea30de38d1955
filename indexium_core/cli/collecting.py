"""`libraries`, `scan`, `people`: what is on disk, and who is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.app import app, opened
from indexium_core.cli.planning import MOST, AsJson, CommentMode, Mode
from indexium_core.cli.writing import Yes, ask
from indexium_core.library import ImportReport, LibraryServices, ScanReport
from indexium_core.model import wording
from indexium_core.model.files.inventory import KINDS, RemovalReport

_PLACES = 10  # of skipped names that are printed

LibraryId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**31 - 1)]


@app.command(epilog="Example: indexium scan ~/Videos")
def scan(
    context: typer.Context,
    folders: Annotated[list[Path] | None, typer.Argument(metavar="DIR…", help="Folders; none = all known.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Probe every file again and hash all of it.")] = False,
    accept_missing: Annotated[
        bool, typer.Option("--accept-missing", help="Treat missing files as deleted, even if a folder seems offline.")
    ] = False,
    really_gone: Annotated[bool, typer.Option("--really-gone", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Find the media files of folders and read what is in them; adds a new folder as a library."""
    with opened(context) as library, output.bar("Scanning") as update:
        report = library.scan(
            folders or (),
            full=full,
            really_gone=accept_missing or really_gone,
            progress=lambda p: update(p.done, p.total, p.current),
        )
    if as_json:
        output.to_json(report)
    else:
        _print_scan(report)


def _print_scan(report: ScanReport) -> None:
    for sentence in report.messages:
        output.note(sentence)
    if report.cancelled:
        output.note("Stopped before the end; what was read is kept, and nothing was taken to be gone.")
    output.note(
        f"{wording.plural(report.seen, 'media file')}: {report.new} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.moved} moved, {report.missing} missing, "
        f"in {wording.duration(report.seconds)}."
    )
    for state, count in sorted(report.by_state.items()):
        if state != "ok":
            output.note(f"  {count} {state}")


libraries = typer.Typer(help="Folders that are scanned.", no_args_is_help=True)
app.add_typer(libraries, name="libraries")


@libraries.command("list", epilog="Example: indexium libraries list")
def list_libraries(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the folders that are scanned."""
    with opened(context) as library:
        rows = library.inventory.list()
    if as_json:
        output.to_json({"items": rows, "total": len(rows)})
        return
    output.table(
        ("id", "name", "state", "files", "audio", "folder"),
        [(row.library_id, row.name, row.state, row.file_count, "yes" if row.audio else "no", row.path) for row in rows],
        right=(0, 3),
    )


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
    yes: Yes = False,
) -> None:
    """Choose how people and comments are combined for a whole folder, and whether scans include audio files."""
    with opened(context) as library:
        if audio is None or mode is not None or comment_mode is not None:
            library.inventory.set_modes(library_id, mode=mode, comment_mode=comment_mode)
        if audio:
            library.inventory.set_audio(library_id, included=True)
            output.note("The next scan includes audio files.")
        elif audio is not None:
            _exclude_audio(library, library_id, yes=yes)


def _exclude_audio(library: LibraryServices, library_id: int, *, yes: bool) -> None:
    known = library.inventory.audio_files(library_id)
    if known.files:
        _say_forgetting(known)
        ask(yes=yes)
    found = library.inventory.set_audio(library_id, included=False)
    forgotten = f" {wording.plural(found.files, 'file')} forgotten." if found and found.files else ""
    output.note(f"Scans no longer include audio files.{forgotten}")


@libraries.command("add", epilog="Example: indexium libraries add ~/Videos --name Family")
def add_library(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder.")],
    name: Annotated[str, typer.Option(help="What to call it; default: the folder's name.")] = "",
    audio: Annotated[bool, typer.Option("--audio", help="Include audio files in scans.")] = False,
) -> None:
    """Add a folder without scanning it yet."""
    with opened(context) as library:
        row = library.inventory.add(folder, name=name, audio=audio)
    output.note(f"{row.name} ({row.path}) is library {row.library_id}; 'indexium scan' reads what is in it.")


@libraries.command("remove", epilog="Example: indexium libraries remove 2 --yes")
def remove_library(context: typer.Context, library_id: LibraryId, yes: Yes = False) -> None:
    """Forget a folder. No file is touched; who is in its films and the history are kept."""
    with opened(context) as library:
        _say_forgetting(library.inventory.removal(library_id))
        ask(yes=yes)
        found = library.inventory.remove(library_id)
    output.note(f"{found.path} is forgotten.")


@libraries.command("forget", epilog="Example: indexium libraries forget 2 --yes")
def forget_missing(context: typer.Context, library_id: LibraryId, yes: Yes = False) -> None:
    """Forget those files of a folder that a scan did not find any more."""
    with opened(context) as library:
        found = library.inventory.forgettable(library_id)
        if not found.files:
            output.note(f"No file of {found.path} is missing.")
            return
        _say_forgetting(found)
        ask(yes=yes)
        library.inventory.forget_missing(library_id)
    output.note(f"{wording.plural(found.files, 'file')} forgotten.")


def _say_forgetting(found: RemovalReport) -> None:
    output.note(
        f"{found.path}: {wording.plural(found.files, 'file')} would be forgotten, {found.missing:,} of them missing; "
        f"{wording.plural(found.decisions, 'decision')} on them would go."
    )
    output.note(f"Who is in them is kept ({found.with_people:,} have people), and so is the history.")


Kind = Annotated[str, typer.Argument(metavar="[KIND]", help=f"Which list: {', '.join(KINDS)}.")]


@app.command(epilog="Example: indexium files broken")
def files(
    context: typer.Context,
    kind: Kind = "",
    page: Annotated[int, typer.Option(min=1, max=MOST)] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """Show how many files are sound, known, damaged, missing or there twice; with KIND, which ones."""
    with opened(context) as library:
        found = library.inventory.files(kind, page=page, per_page=per_page) if kind else None
        quality = None if kind else library.inventory.quality()
    if as_json:
        output.to_json(found or quality)
    elif found is not None:
        output.table(
            ("id", "state", "file", "what"),
            [(row.file_id, row.state, row.file_path, row.message or ", ".join(row.people)) for row in found.items],
            right=(0,),
        )
        output.note(f"{wording.plural(found.total, 'file')}: {KINDS[kind]}.")
    elif quality is not None:
        rows = [(name, f"{getattr(quality, name):,}", words) for name, words in KINDS.items()]
        output.table(("list", "files", "what is in it"), rows, right=(1,))


people = typer.Typer(help="Who is in which file.", no_args_is_help=True)
app.add_typer(people, name="people")

Names = Annotated[list[str], typer.Option("--person", help="A name; may be given several times.")]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH…")]


@people.command("import", epilog="Example: indexium people import people.csv --root ~/Videos")
def import_people(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="CSV (path,person or path,people), JSON {path: [names]} or a legacy .db.")
    ],
    root: Annotated[
        Path | None, typer.Option(help="Folder that relative paths start from; default: the file's.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Set the named files' people instead of adding.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be imported.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import people of files from CSV, JSON or a legacy .db file."""
    with opened(context) as library:
        if dry_run:
            report = library.people.check_import(file, root=root, replace=replace).report
        else:
            report = library.people.import_file(file, root=root, replace=replace)
    if as_json:
        output.to_json(report)
    else:
        _print_import(report)
    raise typer.Exit(1 if report.rejected else 0)


def _print_import(report: ImportReport) -> None:
    skipped = f", {len(report.skipped):,} skipped" if report.skipped else ""
    output.note(
        f"{wording.plural(report.matched, 'name')} matched, {report.waiting:,} waiting for a scan, "
        f"{wording.plural(len(report.rejected), 'row')} rejected{skipped}."
    )
    for row in report.rejected:
        output.note(f"  {row.where}: {row.reason}")
    _print_skipped(report)


def _print_skipped(report: ImportReport) -> None:
    """Print the skipped names: one line for each reason, with the first places."""
    places: dict[str, list[str]] = {}
    for row in report.skipped:
        places.setdefault(row.reason, []).append(row.where)
    for reason, found in places.items():
        more = f"; and {len(found) - _PLACES:,} more" if len(found) > _PLACES else ""
        output.note(f"  skipped: {reason} ({'; '.join(found[:_PLACES])}{more})")


@people.command("take-from-files", epilog="Example: indexium people take-from-files")
def take_from_files(context: typer.Context) -> None:
    """Add the people in comments to the database, for files without people in the database."""
    with opened(context) as library:
        report = library.people.take_from_files()
    output.note(f"{wording.plural(report.added, 'name')} added in {wording.plural(report.files, 'file')}.")
    _print_skipped(report)


@people.command("export", epilog="Example: indexium people export > people.csv")
def export_people(context: typer.Context, as_json: AsJson = False) -> None:
    """Print all assignments as CSV; 'people import' can read them."""
    with opened(context) as library:
        rows = library.people.export()
    if as_json:
        output.to_json({"items": rows, "total": len(rows)})
    else:
        output.to_csv(
            ("path", "file_hash", "person", "origin", "path_raw", "previous_hashes"),
            ((r.path, r.file_hash, r.person, r.origin, r.path_raw, " ".join(r.previous_hashes)) for r in rows),
        )


@people.command("add", epilog="Example: indexium people add sea.mp4 --person 'Ann Lee'")
def add_people(context: typer.Context, paths: Paths, person: Names) -> None:
    """Add people to files, in the database."""
    with opened(context) as library:
        _print_import(library.people.add(paths, person))


@people.command("remove", epilog="Example: indexium people remove sea.mp4 --person 'Ann Lee' --from-files")
def remove_people(
    context: typer.Context,
    paths: Paths,
    person: Names,
    from_files: Annotated[
        bool, typer.Option("--from-files", help="Also plan to remove the names from the files.")
    ] = False,
) -> None:
    """Remove people from files, in the database."""
    with opened(context) as library:
        count = library.people.remove(paths, person, from_files=from_files)
    taken = f"{count} assignment{'' if count == 1 else 's'} removed."
    output.note(taken + (" The plan removes the names from the files." if from_files else ""))


@people.command("list", epilog="Example: indexium people list")
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """Show everyone who is known, and in how many files."""
    with opened(context) as library:
        rows = library.people.list()
    if as_json:
        output.to_json({"items": rows, "total": len(rows)})
        return
    output.table(("person", "files"), [(row.name, row.files) for row in rows], right=(1,))


@people.command("rename", epilog="Example: indexium people rename 'Zoe Oz' 'Zoë Öz'")
def rename_person(context: typer.Context, old: str, new: str) -> None:
    """Spell a person differently; the old spelling in files is replaced by the plan."""
    with opened(context) as library:
        library.people.rename(old, new)
    output.note(f"{old} is now {new}.")


@people.command("merge", epilog="Example: indexium people merge 'A. Lee' 'Annie Lee' 'Ann Lee'")
def merge_people(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="FROM… INTO", help="The last one stays.")],
) -> None:
    """Say that several spellings are one person."""
    with opened(context) as library:
        library.people.merge(names[:-1], names[-1])
    output.note(f"{', '.join(names[:-1])} → {names[-1]}.")
