"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.schedules.view_types import SchedulesView
from dashboards.components.view_types import ChipView, ChoiceView, PagedView


class SenderView(TypedDict):
    name: str
    label: str
    kind: str
    about: str  # Its events of this month
    enabled: bool
    event: str  # Its last event: what, and of which title
    result: str  # … when, and what it led to
    chip: ChipView


class FolderRowView(TypedDict):
    theirs: str
    ours: str
    library: str  # In which it is
    anchor: ChipView  # Whether its anchor file exists
    hit: bool  # The path that was tried lands here


class TrialLineView(TypedDict):
    level: str
    before: str
    path: str
    after: str


class TrialView(TypedDict):
    path: str
    lines: list[TrialLineView]
    offer: str  # The folder for which a row of the map is missing; "" for none


class SenderEventView(TypedDict):
    id: int
    what: str
    name: str
    when: str
    chip: ChipView
    result: str
    job: int | None
    href: str  # The address of its job
    repeats: bool  # whether a person may have it tried now


class EventListView(PagedView):
    rows: list[SenderEventView]


class SenderPanelView(TypedDict):
    name: str
    label: str
    address: str  # Its path on this server
    hint: str  # Where it is entered in the sender
    header: str  # Of a request, for the secret
    secret: str  # "" unless it was just made
    made: str  # When it was made
    rows: list[FolderRowView]
    anchor: str
    placeholder: str  # An example of a path
    trial: TrialView | None
    events: EventListView | None  # None: the list is closed


class AutomationSwitchView(TypedDict):
    name: str
    label: str
    on: bool
    note: str  # Why it has no effect now


class LimitsView(TypedDict):
    limit: str
    start: str  # Of the quiet time
    end: str


class LibraryAutomationView(TypedDict):
    id: int
    name: str
    about: str
    mode: str
    summary: str
    limits: LimitsView
    limit: str  # In words
    quiet: str  # In words
    waiting: str
    href: str  # The page that lists what waits; "" if nothing does
    publishes: bool
    switches: list[AutomationSwitchView]


class PlayerCountView(TypedDict):
    state: str
    number: int
    shown: str  # The number in words
    text: str


class PlayerReasonView(TypedDict):
    level: str
    title: str  # That differs; "" if it is about the player
    text: str


class PlayerTitleView(TypedDict):
    key: str
    name: str
    chip: ChipView
    reasons: list[str]
    when: str


class PlayerTitlesView(TypedDict):
    rows: list[PlayerTitleView]
    more: str  # How many are not listed; "" for none


class PlayerCardView(TypedDict):
    id: int
    kind: str
    program: str
    name: str
    version: str
    about: str  # Its address, and whether it has a key
    enabled: bool
    chip: ChipView
    counts: list[PlayerCountView]  # Without those of 0
    read: str  # When it was read back; "" for never
    reason: PlayerReasonView | None
    waiting: str  # The titles of which it has to learn; "" for none
    unseen: str  # The number of titles that are not seen; "" for none
    titles: PlayerTitlesView | None  # None: the list is closed
    test: str  # What it answered to the test that was just made
    missing: list[str]  # … and the folders of libraries that it does not have
    url: str
    rows: list[list[str]]  # Its folders: theirs, ours


class PauseView(TypedDict):
    on: bool
    waiting: str  # Events, in words; "" for none


class ConnectionsView(TypedDict, total=False):
    settings: str  # The address of the page above
    summary: str
    pause: PauseView
    senders: list[SenderView]
    kinds: list[ChoiceView]
    panel: SenderPanelView | None  # The sender in detail
    players: list[PlayerCardView]
    player_kinds: list[ChoiceView]
    modes: list[ChoiceView]
    automation: list[LibraryAutomationView]
    folders: list[str]  # Of the libraries
    problems: dict[str, str]  # Refused input: its place, and why
    saved: dict[str, int]  # Accepted input: its place, and how often
    schedules: SchedulesView
    serial: int  # A new number shows the current values instead of the typed texts
    error: str  # Why the page cannot be read
