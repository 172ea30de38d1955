"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ChipView, ChoiceView, GaugeView, PagedView


class FolderMediaView(TypedDict):
    kind: str
    label: str
    on: bool


class FolderView(TypedDict):
    id: int
    name: str
    path: str
    online: bool
    state: str
    facts: str
    chips: list[ChipView]
    problem: str
    remedy: str
    promise: str
    missing: int  # Number of missing files
    people_mode: str
    comment_mode: str
    media: list[FolderMediaView]  # Kinds of media that scans may include
    write_ratings: bool  # A rating is written as soon as it is set
    without_photos: bool  # Scans leave photos out
    kind: str  # What the folder holds
    language: str  # Of titles and plots, two letters; "": that of the settings
    publish: str  # What it publishes: off, nfo, artwork, both
    publishes: str  # In words; "" for nothing
    exclude: str  # Patterns, one on each line


class ImportLinesRowView(TypedDict):
    line: str
    text: str


class ImportLinesView(TypedDict):
    rows: list[ImportLinesRowView]
    more: str


class PeopleImportLevelView(TypedDict):
    count: str
    level: str
    text: str


class PeopleImportView(TypedDict):
    busy: NotRequired[str]  # Progress of a comparison of files; it hides the rest
    name: str
    summary: str
    has_rows: bool  # False for a legacy database without people
    levels: list[PeopleImportLevelView]
    roots: list[ChoiceView]  # Folders that the paths of the list may start from
    replace: bool
    rejected: ImportLinesView
    skipped: ImportLinesView
    waiting: ImportLinesView
    unmatched: ImportLinesView  # Files of a legacy database that no scanned file matches
    facts: list[str]  # What a legacy database has beside the people of files
    problems: list[str]  # Parts of a legacy database that cannot be imported
    hint: str
    confirm: str  # Text of the button, "" if nothing can be imported


class FirstStepView(TypedDict):
    title: str
    text: str
    promise: str
    done: bool
    now: bool


class ScanView(TypedDict):
    count: str
    what: str
    pace: str
    bar: GaugeView
    folder: str
    stopping: bool


class LibraryHeadPeopleView(TypedDict):
    known: str
    waiting: str
    take: str


class LibraryHeadReportView(TypedDict):
    text: str
    messages: list[str]
    level: str
    bad: str


LibraryHeadView = TypedDict(
    "LibraryHeadView",
    {
        "headline": str,
        "summary": str,
        "hidden": bool,  # The page shows pictures
        "has_pictures": bool,
        "folders": list[FolderView],
        "kinds": list[ChoiceView],  # What a folder may hold
        "publish": list[ChoiceView],  # What a folder may publish
        "local": bool,  # The page may name folders of this machine
        "can_scan": bool,
        "files": str,  # Address for uploads, or ""
        "import": PeopleImportView | None,
        "people": LibraryHeadPeopleView,
        "steps": list[FirstStepView],  # Until the home is set up
        "scan": ScanView,  # While a scan runs
        # Of the last scan; `bad`: the search of the plan for files that cannot be used
        "report": LibraryHeadReportView,
    },
    total=False,
)


class InventoryTileView(TypedDict):
    kind: str
    count: str
    label: str
    level: str
    on: bool


class ListedFileView(TypedDict):
    id: int
    name: str
    path: str
    place: str
    size: str
    people: list[str]
    only_named: bool  # Only the file itself names the people
    state: str
    level: str
    what: str


class FileListTextView(TypedDict):
    text: str
    files: str


class FileListView(TypedDict):
    kind: str
    title: str
    rows: list[ListedFileView]
    texts: list[FileListTextView]  # Texts of several files
    take: str  # Text of the button, or "" without a button
    planned: str  # A search of the plan, or "" without a search


class InventoryListView(FileListView, PagedView):
    pass


class InventoryView(TypedDict, total=False):
    tiles: list[InventoryTileView]
    list: InventoryListView | None


class FoldersView(LibraryHeadView, InventoryView, total=False):
    pass
