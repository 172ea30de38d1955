"""The ffmpeg program as the demo uses it: one safe way to run it, and what it can do."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files.program import executable, shipped

__all__ = ["encoders", "executable", "run", "shipped"]


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
