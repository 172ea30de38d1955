"""One file of the library in words: what it is, what a write would change in it, and what happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from indexium_core.model import wording
from indexium_core.model.fields import comment_diff, readers
from indexium_core.model.fields.field import Field, FieldType
from indexium_core.model.fields.table import COMMENT, known_field
from indexium_core.model.fields.values import REJECTED, rating_number
from indexium_core.model.files import strategies
from indexium_core.model.files.fields import lost_texts_by_place
from indexium_core.model.files.media import StreamFacts
from indexium_core.model.files.tiles import DATE_SOURCES
from indexium_core.model.planning import field_text
from indexium_core.model.review.decisions import kind_of_field

Details: TypeAlias = Any  # a `FileDetails`, whose module imports this one
SHOWN_TAG = 400  # maximum number of characters of a tag
_CODECS = {"h264": "H.264", "hevc": "HEVC", "mpeg4": "MPEG-4", "mpeg2video": "MPEG-2", "vp8": "VP8", "vp9": "VP9"}
_KINDS = {"video": "Video", "audio": "Audio", "subtitle": "Subtitles", "data": "Data", "attachment": "Attachment"}
_CONTAINERS = {"mp4": "MP4", "mov": "QuickTime", "matroska": "Matroska", "webm": "WebM", "avi": "AVI", "asf": "WMV"}
_CONTAINERS |= {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WebP", "heif": "HEIC"}
_CONTAINERS |= {"flv": "FLV", "ogg": "Ogg", "3gp": "3GP", "mpegts": "MPEG-TS", "mpegps": "MPEG-PS"}
_SHOWN_CHOICES = 12
_HINTS: dict[FieldType, str] = {
    "date": "A day, a month or a year: 2019-07-31, 2019-07 or 2019.",
    "datetime": "A date and a time: 2019-07-31 18:30:00, if known with a zone like +02:00.",
    "list": "Words, separated by semicolons.",
}
_ORIGINS = {  # origin of a person → label of one person, and label of a count
    "face": ("face recognition", "by face recognition"),
    "hand": ("entered by hand", "by hand"),
    "import": ("imported", "imported"),
    "file": ("added from the file comment", "added from file comments"),
    "comment": ("file comment", "from file comments"),
    "edit": ("your edit", "by your edit"),
}


# The file on its disk.


def only_this(details: Details) -> str:
    """Return the choice to edit only this of several copies; "" if the file has none."""
    if not details.copies_total:
        return ""
    copies = "copy" if details.copies_total == 1 else f"{wording.count(details.copies_total)} copies"
    return f"Edit only this file, not its {copies}"


def over(details: Details) -> list[str]:
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


def strip(details: Details) -> list[str]:
    """Return the main facts of the file."""
    container = container_name(details.container) or details.file_ext
    parts = [wording.size(details.size), container, f"changed {wording.when(details.mtime)}"]
    if details.date_source == "name":
        parts.insert(2, f"dated {_day(details)} by the file name")
    if details.copies_total:
        parts.append("1 copy" if details.copies_total == 1 else f"{wording.count(details.copies_total)} copies")
    return [part for part in parts if part]


def _day(details: Details) -> str:
    """Return the day under which the library shows the file."""
    return wording.day(datetime.fromisoformat(details.shown_at))


def facts(details: Details) -> list[list[str]]:
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


def read_text(details: Details) -> str:
    """Return when and with what the media properties were read."""
    if details.properties_read_at is None:
        return "Not read yet."
    tool = ", by ffprobe" if details.read_with == "ffprobe" else ""
    return f"Read {wording.when(details.properties_read_at)}{tool}."


def films(details: Details) -> list[StreamFacts]:
    """Return the streams of moving pictures."""
    return [each for each in details.streams if each.kind == "video" and not each.details.get("attached_pic")]


def _codec(stream: StreamFacts) -> str:
    return _CODECS.get(stream.codec, stream.codec.upper() if len(stream.codec) < 6 else stream.codec)


def streams(details: Details) -> list[list[str]]:
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


def tags(details: Details) -> list[dict[str, Any]]:
    """Return the tags in each place of the file, and their values."""
    return [{"name": _place(details, each.place), "rows": _tag_rows(each.tags)} for each in details.tags]


def _place(details: Details, place: str) -> str:
    if place == "container":
        return "The file"
    kinds = {str(stream.index): _KINDS.get(stream.kind, stream.kind).lower() for stream in details.streams}
    return f"Stream {place}" + (f", {kinds[place]}" if place in kinds else "")


def _tag_rows(tags: dict[str, str]) -> list[list[str]]:
    return [[name, value if len(value) <= SHOWN_TAG else value[:SHOWN_TAG] + " …"] for name, value in tags.items()]


# Its fields beside the comment.


def container_name(container: str) -> str:
    """Return the name of a container for people."""
    return _CONTAINERS.get(container, container)


def no_place(container: str) -> str:
    """Return the reason why files of a container, by its name for people, cannot store a field."""
    return f"{container} files have no place for it." if container else "This file has no place for it."


def field_rows(details: Details) -> list[dict[str, Any]]:
    """
    Return the fields of a file beside the comment, in the order of the table.

    `is_shown`: the file or an edit has a value. `why` is the reason if the container has no place for the field,
    `problem` if it cannot store the planned value.
    """
    edited = {decision.kind for decision in details.decisions}
    rows: list[dict[str, Any]] = []
    for each in details.field_details:
        field, is_edited = known_field(each.field), kind_of_field(each.field) in edited
        row = _row(field, each, edited=is_edited)
        row["is_shown"] = is_edited or each.value is not None
        if details.container not in field.places:
            row["why"] = no_place(container_name(details.container))
        elif is_edited and each.problem:
            row["problem"] = each.problem
        rows.append(row)
    return rows


def field_names(details: Details) -> dict[str, Any]:
    """Return what other programs call the fields with a value: `rows` of title and names; `note` completes them."""
    valued = [each for each in details.field_details if each.shown and (each.value or each.planned)]
    return {
        "rows": [[each.title, readers.in_words(each.shown)] for each in valued],
        "note": readers.note_on([shown for each in valued for shown in each.shown]),
    }


def _row(field: Field, values: Any, *, edited: bool) -> dict[str, Any]:
    """Return one field; its reasons are those of a file that can store it."""
    now, planned = values.value, values.planned
    old, new = comment_diff.compare(*(value and field_text.full(field.key, value) for value in (now, planned)))
    return {
        "key": field.key,
        "label": field.title,
        "about": field.about,
        "hint": _hint(field),
        "multiline": field.multiline,
        "choices": list(field.choices) if field.type == "text" else [],
        "stars": max(0, rating_number(planned)) if field.type == "rating" else None,
        "is_rejected": field.type == "rating" and planned == REJECTED,
        "value": planned or "",
        "old": old,
        "new": new,
        "changed": now != planned,
        "edited": edited,
        "origin": values.origin,
        "locked": values.locked,
        "why": "",
        "problem": "",
    }


def _hint(field: Field) -> str:
    if field.type == "integer":
        return f"A whole number from {field.lowest} to {field.highest}."
    if field.choices:
        return f"Allowed: {wording.list_of(field.choices, most=_SHOWN_CHOICES)}."
    return _HINTS.get(field.type, field.about)


# Its planned write.


def same_texts(details: Details) -> list[list[str]]:
    """Return each place of the comment, if several places hold the same comment."""
    if len(details.comment_fields) < 2 or details.fields_differ:
        return []
    return [[each.where, "the same text"] for each in details.comment_fields]


def comment_texts(details: Details) -> list[dict[str, Any]]:
    """Return each comment of a file with several comments: place, current text and planned text."""
    changed = [change for change in details.item.changes if change.field == COMMENT]
    if not details.fields_differ and len(changed) < 2:
        return []
    planned = {change.where: change.new for change in changed}
    held = {each.where: each.value for each in details.comment_fields}
    lost = lost_texts_by_place(changed)
    rows = []
    for where in [*held, *(place for place in planned if place not in held and place != "container")]:
        now = held.get(where)
        new = planned.get(where, now)
        old, result = comment_diff.compare(now, new)
        rows.append(
            {"where": where, "old": old, "new": result, "change": _outcome_of_text(now, new, lost=where in lost)}
        )
    return rows


def _outcome_of_text(now: str | None, new: str | None, *, lost: bool) -> str:
    if new == now:
        return "kept"
    if new is None or now is None:
        return "removed" if new is None else "added"
    return "replaced" if lost else "changed"


def program_rows(details: Details) -> list[list[str]]:
    """Return what each player will show; players with the same text are one row: programs, text, kind."""
    rows: dict[str, tuple[list[str], str, str]] = {}
    for each in details.readings:
        text = each.text + (" · reported by others" if each.basis == "reported" else "")
        rows.setdefault(text.lower(), ([], text, each.shows))[0].append(each.program)
    if len(rows) == 1:
        return [["All people", text, kind] for _, text, kind in rows.values()]
    return [[", ".join(programs), text, kind] for programs, text, kind in rows.values()]


def method_facts(details: Details) -> list[list[str]]:
    """Return the method of the write, its reason, what a rollback needs, and who chose it."""
    item, decided = details.item, [decision.kind for decision in details.decisions]
    pairs = _strategy(details)
    people = "merged with those in the file" if item.people_mode == "merge" else "exactly as in the database"
    pairs.append(["People", "set by hand" if "edit" in decided else people])
    if item.comment_mode == "preserve":
        pairs.append(["Custom text", "kept" + (", as you chose" if "mode" in decided else "")])
    return pairs


def _strategy(details: Details) -> list[list[str]]:
    item = details.item
    if item.risk_level == "unchanged":
        return [["Strategy", "nothing to do"]]
    if not item.can_update:
        messages = " ".join(issue.message for issue in item.issues)
        why = "" if details.strategy else details.strategy_why
        return [["Strategy", "not written"], *([["Reason", why]] if why.rstrip(".") not in messages else [])]
    cost = f"{wording.estimate(item.est_seconds)}, {wording.size(item.est_bytes)} of {wording.size(details.size)}"
    days = wording.plural(details.rollback_days, "day")
    return [
        ["Strategy", strategies.in_words(item.strategy)],
        ["Cost", cost],
        ["Reason", details.strategy_why or strategies.why(item.strategy)],
        ["Rollback", f"byte for byte, for {days}; kept: {strategies.kept(item.strategy)}"],
    ]


def offers(details: Details) -> dict[str, str]:
    """Return the decisions that are offered: `skip` and `preserve` are on or off, `revoke` says what it removes."""
    item = details.item
    offered = {"skip": "off" if item.postponed else "on"}
    if item.comment_mode == "preserve":
        offered["preserve"] = "off"
    elif any(issue.code == "custom_comment" for issue in item.issues):
        offered["preserve"] = "on"
    if any(decision.kind != "postpone" for decision in details.decisions):
        offered["revoke"] = "Removes your edits and your modes of this file"
    return offered


# Its people, and what happened to it.


def origin_sum(people: Iterable[Any]) -> str:
    """Return the sources of the people, counted: `2 imported, 1 by hand, 1 only in the file comment`."""
    counts: Counter[str] = Counter()
    for person in people:
        kinds = {origin.origin for origin in person.origins} or {"comment"}
        known = kinds - {"comment"}
        counts.update(known or {"only"})
    texts = {"only": "only in the file comment"} | {kind: text for kind, (_, text) in _ORIGINS.items()}
    return ", ".join(f"{count} {texts.get(kind, kind)}" for kind, count in counts.most_common())


def origin_text(origin: Any) -> str:
    """Return one source of a person: `imported as “A. Lee”, 3 Nov 2026`."""
    text = _ORIGINS.get(origin.origin, (origin.origin,))[0]
    spelt = f" as “{origin.spelt}”" if origin.spelt else ""
    qualifier = f" ({origin.qualifier})" if origin.qualifier else ""
    return text + spelt + qualifier + (f", {wording.day(origin.since)}" if origin.since else "")


def event_tags(event: Any) -> list[dict[str, str]]:
    """Return the people and the fields that an operation has changed."""
    tags = [{"text": name, "kind": "del"} for name in event.tags_removed]
    tags += [{"text": name, "kind": "add"} for name in event.tags_added]
    return tags + field_text.tags(event.fields)


def rollback_text(event: Any) -> str:
    """Return whether and until when the file can be rolled back."""
    if event.status != "success":
        return ""
    if event.exact:
        until = f" until {wording.day(event.rollback_until)}" if event.rollback_until else ""
        return f"Can be rolled back byte for byte{until}."
    return str(event.rollback_reason)
