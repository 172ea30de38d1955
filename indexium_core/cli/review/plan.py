"""`plan`: what would change in which files."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, CommentMode, HardLinks, Mode, Query
from indexium_core.model import wording
from indexium_core.model.files import strategies
from indexium_core.model.planning.plan import Facets, PlanItem, PlanPage, PlanStatistics
from indexium_core.model.query import with_values

if TYPE_CHECKING:
    from indexium_core.flows.planning.plan import MetadataPlan
    from indexium_core.services import LibraryServices

GLYPHS = {"safe": "✓ safe", "warning": "! warning", "danger": "▲ danger", "blocked": "■ blocked", "unchanged": "="}


@app.command(epilog="Example: indexium plan 'risk:danger' --sort name")
def plan(
    context: typer.Context,
    query: Query = "",
    mode: Mode = None,
    comment_mode: CommentMode = None,
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=0, help="0 = all.")] = 50,
    sort: Annotated[
        str,
        typer.Option(help="name path risk tags new_tags size mtime category cost; a leading '-' reverses the order."),
    ] = "risk",
    everything: Annotated[bool, typer.Option("--all", help="Include unchanged and skipped files.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Print only the counts.")] = False,
    facets: Annotated[
        bool, typer.Option("--facets", help="Print the filters that narrow the search, with their file counts.")
    ] = False,
    include_unknown: Annotated[
        bool, typer.Option("--include-unknown", help="With --mode exact: include files without known people.")
    ] = False,
    hard_links: HardLinks = "block",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the items as CSV.")] = False,
    fields: Annotated[
        str,
        typer.Option(
            metavar="KEYS",
            help="With --csv: fields that get columns although no file has them, separated by commas, or all.",
        ),
    ] = "",
) -> None:
    """Show what would change in which files, with the risk of each change."""
    with opened(context) as library:
        library.files.require(query)
        made = library.plan(
            query, mode=mode, comment_mode=comment_mode, include_unknown=include_unknown, hard_links=hard_links
        )
        if stats:
            _print_statistics(made, as_json=as_json)
            return
        if facets:
            _print_facets(library.search.facets(plan=made), as_json=as_json)
            return
        key, descending = sort_of(sort)
        if as_json or as_csv:
            kind = "json" if as_json else "csv"
            wanted = None if fields == "all" else [name.strip() for name in fields.split(",") if name.strip()]
            pieces = library.exporter.plan(
                made,
                kind,
                sort=key,
                descending=descending,
                everything=everything,
                page=page,
                per_page=per_page,
                fields=wanted,
            )
            output.pieces(pieces)
            return
        shown = made.page(
            page,
            per_page=per_page,
            sort=key,
            descending=descending,
            include_unchanged=everything,
        )
        outside = outside_sentence(library, made)
    _print_page(shown)
    if outside:
        output.note(outside)


def outside_sentence(library: LibraryServices, made: MetadataPlan) -> str:
    """Return how many files the search of a plan finds that are not in the plan; "" without a search or such files."""
    files = library.plans.outside(made)
    return (
        f"Not in the plan: {wording.files(files)} without a person in the database and without an edit."
        if files
        else ""
    )


def _print_statistics(made: MetadataPlan, *, as_json: bool) -> None:
    if as_json:
        output.to_json({"plan_id": made.id, "statistics": made.statistics})
        return
    counts = dataclasses.asdict(made.statistics)
    plain = [(name, value) for name, value in counts.items() if not isinstance(value, dict)]
    nested = [
        (f"{name}: {key}", count)
        for name, value in counts.items()
        if isinstance(value, dict)
        for key, count in value.items()
    ]
    output.table(("what", "count"), plain + nested, right=(1,))


def sort_of(text: str) -> tuple[str, bool]:
    """Return the key of `--sort`, and whether the order is reversed."""
    return text.removeprefix("-"), text.startswith("-")


def _print_facets(found: Facets, *, as_json: bool) -> None:
    if as_json:
        output.to_json(found)
        return
    rows = [
        (with_values("", key, [value.value]), value.label, value.files)
        for key, facet in found.facets.items()
        for value in facet.values
    ]
    output.table(("term", "what", "files"), rows, right=(2,))
    for key, facet in found.facets.items():
        if len(facet.values) < facet.total:
            output.note(f"{key}: {len(facet.values)} of {facet.total:,} values shown, those with the most files.")


def _changes(item: PlanItem) -> Iterator[str]:
    yield from (f"+{name}" for name in item.tags_to_add)
    yield from (f"-{name}" for name in item.tags_to_remove)
    yield from (f"{change.field}={change.new or ''}" for change in item.field_changes)


def _print_page(shown: PlanPage) -> None:
    named = places(shown.items)
    rows = [
        (
            item.file_id,
            GLYPHS.get(item.risk_level, item.risk_level),
            named[item.file_id],
            " ".join(_changes(item)),
            _how(item),
            "; ".join(issue.message for issue in item.issues if issue.severity != "note"),
        )
        for item in shown.items
    ]
    if rows:
        output.table(("id", "risk", "file", "change", "how", "why"), rows, right=(0,))
    output.note(_summary(shown.statistics))
    if len(rows) < shown.total:
        first = (shown.page - 1) * shown.per_page + 1
        output.note(
            f"Shown: {wording.range_of(first, first + len(rows) - 1, shown.total)}; --page {shown.page + 1} shows more."
        )


def places(items: Collection[PlanItem]) -> dict[int, str]:
    """Return the path of each file below its library folder, with the folder's name if there are several."""
    named = len({item.library for item in items}) > 1
    return {
        item.file_id: "/".join(part for part in (item.library if named else "", item.folder, item.file_name) if part)
        for item in items
    }


def _how(item: PlanItem) -> str:
    """Return the strategy of a file and its estimated duration."""
    if not item.can_update:
        return ""
    return f"{strategies.in_a_word(item.strategy)}, {wording.estimate(item.est_seconds)}"


def _summary(stats: PlanStatistics) -> str:
    changing = stats.safe_count + stats.warning_count + stats.danger_count
    return (
        f"{wording.files(changing)} would change: {stats.safe_count} safe, {stats.warning_count} warning, "
        f"{stats.danger_count} danger; {stats.blocked_count} blocked, {stats.unchanged_count} unchanged, "
        f"{stats.postponed_count} skipped. +{stats.total_tags_to_add} −{stats.total_tags_to_remove} people, "
        f"{wording.estimate(stats.est_seconds)}."
    )
