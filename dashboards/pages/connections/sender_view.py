"""Senders of events as the page of connections shows them: a row each, and the sender in detail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dashboards.components import paging
from dashboards.components.view_types import ChipView
from dashboards.pages.connections.view_types import (
    EventListView,
    FolderRowView,
    SenderEventView,
    SenderPanelView,
    SenderView,
    TrialLineView,
    TrialView,
)
from indexium_core.model import wording
from indexium_core.model.connections.folder_map import FolderRule
from indexium_core.model.connections.webhooks import (
    HEADER,
    PathTrial,
    WebhookEvent,
    WebhookEventPage,
    WebhookSource,
)

KINDS: Mapping[str, str] = {
    "radarr": "Radarr",
    "sonarr": "Sonarr",
    "jellyfin": "Jellyfin",
    "generic": "Another program",
}
_ARR = "Settings, Connect, Webhook: method POST; on import, upgrade, rename and delete."
_HINTS: Mapping[str, str] = {  # where the address is entered, by the kind of a sender
    "radarr": _ARR,
    "sonarr": _ARR,
    "jellyfin": "Plug-in Webhook, Generic Destination: Item Added, Item Deleted, Send All Properties.",
    "generic": 'POST a small JSON text: {"path": "…", "tmdb_id": 11, "isUpgrade": true}.',
}
_EXAMPLES: Mapping[str, str] = {
    "sonarr": "/tv/Cinder Street/Season 2/Cinder Street S02E01.mkv",
    "jellyfin": "/media/films/Quiet Harbour (2012)/Quiet Harbour.mkv",
}
_EXAMPLE = "/movies/Quiet Harbour (2012)/Quiet Harbour.mkv"
_TYPES: Mapping[str, str] = {  # words of senders, in ours
    "Download": "Import",
    "MovieFileDelete": "File deleted",
    "EpisodeFileDelete": "File deleted",
    "MovieDelete": "Film deleted",
    "SeriesDelete": "Series deleted",
    "ItemAdded": "Added",
    "ItemDeleted": "Deleted",
    "change": "Change",
    "upgrade": "Upgrade",
}
_CHIPS: Mapping[str, ChipView] = {  # by the state of an event
    "waiting": {"level": "warning", "text": "waits"},
    "handled": {"level": "safe", "text": "done"},
    "ignored": {"level": "unchanged", "text": "no effect"},
    "failed": {"level": "danger", "text": "failed"},
}
_TEST: ChipView = {"level": "safe", "text": "received"}
_OFF: ChipView = {"level": "off", "text": "off"}
_NO_EVENT: ChipView = {"level": "none", "text": ""}
_SEASON = re.compile(r"(season|staffel|series|specials)\b", re.IGNORECASE)


def label_of(source: WebhookSource) -> str:
    """Return the name of a sender for people: that of its program, or the name that a person gave it."""
    return KINDS[source.kind] if source.name == source.kind else source.name


def row(source: WebhookSource, last: WebhookEvent | None) -> SenderView:
    """Return the row of a sender with its last event."""
    label = label_of(source)
    number = f"{wording.count(source.events_this_month)} this month"
    chip = _chip(last) if last else _NO_EVENT
    return {
        "name": source.name,
        "label": label,
        "kind": source.kind,
        "about": number if source.name == source.kind else f"{KINDS[source.kind]} · {number}",
        "enabled": source.enabled,
        "event": _title(last) if last else "No event yet",
        "result": _result(last) if last else "It waits for the first event, or for a test.",
        "chip": chip if source.enabled else _OFF,
    }


def panel(
    source: WebhookSource,
    *,
    secret: str,
    folders: Sequence[PathTrial],
    trial: PathTrial | None,
    modes: Mapping[int, str],
    events: WebhookEventPage | None,
    jobs: str,
) -> SenderPanelView:
    """
    Return a sender in detail.

    Args:
        source: The sender.
        secret: Its secret if it was just made, else "".
        folders: A trial of each folder of its map.
        trial: The path that a person has tried.
        modes: The modes of the libraries.
        events: A page of its events; None if the list is closed.
        jobs: The address of the page of jobs.

    """
    return {
        "name": source.name,
        "label": label_of(source),
        "address": source.address,
        "hint": _HINTS[source.kind],
        "header": HEADER,
        "secret": secret,
        "made": f"set {wording.when(source.secret_at)}",
        "rows": [
            _folder(rule, each, is_hit=trial is not None and trial.library_id is not None and trial.rule == rule.theirs)
            for rule, each in zip(source.rules, folders, strict=True)
        ],
        "anchor": source.anchor,
        "placeholder": _EXAMPLES.get(source.kind, _EXAMPLE),
        "trial": _trial(trial, modes) if trial else None,
        "events": _event_list(events, jobs) if events else None,
    }


def _title(event: WebhookEvent) -> str:
    return " · ".join(filter(None, (_type(event), event.name)))


def _type(event: WebhookEvent) -> str:
    if event.is_upgrade and event.event_type == "Download":
        return "Upgrade"
    return _TYPES.get(event.event_type, event.event_type or "Unknown event")


def _chip(event: WebhookEvent) -> ChipView:
    """Return the state of an event; a test of Radarr or Sonarr has arrived, and more is not expected of it."""
    return _TEST if event.event_type == "Test" and event.state == "ignored" else _CHIPS[event.state]


def _result(event: WebhookEvent) -> str:
    return " · ".join(filter(None, (_when(event), _outcome(event))))


def _when(event: WebhookEvent) -> str:
    times = f", {event.times} times" if event.times > 1 else ""
    return f"{wording.when(event.received_at)}{times}"


def _outcome(event: WebhookEvent) -> str:
    if event.result or event.state != "waiting":
        return event.result
    return "Its reaction runs." if event.job_id else "It waits until its folder is quiet."


def _folder(rule: FolderRule, trial: PathTrial, *, is_hit: bool) -> FolderRowView:
    """Return a row of the map: the folder itself was tried as a path."""
    anchor: ChipView
    if not trial.library_id:
        anchor = {"level": "danger", "text": "in no library"}
    elif not trial.exists:
        anchor = {"level": "danger", "text": "folder missing"}
    elif not trial.anchor:
        anchor = {"level": "none", "text": "not used"}
    elif trial.is_anchored:
        anchor = {"level": "safe", "text": "found"}
    else:
        anchor = {"level": "danger", "text": "missing"}
    return {"theirs": rule.theirs, "ours": rule.ours, "library": trial.library, "anchor": anchor, "hit": is_hit}


def _trial(trial: PathTrial, modes: Mapping[int, str]) -> TrialView:
    """Return the results of a path that a person has tried."""
    lines: list[TrialLineView] = []
    if trial.library_id is not None:
        by = f" by the row {trial.rule}" if trial.rule else ", as it is"
        lines.append({"level": "safe", "before": "lands in ", "path": trial.here, "after": by})
        mode = modes.get(trial.library_id, "")
        size = f", {wording.size(trial.size)}" if trial.size is not None else ""
        there = f"it exists{size}" if trial.exists else "nothing exists there now"
        library = f"library {trial.library}{f', {mode}' if mode else ''} · {there}"
        lines.append({"level": "safe" if trial.exists else "warning", "before": library, "path": "", "after": ""})
    if trial.anchor and trial.is_anchored:
        after = " exists · without it nothing is done"
        lines.append({"level": "safe", "before": "anchor file ", "path": trial.anchor, "after": after})
    if trial.problem:
        lines.append({"level": "danger", "before": trial.problem, "path": "", "after": ""})
    lacks_row = trial.library_id is None and not trial.here
    return {"path": trial.path, "lines": lines, "offer": _folder_above(trial.path) if lacks_row else ""}


def _folder_above(path: str) -> str:
    """Return the folder with all titles, as a proposal: above the folder of the title; "" if the path has none."""
    slash = "\\" if "\\" in path else "/"
    parts = path.rstrip(slash).split(slash)
    if len(parts) > 2 and re.search(r"\.\w{2,4}$", parts[-1]):
        parts.pop()
    if len(parts) > 2 and _SEASON.match(parts[-1]):
        parts.pop()
    if len(parts) > 2:
        parts.pop()
    return slash.join(parts) if len(parts) > 1 else ""


def _event_list(page: WebhookEventPage, jobs: str) -> EventListView:
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    found: EventListView = {"rows": [_event(each, jobs) for each in page.items], "total": page.total, **place}  # type: ignore[typeddict-item]
    return found


def _event(event: WebhookEvent, jobs: str) -> SenderEventView:
    return {
        "id": event.id,
        "what": _type(event),
        "name": event.name,
        "when": _when(event),
        "chip": _chip(event),
        "result": _outcome(event),
        "job": event.job_id,
        "href": f"{jobs}{'&' if '?' in jobs else '?'}job={event.job_id}" if event.job_id else "",
        "repeats": event.state == "failed" or (event.state == "waiting" and event.job_id is None),
    }
