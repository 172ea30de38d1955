"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.schedules.view_types import SchedulesView
from dashboards.components.view_types import ChipView, ChoiceView, PagedView, ProviderRequestView, SettingProblemView


class SettingView(TypedDict):
    name: str
    variable: str  # Its environment variable
    label: str
    help: str
    kind: str  # "switch", "choice", "number", "folder", "names" or another kind of text
    value: str
    default: str
    choices: list[str]
    origin: str
    level: str
    counts: str  # When a change applies
    locked: str  # Why the setting cannot be changed here; "" if it can
    own: bool  # The settings file has a value for this setting


class SettingGroupView(TypedDict):
    title: str
    rows: list[SettingView]


TypedValuesView = dict[str, str]


class CustomRowView(TypedDict):
    key: str
    label: str
    about: str
    names: list[tuple[str, str]]  # Its names in files
    texts: TypedValuesView  # Of the form that changes it


class CustomFieldsView(TypedDict):
    rows: list[CustomRowView]
    types: list[ChoiceView]
    problem: str  # Why the last definition was refused
    saved: int  # Increases with each new definition


class ProviderKeyView(TypedDict):
    name: str
    label: str
    origin: str


class KeyedProviderView(TypedDict):
    id: str
    name: str
    keys: list[ProviderKeyView]
    leaves: str  # What leaves this machine with a key, in a sentence
    test: ChipView | None  # Result of the last test


class ProviderView(KeyedProviderView):
    level: str
    state: str
    reason: str
    count: str


class RequestFilterView(TypedDict):
    text: str
    provider: str
    failed: bool
    page: int


class RequestListView(TypedDict):
    rows: list[ProviderRequestView]
    filter: RequestFilterView
    choices: list[ChoiceView]  # Providers
    empty: str
    is_empty: bool  # No request at all


class RequestPageView(RequestListView, PagedView):
    pass


class PrivacyView(TypedDict):
    sent: list[str]
    never: list[str]
    kept: str  # How many names are kept back, or ""
    providers: list[ProviderView]
    requests: RequestPageView


class SettingsFormView(TypedDict, total=False):
    file: str
    problem: SettingProblemView | None
    groups: list[SettingGroupView]
    advanced: list[SettingGroupView]  # Groups of the settings that few people need
    variables: list[list[str]]  # Labels and environment variables of all settings
    custom: CustomFieldsView
    schedules: SchedulesView
    privacy: PrivacyView
    section: str  # What the page shows first; "" for its beginning
    serial: int  # A new number shows the current values instead of the typed texts
    entered: int  # How often the page was opened
    connections: str  # The address of the page of connections
    accounts: str  # The address of the page of accounts
