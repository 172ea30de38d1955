"""Everything that is known of one file, as values: what it holds, who is in it and why, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from indexium_core.model.files.media import FieldValue, StreamFacts
from indexium_core.model.files.properties import FileProperty
from indexium_core.model.files.readers import Reading
from indexium_core.model.planning.plan import PlanItem

__all__ = ["FileCopy", "FileDetails", "FileEvent", "Origin", "PersonDetails", "StandingDecision", "TagPlace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One reason why a person is in a file."""

    origin: str  # face, hand, import, file (of the database); comment (the file names them); edit (a standing one)
    since: datetime | None  # UTC; None where nobody knows
    spelt: str = ""  # how the name is spelt there, where that is otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """One person of a file."""

    name: str
    origins: tuple[Origin, ...]
    state: str  # kept, added, removed: by what is planned


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPlace:
    """The tags of one place of a file, as FFmpeg's libraries read them."""

    place: str  # container, or the number of a stream
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCopy:
    """Another file with the same film."""

    file_id: int
    file_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDecision:
    """A decision in force for the file."""

    decision_id: int
    kind: str  # edit, postpone, mode
    people: list[str] | None  # edit
    until: datetime | None  # postpone: None until it is revoked
    people_mode: str | None
    comment_mode: str | None
    reason: str  # why, where it was not by hand: rolled_back
    created_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvent:
    """One operation that touched the file, or tried to."""

    operation_id: int
    item_id: int
    operation_type: str  # write, rollback
    at: datetime  # UTC
    note: str
    status: str  # of the file in it: pending, writing, success, skipped, failed, conflict, unknown
    code: str
    message: str
    before: str | None  # the comment
    after: str | None
    tags_added: list[str]
    tags_removed: list[str]
    strategy: str
    can_rollback: bool  # as far as the database knows; a rollback looks at the file itself
    exact: bool  # … and byte for byte, not only the comment
    rollback_until: datetime | None  # until when the old bytes are kept
    rollback_reason: str  # why it cannot be taken back, or not byte for byte; "" where it can


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDetails:
    """One file."""

    file_id: int
    file_path: str  # for display
    path_raw: str  # percent-encoded, where the path cannot be shown as text; else ""
    file_name: str
    file_ext: str
    folder: str  # below the root, "/"-separated
    library_id: int
    library: str
    library_path: str
    library_state: str  # online, offline
    library_reason: str  # why it is offline
    state: str  # ok, missing, empty, corrupt, unreadable, not_video
    state_message: str
    size: int
    mtime: datetime  # UTC
    nlink: int  # names of the file on its disk
    read_only: bool
    file_hash: str | None
    container: str
    duration: float | None
    first_seen_at: datetime
    scanned_at: datetime  # when these facts were read
    streams: list[StreamFacts]
    tags: list[TagPlace]
    comment: str | None  # what players read
    comment_fields: list[FieldValue]  # every place that holds one, in file order
    fields_differ: bool
    people: list[PersonDetails]
    copies: list[FileCopy]  # the first of them
    copies_total: int
    decisions: list[StandingDecision]
    strategy: str  # how it would be written, "" where it cannot be
    strategy_words: str
    strategy_why: str  # why this way and no other, or why none
    strategy_code: str  # why there is none: no_strategy_yet, unsupported_container, corrupt
    est_seconds: float
    est_bytes: int
    readings: list[Reading]  # what each program shows now, or would show after the write
    history: list[FileEvent]  # newest first, the first of them
    history_total: int
    plan: PlanItem | None = field(default=None)  # what the plan says; None for a file that is in no plan
    properties: list[FileProperty] = field(default_factory=list)  # of the film, each with its lock
    read_with: str = ""  # which tool answered: pyav, ffprobe; "" where none did yet
    properties_read_at: datetime | None = None  # UTC
    properties_problem: str = ""  # why the last rescan could not read it

    @property
    def place(self) -> str:
        """Where it is, below its root."""
        return "/".join(part for part in (self.folder, self.file_name) if part)
