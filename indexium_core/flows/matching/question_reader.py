"""Read questions: a title with what its files say, its candidates, and the open questions of the same folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexium_core.flows.matching import revisions, title_query
from indexium_core.model.matches.questions import MatchQuestion
from indexium_core.model.names.numbers import season_of_folder
from indexium_core.model.titles.title_text import title_key
from indexium_core.store.connection import Connection
from indexium_core.store.titles import matches as store
from indexium_core.store.titles.matches import QuestionPlace

_SHOWN_FILES = 20  # of a question
_SHOWN_OTHERS = 20
_WHY_KEPT = "It may be a home video, so its name was not sent to a provider."
_NO_EVIDENCE = "Nothing says that it is a film or an episode."


def page_of(reader: Connection, state: str, *, library_id: int | None, page: int, per_page: int) -> list[MatchQuestion]:
    """Return one page of the titles of a state, in the order in which they are asked."""
    kind = "maybe" if state == "maybe" else "open"
    start, opened = (page - 1) * per_page, store.ordered(reader, kind)
    if state == kind:
        own = [each for each in opened if library_id is None or each.library_id == library_id]
        places = own[start : start + per_page]
    else:
        places = store.ordered(reader, state, library_id=library_id, limit=per_page, offset=start)
    return read(reader, places, opened)


def read(reader: Connection, found: Sequence[QuestionPlace], opened: Sequence[QuestionPlace]) -> list[MatchQuestion]:
    """Return the questions of films and series; `opened` are all questions of their kind (`waiting`)."""
    places, waiting = {each.id: each for each in found}, _by_folder(opened)
    title_ids = list(places)
    groups = {number: _others(waiting, place) for number, place in places.items()}
    shown = {each.id for group in groups.values() for each in group[:_SHOWN_OTHERS]}
    items = store.items(reader, sorted({*title_ids, *shown}))
    known = [number for number in title_ids if number in items]
    searches, values, kept = store.searches(reader, known), store.values(reader, known), store.kept_back(reader, known)
    files, candidates = store.files(reader, known, _SHOWN_FILES), store.candidates(reader, known)
    questions = []
    for number in known:
        item, own, row = items[number], values.get(number, []), searches.get(number)
        query = title_query.query_of(item, own)
        parts = [(each.part, each.duration) for each in files.get(number, []) if each.role == "main"]
        minutes = title_query.minutes_of(parts) if item.entity_type == "movie" else None
        questions.append(
            MatchQuestion(
                item=item,
                state="maybe" if number in kept else revisions.state_of(item, row),
                explanation=_WHY_KEPT if number in kept else row.explanation if row else "",
                evidence=(kept[number] or (_NO_EVIDENCE,)) if number in kept else (),
                missing=row.missing if row else (),
                search_title=row.query["title"] if row else query.title,
                search_year=row.query["year"] if row else query.year,
                search_id=title_query.searched_id(row.query) if row else "",
                facts=title_query.facts_of(item, own, minutes),
                by_hand=bool(row and row.query["by_hand"]),
                files=tuple(files.get(number, ())),
                candidates=tuple(sorted(candidates.get(number, ()), key=lambda each: each.state == "rejected")),
                others=tuple(items[each.id] for each in groups[number][:_SHOWN_OTHERS] if each.id in items),
                other_count=len(groups[number]),
                same_count=sum(_name_of(each) == _name_of(places[number]) for each in groups[number]),
                decided_by=row.decided_by if row else "",
                decided_at=row.decided_at if row else None,
                revision=revisions.revision_of(item, row, candidates.get(number, ())),
            )
        )
    return questions


def neighbours(reader: Connection, title_id: int, *, same_name: bool = False) -> list[int]:
    """Return the other questions of its kind in the folder of a title; `same_name`: only with its title and year."""
    return [
        each.id
        for place in store.places(reader, [title_id])
        for each in _others(_by_folder(waiting(reader, title_id)), place)
        if not same_name or _name_of(each) == _name_of(place)
    ]


def waiting(reader: Connection, title_id: int) -> list[QuestionPlace]:
    """Return all questions of the kind of a title: those whether a title is a film, or those about matches."""
    return store.ordered(reader, "maybe" if store.kept_back(reader, [title_id]) else "open")


def _by_folder(opened: Sequence[QuestionPlace]) -> Mapping[tuple[int, str], list[QuestionPlace]]:
    """Return the open questions by library and folder."""
    found: dict[tuple[int, str], list[QuestionPlace]] = {}
    for each in opened:
        found.setdefault(_group(each), []).append(each)
    return found


def _others(waiting: Mapping[tuple[int, str], list[QuestionPlace]], place: QuestionPlace) -> list[QuestionPlace]:
    return [each for each in waiting.get(_group(place), ()) if each.id != place.id]


def _name_of(place: QuestionPlace) -> tuple[str, str, int | None]:
    return place.entity_type, title_key(place.title), place.year


def _group(place: QuestionPlace) -> tuple[int, str]:
    """Return library and folder of a title; the folder of a season belongs to the folder around it."""
    parent, _, name = place.folder.rpartition("/")
    return place.library_id, parent if season_of_folder(name) is not None else place.folder
