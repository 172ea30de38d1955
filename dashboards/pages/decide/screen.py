"""To decide: one title after the other, with the candidates of the providers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.components.base import Component
from dashboards.pages.decide import decide_view
from dashboards.pages.decide.decision_queue import DecisionQueue
from dashboards.pages.decide.view_types import OpenedQuestionView
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import DecideState
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.lookups.traffic import ProviderStatus
from indexium_core.model.matches.questions import MatchPage, MatchQuestion
from indexium_core.model.matches.results import MatchResult
from indexium_core.model.providers.registry import PROVIDERS

LOADED = 12  # questions that the page has in advance
MOST = 192
PAUSE = 120.0  # seconds; a longer pause between two decisions does not count as work
_NOTHING_TO_UNDO = "There is nothing to undo: this page has made no decision since it was opened."
EVENTS = ("matches:changed", "movie:added", "series:added", "movie:updated", "series:updated", "enrich:completed")


class _Questions(NamedTuple):
    page: MatchPage
    providers: Sequence[ProviderStatus]
    settled: int
    shown: MatchQuestion | None  # the question that has to be among the listed ones


class _MadeDecision(NamedTuple):
    id: int
    title_id: int
    titles: int  # that it concerns
    segment: str  # the list in which it was made


class DecideScreen(Screen):
    """The page of questions. The browser has the next ones, and shows the next one without a wait for the server."""

    state: DecideState

    def __init__(self, session: Session) -> None:
        self.state = DecideState()
        self._library, self._bridge, self._session = session.library, session.bridge, session
        self._list = decide_view.DecideList()
        self._loaded = LOADED
        self._queue = DecisionQueue(session.bridge, on_empty=self._load)
        self._settled = 0  # number of the last processed decision; the browser gives it
        self._made: list[_MadeDecision] = []  # of this session, in their order, without those that are undone
        self._decided, self._seconds, self._last = 0, 0.0, 0.0
        self._opened: OpenedQuestionView = {"number": 0, "title": None}
        self._list.on(
            accept=self._accept,
            ignore=self._ignore,
            confirm=self._confirm,
            later=self._later,
            search=lambda message: self._search(int(message["id"]), str(message["text"])),
            suggest=lambda message: self._suggest(int(message["id"])),
            undo=lambda _: self._undo(0),
            more=lambda _: self._load_more(),
            shown=self._shown,
            segment=lambda message: self._show_segment(str(message["state"])),
            retry=lambda _: self._search_all(),
            search_all=lambda _: self._search_all(),
            settings=lambda _: session.go("settings", section="privacy"),
            library=lambda _: session.go("library"),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"decide": self._list}

    def start(self) -> None:
        """Subscribe to the events."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)

    def reset(self) -> None:
        """Return to the open questions."""
        self.state.param.update(segment="open", title_id=None)

    def enter(self) -> None:
        """Show the page, with the question that the address names."""
        self._load(opens=self.state.title_id, is_entered=True)

    def refresh(self) -> None:
        """Read the questions again while the page is visible."""
        if self._session.is_showing("decide"):
            self._load()

    # Displaying.

    def _load(self, *, opens: int | None = None, is_entered: bool = False) -> None:
        """
        Read the questions; `opens`: a title that the page shows then.

        A page that is entered without any question about a match shows the names that are kept back, if there are some.
        """
        segment, loaded, settled = self.state.segment, self._loaded, self._settled

        def read() -> _Questions:
            page = self._library.matches.pending(segment, page=1, per_page=loaded)
            listed = opens is None or any(each.item.id == opens for each in page.items)
            shown = None if listed or opens is None else self._library.matches.get(opens)
            return _Questions(page, self._library.providers.status(), settled, shown)

        def done(result: _Questions) -> None:
            has_other = segment == "open" and not result.page.total and result.shown is None
            if is_entered and has_other and result.page.counts["maybe"]:
                self.state.segment = "maybe"
                self._session.update_address()
                self._load()
                return
            if opens is not None:
                self._open(opens)
            self._show(result)

        def failed(error: errors.IndexiumError) -> None:
            self._bridge.toast("error", error.message)
            if opens is not None:  # the title of the address does not exist
                self.state.title_id = None
                self._session.update_address()
                self._load()

        self._bridge.run(read, done, name="decide" if opens is None else "decide_title", failed=failed)

    def _shown(self, message: Mapping[str, Any]) -> None:
        """Put the title whose question the browser shows into the address."""
        if self._session.is_showing("decide"):
            self.state.title_id = int(message["id"])
            self._session.update_address(push=message["step"] is True)

    def _open(self, title_id: int | None) -> None:
        """Let the browser show a title with the next view; None: let it draw the shown one anew."""
        self._opened = {"number": self._opened["number"] + 1, "title": title_id}

    def _show(self, result: _Questions) -> None:
        page, pictures = result.page, True
        if result.settled < self._settled:  # a newer list follows
            return
        can_search = any(each.is_on and PROVIDERS[each.provider].ids for each in result.providers)
        questions = [*([result.shown] if result.shown else []), *page.items]
        left = page.total - len(page.items)
        self._list.put(
            segment=self.state.segment,
            segments=decide_view.segments_view(page.counts, self.state.segment),
            progress=decide_view.progress_view(
                page.counts, self.state.segment, decided=self._decided, seconds=self._seconds
            ),
            notice=decide_view.notice_view(
                result.providers, page.counts, segment=self.state.segment, can_search=can_search
            ),
            items=[decide_view.question_view(each, pictures=pictures) for each in questions],
            more=wording.and_more(left) if left > 0 else wording.plural(len(questions), "title"),
            settled=result.settled,
            opened=self._opened,
            empty=None
            if questions
            else decide_view.empty_view(
                page.counts,
                self.state.segment,
                decided=self._decided,
                can_search=can_search,
            ),
        )

    def _load_more(self) -> None:
        if self._loaded < MOST:
            self._loaded += LOADED
            self._load()

    def _show_segment(self, segment: str) -> None:
        self.state.param.update(segment=segment, title_id=None)
        self._loaded = LOADED
        self._session.update_address(push=True)
        self._load()

    # Decisions.

    def _accept(self, message: Mapping[str, Any]) -> None:
        title_id, revision, others = int(message["id"]), str(message["revision"]), message["others"] is True
        position, expected = int(message["position"]), str(message["expected"])
        accept = self._library.matches.accept
        self._decide(message, lambda: accept(title_id, position, others=others, expected=expected, revision=revision))

    def _ignore(self, message: Mapping[str, Any]) -> None:
        title_id, revision, others = int(message["id"]), str(message["revision"]), message["others"] is True
        self._decide(message, lambda: self._library.matches.ignore(title_id, others=others, revision=revision))

    def _confirm(self, message: Mapping[str, Any]) -> None:
        title_id, revision, others = int(message["id"]), str(message["revision"]), message["others"] is True
        self._decide(message, lambda: self._library.matches.confirm(title_id, others=others, revision=revision))

    def _later(self, message: Mapping[str, Any]) -> None:
        title_id, revision = int(message["id"]), str(message["revision"])
        self._decide(message, lambda: self._library.matches.later(title_id, revision=revision))

    def _decide(self, message: Mapping[str, Any], work: Callable[[], MatchResult]) -> None:
        """Run a decision after those before it, and count it at once: the browser already shows the next question."""
        title_id, number, segment = int(message["id"]), int(message["number"]), self.state.segment
        now = time.monotonic()
        if self._decided and now - self._last < PAUSE:
            self._seconds += now - self._last
        self._last = now
        self._decided += 1

        def done(result: MatchResult) -> None:
            self._settled = number
            self._made.append(_MadeDecision(result.decision_id, title_id, result.titles, segment))
            self._decided += result.titles - 1
            self._bridge.toast("good", result.description, undo=result.decision_id)

        def failed() -> None:
            self._settled = number
            self._decided -= 1

        self._queue.add(work, done, failed)

    def undo(self, step_id: int) -> bool:
        """Undo a decision of this page in the order of its decisions, and show its question again."""
        is_own = any(each.id == step_id for each in self._made)
        if is_own:
            self._undo(step_id)
        return is_own

    def _undo(self, decision_id: int) -> None:
        """Undo a decision, the last one of this page if the id is 0: other pages and commands decide, too."""
        if not (decision_id or self._made or self._queue.is_busy):
            self._bridge.toast("info", _NOTHING_TO_UNDO)
            return

        undone_elsewhere: list[_MadeDecision] = []

        def undo() -> MatchResult:
            made = next((each for each in reversed(self._made) if decision_id in (0, each.id)), None)
            if not decision_id and made is None:
                raise errors.UsageError(_NOTHING_TO_UNDO, code="wrong_state")
            try:
                return self._library.matches.undo(made.id if made else decision_id)
            except errors.UsageError:
                last = self._library.steps.last("match", str(made.title_id)) if made else None
                if made and (last is None or last < made.id):  # another window or a command has undone it
                    undone_elsewhere.append(made)
                raise

        def done(result: MatchResult) -> None:
            self._bridge.toast("info", result.description)
            made = next((each for each in self._made if each.id == result.decision_id), None)
            if made is None:
                return
            self._forget(made)
            if self.state.segment == made.segment:
                self._load(opens=made.title_id)
            else:  # the list changes, but by this page
                self._open(None)

        def failed() -> None:
            for made in undone_elsewhere:
                self._forget(made)

        self._queue.add(undo, done, failed)

    def _forget(self, made: _MadeDecision) -> None:
        """Forget a decision of this page that is undone."""
        self._made.remove(made)
        self._decided = max(0, self._decided - made.titles)

    # Searches.

    def _search(self, title_id: int, text: str) -> None:
        self._find(title_id, lambda: self._library.matches.search(title_id, text))

    def _suggest(self, title_id: int) -> None:
        """Replace the candidates of a search by hand by those for what the files say."""
        self._find(title_id, lambda: self._library.matches.suggest(title_id))

    def _find(self, title_id: int, work: Callable[[], MatchQuestion]) -> None:
        """Replace the candidates of a title."""

        def done(question: MatchQuestion) -> None:
            if not question.offers:
                self._bridge.toast("info", question.explanation)
            self._load(opens=title_id)

        def failed(error: errors.IndexiumError) -> None:
            self._bridge.toast("error", error.message)
            self._list.end_search()
            self._load()

        self._bridge.run(work, done, name="match_search", once=True, failed=failed)

    def _search_all(self) -> None:
        def done(_: object) -> None:
            self._bridge.toast("info", "The titles are searched in the background.")

        self._bridge.run(self._library.enrichment.schedule_library_enrichment, done, name="search_all", once=True)
