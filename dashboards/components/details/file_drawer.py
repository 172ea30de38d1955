"""The details of one planned file: thumbnail, change with reasons, people, display in players, history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards import media_addresses
from dashboards.components import changes, person_field
from dashboards.components.base import Component, module, needing
from dashboards.components.details import file_facts, file_fields, planned_write
from dashboards.components.details.view_types import FileDetailsView, NameSuggestionView
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, PLAN_EDIT
from indexium_core.model.fields import comment_diff
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.operations import item_words
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.planning import field_text
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.review.file_details import FileDetails, FileEvent, Origin, PersonDetails

NO_CHANGES = AuditPage()
SHOWN_EVENTS = 5
FEW_CHANGES = 8  # number of property changes that are shown first
_ORIGINS = {  # origin of a person → label of one person, and label of a count
    "face": ("face recognition", "by face recognition"),
    "hand": ("entered by hand", "by hand"),
    "import": ("imported", "imported"),
    "file": ("added from the file comment", "added from file comments"),
    "comment": ("file comment", "from file comments"),
    "edit": ("your edit", "by your edit"),
}


class FileDrawer(Component):
    """
    The drawer beside the table, or the sheet below it.

    Messages: `close`, `save` {id, people, seen, only}, `preserve`/`revoke` {id}, `skip` {id, until}, `add`
    {id, name, replaces}, `decline` {id, name}, `typing` {text}, `operation` and `job` {id}, `rescan` {id, refresh},
    `lock` {id, field, on}, `set` {id, field, text}, `field` {id, field, text, seen, only} and
    `revoke_field` {id, field}, `changes` {page}, `past` (all its operations); with `only`, an edit leaves copies alone.
    Receives: {problem, seen} (why the list is not saved), {saved},
    {offers} (see `person_field.names`), {rescanned}, {set: problem, "" for none}, {field: problem, "" for none, seen}.
    """

    _esm = module("file_drawer")
    _view = FileDetailsView
    _styles = (
        "person_field.css",
        "file_drawer.css",
        "properties.css",
        "file_fields.css",
        "changes.css",
        "field_values.css",
    )
    _needs = needing(
        {
            PLAN_EDIT: "edit edit_field only_this save add decline skip skip_until until preserve revoke "
            "revoke_field lock change put unset rate apply_draft",
            JOBS_MANAGE: "rescan",
        }
    )

    def complain(self, error: errors.IndexiumError) -> None:
        """Show an error in the editor. After a newer decision of somebody else, the next save replaces it."""
        self._send_msg({"problem": error.message, "seen": getattr(error, "seen", None)})

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

    def answer_field(self, error: errors.IndexiumError | None = None) -> None:
        """Close the input of a field that was set, or show why it is not set, as `complain` does."""
        self._send_msg({"field": error.message if error else "", "seen": getattr(error, "seen", None)})

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
    has_media = bool(details.container) and bool(file_facts.films(details) or details.media_kind == "photo")
    seen = pictures and details.state in ("ok", "corrupt") and has_media
    return {
        "open": True,
        "id": item.file_id,
        "edit": edit,
        "name": item.file_name,
        "seen": max((each.decision_id for each in details.decisions), default=0),
        "path": details.file_path,
        "copies": file_facts.only_this(details) if editable else "",
        "place": " / ".join(part for part in (details.library, *details.folder.split("/")) if part),
        "picture": media_addresses.thumbnail(item.file_id, details.file_hash, item.mtime_ns) if seen else None,
        **media_addresses.media_of(details, is_shown=seen),
        "over": file_facts.over(details),
        "strip": file_facts.strip(details),
        "issues": [
            {
                "severity": issue.severity,
                "message": issue.text,
                "remedy": issue.remedy,
            }
            for issue in item.ordered_issues
            if issue.code != "shown_as_plot"  # the section on players shows it in more detail
        ],
        "tags": item.people_tags,
        "people": item.result_people,
        "origins": {"sum": sum_of_origins(details.people), "each": [_person(each) for each in details.people]},
        "suggestions": [_suggestion(each) for each in suggestions] if editable else [],
        "old": old,
        "new": new,
        "same": item.existing_comment == item.result_comment,
        "barred": item.risk_level == "blocked",
        "same_texts": planned_write.same_texts(details),
        "texts": planned_write.texts(details, item),
        "fields": file_fields.view(details, container=label, editable=editable),
        "shows": {
            "label": f"What other programs {'will show' if item.can_update else 'show now'}",
            "rows": planned_write.shows(details),
        },
        "how": planned_write.how(details, item, decided, rollback_days),
        "acts": planned_write.acts(item, decided, editable=editable),
        "until": {"least": _day_from_now(1), "offered": _day_from_now(30)},
        "media": file_facts.media(details, editable=editable),
        "changes": changes.of_file(changed, few=changed.per_page == FEW_CHANGES),
        "streams": file_facts.streams(details),
        "places": file_facts.tags(details),
        "facts": file_facts.facts(details),
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


def _suggestion(suggestion: Suggestion) -> NameSuggestionView:
    sure = "" if suggestion.confidence is None else f"{round(100 * suggestion.confidence)} %"
    return {
        "name": suggestion.name,
        "reason": suggestion.reason,
        "others": list(suggestion.others),
        "sure": sure if suggestion.kind == "face" else "",
        "replaces": suggestion.replaces,
    }


def _day_from_now(days: int) -> str:
    return (datetime.now(UTC).astimezone() + timedelta(days=days)).date().isoformat()


def _event(event: FileEvent) -> dict[str, Any]:
    status, level = item_words.item_status(event.status, event.code)
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
