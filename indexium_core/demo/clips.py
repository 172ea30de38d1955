"""
Real video clips of about a second, made with ffmpeg: one recipe for each file layout.

A clip is a value: the same clip always has the same video and audio, and another `seed` gives another video and audio,
so that two clips are duplicates only if this is intended.
"""

from __future__ import annotations

import functools
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexium_core import errors
from indexium_core.demo import photos
from indexium_core.files.program import executable, shipped


@functools.cache
def encoders(program: str) -> frozenset[str]:
    """Return the names of the encoders of `program`."""
    listing = subprocess.run([program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False)
    rows = (line.split() for line in listing.stdout.splitlines())
    return frozenset(row[1] for row in rows if len(row) > 1)


def run_ffmpeg(arguments: Sequence[str], *, program: str = "", timeout: float = 60.0) -> None:
    """
    Run ffmpeg with `arguments`, without input and output on the console; overwrite existing files.

    Raises:
        FFmpegError: ffmpeg failed, with the last line of its output, or took longer than `timeout` seconds.

    """
    command = [program or executable(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *arguments]
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise errors.FFmpegError(f"ffmpeg did not finish within {timeout:.0f} seconds.") from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise errors.FFmpegError(f"ffmpeg failed: {last or f'exit code {error.returncode}'}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One file layout: a container, codecs that it supports, and options of its muxer."""

    extension: str
    muxer: str
    video: str = "h264"  # key of VIDEO
    audio: str = "aac"  # an encoder
    subtitles: str = ""  # an encoder; "" if the container does not support subtitles
    options: tuple[str, ...] = ()


H264 = ("libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "5")
VIDEO: dict[str, tuple[str, ...]] = {
    "h264": H264,
    "mpeg4": ("mpeg4", "-g", "5"),
    "mpeg2": ("mpeg2video", "-g", "5"),
    "vp8": ("libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"),
    "flv1": ("flv",),
    "wmv": ("wmv2",),
    "theora": ("libtheora",),
}
FORMS: dict[str, Form] = {
    # ISO media: the index (`moov`) at the end, at the start with room to grow, at the start, in fragments
    "mp4": Form(extension="mp4", muxer="mp4", subtitles="mov_text"),
    "mp4_room": Form(extension="mp4", muxer="mp4", subtitles="mov_text", options=("-moov_size", "16384")),
    "mp4_faststart": Form(extension="mp4", muxer="mp4", subtitles="mov_text", options=("-movflags", "+faststart")),
    "mp4_fragmented": Form(extension="mp4", muxer="mp4", options=("-movflags", "+frag_keyframe+empty_moov")),
    "m4v": Form(extension="m4v", muxer="ipod", subtitles="mov_text"),
    "mov": Form(extension="mov", muxer="mov", subtitles="mov_text"),
    "mov_keys": Form(extension="mov", muxer="mov", options=("-movflags", "+use_metadata_tags")),
    # Matroska: the default of ffmpeg, with room before the clusters, and as a stream of unknown size
    "mkv": Form(extension="mkv", muxer="matroska", subtitles="srt"),
    "mkv_room": Form(extension="mkv", muxer="matroska", subtitles="srt", options=("-reserve_index_space", "8192")),
    "mkv_live": Form(extension="mkv", muxer="matroska", options=("-live", "1")),
    "webm": Form(extension="webm", muxer="webm", video="vp8", audio="libopus", subtitles="webvtt"),
    "webm_room": Form(
        extension="webm",
        muxer="webm",
        video="vp8",
        audio="libopus",
        subtitles="webvtt",
        options=("-reserve_index_space", "8192"),
    ),
    # other containers
    "avi": Form(extension="avi", muxer="avi", video="mpeg4", audio="mp2"),
    "ts": Form(extension="ts", muxer="mpegts"),
    "mpg": Form(extension="mpg", muxer="vob", video="mpeg2", audio="mp2"),
    "flv": Form(extension="flv", muxer="flv", video="flv1", options=("-ar", "44100")),
    "wmv": Form(extension="wmv", muxer="asf", video="wmv", audio="wmav2"),
    "ogv": Form(extension="ogv", muxer="ogg", video="theora", audio="libvorbis"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """The properties of a clip."""

    form: str = "mp4"  # key of FORMS
    comment: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)  # further tags of the container
    seed: int = 0  # another seed, other pictures and sounds
    seconds: float = 1.0
    video_size: tuple[int, int] = (160, 90)
    chapters: int = 0
    cover: bool = False  # a picture track in ISO media (not mov), an attachment in Matroska
    subtitles: bool = False
    languages: tuple[str, ...] = ()  # one audio track for each language; () means one track without a language
    minutes: int = 0  # a film of this length: a landscape with a picture every two minutes, without sound

    @property
    def extension(self) -> str:
        return FORMS[self.form].extension


def make(clip: Clip, target: Path) -> Path:
    """
    Make `clip` at `target`, and replace an existing file; takes about 0.1 s and writes only to that folder.

    Raises:
        FFmpegError: ffmpeg is missing or could not make it.

    """
    form = FORMS[clip.form]
    with tempfile.TemporaryDirectory(prefix=".clip-", dir=target.parent) as scratch:
        inputs, maps = _inputs(clip, form, Path(scratch))
        arguments = [*inputs, *maps, *_codecs(clip, form), *_tags(clip), *form.options]
        exact = ["-fflags", "+bitexact", "-flags", "+bitexact", "-threads", "1", "-f", form.muxer]
        run_ffmpeg([*arguments, *exact, f"file:{target}"], program=program())
    return target


@functools.cache
def program() -> str:
    """Return an ffmpeg with the encoders of all forms: the bundled one, which starts faster, otherwise that on PATH."""
    required = {arguments[0] for arguments in VIDEO.values()} | {form.audio for form in FORMS.values()}
    try:
        bundled = shipped()
    except errors.FFmpegError:  # the wheel of this platform has no program
        return executable()
    return bundled if required <= encoders(bundled) else executable()


def _inputs(clip: Clip, form: Form, scratch: Path) -> tuple[list[str], list[str]]:
    """Return the input arguments, and the arguments that map streams of the inputs to the output."""
    if clip.minutes:
        return _film_input(clip, scratch), ["-map", "0:v"]
    width, height = clip.video_size
    picture = f"testsrc2=s={width}x{height}:r=10:d={clip.seconds},hue=h={clip.seed * 67 % 360}"
    inputs, maps = ["-f", "lavfi", "-i", picture], ["-map", "0:v"]
    for number in range(max(1, len(clip.languages))):
        pitch = 220 + (clip.seed * 31 + number * 200) % 1800
        inputs += ["-f", "lavfi", "-i", f"sine=f={pitch}:r=44100:d={clip.seconds}"]
        maps += ["-map", f"{number + 1}:a"]
    for option, source in _attachments(clip, scratch):
        maps += [word.format(inputs.count("-i")) for word in option]
        inputs += source
    if clip.cover and form.muxer in {"matroska", "webm"}:
        maps += ["-attach", str(_cover(scratch)), "-metadata:s:t", "mimetype=image/png"]
        maps += ["-metadata:s:t", "filename=cover.png"]
    elif clip.cover:
        inputs += ["-i", str(_cover(scratch))]
        maps += ["-map", f"{inputs.count('-i') - 1}:v", "-disposition:v:1", "attached_pic"]
    return inputs, maps


def _film_input(clip: Clip, scratch: Path) -> list[str]:
    """Return the input arguments of a long film with few pictures, which is a small file."""
    from PIL import Image

    picture = scratch / "scene.png"
    palettes = tuple(photos.PALETTES)
    Image.fromarray(photos.landscape(clip.seed, palettes[clip.seed % len(palettes)], 320, 180)).save(picture)
    return [
        "-framerate",
        "1/120" if clip.minutes > 4 else "1/10",
        "-loop",
        "1",
        "-t",
        str(clip.minutes * 60),
        "-i",
        str(picture),
    ]


def _attachments(clip: Clip, scratch: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Yield, for each text file, the arguments that map it (`{}` is its input number), and those that read it."""
    if clip.subtitles:
        cues = scratch / "cues.srt"
        cues.write_text("1\n00:00:00,000 --> 00:00:00,900\nHello, grüezi, 你好\n", encoding="utf-8")
        yield ["-map", "{}:s"], ["-f", "srt", "-i", str(cues)]
    if clip.chapters:
        names = scratch / "chapters.txt"
        names.write_text(_chapter_text(clip), encoding="utf-8")
        yield ["-map_chapters", "{}"], ["-f", "ffmetadata", "-i", str(names)]


def _chapter_text(clip: Clip) -> str:
    step = int(clip.seconds * 1000 / clip.chapters)
    parts = [
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={number * step}\nEND={(number + 1) * step}\ntitle=Part {number + 1}\n"
        for number in range(clip.chapters)
    ]
    return ";FFMETADATA1\n" + "".join(parts)


def _cover(scratch: Path) -> Path:
    target = scratch / "cover.png"
    picture = "color=c=teal:s=64x64:d=1"
    run_ffmpeg(
        ["-f", "lavfi", "-i", picture, "-frames:v", "1", "-c:v", "png", "-f", "image2", str(target)], program=program()
    )
    return target


def _codecs(clip: Clip, form: Form) -> list[str]:
    arguments = ["-c:v:0", *VIDEO[form.video], "-c:a", form.audio, "-b:a", "64k"]
    if clip.cover and form.muxer not in {"matroska", "webm"}:
        arguments += ["-c:v:1", "copy"]
    if clip.subtitles:
        arguments += ["-c:s", form.subtitles]
    return arguments


def _tags(clip: Clip) -> list[str]:
    """Return the arguments for tags and languages."""
    arguments: list[str] = []
    for number, language in enumerate(clip.languages):
        arguments += [f"-metadata:s:a:{number}", f"language={language}"]
    comment = {} if clip.comment is None else {"comment": clip.comment}
    for name, value in {**clip.tags, **comment}.items():
        arguments += ["-metadata", f"{name}={value}"]
    return arguments
