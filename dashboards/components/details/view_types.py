"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ChangeView, FieldValuesView, PagedView, PartView, TagView


class IssueView(TypedDict):
    severity: str
    message: str
    remedy: str


class NameSuggestionView(TypedDict):
    name: str
    reason: str
    others: list[str]
    sure: str
    replaces: str


class FieldRowView(TypedDict):
    key: str
    label: str
    about: str  # What the field means
    hint: str  # What can be typed
    multiline: bool
    choices: list[str]  # The allowed values; none: all
    stars: int | None  # Of a rating: the planned number, 0 for none
    is_rejected: bool  # Of a rating: another program marked the photo as rejected
    value: str  # The planned value
    old: list[PartView] | None  # The value in the file; null for none
    new: list[PartView] | None  # The planned value; null for none
    changed: bool
    edited: bool  # An edit is in force
    origin: str  # Of the planned value: file, edit, rule or import; "" for no value
    locked: bool  # Rules, bulk edits and spreadsheets do not change it
    why: str  # The reason if the file has no place for the field
    problem: str  # The reason if the file cannot store the planned value


class FileFieldsView(TypedDict):
    editable: bool
    rows: list[FieldRowView]
    more: list[FieldRowView]
    names: list[tuple[str, str]]  # Of fields with a value: their names in other programs
    note: str  # What completes the names


class PlanActsView(TypedDict):
    edit: NotRequired[str]
    preserve: NotRequired[str]
    skip: NotRequired[str]
    revoke: NotRequired[str]


class PropertyView(TypedDict):
    field: str
    label: str
    text: str
    locked: bool
    who: str


class MediaView(TypedDict):
    editable: bool
    rows: list[PropertyView]
    read: str
    problem: str


class PlanFileOriginView(TypedDict):
    sum: str
    each: list[list[str]]


class PlanFileShowView(TypedDict):
    label: str
    rows: list[tuple[str, str, str]]


class PlanFileUntilView(TypedDict):
    least: str
    offered: str


class PlanFileView(TypedDict, total=False):
    open: bool
    id: int
    edit: int  # A number that changes when the editor has to open
    seen: int  # The newest decision about the file, 0 for none: an edit over a newer one of somebody else is a question
    name: str
    path: str
    place: str
    copies: str  # The choice to edit only this file; "" if it has no copies
    picture: str  # Address of the picture, or ""
    original: str | None  # Address of the file; None or "" if browsers cannot show it
    kind: str | None  # video, audio, photo; None if it is not known
    over: list[str]  # Texts over the picture
    strip: list[str]  # The most important facts
    issues: list[IssueView]
    tags: list[TagView]
    people: list[str]
    origins: PlanFileOriginView  # The sources of the people
    suggestions: list[NameSuggestionView]
    same_texts: list[list[str]]  # The places of the comment in the file
    fields: FileFieldsView  # The fields beside the comment
    shows: PlanFileShowView  # How programs show the file
    how: list[list[str]]  # Method of the write
    acts: PlanActsView | None
    until: PlanFileUntilView
    media: MediaView


TextChangeView = Literal["kept", "changed", "added", "replaced", "removed"]


class CommentTextView(TypedDict):
    where: str
    change: TextChangeView
    old: list[PartView] | None
    new: list[PartView] | None


class PlanCommentsView(TypedDict, total=False):
    old: list[PartView] | None
    new: list[PartView] | None
    same: bool  # The comment does not change
    barred: bool  # The file cannot be written
    texts: list[CommentTextView]  # Every comment field of a file with several fields


class FileEventView(TypedDict):
    id: int
    title: str
    when: str
    status: str
    level: str
    message: str
    note: str
    tags: list[TagView]
    back: str  # Whether it was rolled back
    old: list[PartView] | None  # The comment
    new: list[PartView] | None
    same: bool  # Only other fields changed
    fields: FieldValuesView  # The other fields that changed


class ChangeLineView(ChangeView):
    id: int
    who: str
    job: int | None


class ChangeLogView(PagedView):
    lines: list[ChangeLineView]
    all: bool


class FileRecordPlaceView(TypedDict):
    name: str
    rows: list[list[str]]


class FileRecordView(TypedDict, total=False):
    history: list[FileEventView]
    past: int  # Number of all operations
    changes: ChangeLogView
    streams: list[list[str]]
    places: list[FileRecordPlaceView]  # All tags, grouped by place
    facts: list[list[str]]


class FileDetailsView(PlanFileView, PlanCommentsView, FileRecordView, total=False):
    pass
