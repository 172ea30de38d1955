"""The page of checks: the number of findings of each kind, a page of findings, and one in detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dashboards.components import paging
from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import EmptyView
from dashboards.pages.checks.view_types import (
    ChecksDetailsNameView,
    ChecksDetailsView,
    ChecksHeaderView,
    ChecksListView,
    ResolutionView,
)
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PLAN_EDIT, QUERY_RUN
from indexium_core.model.check import CheckFile, CheckGroup, CheckName, CheckPage, CheckRow, Resolution
from indexium_core.model.people import people_comment

TAGS = 6  # maximum number of names in a row
# Kinds whose findings are about one file.
_OF_FILES = ("differ", "faces", "corruption", "other_recording", "copied_people")
WITHOUT_COUNT = (*_OF_FILES, "ambiguous_person", "same_name")
NO_FINDINGS = "No findings"


class ChecksHeader(Component):
    """Messages: `kind` {kind}; `as_sql`."""

    _esm = module("checks_header")
    _view = ChecksHeaderView
    _styles = ("checks.css",)
    _needs = needing({QUERY_RUN: "as_sql"})


class ChecksList(Component):
    """
    A page of findings.

    Messages: `open` {subject}, `first` {subject}, `close`, `page` {page}, `ignored` {on}, `add_all`, `ignore_all`.
    """

    _esm = module("checks_list")
    _view = ChecksListView
    _styles = ("checks.css",)
    _needs = needing({PLAN_EDIT: "add_all ignore_all"})
    _of_all_folders = ("add_all", "ignore_all")


class ChecksDetails(Component):
    """
    One finding.

    Messages: `resolve` {subject, code}, `ignore` and `unignore` {subject}, `plan`, `close`.
    """

    _esm = module("checks_details")
    _view = ChecksDetailsView
    _styles = ("checks.css",)
    _needs = needing({PLAN_EDIT: "resolve ignore unignore"})
    _of_all_folders = ("resolve", "ignore", "unignore")


def header_view(groups: Sequence[CheckGroup], kind: str) -> ChecksHeaderView:
    """Return the title, and each check with its number of findings."""
    total, ignored = sum(group.total for group in groups), sum(group.dismissed for group in groups)
    note = wording.plural(ignored, "ignored finding") if ignored else ""
    return {
        "title": wording.plural(total, "finding") if total else NO_FINDINGS,
        "summary": " · ".join(
            part for part in ("inconsistencies between the database and the files" if total else "", note) if part
        ),
        "groups": [
            {"kind": group.kind, "title": group.title, "count": wording.count(group.total), "on": group.kind == kind}
            for group in groups
        ],
    }


def list_view(group: CheckGroup, page: CheckPage, *, ignored: bool, subject: str) -> dict[str, Any]:
    """Return one page of findings; `ignored`: only the ignored ones."""
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    return {
        "title": group.title,
        "text": group.text,
        "rows": [_row(row) for row in page.items],
        "total": page.total,
        **place,
        "range": place["range"] if page.total else "",
        "ignored": ignored,
        "turn": _turn(group, ignored=ignored),
        "at_once": _at_once(group) if not ignored and group.total > 1 else [],
        "subject": subject,
        "empty": None if page.items else _empty(group, ignored=ignored),
    }


def _turn(group: CheckGroup, *, ignored: bool) -> str:
    """Return the text of the button that shows the other findings; "" for no button."""
    if ignored:
        return f"Back to {wording.plural(group.total, 'open finding')}"
    return f"{wording.count(group.dismissed)} ignored" if group.dismissed else ""


def _at_once(group: CheckGroup) -> list[dict[str, str]]:
    """Return the actions on all findings of a kind."""
    label = (
        f"{_answer(group)}…"
        if group.kind == "other_recording"
        else f"Add all {wording.count(group.at_once)} to the database…"
    )
    ignore = {"act": "ignore_all", "label": f"Ignore all {wording.count(group.total)}…"}
    return [{"act": "add_all", "label": label}, ignore] if group.at_once else [ignore]


def _answer(group: CheckGroup) -> str:
    """Return the label of the answer to all questions that have sure evidence."""
    number = wording.count(group.at_once)
    return f"Answer all {number}" if group.at_once == group.total else f"Answer {number} with sure evidence"


def question_about_all(group: CheckGroup) -> dict[str, Any]:
    """Return the question before all findings of one of `BULK_KINDS` are resolved: its title, sections and button."""
    number = wording.count(group.at_once)
    title, confirm = f"Add all {number} to the database?", f"Add all {number}"
    hint = "Check the list first: misspelt names become people, too."
    match group.kind:
        case "differ":
            text = f"The database adds the people of these {number} files. The files do not change."
        case "faces":
            text = (
                f"The database adds the named faces of these {number} photos. The plan then adds these names to the "
                "photos; the next write stores them."
            )
        case "unknown":
            text = f"The database adds these {number} names, in all their files. The files do not change."
        case _:
            left = group.total - group.at_once
            title, confirm = f"Are {'these' if left else 'all'} {number} the same recordings?", _answer(group)
            text = "Each file gets the people and decisions of the recording that it may be. The files do not change."
            hint = f"{wording.files(left)} without sure evidence {'waits' if left == 1 else 'wait'}." if left else ""
    return {
        "title": title,
        "sections": [{"kind": "text", "text": text}, *([{"kind": "hint", "text": hint}] if hint else [])],
        "confirm": confirm,
    }


def _empty(group: CheckGroup, *, ignored: bool) -> EmptyView:
    if ignored:
        return {"title": "No ignored findings", "text": "This list shows the findings that you ignore."}
    texts = {
        "copies": "All copies of a file have the same people.",
        "differ": "Every person named in a file is also assigned to this file in the database.",
        "faces": "Every named face is among the people of its photo.",
        "ambiguous_person": "Every name in the files matches one person, or the person is assigned to the file.",
        "spelling": "No two names are similar.",
        "unknown": "The database has every name in the files.",
        "placeholder": "No file names a placeholder.",
        "single": "All people are in more than one file.",
        "corruption": "No verified file differs from its known hash. “indexium cache verify” reads the files.",
        "same_name": "No file of the old Indexium could be a file with the same name here.",
        "other_recording": "No file may be a recording that is missing, with people or decisions.",
        "copied_people": "No file has people that an earlier version took from another recording.",
        "several_files": "Every film and every episode has one file, or its files are parts or editions.",
        "shared_id": "No two films or series of a library have the same id.",
    }
    return {"title": NO_FINDINGS, "text": texts[group.kind]}


def _row(row: CheckRow) -> dict[str, Any]:
    shown = _tags(row)
    return {
        "subject": row.subject,
        "title": row.names[0].name if row.kind == "spelling" else row.title,
        "sub": _below(row),
        "is_file": row.kind in (*_OF_FILES, "copies", "same_name"),
        "tags": shown[:TAGS],
        "more": len(shown) - TAGS if len(shown) > TAGS else 0,
        "files": wording.files(row.file_count) if row.kind not in WITHOUT_COUNT else "",
        "text": row.text,
    }


def _below(row: CheckRow) -> str:
    """Return the second line of a row: the place or the reason."""
    if row.kind == "same_name":
        return row.subject
    if row.kind in (*_OF_FILES, "copies"):
        return _place(row.files[0])
    if row.kind == "spelling":
        return row.text
    first = row.files[0].file_name if row.files else ""
    return f"{first} and {wording.count(row.file_count - 1)} more" if row.file_count > 1 else first


def _place(file: CheckFile) -> str:
    return file.folder.replace("/", " / ") or file.library


def _tags(row: CheckRow) -> list[dict[str, str]]:
    """Return the names of a row; names that do not match have the kind `odd`."""
    if row.kind == "spelling":
        return [_tag(name.name, note=wording.count(name.files)) for name in row.names]
    if row.kind in ("same_name", "other_recording", "copied_people"):
        return [_tag(name, odd=True) for name in row.resolutions[0].names]
    if row.kind in ("differ", "faces"):
        odd = {people_comment.person_key(name) for name in row.resolutions[0].names}
        others = row.files[0].known if row.kind == "differ" else row.files[0].people
        return [_tag(name, odd=people_comment.person_key(name) in odd) for name in (*row.resolutions[0].names, *others)]
    if row.kind == "several_files":
        return [_tag(file.media) for file in row.files]
    if row.kind == "copies":
        odd = {people_comment.person_key(name) for name in row.resolutions[0].names}
        everywhere = [name for name in row.files[0].people if people_comment.person_key(name) not in odd]
        return [*(_tag(name, odd=True) for name in row.resolutions[0].names), *(_tag(name) for name in everywhere)]
    return []


def _tag(text: str, *, odd: bool = False, note: str = "", kind: str = "odd") -> dict[str, str]:
    return {"text": text, "kind": kind if odd else "", "note": note}


# One finding.


def details_view(row: CheckRow | None, *, ignored: bool, base: str = "") -> dict[str, Any]:
    """
    Return one finding in detail.

    Args:
        row: The finding; None closes the drawer.
        ignored: The finding is ignored.
        base: The common address of all pages, or "".

    """
    if row is None:
        return {"open": False}
    rest = row.file_count - len(row.files)
    return {
        "open": True,
        "subject": row.subject,
        "title": row.title,
        "text": row.text,
        "names": [_name(name) for name in row.names] if row.kind != "single" else [],
        "files": [_file(file, row) for file in row.files],
        "more": f"and {wording.files(rest)} more" if rest > 0 else "",
        "resolutions": [] if ignored else [_resolution(each) for each in row.resolutions],
        "ignored": ignored,
        "href": _address(row.query, base) if row.query else "",
    }


def _address(query: str, base: str) -> str:
    return f"{base}?{urlencode({'view': 'plan', 'q': query})}" if base else f"/plan?{urlencode({'q': query})}"


def _name(name: CheckName) -> ChecksDetailsNameView:
    known = f"in the database, {wording.files(name.assigned)}" if name.is_known else "not in the database"
    named = f"named in {wording.plural(name.named, 'comment')}" if name.named else "in no comment yet"
    return {"name": name.name, "text": f"{known} · {named}"}


def _file(file: CheckFile, row: CheckRow) -> dict[str, Any]:
    odd = {people_comment.person_key(name) for each in row.resolutions for name in each.names} | {
        people_comment.person_key(name.name) for name in row.names
    }
    lists = [("", file.people)] if row.kind not in ("several_files", "shared_id") else []
    if row.kind in ("differ", "ambiguous_person"):
        lists = [("in the file", file.named), ("in the database", file.known)]
    elif row.kind in ("spelling", "unknown", "placeholder") and file.named:
        lists = [("now", file.named), ("after the write", file.people)] if file.named != file.people else lists
    kind = "odd" if row.kind in ("copies", "differ", "ambiguous_person") else "meant"
    return {
        "name": file.file_name,
        "path": file.file_path,
        "place": _place(file),
        "media": file.media if row.kind == "several_files" else "",
        "lists": [
            {
                "label": label,
                "tags": [_tag(name, odd=people_comment.person_key(name) in odd, kind=kind) for name in people],
            }
            for label, people in lists
        ],
    }


def _resolution(each: Resolution) -> ResolutionView:
    return {"code": each.code, "label": each.label + ("…" if each.asks else ""), "text": each.text}
