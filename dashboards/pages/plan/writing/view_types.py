"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict


class ActionView(TypedDict):
    label: str
    act: str
    kind: NotRequired[str]
    key: NotRequired[str]
    disabled: NotRequired[bool]
    data: NotRequired[dict[str, Any]]


class ActionBarHiddenView(TypedDict):
    text: str
    label: str
    act: str


class ActionBarView(TypedDict, total=False):
    title: str  # Without a title, the bar is hidden
    hidden: ActionBarHiddenView | None
    warning: str
    note: str
    buttons: list[ActionView]
