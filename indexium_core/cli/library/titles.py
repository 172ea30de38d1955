"""`titles`: films and series of the libraries that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.job_progress import finish, followed
from indexium_core.cli.library import artwork
from indexium_core.cli.options import MOST, AsJson
from indexium_core.model import wording
from indexium_core.model.matches.results import MATCH_STATES
from indexium_core.model.titles.fields import KIND_NAMES, PLANNED_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from indexium_core.model.matches.questions import MatchCandidate, MatchQuestion
    from indexium_core.model.matches.results import MatchResult
    from indexium_core.model.titles.titles import IdentifiedTitle, TitleFile, TitleValue
    from indexium_core.services import LibraryServices

TitleId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**62, help="Id of the title, from 'titles list'.")]
Fields = Annotated[list[str], typer.Argument(metavar="FIELD…", help="Fields, such as title or year.")]
_SHOWN_FILES = 20
titles = typer.Typer(
    help="Films and series: identify and match them, show them, set and lock their values.", no_args_is_help=True
)
app.add_typer(titles, name="titles")


@titles.command("matches", epilog="Example: indexium titles matches --state later")
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
        output.note(_no_matches(found.total, state, others))
        return
    output.table(
        (
            *("id", "title", "files", "candidates", "score", "match" if state == "accepted" else "best candidate"),
            *(() if state == "accepted" else ("missing",)),
        ),
        (_match_cells(each, state) for each in found.items),
        right=(0, 2, 3),
    )
    output.note(f"{len(found.items):,} of {wording.plural(found.total, 'title')}. {others}.")


def _no_matches(total: int, state: str, others: str) -> str:
    if total:
        return f"This page is empty: the list has {wording.plural(total, 'title')}."
    if not others:
        return "No film and no series is identified. 'indexium titles identify' identifies them."
    step = "'indexium titles enrich' searches titles" if state == "open" else "--state shows another list"
    return f"No title has the state “{state}”; others: {others}. {step}."


def _match_cells(question: MatchQuestion, state: str) -> tuple[object, ...]:
    offers = question.offers
    best = question.accepted or (offers[0] if offers else None)
    score, name = (f"{best.score:.2f}", best.candidate.name) if best else ("", "")
    missing = () if state == "accepted" else (", ".join(question.missing),)
    return question.item.id, question.item.name, question.item.file_count, len(offers), score, name, *missing


@titles.command("match", epilog="Example: indexium titles match 12 --accept 1")
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
    _match_answer(result, as_json=as_json)
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


titles.command("artwork", epilog="Example: indexium titles artwork 12")(artwork.list_pictures)


@titles.command("undo", epilog="Example: indexium titles undo")
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


def _match_answer(result: MatchResult, *, as_json: bool) -> None:
    if as_json:
        output.to_json(result)
    else:
        output.say_out(result.description)
        if result.replaced:
            output.note(f"This replaces {result.replaced}")
        output.note(f"Undo: indexium titles undo {result.decision_id}")


@titles.command("list", epilog="Example: indexium titles list --kind movie --genre drama --year 1990-1999")
def list_titles(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words of the title or of its tags; none = all films and series.")] = "",
    kind: Annotated[str, typer.Option(metavar="KIND", help="movie (films), series, season or episode.")] = "",
    state: Annotated[
        str, typer.Option(metavar="STATE", help="discovered, identified, enriched, published or ignored.")
    ] = "",
    library_id: Annotated[int | None, typer.Option("--library", metavar="ID", help="Only of this library.")] = None,
    genre: Annotated[
        list[str] | None, typer.Option(metavar="GENRE", help="Only of this genre, or of one of several.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Only with this tag, or one of several.")] = None,
    year: Annotated[str, typer.Option(metavar="YEARS", help="Only of this year or range: 1994, 1990-1999.")] = "",
    rating: Annotated[float | None, typer.Option(metavar="N", help="Only with at least this rating, 0 to 10.")] = None,
    actor: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only with this actor.")] = None,
    director: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only of this director.")] = None,
    matched: Annotated[
        bool | None,
        typer.Option("--matched/--unmatched", help="Only with, or without, a match or an id of a provider."),
    ] = None,
    incomplete: Annotated[
        bool | None, typer.Option("--incomplete/--complete", help="Only series with, or without, missing episodes.")
    ] = None,
    unpublished: Annotated[
        bool | None,
        typer.Option("--unpublished/--published", help="Only with, or without, changes that are not published."),
    ] = None,
    sort: Annotated[str, typer.Option(metavar="KEY", help="title, year, state, rating or added.")] = "title",
    descending: Annotated[bool, typer.Option("--descending", help="Reverse the order.")] = False,
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    per_page: Annotated[int, typer.Option(min=1, max=1000, help="Titles per page.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show films and series."""
    with opened(context) as library:
        found = library.titles.list(
            query,
            kind=kind,
            state=state,
            library_id=library_id,
            genre=genre or (),
            tag=tag or (),
            year=year,
            rating=rating,
            actor=actor or (),
            director=director or (),
            matched=matched,
            incomplete=incomplete,
            unpublished=unpublished,
            sort=sort,
            descending=descending,
            page=page,
            per_page=per_page,
        )
    if as_json:
        output.to_json(found)
        return
    narrow = (query, kind, state, library_id, genre, tag, year, rating, actor, director)
    filters = (*narrow, matched, incomplete, unpublished)
    output.table(
        ("id", "kind", "title", "state", "files", "episodes"),
        (
            (each.id, each.entity_type, each.name, each.state, each.file_count, each.episode_count or "-")
            for each in found.items
        ),
        right=(0, 4, 5),
        empty=_empty(found.total, is_narrowed=any(each not in ("", None) for each in filters)),
    )
    if found.total > len(found.items) > 0:
        output.note(f"{len(found.items):,} of {wording.plural(found.total, 'title')}; --page shows more.")


def _empty(total: int, *, is_narrowed: bool) -> str:
    if total:
        return f"This page is empty: the list has {wording.plural(total, 'title')}."
    if is_narrowed:
        return "No title matches. 'indexium titles list' without options shows all films and series."
    return (
        "No film and no series is identified. 'indexium titles identify' identifies the videos of folders that hold "
        "films or series."
    )


@titles.command("show", epilog="Example: indexium titles show 12")
def show_title(
    context: typer.Context,
    title_id: TitleId,
    candidates: Annotated[
        bool, typer.Option("--candidates", help="Show every value of each field, not only the one that counts.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a title: its values with their origins, its files, its seasons and what is missing."""
    with opened(context) as library:
        found = library.titles.get(title_id)
        values = library.titles.candidates(title_id) if candidates else found.values
    if as_json:
        output.to_json({"title": found, "candidates": values} if candidates else found)
        return
    output.say_out(f"{found.item.name}: {KIND_NAMES[found.item.entity_type]}, {found.item.state}")
    _print_values(values)
    _print_inside(found)


def _print_values(values: list[TitleValue]) -> None:
    output.table(("field", "value", "origin", "locked", ""), map(_cells, values), empty="No field has a value.")


def _cells(value: TitleValue) -> tuple[str, ...]:
    locked = "locked" if value.locked else "by its NFO file" if value.locked_by_nfo else ""
    shown = "" if value.shown else "not shown"
    return value.field, value.text, value.provider or value.origin, locked, shown


def _print_inside(found: IdentifiedTitle) -> None:
    if found.children:
        cells = ((each.id, each.title or each.name, each.file_count) for each in found.children)
        output.table(("id", "name", "files"), cells, right=(0, 2))
    for gap in found.gaps:
        output.say_out(gap.text)
    for path, problem in found.nfo_problems.items():
        output.say_out(f"{path}: {problem}")
    if found.files:
        output.table(
            ("file", "role", "edition", "part", "path"), map(_file_cells, found.files[:_SHOWN_FILES]), right=(0, 3)
        )
    if len(found.files) > _SHOWN_FILES:
        output.note(f"{_SHOWN_FILES} of {wording.files(len(found.files))}; --json shows all.")


def _file_cells(file: TitleFile) -> tuple[object, ...]:
    role = f"{file.role}, by hand" if file.by_hand else file.role
    return file.file_id, role, file.edition, file.part or "", file.file_path


@titles.command("identify", epilog="Example: indexium titles identify --library 1")
def identify(
    context: typer.Context,
    library_ids: Annotated[
        list[int] | None, typer.Option("--library", metavar="ID", help="A library; none = all that hold titles.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Identify the videos of libraries from names, folders, tags and NFO files; needs no network."""
    with opened(context) as library:
        job = followed(library, library.titles.identify(library_ids or ()), "Identification")
    finish(job, as_json=as_json)


@titles.command("enrich", epilog="Example: indexium titles enrich 12")
def enrich(
    context: typer.Context,
    title_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID…]", help="Ids of titles; none = all that are due.")
    ] = None,
    library_ids: Annotated[
        list[int] | None, typer.Option("--library", metavar="ID", help="Only titles of this library.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also titles that are not due.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look up titles at the providers and store their values; values by hand and of NFO files stay."""
    if title_ids and library_ids:
        raise errors.UsageError("Give ids of titles or --library, not both.")
    with opened(context) as library:
        if title_ids:
            job = library.enrichment.schedule_titles(title_ids, force=force)
        else:
            job = library.enrichment.schedule_library_enrichment(library_ids or (), force=force)
        job = followed(library, job, "Enrichment")
        due = library.enrichment.due(job.payload["libraries"], title_ids=job.payload["titles"])
    finish(job, as_json=as_json, due=due)


@titles.command("status", epilog="Example: indexium titles status")
def enrichment_status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how many videos have values of providers, of which, and how many titles can be looked up."""
    with opened(context) as library:
        stats, due = library.enrichment.get_enrichment_stats(), library.enrichment.due()
    if as_json:
        output.to_json({"stats": stats, "due": due})
        return
    share = f"{stats.enriched_videos:,} of {wording.plural(stats.total_videos, 'video')}"
    output.say_out(f"{share} ({stats.enrichment_percentage:.0f} %) have values of providers.")
    if stats.source_breakdown:
        output.table(("source", "videos"), stats.source_breakdown.items(), right=(1,))
    if stats.enriched_videos:
        output.say_out(f"The average confidence of their matches is {stats.average_confidence:.2f}.")
    output.say_out(due.text)
    if due.titles and not due.reason:
        output.say_out(f"Their names: {due.names_text}.")


@titles.command("set", epilog="Example: indexium titles set 12 'title=The Thing' year=1982")
def set_values(
    context: typer.Context,
    title_id: TitleId,
    values: Annotated[
        list[str],
        typer.Argument(metavar="FIELD=VALUE…", help="Values by hand; FIELD= removes one."),
    ],
    as_json: AsJson = False,
) -> None:
    """Set values by hand; no scan and no provider changes them."""
    pairs = [text.partition("=") for text in values]
    for name, sign, _ in pairs:
        if not (sign and name.strip()):
            raise errors.UsageError(f"'{name}' is no value for a field. Write FIELD=VALUE, for example year=1982.")
    with opened(context) as library:
        changed = library.titles.set_values(title_id, {name.strip(): value for name, _, value in pairs})
    _answer(changed, as_json=as_json)


@titles.command("assign", epilog="Example: indexium titles assign 31 --to 4 --season 1 --episode 2")
def assign(
    context: typer.Context,
    file_ids: Annotated[
        list[int], typer.Argument(metavar="FILE…", min=1, max=MOST, help="Ids of files, from 'titles show'.")
    ],
    title_id: Annotated[
        int | None, typer.Option("--to", metavar="ID", min=1, max=2**62, help="Film, series or episode of the files.")
    ] = None,
    season: Annotated[int | None, typer.Option(metavar="N", help="Season in a series; default: 1.")] = None,
    episodes: Annotated[
        list[int] | None, typer.Option("--episode", metavar="N", help="Episode in a series; several are possible.")
    ] = None,
    role: Annotated[str, typer.Option(metavar="ROLE", help="main, extra, trailer or sample.")] = "main",
    new: Annotated[str, typer.Option(metavar="KIND", help="Make a new film (movie) or series with --title.")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="Title of the new film or series.")] = "",
    year: Annotated[str, typer.Option(metavar="YEAR", help="Year of the new film or series.")] = "",
    automatic: Annotated[
        bool, typer.Option("--automatic", help="Identify the files by names and NFO files again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Move files to another title by hand; scans leave them there."""
    has_place = season is not None or bool(episodes) or role != "main"
    is_one = (title_id is not None) + bool(new) + automatic == 1
    if not is_one or bool(title or year) > bool(new) or (automatic and has_place):
        raise errors.UsageError(
            "Choose one: --to ID, --new KIND --title TEXT, or --automatic without --role, --season and --episode."
        )
    numbers = episodes or ()
    with opened(context) as library:
        if automatic:
            job = followed(library, library.titles.unassign(file_ids), "Identification")
            if as_json or job.status != "completed":
                finish(job, as_json=as_json)
            output.say_out(f"{wording.files(len(file_ids))} identified again: {_places(library, file_ids)}")
            return
        if title_id is not None:
            item = library.titles.assign(file_ids, title_id, role=role, season=season, episodes=numbers)
        else:
            item = library.titles.assign_new(
                file_ids, new, title, year=year, role=role, season=season, episodes=numbers
            )
        places = _places(library, file_ids)
    if as_json:
        output.to_json(item)
        return
    output.say_out(f"{wording.files(len(file_ids))} moved: {places}")


def _places(library: LibraryServices, file_ids: Sequence[int]) -> str:
    """Return the titles of files, and the series of their episodes."""
    items = library.titles.of_files(file_ids)
    names = [f"{each.name} (title {each.id})" for each in items]
    series = dict.fromkeys(
        f"of {each.series_title} (title {each.series_id})" for each in items if each.series_id is not None
    )
    return ", ".join([wording.list_of(names) or "no title", *series])


@titles.command("lock", epilog="Example: indexium titles lock 12 title year")
def lock_values(context: typer.Context, title_id: TitleId, fields: Fields, as_json: AsJson = False) -> None:
    """Lock fields of a title: their values stay as they are."""
    with opened(context) as library:
        changed = library.titles.lock(title_id, fields)
    _answer(changed, as_json=as_json)


@titles.command("unlock", epilog="Example: indexium titles unlock 12 title")
def unlock_values(context: typer.Context, title_id: TitleId, fields: Fields, as_json: AsJson = False) -> None:
    """Unlock fields of a title."""
    with opened(context) as library:
        changed = library.titles.unlock(title_id, fields)
    _answer(changed, as_json=as_json)


@titles.command("plan", epilog="Example: indexium titles plan 12 --fields title,year")
def plan_values(
    context: typer.Context,
    title_ids: Annotated[list[int], typer.Argument(metavar="ID…", min=1, max=MOST, help="Ids from 'titles list'.")],
    fields: Annotated[str, typer.Option(metavar="FIELDS", help="With commas, such as title,year.")] = ",".join(
        PLANNED_FIELDS
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the values without planning them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan the values of titles for the fields of their files; 'write' stores them in the files."""
    names = [name.strip() for name in fields.split(",") if name.strip()]
    with opened(context) as library:
        report = None if dry_run else library.titles.plan_values(title_ids, names)
        preview = None if report and report.files else library.titles.preview_values(title_ids, names)
    if as_json:
        output.to_json(report or preview)
        return
    from indexium_core.cli.edited_files import print_fields_preview, print_fields_report  # here: they need the fields

    if preview is not None:
        print_fields_preview(preview)
    elif report is not None:
        print_fields_report(report)


def _answer(values: list[TitleValue], *, as_json: bool) -> None:
    if as_json:
        output.to_json({"items": values, "total": len(values)})
    else:
        _print_values(values)
