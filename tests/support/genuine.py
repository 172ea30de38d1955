"""AVI, FLV, OGV and WMV files like those of cameras, studios and servers, with data that FFmpeg would lose."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support import headers, mkv, ogg
from tests.support.headers import chunk, listed, texts, wide

PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1.2")
SOUND = ("-f", "lavfi", "-i", "sine=f=300:r=44100:d=1.2", "-f", "lavfi", "-i", "sine=f=500:r=44100:d=1.2")
TWO = ("-map", "0", "-map", "1", "-map", "2")
TAGS = ("-metadata", "title=At sea", "-metadata", "artist=Zoë", "-metadata", "comment=old")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f000104010018dd8db00000000049454e44ae426082"
)
SHOT = b"Mon Mar 10 15:04:43 2003\n\0"
SETTINGS = b"OLYMDigital Camera" + bytes(range(1, 200))


def ffmpeg(folder: Path, suffix: str, *arguments: object) -> bytes:
    target = folder / f"made.{suffix}"
    mkv.run("ffmpeg", "-nostdin", "-v", "error", "-y", *PICTURE, *SOUND, *arguments, target)
    return target.read_bytes()


def wmv(folder: Path) -> bytes:
    """A picture, numeric and binary attributes, a rating, and attributes of single streams."""
    names = folder / "chapters.txt"
    marks = "".join(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}\nEND={at + 600}\ntitle=Part {at}\n" for at in (0, 600))
    names.write_text(f";FFMETADATA1\n{marks}")
    languages = ("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger")
    marked = ("-f", "ffmetadata", "-i", names, "-map_chapters", "3")
    data = ffmpeg(folder, "wmv", *marked, *TWO, *languages, "-c:v", "wmv2", "-c:a", "wmav2")
    picture = b"\3" + struct.pack("<I", len(PNG)) + wide("image/png") + wide("cover") + PNG
    values = headers.attributes(
        ("IsVBR", 2, struct.pack("<I", 1)),
        ("WM/EncodingTime", 4, struct.pack("<Q", 127_000_000_000_000_000)),
        ("WM/Picture", 1, picture),
        ("WM/Genre", 0, wide("Home")),
        ("WM/Genre", 0, wide("Sea")),
    )
    streams = headers.library((1, "IsVBR", "1"), (2, "WM/StreamTypeInfo", "x"), (0, "WM/Tool", "Maker"))
    told = headers.description("At sea", "Zoë", "me", "old", "PG")
    return headers.asf_with(data, told, values, extension=streams, created=128_000_000_000_000_015)


def avi_camera(folder: Path) -> bytes:
    """The date, settings in padding and in private lists, and texts in a legacy character set."""
    data = ffmpeg(folder, "avi", *TWO, "-c:v", "mjpeg", "-c:a", "pcm_s16le")
    data = _in_streams(data, chunk(b"strd", b"AVIF" + bytes(range(60))))
    parts = (
        chunk(b"IDIT", SHOT),
        chunk(b"JUNK", SETTINGS),
        listed(b"ncdt", chunk(b"nctg", struct.pack("<HH", 3, 6) + b"NIKON\0" + struct.pack("<HH", 0x99, 4) + b"own\0")),
        texts((b"ISBJ", "Сочи".encode("cp1251")), (b"IXYZ", b"own"), (b"ICMT", b"old")),
    )
    return headers.avi_with(data, *parts)


def avi_tight(folder: Path) -> bytes:
    """No padding before the media, and an index with offsets from the start of the file."""
    data = ffmpeg(folder, "avi", *TWO, *TAGS, "-c:v", "mpeg4", "-c:a", "libmp3lame")
    media = data.index(b"movi")
    front = data.rindex(b"JUNK", 0, media)
    data = data[:front] + data[media - 8 :]
    data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    return indexed_from_the_start(data)


def indexed_from_the_start(data: bytes) -> bytes:
    """The same AVI with an index whose offsets count from the first byte of the file."""
    media, at = data.index(b"movi"), data.index(b"idx1")
    end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    entries = struct.iter_unpack("<4sIII", data[at + 8 : end])
    moved = b"".join(
        struct.pack("<4sIII", kind, flags, place + media, length) for kind, flags, place, length in entries
    )
    return data[: at + 8] + moved + data[end:]


def avi_open_dml(folder: Path) -> bytes:
    """OpenDML indices: one among the media, with file offsets, and a list of these before the media."""
    data = ffmpeg(folder, "avi", "-map", "0", *TAGS, "-c:v", "mpeg4")
    media, old = data.index(b"movi"), data.index(b"idx1")
    frames = [
        (place, length)
        for kind, _, place, length in struct.iter_unpack("<4sIII", data[old + 8 : old + 8 + (len(data) - old - 8)])
        if kind == b"00dc"
    ]
    entries = b"".join(struct.pack("<II", place + 8, length) for place, length in frames)
    standard = chunk(b"ix00", struct.pack("<HBBI4sQI", 2, 0, 1, len(frames), b"00dc", media, 0) + entries)
    place = data.index(b"JUNK")  # which ffmpeg leaves in the stream for this
    room = int.from_bytes(data[place + 4 : place + 8], "little")
    listing = struct.pack("<HBBI4s12xQII", 4, 0, 0, 1, b"00dc", old, len(standard), len(frames))
    made = bytearray(data[:old] + standard)
    made[place : place + 8 + room] = b"indx" + struct.pack("<I", room) + listing.ljust(room, b"\0")
    made[media - 4 : media] = struct.pack("<I", len(made) - media)
    made[4:8] = struct.pack("<I", len(made) - 8)
    return bytes(made)


def flv(folder: Path) -> bytes:
    """An index of the frames, fractions, composite values, and a private script."""
    codecs = ("-g", "5", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    data = ffmpeg(folder, "flv", *TAGS, *codecs, "-flvflags", "add_keyframe_index")
    body = data[24 : 24 + int.from_bytes(data[14:17], "big")]
    more = {"rate": 29.97, "cues": [{"name": "goal", "time": 0.5}], "nothing": None, "made": "by us"}
    added = b"".join(struct.pack(">H", len(name)) + name.encode() + headers.amf(value) for name, value in more.items())
    return _with_body(data, body[:-3] + added + body[-3:])


def _with_body(data: bytes, body: bytes) -> bytes:
    """An FLV with another body of its first tag, and corrected offsets."""
    old = int.from_bytes(data[14:17], "big")
    growth = len(body) - old
    made = bytearray(body)
    for name, count in ((b"filepositions\x0a", None), (b"lastkeyframelocation", 1), (b"filesize", 1)):
        at = made.index(name) + len(name)
        count_here = count or int.from_bytes(made[at : at + 4], "big")
        at += 0 if count else 4
        for place in range(at + 1, at + 1 + 9 * count_here, 9):
            [number] = struct.unpack(">d", made[place : place + 8])
            made[place : place + 8] = struct.pack(">d", number + growth)
    head = data[:14] + len(body).to_bytes(3, "big") + data[17:24]
    return head + bytes(made) + (11 + len(body)).to_bytes(4, "big") + data[24 + old + 4 :]


def _in_streams(data: bytes, part: bytes) -> bytes:
    """An AVI with one more chunk in its first stream."""
    header, stream = data.index(b"hdrl") - 8, data.index(b"strl") - 8
    end = stream + 8 + int.from_bytes(data[stream + 4 : stream + 8], "little")
    made = bytearray(data[:end] + part + data[end:])
    for at in (0, header, stream):
        made[at + 4 : at + 8] = struct.pack("<I", int.from_bytes(data[at + 4 : at + 8], "little") + len(part))
    return bytes(made)


COVER = b"METADATA_BLOCK_PICTURE=" + base64.b64encode(
    struct.pack(">II9sI", 3, 9, b"image/png", 5) + b"cover" + struct.pack(">IIIII", 1, 1, 24, 0, len(PNG)) + PNG
)


def ogv(folder: Path) -> bytes:
    """A Skeleton with an index, a picture, chapters, a repeated name, and texts in a legacy character set."""
    languages = ("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger")
    data = ffmpeg(folder, "ogv", *TWO, *languages, "-c:v", "libtheora", "-c:a", "libvorbis")
    video = (b"TITLE=At sea", b"ARTIST=Zo\xc3\xab", b"artist=Ann", b"LOCATION=" + "Сочи".encode("cp1251"), b"EMPTY=")
    sound = (b"LANGUAGE=eng", COVER, b"CHAPTER001=00:00:00.500", b"CHAPTER001NAME=one", b"DESCRIPTION=old")
    return ogg.skeleton(ogg.with_texts(data, {0: video, 1: sound}))


def ogv_full(folder: Path) -> bytes:
    """The page with the headers of its sound is full."""
    data = ffmpeg(folder, "ogv", "-map", "0", "-map", "1", "-c:v", "libtheora", "-c:a", "libvorbis")
    [_, sound] = ogg.packets(data)
    others = len(ogg.laced(ogg.packets(data)[sound][2]))
    told = len(ogg.vorbis(b"COMMENT=old", b"NOTES=")[1])
    notes = b"NOTES=" + b"x" * ((255 - others) * 255 - 1 - told)
    return ogg.with_texts(data, {1: (b"COMMENT=old", notes)})


# By name: how the file is made, and the strategies of the first and the next write.
FILMS: Mapping[str, tuple[Callable[[Path], bytes], str, str]] = {
    "studio.wmv": (wmv, "asf_copy", "asf_in_place"),
    "camera.avi": (avi_camera, "avi_in_place", "avi_in_place"),
    "tight.avi": (avi_tight, "avi_copy", "avi_in_place"),
    "odml.avi": (avi_open_dml, "avi_in_place", "avi_in_place"),
    "server.flv": (flv, "flv_copy", "flv_copy"),
    "server.ogv": (ogv, "ogg_copy", "ogg_in_place"),
    "full.ogv": (ogv_full, "ogg_copy", "ogg_in_place"),
}
