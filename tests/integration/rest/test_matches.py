"""Matches and enrichment by REST, with the stand-in of the providers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from tests.support.copied_home import CopiedHome, search_all_names
from tests.support.providers import use_keys
from tests.support.rest import Client

NAMES = ("Films/The Lantern Keeper.mp4", "Films/Salt Meadows (2019) {tmdb-9000004}.mp4", "VID_20190731_183000.mp4")
_HOME = CopiedHome(NAMES)


@pytest.fixture
def library(configured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    search_all_names(monkeypatch)
    use_keys(monkeypatch)
    with _HOME.open(configured, _HOME.lay_out(tmp_path / "media")) as opened:
        yield opened


def id_of(rest: Client, title: str) -> int:
    return next(each["id"] for each in rest.get("/api/movies").json["items"] if each["title"] == title)


def completed(rest: Client, job_id: int) -> None:
    assert rest.get(f"/api/jobs/{job_id}?wait=20").json["status"] == "completed"


def test_batch_reports_progress_and_statistics(rest: Client) -> None:
    answer = rest.post("/api/enrich/batch", Idempotency_Key="k")
    assert answer.status == 202
    assert set(answer.json) == {"job_id", "estimated_duration"}
    assert rest.post("/api/enrich/batch", Idempotency_Key="k").json["job_id"] == answer.json["job_id"]
    completed(rest, answer.json["job_id"])
    progress = rest.get(f"/api/enrich/progress/{answer.json['job_id']}").json
    assert (progress["status"], progress["progress"]) == ("completed", 100.0)
    stats = rest.get("/api/enrich/stats").json
    assert (stats["total_videos"], stats["enriched_videos"]) == (2, 1)
    assert stats["source_breakdown"]
    assert rest.get("/api/enrich/progress/999").code == "unknown_id"
    assert rest.post("/api/enrich/batch", {"library_ids": [99]}).code == "unknown_id"
    titles = [each["id"] for each in rest.get("/api/movies").json["items"]]
    some = rest.post("/api/enrich/batch", {"title_ids": titles, "force": True})
    assert some.status == 202
    completed(rest, some.json["job_id"])
    assert rest.post("/api/enrich/batch", {"title_ids": [999]}).code == "unknown_id"
    assert rest.post("/api/enrich/batch", {"title_ids": titles, "library_ids": [1]}).code == "invalid_request"


def test_metadata_of_video_is_fetched_once(rest: Client, library: Library) -> None:
    files = {each.file_name: each.file_id for each in library.inventory.search("").items}
    salt = files["Salt Meadows (2019) {tmdb-9000004}.mp4"]
    first = rest.get(f"/api/videos/{salt}/metadata").json
    assert (first["cached"], first["metadata"]["source"], first["metadata"]["confidence"]) == (False, "none", 0.0)
    completed(rest, first["job_id"])
    second = rest.get(f"/api/videos/{salt}/metadata").json
    assert (second["cached"], second["job_id"]) == (True, None)
    assert second["metadata"]["external_ids"]["tmdb"] == "9000004"
    home = rest.get(f"/api/videos/{files['VID_20190731_183000.mp4']}/metadata").json
    assert (home["cached"], home["metadata"]["source"]) == (False, "none")
    assert rest.get("/api/videos/999/metadata").code == "unknown_id"


def test_metadata_is_not_fetched_if_nothing_may_be_sent(rest: Client, library: Library) -> None:
    library.configuration.set("online", "off")
    file_id = library.inventory.search("name:salt").items[0].file_id
    answer = rest.get(f"/api/videos/{file_id}/metadata").json
    assert (answer["cached"], answer["job_id"]) == (False, None)
    assert rest.post("/api/enrich/batch").code == "bad_request"
    assert library.jobs.list(("enrich",)).total == 0


def test_one_title_is_looked_up(rest: Client) -> None:
    salt = id_of(rest, "Salt Meadows")
    refused = rest.post(f"/api/movies/{salt}/enrich", {"priority": "urgent"})
    assert (refused.status, "high, normal, low" in refused.json["detail"]) == (422, True)
    assert rest.post(f"/api/movies/{salt}/enrich", {"priority": 11}).status == 422
    job = rest.post(f"/api/movies/{salt}/enrich", {"priority": "high"})
    assert (job.status, job.json["priority"]) == (202, 2)
    completed(rest, job.json["id"])
    assert rest.get(f"/api/movies/{salt}").json["item"]["state"] == "enriched"
    assert rest.post(f"/api/series/{salt}/enrich").code == "unknown_id"


def test_question_is_answered_and_undone(rest: Client, library: Library) -> None:
    keeper = id_of(rest, "The Lantern Keeper")
    library.matches.find(keeper)
    page = rest.get("/api/titles/matches").json
    assert (page["total"], page["counts"]["open"], page["items"][0]["item"]["id"]) == (1, 1, keeper)
    path = f"/api/titles/matches/{keeper}"
    question = rest.get(path).json
    assert len(question["candidates"]) > 1
    assert question["candidates"][0]["reasons"]

    assert rest.post(f"{path}/accept", {"position": 1, "expected": "tmdb:1"}).code == "wrong_state"
    assert rest.post(f"{path}/accept", {}).code == "bad_request"
    accepted = rest.post(f"{path}/accept", {"position": 1}).json
    assert accepted["titles"] == 1
    assert rest.get("/api/titles/matches?state=accepted").json["total"] == 1
    assert rest.post("/api/titles/matches/undo", {"decision_id": 999}).code == "unknown_id"
    assert rest.post("/api/titles/matches/undo", {"decision_id": accepted["decision_id"]}).json["titles"] == 1
    assert rest.post("/api/titles/matches/undo", {"decision_id": accepted["decision_id"]}).code == "wrong_state"
    assert rest.get(path).json["state"] == "open"
    assert rest.post(f"{path}/reject", {"position": 1, "expected": "tmdb:1"}).code == "wrong_state"
    rest.post(f"{path}/reject", {"position": 1})
    assert "rejected" in {each["state"] for each in rest.get(path).json["candidates"]}
    rest.post("/api/titles/matches/undo")
    assert "rejected" not in {each["state"] for each in rest.get(path).json["candidates"]}
    seen = {"revision": rest.get(path).json["revision"]}
    assert rest.post(f"{path}/later", seen).json["titles"] == 1
    for outdated in ("accept", "reject", "ignore", "later"):
        place = {"position": 1} if outdated in ("accept", "reject") else {}
        assert rest.post(f"{path}/{outdated}", place | seen).code == "wrong_state"
    assert rest.post(f"{path}/ignore").json["replaced"].startswith("decision ")
    assert rest.get("/api/titles/matches?state=ignored").json["total"] >= 1
    assert rest.get("/api/titles/matches?state=lost").code == "bad_request"
    assert rest.get("/api/titles/matches/999").code == "unknown_id"


def test_metadata_of_a_question_adds_no_other_job(rest: Client, library: Library) -> None:
    file_id = library.titles.get(id_of(rest, "The Lantern Keeper")).files[0].file_id
    completed(rest, rest.get(f"/api/videos/{file_id}/metadata").json["job_id"])
    assert rest.get(f"/api/videos/{file_id}/metadata").json["job_id"] is None


def test_impossible_values_are_refused(rest: Client) -> None:
    title_id = id_of(rest, "The Lantern Keeper")
    for number in ("1000000000000", "-1", "true"):
        assert rest.get(f'/api/movies?filter={{"library_id":{number}}}').status == 422
        assert rest.post("/api/enrich/batch", {"library_ids": [json.loads(number)]}).status == 422
    assert rest.post("/api/titles/plan", {"title_ids": [10**30]}).status == 422
    both = {"external_id": "tmdb:9000004", "others": True}
    assert rest.post(f"/api/titles/matches/{title_id}/accept", both).status == 422


def test_match_by_id_and_by_search(rest: Client) -> None:
    keeper = id_of(rest, "The Lantern Keeper")
    path = f"/api/titles/matches/{keeper}"
    assert rest.post(f"{path}/search", {"text": "Salt Meadows"}).json["by_hand"]
    assert not rest.post(f"{path}/suggest").json["by_hand"]
    assert rest.post(f"{path}/search", {"text": "Salt Meadows"}).json["candidates"]
    assert rest.post(f"{path}/accept", {"external_id": "tmdb:9000001"}).json["titles"] == 1
    assert rest.get(f"/api/movies/{keeper}/values?field=tmdb_id").json["items"][0]["value"] == "9000001"
    assert rest.post(f"{path}/accept", {"external_id": "myspace:1"}).code == "bad_request"
    assert rest.post(f"{path}/accept", {"external_id": "tt0000001"}).code != "bad_request"  # as the command takes it
    assert rest.post("/api/series/999/enrich").code == "unknown_id"


def test_pause_of_a_provider_and_what_waits_for_it_are_visible(
    rest: Client, library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INDEXIUM_TVDB_API_KEY")
    assert {each["state"] for each in rest.get("/api/providers").json["items"]} == {"on", "off"}
    for name in ("tmdb", "omdb"):
        stand_in.fail(name, "server_error")
        for number in (1, 2):
            with pytest.raises(errors.ProviderError):
                library.providers.providers[name].client.ask(f"/{number}", {})
    tmdb = rest.get("/api/providers").json["items"][0]
    assert (tmdb["provider"], tmdb["state"], tmdb["is_on"]) == ("tmdb", "paused", False)
    assert tmdb["next_try"] > "2026"
    assert "TMDB is paused until" in tmdb["reason"]
    due = rest.get("/api/enrich/due").json
    assert (due["titles"], due["waiting"][0]["titles"]) == (2, 2)
    assert due["waiting"][0]["provider"] == "OMDb and TMDB"
