"""
Scanned files, and their columns for the database.

DuckDB takes a batch as one list for each column. It rejects lone surrogates, so text that is not valid Unicode gets
U+FFFD in their place. The path itself is stored as bytes.
"""

from __future__ import annotations

import dataclasses
import json
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files import fields
from indexium_core.model.files.media import FieldValue, FileFacts, FileStat, StreamFacts
from indexium_core.model.people import people_comment
from indexium_core.model.people.people_comment import ParsedComment
from indexium_core.model.surrogates import has_surrogates, replace_surrogates

# Columns that a write in place cannot change; of these, columns that a rewrite changes.
_UNWRITTEN = frozenset(
    {
        *("read_only", "state", "state_message", "growing", "file_hash", "media_digest", "container"),
        *("media_kind", "damage", "duration", "streams"),
    }
)
_STREAM_NAMES = tuple(field.name for field in dataclasses.fields(StreamFacts))
_REWRITTEN = ("file_hash", "duration", "streams")
_BIGINT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedFile:
    """One scanned file for the database. Columns for display, search and sorting are computed from the path."""

    path_bytes: bytes  # absolute, links resolved
    stat: FileStat
    facts: FileFacts
    parsed: ParsedComment  # of facts.comment
    growing: bool = False  # its mtime was less than 60 s ago
    own_mtime_ns: int | None = None  # the mtime after a write by Indexium; None keeps the stored value


@dataclass(frozen=True, slots=True, kw_only=True)
class Restat:
    """The stat facts of a known file with the same size and mtime, whose content is not read again."""

    file_id: int
    stat: FileStat
    growing: bool = False


def display(path: bytes) -> str:
    """Return a path as text; undecodable bytes become U+FFFD."""
    return path.decode("utf-8", "replace")


def columns_of_files(files: Sequence[ScannedFile], root: bytes) -> dict[str, list[Any]]:
    """Return a non-empty batch as the parameters of `incoming` in catalog.sql: one list for each column."""
    rows = [_path_columns(file.path_bytes, root) | _stat_columns(file.stat) | _fact_columns(file) for file in files]
    return {name: [row[name] for row in rows] for name in rows[0]}


def columns_of_written(files: Mapping[int, ScannedFile]) -> dict[str, list[Any]]:
    """Return a non-empty batch of written files as the parameters of `update_written` in catalog.sql."""
    rows = [{"file_id": file_id} | _stat_columns(file.stat) | _fact_columns(file) for file_id, file in files.items()]
    return {name: [row[name] for row in rows] for name in rows[0] if name not in _UNWRITTEN}


def columns_of_rewritten(files: Mapping[int, ScannedFile]) -> dict[str, list[Any]]:
    """Return files whose whole content was rewritten as the parameters of `update_rewritten` in catalog.sql."""
    facts = [_fact_columns(file) for file in files.values()]
    return {"file_id": list(files)} | {name: [each[name] for each in facts] for name in _REWRITTEN}


def columns_of_stats(rows: Sequence[Restat]) -> dict[str, list[Any]]:
    """Return a non-empty batch as the parameters of `restat` in catalog.sql: one list for each column."""
    flat = [_stat_columns(row.stat) | {"file_id": row.file_id, "growing": row.growing} for row in rows]
    return {name: [row[name] for row in flat] for name in flat[0]}


def columns_of_identities(stats: Iterable[FileStat]) -> dict[str, list[Any]]:
    """Return the stat facts that identify unchanged files as parameters: one list for each column."""
    flat = [_stat_columns(each) for each in stats]
    return {name: [row[name] for row in flat] for name in ("device", "inode", "size", "mtime_ns")}


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


def _stat_columns(stat_facts: FileStat) -> dict[str, Any]:
    return {
        "device": stat_facts.device,
        "inode": stat_facts.inode,
        "nlink": stat_facts.nlink,
        "mode": stat_facts.mode,
        "size": stat_facts.size,
        # A date after the year 2262 does not fit. Then the file counts as changed at each scan, which is harmless.
        "mtime_ns": max(-_BIGINT_MAX, min(stat_facts.mtime_ns, _BIGINT_MAX)),
        "read_only": not stat_facts.mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH),
    }


def _fact_columns(file: ScannedFile) -> dict[str, Any]:
    facts, parsed = file.facts, file.parsed
    places = [place for place in facts.comment_fields if place.field == COMMENT]
    names = [replace_surrogates(name) for name in fields.people_of(facts.comment, places)]
    comments = {place.shown for place in places}
    return {
        "own_mtime_ns": file.own_mtime_ns,
        "state": facts.state,
        "state_message": replace_surrogates(facts.message),
        "growing": file.growing,
        "file_hash": facts.file_hash,
        "media_digest": facts.media_digest,
        "container": facts.container,
        "media_kind": facts.media_kind,
        "duration": facts.duration,
        "streams": _json([{name: getattr(stream, name) for name in _STREAM_NAMES} for stream in facts.streams]),
        "tags": _json(facts.tags),
        "comment": None if facts.comment is None else fields.display_text(facts.comment),
        "comment_fields": _json([_place(place) for place in facts.comment_fields]),
        "fields_differ": len(comments) > 1 or (bool(comments) and facts.comment not in comments),
        "people": names,
        "people_keys": [people_comment.person_key(name) for name in names],
        "custom_text": fields.display_text(
            fields.lost_custom_texts(facts.comment, places, writable=bool(facts.strategy))
        ),
        "comment_before": fields.display_text(parsed.before),
        "comment_after": fields.display_text(parsed.after),
        "comment_without": None if parsed.without is None else fields.display_text(parsed.without),
        "places": _places(file),
        "people_hidden": len(names) > len(parsed.people),
        "damage": facts.damage,
        "ascii_only": any(place.takes_segment and _is_ascii_only(place) for place in places),
        "strategy": facts.strategy,
        "strategy_code": facts.strategy_code,
        "strategy_message": replace_surrogates(facts.strategy_message),
        "est_seconds": facts.est_seconds,
        "est_bytes": facts.est_bytes,
        "field_keys": list(facts.fields),
        "field_values": [fields.display_text(value) for value in facts.fields.values()],
        "field_places": _field_places(facts.field_places),
        "problem_keys": list(facts.field_problems),
        "problem_reasons": [replace_surrogates(reason) for reason in facts.field_problems.values()],
        "sidecar": facts.sidecar or None,
    }


def _is_ascii_only(place: FieldValue) -> bool:
    """Return whether only ASCII is safe in a text, because its encoding is old or unknown."""
    return place.ascii_only or has_surrogates(place.value)


def _place(place: FieldValue) -> dict[str, Any]:
    return {"field": place.field, "where": fields.display_text(place.where), "value": fields.display_text(place.value)}


def _field_places(places: Sequence[FieldValue]) -> str | None:
    """Return the places of the other fields as JSON; None if no field has several places."""
    if len({place.field for place in places}) == len(places):
        return None
    return json.dumps([_place(place) | {"takes_value": place.takes_value} for place in places], ensure_ascii=False)


def _places(file: ScannedFile) -> str | None:
    """
    Return every text of the comment with the parts of its new text, as JSON; first the one that players read.

    None where the file has at most one text.
    """
    facts = file.facts
    texts: list[FieldValue] = [place for place in facts.comment_fields if place.field == COMMENT]
    leading = fields.primary_place(texts, facts.comment)
    if not facts.comment_added and (not texts or (len(texts) == 1 and texts[0].value == facts.comment)):
        return None
    rows = [_pieces(place) for place in sorted(texts, key=lambda place: place is not leading)]
    if facts.comment_added:
        parsed = file.parsed
        added = {
            "before": fields.display_text(parsed.before),
            "after": fields.display_text(parsed.after),
            "without": None,
        }
        takes = {"takes_segment": True, "takes_value": not any(place.moves for place in texts)}
        new = {"where": facts.comment_added, "value": None, **added, **takes}
        rows.insert(0 if leading is None else len(rows), new)
    return json.dumps(rows, ensure_ascii=False)


def _pieces(place: FieldValue) -> dict[str, Any]:
    parsed = people_comment.parse(place.value)
    return {
        "where": fields.display_text(place.where),
        "value": fields.display_text(place.value),
        "before": fields.display_text(parsed.before),
        "after": fields.display_text(parsed.after),
        "without": None if parsed.without is None else fields.display_text(parsed.without),
        "takes_segment": place.takes_segment,
        "takes_value": place.takes_value,
    }


def _json(value: Any) -> str:
    """Return JSON that DuckDB accepts: without NaN and lone surrogates, other values as their text."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if "NaN" in text or "Infinity" in text:
        text = json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)
    return replace_surrogates(text)
