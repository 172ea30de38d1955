"""
Which Tags elements players come by, in the order in which they read them.

The model is FFmpeg (measured with 5.1 and 8.1): every element in front of the first cluster is met in passing; then the
entries of the SeekHeads are followed in their order, those of nested ones behind the others, and the first that leads
to something that is no element ends it. Entries for the clusters and the index are left for later, and of anything but
Tags and SeekHeads only one of a kind is looked for. Of two comments the one that is read last is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.files.containers.matroska import names
from indexium_core.files.containers.matroska.layout import MatroskaLayout
from indexium_core.files.containers.matroska.seekhead import SeekHead

__all__ = ["reached"]

_LATER = frozenset({names.CLUSTER, names.CUES})
_SEVERAL = frozenset({names.TAGS, names.SEEK_HEAD})


def reached(layout: MatroskaLayout, places: Mapping[int, int], heads: Mapping[int, SeekHead]) -> tuple[int, ...]:
    """
    Return the offsets of the Tags elements that players read, in their order, and of all else that they look for.

    Args:
        layout: Where the segment and the clusters lie.
        places: The ID of the level-1 element at each offset, without the clusters.
        heads: The SeekHead at each offset.

    """
    assert layout.segment is not None
    front = {offset: number for offset, number in places.items() if layout.in_front(offset)}
    order = [offset for offset in sorted(front) if front[offset] == names.TAGS]
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
            if kind != names.SEEK_HEAD:
                order.append(offset)
                met.add(offset)
            elif offset in heads:
                queue.append(offset)
                met.add(offset)
            known |= {entry.id, kind} - _SEVERAL
    return tuple(order)
