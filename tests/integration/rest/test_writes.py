"""Writes by REST: idempotent start, progress, rollback, retry, and rejection of an outdated plan."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from dashboards.web import server
from dashboards.web.server import DashboardServer
from indexium_core import errors
from indexium_core.api import answers
from indexium_core.files import journal
from indexium_core.flows.writing.policy import FileProgress
from indexium_core.library import Library
from tests.support import media
from tests.support.rest import PATIENCE, Client, ended, items

PEOPLE = ["Ann Lee", "Bob Ray"]


def test_write_is_followed_and_rolled_back(rest: Client, films: Path) -> None:
    before = {path: path.read_bytes() for path in films.iterdir()}
    started = rest.post("/api/metadata/write", {"all": True, "options": {"user_note": "from a test"}})

    assert started.status == 202
    number = started.json["operation_id"]
    assert started.headers["location"] == f"/api/metadata/operations/{number}"
    assert started.json["excluded"]["danger"] == 1
    done = ended(rest, number)
    assert (done["status"], done["success_count"], done["source"], done["user_note"]) == (
        "completed",
        3,
        "rest",
        "from a test",
    )
    assert (done["current"], done["total"], done["counts"]) == (3, 3, {"success": 3})
    TypeAdapter(answers.Following).validate_python(done)
    assert sum(path.read_bytes() != data for path, data in before.items()) == 3

    details = rest.get(f"/api/metadata/history/{number}?per_page=2").json
    assert (details["items_total"], len(details["items"])) == (3, 2)
    TypeAdapter(answers.OperationWithItems).validate_python(details)
    rows = rest.get(f"/api/metadata/operations/{number}/items?status=success&q=lake").json
    assert [row["tags_added"] for row in rows["items"]] == [["Ann Lee"]]
    TypeAdapter(answers.ItemPage).validate_python(rows)

    look = rest.post(f"/api/metadata/history/{number}/rollback", {"dry_run": True})
    assert (look.status, look.json["operation_id"], look.json["exact"]) == (200, None, 3)
    TypeAdapter(answers.RollbackDryRun).validate_python(look.json)
    back = rest.post(f"/api/metadata/history/{number}/rollback")
    assert back.status == 202
    assert ended(rest, back.json["operation_id"])["success_count"] == 3
    assert {path: path.read_bytes() for path in films.iterdir()} == before
    history = rest.get("/api/metadata/history?type=write&status=rolled_back&q=lake").json
    assert [operation["id"] for operation in history["items"]] == [number]
    TypeAdapter(answers.OperationPage).validate_python(history)


def test_write_gets_title_that_client_can_change(rest: Client) -> None:
    number = rest.post("/api/metadata/write", {"q": "ext:mp4"}).json["operation_id"]
    assert ended(rest, number)["user_note"] == "ext:mp4"
    address = f"/api/metadata/operations/{number}"

    renamed = rest("PATCH", address, {"user_note": " before the party "})
    assert (renamed.status, renamed.json["user_note"]) == (200, "before the party")
    assert rest.get("/api/metadata/history?q=party").json["total"] == 1
    assert rest("PATCH", address, {"user_note": "x" * 201}).status == 422
    assert rest("PATCH", "/api/metadata/operations/999", {"user_note": "x"}).status == 404
    assert rest("PATCH", address, {"user_note": ""}).json["user_note"] == ""


def test_rewrite_reports_seconds_and_written_share(
    rest: Client, library: Library, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, did = media.build("wmv", films, name="long.wmv", seed=5), FileProgress.advance
    os.utime(path, (1_600_000_000, 1_600_000_000))
    library.scan()
    library.people.add([path], ["Ann Lee"])
    a_part_is_there, go_on = threading.Event(), threading.Event()

    def held(progress: FileProgress, count: int) -> None:
        did(progress, count)
        a_part_is_there.set()
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(FileProgress, "advance", held)
    number = rest.post("/api/metadata/write", {"q": "ext:wmv"}).json["operation_id"]
    assert a_part_is_there.wait(PATIENCE)
    now = rest.get(f"/api/metadata/operations/{number}").json
    [item] = rest.get(f"/api/metadata/operations/{number}/items").json["items"]
    assert library.pause(number, wait=False)
    holding = rest.get(f"/api/metadata/operations/{number}").json
    rest.post(f"/api/metadata/operations/{number}/resume")
    go_on.set()
    done = ended(rest, number)

    for told, pausing in ((now, False), (holding, True), (done, False)):
        assert (told["pausing"], told["idle"]) == (pausing, False)
    assert (now["current_file"], now["current"], now["total"]) == ("long.wmv", 0, 1)
    [(at_work, seconds)], [(of, share)] = now["working"].items(), now["fractions"].items()
    assert at_work == of == str(item["id"])
    assert seconds > 0
    assert 0 < share < 1
    assert (done["working"], done["fractions"], done["success_count"]) == ({}, {}, 1)


def test_only_named_files_are_written(rest: Client) -> None:
    found = items(rest)
    sea, lake = found["sea.mp4"]["file_id"], found["lake.mp4"]["file_hash"]
    left = rest.post("/api/metadata/write", {"file_ids": [sea]})
    assert (left.status, left.code) == (422, "nothing_to_write")  # danger is written only if it is named
    assert "1 danger are excluded by their risk level. The option risk" in left.json["detail"]
    one = rest.post("/api/metadata/write", {"file_ids": [sea], "options": {"risk": ["danger"]}}).json
    assert ended(rest, one["operation_id"])["success_count"] == 1
    two = rest.post("/api/metadata/write", {"file_hashes": [lake]}).json
    assert ended(rest, two["operation_id"])["success_count"] == 2
    three = rest.post("/api/metadata/write", {"q": "ext:mkv", "options": {"risk": "safe,warning"}}).json
    assert ended(rest, three["operation_id"])["success_count"] == 1


def test_write_counts_files_out_of_the_plan_and_refuses_unknown_ones(
    rest: Client, library: Library, films: Path
) -> None:
    media.video(films / "nobody.mp4", seed=77)
    library.scan([films])
    nobody = library.inventory.search("name:nobody").items[0].file_id
    lake = items(rest)["lake.mp4"]["file_id"]
    dry = {"options": {"dry_run": True}}

    for named in ({"file_ids": [lake, nobody]}, {"q": f"id:{lake},{nobody}"}):
        answer = rest.post("/api/metadata/write", {**named, **dry}).json
        assert (answer["excluded"], [item["file_id"] for item in answer["items"]]) == ({"not_in_plan": 1}, [lake])
    for named in ({"file_ids": [lake, 99999]}, {"q": f"id:{lake},99999"}):
        refused = rest.post("/api/metadata/write", named)
        assert (refused.status, refused.code) == (404, "unknown_id")
        assert refused.json["detail"] == "There is no file with the id 99999."
    assert rest.get("/api/tracks?q=id:99999").json["total"] == 0  # a list of files is only empty


def test_dry_run_changes_nothing(rest: Client, films: Path) -> None:
    before = {path: path.read_bytes() for path in films.iterdir()}
    answer = rest.post("/api/metadata/write", {"all": True, "options": {"dry_run": True}})
    assert answer.status == 200
    assert (answer.json["operation_id"], answer.json["dry_run"], len(answer.json["items"])) == (None, True, 3)
    TypeAdapter(answers.DryRunAnswer).validate_python(answer.json)
    assert {path: path.read_bytes() for path in films.iterdir()} == before
    assert rest.get("/api/metadata/history").json["total"] == 0


def test_outdated_plan_is_rejected_with_files(rest: Client) -> None:
    shown = rest.get("/api/metadata/plan").json["plan_id"]
    lake = items(rest)["lake.mp4"]["file_id"]
    rest.post(f"/api/metadata/plan/{lake}/edit", {"result_people": PEOPLE})

    refused = rest.post("/api/metadata/write", {"all": True, "plan_id": shown})
    assert (refused.status, refused.code) == (409, "stale_plan")
    assert [row["file_name"] for row in refused.json["items"]] == ["copy.mp4", "lake.mp4"]  # also the copy
    other = rest.post("/api/metadata/write", {"q": "ext:mkv", "plan_id": shown})
    assert other.status == 202


def test_repeated_request_with_key_starts_once(rest: Client) -> None:
    body = {"q": "ext:mkv"}
    first = rest.post("/api/metadata/write", body, Idempotency_Key="k1")
    again = rest.post("/api/metadata/write", body, Idempotency_Key="k1")
    assert (again.status, again.json) == (202, first.json)
    assert rest.post("/api/metadata/write", {"all": True}, Idempotency_Key="k1").code == "key_reused"
    number = first.json["operation_id"]
    ended(rest, number)
    back = [rest.post(f"/api/metadata/history/{number}/rollback", Idempotency_Key="k2").json for _ in range(2)]
    assert back[0] == back[1]
    ended(rest, back[0]["operation_id"])
    assert rest.get("/api/metadata/history").json["total"] == 2


def test_key_is_known_after_restart(home: Path, library: Library, running: DashboardServer, rest: Client) -> None:
    [folder] = rest.get("/api/libraries").json["items"]
    asked: list[tuple[str, Any]] = [
        ("/api/metadata/write", {"all": True}),
        (f"/api/libraries/{folder['library_id']}/rescan", {"duration": True}),
    ]
    first = [rest.post(path, body, Idempotency_Key=path) for path, body in asked]
    ended(rest, first[0].json["operation_id"])
    running.stop()
    library.close()

    with Library.open(home) as again, server.make_server(again, port=0).background() as other:
        later = Client(other.url)
        written, rescanned = [later.post(path, body, Idempotency_Key=path) for path, body in asked]
        assert (written.status, written.json, written.headers["location"]) == (
            202,
            first[0].json,
            first[0].headers["location"],
        )
        assert (rescanned.status, rescanned.json["id"]) == (202, first[1].json["id"])
        assert later.post("/api/metadata/write", {"q": "sea"}, Idempotency_Key=asked[0][0]).code == "key_reused"
        assert later.get("/api/metadata/history").json["total"] == 1
        assert later.get("/api/jobs?kind=rescan").json["total"] == 1


def test_unwritten_files_are_retried(rest: Client, films: Path) -> None:
    number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
    ended(rest, number)
    assert rest.post(f"/api/metadata/operations/{number}/retry").code == "nothing_to_write"
    lake = films / "lake.mp4"
    os.utime(lake, (1_600_000_001, 1_600_000_001))  # another program changed it
    number = rest.post("/api/metadata/write", {"q": "name:lake"}).json["operation_id"]
    assert ended(rest, number)["conflict_count"] == 1

    look = rest.post(f"/api/metadata/operations/{number}/retry", {"dry_run": True})
    assert (look.status, look.json) == (200, {"operation_id": None, "dry_run": True, "files": 1, "ready": 1})
    TypeAdapter(answers.RetryDryRun).validate_python(look.json)
    path, wish = f"/api/metadata/operations/{number}/retry", {"user_note": "once more"}
    again, twice = (rest.post(path, wish, Idempotency_Key="k") for _ in range(2))
    assert (again.status, twice.status, twice.json) == (202, 202, again.json)
    done = ended(rest, again.json["operation_id"])
    assert (done["success_count"], done["user_action"], done["user_note"]) == (1, "retry", "once more")


def test_job_is_retried_once_per_key(rest: Client, library: Library, films: Path) -> None:
    lake = films / "lake.mp4"
    os.utime(lake, (1_600_000_001, 1_600_000_001))  # another program changed it
    number = rest.post("/api/metadata/write", {"q": "name:lake"}).json["operation_id"]
    ended(rest, number)
    (films / "sea.mp4").write_bytes(b"no film")
    rescan = rest.post("/api/libraries/1/rescan").json["id"]
    assert library.jobs.wait(rescan, PATIENCE).status == "completed_with_errors"
    jobs = [rest.get("/api/jobs?kind=write").json["items"][0]["id"], rescan]

    for job_id in jobs:
        path = f"/api/jobs/{job_id}/retry"
        first, second = (rest.post(path, Idempotency_Key=path) for _ in range(2))
        assert (first.status, second.status, second.json["id"]) == (202, 202, first.json["id"])
        assert first.json["id"] != job_id
        assert second.headers["location"] == f"/api/jobs/{first.json['id']}"
    assert rest.get("/api/metadata/history").json["total"] == 2
    story = library.stories.build(number + 1)
    assert story.operation.source == "rest"
    assert story.happenings[0].text.endswith("from the REST API")
    assert rest.get("/api/jobs?kind=rescan").json["total"] == 2
    assert rest.post(f"/api/jobs/{jobs[1]}/retry", Idempotency_Key=f"/api/jobs/{jobs[0]}/retry").code == "key_reused"


def test_failed_job_resumes_once_per_key(rest: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise errors.StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(journal.OperationJournal, "create", full)
        number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
        assert ended(rest, number)["status"] == "failed"
    [job] = rest.get("/api/jobs?kind=write").json["items"]

    got = []
    for _ in range(2):
        got.append(rest.post(f"/api/jobs/{job['id']}/retry", Idempotency_Key="k"))
        rest.get(f"/api/jobs/{job['id']}?wait=20")

    assert [(answer.status, answer.json["id"]) for answer in got] == [(202, job["id"])] * 2
    assert got[1].json["status"] == "completed"


def test_number_of_started_jobs_per_minute_is_limited(rest: Client, library: Library) -> None:
    library.configuration.set("api_writes_per_minute", "1")
    assert rest.post("/api/metadata/write", {"q": "ext:mkv"}).status == 202
    refused = rest.post("/api/metadata/write", {"q": "lake"})
    assert (refused.status, refused.code) == (429, "too_many")
    assert 1 <= int(refused.headers["retry-after"]) <= 61


def test_ended_job_cannot_be_changed(rest: Client) -> None:
    number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
    ended(rest, number)
    for verb in ("pause", "resume", "cancel"):
        refused = rest.post(f"/api/metadata/operations/{number}/{verb}")
        assert (refused.status, refused.code) == (422, "wrong_state"), verb
        assert "completed" in refused.json["detail"], verb
