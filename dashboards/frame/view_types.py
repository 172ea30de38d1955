"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict


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
