"""The dialog that chooses the pictures of a title: candidates of each kind, their scores, selections, rejections."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dashboards.bridge import Bridge
from dashboards.components.base import Component, module, needing
from dashboards.pages.titles.artwork_dialog.artwork_search import ArtworkSearch
from dashboards.pages.titles.artwork_dialog.artwork_views import (
    KINDS,
    PictureKey,
    PictureTitle,
    kind_name,
    kinds,
    main_kind,
    ordinal,
    picture,
)
from dashboards.pages.titles.artwork_dialog.view_types import ArtworkDialogView
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE, TITLES_EDIT
from indexium_core.model.artwork.assets import AssetCandidate
from indexium_core.model.artwork.selections import PictureSearchResult, SlotSummary
from indexium_core.model.lookups.traffic import ProviderStatus
from indexium_core.model.operations.actor import current_actor

EVENTS = ("movie:updated", "series:updated")


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadPictures:
    slots: Sequence[SlotSummary]
    candidates: Sequence[AssetCandidate]


class _ChosenStep(NamedTuple):
    """A step of the dialog, with a sentence and its title."""

    id: int
    text: str
    title: PictureTitle


class _PictureAction(NamedTuple):
    """An action of a person that waits for its turn."""

    number: int
    work: Callable[[], tuple[int | None, str]]  # returns a step that can be undone, and a sentence


@dataclass(slots=True)
class _Opened:
    """What one opening of the dialog knows."""

    title: PictureTitle
    key: PictureKey
    first: int  # the title with which the dialog was opened
    read: _ReadPictures | None = None
    order: list[int] = field(default_factory=list)  # ids: a picture stays where it is until the kind is shown again
    steps: list[_ChosenStep] = field(default_factory=list)  # that can be undone, also of titles shown before
    message: str = ""
    problem: str = ""
    search: ArtworkSearch | None = None


class ArtworkDialog(Component):
    """
    The dialog for one title at a time.

    Messages: `kind` {key}, `select` {id, number}, `reject` {id, reason, number}, `restore` {id, number} (undo a
    rejection), `release` {id, number}, `undo` {number}, `title` {id, number} (id 1: the next one of the list, -1: the
    one before), `providers` (for a search), `search` {providers}, `settings`, `close`. `number` counts the actions of
    the browser.
    """

    _esm = module("artwork_dialog")
    _view = ArtworkDialogView
    _styles = ("artwork_dialog.css",)
    _needs = needing(
        {TITLES_EDIT: "select reject keep release restore undo search providers", SETTINGS_MANAGE: "settings"}
    )

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        *,
        changed: Callable[[int, str], object],
        settings: Callable[[], None],
        neighbour: Callable[[int, int], Callable[[], PictureTitle | None]],
        moved: Callable[[int], None],
        **params: Any,
    ) -> None:
        """
        Make a closed dialog.

        Args:
            library: The library.
            bridge: The bridge of the session.
            changed: Receives id and type of a title after each change of its pictures.
            settings: Shows the settings of the providers.
            neighbour: Receives the id of a title and 1 or -1, and returns what reads the next or previous title.
            moved: Receives the id of the title to which the dialog has moved, when it is closed.
            params: Parameters of the component.

        """
        super().__init__(**params)
        self._library, self._bridge, self._changed = library, bridge, changed
        self._neighbour, self._moved = neighbour, moved
        self._opened: _Opened | None = None
        self._serial = self._answered = 0
        self._waiting: deque[_PictureAction] = deque()
        self._is_acting = False
        self.on(
            kind=lambda message: self._show_kind(str(message["key"])),
            select=lambda message: self._select(int(message["id"]), int(message["number"])),
            reject=lambda message: self._reject(int(message["id"]), str(message["reason"]), int(message["number"])),
            restore=lambda message: self._restore(int(message["id"]), int(message["number"])),
            release=lambda message: self._release(int(message["id"]), int(message["number"])),
            undo=lambda message: self._undo(int(message["number"])),
            title=lambda message: self._turn_title(1 if int(message["id"]) > 0 else -1, int(message["number"])),
            providers=lambda _: self._show_search(),
            search=lambda message: self._search([str(each) for each in message["providers"]][:20]),
            settings=lambda _: self._leave(settings),
            close=lambda _: self._close(),
        )

    def start(self) -> None:
        """Follow the changes of titles while the dialog is open."""
        self._bridge.listen(EVENTS, self._follow, every=1.0)

    def ask(self, title: PictureTitle, asset_type: str, season: int | None = None) -> None:
        """Open the dialog for a title, with one kind of pictures."""
        self._opened = _Opened(title, PictureKey(asset_type, season), first=title.id)
        self._serial += 1
        self._draw()
        self._read()

    # Reading.

    def _read(self) -> None:
        """Read the kinds and the pictures of the one that is shown."""
        opened = self._opened
        if opened is None:
            return
        title, key, service, number = opened.title, opened.key, self._library.picture_selection, self._answered
        is_busy = self._is_acting or bool(self._waiting)

        def read() -> _ReadPictures:
            page = service.candidates(title.entity_type, title.id, key.asset_type, season=key.season)
            return _ReadPictures(slots=service.slots(title.entity_type, title.id), candidates=page.items)

        def show(found: _ReadPictures) -> None:
            is_older = is_busy or self._is_acting or number != self._answered
            if self._opened is opened and opened.key == key and not is_older:
                self._show(opened, found)

        self._bridge.run(read, show, name="artwork_dialog", failed=self._failed)

    def _show(self, opened: _Opened, found: _ReadPictures) -> None:
        ids = [each.id for each in found.candidates]
        known = [each for each in opened.order if each in set(ids)]
        opened.order = known + [each for each in ids if each not in set(known)]
        opened.read = found
        self._draw()

    def _failed(self, error: errors.IndexiumError) -> None:
        if self._opened is not None:
            self._opened.problem = error.message
            self._opened.read = self._opened.read or _ReadPictures(slots=(), candidates=())
            self._draw()

    def _follow(self) -> None:
        if not self._is_acting:
            self._read()

    def _show_kind(self, key: str) -> None:
        opened = self._opened
        if opened is None:
            return
        kind, _, season = key.partition("-")
        opened.key, opened.order = PictureKey(kind, int(season) if season else None), []
        opened.message = opened.problem = ""
        if opened.read is not None:
            opened.read = _ReadPictures(slots=opened.read.slots, candidates=())
        self._draw(waits=True)
        self._read()

    def _turn_title(self, by: int, number: int) -> None:
        """Show the same kind of the next title of the list, or of the one before; the steps can still be undone."""
        opened = self._opened
        if opened is None:
            return

        def show(found: PictureTitle | None) -> None:
            if self._opened is not opened:
                return
            self._answered = max(self._answered, number)
            if found is None:
                opened.message = (
                    "This is the last title of the list" if by > 0 else "This is the first title of the list"
                )
                self._draw()
                return
            kind = opened.key.asset_type
            self.ask(found, kind if kind in KINDS[found.entity_type] else main_kind(found.entity_type))
            self._opened.steps, self._opened.first = opened.steps, opened.first

        def failed(error: errors.IndexiumError) -> None:
            self._answered = max(self._answered, number)
            self._failed(error)

        self._bridge.run(self._neighbour(opened.title.id, by), show, failed=failed)

    # Actions: one after the other, in the order of the person.

    def _select(self, candidate_id: int, number: int) -> None:
        def work() -> tuple[int | None, str]:
            decision = self._library.picture_selection.select_candidate(candidate_id)
            return decision.step_id, "Selected" if decision.step_id else "It is selected already"

        self._act(number, work)

    def _reject(self, candidate_id: int, reason: str, number: int) -> None:
        text = " ".join(reason.split())

        def work() -> tuple[int | None, str]:
            decision = self._library.picture_selection.reject_candidate(candidate_id, text)
            return decision.step_id, f"Rejected: {text}" if text else "Rejected"

        self._act(number, work)

    def _restore(self, candidate_id: int, number: int) -> None:
        def work() -> tuple[int | None, str]:
            return self._library.picture_selection.take_back_rejection(candidate_id).step_id, "Offered again"

        self._act(number, work)

    def _release(self, candidate_id: int, number: int) -> None:
        def work() -> tuple[int | None, str]:
            return self._library.picture_selection.release(candidate_id).step_id, "The rule selects again"

        self._act(number, work)

    def _undo(self, number: int) -> None:
        opened = self._opened

        def work() -> tuple[int | None, str]:
            if opened is None or not opened.steps:
                return None, "There is nothing to undo"
            step = opened.steps.pop()
            self._library.steps.undo(step.id)
            self._changed(step.title.id, step.title.entity_type)
            return None, f"Undone: {step.text[:1].lower()}{step.text[1:]}"

        self._act(number, work)

    def _act(self, number: int, work: Callable[[], tuple[int | None, str]]) -> None:
        self._waiting.append(_PictureAction(number, work))
        if not self._is_acting:
            self._next()

    def _next(self) -> None:
        """Carry out the next action; after the last one, read the pictures again."""
        if not self._waiting:
            self._is_acting = False
            self._read()
            return
        self._is_acting = True
        opened, action = self._opened, self._waiting.popleft()

        def done(result: tuple[int | None, str]) -> None:
            step_id, text = result
            if opened is not None:
                opened.message, opened.problem = text, ""
                if step_id is not None:
                    opened.steps.append(_ChosenStep(step_id, text, opened.title))
                self._changed(opened.title.id, opened.title.entity_type)
            end()

        def failed(error: errors.IndexiumError) -> None:
            if opened is not None:
                opened.problem, opened.message = error.message, ""
            end()

        def end() -> None:
            self._answered = action.number
            self._next()

        self._bridge.run(action.work, done, failed=failed)

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        self._draw()
        if opened is not None and opened.title.id != opened.first:
            self._moved(opened.title.id)
        if opened is not None and opened.steps:
            step_id, text, title = opened.steps[-1]
            self._bridge.toast("good", f"{title.name}: {text[:1].lower()}{text[1:]}.", undo=step_id)

    def _leave(self, then: Callable[[], None]) -> None:
        self._close()
        then()

    # More pictures.

    def _show_search(self) -> None:
        """Read which providers can be searched."""
        opened = self._opened

        def show(found: Sequence[ProviderStatus]) -> None:
            if opened is not None and self._opened is opened:
                opened.search = ArtworkSearch(providers=found)
                self._draw()

        self._bridge.run(self._library.providers.status, show, name="artwork_providers", failed=self._failed)

    def _search(self, providers: Sequence[str]) -> None:
        opened = self._opened
        search = opened.search if opened is not None else None
        if opened is None or search is None or search.running:
            return
        title, service = opened.title, self._library.picture_search
        search.running, search.problem, search.results = frozenset(providers), "", {}
        self._draw()

        def end(problem: str = "") -> None:
            search.running, search.problem = frozenset(), problem
            if self._opened is opened:
                self._draw()
                self._read()

        def done(results: Sequence[PictureSearchResult]) -> None:
            search.results = {each.provider: each for each in results}
            end()

        self._bridge.run(
            lambda: service.search(title.entity_type, title.id, providers),
            done,
            failed=lambda error: end(error.message),
        )

    # Drawing.

    def _draw(self, *, waits: bool = False) -> None:
        opened = self._opened
        if opened is None:
            self.put(open=False, serial=self._serial)
            return
        read = opened.read or _ReadPictures(slots=(), candidates=())
        actor = current_actor()
        by_id = {each.id: each for each in read.candidates}
        scored = sorted(
            (each for each in read.candidates if each.auto_score is not None and not each.is_rejected),
            key=lambda each: -(each.auto_score or 0.0),
        )
        ranks = {each.id: f"{ordinal(place)} of {len(scored)}" for place, each in enumerate(scored, 1)}
        main = next((each for each in read.candidates if each.is_selected), None)
        name = kind_name(opened.key.asset_type)
        self.put(
            open=True,
            serial=self._serial,
            title=opened.title.name,
            series=opened.title.entity_type != "movie",
            key=str(opened.key),
            kinds=kinds(opened.title, opened.key, read.slots, is_read=opened.read is not None),
            waits=waits or opened.read is None,
            pictures=[picture(by_id[each], actor, ranks.get(each, "")) for each in opened.order if each in by_id],
            main=None if main is None else main.id,
            answered=self._answered,
            problem=opened.problem,
            message=opened.message,
            undo=len(opened.steps),
            search=None if opened.search is None else opened.search.view(read.candidates, name),
        )


def selected_posters(library: Library, titles: Mapping[int, str]) -> dict[int, int]:
    """Return the selected poster of each title that has one; `titles`: types of titles by their ids."""
    found = {}
    for title_id, entity_type in titles.items():
        with contextlib.suppress(errors.UnknownIdError):  # the title has disappeared
            main = main_picture(library.picture_selection.slots(entity_type, title_id), "poster")
            if main is not None:
                found[title_id] = main
    return found


def main_picture(slots: Sequence[SlotSummary], asset_type: str) -> int | None:
    """Return the id of the picture that a title shows."""
    return next((each.selected_id for each in slots if each.asset_type == asset_type and each.season is None), None)
