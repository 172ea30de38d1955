"""
The examination of a Matroska or WebM file: one walk over the headers of the segment's children, with clusters.

Media is not read. The walk must end exactly at the end of the segment, so that all damage is detected before a write. A
segment, cluster or block that reaches past the end of the file is `corrupt`, unless only the end of a recording is
damaged (`damage`). Several documents in one file, or elements that a segment must not have, are `no_strategy_yet`.

Live recordings have a segment of unknown size, up to the end of the file, and may have clusters of unknown size. Such a
cluster ends before the first element that cannot be its child (RFC 8794, section 6.2). All children of a segment have
IDs of four bytes (RFC 9559, section 5.1); children of a cluster have shorter IDs. So the walk reads every block header.

An interrupted recording ends inside a cluster, a block or the index, and some recorders leave other bytes there.
Players show everything before the damaged end. Such a file can be written in front of its damaged end, which keeps its
bytes. Players continue with the next element that they recognise (FFmpeg searches byte by byte). So the damaged end
must not contain a cluster, Tags or a SeekHead, because these elements decide what players show.
"""

from __future__ import annotations

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, ids, seekhead
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.fields import info, tag_places, tags, texts
from indexium_core.files.containers.matroska.layout import METADATA_MAX, ClusterRun, MatroskaLayout, content_of
from indexium_core.files.containers.matroska.seekhead import SeekHead
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files.media import Extent, FieldValue, Refusal

MAX_LENGTH = 64 << 20  # bytes; the clusters of live recordings have some megabytes
_CHUNK = 1 << 20
_ONE_BYTE = "The last byte belongs to no element."
_LAST_SHORT = 0x0FFFFFFF  # the highest ID of fewer than four bytes; children of a segment have longer IDs
# Elements of these IDs behind the damage show that more of the file follows.
_DECIDING = tuple(ebml.encode_uint(number) for number in (ids.CLUSTER, ids.TAGS, ids.SEEK_HEAD, *sorted(ids.DOCUMENT)))
MAGIC = b"\x1a\x45\xdf\xa3"
_EBML_HEADER_MAX = 4096  # bytes; real ones have about 40
_FOUR_BYTES = 0x10000000  # the children of a segment have IDs of four bytes
_READ_MAX = 16  # Tags or SeekHeads that are read; real files have one or two
_ELEMENTS_MAX = 20_000  # level-1 elements except clusters; real files have some ten
_RUNS_MAX = 1000  # runs of clusters
HOPS_MAX = 2_000_000  # all headers; a day of one-second clusters has 86,400, a 6-hour browser file 1,700,000
_WINDOW = 4096  # bytes per read
_CLUSTER = ebml.encode_uint(ids.CLUSTER)


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


def examine(reader: Reader, *, known: MatroskaLayout | None = None) -> MatroskaLayout:
    """
    Return the structure of a file and its problem, if any.

    `known` is the layout before an edit that cannot change the clusters: if the clusters still start at the same
    offset, they are not walked again.

    Raises:
        FileAccessError: The disk failed. The content of the file never raises an error.

    """
    walk = _Walk(reader, known)
    for step in (walk.document, walk.children, walk.check_counts, walk.directory, walk.texts):
        try:
            step()
        except (errors.CorruptFileError, errors.RefusedError) as error:
            walk.problem = walk.problem or Refusal(code=error.reason, message=error.message)
    return walk.layout()


class Headers:
    """A reader of element headers that reads windows: one read covers several headers close together."""

    def __init__(self, reader: Reader, window: int = _WINDOW) -> None:
        self._reader = reader
        self._window = window
        self._data = b""
        self._start = 0
        self.complete_end = 0  # end of the last complete part of the cluster that `open_end` read last

    def at(self, offset: int) -> Element:
        """Return the header at `offset`. Raises `CorruptFileError` if there is none."""
        index = self._seek(offset)  # called first, because it may load a new window
        return ebml.header_at(self._data, index, offset)

    def _seek(self, offset: int) -> int:
        """Return the index of the header at `offset` in the window."""
        index = offset - self._start
        if not 0 <= index <= len(self._data) - ebml.HEADER_MAX:
            self._data, self._start, index = self._reader.read_at(offset, self._window), offset, 0
        return index

    def open_end(self, cluster: Element, stop: int, budget: ebml.ElementBudget) -> int:
        """
        Return the end of a cluster of unknown size.

        A recording of some hours has a million blocks, so the usual header form is read without a function call.

        Raises:
            CorruptFileError: It is incomplete, or holds bytes that are not an element.
            RefusedError: It holds an element of unknown size, or more elements than the budget allows.

        """
        position = self.complete_end = cluster.data
        while position < stop:
            budget.spend()
            self.complete_end = position
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
                raise errors.RefusedError(f"An element of the cluster at byte {cluster.offset:,} has an unknown size.")
            position = child.end
        if position > stop:
            message = f"The recording is cut short: an element of the cluster at byte {cluster.offset:,} is incomplete."
            raise errors.CorruptFileError(message)
        return position


_MARKS = tuple(1 << 7 * width for width in range(9))  # the bit that marks the width of a size field


def _size(element: Element) -> int:
    return element.size


class _Walk:
    """The state of a walk; each step adds to the state, and raises if it cannot parse."""

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
        self.not_removable = ""
        self.field_problems: dict[str, str] = {}
        self.problem: Refusal | None = None

    def layout(self) -> MatroskaLayout:
        return MatroskaLayout(
            container=self.container,
            size=self.reader.size,
            payload=(*(run.extent for run in self.runs), *([self.damaged] if self.damaged else [])),
            fields=self.fields,
            added=self.added,
            not_removable=self.not_removable,
            field_problems=self.field_problems,
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
            raise errors.RefusedError("The EBML header is damaged.")
        content = content_of(self.reader, head)
        found = self._header(head.end)
        if found.id == ebml.VOID and found.size != ebml.UNKNOWN:
            found = self._header(found.end)
        self.segment = found if found.id == ids.SEGMENT else None
        self._kind(content)
        if self.segment is None:
            raise errors.RefusedError("No segment follows the EBML header.")

    def _kind(self, content: bytes) -> None:
        """
        Read the properties of the document from its header.

        The IDs of a Matroska document have at most four bytes, its sizes one to eight (RFC 9559, section 4).
        """
        try:
            last = {item.id: item.content for item in ebml.children(content, ebml.ElementBudget())}
        except errors.CorruptFileError as error:
            raise errors.RefusedError("The EBML header is damaged.") from error
        kind = ebml.text(last.get(ids.DOC_TYPE, b""))
        if kind == "webm":
            self.container = kind
        id_length = ebml.uint(last.get(ids.EBML_MAX_ID_LENGTH) or b"\x04")
        self.widest = ebml.uint(last.get(ids.EBML_MAX_SIZE_LENGTH) or b"\x08")
        version = ebml.uint(last.get(ids.EBML_READ_VERSION) or b"\x01")
        if kind not in {"matroska", "webm"} or (id_length, version) != (4, 1) or not 1 <= self.widest <= 8:
            raise errors.RefusedError("The EBML header describes a kind of document that Indexium does not know.")

    def children(self) -> None:
        """Read the headers of the children of the segment."""
        if self.segment is None:
            return
        missing = max(0, self._stated_end() - self.reader.size)
        self.end = min(self._stated_end(), self.reader.size)
        try:
            self._walk_children(self.segment.data)
        except (errors.CorruptFileError, errors.RefusedError):
            if self.runs:  # the clusters' end is unknown: all remaining bytes count as media
                self.runs = [ClusterRun(self.runs[0].offset, self.end, sum(run.clusters for run in self.runs))]
            if not missing:
                raise
        if missing:
            raise errors.CorruptFileError(f"The file is cut short: {missing:,} bytes are missing at its end.")
        self._check_tail()

    def _stated_end(self) -> int:
        """Return the end of the segment by its size; the end of the file if the size is unknown."""
        assert self.segment is not None
        return self.reader.size if self.segment.size == ebml.UNKNOWN else self.segment.end

    def _walk_children(self, position: int) -> None:
        while position < self.end:
            try:
                position = self._read_child(position)
            except (errors.CorruptFileError, errors.RefusedError) as error:
                if not self._has_damaged_end(position, error):
                    raise
                return

    def _read_child(self, position: int) -> int:
        """Read a run of clusters, or another element, and return its end."""
        self.budget.spend()
        element = self._header(position)
        if element.id == ids.CLUSTER:
            return self._read_run(element)
        self._check(element)
        self.elements.append(element)
        return element.end

    def _has_damaged_end(self, position: int, error: errors.IndexiumError) -> bool:
        """Return whether an unreadable element is the damaged end of a recording whose earlier part is complete."""
        whole = [run for run in self.runs if run.clusters]
        if not whole or self.end < self._stated_end():
            return False
        in_cluster = whole[-1].open and whole[-1].end == position
        self.damage = damage(self.reader, position, self.end, error, in_cluster=in_cluster)
        if self.damage:
            self.runs = whole
            self.damaged = Extent(position, self.end - position)
        return bool(self.damage)

    def _read_run(self, cluster: Element) -> int:
        """Read a cluster and all adjacent clusters, unless known, and return the end of the run."""
        if not self.runs and cluster.offset not in self.known:
            self.known = {}  # at another offset the known runs do not apply
        run = self.known.get(cluster.offset)
        if run is None:
            self.runs.append(ClusterRun(cluster.offset, self.end, 0))  # set until its end is known
            run = self._measured_run(cluster)
            self.runs.pop()
        self.runs.append(run)
        if len(self.runs) > _RUNS_MAX:
            message = f"The media lie in more than {_RUNS_MAX:,} parts with other elements between them."
            raise errors.RefusedError(message)
        return run.end

    def _measured_run(self, cluster: Element) -> ClusterRun:
        start, count = cluster.offset, 0
        while True:
            is_unsized = cluster.size == ebml.UNKNOWN
            try:
                end = self.blocks.open_end(cluster, self.end, self.budget) if is_unsized else cluster.end
                self._check_end(cluster, end)
            except errors.CorruptFileError:
                if is_unsized and self.blocks.complete_end > cluster.data:
                    return ClusterRun(start, self.blocks.complete_end, count + 1, open=True)
                if count:
                    return ClusterRun(start, cluster.offset, count, open=False)
                raise
            end, more = (end, 0) if is_unsized else self._sized_clusters(end)
            count += 1 + more
            following = self._cluster_at(end) if end < self.end else None
            if following is None:
                return ClusterRun(start, end, count, is_unsized)
            cluster = following

    def _sized_clusters(self, position: int) -> tuple[int, int]:
        """
        Return the end and the number of the complete clusters of known size at `position`.

        A film has a cluster for each second or two, so the usual header form is read without a function call.
        """
        count = 0
        while True:
            head = self.reader.read_at(position, ebml.HEADER_MAX)
            if len(head) < ebml.HEADER_MAX or not head.startswith(_CLUSTER) or not head[4]:
                return position, count
            width = 9 - head[4].bit_length()
            size = int.from_bytes(head[4 : 4 + width], "big") - _MARKS[width]
            end = position + 4 + width + size
            if size == _MARKS[width] - 1 or end > self.end:
                return position, count
            self.budget.spend()
            position, count = end, count + 1

    def _cluster_at(self, offset: int) -> Element | None:
        """Return the header of a cluster, None if there is no cluster."""
        self.budget.spend()
        try:
            found = self._header(offset)
        except errors.CorruptFileError:
            return None
        return found if found.id == ids.CLUSTER else None

    def _check(self, element: Element) -> None:
        name = ids.name_of(element.id)
        if element.id in ids.DOCUMENT:
            raise errors.RefusedError("The file holds several documents or segments.")
        if element.size == ebml.UNKNOWN:
            raise errors.RefusedError(f"{name} at byte {element.offset:,} has an unknown size.")
        self._check_end(element, element.end)
        if element.id == ebml.CRC_32:
            raise errors.RefusedError("The segment has a checksum over the whole file.")
        if element.id < _FOUR_BYTES and element.id != ebml.VOID:
            raise errors.RefusedError(f"{name} at byte {element.offset:,} may not be directly in a segment.")
        if len(self.elements) >= _ELEMENTS_MAX:
            raise errors.RefusedError(f"The segment has more than {_ELEMENTS_MAX:,} elements beside its clusters.")

    def _check_end(self, element: Element, end: int) -> None:
        if end > self.end:
            name = ids.name_of(element.id)
            message = f"The file is cut short or damaged: {name} at byte {element.offset:,} reaches past the end."
            raise errors.CorruptFileError(message)

    def _check_tail(self) -> None:
        """Raise RefusedError for a segment with a wrong end: readers continue in different ways."""
        tail = self.reader.read_at(self.end, 4)
        number = int.from_bytes(tail, "big")
        if number in ids.DOCUMENT:
            raise errors.RefusedError("The file holds several documents or segments.")
        if number in ids.TOP_LEVEL:
            message = f"{ids.name_of(number)} follows the end of the segment: the size of the segment is wrong."
            raise errors.RefusedError(message)

    def check_counts(self) -> None:
        """Raise RefusedError for too many Tags or SeekHead elements: an edit holds all of them in memory."""
        for number, name in ((ids.TAGS, "Tags"), (ids.SEEK_HEAD, "directories (SeekHead)")):
            elements = self._all(number)
            if len(elements) > _READ_MAX or (len(elements) > 1 and sum(map(_size, elements)) > METADATA_MAX):
                raise errors.RefusedError(f"The file holds too many {name}.")

    def directory(self) -> None:
        """Parse every SeekHead, so that damage is detected before a write."""
        if self.problem is not None:
            return
        self.heads = seekhead.read(self.reader, self.layout())
        for head in self.heads.values():
            for entry in head.entries if self.damaged else ():
                self._check_entry(entry)

    def _check_entry(self, entry: seekhead.SeekEntry) -> None:
        """Raise CorruptFileError for a SeekHead entry into the damaged end: players may read there."""
        assert self.segment is not None
        assert self.damaged is not None
        if self.segment.data + entry.position >= self.damaged.offset and entry.id not in {ids.CLUSTER, ids.CUES}:
            message = f"The file is cut short or damaged: {ids.name_of(entry.id)} at its end is incomplete."
            raise errors.CorruptFileError(message)

    def texts(self) -> None:
        """Collect every text of a field, also texts that players do not find."""
        found = {element.offset: element for element in self._all(ids.TAGS)[:_READ_MAX]}
        layout = self.layout()
        in_tags: list[FieldValue] = []
        in_info = list(info.read_fields(self.reader, layout))
        self.field_problems = info.problems(self.reader, layout)
        if found:
            places = {element.offset: element.id for element in self.elements}
            order = seekhead.read_order(layout, places, self.heads)
            parsed = {element: tags.parse(content_of(self.reader, element)) for element in found.values()}
            read = [found[offset] for offset in order if offset in found]
            fields = {text.field for content in parsed.values() for tag in content for text in tag.texts if text.own}
            for field in sorted(fields):
                field_texts = texts.find_texts(field, parsed, read)
                if field == COMMENT:
                    self.added, self.not_removable = field_texts.added, field_texts.not_removable
                else:
                    self.field_problems |= field_texts.problems
                if field in tag_places.IN_INFO and field_texts.shown is None:  # players show the text of Info
                    in_tags += [place for place in in_info if place.field == field]
                    in_info = [place for place in in_info if place.field != field]
                in_tags += field_texts.fields
        self.fields = (*in_tags, *in_info)

    def _all(self, number: int) -> list[Element]:
        return [element for element in self.elements if element.id == number]

    def _header(self, offset: int) -> Element:
        return ebml.header_at(self.reader.read_at(offset, ebml.HEADER_MAX), 0, offset)
