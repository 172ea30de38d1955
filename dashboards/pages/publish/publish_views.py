"""Words and parts of publications that the list and the details show."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.components.title_text import initials
from dashboards.pages.publish.view_types import PublishNoteView, PublishPictureView, PublishSideFileView
from indexium_core.model import wording
from indexium_core.model.operations.outcomes import ACTION_WORDS
from indexium_core.model.publishing.publication import ACTIONS, PublicationItem, SideFilePlan
from indexium_core.model.publishing.risks import PUBLICATION_CODES
from indexium_core.model.publishing.subjects import VIDEO, name_of_type

KINDS = {"create": "new", "update": "edit", "replace": "repl", "remove": "gone", "unchanged": "same", "blocked": "stop"}
_SIGNS = {"create": "+", "update": "~", "replace": "⇄", "remove": "−", "unchanged": "=", "blocked": "■"}
RISK_HINTS = {
    "safe": "new or ours",
    "warning": "edits or restores a file",
    "danger": "something would be lost",
    "blocked": "cannot be written",
}
_FILES = 4  # of a row of the list; the others are counted
_OF_ONE_FILE = frozenset({"nfo_unreadable", "foreign_element_lost", "foreign_value_replaced"})  # a file says more
_NOTES = 2


def side_file(action: str, name: str, word: str) -> PublishSideFileView:
    """Return the chip of a side file, or of some with one action."""
    return {"kind": KINDS[action], "sign": _SIGNS[action], "name": name, "word": word}


def chip(file: SideFilePlan) -> PublishSideFileView:
    """Return the chip of a side file."""
    return side_file(file.action, file.name, file.word)


def file_chips(item: PublicationItem) -> list[PublishSideFileView]:
    """Return the chips of the files of a title: the first ones by name, the others as numbers."""
    ordered = sorted(item.files, key=lambda each: ACTIONS.index(each.action) >= ACTIONS.index("unchanged"))
    shown = ordered if len(ordered) == sum(item.action_counts.values()) <= _FILES + 1 else ordered[:_FILES]
    left = dict(item.action_counts)
    for each in shown:
        left[each.action] -= 1
    more = [
        side_file(name, f"{wording.count(left[name])} more", ACTION_WORDS[name]) for name in ACTIONS if left.get(name)
    ]
    return [*map(chip, shown), *more]


def reason(item: PublicationItem) -> str:
    """Return the short text of the risk chip: the only reason for the risk, or the number of reasons."""
    grave = [code for code in item.codes if PUBLICATION_CODES[code].severity == item.risk]
    if len(grave) == 1:
        return PUBLICATION_CODES[grave[0]].label
    if grave:
        return f"{len(grave)} reasons"
    if item.risk != "safe":
        return item.risk
    counts = {name: number for name, number in item.action_counts.items() if number and name != "unchanged"}
    if counts.keys() - {"create"}:
        return "ours"
    return "new file" if counts.get("create") == 1 else "new files"


def why(item: PublicationItem) -> str:
    """Return the sentences of the reasons for the risk."""
    return "\n".join(
        PUBLICATION_CODES[code].message for code in item.codes if PUBLICATION_CODES[code].severity == item.risk
    )


def notes(item: PublicationItem) -> list[PublishNoteView]:
    """Return the most important sentences about a title, each with its level; what the chip says is left out."""
    found: list[PublishNoteView] = []
    for code in item.codes:
        text = note(code, item.files)
        if text:
            found.append({"level": PUBLICATION_CODES[code].severity, "text": text})
    return found[:_NOTES]


def note(code: str, files: Sequence[SideFilePlan]) -> str:
    """Return the sentence about a code; "" if the chips of the files say the same."""
    own = [each for each in files if code in each.codes]
    if code == "drift":
        return " ".join(changed_since(each) for each in own[:1])
    if code in ("foreign_nfo_edited", "own_file_removed"):
        return ""
    if code in _OF_ONE_FILE and own and own[0].message:
        return f"{own[0].name}: {own[0].message}"
    return PUBLICATION_CODES[code].message


def changed_since(file: SideFilePlan) -> str:
    """Return who changed a file of ours, as a sentence."""
    fields = [each.replace("_", " ") for each in file.changed_fields]
    what = f": {', '.join(fields[:4])}" if fields else ""
    return f"{file.name} was changed by {file.writer or 'another program'} since the last publication{what}."


def picture(entity_type: str, entity_id: int, name: str, *, has_pictures: bool) -> PublishPictureView:
    """Return the poster of a title, or the frame of a video."""
    path = f"/thumbnail/{entity_id}?width=320" if entity_type == VIDEO else f"/poster/{entity_id}"
    return {
        "title": name,
        "poster": path if has_pictures else "",
        "initials": initials(name),
        "wide": entity_type in (VIDEO, "episode"),
    }


def about(item: PublicationItem) -> str:
    """Return the kind of a title in words: of a series, with the number of its parts."""
    if item.entity_type == "series":
        return f"series, {wording.plural(item.members - 1, 'part')}" if item.members > 1 else "series"
    return "" if item.entity_type in ("movie", VIDEO) else name_of_type(item.entity_type)
