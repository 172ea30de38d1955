"""
Cues: the index of a segment (RFC 9559, section 5.1.5), with the cluster for each time.

Positions count from the first byte of the segment's content, as in a SeekHead. When clusters move, the positions and
the sizes and checksums around them are corrected; everything else stays.
"""

from __future__ import annotations

from collections.abc import Callable

from indexium_core import errors
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import RawElement

_MASTERS = frozenset({ids.CUE_POINT, ids.CUE_TRACK_POSITIONS, ids.CUE_REFERENCE})
_STATES = frozenset({ids.CUE_CODEC_STATE, ids.CUE_REF_CODEC_STATE})  # 0 is not a position: the track's own data
_POSITIONS = frozenset({ids.CUE_CLUSTER_POSITION, ids.CUE_REF_CLUSTER, *_STATES})
_PLAIN = frozenset(
    {
        ids.CUE_TIME,
        ids.CUE_TRACK,
        ids.CUE_RELATIVE_POSITION,
        ids.CUE_DURATION,
        ids.CUE_BLOCK_NUMBER,
        ids.CUE_REF_TIME,
        ids.CUE_REF_NUMBER,
        ebml.VOID,
        ebml.CRC_32,
    }
)
_PARTS_MAX = 500_000  # elements of an index; a 2-hour film has 10,000 to 50,000


def with_moved_positions(content: bytes, to: Callable[[int], int | None]) -> bytes:
    """
    Return the index with `to` applied to every position.

    Raises:
        CorruptFileError: It is damaged.
        RefusedError: It holds an unknown element, which may be a position, or a position for which `to` returns None.

    """
    return _with_moved(content, to, ebml.ElementBudget(_PARTS_MAX))


def _with_moved(content: bytes, to: Callable[[int], int | None], budget: ebml.ElementBudget) -> bytes:
    items = ebml.children(content, budget)
    parts = [_moved_element(item, to, budget) for item in items if item.id != ebml.CRC_32]
    return ebml.master(parts, has_crc=len(parts) < len(items))


def _moved_element(item: RawElement, to: Callable[[int], int | None], budget: ebml.ElementBudget) -> bytes:
    if item.id in _MASTERS:
        return _with_content(item, _with_moved(item.content, to, budget))
    if item.id in _PLAIN:
        return item.raw
    old = ebml.uint(item.content)
    if item.id in _STATES and old == 0:
        return item.raw
    new = to(old) if item.id in _POSITIONS else None
    if new is None:
        message = "The file's index (Cues) holds an element that Indexium cannot correct when the media move."
        raise errors.RefusedError(message)
    return _with_content(item, ebml.encode_uint(new, len(item.content)))


def _with_content(item: RawElement, content: bytes) -> bytes:
    """Return the element with new content; if the length stays, the header stays."""
    if len(content) == len(item.content):
        return item.raw[: item.head] + content
    return ebml.element(item.id, content)


def comparable(content: bytes, to: Callable[[int], int]) -> bytes | None:
    """
    Return bytes that are equal for two indices exactly if their content is equal, with `to` applied to positions.

    Sizes and checksums, which depend on the widths of positions, are left out. Return None if the index is damaged or
    too large. A film's index has ten thousand elements and every write reads it twice, so this code is one flat loop.
    """
    parts: list[bytes] = []
    ends = [len(content)]
    position = 0
    try:
        for _ in range(_PARTS_MAX):
            if position >= len(content):
                break
            number, length = content[position], content[position + 1]
            if number > 0x80 and 0x80 <= length < 0xFF:  # most elements
                data = position + 2
                end = data + length - 0x80
            else:
                number, data, end = _header(content, position)
            if end > ends[-1]:
                return None
            if number in _MASTERS:
                parts.append(number.to_bytes(1, "big"))
                ends.append(end)
                end = data
            elif number in _POSITIONS:
                place = to(int.from_bytes(content[data:end], "big"))
                parts += (number.to_bytes(1, "big"), place.to_bytes(16, "big", signed=True))
            elif number not in ebml.PADDING:
                parts.append(content[position:end])
            position = end
            while position == ends[-1] and len(ends) > 1:
                ends.pop()
                parts.append(b"\0")
    except (errors.CorruptFileError, IndexError, OverflowError):
        return None
    return b"".join(parts) if len(ends) == 1 and position == len(content) else None


def _header(content: bytes, position: int) -> tuple[int, int, int]:
    """Return the ID of the element at `position`, and start and end of its content."""
    element = ebml.header_at(content, position, position)
    return element.id, element.data, len(content) + 1 if element.size == ebml.UNKNOWN else element.end
