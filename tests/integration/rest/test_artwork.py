"""The selection of pictures by REST: candidates, decisions, many titles, rules, the cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.lookups.records import ImageCandidate
from tests.support.copied_home import CopiedHome
from tests.support.providers import record_pictures
from tests.support.rest import Client

_HOME = CopiedHome(("Films/The Thing (1982)/The Thing (1982).mp4", "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4"))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with _HOME.open(tmp_path / "home", _HOME.lay_out(tmp_path / "media")) as opened:
        yield opened


@pytest.fixture
def ids(library: Library) -> dict[str, int]:
    """Offer three posters and a backdrop for the film, and two posters for the series; return the ids of titles."""
    found = {each.entity_type: each.id for each in library.titles.list().items}
    found["season"] = library.titles.list(kind="season").items[0].id

    def image(kind: str, number: int, season: int | None = None) -> ImageCandidate:
        url = f"https://image.tmdb.org/t/p/original/{kind}-{number}-{season}.jpg"
        facts = {"width": 100 * number, "height": 150 * number, "language": "en"}
        return ImageCandidate(provider="tmdb", kind=kind, url=url, season=season, **facts)  # type: ignore[arg-type]

    record_pictures(library, "movie", found["movie"], [*(image("poster", n) for n in (1, 2, 3)), image("backdrop", 1)])
    record_pictures(library, "series", found["series"], [image("poster", 1), image("poster", 2, season=1)])
    return found


def test_picture_is_selected_rejected_and_left_to_the_rule(rest: Client, ids: dict[str, int]) -> None:
    base = f"/api/movies/{ids['movie']}/assets"
    found = rest.get(f"{base}/candidates?assetType=poster").json
    assert (found["total"], [each["width"] for each in found["items"]]) == (3, [300, 200, 100])
    assert [part["name"] for part in found["items"][0]["score_parts"]] == [
        "votes",
        "resolution",
        "language",
        "provider",
    ]
    best, second, third = (each["id"] for each in found["items"])

    done = rest.post(f"{base}/select", {"candidateId": third, "assetType": "poster"}).json
    assert (done["selected"], done["titles"]) == ([third], 1)
    assert rest.post(f"{base}/select", {"candidate_id": third}).json["step_id"] is None
    rejected = rest.post(f"{base}/reject", {"candidateId": best, "reason": "wrong film"}).json
    assert rejected["selected"] == [third]
    again = rest.post(f"{base}/reselect", {"currentCandidateId": third, "assetType": "poster"}).json
    assert again["selected"] == [second]
    assert rest.post(f"{base}/restore", {"candidate_id": best}).json["selected"] == [best]
    rest.post(f"{base}/select", {"candidate_id": second})
    assert rest.post(f"{base}/release", {"candidate_id": second}).json["selected"] == [best]
    slots = rest.get(f"{base}/slots").json
    assert [(each["asset_type"], each["total"], each["rejected"]) for each in slots] == [
        ("poster", 2, 1),
        ("backdrop", 1, 0),
    ]


def test_season_has_pictures_of_its_series(rest: Client, ids: dict[str, int]) -> None:
    found = rest.get(f"/api/seasons/{ids['season']}/assets/candidates?asset_type=poster").json
    assert [each["season"] for each in found["items"]] == [1]
    [picture] = [each["id"] for each in found["items"]]
    done = rest.post(f"/api/seasons/{ids['season']}/assets/select", {"candidate_id": picture})
    assert done.json["selected"] == [picture]
    assert rest.get(f"/api/series/{ids['series']}/assets/candidates?asset_type=fanart").json["total"] == 0


def test_many_titles_are_previewed_and_selected(rest: Client, ids: dict[str, int]) -> None:
    body = {"ids": [ids["movie"], ids["series"]], "assetType": "poster", "provider": "tmdb"}
    preview = rest.post("/api/assets/select", {**body, "dry_run": True}).json
    assert (preview["titles"], preview["total"], preview["without"]) == (2, 2, 0)
    done = rest.post("/api/assets/select", body).json
    assert (done["summary"], done["titles"]) == ("Selected a poster of 2 titles.", 2)


def test_rule_of_library_and_cache(rest: Client, ids: dict[str, int]) -> None:
    rule = rest.get("/api/libraries/1/artwork/fanart").json
    assert (rule["asset_type"], rule["max_count"], rule["weight_votes"]) == ("backdrop", 3, 0.4)
    changed = rest("PUT", "/api/libraries/1/artwork/backdrop", {"max_count": 5, "min_width": 1280}).json
    assert (changed["max_count"], changed["min_width"], changed["min_count"]) == (5, 1280, 1)
    usage = rest.get("/api/artwork/cache").json
    assert (usage["images"], usage["protected"], usage["budget_bytes"]) == (0, 0, 5_000_000_000)


def test_wrong_requests_are_refused_with_one_sentence(rest: Client, ids: dict[str, int]) -> None:
    base = f"/api/movies/{ids['movie']}/assets"
    [backdrop] = [each["id"] for each in rest.get(f"{base}/candidates?assetType=fanart").json["items"]]
    of_series = rest.get(f"/api/series/{ids['series']}/assets/candidates").json["items"][0]["id"]
    for path, body, text in (
        (f"{base}/select", {"candidateId": 999}, "There is no picture 999 any more"),
        (f"{base}/select", {"candidateId": backdrop, "assetType": "poster"}, "is a backdrop, not a poster"),
        (f"{base}/select", {"candidateId": of_series}, "is offered for another title"),
        (f"{base}/reject", {"candidateId": backdrop, "reason": "x" * 300}, "at most 200"),
        (f"{base}/search", {"assetType": "poster", "providers": ["nobody"]}, "There is no provider “nobody”"),
        (f"{base}/search", {"assetType": "poster"}, "has no match yet"),
        ("/api/assets/select", {"ids": [ids["movie"]], "language": "klingon"}, "is no language"),
    ):
        answer = rest.post(path, body)
        assert answer.status >= 400
        assert text in answer.json["detail"]
    assert rest.get(f"{base}/candidates?assetType=hologram").code == "bad_request"
    assert rest.get("/api/movies/999/assets/candidates").code == "unknown_id"
    assert "their sum is" in rest("PUT", "/api/libraries/1/artwork/poster", {"weight_votes": 1.0}).json["detail"]
