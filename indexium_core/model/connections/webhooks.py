"""Sources of events, their events, and what happens with a path that one of them sends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.connections.folder_map import FolderRule
from indexium_core.model.connections.sender_events import SenderKind
from indexium_core.model.shapes import ListPage, Shaped

EventState: TypeAlias = Literal["waiting", "handled", "ignored", "failed"]
# Whether a folder of a map is here, and the anchor file in it.
AnchorState: TypeAlias = Literal["no_library", "no_folder", "unused", "found", "missing"]
SENDER_KINDS: tuple[SenderKind, ...] = get_args(SenderKind)
EVENT_STATES: tuple[EventState, ...] = get_args(EventState)
SENDER_NAMES: Mapping[str, str] = {
    "radarr": "Radarr",
    "sonarr": "Sonarr",
    "jellyfin": "Jellyfin",
    "generic": "Another program",
}
HEADER = "X-Indexium-Secret"
MAX_BODY_BYTES = 1_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ANCHOR = re.compile(r"[^/\\\x00]{1,200}")
_SEASON = re.compile(r"(season|staffel|series|specials)\b", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSource(Shaped):
    """A program that sends events. Its secret is not known any more."""

    shape = (
        "id kind name address enabled folder_map anchor created_at secret_at last_event_at events_this_month waiting "
        "failed notes"
    )

    id: int
    kind: SenderKind
    name: str
    enabled: bool
    rules: Sequence[FolderRule] = ()
    anchor: str = ""  # the name of a file in each mapped folder, without which nothing is done
    created_at: datetime
    secret_at: datetime  # when its secret was made
    last_event_at: datetime | None = None
    events_this_month: int = 0  # in the last 30 days
    waiting: int = 0  # events
    failed: int = 0  # events
    notes: Sequence[str] = ()  # sentences: folders of the map without a library, whose events lead to nothing

    @property
    def address(self) -> str:
        """The path of its address on the server."""
        return f"/api/webhooks/{self.name}"

    @property
    def header(self) -> str:
        """The header of a request that has the secret."""
        return HEADER

    @property
    def folder_map(self) -> list[tuple[str, str]]:
        """The pairs of folders: of the sender, and here."""
        return [(each.theirs, each.ours) for each in self.rules]

    @property
    def label(self) -> str:
        """Its name for people: that of its program, or the name that a person gave it."""
        return SENDER_NAMES[self.kind] if self.name == self.kind else self.name

    @property
    def about(self) -> str:
        """Its program, if the label does not name it, and the number of its events."""
        number = f"{wording.count(self.events_this_month)} this month"
        return number if self.name == self.kind else f"{SENDER_NAMES[self.kind]} · {number}"

    @property
    def secret_set(self) -> str:
        """When its secret was made, in words."""
        return f"set {wording.when(self.secret_at)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret(Shaped):
    """A source and its new secret, which no later call returns."""

    source: WebhookSource
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent(Shaped):
    """An event of a source, and what it led to."""

    shape = (
        "id source_id source received_at times event_type name library_id folder is_upgrade state not_before job_id "
        "handled_at result"
    )

    id: int
    source_id: int
    source: str  # its name
    received_at: datetime
    times: int = 1
    event_type: str
    name: str = ""
    library_id: int | None = None
    folder: str = ""
    is_upgrade: bool = False
    state: EventState
    not_before: datetime | None = None
    job_id: int | None = None
    handled_at: datetime | None = None
    result: str = ""
    key: str = ""  # of the stored request
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What happened, in a word or two."""
        if self.is_upgrade and self.event_type == "Download":
            return "Upgrade"
        return _TYPES.get(self.event_type, self.event_type or "Unknown event")

    @property
    def when(self) -> str:
        """When it came, and how often."""
        return f"{wording.when(self.received_at)}{f', {self.times} times' if self.times > 1 else ''}"

    @property
    def outcome(self) -> str:
        """What it led to, or what it waits for: a sentence, or ""."""
        if self.result or self.state != "waiting":
            return self.result
        return "Its reaction runs." if self.job_id else "It waits until its folder is quiet."

    @property
    def has_arrived(self) -> bool:
        """Whether it is a test that has arrived: more is not expected of it."""
        return self.event_type == "Test" and self.state == "ignored"

    @property
    def may_be_repeated(self) -> bool:
        """Whether a person may have it tried now."""
        return self.state == "failed" or (self.state == "waiting" and self.job_id is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEventPage(ListPage):
    """One page of events, newest first."""

    items: list[WebhookEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTrial(Shaped):
    """Where a path of a sender lands, and what an event with it would do."""

    path: str
    here: str = ""  # the same path on this machine; "" if no row of the map fits
    rule: str = ""  # the folder of the sender in the row that fits; "": the path is taken as it is
    library_id: int | None = None
    library: str = ""  # its name
    folder: str = ""  # of the title, below the folder of the library
    exists: bool = False
    size: int | None = None  # bytes, of a file
    anchor: str = ""  # the path of the anchor file; "" without one
    is_anchored: bool = True  # the anchor file exists, or none is needed
    problem: str = ""  # why an event with this path would do nothing, a sentence

    @property
    def there(self) -> str:
        """What is at the path here, in words."""
        size = f", {wording.size(self.size)}" if self.size is not None else ""
        return f"it exists{size}" if self.exists else "nothing exists there now"

    @property
    def anchor_state(self) -> AnchorState:
        """Whether its folder is here, with its anchor file."""
        if self.library_id is None:
            return "no_library"
        if not self.exists:
            return "no_folder"
        if not self.anchor:
            return "unused"
        return "found" if self.is_anchored else "missing"

    @property
    def unmapped(self) -> str:
        """The folder for which a row of the map is missing: a proposal, above the folder of the title; "" for none."""
        return "" if self.library_id is not None or self.here else _folder_of_titles(self.path)


def checked_sender_kind(kind: str) -> SenderKind:
    """Return the kind of a source; UsageError if there is none with this name."""
    for known in SENDER_KINDS:
        if known == kind:
            return known
    raise errors.UsageError(f"There is no kind of source “{kind[:40]}”. Choose one of: {', '.join(SENDER_KINDS)}.")


def checked_source_name(name: str) -> str:
    """Return the name of a source; UsageError if it cannot be a part of an address."""
    if not _NAME.fullmatch(name):
        raise errors.UsageError(f"“{name[:40]}” is not a name of a source. Use small letters, digits and hyphens.")
    return name


def checked_anchor(anchor: str) -> str:
    """Return the name of an anchor file, "" for none; UsageError if it is no name of a file."""
    if anchor and (not _ANCHOR.fullmatch(anchor) or anchor in {".", ".."}):
        raise errors.UsageError(f"“{anchor[:60]}” is not the name of a file. Give a name without a folder.")
    return anchor


def _folder_of_titles(path: str) -> str:
    """Return the folder with all titles, as a proposal; "" if the path has none."""
    slash = "\\" if "\\" in path else "/"
    parts = path.rstrip(slash).split(slash)
    if len(parts) > 2 and re.search(r"\.\w{2,4}$", parts[-1]):
        parts.pop()
    if len(parts) > 2 and _SEASON.match(parts[-1]):
        parts.pop()
    if len(parts) > 2:
        parts.pop()
    return slash.join(parts) if len(parts) > 1 else ""
