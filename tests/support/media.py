"""
Real clips for tests: made once with ffmpeg, handed out as fresh copies that a test may do anything to.

What was made is kept in `.pytest_cache/d/media` for all workers and later runs, under a digest of all that it depends
on: the recipe, the source of this module and of the demo, and the ffmpeg programs. `pytest --cache-clear` empties it.

    path = media.build("mp4_faststart", tmp_path, comment="People: Ann Lee")

`build` takes every form of `clips.FORMS` (mp4, mp4_room, mp4_faststart, mp4_fragmented, m4v, mov, mov_keys, mkv,
mkv_room, mkv_live, webm, webm_room, avi, ts, mpg, flv, wmv, ogv) and every field of `clips.Clip`: comment, tags, seed,
seconds, video_size, chapters, cover, subtitles, languages.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from indexium_core.demo import building, clips
from indexium_core.files.program import executable

FORMS = tuple(clips.FORMS)
MP4_FORMS = ("mp4", "mp4_room", "mp4_faststart", "mp4_fragmented", "m4v")
MATROSKA_FORMS = ("mkv", "mkv_room", "mkv_live", "webm", "webm_room")
# Files of sound alone by their extension, and of subtitles alone: encoder and muxer of each.
SOUND = {
    "mp4": ("aac", "mp4"),
    "mov": ("aac", "mov"),
    "m4a": ("aac", "ipod"),
    "m4b": ("aac", "ipod"),
    "3ga": ("aac", "mp4"),  # FFmpeg writes no comment into a 3gp
    "mkv": ("aac", "matroska"),
    "mka": ("aac", "matroska"),
    "webm": ("libopus", "webm"),
    "weba": ("libopus", "webm"),
    "wmv": ("wmav2", "asf"),
    "wma": ("wmav2", "asf"),
    "ogv": ("libvorbis", "ogg"),
    "ogg": ("libvorbis", "ogg"),
    "oga": ("flac", "ogg"),
    "opus": ("libopus", "ogg"),
    "avi": ("mp2", "avi"),
    "flv": ("libmp3lame", "flv"),
}
SUBTITLES = {"mp4": ("mov_text", "mp4"), "mkv": ("srt", "matroska"), "webm": ("webvtt", "webm")}


def build(form: str, folder: Path, *, name: str = "", **wanted: Any) -> Path:
    """Return a fresh copy of a clip in `folder`, called `name` or `clip.<extension>`."""
    clip = clips.Clip(form=form, **wanted)
    target = folder / (name or f"clip.{clip.extension}")
    shutil.copyfile(original(clip), target)
    return target


def sound(extension: str, folder: Path, *, name: str = "", comment: str = "", pitch: int = 440) -> Path:
    """Return an audio file in `folder`; another `pitch` gives other sound."""
    source = ["-f", "lavfi", "-i", f"sine=f={pitch}:d=1:r=44100", "-c:a"]
    return _single(SOUND[extension], source, folder / (name or f"sound.{extension}"), comment)


def large(folder: Path, seconds: int) -> Path:
    """Return a film in `folder` of 3 MB a second, which must be copied completely to be written."""
    sources = ["-f", "lavfi", "-i", f"testsrc2=s=64x64:r=1:d={seconds}"]
    sources += ["-f", "lavfi", "-i", f"anullsrc=r=192000:cl=7.1:d={seconds}"]
    options = [*sources, "-c:v", "wmv2", "-c:a", "pcm_s16le", "-shortest", "-f", "asf"]
    target = folder / "large.wmv"
    shutil.copyfile(_kept(repr(options), ".wmv", lambda path: clips.run_ffmpeg([*options, str(path)])), target)
    return target


def surround(folder: Path) -> Path:
    """Return a MOV file in `folder` whose sound has a list of channels of its own: 5.1 in the order of AC-3."""
    sources = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=5:d=1", "-f", "lavfi", "-i", "anullsrc=cl=5.1(side):d=1"]
    options = [*sources, "-c:v", "mpeg4", "-c:a", "ac3", "-shortest", "-fflags", "+bitexact", "-f", "mov"]
    target = folder / "clip.mov"
    shutil.copyfile(_kept(repr(options), ".mov", lambda path: clips.run_ffmpeg([*options, str(path)])), target)
    return target


def subtitles(extension: str, folder: Path, *, comment: str = "") -> Path:
    """Return a subtitle file in `folder`."""
    text = "1\n00:00:00,000 --> 00:00:00,900\nHello\n"
    cues = _kept(text, ".srt", lambda path: path.write_text(text, encoding="utf-8"))
    return _single(SUBTITLES[extension], ["-i", str(cues), "-c:s"], folder / f"subtitles.{extension}", comment)


def _single(kind: tuple[str, str], source: list[str], target: Path, comment: str) -> Path:
    """Make a file of one stream, once."""
    encoder, muxer = kind
    options = [*source, encoder, "-metadata", f"comment={comment}", "-fflags", "+bitexact", "-f", muxer]
    kept = _kept(repr(options), f".{muxer}", lambda path: clips.run_ffmpeg([*options, str(path)]))
    shutil.copyfile(kept, target)
    return target


def demo(folder: Path) -> None:
    """Put the demo's files into `folder`, with their times and hard links, as `indexium_core.demo.build` makes them."""
    subprocess.run(["cp", "-a", str(original_demo()), str(folder)], check=True)


def original_demo() -> Path:
    """Return the cached files of the demo; never change them."""
    return _kept("demo", "", building.build)


def films(folder: Path, comments: Mapping[str, str | None]) -> Path:
    """Create `folder` with a different film for each name, with those comments and an old modification time."""
    folder.mkdir()
    for seed, (name, comment) in enumerate(comments.items(), start=1):
        path = build(name.rpartition(".")[2], folder, name=name, comment=comment, seed=seed)
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return folder


def video(path: Path, *, seed: int, **wanted: Any) -> Path:
    """Build a clip at `path` with an old modification time. Its suffix names its form; its folder is created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.utime(build(path.suffix[1:], path.parent, name=path.name, seed=seed, **wanted), (1_600_000_000, 1_600_000_000))
    return path


def tree(root: Path, names: Iterable[str]) -> Path:
    """Build a different clip for each name below `root`, and return `root`."""
    for seed, name in enumerate(names):
        video(root / name, seed=seed)
    return root


def series(form: str, folder: Path, count: int, **wanted: Any) -> list[Path]:
    """Return a number of films that differ in a few bytes of their media, with an old modification time."""
    data = bytearray(build(form, folder, name="first", **wanted).read_bytes())
    (folder / "first").unlink()
    place = data.index(b"mdat") + 200
    paths = [folder / f"{number:04}.{clips.FORMS[form].extension}" for number in range(count)]
    for number, path in enumerate(paths):
        data[place : place + 4] = number.to_bytes(4, "big")
        path.write_bytes(data)
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return paths


def original(clip: clips.Clip) -> Path:
    """Return the cached copy of `clip`; never change it."""
    return _kept(repr(clip), f".{clip.extension}", lambda path: clips.make(clip, path))


def truncated(form: str, folder: Path, *, name: str = "", keep: float = 0.6, **wanted: Any) -> Path:
    """Return a truncated clip."""
    target = build(form, folder, name=name or f"truncated.{clips.FORMS[form].extension}", **wanted)
    with target.open("r+b") as file:
        file.truncate(int(target.stat().st_size * keep))
    return target


def empty(folder: Path, *, name: str = "empty.mp4") -> Path:
    """Return an empty file."""
    target = folder / name
    target.touch()
    return target


def _kept(recipe: str, suffix: str, make: Callable[[Path], object]) -> Path:
    """Return the file that `make` creates at its path; another worker that needs the same file waits for it."""
    digest = hashlib.sha256(f"{recipe} {_makers()}".encode()).hexdigest()[:24]
    target = _cache() / f"{digest}{suffix}"
    if target.exists():
        return target
    with (_cache() / f"{digest}.lock").open("w") as lock, tempfile.TemporaryDirectory(dir=_cache()) as scratch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            made = Path(scratch) / target.name
            make(made)
            made.rename(target)
    return target


@functools.cache
def _makers() -> str:
    """Return a digest of the sources of the files."""
    sources = [Path(__file__), *sorted(Path(clips.__file__).parent.glob("*.py"))]
    content = b"".join(path.read_bytes() for path in sources)
    for program in (Path(executable()).resolve(), Path(clips.program()).resolve()):
        content += f"{program} {program.stat().st_size} {program.stat().st_mtime_ns}".encode()
    return hashlib.sha256(content).hexdigest()


@functools.cache
def _cache() -> Path:
    """Return the cache folder: the one that `conftest` sets, otherwise one of this process."""
    if named := os.environ.get("TEST_MEDIA"):
        return Path(named)
    folder = Path(tempfile.mkdtemp(prefix="indexium-media-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
