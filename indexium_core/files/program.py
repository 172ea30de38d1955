"""The location of the ffmpeg program: the same for rewriting and for the demo's clips."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess

from indexium_core import errors


@functools.cache
def executable() -> str:
    """
    Return the `ffmpeg` on PATH, or the program that imageio-ffmpeg ships.

    Raises:
        FFmpegError: The platform has neither (`no_ffmpeg`).

    """
    found = shutil.which("ffmpeg")
    return found or shipped()


@functools.cache
def shipped() -> str:
    """Return the program that imageio-ffmpeg ships; raises FFmpegError if its wheel lacks the program."""
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        message = "The ffmpeg program was not found. Install ffmpeg so that it is on PATH."
        raise errors.FFmpegError(message, code="no_ffmpeg") from error


def version(path: str) -> str:
    """Return the version of an ffmpeg or ffprobe program; raises FFmpegError if it does not run (`no_ffmpeg`)."""
    try:
        done = subprocess.run([path, "-version"], capture_output=True, timeout=20, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise errors.FFmpegError(f"The program {path} does not run.", code="no_ffmpeg") from error
    found = re.match(r"ff\w+ version (\S+)", done.stdout.decode("utf-8", "replace"))
    return found[1] if found else "of an unknown version"
