"""`artwork`: the pictures of films and series: what is offered, what is selected, and what the cache holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.job_progress import finish, followed
from indexium_core.cli.options import AsJson, DryRun
from indexium_core.model import wording
from indexium_core.model.artwork.selection_config import ASSET_TYPES, label_of_type, values_of
from indexium_core.model.artwork.selections import SelectionRule

if TYPE_CHECKING:
    from indexium_core.model.artwork.assets import AssetCandidate
    from indexium_core.model.artwork.selections import PictureDecision, SelectionPreview

PictureId = Annotated[
    int, typer.Argument(metavar="PICTURE", min=1, max=2**62, help="Id of a picture, from 'artwork list'.")
]
Kind = Annotated[str, typer.Option("--type", metavar="TYPE", help=f"{', '.join(ASSET_TYPES)}.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, such as “too dark”.")]

artwork = typer.Typer(help="Pictures of films and series: select, reject, compare them.", no_args_is_help=True)
app.add_typer(artwork, name="artwork")


@artwork.command("list", epilog="Example: indexium artwork list 12 --type poster")
def list_pictures(
    context: typer.Context,
    title_id: Annotated[
        int | None, typer.Argument(metavar="ID", min=1, max=2**62, help="Id of the title, from 'titles list'.")
    ] = None,
    asset_type: Kind = "",
    download: Annotated[
        bool, typer.Option("--download", help="Download the missing posters and backdrops, of ID or of all titles.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the pictures that providers and folders offer for a title, or download those that are missing."""
    if title_id is None and not download:
        raise errors.UsageError("Name a title, or use --download: indexium artwork list ID.")
    if download:
        with opened(context) as library:
            job = followed(library, library.artwork_jobs.add([title_id] if title_id else ()), "Pictures")
        finish(job, as_json=as_json)
    with opened(context) as library:
        kind = library.titles.get(title_id or 0).item.entity_type
        found = library.picture_selection.candidates(kind, title_id or 0, asset_type or None)
    if as_json:
        output.to_json(found)
        return
    output.table(
        ("picture", "kind", "selected", "score", "provider", "size", "language", "votes", "cached", "address"),
        (
            (
                each.id,
                each.asset_type if each.season is None else f"{each.asset_type} of season {each.season}",
                _state(each),
                "" if each.auto_score is None else f"{each.auto_score:.2f}",
                each.provider,
                f"{each.width} × {each.height}" if each.width and each.height else "",
                each.language,
                each.votes or "",
                "cached" if each.is_downloaded else "",
                each.provider_url,
            )
            for each in found.items
        ),
        right=(0, 3, 7),
        empty=f"No picture is known for title {title_id}. 'indexium titles enrich {title_id}' asks the providers.",
    )


def _state(each: AssetCandidate) -> str:
    if each.is_by_person:
        return f"by {each.selected_by or 'a person'}" + (", for another match" if each.is_of_former_match else "")
    if each.is_selected:
        return "by the rule"
    if each.is_rejected:
        return f"rejected: {each.reject_reason}" if each.reject_reason else "rejected"
    return "" if each.duplicate_of is None else f"same as {each.duplicate_of}"


@artwork.command("select", epilog="Example: indexium artwork select 789")
def select(context: typer.Context, picture: PictureId, as_json: AsJson = False) -> None:
    """Select a picture for its title: it stays selected after any look-up."""
    with opened(context) as library:
        _report(library.picture_selection.select_candidate(picture), as_json=as_json)


@artwork.command("reject", epilog='Example: indexium artwork reject 789 --reason "too dark"')
def reject(context: typer.Context, picture: PictureId, reason: Reason = "", as_json: AsJson = False) -> None:
    """Reject a picture: no rule selects it again, also after a look-up."""
    with opened(context) as library:
        _report(library.picture_selection.reject_candidate(picture, reason), as_json=as_json)


@artwork.command("restore", epilog="Example: indexium artwork restore 789")
def restore(context: typer.Context, picture: PictureId, as_json: AsJson = False) -> None:
    """Offer a rejected picture again."""
    with opened(context) as library:
        _report(library.picture_selection.take_back_rejection(picture), as_json=as_json)


@artwork.command("release", epilog="Example: indexium artwork release 789")
def release(context: typer.Context, picture: PictureId, as_json: AsJson = False) -> None:
    """Leave the kind of this picture to the rule, where a person selected one."""
    with opened(context) as library:
        _report(library.picture_selection.release(picture), as_json=as_json)


@artwork.command("search", epilog="Example: indexium artwork search 12")
def search(
    context: typer.Context,
    title_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**62, help="Id of the title.")],
    provider: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this provider, or several.")] = None,
    as_json: AsJson = False,
) -> None:
    """Get the pictures that providers offer for a title now."""
    with opened(context) as library:
        kind = library.titles.get(title_id).item.entity_type
        found = library.picture_search.search(kind, title_id, provider or ())
    if as_json:
        output.to_json({"items": found, "total": len(found)})
    else:
        for each in found:
            output.say_out(each.message if each.state != "failed" else f"{each.label}: {each.message}")
    raise typer.Exit(0 if any(each.state != "failed" for each in found) else 1)


@artwork.command("auto", epilog="Example: indexium artwork auto --language de --dry-run")
def auto(
    context: typer.Context,
    title_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID…]", help="Ids of titles; none = all films and series.")
    ] = None,
    asset_type: Kind = "poster",
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Select pictures in this language, such as de; none = without text.")
    ] = "",
    provider: Annotated[
        str, typer.Option(metavar="NAME", help="Select pictures of this provider; local = those in the folders.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Select pictures of many titles; without --language and --provider, the rule of the library decides again."""
    rule = SelectionRule(asset_type=asset_type, language=language, provider=provider)
    with opened(context) as library:
        ids = title_ids or library.picture_selection.title_ids()
        if dry_run:
            _print_preview(library.picture_selection.preview(ids, rule), asset_type, as_json=as_json)
        else:
            _report(library.picture_selection.apply(ids, rule), as_json=as_json)


def _print_preview(preview: SelectionPreview, asset_type: str, *, as_json: bool) -> None:
    if as_json:
        output.to_json(preview)
        return
    output.table(
        ("title", "from", "to"),
        ((each.title, _short(each.old), _short(each.new)) for each in preview.changes),
        empty="No picture would change.",
    )
    kind = label_of_type(asset_type)
    if preview.total:
        titles = wording.plural(preview.total - preview.kept, "title gets", "titles get")
        output.say_out(f"{titles} another {kind}. Nothing has changed yet: leave out --dry-run.")
    if preview.kept:
        keep = wording.plural(preview.kept, "title keeps its", "titles keep their")
        output.say_out(f"{keep} {kind}; only who selects it changes.")
    if preview.without:
        have = wording.plural(preview.without, "title has", "titles have")
        output.say_out(f"{have} no {kind} that fits, and would not change.")


def _short(each: AssetCandidate | None) -> str:
    if each is None:
        return "none"
    return f"{each.provider} {each.id}, {each.language or 'no text'}, {each.size_text}"


@artwork.command("cache", epilog="Example: indexium artwork cache")
def cache(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how much the originals in the cache take, how many of them stay, and what could be removed."""
    with opened(context) as library:
        found = library.artwork.cache_usage()
    if as_json:
        output.to_json(found)
        return
    output.say_out(found.summary)


@artwork.command("collect", epilog="Example: indexium artwork collect --dry-run")
def collect(context: typer.Context, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Delete the originals in the cache that no title and no published file has used for a month."""
    with opened(context) as library:
        found = library.artwork.garbage_collect(dry_run=dry_run)
    if as_json:
        output.to_json(found)
        return
    output.say_out(found.summary)


@artwork.command("rule", epilog="Example: indexium artwork rule 2 prefer_language=de --type poster")
def rule(
    context: typer.Context,
    library_id: Annotated[int, typer.Argument(metavar="LIBRARY", min=1, max=2**31 - 1, help="Id of the library.")],
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE…]", help="New values; an empty value is the default.")
    ] = None,
    asset_type: Kind = "poster",
    as_json: AsJson = False,
) -> None:
    """Show the rule by which a library selects pictures of a kind, or change it."""
    with opened(context) as library:
        service = library.picture_selection
        found = (
            service.change_config(library_id, asset_type, values_of(values))
            if values
            else service.config(library_id, asset_type)
        )
    if as_json:
        output.to_json(found)
        return
    output.table(("name", "value"), ((name, _shown(value)) for name, value in asdict(found).items()))


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _report(decision: PictureDecision, *, as_json: bool) -> None:
    if as_json:
        output.to_json(decision)
        return
    undo = f" 'indexium undo {decision.step_id}' undoes it." if decision.step_id is not None else ""
    output.say_out(f"{decision.summary}{undo}")
