"""`cache`: the known hashes of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.job_progress import followed
from indexium_core.cli.library.properties import reported_without_match
from indexium_core.cli.options import AsJson, refuse_ids
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.files.hash_cache import CacheUse, HashCacheStats

cache = typer.Typer(help="Known hashes of files: scans do not hash an unchanged file again.", no_args_is_help=True)
app.add_typer(cache, name="cache")


@cache.command("stats", epilog="Example: indexium cache stats")
def show_stats(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how many hashes are known, and how many of them the last scan used."""
    with opened(context) as library:
        stats = library.hash_cache.stats()
    if as_json:
        output.to_json(stats)
    else:
        _print_stats(stats)


def _print_stats(stats: HashCacheStats) -> None:
    output.note(
        f"{wording.plural(stats.entries, 'hash is', 'hashes are')} known: {stats.sampled:,} of samples, {stats.full:,} "
        f"of all media bytes; {stats.in_memory:,} in memory."
    )
    output.note(f"{stats.verified:,} verified, {stats.differing:,} of them differ from their file.")
    if stats.stale:
        hashes = wording.plural(stats.stale, "hash belongs", "hashes belong")
        output.note(f"{hashes} to no known file; 'indexium cache clean' deletes them.")
    if stats.last_scan is not None:
        output.note(f"Last scan: {use_sentence(stats.last_scan)}")


def use_sentence(use: CacheUse) -> str:
    """Return how much a scan used the cache."""
    saved = f", {wording.duration(use.seconds_saved)} saved" if use.seconds_saved else ""
    return (
        f"{use.hits:,} of {wording.plural(use.hits + use.misses, 'hash was', 'hashes were')} known ({use.rate:.0%}); "
        f"{wording.size(use.hashed_bytes)} hashed{saved}."
    )


@cache.command("clean", epilog="Example: indexium cache clean")
def clean(context: typer.Context, as_json: AsJson = False) -> None:
    """Delete the hashes that belong to no known file, such as those of removed folders."""
    with opened(context) as library:
        deleted = library.hash_cache.clean()
    if as_json:
        output.to_json({"deleted": deleted})
    else:
        output.note(f"{wording.plural(deleted, 'hash was', 'hashes were')} deleted.")


@cache.command("verify", epilog="Example: indexium cache verify 'folder:2019'")
def verify(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="A search, in quotes; none = all files.")] = "",
    as_json: AsJson = False,
) -> None:
    """Read files again and compare their media with the known hashes; the check 'corruption' lists the differences."""
    with opened(context) as library:
        refuse_ids(library, query)
        with reported_without_match(as_json=as_json):
            job = library.verification.add(query)
        job = followed(library, job, "Verification")
    if as_json:
        output.to_json({"job_id": job.id, "status": job.status, **job.summary})
    elif job.summary:
        output.note(f"{job.summary['message']}, in {wording.duration(float(job.summary['seconds']))}.")
        if job.summary["differing"]:
            output.note("'indexium checks corruption' lists the files that differ.")
    if job.error_message:
        output.note(job.error_message)
    has_failed = job.status != "completed" or job.summary["differing"]
    raise typer.Exit(1 if has_failed else 0)
