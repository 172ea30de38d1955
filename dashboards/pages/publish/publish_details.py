"""One title of the publications: its files with their differences, pictures, players and the rollback."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from dashboards.components.base import Component, module, needing
from dashboards.components.title_text import without_command
from dashboards.components.view_types import PartView
from dashboards.pages.publish import publish_views as words
from dashboards.pages.publish.view_types import (
    PublishChoiceView,
    PublishDetailsView,
    PublishFactView,
    PublishImageView,
    PublishLineView,
    PublishMemberView,
    PublishNfoView,
    PublishNoteView,
    PublishPlayerView,
)
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PUBLISH, TITLES_EDIT
from indexium_core.model.fields import comment_diff
from indexium_core.model.publishing.details import NfoLine, PublicationDetails, SideFileDetails
from indexium_core.model.publishing.player_views import PlayerFact, PlayerView
from indexium_core.model.publishing.publication import SideFilePlan
from indexium_core.model.publishing.requests import PUBLISHED_RISKS
from indexium_core.model.publishing.subjects import Entity

_MOST_LINES = 600  # of one file
_MOST_TEXT = 4000  # characters of a line
_COMPARED = 300  # characters of lines that are compared word by word
_WIDE = ("backdrop", "banner", "still", "thumb", "logo", "clearart")  # kinds of pictures that are wider than high
_MEMBERS = 60
# Decision about a file → the choice that is stored (None: none), and whether the title is selected then.
DECISIONS: Mapping[str, tuple[str | None, bool]] = {
    "keep": ("keep", False),
    "select": (None, True),
    "replace": ("replace", True),
    "restore": ("replace", True),
    "stop": ("stop", False),
    "resume": ("resume", True),
    "take_back": ("", False),
    "take_back_and_select": ("", True),
}
_KEEP = "Keep theirs"
_OURS = {"take_back_and_select": "Select to write ours"}
# Code of a file → the decisions about it (keys of `DECISIONS`) with their labels.
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "changed_repeatedly": {"keep": _KEEP, "replace": "Select to write ours"},
    "drift": {"keep": _KEEP, "select": "Select to write ours"},
    "nfo_unreadable": {"keep": _KEEP, "replace": "Select to replace the file"},
    "own_file_missing": {"restore": "Restore", "keep": "Leave it out", "stop": "Stop publishing it"},
    "foreign_nfo_replaced": {"take_back": _KEEP},
    "foreign_nfo_edited": {"stop": "Never edit this file"},
    "released": {"resume": "Publish it again"},
}
_WITHOUT_FIELD = ("lock", "update", "condition")  # facts whose reason says all


class PublishDetails(Component):
    """
    The drawer of one title.

    Messages: `close`, `edit`, `leave`, `choose` {path, choice: a key of `DECISIONS`}, `member` {address}, `discard`.
    """

    _esm = module("publish_details")
    _view = PublishDetailsView
    _styles = ("publish.css",)
    _needs = needing({PUBLISH: "choose leave discard", TITLES_EDIT: "edit"})


def reading(address: str) -> dict[str, Any]:
    """Return the view while the details of a title are read."""
    return {"open": True, "id": address, "is_read": False}


def view(
    found: PublicationDetails, *, back: PublishMemberView | None, is_selected: bool, has_pictures: bool, now: Any = None
) -> dict[str, Any]:
    """
    Return the view of a title.

    Args:
        found: The details.
        back: The series of a season or an episode.
        is_selected: The title is selected.
        has_pictures: The server has pictures.
        now: The time, for *3 days ago*; default: now.

    """
    item = found.item
    published = f"Published {wording.ago(found.last_published, now=now)}" if found.last_published else ""
    return {
        "open": True,
        "id": item.address,
        "is_read": True,
        "title": item.name,
        "about": words.about(item),
        "path": item.folder,
        "back": back,
        "why": _why(found),
        "nfo": [_nfo(each) for each in found.files if each.file.is_nfo],
        "images": [
            _image(each.file, item.address, has_pictures=has_pictures) for each in found.files if not each.file.is_nfo
        ],
        "players": [_player(each, found, has_pictures=has_pictures) for each in found.players],
        "rollback": _rollback(found),
        "members": [{"address": address, "name": name} for address, name in found.members[:_MEMBERS]],
        "people": item.people,
        "published": published,
        "can": item.risk in PUBLISHED_RISKS,
        "selected": is_selected,
        "can_discard": item.is_unpublished and found.last_published is not None,
    }


def _why(found: PublicationDetails) -> list[PublishNoteView]:
    shown: list[PublishNoteView] = []
    files = [each.file for each in found.files]
    for issue in found.issues:
        own = [each for each in files if issue.code in each.codes]
        text = issue.message
        if issue.code == "foreign_nfo_edited" and own and own[0].writer:
            changed = wording.plural(len(own[0].changed_fields), "field changes", "fields change")
            text = f"{own[0].name} was written by {own[0].writer}. {changed}; the rest stays byte for byte."
        elif issue.code == "drift" and own:
            text = f"{words.changed_since(own[0])} It is written only if you select this title here."
        elif issue.code == "own_file_missing":
            text = f"{issue.message} It is restored only if you select this title here."
        elif own and own[0].message:
            text = f"{own[0].name}: {own[0].message}"
        shown.append({"level": issue.severity, "text": " ".join(filter(None, [text, without_command(issue.remedy)]))})
    return shown


def _nfo(found: SideFileDetails) -> PublishNfoView:
    file = found.file
    counts = [f"+{found.added}" if found.added else "", f"−{found.removed}" if found.removed else ""]
    kept = f"{wording.plural(found.kept, 'line')} kept" if found.kept and file.before_hash else ""
    changed = " ".join(filter(None, counts))
    return {
        "path": file.path,
        "file": words.chip(file),
        "about": " · ".join(filter(None, [changed, kept])),
        "lines": list(itertools.islice(_lines(found.lines), _MOST_LINES)),
        "problem": found.problem,
        "choices": _choices(file),
    }


def _choices(file: SideFilePlan) -> list[PublishChoiceView]:
    """Return what a person can decide about a file that is not as we left it."""
    wanted = next((found for code, found in _CHOICES.items() if code in file.codes), {})
    if not wanted and file.action == "unchanged":  # theirs was kept, or a file that is gone was left out
        wanted = {"changed": _OURS, "nobody": {"take_back_and_select": "Restore"}}.get(file.owner, {})
    return [_choice(file, label, choice) for choice, label in wanted.items()]


def _choice(file: SideFilePlan, label: str, choice: str) -> PublishChoiceView:
    return {"label": label, "choice": choice, "path": file.path}


def _lines(lines: Sequence[NfoLine]) -> Iterator[PublishLineView]:
    """Yield lines; a removed line and the added one that replaces it are compared word by word."""
    runs = [(state, list(group)) for state, group in itertools.groupby(lines, key=lambda each: each.state)]
    place = 0
    while place < len(runs):
        state, group = runs[place]
        following = runs[place + 1] if place + 1 < len(runs) else None
        if state == "removed" and following is not None and following[0] == "added":
            yield from _compared(group, following[1])
            place += 2
            continue
        for each in group:
            yield _line(each)
        place += 1


def _compared(old: Sequence[NfoLine], new: Sequence[NfoLine]) -> Iterator[PublishLineView]:
    for before, after in itertools.zip_longest(old, new):
        if before is None or after is None or max(len(before.text), len(after.text)) > _COMPARED:
            yield from (_line(each) for each in (before, after) if each is not None)
            continue
        was, now = comment_diff.compare(before.text, after.text)
        yield _line(before, was)
        yield _line(after, now)


def _line(line: NfoLine, parts: Any = None) -> PublishLineView:
    plain: list[PartView] = [{"text": line.text[:_MOST_TEXT], "mark": False}]
    return {"state": line.state, "parts": parts or plain, "count": line.count}


def _image(file: SideFilePlan, address: str, *, has_pictures: bool) -> PublishImageView:
    is_same = file.action not in ("create", "replace", "remove", "update")
    sizes = [
        wording.size(file.before_size) if file.before_hash else "",
        wording.size(file.after_size) if file.after_hash and not is_same else "",
    ]
    owner = {"ours": "ours", "others": "not ours", "changed": "changed since"}.get(file.owner, "")
    return {
        "path": file.path,
        "file": words.chip(file),
        "wide": file.kind in _WIDE,
        "before": _present(address, file) if has_pictures else "",
        "after": _planned(file) if has_pictures else "",
        "is_same": is_same,
        "about": " · ".join(filter(None, [" → ".join(filter(None, sizes)), owner if file.before_hash else ""])),
        "choices": _choices(file),
    }


def _present(address: str, file: SideFilePlan) -> str:
    """Return the address of the picture that is in the folder now; it changes with the picture."""
    if not file.before_hash:
        return ""
    return f"/present-picture/{address}?path={quote(file.path, safe='')}&v={file.before_hash[:16]}"


def _planned(file: SideFilePlan) -> str:
    if file.candidate_id is None or file.after_hash is None:
        return ""
    return f"/picture/{file.candidate_id}?v={file.after_hash[:16]}"


def _player(shown: PlayerView, found: PublicationDetails, *, has_pictures: bool) -> PublishPlayerView:
    item = found.item
    own = words.picture(item.entity_type, item.entity_id, item.name, has_pictures=False)
    file = next((each.file for each in found.files if each.file.name == shown.poster), None)
    if file is not None and has_pictures:
        own["poster"] = _planned(file) or _present(item.address, file)
    elif (not shown.poster and own["wide"]) or (shown.poster and "local_picture_selected" in item.codes):
        own = words.picture(item.entity_type, item.entity_id, item.name, has_pictures=has_pictures)
    return {
        "player": shown.player,
        "versions": shown.versions,
        "is_shown": shown.is_shown,
        "title": shown.title,
        "about": " · ".join(filter(None, [str(shown.year or ""), _people(shown.people)])),
        "picture": own,
        "facts": facts_of(shown.facts),
    }


def facts_of(facts: Sequence[PlayerFact]) -> list[PublishFactView]:
    """Return what a player shows: fields with one reason together, and what it needs at the end."""
    fields: dict[tuple[str, str], list[str]] = {}
    for each in facts:
        state = "condition" if each.field == "condition" else each.state
        fields.setdefault((state, each.reason), []).append(each.field)
    ordered = sorted(fields.items(), key=lambda each: each[0][0] == "condition")
    return [{"state": state, "text": _fact(reason, names)} for (state, reason), names in ordered]


def _fact(reason: str, fields: Sequence[str]) -> str:
    """Return a reason after the fields that it is about, unless it names them."""
    named = [each for each in fields if each not in _WITHOUT_FIELD]
    text = reason.removesuffix(".")
    if not named or (named == ["people"] and ("people" in text or "person" in text)):
        return text
    return f"{wording.list_of(named)}: {text[0].lower() + text[1:] if text.startswith('From ') else text}"


def _people(names: Sequence[str]) -> str:
    return wording.plural(len(names), "person", "people") if names else ""


def _rollback(found: PublicationDetails) -> list[list[str]]:
    files = "byte for byte; an NFO file gets the present time, so that players read it again"
    return [["Files", files], *([each.player, each.reason] for each in found.rollback)] if found.rollback else []


def back_of(entity: Entity, name: str) -> PublishMemberView:
    """Return the link to a series."""
    return {"address": entity.address, "name": name}
