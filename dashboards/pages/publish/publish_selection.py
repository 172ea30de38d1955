"""The selected titles of the publications: which they are, what the bar shows, and what is done with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards.components.base import Component, needing
from dashboards.frame.action_bar import ActionBar
from dashboards.pages.publish.publish_state import PublishState, nothing_selected
from dashboards.questions.dry_run import DryRun
from dashboards.questions.publish_question import PublishQuestion, PublishWish
from dashboards.session import Session
from dashboards.state import NOTHING
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PUBLISH
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.planning.plan import Selection
from indexium_core.model.publishing.requests import PUBLISHED_RISKS, PublicationFilter, PublicationSelection
from indexium_core.model.publishing.risks import BY_HAND
from indexium_core.model.publishing.subjects import Entity

UNSELECTED = "Select titles first: press x for the title at the cursor."


class PublishBar(ActionBar):
    """The action bar of the titles to publish. Messages: the acts."""

    _needs = needing({PUBLISH: "write"})


class PublishSelecting:
    """Takes the choices of the list, shows the bar, and publishes the selected titles."""

    def __init__(
        self, session: Session, state: PublishState, component: Component, *, draw: Callable[[], None]
    ) -> None:
        """`draw` shows a changed selection."""
        self._session, self._state, self._draw = session, state, draw
        self._library, self._bridge = session.library, session.bridge
        self.picked = 0  # number of the browser's last choice
        self.in_scope: Mapping[int, str] = {}  # what *select all* has selected, with its risks
        self.known: dict[int, str] = {}  # the risks of the titles that were listed
        self.bar = PublishBar()
        self._question = PublishQuestion(session.library, session.bridge, session.dialog, started=self._started)
        self._dry_run = DryRun(
            session.library,
            session.bridge,
            session.dialog,
            session.result_cache,
            lambda _: None,
            files=lambda: "",
        )
        component.on(
            pick=self._pick,
            all=lambda message: self.choose_all(self._state.filter(), message),
            none=lambda message: self._choose(NOTHING, message),
        )
        self.bar.on(
            clear=lambda _: self._choose(NOTHING),
            select=lambda _: self.choose_all(self._state.filter()),
            write=lambda _: self.ask(),
            dry_run=lambda _: self.dry_run(),
            unselected=lambda _: self._bridge.toast("info", UNSELECTED),
        )

    def selected(self) -> dict[int, str]:
        """Return the selected titles with their risks."""
        return self._state.selected(self.in_scope, self.known)

    def pick(self, subject: int, *, on: bool) -> None:
        """Select or deselect one title."""
        self._state.pick(subject, on=on)
        self._draw()

    def _pick(self, message: Mapping[str, Any]) -> None:
        self._state.pick(*(int(subject) for subject in message["ids"]), on=bool(message["on"]))
        self.picked = int(message["serial"])
        self._draw()

    def _choose(self, selection: Selection, message: Mapping[str, Any] | None = None) -> None:
        if message is not None:
            self.picked = int(message["serial"])
        self._state.select(selection)
        self._draw()

    def choose_all(
        self,
        wanted: PublicationFilter,
        message: Mapping[str, Any] | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Select all titles that a filter finds, but those whose files another program changed."""

        def show(found: Mapping[int, str]) -> None:
            if message is not None:
                self.picked = int(message["serial"])
            self.in_scope = found
            self._state.select(Selection(query=""), wanted)
            self._draw()
            then()

        self._bridge.run(lambda: in_scope(self._library, wanted), show, name="publish_scope")

    def show_bar(self, total: int, able: int) -> None:
        """Show the selection: `total` titles can be published, *select all* selects `able` of them."""
        days = self._library.settings.metadata_backup_retention_days
        self.bar.put(**bar_view(self.selected(), total, able=able, days=days))

    def ask(self) -> None:
        """Ask whether to publish the selected titles."""
        if nothing_selected(self._state):
            self._bridge.toast("info", UNSELECTED)
            return
        self._question.ask(self._wish())

    def ask_safe(self, number: int) -> None:
        """Ask whether to publish all safe titles of the list, `number`, without a change of the selection."""
        wanted = replace(self._state.filter(), risk=("safe",))
        selection = PublicationSelection(filter=wanted, risk=("safe",))
        self._question.ask(PublishWish(selection=selection, risks={"safe": number}))

    def _wish(self) -> PublishWish:
        chosen = self.selected()
        dangers = [Entity.of_subject(each).address for each, risk in chosen.items() if risk == "danger"]
        risks = dict(Counter(chosen.values()))
        return PublishWish(selection=self._state.requested(), risks=risks, dangers=tuple(dangers))

    def dry_run(self) -> None:
        """Check the selected titles without writing."""
        if nothing_selected(self._state):
            self._bridge.toast("info", UNSELECTED)
            return
        wish = self._wish()

        def publish(report: DryRunReport) -> None:
            ready = [(each.entity_type, each.entity_id) for each in report.items if each.status == "success"]
            addresses = tuple(Entity(str(kind), entity_id or 0).address for kind, entity_id in ready)
            is_by_hand = wish.selection.filter is None
            named = PublicationSelection(addresses=addresses, alone=True, is_by_hand=is_by_hand)
            self._question.ask(wish if len(ready) == len(report.items) else replace(wish, selection=named, risks={}))

        self._dry_run.run_publication(wish.selection, publish)

    def _started(self, operation_id: int) -> None:
        """Clear the selection and stay on the page; every footer shows the progress."""
        del operation_id
        self._choose(NOTHING)
        self._session.refresh_footer()


def in_scope(library: Library, wanted: PublicationFilter) -> dict[int, str]:
    """Return the titles that *select all* selects in a filter, with their risks."""
    publications = library.publications
    by_hand = set(publications.addresses(replace(wanted, code=tuple(BY_HAND))))
    levels = [each for each in wanted.risk or PUBLISHED_RISKS if each in PUBLISHED_RISKS]
    return {
        Entity.of_address(address).subject: level
        for level in levels
        for address in publications.addresses(replace(wanted, risk=(level,)))
        if address not in by_hand
    }


def bar_view(
    chosen: Mapping[int, str], total: int, *, able: int, days: int, now: datetime | None = None
) -> dict[str, Any]:
    """
    Return the view of the bar.

    Args:
        chosen: The selected titles with their risks.
        total: The number of titles that can be published.
        able: Of these, those that *select all* selects in the list.
        days: For so many days, a publication can be rolled back.
        now: The time; default: now.

    """
    if not chosen:
        return {
            "title": "Nothing selected" if total else "",
            "note": "only selected titles are published",
            "warning": "",
            "buttons": [{"label": f"Select all {wording.count(able)}", "act": "select", "kind": "", "key": "a"}]
            if able
            else [],
        }
    counts = Counter(chosen.values())
    levels = ", ".join(f"{wording.count(counts[each])} {each}" for each in PUBLISHED_RISKS if counts[each])
    until = wording.day((now or datetime.now(UTC)) + timedelta(days=days))
    number = wording.plural(len(chosen), "title")
    return {
        "title": f"{wording.count(len(chosen))} of {wording.plural(max(total, len(chosen)), 'title')} selected",
        "note": f"{levels} · every byte can be rolled back until {until}",
        "warning": "",
        "buttons": [
            {"label": "Clear", "act": "clear", "kind": "quiet opt", "key": "n"},
            {"label": "Dry run", "act": "dry_run", "kind": "", "key": "d"},
            {"label": f"Publish {number}…", "act": "write", "kind": "primary", "key": "w"},
        ],
    }
