"""The plan as values: the change of one file, its risk, the totals of a plan, selections and stale files."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from indexium_core import errors, notebook
from indexium_core.model import wording
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import strategies
from indexium_core.model.files.media import Change
from indexium_core.model.people.people_comment import CommentMode
from indexium_core.model.planning import field_text
from indexium_core.model.planning.risk import SEVERITIES, Issue
from indexium_core.model.shapes import ListPage, Shaped

PeopleMode = Literal["merge", "exact"]

RISK_LEVELS = ("safe", "warning", "danger", "blocked", "unchanged")
WRITABLE = ("safe", "warning", "danger")  # levels that a write may touch
SAFE = ("safe",)  # the levels of a write that needs no more than `write.safe`
CATEGORIES = ("add", "merge", "remove", "rewrite", "unchanged", "blocked")
SORT_KEYS = ("name", "path", "risk", "tags", "new_tags", "size", "mtime", "category", "cost")
SHOWN_TAGS = 40  # people of a file in a row
_LONGEST_PLACE = 32  # characters of a folder in a row
_DIGEST = re.compile(r"[0-9]+-[0-9]+")
FACETS = ("risk", "category", "issue", "container", "folder", "person", "tags", "locked")  # keys of the search grammar


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuery:
    """
    A request for a plan: which files, in which modes, and which version.

    Attributes:
        query: A search; the empty one finds every file that would change.
        mode: `merge` or `exact`; None: as file, library and settings say.
        comment_mode: `replace` or `preserve`; None likewise.
        include_unknown: Also plan files that have no people in the database.
        hard_links: `block` or `break`; `break` also plans files with hard links that a write has to replace, which
            separates the links.
        plan_id: An older version, in the modes for which it was made; None: the newest version.
        file_hashes: Only files with these payloads; None: any.
        file_ids: Only these files; None: any.
        include_blocked: False omits files that cannot be written.
        max_age: The newest version may lack results of a running write that are up to so many seconds old.

    """

    query: str = ""
    mode: str | None = None
    comment_mode: str | None = None
    include_unknown: bool = False
    hard_links: str = "block"
    plan_id: int | None = None
    file_hashes: Collection[str] | None = None
    file_ids: Collection[int] | None = None
    include_blocked: bool = True
    max_age: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """The planned change of one file. docs/plan.md explains categories and risk."""

    file_id: int
    file_hash: str | None
    file_path: str
    file_name: str
    file_ext: str  # lower case, without the dot
    size: int  # bytes
    mtime: str  # ISO-8601 UTC
    mtime_ns: int
    container: str
    library: str  # name of the library
    folder: str  # folder below the library folder, "/"-separated, "" for the library folder itself
    duration: float | None  # seconds
    db_people: list[str]
    existing_people: list[str]
    result_people: list[str]
    tags_to_add: list[str]
    tags_to_remove: list[str]
    existing_comment: str | None
    result_comment: str | None
    changes: list[Change]
    category: str
    risk_level: str
    can_update: bool
    issues: list[Issue]
    strategy: str
    est_seconds: float
    est_bytes: int
    edited: bool
    postponed: bool
    people_mode: str
    comment_mode: str

    @property
    def field_changes(self) -> list[Change]:
        """The changes of fields beside the comment."""
        return [change for change in self.changes if change.field != COMMENT]

    @property
    def people_tags(self) -> list[dict[str, str]]:
        """The people without duplicates: kept, then removed (`kind` is `del`), then added ones (`add`)."""
        added = set(self.tags_to_add)
        kept = [name for name in self.result_people if name not in added]
        return [
            *({"text": name, "kind": ""} for name in kept),
            *({"text": name, "kind": "del"} for name in self.tags_to_remove),
            *({"text": name, "kind": "add"} for name in self.tags_to_add),
        ]

    @property
    def row_tags(self) -> list[dict[str, str]]:
        """The first `SHOWN_TAGS` people, and the changes of other fields."""
        return [*self.people_tags[:SHOWN_TAGS], *field_text.tags(self.field_changes)]

    @property
    def more_tags(self) -> int:
        """The number of people that are not in `row_tags`."""
        return max(0, len(self.people_tags) - SHOWN_TAGS)

    @property
    def folder_text(self) -> str:
        """The folder below the library folder: `Family / 2019`."""
        return " / ".join(self._folders)

    @property
    def place(self) -> str:
        """The folder below the library folder, in a few words."""
        return wording.short_folder(self._folders, most=_LONGEST_PLACE)

    @property
    def place_in_home(self) -> str:
        """The library and the folder, in a few words."""
        return wording.short_folder([self.library, *self._folders], most=_LONGEST_PLACE)

    @property
    def _folders(self) -> list[str]:
        return [part for part in self.folder.split("/") if part]

    @property
    def size_text(self) -> str:
        """The size: `1.2 GB`."""
        return wording.size(self.size)

    @property
    def mark(self) -> str:
        """What a person has decided, in a word: `skipped`, `edited`, or "" for nothing."""
        return "skipped" if self.postponed else "edited" if self.edited else ""

    @property
    def grave_issues(self) -> list[Issue]:
        """The reasons for the level."""
        return [issue for issue in self.issues if issue.severity == self.risk_level]

    @property
    def ordered_issues(self) -> list[Issue]:
        """The reasons, the most severe first, and then the notes."""
        return sorted(self.issues, key=lambda issue: -SEVERITIES.index(issue.severity))

    @property
    def reason(self) -> str:
        """The only reason for the level, the number of reasons, or the level."""
        reasons = self.grave_issues
        if len(reasons) == 1:
            return reasons[0].label
        return f"{len(reasons)} reasons" if reasons else self.risk_level

    @property
    def why(self) -> str:
        """The messages of the reasons for the level, in lines."""
        return "\n".join(issue.message for issue in self.grave_issues)

    @property
    def method(self) -> str:
        """How the file is written, in a word, if that is not in place; "" otherwise."""
        is_shown = strategies.replaces(self.strategy) or strategies.is_sidecar(self.strategy)
        return strategies.in_a_word(self.strategy) if self.can_update and is_shown else ""

    @property
    def cost_text(self) -> str:
        """How long its write takes; `—` for none."""
        return wording.estimate(self.est_seconds, prefix="") if self.can_update else "—"

    @property
    def is_selectable(self) -> bool:
        """Whether a selection can have it: a write would change it."""
        return self.can_update and not self.postponed and self.risk_level in WRITABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStatistics:
    """Counts over all pages of a query. `total_files` = safe + warning + danger + blocked + unchanged."""

    total_files: int = 0
    safe_count: int = 0
    warning_count: int = 0
    danger_count: int = 0
    blocked_count: int = 0
    total_tags_to_add: int = 0
    will_overwrite_custom: int = 0
    unchanged_count: int = 0
    postponed_count: int = 0
    edited_count: int = 0
    total_tags_to_remove: int = 0
    bytes_to_write: int = 0
    est_seconds: float = 0.0
    by_category: dict[str, int] = field(default_factory=dict)
    by_container: dict[str, int] = field(default_factory=dict)
    by_issue: dict[str, int] = field(default_factory=dict)

    @property
    def listed_count(self) -> int:
        """Number of files that a list has, without unchanged and skipped files."""
        return self.safe_count + self.warning_count + self.danger_count + self.blocked_count


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage(ListPage):
    """One page of plan items with the statistics of its query."""

    items: list[PlanItem]
    statistics: PlanStatistics
    plan_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(Shaped):
    """
    The selected items of a plan: all items that a query finds, changed by exceptions.

    An item is selected if it matches `query` and `risk` and is not in `excluded`, or if it is in `included`.
    `query=None` selects by `included` alone. Exceptions are file ids, so a selection stays valid across pages, sort
    orders and plan versions.
    """

    query: str | None = None
    risk: tuple[str, ...] = ()  # () = every level that can be written
    included: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionSummary:
    """The totals of a write of a selection."""

    count: int  # files that would be written
    by_risk: dict[str, int]  # `count` by risk level
    tags_to_add: int
    tags_to_remove: int
    est_seconds: float
    est_bytes: int
    excluded: dict[str, int]  # selected files that the write omits, by risk level or "postponed"
    by_strategy: dict[str, int] = field(default_factory=dict)  # `count` by strategy
    loses_text: int = 0  # of these, files that would lose custom text
    removes_all_people: int = 0  # of these, files that have people and would have no people left
    breaks_links: int = 0  # of these, files with hard links, which would keep the old file
    hidden: int = 0  # of these, files that the displayed search does not find
    rollback_until: datetime | None = None  # until when a rollback would be possible
    backup: bool = True  # files without a possible backup are omitted: each write can be rolled back byte for byte

    @property
    def exact(self) -> int:
        """Number of files that a rollback could restore byte for byte."""
        return self.count if self.backup else 0

    @property
    def tags_only(self) -> int:
        """Number of files of which a rollback could restore only the comment."""
        return self.count - self.exact


_UNFINISHED = {  # state in words and remedy, by status
    "pending": ("is waiting", "Wait until it ends, or cancel it."),
    "in_progress": ("is running", "Wait until it ends, or cancel it."),
    "paused": ("is paused", "Resume or cancel it first."),
}


def describe_unfinished(operation_id: int, status: str, files: str = "") -> str:
    """Return the message about an unfinished operation; `files`: the files that it uses."""
    state, remedy = _UNFINISHED[status]
    return f"Operation {operation_id} {state}{f' and uses {files}' if files else ''}. {remedy}"


@dataclass(frozen=True, slots=True)
class Holder:
    """An unfinished operation that uses files: no other operation may write them."""

    operation_id: int
    status: str  # pending, in_progress, paused
    files: int = 1  # number of requested files that it uses

    def describe(self, files: str = "") -> str:
        """Return the message about this operation; `files` describes the used files, by default by their number."""
        return describe_unfinished(self.operation_id, self.status, files or f"{self.files:,} of these files")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleFile:
    """A file whose planned result differs from the displayed plan."""

    file_id: int
    file_name: str
    file_path: str
    shown: str | None  # the result comment of the displayed plan; None: no comment
    now: str | None  # the result comment of the newest plan
    reason: str  # why the result differs, as the end of a sentence about the file


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionDigest:
    """A digest of the selected files. A write with this digest writes exactly these files, or no file."""

    count: int
    digest: int  # digest of the ids and payloads of the files
    size: int = field(default=0, compare=False)  # total size of the files in bytes

    @property
    def text(self) -> str:
        """The digest as a text, for a program whose numbers are smaller."""
        return f"{self.count}-{self.digest}"

    @classmethod
    def of_text(cls, text: str) -> SelectionDigest:
        """
        Return the digest of a `text`.

        Raises:
            UsageError: It is none.

        """
        if not _DIGEST.fullmatch(text):
            raise errors.UsageError(f"'{text[:40]}' is not the digest of a selection.")
        count, digest = text.split("-")
        return cls(count=int(count), digest=int(digest))


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChangeCount:
    """The files in which a write would change a field."""

    field: str
    files: int
    replaced: int  # of these, files in which another value is replaced
    removed: int  # of these, files that would lose the value

    def describe(self) -> str:
        """Return `12 files, 3 of them replace another value`."""
        parts = [wording.files(self.files)]
        for number, act in ((self.replaced, "replace another value"), (self.removed, "lose the value")):
            if number:
                of_them = f"{wording.count(number)} of them " if self.files > 1 else ""
                parts.append(of_them + (act if number > 1 else act.replace(" ", "s ", 1)))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionChanges:
    """What a write of a selection would change."""

    comments: int  # files with another comment: other people, or the same in another form
    fields: list[FieldChangeCount]  # the most frequent first

    def of(self, fields: Collection[str]) -> SelectionChanges:
        """Return the changes of a write of some fields; of all fields if none is named."""
        if not fields:
            return self
        comments = self.comments if COMMENT in fields else 0
        return SelectionChanges(comments=comments, fields=[each for each in self.fields if each.field in fields])


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleFiles:
    """The selected files whose plan changed since it was displayed."""

    plan_id: int  # the newest version
    count: int
    items: list[StaleFile]  # the first files


def checked_modes(people_mode: str | None, comment_mode: str | None) -> tuple[PeopleMode | None, CommentMode | None]:
    """
    Return the modes; None stays None.

    Raises:
        UsageError: A mode is unknown; the message names the choices.

    """
    if people_mode not in (None, "merge", "exact"):
        raise errors.UsageError(f"There is no people mode '{people_mode}'; choose merge or exact.")
    if comment_mode not in (None, "replace", "preserve"):
        raise errors.UsageError(f"There is no comment mode '{comment_mode}'; choose replace or preserve.")
    return people_mode, comment_mode  # type: ignore[return-value]  # mypy does not narrow a str to a Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet, and the number of files that match both the value and the rest of the search."""

    value: str  # text in a search, after the colon of the key
    label: str  # text for display in a list
    files: int
    chosen: bool = False  # the search has this value


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One key with its values: first the values in the search, then the others by number of files."""

    key: str
    values: tuple[FacetValue, ...]  # the first values, not always all
    total: int  # number of all values
    all_of: bool = False  # the search requires all of its values, not any of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """All facets of a search; each is counted over the search without its own term."""

    plan_id: int
    query: str
    facets: Mapping[str, Facet]  # by key

    def __getitem__(self, key: str) -> Facet:
        return self.facets[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider:
    """A search that finds files where another search finds none."""

    query: str
    words: str  # the difference: "without “danger”"
    files: int


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """The numbers of a home. The plan is the newest one that was made, with the default modes; None without one."""

    home: str
    folders: int
    files: int  # without missing ones
    plan_id: int | None
    plan: PlanStatistics | None
    written_id: int | None  # the last write, an operation
    written_at: datetime | None  # its start
    written_files: int

    @property
    def _plan_text(self) -> str:
        assert self.plan is not None
        return ", ".join(f"{getattr(self.plan, f'{level}_count'):,} {level}" for level in RISK_LEVELS)

    @property
    def _written(self) -> str:
        assert self.written_at is not None
        return f"{wording.when(self.written_at)} ({wording.files(self.written_files)})"

    def __str__(self) -> str:
        plan = "no plan yet" if self.plan is None else f"plan {self.plan_id}: {self._plan_text}"
        written = "no write yet" if self.written_at is None else f"last write {self._written}"
        folders = wording.plural(self.folders, "folder")
        return f"<library {self.home}: {folders}, {wording.files(self.files)}; {plan}; {written}>"

    def _repr_html_(self) -> str:
        facts = {
            "folders": f"{self.folders:,}",
            "files": f"{self.files:,}",
            "plan": "none yet" if self.plan is None else f"{self.plan_id}: {self._plan_text}",
            "last write": "none yet" if self.written_at is None else f"operation {self.written_id}, {self._written}",
        }
        return notebook.card(f"Library {self.home}", facts)
