"""From edits anywhere in a file to a new file: stretches of the old one, and between them the bytes that are new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff.patch import Splice
from indexium_core.model.files.media import Extent

__all__ = ["head", "pieces"]

_GAP = 64  # old bytes between two new ones that are taken along with them


def head(reader: Reader, end: int, splices: Sequence[Splice]) -> bytes:
    """Return the first `end` bytes of a file with `splices`, which all lie in them, made."""
    made = pieces(reader, end, splices)
    return b"".join(_read(reader, piece) if isinstance(piece, Extent) else piece for piece in made)


def pieces(reader: Reader, size: int, splices: Sequence[Splice]) -> tuple[bytes | Extent, ...]:
    """
    Return what a file of `size` bytes consists of once `splices`, not overlapping, are made.

    Raises:
        ConflictError: The file became shorter.

    """
    found: list[bytes | Extent] = []
    literal: list[bytes] = []
    for part in _parts(size, sorted(splices, key=lambda splice: (splice.start, splice.end))):
        if isinstance(part, Extent) and (part.length > _GAP or not literal):
            found += [b"".join(literal)] if literal else []
            found.append(part)
            literal = []
        else:
            literal.append(_read(reader, part) if isinstance(part, Extent) else part)
    return tuple(found + ([b"".join(literal)] if literal else []))


def _parts(size: int, splices: Sequence[Splice]) -> Iterator[bytes | Extent]:
    at = 0
    for splice in splices:
        if splice.start > at:
            yield Extent(at, splice.start - at)
        if splice.data:
            yield splice.data
        at = splice.end
    if size > at:
        yield Extent(at, size - at)


def _read(reader: Reader, extent: Extent) -> bytes:
    data = reader.read_at(extent.offset, extent.length)
    if len(data) < extent.length:
        raise errors.ConflictError("The file became shorter while it was worked on.")
    return data
