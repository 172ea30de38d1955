"""
The base of what the server draws in a page: a module of `assets/face` shows a view, and sends messages back.

The view is sent as one JSON string: the C encoder creates it, Python compares it as a string, and the browser parses
it. Data reaches the page as text nodes only.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from indexium_core import errors
from indexium_core.model.operations.actor import carry_actor

logger = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any]], None]

_LARGEST = 2**53  # largest exact integer in a browser
_IMPROPER = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError, errors.IndexiumError)


def module(name: str) -> str:
    """Return the ES module of a component: it shows what a module of `assets/face` renders."""
    return f'export {{render}} from "#face/{name}.js"\n'


def proper(value: Any) -> Any:
    """Return a message with lone surrogates replaced; raise `ValueError` for numbers beyond 2**53."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {proper(key): proper(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [proper(each) for each in value]
    if isinstance(value, int | float) and not abs(value) <= _LARGEST:
        raise ValueError("A number of the view is too large for JavaScript.")
    return value


class Component(JSComponent):
    """A component that shows the view `shown` and passes messages to the handlers of its session."""

    shown = param.String(default="{}", doc="The view, as JSON; the typedef of its module describes it.")

    place = param.String(default="", doc="The name of its place in `page.html`.")

    sheets = param.List(default=[], item_type=str, doc="Style sheets that it takes from those that the page holds.")

    _esm = "export function render() {}"
    _stylesheets: ClassVar[list[str]] = []
    _styles: ClassVar[tuple[str, ...]] = ()  # style sheets that not every component needs

    def __init__(self, **params: Any) -> None:
        params.setdefault("sizing_mode", "stretch_width")
        params.setdefault("margin", 0)
        super().__init__(sheets=["indexium.css", *self._styles], **params)
        self._handlers: dict[str, Handler] = {}
        self.on_message: Callable[[], None] = lambda: None  # called for every message, before its handler

    def __repr__(self, depth: int = 0) -> str:
        """Return only the name: Panel calls this for every component of every session and does not show it."""
        del depth
        return f"{type(self).__name__}()"

    def on(self, **handlers: Handler) -> None:
        """Register handlers by message name. A handler receives the message of the browser and acts as its session."""
        self._handlers.update({name: carry_actor(handler) for name, handler in handlers.items()})

    def put(self, **view: Any) -> None:
        """Show a view; an unchanged view is not sent."""
        self.shown = json.dumps(view, ensure_ascii=False, separators=(",", ":"))

    def _handle_msg(self, data: Any) -> None:
        kind = data.get("type") if isinstance(data, dict) else None
        handler = self._handlers.get(str(kind))
        if handler is None:
            logger.warning("dashboard.unknown_message", extra={"component": type(self).__name__, "kind": str(kind)})
            return
        self.on_message()
        try:
            handler(proper(data))
        except _IMPROPER:  # our pages never send such a message
            logger.warning("dashboard.bad_message", extra={"component": type(self).__name__, "kind": str(kind)})
