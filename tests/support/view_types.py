"""
The types of the views for the scripts of the dashboard, made from the `view_types` modules of `dashboards`.

Write them with `python -m tests.support.view_types`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NotRequired

import pydantic
from typing_extensions import is_typeddict

from dashboards.components.base import Component

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "dashboards" / "components" / "browser" / "view_types.d.ts"
HEAD = "// Made from the `view_types.py` of each folder by `python -m tests.support.view_types`. Do not edit.\n\n"
BASIC = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", Any: "any"}


def views() -> dict[str, Any]:
    """Each shape of a view by its name."""
    found = {}
    for path in sorted((ROOT / "dashboards").rglob("view_types.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        found |= {name: value for name, value in vars(module).items() if name.endswith("View")}
    return dict(sorted(found.items()))


def script_type(hint: Any, names: dict[str, str]) -> str:
    """A type of Python as a type of the scripts; `names` has the names of the types that have one."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if str(hint) in names:
        return names[str(hint)]
    if origin is typing.Literal:
        return " | ".join(f'"{value}"' for value in inner)
    parts = [script_type(each, names) for each in (inner[:1] if origin is Annotated else inner)]
    forms = {NotRequired: "{0}", list: "({0})[]" if "|" in "".join(parts) else "{0}[]", dict: "Record<{0}, {1}>"}
    if origin in (types.UnionType, typing.Union):
        return " | ".join(parts)
    if origin is Annotated:
        return parts[0]
    if origin is tuple:
        return f"[{', '.join(parts)}]"
    return forms[origin].format(*parts) if origin else BASIC[hint]


def definition(name: str, view: Any, names: dict[str, str]) -> str:
    """The definition of one type."""
    if not is_typeddict(view):
        return f"type {name} = {script_type(view, {key: each for key, each in names.items() if each != name})}\n"
    fields = [
        f"{key}{'?' if typing.get_origin(hint) is NotRequired else ''}: {script_type(hint, names)}"
        for key, hint in typing.get_type_hints(view, include_extras=True).items()
    ]
    return f"type {name} = {{{'; '.join(fields)}}}\n"


def mismatches(shown: str, view: Any) -> list[str]:
    """Where a view (JSON) has another shape, as sentences."""
    try:
        _adapter(view).validate_json(f"[{shown}]")
    except pydantic.ValidationError as error:
        name = getattr(view, "__name__", str(view))
        return [f"{name} {_place(each['loc'])}: {each['msg']}" for each in error.errors()]
    return []


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join("" if isinstance(part, int) else part for part in parts[1:])


@functools.cache
def _adapter(view: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(list[view], config=pydantic.ConfigDict(extra="forbid", strict=True))


@contextlib.contextmanager
def checked_views() -> Iterator[None]:
    """Check each view that a component shows; fail at the end with what has another shape."""
    wrong: list[str] = []
    put = Component.put

    def checked_put(self: Component, **view: Any) -> None:
        put(self, **view)
        wrong.extend(mismatches(self.shown, self._view))

    Component.put = checked_put  # type: ignore[method-assign]
    try:
        yield
    finally:
        Component.put = put  # type: ignore[method-assign]
    if wrong:
        raise AssertionError("\n".join(sorted(set(wrong))))


def description() -> str:
    """The text of the file."""
    found = views()
    names = {str(view): name for name, view in found.items()}
    return HEAD + "".join(definition(name, view, names) for name, view in found.items())


if __name__ == "__main__":
    FILE.write_text(description(), encoding="utf-8")
