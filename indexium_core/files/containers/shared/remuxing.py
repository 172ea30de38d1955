"""
Rewriting a file with ffmpeg, as one supervised child process.

The command is an argument list of bytes. There is no shell that could interpret file names or texts of tags. The child
reads and writes only local files, needs no input, ends when this process ends, and is killed when it stalls. Exit code
0 is no proof of success: the caller verifies the new file.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO

import ffmpeg

from indexium_core import errors
from indexium_core.files import program
from indexium_core.files.reader import ByteProgress, ignore
from indexium_core.model.files.media import Remux

logger = logging.getLogger(__name__)

_POLL = 0.05  # seconds between two checks of the child
_OUTPUT_TIMEOUT = 5.0  # seconds to read the last output of an ended child
_MAX_OUTPUT = 4000  # bytes kept from the end of the child's output
# FFmpeg 5 prints these and returns exit code 0 although the new file is incomplete.
_DISK_FULL = {"No space left on device": "low_space", "Disk quota exceeded": "over_quota"}
# Messages of ffmpeg for errors that occur at every attempt with the file.
_LASTING = re.compile(
    "Invalid data found|Invalid argument|Could not find (?:tag|codec)|not currently supported in container"
    "|[Cc]odec not supported|Unsupported|Unknown (?:encoder|decoder|format)|Unrecognized option|matches no streams"
    "|moov atom not found|does not contain any stream|Could not write header"
    "|Permission denied|Operation not permitted|Function not implemented"
)
# Streams that start late must be detected too: FFmpeg drops streams that it does not see at the start.
_PROBING = {"probesize": "50000000", "analyzeduration": "100000000"}
_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")
_WRAPPER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def run(
    edit: Remux,
    source: bytes,
    target: bytes,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    on_progress: ByteProgress = ignore,
    stall_seconds: float = 60.0,
) -> None:
    """
    Write `target` from `source`; an existing `target` is overwritten.

    Args:
        edit: The options for FFmpeg.
        source: The path of the old file.
        target: The path of the new file.
        cancelled: Called several times a second; the child is killed as soon as this returns True.
        on_progress: Called several times a second with the bytes by which the new file grew; until it returns,
            the child is paused.
        stall_seconds: Time without any growth of the new file after which the child is killed.

    Raises:
        FFmpegError: ffmpeg failed (`ffmpeg_failed`; `ffmpeg_refused` if every attempt would fail; the message ends
            with its last line), the disk is full (`low_space`, `over_quota`), ffmpeg is not installed (`no_ffmpeg`),
            stalled (`timeout`) or was cancelled (`cancelled`).

    """
    with _started([*_wrapper(), *command(edit, source, target)]) as child:
        output = _watch(child, target, cancelled, on_progress, stall_seconds)
    full = next((code for words, code in _DISK_FULL.items() if words in output), "")
    if child.returncode or full:
        message = f"ffmpeg could not rewrite the file: {_last_line(output) or f'exit code {child.returncode}'}"
        code = full or ("ffmpeg_refused" if _LASTING.search(output) else "ffmpeg_failed")
        raise errors.FFmpegError(message, code=code)
    if output:
        logger.warning("remux.complaints", extra={"error": _last_line(output)})


def command(edit: Remux, source: bytes, target: bytes) -> list[bytes]:
    """
    Return the command line of a rewrite, without the wrapper.

    ffmpeg-python takes only text that is valid Unicode. So every byte of a file name is passed as one character.
    Keyword arguments cannot repeat, but tag options do, so tag options are inserted before the target.
    """
    names = ["file:" + name.decode("latin-1") for name in (source, target)]
    reading = ffmpeg.input(names[0], format=edit.demuxer, protocol_whitelist="file", **_PROBING)
    program_name = os.fsencode(program.executable()).decode("latin-1")
    arguments = ffmpeg.compile(ffmpeg.output(reading, names[1], format=edit.muxer), cmd=[program_name, *_QUIET])
    *front, last = (argument.encode("latin-1") for argument in arguments)
    return [*front, *_options(edit), last]


def _options(edit: Remux) -> Iterator[bytes]:
    for name, value in edit.options:
        yield f"-{name}".encode()
        if value:  # an option without a value is a flag
            yield value.encode("utf-8", "surrogateescape")


# The child


@contextlib.contextmanager
def _started(arguments: list[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a child in a new process group; if it still runs at the end of the block, it is killed."""
    try:
        child = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0 if os.name == "posix" else None,
        )
    except (OSError, ValueError) as error:
        message = f"ffmpeg could not be started: {getattr(error, 'strerror', None) or error}."
        raise errors.FFmpegError(message, code="ffmpeg_failed") from error
    try:
        yield child
    finally:
        if child.poll() is None:
            _kill(child)
        child.wait()


def _kill(child: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        _signal(child, "SIGKILL")
    else:
        child.kill()


@contextlib.contextmanager
def _paused(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pause a child during the block, if the system can: a paused operation must not write."""
    if os.name != "posix":
        yield
        return
    _signal(child, "SIGSTOP")
    try:
        yield
    finally:
        _signal(child, "SIGCONT")


def _signal(child: subprocess.Popen[bytes], name: str) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, getattr(signal, name))


def _wrapper() -> list[bytes]:
    """
    Return a wrapper command that runs another program so that the system kills it when this process ends.

    Only Linux has this setting (`PR_SET_PDEATHSIG`), and a process can only set it for itself. Setting it between fork
    and exec is unsafe if threads run. So a small Python program sets it and then becomes the other program.
    """
    if sys.platform != "linux" or not sys.executable:
        return []
    return [os.fsencode(part) for part in (sys.executable, "-I", "-S", "-c", _WRAPPER, str(os.getpid()))]


def _watch(
    child: subprocess.Popen[bytes],
    target: bytes,
    cancelled: Callable[[], bool],
    on_progress: ByteProgress,
    stall_seconds: float,
) -> str:
    """Wait for the end of the child and return its last output; raises FFmpegError if the child must stop."""
    output = bytearray()
    assert child.stderr is not None
    collector = threading.Thread(target=_collect_output, args=(child.stderr, output), daemon=True)
    collector.start()
    state, since, size = None, time.monotonic(), 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_POLL)
            break
        if cancelled():
            _kill(child)
            raise errors.FFmpegError("The rewrite was cancelled; the file is unchanged.", code="cancelled")
        now = _progress(target)
        if now != state:
            with _paused(child):
                on_progress(max(0, now[0] - size) if now else 0)
            state, since, size = now, time.monotonic(), now[0] if now else 0
        elif time.monotonic() - since > stall_seconds:
            _kill(child)
            message = f"ffmpeg made no progress for {stall_seconds:.0f} seconds and was stopped; the file is unchanged."
            raise errors.FFmpegError(message, code="timeout")
    collector.join(_OUTPUT_TIMEOUT)
    return output.decode("utf-8", "replace").strip()


def _collect_output(pipe: IO[bytes], output: bytearray) -> None:
    """Read the child's output, so that the child never blocks, and keep the end of the output."""
    with pipe:
        while block := os.read(pipe.fileno(), 65536):
            output += block
            del output[:-_MAX_OUTPUT]


def _progress(target: bytes) -> tuple[int, int] | None:
    """Return size and mtime. At its end ffmpeg moves data inside the file; only the mtime shows this."""
    try:
        status = os.stat(target)  # noqa: PTH116 - a path is bytes here
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _last_line(output: str) -> str:
    return output.rpartition("\n")[2].strip()
