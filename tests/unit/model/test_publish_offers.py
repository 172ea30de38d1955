"""What the pages of titles offer to publish."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from indexium_core.model.publishing.offers import PublishOffer, TitlePublication
from indexium_core.model.publishing.publication import PublicationItem, PublishLogEntry


def item(risk: str = "safe", *, is_unpublished: bool = True) -> PublicationItem:
    facts: dict[str, Any] = {
        "entity_type": "movie", "entity_id": 7, "library_id": 1, "name": "Copper Sky (2013)", "folder": "Films",
        "codes": [], "files": [], "people": [], "new_bytes": 10, "members": 1, "action_counts": {},
    }  # fmt: skip
    return PublicationItem(risk=risk, is_unpublished=is_unpublished, **facts)


def entry(**changes: Any) -> PublishLogEntry:
    facts: dict[str, Any] = {
        "id": 1, "entity_type": "movie", "entity_id": 7, "nfo_hash": None, "assets_published": [],
        "published_at": datetime.now(UTC), "published_by": "system", "success": True, "error_message": "",
        "operation_id": 1,
    }  # fmt: skip
    return PublishLogEntry(**facts | changes)


def test_offer_says_how_many_titles_would_be_published() -> None:
    assert PublishOffer(is_on=False, titles=0).label == "Publish…"
    assert PublishOffer(is_on=True, titles=1200).label == "Publish 1,200…"
    assert PublishOffer(is_on=True, titles=0).label == "Nothing to publish"


def test_title_can_be_published_only_if_there_is_something_to_write() -> None:
    unchanged = TitlePublication.of(item("unchanged", is_unpublished=False), [entry()])
    assert (unchanged.can_publish, unchanged.text) == (False, "Published just now")
    assert TitlePublication.of(item(), [entry()]).text == "Published just now; changed since"
    assert TitlePublication.of(item(), []).can_publish
    assert TitlePublication.of(None, []) == TitlePublication(can_publish=False, text="")


def test_publication_that_failed_says_why() -> None:
    failed = entry(success=False, error_message="The folder is offline.")
    assert TitlePublication.of(item(), [failed]).text == "The publication failed just now: The folder is offline."
