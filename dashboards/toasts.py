"""
Toasts: short messages that disappear automatically.

A page makes the text of a toast and calls `Bridge.toast`, `frame/shell.py` sends it, `frame/toasts.js` draws it. Errors
have the message of their exception. `model/labels.py` has the texts about decisions.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, TypedDict, Unpack

ToastKind: TypeAlias = Literal["error", "good", "info"]


class ToastButton(TypedDict, total=False):
    """The buttons of a toast: the first two are ids, and at most one of them is given."""

    undo: int | None  # a step that the button undoes
    stop: int | None  # a job that the button stops
    plan: str  # a search, whose files the button shows in the plan


class ShowToast(Protocol):
    """Shows a toast; `topic` is the subject of an error."""

    def __call__(self, kind: ToastKind, text: str, *, topic: str = "", **button: Unpack[ToastButton]) -> None: ...
