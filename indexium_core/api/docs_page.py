"""The page `/api/docs`: the API description as plain HTML, without scripts or external resources."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 Inter, system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2.5rem 0 .5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
h3 { margin: 1.5rem 0 .25rem; font: 600 14px/1.5 "JetBrains Mono", ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: .15rem .75rem .15rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; } code { font: 13px/1.4 "JetBrains Mono", ui-monospace, monospace; }
pre { white-space: pre-wrap; } .method { display: inline-block; min-width: 4.5rem; }
"""


def of(schema: Mapping[str, Any]) -> str:
    """Return the page of an OpenAPI description."""
    return "".join(_page(schema))


def _page(schema: Mapping[str, Any]) -> Iterator[str]:
    info = schema["info"]
    title = escape(f"{info['title']} {info['version']}: REST")
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
    yield "".join(f"<p>{escape(part)}</p>" for part in info.get("description", "").split("\n\n"))
    yield '<p>OpenAPI description: <a href="/api/openapi.json"><code>/api/openapi.json</code></a>.</p>'
    for tag, routes in _by_tag(schema).items():
        yield f"<section><h2>{escape(tag)}</h2>"
        for path, method, route in routes:
            yield from _route(path, method, route)
        yield "</section>"
    yield "<section><h2>Values</h2>"
    for name, value in sorted(schema.get("components", {}).get("schemas", {}).items()):
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3>'
        yield f"<p>{escape(value.get('description', ''))}</p>"
        yield _table(_fields(value))
    yield "</section></main></body></html>"


def _by_tag(schema: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Mapping[str, Any]]]]:
    found: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            found.setdefault((route.get("tags") or ["other"])[-1], []).append((path, method, route))
    return found


def _route(path: str, method: str, route: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h3><span class="method">{escape(method.upper())}</span>{escape(path)}</h3>'
    yield f"<p>{escape(route.get('description', ''))}</p>"
    rows = [
        (each["name"], each["in"], _kind(each.get("schema", {})), each.get("description", ""))
        for each in route.get("parameters", ())
    ]
    body = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        rows.append(("body", "JSON", _kind(body), ""))
    yield _table(rows)
    for status, answer in route.get("responses", {}).items():
        for content in answer.get("content", {}).values():
            if status.startswith("2"):
                yield f"<p>Answers {escape(status)}: {_kind(content.get('schema', {}))}</p>"


def _fields(value: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    needed = set(value.get("required", ()))
    return [
        (name, "needed" if name in needed else "", _kind(each), each.get("description", ""))
        for name, each in value.get("properties", {}).items()
    ]


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    """Return rows as a table; the third cell of a row is HTML already."""
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(place)}</td><td>{kind}</td><td>{escape(words)}</td></tr>"
        for name, place, kind, words in rows
    )
    return f"<table><tbody>{cells}</tbody></table>"


def _kind(value: Mapping[str, Any]) -> str:
    """Return the type of a value, as HTML."""
    if "$ref" in value:
        name = escape(value["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in value:
        return " or ".join(_kind(each) for each in value["anyOf"])
    if value.get("type") == "array":
        return f"list of {_kind(value.get('items', {}))}"
    if "enum" in value or "const" in value:
        choices = value.get("enum", [value.get("const")])
        return escape(", ".join(json.dumps(each) for each in choices))
    default = f" = {json.dumps(value['default'])}" if value.get("default") not in (None, "", []) else ""
    return escape(f"{value.get('type', 'any')}{default}")
