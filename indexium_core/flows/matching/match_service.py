"""Matches of titles with providers: searches, the questions for people, their decisions, and the undo of each."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.matching import acceptance, question_reader, title_query
from indexium_core.flows.matching.match_finder import UNDECIDED, MatchFinder, emit
from indexium_core.flows.review.undo_steps import StepService, UndoneStep
from indexium_core.flows.titles import title_libraries
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model import wording
from indexium_core.model.accounts.needs import NAMED, internal, needs
from indexium_core.model.accounts.permissions import TITLES_EDIT
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.event import Event
from indexium_core.model.lookups.candidates import is_same
from indexium_core.model.matches.questions import MatchCandidate, MatchPage, MatchQuestion
from indexium_core.model.matches.results import MATCH_STATES, MatchResult, MatchState
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.registry import label_of
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.steps import StepRow
from indexium_core.model.titles.fields import named_kind
from indexium_core.model.titles.titles import TitleItem
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.review import steps
from indexium_core.store.titles import matches as store
from indexium_core.store.titles import titles as title_store
from indexium_core.store.titles.matches import SearchRow

_MOST_QUESTIONS = 200  # of a page
_LAST_PAGE = 10**9
_log = logging.getLogger(__name__)


@checked_arguments
class TitleMatchService:
    """The matches of a home. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        finder: MatchFinder,
        *,
        events: EventBus,
        steps: StepService,
        choose_pictures: Callable[[Connection, Collection[int], datetime], object],
        on_accept: Callable[[Sequence[int]], int | None],
        on_confirm: Callable[[Sequence[int]], int | None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Search with `finder`, send changes to `events`, and undo decisions with `steps`.

        `choose_pictures` selects pictures of titles again in the transaction of a decision, which can remove some.
        `on_accept` gets the titles whose match a person accepted, and `on_confirm` those that a person confirmed to be
        films or series; each returns the id of the job that follows.
        """
        self._database, self._events, self._clock = database, events, clock
        self._steps, self._choose_pictures = steps, choose_pictures
        self.on_accept, self.on_confirm, self._finder = on_accept, on_confirm, finder

    # Questions.

    @remote()
    def pending(
        self, state: str = "open", *, library_id: int | None = None, page: int = 1, per_page: int = 20
    ) -> MatchPage:
        """
        Return one page of the titles whose match has a state.

        Titles with more files come first; among equal ones, those of one folder follow one another. `per_page` is at
        most 200.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: There is no such state.

        """
        if state not in MATCH_STATES:
            raise errors.UsageError(f"There is no state “{state[:40]}”. Choose one of: {', '.join(MATCH_STATES)}.")
        page, per_page = max(1, min(page, _LAST_PAGE)), max(1, min(_MOST_QUESTIONS, per_page))
        reader = self._database.read()
        title_libraries.check(reader, library_id)
        counts = _all_states(store.counts(reader, library_id))
        items = question_reader.page_of(reader, state, library_id=library_id, page=page, per_page=per_page)
        return MatchPage(items=items, total=counts[state], page=page, per_page=per_page, counts=counts)

    @remote()
    def get(self, title_id: int) -> MatchQuestion:
        """
        Return a film or series with its candidates.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The title is a season or an episode.

        """
        item = acceptance.film_or_series(self._database.read(), title_id)
        reader = self._database.read()
        return question_reader.read(reader, store.places(reader, [item.id]), question_reader.waiting(reader, item.id))[
            0
        ]

    @remote()
    def counts(self, library_id: int | None = None) -> Mapping[str, int]:
        """
        Return the number of films and series by the state of their match: each state of `MATCH_STATES`.

        Raises:
            UnknownIdError: There is no such library.

        """
        reader = self._database.read()
        title_libraries.check(reader, library_id)
        return _all_states(store.counts(reader, library_id))

    @remote()
    def accepted(self, title_id: int) -> MatchCandidate | None:
        """Return the accepted candidate of a title; None if it has no match."""
        found = store.candidates(self._database.read(), [title_id]).get(title_id, [])
        return next((each for each in found if each.state == "accepted"), None)

    # Searches.

    def find(self, title_id: int) -> MatchState:
        """Search a title at the providers and return the state of its match, as `MatchFinder.find`."""
        return self._finder.find(title_id)

    @internal
    def follow_identification(self, event: Event) -> None:
        """Reopen automatic matches that new ids contradict after each identification: a subscriber of events."""
        if event.name == "identify:completed":
            self._finder.reopen_contradicted()

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def search(self, title_id: int, text: str) -> MatchQuestion:
        """
        Search other candidates for a title: `Solaris`, `Solaris 1972`, or an id such as `tt0118767` or `tmdb:48211`.

        The state of a title with a match stays the same until another candidate is accepted. A search that finds
        nothing changes nothing.

        Raises:
            UnknownIdError: There is no such title, or no provider has the id or a title like the text.
            UsageError: The text is empty or too long, all found titles are rejected, or the library of the title has
                home videos.
            ProviderError: No provider is on, or one has not answered and the others have no such title.

        """
        self._finder.search(title_id, text)
        return self.get(title_id)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def suggest(self, title_id: int) -> MatchQuestion:
        """
        Replace the candidates of a search by hand by those for what the files say; none is accepted automatically.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The name of the title says nothing, or its library has home videos.
            ProviderError: No provider is on, or one has not answered and the others have no such title.

        """
        self._finder.suggest(title_id)
        return self.get(title_id)

    # Decisions. Each takes the `revision` of the question that a person saw (`MatchQuestion.revision`), and raises
    # UsageError if others have decided about the title since; without it, the decision replaces theirs.

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def accept(
        self, title_id: int, position: int, *, others: bool = False, expected: str = "", revision: str = ""
    ) -> MatchResult:
        """
        Accept a candidate of a title: its ids become values of the provider.

        Args:
            title_id: The title.
            position: The candidate, as in `MatchQuestion.candidates`.
            others: Also for the open questions of the same folder with the same title and year.
            expected: The id of the candidate that the person saw, such as `tmdb:603`.
            revision: As `MatchQuestion.revision`; "" replaces any decision.

        Raises:
            UnknownIdError: There is no such title or candidate.
            UsageError: The candidate is another one than expected, or the title was decided since.

        """
        return self._accept(
            title_id, lambda tx: self._at(tx, title_id, position, expected), others=others, revision=revision
        )

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def accept_id(self, title_id: int, known: ExternalId, kind: TitleKind, *, revision: str = "") -> MatchResult:
        """
        Fetch a title of a provider by its id and accept it; `revision` as for `accept`.

        Raises:
            UnknownIdError: There is no such title, or no provider has the id.
            UsageError: The id does not have its form, the kind is another one, the library has home videos, or the
                title was decided since.
            ProviderError: No provider is on, or none has answered.

        """
        item = acceptance.film_or_series(self._database.read(), title_id)
        self._finder.require_searchable(item)
        if kind != title_query.KINDS[item.entity_type]:
            raise errors.UsageError(
                f"Title {title_id} is {named_kind(item.entity_type)}, so its match cannot be of the kind {kind}."
            )
        found = self._finder.by_id(known, kind)
        return self._accept(title_id, lambda _: found, others=False, revision=revision)

    def _accept(
        self, title_id: int, choose: Callable[[Connection], MatchCandidate], *, others: bool, revision: str
    ) -> MatchResult:
        at = self._clock()

        def decide(tx: Connection) -> tuple[Mapping[int, TitleItem], MatchResult]:
            item, row = self._item(tx, title_id, revision, at)
            chosen, replaced = choose(tx), question_reader.replaced(tx, item, row)
            near = question_reader.neighbours(tx, title_id, same_name=True) if others else []
            rejected = {
                number
                for number, found in store.candidates(tx, near).items()
                if any(each.state == "rejected" and is_same(each.candidate, chosen.candidate) for each in found)
            }
            others_ids = [each for each in near if each not in rejected]
            items = {title_id: item} | store.items(tx, others_ids)
            before = store.rows_before(tx, list(items), with_candidates=True)
            for each in items.values():
                if each.state == "ignored":
                    title_store.set_by_hand(tx, each, "ignored", value=False, at=at)
                acceptance.accept_candidate(tx, each, chosen, by="hand", at=at)
            self._choose_pictures(tx, store.scope(tx, list(items)), at)
            name = _name_with_id(chosen)
            text = _decided(items, item, f"is matched with {name}", f"are matched with {name}")
            return items, dataclasses.replace(
                _recorded(tx, "accept", items, text, before=before, at=at), replaced=replaced
            )

        return self._followed(*self._database.run(decide), self.on_accept)

    def _followed(
        self, items: Mapping[int, TitleItem], decision: MatchResult, follow: Callable[[Sequence[int]], int | None]
    ) -> MatchResult:
        """Send the events of a decision, and return it with the job that follows."""
        emit(self._events, list(items.values()))
        try:
            job_id = follow(list(items))
        except errors.IndexiumError as error:  # the decision is stored; the next enrichment looks the titles up
            _log.warning("enrichment.not_scheduled", extra={"reason": error.message})
            job_id = None
        return dataclasses.replace(decision, job_id=job_id)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def confirm(self, title_id: int, *, others: bool = False, revision: str = "") -> MatchResult:
        """
        Say that a title whose name is kept back, or that is ignored, is a film or a series, so that it is searched.

        Args:
            title_id: The title.
            others: If its name is kept back: also for all others of the same folder whose names are kept back.
            revision: As for `accept`.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The name is not kept back and the title not ignored, or it was decided since.

        """
        at = self._clock()

        def decide(tx: Connection) -> tuple[Mapping[int, TitleItem], MatchResult]:
            item, row = self._item(tx, title_id, revision, at)
            is_kept, is_ignored = bool(store.kept_back(tx, [title_id])), item.state == "ignored"
            if not is_kept and not is_ignored:
                raise errors.UsageError(f"The name of “{item.name}” is not kept back.", code="wrong_state")
            near = question_reader.neighbours(tx, title_id) if others and is_kept else ()
            items, replaced = {title_id: item} | store.items(tx, near), question_reader.replaced(tx, item, row)
            before = store.rows_before(tx, list(items), with_candidates=True)
            for each in items.values():
                title_store.set_by_hand(tx, each, "ignored", value=False, at=at)
            if is_ignored:
                acceptance.copy_shown_values(tx, [title_id], at)
            text = _decided(items, item, "is a film or series", "are films or series")
            return items, dataclasses.replace(
                _recorded(tx, "confirm", items, text, before=before, at=at), replaced=replaced
            )

        return self._followed(*self._database.run(decide), self.on_confirm)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def reject(self, title_id: int, position: int, *, expected: str = "", revision: str = "") -> MatchResult:
        """
        Reject a candidate of a title, whichever provider offers it: no search proposes it again.

        If it was the match, the title is a question again.

        Args:
            title_id: The title.
            position: The candidate, as in `MatchQuestion.candidates`.
            expected: The id of the candidate that the person saw, such as `tmdb:603`.
            revision: As for `accept`.

        Raises:
            UnknownIdError: There is no such title or candidate.
            UsageError: The candidate is another one than expected, or the title was decided since.

        """
        at = self._clock()

        def decide(tx: Connection) -> tuple[TitleItem, MatchResult]:
            item, row = self._item(tx, title_id, revision, at)
            chosen = self._at(tx, title_id, position, expected)
            before = store.rows_before(tx, [title_id], with_candidates=True)
            same = acceptance.same_title(store.candidates(tx, [title_id])[title_id], chosen)
            is_match = any(each.state == "accepted" for each in same)
            replaced = question_reader.replaced(tx, item, row) if is_match else ""
            if is_match:
                store.withdraw(tx, item.entity_type, title_id)
                self._choose_pictures(tx, store.scope(tx, [title_id]), at)
            store.mark_candidates(tx, title_id, [each.position for each in same], "rejected", by="hand", at=at)
            left = [each for each in store.candidates(tx, [title_id])[title_id] if each.state == "proposed"]
            if row is not None and (is_match or row.state == "open"):
                store.mark(tx, [title_id], "open" if left else "none", by="", at=None)
            if is_match or (row is not None and row.state != "accepted"):
                store.explain(tx, title_id, acceptance.after_rejection(is_match=is_match, is_last=not left))
            acceptance.copy_shown_values(tx, [title_id], at)
            text = f"“{item.name}” is not {_name_with_id(chosen)}"
            return item, dataclasses.replace(
                _recorded(tx, "reject", {title_id: item}, text, before=before, at=at), replaced=replaced
            )

        item, decision = self._database.run(decide)
        emit(self._events, [item])
        return decision

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def ignore(self, title_id: int, *, others: bool = False, revision: str = "") -> MatchResult:
        """
        Set by hand that a title is no film and no series.

        Args:
            title_id: The title.
            others: Also for all open questions of the same folder.
            revision: As for `accept`.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The title was decided since.

        """
        at = self._clock()

        def decide(tx: Connection) -> tuple[Mapping[int, TitleItem], MatchResult]:
            item, row = self._item(tx, title_id, revision, at)
            replaced = question_reader.replaced(tx, item, row)
            ids = [title_id, *(question_reader.neighbours(tx, title_id) if others else ())]
            before = store.rows_before(tx, ids, with_candidates=False)
            title_store.set_by_hand(tx, item, "ignored", value=True, at=at)
            store.ignore(tx, ids, at=at)
            acceptance.copy_shown_values(tx, ids, at)
            items = store.items(tx, ids)
            text = _decided(items, item, "is not a film or series", "are not films or series")
            return items, dataclasses.replace(
                _recorded(tx, "ignore", items, text, before=before, at=at), replaced=replaced
            )

        items, decision = self._database.run(decide)
        emit(self._events, list(items.values()))
        return decision

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def later(self, title_id: int, *, revision: str = "") -> MatchResult:
        """
        Put a question off: it has the state `later`, and no search changes it; `revision` as for `accept`.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The title is no question, or was decided since.

        """
        at = self._clock()

        def decide(tx: Connection) -> MatchResult:
            item, row = self._item(tx, title_id, revision, at)
            if row is None or question_reader.state_of(item, row) not in UNDECIDED:
                raise errors.UsageError(f"“{item.name}” does not wait for a decision.", code="wrong_state")
            before = store.rows_before(tx, [title_id], with_candidates=False)
            store.mark(tx, [title_id], "later", by="hand", at=at)
            return _recorded(tx, "later", {title_id: item}, f"“{item.name}” was put off", before=before, at=at)

        decision = self._database.run(decide)
        self._events.emit("matches:changed", total=1)
        return decision

    @needs(TITLES_EDIT)
    @remote()
    def undo(self, decision_id: int | None = None) -> MatchResult:
        """
        Undo a decision; without an id the last one that is not undone, so that a repeated call undoes the one before.

        The titles get back their state, their candidates and what the providers said about them. Values that a person
        has set or locked since stay.

        Args:
            decision_id: The decision, as in `MatchResult.decision_id`.

        Raises:
            UnknownIdError: There is no such decision.
            UsageError: There is no decision, it is undone, or a later one about the same title must be undone before.

        """
        report = self._steps.undo(decision_id, kind="match")
        if report is None:
            raise errors.UsageError("There is no decision about a match to undo.", code="wrong_state")
        return MatchResult(
            decision_id=report.step_id, description=report.summary, titles=report.titles, files=report.files
        )

    @internal
    def undo_step(self, tx: Connection, before: str, step: StepRow, *, at: datetime) -> UndoneStep:
        """Undo a decision about a match, see `UndoStep`."""
        ignored = {"ignore": "true", "accept": "false", "confirm": "false"}.get(step.action, "")
        has_candidates = step.action in ("accept", "reject", "confirm")
        ids = store.restore(tx, before, ignored=ignored, with_candidates=has_candidates)
        self._choose_pictures(tx, acceptance.copy_shown_values(tx, ids, at), at)
        items = list(store.items(tx, ids).values())
        files = sum(each.file_count for each in items)
        return UndoneStep(files, len(items), lambda: emit(self._events, items))

    # Parts.

    def _item(self, tx: Connection, title_id: int, revision: str, at: datetime) -> tuple[TitleItem, SearchRow | None]:
        """Return a film or series, and its search; UsageError if it was decided since."""
        item = acceptance.film_or_series(tx, title_id)
        row = store.searches(tx, [title_id]).get(title_id)
        question_reader.check_revision(tx, item, row, revision, now=at)
        return item, row

    def _at(self, tx: Connection, title_id: int, position: int, expected: str = "") -> MatchCandidate:
        found = store.candidates(tx, [title_id]).get(title_id, [])
        chosen = next((each for each in found if each.position == position), None)
        if chosen is None:
            raise errors.UnknownIdError(f"Title {title_id} has no candidate {position}.")
        if expected and expected != chosen.key:
            raise errors.UsageError("The candidates have changed. Look at them again.", code="wrong_state")
        return chosen


def _recorded(
    tx: Connection, action: str, items: Mapping[int, TitleItem], text: str, *, before: str, at: datetime
) -> MatchResult:
    """Record a decision as a step, and return its result."""
    files, about = sum(each.file_count for each in items.values()), [str(number) for number in items]
    step_id = steps.record_titles(tx, "match", text, before, action=action, files=files, subjects=about, at=at)
    return MatchResult(decision_id=step_id, description=f"{text}.", titles=len(items), files=files)


def _all_states(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {state: counts.get(state, 0) for state in MATCH_STATES}


def _decided(items: Mapping[int, TitleItem], item: TitleItem, one: str, many: str) -> str:
    """Return a decision about a title, and perhaps others of its folder, as text."""
    if len(items) == 1:
        return f"“{item.name}” {one}"
    return f"“{item.name}” and {wording.plural(len(items) - 1, 'other title')} of its folder {many}"


def _name_with_id(chosen: MatchCandidate) -> str:
    """Return a candidate as text: title, year and id, because titles of files and providers are often equal."""
    found = chosen.candidate
    return f"“{found.name}” ({label_of(found.provider)} {found.external_id})"
