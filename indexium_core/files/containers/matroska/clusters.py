"""
Clusters that say where they lie: an element Position (RFC 9559, section 5.1.3), which would be untrue once they move.

It cannot be corrected: the clusters are the media, which keep their bytes, and those that carry a checksum would have
to be read as a whole. GStreamer and old versions of mkvmerge write it; FFmpeg, Chrome and mkvmerge of today do not.
"""

from __future__ import annotations

from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, names
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import ClusterRun, MatroskaLayout
from indexium_core.files.containers.matroska.walk import HOPS_MAX, Headers

__all__ = ["say_where_they_lie"]

_BLOCKS = frozenset({names.SIMPLE_BLOCK, names.BLOCK_GROUP, names.ENCRYPTED_BLOCK})
_WINDOW = 64  # bytes that hold what comes before the first block of a cluster


def say_where_they_lie(reader: Reader, layout: MatroskaLayout) -> bool:
    """
    Tell whether a cluster holds a Position that is not 0, which is that of live recordings.

    It is looked for before the first block, where every known writer has it. Raises `CorruptFileError` where the
    clusters are not those of the layout.
    """
    return any(_any_in(reader, run) for run in layout.runs)


def _any_in(reader: Reader, run: ClusterRun) -> bool:
    heads, blocks, budget = Headers(reader, _WINDOW), Headers(reader), ebml.ElementBudget(HOPS_MAX)
    position = run.offset
    while position < run.end:
        cluster = heads.at(position)
        if _says(reader, heads, cluster, run.end):
            return True
        unsized = cluster.size == ebml.UNKNOWN
        position = blocks.open_end(cluster, run.end, budget) if unsized else cluster.end
    return False


def _says(reader: Reader, heads: Headers, cluster: Element, stop: int) -> bool:
    position = cluster.data
    stop = stop if cluster.size == ebml.UNKNOWN else cluster.end
    while position < stop:
        child = heads.at(position)
        if child.id in _BLOCKS or child.id == names.CLUSTER or child.size == ebml.UNKNOWN:
            return False
        if child.id == names.POSITION and any(reader.read_at(child.data, min(child.size, 8))):
            return True
        position = child.end
    return False
