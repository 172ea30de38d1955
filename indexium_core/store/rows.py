"""
Files as they are handed to the store, and the columns that become of them.

DuckDB takes a batch as one list per column. It refuses lone surrogates, so text that a file could not give as Unicode
gets U+FFFD in their place; the path itself is kept as bytes.
"""

from __future__ import annotations

import dataclasses
import json
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexium_core.model.files import fields
from indexium_core.model.files.media import FieldValue, FileFacts, FileStat
from indexium_core.model.people import people_comment
from indexium_core.model.people.people_comment import ParsedComment

__all__ = [
    "Restat",
    "ScannedFile",
    "columns_of_files",
    "columns_of_rewritten",
    "columns_of_stats",
    "columns_of_written",
    "display",
    "printable",
]

_SURROGATES = re.compile("[\ud800-\udfff]")
# What a write in place cannot change, and what of that a rewrite can.
_UNWRITTEN = frozenset(
    {"read_only", "state", "state_message", "growing", "file_hash", "container", "damage", "duration", "streams"}
)
_REWRITTEN = ("file_hash", "duration", "streams")
_LARGEST = 2**63 - 1  # of a BIGINT


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedFile:
    """One probed file, to be stored. Everything for display, search and sorting is worked out from the path here."""

    path_bytes: bytes  # absolute, links resolved
    stat: FileStat
    facts: FileFacts
    parsed: ParsedComment  # of facts.comment
    growing: bool = False  # its mtime was younger than 60 s
    own_mtime_ns: int | None = None  # after a write of ours: the mtime it left; None keeps what is stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Restat:
    """Stat facts of a known file whose content need not be read again (same size and mtime)."""

    file_id: int
    stat: FileStat
    growing: bool = False


def display(path: bytes) -> str:
    """Return a path for people to read; what cannot be decoded becomes U+FFFD."""
    return path.decode("utf-8", "replace")


def printable(text: str) -> str:
    """Return text that DuckDB takes: each lone surrogate becomes U+FFFD."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def columns_of_files(files: Sequence[ScannedFile], root: bytes) -> dict[str, list[Any]]:
    """Return a batch that is not empty as the parameters of `incoming` in catalog.sql: one list for each column."""
    rows = [_path_columns(file.path_bytes, root) | _stat_columns(file.stat) | _fact_columns(file) for file in files]
    return {name: [row[name] for row in rows] for name in rows[0]}


def columns_of_written(files: Mapping[int, ScannedFile]) -> dict[str, list[Any]]:
    """Return files that we wrote, at least one, as the parameters of `update_written` in catalog.sql."""
    rows = [{"file_id": file_id} | _stat_columns(file.stat) | _fact_columns(file) for file_id, file in files.items()]
    return {name: [row[name] for row in rows] for name in rows[0] if name not in _UNWRITTEN}


def columns_of_rewritten(files: Mapping[int, ScannedFile]) -> dict[str, list[Any]]:
    """Return files whose media we wrote anew as the parameters of `update_rewritten` in catalog.sql."""
    facts = [_fact_columns(file) for file in files.values()]
    return {"file_id": list(files)} | {name: [each[name] for each in facts] for name in _REWRITTEN}


def columns_of_stats(rows: Sequence[Restat]) -> dict[str, list[Any]]:
    """Return rows, at least one, as the parameters of `restat` in catalog.sql: one list for each column."""
    flat = [_stat_columns(row.stat) | {"file_id": row.file_id, "growing": row.growing} for row in rows]
    return {name: [row[name] for row in flat] for name in flat[0]}


def _path_columns(path_bytes: bytes, root: bytes) -> dict[str, Any]:
    path = display(path_bytes)
    folder, _, name = path_bytes.rpartition(b"/")
    below = (folder + b"/").removeprefix(root.rstrip(b"/") + b"/")
    stem, dot, extension = display(name).rpartition(".")
    return {
        "path_bytes": path_bytes,
        "path": path,
        "path_search": people_comment.fold(path),
        "folder": display(below.strip(b"/")),
        "file_name": display(name),
        "file_ext": extension.lower() if stem and dot else "",
    }


def _stat_columns(found: FileStat) -> dict[str, Any]:
    return {
        "device": found.device,
        "inode": found.inode,
        "nlink": found.nlink,
        "mode": found.mode,
        "size": found.size,
        # A date after the year 2262 does not fit; the file then counts as changed at each scan, which is harmless.
        "mtime_ns": max(-_LARGEST, min(found.mtime_ns, _LARGEST)),
        "read_only": not found.mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH),
    }


def _fact_columns(file: ScannedFile) -> dict[str, Any]:
    facts, parsed = file.facts, file.parsed
    places = [place for place in facts.comment_fields if place.field == "comment"]
    names = [printable(name) for name in fields.people_of(facts.comment, places)]
    comments = {place.shown for place in places}
    return {
        "own_mtime_ns": file.own_mtime_ns,
        "state": facts.state,
        "state_message": printable(facts.message),
        "growing": file.growing,
        "file_hash": facts.file_hash,
        "container": facts.container,
        "duration": facts.duration,
        "streams": _json([dataclasses.asdict(stream) for stream in facts.streams]),
        "tags": _json(facts.tags),
        "comment": None if facts.comment is None else fields.displayed(facts.comment),
        "comment_fields": _json([_place(place) for place in facts.comment_fields]),
        "fields_differ": len(comments) > 1 or (bool(comments) and facts.comment not in comments),
        "people": names,
        "people_keys": [people_comment.person_key(name) for name in names],
        "custom_text": fields.displayed(fields.lost_texts(facts.comment, places, writable=bool(facts.strategy))),
        "comment_before": fields.displayed(parsed.before),
        "comment_after": fields.displayed(parsed.after),
        "comment_without": None if parsed.without is None else fields.displayed(parsed.without),
        "places": _places(file),
        "people_hidden": len(names) > len(parsed.people),
        "damage": facts.damage,
        "ascii_only": any(place.takes_segment and _is_ascii_only(place) for place in places),
        "strategy": facts.strategy,
        "strategy_code": facts.strategy_code,
        "strategy_message": printable(facts.strategy_message),
        "est_seconds": facts.est_seconds,
        "est_bytes": facts.est_bytes,
    }


def _is_ascii_only(place: FieldValue) -> bool:
    """Tell whether only plain letters can be added to a text with certainty: its encoding is old or not known."""
    return place.ascii_only or _SURROGATES.search(place.value) is not None


def _place(place: FieldValue) -> dict[str, Any]:
    return {"field": place.field, "where": fields.displayed(place.where), "value": fields.displayed(place.value)}


def _places(file: ScannedFile) -> str | None:
    """
    Return every text of the comment with the pieces of its next one, as JSON; the one that players read comes first.

    None where one text at most is all there is to say.
    """
    facts = file.facts
    texts: list[FieldValue] = [place for place in facts.comment_fields if place.field == "comment"]
    leading = fields.leading_place(texts, facts.comment)
    if not facts.comment_added and (not texts or (len(texts) == 1 and texts[0].value == facts.comment)):
        return None
    rows = [_pieces(place) for place in sorted(texts, key=lambda place: place is not leading)]
    if facts.comment_added:
        parsed = file.parsed
        added = {"before": fields.displayed(parsed.before), "after": fields.displayed(parsed.after), "without": None}
        takes = {"takes_segment": True, "takes_value": not any(place.moves for place in texts)}
        new = {"where": facts.comment_added, "value": None, **added, **takes}
        rows.insert(0 if leading is None else len(rows), new)
    return json.dumps(rows, ensure_ascii=False)


def _pieces(place: FieldValue) -> dict[str, Any]:
    parsed = people_comment.parse(place.value)
    return {
        "where": fields.displayed(place.where),
        "value": fields.displayed(place.value),
        "before": fields.displayed(parsed.before),
        "after": fields.displayed(parsed.after),
        "without": None if parsed.without is None else fields.displayed(parsed.without),
        "takes_segment": place.takes_segment,
        "takes_value": place.takes_value,
    }


def _json(value: Any) -> str:
    """Return JSON that DuckDB takes: no NaN, no lone surrogate, and anything odd as its text."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if "NaN" in text or "Infinity" in text:
        text = json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)
    return printable(text)
