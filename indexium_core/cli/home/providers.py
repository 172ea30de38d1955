"""`providers`: the providers of metadata of films and series."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.providers.registry import PROVIDERS, label_of

if TYPE_CHECKING:
    from indexium_core.model.lookups.candidates import ScoredCandidate
    from indexium_core.model.lookups.traffic import ProviderDetails, ProviderRequest, ProviderStatus

providers = typer.Typer(
    help="Providers of metadata of films and series: their state, searches, and what was sent.", no_args_is_help=True
)
app.add_typer(providers, name="providers")
_PROVIDERS = f"{wording.list_of([*PROVIDERS], conjunction='or')}."


@providers.command("status", epilog="Example: indexium providers status")
def show_status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show which providers are used, and why others are not."""
    with opened(context) as library:
        rows, kept = library.providers.status(), library.matches.counts()["maybe"]
    header = ("provider", "state", "last 24 hours", "reason")
    output.listing(rows, header, _status_cells, empty="There is no provider.", as_json=as_json)
    if kept and not as_json:
        output.note(f"{wording.kept_back(kept)} 'indexium titles matches --state maybe' shows them.")


def _status_cells(row: ProviderStatus) -> tuple[str, ...]:
    limit = f" of {row.requests_per_day:,}" if row.requests_per_day is not None else ""
    return row.name, row.state, f"{row.requests_today:,}{limit}", row.reason


@providers.command("keys", epilog="Example: indexium providers keys")
def list_keys(context: typer.Context, as_json: AsJson = False) -> None:
    """Show which keys are set, and where. No command shows a key."""
    with opened(context) as library:
        rows = library.provider_keys.list()
    output.listing(
        rows,
        ("key", "provider", "what it is", "set in"),
        lambda row: (row.name, row.provider, row.label, row.origin or "-"),
        empty="There is no key.",
        as_json=as_json,
    )


@providers.command("set-key", epilog="Example: indexium providers set-key tmdb_api_key")
def set_key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the key; 'providers keys' lists them.")],
    remove: Annotated[bool, typer.Option("--remove", help="Remove the key from the key file.")] = False,
) -> None:
    """Enter a key, or read it from the standard input; it is stored in the key file, which only you can read."""
    key = "" if remove else _typed_key(name)
    with opened(context) as library:
        if remove:
            library.provider_keys.remove(name)
        else:
            library.provider_keys.set(name, key)
    output.note(f"{name} is {'removed' if remove else 'stored'}.")


def _typed_key(name: str) -> str:
    """Return a key from the terminal, without showing it, or from a pipe: as an argument, other users could see it."""
    return str(typer.prompt(name, hide_input=True)) if sys.stdin.isatty() else sys.stdin.readline()


@providers.command("test", epilog="Example: indexium providers test tmdb")
def check_key(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help=_PROVIDERS)],
    as_json: AsJson = False,
) -> None:
    """Send one request to a provider, and say whether it accepts the key."""
    with opened(context) as library:
        found = library.provider_keys.test(provider)
    if as_json:
        output.to_json(found)
    else:
        output.note(found.message)
    raise typer.Exit(0 if found.accepted else 1)


@providers.command("search", epilog="Example: indexium providers search 'The Lantern Keeper' --year 2014 --kind movie")
def search_title(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The title of a film or a series.")],
    year: Annotated[int | None, typer.Option(help="Year of the first release.")] = None,
    kind: Annotated[Literal["movie", "tv", "unknown"], typer.Option(help="Type of the title.")] = "unknown",
    minutes: Annotated[float | None, typer.Option(help="Runtime of your file; it is compared, not sent.")] = None,
    external_id: Annotated[
        list[str] | None, typer.Option("--id", metavar="PROVIDER:ID", help="A known id: imdb:tt0012345, tmdb:12345.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search a title, and show the candidates with their scores and the reasons."""
    from indexium_core.model.providers.external_ids import ExternalId

    ids = [ExternalId.of_text(text) for text in external_id or ()]
    with opened(context) as library:
        found = library.providers.search(title, year=year, kind=kind, runtime_minutes=minutes, external_ids=ids)
    for problem in found.problems.values():
        output.note(problem)
    if as_json:
        output.to_json(found)
        return
    decision = found.decision
    if not decision.titles:
        output.note(f"No provider has offered a title for “{title}”. Use other words, or an id: --id tmdb:12345.")
        return
    output.table(("score", "title", "year", "provider", "reasons"), map(_cells, decision.titles))
    verdict = "Accepted automatically" if decision.accepted else "A person must decide"
    output.note(f"{verdict}: {decision.explanation}")


def _cells(row: ScoredCandidate) -> tuple[str, ...]:
    found = row.candidate
    reasons = "; ".join(f"{reason.text}: {reason.points:+.3f}" for reason in row.reasons)
    return f"{row.score:.2f}", found.title, str(found.year or ""), f"{found.provider} {found.external_id}", reasons


@providers.command("details", epilog="Example: indexium providers details tmdb:19 --kind movie")
def show_details(
    context: typer.Context,
    external_id: Annotated[str, typer.Argument(metavar="ID", help="The id: imdb:tt0012345, tmdb:12345, tvdb:12345.")],
    kind: Annotated[Literal["movie", "tv"], typer.Option(help="Type of the title.")] = "movie",
    as_json: AsJson = False,
) -> None:
    """Show what all providers have about one title."""
    from indexium_core.model.providers.external_ids import ExternalId

    known = ExternalId.of_text(external_id)
    with opened(context) as library:
        found = library.providers.details(known, kind)
    for problem in found.problems.values():
        output.note(problem)
    if as_json:
        output.to_json(found)
    else:
        output.table(("value", "content"), _detail_rows(found))


def _detail_rows(found: ProviderDetails) -> list[tuple[str, str]]:
    metadata, ratings, votes = found.metadata, found.metadata.ratings, found.metadata.votes
    named = {label_of(each.name): getattr(ratings, each.name) for each in dataclasses.fields(ratings)}
    counted = {label_of(each.name): getattr(votes, each.name) for each in dataclasses.fields(votes)}
    rows = [
        ("title", found.title.title),
        ("original title", found.title.original_title),
        ("released", metadata.release_date.isoformat() if metadata.release_date else ""),
        ("runtime", f"{metadata.runtime_minutes} min" if metadata.runtime_minutes else ""),
        ("genres", ", ".join(metadata.genres)),
        ("keywords", ", ".join(metadata.keywords)),
        ("rated", metadata.content_rating),
        ("ratings", ", ".join(f"{name} {value:g}" for name, value in named.items() if value is not None)),
        ("votes", ", ".join(f"{name} {value:,}" for name, value in counted.items() if value is not None)),
        ("plot", metadata.plot),
        ("cast", ", ".join(f"{each.name} ({each.character})".removesuffix(" ()") for each in metadata.cast)),
        ("crew", ", ".join(f"{each.name} ({each.job})" for each in metadata.crew)),
        ("seasons", ", ".join(map(str, found.seasons))),
        ("pictures", str(len(found.images))),
        ("ids", ", ".join(f"{name} {value}" for name, value in sorted(metadata.external_ids.items()))),
    ]
    return [(name, content) for name, content in rows if content]


@providers.command("requests", epilog="Example: indexium providers requests --limit 20")
def list_requests(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="Number of requests.", min=1, max=1000)] = 50,
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    provider: Annotated[str, typer.Option(metavar="NAME", help="Only requests to this provider.")] = "",
    text: Annotated[str, typer.Option(help="Only requests whose address or parameters contain it.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="Only requests without a good answer.")] = False,
    title_id: Annotated[
        int | None, typer.Option("--title", metavar="ID", min=1, max=2**62, help="Only requests for this title.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the requests that left this machine, newest first: time, provider, what was sent, status of the answer."""
    with opened(context) as library:
        found = library.providers.request_page(
            text, provider=provider, failed=failed, title_id=title_id, page=page, per_page=limit
        )
    empty = "No request has left this machine. 'indexium titles enrich' looks titles up at the providers."
    if text or provider or failed or title_id is not None or page > 1:
        empty = "No request is in this list. 'indexium providers requests' without options shows all."
    header = ("time", "provider", "sent", "status", "seconds")
    output.listing(found.items, header, _request_cells, empty=empty, as_json=as_json)


def _request_cells(row: ProviderRequest) -> tuple[str, ...]:
    sent = " ".join([row.route, *(f"{name}={value}" for name, value in row.parameters.items())])
    seconds = "" if row.seconds is None else f"{row.seconds:.2f}"
    return f"{row.at.astimezone():%Y-%m-%d %H:%M:%S}", row.provider, sent, str(row.status or "no answer"), seconds
