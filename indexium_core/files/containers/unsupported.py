"""
Containers that Indexium recognises but does not write: MPEG-TS, MPEG-PS and some rare ones.

The first bytes of a file decide which container it is; its name does not matter. Indexium never changes such a file,
so all its bytes count as media.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from indexium_core.files.containers import Family, Layout, Reader, Strategy
from indexium_core.model.files.media import Extent, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedKind:
    """A container that is only read."""

    container: str
    label: str  # its name in messages
    demuxer: str  # its name in FFmpeg
    magic: bytes = b""  # the first bytes of such a file, or …
    matches: Callable[[bytes], bool] | None = None  # … a check of the first bytes
    holds_comment: bool = True

    def recognises(self, head: bytes) -> bool:
        return self.matches(head) if self.matches else head.startswith(self.magic)


class _Unsupported(Family):
    """The family of all these containers; without a strategy, a container needs no own family."""

    def recognises(self, head: bytes) -> bool:
        """Check the first 1,000 bytes of a file."""
        return any(kind.recognises(head) for kind in KINDS)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> Layout:
        """Return a layout whose problem says why the file cannot be written."""
        del known
        head = reader.read_at(0, 1024)
        kind = next(kind for kind in KINDS if kind.recognises(head))
        whole = (Extent(0, reader.size),)
        return Layout(container=kind.container, size=reader.size, payload=whole, problem=_refusal(kind))

    def census(self, reader: Reader, layout: Layout, *, edited: Collection[str] = ()) -> Mapping[str, str]:
        """Return an empty census: a file that is never written needs no comparison."""
        del reader, layout, edited
        return {}

    def strategies(self) -> tuple[Strategy, ...]:
        return ()


FAMILY = _Unsupported()


def _refusal(kind: UnsupportedKind) -> Refusal:
    if kind.holds_comment:
        return Refusal(code="no_strategy_yet", message=f"Indexium cannot write into {kind.label} files yet.")
    message = f"{kind.label} has no place for a comment. Remux the file to MKV or MP4 to tag it."
    return Refusal(code="unsupported_container", message=message)


def _is_transport_stream(head: bytes) -> bool:
    """Check the sync bytes of several adjacent packets: 188 bytes each, or 192 with a timestamp first (Blu-ray)."""
    for start, length in ((0, 188), (4, 192), (0, 204)):
        sync = head[start::length][:5]
        if len(sync) >= 3 and sync.count(0x47) == len(sync):
            return True
    return False


KINDS = (
    UnsupportedKind(
        container="mpegts", label="MPEG-TS", demuxer="mpegts", matches=_is_transport_stream, holds_comment=False
    ),
    UnsupportedKind(
        container="mpegps", label="MPEG-PS", demuxer="mpeg", magic=b"\x00\x00\x01\xba", holds_comment=False
    ),
    UnsupportedKind(
        container="mpegvideo", label="Raw MPEG", demuxer="mpegvideo", magic=b"\x00\x00\x01\xb3", holds_comment=False
    ),
    UnsupportedKind(container="dv", label="Raw DV", demuxer="dv", magic=b"\x1f\x07\x00", holds_comment=False),
    UnsupportedKind(container="mxf", label="MXF", demuxer="mxf", magic=bytes.fromhex("060e2b34020501010d0102")),
    UnsupportedKind(container="rm", label="RealMedia", demuxer="rm", magic=b".RMF"),
    UnsupportedKind(
        container="wtv", label="WTV", demuxer="wtv", magic=bytes.fromhex("b7d800203749da11a64e0007e95ead8d")
    ),
    UnsupportedKind(container="nut", label="NUT", demuxer="nut", magic=b"nut/multimedia container\0"),
)
