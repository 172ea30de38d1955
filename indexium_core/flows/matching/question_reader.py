"""Read questions: a title with what its files say, its candidates, and the open questions of the same folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.matching import title_query
from indexium_core.model import wording
from indexium_core.model.matches.questions import MatchCandidate, MatchQuestion
from indexium_core.model.matches.results import MatchState
from indexium_core.model.names.numbers import season_of_folder
from indexium_core.model.titles.title_text import title_key
from indexium_core.model.titles.titles import TitleItem
from indexium_core.store.connection import Connection
from indexium_core.store.review import steps
from indexium_core.store.titles import matches as store
from indexium_core.store.titles.matches import QuestionPlace, SearchRow

_SIZE = 8  # bytes of a digest
_DECISIONS: Mapping[MatchState, str] = {"accepted": "accept", "later": "later", "ignored": "ignore"}  # by state
_SHOWN_FILES = 20  # of a question
_SHOWN_OTHERS = 20
_WHY_KEPT = "It may be a home video, so its name was not sent to a provider."
_NO_EVIDENCE = "Nothing says that it is a film or an episode."


def state_of(item: TitleItem, row: SearchRow | None) -> MatchState:
    """Return the state of the match of a title."""
    if item.state == "ignored":
        return "ignored"
    return row.state if row else "unsearched"


def revision_of(item: TitleItem, row: SearchRow | None, candidates: Sequence[MatchCandidate]) -> str:
    """
    Return a digest of what was decided about a title: it changes with each decision, and its undo restores it.

    New candidates do not change it: a decision names the candidate that a person saw.
    """
    decided = (row.decided_by, row.decided_at.timestamp() if row.decided_at else None) if row else ("", None)
    marked = sorted((each.key, each.state) for each in candidates if each.state != "proposed")
    facts = repr((state_of(item, row), decided, marked))
    return hashlib.blake2b(facts.encode(), digest_size=_SIZE).hexdigest()


def check_revision(tx: Connection, item: TitleItem, row: SearchRow | None, revision: str, *, now: datetime) -> None:
    """
    Raise UsageError if a title has another revision than the one that a person saw; "" is not checked.

    The error says who decided what and when, and what the person can do.
    """
    if not revision:
        return
    if revision != revision_of(item, row, store.candidates(tx, [item.id]).get(item.id, [])):
        raise errors.UsageError(_what_changed(tx, item, row, now), code="wrong_state")


def _what_changed(tx: Connection, item: TitleItem, row: SearchRow | None, now: datetime) -> str:
    made, state = steps.about(tx, "match", str(item.id)), state_of(item, row)
    last = max(made, key=lambda each: (each.changed_at, each.step_id), default=None)
    automatic = row.decided_at if row and state == "accepted" and row.decided_by == "automatic" else None
    if automatic is not None and (last is None or last.changed_at < automatic):
        return (
            f"“{item.name}” was matched automatically {wording.ago(automatic, now=now)}, after you saw it. "
            "Look at its match, and decide again."
        )
    if last is None or (state == "ignored" and last.action != "ignore"):
        return f"“{item.name}” has changed since you saw it. Look at it again, and decide again."
    when = wording.ago(last.changed_at, now=now)
    if last.undone_at is not None:
        return (
            f"Another window or command has undone a decision about “{item.name}” {when}: {last.label}. "
            "Look at it again, and decide again."
        )
    return (
        f"Another window or command has decided about “{item.name}” {when}: {last.label}. "
        f"To change that, look at it again, or undo decision {last.step_id}."
    )


def replaced(tx: Connection, item: TitleItem, row: SearchRow | None) -> str:
    """Return the decision of a person that a new one about a title replaces: `decision 7: …`; "" if there is none."""
    state = state_of(item, row)
    if state not in _DECISIONS or (state == "accepted" and row is not None and row.decided_by == "automatic"):
        return ""
    made = steps.about(tx, "match", str(item.id))
    last = next((each for each in made if each.action == _DECISIONS[state] and each.undone_at is None), None)
    return "" if last is None else f"decision {last.step_id}: {last.label}."


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
                state="maybe" if number in kept else state_of(item, row),
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
                revision=revision_of(item, row, candidates.get(number, ())),
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
