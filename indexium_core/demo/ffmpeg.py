"""The ffmpeg program: where it is, and one safe way to run it."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Sequence

from indexium_core import errors

__all__ = ["encoders", "executable", "run"]


@functools.cache
def executable() -> str:
    """
    Return the `ffmpeg` on PATH, else the one that imageio-ffmpeg ships.

    Raises:
        FFmpegError: There is none for this platform.

    """
    found = shutil.which("ffmpeg")
    return found or shipped()


@functools.cache
def shipped() -> str:
    """Return the program that imageio-ffmpeg brings along; raises FFmpegError where its wheel has none."""
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        message = "There is no ffmpeg program here. Install ffmpeg so that it is on PATH."
        raise errors.FFmpegError(message, code="no_ffmpeg") from error


@functools.cache
def encoders(program: str) -> frozenset[str]:
    """Return the names of the encoders that `program` can use."""
    listing = subprocess.run([program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False)
    rows = (line.split() for line in listing.stdout.splitlines())
    return frozenset(row[1] for row in rows if len(row) > 1)


def run(arguments: Sequence[str], *, program: str = "", timeout: float = 60.0) -> None:
    """
    Run ffmpeg quietly with `arguments`; input, overwriting and messages are settled here.

    Raises:
        FFmpegError: It failed or took longer than `timeout` seconds; the message is its last line.

    """
    command = [program or executable(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *arguments]
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        message = f"ffmpeg did not finish within {timeout:.0f} seconds."
        raise errors.FFmpegError(message) from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        message = f"ffmpeg failed: {last or f'exit code {error.returncode}'}"
        raise errors.FFmpegError(message) from error
