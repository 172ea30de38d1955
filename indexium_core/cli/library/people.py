"""`people`: the people of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, OnlyThis
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.people.import_report import ImportReport
    from indexium_core.model.people.person import PersonChange

_PLACES = 10  # number of skipped names that are printed

people = typer.Typer(help="The people of files.", no_args_is_help=True)

app.add_typer(people, name="people")

Names = Annotated[list[str], typer.Option("--person", help="A name; repeatable.")]

Person = Annotated[str, typer.Argument(help="A name, a name with its qualifier 'Ann Lee (aunt)', or an id '#12'.")]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…")]


@people.command("import", epilog="Example: indexium people import people.csv --root ~/Videos")
def import_people(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="CSV (path,person or path,people), JSON {path: [names]}, or the .db of the old Indexium."),
    ],
    root: Annotated[
        Path | None, typer.Option(help="Folder that relative paths start from; default: the file's.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the people of the files in the list instead of adding to them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be imported.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import people of files from CSV, JSON or the .db file of the old Indexium."""
    with opened(context) as library, output.bar("Comparing files") as update:
        if dry_run:
            report = library.people.check_import(file, root=root, replace=replace, on_progress=update).report
        else:
            report = library.people.import_file(file, root=root, replace=replace, on_progress=update)
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
    _print_legacy(report)


def _print_legacy(report: ImportReport) -> None:
    """Print what a legacy database has beside the people of files, and what does not match."""
    if report.by_hash or report.by_path or report.unmatched:
        output.note(
            f"Files: {report.by_hash:,} matched by content, {report.by_path:,} by path, "
            f"{len(report.unmatched):,} not matched."
        )
    if report.suggestions:
        output.note(f"{wording.plural(report.suggestions, 'suggestion')} of people; 'indexium suggest' shows them.")
    if report.operations or report.known_operations:
        known = f", {report.known_operations:,} imported earlier" if report.known_operations else ""
        output.note(f"History: {wording.plural(report.operations, 'new operation')}{known}.")
    for each in report.unmatched[:_PLACES]:
        output.note(
            f"  not matched: {each.path} ({wording.plural(each.people, 'name')}, "
            f"{wording.plural(each.suggestions, 'suggestion')}, "
            f"{wording.plural(each.operations, 'history entry', 'history entries')})"
        )
    if len(report.unmatched) > _PLACES:
        output.note(f"  and {len(report.unmatched) - _PLACES:,} more; --json shows all of them")
    for problem in report.problems:
        output.note(problem)


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
    output.note(f"{wording.plural(report.added, 'name')} added in {wording.files(report.files)}.")
    _print_skipped(report)


@people.command("export", epilog="Example: indexium people export > people.csv")
def export_people(context: typer.Context, as_json: AsJson = False) -> None:
    """Print all assignments as CSV; 'people import' can read them."""
    with opened(context) as library:
        rows = library.people.export()
    if as_json:
        output.to_json({"items": rows, "total": len(rows)})
    else:
        output.print_csv(
            ("path", "file_hash", "person", "qualifier", "aliases", "origin", "path_raw", "previous_hashes"),
            (
                (
                    *(row.path, row.file_hash, row.person, row.qualifier, ";".join(row.aliases)),
                    *(row.origin, row.path_raw, " ".join(row.previous_hashes)),
                )
                for row in rows
            ),
        )


@people.command("add", epilog="Example: indexium people add sea.mp4 --person 'Ann Lee'")
def add_people(
    context: typer.Context, paths: Paths, person: Names, only_this: OnlyThis = False, as_json: AsJson = False
) -> None:
    """Add people to files and their copies in the database; with --only-this, by an edit of the files."""
    with opened(context) as library:
        report = library.people.add(paths, person, only_this=only_this)
    if as_json:
        output.to_json(report)
    elif only_this:
        _print_edit(report.added, "added", report.step_id)
    else:
        _print_import(report)
        from indexium_core.cli.edited_files import print_copies

        print_copies(report)


@people.command("remove", epilog="Example: indexium people remove sea.mp4 --person 'Ann Lee' --from-files")
def remove_people(
    context: typer.Context,
    paths: Paths,
    person: Names,
    from_files: Annotated[
        bool, typer.Option("--from-files", help="Also plan to remove the names from the files.")
    ] = False,
    only_this: OnlyThis = False,
    as_json: AsJson = False,
) -> None:
    """Remove people from files and their copies in the database; with --only-this, by an edit of the files."""
    with opened(context) as library:
        report = library.people.remove_from(paths, person, from_files=from_files, only_this=only_this)
    if as_json:
        output.to_json(report)
    elif only_this:
        _print_edit(report.removed, "removed", report.step_id)
    else:
        taken = f"{wording.plural(report.removed, 'assignment')} removed."
        output.note(taken + (" The plan removes the names from the files." if from_files else ""))
        from indexium_core.cli.edited_files import print_copies

        print_copies(report)


def _print_edit(names: int, verb: str, step_id: int | None) -> None:
    """Print the result of an edit of only the named files."""
    if step_id is None:
        output.note("The people stay the same; nothing was done.")
    else:
        output.note(f"{wording.plural(names, 'name')} {verb} in these files only. To undo this: indexium undo")


@people.command("list", epilog="Example: indexium people list")
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """Show all people with their number of files and their aliases."""
    with opened(context) as library:
        rows = library.people.list()
    columns = ("id", "person", "files", "aliases")
    output.listing(
        rows,
        columns,
        lambda row: (f"#{row.person_id}", row.label, row.files, ", ".join(row.aliases)),
        right=(0, 2),
        empty="No person is known. 'indexium people import FILE' imports people.",
        as_json=as_json,
    )


@people.command("rename", epilog="Example: indexium people rename 'Zoe Oz' 'Zoë Öz'")
def rename_person(
    context: typer.Context,
    old: Person,
    new: Annotated[str, typer.Argument(help="The new name; the old one again, to change only the qualifier.")],
    qualifier: Annotated[
        str | None,
        typer.Option(help="Tells people with one name apart, and is never written into files; '' removes it."),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Rename a person, or tell people with one name apart; the plan corrects the old spelling in files."""
    with opened(context) as library:
        _print_change(library.people.rename(old, new, qualifier=qualifier, dry_run=dry_run))


@people.command("merge", epilog="Example: indexium people merge 'A. Lee' 'Annie Lee' 'Ann Lee'")
def merge_people(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="FROM… INTO", help="The names to merge; the last one is kept.")],
    dry_run: DryRun = False,
) -> None:
    """Merge several spellings into one person."""
    with opened(context) as library:
        _print_change(library.people.merge(names[:-1], names[-1], dry_run=dry_run))


@people.command("split", epilog="Example: indexium people split 'Ann Lee' sea.mp4 --into 'Ann Lee' --qualifier aunt")
def split_person(
    context: typer.Context,
    person: Person,
    paths: Paths,
    into: Annotated[str, typer.Option(help="The name of the new person; it may be the old name.")],
    qualifier: Annotated[
        str, typer.Option(help="Tells people with one name apart, and is never written into files.")
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Give some files of a person to a new person."""
    with opened(context) as library:
        _print_change(library.people.split(person, paths, into=into, qualifier=qualifier, dry_run=dry_run))


@people.command("unmerge", epilog="Example: indexium people unmerge 'Ann Lee' 'A. Lee'")
def unmerge_person(
    context: typer.Context,
    person: Person,
    merged: Annotated[str, typer.Argument(help="The name that was merged into the person.")],
    dry_run: DryRun = False,
) -> None:
    """Make a merged person a person of its own again."""
    with opened(context) as library:
        _print_change(library.people.unmerge(person, merged, dry_run=dry_run))


def _print_change(change: PersonChange) -> None:
    output.note(change.text or "Nothing changes.")
    if change.step_id is not None:
        output.note("To undo this: indexium undo")
