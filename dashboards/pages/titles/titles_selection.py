"""The selected titles of the list: which they are, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboards.components.base import Component
from dashboards.pages.titles.titles_state import TitlesState
from dashboards.questions.title_pictures_question import PicturesQuestion
from dashboards.questions.title_values_question import ask_plan_values
from dashboards.session import Session
from dashboards.state import NOTHING
from indexium_core.model.job import Job
from indexium_core.model.planning.plan import Selection


class TitlesSelection:
    """Takes the choices of the list, and acts on the selected titles."""

    def __init__(
        self,
        session: Session,
        state: TitlesState,
        component: Component,
        *,
        draw: Callable[[], None],
        start: Callable[[Callable[[], Job | None]], None],
        changed: Callable[[Sequence[int]], object],
        publish: Callable[[Sequence[int]], None],
    ) -> None:
        """
        Connect the list.

        Args:
            session: The session.
            state: The state of the page.
            component: The list.
            draw: Shows a changed selection.
            start: Adds a job, and says so.
            changed: Gets titles with new posters.
            publish: Shows the publications of titles.

        """
        self._session, self._state, self._draw, self._start, self._changed = session, state, draw, start, changed
        self._library, self._bridge = session.library, session.bridge
        self.picked = 0  # number of the browser's last choice
        self._acts: Mapping[str, Callable[[], None]] = {
            "enrich": self._enrich,
            "plan": self._plan,
            "pictures": self._choose_pictures,
            "publish": lambda: self._bridge.run(self.ids, publish, name="titles_selected", once=True),
        }
        component.on(
            pick=self._pick,
            all=lambda message: self._choose(Selection(query=""), message),
            none=lambda message: self._choose(NOTHING, message),
            inverse=lambda message: self._choose(_inverse(state.selection), message),
            act=lambda message: self._acts.get(str(message["name"]), lambda: None)(),
        )

    def ids(self) -> list[int]:
        """Return the selected titles that the list still has, on all its pages."""
        state = self._state
        found = self._library.titles.ids(state.query, **state.filters())
        return [title_id for title_id in found if state.is_selected(title_id)]

    def _pick(self, message: Mapping[str, Any]) -> None:
        self._state.pick(*(int(title_id) for title_id in message["ids"]), on=bool(message["on"]))
        self._choose(self._state.selection, message)

    def _choose(self, selection: Selection, message: Mapping[str, Any]) -> None:
        self.picked = int(message["serial"])
        self._state.selection = selection
        self._draw()

    def _enrich(self) -> None:
        """Look the titles up, also those that were looked up a short time ago."""
        self._start(lambda: self._library.enrichment.schedule_titles(self.ids(), force=True))

    def _plan(self) -> None:
        """Ask whether the values of the titles become edits of their files."""
        self._bridge.run(
            self.ids,
            lambda ids: ask_plan_values(self._library, self._bridge, self._session.dialog, ids),
            name="titles_selected",
            once=True,
        )

    def _choose_pictures(self) -> None:
        """Ask which pictures are chosen for the titles."""

        def ask(ids: list[int]) -> None:
            session = self._session
            PicturesQuestion(
                self._library,
                self._bridge,
                session.dialog,
                ids,
                has_pictures=True,
                changed=self._changed,
            ).ask()

        self._bridge.run(self.ids, ask, name="titles_selected", once=True)


def _inverse(chosen: Selection) -> Selection:
    """Return the titles of the list that are not selected."""
    if chosen.query is None:
        return Selection(query="", excluded=chosen.included)
    return Selection(included=chosen.excluded)
