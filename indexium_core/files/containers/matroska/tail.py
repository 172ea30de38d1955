"""
The damaged end of a Matroska file: bytes behind the last complete cluster that cannot be parsed.

An interrupted recording ends inside a cluster, a block or the index, and some recorders leave other bytes there.
Players show everything before the damaged end. Such a file can be written in front of its damaged end, which keeps its
bytes. Players continue with the next element that they recognise (FFmpeg searches byte by byte). So the damaged end
must not contain a cluster, Tags or a SeekHead, because these elements decide what players show.
"""

from __future__ import annotations

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import Element

MAX_LENGTH = 64 << 20  # bytes; the clusters of live recordings have some megabytes
_CHUNK = 1 << 20
_ONE_BYTE = "The last byte belongs to no element."
_LAST_SHORT = 0x0FFFFFFF  # the highest ID of fewer than four bytes; children of a segment have longer IDs
# Elements of these IDs behind the damage show that more of the file follows.
_DECIDING = tuple(ebml.encode_uint(number) for number in (ids.CLUSTER, ids.TAGS, ids.SEEK_HEAD, *sorted(ids.DOCUMENT)))


def damage(reader: Reader, start: int, end: int, error: errors.IndexiumError, *, in_cluster: bool) -> str:
    """
    Return the damage in `[start, end)` as a sentence; "" if this is not a damaged end behind complete clusters.

    Args:
        reader: The file.
        start: Offset of the element that could not be parsed, behind at least one complete cluster.
        end: End of the segment.
        error: Why parsing failed.
        in_cluster: A cluster of unknown size lies directly before `start`.

    """
    length = end - start
    if length > MAX_LENGTH or _contains_deciding_element(reader, start, end):
        return ""
    try:
        element = ebml.header_at(reader.read_at(start, min(length, ebml.HEADER_MAX)), 0, start)
    except errors.CorruptFileError:
        return f"The last {length:,} bytes belong to no element." if length > 1 else _ONE_BYTE
    if isinstance(error, errors.CorruptFileError):
        return _cut(element, end, in_cluster=in_cluster)
    allowed = element.id > _LAST_SHORT or element.id in {ebml.VOID, ebml.CRC_32}
    stray = not allowed and element.size != ebml.UNKNOWN
    return f"{ids.name_of(element.id)} behind the last cluster does not belong there." if stray else ""


def _cut(element: Element, end: int, *, in_cluster: bool) -> str:
    if element.id == ids.CLUSTER or (in_cluster and element.id <= _LAST_SHORT):
        return "The last cluster is cut short: the recording ended within it."
    if element.id in {ids.TAGS, ids.SEEK_HEAD} or element.end <= end:
        return ""
    return f"The last element ({ids.name_of(element.id)}) is cut short."


def _contains_deciding_element(reader: Reader, start: int, end: int) -> bool:
    """Return whether an ID of an element that decides what players show lies behind `start`."""
    overlap = max(map(len, _DECIDING)) - 1  # an ID may lie across two chunks
    for position in range(start + 1, end, _CHUNK):
        data = reader.read_at(position, min(_CHUNK + overlap, end - position))
        if any(number in data for number in _DECIDING):
            return True
    return False
