"""
FFmpeg's libraries, opened on our own reader.

They receive the type of a file and never guess the type, so a playlist called `film.mp4` is not followed. They read
through the descriptor that this program opened safely, so probing and verification read the same file. The content of a
file cannot make them open another file.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import av
from av.stream import Disposition

from indexium_core.files.containers import Reader, registry, unsupported
from indexium_core.model.fields import custom, values
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.table import COMMENT, fields_in_files, known_field
from indexium_core.model.files.media import FieldValue

R = TypeVar("R")

_DEMUXERS = (
    {"matroska": "matroska", "webm": "matroska"}
    | {kind.container: kind.demuxer for kind in unsupported.KINDS}
    | {family.name: family.name for family in registry.REMUXABLE}
    | {family.name: "photo" for family in registry.PHOTOS}  # FFmpeg does not open photos; the table of fields knows it
)
# ISO media and Matroska have all facts in their headers: without packets, a short clip takes half of the time, and a
# long video saves megabytes. Only a stream's profile is missing then. Other containers have the facts only in packets.
_FROM_HEADERS = {"probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}
_FROM_PACKETS = {"probesize": "2000000", "analyzeduration": "2000000"}
_SAMPLE_TABLES = {"advanced_editlist": "0", "ignore_editlist": "1"}
_AAC_LC = 2  # object type in the configuration of an AAC stream
# What follows the first two bytes of a configuration without an extension: nothing, or the mark that there is no SBR.
_WITHOUT_EXTENSION = frozenset({b"", b"\x56\xe5\x00"})
_SMALL_BUFFER, _LARGE_BUFFER = 32 * 1024, 1024 * 1024  # buffer sizes in bytes
_TIMEOUT_SECONDS = 60.0  # timeout of the libraries in seconds


def demuxer_of(container: str) -> str:
    """Return FFmpeg's name of the demuxer for one of our containers."""
    return _DEMUXERS.get(container, "mov")


@functools.cache
def _without_aac() -> str:
    """Return the names of all codecs but AAC, in the form of FFmpeg's option."""
    return ",".join(sorted(av.codecs_available - {"aac"}))


@contextmanager
def opened(
    reader: Reader, container: str, *, sample_tables: bool = False, packets: bool = False, aac: bool = True
) -> Iterator[Any]:
    """
    Open a file for the duration of the block.

    Args:
        reader: The open file.
        container: Its container.
        sample_tables: Read an MP4's index from its sample tables, before any edit list: this takes a third of the time.
        packets: All packets will be read: use a larger buffer.
        aac: Start the decoder of AAC.

    Raises:
        av.error.FFmpegError, OSError, ValueError: The libraries cannot open the file, or failed on the file in the
            block.

    """
    demuxer, source = demuxer_of(container), _MediaSource(reader)
    options = _FROM_HEADERS if demuxer in {"mov", "matroska"} else _FROM_PACKETS
    if not aac:
        options = options | {"codec_whitelist": _without_aac()}
    with av.open(
        source,
        mode="r",
        format=demuxer,
        container_options=options | (_SAMPLE_TABLES if sample_tables and demuxer == "mov" else {}),
        metadata_errors="surrogateescape",
        timeout=_TIMEOUT_SECONDS,
        io_open=_refuse,
        buffer_size=_LARGE_BUFFER if packets else _SMALL_BUFFER,
    ) as media:
        yield media
        if source.failed is not None:
            raise source.failed


def with_headers(reader: Reader, container: str, work: Callable[[Any], R]) -> R:
    """
    Return what `work` makes of the headers of a file.

    The decoder of AAC takes half of the time of opening an MP4. It starts only if a stream needs it. In a Matroska file
    it always starts: the header of the track may contradict the stream, and only the decoder knows the stream.

    Raises:
        av.error.FFmpegError, OSError, ValueError: The libraries cannot open the file, or failed on it.

    """
    if demuxer_of(container) == "mov":
        with opened(reader, container, aac=False) as media:
            if all(map(_is_known_without_decoder, media.streams)):
                return work(media)
    with opened(reader, container) as media:
        return work(media)


def _is_known_without_decoder(stream: Any) -> bool:
    """
    Return whether a stream has its channels and its sample rate without the decoder of AAC.

    Only AAC LC without an extension has them (ISO/IEC 14496-3, 1.6.2.1): SBR and parametric stereo change both, and
    channel configuration 0 means that the stream itself lists its channels.
    """
    context = stream.codec_context
    if context is None or stream.codec.canonical_name != "aac":
        return True
    data = context.extradata or b""
    if len(data) < 2 or data[2:] not in _WITHOUT_EXTENSION:
        return False
    return data[0] >> 3 == _AAC_LC and data[1] >> 3 & 15 != 0


def channels_of(context: Any) -> tuple[str, int]:
    """
    Return the layout of an audio stream, as FFmpeg names it, and its number of channels. Call it once for a stream.

    A file may have a list of channels of its own (5.1 in a MOV file). PyAV's layout and its codec context then share
    the memory of the list, and both free it, which ends the process. So the context gets a layout without a list.
    """
    layout = context.layout
    found = layout.name, layout.nb_channels
    context.layout = "mono"
    return found


def read_field(metadata: Mapping[str, str], key: str, demuxer: str = "") -> str | None:
    """Return a field, by its key, as players show it, or None; names match in any letter case."""
    field = known_field(key)
    folded = {name.lower(): value for name, value in metadata.items()}
    found = next((folded[name] for name in field.names_in(demuxer) if name in folded), None)
    return None if found is None else values.stored(field, found, demuxer)


def shown_field(media: Any, key: str, container: str) -> str | None:
    """
    Return a field of an open file as players show it, or None.

    In an Ogg file a field belongs to a stream: the field of the video stream comes first. FFmpeg reads a cover picture
    as a stream, too; its comment describes the picture.
    """
    demuxer = demuxer_of(container)
    found = read_field(media.metadata, key, demuxer)
    if found is not None or media.format.name != "ogg":
        return found
    own = (stream for stream in media.streams if not stream.disposition & Disposition.attached_pic)
    streams = sorted(own, key=lambda stream: (stream.type != "video", stream.index))
    return next((text for stream in streams if (text := read_field(stream.metadata, key, demuxer)) is not None), None)


def field_of(tag: str, container: str) -> Field | None:
    """
    Return our field for a container tag, or None.

    FFmpeg appends a language (`comment-eng`) and prepends the name of a Matroska target (`MOVIE/COMMENT`). With such a
    prefix only the comment and fields with this prefix in their names count.
    """
    name, demuxer = tag.partition("-")[0].lower(), demuxer_of(container)
    found = _fields_by_name(demuxer, custom.current()).get(name)
    comment = known_field(COMMENT)
    return comment if found is None and name.rpartition("/")[2] in comment.names_in(demuxer) else found


@functools.lru_cache(maxsize=64)
def _fields_by_name(demuxer: str, _own: custom.RegisteredFields) -> Mapping[str, Field]:
    """Return the fields by their names in a demuxer; of two fields with one name, the first one of the table."""
    return {name: each for each in reversed(fields_in_files()) for name in each.names_in(demuxer)}


def field_value(shown: str | None, places: Sequence[FieldValue], container: str) -> str | None:
    """
    Return the value of a field, from the text that players show and the texts at the field's places, in file order.

    A text that players do not show, or show under another name, is still the value of the field: otherwise a plan would
    show its replacement as a safe addition. If players show a garbled text, the stored text counts. In a Matroska file
    players may show a text that belongs to another element: there the places decide which text belongs to the field.
    """
    if demuxer_of(container) == "matroska":
        return next((place.shown for place in places if place.takes_value), None)
    written = [place.shown for place in places]
    if shown in written:
        return shown
    shown = shown or None  # an empty text beside others does not count as a value
    return next((text for text in reversed(written) if shown is None or _is_misread(text, shown)), shown)


def _is_misread(text: str, shown: str) -> bool:
    """
    Tell whether `shown` is FFmpeg's reading of `text` in an MP4 or MOV, garbled and possibly truncated.

    FFmpeg decodes UTF-8 without a language or type as a Macintosh encoding (ExifTool writes such text into MOV), and
    UTF-16 as UTF-8.
    """
    seen, plain = (each.encode("utf-8", "surrogateescape") for each in (shown, text))
    wide = (
        b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass"),
        b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"),
    )
    if seen in {each.partition(b"\0")[0] for each in wide}:
        return True
    # FFmpeg reserves two bytes for each byte that it reads. Some characters need more: then the end is missing.
    if seen and not plain.isascii() and plain.startswith(seen):
        return True
    return 0 < len(plain) <= len(seen) and plain.decode("mac_roman").encode().startswith(seen)


class _MediaSource:
    """
    A reader with a position, as FFmpeg's libraries require it.

    An exception of a read reaches the caller of the libraries. If the libraries continue to read before they return,
    they get the end of the file, because they accept only one exception at a time: PyAV prints a traceback for all
    others.
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
    raise PermissionError(f"a media file asked for another file: {url}")
