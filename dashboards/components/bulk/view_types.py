"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import PersonOfferView, TagView

BulkTabView = Literal["people", "replace", "fields", "templates", "skip", "modes", "media"]


class PostponeDayView(TypedDict):
    day: str
    label: str
    text: str


class RuleSuggestionView(TypedDict):
    label: str
    rule: str


class PlaceholderView(TypedDict):
    name: str
    about: str


class BulkChangeAddView(TypedDict):
    add: list[str]
    remove: list[str]
    only: NotRequired[bool]  # True: copies stay as they are


class BulkChangeOldView(TypedDict):
    old: str
    new: str
    only: NotRequired[bool]  # True: copies stay as they are


class BulkChangeTemplateView(TypedDict):
    template: str
    only: NotRequired[bool]  # True: copies stay as they are


class BulkChangeFieldView(TypedDict):
    field: str
    value: str
    only: NotRequired[bool]  # True: copies stay as they are


BulkChangeView = BulkChangeAddView | BulkChangeOldView | BulkChangeTemplateView | BulkChangeFieldView


class BulkEffectExampleView(TypedDict):
    id: int
    name: str
    path: str
    tags: list[TagView]
    problem: NotRequired[str]


class BulkEffectView(TypedDict):
    change: BulkChangeView
    files: int
    text: str
    rest: NotRequired[str]
    warning: NotRequired[str]
    bad: NotRequired[bool]  # The change is not possible; `text` is the reason
    examples: NotRequired[list[BulkEffectExampleView]]  # `problem`: why a value is not valid
    more: NotRequired[str]


class BulkTemplateView(TypedDict):
    name: str
    does: str


class BulkFieldView(TypedDict):
    field: str
    label: str
    on_request: bool


class BulkEditableView(TypedDict):
    value: str
    label: str
    about: str
    example: str
    suggestions: list[RuleSuggestionView]


class BulkView(TypedDict, total=False):
    open: bool
    serial: int  # Number of the opening; messages carry it
    tab: BulkTabView  # The initial tab
    tabs: list[BulkTabView]
    titles: dict[BulkTabView, str]
    files: int
    own: int  # Number of files without copies
    note: str
    field_note: str  # The note of the tab *Fields*
    hidden: str
    only: str  # The choice to leave copies alone; "" if the files have none that are not selected
    people: list[PersonOfferView]
    total: int  # Number of all people
    rest: str
    found: str  # The text of the search for people
    templates: list[BulkTemplateView]
    days: list[PostponeDayView]
    least: str  # The first day that can be chosen
    fields: list[BulkFieldView]  # `on_request`: a rescan reads it only on request
    editable: list[BulkEditableView]  # The fields that can be set
    placeholders: list[PlaceholderView]  # Of the rules
    rule_help: str  # What else a rule may have
    effect: BulkEffectView | None  # Of the change that was requested last
    saved: int  # A number that changes when a template is saved
