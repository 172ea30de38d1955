"""
One frame of a video, or a photo, as a small JPEG by which a user recognises the file.

A file may be damaged, hostile or enormous, and a thumbnail must not delay anything. Bytes read, frames decoded and time
are therefore limited, and after any error the thumbnail is missing. Only key frames are decoded, one at a time, by one
thread. Photos are decoded by `containers.photos.decoding`, HEIC and AVIF as a frame of a video.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np
from av.codec.context import ThreadType
from av.filter import Graph
from av.stream import Disposition

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.containers import Reader, registry
from indexium_core.files.containers.photos import decoding, jpeg
from indexium_core.files.containers.photos.photo import PhotoLayout, PhotoParts

logger = logging.getLogger(__name__)

WIDEST = 1280  # pixels; larger pictures are not made
_PLACES = (0.10, 0.25, 0.5)  # fractions of the duration; the later ones are for videos with a dark start
_TIMEOUT_SECONDS = 4.0  # limit for one thumbnail
_MOST_BYTES = 96 * 1024 * 1024  # limit of bytes read; one frame of a studio master may have 10 MB
_MOST_PIXELS = 50_000_000  # limit of a decoded frame: 8192 × 4320 is 35 million pixels, and each may take 8 bytes
_MOST_JPEG_PIXELS = 250_000_000  # limit of a JPEG that is decoded row by row, in a fraction of its size
_PHOTOS = frozenset(family.name for family in registry.PHOTOS)
_MOST_PACKETS = 400  # limit of a search for a key frame, from each place
_DARK, _FLAT = 24.0, 6.0  # a frame with less mean brightness, or less contrast (of 255), counts as empty
_DEGREES = {8: 90, 3: 180, 6: 270}  # anticlockwise, by the orientation
_TICK = Fraction(1, 25)  # a single picture does not have a time, but every encoder requires a time base
_QUALITY = 4  # quality of the JPEG: 2 is best, 31 worst


class _LimitReachedError(Exception):
    """The limit of time or bytes for a thumbnail was reached."""


class _Bounded:
    """A reader with a limit of time and bytes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._left = _MOST_BYTES
        self._until = time.monotonic() + _TIMEOUT_SECONDS

    @property
    def size(self) -> int:
        return self._reader.size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; raises `_LimitReachedError` at the limit."""
        self.check()
        data = self._reader.read_at(offset, length)
        self._left -= len(data)
        return data

    def check(self) -> None:
        if self._left <= 0 or time.monotonic() > self._until:
            raise _LimitReachedError


def picture(reader: Reader, container: str, *, duration: float = 0.0, width: int = 640) -> bytes | None:
    """
    Return a frame at about a tenth of the duration, or a photo, as a JPEG; or None.

    The picture is upright, has the shape that a player shows, and is at most as wide as `width` and as large as the
    video. A later frame replaces a dark or empty one, if that is cheap.

    Args:
        reader: The open file.
        container: Its container.
        duration: Seconds, if they are known; otherwise the value in the file.
        width: The maximum in pixels, of the longer side for an upright video.

    """
    bounded = _Bounded(reader)
    best = _Best(width)
    try:
        _, layout = registry.examine(bounded) if container in _PHOTOS else (None, None)
        if isinstance(layout, PhotoLayout):
            return _photo(bounded, layout, best, min(width, WIDEST))
        with libav.opened(bounded, container, sample_tables=True) as media:
            _look(media, duration, bounded, best)
        if best.frame is None:  # a seek is impossible, as in a recording without an index: use the start
            with libav.opened(bounded, container, sample_tables=True) as media:
                best.take(*_frame_from_here(media, bounded))
    except _FAILURES as error:
        logger.debug("thumbnail.failed", extra={"error": str(error)})
    try:
        return best.jpeg()
    except _FAILURES as error:
        logger.debug("thumbnail.not_encoded", extra={"error": str(error)})
        return None


_FAILURES = (
    av.error.FFmpegError,
    errors.FileAccessError,
    OSError,
    ValueError,
    ArithmeticError,
    MemoryError,
    _LimitReachedError,
)


def _photo(bounded: _Bounded, layout: PhotoLayout, best: _Best, width: int) -> bytes | None:
    """Return the thumbnail of a photo; None if it has too many pixels."""
    wide, high = layout.dimensions
    is_by_rows = layout.container == "jpeg" and layout.parts is not None and jpeg.has_one_scan(bounded, layout.parts)
    if not 0 < wide * high <= (_MOST_JPEG_PIXELS if is_by_rows else _MOST_PIXELS):
        return None
    if layout.container != "heif":
        turned = layout.exif.orientation
        return decoding.thumbnail(bounded, layout.container, orientation=turned, width=width, most_pixels=_MOST_PIXELS)
    assert layout.parts is not None  # it has dimensions
    stills = layout.parts.stills
    with libav.opened(bounded, "mp4") as media:
        frames = _stills(media, stills.numbers, bounded)
        if stills.is_turned and frames:
            best.take(*frames[0])  # reads the stream, so the file is still open
    if not stills.is_turned and len(frames) == len(stills.numbers):
        whole = _joined([frame for frame, _ in frames], stills.columns, layout.parts, width)
        return _jpeg(whole, _even(whole.width), _even(whole.height), _DEGREES.get(layout.parts.orientation, 0))
    return best.jpeg()


def _stills(media: Any, numbers: Sequence[int], bounded: _Bounded) -> list[tuple[Any, Any]]:
    """Return the pictures with some numbers and their streams, in order; fewer if one is damaged."""
    found: dict[int, tuple[Any, Any]] = {}
    for packet in media.demux():
        bounded.check()
        stream = packet.stream
        if stream.id not in numbers or stream.id in found or not packet.size or stream.codec_context is None:
            continue
        if not stream.codec_context.is_open:
            stream.codec_context.thread_type = ThreadType.NONE
            # All tiles are kept, and those at two edges reach beyond the photo.
            most_pixels = min(_MOST_PIXELS, 2 * _MOST_PIXELS // len(numbers))
            stream.codec_context.options = {"max_pixels": str(most_pixels)}
        with contextlib.suppress(av.error.InvalidDataError):
            frames = [*packet.decode(), *stream.codec_context.decode(None)]
            if frames and frames[0].width and frames[0].height:
                found[stream.id] = frames[0], stream
    return [found[number] for number in numbers if number in found]


def _joined(tiles: Sequence[Any], columns: int, parts: PhotoParts, width: int) -> Any:
    """Return a photo made of its tiles, in a fraction of its size; what tiles have beyond the photo is cut."""
    shrink = max(1, max(parts.width, parts.height) // width)
    size = max(1, tiles[0].width // shrink), max(1, tiles[0].height // shrink)
    small = [tile.reformat(width=size[0], height=size[1], format="rgb24").to_ndarray() for tile in tiles]
    rows = [np.concatenate(small[at : at + columns], axis=1) for at in range(0, len(small), columns)]
    whole = np.concatenate(rows)[: max(2, parts.height // shrink), : max(2, parts.width // shrink)]
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(whole), format="rgb24")


class _Best:
    """The most informative frame so far, with the shape of its thumbnail."""

    def __init__(self, width: int) -> None:
        self.frame: Any = None
        self.worth = 0.0
        self._shape = (0, 0, 0)
        self._width = width

    def take(self, frame: Any, stream: Any) -> None:
        """Keep `frame` if it is better than the best one so far; None is ignored."""
        if frame is None:
            return
        worth = _worth(frame)
        if self.frame is None or worth > self.worth:
            self.frame, self.worth, self._shape = frame, worth, _shape(frame, stream, self._width)

    def jpeg(self) -> bytes | None:
        """Return the frame as a JPEG."""
        return None if self.frame is None else _jpeg(self.frame, *self._shape)


def _look(media: Any, duration: float, bounded: _Bounded, best: _Best) -> None:
    """Read a frame from each place until one is neither dark nor empty."""
    seconds = duration or (media.duration or 0) / av.time_base
    for place in _PLACES if seconds > 0 else ():
        with contextlib.suppress(av.error.FFmpegError):
            media.seek(_at(seconds * place, media), backward=True)
            best.take(*_frame_from_here(media, bounded))
        if best.frame is not None and best.worth > 0:
            return


def _pictures_of(media: Any) -> Any:
    """Return the video stream, ready to decode its key frames; None if the file has only a cover or no picture."""
    found = (stream for stream in media.streams.video if not stream.disposition & Disposition.attached_pic)
    stream = next((stream for stream in found if stream.codec_context is not None), None)
    if stream is not None and not stream.codec_context.is_open:
        stream.codec_context.thread_type = ThreadType.NONE
        stream.codec_context.skip_frame = "NONKEY"
        stream.codec_context.options = {"max_pixels": str(_MOST_PIXELS)}
    return stream


def _at(seconds: float, media: Any) -> int:
    """Return a position in FFmpeg's unit, counted from the start time of the video."""
    return int(seconds * av.time_base) + (media.start_time or 0)


def _frame_from_here(media: Any, bounded: _Bounded) -> tuple[Any, Any]:
    """Return the next complete key frame and its stream; the frame is None if it does not follow soon."""
    stream = _pictures_of(media)
    for number, packet in enumerate(() if stream is None else media.demux(stream)):
        bounded.check()
        if number > _MOST_PACKETS:
            break
        with contextlib.suppress(av.error.InvalidDataError):
            for frame in packet.decode():
                if frame.width and frame.height:
                    return frame, stream
    return None, stream


def _worth(frame: Any) -> float:
    """Return the worth of a frame: its contrast, or a negative number for a dark or an empty frame."""
    small = frame.reformat(width=32, height=18, format="gray").to_ndarray().astype(np.float32)
    light, contrast = float(small.mean()), float(small.std())
    return contrast if light > _DARK and contrast > _FLAT else contrast - 256


def _shape(frame: Any, stream: Any, width: int) -> tuple[int, int, int]:
    """Return width and height of the thumbnail before rotation, and the rotation in degrees."""
    turned = round(frame.rotation / 90) * 90 % 360
    aspect = stream.sample_aspect_ratio
    stretch = float(aspect) if aspect and 0.1 < float(aspect) < 10 else 1.0
    wide, high = frame.width * stretch, float(frame.height)
    scale = min(1.0, min(width, WIDEST) / max(wide, high))
    return _even(wide * scale), _even(high * scale), turned


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)


_TURNS = {90: ("transpose", "cclock"), 180: ("transpose", "clock"), 270: ("transpose", "clock")}


def _jpeg(frame: Any, width: int, height: int, turned: int) -> bytes:
    upright = _turn(frame.reformat(width=width, height=height, format="yuvj420p"), turned)
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = upright.width, upright.height, "yuvj420p"
    encoder.time_base = _TICK
    encoder.options = {"qmin": str(_QUALITY), "qmax": str(_QUALITY)}
    upright.pts = 0
    upright.pict_type = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(upright), *encoder.encode(None)])


def _turn(frame: Any, turned: int) -> Any:
    """Return the frame rotated counterclockwise by a number of degrees, as its display matrix requires."""
    if not turned:
        return frame
    graph = Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=_TICK)
    name, direction = _TURNS[turned]
    last = source
    for _ in range(2 if turned == 180 else 1):
        step = graph.add(name, direction)
        last.link_to(step)
        last = step
    sink = graph.add("buffersink")
    last.link_to(sink)
    graph.configure()
    graph.push(frame)
    return graph.pull()
