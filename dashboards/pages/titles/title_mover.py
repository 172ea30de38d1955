"""The dialog that moves a file to another title: a search, a role, and the number of an episode."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components.base import Component, module, needing
from dashboards.pages.titles import titles_list
from dashboards.pages.titles.view_types import TitleMoverView
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import TITLES_EDIT
from indexium_core.model.job import Job
from indexium_core.model.titles.titles import TitleFile, TitleItem, TitlePage

MOVE = "title_move"  # name of the call that moves a file

_MOST = 8  # titles that a search shows
_NUMBER = re.compile(r"\d{1,6}")
_NEW = {"new-movie": "movie", "new-series": "series"}


class TitleMover(Component):
    """
    The dialog for one file at a time.

    Messages: `find` {text}, `move` {target, text, role, season_number, episode_numbers, year}, `automatic`, `close`.
    """

    _esm = module("title_mover")
    _view = TitleMoverView
    _styles = ("titles.css",)
    _needs = needing({TITLES_EDIT: "move automatic"})

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
        self._text, self._problem, self._serial = "", "", 0
        self._titles: list[TitleItem] = []
        self.on(
            find=lambda message: self._find(str(message["text"])[:200].strip()),
            move=self._move,
            automatic=lambda _: self._unassign(),
            close=lambda _: self._close(),
        )

    def ask(self, file: TitleFile) -> None:
        """Open the dialog for a file."""
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
        file, titles, steps = self._file, self._library.titles, self._library.steps
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

        def work() -> tuple[TitleItem, int | None]:
            if target in _NEW:
                year, text = str(message["year"]).strip(), str(message["text"])[:1000]
                item = titles.assign_new([file.file_id], _NEW[target], text, year=year, **place)
            else:
                item = titles.assign([file.file_id], int(target), **place)
            return item, steps.last("move", str(file.file_id))

        def done(moved: tuple[TitleItem, int | None]) -> None:
            item, step_id = moved
            self._bridge.toast("good", f"The file is moved to {item.name}.", undo=step_id)
            self._close()
            self._moved(item)

        self._bridge.run(work, done, name=MOVE, failed=self._failed, once=True)

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
