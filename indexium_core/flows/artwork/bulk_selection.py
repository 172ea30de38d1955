"""The selection of pictures of many titles by a rule that a person gives: a preview, and one step."""

from __future__ import annotations

import builtins
import dataclasses
from collections.abc import Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.flows.artwork.picture_steps import PictureStep, PictureSteps, names_of
from indexium_core.model.accounts.needs import NAMED, needs
from indexium_core.model.accounts.permissions import TITLES_EDIT
from indexium_core.model.artwork.assets import LOCAL, AssetCandidate, PictureSlot
from indexium_core.model.artwork.choice import SlotSelection, in_order
from indexium_core.model.artwork.selection_config import SEVERAL, asset_type_named, is_language, label_of_type
from indexium_core.model.artwork.selections import (
    MOST_SHOWN,
    PictureChange,
    PictureDecision,
    SelectionPreview,
    SelectionRule,
)
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.model.remote_calls import remote
from indexium_core.store.artwork import assets, selection
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

WITHOUT_TEXT = "none"  # as a language: pictures without text


@checked_arguments
class BulkSelection:
    """The part of the selection of pictures that is about many titles."""

    _database: Database
    _chooser: PictureChooser
    steps: PictureSteps

    @remote()
    def title_ids(self) -> builtins.list[int]:
        """Return the films and series for which pictures are offered."""
        return selection.pictured_titles(self._database.read())

    @remote()
    def preview(self, title_ids: Sequence[int], rule: SelectionRule) -> SelectionPreview:
        """
        Return how a rule would change the selected pictures of films and series; nothing changes.

        Raises:
            UsageError: There is no such kind, language or provider.

        """
        changes, without = self._changes(self._database.read(), title_ids, _checked(rule))
        names = names_of(self._database.read(), {slot.entity_id for slot, _, _ in changes[:MOST_SHOWN]})
        shown = [
            PictureChange(slot=slot, title=names.get(slot.entity_id, ""), old=old, new=new)
            for slot, old, new in changes[:MOST_SHOWN]
        ]
        kept = sum(old is not None and new is not None and old.id == new.id for _, old, new in changes)
        return SelectionPreview(
            titles=len(set(title_ids)), changes=shown, total=len(changes), kept=kept, without=without
        )

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def apply(self, title_ids: Sequence[int], rule: SelectionRule) -> PictureDecision:
        """
        Select pictures of films and series by a rule, as one step.

        The rule of the library takes over what people had selected; another rule counts as the selection of a person.

        Raises:
            UsageError: There is no such kind, language or provider.

        """
        rule = _checked(rule)

        def plan(tx: Connection) -> PictureStep:
            changes, _ = self._changes(tx, title_ids, rule)

            def change(at: datetime) -> None:
                if rule.is_automatic or rule.asset_type != SEVERAL:
                    selection.release(tx, by_people(tx, [slot for slot, _, _ in changes]))
                if not rule.is_automatic:
                    selection.select(tx, [new.id for _, _, new in changes if new is not None], at=at)

            kind = label_of_type(rule.asset_type)

            def label(name: str) -> str:
                return f"left the {kind} of {name} to the rule" if rule.is_automatic else f"selected a {kind} of {name}"

            return PictureStep([slot for slot, _, _ in changes], [], label, change)

        return self.steps.decide(plan)

    def _changes(
        self, reader: Connection, title_ids: Sequence[int], rule: SelectionRule
    ) -> tuple[builtins.list[tuple[PictureSlot, AssetCandidate | None, AssetCandidate | None]], int]:
        """Return the slots whose main picture a rule changes, with both, and how many titles have none that fits."""
        every = [each for each in assets.candidates(reader, title_ids, rule.asset_type) if each.season is None]
        found = self._chooser.arranged(reader, every)
        loose = [dataclasses.replace(each, is_selected=False, actor_kind=None) for each in every]
        free = self._chooser.arranged(reader, loose) if rule.is_automatic else {}
        changes, with_picture = [], set()
        for slot, present in found.items():
            old = next(iter(selected_of(present)), None)
            if rule.is_automatic:
                new = next(iter(selected_of(free[slot])), None)
            else:
                new = next((each for each in present.ordered if not each.is_rejected and _fits(each, rule)), None)
            is_protected = old is not None and old.is_by_person
            if new is None and not (rule.is_automatic and is_protected):
                continue
            with_picture.add(slot.entity_id)
            is_kept = old is not None and new is not None and old.id == new.id and is_protected != rule.is_automatic
            if not is_kept:
                changes.append((slot, old, new))
        return sorted(changes, key=lambda each: each[0][1]), len(set(title_ids) - with_picture)


def _checked(rule: SelectionRule) -> SelectionRule:
    if rule.provider not in ("", LOCAL, *PROVIDERS):
        raise errors.UsageError(
            f"There is no provider “{rule.provider[:40]}”. Choose one of: {', '.join(PROVIDERS)}, {LOCAL}."
        )
    if rule.language not in ("", WITHOUT_TEXT) and not is_language(rule.language):
        raise errors.UsageError(
            f"“{rule.language[:40]}” is no language. Give two letters such as de, or {WITHOUT_TEXT} for no text."
        )
    return dataclasses.replace(rule, asset_type=asset_type_named(rule.asset_type), language=rule.language.lower())


def _fits(each: AssetCandidate, rule: SelectionRule) -> bool:
    wanted = "" if rule.language == WITHOUT_TEXT else rule.language
    if rule.language and (each.language != wanted or each.provider == LOCAL):  # of a local one, nobody knows it
        return False
    return not rule.provider or each.provider == rule.provider


def by_people(reader: Connection, slots: Sequence[PictureSlot]) -> builtins.list[int]:
    """Return what people selected for slots of one kind, as ids; of each slot, the one that was selected last first."""
    wanted = set(slots)
    found = assets.candidates(reader, {slot.entity_id for slot in wanted}, slots[0].asset_type) if slots else []
    return [each.id for each in in_order(found) if each.is_by_person and each.slot in wanted]


def selected_of(found: SlotSelection) -> builtins.list[AssetCandidate]:
    """Return the selected candidates of a slot, the main picture first."""
    by_id = {each.id: each for each in found.ordered}
    return [by_id[number] for number in found.selected]
