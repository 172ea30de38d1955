"""
The media properties of one file, read from the disk for a rescan.

FFmpeg's libraries read the file first, with its known type, as in a scan. If they cannot open it, the `ffprobe` program
reads it once, if it exists: it may be newer than the libraries. It receives the descriptor that this program opened
safely, and may neither follow a playlist nor open another file that the content names.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import av
import av.error

from indexium_core import errors
from indexium_core.files import libav, probe, sidecar_reading
from indexium_core.files.containers import Layout
from indexium_core.files.reader import FileReader
from indexium_core.model.files import properties
from indexium_core.model.files.media import StreamFacts
from indexium_core.model.files.properties import MediaReading

PATIENCE = 60.0  # timeout of ffprobe in seconds
_LONGEST = 4_000_000  # bytes of an answer that are parsed
# The permitted demuxers. Those that open a second file (playlists, image sequences, concat scripts) are missing.
_DEMUXERS = (
    "mov,matroska,webm,avi,asf,asf_o,flv,live_flv,ogg,mpegts,mpeg,mpegvideo,h264,hevc,av1,obu,ivf,nut,rm,mxf,gxf,dv,"
    "swf,wav,mp3,aac,flac,ac3,eac3,wtv,nsv,roq,bink,smk,vc1,cavsvideo,m4v,3gp"
)
_DOLBY_VISION = "DOVI configuration record"
_QUARTERS = (90, -90, 270, -270)  # degrees of rotations that exchange width and height


def read(path: bytes) -> MediaReading:
    """
    Return the media properties of a file.

    Raises:
        FileAccessError: It is missing (`missing_file`) or cannot be read (`unreadable`).
        CorruptFileError: It is `empty`, damaged (`corrupt`), or without known media (`not_video`).

    """
    with FileReader(path) as reader:
        if reader.size == 0:
            raise errors.CorruptFileError("The file is empty.", code="empty")
        family, layout = sidecar_reading.examine(path, reader)
        if family is None:
            return _answered(
                reader, "Indexium does not support the content of this file, whatever its extension.", code="not_video"
            )
        photo = layout.photo
        if photo is not None:
            if layout.problem is not None and layout.problem.code == "corrupt":
                raise errors.CorruptFileError(layout.problem.message)
            found = properties.from_photo(photo, size=reader.size, taken=probe.taken(layout) or photo.taken)
            return MediaReading(properties=found, tool="header")
        try:
            answer = _by_libraries(reader, layout)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            reason = str(getattr(error, "strerror", None) or error).lower().rstrip(".")
            return _answered(reader, f"The file is damaged: {reason}.", code="corrupt")
        if layout.problem is not None and layout.problem.code == "corrupt":
            raise errors.CorruptFileError(layout.problem.message)
        return answer


def _answered(reader: FileReader, problem: str, *, code: str) -> MediaReading:
    """Return ffprobe's result for a file that the libraries cannot open; CorruptFileError if ffprobe fails too."""
    answer = _by_program(reader)
    if answer is None:
        raise errors.CorruptFileError(problem, code=code)
    return answer


def _by_libraries(reader: FileReader, layout: Layout) -> MediaReading:
    def read(media: Any) -> MediaReading:
        streams = [probe.stream_facts(stream, layout) for stream in media.streams]
        duration = None if media.duration is None else media.duration / av.time_base
        return _reading(streams, duration, reader.size, "pyav", taken=probe.taken(layout))

    return libav.with_headers(reader, layout.container, read)


def _reading(
    streams: list[StreamFacts], duration: float | None, size: int, tool: str, *, taken: str | None = None
) -> MediaReading:
    found, unknown = properties.from_streams(streams, duration=duration, size=size, taken=taken)
    return MediaReading(properties=found, unknown=unknown, tool=tool)


# The program.


def _by_program(reader: FileReader) -> MediaReading | None:
    """Return ffprobe's result, or None if the program is missing or cannot identify the file either."""
    program = shutil.which("ffprobe")
    if program is None:
        return None
    answer = _ffprobe_output(program, reader)
    streams = [_stream(number, each) for number, each in enumerate(_objects(answer.get("streams")))]
    if not any(stream.kind in ("video", "audio") for stream in streams):
        return None
    length = _number(_object(answer.get("format")).get("duration"))
    return _reading(streams, length, reader.size, "ffprobe")


def _ffprobe_output(program: str, reader: FileReader) -> Mapping[str, Any]:
    descriptor = reader.fileno()
    os.lseek(descriptor, 0, os.SEEK_SET)
    command = [
        *(program, "-v", "error", "-print_format", "json", "-show_format", "-show_streams"),
        *("-protocol_whitelist", "file", "-format_whitelist", _DEMUXERS, "-i", f"file:/dev/fd/{descriptor}"),
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
            timeout=PATIENCE,
            check=True,
        )
        return _object(json.loads(done.stdout[:_LONGEST]))
    except (OSError, ValueError, RecursionError, subprocess.SubprocessError):
        return {}


def _stream(number: int, known: Mapping[str, Any]) -> StreamFacts:
    """Return a stream of ffprobe's answer in the form of the libraries; `N/A` and invalid values are left out."""
    disposition = _object(known.get("disposition"))
    sides = _objects(known.get("side_data_list"))
    details = {
        "disposition": int(disposition.get("default") == 1),
        "attached_pic": disposition.get("attached_pic") == 1,
        "width": known.get("width"),
        "height": known.get("height"),
        "turned": any(_whole(side.get("rotation")) in _QUARTERS for side in sides) or None,
        "channels": known.get("channels"),
        "sample_rate": _whole(known.get("sample_rate")),
        "frame_rate": _rate(known.get("avg_frame_rate")) or _rate(known.get("r_frame_rate")),
        "transfer": known.get("color_transfer"),
        "dolby_vision": any(side.get("side_data_type") == _DOLBY_VISION for side in sides),
    }
    codec = known.get("codec_name")
    return StreamFacts(
        index=number,
        kind=str(known.get("codec_type") or ""),
        codec=codec[:40] if isinstance(codec, str) and codec not in ("unknown", "N/A") else "",
        language=None,
        details={name: value for name, value in details.items() if value is not None},
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [_object(each) for each in value] if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _rate(value: Any) -> float | None:
    try:
        return float(Fraction(value)) or None
    except (TypeError, ValueError, ArithmeticError):
        return None
