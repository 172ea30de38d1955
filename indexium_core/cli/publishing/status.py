"""`publish status` and `publish options`: what is published, what is not yet, and what libraries publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import opened
from indexium_core.cli.options import AsJson
from indexium_core.cli.publishing.publish import publish
from indexium_core.model import wording
from indexium_core.model.artwork.selection_config import ASSET_TYPES
from indexium_core.model.publishing.options import PUBLISH, READERS, PublishOptions
from indexium_core.model.publishing.risks import PUBLICATION_CODES

if TYPE_CHECKING:
    from indexium_core.model.publishing.publication import PublicationItem, PublicationPage


@publish.command("status", epilog="Example: indexium publish status 'seaside' --risk danger")
def status(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words of a title, a folder, a file or a person; none = all.")] = "",
    risk: Annotated[
        str, typer.Option(help="Only these: safe, warning, danger, blocked, unchanged; default: all but unchanged.")
    ] = "",
    library_id: Annotated[int | None, typer.Option("--library", metavar="ID", help="Only this library.")] = None,
    unpublished: Annotated[
        bool | None,
        typer.Option("--unpublished/--published", help="Only titles with, or without, unpublished changes."),
    ] = None,
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=1000, help="Titles per page.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show which titles have files to publish, with the risk of each."""
    with opened(context) as library:
        library.publications.refresh()
        found = library.publications.plan(
            query,
            risk=[word.strip() for word in risk.split(",") if word.strip()],
            library_id=library_id,
            unpublished=unpublished,
            page=page,
            per_page=per_page,
        )
        waiting = library.publications.unpublished_count()
    if as_json:
        output.to_json({**found.as_dict(), "unpublished": waiting})
        return
    output.table(
        ("title", "name", "risk", "files", "notes"),
        [(each.address, each.name, each.risk, each.files_summary, _notes(each)) for each in found.items],
        empty=_empty(found),
    )
    if found.total > len(found.items) > 0:
        output.note(f"{len(found.items):,} of {wording.plural(found.total, 'title')}; --page shows more.")
    if found.items:
        risks = ", ".join(f"{count:,} {name}" for name, count in found.risks.items() if count)
        output.note(f"{risks}. Files: {found.summary}.")
    if waiting:
        have = wording.plural(waiting, "title has", "titles have")
        output.note(f"{have} changes that are not published. 'indexium publish' publishes them.")


def _empty(found: PublicationPage) -> str:
    if found.total:
        return f"This page is empty: the list has {wording.plural(found.total, 'title')}."
    if count := found.risks.get("unchanged", 0):
        published = wording.plural(count, "title is as it", "titles are as they")
        return f"Nothing is left to publish here: {published} should be."
    return "No title has files to publish. 'indexium publish options' shows what libraries publish."


def _notes(item: PublicationItem) -> str:
    return ", ".join(PUBLICATION_CODES[code].label for code in item.codes)


@publish.command("options", epilog="Example: indexium publish options 1 --publish both --kinds poster,backdrop")
def options(
    context: typer.Context,
    library_id: Annotated[
        int | None,
        typer.Argument(metavar="[LIBRARY]", min=1, max=2**31 - 1, help="Id of the library, from 'libraries list'."),
    ] = None,
    what: Annotated[str | None, typer.Option("--publish", metavar="WHAT", help=f"{', '.join(PUBLISH)}.")] = None,
    kinds: Annotated[
        str | None, typer.Option(metavar="KINDS", help=f"Kinds of pictures: {','.join(ASSET_TYPES)}; all = every kind.")
    ] = None,
    readers: Annotated[
        str | None, typer.Option(metavar="NAMES", help=f"Programs that read the files: {','.join(READERS)}.")
    ] = None,
    people: Annotated[
        bool | None, typer.Option("--people/--no-people", help="Whether the people of files become cast members.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what libraries publish, or change it; nothing is written by that."""
    with opened(context) as library:
        names = {each.library_id: each.name for each in library.inventory.list()}
        if library_id is None:
            found = library.publications.all_options()
        elif all(each is None for each in (what, kinds, readers, people)):
            found = {library_id: library.publications.options(library_id)}
        else:
            changed = library.publications.set_options(
                library_id,
                publish=what,
                kinds=ASSET_TYPES if kinds == "all" else _words(kinds),
                readers=_words(readers),
                people=people,
            )
            found = {library_id: changed}
    if as_json:
        output.to_json({"items": [{"library_id": number, **each.as_dict()} for number, each in found.items()]})
        return
    output.table(
        ("library", "name", "publishes", "pictures", "people"),
        [(number, names.get(number, ""), *_row(each)) for number, each in found.items()],
        empty="There is no library folder. 'indexium scan DIR' adds one and scans it.",
    )


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def _row(found: PublishOptions) -> tuple[str, str, str]:
    kinds = "all kinds" if found.picture_kinds == ASSET_TYPES else ", ".join(found.picture_kinds)
    return found.summary, kinds, ("as cast" if found.people else "no") if found.writes_nfo else ""
