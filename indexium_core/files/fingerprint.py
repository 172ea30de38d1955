"""
The fingerprint of a file: a hash of its media payload, so that writing tags, renaming and moving do not change it.

Sampling makes a scan of terabytes possible: 1 MiB of every file is read, whatever its size. The length is part of the
hash, so files of different lengths never have equal hashes. Two files that differ only between the windows have equal
hashes; `full` distinguishes them.

The digest of the media is what stays the same when another program writes a recording anew. A remux keeps the encoded
packets and changes all bytes around them, so the payload has another hash. The digest is over the first packets of
the video, else of the sound. It reads only what the hash reads anyway: the first window. How many packets are in it
depends on the container, so each packet has its part, and two digests agree if one begins with the other (`same_path`
in catalog.sql). Black pictures and silence tell nothing: a film that has only these in the window has no digest. The
image of a photo does not survive an edit. The digest of a photo is that of its camera and its moment.
"""

from __future__ import annotations

import bisect
import contextlib
import hashlib
import itertools
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import av.error
from av.stream import Discard, Disposition

from indexium_core.files.containers import Reader
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import Extent, PhotoFacts

WINDOW = 64 * 1024  # bytes of one sample
WINDOWS = 16
CHUNK = 1024 * 1024  # bytes of one read of a full hash
_PACKETS = 256  # of a digest, at most
WEAK = "~"  # the end of a digest whose first packet alone tells something
_TELLING = 1024  # bytes of different packets behind the first one, if they tell something
_FEW = 4096  # packets whose sizes are added quickly
_ADTS = 7  # bytes in front of a packet of AAC in a transport stream (ISO/IEC 13818-7, 6.2)
_STILL = 5  # packets from which a film whose pictures do not change shows one picture; fewer may fill the window
_TINY = 128  # bytes of a packet that says that nothing changes
_VARIED = 512  # bytes at the end of a packet that are looked at: those of black pictures repeat few values
_LONGEST = 4 * 1024  # bytes of a packet that count: a large picture is rarely in the window as a whole
# Of codecs with NAL units: whether a unit is a part of a picture, and no parameter or note, which a remux may move.
_PICTURES: Mapping[str, Callable[[bytes], bool]] = {
    "h264": lambda unit: 1 <= (unit[0] & 31 if unit else 0) <= 5,
    "hevc": lambda unit: bool(unit) and unit[0] >> 1 & 63 < 32,
}
_CHUNK = 65_536  # bytes of one read
_CHUNKS = 10  # reads at each end


def payload_hash(reader: Reader, payload: Sequence[Extent], *, full: bool = False) -> str | None:
    """
    Return the hash of the payload, or None if there is no payload.

    Version 1 (`x1:`) is BLAKE2b, 16 bytes in hex, over the length of the payload (8 bytes, big-endian) and 16 windows
    (`i` from 0 to 15) of 64 KiB that start at `i * (length - 65536) // 15`. A payload of up to 1 MiB is hashed
    completely. `full` (`f1:`) hashes all bytes. The extents are joined in the given order, then hashed. If some of
    these bytes are missing in the file, the hash covers the others and differs from the hash of a complete file.
    """
    extents = [extent for extent in payload if extent.length > 0]
    length = sum(extent.length for extent in extents)
    if not length:
        return None
    starts = list(itertools.accumulate((extent.length for extent in extents), initial=0))
    digest = hashlib.blake2b(length.to_bytes(8, "big"), digest_size=16)
    for window in _windows(length, full=full):
        for extent in _cut(extents, starts, window):
            digest.update(reader.read_at(extent.offset, extent.length))
    return f"{'f1' if full else 'x1'}:{digest.hexdigest()}"


def sample_hash(reader: Reader, payload: Sequence[Extent], full_hash: str | None) -> str | None:
    """Return the hash of the samples beside that of all bytes, which are the same bytes in a small payload."""
    if full_hash is None or sum(extent.length for extent in payload) > WINDOW * WINDOWS:
        return payload_hash(reader, payload)
    return full_hash.replace("f1:", "x1:")


def hashed_bytes(payload: Sequence[Extent], *, full: bool = False) -> int:
    """Return how many bytes `payload_hash` reads."""
    return sum(window.length for window in _windows(sum(extent.length for extent in payload), full=full))


def packet_digest(
    media: Any, reader: FileReader, payload: Sequence[Extent], reopened: Callable[[], AbstractContextManager[Any]]
) -> str:
    """
    Return the digest of an open file; "" if nothing in the first window tells its video, else its sound, from others.

    Version 2 (`p2:`) is BLAKE2b of the first packet, 8 bytes, and two bytes of the CRC-32 of each further one, in hex.
    `~` at the end: only the first packet tells something, and several films may begin with one picture, a title card.
    If the pictures do not change, the packets are those of the sound, also with `~`. `/` and the bytes of all packets
    of the stream follow if the container has a table of them, an MP4: films of a series may begin alike.
    The libraries can read no other packets of `media` afterwards.

    Args:
        media: The file, opened by FFmpeg's libraries on `reader`.
        reader: Its reader.
        payload: The places of its media.
        reopened: Opens the file once more.

    """
    video, sound = (next(filter(test, media.streams), None) for test in (_is_video, _is_sound))
    first = video if video is not None else sound
    if first is None:
        return ""
    end = _end_of_window(payload)
    found = _first_packets(media, first, reader, end)
    if found.is_still and first is video and sound is not None:
        with reopened() as again:  # not every container can go back to its first packet
            of_sound = _first_packets(again, again.streams[sound.index], reader, end)
        if of_sound.digest:  # several films may begin with one picture and its melody
            return of_sound.digest.removesuffix(WEAK) + WEAK + _size(media, sound)
    digest = found.digest
    return digest and digest + _size(media, first)


def _size(media: Any, stream: Any) -> str:
    """Return the bytes of all packets of a stream of an MP4 with a table of them, behind `/`; "" for another file."""
    if not (media.format.name.startswith("mov") and stream.frames and stream.bit_rate and stream.duration):
        return ""
    if stream.frames <= _FEW:
        return f"/{sum(each.size for each in stream.index_entries)}"
    # FFmpeg's libraries have added the sizes of all packets, and divided them by a duration that may differ by a few.
    return f"/{round(stream.bit_rate * stream.duration * stream.time_base / 8)}"


def _first_packets(media: Any, stream: Any, reader: FileReader, end: int) -> _FirstPackets:
    """Return the first packets of a stream of a file that was just opened, up to an offset."""
    found = _FirstPackets(stream)
    with reader.ending_at(end), contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
        any(map(found.add, _packets(media, stream, reader, end)))  # up to the last one
    return found


def _packets(media: Any, stream: Any, reader: FileReader, end: int) -> Iterator[bytes]:
    """Yield the packets of a stream up to an offset, without a last one that may lack bytes that count."""
    places = stream.index_entries if media.format.name.startswith("mov") else ()
    if not places:
        for each in media.streams:
            if each is not stream:
                each.discard = Discard.all
        last = b""
        for packet in media.demux(stream):
            if not packet.size or (packet.is_corrupt and packet.size < _LONGEST):
                break
            if last:
                yield last
            last = bytes(packet)
        # Not every container marks a packet that the window cuts off. Parameters may precede the bytes that count, so
        # only a long packet surely has enough of these.
        if end >= reader.stat.size or len(last) >= 2 * _LONGEST:
            yield last
        return
    # An MP4 has the places of all packets: a slice of the window takes a third of the time of a demuxer.
    start = places[0].pos
    window = reader.read_at(start, end - start)
    for each in places:
        at = each.pos - start
        if at < 0 or at + min(each.size, _LONGEST) > len(window):
            return
        yield window[at : at + each.size]


class _FirstPackets:
    """The first packets of a stream."""

    def __init__(self, stream: Any) -> None:
        """Begin without a packet."""
        context = stream.codec_context
        self._codec = context.codec.canonical_name if context else ""
        self._is_picture = _PICTURES.get(self._codec)
        # The configuration of a stream with lengths begins with its version, 1; a length may look like a start code.
        self._has_lengths = self._is_picture is not None and (context.extradata or b"")[:1] == b"\1"
        self._first = b""
        self._others: list[int] = []  # the parts of the digest of the packets behind the first one
        self._telling = 0  # bytes of these packets, if they tell something

    def add(self, packet: bytes) -> bool:
        """Add the first bytes of a packet; return whether it is the last one."""
        data = self._content(packet)[:_LONGEST]
        if not data:
            return True
        if not self._first:
            self._first = data
            return False
        value = zlib.crc32(data) & 0xFFFF
        if self._telling <= _TELLING and data != self._first and value not in self._others and _is_varied(data):
            self._telling += len(data)
        self._others.append(value)
        return len(self._others) >= _PACKETS - 1

    def _content(self, data: bytes) -> bytes:
        """Return what each container has of a packet."""
        if self._is_picture is not None:
            if self._has_lengths and int.from_bytes(data[:4], "big") == len(data) - 4 and self._is_picture(data[4:5]):
                return data[4:].rstrip(b"\0")  # most packets are one unit
            return b"".join(unit for unit in _units(data, has_lengths=self._has_lengths) if self._is_picture(unit))
        return data[_ADTS:] if self._codec == "aac" and data.startswith((b"\xff\xf1", b"\xff\xf9")) else data

    @property
    def is_still(self) -> bool:
        """Whether the packets are many, and show one picture."""
        return self._telling <= _TELLING and len(self._others) >= _STILL - 1

    @property
    def digest(self) -> str:
        """The digest; "" if they tell nothing."""
        if not self._first or (self._telling <= _TELLING and not _is_varied(self._first)):
            return ""
        first = hashlib.blake2b(self._first, digest_size=8).hexdigest()
        others = struct.pack(f">{len(self._others)}H", *self._others).hex()
        return f"p2:{first}{others}{'' if self._telling > _TELLING else WEAK}"


def photo_digest(photo: PhotoFacts) -> str:
    """
    Return the digest of a photo: its camera and its moment; "" without both.

    A moment with a fraction of a second (`t2:`) is that of one photo, save for cameras that give a burst one moment. A
    whole second (`s2:`) may have several.
    """
    if not photo.camera or not photo.taken:
        return ""
    kind = "t2" if "." in photo.taken else "s2"
    return f"{kind}:{hashlib.blake2b(f'{photo.taken}|{photo.camera}'.encode(), digest_size=8).hexdigest()}"


def _windows(length: int, *, full: bool) -> Iterator[Extent]:
    """Yield the parts of the concatenation that are hashed, in order."""
    if full or length <= WINDOW * WINDOWS:
        for offset in range(0, length, CHUNK):
            yield Extent(offset, min(CHUNK, length - offset))
        return
    for i in range(WINDOWS):
        yield Extent(i * (length - WINDOW) // (WINDOWS - 1), WINDOW)


def _cut(extents: Sequence[Extent], starts: Sequence[int], window: Extent) -> Iterator[Extent]:
    """Yield the file extents of a window of the concatenation; `starts` are the offsets of the extents in it."""
    at = window.offset
    for index in range(bisect.bisect_right(starts, at) - 1, len(extents)):
        if at >= window.end:
            return
        inside = at - starts[index]
        take = min(extents[index].length - inside, window.end - at)
        yield Extent(extents[index].offset + inside, take)
        at += take


def _is_video(stream: Any) -> bool:
    return stream.type == "video" and not stream.disposition & Disposition.attached_pic


def _is_sound(stream: Any) -> bool:
    return bool(stream.type == "audio")


def _end_of_window(payload: Sequence[Extent]) -> int:
    """Return the offset behind the first window of the payload."""
    left, end = WINDOW, 0
    for extent in payload:
        end = extent.offset + min(left, extent.length)
        left -= extent.length
        if left <= 0:
            break
    return end


def _is_varied(packet: bytes) -> bool:
    """Return whether a packet is no black picture and no silence: these are tiny, or have few values."""
    return len(packet) >= _TINY and 2 * len({*packet[-_VARIED:]}) > min(len(packet), _VARIED // 2)


def _units(data: bytes, *, has_lengths: bool) -> Iterator[bytes]:
    """
    Yield the NAL units of a packet of H.264 or HEVC, without what lies between them.

    MP4 and Matroska have the length in front of each (ISO/IEC 14496-15); AVI and transport streams have start codes
    (ITU-T H.264, annex B), and repeat the parameters of the stream.
    """
    if data.startswith(b"\0\0\0\1") or not has_lengths:  # some AVI files have start codes and that configuration
        for unit in data.split(b"\0\0\1")[1:]:
            yield unit.rstrip(b"\0")
        return
    at = 0
    while at + 4 < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + length].rstrip(b"\0")
        at += 4 + length


def legacy_hash(path: bytes) -> str:
    """
    Return the legacy hash of a file, in hexadecimal digits.

    Raises:
        FileAccessError: The file cannot be read.

    """
    with FileReader(path) as file:
        start = _CHUNKS * _CHUNK
        digest = hashlib.sha256(file.read_at(0, start))
        further = min(_CHUNKS, (file.size - start) // _CHUNK)
        if further > 0:
            digest.update(file.read_at(max(start, file.size - start), further * _CHUNK))
    return digest.hexdigest()
