"""
Media properties: their fields, their values from streams, and their display texts.

These properties are separate from the facts by which a scan recognises a file: if a user locks a property or sets it by
hand, scans and rescans do not change it. `None` means that the property has no value (for example, the audio codec of a
video without sound) or an unknown value; it is shown as "-".
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
from indexium_core.model.fields.table import editable_fields, title_of
from indexium_core.model.files.media import FileFacts, MediaKind, PhotoFacts, StreamFacts
from indexium_core.model.people import people_comment

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
    "camera": "Camera",
    "lens": "Lens",
    "taken": "Taken",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "faces": "Faces",
    "people": "People",
    "comment": "Comment",
}
FIELDS = tuple(LABELS)[:-2]  # the fields that a rescan reads
ON_REQUEST = ("duration", "size")  # the fields that a rescan refreshes only on request

# The fields that a kind of media can have; other fields are shown only if they have a value.
_ALWAYS = ("resolution", "size")
_OF_STREAMS = ("duration", "video_codec", "audio_codec", "channels", "sample_rate", "frame_rate", "hdr")
_OF_PHOTOS = ("camera", "lens", "taken")
_NUMBERS = frozenset({"duration", "size", "channels", "sample_rate", "frame_rate", "latitude", "longitude"})
_HDR = {"no": "no", "pq": "HDR10 (PQ)", "hlg": "HLG", "dolby_vision": "Dolby Vision"}
_TRANSFERS = {"smpte2084": "pq", "arib-std-b67": "hlg"}
_SPEAKERS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
_FREE_TEXTS = frozenset({"camera", "lens", "faces"})
_LONGEST_NAME = 200  # characters
_MOMENT_LENGTH = 19
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", re.ASCII)
_MAX_INTEGER = 2**31 - 1  # INTEGER in the database
_MAX_BIGINT = 2**63 - 1


def lockable() -> tuple[str, ...]:
    """Return the properties and fields that can be locked."""
    return (*LABELS, *(each.key for each in editable_fields()))


def label_of(name: str) -> str:
    """Return the title of a field that can be locked."""
    return LABELS[name] if name in LABELS else title_of(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaProperties:
    """The properties of one file."""

    resolution: str | None = None  # "1920x1080"
    duration: float | None = None  # seconds
    size: int | None = None  # bytes
    video_codec: str | None = None  # FFmpeg name
    audio_codec: str | None = None
    channels: int | None = None
    sample_rate: int | None = None  # Hz
    frame_rate: float | None = None  # frames per second
    hdr: str | None = None  # no, pq, hlg, dolby_vision; None without a video stream
    camera: str | None = None
    lens: str | None = None
    taken: str | None = None  # "2019-07-04 10:11:12": the wall time of the recording
    latitude: float | None = None  # degrees; south is negative
    longitude: float | None = None  # degrees; west is negative
    faces: str | None = None  # "Ann Lee; Bob Ray": the names of face regions


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReading:
    """The properties read from one file."""

    properties: MediaProperties
    unknown: tuple[str, ...] = ()  # fields that exist without a known value: their stored values stay
    tool: str = "pyav"  # the tool that read them: pyav, ffprobe, header (of a photo)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLock:
    """The lock of a field of a file."""

    file_id: int
    field: str  # one of `lockable`
    locked_by: str  # the user; "" if unknown
    locked_at: datetime  # UTC
    origin: str = "lock"  # lock (by the user), edit (the value was set by hand; of people: while the edit is in force)
    file_path: str = ""  # for display
    value: str | None = (
        None  # the stored value; None if there is no value, and always for people, comment and other written fields
    )

    @property
    def display(self) -> str:
        """The value for display; "-" for none."""
        return _display_stored(self.field, self.value)

    @property
    def text(self) -> str:
        """Who has locked the field, how and when."""
        how = "set by hand" if self.origin == "edit" else "locked"
        who = f" by {self.locked_by}" if self.locked_by else ""
        return f"{how}{who}, {wording.when(self.locked_at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockReport:
    """The result of locking or unlocking."""

    files: int  # files in the target
    changed: int  # fields whose lock changed
    by_edit: int = 0  # files whose people stay locked by an edit


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProperty:
    """One property of a file, for display."""

    field: str
    label: str
    value: Value
    text: str  # for display; "-" for no value
    lock: FieldLock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One change of a property or a lock of a file."""

    id: int
    at: datetime  # UTC
    actor: str  # scan, rescan, or the user
    action: str  # scan, rescan, edit, lock, unlock
    file_id: int | None
    field: str
    old: str | None
    new: str | None
    job_id: int | None
    file_path: str = ""  # for display; "" if the file is no longer in the catalog

    @property
    def label(self) -> str:
        """The property in words."""
        return LABELS.get(self.field, self.field)

    @property
    def done(self) -> str:
        """What happened to the lock; "" if the value has changed."""
        return {"lock": "locked", "unlock": "unlocked"}.get(self.action, "")

    @property
    def source(self) -> str:
        """When it was, and who or what did it."""
        by = {"scan": "by a scan", "rescan": "by a rescan"}.get(self.action) or f"by {self.actor or 'hand'}"
        return f"{wording.when(self.at)}, {by}"

    @property
    def field_place(self) -> int:
        """The place of the property in the usual order."""
        return list(LABELS).index(self.field) if self.field in LABELS else len(LABELS)

    @property
    def before(self) -> str:
        """The old value for display; "-" if there is none."""
        return _display_stored(self.field, self.old)

    @property
    def after(self) -> str:
        """The new value for display; "-" if there is none."""
        return _display_stored(self.field, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """One page of the audit log, newest first."""

    items: list[AuditEvent] = field(default_factory=list)
    total: int = 0
    page: int = 1
    per_page: int = 50


def validate_fields(fields: Collection[str], allowed: Sequence[str]) -> tuple[str, ...]:
    """
    Return some fields in the order of `allowed`, without duplicates.

    Raises:
        UsageError: A field is not allowed.

    """
    names = [name.strip().lower().replace("-", "_").replace(" ", "_") for name in fields]
    for name in names:
        if name not in allowed:
            message = f"There is no field “{name[:40]}” here; it can be {wording.list_of(allowed, conjunction='or')}."
            raise errors.UsageError(message)
    return tuple(name for name in allowed if name in names)


def shown_fields(kind: MediaKind | None) -> tuple[str, ...]:
    """Return the fields that are shown for a kind of media even without a value."""
    names = {*_ALWAYS, *(_OF_PHOTOS if kind == "photo" else _OF_STREAMS)}
    return tuple(name for name in FIELDS if name in names)


# Values from a file.


def reading_of(facts: FileFacts, size: int) -> MediaReading:
    """Return the properties of a file that a probe read; `size` in bytes."""
    if facts.photo is not None:
        return MediaReading(properties=from_photo(facts.photo, size=size, taken=facts.taken), tool="header")
    found, unknown = from_streams(facts.streams, duration=facts.duration, size=size, taken=facts.taken)
    return MediaReading(properties=found, unknown=unknown)


def from_photo(photo: PhotoFacts, *, size: int, taken: str | None) -> MediaProperties:
    """Return the properties of a photo; `size` in bytes, `taken` in ISO 8601."""
    latitude, longitude = photo.position or (None, None)
    return MediaProperties(
        resolution=f"{photo.width}x{photo.height}" if photo.width and photo.height else None,
        size=size,
        camera=photo.camera or None,
        lens=photo.lens or None,
        taken=wall_time(taken),
        latitude=latitude,
        longitude=longitude,
        faces="; ".join(photo.faces) or None,
    )


def wall_time(text: str | None) -> str | None:
    """Return a date and time without fraction and zone, as it is stored; None for another text."""
    match = _MOMENT.match(text or "")
    try:
        return datetime.fromisoformat(match[0]).isoformat(" ") if match else None
    except ValueError:
        return None


def from_streams(
    streams: Sequence[StreamFacts], *, duration: float | None, size: int | None, taken: str | None = None
) -> tuple[MediaProperties, tuple[str, ...]]:
    """
    Return the properties of streams, and the fields that exist without a known value.

    `taken` is the moment of the recording in ISO 8601.

    Attached pictures (covers) do not count. If a file has several streams of the same kind, the properties describe the
    stream that players select: the default stream, otherwise the first one.
    """
    video = _default_stream([each for each in streams if each.kind == "video" and not each.details.get("attached_pic")])
    audio = _default_stream([each for each in streams if each.kind == "audio"])
    properties = MediaProperties(
        duration=_positive_float(duration),
        size=size,
        taken=wall_time(taken),
        **_video_properties(video) if video else {},
        **_audio_properties(audio) if audio else {},
    )
    expected = ["duration", "size"] if streams else [*_ALWAYS, *_OF_STREAMS]
    expected += ["resolution", "video_codec", "frame_rate", "hdr"] if video else []
    expected += ["audio_codec", "channels", "sample_rate"] if audio else []
    return properties, tuple(name for name in FIELDS if name in expected and getattr(properties, name) is None)


def _default_stream(streams: Sequence[StreamFacts]) -> StreamFacts | None:
    return next((each for each in streams if int(each.details.get("disposition") or 0) & 1), next(iter(streams), None))


def _video_properties(stream: StreamFacts) -> dict[str, Any]:
    width, height = map(_positive_int, stream.shown_size)
    transfer = str(stream.details.get("transfer"))
    hdr = "dolby_vision" if stream.details.get("dolby_vision") else _TRANSFERS.get(transfer, "no")
    return {
        "resolution": f"{width}x{height}" if width and height else None,
        "video_codec": stream.codec or None,
        "frame_rate": _positive_float(stream.details.get("frame_rate"), digits=3),
        "hdr": hdr,
    }


def _audio_properties(stream: StreamFacts) -> dict[str, Any]:
    return {
        "audio_codec": stream.codec or None,
        "channels": _positive_int(stream.details.get("channels")),
        "sample_rate": _positive_int(stream.details.get("sample_rate")),
    }


def _positive_int(value: Any) -> int | None:
    """Return a positive integer that fits the database, None for any other value."""
    return value if isinstance(value, int) and 0 < value <= _MAX_INTEGER else None


def _positive_float(value: Any, *, digits: int = 6) -> float | None:
    """Return a positive number, rounded because PyAV and ffprobe differ slightly; None for any other value."""
    if not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        return None
    return round(float(value), digits) or None


# Display texts, and parsing.


def display_value(name: str, value: Value) -> str:
    """Return a property for display: `1920 × 1080`, `1:52:07`, `4.1 GB`, `29.97 fps`; "-" for none."""
    return "-" if value is None else _FORMATS.get(name, str)(value)


def _display_stored(name: str, text: str | None) -> str:
    """Return a value that is stored as text in the form for display."""
    value: Value = text
    if text is not None and name in _NUMBERS:
        value = float(text) if "." in text or "e" in text else int(text)
    return display_value(name, value)


def _duration(seconds: Any) -> str:
    length = float(seconds)
    return wording.playing_time(round(length)) if round(length) else f"{length:.2g} s"


_FORMATS: Mapping[str, Callable[[Any], str]] = {
    "resolution": lambda value: str(value).replace("x", " × "),
    "duration": _duration,
    "size": lambda value: wording.size(int(value)),
    "channels": lambda value: f"{value} ({_SPEAKERS[value]})" if value in _SPEAKERS else str(value),
    "sample_rate": lambda value: f"{value / 1000:g} kHz",
    "frame_rate": lambda value: f"{round(float(value), 2):g} fps",
    "hdr": lambda value: _HDR.get(str(value), str(value)),
    "latitude": lambda value: f"{abs(float(value)):.5f}° {'N' if float(value) >= 0 else 'S'}",
    "longitude": lambda value: f"{abs(float(value)):.5f}° {'E' if float(value) >= 0 else 'W'}",
}


def parse_value(name: str, text: str) -> Value:
    """
    Return the value of a property that a user typed; "-" or an empty text means no value.

    Raises:
        ValidationError: The text is not a valid value.

    """
    plain = text.strip()
    if plain in ("", "-"):
        return None
    try:
        return _PARSERS[name](plain if name in _FREE_TEXTS else plain.lower())
    except (ValueError, ArithmeticError) as error:
        message = f"“{plain[:40]}” is not a valid {LABELS[name].lower()}. Examples: {_EXAMPLES[name]}."
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
    "camera": "Fujifilm X-T4",
    "lens": "XF 23mm F2",
    "taken": "2019-07-04 10:11:12",
    "latitude": "48.1374, or -33.8568 in the south",
    "longitude": "11.5755, or -70.6483 in the west",
    "faces": "Ann Lee; Bob Ray",
}


def _parse_resolution(text: str) -> str:
    match = re.fullmatch(r"([0-9]{1,6})\s*[x×*]\s*([0-9]{1,6})", text)
    if match is None or not (int(match[1]) and int(match[2])):
        raise ValueError(text)
    return f"{int(match[1])}x{int(match[2])}"


def _parse_clock(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?|([0-9]{1,6}:)?[0-9]{1,2}:[0-9]{2}(\.[0-9]{1,6})?", text):
        raise ValueError(text)
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return _positive(seconds, 6)


def _parse_size(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,18})(\.[0-9]{1,6})?\s*([kmgtp]?)b?(ytes?)?", text)
    if match is None:
        raise ValueError(text)
    number = round(Decimal(match[1] + (match[2] or "")) * Decimal(1000) ** " kmgtp".index(match[3] or " "))
    if number > _MAX_BIGINT:
        raise ValueError(text)
    return number


def _parse_rate(text: str) -> float:
    first, _, second = text.removesuffix("fps").strip().partition("/")
    return _positive(float(first) / float(second or 1), 3)


def _positive(value: float, digits: int) -> float:
    if not math.isfinite(value) or round(value, digits) <= 0:
        raise ValueError(value)
    return round(value, digits)


def _parse_whole(text: str) -> int:
    value = int(text)
    if not 0 < value <= _MAX_INTEGER:
        raise ValueError(text)
    return value


def _parse_codec(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.\-]{1,32}", text):
        raise ValueError(text)
    return text


def _parse_hdr(text: str) -> str:
    word = text.replace(" ", "_")
    if word not in _HDR:
        raise ValueError(text)
    return word


def _parse_name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not text.isprintable():
        raise ValueError(text)
    return text


def _parse_faces(text: str) -> str:
    names = [people_comment.validate_name(each) for each in text.split(";") if each.strip()]
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(people_comment.person_key(name), name)
    return "; ".join(by_key.values())


def _parse_moment(text: str) -> str:
    moment = wall_time(text) if len(text) == _MOMENT_LENGTH else None
    if moment is None:
        raise ValueError(text)
    return moment


def _parse_degrees(text: str, most: int) -> float:
    value = float(text)
    if not abs(value) <= most:
        raise ValueError(text)
    return round(value, 7)


_PARSERS: Mapping[str, Callable[[str], Value]] = {
    "resolution": _parse_resolution,
    "duration": _parse_clock,
    "size": _parse_size,
    "video_codec": _parse_codec,
    "audio_codec": _parse_codec,
    "channels": _parse_whole,
    "sample_rate": lambda text: _parse_whole(text.removesuffix("hz").strip()),
    "frame_rate": _parse_rate,
    "hdr": _parse_hdr,
    "camera": _parse_name,
    "lens": _parse_name,
    "taken": _parse_moment,
    "latitude": lambda text: _parse_degrees(text, 90),
    "longitude": lambda text: _parse_degrees(text, 180),
    "faces": _parse_faces,
}
