"""The details of a publication of one title as values: the difference of each NFO file, pictures, and players."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from indexium_core.model import wording
from indexium_core.model.fields import comment_diff
from indexium_core.model.publishing.player_views import PlayerView, RollbackNote
from indexium_core.model.publishing.publication import (
    PublicationIssue,
    PublicationItem,
    PublicationRemark,
    SideFilePlan,
)
from indexium_core.model.shapes import Shaped

LineState: TypeAlias = Literal["kept", "removed", "added", "folded"]
LinePart: TypeAlias = dict[str, str | bool]  # see `comment_diff`
_AROUND = 1  # kept lines that are shown beside a change
_MOST_LINES = 4000  # of a file whose lines are compared; of a longer one, only the first lines are shown
_SHOWN_LINES = 600  # of one file
_SHOWN_TEXT = 4000  # characters of a line
_COMPARED = 300  # characters of lines that are compared word by word
_KEEP = "Keep theirs"
_OURS = ("take_back_and_select", "Select to write ours")
# What a person can decide about a file with a code: names of `DECISIONS` with their labels.
_CHOICES: Mapping[str, Sequence[tuple[str, str]]] = {
    "changed_repeatedly": (("keep", _KEEP), ("replace", "Select to write ours")),
    "drift": (("keep", _KEEP), ("select", "Select to write ours")),
    "nfo_unreadable": (("keep", _KEEP), ("replace", "Select to replace the file")),
    "own_file_missing": (("restore", "Restore"), ("keep", "Leave it out"), ("stop", "Stop publishing it")),
    "foreign_nfo_replaced": (("take_back", _KEEP),),
    "foreign_nfo_edited": (("stop", "Never edit this file"),),
    "released": (("resume", "Publish it again"),),
}
_WITHOUT_CODE = {"changed": _OURS, "nobody": ("take_back_and_select", "Restore")}  # by the owner of an unchanged file


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoLine(Shaped):
    """One line of the difference of an NFO file, or several kept lines that are folded."""

    state: LineState
    text: str  # without the end of the line; of folded lines, all of them
    count: int = 1  # lines


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine(Shaped):
    """A line of a difference; a removed line and the one that takes its place are compared word by word."""

    state: LineState
    parts: list[LinePart]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFileDecision(Shaped):
    """What a person can decide about a file that is not as we left it."""

    name: str  # keep, replace, restore, select, stop, resume, take_back, take_back_and_select
    label: str


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

    @property
    def about(self) -> str:
        """How much changes: of an NFO file `+2 −1 · 10 lines kept`, of a picture the sizes and whose it is."""
        return self._lines_in_words() if self.file.is_nfo else self._sizes_in_words()

    def _lines_in_words(self) -> str:
        changed = [f"+{self.added}" if self.added else "", f"−{self.removed}" if self.removed else ""]
        kept = f"{wording.plural(self.kept, 'line')} kept" if self.kept and self.file.before_hash else ""
        return " · ".join(filter(None, [" ".join(filter(None, changed)), kept]))

    def _sizes_in_words(self) -> str:
        file = self.file
        sizes = [
            wording.size(file.before_size) if file.before_hash else "",
            wording.size(file.after_size) if file.after_hash and file.is_written else "",
        ]
        owner = {"ours": "ours", "others": "not ours", "changed": "changed since"}.get(file.owner, "")
        return " · ".join(filter(None, [" → ".join(filter(None, sizes)), owner if file.before_hash else ""]))

    @property
    def compared(self) -> list[ComparedLine]:
        """The lines as they are shown: the first ones of a long file."""
        return list(itertools.islice(_compared(self.lines), _SHOWN_LINES))

    @property
    def decisions(self) -> list[SideFileDecision]:
        """What a person can decide about it."""
        file = self.file
        found = next((choices for code, choices in _CHOICES.items() if code in file.codes), ())
        if not found and file.action == "unchanged" and file.owner in _WITHOUT_CODE:
            found = (_WITHOUT_CODE[file.owner],)  # theirs was kept, or a file that is gone was left out
        return [SideFileDecision(name=name, label=label) for name, label in found]

    @property
    def before(self) -> str:
        """The version of the file that is there, for an address of it; "" if there is none."""
        return (self.file.before_hash or "")[:16]

    @property
    def after(self) -> str:
        """The version of the picture that is planned; "" if it is not known as a picture of a provider."""
        return "" if self.file.candidate_id is None else (self.file.after_hash or "")[:16]


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

    @property
    def published(self) -> str:
        """When it was published last; "": never."""
        return f"Published {wording.ago(self.last_published)}" if self.last_published else ""

    @property
    def can_discard(self) -> bool:
        """Whether there may be changes since the last publication that a person can discard."""
        return self.item.is_unpublished and self.last_published is not None

    @property
    def remarks(self) -> list[PublicationRemark]:
        """Everything that is worth saying about the title, with what a person can do."""
        return [
            PublicationRemark(level=each.severity, text=" ".join(filter(None, [self._remark(each), each.advice])))
            for each in self.issues
        ]

    def _remark(self, issue: PublicationIssue) -> str:
        own = next((each.file for each in self.files if issue.code in each.file.codes), None)
        if own is None:
            return issue.message
        if issue.code == "foreign_nfo_edited" and own.writer:
            changed = wording.plural(len(own.changed_fields), "field changes", "fields change")
            return f"{own.name} was written by {own.writer}. {changed}; the rest stays byte for byte."
        if issue.code == "drift":
            return f"{own.changed_since} It is written only if you select this title here."
        if issue.code == "own_file_missing":
            return f"{issue.message} It is restored only if you select this title here."
        return f"{own.name}: {own.message}" if own.message else issue.message

    @property
    def kept_after_rollback(self) -> list[list[str]]:
        """What a rollback restores, and what players keep after it: pairs of a label and a text."""
        files = "byte for byte; an NFO file gets the present time, so that players read it again"
        return [["Files", files], *([each.player, each.reason] for each in self.rollback)] if self.rollback else []


def _compared(lines: Sequence[NfoLine]) -> Iterator[ComparedLine]:
    runs = [(state, list(group)) for state, group in itertools.groupby(lines, key=lambda each: each.state)]
    place = 0
    while place < len(runs):
        state, group = runs[place]
        following = runs[place + 1] if place + 1 < len(runs) else None
        if state == "removed" and following is not None and following[0] == "added":
            yield from _pairs(group, following[1])
            place += 2
            continue
        yield from map(_shown, group)
        place += 1


def _pairs(old: Sequence[NfoLine], new: Sequence[NfoLine]) -> Iterator[ComparedLine]:
    for before, after in itertools.zip_longest(old, new):
        if before is None or after is None or max(len(before.text), len(after.text)) > _COMPARED:
            yield from (_shown(each) for each in (before, after) if each is not None)
            continue
        was, now = comment_diff.compare(before.text, after.text)
        yield _shown(before, was)
        yield _shown(after, now)


def _shown(line: NfoLine, parts: list[LinePart] | None = None) -> ComparedLine:
    plain: list[LinePart] = [{"text": line.text[:_SHOWN_TEXT], "mark": False}]
    return ComparedLine(state=line.state, parts=parts or plain, count=line.count)


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
