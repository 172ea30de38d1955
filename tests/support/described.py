"""Requests that the description of REST allows: an address and a smallest valid body for each route."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


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
            address = re.sub(r"{(\w+)}", lambda found, of=parts: _part(of[found[1]]), path)
            body = route.get("requestBody", {}).get("content", {}).get("application/json")
            example = None if body is None else _example(body["schema"], description)
            yield Described(f"{method.upper()} {path}", method.upper(), address, example)


def _part(schema: Mapping[str, Any]) -> str:
    """Return a value of a part of an address."""
    if "enum" in schema:
        return str(schema["enum"][0])
    if "pattern" in schema:
        return "0" * 64
    return "1" if schema["type"] == "integer" else "inventory.list"


def _example(schema: Mapping[str, Any], description: Mapping[str, Any]) -> Any:
    """Return the smallest value of a schema: only what it requires."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _example(description["components"]["schemas"][name], description)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _example(schema[choice][0], description)
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {name: _example(properties[name], description) for name in schema.get("required", ())}
        case "array":
            return [_example(schema["items"], description)] * max(1, schema.get("minItems", 1))
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "string":
            return "a" * max(1, schema.get("minLength", 1))
    return "a"
