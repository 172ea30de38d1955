"""The description of REST: every field, every error, and a page without external resources."""

from __future__ import annotations

from indexium_core.model.planning.plan import PlanItem
from tests.support.rest import Client


def test_description_names_every_field_of_item(small: Client) -> None:
    found = small.get("/api/openapi.json").json
    assert set(found["components"]["schemas"]["PlanItem"]["properties"]) == set(PlanItem.__dataclass_fields__)
    assert "/api/metadata/plan/{ref}/edit" in found["paths"]


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
