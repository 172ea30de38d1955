"""REST on a real library with real films: the routes of the source document, their answers, refusals and events."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import TypeAdapter

from dashboards import server
from dashboards.server import DashboardServer
from indexium_core.api import answers
from indexium_core.flows import editing
from indexium_core.library import Library
from indexium_core.model.plan import PlanItem
from indexium_core.model.properties import AuditPage
from tests.support import media
from tests.support.rest import PATIENCE, Client, connection, events, spoken

PEOPLE = ["Ann Lee", "Bob Ray"]


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder with three films that can be written, one that cannot, and a copy."""
    folder = tmp_path / "films"
    folder.mkdir()
    media.build("mp4", folder, name="sea.mp4", comment="Shot at sea", seed=1)
    media.build("mkv", folder, name="<b>.mkv", seed=2)
    media.build("mp4", folder, name="lake.mp4", seed=3)
    media.build("ts", folder, name="old.ts", seed=4)
    (folder / "copy.mp4").write_bytes((folder / "lake.mp4").read_bytes())
    for path in folder.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return folder


@pytest.fixture
def library(home: Path, films: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        opened.scan([films])
        opened.people.add(sorted(films.iterdir()), ["Ann Lee"])
        yield opened


@pytest.fixture
def running(library: Library) -> Iterator[DashboardServer]:
    with server.make_server(library, port=0).background() as made:
        yield made


@pytest.fixture
def rest(running: DashboardServer) -> Client:
    return Client(running.url)


def items(rest: Client, query: str = "") -> dict[str, dict[str, Any]]:
    """Plan items by file name."""
    found = rest.get(f"/api/metadata/plan?all=true{query}").json
    return {item["file_name"]: item for item in found["items"]}


def ended(rest: Client, operation_id: int) -> dict[str, Any]:
    """The operation when it has ended."""
    while not (found := rest.get(f"/api/metadata/operations/{operation_id}?wait=20").json)["completed_at"]:
        pass
    return found  # type: ignore[no-any-return]


# Planning.


def test_the_plan_is_answered_by_pages_with_its_statistics(rest: Client, library: Library) -> None:
    answer = rest.get("/api/metadata/plan?per_page=2&sort=name")
    found = answer.json

    assert answer.headers["content-type"] == "application/json"
    assert (found["total"], found["page"], found["per_page"], len(found["items"])) == (5, 1, 2, 2)
    assert found["statistics"]["total_files"] == 5
    assert found["plan_id"] == library.plan().id
    assert [item["file_name"] for item in found["items"]] == ["<b>.mkv", "copy.mp4"]
    TypeAdapter(answers.PlanAnswer).validate_python(found)
    second = rest.get("/api/metadata/plan?limit=2&page=2&sort=name&order=asc").json
    assert [item["file_name"] for item in second["items"]] == ["lake.mp4", "old.ts"]


def test_the_plan_by_body_is_the_plan_by_address(rest: Client) -> None:
    ids = [item["file_id"] for name, item in items(rest).items() if name in {"sea.mp4", "<b>.mkv"}]
    wanted = {
        "file_ids": ids,
        "q": "ann",
        "filter": {"risk_level": ["danger", "safe"]},
        "sort": "name",
        "order": "desc",
    }
    by_body = rest.post("/api/metadata/plan", {**wanted, "fields": ["file_name", "risk_level"]}).json
    listed = ",".join(map(str, ids))
    by_address = rest.get(
        f"/api/metadata/plan?file_ids={listed}&q=ann&filter=%7B%22risk_level%22:[%22danger%22,%22safe%22]%7D"
        "&sort=name&order=desc&fields=file_name,risk_level"
    ).json

    assert by_body == by_address
    assert by_body["items"] == [
        {"file_name": "sea.mp4", "risk_level": "danger"},
        {"file_name": "<b>.mkv", "risk_level": "safe"},
    ]
    assert by_body["statistics"]["total_files"] == 2


def test_a_plan_of_hashes_has_every_copy(rest: Client) -> None:
    lake = items(rest)["lake.mp4"]["file_hash"]
    found = rest.get(f"/api/metadata/plan?file_hashes={lake}").json
    assert sorted(item["file_name"] for item in found["items"]) == ["copy.mp4", "lake.mp4"]


def test_an_edit_is_answered_by_what_the_plan_says_then(rest: Client) -> None:
    lake = items(rest)["lake.mp4"]
    one = rest.post(f"/api/metadata/plan/{lake['file_id']}/edit", {"result_people": PEOPLE}).json

    assert (one["files"], one["file_ids"]) == (2, [lake["file_id"]])  # an edit is of the film: its copy follows
    assert (one["item"]["result_people"], one["item"]["edited"]) == (PEOPLE, True)
    TypeAdapter(answers.Decided).validate_python(one)
    both = rest.post(f"/api/metadata/plan/{lake['file_hash']}/edit", {"result_people": ["Zoë Öz"]}).json
    assert both["files"] == 2
    assert {items(rest)[name]["result_comment"] for name in ("lake.mp4", "copy.mp4")} == {"People: Zoë Öz"}
    gone = rest.delete(f"/api/metadata/plan/{lake['file_hash']}/edit").json
    assert (gone["files"], gone["item"]["edited"]) == (2, False)


def test_files_are_postponed_and_given_modes(rest: Client) -> None:
    sea = items(rest)["sea.mp4"]["file_id"]
    assert rest.post(f"/api/metadata/plan/{sea}/postpone", {"until": "2031-01-01"}).json["item"]["postponed"]
    assert not rest.delete(f"/api/metadata/plan/{sea}/postpone").json["item"]["postponed"]
    kept = rest.post(f"/api/metadata/plan/{sea}/mode", {"comment_mode": "preserve"}).json["item"]
    assert "Shot at sea" in kept["result_comment"]
    assert rest.delete(f"/api/metadata/plan/{sea}/mode").json["item"]["result_comment"] == "People: Ann Lee"


# Writing, following, taking back.


def test_write_follow_and_take_back(rest: Client, films: Path) -> None:
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


def test_only_what_is_named_is_written(rest: Client) -> None:
    found = items(rest)
    sea, lake = found["sea.mp4"]["file_id"], found["lake.mp4"]["file_hash"]
    left = rest.post("/api/metadata/write", {"file_ids": [sea]})
    assert (left.status, left.code) == (422, "nothing_to_write")  # danger is written only where it is named
    assert "left out by their risk are 1 danger. The option risk" in left.json["detail"]
    one = rest.post("/api/metadata/write", {"file_ids": [sea], "options": {"risk": ["danger"]}}).json
    assert ended(rest, one["operation_id"])["success_count"] == 1
    two = rest.post("/api/metadata/write", {"file_hashes": [lake]}).json
    assert ended(rest, two["operation_id"])["success_count"] == 2
    three = rest.post("/api/metadata/write", {"q": "ext:mkv", "options": {"risk": "safe,warning"}}).json
    assert ended(rest, three["operation_id"])["success_count"] == 1


def test_a_dry_run_changes_nothing(rest: Client, films: Path) -> None:
    before = {path: path.read_bytes() for path in films.iterdir()}
    answer = rest.post("/api/metadata/write", {"all": True, "options": {"dry_run": True}})
    assert answer.status == 200
    assert (answer.json["operation_id"], answer.json["dry_run"], len(answer.json["items"])) == (None, True, 3)
    TypeAdapter(answers.DryRun).validate_python(answer.json)
    assert {path: path.read_bytes() for path in films.iterdir()} == before
    assert rest.get("/api/metadata/history").json["total"] == 0


def test_a_plan_that_is_out_of_date_is_refused_with_the_files(rest: Client) -> None:
    shown = rest.get("/api/metadata/plan").json["plan_id"]
    lake = items(rest)["lake.mp4"]["file_id"]
    rest.post(f"/api/metadata/plan/{lake}/edit", {"result_people": PEOPLE})

    refused = rest.post("/api/metadata/write", {"all": True, "plan_id": shown})
    assert (refused.status, refused.code) == (409, "stale_plan")
    assert [row["file_name"] for row in refused.json["items"]] == ["copy.mp4", "lake.mp4"]  # an edit is of the film
    other = rest.post("/api/metadata/write", {"q": "ext:mkv", "plan_id": shown})
    assert other.status == 202


def test_a_request_that_is_sent_twice_with_one_key_begins_once(rest: Client) -> None:
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


def test_a_key_is_known_after_a_restart(home: Path, library: Library, running: DashboardServer, rest: Client) -> None:
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


def test_what_was_not_done_is_tried_again(rest: Client, films: Path) -> None:
    number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
    ended(rest, number)
    assert rest.post(f"/api/metadata/operations/{number}/retry").code == "nothing_to_write"
    lake = films / "lake.mp4"
    os.utime(lake, (1_600_000_001, 1_600_000_001))  # another program touched it
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


def test_only_so_much_is_begun_in_a_minute(rest: Client, library: Library) -> None:
    library.set_setting("api_writes_per_minute", "1")
    assert rest.post("/api/metadata/write", {"q": "ext:mkv"}).status == 202
    refused = rest.post("/api/metadata/write", {"q": "lake"})
    assert (refused.status, refused.code) == (429, "too_many")
    assert 1 <= int(refused.headers["retry-after"]) <= 61


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_what_has_ended_can_not_be_turned(rest: Client, verb: str) -> None:
    number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
    ended(rest, number)
    refused = rest.post(f"/api/metadata/operations/{number}/{verb}")
    assert (refused.status, refused.code) == (422, "wrong_state")
    assert "completed" in refused.json["detail"]


# Files, folders, jobs, figures.


def test_tracks_and_their_media(rest: Client, films: Path) -> None:
    found = rest.get("/api/tracks?per_page=2").json
    assert (found["total"], len(found["items"])) == (5, 2)
    assert rest.get("/api/tracks?kind=copies").json["total"] == 2
    sea = items(rest)["sea.mp4"]["file_id"]
    track = rest.get(f"/api/track/{sea}").json
    assert (track["file_name"], track["plan"]["risk_level"]) == ("sea.mp4", "danger")

    read = rest.post(f"/api/track/{sea}/rescan_media", {"duration": False, "size_bytes": True})
    assert (read.status, read.json["processed"], read.json["errors"]) == (200, 1, {})
    (films / "sea.mp4").unlink()
    assert rest.post(f"/api/track/{sea}/rescan_media").json["missing"] == 1
    assert rest.post("/api/track/999/rescan_media").code == "unknown_id"


def test_tracks_are_found_by_a_search_and_sorted(rest: Client) -> None:
    def names(query: str) -> list[str]:
        found = rest.get(f"/api/tracks?{query}").json
        assert found["total"] >= len(found["items"])
        return [item["file_name"] for item in found["items"]]

    assert names("") == ["<b>.mkv", "copy.mp4", "lake.mp4", "old.ts", "sea.mp4"]
    assert names("sort=name&order=desc&per_page=2&page=2") == ["lake.mp4", "copy.mp4"]
    assert names("q=ext:mp4&sort=size")[-1] in {"copy.mp4", "lake.mp4", "sea.mp4"}
    assert names("q=lake OR ext:ts".replace(" ", "%20")) == ["lake.mp4", "old.ts"]
    assert names("q=nothing") == []
    sizes = [item["size"] for item in rest.get("/api/tracks?sort=size&order=desc").json["items"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_search_of_tracks_finds_files_that_are_in_no_plan(rest: Client, library: Library, films: Path) -> None:
    library.people.remove([films / "sea.mp4"], ["Ann Lee"])
    media.build("mp4", films, name="new.mp4", seed=9)
    library.scan()
    assert rest.get("/api/metadata/plan?q=name:new&all=true").json["total"] == 0
    found = rest.get("/api/tracks?q=name:new").json
    assert (found["total"], found["items"][0]["people"]) == (1, [])
    (films / "new.mp4").unlink()
    library.scan()
    assert rest.get("/api/tracks?q=name:new").json["total"] == 0
    assert rest.get("/api/tracks?kind=missing").json["total"] == 1


def test_fields_of_a_file_are_locked_and_unlocked(rest: Client) -> None:
    sea = items(rest)["sea.mp4"]["file_id"]
    path = f"/api/track/{sea}/locks"
    assert rest.get(path).json == {"items": [], "report": None}

    done = rest.post(path, {"fields": ["duration", "hdr"]}).json
    assert [(lock["field"], lock["locked_by"], lock["origin"]) for lock in done["items"]] == [
        ("duration", "rest", "lock"),
        ("hdr", "rest", "lock"),
    ]
    assert (done["report"]["files"], done["report"]["changed"]) == (1, 2)
    assert rest.post(path, {"fields": ["resolution"], "value": "640 x 480"}).json["report"]["changed"] == 1
    [shown] = [each for each in rest.get(f"/api/track/{sea}").json["properties"] if each["field"] == "resolution"]
    assert (shown["value"], shown["lock"]["origin"]) == ("640x480", "edit")
    assert [lock["field"] for lock in rest.delete(f"{path}/hdr").json["items"]] == ["resolution", "duration"]
    assert rest.delete(path).json["items"] == []
    assert len(rest.post(path).json["items"]) == 9


def test_the_audit_is_of_a_file_or_of_a_job(rest: Client) -> None:
    sea = items(rest)["sea.mp4"]["file_id"]
    rest.post(f"/api/track/{sea}/locks", {"fields": ["hdr"], "value": "pq"})
    rest.delete(f"/api/track/{sea}/locks")
    [folder] = rest.get("/api/libraries").json["items"]
    number = rest.post(f"/api/libraries/{folder['library_id']}/rescan").json["id"]
    rest.get(f"/api/jobs/{number}?wait=20")

    found = rest.get(f"/api/track/{sea}/audit?per_page=2").json
    assert (found["total"], found["per_page"]) == (4, 2)
    newest = found["items"][0]
    assert (newest["actor"], newest["field"], newest["old"], newest["new"]) == ("rescan", "hdr", "pq", "no")
    assert (newest["job_id"], Path(newest["file_path"]).name) == (number, "sea.mp4")
    assert rest.get(f"/api/jobs/{number}/audit").json["items"] == [newest]
    assert rest.get("/api/audit?q=name:sea").json["total"] == rest.get("/api/audit").json["total"] == 4
    assert rest.get("/api/audit?q=name:lake").json["total"] == 0
    TypeAdapter(AuditPage).validate_python(found)


def test_scans_and_rescans_are_jobs(rest: Client, films: Path) -> None:
    [folder] = rest.get("/api/libraries").json["items"]
    media.build("mp4", films, name="new.mp4", seed=9)
    for verb, body in (("scan", {"full": False}), ("rescan", {"duration": True})):
        begun = rest.post(f"/api/libraries/{folder['library_id']}/{verb}", body)
        assert begun.status == 202, begun.text
        number = begun.json["id"]
        assert begun.headers["location"] == f"/api/jobs/{number}"
        while (job := rest.get(f"/api/jobs/{number}?wait=20").json)["status"] in {"pending", "running"}:
            pass
        assert (job["job_type"], job["status"]) == (verb, "completed")
    assert rest.get("/api/tracks").json["total"] == 6
    assert rest.get("/api/jobs?kind=scan,rescan&status=completed").json["total"] == 3  # with that of the fixture
    assert rest.get("/api/jobs/counts").json["rescan"] == {"completed": 1}
    assert rest.get(f"/api/jobs/{number}/log").json["next"] >= 0
    assert rest.post(f"/api/jobs/{number}/pause").code == "wrong_state"
    assert rest.post("/api/libraries/77/scan").code == "unknown_id"


def test_figures_of_what_was_done(rest: Client) -> None:
    number = rest.post("/api/metadata/write", {"all": True}).json["operation_id"]
    ended(rest, number)
    found = rest.get("/api/metrics").json
    assert (found["totals"]["operations"], found["success_rate"]) == (1, 1.0)
    assert found["operations_by_day"][0]["written"] == 3
    assert found["people_most_written"] == [{"person": "Ann Lee", "files": 3}]


# Events.


def test_events_tell_a_write_and_none_is_lost_with_the_connection(rest: Client, running: DashboardServer) -> None:
    with events(running.url) as told:
        first = next(told)["id"]
        number = rest.post("/api/metadata/write", {"all": True}).json["operation_id"]
        seen = []
        while not seen or seen[-1]["event"] != "write:started":
            seen.append(next(told))
    ended(rest, number)

    last = seen[-1]["id"]
    with events(running.url, Last_Event_ID=last) as told:  # and now everything since
        later = []
        while not later or later[-1]["event"] != "write:completed":
            later += [block for block in [next(told)] if "event" in block]
    ids = [int(block["id"]) for block in [*seen, *later] if "event" in block]
    assert ids == sorted(set(ids))
    assert min(ids) > int(first)
    data = json.loads(later[-1]["data"])
    assert data["operation_id"] == number
    assert {"id", "at", "job_id", "current", "total", "message", "rate", "eta_seconds"} <= set(data)


def test_events_are_there_after_a_restart(home: Path, library: Library, running: DashboardServer, rest: Client) -> None:
    with events(running.url) as told:
        before = next(told)["id"]
    number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
    ended(rest, number)
    running.stop()
    library.close()

    with (
        Library.open(home) as again,
        server.make_server(again, port=0).background() as other,
        events(other.url, "/api/events?names=write:completed", Last_Event_ID=before) as told,
    ):
        found = next(block for block in told if "event" in block)
    assert json.loads(found["data"])["operation_id"] == number


def test_only_the_events_that_were_asked_for_are_told(running: DashboardServer, library: Library, rest: Client) -> None:
    with events(running.url, "/api/events?names=views:*") as told:
        next(told)
        rest.post("/api/metadata/plan/1/postpone")
        library.views.save("Mine", "risk:danger")
        found = next(block for block in told if "event" in block)
    assert found["event"] == "views:changed"


def test_a_listener_that_goes_leaves_nothing_behind(running: DashboardServer, library: Library) -> None:
    listeners = len(library.events._listeners)
    gone = threading.Event()
    with events(running.url) as told:
        next(told)
        assert len(library.events._listeners) == listeners + 1
    for _ in range(300):
        if len(library.events._listeners) == listeners:
            gone.set()
            break
        gone.wait(0.1)
    assert gone.is_set()


def test_who_says_an_event_that_there_is_not_yet_is_told_from_now_on(running: DashboardServer, rest: Client) -> None:
    """A browser that was connected to another home at this address, or before its database was restored."""
    with events(running.url, Last_Event_ID=str(2**63 - 1)) as told:
        next(told)
        number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
        assert "event" in next(told)
    ended(rest, number)


# Who waits.


class Slow(NamedTuple):
    """An operation that gets no further until it is let go."""

    number: int
    let_go: threading.Event


@pytest.fixture
def slow(rest: Client, library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    let_go, edit = threading.Event(), editing.edit
    monkeypatch.setattr(editing, "edit", lambda *what: let_go.wait(60) and edit(*what))
    made = Slow(rest.post("/api/metadata/write", {"all": True}).json["operation_id"], let_go)
    yield made
    let_go.set()
    library.handle(made.number).wait()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.01)


def test_many_who_wait_hold_nobody_else_up(rest: Client, slow: Slow) -> None:
    answered = threading.Semaphore(0)

    def wait() -> None:
        assert rest.get(f"/api/metadata/operations/{slow.number}?wait=20").status == 200
        answered.release()

    waiters = [threading.Thread(target=wait) for _ in range(60)]
    for each in waiters:
        each.start()
    try:
        assert all(answered.acquire(timeout=10) for _ in range(40))  # and 20 wait
        begun = time.monotonic()
        assert rest.get("/api/jobs").status == 200
        assert time.monotonic() - begun < 10
    finally:
        slow.let_go.set()
        for each in waiters:
            each.join()


def test_who_goes_before_the_answer_is_no_failure(
    running: DashboardServer, rest: Client, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    with connection(rest.url) as asked:
        asked.request("GET", f"/api/metadata/operations/{slow.number}?wait=20")
        until(lambda: bool(running._api._tasks))
    slow.let_go.set()
    until(lambda: not running._api._tasks)

    assert not [each for each in caplog.records if each.message.startswith("api.")]


# Bad input.

BAD: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/api/nothing", None, 404, "unknown_address"),
    ("GET", "/api/metadata/write", None, 405, "method_not_allowed"),
    ("POST", "/api/metadata/write", b"{", 400, "bad_request"),
    ("POST", "/api/metadata/write", b"[" * 100_000, 400, "bad_request"),
    ("POST", "/api/metadata/write", {}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"all": False}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"all": True, "q": "x"}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": []}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": [10**30]}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": [-1]}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": ["1; DROP TABLE x"]}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"file_ids": [987654]}, 422, "nothing_to_write"),
    ("POST", "/api/metadata/write", {"all": True, "bogus": 1}, 422, "invalid_request"),
    ("POST", "/api/metadata/write", {"all": True, "options": {"risk": "blocked"}}, 422, "bad_request"),
    ("POST", "/api/metadata/write", {"all": True, "options": {"hard_links": "cut"}}, 422, "bad_request"),
    ("POST", "/api/metadata/write", {"all": True, "options": {"mode": "odd"}}, 422, "bad_request"),
    ("POST", "/api/metadata/write", {"all": True, "plan_id": 999}, 404, "unknown_id"),
    ("POST", "/api/metadata/write", {"q": "risk:"}, 422, "bad_query"),
    ("POST", "/api/metadata/write", b'{"q": "\\ud800"}', 422, "invalid_request"),
    ("GET", "/api/metadata/plan?q=foo(", None, 422, "bad_query"),
    ("GET", "/api/metadata/plan?per_page=0", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?per_page=1001", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?page=99999999999999999999", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?sort=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?order=odd", None, 422, "invalid_request"),
    ("GET", "/api/metadata/plan?fields=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?filter=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?filter=[1]", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?file_ids=x", None, 422, "bad_request"),
    ("GET", "/api/metadata/plan?odd=1", None, 422, "invalid_request"),
    ("POST", "/api/metadata/plan", {"filter": {"odd": 1}}, 422, "bad_request"),
    ("POST", "/api/metadata/plan/999/edit", {"result_people": []}, 404, "unknown_id"),
    ("POST", "/api/metadata/plan/x1:00/edit", {"result_people": []}, 404, "unknown_id"),
    ("POST", "/api/metadata/plan/1/edit", {"result_people": ["a;b"]}, 422, "invalid_person_name"),
    ("POST", "/api/metadata/plan/1/edit", {}, 422, "invalid_request"),
    ("POST", "/api/metadata/plan/1/postpone", {"until": "someday"}, 422, "bad_request"),
    ("POST", "/api/metadata/plan/1/mode", {"mode": "odd"}, 422, "bad_request"),
    ("DELETE", "/api/metadata/plan/1/odd", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations/999", None, 404, "unknown_id"),
    ("GET", "/api/metadata/operations/x", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations/0", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations/99999999999999999999", None, 422, "invalid_request"),
    ("GET", "/api/metadata/operations?status=odd", None, 422, "bad_request"),
    ("POST", "/api/metadata/operations/999/pause", {}, 404, "unknown_id"),
    ("GET", "/api/metadata/history?start_date=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/history?type=odd", None, 422, "bad_request"),
    ("GET", "/api/metadata/history/999", None, 404, "unknown_id"),
    ("POST", "/api/metadata/history/999/rollback", {}, 404, "unknown_id"),
    ("POST", "/api/metadata/history/1/rollback", {"item_ids": []}, 422, "invalid_request"),
    ("GET", "/api/track/999", None, 404, "unknown_id"),
    ("GET", "/api/tracks?kind=odd", None, 422, "bad_request"),
    ("GET", "/api/tracks?kind=all&q=x", None, 422, "invalid_request"),
    ("GET", "/api/tracks?q=risk:", None, 422, "bad_query"),
    ("GET", "/api/tracks?sort=colour", None, 422, "bad_request"),
    ("GET", "/api/tracks?order=up", None, 422, "invalid_request"),
    ("GET", "/api/track/999/locks", None, 404, "unknown_id"),
    ("POST", "/api/track/999/locks", {}, 404, "unknown_id"),
    ("DELETE", "/api/track/999/locks", None, 404, "unknown_id"),
    ("POST", "/api/track/1/locks", {"fields": ["colour"]}, 422, "bad_request"),
    ("POST", "/api/track/1/locks", {"fields": []}, 422, "bad_request"),
    ("POST", "/api/track/1/locks", {"value": "5"}, 422, "invalid_request"),
    ("POST", "/api/track/1/locks", {"fields": ["hdr"], "value": "very"}, 422, "invalid_value"),
    ("DELETE", "/api/track/1/locks/colour", None, 422, "bad_request"),
    ("GET", "/api/track/999/audit", None, 404, "unknown_id"),
    ("GET", "/api/audit?q=risk:", None, 422, "bad_query"),
    ("GET", "/api/audit?page=0", None, 422, "invalid_request"),
    ("GET", "/api/jobs/999/audit", None, 404, "unknown_id"),
    ("POST", "/api/metadata/operations/999/retry", {}, 404, "unknown_id"),
    ("POST", "/api/metadata/operations/1/retry", {"risk": "odd"}, 422, "bad_request"),
    ("GET", "/api/jobs/999", None, 404, "unknown_id"),
    ("GET", "/api/jobs/999/log", None, 404, "unknown_id"),
    ("POST", "/api/jobs/999/retry", {}, 404, "unknown_id"),
    ("POST", "/api/jobs/999/priority", {"priority": 11}, 422, "invalid_request"),
    ("GET", "/api/metrics?days=0", None, 422, "invalid_request"),
    ("GET", "/api/events?after=-1", None, 422, "invalid_request"),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A service on a library with one film, which bad requests leave as it is."""
    folder = tmp_path_factory.mktemp("small")
    path = media.build("mkv", folder, name="a.mkv", seed=1)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    with Library.open(folder / "home") as library:
        library.scan([folder])
        library.people.add([path], ["Ann Lee"])
        with server.make_server(library, port=0).background() as made:
            yield Client(made.url)
            assert Client(made.url).get("/api/metadata/history").json["total"] == 0


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), BAD)
def test_bad_input_is_a_problem_with_a_code(
    small: Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = small(method, path, body)
    assert (answer.status, answer.code) == (status, code), answer.text


def test_a_bad_search_says_where(small: Client) -> None:
    found = small.get("/api/metadata/plan?q=risk:odd").json
    assert (found["position"], found["word"]) == (0, "risk:odd") or found["word"] in found["detail"]


def test_a_filter_finds_what_its_search_finds(small: Client) -> None:
    assert small.get('/api/metadata/plan?filter={"file_ext":"mkv"}').json["total"] == 1
    assert small.get('/api/metadata/plan?filter={"file_ext":"mp4"}').json["total"] == 0


def test_a_body_that_is_too_large_is_a_problem(small: Client) -> None:
    head = (
        f"POST /api/metadata/write HTTP/1.1\r\nHost: {small.url.removeprefix('http://')}\r\n"
        "Content-Type: application/json\r\nContent-Length: 900000000000\r\n\r\n"
    )
    with spoken(small.url, head.encode()) as said:
        found = said.recv(65536)
    assert found.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in found


# The door.


def test_no_page_of_somebody_else_changes_anything(small: Client) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}):
        assert small.post("/api/metadata/write", {"all": True}, **headers).code == "forbidden"
    assert small.get("/api/metadata/plan", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").code == "forbidden"
    assert small.get("/api/jobs", Origin="http://evil.example").code == "forbidden"
    assert small.get("/api/jobs", Origin=small.url).status == 200
    wrong = small.get("/api/jobs?kind=wirte")
    assert wrong.status == 422
    assert "no jobs of the kind 'wirte'; there are " in wrong.json["detail"]
    assert small.post("/api/metadata/write", {"all": True}, Content_Type="text/plain").code == "not_json"
    assert small.get("/api/metadata/plan", Host="evil.example").code == "unknown_host"
    assert small.post("/api/metadata/plan", {}, Origin=small.url).status == 200


def test_who_has_the_token_may_say_any_origin_but_no_other_host(running: DashboardServer) -> None:
    program = Client(running.url, Authorization=f"Bearer {running.token}", Origin="http://tool.example")
    assert program.post("/api/metadata/plan").status == 200
    assert program.post("/api/metadata/plan", Host="evil.example").code == "unknown_host"
    assert program.post("/api/metadata/plan", Authorization="Bearer other").code == "forbidden"
    assert Client(running.url, Authorization="Bearer other").get("/api/metadata/plan").code == "unauthorized"


def test_answers_carry_the_headers_of_the_house(small: Client) -> None:
    found = small.get("/api/metadata/plan").headers
    assert found["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in found["content-security-policy"]
    assert "server" not in found


# The description.


def test_the_description_names_every_field_of_an_item(small: Client) -> None:
    found = small.get("/api/openapi.json").json
    assert set(found["components"]["schemas"]["PlanItem"]["properties"]) == set(PlanItem.__dataclass_fields__)
    assert "/api/metadata/plan/{ref}/edit" in found["paths"]


def test_the_description_says_of_every_route_how_it_refuses(small: Client) -> None:
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
