"""
The packets that FFmpeg's libraries read from a file, by stream, to compare a rewritten file with the original.

The digest of a stream covers data, size, flags and side data of each packet. Times are kept separately, because some
containers cannot store them exactly. Packets are read one after the other; only two times of each packet stay in
memory.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import av.error
import numpy as np
import numpy.typing as npt

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.containers import Layout, Reader

MOST = 5_000_000  # maximum of packets of one file (a day of video); each packet needs 16 bytes of memory
_NONE = -(1 << 63)  # FFmpeg's value for a missing time
_TAGS = "strings_metadata"  # for Ogg, FFmpeg returns the comments with the first packet


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """The presentation and decoding times of a stream's packets, in seconds; NaN for a missing time."""

    shown: npt.NDArray[np.float64]
    decoded: npt.NDArray[np.float64]


class _PacketStream:
    """The totals of one stream during the reading."""

    def __init__(self, stream: Any) -> None:
        self.unit = float(stream.time_base or 1)
        self.count = 0
        self.size = 0
        self.keys = 0
        self.digest = hashlib.blake2b(digest_size=16)
        self.shown, self.decoded = array("q"), array("q")

    def take(self, packet: Any) -> None:
        self.count += 1
        self.size += packet.size
        self.keys += packet.is_keyframe
        flags = packet.is_keyframe | packet.is_corrupt << 1 | packet.is_discard << 2
        self.digest.update(packet.size.to_bytes(4, "big") + bytes([flags]))
        if packet.size:
            self.digest.update(packet)
        for data in packet.iter_sidedata():
            if data.data_type != _TAGS:
                self.digest.update(str(data.data_type).encode() + bytes(data))
        self.shown.append(_NONE if packet.pts is None else packet.pts)
        self.decoded.append(_NONE if packet.dts is None else packet.dts)

    @property
    def summary(self) -> str:
        return f"{self.count} packets ({self.keys} key), {self.size} bytes, {self.digest.hexdigest()}"

    @property
    def times(self) -> Times:
        return Times(_seconds(self.shown, self.unit), _seconds(self.decoded, self.unit))


def read(reader: Reader, layout: Layout) -> tuple[Mapping[str, str], Mapping[str, Times]]:
    """
    Return a summary and the times of every stream, by the stream's name.

    Raises:
        FFmpegError: The libraries failed on the file, or it has more packets than can be compared.

    """
    streams: dict[int, _PacketStream] = {}
    try:
        with libav.opened(reader, layout.container, packets=True) as media:
            for packet in _within_reason(media.demux(), reader.size):
                index = packet.stream.index
                if index not in streams:
                    streams[index] = _PacketStream(packet.stream)
                streams[index].take(packet)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error).rstrip(".")
        message = f"The media libraries cannot read the file: {reason}."
        raise errors.FFmpegError(message) from error
    names = {f"stream {index}": stream for index, stream in sorted(streams.items())}
    return {name: stream.summary for name, stream in names.items()}, {n: stream.times for n, stream in names.items()}


def _within_reason(packets: Iterator[Any], size: int) -> Iterator[Any]:
    """Yield packets; raises FFmpegError if they are too many: a bad index can name one place many times."""
    left, room = MOST, size + size // 2 + (1 << 20)
    for packet in packets:
        if packet.size == 0 and packet.dts is None and packet.pts is None:
            continue  # the flush packet that PyAV adds at the end
        left, room = left - 1, room - packet.size
        if left < 0 or room < 0:
            what = "more packets than can be compared" if left < 0 else "packets that are longer than the file"
            message = f"The file has {what}."
            raise errors.FFmpegError(message)
        yield packet


def _seconds(times: array[int], unit: float) -> npt.NDArray[np.float64]:
    found = np.frombuffer(times, dtype=np.int64) if times else np.zeros(0, np.int64)
    return np.where(found == _NONE, np.nan, found * unit)
