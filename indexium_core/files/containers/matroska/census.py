"""
The census: a digest of everything in a file that a metadata write must not change.

Names and values hold no offsets; they only say on which side of the media an element lies. So the census stays the
same if the media move as a whole: positions in index and SeekHead count within the media. The census has the number and
length of clusters, not their content.
"""

from __future__ import annotations

import hashlib
import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import cues, ebml, ids, seekhead
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.fields import info, tags
from indexium_core.files.containers.matroska.layout import METADATA_MAX, MatroskaLayout, content_of
from indexium_core.model.files.media import Extent

# Entries for these are not compared: if players could not find the tags, the comment check would fail.
_EDITED = frozenset({ids.TAGS, ids.SEEK_HEAD, ebml.VOID})
_WHOLE = 8 << 20  # an element of up to this many bytes is read whole; larger ones (attachments) in windows
_WINDOW = 64 << 10
_WINDOWS = 16
_CACHED_BYTES = 1 << 20  # a larger index is parsed again, so that the cache needs little memory

_Runs = tuple[tuple[int, int], ...]  # start within the segment's content, and length, of each run of clusters


def census(reader: Reader, layout: MatroskaLayout, edited: Collection[str]) -> dict[str, str]:
    """
    Return a digest by element.

    Raises:
        CorruptFileError, RefusedError: The layout has a problem, or belongs to another file.

    """
    if layout.segment is None:
        return {}
    digests = {
        "EBML": _digest(reader.read_at(0, min(layout.segment.offset + 4, _WINDOW))),
        "Segment": "of unknown size" if layout.live else "of known size",
        "Segment/Clusters": ", ".join(f"{run.clusters} in {run.end - run.offset:,} bytes" for run in layout.runs),
    }
    rest_of_info = info.kept_content(reader, layout, edited)
    if rest_of_info is not None:  # it may move in front of the media
        digests["Segment/Info"] = _digest(rest_of_info)
    compared = [e for e in layout.elements if e.id not in _EDITED and (e.id != ids.INFO or rest_of_info is None)]
    digests["Segment/Order"] = " ".join(ids.name_of(e.id) for e in compared)
    runs = _runs_of(layout)
    seen = Counter[str]()
    for element in compared:
        name = f"Segment/{ids.name_of(element.id)}@{_side(layout, element)}"
        seen[name] += 1
        digests[f"{name} {seen[name]}" if seen[name] > 1 else name] = _element_digest(reader, element, runs)
    if layout.size > layout.end:
        digests["Behind the segment"] = _range_digest(reader, Extent(layout.end, layout.size - layout.end))
    return digests | dict(_tags(reader, layout, edited)) | dict(_directory(reader, layout, runs))


def _side(layout: MatroskaLayout, element: Element) -> str:
    region = layout.region(element.offset)
    if region == 0:
        return "front"
    return "back" if region == len(layout.runs) else f"between {region}"


def _runs_of(layout: MatroskaLayout) -> _Runs:
    start = layout.segment.data if layout.segment else 0
    return tuple((run.offset - start, run.end - run.offset) for run in layout.runs)


def _media_counter(runs: _Runs) -> Callable[[int], int]:
    """Return a function that counts a position of the segment within the media."""
    begins = [begin for begin, _ in runs]
    before = list(itertools.accumulate((length for _, length in runs), initial=0))

    def count_in_media(position: int) -> int:
        nth = bisect_right(begins, position) - 1
        if nth < 0 or position - begins[nth] >= before[nth + 1] - before[nth]:
            return -1 - position  # outside the media
        return before[nth] + position - begins[nth]

    return count_in_media


def _element_digest(reader: Reader, element: Element, runs: _Runs) -> str:
    """Return the digest of an element with its header; for an index, of its content."""
    if element.id == ids.CUES and element.size <= METADATA_MAX:
        content = content_of(reader, element)
        digest = (_index_digest if len(content) <= _CACHED_BYTES else _index_digest.__wrapped__)(content, runs)
        if digest is not None:
            return digest
    return _range_digest(reader, Extent(element.offset, element.length))


@lru_cache(maxsize=8)  # both censuses of a write in place read the same index
def _index_digest(content: bytes, runs: _Runs) -> str | None:
    """Return the digest of an index, None if it is damaged."""
    comparable = cues.comparable(content, _media_counter(runs))
    return None if comparable is None else _digest(comparable)


def _range_digest(reader: Reader, extent: Extent) -> str:
    if extent.length <= _WHOLE:
        return _digest(reader.read_at(extent.offset, extent.length))
    step = (extent.length - _WINDOW) // (_WINDOWS - 1)
    windows = (reader.read_at(extent.offset + nth * step, _WINDOW) for nth in range(_WINDOWS))
    return f"{extent.length}:{_digest(b''.join(windows))}"


def _tags(reader: Reader, layout: MatroskaLayout, edited: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield all tags except those of edited fields; the order of Tags elements does not depend on their places."""
    content = [tags.kept_content(content_of(reader, element), edited) for element in layout.named(ids.TAGS)]
    kept = sorted(items for items in content if items)
    for nth, items in enumerate(kept, 1):
        parent = "Segment/Tags" if len(kept) == 1 else f"Segment/Tags[{nth}]"
        yield from ((f"{parent}/{path}", _digest(raw)) for path, raw in items)


def _directory(reader: Reader, layout: MatroskaLayout, runs: _Runs) -> Iterator[tuple[str, str]]:
    """Yield how many SeekHead entries resolve; for clusters, also the positions."""
    assert layout.segment is not None
    start = layout.segment.data
    places = {element.offset: element.id for element in layout.elements}
    count_in_media = _media_counter(runs)
    cluster = ebml.encode_uint(ids.CLUSTER)
    states = Counter[tuple[str, str]]()
    media = hashlib.blake2b(digest_size=16)
    for head in seekhead.read(reader, layout).values():
        for entry in head.entries:
            there = entry.position >= 0 and places.get(start + entry.position) == entry.id
            if entry.id == ids.CLUSTER and entry.position >= 0:
                there = reader.read_at(start + entry.position, 4) == cluster
                media.update(count_in_media(entry.position).to_bytes(16, "big", signed=True) if there else b"")
            if entry.id not in _EDITED:
                states[f"SeekHead/{ids.name_of(entry.id)}", "resolves" if there else "dangles"] += 1
    for (name, state), count in states.items():
        yield f"{name} {state}", f"{count} {media.hexdigest()}" if name.endswith("Cluster") else str(count)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
