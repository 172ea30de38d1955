"""
Toasts: short messages that disappear automatically.

A page makes the text of a toast and calls `Bridge.toast`, `frame/shell.py` sends it, `frame/toasts.js` draws it. Errors
have the message of their exception. `model/labels.py` has the texts about decisions.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

__all__ = ["ShowToast", "ToastKind"]

ToastKind: TypeAlias = Literal["error", "good", "info"]


class ShowToast(Protocol):
    """
    Shows a toast that can undo the step `undo` or stop the job `stop`; `topic` is the subject of an error.

    `undo_here`: a decision about a match, or a change of a value, which the page that is shown undoes.
    """

    def __call__(
        self,
        kind: ToastKind,
        text: str,
        *,
        undo: int | None = None,
        undo_here: int | None = None,
        stop: int | None = None,
        topic: str = "",
    ) -> None: ...
