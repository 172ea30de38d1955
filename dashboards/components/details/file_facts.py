"""The facts about one file: its caption, its place on the disk, its media properties, streams and tags."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboards.components.details import file_fields
from dashboards.components.details.view_types import MediaView
from indexium_core.model import wording
from indexium_core.model.files.media import StreamFacts
from indexium_core.model.files.properties import LABELS, FieldLock
from indexium_core.model.files.scan_reports import RescanReport
from indexium_core.model.files.tiles import DATE_SOURCES
from indexium_core.model.review.file_details import FileDetails

SHOWN_TAG = 400  # maximum number of characters of a tag
_CODECS = {"h264": "H.264", "hevc": "HEVC", "mpeg4": "MPEG-4", "mpeg2video": "MPEG-2", "vp8": "VP8", "vp9": "VP9"}
_KINDS = {"video": "Video", "audio": "Audio", "subtitle": "Subtitles", "data": "Data", "attachment": "Attachment"}


def only_this(details: FileDetails) -> str:
    """Return the choice to edit only this of several copies; "" if the file has none."""
    if not details.copies_total:
        return ""
    copies = "copy" if details.copies_total == 1 else f"{wording.count(details.copies_total)} copies"
    return f"Edit only this file, not its {copies}"


def over(details: FileDetails) -> list[str]:
    """Return the caption of the thumbnail: duration, resolution and codec; of a photo resolution, camera and time."""
    if details.media_kind == "photo":
        shown_fields = ("resolution", "camera", "taken")
        return [each.text for each in details.properties if each.value and each.field in shown_fields]
    moving = films(details)
    parts = [wording.playing_time(details.duration)] if details.duration else []
    if moving and moving[0].details.get("width"):
        parts.append(_size(moving[0]))
    shown = moving or [each for each in details.streams if each.kind == "audio"]
    return [*parts, *(_codec(each) for each in shown[:1])]


def strip(details: FileDetails) -> list[str]:
    """Return the main facts of the file."""
    container = file_fields.container_name(details.container) or details.file_ext
    parts = [wording.size(details.size), container, f"changed {wording.when(details.mtime)}"]
    if details.date_source == "name":
        parts.insert(2, f"dated {_day(details)} by the file name")
    if details.copies_total:
        parts.append("1 copy" if details.copies_total == 1 else f"{wording.count(details.copies_total)} copies")
    return [part for part in parts if part]


def _day(details: FileDetails) -> str:
    """Return the day under which the library shows the file."""
    return wording.day(datetime.fromisoformat(details.shown_at))


def facts(details: FileDetails) -> list[list[str]]:
    """Return further facts about the file on its disk."""
    offline = f", offline: {details.library_reason}" if details.library_state == "offline" else ""
    pairs = [["Library", f"{details.library} ({details.library_path}){offline}"]]
    if details.nlink > 1:
        pairs.append(["Names", f"{details.nlink} on its disk (hard links)"])
    if details.date_source:
        pairs.append(["Date", f"{_day(details)} ({DATE_SOURCES[details.date_source]})"])
    pairs += [["Copies", copy.file_path] for copy in details.copies]
    if details.copies_total > len(details.copies):
        pairs.append(["", f"and {wording.count(details.copies_total - len(details.copies))} more"])
    pairs.append(["Found", wording.when(details.first_seen_at)])
    pairs.append(["Read", wording.when(details.scanned_at)])
    return pairs


def media(details: FileDetails, *, editable: bool) -> MediaView:
    """Return the properties of the file, each with its lock, and how and when the properties were read."""
    return {
        "editable": editable,
        "rows": [
            {
                "field": each.field,
                "label": each.label,
                "text": each.text,
                "locked": each.lock is not None,
                "who": _locked(each.lock) if each.lock else "",
            }
            for each in details.properties
        ],
        "read": _read(details),
        "problem": details.properties_problem,
    }


def rescanned(report: RescanReport) -> str:
    """Return the result of the rescan of one file."""
    if report.missing:
        return "The file no longer exists."
    if report.skipped:
        return "The library of the file is offline; nothing was read."
    if report.failed:
        return "The file could not be read; the stored properties stay."
    kept = ", ".join(LABELS[field].lower() for field in report.locked)
    text = "Rescan completed: properties changed." if report.updated else "Rescan completed: no changes."
    return text + (f" Locked: {kept}." if kept else "")


def _locked(lock: FieldLock) -> str:
    how = "set by hand" if lock.origin == "edit" else "locked"
    who = f" by {lock.locked_by}" if lock.locked_by else ""
    return f"{how}{who}, {wording.when(lock.locked_at)}"


def _read(details: FileDetails) -> str:
    if details.properties_read_at is None:
        return "Not read yet."
    tool = ", by ffprobe" if details.read_with == "ffprobe" else ""
    return f"Read {wording.when(details.properties_read_at)}{tool}."


def films(details: FileDetails) -> list[StreamFacts]:
    """Return the streams of moving pictures."""
    return [each for each in details.streams if each.kind == "video" and not each.details.get("attached_pic")]


def _codec(stream: StreamFacts) -> str:
    return _CODECS.get(stream.codec, stream.codec.upper() if len(stream.codec) < 6 else stream.codec)


def streams(details: FileDetails) -> list[list[str]]:
    """Return each stream: its kind, and its codec with the main facts."""
    return [_stream(each) for each in details.streams]


def _size(stream: StreamFacts) -> str:
    width, height = stream.shown_size
    return f"{width}×{height}"


def _stream(stream: StreamFacts) -> list[str]:
    known = stream.details
    parts = [_codec(stream)]
    if known.get("attached_pic"):
        parts.append("a picture, not a video")
    if known.get("width"):
        parts.append(_size(stream))
    if known.get("channels"):
        parts.append(wording.plural(known["channels"], "channel"))
    if known.get("sample_rate"):
        parts.append(f"{known['sample_rate'] / 1000:g} kHz")
    if stream.language and stream.language != "und":
        parts.append(stream.language)
    return [_KINDS.get(stream.kind, stream.kind), " · ".join(part for part in parts if part)]


def tags(details: FileDetails) -> list[dict[str, Any]]:
    """Return the tags in each place of the file, and their values."""
    return [{"name": _place(details, each.place), "rows": _tag_rows(each.tags)} for each in details.tags]


def _place(details: FileDetails, place: str) -> str:
    if place == "container":
        return "The file"
    kinds = {str(stream.index): _KINDS.get(stream.kind, stream.kind).lower() for stream in details.streams}
    return f"Stream {place}" + (f", {kinds[place]}" if place in kinds else "")


def _tag_rows(tags: dict[str, str]) -> list[list[str]]:
    return [[name, value if len(value) <= SHOWN_TAG else value[:SHOWN_TAG] + " …"] for name, value in tags.items()]
