"""
The properties of a film as a person sees them: which there are, how they are got from its streams, what they say.

They are apart from the facts that a scan knows a file by: a person may lock one, or set it by hand, and then neither a
scan nor a rescan writes it. `None` means that there is none (a film without sound has no audio codec), or that nobody
could tell; it is shown as "-".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.files.media import StreamFacts

__all__ = [
    "FIELDS",
    "LABELS",
    "LOCKABLE",
    "ON_REQUEST",
    "AuditEvent",
    "AuditPage",
    "FieldLock",
    "FileProperty",
    "LockReport",
    "MediaProperties",
    "MediaReading",
    "Value",
    "checked_fields",
    "in_words",
    "of_streams",
    "parse",
]

Value: TypeAlias = str | int | float | None

LABELS: Mapping[str, str] = {
    "resolution": "Resolution",
    "duration": "Duration",
    "size": "Size",
    "video_codec": "Video codec",
    "audio_codec": "Audio codec",
    "channels": "Channels",
    "sample_rate": "Sample rate",
    "frame_rate": "Frame rate",
    "hdr": "HDR",
    "people": "People",
    "comment": "Comment",
}
FIELDS = tuple(LABELS)[:9]  # that a rescan reads
LOCKABLE = tuple(LABELS)
ON_REQUEST = ("duration", "size")  # that a rescan refreshes only when it is asked to

_NUMBERS = frozenset({"duration", "size", "channels", "sample_rate", "frame_rate"})
_HDR = {"no": "no", "pq": "HDR10 (PQ)", "hlg": "HLG", "dolby_vision": "Dolby Vision"}
_TRANSFERS = {"smpte2084": "pq", "arib-std-b67": "hlg"}
_SPEAKERS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
_LARGEST = 2**31 - 1  # of an INTEGER of the database
_LONGEST = 2**63 - 1  # of a BIGINT


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaProperties:
    """The properties of one film."""

    resolution: str | None = None  # "1920x1080"
    duration: float | None = None  # seconds
    size: int | None = None  # bytes
    video_codec: str | None = None  # FFmpeg's name
    audio_codec: str | None = None
    channels: int | None = None
    sample_rate: int | None = None  # Hz
    frame_rate: float | None = None  # frames a second
    hdr: str | None = None  # no, pq, hlg, dolby_vision; None where there are no moving pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReading:
    """What was read from one file."""

    properties: MediaProperties
    unknown: tuple[str, ...] = ()  # fields that the file has, but does not say: what is stored of them stays
    tool: str = "pyav"  # which one answered: pyav, ffprobe


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLock:
    """That a field of a file is not to be written by anything but a person."""

    file_id: int
    field: str  # one of LOCKABLE
    locked_by: str  # who; "" for whoever sat there
    locked_at: datetime  # UTC
    origin: str = "lock"  # lock (by a padlock), edit (set by hand; of people: for as long as the edit stands)
    file_path: str = ""  # for display
    value: str | None = None  # what the field is, as it is kept; None for none, and for people and comment

    @property
    def said(self) -> str:
        """The value as a person reads it; "-" for none."""
        return _said(self.field, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockReport:
    """What locking or unlocking has done."""

    files: int  # files that were meant
    changed: int  # fields of files that were not so before
    by_edit: int = 0  # files whose people stay locked, because a standing edit holds them


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProperty:
    """One property of a file, for a person to look at."""

    field: str
    label: str
    value: Value
    text: str  # in words; "-" where there is none
    lock: FieldLock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """That a property or a lock of a file was changed, or a rescan ended."""

    id: int
    at: datetime  # UTC
    actor: str  # scan, rescan, or who it was
    action: str  # scan, rescan (a field changed by it), edit, lock, unlock
    file_id: int | None
    field: str
    old: str | None
    new: str | None
    job_id: int | None
    file_path: str = ""  # for display; "" of a file that was forgotten

    @property
    def before(self) -> str:
        """The old value as a person reads it; "-" for none."""
        return _said(self.field, self.old)

    @property
    def after(self) -> str:
        """The new value as a person reads it; "-" for none."""
        return _said(self.field, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """One page of the audit, newest first."""

    items: list[AuditEvent] = field(default_factory=list)
    total: int = 0
    page: int = 1
    per_page: int = 50


def checked_fields(fields: Collection[str], among: Sequence[str]) -> tuple[str, ...]:
    """
    Return some fields in the order of `among`, each once.

    Raises:
        UsageError: One of them is not among these; says which there are.

    """
    wanted = [name.strip().lower().replace("-", "_").replace(" ", "_") for name in fields]
    for name in wanted:
        if name not in among:
            message = f"There is no field “{name[:40]}” here; it can be {wording.list_of(among, conjunction='or')}."
            raise errors.UsageError(message)
    return tuple(name for name in among if name in wanted)


# From streams.


def of_streams(
    streams: Sequence[StreamFacts], *, duration: float | None, size: int | None
) -> tuple[MediaProperties, tuple[str, ...]]:
    """
    Return the properties that streams have, and the fields of which they do not say what they are.

    Pictures that are no film (covers) do not count. Of several streams of a kind that one counts which players begin
    with: the default one, else the first.
    """
    film = _chosen([each for each in streams if each.kind == "video" and not each.details.get("attached_pic")])
    sound = _chosen([each for each in streams if each.kind == "audio"])
    found = MediaProperties(
        duration=_measure(duration), size=size, **_of_film(film) if film else {}, **_of_sound(sound) if sound else {}
    )
    expected = ["duration", "size"] if streams else list(FIELDS)
    expected += ["resolution", "video_codec", "frame_rate", "hdr"] if film else []
    expected += ["audio_codec", "channels", "sample_rate"] if sound else []
    return found, tuple(name for name in FIELDS if name in expected and getattr(found, name) is None)


def _chosen(streams: Sequence[StreamFacts]) -> StreamFacts | None:
    return next((each for each in streams if int(each.details.get("disposition") or 0) & 1), next(iter(streams), None))


def _of_film(stream: StreamFacts) -> dict[str, Any]:
    width, height = (_whole(stream.details.get(name)) for name in ("width", "height"))
    transfer = str(stream.details.get("transfer"))
    hdr = "dolby_vision" if stream.details.get("dolby_vision") else _TRANSFERS.get(transfer, "no")
    return {
        "resolution": f"{width}x{height}" if width and height else None,
        "video_codec": stream.codec or None,
        "frame_rate": _measure(stream.details.get("frame_rate"), digits=3),
        "hdr": hdr,
    }


def _of_sound(stream: StreamFacts) -> dict[str, Any]:
    return {
        "audio_codec": stream.codec or None,
        "channels": _whole(stream.details.get("channels")),
        "sample_rate": _whole(stream.details.get("sample_rate")),
    }


def _whole(value: Any) -> int | None:
    """Return a positive whole number, None for anything else that a file may claim."""
    return value if isinstance(value, int) and 0 < value <= _LARGEST else None


def _measure(value: Any, *, digits: int = 6) -> float | None:
    """Return a positive number that is one, rounded; two programs must not differ by what nobody can see."""
    if not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        return None
    return round(float(value), digits) or None


# In words, and back.


def in_words(name: str, value: Value) -> str:
    """Return a property as a person reads it: `1920 × 1080`, `1:52:07`, `4.1 GB`, `29.97 fps`; "-" for none."""
    return "-" if value is None else _WORDS.get(name, str)(value)


def _said(name: str, text: str | None) -> str:
    """Return a value that is kept as text in words."""
    value: Value = text
    if text is not None and name in _NUMBERS:
        value = float(text) if "." in text or "e" in text else int(text)
    return in_words(name, value)


def _duration(seconds: Any) -> str:
    length = float(seconds)
    return wording.playing_time(round(length)) if round(length) else f"{length:.2g} s"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "resolution": lambda value: str(value).replace("x", " × "),
    "duration": _duration,
    "size": lambda value: wording.size(int(value)),
    "channels": lambda value: f"{value} ({_SPEAKERS[value]})" if value in _SPEAKERS else str(value),
    "sample_rate": lambda value: f"{value / 1000:g} kHz",
    "frame_rate": lambda value: f"{round(float(value), 2):g} fps",
    "hdr": lambda value: _HDR.get(str(value), str(value)),
}


def parse(name: str, text: str) -> Value:
    """
    Return what a person means by a text, for a property; "-" or nothing means that there is none.

    Raises:
        ValidationError: It means nothing; says what is needed.

    """
    plain = text.strip()
    if plain in ("", "-"):
        return None
    try:
        return _READERS[name](plain.lower())
    except (ValueError, ArithmeticError) as error:
        message = f"“{plain[:40]}” is no {LABELS[name].lower()}; write it like {_EXAMPLES[name]}."
        raise errors.ValidationError(message) from error


_EXAMPLES = {
    "resolution": "1920x1080",
    "duration": "1:52:07, or in seconds 6727.5",
    "size": "1.5gb, or in bytes",
    "video_codec": "h264",
    "audio_codec": "aac",
    "channels": "2",
    "sample_rate": "48000",
    "frame_rate": "25, 29.97 or 30000/1001",
    "hdr": "no, pq, hlg or dolby_vision",
}


def _read_resolution(text: str) -> str:
    match = re.fullmatch(r"([0-9]{1,6})\s*[x×*]\s*([0-9]{1,6})", text)
    if match is None or not (int(match[1]) and int(match[2])):
        raise ValueError(text)
    return f"{int(match[1])}x{int(match[2])}"


def _read_clock(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?|([0-9]{1,6}:)?[0-9]{1,2}:[0-9]{2}(\.[0-9]{1,6})?", text):
        raise ValueError(text)
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return _positive(seconds, 6)


def _read_size(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,18})(\.[0-9]{1,6})?\s*([kmgtp]?)b?(ytes?)?", text)
    if match is None:
        raise ValueError(text)
    number = round(Decimal(match[1] + (match[2] or "")) * Decimal(1000) ** " kmgtp".index(match[3] or " "))
    if number > _LONGEST:
        raise ValueError(text)
    return number


def _read_rate(text: str) -> float:
    first, _, second = text.removesuffix("fps").strip().partition("/")
    return _positive(float(first) / float(second or 1), 3)


def _positive(value: float, digits: int) -> float:
    if not math.isfinite(value) or round(value, digits) <= 0:
        raise ValueError(value)
    return round(value, digits)


def _read_whole(text: str) -> int:
    value = int(text)
    if not 0 < value <= _LARGEST:
        raise ValueError(text)
    return value


def _read_codec(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.\-]{1,32}", text):
        raise ValueError(text)
    return text


def _read_hdr(text: str) -> str:
    word = text.replace(" ", "_")
    if word not in _HDR:
        raise ValueError(text)
    return word


_READERS: Mapping[str, Callable[[str], Value]] = {
    "resolution": _read_resolution,
    "duration": _read_clock,
    "size": _read_size,
    "video_codec": _read_codec,
    "audio_codec": _read_codec,
    "channels": _read_whole,
    "sample_rate": lambda text: _read_whole(text.removesuffix("hz").strip()),
    "frame_rate": _read_rate,
    "hdr": _read_hdr,
}
