"""Films of a wanted length and size, made quickly: ten seconds of noise, encoded once and repeated."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["FFMPEG", "film"]

FFMPEG = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"]


def film(folder: Path, seconds: int, gigabytes: float, suffix: str, options: tuple[str, ...] = ()) -> Path:
    """Make a film of about that length and size and return where it is."""
    short, long = folder / "short.mp4", folder / f"source.{suffix}"
    _encode(short, rate=int(gigabytes * 8e9 / seconds))
    repeated = ["-stream_loop", str(seconds // 10 - 1), "-i", str(short), "-map", "0", "-c", "copy"]
    subprocess.run([*FFMPEG, *repeated, *options, str(long)], check=True)
    short.unlink()
    return long


def _encode(target: Path, *, rate: int) -> None:
    noise = "nullsrc=s=640x360:r=25,geq=random(1)*255:128:128"
    inputs = ["-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", "sine=sample_rate=48000"]
    rates = ["-b:v", str(rate), "-maxrate", str(rate), "-bufsize", str(rate)]
    keys = ["-g", "125", "-keyint_min", "125", "-sc_threshold", "0"]  # a key frame every 5 s, as films have them
    coded = ["-t", "10", "-c:v", "libx264", "-preset", "ultrafast", *rates, *keys, "-c:a", "aac"]
    subprocess.run([*FFMPEG, *inputs, *coded, "-shortest", str(target)], check=True)
