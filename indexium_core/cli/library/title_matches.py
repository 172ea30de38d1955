"""`titles matches`, `titles match`, `titles undo`: which title of a provider each film and series is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import opened
from indexium_core.cli.job_progress import followed
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.matches.results import MATCH_STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexium_core.model.matches.questions import MatchCandidate, MatchQuestion
    from indexium_core.model.matches.results import MatchResult
    from indexium_core.services import LibraryServices


def list_matches(
    context: typer.Context,
    state: Annotated[str, typer.Option(metavar="STATE", help=f"One of {', '.join(MATCH_STATES)}.")] = "open",
    library_id: Annotated[int | None, typer.Option("--library", metavar="ID", help="Only of this library.")] = None,
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=200, help="Titles per page.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the titles that wait for a decision about their match, with the best candidate or the match of each."""
    with opened(context) as library:
        found = library.matches.pending(state, library_id=library_id, page=page, per_page=per_page)
    if as_json:
        output.to_json(found)
        return
    others = ", ".join(f"{state} {count:,}" for state, count in found.counts.items() if count)
    if not found.items:
        output.note(_empty(found.total, state, others))
        return
    output.table(
        (
            *("id", "title", "files", "candidates", "score", "match" if state == "accepted" else "best candidate"),
            *(() if state == "accepted" else ("missing",)),
        ),
        (_cells(each, state) for each in found.items),
        right=(0, 2, 3),
    )
    output.note(f"{len(found.items):,} of {wording.plural(found.total, 'title')}. {others}.")


def _empty(total: int, state: str, others: str) -> str:
    if total:
        return f"This page is empty: the list has {wording.plural(total, 'title')}."
    if not others:
        return "No film and no series is identified. 'indexium titles identify' identifies them."
    step = "'indexium titles enrich' searches titles" if state == "open" else "--state shows another list"
    return f"No title has the state “{state}”; others: {others}. {step}."


def _cells(question: MatchQuestion, state: str) -> tuple[object, ...]:
    offers = question.offers
    best = question.accepted or (offers[0] if offers else None)
    score, name = (f"{best.score:.2f}", best.candidate.name) if best else ("", "")
    missing = () if state == "accepted" else (", ".join(question.missing),)
    return question.item.id, question.item.name, question.item.file_count, len(offers), score, name, *missing


def decide(
    context: typer.Context,
    title_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**62, help="Id from 'titles matches'.")],
    accept: Annotated[int | None, typer.Option(metavar="N", min=1, help="Accept this candidate.")] = None,
    external_id: Annotated[
        str | None, typer.Option("--id", metavar="PROVIDER:ID", help="Accept the title with this id, such as tmdb:123.")
    ] = None,
    reject: Annotated[int | None, typer.Option(metavar="N", min=1, help="Reject this candidate.")] = None,
    ignore: Annotated[bool, typer.Option("--ignore", help="It is no film and no series.")] = False,
    film: Annotated[bool, typer.Option("--film", help="It is a film or an episode: search it.")] = False,
    later: Annotated[bool, typer.Option("--later", help="Put the question off.")] = False,
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Search a title, a title with a year, or an id.")
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Replace the candidates of --search by those for what the files say.")
    ] = False,
    others: Annotated[
        bool, typer.Option("--others", help="With --accept, --film and --ignore: also for those of the same folder.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the candidates of a title with the reasons, or decide about them."""
    from indexium_core.api.remote import runs_in_service

    looks = search is not None or suggest
    chosen = [accept, external_id, reject, ignore or None, film or None, later or None, search, suggest or None]
    _require_compatible(chosen, others=others, takes_others=accept is not None or ignore or film)
    with opened(context) as library:
        if looks or all(each is None for each in chosen):
            _print_question(_question(library, title_id, search, suggest=suggest), as_json=as_json)
            return
        if accept is not None:
            result = library.matches.accept(title_id, accept, others=others)
        elif external_id is not None:
            result = _accept_id(library, title_id, external_id)
        elif reject is not None:
            result = library.matches.reject(title_id, reject)
        elif film:
            result = library.matches.confirm(title_id, others=others)
        else:
            result = library.matches.ignore(title_id, others=others) if ignore else library.matches.later(title_id)
        is_in_service = runs_in_service(library)
        if result.job_id is not None and not is_in_service:  # a job of this process ends with it
            followed(library, library.jobs.get(result.job_id), "Enrichment")
    _answer(result, as_json=as_json)
    if result.job_id is not None and is_in_service and not as_json:
        output.note(f"The service looks it up: job {result.job_id}.")


def _require_compatible(chosen: Iterable[object], *, others: bool, takes_others: bool) -> None:
    """Raise UsageError for options that exclude one another."""
    if sum(each is not None for each in chosen) > 1:
        raise errors.UsageError(
            "Choose one of --accept, --id, --reject, --ignore, --film, --later, --search and --suggest."
        )
    if others and not takes_others:
        raise errors.UsageError("--others belongs to --accept, --film or --ignore.")


def _question(library: LibraryServices, title_id: int, search: str | None, *, suggest: bool) -> MatchQuestion:
    if search is not None:
        return library.matches.search(title_id, search)
    return library.matches.suggest(title_id) if suggest else library.matches.get(title_id)


def _accept_id(library: LibraryServices, title_id: int, text: str) -> MatchResult:
    from indexium_core.model.providers.external_ids import ExternalId

    known = ExternalId.of_text(text)
    item = library.titles.get(title_id).item
    return library.matches.accept_id(title_id, known, "tv" if item.entity_type == "series" else "movie")


def undo_decision(
    context: typer.Context,
    decision_id: Annotated[
        int | None, typer.Argument(metavar="ID", min=1, max=2**62, help="The decision; without it the last one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Undo a decision about a match. Without ID the last one; again: the one before it."""
    with opened(context) as library:
        result = library.matches.undo(decision_id)
    if as_json:
        output.to_json(result)
    else:
        output.say_out(result.description)


def _print_question(question: MatchQuestion, *, as_json: bool) -> None:
    if as_json:
        output.to_json(question)
        return
    output.say_out(f"{question.item.name}: {question.state}. {MATCH_STATES[question.state]}")
    if question.explanation:
        output.say_out(question.explanation)
    if question.missing_text:
        output.say_out(question.missing_text)
    if question.state == "maybe":
        _print_evidence("For a film or an episode", question.evidence_for)
        _print_evidence("Against it", question.evidence_against)
        output.note("--film: it is a film or an episode, search it. --ignore: it is a home video.")
        return
    if question.facts:
        output.table(("the files say", "", "from"), ((each.name, each.text, each.source) for each in question.facts))
    output.table(
        ("n", "score", "candidate", "id", "state", "reasons"),
        map(_candidate_cells, question.candidates),
        right=(0,),
        empty=f"There is no candidate. 'indexium titles match {question.item.id} --search TEXT' searches some; "
        "'--suggest' shows those for what the files say.",
    )
    if question.other_count:
        output.note(f"{wording.plural(question.other_count, 'other open question')} in the same folder: --others.")


def _print_evidence(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        output.say_out(f"{title}:")
    for sentence in sentences:
        output.say_out(f"- {sentence}")


def _candidate_cells(row: MatchCandidate) -> tuple[object, ...]:
    reasons = "; ".join(f"{each.text}: {each.points:+.3f}" for each in row.reasons)
    known = f"{row.candidate.provider}:{row.candidate.external_id}"
    return row.position, f"{row.score:.2f}", row.candidate.name, known, row.state, reasons


def _answer(result: MatchResult, *, as_json: bool) -> None:
    if as_json:
        output.to_json(result)
    else:
        output.say_out(result.description)
        if result.replaced:
            output.note(f"This replaces {result.replaced}")
        output.note(f"Undo: indexium titles undo {result.decision_id}")
