"""
Damaged, misleading and mislabelled files, with the required result of each.

`CASES` states the results: a file is written by a strategy, or is not changed for a reason, which is a code of the plan
or of the write.
"""

from __future__ import annotations

import functools
import struct
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.support import headers, heif, layouts, media, mkv, mov, mp4, photos, shapes
from tests.support.mp4 import box

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
# Photos

ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def snap(*segments: bytes, seed: int, **settings: object) -> bytes:
    """A JPEG with more segments and pixels of its own."""
    return photos.with_segments(photos.photo("jpeg", seed=seed, exif=photos.exif(rating=3), **settings), *segments)


def in_exif(seed: int, place: int, new: bytes) -> bytes:
    """A JPEG with other bytes in its EXIF block."""
    data = snap(seed=seed)
    at = data.index(b"Exif\0\0") + 6 + place
    return data[:at] + new + data[at + len(new) :]


def deep_packet(depth: int) -> bytes:
    """A packet with nested structures."""
    inside = "<mine:x>" * depth + "deep" + "</mine:x>" * depth
    return photos.xmp_segment(photos.packet(f'<rdf:Description rdf:about="">{inside}</rdf:Description>'))


def rated(stars: int) -> bytes:
    return photos.xmp_segment(photos.packet(f'<rdf:Description xmp:Rating="{stars}"/>'))


def huge_picture() -> bytes:
    """A PNG that declares 900 million pixels, which would need 2.7 GB."""
    data = bytearray(photos.photo("png", seed=120))
    data[16:24] = struct.pack(">II", 30_000, 30_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def inflated_text() -> bytes:
    """A PNG whose compressed text has 64 MB."""
    return with_chunks(121, (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64 << 20))))


def with_chunks(seed: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with further chunks in front of the image."""
    data = photos.photo("png", seed=seed)
    return data[:33] + b"".join(photos.chunk(kind, body) for kind, body in chunks) + data[33:]


def inflated_packet() -> bytes:
    """A PNG whose compressed packet has 64 MB."""
    data = photos.photo("png", seed=122)
    packet = photos.packet("<!-- -->" * (8 << 20))
    return data[:33] + photos.chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet)) + data[33:]


def looped_tiff() -> bytes:
    """A TIFF whose first directory is its second one."""
    data = photos.photo("tiff", seed=123)
    first = int.from_bytes(data[4:8], "little")
    behind = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    return data[:behind] + data[4:8] + data[behind + 4 :]


def album(seed: int, *items: heif.Item, **settings: object) -> bytes:
    """An HEIC with further items."""
    return heif.heic(photos.picture(seed=seed), items, **settings)  # type: ignore[arg-type]  # the caller knows them


def packet_item(data: bytes, **facts: object) -> heif.Item:
    return heif.Item(b"mime", data, b"application/rdf+xml", **facts)  # type: ignore[arg-type]  # the caller knows them


_ROOM = photos.packet("", padding=9000)
JPEG_COPY, SIDECAR = "jpeg_copy", "sidecar_create"
PHOTOS = {
    "jpeg: EXIF longer than the file": (DAMAGED, lambda: snap(seed=101)[:22] + b"\xff\xff" + snap(seed=101)[24:]),
    "jpeg: a directory of 60,000 entries": (JPEG_COPY, lambda: in_exif(102, 8, b"\xea\x60")),
    "jpeg: a directory behind the end": (JPEG_COPY, lambda: in_exif(103, 4, b"\x7f\xff\xff\xff")),
    "jpeg: the other byte order": (JPEG_COPY, lambda: in_exif(104, 0, b"II*\0")),
    "jpeg: values behind the end": (JPEG_COPY, lambda: in_exif(105, 18, b"\xff\xff\xff\xf0")),
    "jpeg: cut": (JPEG_COPY, lambda: snap(seed=106)[:-40]),
    "jpeg: no picture": (DAMAGED, lambda: b"\xff\xd8\xff\xd9" + bytes(100)),
    "jpeg: a date of zeros": (
        JPEG_COPY,
        lambda: photos.photo("jpeg", seed=107, exif=photos.exif(taken="0000:00:00 00:00:00")),
    ),
    "jpeg: entities": (UNSURE, lambda: snap(photos.xmp_segment(ENTITIES + photos.packet("")), seed=108)),
    "jpeg: 15 levels": ("jpeg_in_place", lambda: snap(deep_packet(15), seed=109)),
    "jpeg: 1,000 levels": (UNSURE, lambda: snap(deep_packet(1000), seed=110)),
    "jpeg: two packets": (UNSURE, lambda: snap(rated(1), rated(2), seed=111)),
    "jpeg: rejected": ("jpeg_in_place", lambda: snap(rated(-1), seed=112)),
    "jpeg: nine stars": ("jpeg_in_place", lambda: snap(rated(9), seed=113)),
    "jpeg: a motion photo": (JPEG_COPY, lambda: snap(seed=114) + clip("mp4")),
    "jpeg: a packet of NUL": (UNSURE, lambda: snap(photos.xmp_segment(bytes(500)), seed=115)),
    "png: 900 million pixels": ("png_copy", huge_picture),
    "png: a text of 64 MB": (SIDECAR, inflated_text),
    "png: texts of 65 MB": (SIDECAR, lambda: with_chunks(131, *[(b"tEXt", b"Comment\0" + bytes(1 << 20))] * 65)),
    "png: a translated text of 1 MB": (
        SIDECAR,
        lambda: with_chunks(132, (b"iTXt", b"C\0\1\0de\0T\0" + zlib.compress(bytes(1 << 20)))),
    ),
    "png: a profile of 1 MB": (
        SIDECAR,
        lambda: with_chunks(133, (b"iCCP", b"ICC\0\0" + zlib.compress(bytes(1 << 20)))),
    ),
    "png: a text of almost 1 MB": (
        "png_copy",
        lambda: with_chunks(134, (b"zTXt", b"Comment\0\0" + zlib.compress(bytes((1 << 20) - 1)))),
    ),
    "png: a malformed text": ("png_copy", lambda: with_chunks(135, (b"zTXt", b"Software\0\0" + b"no zlib"))),
    "png: a packet of 64 MB": (UNSURE, inflated_packet),
    "tif: a loop": (DAMAGED, looped_tiff),
    "webp: longer than it is": (DAMAGED, lambda: b"RIFF\xff\xff\xff\x7f" + photos.photo("webp", seed=124)[8:]),
    "heic: several pictures": (
        "heif_in_place",
        lambda: album(125, heif.Item(b"hvc1", b"gain map", describes=0), packet_item(_ROOM)),
    ),
    "heic: a packet in two parts": (SIDECAR, lambda: album(126, packet_item(_ROOM, pieces=2))),
    "heic: a packet in idat": (SIDECAR, lambda: album(127, packet_item(_ROOM, method=1))),
    "heic: two packets": (UNSURE, lambda: album(128, packet_item(_ROOM), packet_item(_ROOM))),
    "heic: no packet": (SIDECAR, lambda: album(129)),
    "heic: cut": (DAMAGED, lambda: album(130, packet_item(_ROOM))[:-20]),
    "heic: a motion photo": (
        "heif_in_place",
        lambda: album(131, packet_item(_ROOM), more=heif.box(b"mpvd", clip("mp4"))),
    ),
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
    **{
        title: Hostile(f"{title.replace(': ', ' ')}.{title.partition(':')[0]}", *case) for title, case in PHOTOS.items()
    },
    **{name: Hostile(name, *case) for name, case in DISGUISED.items()},
    **{name: Hostile(name, OGG, partial(clip, "ogv")) for name in NAMES},
}
