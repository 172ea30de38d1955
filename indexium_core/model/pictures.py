"""What the address of a picture has, so that a browser keeps the picture until its file changes."""

from __future__ import annotations

import hashlib


def picture_version(file_hash: str | None, mtime_ns: int) -> str:
    """Return a text for the address of the picture of a file; it changes when the file changes."""
    return hashlib.blake2b(f"{file_hash} {mtime_ns}".encode(), digest_size=6).hexdigest()
