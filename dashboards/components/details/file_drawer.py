"""The details of one planned file: thumbnail, change with reasons, people, display in players, history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards import media_addresses
from dashboards.components import changes, person_field
from dashboards.components.base import Component, module, needing
from dashboards.components.details.view_types import FileDetailsView, NameSuggestionView
from indexium_core import errors
from indexium_core.model.accounts.permissions import JOBS_MANAGE, PLAN_EDIT
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.review.file_details import FileDetails, FileEvent

NO_CHANGES = AuditPage()
SHOWN_EVENTS = 5
FEW_CHANGES = 8  # number of property changes that are shown first


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
            "revoke_field lock change put unset rate apply-draft",
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
        changed: A page of its property changes, newest first, or only the newest changes.
        suggestions: People who may be in the file.
        pictures: Whether this server has thumbnails.

    """
    decided = details.offers | ({"edit": "on"} if editable else {"preserve": "", "revoke": ""})
    comments, fields = details.comment_parts, details.field_rows
    return {
        "open": True,
        "id": item.file_id,
        "edit": edit,
        "name": item.file_name,
        "seen": details.newest_decision,
        "path": details.file_path,
        "copies": details.copies_text if editable else "",
        "place": details.folder_text,
        "picture": media_addresses.thumbnail(item.file_id, details.file_hash, item.mtime_ns)
        if pictures and details.has_picture
        else None,
        **media_addresses.media_of(details, is_shown=pictures and details.has_picture),
        "over": details.caption,
        "strip": details.main_facts,
        "issues": [
            {"severity": issue.severity, "message": issue.text, "remedy": issue.remedy}
            for issue in item.ordered_issues
            if issue.code != "shown_as_plot"  # the section on players shows it in more detail
        ],
        "tags": item.people_tags,
        "people": item.result_people,
        "origins": {"sum": details.origin_sum, "each": [[each.name, each.origins_text] for each in details.people]},
        "suggestions": [_suggestion(each) for each in suggestions] if editable else [],
        **comments,
        "same": details.keeps_comment,
        "barred": item.risk_level == "blocked",
        "same_texts": details.same_texts,
        "texts": details.comment_texts,
        "fields": _fields(fields, details.field_names, editable=editable),
        "shows": {
            "label": f"What other programs {'will show' if item.can_update else 'show now'}",
            "rows": details.program_rows,
        },
        "how": details.method_facts,
        "acts": {name: text for name, text in decided.items() if text},
        "until": {"least": _day_from_now(1), "offered": _day_from_now(30)},
        "media": {
            "editable": editable,
            "rows": [
                {
                    "field": each.field,
                    "label": each.label,
                    "text": each.text,
                    "locked": each.lock is not None,
                    "who": each.lock.text if each.lock else "",
                }
                for each in details.properties
            ],
            "read": details.read_text,
            "problem": details.properties_problem,
        },
        "changes": changes.of_file(changed, few=changed.per_page == FEW_CHANGES),
        "streams": details.stream_facts,
        "places": details.tag_facts,
        "facts": details.disk_facts,
        "history": [_event(each) for each in details.history[:SHOWN_EVENTS]],
        "past": details.history_total,
    }


def _fields(rows: Sequence[dict[str, Any]], names: dict[str, Any], *, editable: bool) -> dict[str, Any]:
    """Return the fields: `rows` have a value, an edit, or a rating that can be set; `more` are the others."""
    marked = [(row.pop("is_shown"), row) for row in map(dict, rows)]
    shown = [row for is_shown, row in marked if is_shown or (editable and row["stars"] is not None and not row["why"])]
    return {
        "editable": editable,
        "rows": shown,
        "more": sorted((row for _, row in marked if row not in shown), key=lambda row: bool(row["why"])),
        "names": names["rows"],
        "note": names["note"],
    }


def _suggestion(suggestion: Suggestion) -> NameSuggestionView:
    return {
        "name": suggestion.name,
        "reason": suggestion.reason,
        "others": list(suggestion.others),
        "sure": suggestion.sure_text,
        "replaces": suggestion.replaces,
    }


def _day_from_now(days: int) -> str:
    return (datetime.now(UTC).astimezone() + timedelta(days=days)).date().isoformat()


def _event(event: FileEvent) -> dict[str, Any]:
    status, level = event.state
    return {
        "id": event.operation_id,
        "title": event.title,
        "when": event.when_text,
        "status": status,
        "level": level,
        "message": event.message,
        "note": event.note,
        "tags": event.change_tags,
        "back": event.rollback_text,
        "old": event.comments["before"],
        "new": event.comments["after"],
        "same": event.keeps_comment,
        "fields": event.changed_fields,
    }
