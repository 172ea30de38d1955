"""
The output of other programs for a film: every comment that they show, and everything else.

`SHOWN_BY` is measured behaviour (FFmpeg 5.1 and 8.1, ExifTool 12.57, MediaInfo 23.04, MKVToolNix 74).
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av

from tests.support.oracles import oracle

# ExifTool: facts of the file system, of places in the file, and values that depend on the size of the index.
_VARYING = ("System:", "SourceFile", "MediaDataOffset", "AvgBitrate", "Handler", "ExifTool:", "FileSize", "FileLength")
_OF_THE_FILE = ("FileSize", "StreamSize", "OverallBitRate", "File_Modified", "HeaderSize", "FooterSize", "IsStreamable")

# Values that a program computes from the size of the file, or of a header with the comment.
_DERIVED = {
    ".wmv": {"BitRate"},
    ".ogv": {"extradata_size", "Composite:Duration"},
    ".jpeg": {"StreamSize"},
    ".png": {"StreamSize"},
    ".webp": {"File:FileType", "RIFF:WebP_Flags"},  # metadata need the extended form
}

FFPROBE, MEDIAINFO, MKVINFO, MKVINFO_ALL = "ffprobe", "mediainfo", "mkvinfo", "mkvinfo -a"
EXIFTOOL, EXIFTOOL_ALL, EXIFTOOL_RIFF = "exiftool", "exiftool -ee", "exiftool -charset RIFF=UTF8"
MATROSKA = (".mkv", ".webm")
PHOTOS = (".jpeg", ".png", ".tiff", ".webp")
HEIF = ".heif"  # the FFmpeg of Debian 12 does not read it, so PyAV decodes its pixels

_TOGETHER = 8  # films that one ffmpeg decodes

_ANY = frozenset({FFPROBE, EXIFTOOL, EXIFTOOL_ALL, MEDIAINFO})
_RIFF = frozenset({FFPROBE, EXIFTOOL_RIFF})
_FRONT = _ANY | {MKVINFO, MKVINFO_ALL}  # Matroska with its tags before the media
_BEHIND = _FRONT - {EXIFTOOL, MKVINFO}  # … and after them: these two stop reading at the first cluster
_XMP = frozenset({EXIFTOOL, EXIFTOOL_ALL})
# By the name of a case of `shapes`: the programs that show the comment after a write that needed more space.
SHOWN_BY: Mapping[str, frozenset[str]] = {
    "mp4, index last": _ANY,
    "mp4, room in front": _ANY,
    "mp4, no room, ext4": _ANY,
    "mp4, no room, xfs": _ANY,
    "mp4, no room, memory": _ANY,
    "mp4, no room, moved to the end": _ANY,
    "mp4, fragmented": _ANY,
    "mp4, fragmented, on a disk": _ANY,
    "mp4, fragmented, segment index": _ANY,
    "mp4, fragmented, no list": _ANY,
    "mp4, several mdat": _ANY,
    "mp4, media to the end": _ANY,
    "m4v": _ANY,
    "m4a": _ANY,
    "mov, none": _ANY,
    "mov, udta": _ANY,
    "mov, keys": _ANY,
    "mov, key of ffmpeg": _ANY,
    "mov, items": _ANY,
    "mov, phone": _ANY,
    "3gp": _ANY,
    "mkv, ffmpeg": _BEHIND,
    "mkv, mkvmerge": _FRONT,
    "mkv, live": _FRONT,
    "mkv, live, SeekHead": _BEHIND,
    "mkv, no SeekHead": _FRONT,
    "webm": _BEHIND,
    "webm, live": _FRONT,
    "webm, stopped": _FRONT,
    **dict.fromkeys(
        ("jpeg", "jpeg, room", "png", "png, room", "tiff", "tiff, room", "heif", "webp", "webp, room"), _XMP
    ),
    "avi": _RIFF,
    "avi, no room": _RIFF,
    "flv": _ANY,
    "flv, room": _ANY,
    "wmv": _ANY,
    "wmv, room": _ANY,
    "ogv": _ANY,
    "ogv, odd": _ANY,
    "ogv, room": _ANY,
}
# … and those that show only plain ASCII: a RIFF has no charset, and they read its texts as Latin-1.
SHOWN_IF_ASCII: Mapping[str, frozenset[str]] = dict.fromkeys(("avi", "avi, no room"), _ANY - _RIFF)


def shown_by(case: str, comment: str) -> frozenset[str]:
    """The programs that show this comment of a film of a case."""
    return SHOWN_BY[case] | (SHOWN_IF_ASCII.get(case, frozenset()) if comment.isascii() else frozenset())


@dataclass(frozen=True)
class Look:
    """The facts of a film at one time."""

    sha256: str
    mtime_ns: int
    comments: dict[str, set[str]]  # by program, if installed
    known: dict[str, Any] = field(default_factory=dict)  # everything else, by program

    def shown_by(self, comment: str) -> frozenset[str]:
        """The programs that show this comment, and no other."""
        return frozenset(program for program, texts in self.comments.items() if texts == {comment})


def look(paths: Sequence[Path], *, media: bool = True) -> list[Look]:
    """Read films with all programs; `media`: also hash every packet and decode everything."""
    with ThreadPoolExecutor(2) as pool:
        each = list(pool.map(_look, paths))
        if media:
            groups = [paths[start : start + _TOGETHER] for start in range(0, len(paths), _TOGETHER)]
            heard = [result for group in pool.map(decoded_all, groups) for result in group]
            for (_, known), (streams, complaints) in zip(each, heard, strict=True):
                known |= {"streams": streams, "complaints": complaints}
        riffs = [path for path in paths if path.suffix == ".avi"]
        ways = {
            EXIFTOOL_ALL: (paths, lambda: exiftool_all(paths)),
            EXIFTOOL: (paths, lambda: exiftool_all(paths, "-G1")),
            EXIFTOOL_RIFF: (riffs, lambda: exiftool_all(riffs, "-G1", "-charset", "RIFF=UTF8") if riffs else []),
            MEDIAINFO: (paths, lambda: mediainfo_all(paths)),
        }
        seen = pool.map(lambda way: (way[0], zip(way[1][0], way[1][1](), strict=True)), ways.items())
    found = {
        path: Look(sha256(path), path.stat().st_mtime_ns, comments, known)
        for path, (comments, known) in zip(paths, each, strict=True)
    }
    for program, facts in seen:
        for path, (comments, known) in facts:
            found[path].comments[program] = comments
            if program == MEDIAINFO or (program == EXIFTOOL_ALL and path.suffix not in MATROSKA):
                # Of Matroska tags with one name, it keeps the last.
                found[path].known[program] = _lasting(known, _DERIVED.get(path.suffix, set()))
    return [found[path] for path in paths]


def _lasting(known: Any, derived: set[str]) -> Any:
    """Return the facts without those of these names."""
    if isinstance(known, dict):
        return {name: _lasting(value, derived) for name, value in known.items() if name not in derived}
    return [_lasting(each, derived) for each in known] if isinstance(known, list) else known


def _look(path: Path) -> tuple[dict[str, set[str]], dict[str, Any]]:
    comments, known = dict[str, set[str]](), dict[str, Any]()
    comments[FFPROBE], facts = (set(), {}) if path.suffix == HEIF else ffprobe(path)
    known[FFPROBE] = _lasting(facts, _DERIVED.get(path.suffix, set()))
    if path.suffix in MATROSKA:
        comments |= {MKVINFO: mkvinfo(path), MKVINFO_ALL: mkvinfo(path, "-a")}
        known["mkvmerge"] = mkvmerge(path)
    return comments, known


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ffprobe(path: Path) -> tuple[set[str], Any]:
    command = [oracle("ffprobe"), "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json"]
    known = json.loads(_said(*command, f"file:{path}"))
    for varying in ("size", "bit_rate", "filename"):
        known["format"].pop(varying, None)
    # In an Ogg, the comments belong to the streams; that of a cover picture describes it.
    streams = [stream for stream in known["streams"] if not stream["disposition"]["attached_pic"]]
    parts = [known["format"], *(streams if known["format"]["format_name"] == "ogg" else [])]
    comments = set()
    for part in parts:
        tags = part.setdefault("tags", {})
        comments |= {tags.pop(name) for name in list(tags) if "comment" in name.lower()}
    return comments, known


def exiftool(path: Path) -> tuple[set[str], Any]:
    return exiftool_all([path])[0]


def exiftool_all(paths: Sequence[Path], *options: str) -> list[tuple[set[str], Any]]:
    """
    The same for many files, because the start of the program takes most of the time; default: all streams and tags.
    """
    command = [oracle("exiftool"), "-q", "-j", "-a", "-charset", "UTF8", *(options or ("-ee", "-G1"))]
    return [_by_exiftool(known) for known in json.loads(_said(*command, *map(str, paths)))]


def _by_exiftool(known: dict[str, Any]) -> tuple[set[str], Any]:
    names = [name for name in known if "Comment" in name and "Track" not in name]
    names += [name for name in known if name in {"ASF:Description", "Theora:Description", "Vorbis:Description"}]
    comments = {str(known.pop(name)) for name in names}
    for name in [name for name in known if name.endswith(":PersonInImage")]:
        people = known.pop(name)
        comments.add(f"People: {', '.join(people) if isinstance(people, list) else people}")
    return comments - {""}, {name: value for name, value in known.items() if not any(word in name for word in _VARYING)}


def mediainfo(path: Path) -> tuple[set[str], Any]:
    return mediainfo_all([path])[0]


def mediainfo_all(paths: Sequence[Path]) -> list[tuple[set[str], Any]]:
    known = json.loads(_said(oracle("mediainfo"), "--Output=JSON", *map(str, paths)))
    return [_by_mediainfo(each["media"]["track"]) for each in (known if isinstance(known, list) else [known])]


def _by_mediainfo(tracks: list[dict[str, Any]]) -> tuple[set[str], Any]:
    comments = set()
    called = ("comment", "description") if tracks[0].get("Format") in {"Ogg", "Windows Media"} else ("comment",)
    for facts in (tracks[0], tracks[0].get("extra", {})):
        comments |= {facts.pop(name) for name in list(facts) if any(word in name.lower() for word in called)}
        for name in [name for name in facts if name.startswith(_OF_THE_FILE)]:
            facts.pop(name)
    if not tracks[0].get("extra", True):
        tracks[0].pop("extra")
    return comments, tracks


_COMMENT = re.compile(
    r"\+ Name: COMMENT\n(?:[^\n]*\+ (?:Tag|Default) language[^\n]*\n)*[^\n]*\+ String: (.*?)(?=\n\||\Z)",
    re.IGNORECASE | re.DOTALL,
)


def mkvinfo(path: Path, *options: str) -> set[str]:
    """The comments of a Matroska file; with "-a" those after its media, too."""
    return set(_COMMENT.findall(_said(oracle("mkvinfo"), *options, "--ui-language", "en_US", str(path))))


def mkvmerge(path: Path) -> dict[str, Any]:
    """The output of mkvmerge for tracks, attachments, chapters and the segment."""
    found: dict[str, Any] = json.loads(_said(oracle("mkvmerge"), "-J", str(path)))
    return {name: found[name] for name in ("attachments", "chapters", "container", "errors", "track_tags", "tracks")}


def decoded(path: Path) -> tuple[str, set[str]]:
    """A hash of the packets of every stream, and the messages of ffmpeg while it decodes everything."""
    [hashes], messages = _decoded([path])
    return hashes, messages


def decoded_all(paths: Sequence[Path]) -> list[tuple[str, set[str]]]:
    """
    The same for many files, because the start of the program takes most of the time.

    A message does not name its file, so after a message each file is decoded alone.
    """
    films = [path for path in paths if path.suffix != HEIF]
    hashes, messages = _decoded(films) if films else ([], set())
    found = {path: decoded(path) if messages else (each, set()) for path, each in zip(films, hashes, strict=True)}
    return [found.get(path) or (_pixels(path), set()) for path in paths]


def _pixels(path: Path) -> str:
    """A hash of the decoded pictures of a HEIC."""
    with av.open(str(path)) as media:
        return hashlib.sha256(b"".join(frame.to_ndarray().tobytes() for frame in media.decode(video=0))).hexdigest()


def _decoded(paths: Sequence[Path]) -> tuple[list[str], set[str]]:
    """Return the hashes of each file, and the messages for all of them."""
    command = [oracle("ffmpeg"), "-nostdin", "-v", "error", "-y"]
    with tempfile.TemporaryDirectory() as folder:
        results = [Path(folder) / str(number) for number in range(len(paths))]
        for path in paths:
            command += ["-i", f"file:{path}"]
        for number, result in enumerate(results):
            # A packet of a photo is the whole file, so its pixels are hashed.
            copied = [] if paths[number].suffix in PHOTOS else ["-c", "copy"]
            command += ["-map", f"{number}", *copied, "-f", "streamhash", "-hash", "md5", f"file:{result}"]
            command += ["-map", f"{number}:v?", "-map", f"{number}:a?", "-f", "null", "-"]
        ran = subprocess.run(command, check=len(paths) == 1, capture_output=True, text=True)
        messages = {line.partition("] ")[2] or line for line in ran.stderr.splitlines()}  # addresses vary
        return [result.read_text() if result.exists() else "" for result in results], messages


def complaints(path: Path) -> str:
    """The messages of ffmpeg while it decodes everything."""
    command = [oracle("ffmpeg"), "-v", "warning", "-i", f"file:{path}", "-map", "0:v?", "-map", "0:a?"]
    ran = subprocess.run([*command, "-f", "null", "-"], check=True, capture_output=True, text=True)
    return "\n".join(line.partition("] ")[2] for line in ran.stderr.splitlines())  # addresses vary


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
