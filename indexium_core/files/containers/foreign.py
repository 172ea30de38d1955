"""
Containers that Indexium recognises but does not write yet: AVI, ASF, FLV, Ogg, MPEG-TS, MPEG-PS and some rare ones.

They are told apart by their first bytes, never by name. What counts as media bytes is found without demuxing, so that
the fingerprint survives an edit of the tags; where that is not worth the effort it is the whole file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from indexium_core.files.containers import Family, Layout, Reader, Strategy
from indexium_core.model.media import Extent, Refusal

__all__ = ["FAMILY", "KINDS", "Kind"]

_STEPS = 10_000  # elements looked at in one file before it is taken as it is: a hostile one must not cost minutes


class _CutShortError(Exception):
    """An element says that it reaches past the end of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One container that we only read."""

    container: str
    label: str  # its name for people
    demuxer: str  # its name in FFmpeg
    magic: bytes = b""  # what the file begins with, or …
    matches: Callable[[bytes], bool] | None = None  # … what tells it by the first bytes
    payload: Callable[[Reader], Iterator[Extent]] | None = None  # None: the whole file
    holds_comment: bool = True

    def recognises(self, head: bytes) -> bool:
        return self.matches(head) if self.matches else head.startswith(self.magic)


class _Foreign:
    """All of them together: what has no strategy needs no family of its own."""

    def recognises(self, head: bytes) -> bool:
        """Tell by the first bytes, 1,000 where there are as many."""
        return any(kind.recognises(head) for kind in KINDS)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> Layout:
        """Find the media bytes; the layout always carries a problem, for nothing here can be written."""
        del known
        head = reader.read_at(0, 1024)
        kind = next(kind for kind in KINDS if kind.recognises(head))
        whole = (Extent(0, reader.size),)
        try:
            payload = tuple(kind.payload(reader)) if kind.payload else whole
        except _CutShortError:
            message = f"The file is cut short: its {kind.label} structure reaches past its end."
            problem = Refusal(code="corrupt", message=message)
            return Layout(container=kind.container, size=reader.size, payload=whole, problem=problem)
        return Layout(container=kind.container, size=reader.size, payload=payload or whole, problem=_refusal(kind))

    def census(self, reader: Reader, layout: Layout) -> Mapping[str, str]:
        """Return nothing: what is never written needs no comparison."""
        del reader, layout
        return {}

    def strategies(self) -> tuple[Strategy, ...]:
        return ()


FAMILY: Family = _Foreign()


def _refusal(kind: Kind) -> Refusal:
    if kind.holds_comment:
        return Refusal(code="no_strategy_yet", message=f"Indexium cannot write into {kind.label} files yet.")
    message = f"{kind.label} has no place for a comment. Remux the file to MKV or MP4 to tag it."
    return Refusal(code="unsupported_container", message=message)


def _number(reader: Reader, offset: int, length: int, order: str) -> int:
    data = reader.read_at(offset, length)
    if len(data) < length:
        raise _CutShortError
    return int.from_bytes(data, "big" if order == "big" else "little")


def _avi_payload(reader: Reader) -> Iterator[Extent]:
    """
    Yield the contents of the `movi` lists of every RIFF chunk (OpenDML files have several).

    A RIFF chunk is four letters and a little-endian 32-bit length, padded to an even number of bytes.
    """
    riff = 0
    for _ in range(_STEPS):
        if riff + 12 > reader.size:
            return
        end = riff + 8 + _number(reader, riff + 4, 4, "little")
        if end <= riff + 12:  # a recording that was never finished
            return
        yield from _movi_lists(reader, riff + 12, min(end, reader.size))
        riff = end + end % 2


def _movi_lists(reader: Reader, offset: int, end: int) -> Iterator[Extent]:
    for _ in range(_STEPS):
        head = reader.read_at(offset, 12)
        if offset + 12 > end or len(head) < 12:
            return
        length = int.from_bytes(head[4:8], "little")
        if head[:4] == b"LIST" and head[8:] == b"movi":
            if offset + 8 + length > reader.size:
                raise _CutShortError
            yield Extent(offset + 12, max(0, length - 4))
        offset += 8 + length + length % 2


_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")


def _asf_payload(reader: Reader) -> Iterator[Extent]:
    """Yield the contents of the Data object. An object is a GUID and a little-endian 64-bit length, itself included."""
    offset = 0
    for _ in range(_STEPS):
        if offset + 24 > reader.size:
            return
        length = _number(reader, offset + 16, 8, "little")
        if reader.read_at(offset, 16) == _ASF_DATA:
            end = offset + length if length else reader.size  # a broadcast does not know its length
            if end > reader.size:
                raise _CutShortError
            yield Extent(offset + 24, max(0, end - offset - 24))
        if length < 24:
            return
        offset += length


def _flv_payload(reader: Reader) -> Iterator[Extent]:
    """
    Yield everything from the first audio or video tag on.

    A tag is a type, a 24-bit length, seven bytes of time and stream, its data and a 32-bit back pointer. Only the
    script tags in front are stepped over: they hold the metadata, and hopping along all the others would be to read
    the whole file.
    """
    offset = _number(reader, 5, 4, "big") + 4
    for _ in range(_STEPS):
        head = reader.read_at(offset, 11)
        if len(head) < 11:
            return
        if head[0] & 0x1F != 18:
            yield Extent(offset, reader.size - offset)
            return
        offset += 11 + int.from_bytes(head[1:4], "big") + 4


def _ogg_payload(reader: Reader) -> Iterator[Extent]:
    """Yield everything after the header packets of all streams, which by the format end a page each."""
    missing: dict[bytes, int] = {}  # stream: header packets that are still to come
    offset = 0
    for _ in range(_STEPS):
        head = reader.read_at(offset, 27 + 255)
        if len(head) < 27 or head[:4] != b"OggS":
            return
        lacing = head[27 : 27 + head[26]]
        serial, begins = head[14:18], head[5] & 2
        if begins:
            missing[serial] = _ogg_headers(reader.read_at(offset + 27 + len(lacing), 16))
        elif all(count <= 0 for count in missing.values()):
            yield Extent(offset, reader.size - offset)
            return
        missing[serial] = missing.get(serial, 0) - sum(1 for value in lacing if value < 255)
        offset += 27 + len(lacing) + sum(lacing)


def _ogg_headers(first: bytes) -> int:
    """Return how many header packets a stream has, by how its first one begins."""
    if first.startswith(b"\x7fFLAC"):
        return 1 + int.from_bytes(first[7:9], "big")
    counts = {b"\x80theora": 3, b"\x01vorbis": 3, b"OpusHead": 2, b"Speex  ": 2}
    return next((count for magic, count in counts.items() if first.startswith(magic)), 1)


def _is_transport_stream(head: bytes) -> bool:
    """Tell by the sync byte of several packets in a row: 188 bytes each, 192 on Blu-ray, where a time comes first."""
    for start, length in ((0, 188), (4, 192), (0, 204)):
        sync = head[start::length][:5]
        if len(sync) >= 3 and sync.count(0x47) == len(sync):
            return True
    return False


KINDS = (
    Kind(
        container="avi",
        label="AVI",
        demuxer="avi",
        matches=lambda head: head[:4] == b"RIFF" and head[8:12] in {b"AVI ", b"AVIX"},
        payload=_avi_payload,
    ),
    Kind(container="asf", label="ASF (WMV)", demuxer="asf", magic=_ASF_HEADER, payload=_asf_payload),
    Kind(container="flv", label="FLV", demuxer="flv", magic=b"FLV\x01", payload=_flv_payload),
    Kind(container="ogg", label="Ogg", demuxer="ogg", magic=b"OggS", payload=_ogg_payload),
    Kind(container="mpegts", label="MPEG-TS", demuxer="mpegts", matches=_is_transport_stream, holds_comment=False),
    Kind(container="mpegps", label="MPEG-PS", demuxer="mpeg", magic=b"\x00\x00\x01\xba", holds_comment=False),
    Kind(container="mpegvideo", label="Raw MPEG", demuxer="mpegvideo", magic=b"\x00\x00\x01\xb3", holds_comment=False),
    Kind(container="dv", label="Raw DV", demuxer="dv", magic=b"\x1f\x07\x00", holds_comment=False),
    Kind(container="mxf", label="MXF", demuxer="mxf", magic=bytes.fromhex("060e2b34020501010d0102")),
    Kind(container="rm", label="RealMedia", demuxer="rm", magic=b".RMF"),
    Kind(container="wtv", label="WTV", demuxer="wtv", magic=bytes.fromhex("b7d800203749da11a64e0007e95ead8d")),
    Kind(container="nut", label="NUT", demuxer="nut", magic=b"nut/multimedia container\0"),
)
