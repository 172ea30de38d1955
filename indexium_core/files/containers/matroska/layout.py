"""The layout of a Matroska or WebM file: the segment, its children, and the runs of clusters."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.model.files.media import Extent

METADATA_MAX = 16 << 20  # bytes of a Tags, SeekHead or Cues that is read into memory


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """Adjacent clusters, without other elements between them."""

    offset: int
    end: int
    clusters: int
    open: bool = False  # the last cluster has an unknown size: a Void directly behind would belong to this cluster

    @property
    def extent(self) -> Extent:
        return Extent(self.offset, self.end - self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatroskaLayout(Layout):
    """
    The segment and its readable children.

    The payload is the clusters and the damaged end; elements between clusters may be edited.
    """

    segment: Element | None = None
    end: int = 0  # end of the segment's content, or start of its damaged end; later bytes do not change
    elements: tuple[Element, ...] = ()  # level 1 except clusters, in file order
    runs: tuple[ClusterRun, ...] = ()
    widest: int = 8  # longest size field in this document, in bytes

    @property
    def clusters(self) -> int:
        """Return the number of clusters."""
        return sum(run.clusters for run in self.runs)

    @property
    def live(self) -> bool:
        """Return whether the segment has an unknown size."""
        return self.segment is not None and self.segment.size == ebml.UNKNOWN

    def named(self, number: int) -> tuple[Element, ...]:
        """Return the level-1 elements with this ID, in file order."""
        return tuple(element for element in self.elements if element.id == number)

    def in_front(self, offset: int) -> bool:
        """Return whether `offset` lies before the first cluster: all readers read this part."""
        return not self.runs or offset < self.runs[0].offset

    def region(self, offset: int) -> int:
        """Return the number of cluster runs that start before `offset`: 0 in front of all, the total behind all."""
        return bisect_right(self.runs, offset, key=lambda run: run.offset)

    def run_at(self, offset: int) -> ClusterRun | None:
        """Return the run of clusters that `offset` lies in."""
        region = self.region(offset)
        return self.runs[region - 1] if region and offset < self.runs[region - 1].end else None

    def behind_open(self, offset: int) -> bool:
        """Return whether a cluster of unknown size ends at `offset`."""
        before = self.runs[: self.region(offset)][-1:]
        return any(run.open and run.end == offset for run in before)


def content_of(reader: Reader, element: Element) -> bytes:
    """
    Return the content of a Tags, SeekHead or Cues.

    Raises:
        CorruptFileError: The file ends inside it.
        RefusedError: It is too large.

    """
    if element.size > METADATA_MAX:
        message = f"{ids.name_of(element.id)} takes {element.size:,} bytes, which is more than Indexium reads."
        raise errors.RefusedError(message)
    content = reader.read_at(element.data, element.size)
    if len(content) < element.size:
        raise errors.CorruptFileError(f"The file ends inside of {ids.name_of(element.id)}.")
    return content
