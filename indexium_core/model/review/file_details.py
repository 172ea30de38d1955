"""The details of one file as values: its content, its people with their sources, its plan and its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from indexium_core.model import wording
from indexium_core.model.fields import comment_diff
from indexium_core.model.fields.readers import Reading, ShownField
from indexium_core.model.files.media import Change, FieldValue, MediaKind, StreamFacts
from indexium_core.model.files.properties import FileProperty
from indexium_core.model.files.tiles import SHOWN_BY_BROWSERS, DateSource
from indexium_core.model.operations import item_words
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.pictures import picture_version
from indexium_core.model.planning import field_text
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.review import file_words
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

    @property
    def origins_text(self) -> str:
        """Where the person comes from."""
        return ", ".join(file_words.origin_text(each) for each in self.origins)


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

    @property
    def title(self) -> str:
        """The kind of the operation."""
        return "Write" if self.operation_type == "write" else "Rollback"

    @property
    def when_text(self) -> str:
        """When it was: `3 Nov 2026 12:04`."""
        return wording.when(self.at)

    @property
    def state(self) -> tuple[str, str]:
        """The result of the file in words, and the level of its chip."""
        return item_words.item_status(self.status, self.code)

    @property
    def change_tags(self) -> list[dict[str, str]]:
        """The people and the fields that it has changed."""
        return file_words.event_tags(self)

    @property
    def rollback_text(self) -> str:
        """Whether and until when the file can be rolled back."""
        return file_words.rollback_text(self)

    @property
    def comments(self) -> dict[str, Any]:
        """The comment `before` and `after` as runs of text with marked differences; None means no comment."""
        before, after = comment_diff.compare(self.before, self.after)
        return {"before": before, "after": after}

    @property
    def keeps_comment(self) -> bool:
        """Whether only other fields have changed."""
        return bool(self.changed_fields) and self.before == self.after

    @property
    def changed_fields(self) -> list[dict[str, Any]]:
        """The changed fields beside the comment, each with its old and its new value."""
        return [field_text.compared(change) for change in field_text.changes_of(self.fields)]


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
    rollback_days: int = 90  # days for which a write can be rolled back

    @property
    def place(self) -> str:
        """The path relative to the library."""
        return "/".join(part for part in (self.folder, self.file_name) if part)

    @property
    def folder_text(self) -> str:
        """The library and the folder: `Family / 2019`."""
        return " / ".join(part for part in (self.library, *self.folder.split("/")) if part)

    @property
    def item(self) -> PlanItem:
        """The planned change; of a file in no plan, one that changes nothing."""
        return self.plan or _unchanged(self)

    @property
    def newest_decision(self) -> int:
        """The id of the newest decision about the file, 0 for none: an edit over a newer one is a question."""
        return max((each.decision_id for each in self.decisions), default=0)

    @property
    def copies_text(self) -> str:
        """The choice to edit only this of several copies; "" if the file has none."""
        return file_words.only_this(self)

    # Its content.

    @property
    def has_picture(self) -> bool:
        """Whether a picture of it can be made."""
        has_media = bool(self.container) and bool(file_words.films(self) or self.media_kind == "photo")
        return self.state in ("ok", "corrupt") and has_media

    @property
    def picture_version(self) -> str:
        """The version of its picture, for the address of a thumbnail; "" without a picture."""
        return picture_version(self.file_hash, self.item.mtime_ns) if self.has_picture else ""

    @property
    def is_shown_by_browsers(self) -> bool:
        """Whether browsers show the file itself."""
        return self.has_picture and self.container in SHOWN_BY_BROWSERS

    @property
    def caption(self) -> list[str]:
        """What stands over its picture: duration, resolution and codec; of a photo resolution, camera and time."""
        return file_words.over(self)

    @property
    def main_facts(self) -> list[str]:
        """Its size, container, time of change, and copies."""
        return file_words.strip(self)

    @property
    def disk_facts(self) -> list[list[str]]:
        """The file on its disk: pairs of a name and a text."""
        return file_words.facts(self)

    @property
    def stream_facts(self) -> list[list[str]]:
        """Its streams: pairs of a kind and a text."""
        return file_words.streams(self)

    @property
    def tag_facts(self) -> list[dict[str, Any]]:
        """Its tags: the name of each place, and `rows` of a tag and its value."""
        return file_words.tags(self)

    @property
    def read_text(self) -> str:
        """When and with what the media properties were read."""
        return file_words.read_text(self)

    # Its fields, and what a write would change.

    @property
    def field_rows(self) -> list[dict[str, Any]]:
        """The fields beside the comment, each with its value in the file, its planned value and its choices."""
        return file_words.field_rows(self)

    @property
    def field_names(self) -> dict[str, Any]:
        """What other programs call the fields with a value: `rows` of title and names; `note` completes them."""
        return file_words.field_names(self)

    @property
    def origin_sum(self) -> str:
        """The sources of its people, counted."""
        return file_words.origin_sum(self.people)

    @property
    def comment_parts(self) -> dict[str, Any]:
        """The comment now (`old`) and planned (`new`) as runs of text with marked differences; None: no comment."""
        old, new = comment_diff.compare(self.item.existing_comment, self.item.result_comment)
        return {"old": old, "new": new}

    @property
    def keeps_comment(self) -> bool:
        """Whether the plan keeps the comment."""
        return self.item.existing_comment == self.item.result_comment

    @property
    def comment_texts(self) -> list[dict[str, Any]]:
        """Each comment of a file with several different ones: its place, and the text now and planned."""
        return file_words.comment_texts(self)

    @property
    def same_texts(self) -> list[list[str]]:
        """Each place of the comment, if several places have the same."""
        return file_words.same_texts(self)

    @property
    def program_rows(self) -> list[list[str]]:
        """What other programs show: their names, the text, and its kind."""
        return file_words.program_rows(self)

    @property
    def method_facts(self) -> list[list[str]]:
        """How it would be written: pairs of a name and a text."""
        return file_words.method_facts(self)

    @property
    def offers(self) -> dict[str, str]:
        """The decisions that are offered: `skip` and `preserve` are on or off, `revoke` says what it removes."""
        return file_words.offers(self)


def _unchanged(details: FileDetails) -> PlanItem:
    people = [person.name for person in details.people]
    return PlanItem(
        file_id=details.file_id,
        file_hash=details.file_hash,
        file_path=details.file_path,
        file_name=details.file_name,
        file_ext=details.file_ext,
        size=details.size,
        mtime=details.mtime.isoformat(),
        mtime_ns=int(details.mtime.timestamp()) * 10**9,
        container=details.container,
        library=details.library,
        folder=details.folder,
        duration=details.duration,
        db_people=[],
        existing_people=people,
        result_people=people,
        tags_to_add=[],
        tags_to_remove=[],
        existing_comment=details.comment,
        result_comment=details.comment,
        changes=[],
        category="unchanged",
        risk_level="unchanged",
        can_update=False,
        issues=[],
        strategy=details.strategy,
        est_seconds=0.0,
        est_bytes=0,
        edited=False,
        postponed=False,
        people_mode="merge",
        comment_mode="replace",
    )
