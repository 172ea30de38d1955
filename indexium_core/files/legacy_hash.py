"""
The hash by which the old Indexium identifies a file (`legacy-schema.md`): SHA-256 of its start and its end.

It also covers the metadata, so a write changes it.
"""

from __future__ import annotations

import hashlib

from indexium_core.files.reader import FileReader

_CHUNK = 65_536  # bytes of one read
_CHUNKS = 10  # reads at each end


def legacy_hash(path: bytes) -> str:
    """
    Return the legacy hash of a file, in hexadecimal digits.

    Raises:
        FileAccessError: The file cannot be read.

    """
    with FileReader(path) as file:
        start = _CHUNKS * _CHUNK
        digest = hashlib.sha256(file.read_at(0, start))
        further = min(_CHUNKS, (file.size - start) // _CHUNK)
        if further > 0:
            digest.update(file.read_at(max(start, file.size - start), further * _CHUNK))
    return digest.hexdigest()
