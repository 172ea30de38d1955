"""
AVI: a RIFF file with the header (`hdrl`), texts (`INFO`), media (`movi`) and an index (`idx1`).

A chunk is four letters and a little-endian 32-bit length, padded to an even number of bytes. OpenDML files (over 1 GB)
are several RIFF chunks in a row. The character set of texts is not declared; FFmpeg copies their bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import CutShortError, HeaderFacts, MalformedHeaderError
from indexium_core.model.fields import table
from indexium_core.model.files.media import Extent, FieldValue

# The texts of our fields: the chunk of each field in a list INFO.
FIELDS: Mapping[bytes, str] = {each.stored.avi.encode(): each.key for each in table.FIELDS if each.stored.avi}
COMMENT = b"ICMT"
# The texts that FFmpeg's muxer writes; other texts are lost.
_TEXTS = frozenset(
    b"IARL IART IAS1 IAS2 IAS3 IAS4 IAS5 IAS6 IAS7 IAS8 IAS9 ICMS ICMT ICOP ICRD ICRP IDIM IDPI IENG IGNR IKEY ILGT "
    b"ILNG IMED INAM IPLT IPRD IPRT ITRK ISBJ ISFT ISHP ISMP ISRC ISRF ITCH".split()
)
_LARGEST_TEXT = 1 << 20
PADDING = frozenset({b"JUNK", b"junk", b"PAD "})
# Cameras store settings in padding; ExifTool reads padding that starts with these bytes.
_CAMERA_DATA = (b"OLYMDigital", b"QVMI", b"ucmt", b"IIII", b"PENTDigital", b"0GDA", b"0GPS", b"CASIO", b"RICOH")
_HEADER = frozenset({b"avih", b"dmlh"})
_STREAM = frozenset({b"strh", b"strf", b"strn", b"indx", b"vprp"})
_DISABLED = 1  # flag of a stream that players do not play by default


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk or a list of chunks, without its padding byte."""

    kind: bytes  # four letters; for a list, the list type
    is_list: bool
    body: int
    end: int

    @property
    def start(self) -> int:
        return self.body - (12 if self.is_list else 8)

    @property
    def stop(self) -> int:
        """Offset of the next chunk."""
        return self.end + self.end % 2


@dataclass
class _AviContents:
    """The data read from a file."""

    payload: list[Extent] = field(default_factory=list)
    front_texts: int | None = None  # number of texts before the media; None: media not reached
    texts: list[tuple[bytes, str]] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)  # one description each
    dropped: list[bytes] = field(default_factory=list)  # chunks that FFmpeg would lose
    is_unfinished: bool = False


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head[:4] == b"RIFF" and head[8:12] in {b"AVI ", b"AVIX"}


def examine(reader: Reader) -> HeaderFacts:
    """Find media and texts. Raises CutShortError, MalformedHeaderError."""
    contents = _read(reader)
    others = [(kind.decode("latin-1"), text) for kind, text in contents.texts if kind != COMMENT]
    return HeaderFacts(
        payload=tuple(contents.payload),
        fields=tuple(
            FieldValue(field=FIELDS[kind], where=f"INFO/{kind.decode()}", value=text)
            for kind, text in contents.texts
            if kind in FIELDS
        ),
        added="INFO/ICMT" if _is_hidden(contents) else "",
        options=parsing.tag_options(others),
        obstacle=_obstacle(contents) or parsing.tags_obstacle(others),
    )


def _is_hidden(contents: _AviContents) -> bool:
    """Return whether all comments lie behind the media: players do not read these."""
    kinds = [kind for kind, _ in contents.texts]
    return COMMENT in kinds and COMMENT not in kinds[: contents.front_texts]


def census(reader: Reader) -> Mapping[str, str]:
    """Return the texts, the header fields of each stream that FFmpeg does not show, and the amount of media."""
    contents = _read(reader)
    texts = [(kind.decode("latin-1"), text) for kind, text in contents.texts if kind != COMMENT]
    streams = {f"stream {number}": description for number, description in enumerate(contents.streams)}
    return {**parsing.tag_facts(texts), **streams, **_media(reader, contents.payload)}


def _obstacle(contents: _AviContents) -> str:
    if contents.is_unfinished:
        return "The recording was not finished: its header has no length."
    if contents.dropped:
        name = parsing.printable_name(contents.dropped[0].decode("latin-1"))
        return f"It holds a chunk that FFmpeg would leave out: {name}."
    unwritten = next((kind for kind, _ in contents.texts if kind not in _TEXTS), None)
    if unwritten is not None:
        return f"It holds a text that FFmpeg would leave out: {parsing.printable_name(unwritten.decode('latin-1'))}."
    if sum(kind == COMMENT for kind, _ in contents.texts) > 1:
        return "It holds several comments, of which FFmpeg keeps one."
    return ""


# Reading


def _read(reader: Reader) -> _AviContents:
    contents = _AviContents()
    offset = 0
    for _ in range(parsing.MAX_ELEMENTS):
        head = reader.read_at(offset, 12)
        if len(head) < 12 or head[:4] != b"RIFF":
            break
        end = offset + 8 + int.from_bytes(head[4:8], "little")
        if end <= offset + 12:
            contents.is_unfinished = True
            return contents
        if end > reader.size:
            raise CutShortError
        _read_riff(reader, offset + 12, end, contents)
        offset = end + end % 2
    if reader.read_at(offset, 1 << 16).strip(b"\0") or reader.size - offset > 1 << 16:
        contents.dropped.append(b"bytes behind the end")
    return contents


def _read_riff(reader: Reader, start: int, end: int, contents: _AviContents) -> None:
    for chunk in chunks(reader, start, end):
        if not chunk.is_list:
            _note_dropped(reader, chunk, contents, frozenset({b"idx1"}))
        elif chunk.kind == b"movi":
            contents.payload.append(Extent(chunk.body, max(0, chunk.end - chunk.body)))
            contents.front_texts = len(contents.texts) if contents.front_texts is None else contents.front_texts
        elif chunk.kind == b"INFO":
            contents.texts += _info(reader, chunk)
        elif chunk.kind == b"hdrl":
            _read_header(reader, chunk, contents)
        else:
            contents.dropped.append(chunk.kind)


def _read_header(reader: Reader, header: Chunk, contents: _AviContents) -> None:
    for chunk in chunks(reader, header.body, header.end):
        if chunk.is_list and chunk.kind == b"strl":
            contents.streams.append(_stream(reader, chunk, contents))
        elif chunk.is_list and chunk.kind == b"odml":
            for leaf in chunks(reader, chunk.body, chunk.end):
                _note_dropped(reader, leaf, contents, _HEADER)
        elif chunk.is_list and chunk.kind == b"INFO":
            contents.texts += _info(reader, chunk)
        else:
            _note_dropped(reader, chunk, contents, _HEADER)


def _stream(reader: Reader, stream: Chunk, contents: _AviContents) -> str:
    """Return the header fields of a stream that FFmpeg does not show: flags, language, name, interlacing."""
    description = ""
    for chunk in chunks(reader, stream.body, stream.end):
        _note_dropped(reader, chunk, contents, _STREAM)
        body = reader.read_at(chunk.body, min(chunk.end - chunk.body, 4096))
        if chunk.kind == b"strh" and len(body) >= 16:
            flags = int.from_bytes(body[8:12], "little") & _DISABLED
            description += f"{body[:4]!r} flags {flags} language {int.from_bytes(body[14:16], 'little')}"
        elif chunk.kind == b"strn":
            description += f" name {parsing.text_of(body)}"
        elif chunk.kind == b"vprp" and len(body) >= 36 and int.from_bytes(body[32:36], "little") > 1:
            description += " interlaced"
    return description


def _note_dropped(reader: Reader, chunk: Chunk, contents: _AviContents, known: frozenset[bytes]) -> None:
    """Record a chunk with content that FFmpeg would lose."""
    if chunk.kind in known and not chunk.is_list:
        return
    start = reader.read_at(chunk.body, 64)
    if chunk.kind not in PADDING or start.lstrip(b"\0").startswith(_CAMERA_DATA):
        contents.dropped.append(chunk.kind)


def _info(reader: Reader, info: Chunk) -> Iterator[tuple[bytes, str]]:
    for chunk in chunks(reader, info.body, info.end):
        if chunk.is_list or chunk.end - chunk.body > _LARGEST_TEXT:
            raise MalformedHeaderError("its texts (INFO) are malformed")
        data = reader.read_at(chunk.body, chunk.end - chunk.body)
        text = parsing.whole_text_of(data) if chunk.kind in FIELDS else parsing.text_of(data)
        if chunk.kind not in PADDING and text:  # an empty text is no comment
            yield chunk.kind, text


def chunks(reader: Reader, start: int, end: int, steps: int = parsing.MAX_ELEMENTS) -> Iterator[Chunk]:
    """Yield the chunks between two offsets of a file."""
    for _ in range(steps):
        head = reader.read_at(start, 12)
        if start + 8 > end or len(head) < 8:
            return
        body, stop = start + 8, start + 8 + int.from_bytes(head[4:8], "little")
        if stop > reader.size:
            raise CutShortError
        if stop > end:
            raise MalformedHeaderError("the sizes of its chunks contradict each other")
        is_list = head[:4] == b"LIST"
        yield Chunk(head[8:12] if is_list else head[:4], is_list, body + 4 if is_list else body, stop)
        start = stop + stop % 2
    raise MalformedHeaderError("it has too many chunks")


# Media


def _media(reader: Reader, payload: list[Extent]) -> Mapping[str, str]:
    """
    Return the number of video frames and bytes of each stream, counted without FFmpeg, which may miss some.

    FFmpeg may divide audio into other chunks. An empty chunk only repeats a frame.
    """
    pieces: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for extent in payload:
        for chunk in _media_chunks(reader, extent.offset, extent.end):
            length = chunk.end - chunk.body
            if length and chunk.kind[:2] != b"ix" and chunk.kind not in PADDING:
                name = chunk.kind.decode("latin-1").replace("db", "dc")
                sizes[name] += length
                pieces[name] += not name.endswith("wb")
    return {f"media {name}": f"{pieces[name] or 'any'} pieces, {size} bytes" for name, size in sizes.items()}


def _media_chunks(reader: Reader, start: int, end: int) -> Iterator[Chunk]:
    for chunk in chunks(reader, start, end, parsing.MAX_MEDIA_PIECES):
        if chunk.is_list and chunk.kind == b"rec ":
            yield from chunks(reader, chunk.body, chunk.end)
        else:
            yield chunk
