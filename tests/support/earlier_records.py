"""Journals with a SIDECAR record, as earlier versions wrote them: one changed file beside a media file."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

from indexium_core.files.journal import records
from indexium_core.files.journal.records import RecordKind
from indexium_core.files.journal.side_files import Fingerprint

TEMP = b".indexium-7-0a1b2c3d.tmp"
MODE, MTIME = 0o604, 1_500_000_000_123_456_789  # of the old file


def write_journal(
    path: Path,
    media: Path,
    name: str,
    *,
    before: bytes | None,
    after: bytes | None,
    item_id: int = 7,
    committed: bool = False,
) -> None:
    """Write the journal of one change."""
    found = Fingerprint(0, bytes(16)) if after is None else Fingerprint.of(after)
    flags = (before is not None) | (after is not None) << 1
    names = (os.fsencode(media), name.encode(), TEMP)
    head = struct.pack(">qBIIIIqQ16s", item_id, flags, *map(len, names), MODE, MTIME, found.length, found.digest)
    body = b"".join((head, *names, zlib.compress(before or b"", 6)))
    data = records.HEADER + records.encode(RecordKind.SIDECAR, body, len(records.HEADER))
    if committed:
        data += records.encode(RecordKind.COMMIT, records.encode_item(item_id), len(data))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
