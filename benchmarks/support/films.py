"""Films for benchmarks: large ones of a given length and size, and many small ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

FFMPEG = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"]
_OLD = 1_700_000_000  # modification time, in seconds since 1970: a new file would count as growing


def film(folder: Path, seconds: int, gigabytes: float, suffix: str, options: tuple[str, ...] = ()) -> Path:
    """Make a film of about this length and size from ten repeated seconds of noise, and return its path."""
    short, long = folder / "short.mp4", folder / f"source.{suffix}"
    _encode(short, rate=int(gigabytes * 8e9 / seconds))
    repeated = ["-stream_loop", str(seconds // 10 - 1), "-i", str(short), "-map", "0", "-c", "copy"]
    subprocess.run([*FFMPEG, *repeated, *options, str(long)], check=True)
    short.unlink()
    return long


def small_films(folder: Path, count: int) -> list[Path]:
    """Make films of two seconds in a new folder, and return their paths in the order of their names."""
    folder.mkdir()
    clip = folder.with_name("clip.mp4")
    test_picture = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", "-c:v", "mpeg4"]
    subprocess.run([*FFMPEG, *test_picture, str(clip)], check=True)
    data = bytearray(clip.read_bytes())
    clip.unlink()
    position = data.index(b"mdat") + 200
    paths = [folder / f"film {number:06}.mp4" for number in range(count)]
    for number, path in enumerate(paths):
        data[position : position + 4] = number.to_bytes(4, "big")  # different media bytes, so that people differ
        path.write_bytes(data)
    age(folder)
    return paths


def age(folder: Path) -> None:
    """Give the files of a folder an old modification time, and write them to the disk."""
    for path in folder.iterdir():
        os.utime(path, (_OLD, _OLD))
    os.sync()


def _encode(target: Path, *, rate: int) -> None:
    noise = "nullsrc=s=640x360:r=25,geq=random(1)*255:128:128"
    inputs = ["-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", "sine=sample_rate=48000"]
    rates = ["-b:v", str(rate), "-maxrate", str(rate), "-bufsize", str(rate)]
    keys = ["-g", "125", "-keyint_min", "125", "-sc_threshold", "0"]  # a key frame every 5 s, as in real films
    coded = ["-t", "10", "-c:v", "libx264", "-preset", "ultrafast", *rates, *keys, "-c:a", "aac"]
    subprocess.run([*FFMPEG, *inputs, *coded, "-shortest", str(target)], check=True)
