"""The dialog that edits many files: people, templates, skipping, modes, media properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.components import person_field
from dashboards.components.base import Component, module, needing
from dashboards.components.bulk.view_types import BulkEffectExampleView, BulkTemplateView, BulkView, PostponeDayView
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, PLAN_EDIT
from indexium_core.model.fields.field import FieldType
from indexium_core.model.fields.rules import FACTS, MORE_ABOUT_RULES, suggestions
from indexium_core.model.fields.table import editable_fields, title_of
from indexium_core.model.files.properties import FIELDS, LABELS, ON_REQUEST, LockReport
from indexium_core.model.planning import field_text
from indexium_core.model.review.decisions import Template
from indexium_core.model.review.reports import BulkPeople, ChangePreview, FieldExample, FieldsPreview

SHOWN = 60  # maximum number of people that are shown as chips
SUGGESTED = 24  # maximum number of rules, or of allowed values, that are offered
NAMED = 4  # maximum number of people in a sentence
_EXAMPLES: dict[FieldType, str] = {  # values of fields
    "text": "{name}",
    "integer": "1",
    "rating": "5",
    "date": "{date_in_name}",
    "datetime": "2019-07-31 18:30",
    "list": "sea; summer",
}


class Bulk(Component):
    """
    The dialog. The browser keeps its tabs and choices; Python counts the effect of the choices.

    Messages, each with the `serial` of the opening: `preview` {change} (request its effect), `apply` {change}, `find`
    {text} (people among many), `skip` {until}, `modes` {people, comment}, `save` {name, change}, `forget` {name},
    `rescan` {refresh}, `lock` {fields, on}, `typing` {text}, `close`. A `change` is {add, remove}, {old, new}, {field,
    value} or {template}. Receives: {offers} (see `person_field.names`), {problem}.
    """

    _esm = module("bulk")
    _view = BulkView
    _styles = ("person_field.css", "edit_files.css")
    _needs = needing({PLAN_EDIT: "open rate apply skip modes save forget lock", JOBS_MANAGE: "rescan"})

    def offer(self, offers: person_field.Offers) -> None:
        """Suggest names in the active field."""
        self._send_msg({"offers": offers})

    def complain(self, problem: str) -> None:
        """Show an error."""
        self._send_msg({"problem": problem})


def view(
    found: BulkPeople, *, serial: int, tab: str, kept: Sequence[Template], today: date, hidden: int = 0
) -> dict[str, Any]:
    """
    Return the view of the dialog for some files.

    Args:
        found: The people that the files would have.
        serial: Number of this opening.
        tab: The initial tab: people, replace, fields, templates, skip, modes, media.
        kept: The templates.
        today: The current day.
        hidden: Files of the selection that the search does not show.

    """
    own = found.files - found.copies
    return {
        "open": True,
        "serial": serial,
        "tab": tab,
        "files": found.files,
        "titles": {
            "people": f"Edit people of {wording.files(found.files)}",
            "replace": f"Replace a person in {wording.files(found.files)}",
            "fields": f"Set a field of {wording.files(found.files)}",
            "templates": f"Apply a template to {wording.files(found.files)}",
            "skip": f"Skip {wording.files(own)}",
            "media": f"Media properties of {wording.files(own)}",
            "modes": f"How {wording.files(own)} {'is' if own == 1 else 'are'} written",
        },
        "note": _note(hidden, found, "copies have the same people."),
        "field_note": _note(hidden, found, "copies get the field, too."),
        "hidden": _hidden(hidden),
        "only": "Edit only the selected files, not their copies" if found.copies else "",
        "own": own,
        "fields": [{"field": name, "label": LABELS[name], "on_request": name in ON_REQUEST} for name in FIELDS],
        "editable": [
            {
                "value": field.key,
                "label": field.title,
                "about": field.about,
                "example": _EXAMPLES[field.type],
                "suggestions": [{"label": label, "rule": rule} for label, rule in suggestions(field)[:SUGGESTED]],
            }
            for field in editable_fields()
        ],
        "placeholders": [{"name": name, "about": about} for name, about in FACTS.items()],
        "rule_help": MORE_ABOUT_RULES,
        "people": [{"name": person.name, "files": person.files} for person in found.people],
        "total": found.total,
        "rest": f"and {wording.count(found.total - len(found.people))} more; type a name to find them"
        if found.total > len(found.people)
        else "",
        "templates": templates(kept),
        "days": days(today),
        "least": (today + timedelta(days=1)).isoformat(),
    }


def _hidden(number: int) -> str:
    return f"{wording.files(number)} of them {'is' if number == 1 else 'are'} hidden by the search." if number else ""


def _note(hidden: int, found: BulkPeople, copies: str) -> str:
    """Return what the files of the dialog are: hidden ones, and copies with what happens to `copies`."""
    return " ".join(part for part in (_hidden(hidden), _copies(found, copies)) if part)


def _copies(found: BulkPeople, text: str) -> str:
    if not found.copies:
        return ""
    they = "1 of them is a copy" if found.copies == 1 else f"{wording.count(found.copies)} of them are copies"
    return f"{they} of the selected files: {text}"


def locked(report: LockReport, done: str) -> str:
    """Return the result of a lock or an unlock (see `done`) as text."""
    if not report.changed:
        return f"Nothing to do: all fields were {done} already."
    return f"{wording.plural(report.changed, 'field')} of {wording.files(report.files)} {done}."


def templates(kept: Sequence[Template]) -> list[BulkTemplateView]:
    """Return the templates with their descriptions."""
    return [{"name": each.name, "does": _does(each)} for each in kept]


def _does(template: Template) -> str:
    if template.old_person is None:
        return f"adds {wording.list_of(template.people)}"
    return f"replaces {template.old_person} by {template.new_person}"


def days(today: date) -> list[PostponeDayView]:
    """Return the suggested days: tomorrow, next Monday, the first day of the next month. Each day occurs once."""
    monday = today + timedelta(days=7 - today.weekday())
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    offered: dict[date, str] = {}
    for label, day in (("Tomorrow", today + timedelta(days=1)), ("Next week", monday), ("Next month", month)):
        offered.setdefault(day, label)
    return [
        {"label": label, "day": day.isoformat(), "text": f"{day:%a} {day.day} {day:%b}"}
        for day, label in offered.items()
    ]


def effect(found: ChangePreview, change: Mapping[str, Any], pair: tuple[str, str] | None = None) -> dict[str, Any]:
    """Return the effect of the change `change` as a sentence, with examples; `pair`: the old and the new person."""
    shown = [
        {
            "id": each.file_id,
            "name": each.file_name,
            "path": each.file_path,
            "tags": _tags(each.before, each.after),
        }
        for each in found.examples
    ]
    more = found.changed - len(shown)
    return {
        "change": dict(change),
        "files": found.changed,
        "text": _sentence(found, pair),
        "rest": _rest(found),
        "warning": _warning(found),
        "examples": shown,
        "more": f"and {wording.count(more)} more" if shown and more else "",
    }


def fields_effect(found: FieldsPreview, change: Mapping[str, str]) -> dict[str, Any]:
    """Return the effect of the change {field, value} as a sentence, with the first files."""
    title = title_of(change["field"])
    verb = f"Sets the field {title} of" if change["value"] else f"Removes the field {title} from"
    shown = [_field_example(each) for each in found.examples]
    more = found.changed + found.invalid + found.unsupported - len(shown)
    notes = (
        (found.without_value, "The rule has no value for {}."),
        (found.locked, "The field is locked in {}."),
        (found.unsupported, "The container of {} cannot store the value."),
    )
    return {
        "change": dict(change),
        "files": found.changed,
        "text": f"{verb} {wording.files(found.changed)}." if found.changed else "Nothing would change.",
        "rest": " ".join(text.format(wording.files(files)) for files, text in notes if files),
        "warning": f"The value is not valid for {wording.files(found.invalid)}." if found.invalid else "",
        "examples": shown,
        "more": f"and {wording.count(more)} more" if shown and more > 0 else "",
    }


def _field_example(example: FieldExample) -> BulkEffectExampleView:
    sides = (("del", example.before), ("add", example.after))
    return {
        "id": example.file_id,
        "name": example.file_name,
        "path": example.file_name,
        "problem": example.problem,
        "tags": [{"text": field_text.shown(example.field, value), "kind": kind} for kind, value in sides if value],
    }


def _sentence(found: ChangePreview, pair: tuple[str, str] | None) -> str:
    """Return `Adds Ann Lee to 7 files, removes Bob Ray from 5.`; many people are counted."""
    if not found.changed:
        return "Nothing would change."
    if pair is not None:
        return f"Replaces {pair[0]} by {pair[1]} in {wording.files(found.changed)}."
    sides = [*_sides("adds", "to", found.added), *_sides("removes", "from", found.removed)]
    if not sides:
        return f"Changes the spelling of names in {wording.files(found.changed)}."
    first, *others = sides
    parts = [f"{verb} {who} {wording.files(files)}" for verb, who, files in [first]]
    last = first[0]
    for verb, who, files in others:
        parts.append(f"{' and' if verb == last else f', {verb}'} {who} {wording.count(files)}")
        last = verb
    text = "".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _sides(verb: str, where: str, counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return added or removed people, grouped by number of files: verb, `Ann and Bob to`, files."""
    if len(counts) > NAMED:
        return [(verb, f"{wording.plural(len(counts), 'person', 'people')} {where} up to", max(counts.values()))]
    by_files: dict[int, list[str]] = {}
    for name, files in counts.items():
        by_files.setdefault(files, []).append(name)
    return [(verb, f"{wording.list_of(names)} {where}", files) for files, names in by_files.items()]


def _rest(found: ChangePreview) -> str:
    same = found.files - found.changed
    if not found.changed or not same:
        return ""
    return "1 file does not change." if same == 1 else f"{wording.files(same)} do not change."


def _warning(found: ChangePreview) -> str:
    if not found.emptied:
        return ""
    return f"{wording.files(found.emptied)} would have no people left."


def _tags(before: Sequence[str], after: Sequence[str]) -> list[dict[str, str]]:
    gone = [{"text": name, "kind": "del"} for name in before if name not in after]
    return gone + [{"text": name, "kind": "" if name in before else "add"} for name in after]
