"""
The census: a digest of everything in a segment that a metadata write has to leave alone.

All names carry positions, because nothing moves but the tags. Clusters are counted and measured, never read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, names, seekhead, tags
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of

__all__ = ["census"]

_EDITED = frozenset({names.TAGS, names.SEEK_HEAD, ebml.VOID})
_WHOLE = 8 << 20  # bytes up to which an element is read as a whole; larger ones (attached films) by windows
_WINDOW = 64 << 10
_WINDOWS = 16


def census(reader: Reader, layout: MatroskaLayout) -> dict[str, str]:
    """
    Return a digest by element.

    Raises:
        CorruptFileError, RefusedError: The layout has a problem, or is not that of this file.

    """
    if layout.segment is None:
        return {}
    media = [f"{extent.offset}+{extent.length}" for extent in layout.payload]
    found = {
        "EBML": _digest(reader.read_at(0, min(layout.segment.offset + 4, _WINDOW))),
        "Segment": f"content at {layout.segment.data}",
        "Segment/Clusters": f"{layout.clusters} at {' '.join(media)}",
    }
    for element in layout.elements:
        if element.id not in _EDITED:
            place = f"Segment/{names.name_of(element.id)}@{element.offset - layout.segment.data}"
            found[place] = _digest_at(reader, element)
    for element in layout.named(names.TAGS):
        kept = tags.untouched(content_of(reader, element))
        found |= {f"Segment/Tags/{path}": _digest(raw) for path, raw in kept}
    return found | dict(_directory(reader, layout, layout.segment.data))


def _directory(reader: Reader, layout: MatroskaLayout, start: int) -> Iterator[tuple[str, str]]:
    """Say of each place that a SeekHead names whether it lies there; of those that may move, only if it does not."""
    places = {element.offset: element.id for element in layout.elements}
    cluster = ebml.encode_uint(names.CLUSTER)
    for head in layout.named(names.SEEK_HEAD):
        for entry in seekhead.entries(content_of(reader, head)):
            there = places.get(start + entry.position) == entry.id
            if entry.id == names.CLUSTER and entry.position >= 0:
                there = reader.read_at(start + entry.position, 4) == cluster
            if entry.id not in _EDITED or not there:
                yield f"SeekHead/{names.name_of(entry.id)}@{entry.position}", "resolves" if there else "dangles"


def _digest_at(reader: Reader, element: Element) -> str:
    """Return the digest of an element, header included."""
    if element.length <= _WHOLE:
        return _digest(reader.read_at(element.offset, element.length))
    step = (element.length - _WINDOW) // (_WINDOWS - 1)
    windows = (reader.read_at(element.offset + nth * step, _WINDOW) for nth in range(_WINDOWS))
    return f"{element.length}:{_digest(b''.join(windows))}"


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
