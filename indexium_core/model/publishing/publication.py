"""A publication as values: the side files of each title and video, what would happen to them, and lists of these."""

from __future__ import annotations

import mimetypes
import os
import urllib.parse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

from blake3 import blake3

from indexium_core.model import shapes, wording
from indexium_core.model.operations.outcomes import ACTION_WORDS
from indexium_core.model.publishing import risks
from indexium_core.model.publishing.risks import (
    PUBLICATION_CODES,
    PUBLICATION_RISKS,
    PUBLISHED_RISKS,
    PublicationCode,
)
from indexium_core.model.publishing.side_file_names import NFO
from indexium_core.model.publishing.subjects import VIDEO, Entity, name_of_type
from indexium_core.model.shapes import ListPage, Shaped

if TYPE_CHECKING:
    import pandas as pd

SideFileAction: TypeAlias = Literal["create", "update", "replace", "remove", "unchanged", "blocked"]
ACTIONS: tuple[SideFileAction, ...] = get_args(SideFileAction)
WRITTEN_ACTIONS = frozenset({"create", "update", "replace", "remove"})
_COLUMNS = (  # of tables
    "address entity_type entity_id library_id name folder risk codes people is_unpublished new_bytes members"
)
SideFileOwner: TypeAlias = Literal["nobody", "ours", "others", "changed"]
_FILES = 4  # of a row of the list; the others are counted
_OF_ONE_FILE = frozenset({"nfo_unreadable", "foreign_element_lost", "foreign_value_replaced"})  # a file says more
_REMARKS = 2  # of a row of the list
_FIELDS = 4  # that a sentence names


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFileChip(Shaped):
    """A side file, or some with one action, in a few words."""

    action: str
    name: str
    word: str  # what happens to it


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRemark(Shaped):
    """A sentence about a title, with its severity."""

    level: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFilePlan(Shaped):
    """One side file of a title, and what a publication would do with it."""

    shape = "path name kind action owner codes message before_size after_size candidate_id changed_fields writer"

    path_bytes: bytes
    kind: str  # nfo, or a kind of picture
    action: SideFileAction
    owner: SideFileOwner  # of the present file: ours, others, or changed: ours until another program changed it
    codes: tuple[str, ...] = ()  # PUBLICATION_CODES
    message: str = ""  # why it is blocked, or what others lose
    before_hash: str | None = None  # BLAKE3, hex; None: no file
    before_size: int = 0  # bytes
    before_mtime_ns: int | None = None
    after_hash: str | None = None  # None: no file
    after_size: int = 0
    candidate_id: int | None = None  # of a picture: the selected candidate
    changed_fields: tuple[str, ...] = ()  # of an NFO file: the fields whose elements change
    writer: str = ""  # the probable writer of an NFO file that is not ours; "": unknown

    @property
    def path(self) -> str:
        """The path for display."""
        return self.path_bytes.decode("utf-8", "replace")

    @property
    def name(self) -> str:
        """The name for display."""
        return self.path.rpartition("/")[2]

    @property
    def folder_bytes(self) -> bytes:
        return os.path.split(self.path_bytes)[0]

    @property
    def is_written(self) -> bool:
        """Whether a publication changes it."""
        return self.action in WRITTEN_ACTIONS

    @property
    def word(self) -> str:
        """What happens to it, in a word. A file that is neither there nor written was left out by choice."""
        return "left out" if self.action == "unchanged" and self.before_hash is None else ACTION_WORDS[self.action]

    @property
    def chip(self) -> SideFileChip:
        """The file in a few words."""
        return SideFileChip(action=self.action, name=self.name, word=self.word)

    @property
    def changed_since(self) -> str:
        """Who changed a file of ours, as a sentence."""
        fields = [each.replace("_", " ") for each in self.changed_fields]
        what = f": {', '.join(fields[:_FIELDS])}" if fields else ""
        return f"{self.name} was changed by {self.writer or 'another program'} since the last publication{what}."

    @property
    def media_type(self) -> str:
        """The type of a picture by its name."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def is_nfo(self) -> bool:
        return self.kind == NFO

    def plain(self) -> dict[str, Any]:
        """Return all fields as JSON values."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value not in (None, "", (), 0)} | {
            "path_bytes": urllib.parse.quote_from_bytes(self.path_bytes)
        }

    @classmethod
    def of_plain(cls, values: Mapping[str, Any]) -> SideFilePlan:
        """Return the side file of JSON values."""
        lists = {name: tuple(values[name]) for name in ("codes", "changed_fields") if name in values}
        return cls(**{**values, **lists, "path_bytes": urllib.parse.unquote_to_bytes(values["path_bytes"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRow:
    """The plan of one title or video: all of its files are written, or none."""

    entity: Entity
    library_id: int
    top: Entity  # the row of the list that it belongs to: of an episode, its series
    name: str
    sort_name: str
    folder: str  # for display
    files: tuple[SideFilePlan, ...]
    codes: tuple[str, ...]  # of its files and of the title, the most severe first
    people: tuple[str, ...] = ()  # of files, who become cast members
    is_unpublished: bool = False  # what players read is not what Indexium shows

    @property
    def written(self) -> tuple[SideFilePlan, ...]:
        """The files that a publication changes."""
        return tuple(each for each in self.files if each.is_written)

    @property
    def risk(self) -> str:
        return risks.risk_of(self.codes, has_changes=bool(self.written))

    @property
    def new_bytes(self) -> int:
        """The size of the files that are written."""
        return sum(each.after_size for each in self.written)

    @property
    def digest(self) -> str:
        """A digest of what would be written, over what."""
        return digest_of((each.path_bytes, each.action, each.before_hash, each.after_hash) for each in self.written)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationItem(Shaped):
    """A row of the list: a film, a video, or a series with its seasons and episodes."""

    shape = (
        "address entity_type entity_id library_id name folder risk codes notes files people is_unpublished new_bytes "
        "members action_counts"
    )

    entity_type: str
    entity_id: int
    library_id: int
    name: str
    folder: str
    risk: Annotated[str, PUBLICATION_RISKS]
    codes: list[str]
    files: list[SideFilePlan]  # of the title itself, and of its members as far as they are few or need attention
    people: list[str]
    is_unpublished: bool
    new_bytes: int
    members: int  # titles that have files, itself included
    action_counts: dict[str, int]  # files by action

    @property
    def address(self) -> str:
        return Entity(self.entity_type, self.entity_id).address

    @property
    def notes(self) -> list[str]:
        """The codes as sentences."""
        return [PUBLICATION_CODES[code].message for code in self.codes]

    @property
    def files_summary(self) -> str:
        """The files by action in words: `2 new, 1 edited`."""
        return counts_in_words(self.action_counts)

    @property
    def can_publish(self) -> bool:
        """Whether there is something to write, and nothing forbids it."""
        return self.risk in PUBLISHED_RISKS

    @property
    def about(self) -> str:
        """The kind in words: of a series, with the number of its parts."""
        if self.entity_type == "series":
            return f"series, {wording.plural(self.members - 1, 'part')}" if self.members > 1 else "series"
        return "" if self.entity_type in ("movie", VIDEO) else name_of_type(self.entity_type)

    @property
    def is_wide(self) -> bool:
        """Whether its picture is a frame: wider than high."""
        return self.entity_type in (VIDEO, "episode")

    @property
    def is_video(self) -> bool:
        """Whether it is a file that belongs to no title."""
        return self.entity_type == VIDEO

    @property
    def chips(self) -> list[SideFileChip]:
        """The files, those that change first: the first ones by name, the others as numbers."""
        ordered = sorted(self.files, key=lambda each: each.action in ("unchanged", "blocked"))
        shown = ordered if len(ordered) == sum(self.action_counts.values()) <= _FILES + 1 else ordered[:_FILES]
        left = dict(self.action_counts)
        for each in shown:
            left[each.action] -= 1
        more = [
            SideFileChip(action=name, name=f"{wording.count(left[name])} more", word=word)
            for name, word in ACTION_WORDS.items()
            if left.get(name)
        ]
        return [*(each.chip for each in shown), *more]

    @property
    def _grave(self) -> list[PublicationCode]:
        """The reasons for the risk."""
        return [PUBLICATION_CODES[code] for code in self.codes if PUBLICATION_CODES[code].severity == self.risk]

    @property
    def reason(self) -> str:
        """The reason for the risk in a few words: the only one, or the number of reasons."""
        grave = self._grave
        if grave:
            return grave[0].label if len(grave) == 1 else f"{len(grave)} reasons"
        if self.risk != "safe":
            return self.risk
        counts = {name: number for name, number in self.action_counts.items() if number and name != "unchanged"}
        if counts.keys() - {"create"}:
            return "ours"
        return "new file" if counts.get("create") == 1 else "new files"

    @property
    def why(self) -> str:
        """The sentences of the reasons for the risk, one a line."""
        return "\n".join(each.message for each in self._grave)

    @property
    def remarks(self) -> list[PublicationRemark]:
        """The most important sentences about it; what its files or its risk say is left out."""
        found = [
            PublicationRemark(level=PUBLICATION_CODES[code].severity, text=text)
            for code in self.codes
            for text in [self._remark(code)]
            if text
        ]
        return found[:_REMARKS]

    def _remark(self, code: str) -> str:
        own = next((each for each in self.files if code in each.codes), None)
        if code == "drift":
            return own.changed_since if own else ""
        if code in ("foreign_nfo_edited", "own_file_removed"):
            return ""
        if code in _OF_ONE_FILE and own and own.message:
            return f"{own.name}: {own.message}"
        return PUBLICATION_CODES[code].message

    @property
    def initials(self) -> str:
        """At most two letters, in place of a picture."""
        return wording.initials(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPage(ListPage):
    """One page of the plan of publications."""

    shape = "items total page per_page risks actions codes new_bytes titles summary"

    items: list[PublicationItem]
    risks: dict[str, int]  # rows by risk; over all risks, whatever the filter has chosen
    actions: dict[str, int]  # files by action
    codes: dict[str, int]  # rows by code
    new_bytes: int
    titles: int  # rows with something to write

    def df(self) -> pd.DataFrame:
        """Return the rows of this page as a table."""
        return shapes.frame(self.items, PublicationItem, _COLUMNS)

    @property
    def summary(self) -> str:
        """The page in words: `41 files new, 14 edited, 58 unchanged, 22 MB`."""
        return ", ".join(filter(None, (counts_in_words(self.actions), wording.size(self.new_bytes))))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationChoice(Shaped):
    """A value of a filter, with the number of rows or files that it would find."""

    value: str
    label: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationOverview(Shaped):
    """What stands above the plan of publications."""

    risks: dict[str, int]  # rows by risk; over all risks, whatever the filter has chosen
    actions: dict[str, int]  # files by action
    new_bytes: int
    titles: int  # rows with something to write
    selectable: int  # rows of the list that can be selected all at once: no person has to decide about a file first
    by_action: list[PublicationChoice]
    by_code: list[PublicationChoice]
    by_library: list[PublicationChoice]
    has_libraries: bool
    about: str  # what the libraries publish; "": nothing
    rollback_until: datetime  # of a publication that starts now

    @property
    def rollback(self) -> str:
        """How long a publication can be rolled back."""
        return f"every byte can be rolled back until {wording.day(self.rollback_until)}"

    @property
    def summary(self) -> str:
        """The files by action, and their size: `3 files new · 1 edited · 2 MB`."""
        found = [(self.actions[each], ACTION_WORDS[each]) for each in ACTIONS if self.actions.get(each)]
        parts = [f"{wording.count(number)} {word}" for number, word in found]
        if found:
            number, word = found[0]
            parts[0] = f"{wording.files(number)} {word}"
        return " · ".join([*parts, *([wording.size(self.new_bytes)] if self.new_bytes else [])])


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationIssue(Shaped):
    """What is worth saying about a title before it is published."""

    code: str
    severity: str
    label: str
    message: str
    remedy: str

    @property
    def advice(self) -> str:
        """The remedy for a page, which has a button in place of a command."""
        return wording.without_command(self.remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResult(Shaped):
    """Whether a title can be published, and what is worth saying before."""

    entity_type: str
    entity_id: int
    can_publish: bool
    has_changes: bool
    issues: list[PublicationIssue]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishLogEntry(Shaped):
    """One publication of a title: a row of `publish_log`."""

    id: int
    entity_type: str
    entity_id: int
    nfo_hash: str | None
    assets_published: list[dict[str, str]]  # kind, name and hash of each picture
    published_at: Any  # datetime, UTC
    published_by: str
    success: bool
    error_message: str
    operation_id: int
    players_notified: list[dict[str, str]] = field(default_factory=list)  # player, state: notified, outside, waits, …


def issues_of(codes: Iterable[str]) -> list[PublicationIssue]:
    """Return codes with their words."""
    return [
        PublicationIssue(
            code=code,
            severity=each.severity,
            label=each.label,
            message=each.message,
            remedy=each.remedy,
        )
        for code in codes
        for each in [PUBLICATION_CODES[code]]
    ]


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Return files by action in words: `2 new, 1 edited`; "" without any."""
    return ", ".join(f"{counts[each]:,} {ACTION_WORDS[each]}" for each in ACTIONS if counts.get(each))


def action_counts(files: Iterable[SideFilePlan]) -> dict[str, int]:
    """Return the number of files by action."""
    return dict(Counter(each.action for each in files))


def digest_of(parts: Iterable[Sequence[Any]]) -> str:
    """Return a digest of what would be written: of one row, or of the digests of several rows."""
    return blake3(repr([tuple(part) for part in parts]).encode()).hexdigest()
