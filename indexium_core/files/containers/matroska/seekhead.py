"""
SeekHead: the directory of a segment, which says where its other elements lie (RFC 9559, 5.1.1).

Positions count from the first byte of the segment's content. Entries that are not ours keep their bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.files.containers.matroska import ebml, names
from indexium_core.files.containers.matroska.ebml import Item

__all__ = ["Entry", "entries", "entry", "is_checked", "joined", "repointed"]

_PADDING = frozenset({ebml.VOID, ebml.CRC_32})
_ELEMENTS_MAX = 65_536  # three for each entry; long films of old mkvmerge list some thousand clusters
NOWHERE = -1  # the position of an entry that does not give one


@dataclass(frozen=True, slots=True)
class Entry:
    """One child of a SeekHead, padding left out."""

    item: Item
    id: int  # of the element that it points to; 0 where it is no entry at all
    position: int  # from the start of the segment's content, or NOWHERE
    width: int  # bytes of the position's field


def entries(content: bytes) -> tuple[Entry, ...]:
    """
    Return the entries of a SeekHead.

    Raises:
        CorruptFileError: It is damaged.
        RefusedError: It is too large to be true.

    """
    budget = ebml.Budget(_ELEMENTS_MAX)
    return tuple(_entry(item, budget) for item in ebml.children(content, budget) if item.id not in _PADDING)


def _entry(item: Item, budget: ebml.Budget) -> Entry:
    if item.id != names.SEEK:
        return Entry(item, 0, NOWHERE, 0)
    last = {child.id: child.content for child in ebml.children(item.content, budget)}
    position = last.get(names.SEEK_POSITION)
    if position is None:
        return Entry(item, 0, NOWHERE, 0)
    return Entry(item, ebml.uint(last.get(names.SEEK_ID, b"")), ebml.uint(position), len(position))


def is_checked(content: bytes) -> bool:
    """Tell whether the SeekHead carries a CRC-32. Raises as `entries`."""
    return any(item.id == ebml.CRC_32 for item in ebml.children(content, ebml.Budget()))


def entry(number: int, position: int, width: int = 0) -> bytes:
    """Return an entry for the element `number`, its position in at least `width` bytes."""
    target = ebml.element(names.SEEK_ID, ebml.encode_uint(number))
    return ebml.element(names.SEEK, target + ebml.element(names.SEEK_POSITION, ebml.encode_uint(position, width)))


def joined(parts: Sequence[bytes], *, checked: bool) -> bytes:
    """Return the content of a SeekHead with these entries; `b""` for none, which is no SeekHead."""
    return ebml.master(parts, checked=checked) if parts else b""


def repointed(content: bytes, number: int, position: int | None) -> bytes:
    """
    Return the content with every entry for the element `number` pointing to `position`, or without such entries.

    Fields keep their width where they can, so that the SeekHead keeps its length. Raises as `entries`.
    """
    parts = []
    for old in entries(content):
        if old.id != number:
            parts.append(old.item.raw)
        elif position is not None:
            parts.append(old.item.raw if old.position == position else entry(number, position, old.width))
    return joined(parts, checked=is_checked(content))
