"""Steps of pictures: decisions of people about them, what the steps keep, and how they are undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.flows.review.undo_steps import UndoneStep
from indexium_core.flows.titles.title_events import emit_changes
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model import wording
from indexium_core.model.artwork.assets import PictureSlot
from indexium_core.model.artwork.choice import SlotSelection
from indexium_core.model.artwork.selections import PictureDecision
from indexium_core.model.review.steps import StepRow
from indexium_core.store.artwork import selection
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.review import steps
from indexium_core.store.titles import titles as title_store


class PictureStep(NamedTuple):
    """A decision before it is carried out."""

    slots: Sequence[PictureSlot]
    urls: Sequence[str]  # of pictures that are rejected, or not any more: results of `selection.url_key`
    label: Callable[[str], str]  # receives the name of the title
    change: Callable[[datetime], None]  # in the transaction


class PictureSteps:
    """Carries out decisions, each as one step. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        chooser: PictureChooser,
        *,
        events: EventBus,
        clock: Callable[[], datetime],
    ) -> None:
        """Select again with `chooser` after each decision."""
        self._database, self._chooser, self._events, self._clock = database, chooser, events, clock

    def decide(self, plan: Callable[[Connection], PictureStep]) -> PictureDecision:
        """Plan a decision, carry it out, let the rule fill the rest, and record the step: all in one transaction."""
        at = self._clock()

        def carry_out(tx: Connection) -> tuple[PictureDecision, set[int]]:
            step = plan(tx)
            before = selection.decisions(tx, step.slots, step.urls)
            step.change(at)
            titles = {slot.entity_id for slot in step.slots}
            if selection.decisions(tx, step.slots, step.urls) == before:
                return _result(
                    step, self._chooser.selections(tx, titles), None, "Nothing changes: it is so already."
                ), set()
            touched = titles | set(selection.titles_of_pictures(tx, step.urls))
            again = self._chooser.choose_again(tx, touched, at).slots
            label = step.label(_subject(tx, step))
            kept = {"slots": step.slots, "urls": step.urls, "before": before}
            step_id = steps.record_titles(
                tx,
                "picture",
                label,
                json.dumps(kept, ensure_ascii=False),
                files=0,
                subjects=[slot.subject for slot in step.slots] + list(step.urls),
                at=at,
            )
            return _result(step, again, step_id, f"{label[:1].upper()}{label[1:]}."), touched

        decision, touched = self._database.run(carry_out)
        self.emit(touched)
        return decision

    def emit(self, title_ids: Collection[int]) -> None:
        """Send the events of titles, for an episode that of its series."""
        items = title_store.by_ids(self._database.read(), sorted(title_ids))
        shown = {("series", each.series_id) if each.series_id else (each.entity_type, each.id) for each in items}
        emit_changes(self._events, [(kind, number, False) for kind, number in sorted(shown)])

    def restore(self, tx: Connection, before: str, *, at: datetime, only: int | None = None) -> str:
        """
        Restore what a step keeps, and return what restores the present decisions.

        `only`: a title; its part of a step about several titles is restored, and nothing that was rejected for all.
        """
        facts: dict[str, Any] = json.loads(before)
        if only is not None and any(each[1] != only for each in facts["slots"]):
            facts |= {"slots": [each for each in facts["slots"] if each[1] == only], "urls": []}
        slots, urls = [PictureSlot(*each) for each in facts["slots"]], facts["urls"]
        present = {**facts, "before": selection.decisions(tx, slots, urls)}
        selection.restore(tx, facts["before"], slots, urls)
        self._chooser.choose_again(tx, _touched(tx, slots, urls), at)
        return json.dumps(present, ensure_ascii=False)

    def undo(self, tx: Connection, before: str, step: StepRow, *, at: datetime) -> UndoneStep:
        """Undo a decision, see `UndoStep`."""
        facts: Mapping[str, Any] = json.loads(before)
        slots = [PictureSlot(*each) for each in facts["slots"]]
        self.restore(tx, before, at=at)
        touched = _touched(tx, slots, facts["urls"])
        return UndoneStep(step.files, len({slot.entity_id for slot in slots}), lambda: self.emit(touched))


def _result(
    step: PictureStep, present: Mapping[PictureSlot, SlotSelection], step_id: int | None, summary: str
) -> PictureDecision:
    found = present.get(step.slots[0]) if len(step.slots) == 1 else None
    titles = 0 if step_id is None else len({slot.entity_id for slot in step.slots})
    return PictureDecision(
        step_id=step_id, summary=summary, titles=titles, selected=[] if found is None else found.selected
    )


def _touched(tx: Connection, slots: Sequence[PictureSlot], urls: Sequence[str]) -> set[int]:
    """Return the titles whose pictures a decision about slots and addresses changes."""
    return {slot.entity_id for slot in slots} | set(selection.titles_of_pictures(tx, urls))


def names_of(reader: Connection, title_ids: Collection[int]) -> dict[int, str]:
    """Return the names of titles by id."""
    return {each.id: each.name for each in title_store.by_ids(reader, sorted(title_ids))}


def _subject(tx: Connection, step: PictureStep) -> str:
    ids = {slot.entity_id for slot in step.slots}
    return wording.plural(len(ids), "title") if len(ids) > 1 else f"“{next(iter(names_of(tx, ids).values()), '')}”"
