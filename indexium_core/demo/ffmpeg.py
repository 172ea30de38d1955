"""Run the ffmpeg program for the demo, and list its encoders."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files.program import executable


@functools.cache
def encoders(program: str) -> frozenset[str]:
    """Return the names of the encoders of `program`."""
    listing = subprocess.run([program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False)
    rows = (line.split() for line in listing.stdout.splitlines())
    return frozenset(row[1] for row in rows if len(row) > 1)


def run(arguments: Sequence[str], *, program: str = "", timeout: float = 60.0) -> None:
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
