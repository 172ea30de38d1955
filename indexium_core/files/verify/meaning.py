"""
The facts that FFmpeg's libraries read from a file: the half of the evidence that shares no code with our parsers.

All facts are texts by name, so that one rule compares them and a message can show a difference. Only headers are read
and nothing is decoded; the check of the payload covers the packets.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import av.error
import av.logging
import numpy as np
import numpy.typing as npt
from av.stream import Disposition

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.containers import Layout, Reader
from indexium_core.model.fields import values
from indexium_core.model.fields.table import fields_in_files
from indexium_core.model.files.media import Extent

Facts = Mapping[str, str]  # facts as texts, by name

ASPECTS = ("streams", "chapters", "attachments", "side_data", "tags", "index")

_INDEX_ENTRIES = 250  # compared entries of each track, spread over the track; the structural half compares all entries
_ONE_DUMP = threading.Lock()
_QUIET = -8  # FFmpeg's log level without messages (AV_LOG_QUIET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The facts of one file."""

    fields: Mapping[str, str | None]  # the fields that we write, as players show them
    facts: Mapping[str, Facts]  # all other facts, by aspect (`ASPECTS`)
    tags: Mapping[str, Any]  # {"container": {…}, "streams": [{…}]}, as the libraries have them


def owned_by(name: str, *fields: str) -> str:
    """Return the name of a fact that a write of these fields may change; without fields, no write may change it."""
    return f"{'+'.join(fields)}: {name}" if fields else name


def is_owned_by(name: str, field: str) -> bool:
    """Return whether a write of the field may change the fact with this name."""
    owners, colon, _ = name.partition(": ")
    return bool(colon) and field in owners.split("+")


def read(reader: Reader, layout: Layout) -> Meaning:
    """
    Return the facts of a file.

    Raises:
        FFmpegError: The libraries cannot open the file.

    """
    is_mov = libav.demuxer_of(layout.container) == "mov"
    try:
        # Read the index from the sample tables (2-hour film: 13 ms, not 59); the structural half compares the edit
        # lists.
        with libav.opened(reader, layout.container, sample_tables=True) as media:
            streams = [dict(stream.metadata) for stream in media.streams]
            return Meaning(
                fields={each.key: libav.shown_field(media, each.key, layout.container) for each in fields_in_files()},
                tags={"container": dict(media.metadata), "streams": streams},
                facts=_facts(media, layout, with_durations=is_mov),  # a Matroska stream has no duration
            )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error).rstrip(".")
        message = f"The media libraries cannot read the file: {reason}."
        raise errors.FFmpegError(message) from error


def _facts(media: Any, layout: Layout, *, with_durations: bool) -> dict[str, Facts]:
    # Attached pictures come last: reading them moves the demuxer.
    found: dict[str, Iterator[tuple[str, str]]] = {
        "streams": _streams(media, with_durations=with_durations),
        "chapters": _chapters(media),
        "side_data": _side_data(media),
        "tags": _tags(media, layout.container),
        "index": _index(media, layout.payload, layout.size),
        "attachments": itertools.chain(_attachments(media), _pictures(media)),
    }
    return {aspect: dict(facts) for aspect, facts in found.items()}


# Streams, chapters, attachments, tags


def _streams(media: Any, *, with_durations: bool) -> Iterator[tuple[str, str]]:
    yield "number of streams", str(len(media.streams))
    for stream in media.streams:
        for name, value in _stream(stream, with_durations=with_durations):
            if value is not None:
                yield f"stream {stream.index} {name}", str(value)


def _stream(stream: Any, *, with_durations: bool) -> Iterator[tuple[str, object]]:
    yield "type", stream.type
    yield "id", stream.id
    yield "language", stream.metadata.get("language")
    yield "disposition", int(stream.disposition)
    yield "time base", stream.time_base
    yield "start", stream.start_time
    yield "frames", stream.frames
    if with_durations and stream.frames:  # without a value in the header, FFmpeg estimates it from the file's size
        yield "duration", stream.duration
    context = stream.codec_context
    if context is None:
        yield "codec", getattr(stream, "name", None)
        return
    yield "codec", stream.codec.canonical_name
    yield "codec tag", _codec_tag(context)
    yield "profile", stream.profile
    yield "extradata", _digest(_configuration(context.extradata or b"", stream.codec.canonical_name))
    for name in ("width", "height", "sample_aspect_ratio", "sample_rate"):
        yield name, getattr(context, name, None)
    if stream.type == "audio":
        yield "layout", libav.channels_of(context)[0]


def _codec_tag(context: Any) -> str:
    try:
        return str(context.codec_tag)
    except UnicodeDecodeError as error:  # PyAV decodes the tag as text; for audio in an AVI it is a number
        return error.object.hex()


_START_CODE = re.compile(rb"\x00{2,}\x01")


def _configuration(extradata: bytes, codec: str) -> bytes:
    """
    Return the configuration of a decoder in a normalized form.

    Muxers and demuxers write start codes of three or of four bytes. The headers of Ogg streams contain the comments,
    which the check of the tags covers.
    """
    if codec in {"h264", "hevc"} and extradata[:3] in {b"\0\0\1", b"\0\0\0"}:
        return _START_CODE.sub(lambda _: b"\0\0\1", extradata)
    if codec in {"theora", "vorbis"}:
        return b"".join(header for header in _headers(extradata) if header[:1] not in {b"\x81", b"\x03"})
    return extradata


def _headers(extradata: bytes) -> Iterator[bytes]:
    """Yield the three headers of a Xiph codec: FFmpeg separates them by 16-bit lengths, or by Matroska's lacing."""
    if extradata[:1] != b"\2":
        while extradata:
            end = 2 + int.from_bytes(extradata[:2], "big")
            yield extradata[2:end]
            extradata = extradata[end:]
        return
    at, lengths = 1, []
    for _ in range(2):
        run = len(extradata[at:]) - len(extradata[at:].lstrip(b"\xff"))
        lengths.append(255 * run + int.from_bytes(extradata[at + run : at + run + 1], "big"))
        at += run + 1
    for length in [*lengths, len(extradata)]:
        yield extradata[at : at + length]
        at += length


def _chapters(media: Any) -> Iterator[tuple[str, str]]:
    for number, chapter in enumerate(media.chapters()):
        times = f"{chapter['start']} to {chapter['end']} in {chapter['time_base']}"
        yield f"chapter {number}", f"{chapter['id']}: {times}: {sorted(chapter['metadata'].items())}"


def _attachments(media: Any) -> Iterator[tuple[str, str]]:
    for stream in media.streams.attachments:
        yield f"attachment {stream.index}", f"{stream.name} ({stream.mimetype}) {_digest(stream.data)}"


def _pictures(media: Any) -> Iterator[tuple[str, str]]:
    """Yield the cover pictures: the demuxer returns each picture as one packet before all other packets."""
    pictures = {s.index for s in media.streams.video if s.disposition & Disposition.attached_pic}
    if not pictures:
        return
    for packet in itertools.islice(media.demux(), len(pictures)):
        if packet.stream.index not in pictures:
            return
        yield f"picture in stream {packet.stream.index}", _digest(bytes(packet))


# An FLV has values for its own size and positions. FFmpeg reads them as tags; the structural half checks them.
_OF_THE_FILE = frozenset({"filesize", "lastkeyframelocation"})


def _tags(media: Any, container: str) -> Iterator[tuple[str, str]]:
    for key, value in media.metadata.items():
        if not (media.format.name == "flv" and key in _OF_THE_FILE):
            yield f"tag {key}", _stored(key, value, container)
    in_ogg = media.format.name == "ogg"  # an Ogg file has tags only in its streams
    for stream in media.streams:
        for key, value in stream.metadata.items():
            if key != "language":
                name = f"tag stream {stream.index}/{key}" if in_ogg else f"stream {stream.index} tag {key}"
                yield name, _stored(key, value, container)


def _stored(key: str, value: str, container: str) -> str:
    """Return the value of a tag, in its canonical form if it is one of our fields."""
    field = libav.field_of(key, container)
    return values.stored(field, value, libav.demuxer_of(container)) if field else value


# Side data


def _side_data(media: Any) -> Iterator[tuple[str, str]]:
    """Yield the facts that FFmpeg reports only in its log: rotation, Dolby Vision, stereo and spherical layout."""
    owner, depth, counts = "file", -1, dict[str, int]()
    for line in _described(media).splitlines():
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if heading := _HEADING.match(text):
            owner, depth = heading[0], -1
        elif text == "Side data:":
            depth = indent
        elif 0 <= depth < indent:
            counts[owner] = counts.get(owner, 0) + 1
            yield f"{owner} side data {counts[owner]}", text
        else:
            depth = -1


_HEADING = re.compile(r"Stream (?:group )?#\d+:\d+")


def _described(media: Any) -> str:
    """
    Return FFmpeg's description of a file.

    FFmpeg gives it only as log messages, and the log level is global to the process. Therefore a lock is held, and
    messages of other threads are captured, too. Repeated messages must stay: otherwise two equal lines would be one.

    Afterwards FFmpeg's own callback receives all messages and drops them. PyAV's callback takes the interpreter's lock
    for each message, even if it drops the message, and FFmpeg sends one for each sample of an index.
    """
    with _ONE_DUMP, av.logging.Capture(local=False):
        skip = av.logging.get_skip_repeated()
        av.logging.set_level(av.logging.INFO)
        av.logging.set_skip_repeated(False)
        try:
            return str(media.dumps_format())
        finally:
            av.logging.set_skip_repeated(skip)
            # Not None: PyAV compares a concurrent message of another thread with the level, which would fail.
            av.logging.set_level(av.logging.PANIC)
            av.logging.set_libav_level(_QUIET)
            av.logging.restore_default_callback()


# The index


def _index(media: Any, payload: Sequence[Extent], size: int) -> Iterator[tuple[str, str]]:
    """Yield a digest of each stream's index: position in the payload, time, size and flags of its samples."""
    extents = sorted((extent for extent in payload if extent.length), key=lambda extent: extent.offset)
    for stream in media.streams:
        entries = stream.index_entries
        count = len(entries)
        if count:
            sampled = [*entries[:: -(-count // _INDEX_ENTRIES)], entries[-1]]
            flat = [number for e in sampled for number in (e.pos, e.timestamp, e.size, e.flags)]
            rows = np.array(flat, dtype=np.int64).reshape(-1, 4)
            rows[:, 0] = _places(rows[:, 0], extents, size)
            yield f"stream {stream.index} index", f"{count} entries {_digest(rows.tobytes())}"


def _places(positions: npt.NDArray[np.int64], extents: Sequence[Extent], size: int) -> npt.NDArray[np.int64]:
    """
    Convert positions in the file to positions in the concatenated payload, which stay equal if the whole payload moves.

    Positions after the end of the file are also counted relative to the payload: the index of a truncated video still
    has such positions. Any other position outside the payload stays a file position, as a negative number.
    """
    if not extents:
        return -1 - positions
    offsets = np.array([extent.offset for extent in extents], dtype=np.int64)
    lengths = np.array([extent.length for extent in extents], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    at = np.maximum(np.searchsorted(offsets, positions, side="right") - 1, 0)
    inside = positions - offsets[at]
    is_counted = (inside >= 0) & ((inside < lengths[at]) | (positions >= size))
    return np.where(is_counted, starts[at] + inside, -1 - positions)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
