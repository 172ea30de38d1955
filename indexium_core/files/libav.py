"""
FFmpeg's libraries, opened on our own reader.

They are told what a file is and never guess, so a playlist called `film.mp4` is not followed; they read through the
descriptor that we opened with care, so what is probed and what is verified is that very file; and nothing inside a file
can make them open another one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import av
from av.stream import Disposition

from indexium_core.files.containers import Reader, registry, unsupported
from indexium_core.model.files.media import FieldValue

__all__ = ["FIELDS", "demuxer_of", "field_of", "meant", "opened", "read_field", "shown_field"]

_DEMUXERS = (
    {"matroska": "matroska", "webm": "matroska"}
    | {kind.container: kind.demuxer for kind in unsupported.KINDS}
    | {family.container.name: family.container.name for family in registry.REMUXABLE}
)
# ISO media and Matroska say everything in their headers: reading no packets at all saves half of the time for a short
# clip, and megabytes for a film. Only a stream's profile is lost. The others are known by their packets alone.
_FROM_HEADERS = {"probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}
_FROM_PACKETS = {"probesize": "2000000", "analyzeduration": "2000000"}
_SAMPLE_TABLES = {"advanced_editlist": "0", "ignore_editlist": "1"}
_SMALL_BITE, _LARGE_BITE = 32 * 1024, 1024 * 1024  # bytes that are asked of the reader at a time
_PATIENCE = 60.0  # seconds after which the libraries are stopped
# How FFmpeg calls the fields that we know; the first that is there is what players show.
_KEYS = {"comment": ("comment", "com.apple.quicktime.comment")}
FIELDS = tuple(_KEYS)


def demuxer_of(container: str) -> str:
    """Return FFmpeg's name of the demuxer for a container of ours."""
    return _DEMUXERS.get(container, "mov")


@contextmanager
def opened(reader: Reader, container: str, *, sample_tables: bool = False, packets: bool = False) -> Iterator[Any]:
    """
    Open a file for the duration of the block.

    Args:
        reader: The open file.
        container: What it is.
        sample_tables: Let an MP4's index be that of its sample tables, before any edit list: a third of the time.
        packets: All packets will be read: take larger bites.

    Raises:
        av.error.FFmpegError, OSError, ValueError: The libraries cannot open it, or gave up on it in the block.

    """
    demuxer, source = demuxer_of(container), _MediaSource(reader)
    options = _FROM_HEADERS if demuxer in {"mov", "matroska"} else _FROM_PACKETS
    with av.open(
        source,
        mode="r",
        format=demuxer,
        container_options=options | (_SAMPLE_TABLES if sample_tables and demuxer == "mov" else {}),
        metadata_errors="surrogateescape",
        timeout=_PATIENCE,
        io_open=_refuse,
        buffer_size=_LARGE_BITE if packets else _SMALL_BITE,
    ) as media:
        yield media
        if source.failed is not None:
            raise source.failed


def read_field(metadata: Mapping[str, str], field: str) -> str | None:
    """Return a field as players show it, None where there is none; keys in any letter case."""
    folded = {key.lower(): value for key, value in metadata.items()}
    return next((folded[key] for key in _KEYS[field] if key in folded), None)


def shown_field(media: Any, field: str) -> str | None:
    """
    Return a field of an open file as players show it, None where there is none.

    An Ogg file has none of its own: there it is that of a stream, of the film's pictures first. A cover picture is a
    stream to FFmpeg, too, whose comment tells what it shows.
    """
    found = read_field(media.metadata, field)
    if found is not None or media.format.name != "ogg":
        return found
    own = (stream for stream in media.streams if not stream.disposition & Disposition.attached_pic)
    streams = sorted(own, key=lambda stream: (stream.type != "video", stream.index))
    return next((text for stream in streams if (text := read_field(stream.metadata, field)) is not None), None)


def field_of(key: str) -> str | None:
    """
    Return the field of ours that a container tag holds, or None.

    FFmpeg adds a language behind (`comment-eng`) and the name of a Matroska target in front (`MOVIE/COMMENT`).
    """
    name = key.rpartition("/")[2].partition("-")[0].lower()
    return next((field for field, keys in _KEYS.items() if name in keys), None)


def meant(shown: str | None, places: Sequence[FieldValue], container: str) -> str | None:
    """
    Return what a field says, from what players show and what stands in its places, in file order.

    A text that players do not find, or find under another name, still is what the field says: otherwise a plan would
    show its replacement as a safe addition. If players show a text garbled, the stored text counts. In a Matroska file
    players may show a text that belongs to something else: there the places decide which text is the field's.
    """
    if demuxer_of(container) == "matroska":
        return next((place.shown for place in places if place.takes_value), None)
    written = [place.shown for place in places]
    if shown in written:
        return shown
    shown = shown or None  # an empty text beside others says nothing
    return next((text for text in reversed(written) if shown is None or _is_misread(text, shown)), shown)


def _is_misread(text: str, shown: str) -> bool:
    """
    Tell whether `shown` is what FFmpeg makes of `text` in an MP4 or MOV, garbled and maybe cut short.

    It takes UTF-8 of no language or type for a Macintosh encoding (ExifTool writes the former into MOV), and UTF-16 for
    UTF-8.
    """
    seen, plain = (each.encode("utf-8", "surrogateescape") for each in (shown, text))
    wide = (
        b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass"),
        b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"),
    )
    if seen in {each.partition(b"\0")[0] for each in wide}:
        return True
    # It leaves two bytes of room for each that it reads, which is less than some need: then the end is missing.
    if seen and not plain.isascii() and plain.startswith(seen):
        return True
    return 0 < len(plain) <= len(seen) and plain.decode("mac_roman").encode().startswith(seen)


class _MediaSource:
    """
    A reader as FFmpeg's libraries want it: with a position.

    What a read raises reaches whoever asked the libraries. They may read on before they say so; then the file ends
    there, for they can take only one error at a time: of all others PyAV prints a traceback.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._at = 0
        self.failed: Exception | None = None

    def read(self, length: int) -> bytes:
        if self.failed is not None:
            return b""
        try:
            data = self._reader.read_at(self._at, length)
        except Exception as error:
            self.failed = error
            raise
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
