"""
The types of the calls that the scripts of the dashboard make, from the methods of the library and their values.

Write them with `python -m tests.support.call_types`.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import pkgutil
import sys
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from typing_extensions import is_typeddict

import indexium_core
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import LibraryServices
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.planning.plan import Selection
from indexium_core.model.publishing.requests import PublicationFilter
from indexium_core.model.remote_calls import calls_of
from indexium_core.model.shapes import types_of

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "dashboards" / "assets" / "face" / "values.d.ts"
HEAD = "// Made from the calls of the library by `python -m tests.support.call_types`. Do not edit.\n\n"
BASIC = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    bytes: "string",
    object: "unknown",
}


_PLAN = "{query?: string; plan_id?: number}"
# How a script passes values of these classes, see `dashboards/call_arguments.py`.
_PASSED: Mapping[Any, str] = {
    MetadataPlan: _PLAN,
    Selection: "{query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}",
    RollbackOptions: "{query?: string; item_ids?: number[]; person?: string; changed?: string; with_newer?: number[]; "
    "replan?: boolean; note?: string}",
    PublicationFilter: (
        "{query?: string; risk?: string[]; action?: string[]; code?: string[]; library_id?: number | null;"
        " unpublished?: boolean | null}"
    ),
}


@functools.cache
def _names() -> Mapping[str, Any]:
    """Return the classes of the core by name: some modules import them for their types only."""
    for module in pkgutil.walk_packages(indexium_core.__path__, "indexium_core."):
        if ".model." in module.name or ".flows." in module.name:
            importlib.import_module(module.name)
    found: dict[str, Any] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("indexium_core."):
            found |= {key: each for key, each in vars(module).items() if isinstance(each, type)}
    return found


def _hints(function: Any) -> dict[str, Any]:
    return typing.get_type_hints(function, localns=dict(_names()), include_extras=True)


def script_type(hint: Any, found: dict[str, str]) -> str:  # noqa: PLR0911 - one for each form of a type
    """Return a type of the scripts; the values that it needs are added to `found`."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PASSED:
        return _PASSED[hint]
    if isinstance(hint, typing.NewType):
        return script_type(hint.__supertype__, found)
    if origin is Literal:
        return " | ".join(f'"{each}"' if isinstance(each, str) else str(each).lower() for each in inner)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(dict.fromkeys(script_type(each, found) for each in inner))
    if origin is Annotated:
        return script_type(inner[0], found)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"Record<string, {script_type(inner[1], found)}>"
    if isinstance(origin, type) and inner and not isinstance(inner[0], list):
        kind = script_type(inner[0], found)
        return f"({kind})[]" if "|" in kind else f"{kind}[]"
    if dataclasses.is_dataclass(hint) or is_typeddict(hint):
        return _value(hint, found)
    return BASIC.get(hint, "string") if isinstance(hint, type) else "any"


def _value(kind: Any, found: dict[str, str]) -> str:
    name = str(kind.__name__)
    if name in found:
        return name
    found[name] = ""
    if is_typeddict(kind):
        hints = typing.get_type_hints(kind)
    else:
        hints = types_of(kind, getattr(kind, "shape", ""))
        for word, member in inspect.getmembers_static(kind):
            if isinstance(member, property) and not word.startswith("_") and word not in hints:
                hints[word] = _hints(member.fget).get("return", Any)
    attributes = "; ".join(f"{key}: {script_type(hint, found)}" for key, hint in hints.items())
    found[name] = f"type {name} = {{{attributes}}}\n"
    return name


def description(services: Mapping[str, type]) -> str:
    """Return the text of the file: each value, and each call with its arguments and its value."""
    found: dict[str, str] = {}
    calls = []
    for owner, kind in sorted(services.items()):
        for name, call in sorted(calls_of(kind).items()):
            if call.callback or call.pieces:
                continue
            member = inspect.getattr_static(kind, name)
            function = getattr(member, "fget", None) or getattr(member, "func", None) or member
            hints = _hints(inspect.unwrap(function))
            value = script_type(hints.pop("return", Any), found)
            own = {"plan": MetadataPlan} if owner == "plan" else {}
            args = "; ".join(f"{key}?: {script_type(each, found)}" for key, each in {**own, **hints}.items())
            calls.append(f'  "{owner}.{name}": [args: {{{args}}}, value: {value}]\n')
    values = "".join(text for _, text in sorted(found.items()))
    return f"{HEAD}declare namespace Values {{\n{values}\ninterface Calls {{\n{''.join(calls)}}}\n}}\n"


def services_of(library: LibraryServices) -> dict[str, type]:
    """Return the classes of the services of a library by name."""
    services = {name: getattr(library, name).__class__ for name in LibraryServices.__annotations__}
    return {**services, "plan": MetadataPlan}


if __name__ == "__main__":
    import tempfile

    from indexium_core.library import Library

    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "home") as opened:
        FILE.write_text(description(services_of(opened)), encoding="utf-8")
