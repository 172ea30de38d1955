"""The page of checks: how many findings there are of each kind, a page of them, and one in detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dashboards.components.base import Component, module
from indexium_core.model import wording
from indexium_core.model.check import BULK_KINDS, CheckFile, CheckGroup, CheckName, CheckPage, CheckRow, Resolution
from indexium_core.model.people import people_comment as names_of

__all__ = ["ChecksDetails", "ChecksHeader", "ChecksList", "details_view", "header_view", "list_view"]

TAGS = 6  # names that a row shows
FINE = "Nothing disagrees"


class ChecksHeader(Component):
    """View: see `header_view`. Messages: `kind` {kind}."""

    _esm = module("checks_header")
    _styles = ("checks.css",)


class ChecksList(Component):
    """
    A page of findings.

    View: see `list_view`. Messages: `open` {subject}, `first` {subject}, `close`, `page` {page}, `right` {on}, `learn`,
    `all_right`.
    """

    _esm = module("checks_list", "rows")
    _styles = ("checks.css",)


class ChecksDetails(Component):
    """View: see `details_view`. Messages: `mend` {subject, code}, `right` and `back` {subject}, `plan`, `close`."""

    _esm = module("checks_details", "drawer")
    _styles = ("checks.css",)


def header_view(groups: Sequence[CheckGroup], kind: str) -> dict[str, Any]:
    """Return the title, and each check with its number of findings."""
    total, right = sum(group.total for group in groups), sum(group.dismissed for group in groups)
    said = wording.plural(right, "finding is right as it is", "findings are right as they are") if right else ""
    return {
        "title": wording.plural(total, "finding") if total else FINE,
        "summary": " · ".join(
            part for part in ("what in the database and the files does not agree" if total else "", said) if part
        ),
        "groups": [
            {"kind": group.kind, "title": group.title, "count": wording.count(group.total), "on": group.kind == kind}
            for group in groups
        ],
    }


def list_view(group: CheckGroup, page: CheckPage, *, right: bool, subject: str) -> dict[str, Any]:
    """Return one page of findings; `right`: of those that somebody said to be right."""
    first = (page.page - 1) * page.per_page
    last = first + len(page.items)
    return {
        "kind": group.kind,
        "title": group.title,
        "text": group.text,
        "rows": [_row(row) for row in page.items],
        "total": page.total,
        "range": wording.range_of(first + 1, last, page.total) if page.total else "",
        "page": page.page,
        "pages": max(1, -(-page.total // max(1, page.per_page))),
        "right": right,
        "turn": _turn(group, right=right),
        "at_once": _at_once(group) if not right and group.total > 1 else [],
        "subject": subject,
        "empty": None if page.items else _empty(group, right=right),
    }


def _turn(group: CheckGroup, *, right: bool) -> str:
    """Return what the button says that shows the other findings, "" for no button."""
    if right:
        return f"Back to {wording.plural(group.total, 'open finding')}"
    return (
        f"{wording.count(group.dismissed)} right as {'it is' if group.dismissed == 1 else 'they are'}"
        if group.dismissed
        else ""
    )


def _at_once(group: CheckGroup) -> list[dict[str, str]]:
    """Return what can be done with all findings of a kind."""
    learn = {"act": "learn", "label": f"Add all {wording.count(group.total)} to the database…"}
    right = {"act": "all_right", "label": f"All {wording.count(group.total)} are right…"}
    return [learn, right] if group.kind in BULK_KINDS else [right]


def _empty(group: CheckGroup, *, right: bool) -> dict[str, str]:
    if right:
        return {"title": "None of these", "text": "What you say is right as it is can be found here."}
    texts = {
        "copies": "All copies of a film say the same people.",
        "differ": "Whoever a file names, the database has in it.",
        "spelling": "No two names are so alike that they might be one person.",
        "unknown": "The database knows every name that a file has.",
        "placeholder": "No file names a placeholder.",
        "single": "Everybody is in more than one file.",
    }
    return {"title": FINE, "text": texts[group.kind]}


def _row(row: CheckRow) -> dict[str, Any]:
    shown = _tags(row)
    return {
        "subject": row.subject,
        "title": row.names[0].name if row.kind == "spelling" else row.title,
        "sub": _below(row),
        "is_file": row.kind in ("copies", "differ"),
        "tags": shown[:TAGS],
        "more": len(shown) - TAGS if len(shown) > TAGS else 0,
        "files": wording.files(row.file_count) if row.kind != "differ" else "",
        "text": row.text,
    }


def _below(row: CheckRow) -> str:
    """Return the small line of a row: where it is, or why."""
    if row.kind == "differ":
        return _place(row.files[0])
    if row.kind == "copies":
        return _place(row.files[0])
    if row.kind == "spelling":
        return row.text
    first = row.files[0].file_name if row.files else ""
    return f"{first} and {wording.count(row.file_count - 1)} more" if row.file_count > 1 else first


def _place(file: CheckFile) -> str:
    return file.folder.replace("/", " / ") or file.library


def _tags(row: CheckRow) -> list[dict[str, str]]:
    """Return the names of a row: those that do not agree are odd."""
    if row.kind == "spelling":
        return [_tag(name.name, note=wording.count(name.files)) for name in row.names]
    if row.kind == "differ":
        odd = {names_of.person_key(name) for name in row.mends[0].names}
        return [_tag(name, odd=names_of.person_key(name) in odd) for name in (*row.mends[0].names, *row.files[0].known)]
    if row.kind == "copies":
        odd = {names_of.person_key(name) for name in row.mends[0].names}
        everywhere = [name for name in row.files[0].people if names_of.person_key(name) not in odd]
        return [*(_tag(name, odd=True) for name in row.mends[0].names), *(_tag(name) for name in everywhere)]
    return []


def _tag(text: str, *, odd: bool = False, note: str = "", kind: str = "odd") -> dict[str, str]:
    return {"text": text, "kind": kind if odd else "", "note": note}


# One finding.


def details_view(row: CheckRow | None, *, right: bool, base: str = "") -> dict[str, Any]:
    """
    Return one finding in detail.

    Args:
        row: The finding; None closes the drawer.
        right: Whether somebody said that it is right.
        base: Where all pages have one address, that.

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
        "mends": [] if right else [_mend(mend) for mend in row.mends],
        "right": right,
        "query": row.query,
        "href": _address(row.query, base) if row.query else "",
    }


def _address(query: str, base: str) -> str:
    return f"{base}?{urlencode({'view': 'plan', 'q': query})}" if base else f"/plan?{urlencode({'q': query})}"


def _name(name: CheckName) -> dict[str, str]:
    known = f"in the database, {wording.files(name.assigned)}" if name.is_known else "not in the database"
    named = f"named in {wording.plural(name.named, 'comment')}" if name.named else "in no comment yet"
    return {"name": name.name, "text": f"{known} · {named}"}


def _file(file: CheckFile, row: CheckRow) -> dict[str, Any]:
    odd = {names_of.person_key(name) for mend in row.mends for name in mend.names} | {
        names_of.person_key(name.name) for name in row.names
    }
    lists = [("", file.people)]
    if row.kind == "differ":
        lists = [("the file names", file.named), ("the database knows", file.known)]
    elif row.kind in ("spelling", "unknown", "placeholder") and file.named:
        lists = [("says now", file.named), ("will say", file.people)] if file.named != file.people else lists
    kind = "odd" if row.kind in ("copies", "differ") else "meant"
    return {
        "name": file.file_name,
        "path": file.file_path,
        "place": _place(file),
        "lists": [
            {
                "label": label,
                "tags": [_tag(name, odd=names_of.person_key(name) in odd, kind=kind) for name in people],
            }
            for label, people in lists
        ],
    }


def _mend(mend: Resolution) -> dict[str, Any]:
    return {"code": mend.code, "label": mend.label + ("…" if mend.asks else ""), "text": mend.text}
