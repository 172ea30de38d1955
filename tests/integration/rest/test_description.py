"""The description of REST: every field, every error, and a page without external resources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from dashboards.web.server import DashboardServer
from indexium_core.model.planning.plan import PlanItem
from tests.support.openapi import FROZEN, names_and_types
from tests.support.rest import Client


def test_description_names_every_field_of_item(small: Client) -> None:
    found = small.get("/api/openapi.json").json
    assert set(found["components"]["schemas"]["PlanItem"]["properties"]) == set(PlanItem.__dataclass_fields__)
    assert "/api/metadata/plan/{ref}/edit" in found["paths"]


def test_routes_names_and_types_are_frozen(small: Client) -> None:
    """A wanted change is written by `python -m tests.support.openapi`, and stands in `CHANGELOG.md`."""
    found = names_and_types(small.get("/api/openapi.json").json)
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    assert sorted(found) == sorted(frozen)
    assert {name: each for name, each in found.items() if each != frozen[name]} == {}


def test_every_route_describes_errors(small: Client) -> None:
    paths = small.get("/api/openapi.json").json["paths"]
    for path, methods in paths.items():
        for method, route in methods.items():
            refusals = set(route["responses"]) - {"200", "201", "202"}
            assert refusals == {"default"}, (path, method)
            assert set(route["responses"]["default"]["content"]) == {"application/problem+json"}


def test_description_page_loads_no_external_resource(small: Client) -> None:
    page = small.get("/api/docs")
    text = page.text.decode()
    assert page.headers["content-type"].startswith("text/html")
    assert "/api/metadata/history/{operation_id}/rollback" in text
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text


def every_route(rest: Client) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and description of every route; `movies`, 1 and the like stand for the parts of an address."""
    for path, methods in rest.get("/api/openapi.json").json["paths"].items():
        for method, route in methods.items():
            parts = {each["name"]: each["schema"] for each in route.get("parameters", ()) if each["in"] == "path"}
            yield method.upper(), re.sub(r"{(\w+)}", lambda found, of=parts: example(of[found[1]]), path), route


def example(schema: dict[str, Any]) -> str:
    """Return a value of a part of an address."""
    if "enum" in schema:
        return str(schema["enum"][0])
    if "pattern" in schema:
        return "0" * 64
    return "1" if schema["type"] == "integer" else "inventory.list"


def test_unknown_parameter_of_any_route_is_error_with_its_name_and_known_names(running: DashboardServer) -> None:
    rest = Client(running.url, Authorization=f"Bearer {running.token}")
    routes = list(every_route(rest))
    assert len(routes) > 70
    for method, path, route in [*routes, ("GET", "/api/openapi.json", {}), ("GET", "/api/docs", {})]:
        answer = rest(method, f"{path}?colour=red&page_=2", {})
        assert (answer.status, answer.code) == (422, "invalid_request"), (method, path, answer.text)
        detail = answer.json["detail"]
        assert "“colour”" in detail, detail
        known = {each["name"] for each in route.get("parameters", ()) if each["in"] == "query"}
        assert all(name in detail for name in known) if known else "no parameters" in detail, detail
        assert [each["field"] for each in answer.json["errors"]] == ["colour", "page_"]


def test_unknown_field_of_any_body_is_error_with_its_name(running: DashboardServer) -> None:
    rest, sent = Client(running.url), 0
    for method, path, route in every_route(rest):
        if "requestBody" in route:
            answer = rest(method, path, {"colour": "red"})
            assert (answer.status, answer.code) == (422, "invalid_request"), (method, path, answer.text)
            assert "colour" in {each["field"].split(".")[-1] for each in answer.json["errors"]}, (path, answer.text)
            sent += 1
    assert sent > 25
