"""
What FFmpeg's libraries make of a file: the half of the evidence that shares no code with our own parsers.

Everything comes out as text by name, so that all is compared by one rule and a difference can be shown as it is. Only
headers are read and nothing is decoded; what a file says in its packets is the payload's half.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import av.error
import av.logging
import numpy as np
import numpy.typing as npt
from av.stream import Disposition

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.containers import Layout, Reader
from indexium_core.model.media import Extent

__all__ = ["ASPECTS", "Facts", "read"]

Facts = Mapping[str, str]  # what was read, by the name of where

ASPECTS = ("streams", "chapters", "attachments", "side_data", "tags", "index")

_INDEX_ENTRIES = 1000  # of each track, spread over it
_ONE_DUMP = threading.Lock()


def read(reader: Reader, layout: Layout) -> tuple[dict[str, str | None], dict[str, Facts]]:
    """
    Return the fields that we write, as players show them, and all other facts by aspect (`ASPECTS`).

    Raises:
        FFmpegError: The libraries cannot open the file.

    """
    is_mov = libav.demuxer_of(layout.container) == "mov"
    try:
        # The index is that of the sample tables (2-hour film: 14 ms against 27); edit lists are the structural half's.
        with libav.opened(reader, layout.container, sample_tables=True) as media:
            fields = {field: libav.read_field(media.metadata, field) for field in libav.FIELDS}
            return fields, _facts(media, layout, with_durations=is_mov)  # Matroska has none of a stream
    except (av.error.FFmpegError, OSError, ValueError) as error:
        said = str(getattr(error, "strerror", None) or error).rstrip(".")
        message = f"The media libraries cannot read the file: {said}."
        raise errors.FFmpegError(message) from error


def _facts(media: Any, layout: Layout, *, with_durations: bool) -> dict[str, Facts]:
    # Attached pictures come last: taking them from the demuxer moves it.
    found: dict[str, Iterator[tuple[str, str]]] = {
        "streams": _streams(media, with_durations=with_durations),
        "chapters": _chapters(media),
        "side_data": _side_data(media),
        "tags": _tags(media),
        "index": _index(media, layout.payload),
        "attachments": itertools.chain(_attachments(media), _pictures(media)),
    }
    return {aspect: dict(facts) for aspect, facts in found.items()}


# What there is


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
    if with_durations and stream.frames:  # where the header has none, FFmpeg estimates it from the file's size
        yield "duration", stream.duration
    context = stream.codec_context
    if context is None:
        yield "codec", getattr(stream, "name", None)
        return
    yield "codec", stream.codec.canonical_name
    yield "codec tag", context.codec_tag
    yield "profile", stream.profile
    yield "extradata", _digest(context.extradata or b"")
    for name in ("width", "height", "sample_aspect_ratio", "sample_rate", "layout"):
        value = getattr(context, name, None)
        yield name, getattr(value, "name", value)  # a channel layout is known by its name


def _chapters(media: Any) -> Iterator[tuple[str, str]]:
    for number, chapter in enumerate(media.chapters()):
        times = f"{chapter['start']} to {chapter['end']} in {chapter['time_base']}"
        yield f"chapter {number}", f"{chapter['id']}: {times}: {sorted(chapter['metadata'].items())}"


def _attachments(media: Any) -> Iterator[tuple[str, str]]:
    for stream in media.streams.attachments:
        yield f"attachment {stream.index}", f"{stream.name} ({stream.mimetype}) {_digest(stream.data)}"


def _pictures(media: Any) -> Iterator[tuple[str, str]]:
    """Yield the cover pictures: the demuxer hands out each as one packet before all others."""
    pictures = {s.index for s in media.streams.video if s.disposition & Disposition.attached_pic}
    if not pictures:
        return
    for packet in itertools.islice(media.demux(), len(pictures)):
        if packet.stream.index not in pictures:
            return
        yield f"picture in stream {packet.stream.index}", _digest(bytes(packet))


def _tags(media: Any) -> Iterator[tuple[str, str]]:
    for key, value in media.metadata.items():
        yield f"tag {key}", value
    for stream in media.streams:
        for key, value in stream.metadata.items():
            if key != "language":
                yield f"stream {stream.index} tag {key}", value


# Side data


def _side_data(media: Any) -> Iterator[tuple[str, str]]:
    """Yield what only the printed description of a file shows: rotation, Dolby Vision, stereo and spherical layout."""
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

    It exists only as log messages, and the level of logging is one for the whole process: hence the lock, and the
    capture of what other threads would log meanwhile. Repeated messages count, or two equal lines would be one.
    """
    with _ONE_DUMP, av.logging.Capture(local=False):
        skip = av.logging.get_skip_repeated()
        av.logging.set_level(av.logging.INFO)
        av.logging.set_skip_repeated(False)
        try:
            return str(media.dumps_format())
        finally:
            av.logging.set_skip_repeated(skip)
            # Not back to None: a message of another thread that is under way would be compared with it, and fail.
            av.logging.set_level(av.logging.PANIC)


# The index


def _index(media: Any, payload: Sequence[Extent]) -> Iterator[tuple[str, str]]:
    """Yield a digest of each stream's index: where in the payload, when, how large and of what kind samples are."""
    extents = sorted((extent for extent in payload if extent.length), key=lambda extent: extent.offset)
    for stream in media.streams:
        entries = stream.index_entries
        count = len(entries)
        if count:
            sampled = [*entries[:: -(-count // _INDEX_ENTRIES)], entries[-1]]
            flat = [number for e in sampled for number in (e.pos, e.timestamp, e.size, e.flags)]
            rows = np.array(flat, dtype=np.int64).reshape(-1, 4)
            rows[:, 0] = _places(rows[:, 0], extents)
            yield f"stream {stream.index} index", f"{count} entries {_digest(rows.tobytes())}"


def _places(positions: npt.NDArray[np.int64], extents: Sequence[Extent]) -> npt.NDArray[np.int64]:
    """
    Return places in the concatenated payload for places in the file, so that a payload that moved as a whole is equal.

    What lies outside of it keeps its place in the file, as a negative number.
    """
    if not extents:
        return -1 - positions
    offsets = np.array([extent.offset for extent in extents], dtype=np.int64)
    lengths = np.array([extent.length for extent in extents], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    at = np.maximum(np.searchsorted(offsets, positions, side="right") - 1, 0)
    inside = positions - offsets[at]
    return np.where((inside >= 0) & (inside < lengths[at]), starts[at] + inside, -1 - positions)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
