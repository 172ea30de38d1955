"""The details of one file as values: its content, its people with their sources, its plan and its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from indexium_core.model.fields.readers import Reading, ShownField
from indexium_core.model.files.media import Change, FieldValue, MediaKind, StreamFacts
from indexium_core.model.files.properties import FileProperty
from indexium_core.model.files.tiles import DateSource
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.review.decisions import StandingDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One source of a person of a file."""

    origin: str  # face, hand, import, file (in the database); comment (of the file); edit (in force)
    since: datetime | None  # UTC; None if unknown
    spelt: str = ""  # the spelling in this source, if it differs
    qualifier: str = ""  # of the person in the database: tells people with one name apart


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """One person of a file."""

    name: str
    origins: tuple[Origin, ...]
    state: str  # kept, added, removed by the plan


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPlace:
    """The tags of the container or of one stream, as FFmpeg's libraries read them."""

    place: str  # "container", or the number of a stream
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDetails:
    """One field of a file beside the comment."""

    field: str  # its key
    title: str
    value: str | None  # in the file
    planned: str | None  # after a write; of an edit that the container cannot store, the edited value
    origin: str  # of the planned value: file, edit, rule, import; "" for no value
    since: datetime | None  # UTC: when it was edited
    locked: bool  # rules, edits of several files and spreadsheets do not change it
    problem: str  # why files of this kind cannot store it, or the planned value; "" if they can
    shown: list[ShownField]  # what each program shows of it; empty if files of this kind have no place for it


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvent:
    """One operation on the file."""

    operation_id: int
    item_id: int
    operation_type: str  # write, rollback
    at: datetime  # UTC
    note: str
    status: str  # result of the file: pending, writing, success, skipped, failed, conflict, unknown
    code: str
    message: str
    before: str | None  # the comment
    after: str | None
    tags_added: list[str]
    tags_removed: list[str]
    fields: list[Change]  # the changes of the other fields, one for each place
    strategy: str
    can_rollback: bool  # according to the database; the rollback checks the file itself
    exact: bool  # byte for byte, not only the comment
    rollback_until: datetime | None  # the old bytes are kept until then
    rollback_reason: str  # why it cannot be rolled back, or not byte for byte; "" if it can


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDetails:
    """One file."""

    file_id: int
    file_path: str  # for display
    path_raw: str  # percent-encoded, if the path is not text; otherwise ""
    file_name: str
    file_ext: str
    folder: str  # relative to the library, "/"-separated
    library_id: int
    library: str
    library_path: str
    library_state: str  # online, offline
    library_reason: str  # why it is offline
    state: str  # ok, missing, empty, corrupt, unreadable, not_video
    state_message: str
    size: int
    mtime: datetime  # UTC
    nlink: int  # hard links
    read_only: bool
    file_hash: str | None
    container: str
    media_kind: MediaKind | None  # None if it is unknown
    duration: float | None
    first_seen_at: datetime
    scanned_at: datetime  # when a scan read these facts
    streams: list[StreamFacts]
    tags: list[TagPlace]
    comment: str | None  # the comment that players read
    comment_fields: list[FieldValue]  # every place that has a comment, in file order
    fields: dict[str, str]  # the values of the other fields, by key
    field_details: list[FieldDetails]  # every field beside the comment, in the order of the table of fields
    fields_differ: bool
    people: list[PersonDetails]
    copies: list[FileCopy]  # the first ones
    copies_total: int
    decisions: list[StandingDecision]
    strategy: str  # the write strategy, "" if there is none
    strategy_words: str
    strategy_why: str  # reason for this strategy, or why there is none
    strategy_code: str  # why there is no strategy, or why it cannot remove the comment: no_strategy_yet, corrupt …
    est_seconds: float
    est_bytes: int
    readings: list[Reading]  # the comment in other programs: now, or after the planned write
    history: list[FileEvent]  # the newest ones, newest first
    history_total: int
    plan: PlanItem | None = field(default=None)  # None if the file is not in the plan
    properties: list[FileProperty] = field(default_factory=list)  # media properties, each with its lock
    read_with: str = ""  # the tool that read the properties: pyav, ffprobe; "" before the first reading
    properties_read_at: datetime | None = None  # UTC
    properties_problem: str = ""  # the error of the last rescan
    shown_at: str = ""  # the date under which the library shows the file, in wall time, ISO; "" if it is missing
    date_source: DateSource | None = None  # where this date comes from

    @property
    def place(self) -> str:
        """The path relative to the library."""
        return "/".join(part for part in (self.folder, self.file_name) if part)
