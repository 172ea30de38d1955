"""
SeekHead: the directory of a segment, with the positions of its other elements (RFC 9559, section 5.1.1).

Positions count from the first byte of the segment's content. Entries for other elements keep their bytes. The directory
also decides which Tags elements players read, and in which order (`read_order`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import RawElement
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of

_ELEMENTS_MAX = 65_536  # in all directories (three per entry); some list every cluster of a long file
_NAMED_MAX = 1000  # entries except for clusters; real files have some ten
_LATER = frozenset({ids.CLUSTER, ids.CUES})
_SEVERAL = frozenset({ids.TAGS, ids.SEEK_HEAD})
NO_POSITION = -1  # of an entry without a position


@dataclass(frozen=True, slots=True)
class SeekEntry:
    """One child of a SeekHead, except padding."""

    raw: bytes  # header included
    id: int  # of the element that the entry points to; 0 if this is not an entry
    position: int  # from the start of the segment's content, or NO_POSITION
    width: int  # bytes of the position's field


@dataclass(frozen=True, slots=True)
class SeekHead:
    """A directory, old or new."""

    entries: tuple[SeekEntry, ...]
    has_crc: bool  # it carries a CRC-32

    @property
    def content(self) -> bytes:
        """Return the bytes; `b""` without entries: then the SeekHead is omitted."""
        return ebml.master([entry.raw for entry in self.entries], has_crc=self.has_crc) if self.entries else b""


def read(reader: Reader, layout: MatroskaLayout) -> dict[int, SeekHead]:
    """
    Return all directories of a file, by offset.

    Raises:
        CorruptFileError: One is damaged.
        RefusedError: They are too large.

    """
    budget = ebml.ElementBudget(_ELEMENTS_MAX)
    heads = {head.offset: parse(content_of(reader, head), budget) for head in layout.named(ids.SEEK_HEAD)}
    if sum(entry.id != ids.CLUSTER for head in heads.values() for entry in head.entries) > _NAMED_MAX:
        raise errors.RefusedError("The file's directories (SeekHead) have too many entries.")
    return heads


def parse(content: bytes, budget: ebml.ElementBudget | None = None) -> SeekHead:
    """Parse the content of a SeekHead. Raises as `read`."""
    budget = budget or ebml.ElementBudget(_ELEMENTS_MAX)
    head, spent = _parsed(content)
    budget.spend(spent)
    return head


@functools.lru_cache(maxsize=2)  # a layout, an edit and its check parse one after the other
def _parsed(content: bytes) -> tuple[SeekHead, int]:
    """Return the SeekHead and the number of its elements."""
    budget = ebml.ElementBudget(_ELEMENTS_MAX)
    items = ebml.children(content, budget)
    has_crc = any(item.id == ebml.CRC_32 for item in items)
    head = SeekHead(tuple(_entry(item, budget) for item in items if item.id not in ebml.PADDING), has_crc)
    return head, _ELEMENTS_MAX - budget.left


def _entry(item: RawElement, budget: ebml.ElementBudget) -> SeekEntry:
    last = {child.id: child.content for child in ebml.children(item.content, budget)} if item.id == ids.SEEK else {}
    position = last.get(ids.SEEK_POSITION)
    if position is None:
        return SeekEntry(item.raw, 0, NO_POSITION, 0)
    return SeekEntry(item.raw, ebml.uint(last.get(ids.SEEK_ID, b"")), ebml.uint(position), len(position))


def new_entry(number: int, position: int, width: int = 0) -> SeekEntry:
    """Return an entry for the element `number`, with at least `width` bytes for its position."""
    field = ebml.encode_uint(position, width)
    target = ebml.element(ids.SEEK_ID, ebml.encode_uint(number))
    raw = ebml.element(ids.SEEK, target + ebml.element(ids.SEEK_POSITION, field))
    return SeekEntry(raw, number, position, len(field))


def with_position(old: SeekEntry, position: int) -> SeekEntry:
    """Return an entry with another position; if possible, the field keeps its width."""
    if old.position in {position, NO_POSITION}:
        return old
    [item] = ebml.children(old.raw, ebml.ElementBudget())
    children = ebml.children(item.content, ebml.ElementBudget())
    number = ebml.encode_uint(position, old.width)
    field = ebml.element(ids.SEEK_POSITION, number)
    kept = [child for child in children if child.id not in ebml.PADDING]
    parts = [field if child.id == ids.SEEK_POSITION else child.raw for child in kept]
    content = ebml.master(parts, has_crc=any(child.id == ebml.CRC_32 for child in children))
    return replace(old, raw=ebml.element(ids.SEEK, content), position=position, width=len(number))


def with_entry(head: SeekHead, number: int, position: int | None, ours: Callable[[SeekEntry], bool]) -> SeekHead:
    """
    Return the SeekHead with one entry for the element `number` at `position`; it replaces the entries that are `ours`.

    The entry replaces the first of `ours`, or comes before other entries for this element, because readers stop at the
    first. Position None only removes `ours`. If possible, fields keep their width, so that the length stays.
    """
    own = [nth for nth, old in enumerate(head.entries) if ours(old)]
    kind = [nth for nth, old in enumerate(head.entries) if old.id == number]
    place = (own or kind or [len(head.entries)])[0]
    before = tuple(old for old in head.entries[:place] if not ours(old))
    behind = tuple(old for old in head.entries[place:] if not ours(old))
    if position is None:
        return replace(head, entries=before + behind)
    new = with_position(head.entries[place], position) if own else new_entry(number, position)
    return replace(head, entries=(*before, new, *behind))


def without_entries(
    heads: Mapping[int, SeekHead], targets: Sequence[tuple[int, int]], start: int
) -> tuple[dict[int, SeekHead], frozenset[int]]:
    """
    Return the SeekHeads without entries for removed elements, and the offsets of SeekHeads that become empty.

    Args:
        heads: The SeekHeads by offset.
        targets: ID and position of each removed element.
        start: Offset from which positions count.

    """
    contents, emptied = dict(heads), set[int]()
    left = list(targets)
    while left:
        target = left.pop()
        for offset, head in contents.items():
            kept = tuple(old for old in head.entries if (old.id, old.position) != target)
            if len(kept) < len(head.entries):
                contents[offset] = replace(head, entries=kept)
                if not kept:
                    emptied.add(offset)
                    left.append((ids.SEEK_HEAD, offset - start))
    return {offset: head for offset, head in contents.items() if offset not in emptied}, frozenset(emptied)


def read_order(layout: MatroskaLayout, places: Mapping[int, int], heads: Mapping[int, SeekHead]) -> tuple[int, ...]:
    """
    Return the offsets of all elements that players read or search, Tags included, in reading order.

    The model is FFmpeg (measured with 5.1 and 8.1). It reads every element in front of the first cluster. Then FFmpeg
    follows the entries of the SeekHeads in their order (entries of nested SeekHeads last), and stops at the first entry
    that does not lead to an element. FFmpeg reads entries for clusters and index later, and only one element of each
    type, except Tags and SeekHeads. If there are two comments, FFmpeg shows the last one read.

    Args:
        layout: The places of the segment and the clusters.
        places: The ID of the level-1 element at each offset, without the clusters.
        heads: The SeekHead at each offset.

    """
    assert layout.segment is not None
    front = {offset: number for offset, number in places.items() if layout.in_front(offset)}
    order = [offset for offset in sorted(front) if front[offset] == ids.TAGS]
    queue = [offset for offset in sorted(heads) if layout.in_front(offset)]
    known = set(front.values()) - _SEVERAL
    met = {*order, *queue}
    for head in queue:
        for entry in heads[head].entries:
            offset = layout.segment.data + entry.position
            if entry.position < 0 or entry.id in _LATER or entry.id in known or offset in met:
                continue
            kind = places.get(offset)
            if kind is None:
                return tuple(order)
            if kind != ids.SEEK_HEAD:
                order.append(offset)
                met.add(offset)
            elif offset in heads:
                queue.append(offset)
                met.add(offset)
            known |= {entry.id, kind} - _SEVERAL
    return tuple(order)
