"""The dialog that moves a file to another title: a search, a role, and the number of an episode."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dashboards.bridge import Bridge
from dashboards.components.base import Component, module
from dashboards.pages.titles import titles_list
from dashboards.pages.titles.view_types import TitleMoverView
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.job import Job
from indexium_core.model.titles.titles import TitleFile, TitleItem, TitlePage

MOVE = "title_move"  # name of the call that moves a file

_MOST = 8  # titles that a search shows
_NUMBER = re.compile(r"\d{1,6}")
_NEW = {"new-movie": "movie", "new-series": "series"}


class FileMove(NamedTuple):
    """A move of a file to another title, so that it can be undone."""

    file_id: int
    name: str  # of the file
    role: str
    former: int | None  # the title to which a person had moved the file before; None: that of its name


def move_of(file: TitleFile, item: TitleItem) -> FileMove | None:
    """Return the move of a file away from a title; None if a person had moved it to episodes: it may have several."""
    name = file.file_path.rsplit("/", 1)[-1]
    if not file.by_hand:
        return FileMove(file.file_id, name, file.role, None)
    if not (item.entity_type == "movie" or (item.entity_type == "series" and file.role != "main")):
        return None
    return FileMove(file.file_id, name, file.role, item.id)


class TitleMover(Component):
    """
    The dialog for one file at a time.

    Messages: `find` {text}, `move` {target, text, role, season_number, episode_numbers, year}, `automatic`, `close`.
    """

    _esm = module("title_mover")
    _view = TitleMoverView
    _styles = ("titles.css",)

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        *,
        moved: Callable[[TitleItem | None], None],
        **params: Any,
    ) -> None:
        """Make a closed dialog. After each move, `moved` receives the title of the file, or None if it is unknown."""
        super().__init__(**params)
        self._library, self._bridge, self._moved = library, bridge, moved
        self._file: TitleFile | None = None
        self._undo_here: int | None = None  # number for the undo of the move, None if it has none
        self._text, self._problem, self._serial = "", "", 0
        self._titles: list[TitleItem] = []
        self.on(
            find=lambda message: self._find(str(message["text"])[:200].strip()),
            move=self._move,
            automatic=lambda _: self._unassign(),
            close=lambda _: self._close(),
        )

    def ask(self, file: TitleFile, *, undo_here: int | None) -> None:
        """Open the dialog for a file; `undo_here`: the number for the undo of its move, None if it has none."""
        self._undo_here = undo_here
        self._file, self._titles, self._text, self._problem = file, [], "", ""
        self._serial += 1
        self._draw()
        self._find("")

    def _draw(self) -> None:
        file = self._file
        if file is None:
            self.put(open=False, serial=self._serial)
            return
        self.put(
            open=True,
            serial=self._serial,
            name=file.file_path.rsplit("/", 1)[-1],
            path=file.file_path,
            by_hand=file.by_hand,
            role=file.role,
            text=self._text,
            titles=[
                {
                    "id": each.id,
                    "label": each.name,
                    "about": ", ".join(filter(None, [titles_list.KINDS[each.entity_type], _amount(each)])),
                    "numbered": each.entity_type == "series",
                }
                for each in self._titles
            ],
            problem=self._problem,
        )

    def _close(self) -> None:
        self._file = None
        self._draw()

    def _find(self, text: str) -> None:
        def found(page: TitlePage) -> None:
            self._text, self._titles = text, list(page.items)
            self._draw()

        self._bridge.run(
            lambda: self._library.titles.list(text, per_page=_MOST), found, name="title_mover", failed=self._failed
        )

    def _failed(self, error: errors.IndexiumError) -> None:
        self._problem = error.message
        self._draw()

    def _move(self, message: Mapping[str, Any]) -> None:
        file, titles, undo_here = self._file, self._library.titles, self._undo_here
        if file is None:
            return
        target, role = str(message["target"]), str(message["role"])
        season, episodes = (
            str(message["season_number"]).strip(),
            [int(each) for each in _NUMBER.findall(str(message["episode_numbers"]))],
        )
        place: dict[str, Any] = {"role": role}
        if role == "main" and episodes:
            place |= {"season": season or None, "episodes": episodes}

        def work() -> TitleItem:
            if target in _NEW:
                year = str(message["year"]).strip()
                return titles.assign_new([file.file_id], _NEW[target], str(message["text"])[:1000], year=year, **place)
            return titles.assign([file.file_id], int(target), **place)

        def done(item: TitleItem) -> None:
            self._bridge.toast("good", f"The file is moved to {item.name}.", undo_here=undo_here)
            self._close()
            self._moved(item)

        self._bridge.run(work, done, name=MOVE, failed=self._failed, once=True)

    def undo(self, move: FileMove) -> None:
        """Move a file back to the title that it had."""
        titles, former = self._library.titles, move.former

        def work() -> str:
            if former is None:
                titles.unassign([move.file_id])
                return "it is identified again, in the background"
            return f"it is in {titles.assign([move.file_id], former, role=move.role).name} again"

        def done(text: str) -> None:
            self._bridge.toast("info", f"Undone: {move.name}: {text}.")
            self._moved(None)

        self._bridge.run(work, done, name=MOVE)

    def _unassign(self) -> None:
        """Undo the move of the file, and identify it again."""
        file = self._file
        if file is None:
            return

        def done(_: Job) -> None:
            self._bridge.toast("info", "The file is identified again, in the background.")
            self._close()
            self._moved(None)

        self._bridge.run(
            lambda: self._library.titles.unassign([file.file_id]),
            done,
            name=MOVE,
            failed=self._failed,
            once=True,
        )


def _amount(item: TitleItem) -> str:
    if item.entity_type == "series":
        return wording.plural(item.episode_count, "episode")
    return wording.files(item.file_count)
