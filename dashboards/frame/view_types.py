"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ButtonItemView, GaugeView


class FooterRowButtonView(ButtonItemView):
    spoken: NotRequired[str]


class FooterRowView(TypedDict):
    key: str
    id: int
    kind: str
    title: str
    note: str
    bar: NotRequired[GaugeView]  # For running work
    level: NotRequired[str]  # For other work, with a `glyph`
    glyph: NotRequired[str]
    buttons: list[FooterRowButtonView]  # `spoken` is the text for a screen reader
    dismiss: NotRequired[str]  # The key that is stored when the row is dismissed
    fades: NotRequired[bool]  # The row dismisses itself after a while, and at the next decision


class FooterView(TypedDict, total=False):
    rows: list[FooterRowView]


class WireView(TypedDict, total=False):
    page: str
    title: str
    url: str
    push: bool  # The address is a new step in the browser's history


class ActionView(TypedDict):
    label: str
    act: str
    kind: NotRequired[str]
    key: NotRequired[str]
    disabled: NotRequired[bool]
    data: NotRequired[dict[str, Any]]
