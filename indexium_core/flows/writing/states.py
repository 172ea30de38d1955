"""
The state of a file: a digest of all bytes outside its media, which the ledger stores before and after each write.

A rollback compares it. It is BLAKE3 (`b3:`); earlier versions stored BLAKE2b without a prefix. A recorded state is only
compared with a state of the same algorithm.

A write of an XMP sidecar has a state of its own (`sidecar:`): the name of the sidecar and a digest of its bytes. A
write of other side files has one, too (`files:` beside a file, `folder:` of a folder): for each of them a digest of its
bytes and its place, relative to the folder of the file or to the folder itself, sorted by places:
`files:0a1b…:movie.nfo,none:poster.jpg`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from blake3 import blake3

from indexium_core import errors
from indexium_core.files import delta, digests, fingerprint, journal, reader
from indexium_core.files.containers import Reader, registry
from indexium_core.files.journal.side_files import Fingerprint, read_small
from indexium_core.model.files.media import Extent

_CHUNK = 1024 * 1024
_PREFIX = "b3:"
_SIDECAR, _FILES, _FOLDER = "sidecar:", "files:", "folder:"
_NONE = "none"  # the digest of no file


@dataclass(frozen=True, slots=True)
class SideFileGap:
    """The side files of an item that would not be as it left them once all newer items are rolled back."""

    files: list[bytes]  # their paths
    state: str  # what all files of the item would be
    is_lost_between: bool  # whether another program only removed these files, and a newer item wrote them again


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
    return f"{_SIDECAR}{_digest(sidecar)}:{urllib.parse.quote(name)}"


def side_files_state(files: Mapping[bytes, bytes | Fingerprint | None], *, is_folder: bool = False) -> str:
    """
    Return the state of several side files, by their bytes or fingerprints; None where there is no file.

    Args:
        files: By their places: relative to the folder of the media file, or to the folder that they belong to.
        is_folder: Whether they belong to a folder.

    """
    parts = (f"{_digest(found)}:{urllib.parse.quote(place)}" for place, found in sorted(files.items()))
    return (_FOLDER if is_folder else _FILES) + ",".join(parts)


def states_of(entry: journal.SideFilesEntry) -> tuple[str, str]:
    """Return the states before and after a write of side files."""
    sidecar = entry.sidecar
    if sidecar is not None:
        return sidecar_state(sidecar.name, sidecar.before), sidecar_state(sidecar.name, sidecar.after)
    before = {file.place: file.before for file in entry.changes}
    after = {file.place: file.after for file in entry.changes}
    return side_files_state(before, is_folder=entry.is_folder), side_files_state(after, is_folder=entry.is_folder)


def relocated(entry: journal.SideFilesEntry, task_path: bytes, states: tuple[str, str]) -> journal.SideFilesEntry:
    """
    Return an entry with the path and the names that its side files have now.

    Args:
        entry: The entry, as it was written.
        task_path: What its files belong to now.
        states: The states before and after the write, with the present places of the files.

    """
    before, after = (_digests(b"", each) if kind_of(each) == "files" else {} for each in states)
    left: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for place in after:
        left[before.get(place, _NONE), after[place]].append(place)
    return replace(entry, path=task_path, changes=tuple(_at_place(file, left) for file in entry.changes))


def _at_place(file: journal.SideFile, left: dict[tuple[str, str], list[bytes]]) -> journal.SideFile:
    """Return a file at its own place, else at one with the same bytes before and after."""
    places = left[_digest(file.before), _digest(file.after)]
    if not places:
        return file
    place = places.pop(places.index(file.place) if file.place in places else 0)
    folder, name = os.path.split(place)
    return replace(file, folder=folder, name=name)


def kind_of(state: str | None) -> Literal["file", "sidecar", "files"]:
    """Return whether a recorded state is that of a file itself, of its XMP sidecar or of other side files."""
    if state is None or not state.startswith((_SIDECAR, _FILES, _FOLDER)):
        return "file"
    return "sidecar" if state.startswith(_SIDECAR) else "files"


def is_side_files_state_of(path: bytes, state: str) -> bool:
    """
    Return whether the sidecar or the side files of a file or a folder have a recorded state.

    Raises:
        FileAccessError: One of them cannot be read.

    """
    return all(_digest(read_small(file)) == digest for file, digest in _digests(path, state).items())


def is_content_of(path: bytes, state: str, file: bytes, content: bytes | None) -> bool:
    """Return whether a side file with this content is as a recorded state says."""
    return _digests(path, state).get(file) == _digest(content)


def gaps(items: Iterable[tuple[bytes, str, str]]) -> dict[int, SideFileGap]:
    """
    Return, by number of the item, the files that a rollback of all newer items would not leave as the item left them.

    Items of one title may have written different files, so each file is followed through all of them. A file that is
    already as it was before an item is no gap: there is nothing to do.

    Args:
        items: The path, the original state and the written state of each item, newest first.

    Raises:
        FileAccessError: A file cannot be read.

    """
    present: dict[bytes, str] = {}
    found = {}
    for number, (path, original, written) in enumerate(items):
        old, new = _digests(path, original), _digests(path, written)
        on_disk = {file: _digest(read_small(file)) for file in new if file not in present}
        present |= on_disk
        files = [file for file, digest in new.items() if present[file] not in (digest, old.get(file))]
        if files:
            is_lost_between = all(present[file] == _NONE and file not in on_disk for file in files)
            found[number] = SideFileGap(files, _with_digests(written, present, new), is_lost_between)
        present |= old
    return found


def _with_digests(state: str, digests: Mapping[bytes, str], files: Iterable[bytes]) -> str:
    """Return a state with the digests of its files, which are in its order."""
    prefix, _, parts = state.partition(":")
    places = (part.rpartition(":")[2] for part in parts.split(","))
    return f"{prefix}:" + ",".join(f"{digests[file]}:{place}" for file, place in zip(files, places, strict=True))


def _digests(path: bytes, state: str) -> dict[bytes, str]:
    """Return the digests that a state of side files has, by path; `path`: what the files belong to."""
    prefix, _, files = state.partition(":")
    folder = path if f"{prefix}:" == _FOLDER else os.path.split(path)[0]
    parts = (file.rpartition(":") for file in files.split(","))
    return {
        os.path.join(folder, urllib.parse.unquote_to_bytes(place)): digest  # noqa: PTH118 - a path of bytes
        for digest, _, place in parts
    }


def _digest(content: bytes | Fingerprint | None) -> str:
    found = Fingerprint.of(content) if isinstance(content, bytes) else content
    return _NONE if found is None else found.digest.hex()


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
    if isinstance(entry, journal.SideFilesEntry):
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
