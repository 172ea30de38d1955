"""The description of REST: every field, every refusal, a page that needs nothing from elsewhere."""

from __future__ import annotations

from indexium_core.model.planning.plan import PlanItem
from tests.support.rest import Client


def test_the_description_names_every_field_of_an_item(small: Client) -> None:
    found = small.get("/api/openapi.json").json
    assert set(found["components"]["schemas"]["PlanItem"]["properties"]) == set(PlanItem.__dataclass_fields__)
    assert "/api/metadata/plan/{ref}/edit" in found["paths"]


def test_the_description_of_every_route_has_its_errors(small: Client) -> None:
    paths = small.get("/api/openapi.json").json["paths"]
    for path, methods in paths.items():
        for method, route in methods.items():
            refusals = set(route["responses"]) - {"200", "202"}
            assert refusals == {"default"}, (path, method)
            assert set(route["responses"]["default"]["content"]) == {"application/problem+json"}


def test_the_page_of_the_description_needs_nothing_from_elsewhere(small: Client) -> None:
    page = small.get("/api/docs")
    text = page.text.decode()
    assert page.headers["content-type"].startswith("text/html")
    assert "/api/metadata/history/{operation_id}/rollback" in text
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
