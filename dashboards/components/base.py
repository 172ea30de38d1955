"""
The base of all components: an ES module draws a view (JSON from Python) and sends messages back.

The view is sent as one JSON string: the C encoder creates it, Python compares it as a string, and the browser parses
it. The JavaScript files are ES modules that import each other; `scripts` joins the files of all components into one
script, which the browser keeps, and `module` refers to the part of one component. Data reaches the page as text nodes
only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from indexium_core import errors
from indexium_core.model.accounts.permissions import Permission
from indexium_core.model.operations.actor import carry_actor

logger = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any]], None]

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "(?:[^"]*/)?([^"/]*)"$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:const|function|class) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)  # whole lines
_LARGEST = 2**53  # largest exact integer in a browser
_IMPROPER = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError, errors.IndexiumError)


@cache
def _paths() -> Mapping[str, Traversable]:
    """Return every script and style sheet of the components by its file name, which is unique."""
    found: dict[str, Traversable] = {}
    package = resources.files("dashboards")
    folders = [package, package / "assets" / "face"]
    for folder in folders:
        for path in folder.iterdir():
            if path.is_dir() and path.name != "assets":
                folders.append(path)
            elif path.name.endswith((".js", ".css")):
                if path.name in found:
                    raise ValueError(f"Two files of the dashboard are called {path.name}. Rename one of them.")
                found[path.name] = path
    return found


@cache
def source(name: str) -> str:
    """Return the text of a script or style sheet of the components."""
    return _paths()[name].read_text(encoding="utf-8")


def sheets() -> dict[str, str]:
    """Return every style sheet by its file name. The page holds each sheet once for all components, see `dom.js`."""
    return {name: source(name) for name in sorted(_paths()) if name.endswith(".css")}


def module(name: str) -> str:
    """Return the ES module of a component, which refers to its part of `scripts`."""
    return f'export const render = context => globalThis.indexiumModules["{name}.js"].render(context)\n'


@cache
def scripts() -> str:
    """Return one script with the files of all components, each file after those that it imports."""
    seen: set[str] = set()
    entries = sorted(name for name in _paths() if name.endswith(".js") and "export function render(" in source(name))
    parts = [_scope(*each) for name in entries if name not in seen for each in _with_imports(name, seen)]
    return "".join(["(() => {\nconst modules = (globalThis.indexiumModules = {})\n", *parts, "})()\n"])


@cache
def scripts_version() -> str:
    """Return a digest of `scripts`, as a part of its address."""
    return hashlib.sha256(scripts().encode()).hexdigest()[:16]


@cache
def standalone(name: str) -> str:
    """Return a file as an ES module without imports: each imported file once, then the file itself."""
    *imported, (_, own) = _with_imports(f"{name}.js", set())
    return "".join(["const modules = {}\n", *(_scope(each, text) for each, text in imported), own])


def _with_imports(name: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Yield name and text of the imported files, then of the file itself; imports become constants of `modules`."""
    seen.add(name)
    text = _COMMENT.sub("", source(name))
    for _, imported in _IMPORT.findall(text):
        if imported not in seen:
            yield from _with_imports(imported, seen)
    yield name, _IMPORT.sub(r'const \1 = modules["\2"]', text)


def _scope(name: str, text: str) -> str:
    """Return the text of a file wrapped in a function that returns its exports."""
    names = ", ".join(_EXPORT.findall(text))
    return f'modules["{name}"] = (() => {{\n{_EXPORT.sub(_without_export, text)}return {{{names}}}\n}})()\n'


def _without_export(found: re.Match[str]) -> str:
    return found[0].removeprefix("export ")


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


def needing(actions: Mapping[Permission, str]) -> Mapping[str, Permission]:
    """Return the permission of each action, from the actions of each permission, which spaces separate."""
    return {action: permission for permission, names in actions.items() for action in names.split()}


class Component(JSComponent):
    """A component that shows the view `shown` and passes messages to the handlers of its page."""

    shown = param.String(default="{}", doc="The view, as JSON; the docstring of each component describes it.")

    place = param.String(default="", doc="The name of its place in `page.html`.")

    forbidden = param.List(default=[], item_type=str, doc="Actions that the person may not use: they are not drawn.")

    sheets = param.List(default=[], item_type=str, doc="Style sheets that it takes from those that the page holds.")

    _esm = "export function render() {}"
    _stylesheets: ClassVar[list[str]] = []
    _view: ClassVar[Any] = dict[str, Any]  # the shape of `shown`; the types of the scripts are made from it
    _styles: ClassVar[tuple[str, ...]] = ()  # style sheets that not every component needs

    _needs: ClassVar[Mapping[str, Permission]] = {}  # actions that need more than `plan.read`
    _of_all_folders: ClassVar[Sequence[str]] = ()  # actions that are not for a person who sees some folders

    def __init__(self, **params: Any) -> None:
        params.setdefault("sizing_mode", "stretch_width")
        params.setdefault("margin", 0)
        super().__init__(sheets=["indexium.css", *self._styles], **params)
        self._handlers: dict[str, Handler] = {}
        self.on_message: Callable[[], None] = lambda: None  # called for every message, before its handler
        self.on_refusal: Callable[[str], None] = lambda _: None  # receives the sentence why a message was refused

    def __repr__(self, depth: int = 0) -> str:
        """Return only the name: Panel calls this for every component of every session and does not show it."""
        del depth
        return f"{type(self).__name__}()"

    def on(self, **handlers: Handler) -> None:
        """Register handlers by message name. A handler receives the message of the browser and acts as its session."""
        self._handlers.update({name: carry_actor(handler) for name, handler in handlers.items()})

    def restrict(self, may: Callable[[Permission], bool], *, sees_all: bool) -> None:
        """Hide the actions that a person may not use, before the browser creates the component."""
        lacking = {action for action, permission in self._needs.items() if not may(permission)}
        self.forbidden = sorted(lacking if sees_all else lacking.union(self._of_all_folders))

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
        except errors.ForbiddenError as error:  # the services refuse also what a page still offers
            self.on_refusal(error.message)
        except _IMPROPER:  # our pages never send such a message
            logger.warning("dashboard.bad_message", extra={"component": type(self).__name__, "kind": str(kind)})
