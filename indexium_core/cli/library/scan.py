"""`scan`: find the media files of folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.library.cache import use_sentence
from indexium_core.cli.options import AsJson
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.files.scan_reports import ScanReport

WAIT_SECONDS = 5.0  # until a scan is tried again that could not start
RETRIED_CODES = frozenset({"home_in_use", "scan_running", "busy_in_operation", "unknown_folder"})  # they may pass
GROWING_SECONDS = 61.0  # a file that changed less than a minute before its scan is read once more


@app.command(epilog="Example: indexium scan ~/Videos")
def scan(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="DIR…", help="Folders; none = all library folders.")
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="Read every file, and hash all media bytes of those whose full hash is not known."),
    ] = False,
    accept_missing: Annotated[
        bool, typer.Option("--accept-missing", help="Treat missing files as deleted, even if a folder seems offline.")
    ] = False,
    really_gone: Annotated[bool, typer.Option("--really-gone", hidden=True)] = False,
    photos: Annotated[
        bool,
        typer.Option("--photos/--no-photos", help="Include photos in new folders; a known folder keeps its setting."),
    ] = True,
    watch: Annotated[bool, typer.Option("--watch", help="Then wait for changes and scan again, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find and read the media files of folders; a new folder becomes a library."""
    if watch:
        if full or accept_missing or really_gone:
            raise errors.UsageError(
                "--watch cannot be combined with --full or --accept-missing. Scan once with these first."
            )
        _watch(context, folders or (), photos=photos, as_json=as_json)
        return
    with opened(context) as library, output.bar("Scanning") as update:
        report = library.scan(
            folders or (),
            full=full,
            really_gone=accept_missing or really_gone,
            photos=photos,
            progress=lambda p: update(p.done, p.total, p.current),
        )
    if as_json:
        output.to_json(report)
    else:
        _print_scan(report)


def _watch(context: typer.Context, folders: Sequence[Path], *, photos: bool, as_json: bool) -> None:
    """Scan folders, then again after each change, until Ctrl-C. The home is open only during a scan."""
    from indexium_core.flows.scanning.watching import FolderWatcher

    with opened(context) as library:
        include = None if photos else False  # None: a known folder keeps its setting
        rows = [library.inventory.add(folder, photos=include) for folder in folders] or library.inventory.list()
    if not rows:
        raise errors.UsageError("There is no library folder to watch. Name one: indexium scan DIR --watch.")
    watcher = FolderWatcher((Path(os.fsdecode(row.path_bytes)) for row in rows), on_polling=output.note)
    output.note(f"Watching {wording.plural(len(rows), 'folder')}. Press Ctrl-C to stop.")
    is_first = True
    for changed in watcher.changes():
        try:
            with opened(context) as library:
                report = library.scan(changed)
        except (errors.HomeInUseError, errors.UsageError) as error:
            if error.reason not in RETRIED_CODES:
                raise
            output.note(error.message)
            watcher.scan_again(changed, WAIT_SECONDS)
            continue
        if report.growing:
            watcher.scan_again(changed, GROWING_SECONDS)
        if as_json:
            output.to_json(report)
        elif is_first or report.new or report.changed or report.moved or report.missing or report.offline:
            _print_scan(report)
        is_first = False


def _print_scan(report: ScanReport) -> None:
    for sentence in report.messages:
        output.note(sentence)
    if report.cancelled:
        output.note("The scan stopped before its end. The results so far are kept, and no file counts as missing.")
    output.note(
        f"{wording.plural(report.seen, 'media file')}: {report.new} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.moved} moved, {report.missing} missing, "
        f"in {wording.duration(report.seconds)}."
    )
    if report.empty_folders:
        folders = wording.plural(report.empty_folders, "folder is", "folders are")
        output.note(f"{folders} empty; 'indexium libraries empty-folders ID' lists and removes them.")
    if report.cache.hits or report.cache.misses:
        output.note(f"Hash cache: {use_sentence(report.cache)}")
    for state, count in sorted(report.by_state.items()):
        if state != "ok":
            output.note(f"  {count} {state}")
