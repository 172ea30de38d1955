"""Requests that the description of REST allows: an address and a smallest body for each route."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# Parts of addresses whose description allows more than there is.
_PARTS = {
    "asset_type": "poster",
    "entity_type": "movie",
    "field": "plot",
    "key": "own",
    "kind": "movies",
    "method": "inventory.list",
    "name": "radarr",
    "ref": "1",
}


class Described(NamedTuple):
    """A route, with an address and a body that its description allows."""

    route: str  # `POST /api/jobs/{job_id}/pause`
    method: str
    path: str
    body: Any  # None: it has none


def requests(description: Mapping[str, Any]) -> Iterator[Described]:
    """Yield a request for every route of a description."""
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            parts = {each["name"]: each["schema"] for each in route.get("parameters", ()) if each["in"] == "path"}
            address = re.sub(r"{(\w+)}", lambda found, of=parts: _part(found[1], of[found[1]]), path)
            body = route.get("requestBody", {}).get("content", {}).get("application/json")
            example = None if body is None else _example(body["schema"], description)
            yield Described(f"{method.upper()} {path}", method.upper(), address, example)


def _part(name: str, schema: Mapping[str, Any]) -> str:
    """Return a value of a part of an address."""
    if "enum" in schema:
        return str(_PARTS[name] if _PARTS.get(name) in schema["enum"] else schema["enum"][0])
    return "0" * 64 if "pattern" in schema else _PARTS.get(name, "1")


def _example(schema: Mapping[str, Any], description: Mapping[str, Any]) -> Any:
    """Return the smallest value of a schema: only what it requires."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _example(description["components"]["schemas"][name], description)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], description)
    kind = schema.get("type")
    if kind == "object":
        return {name: _example(schema["properties"][name], description) for name in schema.get("required", ())}
    if kind == "array":
        return [_example(schema["items"], description)]
    values = {"integer": 1, "number": 1, "boolean": True}
    return schema.get("const", schema.get("enum", [values.get(kind, "a")])[0])
