"""
Damaged, misleading and mislabelled files, with the required result of each.

`CASES` states the results: a file is written by a strategy, or is not changed for a reason, which is a code of the plan
or of the write.
"""

from __future__ import annotations

import functools
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.support import headers, layouts, media, mkv, mov, mp4, shapes
from tests.support.mp4 import box

__all__ = ["CASES", "SECRET", "Hostile"]

SECRET = "secret.txt"  # is in the same folder; no program may open it
LONG = b"x" * 10_000_000  # the largest text
MANY = 40_000  # boxes in sequence, or nested
TAGS = 20_000  # tags in a row: more are refused
BEYOND = b"\x01\xff\xff\xff\xff\xff\xff\xfe"  # the largest size of an element

IN_PLACE, MATROSKA, OGG = "mp4_in_place", "matroska_in_place", "ogg_copy"
DAMAGED, NO_VIDEO, UNSURE = "corrupt", "unsupported_container", "no_strategy_yet"


@dataclass(frozen=True)
class Hostile:
    """One file."""

    name: str  # or what it ends in
    ends: str  # strategy or code
    make: Callable[[], bytes]


@functools.cache
def clip(form: str, comment: str | None = shapes.COMMENT) -> bytes:
    """An intact film."""
    size = (160, 90) if form == "ogv" else shapes.SMALL
    with tempfile.TemporaryDirectory() as folder:
        return media.build(form, Path(folder), comment=comment, video_size=size).read_bytes()


def cut(form: str, *, keep: int) -> bytes:
    """The first bytes of a film, or all except its last ones."""
    return clip(form)[:keep]


def over(form: str, mark: bytes, new: bytes, *, skip: int = 0) -> bytes:
    """A film with other bytes after the first `mark`, `skip` bytes further."""
    data = clip(form)
    at = data.index(mark) + len(mark) + skip
    return data[:at] + new + data[at + len(new) :]


# MP4


def sized(kind: bytes, size: int, *, wide: int | None = None) -> bytes:
    """A film whose first box of a kind declares another size."""
    data = clip("mp4")
    at = data.rindex(b"moov") - 4
    at = data.index(kind, at) - 4
    large = b"" if wide is None else struct.pack(">Q", wide)
    return data[:at] + struct.pack(">I", size) + data[at + 4 : at + 8] + large + data[at + 8 :]


def counted(kind: bytes, place: int) -> bytes:
    """A film with a table of four billion entries, or with offsets of that size."""
    return over("mp4", kind, b"\xff\xff\xff\xf0", skip=place)


def tagged(*late: bytes) -> bytes:
    return mov.with_tags(clip("mp4", None), *late)


def said(raw: bytes) -> bytes:
    """A film whose comment has these bytes."""
    return tagged(box(b"udta", mp4.tags(box(b"\xa9cmt", mp4.data(raw)))))


def nested(kind: bytes) -> bytes:
    """Nested boxes."""
    return b"".join(struct.pack(">I4s", 8 * (MANY - depth), kind) for depth in range(MANY))


def pictured() -> bytes:
    """A film with a cover of 10 MB."""
    cover = box(b"covr", mp4.data(b"\xff\xd8\xff" + LONG, flags=13))
    return tagged(box(b"udta", mp4.tags(mp4.cmt(shapes.COMMENT), cover)))


def elsewhere() -> bytes:
    """A film that declares that its media are in another file."""
    there = box(b"url ", bytes(4), f"file:{SECRET}".encode() + b"\0")
    data = clip("mp4")
    start = data.rindex(b"moov") - 4
    return data[:start] + _referred(data[start:], there)


def _referred(raw: bytes, entry: bytes) -> bytes:
    made = b""
    for kind, content in layouts.boxes(raw):
        if kind in {b"moov", b"trak", b"mdia", b"minf", b"dinf"}:
            made += box(kind, _referred(content, entry))
        else:
            made += box(kind, content[:8], entry) if kind == b"dref" else box(kind, content)
    return made


MP4 = {
    "nothing": (DAMAGED, bytes),
    "zeros": (NO_VIDEO, partial(bytes, 100_000)),
    "index cut": (DAMAGED, partial(cut, "mp4", keep=-400)),
    "index in front, cut": (DAMAGED, partial(cut, "mp4_faststart", keep=900)),
    "media cut": (DAMAGED, partial(cut, "mp4_faststart", keep=-900)),
    "no index": (DAMAGED, lambda: clip("mp4")[: clip("mp4").rindex(b"moov") - 4]),
    "index of size 0": (UNSURE, partial(sized, b"moov", 0)),
    "index of size 1, of 4 bytes": (DAMAGED, partial(sized, b"moov", 1, wide=4)),
    "index of size 1, beyond all": (DAMAGED, partial(sized, b"moov", 1, wide=(1 << 64) - 1)),
    "index of size 4": (DAMAGED, partial(sized, b"moov", 4)),
    "index beyond the end": (DAMAGED, partial(sized, b"moov", 0x7FFFFFFF)),
    "trak of size 0": (DAMAGED, partial(sized, b"trak", 0)),
    "trak of size 1": (DAMAGED, partial(sized, b"trak", 1)),
    "mdia of size 7": (DAMAGED, partial(sized, b"mdia", 7)),
    "stbl beyond all": (DAMAGED, partial(sized, b"stbl", 0x7FFFFFFF)),
    "udta beyond all": (DAMAGED, partial(sized, b"udta", 0xFFFFFFFF)),
    "ilst of size 1": (UNSURE, partial(sized, b"ilst", 1)),
    "four billion chunks": (DAMAGED, partial(counted, b"stco", 4)),
    "four billion samples": (DAMAGED, partial(counted, b"stsz", 8)),
    "chunks far away": (DAMAGED, partial(counted, b"stco", 8)),
    "deep index": (DAMAGED, lambda: tagged(nested(b"moov"))),
    "deep tags": (DAMAGED, lambda: tagged(nested(b"udta"))),
    "40,000 gaps": (IN_PLACE, lambda: tagged(*[mp4.free(8)] * MANY)),
    "40,000 comments": (UNSURE, lambda: tagged(box(b"udta", mp4.tags(*[mp4.cmt("x")] * MANY)))),
    "media elsewhere": (IN_PLACE, elsewhere),
    "a comment of 10 MB": (UNSURE, lambda: said(LONG)),
    "a picture of 10 MB": (IN_PLACE, pictured),
    "no UTF-8": (IN_PLACE, lambda: said(b"caf\xe9 \xff\xfe; People: Bob Ray")),
    "NUL": (IN_PLACE, lambda: said(b"People: Bob Ray\0\0hidden")),
    "nothing but NUL": (IN_PLACE, lambda: said(b"\0\0")),
}

# Matroska


def document(*tags: bytes) -> bytes:
    """A film with these tags."""
    return mkv.document(tags=b"".join(tags), real=_parts())


@functools.cache
def _parts() -> dict[int, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.mkv")
        path.write_bytes(clip("mkv", None))
        return mkv.parts(path)


def element(kind: int, size: bytes) -> bytes:
    """A film whose first element with an ID declares another size."""
    return over("mkv", mkv.number(kind), size)


def deep() -> bytes:
    """Nested simple tags, which make FFmpeg skip all tags."""
    inside = b""
    for _ in range(1500):
        inside = mkv.simple("X", "x", inside)
    return document(mkv.tag(inside, mkv.simple("COMMENT", shapes.COMMENT)))


def long_numbers() -> bytes:
    """A film that declares sizes of up to 20 bytes."""
    data = clip("mkv")
    head = mkv.header("matroska", mkv.element(0x42F3, b"\x14"))
    return head + data[data.index(mkv.number(mkv.SEGMENT)) :]


MKV = {
    "cut": (DAMAGED, partial(cut, "mkv", keep=-3000)),
    "a segment beyond all": (DAMAGED, partial(element, mkv.SEGMENT, BEYOND)),
    "a cluster beyond all": (DAMAGED, partial(element, mkv.CLUSTER, BEYOND)),
    "a size of nine bytes": (DAMAGED, partial(element, mkv.TRACKS, bytes(9))),
    "tags without a size": (DAMAGED, partial(element, mkv.TAGS, mkv.UNKNOWN)),
    "numbers of 20 bytes": (DAMAGED, long_numbers),
    "deep tags": ("verification_failed", deep),
    "20,000 comments": (UNSURE, lambda: document(mkv.tag(*[mkv.simple("COMMENT", "x")] * TAGS))),
    "a comment of 10 MB": (UNSURE, lambda: document(mkv.tag(mkv.simple("COMMENT", LONG)))),
    "no UTF-8": (MATROSKA, lambda: document(mkv.tag(mkv.simple("COMMENT", b"caf\xe9\xff")))),
    "NUL": (MATROSKA, lambda: document(mkv.tag(mkv.simple("COMMENT", b"People: Bob Ray\0\0hidden")))),
    "two documents": (UNSURE, lambda: clip("mkv") * 2),
    "a header and no more": (DAMAGED, mkv.header),
}

# Other containers

OTHERS = {
    "avi: longer than it is": (DAMAGED, partial(over, "avi", b"RIFF", b"\xff\xff\xff\x7f")),
    "avi: a list beyond all": (DAMAGED, partial(over, "avi", b"LIST", b"\xf0\xff\xff\xff")),
    "avi: a comment of 10 MB": (
        DAMAGED,
        lambda: headers.avi_with(clip("avi", None), headers.texts((b"ICMT", LONG))),
    ),
    "avi: NUL": (
        "avi_in_place",
        lambda: headers.avi_with(clip("avi", None), headers.texts((b"ICMT", b"People: Bob Ray\0\0hidden"))),
    ),
    "flv: cut": (DAMAGED, partial(cut, "flv", keep=-5)),
    "flv: a billion values": ("flv_copy", partial(over, "flv", b"onMetaData\x08", b"\x7f\xff\xff\xff")),
    "wmv: an object of no size": (DAMAGED, partial(over, "wmv", b"", bytes(8), skip=46)),
    "wmv: four billion objects": ("asf_remux", partial(over, "wmv", b"", b"\xff" * 4, skip=24)),
    "ogv: cut": (DAMAGED, partial(cut, "ogv", keep=-700)),
    "ogv: a wrong checksum": (UNSURE, partial(over, "ogv", b"OggS", b"\1\2\3\4", skip=18)),
}

_PLAYLIST = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{SECRET}\n#EXT-X-ENDLIST\n".encode()
_LIST = f"ffconcat version 1.0\nfile {SECRET}\n".encode()
_SCRIPT = f"#!/bin/sh\ncat {SECRET}\n".encode()
_SESSION = (
    b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)
_BRAND = b"\0\0\0\x10ftypisom" + bytes(4)

DISGUISED = {
    "a playlist.mp4": (NO_VIDEO, lambda: _PLAYLIST),
    "a list of files.mkv": (NO_VIDEO, lambda: _LIST),
    "a script.avi": (NO_VIDEO, lambda: _SCRIPT),
    "a session.mov": (NO_VIDEO, lambda: _SESSION),
    "a playlist with a brand.mp4": (DAMAGED, lambda: _BRAND + _PLAYLIST),
    "a list with a header.mkv": (DAMAGED, lambda: mkv.header() + _LIST),
    "an avi.mp4": ("avi_in_place", partial(clip, "avi")),
    "an mp4.mkv": (IN_PLACE, partial(clip, "mp4")),
    "an mkv.avi": (MATROSKA, partial(clip, "mkv")),
    "a webm.mov": (MATROSKA, partial(clip, "webm")),
    "an flv.wmv": ("flv_copy", partial(clip, "flv")),
    "an ogv.mpg": (OGG, partial(clip, "ogv")),
}
# Names with a meaning for a shell, for FFmpeg or for no program; FFmpeg writes these files.
NAMES = ("-y.ogv", "concat:a|b.ogv", "%03d.ogv", "$(touch pwned).ogv", "a\nb.ogv", "pipe:0.ogv", "\udcff.ogv")


def _numbered(group: str, cases: dict[str, tuple[str, Callable[[], bytes]]]) -> dict[str, Hostile]:
    return {
        f"{group}: {title}": Hostile(f"{group} {number}.{group}", *case)
        for number, (title, case) in enumerate(cases.items())
    }


CASES: dict[str, Hostile] = {
    **_numbered("mp4", MP4),
    **_numbered("mkv", MKV),
    **{title: Hostile(f"{title.replace(': ', ' ')}.{title[:3]}", *case) for title, case in OTHERS.items()},
    **{name: Hostile(name, *case) for name, case in DISGUISED.items()},
    **{name: Hostile(name, OGG, partial(clip, "ogv")) for name in NAMES},
}
