"""The library page: folders, scan, first steps in an empty home, and quality of the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from dashboards.components import paging
from dashboards.components.base import Component, module, needing
from dashboards.components.gauge import measure
from dashboards.components.title_text import kind_choices
from dashboards.pages.library.view_types import FirstStepView, FoldersView, FolderView, ListedFileView
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, LIBRARIES_MANAGE, PLAN_EDIT, QUERY_RUN
from indexium_core.model.files.inventory import (
    KINDS,
    MEDIA_NAMES,
    EmptyFolderReport,
    FilePage,
    FolderComparison,
    FolderListing,
    LibraryDetails,
    ListedFile,
    Quality,
    RemovalReport,
)
from indexium_core.model.files.kind_proposal import KindProposal
from indexium_core.model.files.scan_reports import ScanProgress, ScanReport
from indexium_core.model.names.title_guess import LIBRARY_KINDS
from indexium_core.model.publishing.options import PUBLISH_CHOICES, PublishOptions

STATES = {  # state of files → (words, level of the chip)
    "missing": ("missing", "warning"),
    "corrupt": ("damaged", "danger"),
    "empty": ("empty", "danger"),
    "unreadable": ("unreadable", "danger"),
    "not_video": ("no media", "blocked"),
}
TILES = (  # list → label of its number, and its level if it is not 0
    ("all", "files", ""),
    ("people", "with people", "good"),
    ("nobody", "no people yet", ""),
    ("unknown", "with people from the file only", "look"),
    ("text", "with custom text", ""),
    ("copies", "duplicates", ""),
    ("broken", "damaged, empty or unreadable", "bad"),
    ("unwritable", "cannot be written", ""),
    ("missing", "missing since a scan", "look"),
    ("offline", "in offline folders", "look"),
)
# List → search of the plan that finds the same files.
PLANNED = {
    "text": "issue:custom_comment",
    "copies": "issue:duplicate_content",
    "broken": "issue:corrupt OR issue:unreadable",
    "unwritable": "issue:no_strategy_yet OR issue:unsupported_container OR issue:read_only",
    "missing": "issue:missing_file",
    "offline": "issue:offline",
}
_UNUSABLE = f"{PLANNED['broken']} OR issue:unsupported_container"  # the files that a scan cannot use
PATHS = 200  # maximum number of shown empty folders
PROBLEMS = 20  # maximum number of shown sentences about folders that cannot be removed


class Folders(Component):
    """
    The library folders, the scan, and the first steps.

    Messages: `add` {path, photos, kind}, `propose` {path}, `browse` {path}, `hints` {text, serial}, `scan` {id,
    full}, `stop`, `gone` {id}, `empty` {id}, `forget` {id}, `remove` {id}, `mode` {id, field, value}, `media` {id,
    kind, on}, `exclude` {id, patterns}, `ratings` {id, on}, `kind_of` {id, kind}, `language` {id, language},
    `publish` {id, publish},
    `photos` {id}, `uploaded` {token, name}, `upload_failed` {text}, `root` {path}, `replace` {on}, `import`,
    `leave`, `take`, `by_hand`, `plan`, `dismiss`, `kind` {kind}, `page` {page}, `planned` {query}, `add_people`
    {id, name}, `as_sql` {id}. Receives: {hints, serial}, {listing}, {proposal}.
    """

    _esm = module("library")
    _view = FoldersView
    _styles = ("house.css", "shows.css")
    _needs = needing(
        {
            LIBRARIES_MANAGE: "add adding browsing gone empty forget remove mode media "
            "exclude ratings kind_of language publish publish_options photos",
            JOBS_MANAGE: "scan stop",
            QUERY_RUN: "as_sql",
            PLAN_EDIT: "take by_hand add_people pick picked import",
        }
    )
    _of_all_folders = (
        "add",
        "adding",
        "browsing",
        "remove",
        "stop",
        "take",
        "by_hand",
        "add_people",
        "pick",
        "picked",
        "import",
    )

    def hints(self, found: list[dict[str, Any]], serial: int) -> None:
        """Send the folders that match a partly typed path."""
        self._send_msg({"hints": found, "serial": serial})

    def show_proposal(self, path: str, found: KindProposal) -> None:
        """Send the kind that the names in a folder propose."""
        self._send_msg({"proposal": {"path": path, "kind": found.kind, "reason": found.reason}})

    def refuse_proposal(self, path: str, reason: str) -> None:
        """Say why a folder has no names that could propose a kind."""
        self._send_msg({"proposal": {"path": path, "kind": "", "reason": reason}})

    def list_folder(self, listing: FolderListing) -> None:
        """Send the folders inside a folder, for a person who looks for one."""
        self._send_msg({"listing": asdict(listing)})


def folders(
    details: Sequence[LibraryDetails], quality: Quality, publish: Mapping[int, PublishOptions]
) -> dict[str, Any]:
    """Return headline and rows of the folders."""
    files = sum(each.file_count for each in details)
    size = sum(each.bytes for each in details)
    scanned = max((each.scanned_at for each in details if each.scanned_at), default=None)
    where = f"in {wording.plural(len(details), 'folder')}" if details else "no folder yet"
    parts = [
        where,
        wording.size(size) if size else "",
        f"{wording.plural(quality.persons, 'person', 'people')} known" if quality.persons else "",
        f"scanned {wording.ago(scanned)}" if scanned else "",
    ]
    return {
        "headline": wording.files(files) if files else "Library",
        "summary": " · ".join(part for part in parts if part),
        "folders": [folder_row(each, publish.get(each.library_id, PublishOptions())) for each in details],
        "kinds": kind_choices(),
        "publish": [{"value": value, "label": label} for value, label in PUBLISH_CHOICES.items()],
        "people": _people(quality),
    }


def folder_row(found: LibraryDetails, publish: PublishOptions) -> FolderView:
    """Return one folder; `publish`: what it publishes."""
    online = found.state == "online"
    scanned = f"scanned {wording.ago(found.scanned_at)}" if found.scanned_at else "not scanned yet"
    included = {"audio": found.audio, "photo": found.photos}
    return {
        "id": found.library_id,
        "name": found.name,
        "path": found.path,
        "online": online,
        "state": "online" if online else "offline",
        "facts": " · ".join(
            part
            for part in (
                LIBRARY_KINDS[found.kind].partition(":")[0],
                wording.files(found.file_count),
                wording.size(found.bytes) if found.bytes else "",
                scanned,
                f"{wording.size(found.free_bytes)} free" if online and found.free_bytes is not None else "",
            )
            if part
        ),
        "chips": [
            {"text": f"{wording.count(found.states[state])} {name}", "level": level}
            for state, (name, level) in STATES.items()
            if found.states.get(state)
        ],
        "problem": found.problem,
        "remedy": found.remedy,
        "promise": f"{found.file_system}: {found.promise}" if online else "",
        "missing": found.states.get("missing", 0),
        "people_mode": found.people_mode or "",
        "comment_mode": found.comment_mode or "",
        "media": [
            {"kind": kind, "label": f"Include {name} in scans", "on": included[kind]}
            for kind, name in MEDIA_NAMES.items()
        ],
        "without_photos": not found.photos,
        "kind": found.kind,
        "language": found.metadata_language,
        "publish": publish.publish,
        "publishes": publish.summary if publish.is_on else "",
        "exclude": "\n".join(found.exclude),
        "write_ratings": found.write_ratings == "at-once",
    }


def _people(quality: Quality) -> dict[str, Any]:
    waiting = f"{wording.plural(quality.waiting, 'name is', 'names are')} waiting for a scan"
    return {
        "known": wording.plural(quality.persons, "person", "people") if quality.persons else "",
        "waiting": waiting if quality.waiting else "",
        "take": f"Add the people that {wording.files(quality.unknown)} name{'s' if quality.unknown == 1 else ''}"
        if quality.unknown
        else "",
    }


# The first steps.


def steps(details: Sequence[LibraryDetails], quality: Quality, *, planned: int, scanning: bool) -> list[FirstStepView]:
    """Return the steps from an empty home to a first plan, each with its assurance."""
    scanned = any(each.scanned_at for each in details) and not scanning
    done = [bool(details), scanned, bool(quality.persons or quality.waiting) and scanned, False]
    now = done.index(False)
    texts = [
        (
            "Choose a folder",
            "The folder with your videos and photos, or with your films and series. It includes subfolders.",
            "No file is changed.",
        ),
        (
            "Scan the folder",
            "A scan reads the names, sizes and comments of the files.",
            "A scan changes no file.",
        ),
        (
            "Add people",
            "From a list, from the comments of the files, or by hand.",
            "The people are stored in the home of Indexium. No file is changed.",
        ),
        (
            "Review the plan",
            f"{wording.files(planned)} would change."
            if planned
            else "The plan shows what would be written into each file.",
            "Nothing is written before you confirm, and every write can be rolled back.",
        ),
    ]
    return [
        {"title": title, "text": text, "promise": promise, "done": done[place], "now": place == now}
        for place, (title, text, promise) in enumerate(texts)
    ]


# The scan.


def scanning(progress: ScanProgress, *, stopping: bool) -> dict[str, Any]:
    """Return the progress of a scan."""
    walking = progress.total is None
    parts = [
        f"{wording.count(round(progress.rate))} files/s" if progress.rate >= 1 else "",
        f"about {wording.duration(progress.eta_seconds)} left" if progress.eta_seconds else "",
    ]
    verb = "found" if walking else f"of {wording.files(progress.total or 0)} read"
    return {
        "count": wording.count(progress.done),
        "what": f"{'file' if progress.done == 1 and walking else 'files' if walking else ''} {verb}".strip(),
        "pace": " · ".join(part for part in parts if part),
        "bar": measure(progress.done, progress.total),
        "folder": progress.folder,
        "stopping": stopping,
    }


def report(found: ScanReport) -> dict[str, Any]:
    """Return the result of a scan."""
    numbers = [
        (found.new, "new"),
        (found.changed, "changed"),
        (found.moved, "moved"),
        (found.missing, "missing"),
        (found.unchanged, "unchanged"),
    ]
    changes = ", ".join(f"{wording.count(number)} {name}" for number, name in numbers if number)
    bad = sum(count for state, count in found.by_state.items() if state != "ok")
    start = "Stopped after " if found.cancelled else ""
    text = (
        f"{start}{wording.files(found.seen)}{f': {changes}' if changes else ''}, in {wording.duration(found.seconds)}."
    )
    if found.cancelled:
        text += " The other files were not scanned. The next scan includes them."
    if bad:
        text += f" {wording.files(bad)} cannot be used."
    if found.cache.hits:
        text += f" {wording.plural(found.cache.hits, 'hash was', 'hashes were')} known."
    if found.empty_folders:
        folders = wording.plural(found.empty_folders, "folder is", "folders are")
        text += f" {folders} empty: “Find empty folders…” under “More…” lists them."
    level = "warning" if found.messages else "note"
    return {"text": text, "messages": found.messages[:20], "level": level, "bad": _UNUSABLE if bad else ""}


# Forgetting.


_PARTS = {  # part of a folder → label of its files, and how to undo that they are forgotten
    "all": ("files that Indexium forgets", "To undo this, add the folder again."),
    "missing": ("files that are missing", "If a file returns, Indexium recognises it by its content."),
    "audio": ("audio files that Indexium forgets", "To undo this, include audio files again and scan."),
    "photo": ("photos that Indexium forgets", "To undo this, include photos again and scan."),
    "exclude": ("files that Indexium forgets", "To undo this, remove the pattern and scan."),
}


def forgetting(found: RemovalReport, *, part: str) -> list[dict[str, Any]]:
    """Return the effect of forgetting a part of a folder (a key of `_PARTS`), as sections of a question."""
    label, after = _PARTS[part]
    pairs = [
        ["folder", found.path],
        [label, wording.count(found.files)],
        ["of them with people", f"{wording.count(found.with_people)}: their people are kept"],
    ]
    if found.decisions:
        pairs.append(["edits, skips and modes", f"{wording.count(found.decisions)}: these are removed"])
    return [
        {"kind": "text", "text": "No file on the disk is changed, and the history stays."},
        {"kind": "facts", "pairs": pairs},
        {"kind": "hint", "text": after},
    ]


def empty_folders(found: EmptyFolderReport) -> list[dict[str, Any]]:
    """Return the empty folders of a library folder, as sections of a question."""
    shown, top = sorted(found.folders)[:PATHS], found.path.rstrip("/") + "/"
    problems = [{"kind": "why", "level": "warning", "text": each} for each in found.problems]
    if not shown:
        return problems or [{"kind": "text", "text": "Every folder has a file, or a folder with a file."}]
    return [
        *problems,
        {"kind": "text", "text": "These folders contain no files, and no folders except empty ones."},
        {
            "kind": "items",
            "label": wording.plural(len(found.folders), "empty folder"),
            "items": [{"name": path.removeprefix(top), "path": path, "chips": []} for path in shown],
            "more": wording.and_more(len(found.folders) - len(shown)),
        },
        {
            "kind": "hint",
            "text": "Each folder that is still empty is removed from the disk. Indexium cannot restore it.",
        },
    ]


def removed_folders(found: EmptyFolderReport) -> str:
    """Return the result of a removal of empty folders, as a sentence."""
    return f"{wording.plural(found.removed, 'empty folder was', 'empty folders were')} removed."


def removal_problems(found: EmptyFolderReport) -> list[dict[str, Any]]:
    """Return the empty folders that could not be removed, as sections of a report."""
    shown = [{"kind": "why", "level": "warning", "text": each} for each in found.problems[:PROBLEMS]]
    more = wording.and_more(len(found.problems) - len(shown))
    return [*shown, *([{"kind": "hint", "text": more}] if more else [])]


def gone(found: FolderComparison) -> list[dict[str, Any]]:
    """Return the missing files of a folder, as sections of a question."""
    pairs = [
        ["known", wording.files(found.known)],
        ["missing now", wording.files(found.gone)],
        ["of them with people", f"{wording.count(found.with_people)}: their people are kept"],
    ]
    if found.new:
        pairs.append(["new", f"{wording.files(found.new)}; some may be missing files under another name"])
    return [
        {"kind": "facts", "pairs": pairs},
        {
            "kind": "text",
            "text": "These files would be marked as missing. Nothing is deleted. Indexium recognises returning files.",
        },
    ]


# Quality and lists.


def quality_view(quality: Quality, page: FilePage | None, *, kind: str, texts: bool = True) -> dict[str, Any]:
    """Return the numbers of a home, and one page of a list."""
    return {
        "tiles": [
            {
                "kind": name,
                "count": wording.count(number),
                "label": label,
                "level": level if number else "",
                "on": name == kind,
            }
            for name, label, level in TILES
            for number in [getattr(quality, name)]
            if number or name in ("all", "people", "nobody")
        ],
        "list": None if page is None or not kind else _list(quality, page, kind, texts=texts),
    }


def _list(quality: Quality, page: FilePage, kind: str, *, texts: bool) -> dict[str, Any]:
    custom_texts = [{"text": each.text, "files": wording.files(each.files)} for each in quality.texts if each.files > 1]
    return {
        "kind": kind,
        "title": KINDS[kind].capitalize(),
        "rows": [file_row(each, kind) for each in page.items],
        "texts": custom_texts[:8] if kind == "text" and texts else [],
        "total": page.total,
        **paging.place(page.page, page.per_page, shown=len(page.items), total=page.total),
        "planned": PLANNED.get(kind, "") if page.total else "",
        "take": f"Add these people ({wording.files(page.total)})" if kind == "unknown" and page.total else "",
    }


def file_row(found: ListedFile, kind: str) -> ListedFileView:
    """Return one file of a list."""
    state, level = STATES.get(found.state, ("", ""))
    more = {"copies": f"{wording.files(found.copies)} with the same media", "text": found.text}
    return {
        "id": found.file_id,
        "name": found.file_name,
        "path": found.file_path,
        "place": " / ".join(part for part in (found.library, *found.folder.split("/")) if part),
        "size": wording.size(found.size),
        "people": found.people or found.named,
        "only_named": bool(found.named and not found.people),
        "state": state,
        "level": level,
        "what": more.get(kind) or found.message,
    }
