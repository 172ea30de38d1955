"""
The state of a file: a digest of all bytes outside its media, which the ledger stores before and after each write.

A rollback compares it. It is BLAKE3 (`b3:`); earlier versions stored BLAKE2b without a prefix. A recorded state is only
compared with a state of the same algorithm.

A write of a sidecar has a state of its own (`sidecar:`): the name of the sidecar and a digest of its bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import urllib.parse
from collections.abc import Callable, Iterable, Sequence

from blake3 import blake3

from indexium_core import errors
from indexium_core.files import delta, digests, fingerprint, journal, reader
from indexium_core.files.containers import Reader, registry
from indexium_core.files.journal import sidecars
from indexium_core.files.journal.sidecars import Fingerprint
from indexium_core.model.files.media import Extent

_CHUNK = 1024 * 1024
_PREFIX = "b3:"
_SIDECAR = "sidecar:"


def state_of(file: Reader, payload: Sequence[Extent], identity: str | None, *, like: str | None = _PREFIX) -> str:
    """
    Return a digest of all bytes outside the payload, and of the position and hash (`identity`) of the payload.

    `like` is a recorded state: the result has its algorithm.
    """
    if (like or _PREFIX).startswith(_PREFIX):
        new = blake3()
        _update(new.update, file, payload, identity)
        return _PREFIX + new.hexdigest(digests.LENGTH)
    old = hashlib.blake2b(digest_size=digests.LENGTH)
    _update(old.update, file, payload, identity)
    return old.hexdigest()


def is_state_of(file: Reader, state: str | None) -> bool:
    """Return whether a file has a recorded state."""
    return state is not None and _state(file, like=state) == state


def sidecar_state(name: bytes, sidecar: bytes | Fingerprint | None) -> str:
    """Return the state of a sidecar, by its bytes or their fingerprint; None if there is none."""
    found = Fingerprint.of(sidecar) if isinstance(sidecar, bytes) else sidecar
    digest = "none" if found is None else found.digest.hex()
    return f"{_SIDECAR}{digest}:{urllib.parse.quote(name)}"


def is_of_sidecar(state: str | None) -> bool:
    """Return whether a recorded state is that of a sidecar."""
    return state is not None and state.startswith(_SIDECAR)


def is_sidecar_state_of(path: bytes, state: str) -> bool:
    """Return whether the sidecar beside a file has a recorded state; raises FileAccessError, ConflictError."""
    name = urllib.parse.unquote_to_bytes(state.rpartition(":")[2])
    content = sidecars.read_small(os.path.join(os.path.split(path)[0], name))  # noqa: PTH118 - a path of bytes
    return sidecar_state(name, content) == state


def comparable(one: str, two: str) -> bool:
    """Return whether two states of a file have the same algorithm."""
    return one.startswith(_PREFIX) == two.startswith(_PREFIX)


def state_before(entries: Iterable[journal.AnyEntry], file: Reader, *, like: str | None = _PREFIX) -> str | None:
    """
    Return the state of a file before its last edits (newest first), from their backups; None without a backup.

    Raises:
        ConflictError: The file is not in the state that the newest edit left.
        FileAccessError: A kept original is missing or cannot be read.

    """
    with contextlib.ExitStack() as stack:
        for entry in entries:
            old = reader_before(entry, file, stack)
            if old is None:
                return None
            file = old
        return _state(file, like=like)


def reader_before(entry: journal.AnyEntry, file: Reader, stack: contextlib.ExitStack) -> Reader | None:
    """
    Return a reader of a file before an edit, from its backup; None without a backup. `stack` closes what it opens.

    Raises:
        ConflictError: The file is not in the state that the edit left.
        FileAccessError: A kept original is missing or cannot be read.

    """
    if isinstance(entry, journal.JournalEntry):
        return delta.Rebuilt(delta.applied(journal.inverse(entry, file), file.size), file)
    if isinstance(entry, journal.SidecarEntry):
        return file
    if entry.reverse is not None:
        return delta.Rebuilt(entry.reverse, file)
    return stack.enter_context(reader.FileReader(entry.kept)) if entry.kept is not None else None


def _state(file: Reader, *, like: str | None) -> str:
    _, layout = registry.examine(file)
    return state_of(file, layout.payload, fingerprint.payload_hash(file, layout.payload), like=like)


def _update(update: Callable[[bytes], object], file: Reader, payload: Sequence[Extent], identity: str | None) -> None:
    position = 0
    for extent in [*sorted(payload, key=lambda extent: extent.offset), Extent(file.size, 0)]:
        update(position.to_bytes(8, "big"))
        while position < extent.offset:
            block = file.read_at(position, min(_CHUNK, extent.offset - position))
            if not block:
                raise errors.ConflictError("The file was truncated while it was read.")
            update(block)
            position += len(block)
        position = extent.end
    update((identity or "").encode())
