"""`plan`, `edit`, `postpone`, `mode`, `decisions`: what would change, and what the person decides about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.app import app, opened
from indexium_core.library import LibraryServices, MetadataPlan
from indexium_core.model import labels, wording
from indexium_core.model.operations import strategies
from indexium_core.model.people.people_comment import person_key
from indexium_core.model.planning.facets import Facets
from indexium_core.model.planning.plan import PlanItem, PlanPage, PlanStatistics
from indexium_core.model.query import bare_numbers, with_chosen

Query = Annotated[str, typer.Argument(help="Search, e.g. 'risk:danger person:\"Ann Lee\" -path:archive', or id:12.")]
Mode = Annotated[str | None, typer.Option(help="merge (default) or exact.")]
CommentMode = Annotated[str | None, typer.Option(help="replace (default) or preserve.")]
HardLinks = Annotated[
    str, typer.Option(help="break: files with several names that must be replaced, too, so that their names part.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

MOST = 2**62  # larger than any id
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
        str, typer.Option(help="name path risk tags new_tags size mtime category cost; '-' in front turns it.")
    ] = "risk",
    everything: Annotated[bool, typer.Option("--all", help="Unchanged and postponed files too.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Only the counts.")] = False,
    facets: Annotated[
        bool, typer.Option("--facets", help="What the search can be narrowed down by, each with its files.")
    ] = False,
    include_unknown: Annotated[
        bool, typer.Option("--include-unknown", help="With exact: files nobody knows, too.")
    ] = False,
    hard_links: HardLinks = "block",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the items as CSV.")] = False,
) -> None:
    """Show which metadata would go into which file, and how risky that is."""
    with opened(context) as library:
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
            output.pieces(
                library.exporter.plan(
                    made, kind, sort=key, descending=descending, everything=everything, page=page, per_page=per_page
                )
            )
            return
        shown = made.page(
            page,
            per_page=per_page,
            sort=key,
            descending=descending,
            include_unchanged=everything,
        )
    _print_page(shown)


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
    """Return the key of `--sort` and whether it is turned."""
    return text.removeprefix("-"), text.startswith("-")


def _print_facets(found: Facets, *, as_json: bool) -> None:
    if as_json:
        output.to_json(found)
        return
    rows = [
        (with_chosen("", key, [value.value]), value.label, value.files)
        for key, facet in found.facets.items()
        for value in facet.values
    ]
    output.table(("term", "what", "files"), rows, right=(2,))
    for key, facet in found.facets.items():
        if len(facet.values) < facet.total:
            output.note(f"{key}: {len(facet.values)} of {facet.total:,} values shown, the ones with most files.")


def _print_page(shown: PlanPage) -> None:
    named = places(shown.items)
    rows = [
        (
            item.file_id,
            GLYPHS.get(item.risk_level, item.risk_level),
            named[item.file_id],
            " ".join([*(f"+{name}" for name in item.tags_to_add), *(f"-{name}" for name in item.tags_to_remove)]),
            _how(item),
            "; ".join(issue.message for issue in item.issues if issue.severity != "note"),
        )
        for item in shown.items
    ]
    if rows:
        output.table(("id", "risk", "file", "people", "how", "why"), rows, right=(0,))
    output.note(_summary(shown.statistics))
    if len(rows) < shown.total:
        first = (shown.page - 1) * shown.per_page + 1
        output.note(
            f"Shown: {wording.range_of(first, first + len(rows) - 1, shown.total)}; --page {shown.page + 1} shows more."
        )


def places(items: Collection[PlanItem]) -> dict[int, str]:
    """Return, by file, where each is below its root; with the root's name where there are several."""
    named = len({item.library for item in items}) > 1
    return {
        item.file_id: "/".join(part for part in (item.library if named else "", item.folder, item.file_name) if part)
        for item in items
    }


def _how(item: PlanItem) -> str:
    """Return how a file would be written, and what that costs."""
    if not item.can_update:
        return ""
    return f"{strategies.in_a_word(item.strategy)}, {wording.duration(item.est_seconds)}"


def _summary(stats: PlanStatistics) -> str:
    changing = stats.safe_count + stats.warning_count + stats.danger_count
    return (
        f"{wording.plural(changing, 'file')} would change: {stats.safe_count} safe, {stats.warning_count} warning, "
        f"{stats.danger_count} danger; {stats.blocked_count} blocked, {stats.unchanged_count} unchanged, "
        f"{stats.postponed_count} postponed. +{stats.total_tags_to_add} −{stats.total_tags_to_remove} people, "
        f"{wording.estimate(stats.est_seconds)}."
    )


@app.command(epilog="Example: indexium edit 'folder:2019' --add 'Ann Lee' --remove 'Bob Ray'")
def edit(
    context: typer.Context,
    query: Query,
    people: Annotated[
        str | None, typer.Option(help="The people that the files shall have, split by ';'. '' for none.")
    ] = None,
    add: Annotated[list[str] | None, typer.Option(help="A person to add; may be said more than once.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A person to take out; may be said more than once.")] = None,
) -> None:
    """Set by hand who is in the files found, or add people to each and take others out; stands until revoked."""
    if (people is None) == (not add and not remove):
        raise errors.UsageError("Say either --people, or whom to --add and to --remove.")
    with opened(context) as library:
        refuse_ids(library, query)
        if people is not None:
            names = [name.strip() for name in people.split(";") if name.strip()]
            _report("edited", library.edit(query, names).files)
            return
        _hint(library, add or [])
        report = library.decisions.change_people(query, add=add or [], remove=remove or [])
    output.note(labels.sentence(report.label) if report.files else "No file would change; nothing was done.")


def _hint(library: LibraryServices, names: Sequence[str]) -> None:
    """Say which names that nobody has may be misspellings of known ones."""
    known = {person_key(row.name) for row in library.people.list()}
    for name in names:
        if person_key(name) not in known:
            alike = [f"“{each.name}” ({wording.plural(each.files, 'file')})" for each in library.people.similar(name)]
            if alike:
                output.note(f"“{name}” is new. Did you mean {' or '.join(alike)}? 'indexium undo' takes it back.")


@app.command(epilog="Example: indexium postpone 'folder:raw' --until 2027-01-01")
def postpone(
    context: typer.Context,
    query: Query,
    until: Annotated[str | None, typer.Option(help="Day on which they come back, e.g. 2027-01-31.")] = None,
    bring_back: Annotated[bool, typer.Option("--bring-back", help="Bring back those that are left out.")] = False,
) -> None:
    """Leave the files found out of every list and write, until a day or until they are brought back."""
    if bring_back and until:
        message = "Say --until or --bring-back, not both."
        raise errors.UsageError(message)
    with opened(context) as library:
        refuse_ids(library, query)
        if bring_back:
            _report("brought back", library.decisions.end_postponements(with_chosen(query, "postponed", ["yes"])).files)
        else:
            _report("postponed", library.decisions.postpone(query, until=until).files)


@app.command(epilog="Example: indexium mode 'issue:custom_comment' --comment-mode preserve")
def mode(context: typer.Context, query: Query, mode: Mode = None, comment_mode: CommentMode = None) -> None:
    """Choose how people and comment of the files found are combined."""
    if mode is None and comment_mode is None:
        message = "Say what to set: --mode merge|exact, --comment-mode replace|preserve."
        raise errors.UsageError(message)
    with opened(context) as library:
        refuse_ids(library, query)
        _report("set", library.decisions.set_mode(query, mode=mode, comment_mode=comment_mode).files)


def refuse_ids(library: LibraryServices, query: str, *, asks: bool = False) -> None:
    """
    Keep a person from changing the files with 12 in their names who means the one with that id.

    UsageError; where the command `asks` anyway, it is only said.
    """
    for number in bare_numbers(query):
        try:
            name = library.files.file(number).file_name
        except errors.UnknownIdError:
            continue
        message = f"{number} is a word that names may hold; id:{number} is the file {name}."
        if not asks:
            message += f" Say id:{number} for it, or name:{number} for the word."
            raise errors.UsageError(message)
        output.note(message)


def _report(verb: str, files: int) -> None:
    output.note(
        f"{wording.plural(files, 'file')} {verb}." if files else "No file of the plan matches; nothing was done."
    )


decisions = typer.Typer(help="Edits, postponements and modes that are in force.", no_args_is_help=True)
app.add_typer(decisions, name="decisions")


@decisions.command("list", epilog="Example: indexium decisions list --json")
def list_decisions(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every decision that is in force."""
    with opened(context) as library:
        rows = library.decisions.list()
    if as_json:
        output.to_json({"items": rows, "total": len(rows)})
        return
    output.table(
        ("id", "kind", "what", "file"),
        [(row.decision_id, row.kind, row.summary, row.file_path) for row in rows],
        right=(0,),
    )


@decisions.command("revoke", epilog="Example: indexium decisions revoke 12 13")
def revoke(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(min=1, max=MOST, help="Ids from 'decisions list'.")],
) -> None:
    """Take decisions back; the plan follows at once."""
    with opened(context) as library:
        output.note(f"{library.decisions.revoke(ids)} revoked.")
