"""
Writers that perform an edit and additional damage, which verification must detect.

A `Saboteur` takes the real edit and damages its result before it writes, through the journaled file like any edit; or,
as a rogue, without the journaled file.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexium_core.files.containers import Capabilities, Choice, Layout, registry
from indexium_core.files.journal.edit import JournaledFile
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import Change, Edit, Patch, Rebuild, Refusal
from tests.support import mkv
from tests.support.oracles import oracle

Damage = Callable[[bytes], bytes]


def edited(data: bytes, edit: Edit) -> bytes:
    """Return the bytes of a file after an edit."""
    if isinstance(edit, Rebuild):
        parts = [piece if isinstance(piece, bytes) else data[piece.offset : piece.end] for piece in edit.pieces]
        return b"".join(parts)
    assert isinstance(edit, Patch), "FFmpeg makes the file of a Remux"
    made = bytearray(bytes(max(0, edit.inserted)) + data[max(0, -edit.inserted) :])
    made = bytearray(made[: edit.size].ljust(edit.size, b"\0"))
    for offset, new in edit.writes:
        made[offset : offset + len(new)] = new
    return bytes(made)


@dataclass
class Saboteur:
    """A writer that also does damage. `rogue`: it writes to the path, bypassing the journaled file."""

    genuine: Edit
    path: Path
    damage: Damage
    rogue: bool = False

    def write(self, file: JournaledFile) -> None:
        old = file.read_at(0, file.size)
        damaged = self.damage(edited(old, self.genuine))
        if self.rogue:
            self.path.write_bytes(damaged)
        else:
            file.apply(difference(old, damaged))


def genuine(path: Path, changes: Sequence[Change], means: Capabilities | None = None) -> Choice:
    """Return the chosen strategy of a file, and its edit."""
    with FileReader(str(path).encode()) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        chosen = registry.choose(family, reader, layout, changes, means or Capabilities())
    assert not isinstance(chosen, Refusal), chosen
    return chosen


def difference(old: bytes, new: bytes) -> Patch:
    """Return the smallest patch that makes `new` of `old`."""
    length = min(len(old), len(new))
    differs = np.frombuffer(old[:length], np.uint8) != np.frombuffer(new[:length], np.uint8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], differs.view(np.int8), [0]))))
    writes = [(int(start), new[start:end]) for start, end in edges.reshape(-1, 2)]
    if len(new) > length:
        writes.append((length, new[length:]))
    return Patch(tuple(writes), len(new))


# MP4, byte by byte

CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"tref", b"edts")


def boxes(data: bytes, start: int = 0, end: int | None = None, path: str = "") -> Iterator[tuple[str, int, int]]:
    """Yield (path, where it starts, where it ends) of every box; tracks by number: `moov/trak1/mdia`."""
    end, tracks = len(data) if end is None else end, 0
    while start + 8 <= end:
        size, kind = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        if size < 8:
            return
        tracks += kind == b"trak"
        name = f"{path}/{kind.decode('latin-1')}{tracks if kind == b'trak' else ''}".lstrip("/")
        yield name, start, start + size
        lead = {b"meta": 12}.get(kind, 8 if kind in {*CONTAINERS, b"ilst"} else 0)
        if lead:
            yield from boxes(data, start + lead, start + size, name)
        start += size


def box(data: bytes, path: str) -> tuple[int, int]:
    """Return where the first box of that path starts and ends."""
    return next((start, end) for name, start, end in boxes(data) if name == path)


def patched(data: bytes, at: int, new: bytes) -> bytes:
    assert data[at : at + len(new)] != new
    return data[:at] + new + data[at + len(new) :]


def renamed(path: str, kind: bytes = b"free") -> Damage:
    """Replace a box by padding: its content is lost, and no size changes."""
    return lambda data: patched(data, box(data, path)[0] + 4, kind)


def overwritten(path: str, at: int, new: bytes) -> Damage:
    """Change the bytes of a box at `at`, from its end if negative."""
    return lambda data: patched(data, box(data, path)[at < 0] + at, new)


def added_to(path: str, at: int, amount: int) -> Damage:
    """Change a 32-bit number of a box by `amount`; `at` from the end if negative."""

    def damage(data: bytes) -> bytes:
        place = box(data, path)[at < 0] + at
        number = int.from_bytes(data[place : place + 4], "big") + amount
        return patched(data, place, number.to_bytes(4, "big"))

    return damage


# Matroska

CHAPTERS, EDITION, ATOM = 0x1043A770, 0x45B9, 0xB6
TRACKS, ENTRY, LANGUAGE = 0x1654AE6B, 0xAE, 0x22B59C
ATTACHMENTS, FILE, FILE_DATA = 0x1941A469, 0x61A7, 0x465C
INFO, UID, CUES, CLUSTER, BLOCK = 0x1549A966, 0x73A4, 0x1C53BB6B, 0x1F43B675, 0xA3
TAGS, TAG, SIMPLE, STRING = 0x1254C367, 0x7373, 0x67C8, 0x4487


def elements(data: bytes, path: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (where it starts, where its content starts, where it ends) of every element with that path of IDs."""
    for kind, offset, raw in mkv.level_1(data):
        if kind == path[0]:
            yield from _inner(data, offset, offset + len(raw), path[1:])


def _inner(data: bytes, start: int, end: int, path: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    _, _, content = mkv._head(data, start)
    if not path:
        yield start, content, end
        return
    at = content
    while at < end:
        kind, size, inside = mkv._head(data, at)
        if kind == path[0]:
            yield from _inner(data, at, inside + size, path[1:])
        at = inside + size


def voided(path: Sequence[int], nth: int = -1) -> Damage:
    """Replace an element by a Void of the same length."""

    def damage(data: bytes) -> bytes:
        start, _, end = list(elements(data, path))[nth]
        return data[:start] + mkv.void(end - start) + data[end:]

    return damage


def retold(path: Sequence[int], new: bytes, *, old: bytes = b"") -> Damage:
    """Replace the start of the content of the first element that starts with `old`."""
    return lambda data: patched(data, next(at for _, at, _ in elements(data, path) if data.startswith(old, at)), new)


# Any container


def flipped(at: Callable[[bytes], int]) -> Damage:
    return lambda data: patched(data, at(data), bytes([data[at(data)] ^ 1]))


def remuxed(folder: Path, suffix: str, *arguments: str) -> Damage:
    """The output of ffmpeg for the file, with exit code 0."""

    def damage(data: bytes) -> bytes:
        source, target = folder / f"source{suffix}", folder / f"target{suffix}"
        source.write_bytes(data)
        command = [oracle("ffmpeg"), "-nostdin", "-v", "error", "-y", "-i", source, *arguments, "-c", "copy", target]
        subprocess.run(list(map(str, command)), check=True)
        return target.read_bytes()

    return damage


class Nobody:
    """The result for a file that no family recognises any more."""

    def census(self, reader: object, layout: Layout) -> dict[str, str]:
        raise AssertionError


NOBODY = Nobody()
