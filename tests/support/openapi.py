"""
The frozen description of REST: no route, name or type changes by accident.

    python -m tests.support.openapi        write it again, after a change that is wanted and stands in CHANGELOG.md

Texts are left out: they may be improved at any time. So are the errors: all routes have the same, and another test
holds them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FROZEN = Path(__file__).resolve().parents[1] / "corpus" / "openapi.json"
_LEFT_OUT = frozenset({"description", "summary", "title", "operationId", "tags", "example", "examples", "default"})


def names_and_types(document: dict[str, Any]) -> dict[str, Any]:
    """Return each route and schema of an OpenAPI document without its texts, defaults and errors."""
    routes = {
        f"{method.upper()} {path}": route
        for path, methods in document["paths"].items()
        for method, route in methods.items()
    }
    schemas = {f"schema {name}": schema for name, schema in document["components"]["schemas"].items()}
    return {name: _without_texts(each, are_names=False) for name, each in sorted((routes | schemas).items())}


def _without_texts(value: Any, *, are_names: bool) -> Any:
    """Return a part of the document. Where the keys are names of fields, none is left out."""
    if isinstance(value, dict):
        kept = value if are_names else {key: each for key, each in value.items() if key not in _LEFT_OUT}
        return {
            key: _without_texts(each, are_names=not are_names and key in {"properties", "patternProperties", "$defs"})
            for key, each in kept.items()
        }
    return [_without_texts(each, are_names=False) for each in value] if isinstance(value, list) else value


def main() -> None:
    """Write the description of this version."""
    import tempfile

    from indexium_core.api.app import make_api
    from indexium_core.library import Library

    with tempfile.TemporaryDirectory() as home, Library.open(home) as library:
        found = names_and_types(make_api(library).openapi())
    lines = [f"{json.dumps(name)}: {json.dumps(each, sort_keys=True)}" for name, each in found.items()]
    FROZEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
