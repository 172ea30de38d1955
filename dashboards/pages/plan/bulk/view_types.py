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


class BulkChangeOldView(TypedDict):
    old: str
    new: str


class BulkChangeTemplateView(TypedDict):
    template: str


class BulkChangeFieldView(TypedDict):
    field: str
    value: str


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


class BulkView(TypedDict):
    open: bool
    serial: NotRequired[int]  # Number of the opening; messages carry it
    tab: NotRequired[BulkTabView]  # The initial tab
    tabs: NotRequired[list[BulkTabView]]
    titles: NotRequired[dict[BulkTabView, str]]
    files: NotRequired[int]
    own: NotRequired[int]  # Number of files without copies
    note: NotRequired[str]
    field_note: NotRequired[str]  # The note of the tab *Fields*
    hidden: NotRequired[str]
    people: NotRequired[list[PersonOfferView]]
    total: NotRequired[int]  # Number of all people
    rest: NotRequired[str]
    found: NotRequired[str]  # The text of the search for people
    templates: NotRequired[list[BulkTemplateView]]
    days: NotRequired[list[PostponeDayView]]
    least: NotRequired[str]  # The first day that can be chosen
    fields: NotRequired[list[BulkFieldView]]  # `on_request`: a rescan reads it only on request
    editable: NotRequired[list[BulkEditableView]]  # The fields that can be set
    placeholders: NotRequired[list[PlaceholderView]]  # Of the rules
    rule_help: NotRequired[str]  # What else a rule may have
    effect: NotRequired[BulkEffectView | None]  # Of the change that was requested last
    saved: NotRequired[int]  # A number that changes when a template is saved
