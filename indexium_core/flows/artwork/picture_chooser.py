"""Keeps the scores and the selection by the rule up to date, in the transaction of whatever changed the candidates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.artwork.assets import AssetCandidate, PictureSlot
from indexium_core.model.artwork.choice import SlotSelection, choose
from indexium_core.model.artwork.selection_config import AssetSelectionConfig, default_config
from indexium_core.settings import Settings
from indexium_core.store.artwork import assets, selection
from indexium_core.store.artwork.selection import ScoreRow
from indexium_core.store.catalog.catalog import languages_of_titles
from indexium_core.store.connection import Connection


class ChosenAgain(NamedTuple):
    """What the rule has selected now."""

    slots: Mapping[PictureSlot, SlotSelection]  # of the titles
    changed: set[int]  # titles for which another picture is selected


class PictureChooser:
    """Applies the rules of the libraries. One instance serves a home; any thread may use it."""

    def __init__(self, config: Settings) -> None:
        """Prefer the language of the library or of these settings, where a rule has no other one."""
        self._settings = config

    @property
    def language(self) -> str:
        """The language of the settings."""
        return self._settings.metadata_language

    def selections(self, reader: Connection, title_ids: Collection[int]) -> dict[PictureSlot, SlotSelection]:
        """Return the candidates of titles by slot, in their order, and which of them are selected."""
        return self.arranged(reader, assets.candidates(reader, title_ids))

    def choose_again(self, tx: Connection, title_ids: Collection[int], at: datetime) -> ChosenAgain:
        """Store the scores and the selection of titles."""
        stored = {each.id: each for each in assets.candidates(tx, title_ids)}
        slots, rows, changed = self.arranged(tx, stored.values()), list[ScoreRow](), set[int]()
        for slot, found in slots.items():
            selected = set(found.selected)
            for each in found.ordered:
                old, is_selected = stored[each.id], each.id in selected
                if old.is_selected != is_selected:
                    changed.add(slot.entity_id)
                if old.is_selected != is_selected or old.auto_score != each.auto_score:
                    rows.append(ScoreRow(each.id, each.auto_score, is_selected))
        if rows:
            selection.set_scores(tx, rows, at=at)
        return ChosenAgain(slots, changed)

    def config_of(self, reader: Connection, slot: PictureSlot) -> AssetSelectionConfig:
        """Return the rule for a slot."""
        library_id = selection.libraries(reader, [slot.entity_id]).get(slot.entity_id, 0)
        return selection.config(reader, library_id, slot.asset_type)

    def choose_library(self, tx: Connection, library_id: int | None, at: datetime) -> ChosenAgain:
        """Store the scores and the selection of a library, or of all, after its rule or its language has changed."""
        return self.choose_again(tx, selection.pictured_titles(tx, library_id, below=True), at)

    def arranged(self, reader: Connection, candidates: Iterable[AssetCandidate]) -> dict[PictureSlot, SlotSelection]:
        """Return candidates by slot, in their order, and which of them are selected."""
        slots: dict[PictureSlot, list[AssetCandidate]] = {}
        for each in candidates:
            slots.setdefault(each.slot, []).append(each)
        if not slots:
            return {}
        libraries = selection.libraries(reader, {slot.entity_id for slot in slots})
        configs = selection.configs(reader, set(libraries.values()))
        own, general = languages_of_titles(reader, list(libraries)), self.language
        arranged = {}
        for slot, found in slots.items():
            key = libraries.get(slot.entity_id, 0), slot.asset_type
            config = configs.get(key) or default_config(*key)
            arranged[slot] = choose(found, config, language=own.get(slot.entity_id, general))
        return arranged
