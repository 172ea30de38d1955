"""Searches for titles at the providers: by what files say, and by what a person types."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.matching import acceptance, question_reader, title_query
from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
from indexium_core.flows.titles.title_events import emit_changes
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.lookups.candidates import (
    Candidate,
    MatchDecision,
    MatchReason,
    MissingSign,
    ScoredCandidate,
    SearchQuery,
    is_same,
)
from indexium_core.model.lookups.traffic import TitleSearch
from indexium_core.model.matches.acceptance_rules import MIN_SCORE
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.model.matches.results import MatchState
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.titles.titles import TitleItem
from indexium_core.sources.scope import wanting
from indexium_core.store.catalog.catalog import languages_of_titles
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.titles import matches as store
from indexium_core.store.titles.matches import SearchRow

_NO_TEXT = re.compile(r"[\x00-\x1f\ud800-\udfff]")  # control characters and halves of characters
_MOST_CANDIDATES = 10
_ALL_REJECTED = "The search found only titles that were rejected. Accept one by its id, or undo the rejection."
_UNCHANGED = "The candidates are unchanged."
UNDECIDED: tuple[MatchState, ...] = ("open", "none", "failed", "unsearched")  # no one has decided


class MatchFinder:
    """Searches titles and stores the result."""

    def __init__(
        self, database: Database, providers: ExternalAPIManager, *, events: EventBus, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._providers, self._events, self._clock = database, providers, events, clock

    def find(self, title_id: int) -> MatchState:
        """
        Search a title at the providers, store its candidates, and return the state of its match.

        A title about which a person has decided, one with a match, and one that is ignored are not searched. An open
        question whose search is still the same gets new candidates, and stays open.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The title is a season or an episode, or its library has home videos.
            ProviderError: No provider is on, or none has answered; a question stays one, other titles are `failed`.

        """
        item, reader = acceptance.film_or_series(self._database.read(), title_id), self._database.read()
        row = store.searches(reader, [title_id]).get(title_id)
        state = question_reader.state_of(item, row)
        if state not in UNDECIDED:
            return state
        if store.kept_back(reader, [title_id]):
            return "maybe"
        query = acceptance.search_of(reader, item)
        if row is not None and row.query["by_hand"] and not title_query.is_changed(row.query, query):
            self._keep(item, row)
            return state
        self.require_searchable(item)
        plain = title_query.plain_query(query)
        if item.state == "discovered" and not query.external_ids:
            explanation = "Its name says nothing. Search its title by hand."
            return self._store(item, row, SearchRow(state="none", query=plain, explanation=explanation), ())
        rejected = _rejected(reader, title_id)
        try:
            found = self._match(title_id, query, rejected)
        except errors.ProviderError as error:
            if state != "open" and error.reason != "provider_off":
                self._store(item, row, SearchRow(state="failed", query=plain, explanation=error.message), ())
            raise
        is_refresh = row is not None and row.state == "open" and row.query == plain
        result = self._result(found, query, is_refresh=is_refresh)
        accepted = found.decision.accepted if result.state == "accepted" else None
        others = [each for each in found.decision.candidates if each is not accepted]
        return self._store(item, row, result, [accepted, *others] if accepted else others, rejected)

    def _match(self, title_id: int, query: SearchQuery, rejected: Sequence[Candidate] = ()) -> TitleSearch:
        """Return the answers of the providers in the language of the library of a title."""
        languages = languages_of_titles(self._database.read(), [title_id])
        with wanting(language=languages.get(title_id, "")):
            return self._providers.match(query, rejected=rejected)

    def _keep(self, item: TitleItem, row: SearchRow) -> None:
        """Note that a search by hand is newer than what is known about its title."""

        def keep(tx: Connection) -> None:
            if store.searches(tx, [item.id]).get(item.id) == row:
                store.put_search(tx, item.entity_type, item.id, row, at=self._clock())

        self._database.run(keep)

    def _result(self, found: TitleSearch, query: SearchQuery, *, is_refresh: bool) -> SearchRow:
        """Return what is stored of a search; `is_refresh`: the title is an open question, and stays one."""
        decision, plain = found.decision, title_query.plain_query(query)
        explanation = " ".join([decision.explanation, *found.problems.values()])
        if decision.accepted and not is_refresh:
            at = self._clock()
            return SearchRow(
                state="accepted", query=plain, explanation=explanation, decided_by="automatic", decided_at=at
            )
        best = max((each.score for each in decision.candidates), default=0.0)
        state: MatchState = "failed" if found.problems else "none"
        if is_refresh or (found.is_complete and best >= MIN_SCORE):
            state = "open"
        return SearchRow(state=state, query=plain, explanation=explanation, missing=decision.missing)

    def _store(
        self,
        item: TitleItem,
        seen: SearchRow | None,
        row: SearchRow,
        found: Sequence[ScoredCandidate],
        rejected: Sequence[Candidate] | None = None,
    ) -> MatchState:
        """
        Store the result of a search, and return the state of the title.

        Nothing is stored if the title was deleted, or if something changed during the request: a person decided since
        `seen` was read, or has undone that it is a film or an episode; its search is another one, or other candidates
        than `rejected` are rejected now.
        """
        at = self._clock()

        def put(tx: Connection) -> MatchState | None:
            now, present = store.searches(tx, [item.id]).get(item.id), store.items(tx, [item.id]).get(item.id)
            if present is None or now != seen or present.state == "ignored":
                return "none" if present is None else question_reader.state_of(present, now)
            if store.kept_back(tx, [item.id]):  # a title without a search has no row, so `now` does not show the undo
                return "maybe"
            is_same_search = title_query.plain_query(acceptance.search_of(tx, present)) == row.query
            if not is_same_search or (rejected is not None and _rejected(tx, item.id) != rejected):
                return question_reader.state_of(present, now)
            store.put_search(tx, item.entity_type, item.id, row, at=at)
            store.put_candidates(tx, item.entity_type, item.id, [_proposal(each) for each in found[:_MOST_CANDIDATES]])
            if row.state == "accepted":
                acceptance.accept_candidate(tx, item, _proposal(found[0]), by="automatic", at=at)
            return None

        if (other := self._database.run(put)) is not None:
            return other
        emit(self._events, [item] if row.state == "accepted" else [])
        return row.state

    def search(self, title_id: int, text: str) -> None:
        """
        Store other candidates for a title: those of a title, of a title with a year, or the one of an id.

        The state of a title with a match stays the same until another candidate is accepted. A search that finds
        nothing changes nothing.

        Raises:
            UnknownIdError: There is no such title, or no provider has the id or a title like the text.
            UsageError: The text is empty or too long, all found titles are rejected, or the library of the title has
                home videos.
            ProviderError: No provider is on, or one has not answered and the others have no such title.

        """
        if wrong := _NO_TEXT.search(text):
            raise errors.UsageError(f"A title has no character {wrong[0]!a}.")
        item = acceptance.film_or_series(self._database.read(), title_id)
        self.require_searchable(item)
        was_kept = title_id in store.kept_back(self._database.read(), [title_id])
        query, known = acceptance.search_of(self._database.read(), item), ExternalId.find(text)
        if known is not None:
            found = [self.by_id(known, title_query.KINDS[item.entity_type])]
            query = dataclasses.replace(query, external_ids=(known,))
        else:
            query = title_query.query_of_text(text, query, last_year=self._clock().year + 1)
            if not query.title or len(query.title) > title_query.LONGEST:
                raise errors.UsageError(f"A title has 1 to {title_query.LONGEST} characters.")
            found = [_proposal(each) for each in _answered(self._match(title_id, query)).candidates]
            if not found:
                raise errors.UnknownIdError(f"No provider has a title like “{text.strip()}”. {_UNCHANGED}")
        explanation = "These are the candidates of a search by hand."
        self._store_search(item.id, query, found, explanation, by_hand=True, was_kept=was_kept)

    def suggest(self, title_id: int) -> None:
        """
        Replace the candidates of a search by hand by those for what the files say; none is accepted automatically.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The name of the title says nothing, or its library has home videos.
            ProviderError: No provider is on, or one has not answered and the others have no such title.

        """
        item = acceptance.film_or_series(self._database.read(), title_id)
        self.require_searchable(item)
        if store.kept_back(self._database.read(), [title_id]):
            text = f"The name of “{item.name}” is kept back. Say first that it is a film or an episode."
            raise errors.UsageError(text, code="wrong_state")
        query = acceptance.search_of(self._database.read(), item)
        if item.state == "discovered" and not query.external_ids:
            raise errors.UsageError("Its name says nothing, so there are no suggestions. Search its title by hand.")
        decision = _answered(self._match(title_id, query, _rejected(self._database.read(), title_id)))
        found = [_proposal(each) for each in decision.candidates]
        self._store_search(item.id, query, found, decision.explanation, missing=decision.missing)

    def _store_search(
        self,
        title_id: int,
        query: SearchQuery,
        found: Sequence[MatchCandidate],
        explanation: str,
        *,
        missing: tuple[MissingSign, ...] = (),
        by_hand: bool = False,
        was_kept: bool = False,
    ) -> None:
        """Store the candidates of a search of a person. `was_kept`: the name was kept back when it began."""
        at = self._clock()

        def put(tx: Connection) -> None:
            item = acceptance.film_or_series(tx, title_id)
            if not was_kept and store.kept_back(tx, [title_id]):
                text = f"The name of “{item.name}” is kept back again, so the search changes nothing."
                raise errors.UsageError(text, code="wrong_state")
            plain = title_query.plain_query(query, by_hand=acceptance.search_of(tx, item) if by_hand else None)
            row = store.searches(tx, [item.id]).get(item.id)
            offered, fresh = _offered(found, store.candidates(tx, [item.id]).get(item.id, []))
            text = explanation if fresh or not offered else _ALL_REJECTED
            if by_hand and offered and not fresh:
                raise errors.UsageError(f"{text} {_UNCHANGED}")
            store.put_candidates(tx, item.entity_type, item.id, fresh)
            signs = missing if fresh else ()
            result = SearchRow(state="open" if fresh else "none", query=plain, explanation=text, missing=signs)
            if row is not None and row.state not in UNDECIDED:
                # A match keeps why it was accepted; of a question that was put off, the text is about the candidates.
                about = result if row.state == "later" else row
                result = dataclasses.replace(row, query=plain, explanation=about.explanation, missing=about.missing)
            store.put_search(tx, item.entity_type, item.id, result, at=at)

        self._database.run(put)
        self._events.emit("matches:changed", total=1)

    def by_id(self, known: ExternalId, kind: TitleKind) -> MatchCandidate:
        """Return the title of a provider with an id."""
        candidate = self._providers.details(known, kind).title
        reason = MatchReason("id", f"A person chose its id {known}", 1.0)
        return MatchCandidate(position=1, candidate=candidate, score=1.0, reasons=(reason,))

    def reopen_contradicted(self) -> None:
        """Make automatic matches questions again that an id of an NFO file or a name contradicts."""
        at = self._clock()

        def reopen(tx: Connection) -> Mapping[int, TitleItem]:
            found = store.contradicted(tx)
            items = store.items(tx, list(found))
            for number, item in items.items():
                field, value = found[number]
                known = ExternalId(field.removesuffix("_id"), value)
                text = f"The file has the id {known}, but the match has another one."
                store.withdraw(tx, item.entity_type, number)
                store.reopen(tx, number, text)
            if items:
                acceptance.copy_shown_values(tx, list(items), at)
            return items

        if items := self._database.run(reopen):
            emit(self._events, list(items.values()))

    def require_searchable(self, item: TitleItem) -> None:
        """Raise UsageError if nothing of the library of a title is sent to providers."""
        for reason in store.why_not_looked_up(self._database.read(), [item.id]).values():
            raise errors.UsageError(reason)


def _offered(
    found: Sequence[MatchCandidate], kept: Sequence[MatchCandidate]
) -> tuple[list[MatchCandidate], list[MatchCandidate]]:
    """Return the candidates of a search without accepted ones, and of these those that nobody has rejected."""
    taken = {acceptance.key_of(each) for each in kept if each.state == "accepted"}
    rejected = [each.candidate for each in kept if each.state == "rejected"]
    offered = [each for each in found[:_MOST_CANDIDATES] if acceptance.key_of(each) not in taken]
    return offered, [each for each in offered if not any(is_same(each.candidate, other) for other in rejected)]


def _rejected(reader: Connection, title_id: int) -> list[Candidate]:
    found = store.candidates(reader, [title_id]).get(title_id, [])
    return [each.candidate for each in found if each.state == "rejected"]


def emit(events: EventBus, items: Sequence[TitleItem]) -> None:
    """Send `movie:updated`, `series:updated` and `matches:changed`."""
    emit_changes(events, [(each.entity_type, each.id, False) for each in items])
    events.emit("matches:changed", total=len(items))


def _answered(found: TitleSearch) -> MatchDecision:
    """Return the candidates of a search; ProviderError if there are none because a provider has not answered."""
    if found.problems and not found.decision.candidates:
        raise errors.ProviderError(" ".join(found.problems.values()))
    return found.decision


def _proposal(each: ScoredCandidate) -> MatchCandidate:
    return MatchCandidate(
        position=0, candidate=each.candidate, score=each.score, reasons=each.reasons, conflict=each.conflict
    )
