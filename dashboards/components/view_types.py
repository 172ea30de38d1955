"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

import pydantic
from typing_extensions import TypedDict


class EmptyView(TypedDict):
    title: str
    text: str


class ChipView(TypedDict):
    level: str
    text: str


class ActView(TypedDict):
    label: str
    act: str


class RiskLevelView(TypedDict):
    level: str
    count: int
    shown: str
    hint: str
    on: bool


class LegendView(TypedDict):
    colour: str
    label: str


class PersonOfferView(TypedDict):
    name: str
    files: int
    reason: NotRequired[str]


class TagView(TypedDict):
    text: str
    kind: str
    title: NotRequired[str]


class ButtonItemView(TypedDict):
    label: str
    act: str
    kind: NotRequired[str]
    key: NotRequired[str]


class LevelView(TypedDict):
    level: str
    count: str
    text: NotRequired[str]
    glyph: NotRequired[str]


class DialogLineView(TypedDict):
    text: str
    actions: list[ActView]


class ItemChipView(TypedDict):
    level: str
    text: str
    glyph: NotRequired[str]


class DialogItemTextView(TypedDict):
    where: str
    text: str


class DialogItemValueView(TypedDict):
    label: str
    was: str
    now: str


class DialogPictureView(TypedDict):
    source: str  # Address of a small picture; "" for none
    text: str


class DialogItemView(TypedDict):
    key: NotRequired[str | int]
    name: str
    path: NotRequired[str]
    chips: NotRequired[list[ItemChipView]]  # Without them, one chip of `level`, `status` and `glyph`
    level: NotRequired[str]
    status: NotRequired[str]
    glyph: NotRequired[str]
    message: NotRequired[str]
    text: NotRequired[str]  # A quotation
    texts: NotRequired[list[DialogItemTextView]]  # Quotations with their places
    was: NotRequired[str]  # The old value; `now` is the new one
    now: NotRequired[str]
    values: NotRequired[list[DialogItemValueView]]  # Changed fields
    pictures: NotRequired[list[DialogPictureView]]  # The picture before the change and the one after it
    tags: NotRequired[list[TagView] | None]


class ChoiceView(TypedDict):
    value: str
    label: str
    on: NotRequired[bool]


class DialogListingView(TypedDict):
    kind: Literal["items"]
    label: str
    items: list[DialogItemView]
    key: NotRequired[str]  # A listing with a key has pages and choices
    style: NotRequired[str]  # A class of the list
    choices: NotRequired[list[ChoiceView]]
    more: NotRequired[str]
    page: NotRequired[int]
    pages: NotRequired[int]
    range: NotRequired[str]


class TextSectionView(TypedDict):
    kind: Literal["text", "hint"]
    text: str


class LevelsSectionView(TypedDict):
    kind: Literal["levels"]
    levels: list[LevelView]


class FactsSectionView(TypedDict):
    kind: Literal["facts"]
    pairs: list[list[str]]


class WhySectionView(TypedDict):
    kind: Literal["why"]
    level: str
    text: str


class LinesSectionView(TypedDict):
    kind: Literal["lines"]
    level: str
    lines: list[DialogLineView]


class GaugeSectionView(TypedDict):
    kind: Literal["gauge"]
    now: float
    max: float | None
    text: str


class LinksSectionLinkView(TypedDict):
    label: str
    href: str


class LinksSectionView(TypedDict):
    kind: Literal["links"]
    label: str
    links: list[LinksSectionLinkView]


DialogSectionView = Annotated[
    TextSectionView
    | LevelsSectionView
    | FactsSectionView
    | WhySectionView
    | LinesSectionView
    | GaugeSectionView
    | LinksSectionView
    | DialogListingView,
    pydantic.Field(discriminator="kind"),
]


class DialogOptionView(TypedDict):
    key: str
    label: str
    hint: str


class CountedView(TypedDict):
    base: int
    one: str
    many: str
    adds: dict[str, int]


class DialogTypedView(TypedDict):
    before: str
    word: str
    after: str


class DialogView(TypedDict, total=False):
    open: bool
    serial: int  # Number of the question; answers carry it
    follows: int | None  # Number of the question that this one follows
    title: str
    wide: bool
    sections: list[DialogSectionView]
    confirm: str  # Text of the confirming button; none for a report
    blocked: bool  # The confirming button is disabled
    back: str  # Text of the closing button
    risky: bool
    enter: bool  # Enter confirms, wherever the focus is
    ack: str  # A box that must be ticked first
    typed: DialogTypedView | None  # A word that must be typed first
    options: list[DialogOptionView]  # Boxes to tick
    needs: list[str]  # Keys of options: one of them must be ticked first
    counted: CountedView
    note: str  # Label of a text field
    wants_note: bool  # The field must not be empty
    written: str  # Its text
    actions: list[ButtonItemView]  # Other buttons


class GaugePartView(TypedDict):
    kind: str
    share: float
    label: NotRequired[str]


class GaugeView(TypedDict):
    now: float | None
    max: float | None
    parts: list[GaugePartView]


class PartView(TypedDict):
    text: str
    mark: bool
    show: NotRequired[str]
    fold: NotRequired[bool]


class FieldValueView(TypedDict):
    label: str
    old: list[PartView] | None
    new: list[PartView] | None


FieldValuesView = list[FieldValueView]


class PagedView(TypedDict, total=False):
    total: int
    range: str
    page: int
    pages: int


class ChangeView(TypedDict):
    label: str
    old: NotRequired[str]
    new: NotRequired[str]
    done: NotRequired[str]  # Instead of the values: what was done


class ChartLineView(TypedDict):
    key: str
    cells: list[str]
    on: bool


class ChartBarView(TypedDict):
    key: str
    name: str
    hint: str
    share: float
    count: int
    on: bool


class TabbedChartsCardTabView(TypedDict):
    key: str
    label: str
    on: bool


class TabbedChartsCardView(TypedDict, total=False):
    title: str
    hint: str
    tabs: list[TabbedChartsCardTabView]
    legend: list[LegendView]
    description: str  # Alternative text of the chart
    columns: list[str]
    lines: list[ChartLineView]
    empty: str  # A sentence if there are no figures
    bars: list[ChartBarView]  # In place of a chart
