"""`scan`: find the media files of folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.library.cache import use_sentence
from indexium_core.cli.options import AsJson
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.library import ScanReport


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
    as_json: AsJson = False,
) -> None:
    """Find and read the media files of folders; a new folder becomes a library."""
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
        output.note("The scan stopped before its end. The results so far are kept, and no file counts as missing.")
    output.note(
        f"{wording.plural(report.seen, 'media file')}: {report.new} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.moved} moved, {report.missing} missing, "
        f"in {wording.duration(report.seconds)}."
    )
    if report.cache.hits or report.cache.misses:
        output.note(f"Hash cache: {use_sentence(report.cache)}")
    for state, count in sorted(report.by_state.items()):
        if state != "ok":
            output.note(f"  {count} {state}")
