"""
Rewriting a file with ffmpeg, as one child process that is watched.

The command is an argument list of bytes: no shell, and no name of a file or text of a tag can mean anything else. The
child reads and writes local files only, asks nothing, dies with us, and is stopped when it makes no progress. That it
ended well proves nothing: what it made is verified by whoever called.
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
from indexium_core.files.reader import Heed, ignore
from indexium_core.model.files.media import Remux

__all__ = ["command", "run"]

_log = logging.getLogger(__name__)

_POLL = 0.05  # seconds between two looks at the child
_LAST_WORDS = 5.0  # seconds to hear what an ended child had said
_SHOWN = 4000  # bytes of what the child said last
# Which FFmpeg 5 says and ends with 0 even then, where the file is short.
_FULL = {"No space left on device": "low_space", "Disk quota exceeded": "over_quota"}
# What ffmpeg says when it would say the same of the same file any number of times.
_FOR_GOOD = re.compile(
    "Invalid data found|Invalid argument|Could not find (?:tag|codec)|not currently supported in container"
    "|[Cc]odec not supported|Unsupported|Unknown (?:encoder|decoder|format)|Unrecognized option|matches no streams"
    "|moov atom not found|does not contain any stream|Could not write header"
    "|Permission denied|Operation not permitted|Function not implemented"
)
# Streams that begin late must be found too: what FFmpeg does not see at the start, it leaves out.
_SEARCH = {"probesize": "50000000", "analyzeduration": "100000000"}
_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")


def run(
    edit: Remux,
    source: bytes,
    target: bytes,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    heed: Heed = ignore,
    patience: float = 60.0,
) -> None:
    """
    Make `target` of `source`; what lies at `target` is overwritten.

    Args:
        edit: What FFmpeg is told.
        source: The file as it is.
        target: Where the new one goes.
        cancelled: Asked several times a second; the child is killed as soon as it says so.
        heed: Told several times a second by how many bytes the new file grew; while it does not return, the child
            stands still.
        patience: Seconds without any growth of the new file after which the child is killed.

    Raises:
        FFmpegError: It failed (`ffmpeg_failed`; `ffmpeg_refused` where it would do so each time; the message ends with
            its last line), the disk is full (`low_space`, `over_quota`), there is no ffmpeg (`no_ffmpeg`), it stood
            still (`timeout`) or was cancelled (`cancelled`).

    """
    with _started([*_guard(), *command(edit, source, target)]) as child:
        said = _watch(child, target, cancelled, heed, patience)
    full = next((code for words, code in _FULL.items() if words in said), "")
    if child.returncode or full:
        message = f"ffmpeg could not rewrite the file: {_last_line(said) or f'exit code {child.returncode}'}"
        code = full or ("ffmpeg_refused" if _FOR_GOOD.search(said) else "ffmpeg_failed")
        raise errors.FFmpegError(message, code=code)
    if said:
        _log.warning("remux.complaints", extra={"error": _last_line(said)})


def command(edit: Remux, source: bytes, target: bytes) -> list[bytes]:
    """
    Return the command line of a rewrite, without the guard in front.

    ffmpeg-python takes text only, and none that is not Unicode: so every byte of a name goes through it as one
    character. Its keyword arguments cannot be given twice, as tags are: those options come in front of the target.
    """
    names = ["file:" + name.decode("latin-1") for name in (source, target)]
    reading = ffmpeg.input(names[0], format=edit.demuxer, protocol_whitelist="file", **_SEARCH)
    program_name = os.fsencode(program.executable()).decode("latin-1")
    line = ffmpeg.compile(ffmpeg.output(reading, names[1], format=edit.muxer), cmd=[program_name, *_QUIET])
    *front, last = (argument.encode("latin-1") for argument in line)
    return [*front, *_options(edit), last]


def _options(edit: Remux) -> Iterator[bytes]:
    for name, value in edit.options:
        yield f"-{name}".encode()
        if value:  # one without is a flag
            yield value.encode("utf-8", "surrogateescape")


# The child


@contextlib.contextmanager
def _started(line: list[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a child in a process group of its own, which is killed when the block is left while it runs."""
    try:
        child = subprocess.Popen(
            line,
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
def _held(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let a child stand still, where the system can do that: a new file that grows is no operation that is held."""
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


def _guard() -> list[bytes]:
    """
    Return a command that runs another so that it is killed when we die, however that happens.

    Only Linux knows that wish, and a process can only make it for itself; doing so between fork and exec is unsafe
    where there are threads, so a small Python does it and becomes the other program.
    """
    if sys.platform != "linux" or not sys.executable:
        return []
    return [os.fsencode(part) for part in (sys.executable, "-I", "-S", "-c", _GUARD, str(os.getpid()))]


_GUARD = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def _watch(
    child: subprocess.Popen[bytes], target: bytes, cancelled: Callable[[], bool], heed: Heed, patience: float
) -> str:
    """Wait for the end of the child and return what it said last; raises FFmpegError where it must not go on."""
    said = bytearray()
    assert child.stderr is not None
    listener = threading.Thread(target=_listen, args=(child.stderr, said), daemon=True)
    listener.start()
    state, since, size = None, time.monotonic(), 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_POLL)
            break
        if cancelled():
            _kill(child)
            raise errors.FFmpegError("The rewrite was cancelled; the file is as it was.", code="cancelled")
        now = _progress(target)
        if now != state:
            with _held(child):
                heed(max(0, now[0] - size) if now else 0)
            state, since, size = now, time.monotonic(), now[0] if now else 0
        elif time.monotonic() - since > patience:
            _kill(child)
            message = f"ffmpeg made no progress for {patience:.0f} seconds and was stopped; the file is as it was."
            raise errors.FFmpegError(message, code="timeout")
    listener.join(_LAST_WORDS)
    return said.decode("utf-8", "replace").strip()


def _listen(pipe: IO[bytes], said: bytearray) -> None:
    """Take in what the child says, so that it never waits for us, and keep the end of it."""
    with pipe:
        while block := os.read(pipe.fileno(), 65536):
            said += block
            del said[:-_SHOWN]


def _progress(target: bytes) -> tuple[int, int] | None:
    """Return what changes while a file is written: at the end it is moved within itself, and does not grow."""
    try:
        found = os.stat(target)  # noqa: PTH116 - a path is bytes here
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _last_line(said: str) -> str:
    return said.rpartition("\n")[2].strip()
