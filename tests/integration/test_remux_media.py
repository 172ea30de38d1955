"""Comments written into real AVI, FLV, WMV and OGV files by FFmpeg, and read by other programs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files import verify
from indexium_core.model.files.media import Change, Refusal
from tests.support import headers, mkv
from tests.support.headers import wide
from tests.support.remuxes import evidence, planned, rewritten

NEW = "People: Ann Lee, Zoë Öz\nat sea; ليلى"
PLAIN = "People: Ann Lee"
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=176x144:r=25:d=1.2")
SOUND = ("-f", "lavfi", "-i", "sine=f=300:r=44100:d=1.2", "-f", "lavfi", "-i", "sine=f=500:r=44100:d=1.2")
ODD = ("-vf", "scale=161:91")
TWO = ("-map", "0", "-map", "1", "-map", "2")
TAGS = ("-metadata", "title=At sea", "-metadata", "artist=Zoë", "-metadata", "album=Films", "-metadata", "genre=Home")
TRACKS = ("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger", "-metadata:s:a:0", "title=English")


def ffmpeg(folder: Path, suffix: str, *arguments: object) -> Path:
    target = folder / f"clip.{suffix}"
    mkv.run("ffmpeg", "-nostdin", "-v", "error", "-y", *PICTURE, *SOUND, *arguments, target)
    return target


def avi(folder: Path) -> Path:
    """Odd dimensions, B-frames, two sounds of variable bit rate, and texts in a legacy character set."""
    path = ffmpeg(
        folder, "avi", *TWO, *ODD, *TAGS, *TRACKS, "-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame", "-q:a", "5"
    )
    data = path.read_bytes()
    path.write_bytes(headers.avi_with(data, headers.texts((b"ISBJ", "Сочи".encode("cp1251")), (b"IMED", b"Hi8"))))
    return path


def avi_h264(folder: Path) -> Path:
    return ffmpeg(folder, "avi", *TWO, *TAGS, "-c:v", "libx264", "-bf", "2", "-pix_fmt", "yuv420p", "-c:a", "ac3")


def avi_plain(folder: Path) -> Path:
    return ffmpeg(
        folder, "avi", *TWO, "-c:v", "mjpeg", "-c:a:0", "pcm_s16le", "-c:a:1", "mp2", "-metadata", "comment=old"
    )


def flv(folder: Path) -> Path:
    """An index of the frames, and binary metadata."""
    path = ffmpeg(folder, "flv", *ODD, *TAGS, "-c:v", "flv", "-c:a", "libmp3lame", "-flvflags", "add_keyframe_index")
    values = {
        "title": "At sea",
        "comment": "old",
        "level": 31.0,
        "ok": True,
        "keyframes": {"times": [0.0]},
    }
    path.write_bytes(headers.flv_with(path.read_bytes(), headers.script("onMetaData", values)))
    return path


def flv_h264(folder: Path) -> Path:
    """B-frames, and a start time other than zero."""
    codecs = ("-c:v", "libx264", "-bf", "2", "-pix_fmt", "yuv420p", "-c:a", "aac")
    return ffmpeg(folder, "flv", *TAGS, *codecs, "-output_ts_offset", "5")


def chapters(folder: Path) -> tuple[object, ...]:
    names = folder / "chapters.txt"
    text = "".join(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}\nEND={at + 600}\ntitle=Part {at}\n" for at in (0, 600))
    names.write_text(f";FFMETADATA1\n{text}")
    return ("-f", "ffmetadata", "-i", names, "-map_chapters", "3")


def wmv(folder: Path) -> Path:
    """Languages, chapters, numeric attributes and a date."""
    path = ffmpeg(folder, "wmv", *chapters(folder), *TWO, *TRACKS, "-c:v", "wmv2", "-c:a", "wmav2")
    numbers = ("IsVBR", 2, (1).to_bytes(4, "little")), ("WM/EncodingTime", 4, (10**9).to_bytes(8, "little"))
    names = ("WM/Genre", 0, wide("Home")), ("WM/Tool", 0, wide("Maker")), ("mine", 0, wide("yes"))
    parts = headers.description("At sea", "Zoë", "me", "old"), headers.attributes(*numbers, *names)
    path.write_bytes(headers.asf_with(path.read_bytes(), *parts, created=128_000_000_000_000_010))
    return path


def wmv_later(folder: Path) -> Path:
    return ffmpeg(folder, "wmv", *TAGS, "-c:v", "msmpeg4v3", "-c:a", "pcm_s16le", "-output_ts_offset", "3")


def ogv(folder: Path) -> Path:
    """Two sounds, chapters, and comments in two streams."""
    path = ffmpeg(folder, "ogv", *TWO, *TRACKS, "-c:v", "libtheora", "-c:a", "libvorbis")
    video = [("TITLE", "At sea"), ("DESCRIPTION", "old"), ("Organization", "us")]
    audio = [("LANGUAGE", "eng"), ("CHAPTER001", "00:00:00.500"), ("CHAPTER001NAME", "one"), ("COMMENT", "old")]
    return headers.ogg_tags(path, video=video, audio=audio)


def ogv_opus(folder: Path) -> Path:
    return ffmpeg(folder, "ogv", *TAGS, "-c:v", "libvpx", "-c:a", "libopus", "-ac", "2")


MAKERS: dict[str, Callable[[Path], Path]] = {
    made.__name__: made for made in (avi, avi_h264, avi_plain, flv, flv_h264, wmv, wmv_later, ogv, ogv_opus)
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def original(name: str) -> Path:
        if name not in made:
            made[name] = MAKERS[name](tmp_path_factory.mktemp(name))
        return made[name]

    return original


# Each has a film of its container beside it whose shape asks more of a rewrite.
ALIKE = ("avi_plain", "wmv_later", "ogv_opus")


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.further] if name in ALIKE else []) for name in MAKERS])
def clip(request: pytest.FixtureRequest, originals: Callable[[str], Path], tmp_path: Path) -> Path:
    """A fresh copy of each kind of file."""
    return Path(shutil.copy(originals(request.param), tmp_path))


def ffprobe(path: Path) -> dict[str, Any]:
    show = ("-show_format", "-show_streams", "-show_chapters")
    found: dict[str, Any] = json.loads(mkv.run("ffprobe", "-v", "error", "-of", "json", *show, path))
    return found


def ffprobe_comments(path: Path) -> set[str]:
    found = ffprobe(path)
    tags = [part.get("tags", {}) for part in (found["format"], *found["streams"])]
    return {value for one in tags for key, value in one.items() if key.lower() in {"comment", "description"}}


def exiftool_comments(path: Path) -> set[str]:
    """The output of ExifTool, with the option for UTF-8 texts in an AVI file."""
    text = mkv.run("exiftool", "-charset", "RIFF=UTF8", "-j", "-a", "-ee", "-G4", "-Comment", "-Description", path)
    return {str(value) for key, value in json.loads(text)[0].items() if key != "SourceFile"}


def mediainfo_comments(path: Path) -> set[str]:
    general = json.loads(mkv.run("mediainfo", "--Output=JSON", path))["media"]["track"][0]
    found = {**general, **general.get("extra", {})}
    return {value for key, value in found.items() if key.lower() in {"comment", "description"}}


def seen_by_mediainfo(path: Path) -> bool:
    """MediaInfo reads no comments of VP8 and Opus in an Ogg file."""
    return b"OpusTags" not in path.read_bytes()


def stream_hashes(path: Path) -> str:
    hashing = ("-map", "0", "-c", "copy", "-f", "streamhash", "-hash", "md5", "-")
    return mkv.run("ffmpeg", "-nostdin", "-v", "error", "-i", path, *hashing)


def complaints(path: Path) -> set[str]:
    """The messages of ffmpeg when it decodes everything, without memory addresses."""
    shell = ("sh", "-c", '"$0" -nostdin -v error -i "$1" -map 0:v -map 0:a -f null - 2>&1')
    said = mkv.run(*shell, shutil.which("ffmpeg") or "ffmpeg", path)
    return {line.partition("] ")[2] or line for line in said.splitlines()}


def lasting(path: Path) -> dict[str, Any]:
    """The output of ffprobe for streams and chapters, without values that depend on the layout."""
    found = ffprobe(path)
    dropped = {
        "id",
        "bit_rate",
        "extradata_size",
        "nb_frames",
        "duration",
        "duration_ts",
        "time_base",
        "start_pts",
        "tags",
    }
    streams = [{key: value for key, value in one.items() if key not in dropped} for one in found["streams"]]
    return {"streams": streams, "chapters": found["chapters"]}


def test_rewrite_keeps_everything_and_all_readers_agree(clip: Path) -> None:
    before = clip.read_bytes(), clip.stat().st_mtime_ns
    target, proof = rewritten(clip, PLAIN)
    assert (clip.read_bytes(), clip.stat().st_mtime_ns) == before
    assert tuple(proof) == tuple(name for name, _ in verify.REWRITTEN)
    assert ffprobe_comments(target) == {PLAIN}
    assert exiftool_comments(target) == {PLAIN}
    assert mediainfo_comments(target) == ({PLAIN} if seen_by_mediainfo(clip) else set())
    assert stream_hashes(target) == stream_hashes(clip)
    assert lasting(target) == lasting(clip)
    assert complaints(target) <= complaints(clip)


@pytest.mark.parametrize("name", ["avi", "flv", "wmv", "ogv"])
def test_comment_of_many_scripts_is_written_and_removed(
    originals: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    target, _ = rewritten(Path(shutil.copy(originals(name), tmp_path)), NEW)
    assert ffprobe_comments(target) == {NEW}
    again = target.rename(target.with_name(f"again{target.suffix}"))
    bare, _ = rewritten(again, None)
    assert ffprobe_comments(bare) == set()
    assert evidence(bare).comment is None


def test_texts_with_invalid_utf8_keep_their_bytes(originals: Callable[[str], Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(originals("avi"), tmp_path))
    raw = "Снято папой".encode("cp1251")
    path.write_bytes(headers.avi_with(path.read_bytes(), headers.texts((b"ICMT", raw))))
    target, _ = rewritten(path, f"{raw.decode('utf-8', 'replace')}\n{PLAIN}", segment=PLAIN)
    data = target.read_bytes()
    assert raw + b"\n" + PLAIN.encode() + b"\0" in data
    assert "Сочи".encode("cp1251") + b"\0" in data
    assert b"IMED\4\0\0\0Hi8\0" in data


def test_avi_keeps_index_and_encoder_name(originals: Callable[[str], Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(originals("avi"), tmp_path))
    target, _ = rewritten(path, PLAIN)
    data = target.read_bytes()
    assert data.index(b"idx1") > data.index(b"movi")
    made = path.read_bytes().index(b"ISFT")
    assert path.read_bytes()[made : made + 22] in data


def test_dates_numbers_and_names_of_wmv_survive(originals: Callable[[str], Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(originals("wmv"), tmp_path))
    target, _ = rewritten(path, PLAIN)
    for one in (path, target):
        tags = json.loads(mkv.run("exiftool", "-j", "-CreationDate", "-Title", "-Author", "-Tool", one))[0]
        assert tags["CreationDate"].startswith("2006:08:14 03:33:20")
        assert (tags["Title"], tags["Author"]) == ("At sea", "Zoë")
        assert ffprobe(one)["format"]["tags"]["IsVBR"] == "1"


# Data that FFmpeg would lose, detected in its output


def refused(path: Path, check: str) -> str:
    with pytest.raises(errors.VerificationError, match="the file is not changed") as caught:
        rewritten(path, PLAIN)
    assert f"{check}: " in caught.value.message
    return caught.value.message


def test_sound_with_shifted_times_is_rejected(tmp_path: Path) -> None:
    """AAC in an AVI file: the header declares blocks of bytes as packets, and FFmpeg's muxer counts them again."""
    path = ffmpeg(tmp_path, "avi", "-c:v", "mpeg4", "-c:a", "aac")
    assert "moved by up to" in refused(path, "packets")


def test_late_sound_without_offset_is_rejected(tmp_path: Path) -> None:
    path = ffmpeg(tmp_path, "ogv", "-c:v", "libtheora", "-c:a", "flac", "-output_ts_offset", "2")
    assert "moved by up to 2" in refused(path, "packets")


@pytest.mark.parametrize(("name", "check"), [("onCuePoint", "packets"), ("onXMPData", "structure")])
def test_script_converted_to_stream_is_rejected(
    originals: Callable[[str], Path], tmp_path: Path, name: str, check: str
) -> None:
    path = Path(shutil.copy(originals("flv_h264"), tmp_path))
    script = headers.script(name, {"name": "goal", "time": 1.0, "type": "event"}, 5600)
    path.write_bytes(headers.flv_with(path.read_bytes(), next(headers.flv_tags(path.read_bytes())), between=script))
    refused(path, check)


def test_picture_in_ogg_is_rejected_before_copy(originals: Callable[[str], Path], tmp_path: Path) -> None:
    path = headers.ogg_tags(Path(shutil.copy(originals("ogv"), tmp_path)), video=[("METADATA_BLOCK_PICTURE", "AAAA")])
    assert isinstance(planned(path, [Change(field="comment", old=None, new=PLAIN)]), Refusal)
