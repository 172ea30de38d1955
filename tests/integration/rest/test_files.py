"""Files, folders, jobs and metrics by REST."""

from __future__ import annotations

import getpass
import os
import threading
from pathlib import Path

from pydantic import TypeAdapter

from indexium_core.library import Library
from indexium_core.model.files.properties import FIELDS, AuditPage
from tests.support import media, photos
from tests.support.rest import Client, ended, items
from tests.support.studio import OLD


def test_tracks_have_media(rest: Client, films: Path) -> None:
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


def test_media_of_track_are_read_once_per_key(rest: Client, films: Path) -> None:
    path = f"/api/track/{items(rest)['sea.mp4']['file_id']}/rescan_media"
    first = rest.post(path, {"duration": True}, Idempotency_Key="k")
    (films / "sea.mp4").unlink()
    again = rest.post(path, {"duration": True}, Idempotency_Key="k")

    assert (again.status, again.json) == (200, first.json)
    assert (first.json["processed"], first.json["missing"]) == (1, 0)
    assert rest.post(path, {"duration": False}, Idempotency_Key="k").code == "key_reused"
    assert rest.post(path, {"duration": True}, Idempotency_Key="another").json["missing"] == 1


def test_tracks_are_found_by_search_and_sorted(rest: Client) -> None:
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


def test_track_search_finds_files_outside_plan(rest: Client, library: Library, films: Path) -> None:
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


def test_fields_of_file_are_locked_and_unlocked(rest: Client) -> None:
    sea = items(rest)["sea.mp4"]["file_id"]
    path = f"/api/track/{sea}/locks"
    assert rest.get(path).json == {"items": [], "report": None}

    done = rest.post(path, {"fields": ["duration", "hdr"]}).json
    assert [(lock["field"], lock["locked_by"], lock["origin"]) for lock in done["items"]] == [
        ("duration", getpass.getuser(), "lock"),
        ("hdr", getpass.getuser(), "lock"),
    ]
    assert (done["report"]["files"], done["report"]["changed"]) == (1, 2)
    assert rest.post(path, {"fields": ["resolution"], "value": "640 x 480"}).json["report"]["changed"] == 1
    [shown] = [each for each in rest.get(f"/api/track/{sea}").json["properties"] if each["field"] == "resolution"]
    assert (shown["value"], shown["lock"]["origin"]) == ("640x480", "edit")
    assert [lock["field"] for lock in rest.delete(f"{path}/hdr").json["items"]] == ["resolution", "duration"]
    assert rest.delete(path).json["items"] == []
    assert len(rest.post(path).json["items"]) == len(FIELDS)


def test_audit_is_of_file_or_of_job(rest: Client) -> None:
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
    assert rest.get("/api/jobs?kind=scan,rescan&status=completed").json["total"] == 3  # with the job of the fixture
    assert rest.get("/api/jobs/counts").json["rescan"] == {"completed": 1}
    assert rest.get(f"/api/jobs/{number}/log").json["next"] >= 0
    assert rest.post(f"/api/jobs/{number}/pause").code == "wrong_state"
    assert rest.post("/api/libraries/77/scan").code == "unknown_id"


def test_metrics_of_completed_operations(rest: Client) -> None:
    number = rest.post("/api/metadata/write", {"all": True}).json["operation_id"]
    ended(rest, number)
    found = rest.get("/api/metrics").json
    assert (found["totals"]["operations"], found["success_rate"]) == (1, 1.0)
    assert found["operations_by_day"][0]["written"] == 3
    assert found["people_most_written"] == [{"person": "Ann Lee", "files": 3}]


def test_favorites_of_all_files_and_of_photos(rest: Client, library: Library, films: Path) -> None:
    (films / "photo.jpg").write_bytes(photos.photo("jpeg", exif=photos.exif(rating=3)))
    os.utime(films / "photo.jpg", (OLD, OLD))
    [row] = library.inventory.list()
    library.inventory.set_media(row.library_id, "photo", included=True)
    library.scan()
    ids = {item["file_name"]: item["file_id"] for item in rest.get("/api/tracks").json["items"]}
    sea, photo = ids["sea.mp4"], ids["photo.jpg"]

    def favorites(kind: str) -> list[str]:
        return [item["file_name"] for item in rest.get(f"/api/{kind}/favorites").json["items"]]

    assert rest.post(f"/api/track/{sea}/favorite").json == {"file_id": sea, "rating": 5, "favorite": True}
    assert rest.post(f"/api/photo/{photo}/favorite").json == {"file_id": photo, "rating": 5, "favorite": True}
    assert (favorites("tracks"), favorites("photos")) == (["photo.jpg", "sea.mp4"], ["photo.jpg"])
    assert rest.post(f"/api/photo/{photo}/favorite").json == {"file_id": photo, "rating": 3, "favorite": False}

    refused = rest.post(f"/api/photo/{sea}/favorite")
    assert (refused.status, refused.code) == (404, "unknown_id")
    assert rest.post("/api/photos/bulk-favorite", {"file_ids": [photo, sea], "favorite": True}).status == 404
    [rated] = rest.post("/api/photos/bulk-favorite", {"q": "", "favorite": True}).json
    assert rated == {"file_id": photo, "rating": 5, "favorite": True}
    assert rest.post("/api/photos/bulk-favorite", {"favorite": True}).status == 422
    found = rest.post("/api/tracks/bulk-favorite", {"q": "favorite:yes", "favorite": False}).json
    assert {each["file_id"]: each["rating"] for each in found} == {photo: 3, sea: 0}


def test_ratings_of_a_folder_are_written_at_once(rest: Client, library: Library) -> None:
    [row] = rest.get("/api/libraries").json["items"]
    assert row["write_ratings"] == "with-plan"
    path = f"/api/libraries/{row['library_id']}"
    library.decisions.set_fields([library.inventory.search("").items[0].file_id], {"rating": "2"})
    changed = rest("PATCH", path, {"write_ratings": "at-once"}).json
    assert (changed["write_ratings"], changed["written_ratings"]) == ("at-once", 1)
    assert rest("PATCH", path, {"write_ratings": "at-once"}).json["written_ratings"] == 0
    assert rest("PATCH", path, {"write_ratings": "never"}).status == 422
    assert rest("PATCH", "/api/libraries/999", {"write_ratings": "at-once"}).status == 404
    assert rest("PATCH", path, {}).code == "invalid_request"
    changed = rest("PATCH", path, {"metadata_language": "DE"}).json
    assert (changed["metadata_language"], changed["write_ratings"], changed["written_ratings"]) == ("de", "at-once", 0)
    assert rest("PATCH", path, {"metadata_language": "german"}).code == "bad_request"
    assert library.inventory.list()[0].write_ratings == "at-once"


def test_requests_share_one_thread(small: Client) -> None:
    """AnyIO starts a thread for each request, on a loop that does not run for a task."""
    small.get("/api/jobs")
    former = set(threading.enumerate())
    for _ in range(10):
        assert small.get("/api/jobs").status == 200
    assert [each for each in former if each.name.startswith("AnyIO") and each.is_alive()]
