"""The dialog that chooses the pictures of a title: candidates of each kind, their scores, selections, rejections."""

from __future__ import annotations

import contextlib
import hashlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dashboards.bridge import Bridge
from dashboards.components.base import Component, module
from dashboards.pages.titles.artwork_dialog.artwork_search import ArtworkSearch
from dashboards.pages.titles.artwork_dialog.view_types import (
    ArtworkDialogView,
    ArtworkKindView,
    ArtworkPartView,
    ArtworkPictureView,
)
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.artwork.assets import LOCAL, AssetCandidate, ScorePart
from indexium_core.model.artwork.selection_config import label_of_type
from indexium_core.model.artwork.selections import PictureSearchResult, SlotSummary
from indexium_core.model.operations.actor import Actor, current_actor
from indexium_core.model.providers.registry import label_of
from indexium_core.model.providers.traffic import ProviderStatus

EVENTS = ("movie:updated", "series:updated")

_TITLE_KINDS = ("poster", "backdrop", "logo", "banner", "clearart", "thumb")
_KINDS: Mapping[str, tuple[str, ...]] = {  # that the list shows even if no picture is offered
    "movie": (*_TITLE_KINDS[:-1], "disc", "thumb"),
    "series": _TITLE_KINDS,
    "season": ("poster", "banner", "thumb"),
    "episode": ("still",),
}
_NAMES = {"disc": "disc picture", "clearart": "clear art"}
_PARTS = {"resolution": "Size"}
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


class PictureKey(NamedTuple):
    """One entry of the list on the left: a kind, of a series perhaps for one season."""

    asset_type: str
    season: int | None = None

    def __str__(self) -> str:
        return self.asset_type if self.season is None else f"{self.asset_type}-{self.season}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTitle:
    """The title whose pictures are chosen."""

    entity_type: str
    id: int
    name: str
    seasons: tuple[int, ...] = ()  # of a series


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadPictures:
    slots: Sequence[SlotSummary]
    candidates: Sequence[AssetCandidate]


class _PictureAction(NamedTuple):
    """An action of a person that waits for its turn."""

    number: int
    work: Callable[[], tuple[int | None, str]]  # returns a step that can be undone, and a sentence


@dataclass(slots=True)
class _Opened:
    """What one opening of the dialog knows."""

    title: PictureTitle
    key: PictureKey
    read: _ReadPictures | None = None
    order: list[int] = field(default_factory=list)  # ids: a picture stays where it is until the kind is shown again
    steps: list[tuple[int, str]] = field(default_factory=list)  # that can be undone, with a sentence
    message: str = ""
    problem: str = ""
    search: ArtworkSearch | None = None


class ArtworkDialog(Component):
    """
    The dialog for one title at a time.

    Messages: `kind` {key}, `select` {id, number}, `reject` {id, reason, number}, `restore` {id, number} (undo a
    rejection), `release` {id, number}, `undo` {number}, `providers` (for a search), `search` {providers}, `settings`,
    `close`. `number` counts the actions of the browser.
    """

    _esm = module("artwork_dialog")
    _view = ArtworkDialogView
    _styles = ("artwork_dialog.css",)

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        *,
        changed: Callable[[int, str], object],
        settings: Callable[[], None],
        **params: Any,
    ) -> None:
        """
        Make a closed dialog.

        Args:
            library: The library.
            bridge: The bridge of the session.
            changed: Receives id and type of a title after each change of its pictures.
            settings: Shows the settings of the providers.
            params: Parameters of the component.

        """
        super().__init__(**params)
        self._library, self._bridge, self._changed = library, bridge, changed
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
        self._opened = _Opened(title, PictureKey(asset_type, season))
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
        opened.key, opened.order, opened.problem = PictureKey(kind, int(season) if season else None), [], ""
        if opened.read is not None:
            opened.read = _ReadPictures(slots=opened.read.slots, candidates=())
        self._draw(waits=True)
        self._read()

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
            step_id, text = opened.steps[-1]
            self._library.steps.undo(step_id)
            opened.steps.pop()
            return None, f"Undone: {text[:1].lower()}{text[1:]}"

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
                    opened.steps.append((step_id, text))
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
        if opened is not None and opened.steps:
            step_id, text = opened.steps[-1]
            self._bridge.toast("good", f"{opened.title.name}: {text[:1].lower()}{text[1:]}.", undo=step_id)

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
        ranks = {each.id: f"{_ordinal(place)} of {len(scored)}" for place, each in enumerate(scored, 1)}
        main = next((each for each in read.candidates if each.is_selected), None)
        self.put(
            open=True,
            serial=self._serial,
            title=opened.title.name,
            series=opened.title.entity_type != "movie",
            key=str(opened.key),
            kinds=_kinds(opened.title, opened.key, read.slots, is_read=opened.read is not None),
            waits=waits or opened.read is None,
            pictures=[_picture(by_id[each], actor, ranks.get(each, "")) for each in opened.order if each in by_id],
            main=None if main is None else main.id,
            answered=self._answered,
            problem=opened.problem,
            message=opened.message,
            undo=len(opened.steps),
            search=None if opened.search is None else opened.search.view(read.candidates, _name(opened.key.asset_type)),
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


def main_kind(entity_type: str) -> str:
    """Return the kind that the dialog shows first for a type of titles."""
    return _KINDS[entity_type][0]


def main_picture(slots: Sequence[SlotSummary], asset_type: str) -> int | None:
    """Return the id of the picture that a title shows."""
    return next((each.selected_id for each in slots if each.asset_type == asset_type and each.season is None), None)


def _kinds(
    title: PictureTitle, shown: PictureKey, slots: Sequence[SlotSummary], *, is_read: bool
) -> list[ArtworkKindView]:
    """Return the kinds that the list shows: those of the title, then those of its seasons."""
    is_season = title.entity_type == "season"
    known = {PictureKey(each.asset_type, None if is_season else each.season): each for each in slots}
    keys = [PictureKey(each) for each in _KINDS[title.entity_type]]
    keys += [each for each in (*known, shown) if each.season is None]
    seasons = {*(PictureKey("poster", number) for number in title.seasons), *known, shown}
    keys += sorted(
        (each for each in seasons if each.season is not None), key=lambda each: (each.season or 0, each.asset_type)
    )
    return [_kind(each, known.get(each), is_read=is_read) for each in dict.fromkeys(keys)]


def _kind(key: PictureKey, slot: SlotSummary | None, *, is_read: bool) -> ArtworkKindView:
    label, name = label_of_type(key.asset_type), _name(key.asset_type)
    season = "" if key.season is None else f", season {key.season}" if key.season else ", specials"
    return {
        "key": str(key),
        "type": key.asset_type,
        "label": f"{label[:1].upper()}{label[1:]}{season}",
        "name": name,
        "named": name if key.asset_type == "clearart" else f"a {name}",
        "count": (slot.total + slot.rejected if slot else 0) if is_read else None,
        "chosen": slot is not None and slot.is_by_person,
    }


def _name(asset_type: str) -> str:
    """Return a kind as in "No … yet"."""
    return _NAMES.get(asset_type, label_of_type(asset_type))


def _picture(each: AssetCandidate, actor: Actor, rank: str) -> ArtworkPictureView:
    is_local = each.provider == LOCAL
    label = "In the folder" if is_local else label_of(each.provider)
    version = (each.content_hash or "") if is_local else each.provider_url
    mark = f"?v={hashlib.blake2s(version.encode(), digest_size=6).hexdigest()}" if version else ""
    return {
        "id": each.id,
        "preview": f"/picture/{each.id}{mark}",
        "original": f"/picture/{each.id}/original{mark}",
        "size": each.size_text,
        "width": each.width,
        "language": each.language,
        "provider": each.provider,
        "label": label,
        "source": each.provider_url.rsplit("/", 1)[-1] if is_local else label,
        "local": is_local,
        "votes": wording.plural(each.votes, "vote") if each.votes else "no votes",
        "score": "" if each.auto_score is None else f"{each.auto_score:.2f}",
        "rank": rank,
        "parts": [_part(part) for part in each.score_parts],
        "selected": each.is_selected,
        "by": _by(each, actor) if each.is_by_person else "",
        "when": wording.when(each.selected_at) if each.is_by_person and each.selected_at else "",
        "former": each.is_of_former_match,
        "rejected": each.is_rejected and not each.is_by_person,
        "reason": each.reject_reason,
        "same": each.duplicate_of,
    }


def _part(part: ScorePart) -> ArtworkPartView:
    return {
        "label": _PARTS.get(part.name, part.name.capitalize()),
        "points": f"{part.points:.2f}",
        "most": f"{part.most:.2f}",
        "share": round(100 * part.points / part.most, 1) if part.most else 0.0,
        "width": round(100 * part.points, 1),
        "reason": part.reason,
    }


def _by(each: AssetCandidate, actor: Actor) -> str:
    """Return who selected a picture: "you", or the name of the person."""
    is_own = (each.actor_kind, each.actor_id or "") == (actor.kind, actor.id)
    return "you" if (is_own and each.selected_by == actor.name) or not each.selected_by else each.selected_by


def _ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else _ORDINALS.get(number % 10, "th")
    return f"{number}{ending}"
