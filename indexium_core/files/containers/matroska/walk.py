"""
Examining a Matroska or WebM file: one walk over the headers of the segment's children, clusters included.

Nothing of the media is read. The walk has to arrive exactly at the end of the segment; whatever keeps it from doing so
is found before anybody writes. A segment, cluster or block that reaches past the end of the file is `corrupt`, unless
only the end of a recording is damaged (`tail`); several documents in one file, and what does not belong into a segment,
are `no_strategy_yet`.

A live recording is walked too. Its segment does not know its size and goes to the end of the file; a cluster that does
not know its own ends where something begins that cannot be in it (RFC 8794, section 6.2): all children of a segment
have IDs of four bytes (RFC 9559, section 5.1), no child of a cluster has, so the walk hops from block to block.
"""

from __future__ import annotations

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import comments, ebml, ids, seekhead, tail
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import METADATA_MAX, ClusterRun, MatroskaLayout, content_of
from indexium_core.files.containers.matroska.seekhead import SeekHead
from indexium_core.model.files.media import Extent, FieldValue, Refusal

__all__ = ["HOPS_MAX", "MAGIC", "Headers", "examine"]

MAGIC = b"\x1a\x45\xdf\xa3"
_EBML_HEADER_MAX = 4096  # bytes; real ones have about 40
_FOUR_BYTES = 0x10000000  # the children of a segment have IDs of four bytes, those still to be invented too
_READ_MAX = 16  # Tags or SeekHeads that are read; real files have one or two
_ELEMENTS_MAX = 20_000  # level-1 elements beside the clusters; real files have some ten
_RUNS_MAX = 1000  # stretches of clusters
HOPS_MAX = 2_000_000  # headers in all; a day of one-second clusters has 86,400, six hours from a browser 1,700,000
_WINDOW = 4096  # bytes read at a time from block to block


def examine(reader: Reader, *, known: MatroskaLayout | None = None) -> MatroskaLayout:
    """
    Parse the structure and say what is wrong with it.

    `known` is the layout from before an edit that could not touch the clusters: they are not hopped over again, if
    they still begin where they began.

    Raises:
        FileAccessError: The disk failed. Nothing is raised for what the file contains.

    """
    walk = _Walk(reader, known)
    for step in (walk.document, walk.children, walk.counts, walk.directory, walk.comments):
        try:
            step()
        except (errors.CorruptFileError, errors.RefusedError) as error:
            walk.problem = walk.problem or Refusal(code=error.reason, message=error.message)
    return walk.layout()


class Headers:
    """Element headers of a file, read in windows: where they lie close together, one read serves many."""

    def __init__(self, reader: Reader, window: int = _WINDOW) -> None:
        self._reader = reader
        self._window = window
        self._data = b""
        self._start = 0
        self.whole = 0  # up to here all is whole in the cluster that `open_end` looked at last

    def at(self, offset: int) -> Element:
        """Return the header at `offset`. Raises `CorruptFileError` where there is none."""
        index = self._seek(offset)  # first, for it may put other data into the window
        return ebml.header_at(self._data, index, offset)

    def _seek(self, offset: int) -> int:
        """Return where in the window the header at `offset` begins."""
        index = offset - self._start
        if not 0 <= index <= len(self._data) - ebml.HEADER_MAX:
            self._data, self._start, index = self._reader.read_at(offset, self._window), offset, 0
        return index

    def open_end(self, cluster: Element, stop: int, budget: ebml.ElementBudget) -> int:
        """
        Return where a cluster ends that does not know its size.

        A recording of some hours has a million blocks: what nearly all of them look like is read without a call.

        Raises:
            CorruptFileError: It is cut off, or holds something that is no element.
            RefusedError: It holds a part that does not know its size either, or more parts than the budget has.

        """
        position = self.whole = cluster.data
        while position < stop:
            budget.spend()
            self.whole = position
            index = self._seek(position)
            head = self._data[index : index + 9]
            width = 9 - head[1].bit_length() if len(head) == 9 and head[0] > 0x80 else 9
            if width < 8:
                size = int.from_bytes(head[1 : width + 1], "big") - _MARKS[width]
                if size < _MARKS[width] - 1:
                    position += 1 + width + size
                    continue
            child = self.at(position)
            if child.id >= _FOUR_BYTES:
                return position
            if child.size == ebml.UNKNOWN:
                message = f"A part of the cluster at byte {cluster.offset:,} does not know its size."
                raise errors.RefusedError(message)
            position = child.end
        if position > stop:
            message = f"The recording is cut off: a part of the cluster at byte {cluster.offset:,} is not whole."
            raise errors.CorruptFileError(message)
        return position


_MARKS = tuple(1 << 7 * width for width in range(9))  # the bit that says how wide a size field is


def _size(element: Element) -> int:
    return element.size


class _Walk:
    """What was seen so far; each step adds to it, and raises for what it cannot follow."""

    def __init__(self, reader: Reader, known: MatroskaLayout | None) -> None:
        self.reader = reader
        usable = known is not None and known.problem is None and not known.damage
        self.known = {run.offset: run for run in known.runs} if known is not None and usable else {}
        self.blocks = Headers(reader)
        self.budget = ebml.ElementBudget(HOPS_MAX)
        self.container = "matroska"
        self.widest = 8
        self.segment: Element | None = None
        self.end = 0
        self.damaged: Extent | None = None
        self.damage = ""
        self.elements: list[Element] = []
        self.runs: list[ClusterRun] = []
        self.heads: dict[int, SeekHead] = {}
        self.fields: tuple[FieldValue, ...] = ()
        self.added = ""
        self.problem: Refusal | None = None

    def layout(self) -> MatroskaLayout:
        return MatroskaLayout(
            container=self.container,
            size=self.reader.size,
            payload=(*(run.extent for run in self.runs), *([self.damaged] if self.damaged else [])),
            fields=self.fields,
            added=self.added,
            problem=self.problem,
            damage="" if self.problem else self.damage,
            segment=self.segment,
            end=self.damaged.offset if self.damaged else self.end,
            elements=tuple(self.elements),
            runs=tuple(self.runs),
            widest=self.widest,
        )

    def document(self) -> None:
        """Read the EBML header (RFC 8794, section 11.2) and find the segment."""
        head = self._header(0)
        if head.id != ids.EBML or not 0 <= head.size <= _EBML_HEADER_MAX:
            message = "The EBML header is damaged."
            raise errors.RefusedError(message)
        content = content_of(self.reader, head)
        found = self._header(head.end)
        if found.id == ebml.VOID and found.size != ebml.UNKNOWN:
            found = self._header(found.end)
        self.segment = found if found.id == ids.SEGMENT else None
        self._kind(content)
        if self.segment is None:
            message = "No segment follows the EBML header."
            raise errors.RefusedError(message)

    def _kind(self, content: bytes) -> None:
        """
        Take over what the header says of the document.

        The IDs of a Matroska document have four bytes at most, its sizes one to eight (RFC 9559, section 4).
        """
        try:
            last = {item.id: item.content for item in ebml.children(content, ebml.ElementBudget())}
        except errors.CorruptFileError as error:
            message = "The EBML header is damaged."
            raise errors.RefusedError(message) from error
        kind = ebml.text(last.get(ids.DOC_TYPE, b""))
        if kind == "webm":
            self.container = kind
        id_length = ebml.uint(last.get(ids.EBML_MAX_ID_LENGTH) or b"\x04")
        self.widest = ebml.uint(last.get(ids.EBML_MAX_SIZE_LENGTH) or b"\x08")
        version = ebml.uint(last.get(ids.EBML_READ_VERSION) or b"\x01")
        if kind not in {"matroska", "webm"} or (id_length, version) != (4, 1) or not 1 <= self.widest <= 8:
            message = "The EBML header describes a kind of document that Indexium does not know."
            raise errors.RefusedError(message)

    def children(self) -> None:
        """Hop over the children of the segment, by their headers."""
        if self.segment is None:
            return
        missing = max(0, self._said_end() - self.reader.size)
        self.end = min(self._said_end(), self.reader.size)
        try:
            self._hop(self.segment.data)
        except (errors.CorruptFileError, errors.RefusedError):
            if self.runs:  # where the clusters end cannot be told: all the rest counts as media
                self.runs = [ClusterRun(self.runs[0].offset, self.end, sum(run.clusters for run in self.runs))]
            if not missing:
                raise
        if missing:
            message = f"The file is cut off: {missing:,} bytes are missing at its end."
            raise errors.CorruptFileError(message)
        self._check_tail()

    def _said_end(self) -> int:
        """Return where the segment says that it ends; the end of the file where it does not know."""
        assert self.segment is not None
        return self.reader.size if self.segment.size == ebml.UNKNOWN else self.segment.end

    def _hop(self, position: int) -> None:
        while position < self.end:
            try:
                position = self._step(position)
            except (errors.CorruptFileError, errors.RefusedError) as error:
                if not self._ends_damaged(position, error):
                    raise
                return

    def _step(self, position: int) -> int:
        """Hop over a run of clusters, or over another element, and return where it ends."""
        self.budget.spend()
        element = self._header(position)
        if element.id == ids.CLUSTER:
            return self._run(element)
        self._check(element)
        self.elements.append(element)
        return element.end

    def _ends_damaged(self, position: int, error: errors.IndexiumError) -> bool:
        """Tell whether what could not be followed is the damaged end of a recording that is whole before it."""
        whole = [run for run in self.runs if run.clusters]
        if not whole or self.end < self._said_end():
            return False
        in_cluster = whole[-1].open and whole[-1].end == position
        self.damage = tail.damage(self.reader, position, self.end, error, in_cluster=in_cluster)
        if self.damage:
            self.runs = whole
            self.damaged = Extent(position, self.end - position)
        return bool(self.damage)

    def _run(self, cluster: Element) -> int:
        """Hop over a cluster and those right behind it, unless they are known, and return where they end."""
        if not self.runs and cluster.offset not in self.known:
            self.known = {}  # another place, another file
        run = self.known.get(cluster.offset)
        if run is None:
            self.runs.append(ClusterRun(cluster.offset, self.end, 0))  # as long as it is not known better
            run = self._measured(cluster)
            self.runs.pop()
        self.runs.append(run)
        if len(self.runs) > _RUNS_MAX:
            message = f"The media lie in more than {_RUNS_MAX:,} stretches with something else between them."
            raise errors.RefusedError(message)
        return run.end

    def _measured(self, cluster: Element) -> ClusterRun:
        start, count = cluster.offset, 0
        while True:
            unsized = cluster.size == ebml.UNKNOWN
            try:
                end = self.blocks.open_end(cluster, self.end, self.budget) if unsized else cluster.end
                self._check_end(cluster, end)
            except errors.CorruptFileError:
                if unsized and self.blocks.whole > cluster.data:
                    return ClusterRun(start, self.blocks.whole, count + 1, open=True)
                if count:
                    return ClusterRun(start, cluster.offset, count, open=False)
                raise
            count += 1
            following = self._cluster_at(end) if end < self.end else None
            if following is None:
                return ClusterRun(start, end, count, unsized)
            cluster = following

    def _cluster_at(self, offset: int) -> Element | None:
        """Return the header of a cluster, None where there is something else, or nothing that can be read."""
        self.budget.spend()
        try:
            found = self._header(offset)
        except errors.CorruptFileError:
            return None
        return found if found.id == ids.CLUSTER else None

    def _check(self, element: Element) -> None:
        name = ids.name_of(element.id)
        if element.id in ids.DOCUMENT:
            message = "The file holds several documents or segments."
            raise errors.RefusedError(message)
        if element.size == ebml.UNKNOWN:
            message = f"{name} at byte {element.offset:,} does not know its size."
            raise errors.RefusedError(message)
        self._check_end(element, element.end)
        if element.id == ebml.CRC_32:
            message = "The segment carries a checksum over the whole film."
            raise errors.RefusedError(message)
        if element.id < _FOUR_BYTES and element.id != ebml.VOID:
            message = f"{name} at byte {element.offset:,} does not belong directly into a segment."
            raise errors.RefusedError(message)
        if len(self.elements) >= _ELEMENTS_MAX:
            message = f"The segment has more than {_ELEMENTS_MAX:,} parts beside its clusters."
            raise errors.RefusedError(message)

    def _check_end(self, element: Element, end: int) -> None:
        if end > self.end:
            name = ids.name_of(element.id)
            message = f"The file is cut off or damaged: {name} at byte {element.offset:,} reaches past the end."
            raise errors.CorruptFileError(message)

    def _check_tail(self) -> None:
        """Refuse a segment that says that it ends where it does not: readers go on, each in its own way."""
        tail = self.reader.read_at(self.end, 4)
        number = int.from_bytes(tail, "big")
        if number in ids.DOCUMENT:
            message = "The file holds several documents or segments."
            raise errors.RefusedError(message)
        if number in ids.TOP_LEVEL:
            message = f"{ids.name_of(number)} follows the end of the segment: the segment says a size that is wrong."
            raise errors.RefusedError(message)

    def counts(self) -> None:
        """Refuse more Tags or directories than any that were made in earnest: an edit has them all in memory."""
        for number, name in ((ids.TAGS, "Tags"), (ids.SEEK_HEAD, "directories (SeekHead)")):
            found = self._all(number)
            if len(found) > _READ_MAX or (len(found) > 1 and sum(map(_size, found)) > METADATA_MAX):
                message = f"The file holds more {name} than any that was made in earnest."
                raise errors.RefusedError(message)

    def directory(self) -> None:
        """Take every SeekHead apart: one that is damaged is found before anything is written."""
        if self.problem is not None:
            return
        self.heads = seekhead.read(self.reader, self.layout())
        for head in self.heads.values():
            for entry in head.entries if self.damaged else ():
                self._check_entry(entry)

    def _check_entry(self, entry: seekhead.SeekEntry) -> None:
        """Refuse a directory that names an element in the damaged end: players may read a part of it."""
        assert self.segment is not None
        assert self.damaged is not None
        if self.segment.data + entry.position >= self.damaged.offset and entry.id not in {ids.CLUSTER, ids.CUES}:
            message = f"The file is cut off or damaged: {ids.name_of(entry.id)} at its end is not whole."
            raise errors.CorruptFileError(message)

    def comments(self) -> None:
        """Collect every comment of the film, wherever it lies and whether players find it or not."""
        found = {element.offset: element for element in self._all(ids.TAGS)[:_READ_MAX]}
        if found:
            places = {element.offset: element.id for element in self.elements}
            order = seekhead.read_order(self.layout(), places, self.heads)
            contents = {element: content_of(self.reader, element) for element in found.values()}
            film = comments.found(contents, [found[offset] for offset in order if offset in found])
            self.fields, self.added = film.fields, film.added

    def _all(self, number: int) -> list[Element]:
        return [element for element in self.elements if element.id == number]

    def _header(self, offset: int) -> Element:
        return ebml.header_at(self.reader.read_at(offset, ebml.HEADER_MAX), 0, offset)
