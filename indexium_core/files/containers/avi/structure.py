"""
AVI: a RIFF file with the header (`hdrl`), texts (`INFO`), media (`movi`) and an index.

A chunk is four letters and a little-endian 32-bit length, padded to an even number of bytes. OpenDML files (over 1 GB)
are several RIFF chunks in a row. Texts have no declared character set; FFmpeg hands their bytes on as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import CutShortError, HeaderFacts, MalformedHeaderError
from indexium_core.model.files.media import Extent, FieldValue

__all__ = ["COMMENT", "PADDING", "Chunk", "census", "chunks", "examine", "recognises"]

COMMENT = b"ICMT"
# The texts that FFmpeg's muxer writes; it drops all others.
_TEXTS = frozenset(
    b"IARL IART IAS1 IAS2 IAS3 IAS4 IAS5 IAS6 IAS7 IAS8 IAS9 ICMS ICMT ICOP ICRD ICRP IDIM IDPI IENG IGNR IKEY ILGT "
    b"ILNG IMED INAM IPLT IPRD IPRT ITRK ISBJ ISFT ISHP ISMP ISRC ISRF ITCH".split()
)
_LARGEST_TEXT = 1 << 20
PADDING = frozenset({b"JUNK", b"junk", b"PAD "})
# Cameras hide their settings in padding; these are the beginnings that ExifTool reads.
_DISGUISED = (b"OLYMDigital", b"QVMI", b"ucmt", b"IIII", b"PENTDigital", b"0GDA", b"0GPS", b"CASIO", b"RICOH")
_HEADER = frozenset({b"avih", b"dmlh"})
_STREAM = frozenset({b"strh", b"strf", b"strn", b"indx", b"vprp"})
_DISABLED = 1  # flag of a stream that players leave out until asked


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk or a list of chunks, without the byte that pads it."""

    kind: bytes  # four letters; of a list, those of the list
    is_list: bool
    body: int
    end: int

    @property
    def start(self) -> int:
        return self.body - (12 if self.is_list else 8)

    @property
    def stop(self) -> int:
        """Where the next one begins."""
        return self.end + self.end % 2


@dataclass
class _Reading:
    """What is gathered on the way through a file."""

    payload: list[Extent] = field(default_factory=list)
    front: int | None = None  # texts in front of the media; None: no media yet
    texts: list[tuple[bytes, str]] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)  # one description each
    strange: list[bytes] = field(default_factory=list)  # chunks that FFmpeg would leave out
    unfinished: bool = False


def recognises(head: bytes) -> bool:
    """Tell by the first bytes."""
    return head[:4] == b"RIFF" and head[8:12] in {b"AVI ", b"AVIX"}


def examine(reader: Reader) -> HeaderFacts:
    """Find media and texts. Raises CutShortError, MalformedError."""
    reading = _read(reader)
    others = [(kind.decode("latin-1"), text) for kind, text in reading.texts if kind != COMMENT]
    return HeaderFacts(
        payload=tuple(reading.payload),
        fields=tuple(
            FieldValue(field="comment", where="INFO/ICMT", value=text)
            for kind, text in reading.texts
            if kind == COMMENT
        ),
        added="INFO/ICMT" if _is_hidden(reading) else "",
        kept=parsing.handed(others),
        obstacle=_obstacle(reading) or parsing.unfit(others),
    )


def _is_hidden(reading: _Reading) -> bool:
    """Tell whether all comments lie behind the media, where players do not read."""
    kinds = [kind for kind, _ in reading.texts]
    return COMMENT in kinds and COMMENT not in kinds[: reading.front]


def census(reader: Reader) -> Mapping[str, str]:
    """Return the texts, what the header says of each stream and FFmpeg does not show, and how much media there is."""
    reading = _read(reader)
    texts = [(kind.decode("latin-1"), text) for kind, text in reading.texts if kind != COMMENT]
    streams = {f"stream {number}": said for number, said in enumerate(reading.streams)}
    return {**parsing.named(texts), **streams, **_media(reader, reading.payload)}


def _obstacle(reading: _Reading) -> str:
    if reading.unfinished:
        return "The recording was never finished: its header does not say how long it is."
    if reading.strange:
        name = parsing.shown(reading.strange[0].decode("latin-1"))
        return f"It holds a part that FFmpeg would leave out: {name}."
    unwritten = next((kind for kind, _ in reading.texts if kind not in _TEXTS), None)
    if unwritten is not None:
        return f"It holds a text that FFmpeg would leave out: {parsing.shown(unwritten.decode('latin-1'))}."
    if sum(kind == COMMENT for kind, _ in reading.texts) > 1:
        return "It holds several comments, of which FFmpeg keeps one."
    return ""


# The way through a file


def _read(reader: Reader) -> _Reading:
    reading = _Reading()
    offset = 0
    for _ in range(parsing.STEPS):
        head = reader.read_at(offset, 12)
        if len(head) < 12 or head[:4] != b"RIFF":
            break
        end = offset + 8 + int.from_bytes(head[4:8], "little")
        if end <= offset + 12:
            reading.unfinished = True
            return reading
        if end > reader.size:
            raise CutShortError
        _read_riff(reader, offset + 12, end, reading)
        offset = end + end % 2
    if reader.read_at(offset, 1 << 16).strip(b"\0") or reader.size - offset > 1 << 16:
        reading.strange.append(b"bytes behind the end")
    return reading


def _read_riff(reader: Reader, start: int, end: int, reading: _Reading) -> None:
    for chunk in chunks(reader, start, end):
        if not chunk.is_list:
            _leaf(reader, chunk, reading, frozenset({b"idx1"}))
        elif chunk.kind == b"movi":
            reading.payload.append(Extent(chunk.body, max(0, chunk.end - chunk.body)))
            reading.front = len(reading.texts) if reading.front is None else reading.front
        elif chunk.kind == b"INFO":
            reading.texts += _info(reader, chunk)
        elif chunk.kind == b"hdrl":
            _read_header(reader, chunk, reading)
        else:
            reading.strange.append(chunk.kind)


def _read_header(reader: Reader, header: Chunk, reading: _Reading) -> None:
    for chunk in chunks(reader, header.body, header.end):
        if chunk.is_list and chunk.kind == b"strl":
            reading.streams.append(_stream(reader, chunk, reading))
        elif chunk.is_list and chunk.kind == b"odml":
            for leaf in chunks(reader, chunk.body, chunk.end):
                _leaf(reader, leaf, reading, _HEADER)
        elif chunk.is_list and chunk.kind == b"INFO":
            reading.texts += _info(reader, chunk)
        else:
            _leaf(reader, chunk, reading, _HEADER)


def _stream(reader: Reader, stream: Chunk, reading: _Reading) -> str:
    """Return what the header says of a stream and FFmpeg does not show: flags, language, name, fields of a picture."""
    said = ""
    for chunk in chunks(reader, stream.body, stream.end):
        _leaf(reader, chunk, reading, _STREAM)
        body = reader.read_at(chunk.body, min(chunk.end - chunk.body, 4096))
        if chunk.kind == b"strh" and len(body) >= 16:
            flags = int.from_bytes(body[8:12], "little") & _DISABLED
            said += f"{body[:4]!r} flags {flags} language {int.from_bytes(body[14:16], 'little')}"
        elif chunk.kind == b"strn":
            said += f" name {parsing.text_of(body)}"
        elif chunk.kind == b"vprp" and len(body) >= 36 and int.from_bytes(body[32:36], "little") > 1:
            said += " interlaced"
    return said


def _leaf(reader: Reader, chunk: Chunk, reading: _Reading, known: frozenset[bytes]) -> None:
    """Note a chunk that FFmpeg would leave out, though it says something."""
    if chunk.kind in known and not chunk.is_list:
        return
    start = reader.read_at(chunk.body, 64)
    if chunk.kind not in PADDING or start.lstrip(b"\0").startswith(_DISGUISED):
        reading.strange.append(chunk.kind)


def _info(reader: Reader, info: Chunk) -> Iterator[tuple[bytes, str]]:
    for chunk in chunks(reader, info.body, info.end):
        if chunk.is_list or chunk.end - chunk.body > _LARGEST_TEXT:
            raise MalformedHeaderError("its texts are no texts")
        data = reader.read_at(chunk.body, chunk.end - chunk.body)
        text = parsing.whole_text_of(data) if chunk.kind == COMMENT else parsing.text_of(data)
        if chunk.kind not in PADDING and text:  # an empty one says nothing
            yield chunk.kind, text


def chunks(reader: Reader, start: int, end: int, steps: int = parsing.STEPS) -> Iterator[Chunk]:
    """Yield the chunks between two places of a file."""
    for _ in range(steps):
        head = reader.read_at(start, 12)
        if start + 8 > end or len(head) < 8:
            return
        body, stop = start + 8, start + 8 + int.from_bytes(head[4:8], "little")
        if stop > reader.size:
            raise CutShortError
        if stop > end:
            raise MalformedHeaderError("the sizes of its parts contradict one another")
        is_list = head[:4] == b"LIST"
        yield Chunk(head[8:12] if is_list else head[:4], is_list, body + 4 if is_list else body, stop)
        start = stop + stop % 2
    raise MalformedHeaderError("it consists of too many parts")


# Media


def _media(reader: Reader, payload: list[Extent]) -> Mapping[str, str]:
    """
    Return how many pictures and bytes each stream has, counted without FFmpeg: what it cannot see it would lose.

    Sound may be cut into other chunks, and an empty chunk only says that a picture is shown for longer.
    """
    pieces: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for extent in payload:
        for chunk in _pieces(reader, extent.offset, extent.end):
            length = chunk.end - chunk.body
            if length and chunk.kind[:2] != b"ix" and chunk.kind not in PADDING:
                name = chunk.kind.decode("latin-1").replace("db", "dc")
                sizes[name] += length
                pieces[name] += not name.endswith("wb")
    return {f"media {name}": f"{pieces[name] or 'any'} pieces, {size} bytes" for name, size in sizes.items()}


def _pieces(reader: Reader, start: int, end: int) -> Iterator[Chunk]:
    for chunk in chunks(reader, start, end, parsing.MOST_PIECES):
        if chunk.is_list and chunk.kind == b"rec ":
            yield from chunks(reader, chunk.body, chunk.end)
        else:
            yield chunk
