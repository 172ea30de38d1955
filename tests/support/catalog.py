"""Rows of the catalog without files on disk, as a scan stores them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from indexium_core.model.files.media import FieldValue, FileFacts, FileStat, StreamFacts
from indexium_core.model.people import people_comment
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import UpsertReport
from indexium_core.store.database import Database
from indexium_core.store.rows import ScannedFile

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ROOT = "/films"


def hash_of(content: object) -> str:
    """A hash as version 1 writes it, for made-up content."""
    return "x1:" + hashlib.blake2b(str(content).encode(), digest_size=16).hexdigest()


def digest_of(content: object) -> str:
    """A digest of the first packets, for made-up content."""
    return "p2:" + hashlib.blake2b(str(content).encode(), digest_size=8).hexdigest()


def scanned(path: str | bytes, comment: str | None = None, *, content: object = "", **changes: Any) -> ScannedFile:
    """A healthy MP4 at `path` (below `/films` if relative); equal `content` means the same payload."""
    raw = path if isinstance(path, bytes) else os.fsencode(os.path.join(ROOT, path))
    number = int.from_bytes(hashlib.blake2b(raw, digest_size=4).digest(), "big")
    facts = FileFacts(
        state="ok",
        container="mp4",
        file_hash=hash_of(content or raw),
        media_digest=digest_of(content or raw),
        duration=60.0,
        streams=(StreamFacts(index=0, kind="video", codec="h264", language=None),),
        tags={"container": {"comment": comment} if comment else {}, "streams": [{}]},
        comment=comment,
        comment_fields=(FieldValue(field="comment", where="moov/udta", value=comment),) if comment else (),
        strategy="in_place",
    )
    found = FileStat(size=1000, mtime_ns=10**18, device=1, inode=number, nlink=1, mode=stat.S_IFREG | 0o644)
    facts = replace(facts, **{name: value for name, value in changes.items() if hasattr(facts, name)})
    found = replace(found, **{name: value for name, value in changes.items() if hasattr(found, name)})
    rest = {name: value for name, value in changes.items() if name in ("growing", "own_mtime_ns")}
    return ScannedFile(path_bytes=raw, stat=found, facts=facts, parsed=people_comment.parse(facts.comment), **rest)


def store(database: Database, files: Sequence[ScannedFile], *, root: str = ROOT) -> UpsertReport:
    """Store the files in the library at `root`, making it if need be."""
    with database.atomic() as tx:
        library_id = catalog.add_library(tx, os.fsencode(root))
        return catalog.upsert_files(tx, library_id, files, at=NOW)


def ids(database: Database) -> dict[str, int]:
    """The id of each file that is there, by its path below the root it was stored in."""
    query = "SELECT path, file_id FROM scanned_files WHERE state <> 'missing'"
    return {path.removeprefix(ROOT + "/"): file_id for path, file_id in database.read().execute(query).fetchall()}


def marked(database: Database) -> set[int]:
    """Return the files whose plans must be computed again, since the last call."""
    with database.atomic() as tx:
        found = {file_id for (file_id,) in tx.execute("SELECT file_id FROM plan_marks").fetchall()}
        tx.execute("DELETE FROM plan_marks")
    return found


def people_of(database: Database) -> dict[int, list[str]]:
    """Return the people of each file, in order."""
    query = """SELECT file_id, list(name ORDER BY assignment_id) FROM assigned_people JOIN people USING (person_id)
               GROUP BY file_id"""
    return dict(database.read().execute(query).fetchall())
