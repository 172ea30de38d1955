"""
Edits of AVI without FFmpeg: fields are chunks in a list `INFO`, the comment is `ICMT`; padding (`JUNK`) makes room.

Two indices hold file offsets. The old index (`idx1`) counts from the start of `movi` or, in some files, from the first
byte of the file. OpenDML files have `indx` and `ix##` (among the media), both with absolute offsets. So an edit moves
nothing in OpenDML files and in files of several RIFF chunks. In other files everything behind the texts moves, and an
absolute `idx1` is corrected.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.avi import structure
from indexium_core.files.containers.avi.structure import Chunk
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import (
    MAX_COMMENTS,
    PADDING,
    EditRequest,
    NotEditableError,
    media_shift,
)
from indexium_core.files.containers.shared.splices import Splice, build_patch, build_pieces
from indexium_core.model.files.media import Change, Patch, Rebuild

_KINDS = {field: kind for kind, field in structure.FIELDS.items()}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks
_LARGEST = 0xFFFFFFFF  # bytes of a RIFF chunk
_LARGEST_PADDING = 1 << 20  # a padding chunk is read up to this size
_LARGEST_TAIL = 1 << 20  # bytes behind the media that an edit in place may move
_LARGEST_INDEX = 64 << 20
_SECTOR = 2048  # bytes; cameras align their media to it
_SAMPLES = 64  # entries of an index that are compared with the media
_DEEPEST = 3
_OPENED = frozenset({b"hdrl", b"strl", b"odml", b"INFO"})
# Chunks without file offsets, or with offsets that are corrected.
_KNOWN = frozenset(
    b"hdrl strl odml INFO movi idx1 avih dmlh strh strf strd strn vprp IDIT ISMP exif ncdt hydt pntx adtl _PMX".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A chunk and the lists around it."""

    chunk: Chunk
    above: tuple[_Node, ...] = ()
    inner: list[_Node] = field(default_factory=list)
    opened: bool = False  # this is a list, and `inner` has its chunks

    @property
    def start(self) -> int:
        return self.chunk.start

    @property
    def stop(self) -> int:
        return self.chunk.stop

    @property
    def kind(self) -> bytes:
        return self.chunk.kind

    @property
    def rest(self) -> int:
        """Bytes of a list behind its last chunk; negative if that chunk ends behind the list."""
        return self.chunk.end - (self.inner[-1].stop if self.inner else self.chunk.body) if self.opened else 0

    def walk(self) -> Iterator[_Node]:
        yield self
        for node in self.inner:
            yield from node.walk()


@dataclass(frozen=True, slots=True)
class _AviEdit:
    """New bytes for a range, and the lists around the range."""

    start: int
    end: int
    data: bytes
    above: tuple[_Node, ...]

    @property
    def growth(self) -> int:
        return len(self.data) - (self.end - self.start)


@dataclass(frozen=True, slots=True)
class _AviFile:
    """A file whose first RIFF chunk has one list of media."""

    reader: Reader
    size: int
    riff: _Node
    media: _Node
    is_single: bool  # the file ends with that RIFF chunk

    @property
    def front(self) -> Iterator[_Node]:
        """All nodes before the media, outer nodes first."""
        for node in self.riff.walk():
            if self.riff.start < node.start < self.media.start:
                yield node


# Strategies


def in_place(reader: Reader, layout: Layout, request: EditRequest) -> Patch:
    """Return the patch that takes the bytes for the comment from padding. Raises NotEditableError."""
    file = _avi_file(reader, layout)
    edits = _field_edits(file, request)
    front = [edit for edit in edits if edit.end <= file.media.start]
    behind = [edit for edit in edits if edit.end > file.media.start]
    edits = [*front, *_padding_edits(file, front), *behind]
    splices = _splices(edits)
    if sum(edit.growth for edit in behind):
        if not _can_change_length(file, behind):
            raise NotEditableError("There is no room for the comment behind the media.")
        splices.append(Splice(start=layout.size, end=layout.size, data=b""))  # everything before this offset moves
    return build_patch(reader, layout, splices)


def copy(reader: Reader, layout: Layout, request: EditRequest) -> Rebuild:
    """Return a new file with padding in front of the media. The media move as a whole. Raises NotEditableError."""
    file = _avi_file(reader, layout)
    _check_movable(file)
    edits = _field_edits(file, request)
    growth = sum(edit.growth for edit in edits if edit.end <= file.media.start)
    padding = next((node for node in _paddings(file, edits) if node.above == (file.riff,)), None)
    start, old = (file.media.start, 0) if padding is None else (padding.start, padding.stop - padding.start)
    shift = media_shift(max(growth + 8 + PADDING - old, 0), request.capabilities, step=_SECTOR)
    edits.append(_AviEdit(start, start + old, _junk(old + shift - growth), (file.riff,)))
    edits += _index_edits(file, shift)
    return Rebuild(
        pieces=build_pieces(reader, layout.size, _splices(edits), payload=layout.payload),
        cloned=request.capabilities.reflink,
    )


def _splices(edits: Sequence[_AviEdit]) -> list[Splice]:
    """Return the splices of the edits and of the sizes of the lists around the edits."""
    splices = [Splice(start=edit.start, end=edit.end, data=edit.data) for edit in edits]
    around = {node.start: node for edit in edits for node in edit.above}
    for start, node in around.items():
        growth = sum(edit.growth for edit in edits if any(above.start == start for above in edit.above))
        size = node.chunk.end - start - 8 + growth
        if size > _LARGEST:
            raise NotEditableError("The file would be larger than an AVI can be.")
        splices.append(Splice(start=start + 4, end=start + 8, data=struct.pack("<I", size)))
    return sorted(splices, key=lambda splice: (splice.start, splice.end))


# Reading


def _avi_file(reader: Reader, layout: Layout) -> _AviFile:
    """Return the chunks of a file; raises NotEditableError if chunks do not fill their lists."""
    riffs = list(_riffs(reader))
    if not riffs:
        raise NotEditableError("The recording was not finished.")
    riff = riffs[0]
    media = [node for node in riff.inner if node.chunk.is_list and node.kind == b"movi"]
    if len(media) != 1 or any(node.rest for node in riff.walk()):
        raise NotEditableError("The chunks of the file do not fill it.")
    return _AviFile(reader, layout.size, riff, media[0], is_single=riff.stop == layout.size)


def _riffs(reader: Reader) -> Iterator[_Node]:
    """Yield the RIFF chunks; none if the first has no length."""
    offset = 0
    for _ in range(parsing.MAX_ELEMENTS):
        head = reader.read_at(offset, 12)
        end = offset + 8 + int.from_bytes(head[4:8], "little")
        if len(head) < 12 or head[:4] != b"RIFF" or end <= offset + 12:
            return
        yield _node(reader, Chunk(head[8:12], is_list=True, body=offset + 12, end=end), (), opened=True)
        offset = end + end % 2


def _node(reader: Reader, chunk: Chunk, above: tuple[_Node, ...], *, opened: bool) -> _Node:
    """Return the node of a chunk; with `opened`, the chunks of the list too."""
    if not opened:
        return _Node(chunk, above)
    node = _Node(chunk, above, opened=True)
    for each in structure.chunks(reader, chunk.body, chunk.end):
        is_stray = each.kind == b"INFO" and chunk.kind not in {b"AVI ", b"hdrl"}  # players read only these
        is_opened = each.is_list and each.kind in _OPENED and not is_stray and len(above) < _DEEPEST
        node.inner.append(_node(reader, each, (*above, node), opened=is_opened))
    return node


def _is_empty_padding(reader: Reader, chunk: Chunk) -> bool:
    """Return whether a chunk is padding of only zeros."""
    length = chunk.end - chunk.body
    if chunk.is_list or chunk.kind not in structure.PADDING or length > _LARGEST_PADDING:
        return False
    return not reader.read_at(chunk.body, length).strip(b"\0")


# Fields


def _field_edits(file: _AviFile, request: EditRequest) -> list[_AviEdit]:
    """Return edits that change every text of the fields, and add one if players show none; without edits of padding."""
    lists = [node for node in file.riff.walk() if node.opened and node.kind == b"INFO"]
    texts: dict[int, str | None] = {}
    added = b""
    for change in request.changes:
        changed, text = _changed_texts(file, lists, request, change)
        texts |= changed
        added += b"" if text is None else _text_chunk(_KINDS[change.field], text)
    edits = [edit for info in lists for edit in _text_edits(file, info, texts)]
    if added:
        front = [node for node in lists if node.start < file.media.start]
        staying = [node for node in front if not any(edit.start == node.start for edit in edits)]
        edits.append(_added_texts(file, staying, added))
    return edits


def _changed_texts(
    file: _AviFile, lists: Sequence[_Node], request: EditRequest, change: Change
) -> tuple[dict[int, str | None], str | None]:
    """Return the new text of each chunk of a field, None to remove it, and the text to add."""
    chunks = [node for info in lists for node in info.inner if node.kind == _KINDS[change.field]]
    if len(chunks) > MAX_COMMENTS:
        raise NotEditableError(f"It holds too many texts of the field {change.field}.")
    bodies = {node.start: _chunk_body(file.reader, node.chunk) for node in chunks}
    if any(body.startswith(_UTF16) for body in bodies.values()):
        raise NotEditableError(f"It holds a {change.field} in UTF-16, which players do not read in an AVI.")
    old = {start: parsing.whole_text_of(body) for start, body in bodies.items()}
    texts = {node.start: request.text(change, old[node.start]) if old[node.start] else None for node in chunks}
    # Players read only texts in front of the media.
    if any(node.start < file.media.start and texts[node.start] for node in chunks) or change.segment == "":
        return texts, None
    return texts, request.text(change, next((text for text in reversed(old.values()) if text), None))


def _text_edits(file: _AviFile, info: _Node, texts: Mapping[int, str | None]) -> Iterator[_AviEdit]:
    """Yield the edits of the texts in a list; a list that becomes empty is removed."""
    changed = [node for node in info.inner if node.start in texts]
    others = [node for node in info.inner if node not in changed and not _is_empty_padding(file.reader, node.chunk)]
    if changed and not others and not any(texts[node.start] for node in changed):
        yield _AviEdit(info.start, info.stop, b"", info.above)
        return
    for node in changed:
        text = texts[node.start]
        yield _AviEdit(node.start, node.stop, b"" if text is None else _text_chunk(node.kind, text), node.above)


def _chunk_body(reader: Reader, chunk: Chunk) -> bytes:
    return reader.read_at(chunk.body, chunk.end - chunk.body)


def _text_chunk(kind: bytes, text: str) -> bytes:
    return _chunk(kind, text.encode("utf-8", "surrogateescape") + b"\0")


def _added_texts(file: _AviFile, lists: Sequence[_Node], chunks: bytes) -> _AviEdit:
    """Return the edit that adds chunks behind the other texts, or in a new list behind the header."""
    if lists:
        info = lists[-1]
        return _AviEdit(info.chunk.end, info.chunk.end, chunks, (*info.above, info))
    header = next((node for node in file.riff.inner if node.kind == b"hdrl"), None)
    if header is None or header.start > file.media.start:
        raise NotEditableError("The header is not in front of the media.")
    return _AviEdit(header.stop, header.stop, _chunk(b"LIST", b"INFO" + chunks), (file.riff,))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


# Padding


def _padding_edits(file: _AviFile, edits: Sequence[_AviEdit]) -> list[_AviEdit]:
    """Return the edit of padding that keeps the media in place; raises NotEditableError if room is missing."""
    growth = sum(edit.growth for edit in edits)
    if not growth:
        return []
    for node in _paddings(file, edits):
        length = node.stop - node.start - growth
        if length == 0 or length >= 8:
            return [_AviEdit(node.start, node.stop, _junk(length), node.above)]
    if growth > -8:
        raise NotEditableError("The file has no room for the comment in front of its media.")
    last = max(edits, key=lambda edit: edit.end)
    info = next((node for node in last.above if node.kind == b"INFO"), None)
    at = last.end if info is None else info.stop
    return [_AviEdit(at, at, _junk(-growth), last.above if info is None else info.above)]


def _paddings(file: _AviFile, edits: Sequence[_AviEdit]) -> list[_Node]:
    """Return the padding before the media that the edits do not change; the closest padding comes first."""
    at = max((edit.end for edit in edits if edit.end <= file.media.start), default=0)
    removed = [edit for edit in edits if edit.end > edit.start]
    free = [
        node
        for node in file.front
        if _is_empty_padding(file.reader, node.chunk)
        and not any(edit.start <= node.start < edit.end for edit in removed)
    ]
    return sorted(free, key=lambda node: (len(node.above) > 1, abs(node.start - at)))


def _junk(length: int) -> bytes:
    return b"JUNK" + struct.pack("<I", length - 8) + bytes(length - 8) if length else b""


def _can_change_length(file: _AviFile, edits: Sequence[_AviEdit]) -> bool:
    """Return whether the file may change its length: few bytes follow the edits, and no offset points to them."""
    return file.is_single and file.size - min(edit.start for edit in edits) <= _LARGEST_TAIL


# Moving


def _check_movable(file: _AviFile) -> None:
    """Raise NotEditableError if the file may hold an offset that is not corrected."""
    if not file.is_single:
        raise NotEditableError("Data follows the first RIFF chunk of the file, so nothing in it can be moved.")
    for node in file.riff.walk():
        if node.kind == b"indx":
            raise NotEditableError("It has an index among its media, so nothing in it can be moved.")
        is_text = any(above.kind == b"INFO" for above in node.above)
        if node is not file.riff and not is_text and node.kind not in _KNOWN | structure.PADDING:
            name = parsing.printable_name(node.kind.decode("latin-1"))
            raise NotEditableError(f"It holds a chunk that is not understood, so nothing in it can be moved: {name}.")


def _index_edits(file: _AviFile, shift: int) -> Iterator[_AviEdit]:
    """Yield the edits of indices whose offsets count from the first byte of the file."""
    for node in file.riff.inner:
        if node.kind == b"idx1" and not node.chunk.is_list and shift:
            if node.chunk.end - node.chunk.body > _LARGEST_INDEX:
                raise NotEditableError("The file's index is too large.")
            if _is_absolute(file.reader, node.chunk, file.media.chunk):
                data = _moved_entries(_entries(file.reader, node.chunk), shift, at_least=file.media.start)
                yield _AviEdit(node.chunk.body, node.chunk.body + len(data), data, ())


def _entries(reader: Reader, index: Chunk) -> list[tuple[bytes, int, int, int]]:
    """Return type, flags, offset and length of each entry."""
    data = parsing.read_exactly(reader, index.body, (index.end - index.body) // 16 * 16)
    return list(struct.iter_unpack("<4sIII", data))


def _moved_entries(entries: Sequence[tuple[bytes, int, int, int]], shift: int, *, at_least: int) -> bytes:
    parts = []
    for kind, flags, place, length in entries:
        moved = place + shift if place >= at_least else place
        if not 0 <= moved <= _LARGEST:
            raise NotEditableError("The file's index cannot hold larger offsets.")
        parts.append(struct.pack("<4sIII", kind, flags, moved, length))
    return b"".join(parts)


def _is_absolute(reader: Reader, index: Chunk, media: Chunk) -> bool:
    """Return whether offsets of an index count from the first byte (a sample); NotEditableError if uncertain."""
    count = (index.end - index.body) // 16
    numbers = [*range(0, count, max(1, count // _SAMPLES)), *([count - 1] if count else [])]
    entries = (
        struct.unpack("<4sIII", parsing.read_exactly(reader, index.body + 16 * number, 16)) for number in numbers
    )
    sampled = [entry for entry in entries if entry[2] or entry[3]]
    if not sampled:
        return False
    bases = [base for base in (media.body - 4, 0) if all(_leads_to_chunk(reader, base, entry) for entry in sampled)]
    if len(bases) != 1:
        raise NotEditableError(
            "It is unclear where the offsets of the file's index start, so nothing in it can be moved."
        )
    return bases == [0]


def _leads_to_chunk(reader: Reader, base: int, entry: tuple[bytes, int, int, int]) -> bool:
    kind, _, place, _ = entry
    return reader.read_at(base + place, 4) == (b"LIST" if kind == b"rec " else kind)


# Census


def census(reader: Reader, layout: Layout, edited: Collection[str]) -> Mapping[str, str]:
    """
    Return a digest of every part of the file except edited fields, padding and media, in order.

    Raises CutShortError, MalformedHeaderError.
    """
    facts: dict[str, str] = {}
    kinds = frozenset(_KINDS[field] for field in edited if field in _KINDS)
    at = 0
    for number, riff in enumerate(_riffs(reader), start=1):
        facts[f"RIFF {number}"] = riff.kind.decode("latin-1")
        for name, value in _facts(reader, riff, kinds):
            facts[f"RIFF {number}, {len(facts)}, {name}"] = value
        at = riff.stop
    if at:
        facts["behind the end"] = parsing.digest_range(reader, min(at, layout.size), layout.size)
    return facts


def _facts(reader: Reader, above: _Node, edited: frozenset[bytes]) -> Iterator[tuple[str, str]]:
    for node in above.inner:
        chunk, name = node.chunk, parsing.printable_name(node.kind.decode("latin-1"))
        if node.opened:
            if node.kind != b"INFO":
                yield name, "a list"
            yield from _facts(reader, node, edited)
        elif chunk.is_list and node.kind == b"movi":
            yield name, f"{chunk.end - chunk.body} bytes"
        elif above.kind == b"INFO" and node.kind in edited and not chunk.is_list:
            continue
        elif node.kind == b"idx1" and not chunk.is_list:
            yield name, _index_digest(reader, above, chunk)
        elif not _is_empty_padding(reader, chunk):
            yield name, parsing.digest_range(reader, node.start, node.stop)
    if above.rest:
        yield "rest", parsing.digest_range(reader, above.chunk.end - max(above.rest, 0), above.chunk.end)


def _index_digest(reader: Reader, riff: _Node, index: Chunk) -> str:
    """Return a digest of an index; absolute offsets count relative to the media."""
    media = next((node.chunk for node in riff.inner if node.kind == b"movi"), None)
    length = index.end - index.body
    try:
        if media is None or length > _LARGEST_INDEX or not _is_absolute(reader, index, media):
            return parsing.digest_range(reader, index.start, index.stop)
    except NotEditableError:
        return parsing.digest_range(reader, index.start, index.stop)
    shift = media.body - 12
    data = _moved_entries(_entries(reader, index), -shift, at_least=shift)
    rest = parsing.digest_range(reader, index.body + len(data), index.stop)
    return f"absolute, {parsing.digest_bytes(data)}, {rest}"
