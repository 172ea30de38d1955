"""
Which pictures the titles of a home show: people select and reject, and otherwise the rule of the library decides.

Each decision is one step that can be undone. After a decision, the rule fills what no person has selected.
"""

from __future__ import annotations

import builtins
import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from indexium_core import errors
from indexium_core.flows.artwork.local_artwork import LocalArtwork
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.flows.artwork.picture_steps import PictureStep, PictureSteps, names_of
from indexium_core.flows.titles import title_libraries
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.accounts.needs import NAMED, needs
from indexium_core.model.accounts.permissions import LIBRARIES_MANAGE, TITLES_EDIT
from indexium_core.model.artwork import choice
from indexium_core.model.artwork.assets import LOCAL, AssetCandidate, PictureSlot, languages
from indexium_core.model.artwork.choice import SlotSelection, in_order
from indexium_core.model.artwork.selection_config import (
    ASSET_TYPES,
    SEVERAL,
    AssetSelectionConfig,
    asset_type_named,
    changed,
    is_language,
    label_of_type,
)
from indexium_core.model.artwork.selections import (
    MOST_SHOWN,
    AssetPage,
    PictureChange,
    PictureChoices,
    PictureDecision,
    SelectionPreview,
    SelectionRule,
    SlotSummary,
)
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.model.remote_calls import remote
from indexium_core.model.titles.fields import KIND_NAMES, require_entity_type
from indexium_core.store import start_work
from indexium_core.store.artwork import assets, selection
from indexium_core.store.artwork.assets import TitleOwner
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

WITHOUT_TEXT = "none"  # as a language: pictures without text
_MOST_REASON = 200  # characters
_GROUP = 500  # titles of one transaction


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
    def choices(self) -> PictureChoices:
        """Return the languages and the providers that a rule can name."""
        known = languages()
        return PictureChoices(
            language=self._chooser.language if self._chooser.language in known else "en",
            languages=known,
            providers={**{each.id: each.label for each in PROVIDERS.values()}, LOCAL: "In the folders"},
        )

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


@checked_arguments
class AssetSelectionService(BulkSelection):
    """The selection of the pictures of a home. One instance serves a home; it downloads nothing."""

    def __init__(
        self,
        database: Database,
        chooser: PictureChooser,
        local: LocalArtwork,
        *,
        events: EventBus,
        clock: Callable[[], datetime],
    ) -> None:
        """Store decisions, and apply the rules with `chooser`."""
        self._database, self._chooser, self._local, self._clock = database, chooser, local, clock
        self.steps = PictureSteps(database, chooser, events=events, clock=clock)

    # What there is.

    @remote()
    def candidates(
        self, entity_type: str, entity_id: int, asset_type: str | None = None, *, season: int | None = None
    ) -> AssetPage:
        """
        Return the pictures that are offered for a title, of each kind the best first, with their scores.

        Args:
            entity_type: `movie`, `series`, `season` or `episode`; a season has the pictures of its series for it.
            entity_id: The title.
            asset_type: Only this kind.
            season: Of a series: only the pictures of this season.

        Raises:
            UsageError: There is no such type of titles or of pictures.
            UnknownIdError: There is no such title.

        """
        owner, season = self._owner(entity_type, entity_id, season)
        kind = None if asset_type is None else asset_type_named(asset_type)
        self._local.refresh(owner, force=True)
        found = self._of(owner.id)
        rows = [
            each
            for slot in self._sorted(found)
            if kind in (None, slot.asset_type) and (slot.season == season or (kind is None and season is None))
            for each in found[slot].ordered
        ]
        return AssetPage(items=rows, total=len(rows), page=1, per_page=len(rows))

    @remote()
    def slots(self, entity_type: str, entity_id: int) -> builtins.list[SlotSummary]:
        """
        Return how many pictures of each kind are offered for a title, and what is selected.

        Raises:
            UsageError: There is no such type of titles.
            UnknownIdError: There is no such title.

        """
        owner, season = self._owner(entity_type, entity_id, None)
        found = self._of(owner.id)
        return [_summary(slot, found[slot]) for slot in self._sorted(found) if season in (None, slot.season)]

    @remote()
    def config(self, library_id: int, asset_type: str) -> AssetSelectionConfig:
        """
        Return the rule of a library for a kind of picture.

        Raises:
            UsageError: There is no such kind.
            UnknownIdError: There is no such library.

        """
        reader = self._database.read()
        title_libraries.check(reader, library_id)
        return selection.config(reader, library_id, asset_type_named(asset_type))

    # Rules.

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def change_config(self, library_id: int, asset_type: str, changes: Mapping[str, Any]) -> AssetSelectionConfig:
        """
        Change the rule of a library for a kind of picture. The selection of its titles follows; that of people stays.

        Args:
            library_id: The library.
            asset_type: The kind.
            changes: New values by the names of `AssetSelectionConfig`; the others stay.

        Raises:
            UsageError: The weights do not sum to 1, or another value or name is not valid.
            UnknownIdError: There is no such library.

        """
        at, kind = self._clock(), asset_type_named(asset_type)

        def store(tx: Connection) -> tuple[AssetSelectionConfig, set[int]]:
            title_libraries.check(tx, library_id)
            config = changed(selection.config(tx, library_id, kind), changes)
            selection.set_config(tx, config)
            return config, self._chooser.choose_library(tx, library_id, at).changed

        config, titles = self._database.run(store)
        self.steps.emit(titles)
        return config

    @needs(TITLES_EDIT)
    def choose_unscored(self) -> None:
        """Let the rules select for the titles whose pictures have no scores: those of an earlier version."""
        at, title_ids = self._clock(), start_work.unscored_titles(self._database.read())
        for first in range(0, len(title_ids), _GROUP):
            group = title_ids[first : first + _GROUP]
            self._database.run(partial(self._chooser.choose_again, title_ids=group, at=at))

    @needs(TITLES_EDIT)
    def choose_all(self) -> None:
        """Let the rules of all libraries select again, after the language of the settings has changed."""
        at = self._clock()
        self.steps.emit(self._database.run(lambda tx: self._chooser.choose_library(tx, None, at)).changed)

    def calculate_score(self, candidate: AssetCandidate, config: AssetSelectionConfig) -> AssetCandidate:
        """Return a candidate with its score and the parts of it, as `choice.calculate_score`."""
        return choice.calculate_score(candidate, config)

    def filter_duplicates(
        self, candidates: Sequence[AssetCandidate], threshold: float
    ) -> builtins.list[AssetCandidate]:
        """Return candidates, best first, without near-duplicates, as `choice.filter_duplicates`."""
        return choice.filter_duplicates(candidates, threshold)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def auto_select_assets(
        self, entity_type: str, entity_id: int, asset_type: str | None = None, *, season: int | None = None
    ) -> builtins.list[AssetCandidate]:
        """
        Let the rule select pictures of a title again, and return those that are selected. Those of people stay.

        Raises:
            UsageError: There is no such type of titles or of pictures.
            UnknownIdError: There is no such title.

        """
        owner, season = self._owner(entity_type, entity_id, season)
        kind = None if asset_type is None else asset_type_named(asset_type)
        self._local.refresh(owner, force=True)
        at = self._clock()
        found = self._database.run(lambda tx: self._chooser.choose_again(tx, [owner.id], at))
        self.steps.emit(found.changed)
        return [
            each
            for slot in self._sorted(found.slots)
            if kind in (None, slot.asset_type) and season in (None, slot.season)
            for each in selected_of(found.slots[slot])
        ]

    # Decisions.

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def select_candidate(self, candidate_id: int, of: PictureSlot | None = None) -> PictureDecision:
        """
        Select a picture for its title. It stays selected after any look-up, until a person decides otherwise.

        Of most kinds, it replaces the selected one. Of backdrops it becomes the first one; where they are more than the
        rule allows, the one that was selected first is not selected any more.

        Args:
            candidate_id: The picture.
            of: The title and the kind for which the caller means it; without a kind (""), any.

        Raises:
            UnknownIdError: There is no such picture any more.
            UsageError: It is a picture of another title or kind.

        """

        def plan(tx: Connection) -> PictureStep:
            picture = self._candidate(tx, candidate_id, of)
            slot = picture.slot
            former = by_people(tx, [slot])
            others = [each for each in former if each != candidate_id]
            gone = others[self._chooser.config_of(tx, slot).max_count - 1 :]

            def change(at: datetime) -> None:
                selection.release(tx, gone)
                if former[:1] != [candidate_id] or picture.is_of_former_match:
                    selection.select(tx, [candidate_id], at=at)

            return PictureStep([slot], [], lambda name: f"selected {_a(slot)} of {name}", change)

        return self.steps.decide(plan)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def reject_candidate(self, candidate_id: int, reason: str = "", of: PictureSlot | None = None) -> PictureDecision:
        """
        Reject a picture: no rule selects it again, for whichever title it is offered, also after a look-up.

        If it is selected, the rule selects another one. A title for which a person selected it keeps it.

        Args:
            candidate_id: The picture.
            reason: Why, at most 200 characters.
            of: The title and the kind for which the caller means it; without a kind (""), any.

        Raises:
            UnknownIdError: There is no such picture any more.
            UsageError: It is a picture of another title or kind, or the reason is too long.

        """
        if len(reason) > _MOST_REASON:
            raise errors.UsageError(f"The reason has {len(reason)} characters. Write at most {_MOST_REASON}.")

        def plan(tx: Connection) -> PictureStep:
            picture = self._candidate(tx, candidate_id, of)

            def change(at: datetime) -> None:
                selection.release(tx, [candidate_id])
                selection.reject(tx, picture, reason.strip(), at=at)

            text = f": {reason.strip()}" if reason.strip() else ""
            urls = [selection.url_key(picture)]
            return PictureStep(
                [picture.slot], urls, lambda name: f"rejected {_a(picture.slot)} of {name}{text}", change
            )

        return self.steps.decide(plan)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def reselect_asset(self, candidate_id: int, reason: str = "", of: PictureSlot | None = None) -> PictureDecision:
        """
        Reject the present picture, and let the rule select another one, as `reject_candidate`.

        Raises:
            UnknownIdError: There is no such picture any more.
            UsageError: It is a picture of another title or kind, or the reason is too long.

        """
        return self.reject_candidate(candidate_id, reason, of)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def take_back_rejection(self, candidate_id: int, of: PictureSlot | None = None) -> PictureDecision:
        """
        Offer a rejected picture again.

        Raises:
            UnknownIdError: There is no such picture any more.
            UsageError: It is a picture of another title or kind.

        """

        def plan(tx: Connection) -> PictureStep:
            picture = self._candidate(tx, candidate_id, of)
            url = selection.url_key(picture)
            return PictureStep(
                [picture.slot],
                [url],
                lambda name: f"took back the rejection of {_a(picture.slot)} of {name}",
                lambda _: selection.take_back(tx, [url]),
            )

        return self.steps.decide(plan)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def release(self, candidate_id: int, of: PictureSlot | None = None) -> PictureDecision:
        """
        Leave the kind of a picture to the rule, where a person selected one.

        Raises:
            UnknownIdError: There is no such picture any more.
            UsageError: It is a picture of another title or kind.

        """

        def plan(tx: Connection) -> PictureStep:
            slot = self._candidate(tx, candidate_id, of).slot
            return PictureStep(
                [slot],
                [],
                lambda name: f"left {_the(slot)} of {name} to the rule",
                lambda _: selection.release(tx, by_people(tx, [slot])),
            )

        return self.steps.decide(plan)

    # Parts.

    def _owner(self, entity_type: str, entity_id: int, season: int | None) -> tuple[TitleOwner, int | None]:
        """Return the title that has the pictures, and the season that they are of."""
        require_entity_type(entity_type)
        owner = assets.owner(self._database.read(), entity_id)
        if owner is None or owner.entity_type != entity_type:
            raise errors.UnknownIdError(f"There is no {KIND_NAMES[entity_type]} {entity_id}.")
        if entity_type == "season" and owner.series_id is not None:
            return TitleOwner("series", owner.series_id, None, None, owner.may_download), owner.season
        return owner, season

    def _candidate(self, reader: Connection, candidate_id: int, of: PictureSlot | None) -> AssetCandidate:
        found = assets.candidate(reader, candidate_id)
        if found is None:
            raise errors.UnknownIdError(
                f"There is no picture {candidate_id} any more. Look at the pictures of the title again."
            )
        if of is None:
            return found
        owner, season = self._owner(of.entity_type, of.entity_id, of.season)
        if owner.id != found.entity_id or season not in (None, found.season):
            raise errors.UsageError(f"Picture {candidate_id} is offered for another title.")
        if of.asset_type and (kind := asset_type_named(of.asset_type)) != found.asset_type:
            raise errors.UsageError(
                f"Picture {candidate_id} is a {label_of_type(found.asset_type)}, not a {label_of_type(kind)}."
            )
        return found

    def _of(self, title_id: int) -> dict[PictureSlot, SlotSelection]:
        return self._chooser.selections(self._database.read(), [title_id])

    def _sorted(self, slots: Collection[PictureSlot]) -> builtins.list[PictureSlot]:
        return sorted(
            slots, key=lambda slot: (ASSET_TYPES.index(slot.asset_type), slot.season is not None, slot.season or 0)
        )


def _summary(slot: PictureSlot, found: SlotSelection) -> SlotSummary:
    rejected = sum(each.is_rejected and not each.is_by_person for each in found.ordered)
    main = next(iter(selected_of(found)), None)
    return SlotSummary(
        asset_type=slot.asset_type,
        season=slot.season,
        total=len(found.ordered) - rejected,
        rejected=rejected,
        selected_id=None if main is None else main.id,
        is_by_person=main is not None and main.is_by_person,
        is_of_former_match=any(each.is_of_former_match for each in found.ordered),
    )


def _the(slot: PictureSlot) -> str:
    season = "" if slot.season is None else f" of season {slot.season}"
    return f"the {label_of_type(slot.asset_type)}{season}"


def _a(slot: PictureSlot) -> str:
    return _the(slot).replace("the ", "a ", 1)
