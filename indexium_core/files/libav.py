"""
FFmpeg's libraries, opened on our own reader.

They are told what a file is and never guess, so a playlist called `film.mp4` is not followed; they read through the
descriptor that we opened with care, so what is probed and what is verified is that very file; and nothing inside a file
can make them open another one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import av

from indexium_core.files.containers import Reader, foreign

__all__ = ["FIELDS", "clean", "demuxer_of", "field_of", "opened", "read_field"]

_DEMUXERS = {"matroska": "matroska", "webm": "matroska"} | {kind.container: kind.demuxer for kind in foreign.KINDS}
# ISO media and Matroska say everything in their headers: reading no packets at all saves half of the time for a short
# clip, and megabytes for a film. Only a stream's profile is lost. The others are known by their packets alone.
_FROM_HEADERS = {"probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}
_FROM_PACKETS = {"probesize": "2000000", "analyzeduration": "2000000"}
_PATIENCE = 60.0  # seconds after which the libraries are stopped
# How FFmpeg calls the fields that we know; the first that is there is what players show.
_KEYS = {"comment": ("comment", "com.apple.quicktime.comment")}
FIELDS = tuple(_KEYS)
_SURROGATES = re.compile("[\ud800-\udfff]")


def demuxer_of(container: str) -> str:
    """Return FFmpeg's name of the demuxer for a container of ours."""
    return _DEMUXERS.get(container, "mov")


@contextmanager
def opened(reader: Reader, container: str, *, sample_tables: bool = False) -> Iterator[Any]:
    """
    Open a file for the duration of the block.

    Args:
        reader: The open file.
        container: What it is.
        sample_tables: Let an MP4's index be that of its sample tables, before any edit list: half of the time.

    Raises:
        av.error.FFmpegError, OSError, ValueError: The libraries cannot open it, or gave up on it in the block.

    """
    demuxer = demuxer_of(container)
    options = _FROM_HEADERS if demuxer in {"mov", "matroska"} else _FROM_PACKETS
    with av.open(
        _Source(reader),
        mode="r",
        format=demuxer,
        container_options=options | ({"advanced_editlist": "0"} if sample_tables and demuxer == "mov" else {}),
        metadata_errors="surrogateescape",
        timeout=_PATIENCE,
        io_open=_refuse,
    ) as media:
        yield media


def read_field(metadata: Mapping[str, str], field: str) -> str | None:
    """Return a field as players show it, None where there is none; keys in any letter case."""
    folded = {key.lower(): value for key, value in metadata.items()}
    return next((folded[key] for key in _KEYS[field] if key in folded), None)


def field_of(key: str) -> str | None:
    """
    Return the field of ours that a container tag holds, or None.

    FFmpeg adds a language behind (`comment-eng`) and the name of a Matroska target in front (`MOVIE/COMMENT`).
    """
    name = key.rpartition("/")[2].partition("-")[0].lower()
    return next((field for field, keys in _KEYS.items() if name in keys), None)


def clean(text: str) -> str:
    """Return `text` with U+FFFD for what could not be decoded: neither DuckDB nor JSON take lone surrogates."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


class _Source:
    """A reader as FFmpeg's libraries want it: with a position."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._at = 0

    def read(self, length: int) -> bytes:
        data = self._reader.read_at(self._at, length)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._reader.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at


def _refuse(url: str, *_: object) -> None:
    message = f"a media file asked for another file: {url}"
    raise PermissionError(message)
