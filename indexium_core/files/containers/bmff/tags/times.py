"""
The creation time of an ISO base media file: seconds since 1904 in `mvhd`, and in `tkhd` and `mdhd` of each track.

Version 0 of these boxes has 32 bits (until 2040), version 1 has 64 (ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.4.2). FFmpeg and
ExifTool read a number that would be before 1970 as seconds since 1970. Muxers write one time into all boxes, so the
boxes of tracks that have the time of `mvhd` follow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window
from indexium_core.model.fields import values

BOXES = frozenset({b"mvhd", b"tkhd", b"mdhd"})

_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_UNIX = 2_082_844_800  # seconds from 1904 to 1970


def field_range(content: bytes | memoryview) -> tuple[int, int]:
    """Return start and end of the creation time in the content of a box; raises MalformedBoxError."""
    version = content[0] if len(content) else 255
    end = {0: 8, 1: 12}.get(version, 0)
    if not end or len(content) < end:
        raise MalformedBoxError("The creation time has an unknown form.")
    return 4, end


def raw(content: bytes | memoryview) -> int:
    """Return the number in the content of a box; raises MalformedBoxError."""
    start, end = field_range(content)
    return int.from_bytes(content[start:end], "big")


def text(number: int) -> str:
    """Return a number as the text of a time in UTC, "" for 0; raises MalformedBoxError for a time after 9999."""
    if not number:
        return ""
    try:
        moment = _EPOCH + timedelta(seconds=number if number >= _UNIX else number + _UNIX)
    except OverflowError:
        raise MalformedBoxError("The creation time is too large.") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stored(value: str | None) -> int:
    """
    Return the number of a canonical date and time, 0 for no time.

    Raises:
        ValueError: The boxes cannot hold it; the message is a sentence.

    """
    if value is None:
        return 0
    values.require_utc(value)
    moment = datetime.fromisoformat(value)
    if moment.microsecond or "." in value:
        message = "The creation time of this file has whole seconds: enter it without a fraction."
        raise ValueError(message)
    number = (moment - _EPOCH) // timedelta(seconds=1)
    if number < _UNIX:
        message = "The creation time of this file cannot be before 1970."
        raise ValueError(message)
    return number


def boxes_with_time(moov: Box) -> Iterator[tuple[Box, ...]]:
    """Yield the paths to the boxes that have a creation time, `mvhd` first."""
    for box in moov.named(b"mvhd"):
        yield (moov, box)
    for track in moov.named(b"trak"):
        for box in track.named(b"tkhd"):
            yield (moov, track, box)
        for media in track.named(b"mdia"):
            for box in media.named(b"mdhd"):
                yield (moov, track, media, box)


def movie_time(window: Window, moov: Box) -> int:
    """Return the number in `mvhd`; raises MalformedBoxError if there is none."""
    box = next(iter(moov.named(b"mvhd")), None)
    return raw(window.body(box, 0, 12) if box else b"")
