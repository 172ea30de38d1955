"""The details of a publication of one title as values: the difference of each NFO file, pictures, and players."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from indexium_core.model.publishing.player_views import PlayerView, RollbackNote
from indexium_core.model.publishing.publication import PublicationIssue, PublicationItem, SideFilePlan
from indexium_core.model.shapes import Shaped

LineState: TypeAlias = Literal["kept", "removed", "added", "folded"]
_AROUND = 1  # kept lines that are shown beside a change
_MOST_LINES = 4000  # of a file whose lines are compared; of a longer one, only the first lines are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoLine(Shaped):
    """One line of the difference of an NFO file, or several kept lines that are folded."""

    state: LineState
    text: str  # without the end of the line; of folded lines, all of them
    count: int = 1  # lines


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFileDetails(Shaped):
    """A side file with its difference."""

    shape = "file lines added removed kept problem"

    file: SideFilePlan
    lines: list[NfoLine]  # of an NFO file; of a picture none
    problem: str = ""  # why the lines cannot be shown

    @property
    def added(self) -> int:
        return sum(each.count for each in self.lines if each.state == "added")

    @property
    def removed(self) -> int:
        return sum(each.count for each in self.lines if each.state == "removed")

    @property
    def kept(self) -> int:
        return sum(each.count for each in self.lines if each.state in ("kept", "folded"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDetails(Shaped):
    """What a publication would do with one title, and what players show afterwards."""

    item: PublicationItem
    files: list[SideFileDetails]  # of the title itself
    issues: list[PublicationIssue]
    players: list[PlayerView]
    rollback: list[RollbackNote]  # what players keep after a rollback
    members: list[tuple[str, str]]  # of a series: address and name of the seasons and episodes with files
    last_published: datetime | None


def difference(before: str, after: str) -> list[NfoLine]:
    """Return the difference of two texts by lines; kept lines that are not beside a change are folded."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _MOST_LINES:
        return [NfoLine(state="added", text=text) for text in new[:_MOST_LINES]]
    return list(_lines(old, new))


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[NfoLine]:
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (tag, first, end, new_first, new_end) in enumerate(steps):
        if tag == "equal":
            yield from _kept(old[first:end], is_first=number == 0, is_last=number == len(steps) - 1)
            continue
        yield from (NfoLine(state="removed", text=text) for text in old[first:end])
        yield from (NfoLine(state="added", text=text) for text in new[new_first:new_end])


def _kept(lines: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[NfoLine]:
    head, tail = (0 if is_first else _AROUND), (0 if is_last else _AROUND)
    folded = lines[head : len(lines) - tail]
    if len(folded) <= 1:
        yield from (NfoLine(state="kept", text=text) for text in lines)
        return
    yield from (NfoLine(state="kept", text=text) for text in lines[:head])
    yield NfoLine(state="folded", text="\n".join(folded), count=len(folded))
    yield from (NfoLine(state="kept", text=text) for text in lines[len(lines) - tail :])
