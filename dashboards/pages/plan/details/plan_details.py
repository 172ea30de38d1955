"""The details of one planned file: thumbnail, change with reasons, people, display in players, history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards import status_words
from dashboards.components import changes, comment_diff, field_text, person_field
from dashboards.components.base import Component, module
from dashboards.pages.plan import plan_table
from dashboards.pages.plan.details import file_fields
from dashboards.web import originals, thumbnails
from indexium_core.library import RescanReport
from indexium_core.model import wording
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files.details import FileDetails, FileEvent, Origin, PersonDetails
from indexium_core.model.files.fields import lost_texts_by_place
from indexium_core.model.files.media import StreamFacts
from indexium_core.model.files.properties import LABELS, AuditPage, FieldLock
from indexium_core.model.operations import strategies
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import PlanItem

__all__ = ["FEW_CHANGES", "PlanDetails", "acts", "how", "media", "outside", "rescanned", "view"]

NO_CHANGES = AuditPage()
SHOWN_EVENTS = 5
FEW_CHANGES = 8  # number of property changes that are shown first
SHOWN_TAG = 400  # maximum number of characters of a tag
_CODECS = {"h264": "H.264", "hevc": "HEVC", "mpeg4": "MPEG-4", "mpeg2video": "MPEG-2", "vp8": "VP8", "vp9": "VP9"}
_KINDS = {"video": "Video", "audio": "Audio", "subtitle": "Subtitles", "data": "Data", "attachment": "Attachment"}
_ORIGINS = {  # origin of a person → label of one person, and label of a count
    "face": ("face recognition", "by face recognition"),
    "hand": ("entered by hand", "by hand"),
    "import": ("imported", "imported"),
    "file": ("added from the file comment", "added from file comments"),
    "comment": ("file comment", "from file comments"),
    "edit": ("your edit", "by your edit"),
}


class PlanDetails(Component):
    """
    The drawer beside the table, or the sheet below it.

    Messages: `close`, `save` {id, people}, `preserve`/`revoke` {id}, `skip` {id, until}, `add` {id, name, replaces},
    `decline` {id, name}, `typing` {text}, `operation` and `job` {id}, `rescan` {id, refresh}, `lock` {id, field, on},
    `set` {id, field, text}, `field` {id, field, text} and `revoke_field` {id, field}, `changes` {page}, `past` (all
    its operations). Receives: {problem} (a name that may not be written), {saved}, {offers} (see
    `person_field.names`), {rescanned}, {set: problem, "" for none}, {field: problem, "" for none}. View: see `view`;
    `{open: false}` hides it.
    """

    _esm = module("plan_details")
    _styles = (
        "person_field.css",
        "plan_details.css",
        "properties.css",
        "file_fields.css",
        "changes.css",
        "field_values.css",
    )

    def complain(self, problem: str) -> None:
        """Show a sentence in the editor."""
        self._send_msg({"problem": problem})

    def offer(self, offers: person_field.Offers) -> None:
        """Suggest names in the editor."""
        self._send_msg({"offers": offers})

    def saved(self) -> None:
        """Close the editor after its content was saved."""
        self._send_msg({"saved": True})

    def rescanned(self) -> None:
        """Report the end of the rescan."""
        self._send_msg({"rescanned": True})

    def was_set(self) -> None:
        """Close the field of a property that was set."""
        self._send_msg({"set": ""})

    def answer_field(self, problem: str = "") -> None:
        """Close the input of a field that was set, or show why it cannot be set to the typed value."""
        self._send_msg({"field": problem})

    def mistaken(self, problem: str) -> None:
        """Show why a property cannot be set to the typed value."""
        self._send_msg({"set": problem})


def view(
    details: FileDetails,
    item: PlanItem,
    *,
    edit: int,
    editable: bool,
    rollback_days: int,
    changed: AuditPage = NO_CHANGES,
    suggestions: Sequence[Suggestion] = (),
    pictures: bool = True,
) -> dict[str, Any]:
    """
    Return the view of the details.

    Args:
        details: The file.
        item: Its planned change.
        edit: A number that changes each time the editor has to open; 0 if it stays closed.
        editable: Whether editing is allowed (a setting).
        rollback_days: Days for which a write can be rolled back.
        changed: A page of its property changes, newest first, or only the newest changes.
        suggestions: People who may be in the file.
        pictures: Whether this server has thumbnails.

    """
    decided = [decision.kind for decision in details.decisions]
    old, new = comment_diff.compare(item.existing_comment, item.result_comment)
    label = file_fields.container_name(details.container)
    has_media = bool(details.container) and bool(_films(details) or details.media_kind == "photo")
    seen = pictures and details.state in ("ok", "corrupt") and has_media
    return {
        "open": True,
        "id": item.file_id,
        "edit": edit,
        "name": item.file_name,
        "path": details.file_path,
        "place": " / ".join(part for part in (details.library, *details.folder.split("/")) if part),
        "picture": thumbnails.address(item.file_id, details.file_hash, item.mtime_ns) if seen else None,
        **originals.view(details, is_shown=seen),
        "over": over(details),
        "strip": strip(details),
        "issues": [
            {
                "severity": issue.severity,
                "message": comment_diff.seen(issue.message),
                "remedy": risk.remedy(issue.code, severity=issue.severity),
            }
            for issue in plan_table.ordered(item.issues)
            if issue.code != "shown_as_plot"  # the section on players shows it in more detail
        ],
        "tags": plan_table.tag_list(item),
        "people": item.result_people,
        "origins": {"sum": sum_of_origins(details.people), "each": [_person(each) for each in details.people]},
        "suggestions": [_suggestion(each) for each in suggestions] if editable else [],
        "old": old,
        "new": new,
        "same": item.existing_comment == item.result_comment,
        "barred": item.risk_level == "blocked",
        "fields": fields(details),
        "texts": texts(details, item),
        "values": file_fields.view(details, container=label, editable=editable),
        "shows": {
            "label": f"What other programs {'will show' if item.can_update else 'show now'}",
            "rows": shows(details),
        },
        "how": how(details, item, decided, rollback_days),
        "acts": acts(item, decided, editable=editable),
        "until": {"least": _day_from_now(1), "offered": _day_from_now(30)},
        "media": media(details, editable=editable),
        "changes": changes.of_file(changed, few=changed.per_page == FEW_CHANGES),
        "streams": [_stream(stream) for stream in details.streams],
        "places": [{"name": _place(details, each.place), "rows": _tag_rows(each.tags)} for each in details.tags],
        "facts": facts(details),
        "history": [_event(each) for each in details.history[:SHOWN_EVENTS]],
        "past": details.history_total,
    }


def outside(details: FileDetails) -> PlanItem:
    """Return a plan item for a file that is in no plan: nothing would change."""
    people = [person.name for person in details.people]
    return PlanItem(
        file_id=details.file_id,
        file_hash=details.file_hash,
        file_path=details.file_path,
        file_name=details.file_name,
        file_ext=details.file_ext,
        size=details.size,
        mtime=details.mtime.isoformat(),
        mtime_ns=int(details.mtime.timestamp()) * 10**9,
        container=details.container,
        library=details.library,
        folder=details.folder,
        duration=details.duration,
        db_people=[],
        existing_people=people,
        result_people=people,
        tags_to_add=[],
        tags_to_remove=[],
        existing_comment=details.comment,
        result_comment=details.comment,
        changes=[],
        category="unchanged",
        risk_level="unchanged",
        can_update=False,
        issues=[],
        strategy=details.strategy,
        est_seconds=0.0,
        est_bytes=0,
        edited=False,
        postponed=False,
        people_mode="merge",
        comment_mode="replace",
    )


def over(details: FileDetails) -> list[str]:
    """Return the caption of the thumbnail: duration, resolution and codec; of a photo resolution, camera and time."""
    if details.media_kind == "photo":
        shown_fields = ("resolution", "camera", "taken")
        return [each.text for each in details.properties if each.value and each.field in shown_fields]
    films = _films(details)
    parts = [wording.playing_time(details.duration)] if details.duration else []
    if films and films[0].details.get("width"):
        parts.append(f"{films[0].details['width']}×{films[0].details['height']}")
    shown = films or [each for each in details.streams if each.kind == "audio"]
    return [*parts, *(_codec(each) for each in shown[:1])]


def _films(details: FileDetails) -> list[StreamFacts]:
    """Return the streams of moving pictures."""
    return [each for each in details.streams if each.kind == "video" and not each.details.get("attached_pic")]


def strip(details: FileDetails) -> list[str]:
    """Return the main facts of the file."""
    container = file_fields.container_name(details.container) or details.file_ext
    parts = [wording.size(details.size), container, f"changed {wording.when(details.mtime)}"]
    if details.copies_total:
        parts.append("1 copy" if details.copies_total == 1 else f"{wording.count(details.copies_total)} copies")
    return [part for part in parts if part]


def facts(details: FileDetails) -> list[list[str]]:
    """Return further facts about the file on its disk."""
    offline = f", offline: {details.library_reason}" if details.library_state == "offline" else ""
    pairs = [["Library", f"{details.library} ({details.library_path}){offline}"]]
    if details.nlink > 1:
        pairs.append(["Names", f"{details.nlink} on its disk (hard links)"])
    pairs += [["Copies", copy.file_path] for copy in details.copies]
    if details.copies_total > len(details.copies):
        pairs.append(["", f"and {wording.count(details.copies_total - len(details.copies))} more"])
    pairs.append(["Found", wording.when(details.first_seen_at)])
    pairs.append(["Read", wording.when(details.scanned_at)])
    return pairs


def media(details: FileDetails, *, editable: bool) -> dict[str, Any]:
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


def _locked(lock: FieldLock) -> str:
    how = "set by hand" if lock.origin == "edit" else "locked"
    who = f" by {lock.locked_by}" if lock.locked_by else ""
    return f"{how}{who}, {wording.when(lock.locked_at)}"


def _read(details: FileDetails) -> str:
    if details.properties_read_at is None:
        return "Not read yet."
    tool = ", by ffprobe" if details.read_with == "ffprobe" else ""
    return f"Read {wording.when(details.properties_read_at)}{tool}."


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


def _codec(stream: StreamFacts) -> str:
    return _CODECS.get(stream.codec, stream.codec.upper() if len(stream.codec) < 6 else stream.codec)


def _stream(stream: StreamFacts) -> list[str]:
    known = stream.details
    parts = [_codec(stream)]
    if known.get("attached_pic"):
        parts.append("a picture, not a video")
    if known.get("width"):
        parts.append(f"{known['width']}×{known['height']}")
    if known.get("channels"):
        parts.append(wording.plural(known["channels"], "channel"))
    if known.get("sample_rate"):
        parts.append(f"{known['sample_rate'] / 1000:g} kHz")
    if stream.language and stream.language != "und":
        parts.append(stream.language)
    return [_KINDS.get(stream.kind, stream.kind), " · ".join(part for part in parts if part)]


def _place(details: FileDetails, place: str) -> str:
    if place == "container":
        return "The file"
    kinds = {str(stream.index): _KINDS.get(stream.kind, stream.kind).lower() for stream in details.streams}
    return f"Stream {place}" + (f", {kinds[place]}" if place in kinds else "")


def _tag_rows(tags: dict[str, str]) -> list[list[str]]:
    return [[name, value if len(value) <= SHOWN_TAG else value[:SHOWN_TAG] + " …"] for name, value in tags.items()]


def fields(details: FileDetails) -> list[list[str]]:
    """Return each place of the comment, if several places hold the same comment."""
    if len(details.comment_fields) < 2 or details.fields_differ:
        return []
    return [[each.where, "the same text"] for each in details.comment_fields]


def texts(details: FileDetails, item: PlanItem) -> list[dict[str, Any]]:
    """Return each comment of a file with several comments: place, current text and planned text."""
    changed = [change for change in item.changes if change.field == COMMENT]
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
        rows.append({"where": where, "old": old, "new": result, "fate": _outcome_of_text(now, new, lost=where in lost)})
    return rows


def _outcome_of_text(now: str | None, new: str | None, *, lost: bool) -> str:
    if new == now:
        return "kept"
    if new is None or now is None:
        return "removed" if new is None else "added"
    return "replaced" if lost else "changed"


# People in the file.


def sum_of_origins(people: Iterable[PersonDetails]) -> str:
    """Return the sources of the people, counted: `2 imported, 1 by hand, 1 only in the file comment`."""
    counts: Counter[str] = Counter()
    for person in people:
        kinds = {origin.origin for origin in person.origins} or {"comment"}
        known = kinds - {"comment"}
        counts.update(known or {"only"})
    texts = {"only": "only in the file comment"} | {kind: text for kind, (_, text) in _ORIGINS.items()}
    return ", ".join(f"{count} {texts.get(kind, kind)}" for kind, count in counts.most_common())


def _person(person: PersonDetails) -> list[str]:
    return [person.name, ", ".join(_origin(each) for each in person.origins)]


def _origin(origin: Origin) -> str:
    text = _ORIGINS.get(origin.origin, (origin.origin,))[0]
    spelt = f" as “{origin.spelt}”" if origin.spelt else ""
    qualifier = f" ({origin.qualifier})" if origin.qualifier else ""
    return text + spelt + qualifier + (f", {wording.day(origin.since)}" if origin.since else "")


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    sure = "" if suggestion.confidence is None else f"{round(100 * suggestion.confidence)} %"
    return {
        "name": suggestion.name,
        "reason": suggestion.reason,
        "others": list(suggestion.others),
        "sure": sure if suggestion.kind == "face" else "",
        "replaces": suggestion.replaces,
    }


# The planned write.


def shows(details: FileDetails) -> list[list[str]]:
    """Return what each player will show; players with the same text are one row: programs, text, kind."""
    rows: dict[str, tuple[list[str], str, str]] = {}
    for each in details.readings:
        text = each.text + (" · reported by others" if each.basis == "reported" else "")
        rows.setdefault(text.lower(), ([], text, each.shows))[0].append(each.program)
    if len(rows) == 1:
        return [["All people", text, kind] for _, text, kind in rows.values()]
    return [[", ".join(programs), text, kind] for programs, text, kind in rows.values()]


def how(details: FileDetails, item: PlanItem, decided: Sequence[str], rollback_days: int) -> list[list[str]]:
    """Return the method of the write, its reason, and who chose it."""
    pairs = _strategy(details, item, rollback_days)
    people = "merged with those in the file" if item.people_mode == "merge" else "exactly as in the database"
    pairs.append(["People", "set by hand" if "edit" in decided else people])
    if item.comment_mode == "preserve":
        pairs.append(["Custom text", "kept" + (", as you chose" if "mode" in decided else "")])
    return pairs


def _strategy(details: FileDetails, item: PlanItem, rollback_days: int) -> list[list[str]]:
    if item.risk_level == "unchanged":
        return [["Strategy", "nothing to do"]]
    if not item.can_update:
        messages = " ".join(issue.message for issue in item.issues)
        why = "" if details.strategy else details.strategy_why
        return [["Strategy", "not written"], *([["Reason", why]] if why.rstrip(".") not in messages else [])]
    cost = f"{wording.estimate(item.est_seconds)}, {wording.size(item.est_bytes)} of {wording.size(details.size)}"
    return [
        ["Strategy", strategies.in_words(item.strategy)],
        ["Cost", cost],
        ["Reason", details.strategy_why or strategies.why(item.strategy)],
        [
            "Rollback",
            f"byte for byte, for {wording.plural(rollback_days, 'day')}; kept: {strategies.kept(item.strategy)}",
        ],
    ]


def acts(item: PlanItem, decided: Sequence[str], *, editable: bool) -> dict[str, str]:
    """Return the actions, each with its effect."""
    offered = {"skip": "off" if item.postponed else "on"}
    if editable:
        offered["edit"] = "on"
    if item.comment_mode == "preserve":
        offered["preserve"] = "off"
    elif any(issue.code == "custom_comment" for issue in item.issues):
        offered["preserve"] = "on"
    kept = [kind for kind in decided if kind != "postpone"]
    if kept:
        offered["revoke"] = "Removes your edits and your modes of this file"
    return offered


def _day_from_now(days: int) -> str:
    return (datetime.now(UTC).astimezone() + timedelta(days=days)).date().isoformat()


# Its history.


def _event(event: FileEvent) -> dict[str, Any]:
    status, level = status_words.item_status(event.status, event.code)
    old, new = comment_diff.compare(event.before, event.after)
    tags = [{"text": name, "kind": "del"} for name in event.tags_removed]
    tags += [{"text": name, "kind": "add"} for name in event.tags_added]
    tags += field_text.tags(event.fields)
    fields = field_text.changes_of(event.fields)
    return {
        "id": event.operation_id,
        "title": "Write" if event.operation_type == "write" else "Rollback",
        "when": wording.when(event.at),
        "status": status,
        "level": level,
        "message": event.message,
        "note": event.note,
        "tags": tags,
        "back": _back(event),
        "old": old,
        "new": new,
        "same": bool(fields) and event.before == event.after,
        "fields": [field_text.compared(change) for change in fields],
    }


def _back(event: FileEvent) -> str:
    """Return whether and until when the file can be rolled back."""
    if event.status != "success":
        return ""
    if event.exact:
        until = f" until {wording.day(event.rollback_until)}" if event.rollback_until else ""
        return f"Can be rolled back byte for byte{until}."
    return event.rollback_reason
